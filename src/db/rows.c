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

static result bind_all(struct db_tx *tx, struct db_statement *statement, struct db_args args,
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

result db_run(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_changed) {
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

result db_insert(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_id) {
  TRY(db_run(tx, sql, args, NULL));
  *ret_id = sqlite3_last_insert_rowid(tx->handle);
  return OK;
}

result db_query(struct db_tx *tx, const char *sql, struct db_args args, struct db_rows *ret_rows) {
  struct db_statement *statement = NULL;
  TRY(db_statement_take(tx, sql, &statement));
  result bound = bind_all(tx, statement, args, SQLITE_TRANSIENT);
  if (!is_ok(bound)) {
    db_statement_give_back(tx, statement);
    return bound;
  }
  *ret_rows = (struct db_rows){.tx = tx, .statement = statement};
  return OK;
}

bool db_rows_next(struct db_rows *rows) {
  struct db_statement *statement = rows->statement;
  if (statement == NULL) {
    return false;
  }
  int status = sqlite3_step(statement->handle);
  if (status == SQLITE_ROW) {
    return true;
  }
  if (status != SQLITE_DONE) {
    rows->status = db_failure(rows->tx, status, statement->sql);
  }
  db_rows_close(rows);
  return false;
}

void db_rows_close(struct db_rows *rows) {
  if (rows->statement != NULL) {
    db_statement_give_back(rows->tx, rows->statement);
    rows->statement = NULL;
  }
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

static sqlite3_stmt *handle_of(const struct db_rows *rows) {
  const struct db_statement *statement = rows->statement;
  return statement != NULL ? statement->handle : NULL;
}

bool db_is_null(const struct db_rows *rows, int column) {
  sqlite3_stmt *handle = handle_of(rows);
  return handle == NULL || sqlite3_column_type(handle, column) == SQLITE_NULL;
}

int64_t db_int(const struct db_rows *rows, int column) {
  sqlite3_stmt *handle = handle_of(rows);
  return handle != NULL ? sqlite3_column_int64(handle, column) : 0;
}

struct slice db_text(const struct db_rows *rows, int column) {
  sqlite3_stmt *handle = handle_of(rows);
  if (handle == NULL) {
    return (struct slice){0};
  }
  const unsigned char *text = sqlite3_column_text(handle, column);
  return slice_of(text, text != NULL ? (size_t)sqlite3_column_bytes(handle, column) : 0);
}

struct slice db_bytes(const struct db_rows *rows, int column) {
  sqlite3_stmt *handle = handle_of(rows);
  if (handle == NULL) {
    return (struct slice){0};
  }
  const void *bytes = sqlite3_column_blob(handle, column);
  return slice_of(bytes, bytes != NULL ? (size_t)sqlite3_column_bytes(handle, column) : 0);
}

struct slice db_text_copy(const struct db_rows *rows, int column, struct arena *arena) {
  return arena_copy(arena, db_text(rows, column));
}

struct slice db_bytes_copy(const struct db_rows *rows, int column, struct arena *arena) {
  return arena_copy(arena, db_bytes(rows, column));
}
