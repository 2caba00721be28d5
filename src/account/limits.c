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
#define LIMIT(member) {#member, offsetof(struct account_limits, member), INT64_MAX}
#define LIMIT_UP_TO(member, most) {#member, offsetof(struct account_limits, member), most}
static const struct {
  const char *name;
  size_t at;
  int64_t most;
} members[] = {
    LIMIT(wrong_passwords_max),  LIMIT(wrong_password_lock_ms), LIMIT(wrong_codes_max),     LIMIT(wrong_passcodes_max),
    LIMIT(address_failures_max), LIMIT(address_window_ms),      LIMIT(code_lifetime_ms),    LIMIT(ticket_lifetime_ms),
    LIMIT_UP_TO(session_idle_ms, HOUR_MS), LIMIT_UP_TO(session_lifetime_ms, 24LL * HOUR_MS), LIMIT(passcode_lifetime_ms), LIMIT(sessions_max),
};
enum { MEMBERS = sizeof members / sizeof *members };

result account_limits_load(struct db_tx *tx, struct account_limits *ret_limits) {
  struct account_limits limits = defaults;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT name, value FROM account_limit", DB_NO_ARGS, &rows));
  while (db_rows_next(&rows)) {
    for (size_t i = 0; i < MEMBERS; i++) {
      if (slice_is(db_text(&rows, 0), members[i].name)) {
        int64_t value = db_int(&rows, 1);
        memcpy((uint8_t *)&limits + members[i].at, &value, sizeof value);
      }
    }
  }
  TRY(rows.status);
  *ret_limits = limits;
  return OK;
}

result account_limit_set(struct env *env, struct db_tx *tx, struct slice name, int64_t value) {
  bool known = false;
  for (size_t i = 0; i < MEMBERS; i++) {
    known |= slice_is(name, members[i].name) && value > 0 && value <= members[i].most;
  }
  if (!known) {
    FAIL(ACCOUNT_LIMIT, "no such limit, or not %lld", (long long)value);
  }
  TRY(db_run(tx, "INSERT INTO account_limit (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
             DB_ARGS(db_of_text(name), db_of_int(value)), NULL));
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct account_step step = {
      .kind = "account.limit_set",
      .detail = arena_printf(&arena, "\"limit\":\"%.*s\",\"value\":%lld", SLICE_ARG(name), (long long)value),
  };
  return account_move(env, tx, &step);
}
