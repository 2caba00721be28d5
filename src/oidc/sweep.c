/* What is over and can no longer be asked for leaves its table. Nothing depends on it: every check reads the times itself. */
#include "oidc/oidc.h"

enum { REQUESTS_KEPT_MS = 3600 * 1000, TOKENS_KEPT_MS = 3600 * 1000, ASSERTIONS_KEPT_MS = 120 * 1000 };

static result write_sweep(struct db_tx *tx, void *arg) {
  struct env *env = arg;
  int64_t now = clock_now_ms(env->clock);
  TRY(db_run(tx, "DELETE FROM oidc_assertion WHERE expires_at < $1", DB_ARGS(db_of_int(now - ASSERTIONS_KEPT_MS)), NULL));
  TRY(db_run(tx, "DELETE FROM oidc_access WHERE token_id < $1", DB_ARGS(db_of_int(env_id_at(now - OIDC_ACCESS_LIFETIME_S * 1000 - TOKENS_KEPT_MS))),
             NULL));
  TRY(db_run(tx, "DELETE FROM oidc_refresh WHERE expires_at < $1", DB_ARGS(db_of_int(now)), NULL));
  TRY(db_run(tx, "DELETE FROM oidc_request WHERE request_id < $1", DB_ARGS(db_of_int(env_id_at(now - REQUESTS_KEPT_MS))), NULL));
  return oidc_waiting_sweep(env, tx);
}

result oidc_sweep(struct env *env) { return db_write(env->db, write_sweep, env); }
