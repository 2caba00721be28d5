/* What one server says of itself: version, clock, and what its log would keep of people. */
#include "base/clock.h"
#include "db/postgres.h"

/* Parameters of statements that are logged whole, by one setting or another; constants of plans and parse trees. Settings of modules that are not loaded are not there. */
static const char values_sql[] =
    "SELECT COALESCE(string_agg(name || ' = ' || setting, ', ' ORDER BY name), '') FROM pg_settings"
    " WHERE (current_setting('log_parameter_max_length') <> '0'"
    " AND ((name = 'log_statement' AND setting IN ('mod', 'all')) OR (name IN ('log_min_duration_statement', 'log_min_duration_sample') AND setting <> '-1')"
    " OR (name = 'log_transaction_sample_rate' AND CAST(setting AS DOUBLE PRECISION) > 0)))"
    " OR (name IN ('debug_print_parse', 'debug_print_rewritten', 'debug_print_plan', 'pgaudit.log_parameter') AND setting = 'on')"
    " OR (name = 'auto_explain.log_min_duration' AND setting <> '-1')";

/* An error's DETAIL names keys and rows, and a statement that failed may come with its parameters; nothing of it where errors are not logged at all. */
static const char keys_sql[] =
    "SELECT COALESCE(string_agg(name || ' = ' || setting, ', ' ORDER BY name), '') FROM pg_settings"
    " WHERE current_setting('log_min_messages') NOT IN ('log', 'fatal', 'panic')"
    " AND ((name = 'log_error_verbosity' AND setting <> 'terse')"
    " OR (name = 'log_parameter_max_length_on_error' AND setting <> '0' AND current_setting('log_min_error_statement') NOT IN ('log', 'fatal', 'panic')))";

static const char clock_sql[] =
    "SELECT split_part(current_setting('server_version'), ' ', 1), CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";

static result text_read(struct db_tx *tx, const char *sql, struct arena *arena, const char **ret_text) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, sql, DB_NO_ARGS, &rows));
  *ret_text = arena_cstr(arena, db_text(&rows, 0));
  return OK;
}

/* Asked twice: the first time the statement is prepared, too. */
static result clock_read(struct db_tx *tx, struct arena *arena, struct db_server *server) {
  const struct clock own = clock_shifted(0);
  for (int i = 0; i < 2; i++) {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    int64_t asked_ms = clock_now_ms(&own);
    TRY(db_row(tx, clock_sql, DB_NO_ARGS, &rows));
    server->clock_ahead_ms = db_int(&rows, 1) - (asked_ms + clock_now_ms(&own)) / 2;
    server->version = arena_cstr(arena, db_text(&rows, 0));
  }
  return OK;
}

result db_postgres_server_read(struct db_session *session, struct arena *arena, struct db_server *server) {
  TRY(clock_read(&session->tx, arena, server));
  TRY(text_read(&session->tx, values_sql, arena, &server->logs_values));
  return text_read(&session->tx, keys_sql, arena, &server->logs_keys);
}
