/* One line of NDJSON. Values are texts; whole numbers are taken for texts, so that "ethnic": 1 may be written plainly.
 * */
#include "codec/jin.h"
#include "codec/utf8.h"
#include "register/import_rows.h"

static void refuse(struct import_record *record, const char *field, const char *reason) {
  record->refused_field = field;
  record->refused_reason = reason;
}

/* The sender's own field name comes back to the sender, cut and on one line. */
static const char *echo(struct arena *arena, struct slice name) {
  struct slice cut = slice_sub(name, 0, 60);
  return utf8_is_line(cut) ? arena_cstr(arena, cut) : "";
}

static void value_read(const struct jin *item, struct arena *arena, struct import_record *record) {
  int field = register_import_field_find(item->name);
  if (field < 0) {
    refuse(record, echo(arena, item->name), "register.unknown_field");
    return;
  }
  switch (item->type) {
    case JIN_NULL:
      return;
    case JIN_TEXT:
      record->values[field] = item->text;
      return;
    case JIN_INT:
      record->values[field] = arena_printf(arena, "%lld", (long long)item->number);
      return;
    case JIN_BOOL:
    case JIN_REAL:
    case JIN_LIST:
    case JIN_OBJECT:
      break;
  }
  refuse(record, register_import_field_name(field), "register.field_type");
}

void register_import_json_read(struct slice line, struct arena *arena, struct import_record *record) {
  if (!utf8_is_valid(line)) {
    refuse(record, "", "register.not_utf8");
    return;
  }
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, arena, (struct jin_limits){IMPORT_LINE_BYTES_MAX, 2, IMPORT_FIELDS * 3});
  if (!is_ok(jin_parse(&doc, line, &root)) || root->type != JIN_OBJECT) {
    refuse(record, "", "register.json_syntax");
    return;
  }
  for (size_t i = 0; i < root->count && !record->refused_reason; i++) {
    value_read(&root->items[i], arena, record);
  }
}
