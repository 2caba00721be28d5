/* DIR/evidence: one file a picture, named by the SHA-256 of its sealed bytes; DIR/evidence.key: 32 bytes in hexadecimal, mode 0600. */
#include "evidence/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "codec/hex.h"
#include "crypto/digest.h"
#include "crypto/seal.h"

enum { LEFT_OVER_AFTER_S = 3600, SEALED_MAX = EVIDENCE_BYTES_MAX + SEAL_OVERHEAD_BYTES };

static void close_fd(const int *fd) {
  if (*fd >= 0) {
    (void)close(*fd);
  }
}

static result write_whole(int fd, struct slice bytes) {
  while (bytes.len > 0) {
    ssize_t written = write(fd, bytes.ptr, bytes.len);
    if (written <= 0) {
      FAIL(BASE_IO, "a sealed file cannot be written: errno %d", errno);
    }
    bytes = slice_from(bytes, (size_t)written);
  }
  if (fsync(fd) != 0) {
    FAIL(BASE_IO, "a sealed file does not reach the disk: errno %d", errno);
  }
  return OK;
}

static result read_whole(const char *path, struct arena *arena, size_t most, struct slice *ret_bytes) {
  int fd CLEANUP(close_fd) = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0 || status.st_size < 0 || (size_t)status.st_size > most) {
    FAIL(EVIDENCE_LOST, "a file cannot be opened: errno %d", errno);
  }
  size_t size = (size_t)status.st_size;
  uint8_t *bytes = arena_alloc(arena, size + 1);
  for (size_t at = 0; at < size;) {
    ssize_t got = read(fd, bytes + at, size - at);
    if (got <= 0) {
      FAIL(EVIDENCE_LOST, "a file cannot be read: errno %d", errno);
    }
    at += (size_t)got;
  }
  *ret_bytes = slice_of(bytes, size);
  return OK;
}

static result sync_folder(const char *folder) {
  int fd CLEANUP(close_fd) = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || fsync(fd) != 0) {
    FAIL(BASE_IO, "a folder of evidence does not reach the disk: errno %d", errno);
  }
  return OK;
}

/* The first opening makes the key, beside its name: one that has its name is whole, and on the disk. Two at once agree on the one that was first. */
static result make_key(const char *path, struct arena *arena) {
  uint8_t key[SEAL_KEY_BYTES];
  struct random random = random_system();
  if (access(path, F_OK) == 0) {
    return OK;
  }
  const char *fresh = (const char *)arena_printf(arena, "%s.%ld.new", path, (long)getpid()).ptr;
  int fd CLEANUP(close_fd) = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (fd < 0) {
    FAIL(BASE_IO, "the evidence key cannot be made: errno %d", errno);
  }
  random_fill(&random, key, sizeof key);
  result written = write_whole(fd, hex_write(arena, slice_of(key, sizeof key)));
  explicit_bzero(key, sizeof key);
  bool is_named = is_ok(written) && (link(fresh, path) == 0 || errno == EEXIST);
  int why = errno;
  (void)unlink(fresh);
  TRY(written);
  if (!is_named) {
    FAIL(BASE_IO, "the evidence key cannot take its name: errno %d", why);
  }
  return sync_folder(dirname((char *)(uintptr_t)arena_cstr(arena, slice_str(path))));
}

static result load_key(const char *path, struct secret *ret_key) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice text;
  struct slice key;
  TRY(make_key(path, &arena));
  TRY(read_whole(path, &arena, 256, &text));
  TRY(hex_parse(slice_trim(text), &arena, &key));
  if (key.len != SEAL_KEY_BYTES) {
    FAIL(EVIDENCE_NO_STORE, "the evidence key is not 32 bytes");
  }
  secret_set(ret_key, key);
  return OK;
}

