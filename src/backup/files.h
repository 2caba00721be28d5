/* backup/files.h: the files of an installation's folder, into the archive. (private to backup/) */
#pragma once
#include "backup/archive.h"
#include "backup/backup.h"
#include "crypto/digest.h"

/* Of all files together: name, a nought, eight bytes of length and the bytes of each, in the archive's order. */
struct backup_sum {
  struct digest_stream digest;
  int64_t files;
  int64_t bytes;
};
void backup_sum_begin(struct backup_sum *sum);
void backup_sum_file(struct backup_sum *sum, struct slice name, int64_t size);
void backup_sum_add(struct backup_sum *sum, struct slice bytes);
void backup_sum_end(struct backup_sum *sum, uint8_t ret_digest[static DIGEST_BYTES]);
void backup_sum_free(struct backup_sum *sum);

struct backup_folder {
  const char *data;
  const char *skipped; /* the backup's own file, when it lies there too */
  struct archive_writer *archive;
  struct backup_sum *sum;
  int64_t left_out;
};
/* Members files/<path>. */
MUST_USE result backup_files_write(struct backup_folder *folder);
