/* Grants: what was given, by whom, to whom. */
#include "crypto/token.h"
#include "ledger/ledger.h"
#include "oidc/acting.h"
#include "oidc/consent.h"
#include "oidc/grant.h"

struct slice oidc_stored_form(const char *label, struct slice token, struct arena *arena) {
  uint8_t *stored = arena_alloc(arena, DIGEST_BYTES);
  token_stored_form(label, token, stored);
  return slice_of(stored, DIGEST_BYTES);
}

/* ---- grants ---- */

int64_t oidc_grant_number(struct env *env, int64_t session_id) {
  int64_t earliest = env_id_first(session_id);
  int64_t number = env_id_new(env);
  return number >= earliest ? number : earliest | (number - env_id_first(number)); /* the clock went back meanwhile */
}

static result insert(struct env *env, struct db_tx *tx, struct oidc_grant *grant, int64_t *ret_stored) {
  grant->created_at_ms = clock_now_ms(env->clock);
  return db_run(tx,
                "INSERT INTO oidc_grant (person_id, grant_id, client_id, state, session_id, scope, resources, id_token_attributes,"
                " userinfo_attributes, verified_attributes, verified, acr, means, auth_at, acting_for_id, created_at,"
                " acting_organisation_id, mandate_id)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (person_id, grant_id) DO NOTHING",
                DB_ARGS(db_of_int(grant->person_id), db_of_int(grant->grant_id), db_of_text(grant->client_id), db_of_int(grant->state),
                        db_of_int_or_null(grant->session_id), db_of_text(grant->scope),
                        db_of_text_or_null(grant->resources), db_of_int((int64_t)grant->attributes_id_token),
                        db_of_int((int64_t)grant->attributes_userinfo), db_of_int((int64_t)grant->attributes_verified),
                        db_of_text_or_null(grant->verified), db_of_int(grant->acr),
                        db_of_int(grant->means), db_of_int(grant->auth_at_ms), db_of_int_or_null(grant->acting_for_id),
                        db_of_int(grant->created_at_ms), db_of_int_or_null(grant->acting_organisation_id), db_of_int_or_null(grant->mandate_id)),
                ret_stored);
}

result oidc_grant_begin(struct env *env, struct db_tx *tx, struct oidc_grant *grant, bool *ret_is_there) {
  int64_t stored = 0;
  TRY(insert(env, tx, grant, &stored));
  *ret_is_there = stored == 0;
  return OK;
}

result oidc_grant_add(struct env *env, struct db_tx *tx, struct oidc_grant *grant) {
  bool is_there = false;
  grant->state = OIDC_GRANT_LIVE;
  grant->grant_id = env_id_new(env);
  TRY(oidc_grant_begin(env, tx, grant, &is_there));
  if (is_there) {
    FAIL(DB_DUPLICATE, "a grant of that number");
  }
  return OK;
}

result oidc_grant_is_there(struct db_tx *tx, const struct oidc_grant *grant, bool *ret_is_there) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT 1 FROM oidc_grant WHERE person_id = $1 AND grant_id = $2", DB_ARGS(db_of_int(grant->person_id), db_of_int(grant->grant_id)), &rows));
  *ret_is_there = db_rows_next(&rows);
  return rows.status;
}

static result locked_or(result may) {
  if (is_code(may, ACCOUNT_LOCKED) || is_code(may, ACCOUNT_CAPABILITY_LOCKED)) {
    FAIL(OIDC_GRANT_ENDED, "the account, or its sharing, is locked");
  }
  return may;
}

result oidc_may_share(struct env *env, struct db_tx *tx, int64_t person_id) {
  return locked_or(account_capability_check(env, tx, person_id, ACCOUNT_CAPABILITY_SHARE));
}

result oidc_session_may_share(struct env *env, struct db_tx *tx, const struct account_session *session) {
  return locked_or(account_session_check(env, tx, session, ACCOUNT_CAPABILITY_SHARE));
}

#define LOADED                                                                                                                                        \
  "SELECT g.client_id, g.state, g.session_id, g.scope, g.resources, g.id_token_attributes, g.userinfo_attributes, g.verified, g.acr, g.means," \
  " g.auth_at, g.acting_for_id, g.created_at, g.verified_attributes, g.acting_organisation_id, g.mandate_id"
enum { LOADED_COLUMNS = 16 };

