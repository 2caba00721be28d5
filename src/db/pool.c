#include "db/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "db/migrate.h"
#include "db/writer.h"

enum { PATH_BYTES_MAX = 4000 };

static result file_check(const struct db_options *options, bool *ret_exists) {
  struct stat status;
  bool exists = stat(options->path, &status) == 0;
  if (!exists && errno != ENOENT) {
    FAIL(BASE_IO, "%s: %s", options->path, strerror(errno)); /* waiting will not change it */
  }
  if (exists && !S_ISREG(status.st_mode)) {
    FAIL(DB_BROKEN, "%s is not a file", options->path);
  }
  if (!exists && options->mode != DB_CREATE) {
    FAIL(DB_MISSING, "there is no database at %s", options->path);
  }
  if (exists && status.st_size == 0 && options->mode != DB_CREATE) {
    FAIL(DB_BROKEN, "%s is empty", options->path); /* to SQLite that is a new database: it would be filled as if nothing had ever been there */
  }
  *ret_exists = exists;
  return OK;
}

/* A lock file of its own: closing any descriptor of the database file itself would drop SQLite's locks on it. */
static result lock_take(struct db *db) {
  char path[PATH_BYTES_MAX + 8];
  (void)snprintf(path, sizeof path, "%s.lock", db->path);
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    FAIL(DB_UNAVAILABLE, "%s: %s", path, strerror(errno));
  }
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    (void)close(fd);
    FAIL(DB_LOCKED, "another process writes to %s", db->path);
  }
  db->lock_fd = fd;
  return OK;
}

static result writer_open(struct db *db, const struct db_options *options) {
  TRY(lock_take(db));
  struct db_tx *tx = NULL;
  TRY(db_connection_open(db->path, DB_WRITER, options->mode == DB_CREATE, &tx));
  result ready = db_migrate(tx, options->migrations, true);
  if (is_ok(ready)) {
    ready = db_writer_start(tx, &db->writer);
  }
  if (!is_ok(ready)) {
    db_connection_close(tx);
  }
  return ready;
}

static result reader_open(struct db *db, const struct db_options *options) {
  struct db_tx *tx = NULL;
  TRY(db_connection_open(db->path, DB_READER, false, &tx));
  result ready = db_migrate(tx, options->migrations, false);
  if (!is_ok(ready)) {
    db_connection_close(tx);
    return ready;
  }
  db->idle[db->idle_count++] = tx;
  db->opened = 1;
  return OK;
}

result db_open(const struct db_options *options, struct db **ret_db) {
  if (strlen(options->path) > PATH_BYTES_MAX) {
    FAIL(DB_MISSING, "a path of more than %d bytes", PATH_BYTES_MAX);
  }
  bool exists = false;
  TRY(file_check(options, &exists));
  struct db *db = heap_alloc(sizeof *db);
  db->path = heap_alloc(strlen(options->path) + 1);
  memcpy(db->path, options->path, strlen(options->path));
  db->mode = options->mode;
  db->lock_fd = -1;
  db->readers_max = options->readers < 1 ? 1 : options->readers > DB_READERS_MAX ? DB_READERS_MAX : options->readers;
  (void)pthread_mutex_init(&db->mutex, NULL);
  pthread_condattr_t monotonic;
  (void)pthread_condattr_init(&monotonic);
  (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void)pthread_cond_init(&db->returned, &monotonic);
  (void)pthread_condattr_destroy(&monotonic);
  result opened = options->mode == DB_READ_ONLY ? reader_open(db, options) : writer_open(db, options);
  if (!is_ok(opened)) {
    db_close(&db);
    return opened;
  }
  *ret_db = db;
  return OK;
}

void db_close(struct db **handle) {
  struct db *db = *handle;
  if (db == NULL) {
    return;
  }
  *handle = NULL;
  for (int i = 0; i < db->idle_count; i++) {
    db_connection_close(db->idle[i]);
  }
  if (db->writer != NULL) {
    db_writer_stop(db->writer);
  }
  if (db->lock_fd >= 0) {
    (void)close(db->lock_fd);
  }
  (void)pthread_cond_destroy(&db->returned);
  (void)pthread_mutex_destroy(&db->mutex);
  free(db->path);
  free(db);
}

