#include "db/sqlite_log.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum {
  ROOM_BYTES = 120 * 1024, /* some thirty pages: beyond that it is written in parts. Of 128 KiB or more SQLite asks the system for what is left over those */
  HEADER_BYTES = 24,       /* of a frame */
  LOG_HEADER_BYTES = 32,   /* of the log, at its beginning */
  SIZE_AT = 4,             /* in it: pages of the database after the commit; nought in all frames but a commit's last */
};
static const char vfs_name[] = "danh-log";

struct log_file {
  sqlite3_file base; /* first: what SQLite knows */
  sqlite3_file *real;
  uint8_t *gathered; /* NULL until something is written */
  sqlite3_int64 offset;
  int length;
  bool ends_commit; /* the header before this page said so */
  int why_lost;     /* what dropped something that SQLite takes for written; 0: nothing is missing */
  sqlite3_int64 lost;
};

static struct log_file *log_of(sqlite3_file *file) { return (struct log_file *)file; }

static int put_down(struct log_file *log) {
  int length = log->length;
  log->length = 0;
  int status = length == 0 ? SQLITE_OK : log->real->pMethods->xWrite(log->real, log->gathered, length, log->offset);
  if (status != SQLITE_OK && log->why_lost == 0) {
    log->why_lost = status;
    log->lost = log->offset;
  }
  return status;
}

/* A statement that fails may be undone without its transaction: what was written before it and dropped is missing then, and no commit may follow behind the
 * gap. Whoever begins again where it begins, or before, with a header, has undone all of it. */
static int see_gap(struct log_file *log, int length, sqlite3_int64 offset) {
  bool is_header = length == HEADER_BYTES || length == LOG_HEADER_BYTES;
  if (is_header && offset <= log->lost) {
    log->why_lost = 0;
  }
  return log->why_lost;
}

static int log_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset) {
  static const uint8_t nought[4] = {0};
  struct log_file *log = log_of(file);
  bool is_header = length == HEADER_BYTES;
  bool is_last = !is_header && log->ends_commit;
  log->ends_commit = is_header && memcmp((const uint8_t *)bytes + SIZE_AT, nought, sizeof nought) != 0;
  if (see_gap(log, length, offset) != SQLITE_OK) {
    return log->why_lost;
  }
  bool continues = log->length == 0 || (offset == log->offset + log->length && length <= ROOM_BYTES - log->length);
  int status = continues ? SQLITE_OK : put_down(log);
  if (status != SQLITE_OK || length > ROOM_BYTES) {
    return status != SQLITE_OK ? status : log->real->pMethods->xWrite(log->real, bytes, length, offset);
  }
  if (log->gathered == NULL) {
    log->gathered = heap_alloc(ROOM_BYTES);
  }
  log->offset = log->length == 0 ? offset : log->offset;
  memcpy(log->gathered + log->length, bytes, (size_t)length);
  log->length += length;
  return is_last ? put_down(log) : SQLITE_OK;
}

static int log_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset) {
  struct log_file *log = log_of(file);
  int status = put_down(log);
  return status == SQLITE_OK ? log->real->pMethods->xRead(log->real, bytes, length, offset) : status;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
  struct log_file *log = log_of(file);
  int status = put_down(log);
  return status == SQLITE_OK ? log->real->pMethods->xTruncate(log->real, size) : status;
}

static int log_sync(sqlite3_file *file, int flags) {
  struct log_file *log = log_of(file);
  int status = put_down(log);
  return status == SQLITE_OK ? log->real->pMethods->xSync(log->real, flags) : status;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *ret_size) {
  struct log_file *log = log_of(file);
  int status = put_down(log);
  return status == SQLITE_OK ? log->real->pMethods->xFileSize(log->real, ret_size) : status;
}

static int log_close(sqlite3_file *file) {
  struct log_file *log = log_of(file);
  int put = put_down(log);
  int closed = log->real->pMethods->xClose(log->real);
  free(log->gathered);
  log->gathered = NULL;
  return put == SQLITE_OK ? closed : put;
}

static int log_lock(sqlite3_file *file, int level) { return log_of(file)->real->pMethods->xLock(log_of(file)->real, level); }
static int log_unlock(sqlite3_file *file, int level) { return log_of(file)->real->pMethods->xUnlock(log_of(file)->real, level); }
static int log_is_reserved(sqlite3_file *file, int *ret_is) { return log_of(file)->real->pMethods->xCheckReservedLock(log_of(file)->real, ret_is); }
static int log_control(sqlite3_file *file, int operation, void *arg) {
  return log_of(file)->real->pMethods->xFileControl(log_of(file)->real, operation, arg);
}
static int log_sector(sqlite3_file *file) { return log_of(file)->real->pMethods->xSectorSize(log_of(file)->real); }
static int log_traits(sqlite3_file *file) { return log_of(file)->real->pMethods->xDeviceCharacteristics(log_of(file)->real); }

static const sqlite3_io_methods log_methods = {.iVersion = 1,
                                               .xClose = log_close,
                                               .xRead = log_read,
                                               .xWrite = log_write,
                                               .xTruncate = log_truncate,
                                               .xSync = log_sync,
                                               .xFileSize = log_size,
                                               .xLock = log_lock,
                                               .xUnlock = log_unlock,
                                               .xCheckReservedLock = log_is_reserved,
                                               .xFileControl = log_control,
                                               .xSectorSize = log_sector,
                                               .xDeviceCharacteristics = log_traits};

/* Everything but logs is the real one's own file. SQLite gives room for both, one behind the other. */
static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags) {
  sqlite3_vfs *real = sqlite3_vfs_find(NULL);
  struct log_file *log = log_of(file);
  (void)vfs;
  if ((flags & SQLITE_OPEN_WAL) == 0) {
    return real->xOpen(real, name, file, flags, ret_flags);
  }
  *log = (struct log_file){.real = (sqlite3_file *)(void *)(log + 1)};
  memset(log->real, 0, (size_t)real->szOsFile);
  int status = real->xOpen(real, name, log->real, flags, ret_flags);
  log->base.pMethods = log->real->pMethods != NULL ? &log_methods : NULL; /* SQLite closes what has methods, also after a failure */
  return status;
}

static void register_once(void) {
  static sqlite3_vfs vfs; /* SQLite keeps it */
  const sqlite3_vfs *real = sqlite3_vfs_find(NULL);
  vfs = *real;
  vfs.zName = vfs_name;
  vfs.szOsFile = (int)sizeof(struct log_file) + real->szOsFile;
  vfs.xOpen = vfs_open;
  (void)sqlite3_vfs_register(&vfs, 0);
}

const char *db_sqlite_log_vfs(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  (void)pthread_once(&once, register_once);
  return vfs_name;
}
