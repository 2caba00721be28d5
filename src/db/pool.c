#include "db/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/condition.h"
#include "base/parking.h"
#include "db/marks.h"
#include "db/migrate.h"
#include "db/writer.h"

enum { PATH_BYTES_MAX = 4000 };

static struct db_file *file_of(struct db *db) { return (struct db_file *)db; }

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
static result lock_take(struct db_file *db) {
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

static result writer_open(struct db_file *db, const struct db_options *options) {
  TRY(lock_take(db));
  struct db_connection *tx = NULL;
  TRY(db_connection_open(db->path, DB_WRITER, options->mode == DB_CREATE, &tx));
  tx->pool = db;
  tx->marks = db->marks;
  result ready = db_writer_take_over(tx);
  if (is_ok(ready)) {
    ready = db_migrate(&(const struct db_course){.engine = &db_sqlite_migrator, .tx = &tx->tx, .all = options->migrations}, true);
  }
  if (is_ok(ready)) {
    ready = db_writer_start(tx, &db->writer);
  }
  if (!is_ok(ready)) {
    db_connection_close(tx);
  }
  return ready;
}

static result reader_open(struct db_file *db, const struct db_options *options) {
  struct db_connection *tx = NULL;
  TRY(db_connection_open(db->path, DB_READER, false, &tx));
  result ready = db_migrate(&(const struct db_course){.engine = &db_sqlite_migrator, .tx = &tx->tx, .all = options->migrations}, false);
  if (!is_ok(ready)) {
    db_connection_close(tx);
    return ready;
  }
  db->idle[db->idle_count++] = tx;
  db->opened = 1;
  return OK;
}

static void file_close(struct db *base);

static result file_open(const struct db_options *options, struct db **ret_db) {
  if (strlen(options->path) > PATH_BYTES_MAX) {
    FAIL(DB_MISSING, "a path of more than %d bytes", PATH_BYTES_MAX);
  }
  bool exists = false;
  TRY(file_check(options, &exists));
  struct db_file *db = heap_alloc(sizeof *db);
  db->db.driver = &db_sqlite_driver;
  db->path = heap_alloc(strlen(options->path) + 1);
  memcpy(db->path, options->path, strlen(options->path));
  db->mode = options->mode;
  db->lock_fd = -1;
  db->marks = db_marks_new();
  db->readers_max = options->readers < 1 ? 1 : options->readers > DB_READERS_MAX ? DB_READERS_MAX : options->readers;
  (void)pthread_mutex_init(&db->mutex, NULL);
  condition_init(&db->returned);
  result opened = options->mode == DB_READ_ONLY ? reader_open(db, options) : writer_open(db, options);
  if (!is_ok(opened)) {
    file_close(&db->db);
    return opened;
  }
  *ret_db = &db->db;
  return OK;
}

static void file_close(struct db *base) {
  struct db_file *db = file_of(base);
  (void)pthread_mutex_lock(&db->mutex); /* the writer may be ending snapshots */
  while (db->idle_count > 0) {
    db_connection_close(db->idle[--db->idle_count]);
  }
  (void)pthread_mutex_unlock(&db->mutex);
  if (db->writer != NULL) {
    db_writer_stop(db->writer);
  }
  if (db->lock_fd >= 0) {
    (void)close(db->lock_fd);
  }
  (void)pthread_cond_destroy(&db->returned);
  (void)pthread_mutex_destroy(&db->mutex);
  db_marks_free(db->marks);
  free(db->path);
  free(db);
}

static result file_write(struct db *base, db_fn fn, void *arg) {
  struct db_file *db = file_of(base);
  if (db->writer == NULL) {
    FAIL(DB_UNAVAILABLE, "%s was opened to read only", db->path);
  }
  return db_writer_run(db->writer, fn, arg);
}

static result file_write_begin(struct db *base, db_fn fn, void *arg, void **ret_writing) {
  struct db_file *db = file_of(base);
  if (db->writer == NULL) {
    FAIL(DB_UNAVAILABLE, "%s was opened to read only", db->path);
  }
  return db_writer_begin(db->writer, fn, arg, ret_writing);
}

static result file_write_led(struct db *base, const char *task, db_fn fn, void *arg) {
  (void)task;
  return file_write(base, fn, arg);
}

/* A process that only reads takes the lock too, until it closes the file. */
static result file_hold(struct db *base) {
  struct db_file *db = file_of(base);
  return db->lock_fd >= 0 ? OK : lock_take(db);
}

static void file_mark(struct db_tx *base, int64_t number) {
  struct db_connection *tx = db_connection_of(base);
  if (tx->marks != NULL) { /* a reader's has none: it changes nothing */
    db_marks_add(tx->marks, number);
  }
}

static bool file_moment(struct db *base, uint64_t *ret_moment) {
  struct db_file *db = file_of(base);
  if (db->writer == NULL) {
    return false;
  }
  *ret_moment = db_marks_now(db->marks);
  return true;
}

static bool file_is_marked_since(struct db *base, int64_t number, uint64_t moment) {
  struct db_file *db = file_of(base);
  return db->writer == NULL || db_marks_since(db->marks, number, moment);
}

static bool file_is_marked_in(struct db_tx *base, int64_t number, uint64_t moment) {
  const struct db_connection *tx = db_connection_of(base);
  return tx->marks == NULL || db_marks_since_or_added(tx->marks, number, moment);
}

static bool file_has_failed(struct db *base) {
  struct db_file *db = file_of(base);
  return db->writer != NULL && db_writer_is_broken(db->writer);
}

static struct db_figures file_figures(struct db *base) {
  struct db_file *db = file_of(base);
  return db->writer != NULL ? db_writer_figures(db->writer) : (struct db_figures){0};
}

static bool has_no_reader(const struct db_file *db) { return db->idle_count == 0 && db->opened >= db->readers_max; }

/* Under the lock. Who has one may be another fiber of this thread, which can give it back only when this one is left. */
static void reader_await(struct db_file *db) {
  const struct timespec until = condition_in(DB_READER_WAIT_MS * INT64_C(1000));
  int waited = 0;
  for (int left_ms = DB_READER_WAIT_MS; parking_is_shared() && has_no_reader(db) && left_ms > 0; left_ms--) {
    (void)pthread_mutex_unlock(&db->mutex);
    parking_rest(1);
    (void)pthread_mutex_lock(&db->mutex);
  }
  while (!parking_is_shared() && has_no_reader(db) && waited == 0) {
    waited = pthread_cond_timedwait(&db->returned, &db->mutex, &until);
  }
}

/* An idle connection, or NULL with leave to open one more. */
static result reader_take(struct db_file *db, struct db_connection **ret_tx) {
  result outcome = OK;
  (void)pthread_mutex_lock(&db->mutex);
  if (has_no_reader(db)) {
    reader_await(db);
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

static void reader_lost(struct db_file *db) {
  (void)pthread_mutex_lock(&db->mutex);
  db->opened--;
  (void)pthread_cond_signal(&db->returned);
  (void)pthread_mutex_unlock(&db->mutex);
}

static bool has_snapshot(const struct db_connection *tx) { return sqlite3_get_autocommit(tx->handle) == 0; }

static result snapshot_begin(struct db_file *db, struct db_connection *tx, bool is_look) {
  uint64_t version = atomic_load(&db->version); /* before the first query */
  bool goes_on = has_snapshot(tx) && tx->version == version;
  TRY(has_snapshot(tx) && !goes_on ? db_control(tx, "COMMIT") : OK);
  tx->version = version;
  tx->tx.is_look = is_look;
  tx->tx.has_looked = false;
  tx->begins = !is_look && !goes_on;
  return OK;
}

static bool snapshot_is_kept(struct db_file *db, const struct db_connection *tx) {
  return db->writer != NULL && tx->version % 2 == 0 && tx->version == atomic_load(&db->version);
}

void db_pool_change_begin(struct db_file *db) { atomic_fetch_add(&db->version, 1); }
void db_pool_change_end(struct db_file *db) { atomic_fetch_add(&db->version, 1); }

void db_pool_snapshots_end(struct db_file *db) {
  (void)pthread_mutex_lock(&db->mutex);
  for (int i = 0; i < db->idle_count; i++) {
    if (has_snapshot(db->idle[i])) {
      (void)!is_ok(db_control(db->idle[i], "COMMIT")); /* or whoever takes it next finds it so, and fails */
    }
  }
  (void)pthread_mutex_unlock(&db->mutex);
}

static result file_read_begin(struct db *base, bool is_look, struct db_tx **ret_tx) {
  struct db_file *db = file_of(base);
  struct db_connection *tx = NULL;
  TRY(reader_take(db, &tx));
  result outcome = tx != NULL ? OK : db_connection_open(db->path, DB_READER, false, &tx);
  if (is_ok(outcome)) {
    tx->pool = db;
    outcome = snapshot_begin(db, tx, is_look);
  }
  if (!is_ok(outcome)) {
    db_connection_close(tx);
    reader_lost(db);
    return outcome;
  }
  *ret_tx = &tx->tx;
  return OK;
}

static void file_read_end(struct db_tx *base) {
  struct db_connection *tx = db_connection_of(base);
  struct db_file *db = tx->pool;
  db_statements_give_back_all(tx);
  struct fault why = *fault_last(); /* what went wrong before, if anything, is what the edge is to log */
  if (has_snapshot(tx) && !snapshot_is_kept(db, tx) && !is_ok(db_control(tx, "COMMIT"))) {
    db_connection_close(tx);
    reader_lost(db);
    if (why.code != 0) {
      (void)fault_set(why.file, why.line, why.code, "%s", why.detail);
    }
    return;
  }
  (void)pthread_mutex_lock(&db->mutex);
  db->idle[db->idle_count++] = tx;
  (void)pthread_cond_signal(&db->returned);
  (void)pthread_mutex_unlock(&db->mutex);
}

static result file_copy_to(struct db *base, const char *path) {
  struct db_file *db = file_of(base);
  struct db_connection *tx = NULL;
  TRY(db_connection_open(db->path, DB_READER, false, &tx));
  /* The copy is a new file of this connection's own making: the role stands. */
  result outcome = db_control(tx, "PRAGMA query_only=OFF");
  if (is_ok(outcome)) {
    outcome = db_sqlite_run(&tx->tx, "VACUUM INTO $1", DB_ARGS(db_of_text(slice_str(path))), NULL);
  }
  db_connection_close(tx);
  return outcome;
}

/* Whoever may write is the only one who does. */
static result file_lead(struct db *base, const char *task, bool *ret_leads) {
  (void)task;
  *ret_leads = file_of(base)->writer != NULL;
  return OK;
}

const struct db_driver db_sqlite_driver = {
    .name = "sqlite",
    .version = sqlite3_libversion,
    .open = file_open,
    .close = file_close,
    .write = file_write,
    .write_begin = file_write_begin,
    .write_end = db_writer_end,
    .write_led = file_write_led,
    .mark = file_mark,
    .moment = file_moment,
    .is_marked_since = file_is_marked_since,
    .is_marked_in = file_is_marked_in,
    .read_begin = file_read_begin,
    .read_end = file_read_end,
    .lead = file_lead,
    .has_failed = file_has_failed,
    .figures = file_figures,
    .copy_to = file_copy_to,
    .hold = file_hold,
    .run = db_sqlite_run,
    .insert = db_sqlite_insert,
    .query = db_sqlite_query,
    .rows_next = db_sqlite_rows_next,
    .rows_close = db_sqlite_rows_close,
    .is_null = db_sqlite_is_null,
    .number = db_sqlite_number,
    .text = db_sqlite_text,
    .bytes = db_sqlite_bytes,
};