result db_write(struct db *db, db_fn fn, void *arg) {
  if (db->writer == NULL) {
    FAIL(DB_UNAVAILABLE, "%s was opened to read only", db->path);
  }
  return db_writer_run(db->writer, fn, arg);
}

struct db_figures db_figures(struct db *db) {
  return db->writer != NULL ? db_writer_figures(db->writer) : (struct db_figures){0};
}

/* An idle connection, or NULL with leave to open one more. */
static result reader_take(struct db *db, struct db_tx **ret_tx) {
  struct timespec until;
  (void)clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += DB_READER_WAIT_MS / 1000;
  result outcome = OK;
  (void)pthread_mutex_lock(&db->mutex);
  int waited = 0;
  while (db->idle_count == 0 && db->opened >= db->readers_max && waited == 0) {
    waited = pthread_cond_timedwait(&db->returned, &db->mutex, &until);
  }
  if (db->idle_count > 0) {
    *ret_tx = db->idle[--db->idle_count];
  } else if (db->opened < db->readers_max) {
    db->opened++;
    *ret_tx = NULL;
  } else {
    outcome = fault_set(__FILE__, __LINE__, DB_UNAVAILABLE, "all %d readers stayed in use", db->readers_max);
  }
  (void)pthread_mutex_unlock(&db->mutex);
  return outcome;
}

static void reader_lost(struct db *db) {
  (void)pthread_mutex_lock(&db->mutex);
  db->opened--;
  (void)pthread_cond_signal(&db->returned);
  (void)pthread_mutex_unlock(&db->mutex);
}

/* BEGIN alone would take its snapshot only at the first query: this one needs no page but the first. */
static result snapshot_begin(struct db_tx *tx) {
  TRY(db_control(tx, "BEGIN"));
  result read = db_control(tx, "SELECT 1 FROM sqlite_schema LIMIT 1");
  if (!is_ok(read)) {
    struct fault fault = *fault_last();
    (void)!is_ok(db_control(tx, "ROLLBACK"));
    return fault_set(fault.file, fault.line, fault.code, "%s", fault.detail);
  }
  return OK;
}

result db_read_begin(struct db *db, struct db_tx **ret_tx) {
  struct db_tx *tx = NULL;
  TRY(reader_take(db, &tx));
  result outcome = tx != NULL ? OK : db_connection_open(db->path, DB_READER, false, &tx);
  if (is_ok(outcome)) {
    tx->pool = db;
    outcome = snapshot_begin(tx);
  }
  if (!is_ok(outcome)) {
    db_connection_close(tx);
    reader_lost(db);
    return outcome;
  }
  *ret_tx = tx;
  return OK;
}

void db_read_end(struct db_tx **handle) {
  struct db_tx *tx = *handle;
  if (tx == NULL) {
    return;
  }
  *handle = NULL;
  struct db *db = tx->pool;
  db_statements_give_back_all(tx);
  if (!is_ok(db_control(tx, "COMMIT"))) {
    db_connection_close(tx);
    reader_lost(db);
    return;
  }
  (void)pthread_mutex_lock(&db->mutex);
  db->idle[db->idle_count++] = tx;
  (void)pthread_cond_signal(&db->returned);
  (void)pthread_mutex_unlock(&db->mutex);
}

result db_copy_to(struct db *db, const char *path) {
  struct db_tx *tx = NULL;
  TRY(db_connection_open(db->path, DB_READER, false, &tx));
  /* The copy is a new file of this connection's own making: the role stands. */
  result outcome = db_control(tx, "PRAGMA query_only=OFF");
  if (is_ok(outcome)) {
    outcome = db_run(tx, "VACUUM INTO $1", DB_ARGS(db_of_text(slice_str(path))), NULL);
  }
  db_connection_close(tx);
  return outcome;
}
