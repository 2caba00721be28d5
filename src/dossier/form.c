#include "dossier/form.h"

#include "codec/jin.h"
#include "codec/utf8.h"

enum {
  FORM_BYTES_MAX = 64 * 1024,
  TEXT_BYTES_MAX = 500,
  LONG_TEXT_BYTES_MAX = 8000,
  CHARACTER_BYTES_MAX = 4,
  MONTH_BYTES = 7,
  HISTORY_ROWS_MAX = 60, /* a working life with a move a year */
};

static const char *const history_fields[] = {"from", "to", "place", "work", NULL};

/* A month of a year that there was: "2018-09". */
static bool is_month(struct slice text) {
  char date[] = "YYYY-MM-01";
  int32_t day = 0;
  if (text.len != MONTH_BYTES) {
    return false;
  }
  memcpy(date, text.ptr, MONTH_BYTES);
  return is_ok(clock_date_parse(slice_str(date), &day));
}

static result check_row(const struct jin *row) {
  struct slice from = S("");
  struct slice to = S("");
  struct slice text = S("");
  TRY(jin_fields(row, history_fields));
  TRY(jin_text(row, "from", MONTH_BYTES, &from));
  TRY(jin_text_optional(row, "to", MONTH_BYTES, &to));
  TRY(jin_text(row, "place", TEXT_BYTES_MAX, &text));
  TRY(jin_text(row, "work", TEXT_BYTES_MAX, &text));
  if (!is_month(from)) {
    return jin_refuse_field(row, "from", "is not a month, YYYY-MM");
  }
  if (to.len > 0 && (!is_month(to) || memcmp(to.ptr, from.ptr, MONTH_BYTES) < 0)) {
    return jin_refuse_field(row, "to", "is not a month from then on, YYYY-MM");
  }
  return OK;
}

/* Where the person lived and what they did since 14: from and to are YYYY-MM, to is null while it lasts. */
static result check_history(const struct jin *root, const char *id) {
  const struct jin *rows = NULL;
  TRY(jin_list(root, id, HISTORY_ROWS_MAX, &rows));
  for (size_t i = 0; i < rows->count; i++) {
    const struct jin *row = NULL;
    TRY(jin_as_object(&rows->items[i], &row));
    TRY(check_row(row));
  }
  return rows->count > 0 ? OK : jin_refuse_field(root, id, "has no row");
}

static result check_text(const struct jin *root, const struct procedure_form_field *field, const char *id) {
  struct slice text = S("");
  size_t bytes_max = slice_is(field->type, "long_text") ? LONG_TEXT_BYTES_MAX : TEXT_BYTES_MAX;
  if (field->max_length > 0) {
    bytes_max = (size_t)field->max_length * CHARACTER_BYTES_MAX;
  }
  TRY(jin_text_optional(root, id, bytes_max, &text));
  if (field->max_length > 0 && utf8_count(text) > (size_t)field->max_length) {
    return jin_refuse_field(root, id, "is too long");
  }
  return OK;
}

static result check_field(const struct jin *root, const struct procedure_form_field *field, const char *id,
                          int32_t age) {
  const struct jin *object = NULL;
  if (!jin_has(root, id)) {
    return field->required && age >= field->from_age ? jin_refuse_field(root, id, "is required") : OK;
  }
  if (slice_is(field->type, "history")) {
    return check_history(root, id);
  }
  if (slice_is(field->type, "request")) {
    return jin_object(root, id, &object);
  }
  return check_text(root, field, id);
}

static result check(struct procedure_engine *engine, const struct dossier_application *application, int32_t age,
                    struct jin_doc *doc) {
  struct arena *arena = doc->arena;
  struct procedure_form form;
  const struct jin *root = NULL;
  TRY(procedure_form(engine, application->procedure, &form));
  TRY(jin_parse(doc, application->form, &root));
  const char **known = ARENA_ARRAY(arena, const char *, form.count + 1);
  size_t count = 0;
  for (size_t i = 0; i < form.count; i++) {
    if (slice_is(form.fields[i].source, "citizen")) {
      known[count] = arena_cstr(arena, form.fields[i].id);
      TRY(check_field(root, &form.fields[i], known[count], age));
      count++;
    }
  }
  return jin_fields(root, known);
}

result dossier_form_check(struct procedure_engine *engine, struct arena *arena,
                          const struct dossier_application *application, int32_t age) {
  struct jin_doc doc;
  struct jin_limits limits = JIN_LIMITS_DEFAULT;
  limits.bytes_max = FORM_BYTES_MAX;
  jin_doc_init(&doc, arena, limits);
  result checked = check(engine, application, age, &doc);
  if (!is_ok(checked) && application->form_fault != NULL) {
    *application->form_fault = (struct dossier_form_fault){doc.fault.code, doc.fault.path, doc.fault.reason};
  }
  return checked;
}
