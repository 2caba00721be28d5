/* Any bytes as a file of people: after a first byte that says which form, a header as people write it in front of one of them. Every record is read and checked,
 * lines go on, and whoever comes back to where a record begins reads it again. */
#include "base/clock.h"
#include "fuzz.h"
#include "register/import_rows.h"

enum { NDJSON, CSV, CSV_BELOW_A_HEADER, FORMS };
#define HEADER "pin,name,sex,birth_date,nationality,permanent_commune,permanent_address,father_name,mobile\n"

/* The last record that no blank line came before: where it began, and what it said. */
struct seen {
  int64_t at;
  struct import_record record;
};

static result file_seek(void *context, int64_t at) {
  struct fuzz_file *file = context;
  fuzz_check(at >= 0 && (size_t)at <= file->bytes.len);
  file->at = (size_t)at;
  return OK;
}

static void check_row(const struct import_record *record, struct arena *arena) {
  struct import_row row = {0};
  register_import_row_make(record, arena, clock_date_of(INT64_C(1795219200000)), &row);
  fuzz_check(row.line == record->line);
  fuzz_check(record->refused_reason == NULL || row.refused_reason != NULL);
  fuzz_check(row.refused_reason != NULL || (row.person.pin.len == 12 && row.person.name.len > 0));
}

static void check_again(struct import_source *source, const struct seen *seen, struct arena *arena) {
  struct import_record record;
  bool is_there = false;
  fuzz_check(is_ok(register_import_source_seek(source, seen->at, seen->record.line)));
  fuzz_check(is_ok(register_import_source_next(source, arena, &record, &is_there)) && is_there && record.refused_reason == seen->record.refused_reason);
  for (int i = 0; i < IMPORT_FIELDS; i++) {
    fuzz_check(slice_eq(record.values[i], seen->record.values[i]));
  }
}

static void read_all(struct import_source *source, struct arena *arena) {
  struct seen seen = {.at = -1};
  struct import_record record;
  bool is_there = true;
  int64_t line = 0;
  while (true) {
    int64_t at = register_import_source_at(source);
    int64_t first = source->line;
    fuzz_check(is_ok(register_import_source_next(source, arena, &record, &is_there)));
    if (!is_there) {
      break;
    }
    fuzz_check(record.line > line && register_import_source_at(source) > at);
    line = record.line;
    check_row(&record, arena);
    if (record.line == first) { /* else blank lines came before it */
      seen = (struct seen){at, record};
    }
  }
  if (seen.at >= 0) {
    check_again(source, &seen, arena);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free) = {0};
  if (len == 0) {
    return 0;
  }
  int form = bytes[0] % FORMS;
  struct slice text = slice_of(bytes + 1, len - 1);
  struct fuzz_file file = {.bytes = form == CSV_BELOW_A_HEADER ? arena_printf(&arena, HEADER "%.*s", SLICE_ARG(text)) : text};
  const struct register_import_file seeks = {.seek = file_seek};
  const struct register_import_options options = {
      .format = form == NDJSON ? REGISTER_NDJSON : REGISTER_CSV, .file = &seeks, .read = fuzz_file_read, .context = &file};
  struct import_source source;
  if (is_ok(register_import_source_open(&source, &options))) {
    read_all(&source, &arena);
  }
  register_import_source_close(&source);
  return 0;
}
