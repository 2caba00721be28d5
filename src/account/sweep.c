/* Housekeeping: what has run out goes. Everything here is only tidiness: each check elsewhere reads the times itself. */
#include "account/life.h"

static const int64_t history_ms = (5LL * 365 + 1) * CLOCK_DAY_MS; /* five years [Decree 69/2024 Art 28] */
static const int64_t browser_ms = 400LL * CLOCK_DAY_MS;          /* as long as browsers keep a cookie */
static const int64_t attempt_ms = 24LL * 3600 * 1000;             /* longer than any pause */

enum { ROWS_A_SWEEP = 1000 };

static result refresh_ended(struct env *env, struct db_tx *tx) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  int64_t *people = ARENA_ARRAY(&arena, int64_t, ROWS_A_SWEEP);
  size_t count = 0;
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT DISTINCT person_id FROM account_lock WHERE until <= $1 LIMIT 1000",
                 DB_ARGS(db_of_int(clock_now_ms(env->clock))), &rows));
    while (count < ROWS_A_SWEEP && db_rows_next(&rows)) {
      people[count++] = db_int(&rows, 0);
    }
    TRY(rows.status);
  }
  for (size_t i = 0; i < count; i++) {
    TRY(account_refresh(env, tx, people[i]));
  }
  return OK;
}

static const struct {
  const char *sql;
  const int64_t *age_ms; /* NULL: the row's own time is its end */
} drops[] = {
    {"DELETE FROM account_token WHERE token_hash IN (SELECT token_hash FROM account_session WHERE ends_at <= $1 ORDER BY ends_at LIMIT 1000)",
     NULL},
    {"INSERT INTO account_session_ended (person_id, session_id) SELECT person_id, session_id FROM account_session WHERE ends_at <= $1"
     " AND NOT EXISTS (SELECT 1 FROM account_token t WHERE t.token_hash = account_session.token_hash)",
     NULL},
    {"DELETE FROM account_session WHERE ends_at <= $1"
     " AND NOT EXISTS (SELECT 1 FROM account_token t WHERE t.token_hash = account_session.token_hash)",
     NULL},
    {"DELETE FROM account_ticket WHERE ticket_hash IN (SELECT ticket_hash FROM account_ticket WHERE expires_at <= $1 LIMIT 1000)", NULL},
    {"DELETE FROM account_attempt WHERE tried IN (SELECT tried FROM account_attempt WHERE last_at <= $1 ORDER BY last_at LIMIT 1000)",
     &attempt_ms},
    {"DELETE FROM account_browser WHERE (person_id, browser_hash) IN"
     " (SELECT person_id, browser_hash FROM account_browser WHERE seen_at <= $1 ORDER BY seen_at LIMIT 1000)",
     &browser_ms},
    {"DELETE FROM account_capability_lock WHERE (person_id, capability, locker) IN"
     " (SELECT person_id, capability, locker FROM account_capability_lock WHERE until <= $1 LIMIT 1000)",
     NULL},
    {"DELETE FROM account_event WHERE (person_id, event_id) IN"
     " (SELECT person_id, event_id FROM account_event WHERE at <= $1 ORDER BY at LIMIT 1000)",
     &history_ms},
};

static result write_sweep(struct db_tx *tx, void *arg) {
  struct env *env = arg;
  TRY(refresh_ended(env, tx));
  for (size_t i = 0; i < sizeof drops / sizeof *drops; i++) {
    int64_t before = clock_now_ms(env->clock) - (drops[i].age_ms ? *drops[i].age_ms : 0);
    TRY(db_run(tx, drops[i].sql, DB_ARGS(db_of_int(before)), NULL));
  }
  return OK;
}

result account_sweep(struct env *env) { return db_write(env->db, write_sweep, env); }
