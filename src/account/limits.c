#include <stddef.h>

#include "account/life.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS };

static const struct account_limits defaults = {
    .wrong_passwords_max = 5,
    .wrong_password_lock_ms = 30 * MINUTE_MS,     /* duration not confirmed in a public source */
    .wrong_codes_max = 5,
    .wrong_passcodes_max = 5,
    .address_failures_max = 100,
    .address_window_ms = 10 * MINUTE_MS,
    .code_lifetime_ms = 7LL * CLOCK_DAY_MS,       /* 7 days, not confirmed in a public source */
    .ticket_lifetime_ms = 15 * MINUTE_MS,
    .session_idle_ms = 30 * MINUTE_MS,
    .session_lifetime_ms = 12 * HOUR_MS,
    .passcode_lifetime_ms = 5 * MINUTE_MS,
    .sessions_max = 5,
};

/* Level 2 lives a day and an hour of silence at the most [SP800-63B-4 2.2.3 SHALL]. */
static const struct env_limit members[] = {
    ENV_LIMIT(account_limits, wrong_passwords_max),
    ENV_LIMIT(account_limits, wrong_password_lock_ms),
    ENV_LIMIT(account_limits, wrong_codes_max),
    ENV_LIMIT(account_limits, wrong_passcodes_max),
    ENV_LIMIT(account_limits, address_failures_max),
    ENV_LIMIT(account_limits, address_window_ms),
    ENV_LIMIT(account_limits, code_lifetime_ms),
    ENV_LIMIT(account_limits, ticket_lifetime_ms),
    ENV_LIMIT_UP_TO(account_limits, session_idle_ms, HOUR_MS),
    ENV_LIMIT_UP_TO(account_limits, session_lifetime_ms, 24LL * HOUR_MS),
    ENV_LIMIT(account_limits, passcode_lifetime_ms),
    ENV_LIMIT(account_limits, sessions_max),
};

result account_limits_load(struct db_tx *tx, struct account_limits *ret_limits) {
  struct account_limits limits = defaults;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT name, value FROM account_limit", DB_NO_ARGS, &rows));
  TRY(env_limits_read(ENV_LIMITS(members), &rows, &limits));
  *ret_limits = limits;
  return OK;
}

result account_limit_set(struct env *env, struct db_tx *tx, struct slice name, int64_t value) {
  if (!env_limits_allow(ENV_LIMITS(members), name, value)) {
    FAIL(ACCOUNT_LIMIT, "no such limit, or not %lld", (long long)value);
  }
  TRY(db_run(
      tx,
      "INSERT INTO account_limit (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      DB_ARGS(db_of_text(name), db_of_int(value)), NULL));
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct account_step step = {
      .kind = "account.limit_set",
      .detail = arena_printf(&arena, "\"limit\":\"%.*s\",\"value\":%lld", SLICE_ARG(name), (long long)value),
  };
  return account_move(env, tx, &step);
}
