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
    .contested_ms = 30LL * DAY,
    .locked_after_ms = 3LL * DAY,
    .finish_ms = 14LL * DAY,
};

#define LIMIT(member) {#member, offsetof(struct recovery_limits, member)}
static const struct {
  const char *name;
  size_t at;
} members[] = {
    LIMIT(case_lifetime_ms),  LIMIT(capture_lifetime_ms), LIMIT(cool_off_near_ms), LIMIT(cool_off_ms),     LIMIT(cool_off_far_ms),
    LIMIT(number_settled_ms), LIMIT(helper_settled_ms),   LIMIT(contested_ms),     LIMIT(locked_after_ms), LIMIT(finish_ms),
};
enum { MEMBERS = sizeof members / sizeof *members };

result recovery_limits_load(struct db_tx *tx, struct recovery_limits *ret_limits) {
  struct recovery_limits limits = defaults;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT name, value FROM recovery_limit", DB_NO_ARGS, &rows));
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

result recovery_limit_set(struct env *env, struct db_tx *tx, struct slice name, int64_t value) {
  bool known = false;
  for (size_t i = 0; i < MEMBERS; i++) {
    known |= slice_is(name, members[i].name);
  }
  if (!known || value <= 0) {
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
