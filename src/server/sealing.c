/* DIR/seal.key: 32 random bytes that seal what the database may only hold sealed. Made once, in one step: a name that is there is a whole key. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/seal.h"
#include "server/sealing.h"

static const char *path_of(struct server_installation *installation, const char *name) {
  return (const char *)arena_printf(&installation->arena, "%s/%s", installation->data, name).ptr;
}

static result read_key(const char *path, struct secret *ret_key) {
  uint8_t bytes[SEAL_KEY_BYTES + 1];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    FAIL(BASE_IO, "seal.key: %s", strerror(errno));
  }
  ssize_t len = read(fd, bytes, sizeof bytes);
  close(fd);
  if (len != SEAL_KEY_BYTES) {
    FAIL(BASE_IO, "seal.key does not hold %d bytes", SEAL_KEY_BYTES);
  }
  secret_set(ret_key, slice_of(bytes, SEAL_KEY_BYTES));
  explicit_bzero(bytes, sizeof bytes);
  return OK;
}

static result write_key(const char *path, const uint8_t key[static SEAL_KEY_BYTES]) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  bool written = fd >= 0 && write(fd, key, SEAL_KEY_BYTES) == SEAL_KEY_BYTES && fsync(fd) == 0;
  if (fd >= 0) {
    close(fd);
  }
  if (!written) {
    FAIL(BASE_IO, "seal.key: %s", strerror(errno));
  }
  return OK;
}

static result make_key(struct server_installation *installation, const char *path) {
  uint8_t key[SEAL_KEY_BYTES];
  const char *fresh = path_of(installation, "seal.key.new");
  random_fill(&installation->random, key, sizeof key);
  result written = write_key(fresh, key);
  explicit_bzero(key, sizeof key);
  TRY(written);
  int folder = open(installation->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool named = folder >= 0 && rename(fresh, path) == 0 && fsync(folder) == 0;
  if (folder >= 0) {
    close(folder);
  }
  if (!named) {
    FAIL(BASE_IO, "seal.key: %s", strerror(errno));
  }
  return OK;
}

result server_sealing_open(struct server_installation *installation) {
  const char *path = path_of(installation, "seal.key");
  if (access(path, F_OK) != 0) {
    if (installation->mode == SERVER_READ) {
      return OK; /* whoever only reads has nothing to open */
    }
    TRY(make_key(installation, path));
  }
  TRY(read_key(path, &installation->sealing));
  installation->env.sealing = &installation->sealing;
  return OK;
}

const char *server_sealing_missing(const char *data, struct arena *arena) {
  static const char *const keys[] = {"seal.key", "evidence.key"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const char *path = (const char *)arena_printf(arena, "%s/%s", data, keys[i]).ptr;
    if (access(path, F_OK) != 0) {
      return path;
    }
  }
  return NULL;
}
