/* danh ledger export DIR: the log as files that any web server or CDN serves. Each run adds what is new. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cmd_ledger.h"

enum { CHECKPOINT_BYTES_MAX = 64 * 1024 };

struct folder {
  int fd;
  struct arena *arena;
};

static void close_descriptor(int *fd) {
  if (*fd >= 0) {
    (void)close(*fd);
  }
}

static result failed(const char *what, struct slice path) {
  FAIL(BASE_IO, "cannot %s %.*s: %s", what, SLICE_ARG(path), strerror(errno));
}

/* The folders above a file. */
static result make_parents(const struct folder *folder, struct slice path) {
  for (size_t at = slice_find(path, '/', 0); at < path.len; at = slice_find(path, '/', at + 1)) {
    struct slice parent = slice_sub(path, 0, at);
    if (mkdirat(folder->fd, arena_cstr(folder->arena, parent), 0755) != 0 && errno != EEXIST) {
      return failed("make", parent);
    }
  }
  return OK;
}

static result write_all(int fd, struct slice bytes, struct slice path) {
  while (bytes.len > 0) {
    ssize_t written = write(fd, bytes.ptr, bytes.len);
    if (written < 0 && errno != EINTR) {
      return failed("write", path);
    }
    bytes = slice_from(bytes, written > 0 ? (size_t)written : 0);
  }
  return OK;
}

/* Beside, then renamed: a reader sees the whole of it or nothing. All that the checkpoint covers is on disk before it is there. */
static result file_write(void *app, struct slice path, struct slice bytes) {
  const struct folder *folder = app;
  const char *beside = arena_cstr(folder->arena, arena_printf(folder->arena, "%.*s.new", SLICE_ARG(path)));
  TRY(make_parents(folder, path));
  int fd CLEANUP(close_descriptor) = openat(folder->fd, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) {
    return failed("write", path);
  }
  TRY(write_all(fd, bytes, path));
  bool is_last = slice_is(path, "checkpoint");
  if ((is_last && syncfs(folder->fd) != 0) || renameat(folder->fd, beside, folder->fd, arena_cstr(folder->arena, path)) != 0 ||
      (is_last && fsync(folder->fd) != 0)) {
    return failed("keep", path);
  }
  return OK;
}

/* Partial tiles nobody needs any more. What cannot be removed stays, to no harm. */
static void folder_drop(void *app, struct slice path) {
  const struct folder *folder = app;
  const char *name = arena_cstr(folder->arena, path);
  int fd = openat(folder->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
  if (dir == NULL) {
    close_descriptor(&fd);
    return;
  }
  for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
    (void)unlinkat(fd, entry->d_name, 0);
  }
  (void)closedir(dir);
  (void)unlinkat(folder->fd, name, AT_REMOVEDIR);
}

/* Empty when there is none yet. */
static result checkpoint_load(const struct folder *folder, struct slice *ret_checkpoint) {
  int fd CLEANUP(close_descriptor) = openat(folder->fd, "checkpoint", O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) {
    *ret_checkpoint = S("");
    return OK;
  }
  uint8_t *bytes = arena_alloc(folder->arena, CHECKPOINT_BYTES_MAX);
  ssize_t len = fd >= 0 ? read(fd, bytes, CHECKPOINT_BYTES_MAX) : -1;
  if (len <= 0) {
    return failed("read", S("checkpoint"));
  }
  *ret_checkpoint = slice_of(bytes, (size_t)len);
  return OK;
}

static result export_to(const struct cli_context *context, const char *path, struct ledger_exported *ret_exported) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(cli_open(context, &installation));
  if (mkdir(path, 0755) != 0 && errno != EEXIST) {
    return failed("make", slice_str(path));
  }
  int fd CLEANUP(close_descriptor) = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return failed("open", slice_str(path));
  }
  struct folder folder = {fd, context->arena};
  struct ledger_export to = {.app = &folder, .is_everything = cli_has(context, "all"), .write = file_write, .drop = folder_drop};
  TRY(checkpoint_load(&folder, &to.checkpoint));
  TRY(db_read_begin(installation->env.db, &tx));
  return ledger_export(&installation->env, tx, &to, ret_exported);
}

int cli_ledger_export(const struct cli_context *context, const char *folder) {
  struct ledger_exported exported = {0};
  result outcome = export_to(context, folder, &exported);
  if (!is_ok(outcome)) {
    return cli_fail(context, outcome);
  }
  printf(context->json ? "{\"size\":%lld,\"from\":%lld,\"files\":%lld}\n" : "%lld entries are there, %lld lay there before; %lld files written\n",
         (long long)exported.size, (long long)exported.from, (long long)exported.files);
  return CLI_OK;
}
