#include "backup/files.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/output.h"

enum { READ_BYTES = 64 * 1024 };

void backup_sum_begin(struct backup_sum *sum) { digest_begin(&sum->digest); }

void backup_sum_file(struct backup_sum *sum, struct slice name, int64_t size) {
  digest_add(&sum->digest, name);
  digest_add_byte(&sum->digest, 0);
  for (int i = 7; i >= 0; i--) {
    digest_add_byte(&sum->digest, (uint8_t)(size >> 8 * i));
  }
  sum->files++;
  sum->bytes += size;
}

void backup_sum_add(struct backup_sum *sum, struct slice bytes) { digest_add(&sum->digest, bytes); }

void backup_sum_end(struct backup_sum *sum, uint8_t ret_digest[static DIGEST_BYTES]) { digest_end(&sum->digest, ret_digest); }

void backup_sum_free(struct backup_sum *sum) { digest_free(&sum->digest); }

/* Databases are read through their engine or are another program's; locks, what is being written and who waits at the door mean nothing elsewhere. */
static bool is_passing(struct slice path) {
  static const char *const endings[] = {".db", ".db-wal", ".db-shm", ".db.lock", ".db.moved", ".db.moved-wal", ".db.moved-shm", ".db.moved.lock", ".new", ".part"};
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    if (slice_ends(path, slice_str(endings[i]))) {
      return true;
    }
  }
  return slice_is(path, "lock") || slice_ends(path, S("/lock")) || slice_is(path, "unfinished") || slice_is(path, "waiting");
}

/* As many bytes as it had when it was opened: the signer's log may grow meanwhile, all else is replaced as a whole. */
static result content_write(struct backup_folder *folder, int fd, struct slice path, int64_t size) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct backup_input input = {fd};
  uint8_t *bytes = arena_alloc(&arena, READ_BYTES);
  TRY(backup_archive_begin(folder->archive, arena_printf(&arena, "files/%.*s", SLICE_ARG(path)), size));
  backup_sum_file(folder->sum, path, size);
  for (size_t got = 0; size > 0; size -= (int64_t)got) {
    TRY(backup_input_read(&input, bytes, size < READ_BYTES ? (size_t)size : READ_BYTES, &got));
    if (got == 0) {
      FAIL(BACKUP_UNREADABLE, "%.*s became shorter while it was read", SLICE_ARG(path));
    }
    backup_sum_add(folder->sum, slice_of(bytes, got));
    TRY(backup_archive_add(folder->archive, slice_of(bytes, got)));
  }
  return OK;
}

static result file_write(struct backup_folder *folder, const char *file, struct slice path) {
  struct stat status;
  int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 && errno == ENOENT) {
    return OK; /* erased since the folder was listed */
  }
  if (fd < 0 || fstat(fd, &status) != 0) {
    int why = errno;
    if (fd >= 0) {
      (void)close(fd);
    }
    FAIL(BACKUP_UNREADABLE, "%.*s: %s", SLICE_ARG(path), strerror(why));
  }
  result written = content_write(folder, fd, path, (int64_t)status.st_size);
  (void)close(fd);
  return written;
}

static bool is_own(const struct backup_folder *folder, const struct stat *status) {
  struct stat own;
  return stat(folder->skipped, &own) == 0 && own.st_dev == status->st_dev && own.st_ino == status->st_ino;
}

static result entry_write(struct backup_folder *folder, const FTSENT *entry, size_t root) {
  struct slice path = slice_str(entry->fts_path + root);
  switch (entry->fts_info) {
    case FTS_F:
      return is_passing(path) || is_own(folder, entry->fts_statp) ? OK : file_write(folder, entry->fts_accpath, path);
    case FTS_D:
    case FTS_DP:
      return OK;
    case FTS_NS:
      return OK; /* gone since */
    case FTS_DEFAULT: /* a socket, a pipe */
      folder->left_out += !S_ISSOCK(entry->fts_statp->st_mode);
      return OK;
    case FTS_SL:
    case FTS_SLNONE:
      folder->left_out++;
      return OK;
    default:
      FAIL(BACKUP_UNREADABLE, "%.*s: %s", SLICE_ARG(path), strerror(entry->fts_errno));
  }
}

static void tree_close(FTS **tree) {
  if (*tree != NULL) {
    (void)fts_close(*tree);
  }
}

result backup_files_write(struct backup_folder *folder) {
  char *const roots[] = {(char *)(uintptr_t)folder->data, NULL};
  FTS *tree CLEANUP(tree_close) = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
  if (tree == NULL) {
    FAIL(BACKUP_UNREADABLE, "%s: %s", folder->data, strerror(errno));
  }
  size_t root = strlen(folder->data) + 1;
  for (const FTSENT *entry; (entry = fts_read(tree)) != NULL;) {
    if (entry->fts_level > 0) {
      TRY(entry_write(folder, entry, root));
    } else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR) {
      FAIL(BACKUP_UNREADABLE, "%s: %s", folder->data, strerror(entry->fts_errno));
    }
  }
  return OK;
}