result evidence_store_open(const char *folder, const char *key_path, struct evidence_store **ret_store) {
  struct secret key CLEANUP(secret_clear) = {0};
  if (mkdir(folder, S_IRWXU) != 0 && errno != EEXIST) {
    FAIL(BASE_IO, "the evidence folder cannot be made: errno %d", errno);
  }
  TRY(load_key(key_path, &key));
  struct evidence_store *store = heap_alloc(sizeof *store);
  store->folder = strdup(folder);
  secret_set(&store->key, secret_slice(&key));
  *ret_store = store;
  return OK;
}

void evidence_store_close(struct evidence_store **slot) {
  struct evidence_store *store = *slot;
  if (store != NULL) {
    secret_clear(&store->key);
    free((char *)(uintptr_t)store->folder);
    free(store);
    *slot = NULL;
  }
}

struct slice evidence_store_about(struct arena *arena, const uint8_t name[static EVIDENCE_SHA256]) {
  return arena_printf(arena, "evidence:%.*s", SLICE_ARG(hex_write(arena, slice_of(name, EVIDENCE_SHA256))));
}

static const char *path_of(struct evidence_store *store, struct arena *arena, const uint8_t *name, const char *suffix) {
  return (const char *)arena_printf(arena, "%s/%.*s%s", store->folder, SLICE_ARG(hex_write(arena, slice_of(name, EVIDENCE_SHA256))), suffix).ptr;
}

result evidence_store_write(struct evidence_store *store, const uint8_t name[static EVIDENCE_SHA256], struct slice sealed) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const char *path = path_of(store, &arena, name, "");
  const char *unfinished = path_of(store, &arena, name, ".new");
  int fd CLEANUP(close_fd) = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) {
    FAIL(BASE_IO, "a sealed file cannot be made: errno %d", errno);
  }
  TRY(write_whole(fd, sealed));
  if (rename(unfinished, path) != 0) {
    FAIL(BASE_IO, "a sealed file cannot take its name: errno %d", errno);
  }
  return sync_folder(store->folder);
}

result evidence_store_read(struct evidence_store *store, struct arena *arena, const uint8_t name[static EVIDENCE_SHA256],
                           struct slice *ret_sealed) {
  uint8_t digest[DIGEST_BYTES];
  TRY(read_whole(path_of(store, arena, name, ""), arena, SEALED_MAX, ret_sealed));
  digest_sha256(*ret_sealed, digest);
  if (memcmp(digest, name, sizeof digest) != 0) {
    FAIL(EVIDENCE_ALTERED, "a file is not what its name says");
  }
  return OK;
}

static void close_folder(DIR **folder) {
  if (*folder != NULL) {
    (void)closedir(*folder);
  }
}

/* By the system's own clock: file times know no other. */
static bool is_old(const char *path) {
  struct stat status;
  struct timespec now;
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return stat(path, &status) == 0 && S_ISREG(status.st_mode) && now.tv_sec - status.st_mtim.tv_sec > LEFT_OVER_AFTER_S;
}

static result drop_one(struct evidence_store *store, const struct evidence_store_walk *walk, const char *file) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice name = slice_str(file);
  struct slice digest = {0};
  bool is_named = false;
  const char *path = (const char *)arena_printf(&arena, "%s/%s", store->folder, file).ptr;
  if (!is_old(path) || !is_ok(hex_parse(slice_sub(name, 0, (size_t)2 * EVIDENCE_SHA256), &arena, &digest)) || digest.len != EVIDENCE_SHA256) {
    return OK;
  }
  if (name.len == (size_t)2 * EVIDENCE_SHA256) {
    TRY(walk->is_named(walk->context, digest.ptr, &is_named));
  }
  if (!is_named) {
    (void)unlink(path);
  }
  return OK;
}

result evidence_store_drop_left_over(struct evidence_store *store, const struct evidence_store_walk *walk) {
  DIR *folder CLEANUP(close_folder) = opendir(store->folder);
  if (folder == NULL) {
    FAIL(BASE_IO, "the evidence folder cannot be read: errno %d", errno);
  }
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] != '.') {
      TRY(drop_one(store, walk, entry->d_name));
    }
  }
  return OK;
}
