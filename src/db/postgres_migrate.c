#include <stdio.h>

#include "db/migrate.h"
#include "db/postgres.h"

/* The tables of the schema that the session works in; parts of a table count as the table. */
#define OUR_TABLES                                                                                                          \
  " FROM pg_class t WHERE t.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = current_schema())"            \
  " AND t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relname NOT IN ('write_mark', 'lead_term', 'primary_beat')"

static result number_read(struct db_tx *tx, const char *sql, int64_t *ret_number) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, sql, DB_NO_ARGS, &rows));
  *ret_number = db_int(&rows, 0);
  return OK;
}

/* A search_path that names a schema which is not there yet: an installation of its own within a database. */
static result schema_make(struct db_session *session) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(&session->tx, "SELECT current_schema() IS NULL, quote_ident(trim(both ' \"' from split_part(current_setting('search_path'), ',', 1)))",
             DB_NO_ARGS, &rows));
  if (db_int(&rows, 0) == 0) {
    return OK;
  }
  struct slice name = db_text(&rows, 1);
  return db_session_control(session, (const char *)arena_printf(&arena, "CREATE SCHEMA %.*s", SLICE_ARG(name)).ptr);
}

static result owner_check(struct db_tx *tx, bool *ret_is_new) {
  struct db_session *session = db_session_of(tx);
  enum db_mode mode = session->cluster->mode;
  if (mode == DB_CREATE) {
    TRY(schema_make(session));
  }
  int64_t tables = 0;
  int64_t is_ours = 0;
  TRY(number_read(tx, "SELECT count(*)" OUR_TABLES, &tables));
  TRY(number_read(tx, "SELECT count(*)" OUR_TABLES " AND t.relname = 'schema_version'", &is_ours));
  if (tables > 0 && is_ours == 0) {
    FAIL(DB_BROKEN, "the database holds %lld tables of another program", (long long)tables);
  }
  if (tables == 0 && mode != DB_CREATE) {
    FAIL(DB_MISSING, "there is no installation in that database");
  }
  *ret_is_new = tables == 0;
  return OK;
}

/* Where a write notes that it is there, who leads, and the primary's time (postgres.h, postgres_standby.c). Small pages stay half empty so that a row is changed where it lies. */
static result own_begin(struct db_tx *tx, bool is_new) {
  (void)is_new;
  struct db_session *session = db_session_of(tx);
  TRY(db_session_control(session, "CREATE TABLE IF NOT EXISTS write_mark (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number BIGINT NOT NULL,"
                                  " opened_at TIMESTAMPTZ NOT NULL DEFAULT now()) WITH (fillfactor = 10)"));
  TRY(db_session_control(session, "CREATE TABLE IF NOT EXISTS primary_beat (id INTEGER PRIMARY KEY, at_us BIGINT NOT NULL) WITH (fillfactor = 10)"));
  return db_session_control(session, "CREATE TABLE IF NOT EXISTS lead_term (task TEXT PRIMARY KEY, term BIGINT NOT NULL)");
}

static result begin(struct db_tx *tx) {
  struct db_session *session = db_session_of(tx);
  TRY(db_session_control(session, "BEGIN"));
  session->state = DB_SESSION_OPEN;
  return db_session_control(session, "SET LOCAL statement_timeout = 0");
}

static result commit(struct db_tx *tx) {
  struct db_session *session = db_session_of(tx);
  TRY(db_session_control(session, "COMMIT"));
  session->state = DB_SESSION_IDLE;
  return OK;
}

static void rollback(struct db_tx *tx) {
  struct db_session *session = db_session_of(tx);
  if (session->state != DB_SESSION_LOST) {
    session->state = DB_SESSION_IDLE;
    (void)!is_ok(db_session_control(session, "ROLLBACK"));
  }
}

static result execute(struct db_tx *tx, const char *sql) { return db_session_control(db_session_of(tx), sql); }

const struct db_migrator db_postgres_migrator = {
    .engine = DB_ENGINE_POSTGRES,
    .owner_check = owner_check,
    .own_begin = own_begin,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .execute = execute,
    .unclassed = "SELECT m.relname::text, c.attname::text FROM (SELECT t.oid, t.relname" OUR_TABLES ") m"
                 " JOIN pg_attribute c ON c.attrelid = m.oid AND c.attnum > 0 AND NOT c.attisdropped"
                 " LEFT JOIN column_class k ON k.table_name = m.relname::text AND k.column_name = c.attname::text WHERE k.class IS NULL LIMIT 1",
    .missing = "SELECT k.table_name, k.column_name FROM column_class k WHERE NOT EXISTS (SELECT 1 FROM (SELECT t.oid, t.relname" OUR_TABLES ") m"
               " JOIN pg_attribute c ON c.attrelid = m.oid AND c.attnum > 0 AND NOT c.attisdropped"
               " WHERE m.relname::text = k.table_name AND c.attname::text = k.column_name) LIMIT 1",
};
