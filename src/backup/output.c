#include "backup/output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/backup.h"

result backup_bytes_write(int fd, struct slice bytes) {
  while (bytes.len > 0) {
    ssize_t written = write(fd, bytes.ptr, bytes.len);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      FAIL(errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? BACKUP_FULL : BASE_IO, "write: %s", strerror(errno));
    }
    bytes = slice_from(bytes, (size_t)written);
  }
  return OK;
}

static result descriptor_sync(int fd) {
  if (fsync(fd) != 0) {
    FAIL(errno == ENOSPC || errno == EDQUOT ? BACKUP_FULL : BASE_IO, "fsync: %s", strerror(errno));
  }
  return OK;
}

static result folder_sync(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    FAIL(BASE_IO, "%s: %s", path, strerror(errno));
  }
  result synced = descriptor_sync(fd);
  (void)close(fd);
  return synced;
}

/* ---- the file that is made ---- */

result backup_output_open(const char *path, struct arena *arena, struct backup_output *output) {
  struct stat status;
  if (lstat(path, &status) == 0) {
    FAIL(BACKUP_FILE_EXISTS, "%s is there", path);
  }
  output->path = path;
  output->part = NULL;
  const char *part = (const char *)arena_printf(arena, "%s.part", path).ptr;
  output->fd = open(part, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (output->fd < 0) {
    FAIL(errno == ENOSPC || errno == EDQUOT ? BACKUP_FULL : BASE_IO, "%s: %s", part, strerror(errno));
  }
  if (flock(output->fd, LOCK_EX | LOCK_NB) != 0) {
    FAIL(BACKUP_FILE_EXISTS, "another backup is being written to %s", part);
  }
  output->part = part; /* ours: what an earlier one left is overwritten */
  digest_begin(&output->digest);
  if (ftruncate(output->fd, 0) != 0) {
    FAIL(BASE_IO, "%s: %s", part, strerror(errno));
  }
  return OK;
}

result backup_output_write(void *context, struct slice bytes) {
  struct backup_output *output = context;
  digest_add(&output->digest, bytes);
  output->bytes += (int64_t)bytes.len;
  return backup_bytes_write(output->fd, bytes);
}

result backup_output_sync(struct backup_output *output, uint8_t ret_digest[static DIGEST_BYTES]) {
  digest_end(&output->digest, ret_digest);
  return descriptor_sync(output->fd);
}

result backup_output_name(struct backup_output *output) {
  struct arena arena CLEANUP(arena_free) = {0};
  char *copy = (char *)(uintptr_t)arena_cstr(&arena, slice_str(output->path));
  if (link(output->part, output->path) != 0) { /* and not over a file that came meanwhile */
    FAIL(errno == EEXIST ? BACKUP_FILE_EXISTS : BASE_IO, "%s: %s", output->path, strerror(errno));
  }
  return folder_sync(dirname(copy));
}

void backup_output_close(struct backup_output *output) {
  digest_free(&output->digest);
  if (output->fd >= 0) {
    if (output->part != NULL) {
      (void)unlink(output->part);
    }
    (void)close(output->fd);
    output->fd = -1;
  }
}

/* ---- the file that is read ---- */

void backup_input_close(struct backup_input *input) {
  if (input->fd >= 0) {
    (void)close(input->fd);
    input->fd = -1;
  }
}

result backup_input_read(void *context, uint8_t *bytes, size_t len, size_t *ret_len) {
  const struct backup_input *input = context;
  ssize_t got = -1;
  do {
    got = read(input->fd, bytes, len);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    FAIL(BACKUP_UNREADABLE, "read: %s", strerror(errno));
  }
  *ret_len = (size_t)got;
  return OK;
}

/* ---- keys ---- */

void backup_keys_clear(struct backup_keys *keys) { explicit_bzero(keys, sizeof *keys); }

static void file_close(FILE **file) {
  if (*file != NULL) {
    (void)fclose(*file);
  }
}

result backup_keys_read(const char *path, struct backup_keys *ret_keys) {
  FILE *file CLEANUP(file_close) = fopen(path, "re");
  char line[512];
  if (file == NULL) {
    FAIL(BACKUP_KEY_FILE, "%s: %s", path, strerror(errno));
  }
  ret_keys->count = 0;
  while (fgets(line, sizeof line, file) != NULL) {
    struct slice text = slice_trim(slice_str(line));
    if (text.len == 0 || text.ptr[0] == '#') {
      continue;
    }
    if (ret_keys->count == AGE_KEYS_MAX || !is_ok(age_identity_parse(text, &ret_keys->items[ret_keys->count]))) {
      explicit_bzero(line, sizeof line);
      FAIL(BACKUP_KEY_FILE, "%s holds a line that is no AGE-SECRET-KEY-1..., or more than %d of them", path, AGE_KEYS_MAX);
    }
    ret_keys->count++;
  }
  explicit_bzero(line, sizeof line);
  if (ret_keys->count == 0 || ferror(file) != 0) {
    FAIL(BACKUP_KEY_FILE, "%s holds no AGE-SECRET-KEY-1...", path);
  }
  return OK;
}

result backup_key_make(const char *file, struct arena *arena, struct age_recipient *ret_recipient) {
  struct random random = random_system();
  struct secret identity CLEANUP(secret_clear) = {0};
  struct secret text CLEANUP(secret_clear) = {0};
  age_identity_make(&random, &identity);
  age_identity_write(&identity, &text);
  TRY(age_identity_recipient(&identity, ret_recipient));
  struct slice head = arena_printf(arena, "# public key: %.*s\n", SLICE_ARG(age_recipient_write(arena, ret_recipient)));
  int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) {
    FAIL(errno == EEXIST ? BACKUP_FILE_EXISTS : BASE_IO, "%s: %s", file, strerror(errno));
  }
  result written = backup_bytes_write(fd, head);
  written = is_ok(written) ? backup_bytes_write(fd, secret_slice(&text)) : written;
  written = is_ok(written) ? backup_bytes_write(fd, S("\n")) : written;
  written = is_ok(written) ? descriptor_sync(fd) : written;
  (void)close(fd);
  if (!is_ok(written)) {
    (void)unlink(file);
  }
  return written;
}
