#include "server/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECRET_FILE_BYTES_MAX = 200 };

static const char *resolve(struct arena *arena, struct slice path) {
  static const struct slice scheme = S_INIT("credential:");
  if (!slice_starts(path, scheme)) {
    return arena_cstr(arena, path);
  }
  struct slice name = slice_from(path, scheme.len);
  const char *shown = getenv("CREDENTIALS_DIRECTORY");
  struct slice found = shown != NULL ? arena_printf(arena, "%s/secret_%.*s", shown, SLICE_ARG(name)) : arena_printf(arena, "/etc/danh/secret/%.*s", SLICE_ARG(name));
  return (const char *)found.ptr;
}

result server_file_read(struct arena *arena, struct slice path, size_t bytes_max, struct slice *ret_bytes) {
  FILE *file = fopen(resolve(arena, path), "re");
  if (file == NULL) {
    FAIL(SERVER_CONFIG, "a file named in danh.ini cannot be opened");
  }
  uint8_t *bytes = arena_alloc(arena, bytes_max + 1);
  size_t length = fread(bytes, 1, bytes_max + 1, file);
  (void)fclose(file);
  if (length == 0 || length > bytes_max) {
    FAIL(SERVER_CONFIG, "a file named in danh.ini is empty or too large");
  }
  *ret_bytes = slice_of(bytes, length);
  return OK;
}

result server_secret_read(struct arena *arena, struct slice path, struct slice *ret_secret) {
  struct slice bytes;
  TRY(server_file_read(arena, path, SECRET_FILE_BYTES_MAX, &bytes));
  *ret_secret = slice_trim(bytes);
  return OK;
}

result server_folder_sync(const char *folder) {
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool is_synced = fd >= 0 && fsync(fd) == 0;
  int why = errno;
  if (fd >= 0) {
    (void)close(fd);
  }
  if (!is_synced) {
    FAIL(BASE_IO, "%s: %s", folder, strerror(why));
  }
  return OK;
}
