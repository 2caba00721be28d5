/* Records of CSV: [RFC4180 2] commas, quotes doubled within quotes, line ends within quotes belong to the field. */
#include "register/import_rows.h"

/* Only a quote at the start of a field opens one: a stray quote spoils its own row, not those below it. */
size_t register_import_csv_length(struct slice bytes, int64_t *ret_lines) {
  bool quoted = false;
  bool field_start = true;
  int64_t lines = 0;
  for (size_t i = 0; i < bytes.len; i++) {
    uint8_t byte = bytes.ptr[i];
    lines += byte == '\n';
    if (quoted) {
      bool doubled = byte == '"' && i + 1 < bytes.len && bytes.ptr[i + 1] == '"';
      i += doubled;
      quoted = doubled || byte != '"';
      continue;
    }
    quoted = field_start && byte == '"';
    field_start = byte == ',';
    if (byte == '\n') {
      *ret_lines = lines;
      return i + 1;
    }
  }
  return 0;
}

static struct slice without_line_end(struct slice record) {
  size_t len = record.len;
  len -= len > 0 && record.ptr[len - 1] == '\n';
  len -= len > 0 && record.ptr[len - 1] == '\r';
  return slice_of(record.ptr, len);
}

/* The field at *at, which moves behind its comma. False: a quote where none may stand. */
static bool field_take(struct slice record, size_t *at, struct arena *arena, struct slice *ret_field) {
  size_t i = *at;
  if (i >= record.len || record.ptr[i] != '"') {
    size_t end = slice_find(record, ',', i);
    struct slice field = slice_of(record.ptr + i, end - i);
    *at = end + 1;
    *ret_field = field;
    return slice_find(field, '"', 0) == field.len;
  }
  uint8_t *text = arena_alloc(arena, record.len - i + 1);
  size_t len = 0;
  for (i++; i < record.len; i++) {
    if (record.ptr[i] == '"') {
      if (i + 1 >= record.len || record.ptr[i + 1] != '"') {
        break;
      }
      i++;
    }
    text[len++] = record.ptr[i];
  }
  bool closed = i < record.len && (i + 1 == record.len || record.ptr[i + 1] == ',');
  *at = i + 2;
  *ret_field = slice_of(text, len);
  return closed;
}

result register_import_csv_header(struct import_source *source, struct slice record, struct arena *arena) {
  struct slice header = without_line_end(record);
  bool seen[IMPORT_FIELDS] = {false};
  for (size_t at = 0; at <= header.len;) {
    struct slice name;
    if (!field_take(header, &at, arena, &name)) {
      FAIL(REGISTER_IMPORT_FORMAT, "CSV header: a quote where none may stand");
    }
    int field = register_import_field_find(slice_trim(name));
    if (field < 0 || seen[field]) {
      FAIL(REGISTER_IMPORT_FORMAT, "CSV header: column %zu is %s", source->column_count + 1,
           field < 0 ? "not a known field" : "there twice");
    }
    seen[field] = true;
    source->columns[source->column_count++] = field;
  }
  for (int i = 0; i < IMPORT_FIELDS; i++) {
    if (register_import_field_required(i) && !seen[i]) {
      FAIL(REGISTER_IMPORT_FORMAT, "CSV header: column %s is missing", register_import_field_name(i));
    }
  }
  return OK;
}

void register_import_csv_read(const struct import_source *source, struct slice text, struct arena *arena,
                     struct import_record *record) {
  struct slice line = without_line_end(text);
  size_t column = 0;
  for (size_t at = 0; at <= line.len; column++) {
    struct slice field;
    if (!field_take(line, &at, arena, &field)) {
      record->refused_field = column < source->column_count ? register_import_field_name(source->columns[column]) : "";
      record->refused_reason = "register.csv_quote";
      return;
    }
    if (column < source->column_count) {
      record->values[source->columns[column]] = slice_trim(field);
    }
  }
  if (column != source->column_count) {
    record->refused_field = "";
    record->refused_reason = "register.field_count";
  }
}
