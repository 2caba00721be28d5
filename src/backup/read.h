/* backup/read.h: a backup from its first byte to its last, held against what it says of itself. (private to backup/) */
#pragma once
#include "backup/backup.h"

/* What is done with what it holds. Only when backup_read has returned is it known that all of it is right. */
struct backup_visitor {
  void *context;
  result (*header)(void *context, const struct backup_report *report, const struct db_states *states);
  result (*part)(void *context, struct slice table, int64_t rows, struct slice bytes);
  result (*file)(void *context, struct slice path, int64_t size);
  result (*file_bytes)(void *context, struct slice bytes); /* of the file before; empty: it is whole */
};
MUST_USE result backup_read(const struct backup_source *source, const struct backup_visitor *visitor, struct arena *arena,
                            struct backup_report *ret_report);
