/* db/db.h: storage: one interface, one driver behind it (SQLite now, PostgreSQL beside it later).
 *
 * Writing    is a function. db_write(db, fn, arg) runs fn on the one writer thread, together with whatever else is
 *            waiting (group commit: one fsync serves all), and returns only when it is on disk. fn re-reads what it
 *            decides on, checks, writes and appends its ledger entry, nothing else: no signature, HTTP, Lua, layout
 *            or password hash. If fn fails, nothing of it stays, the others stand, and db_write returns fn's code:
 *            refuse before the first write where you can, for after it everybody in the batch runs again. So fn may
 *            run twice: it sets what arg holds and never adds to it. The caller sleeps meanwhile, so fn may use the
 *            caller's arena.
 * Reading    a snapshot on a pooled reader connection, from db_read_begin to db_read_end.
 * Durable    what db_write acknowledged survives kill -9 and power loss (WAL, synchronous=FULL). DB_FULL: nothing
 *            was written. DB_UNAVAILABLE from a disk that failed: no further write is taken until the process starts
 *            anew, and whether the last batch is there is known only then: a caller that asks again needs its
 *            idempotency key.
 * Processes  one writes (flock on `<path>.lock`, taken by db_open; DB_LOCKED), any number read at the same time with
 *            DB_READ_ONLY.
 * Threads    db_write, db_read_begin and db_read_end from any thread; a tx belongs to one thread. Never call
 *            db_write inside fn.
 * SQL        one text for both engines, placeholders $1..$n; it stands beside its domain code as string literals
 *            (statements are cached by pointer: never build SQL at run time).
 */
#pragma once
#include "base/arena.h"

struct db;
struct db_tx;

enum db_error {
  DB_UNAVAILABLE = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_DB, 1), /* Storage does not answer now: see Durable. */
  DB_BROKEN = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 2),         /* The database file is damaged. */
  DB_TOO_NEW = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 3),        /* Made by a newer program. */
  DB_STATEMENT = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 4),      /* A statement is wrong: our defect. */
  DB_DUPLICATE = RESULT_CODE(RESULT_CONFLICT, MODULE_DB, 5),      /* A unique key is taken. */
  DB_NO_ROW = RESULT_CODE(RESULT_NOT_FOUND, MODULE_DB, 6),        /* db_row found none. */
  DB_LOCKED = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_DB, 7),      /* Another process holds the installation. */
  DB_FULL = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_DB, 8),        /* No space left. */
  DB_CONSTRAINT = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 9),     /* A row breaks its table's rules: our defect. */
  DB_MISSING = RESULT_CODE(RESULT_NOT_FOUND, MODULE_DB, 10),      /* There is no database at that path. */
  DB_TOO_OLD = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 11), /* Read-only, and a writer must bring the tables forward. */
  DB_OTHER_TABLES = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 12), /* Made by migrations whose text was another. */
};

enum db_mode {
  DB_CREATE,    /* read and write; made if absent; migrated forward */
  DB_WRITE,     /* read and write; migrated forward; DB_MISSING if absent */
  DB_READ_ONLY, /* no writer thread; refuses a schema it does not know */
};

/* Tables of one module, forward only. A column is declared `name TYPE/CLASS ...`:
 * TYPE     id (64-bit key), int (64-bit number), text (UTF-8), bytes, time (Unix ms UTC, 64-bit)
 * CLASS    public, personal, sensitive, secret
 * The migrator spells the type per engine, stores the class in column_class(module, table_name, column_name, class),
 * and refuses a column without either.
 * Keys     PRIMARY KEY (person_id, ...) written for the whole table clusters its rows by that key; `) HEAP` after the columns leaves
 *          them in order of arrival, with the key beside them: cheaper for wide rows that come from anybody. A column's own
 *          `id/... PRIMARY KEY` left out of an INSERT is given by the engine (db_insert tells it): ascending in the
 *          order of commits on SQLite; on PostgreSQL unique, but neither without gaps nor in that order.
 * Allowed  CREATE and DROP TABLE and INDEX, ALTER TABLE ADD COLUMN, INSERT, UPDATE, DELETE.
 * Refused  because the engines differ: STRICT, WITHOUT ROWID, IF NOT EXISTS, AUTOINCREMENT, DEFERRABLE, COLLATE,
 *          triggers, views, pragmas. "Double quotes" never hold a text. */
