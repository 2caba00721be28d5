#include <string.h>

#include "base/trace.h"
#include "db/driver.h"

static bool is_server(const char *path) {
  return strncmp(path, "postgresql://", 13) == 0 || strncmp(path, "postgres://", 11) == 0;
}

result db_open(const struct db_options *options, struct db **ret_db) {
  const struct db_driver *driver = is_server(options->path) ? &db_postgres_driver : &db_sqlite_driver;
  return driver->open(options, ret_db);
}

void db_close(struct db **handle) {
  struct db *db = *handle;
  *handle = NULL;
  if (db != NULL) {
    db->driver->close(db);
  }
}

const char *db_engine(const struct db *db) { return db->driver->name; }
const char *db_engine_version(const struct db *db) { return db->driver->version != NULL ? db->driver->version() : ""; }

/* A write for a trace, wherever it runs: what it adds to the outbox belongs to that trace too. */
struct traced {
  db_fn fn;
  void *arg;
  const struct trace *trace;
};

static result run_traced(struct db_tx *tx, void *arg) {
  const struct traced *traced = arg;
  const struct trace before = *trace_current();
  trace_current_set(traced->trace);
  result outcome = traced->fn(tx, traced->arg);
  trace_current_set(&before);
  return outcome;
}

result db_write(struct db *db, db_fn fn, void *arg) {
  const struct trace trace = *trace_current();
  return trace_is_set(&trace) ? db->driver->write(db, run_traced, &(struct traced){fn, arg, &trace}) : db->driver->write(db, fn, arg);
}

result db_write_begin(struct db *db, db_fn fn, void *arg, struct db_writing *ret_writing) {
  const struct trace trace = *trace_current();
  *ret_writing = (struct db_writing){.db = db};
  if (db->driver->write_begin == NULL) {
    return db_write(db, fn, arg);
  }
  return trace_is_set(&trace) ? db->driver->write_begin(db, run_traced, &(struct traced){fn, arg, &trace}, &ret_writing->of_engine)
                              : db->driver->write_begin(db, fn, arg, &ret_writing->of_engine);
}

result db_write_end(struct db_writing *writing) { return writing->of_engine == NULL ? OK : writing->db->driver->write_end(writing->of_engine); }

result db_write_led(struct db *db, const char *task, db_fn fn, void *arg) { return db->driver->write_led(db, task, fn, arg); }

void db_mark(struct db_tx *tx, int64_t number) {
  if (tx->driver->mark != NULL) {
    tx->driver->mark(tx, number);
  }
}

bool db_moment(struct db *db, uint64_t *ret_moment) { return db->driver->moment != NULL && db->driver->moment(db, ret_moment); }

bool db_is_marked_since(struct db *db, int64_t number, uint64_t moment) {
  return db->driver->is_marked_since == NULL || db->driver->is_marked_since(db, number, moment);
}

bool db_is_marked_in(struct db_tx *tx, int64_t number, uint64_t moment) {
  return tx->driver->is_marked_in == NULL || tx->driver->is_marked_in(tx, number, moment);
}

result db_read_begin(struct db *db, struct db_tx **ret_tx) { return db->driver->read_begin(db, false, ret_tx); }
result db_look_begin(struct db *db, struct db_tx **ret_tx) { return db->driver->read_begin(db, true, ret_tx); }

void db_read_end(struct db_tx **handle) {
  struct db_tx *tx = *handle;
  *handle = NULL;
  if (tx != NULL) {
    tx->driver->read_end(tx);
  }
}

result db_lead(struct db *db, const char *task, bool *ret_leads) { return db->driver->lead(db, task, ret_leads); }

/* ---- while the primary is away ---- */

/* One a thread. A file's reads are as of now, and only they are made in fibers (db_is_file): none waits between a read and what it tells of it. */
static _Thread_local int64_t as_of_ms;

void db_as_of_begin(void) { as_of_ms = 0; }
int64_t db_as_of_ms(void) { return as_of_ms; }
void db_as_of_note(int64_t read_ms) { as_of_ms = as_of_ms == 0 || read_ms < as_of_ms ? read_ms : as_of_ms; }

bool db_is_file(const struct db *db) { return db->driver == &db_sqlite_driver; }

bool db_is_away(struct db *db) { return db->driver->is_away != NULL && db->driver->is_away(db); }

result db_servers_look(struct db *db, struct arena *arena, struct db_server **ret_servers, size_t *ret_count) {
  *ret_count = 0;
  return db->driver->servers_look != NULL ? db->driver->servers_look(db, arena, ret_servers, ret_count) : OK;
}

bool db_has_failed(struct db *db) { return db->driver->has_failed != NULL && db->driver->has_failed(db); }
struct db_figures db_figures(struct db *db) { return db->driver->figures(db); }

void db_password_set(struct db *db, const char *password) {
  if (db->driver->password_set != NULL) {
    db->driver->password_set(db, password);
  }
}

result db_copy_to(struct db *db, const char *path) { return db->driver->copy_to(db, path); }

result db_run(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_changed) {
  return tx->driver->run(tx, sql, args, ret_changed);
}

result db_insert(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_id) {
  return tx->driver->insert(tx, sql, args, ret_id);
}

result db_query(struct db_tx *tx, const char *sql, struct db_args args, struct db_rows *ret_rows) {
  if (tx->is_look && tx->has_looked) {
    FAIL(DB_STATEMENT, "a second statement in one look: %.120s", sql);
  }
  tx->has_looked = true;
  return tx->driver->query(tx, sql, args, ret_rows);
}

result db_row(struct db_tx *tx, const char *sql, struct db_args args, struct db_rows *ret_rows) {
  struct db_rows rows = {0};
  TRY(db_query(tx, sql, args, &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(DB_NO_ROW, "no row: %.120s", sql);
  }
  *ret_rows = rows;
  return OK;
}

bool db_rows_next(struct db_rows *rows) { return rows->statement != NULL && rows->tx->driver->rows_next(rows); }

void db_rows_close(struct db_rows *rows) {
  if (rows->statement != NULL) {
    rows->tx->driver->rows_close(rows);
    rows->statement = NULL;
  }
}

bool db_is_null(const struct db_rows *rows, int column) {
  return rows->statement == NULL || rows->tx->driver->is_null(rows, column);
}

int64_t db_int(const struct db_rows *rows, int column) {
  return rows->statement != NULL ? rows->tx->driver->number(rows, column) : 0;
}

struct slice db_text(const struct db_rows *rows, int column) {
  return rows->statement != NULL ? rows->tx->driver->text(rows, column) : (struct slice){0};
}

struct slice db_bytes(const struct db_rows *rows, int column) {
  return rows->statement != NULL ? rows->tx->driver->bytes(rows, column) : (struct slice){0};
}

struct slice db_text_copy(const struct db_rows *rows, int column, struct arena *arena) {
  return arena_copy(arena, db_text(rows, column));
}

struct slice db_bytes_copy(const struct db_rows *rows, int column, struct arena *arena) {
  return arena_copy(arena, db_bytes(rows, column));
}
