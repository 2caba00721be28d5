/* Grants and the codes that hand them over. */
#include "crypto/token.h"
#include "ledger/ledger.h"
#include "oidc/grant.h"

struct slice oidc_stored_form(const char *label, struct slice token, struct arena *arena) {
  uint8_t *stored = arena_alloc(arena, DIGEST_BYTES);
  token_stored_form(label, token, stored);
  return slice_of(stored, DIGEST_BYTES);
}

/* ---- grants ---- */

result oidc_grant_add(struct env *env, struct db_tx *tx, struct oidc_grant *grant) {
  grant->created_at_ms = clock_now_ms(env->clock);
  grant->state = OIDC_GRANT_LIVE;
  grant->grant_id = env_id_new(env);
  return db_run(tx,
                "INSERT INTO oidc_grant (person_id, grant_id, client_id, state, session_id, sid, scope, resources, id_token_attributes,"
                " userinfo_attributes, verified_attributes, verified, acr, means, auth_at, acting_for_id, created_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
                DB_ARGS(db_of_int(grant->person_id), db_of_int(grant->grant_id), db_of_text(grant->client_id), db_of_int(grant->state),
                        db_of_int_or_null(grant->session_id), db_of_text_or_null(grant->sid), db_of_text(grant->scope),
                        db_of_text_or_null(grant->resources), db_of_int((int64_t)grant->attributes_id_token),
                        db_of_int((int64_t)grant->attributes_userinfo), db_of_int((int64_t)grant->attributes_verified),
                        db_of_text_or_null(grant->verified), db_of_int(grant->acr),
                        db_of_int(grant->means), db_of_int(grant->auth_at_ms), db_of_int_or_null(grant->acting_for_id),
                        db_of_int(grant->created_at_ms)),
                NULL);
}

result oidc_may_share(struct env *env, struct db_tx *tx, int64_t person_id) {
  result may = account_capability_check(env, tx, person_id, ACCOUNT_CAPABILITY_SHARE);
  if (is_code(may, ACCOUNT_LOCKED) || is_code(may, ACCOUNT_CAPABILITY_LOCKED)) {
    FAIL(OIDC_GRANT_ENDED, "the account, or its sharing, is locked");
  }
  return may;
}

result oidc_grant_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int64_t grant_id, struct oidc_grant *ret_grant) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found = db_row(tx,
                        "SELECT client_id, state, session_id, sid, scope, resources, id_token_attributes, userinfo_attributes, verified, acr, means,"
                        " auth_at, acting_for_id, created_at, verified_attributes FROM oidc_grant WHERE person_id = $1 AND grant_id = $2",
                        DB_ARGS(db_of_int(person_id), db_of_int(grant_id)), &rows);
  if (is_code(found, DB_NO_ROW) || (is_ok(found) && db_int(&rows, 1) != OIDC_GRANT_LIVE)) {
    FAIL(OIDC_GRANT_ENDED, "no such grant, or revoked");
  }
  TRY(found);
  *ret_grant = (struct oidc_grant){.person_id = person_id,
                                   .grant_id = grant_id,
                                   .client_id = db_text_copy(&rows, 0, arena),
                                   .state = OIDC_GRANT_LIVE,
                                   .session_id = db_int(&rows, 2),
                                   .sid = db_text_copy(&rows, 3, arena),
                                   .scope = db_text_copy(&rows, 4, arena),
                                   .resources = db_text_copy(&rows, 5, arena),
                                   .attributes_id_token = (uint64_t)db_int(&rows, 6),
                                   .attributes_userinfo = (uint64_t)db_int(&rows, 7),
                                   .verified = db_text_copy(&rows, 8, arena),
                                   .acr = (int)db_int(&rows, 9),
                                   .means = (unsigned)db_int(&rows, 10),
                                   .auth_at_ms = db_int(&rows, 11),
                                   .acting_for_id = db_int(&rows, 12),
                                   .created_at_ms = db_int(&rows, 13),
                                   .attributes_verified = (uint64_t)db_int(&rows, 14)};
  return OK;
}

