/* db/connection.h: one SQLite connection, its settings and its prepared statements. (private to db/)
 *
 * A transaction is its connection: there is at most one at a time on each.
 * One role   exactly one connection of the installation, DB_WRITER, writes and checkpoints. Readers are opened
 *            read-only and never checkpoint, not even at close: SQLite before 3.51.3 can lose committed data when a
 *            write races a checkpoint of another connection. db_connection_open checks the settings it asked for
 *            and fails if one did not take.
 * Statements are prepared once and kept by the pointer of their text. Their text is compared too, so that a reused
 *            address (which db.h forbids) costs a preparation and not a wrong answer. A statement asked for while
 *            it is running gets a twin.
 */
#pragma once
#include <sqlite3.h>

#include "db/driver.h"

enum db_role { DB_WRITER, DB_READER };

enum {
  DB_STATEMENT_BUCKETS = 128,
  DB_STATEMENTS_MAX = 256, /* kept per connection: about 4 KB each */
  DB_PARAMETERS_MAX = 64,
};

struct db_statement {
  const char *sql;
  sqlite3_stmt *handle;
  struct db_statement *next; /* in its bucket */
  bool in_use;
  size_t argument_count;                  /* the highest n of $n */
  size_t parameter_count;                 /* SQLite's own count, in order of first appearance */
  uint8_t argument_of[DB_PARAMETERS_MAX]; /* parameter i (from 0) takes argument argument_of[i] (from 0) */
};

struct db_file;
struct db_marks;

struct db_connection {
  struct db_tx tx;
  sqlite3 *handle;
  struct db_statement *buckets[DB_STATEMENT_BUCKETS];
  size_t statements;
  size_t in_use;
  enum db_role role;
  struct db_file *pool;   /* whose it is */
  bool begins;            /* a reader's transaction, at its first query: many end without one */
  uint64_t version;       /* a reader's: of the file (pool.h), before its transaction began */
  int wal_pages;          /* writer: length of the log after the last commit */
  struct db_marks *marks; /* writer: of its database */
};

static inline struct db_connection *db_connection_of(struct db_tx *tx) {
  return (struct db_connection *)tx;
}

MUST_USE result db_connection_open(const char *path, enum db_role role, bool create, struct db_connection **ret_tx);
void db_connection_close(struct db_connection *tx);

/* A prepared statement ready to bind, marked as in use. DB_STATEMENT. */
MUST_USE result db_statement_take(struct db_connection *tx, const char *sql, struct db_statement **ret_statement);
void db_statement_give_back(struct db_connection *tx, struct db_statement *statement);
/* Gives back whatever a transaction left open, so that it can end. */
void db_statements_give_back_all(struct db_connection *tx);

/* SQLite's code as one of ours, with its message in the fault record. `what`: our own words or a statement's text. */
MUST_USE result db_failure(struct db_connection *tx, int sqlite_code, const char *what);
/* One statement without arguments or rows, through the cache: BEGIN, SAVEPOINT and the like. */
MUST_USE result db_control(struct db_connection *tx, const char *sql);

/* The driver's part in rows.c. */
MUST_USE result db_sqlite_run(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_changed);
MUST_USE result db_sqlite_insert(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_id);
MUST_USE result db_sqlite_query(struct db_tx *tx, const char *sql, struct db_args args, struct db_rows *ret_rows);
bool db_sqlite_rows_next(struct db_rows *rows);
void db_sqlite_rows_close(struct db_rows *rows);
bool db_sqlite_is_null(const struct db_rows *rows, int column);
int64_t db_sqlite_number(const struct db_rows *rows, int column);
struct slice db_sqlite_text(const struct db_rows *rows, int column);
struct slice db_sqlite_bytes(const struct db_rows *rows, int column);