static result read_grant(const struct db_rows *rows, struct arena *arena, struct oidc_grant *grant) {
  if (db_int(rows, 1) != OIDC_GRANT_LIVE) {
    FAIL(OIDC_GRANT_ENDED, "revoked");
  }
  *grant = (struct oidc_grant){.person_id = grant->person_id,
                               .grant_id = grant->grant_id,
                               .client_id = db_text_copy(rows, 0, arena),
                               .state = OIDC_GRANT_LIVE,
                               .session_id = db_int(rows, 2),
                               .scope = db_text_copy(rows, 3, arena),
                               .resources = db_text_copy(rows, 4, arena),
                               .attributes_id_token = (uint64_t)db_int(rows, 5),
                               .attributes_userinfo = (uint64_t)db_int(rows, 6),
                               .verified = db_text_copy(rows, 7, arena),
                               .acr = (int)db_int(rows, 8),
                               .means = (unsigned)db_int(rows, 9),
                               .auth_at_ms = db_int(rows, 10),
                               .acting_for_id = db_int(rows, 11),
                               .created_at_ms = db_int(rows, 12),
                               .attributes_verified = (uint64_t)db_int(rows, 13),
                               .acting_organisation_id = db_int(rows, 14),
                               .mandate_id = db_int(rows, 15)};
  return OK;
}

static result found_or_ended(result found) {
  if (is_code(found, DB_NO_ROW)) {
    FAIL(OIDC_GRANT_ENDED, "no such grant");
  }
  return found;
}

result oidc_grant_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int64_t grant_id, struct oidc_grant *ret_grant) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  *ret_grant = (struct oidc_grant){.person_id = person_id, .grant_id = grant_id};
  TRY(found_or_ended(
      db_row(tx, LOADED " FROM oidc_grant g WHERE g.person_id = $1 AND g.grant_id = $2", DB_ARGS(db_of_int(person_id), db_of_int(grant_id)), &rows)));
  return read_grant(&rows, arena, ret_grant);
}

result oidc_grant_load_for(struct db_tx *tx, struct arena *arena, const struct oidc_access_id *id, struct oidc_token_marks *ret_marks,
                           struct oidc_grant *ret_grant) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  *ret_grant = (struct oidc_grant){.person_id = id->person_id, .grant_id = id->grant_id};
  TRY(found_or_ended(db_row(tx,
                            LOADED ", t.revoked_at, t.read_at FROM oidc_grant g LEFT JOIN oidc_access t ON t.token_id = $3 AND t.grant_id = g.grant_id"
                                   " WHERE g.person_id = $1 AND g.grant_id = $2",
                            DB_ARGS(db_of_int(id->person_id), db_of_int(id->grant_id), db_of_int(id->token_id)), &rows)));
  *ret_marks = (struct oidc_token_marks){!db_is_null(&rows, LOADED_COLUMNS), !db_is_null(&rows, LOADED_COLUMNS + 1)};
  return read_grant(&rows, arena, ret_grant);
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

result oidc_given_record(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_client *client, const struct oidc_grant *grant) {
  struct mandate mandate;
  TRY(oidc_grant_stands(env, tx, arena, grant, &mandate));
  uint64_t attributes = grant->attributes_id_token | grant->attributes_userinfo | grant->attributes_verified;
  struct buf detail;
  struct jout out;
  buf_init(&detail, arena, 256);
  jout_init(&out, &detail);
  jout_object(&out);
  jout_put_text(&out, "client_id", grant->client_id);
  jout_put_text(&out, "client", client->name.vi);
  oidc_attributes_put(&out, "attributes", attributes);
  jout_put_text(&out, "acr", account_acr_name(grant->acr));
  mandate_detail_put(&out, &mandate);
  jout_object_end(&out);
  const struct oidc_acting acting = oidc_acting_of(grant->person_id, grant->acting_for_id, grant->acting_organisation_id);
  const struct ledger_entry entry = {.kind = "oidc.attributes.read", /* what a relying party learns is a read by another [800-63C N21] */
                                     .actor_role = arena_printf(arena, "relying_party@%.*s", SLICE_ARG(grant->client_id)),
                                     .on_behalf_of = acting.principal_id,
                                     .subjects = acting.ids,
                                     .subject_count = acting.count,
                                     .legal_basis = client->purpose.vi,
                                     .detail = buf_slice(&detail)};
  return ledger_append(env, tx, &entry);
}
