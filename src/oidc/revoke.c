/* A client gives tokens back [RFC7009]. A refresh token takes its whole grant along; an access token goes alone. What is not the client's, or not
 * known, is answered like what is [RFC7009 2.2]. */
#include "oidc/access.h"
#include "oidc/handle.h"
#include "oidc/token.h"

struct revoking {
  struct env *env;
  const struct oidc_caller *caller;
  bool is_handle;
  struct oidc_handle handle;
  struct oidc_access_id id; /* of an access token of the caller's; token_id 0: none */
};

static result revoke_refresh(struct db_tx *tx, const struct revoking *revoking) {
  struct oidc_revocation revocation = {.reason = "token_revoked"};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT token_hash, client_id, person_id, grant_id FROM oidc_refresh WHERE token_id = $1", DB_ARGS(db_of_int(revoking->handle.id)),
               &rows));
  bool is_own = db_rows_next(&rows) && slice_eq_secret(db_bytes(&rows, 0), slice_of(revoking->handle.stored, sizeof revoking->handle.stored)) &&
                slice_eq(db_text(&rows, 1), revoking->caller->client->client_id);
  TRY(rows.status);
  if (is_own) {
    revocation.person_id = db_int(&rows, 2);
    revocation.grant_id = db_int(&rows, 3);
  }
  db_rows_close(&rows);
  return is_own ? oidc_grant_revoke(revoking->env, tx, &revocation) : OK;
}

static result write_revoking(struct db_tx *tx, void *arg) {
  const struct revoking *revoking = arg;
  TRY(oidc_caller_use(tx, revoking->caller));
  if (revoking->is_handle) {
    return revoke_refresh(tx, revoking);
  }
  return revoking->id.token_id == 0 ? OK : oidc_access_revoke(revoking->env, tx, &revoking->id);
}

result oidc_revoke(struct env *env, const struct oidc_call *call, struct arena *arena) {
  struct oidc_caller caller CLEANUP(oidc_caller_release) = {0};
  struct oidc_access access = {0};
  TRY(oidc_caller_authenticate(env, call, arena, &caller));
  struct slice token = url_form_get(call->form, "token");
  if (token.len == 0) {
    FAIL(OIDC_REQUEST, "no token");
  }
  struct revoking revoking = {.env = env, .caller = &caller};
  revoking.is_handle = oidc_handle_read(token, OIDC_HANDLE_REFRESH, arena, &revoking.handle);
  result loaded = revoking.is_handle ? OK : oidc_access_load(env, token, arena, &access);
  if (!is_ok(loaded) && !is_code(loaded, OIDC_TOKEN_INVALID)) {
    return loaded;
  }
  if (slice_eq(access.client_id, caller.client->client_id)) {
    revoking.id = access.id;
  }
  return db_write(env->db, write_revoking, &revoking);
}
