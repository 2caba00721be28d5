#include <string.h>

#include "db/connection.h"

/* SQLite takes a NULL pointer for a NULL value; an empty text is a text. */
static const void *never_null(struct slice s) {
  return s.ptr != NULL ? (const void *)s.ptr : (const void *)"";
}

static int bind_one(sqlite3_stmt *handle, int parameter, const struct db_value *value,
                    sqlite3_destructor_type lifetime) {
  switch (value->type) {
    case DB_INT:
      return sqlite3_bind_int64(handle, parameter, value->number);
    case DB_TEXT:
      return sqlite3_bind_text64(handle, parameter, never_null(value->bytes), value->bytes.len, lifetime, SQLITE_UTF8);
    case DB_BYTES:
      return sqlite3_bind_blob64(handle, parameter, never_null(value->bytes), value->bytes.len, lifetime);
    case DB_NULL:
      break;
  }
  return sqlite3_bind_null(handle, parameter);
}

static result bind_all(struct db_connection *tx, struct db_statement *statement, struct db_args args,
                       sqlite3_destructor_type lifetime) {
  if (args.count != statement->argument_count) {
    FAIL(DB_STATEMENT, "%zu arguments for %zu: %.120s", args.count, statement->argument_count, statement->sql);
  }
  for (size_t i = 0; i < statement->parameter_count; i++) {
    int status = bind_one(statement->handle, (int)i + 1, &args.values[statement->argument_of[i]], lifetime);
    if (status != SQLITE_OK) {
      return db_failure(tx, status, statement->sql);
    }
  }
  return OK;
}

result db_sqlite_run(struct db_tx *base, const char *sql, struct db_args args, int64_t *ret_changed) {
  struct db_connection *tx = db_connection_of(base);
  struct db_statement *statement = NULL;
  TRY(db_statement_take(tx, sql, &statement));
  result outcome = bind_all(tx, statement, args, SQLITE_STATIC);
  if (is_ok(outcome)) {
    int status = SQLITE_ROW;
    while (status == SQLITE_ROW) {
      status = sqlite3_step(statement->handle);
    }
    if (status != SQLITE_DONE) {
      outcome = db_failure(tx, status, sql);
    } else if (ret_changed != NULL) {
      *ret_changed = sqlite3_changes64(tx->handle);
    }
  }
  db_statement_give_back(tx, statement);
  return outcome;
}

result db_sqlite_insert(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_id) {
  TRY(db_sqlite_run(tx, sql, args, NULL));
  *ret_id = sqlite3_last_insert_rowid(db_connection_of(tx)->handle);
  return OK;
}

result db_sqlite_query(struct db_tx *base, const char *sql, struct db_args args, struct db_rows *ret_rows) {
  struct db_connection *tx = db_connection_of(base);
  struct db_statement *statement = NULL;
  if (tx->begins) {
    TRY(db_control(tx, "BEGIN"));
    tx->begins = false;
  }
  TRY(db_statement_take(tx, sql, &statement));
  result bound = bind_all(tx, statement, args, SQLITE_TRANSIENT);
  if (!is_ok(bound)) {
    db_statement_give_back(tx, statement);
    return bound;
  }
  *ret_rows = (struct db_rows){.tx = base, .statement = statement};
  return OK;
}

bool db_sqlite_rows_next(struct db_rows *rows) {
  struct db_statement *statement = rows->statement;
  int status = sqlite3_step(statement->handle);
  if (status == SQLITE_ROW) {
    return true;
  }
  if (status != SQLITE_DONE) {
    rows->status = db_failure(db_connection_of(rows->tx), status, statement->sql);
  }
  db_statement_give_back(db_connection_of(rows->tx), statement);
  rows->statement = NULL;
  return false;
}

void db_sqlite_rows_close(struct db_rows *rows) { db_statement_give_back(db_connection_of(rows->tx), rows->statement); }

static sqlite3_stmt *handle_of(const struct db_rows *rows) { return ((const struct db_statement *)rows->statement)->handle; }

bool db_sqlite_is_null(const struct db_rows *rows, int column) {
  return sqlite3_column_type(handle_of(rows), column) == SQLITE_NULL;
}

int64_t db_sqlite_number(const struct db_rows *rows, int column) { return sqlite3_column_int64(handle_of(rows), column); }

struct slice db_sqlite_text(const struct db_rows *rows, int column) {
  const unsigned char *text = sqlite3_column_text(handle_of(rows), column);
  return slice_of(text, text != NULL ? (size_t)sqlite3_column_bytes(handle_of(rows), column) : 0);
}

struct slice db_sqlite_bytes(const struct db_rows *rows, int column) {
  const void *bytes = sqlite3_column_blob(handle_of(rows), column);
  return slice_of(bytes, bytes != NULL ? (size_t)sqlite3_column_bytes(handle_of(rows), column) : 0);
}
