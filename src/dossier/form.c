#include "dossier/form.h"

#include "codec/jin.h"

enum {
  FORM_BYTES_MAX = 64 * 1024,
  TEXT_BYTES_MAX = 500,
  LONG_TEXT_BYTES_MAX = 8000,
  HISTORY_ROWS_MAX = 60, /* a working life with a move a year */
};

static const char *const history_fields[] = {"from", "to", "place", "work", NULL};

/* Where the person lived and what they did since 14: from and to are YYYY-MM, to is null while it lasts. */
static result check_history(const struct jin *root, const char *id) {
  const struct jin *rows = NULL;
  TRY(jin_list(root, id, HISTORY_ROWS_MAX, &rows));
  for (size_t i = 0; i < rows->count; i++) {
    const struct jin *row = NULL;
    struct slice text = S("");
    TRY(jin_as_object(&rows->items[i], &row));
    TRY(jin_fields(row, history_fields));
    TRY(jin_text(row, "from", 10, &text));
    TRY(jin_text_optional(row, "to", 10, &text));
    TRY(jin_text(row, "place", TEXT_BYTES_MAX, &text));
    TRY(jin_text(row, "work", TEXT_BYTES_MAX, &text));
  }
  if (rows->count == 0) {
    FAIL(DOSSIER_FORM, "an empty history");
  }
  return OK;
}

static result check_field(const struct jin *root, const struct procedure_form_field *field, const char *id) {
  struct slice text = S("");
  const struct jin *object = NULL;
  if (!jin_has(root, id)) {
    if (field->required) {
      FAIL(DOSSIER_FORM, "a required field of the form is missing");
    }
    return OK;
  }
  if (slice_is(field->type, "history")) {
    return check_history(root, id);
  }
  if (slice_is(field->type, "request")) {
    return jin_object(root, id, &object);
  }
  return jin_text_optional(root, id, slice_is(field->type, "long_text") ? LONG_TEXT_BYTES_MAX : TEXT_BYTES_MAX, &text);
}

result dossier_form_check(struct procedure_engine *engine, struct arena *arena, struct slice procedure,
                          struct slice text) {
  struct procedure_form form;
  struct jin_doc doc;
  const struct jin *root = NULL;
  struct jin_limits limits = JIN_LIMITS_DEFAULT;
  limits.bytes_max = FORM_BYTES_MAX;
  TRY(procedure_form(engine, procedure, &form));
  jin_doc_init(&doc, arena, limits);
  TRY(jin_parse(&doc, text, &root));
  const char **known = ARENA_ARRAY(arena, const char *, form.count + 1);
  size_t count = 0;
  for (size_t i = 0; i < form.count; i++) {
    if (slice_is(form.fields[i].source, "citizen")) {
      known[count] = arena_cstr(arena, form.fields[i].id);
      TRY(check_field(root, &form.fields[i], known[count]));
      count++;
    }
  }
  return jin_fields(root, known);
}
