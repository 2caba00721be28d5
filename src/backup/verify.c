#include "backup/read.h"

static result header_pass(void *context, const struct backup_report *report, const struct db_states *states) {
  (void)context;
  (void)report;
  (void)states;
  return OK;
}

/* Every value can be read. */
static result part_pass(void *context, struct slice table, int64_t rows, struct slice bytes) {
  struct db_value value = {0};
  (void)context;
  (void)table;
  (void)rows;
  while (bytes.len > 0) {
    TRY(db_part_next(&bytes, &value));
  }
  return OK;
}

static result file_pass(void *context, struct slice path, int64_t size) {
  (void)context;
  (void)path;
  (void)size;
  return OK;
}

static result bytes_pass(void *context, struct slice bytes) {
  (void)context;
  (void)bytes;
  return OK;
}

result backup_verify(const struct backup_source *source, struct arena *arena, struct backup_report *ret_report) {
  return backup_read(source, &(const struct backup_visitor){NULL, header_pass, part_pass, file_pass, bytes_pass}, arena, ret_report);
}
