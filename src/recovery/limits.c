#include <stddef.h>

#include "recovery/case.h"

enum { DAY = CLOCK_DAY_MS };

static const struct recovery_limits defaults = {
    .case_lifetime_ms = 30LL * DAY,
    .capture_lifetime_ms = 10LL * 60 * 1000,
    .cool_off_near_ms = 1LL * DAY,
    .cool_off_ms = 3LL * DAY,
    .cool_off_far_ms = 7LL * DAY,
    .number_settled_ms = 14LL * DAY,
    .helper_settled_ms = 7LL * DAY,
    .passkey_settled_ms = 7LL * DAY,
    .contested_ms = 30LL * DAY,
    .locked_after_ms = 3LL * DAY,
    .finish_ms = 14LL * DAY,
};

static const struct env_limit members[] = {
    ENV_LIMIT(recovery_limits, case_lifetime_ms),  ENV_LIMIT(recovery_limits, capture_lifetime_ms),
    ENV_LIMIT(recovery_limits, cool_off_near_ms),  ENV_LIMIT(recovery_limits, cool_off_ms),
    ENV_LIMIT(recovery_limits, cool_off_far_ms),   ENV_LIMIT(recovery_limits, number_settled_ms),
    ENV_LIMIT(recovery_limits, helper_settled_ms), ENV_LIMIT(recovery_limits, contested_ms),
    ENV_LIMIT(recovery_limits, locked_after_ms),   ENV_LIMIT(recovery_limits, finish_ms),
    ENV_LIMIT(recovery_limits, passkey_settled_ms),
};

result recovery_limits_load(struct db_tx *tx, struct recovery_limits *ret_limits) {
  struct recovery_limits limits = defaults;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT name, value FROM recovery_limit", DB_NO_ARGS, &rows));
  TRY(env_limits_read(ENV_LIMITS(members), &rows, &limits));
  *ret_limits = limits;
  return OK;
}

result recovery_limit_set(struct env *env, struct db_tx *tx, struct slice name, int64_t value) {
  if (!env_limits_allow(ENV_LIMITS(members), name, value)) {
    FAIL(RECOVERY_LIMIT, "no such limit, or %lld", (long long)value);
  }
  TRY(db_run(tx, "INSERT INTO recovery_limit (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
             DB_ARGS(db_of_text(name), db_of_int(value)), NULL));
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct ledger_entry entry = {
      .kind = "recovery.limit_set",
      .detail = arena_printf(&arena, "{\"limit\":\"%.*s\",\"value\":%lld}", SLICE_ARG(name), (long long)value)};
  return ledger_append(env, tx, &entry);
}
