/* backup/output.h: the backup's file, and files that are made as a whole. (private to backup/)
 * Errors     BACKUP_FULL, BACKUP_FILE_EXISTS, BACKUP_UNREADABLE, BASE_IO. */
#pragma once
#include "base/arena.h"
#include "crypto/age.h"
#include "crypto/digest.h"

/* NAME.part until it is whole. */
struct backup_output {
  int fd;
  const char *path;
  const char *part;
  struct digest_stream digest;
  int64_t bytes;
};
MUST_USE result backup_output_open(const char *path, struct arena *arena, struct backup_output *output);
MUST_USE result backup_output_write(void *output, struct slice bytes);
/* Durable, and not yet under its name. */
MUST_USE result backup_output_sync(struct backup_output *output, uint8_t ret_digest[static DIGEST_BYTES]);
MUST_USE result backup_output_name(struct backup_output *output);
/* What is not whole is removed. For CLEANUP. */
void backup_output_close(struct backup_output *output);

/* Given to the system, and not on the disk yet. */
MUST_USE result backup_bytes_write(int fd, struct slice bytes);

struct backup_input {
  int fd;
};
void backup_input_close(struct backup_input *input);
MUST_USE result backup_input_read(void *input, uint8_t *bytes, size_t len, size_t *ret_len);

/* The keys of a file of age-keygen. BACKUP_KEY_FILE. */
struct backup_keys {
  struct secret items[AGE_KEYS_MAX];
  size_t count;
};
void backup_keys_clear(struct backup_keys *keys);
MUST_USE result backup_keys_read(const char *path, struct backup_keys *ret_keys);
