#include <stdio.h>
#include <string.h>

#include "db/connection.h"
#include "db/migrate.h"

enum { APPLICATION_ID = 0x44616e68 /* "Danh", in the file's header */ };

static result number_read(struct db_tx *tx, const char *sql, int64_t *ret_number) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, sql, DB_NO_ARGS, &rows));
  *ret_number = db_int(&rows, 0);
  return OK;
}

/* The first read of the file: what is no database, or is damaged at its head, or shorter than its header says, shows
 * here. */
static result owner_check(struct db_tx *tx, bool *ret_is_new) {
  int64_t application = 0;
  int64_t tables = 0;
  TRY(number_read(tx, "PRAGMA application_id", &application));
  TRY(number_read(tx, "SELECT count(*) FROM sqlite_schema", &tables));
  if (application != APPLICATION_ID && (application != 0 || tables != 0)) {
    FAIL(DB_BROKEN, "a database of another program (application id %lld)", (long long)application);
  }
  *ret_is_new = tables == 0;
  return OK;
}

/* A name of a table or an index. */
static bool is_taken(const char *message) {
  return strstr(message, "already exists") != NULL || strstr(message, "there is already another table or index with this name") != NULL;
}

static result execute(struct db_tx *tx, const char *sql) {
  struct db_connection *connection = db_connection_of(tx);
  int status = sqlite3_exec(connection->handle, sql, NULL, NULL, NULL);
  if (status == SQLITE_ERROR && is_taken(sqlite3_errmsg(connection->handle))) {
    FAIL(DB_HALF_MADE, "tables are there that are not noted: %.120s", sqlite3_errmsg(connection->handle));
  }
  return status == SQLITE_OK ? OK : db_failure(connection, status, sql);
}

static result own_begin(struct db_tx *tx, bool is_new) {
  char mark[64];
  if (!is_new) {
    return OK;
  }
  (void)snprintf(mark, sizeof mark, "PRAGMA application_id=%d", APPLICATION_ID);
  return execute(tx, mark);
}

static result begin(struct db_tx *tx) { return db_control(db_connection_of(tx), "BEGIN IMMEDIATE"); }

static result commit(struct db_tx *tx) { return db_control(db_connection_of(tx), "COMMIT"); }

static void rollback(struct db_tx *tx) {
  struct db_connection *connection = db_connection_of(tx);
  if (sqlite3_get_autocommit(connection->handle) == 0) {
    (void)!is_ok(db_control(connection, "ROLLBACK"));
  }
}

const struct db_migrator db_sqlite_migrator = {
    .engine = DB_ENGINE_SQLITE,
    .owner_check = owner_check,
    .own_begin = own_begin,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .execute = execute,
    .unclassed = "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c"
                 " LEFT JOIN column_class k ON k.table_name = m.name AND k.column_name = c.name"
                 " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~' AND k.class IS NULL LIMIT 1",
};