struct db_migration {
  const char *module; /* layers.txt name */
  int version;        /* 1, 2, 3 ... within the module */
  const char *sql;    /* several statements, `;` between them */
};

struct db_options {
  const char *path;
  enum db_mode mode;
  const struct db_migration *migrations; /* all modules', in layer order; ended by {0} */
  int readers;                           /* pooled connections, 1..256 */
};

MUST_USE result db_open(const struct db_options *options, struct db **ret_db);
void db_close(struct db **db);

typedef result (*db_fn)(struct db_tx *tx, void *arg);
MUST_USE result db_write(struct db *db, db_fn fn, void *arg);

MUST_USE result db_read_begin(struct db *db, struct db_tx **ret_tx);
void db_read_end(struct db_tx **tx); /* for CLEANUP; NULL is fine */

struct db_value {
  enum { DB_NULL, DB_INT, DB_TEXT, DB_BYTES } type;
  int64_t number;
  struct slice bytes;
};
static inline struct db_value db_of_int(int64_t n) {
  return (struct db_value){DB_INT, n, {0}};
}
static inline struct db_value db_of_text(struct slice s) {
  return (struct db_value){DB_TEXT, 0, s};
}
static inline struct db_value db_of_bytes(struct slice s) {
  return (struct db_value){DB_BYTES, 0, s};
}
static inline struct db_value db_of_null(void) {
  return (struct db_value){0};
}
/* An empty text or a zero number as NULL. */
static inline struct db_value db_of_text_or_null(struct slice s) {
  return s.len ? db_of_text(s) : db_of_null();
}
static inline struct db_value db_of_int_or_null(int64_t n) {
  return n ? db_of_int(n) : db_of_null();
}

struct db_args {
  const struct db_value *values;
  size_t count;
};
/* DB_ARGS(db_of_int(1), db_of_text(name)); values are read before the call returns. */
#define DB_ARGS(...)                                        \
  ((struct db_args){(const struct db_value[]){__VA_ARGS__}, \
                    sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)})
#define DB_NO_ARGS ((struct db_args){0})

/* INSERT, UPDATE, DELETE. ret_changed (may be NULL): rows changed. DB_DUPLICATE, DB_CONSTRAINT. */
MUST_USE result db_run(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_changed);

/* INSERT of one row into a table whose key `id` the engine gives: that key. */
MUST_USE result db_insert(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_id);

struct db_rows {
  struct db_tx *tx;
  void *statement;
  result status;
};
/* struct db_rows rows CLEANUP(db_rows_close) = {0};
 * TRY(db_query(tx, SQL, DB_ARGS(...), &rows));
 * while (db_rows_next(&rows)) { ... db_int(&rows, 0) ... }
 * TRY(rows.status); */
MUST_USE result db_query(struct db_tx *tx, const char *sql, struct db_args args, struct db_rows *ret_rows);
bool db_rows_next(struct db_rows *rows);
void db_rows_close(struct db_rows *rows); /* harmless twice */
/* The first row, already stepped to. DB_NO_ROW when there is none. Close it like any other. */
MUST_USE result db_row(struct db_tx *tx, const char *sql, struct db_args args, struct db_rows *ret_rows);

/* Columns from 0. Slices live until the next step; the _copy form lives in the arena. NULL reads as 0 and as empty. */
bool db_is_null(const struct db_rows *rows, int column);
int64_t db_int(const struct db_rows *rows, int column);
struct slice db_text(const struct db_rows *rows, int column);
struct slice db_bytes(const struct db_rows *rows, int column);
struct slice db_text_copy(const struct db_rows *rows, int column, struct arena *arena);
struct slice db_bytes_copy(const struct db_rows *rows, int column, struct arena *arena);

/* Figures for /metrics and bench. */
struct db_figures {
  uint64_t commits;
  uint64_t writes; /* functions committed; writes / commits is the batch size */
};
struct db_figures db_figures(struct db *db);

/* An online, consistent copy (VACUUM INTO). */
MUST_USE result db_copy_to(struct db *db, const char *path);