result oidc_grant_revoke(struct env *env, struct db_tx *tx, const struct oidc_revocation *revocation) {
  int64_t changed = 0;
  TRY(db_run(tx, "UPDATE oidc_grant SET state = $3, revoked_at = $4 WHERE person_id = $1 AND grant_id = $2 AND state = $5",
             DB_ARGS(db_of_int(revocation->person_id), db_of_int(revocation->grant_id), db_of_int(OIDC_GRANT_REVOKED),
                     db_of_int(clock_now_ms(env->clock)), db_of_int(OIDC_GRANT_LIVE)),
             &changed));
  if (changed == 0) {
    return OK;
  }
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct ledger_entry entry = {.kind = "oidc.grant_revoked",
                                     .actor_person_id = revocation->actor_person_id,
                                     .subjects = &revocation->person_id,
                                     .subject_count = 1,
                                     .detail = arena_printf(&arena, "{\"grant_id\":\"%lld\",\"reason\":\"%s\"}", (long long)revocation->grant_id,
                                                            revocation->reason)};
  return ledger_append(env, tx, &entry);
}

/* ---- codes ---- */

result oidc_code_add(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_code *code) {
  return db_run(tx,
                "INSERT INTO oidc_code (code_hash, person_id, grant_id, client_id, redirect_uri, code_challenge, nonce, dpop_jkt, issued_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                DB_ARGS(db_of_bytes(oidc_stored_form("danh-oidc-code", code->code, arena)), db_of_int(code->person_id), db_of_int(code->grant_id),
                        db_of_text(code->client_id), db_of_text(code->redirect_uri), db_of_text_or_null(code->code_challenge),
                        db_of_text_or_null(code->nonce), db_of_text_or_null(code->dpop_jkt), db_of_int(clock_now_ms(env->clock))),
                NULL);
}

static result code_read(struct db_tx *tx, struct arena *arena, struct slice hash, struct oidc_code *ret_code, bool *ret_is_used) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found = db_row(tx,
                        "SELECT person_id, grant_id, client_id, redirect_uri, code_challenge, nonce, dpop_jkt, issued_at, used_at"
                        " FROM oidc_code WHERE code_hash = $1",
                        DB_ARGS(db_of_bytes(hash)), &rows);
  if (is_code(found, DB_NO_ROW)) {
    FAIL(OIDC_CODE_UNKNOWN, "no such code");
  }
  TRY(found);
  *ret_code = (struct oidc_code){.person_id = db_int(&rows, 0),
                                 .grant_id = db_int(&rows, 1),
                                 .client_id = db_text_copy(&rows, 2, arena),
                                 .redirect_uri = db_text_copy(&rows, 3, arena),
                                 .code_challenge = db_text_copy(&rows, 4, arena),
                                 .nonce = db_text_copy(&rows, 5, arena),
                                 .dpop_jkt = db_text_copy(&rows, 6, arena),
                                 .issued_at_ms = db_int(&rows, 7)};
  *ret_is_used = !db_is_null(&rows, 8);
  return OK;
}

result oidc_code_take(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_code_key *key, struct oidc_code *ret_code) {
  struct oidc_code code;
  bool is_used = false;
  int64_t now = clock_now_ms(env->clock);
  if (key->code.len != TOKEN_TEXT_BYTES) {
    FAIL(OIDC_CODE_UNKNOWN, "not a code");
  }
  struct slice hash = oidc_stored_form("danh-oidc-code", key->code, arena);
  TRY(code_read(tx, arena, hash, &code, &is_used));
  code.code = key->code;
  if (!slice_eq(code.client_id, key->client_id)) { /* [RFC6749 4.1.3 MUST] issued to that client; the rightful one may still come */
    FAIL(OIDC_CODE_UNKNOWN, "another client's code");
  }
  if (is_used) { /* [FAPI2-SP 5.3.2.2-9 SHALL] F26, [RFC6749 4.1.2 SHOULD] revoke what it gave */
    TRY(oidc_grant_revoke(env, tx, &(const struct oidc_revocation){code.person_id, code.grant_id, "code_replayed", 0}));
  } else if (now - code.issued_at_ms > OIDC_CODE_LIFETIME_S * 1000) { /* [FAPI2-SP 5.3.2.1-11 SHALL] F15 */
    FAIL(OIDC_CODE_UNKNOWN, "the code is too old");
  } else {
    TRY(db_run(tx, "UPDATE oidc_code SET used_at = $2 WHERE code_hash = $1", DB_ARGS(db_of_bytes(hash), db_of_int(now)), NULL));
  }
  code.is_replay = is_used;
  *ret_code = code;
  return OK;
}
