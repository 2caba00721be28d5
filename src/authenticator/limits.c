#include <stddef.h>

#include "authenticator/kinds.h"
#include "ledger/ledger.h"

enum { MINUTE_MS = 60 * 1000 };

static const struct authenticator_limits defaults = {
    .devices_max = 5, .passkeys_max = 10, .totps_max = 2, .ceremony_lifetime_ms = 5 * MINUTE_MS, .fresh_ms = 15 * MINUTE_MS};

static const struct env_limit members[] = {
    ENV_LIMIT(authenticator_limits, devices_max), ENV_LIMIT(authenticator_limits, passkeys_max),
    ENV_LIMIT(authenticator_limits, totps_max), ENV_LIMIT(authenticator_limits, ceremony_lifetime_ms),
    ENV_LIMIT(authenticator_limits, fresh_ms)};

result authenticator_limits_load(struct db_tx *tx, struct authenticator_limits *ret_limits) {
  struct authenticator_limits limits = defaults;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT name, value FROM authenticator_limit", DB_NO_ARGS, &rows));
  TRY(env_limits_read(ENV_LIMITS(members), &rows, &limits));
  *ret_limits = limits;
  return OK;
}

result authenticator_limit_set(struct env *env, struct db_tx *tx, struct slice name, int64_t value) {
  if (!env_limits_allow(ENV_LIMITS(members), name, value)) {
    FAIL(AUTHENTICATOR_LIMIT, "no such limit, or %lld", (long long)value);
  }
  TRY(db_run(tx, "INSERT INTO authenticator_limit (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
             DB_ARGS(db_of_text(name), db_of_int(value)), NULL));
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct ledger_entry entry = {
      .kind = "authenticator.limit_set",
      .detail = arena_printf(&arena, "{\"limit\":\"%.*s\",\"value\":%lld}", SLICE_ARG(name), (long long)value),
  };
  return ledger_append(env, tx, &entry);
}

static result write_sweep(struct db_tx *tx, void *arg) {
  struct env *env = arg;
  TRY(authenticator_face_sweep(env, tx));
  return db_run(tx,
                "DELETE FROM authenticator_ceremony_used WHERE ceremony_hash IN"
                " (SELECT ceremony_hash FROM authenticator_ceremony_used WHERE expires_at <= $1 ORDER BY expires_at LIMIT 1000) AND expires_at <= $1",
                DB_ARGS(db_of_int(clock_now_ms(env->clock))), NULL);
}

result authenticator_sweep(struct env *env) { return db_write(env->db, write_sweep, env); }
