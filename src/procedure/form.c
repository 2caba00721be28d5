#include "codec/jin.h"
#include "procedure/engine.h"

enum { FIELDS_MAX = 100, TEXT_MAX = 1000, OPTIONS_MAX = 100, FORM_LENGTH_MAX = 10000, AGE_MAX = 150 };

/* options [{value, vi, en}] and columns [{id, vi, en, type}]: shown by the screens as they are, only their shape is checked here. */
static result check_parts(const struct jin *field, const char *list_name, const char *id_name) {
  const char *const known[] = {id_name, "vi", "en", "type", NULL};
  if (!jin_has(field, list_name)) {
    return OK;
  }
  const struct jin *list = NULL;
  TRY(jin_list(field, list_name, OPTIONS_MAX, &list));
  for (size_t i = 0; i < list->count; i++) {
    const struct jin *part = NULL;
    struct slice text = {0};
    TRY(jin_as_object(&list->items[i], &part));
    TRY(jin_fields(part, known));
    TRY(jin_text(part, id_name, TEXT_MAX, &text));
    TRY(jin_text(part, "vi", TEXT_MAX, &text));
    TRY(jin_text(part, "en", TEXT_MAX, &text));
  }
  return OK;
}

static result field_parse(const struct jin *value, struct procedure_form_field *ret_field) {
  static const char *const known[] = {"id",      "vi",      "en",        "source",  "type",    "required",
                                      "help_vi", "help_en", "max_length", "from_age", "options", "columns", NULL};
  static const char *const types[] = {"text", "long_text", "email", "phone", "date", "history", "request", NULL};
  const struct jin *object = NULL;
  struct procedure_form_field field = {0};
  size_t type = 0;
  TRY(jin_as_object(value, &object));
  TRY(jin_fields(object, known));
  TRY(jin_text(object, "id", TEXT_MAX, &field.id));
  TRY(jin_text(object, "vi", TEXT_MAX, &field.name_vi));
  TRY(jin_text(object, "en", TEXT_MAX, &field.name_en));
  TRY(jin_text(object, "source", TEXT_MAX, &field.source));
  TRY(jin_word(object, "type", types, &type));
  field.type = slice_str(types[type]);
  TRY(jin_bool(object, "required", &field.required));
  TRY(jin_text_optional(object, "help_vi", TEXT_MAX, &field.help_vi));
  TRY(jin_text_optional(object, "help_en", TEXT_MAX, &field.help_en));
  TRY(jin_int_optional(object, "max_length", 1, FORM_LENGTH_MAX, &field.max_length));
  TRY(jin_int_optional(object, "from_age", 1, AGE_MAX, &field.from_age));
  TRY(check_parts(object, "options", "value"));
  TRY(check_parts(object, "columns", "id"));
  *ret_field = field;
  return OK;
}

static result form_read(const struct jin *root, struct arena *arena, struct procedure_form *form) {
  static const char *const known[] = {"form", "fields", NULL};
  const struct jin *list = NULL;
  struct slice number = {0};
  TRY(jin_fields(root, known));
  TRY(jin_text(root, "form", TEXT_MAX, &number));
  TRY(jin_list(root, "fields", FIELDS_MAX, &list));
  struct procedure_form_field *fields = ARENA_ARRAY(arena, struct procedure_form_field, list->count + 1);
  for (size_t i = 0; i < list->count; i++) {
    TRY(field_parse(&list->items[i], &fields[i]));
    for (size_t j = 0; j < i; j++) {
      if (slice_eq(fields[i].id, fields[j].id)) {
        return jin_refuse(&list->items[i], "has the id of another field");
      }
    }
  }
  form->fields = fields;
  form->count = list->count;
  return OK;
}

result procedure_form_parse(struct slice json, struct arena *arena, struct procedure_form *ret_form) {
  struct procedure_form form = {.json = arena_copy(arena, json)};
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  result r = jin_parse(&doc, form.json, &root);
  if (is_ok(r)) {
    r = form_read(root, arena, &form);
  }
  if (!is_ok(r)) {
    FAIL(PROCEDURE_FOLDER, "form.json %.*s %s", SLICE_ARG(doc.fault.path), doc.fault.reason);
  }
  *ret_form = form;
  return OK;
}
