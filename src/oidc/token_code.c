/* grant_type=authorization_code [RFC6749 4.1.3], [RFC7636 4.6], [OIDC Core 3.1.3]. */
#include "codec/base64url.h"
#include "oidc/acting.h"
#include "oidc/claims.h"
#include "oidc/code.h"
#include "oidc/consent.h"
#include "oidc/grant.h"
#include "oidc/issue.h"
#include "oidc/standing.h"
#include "oidc/token.h"

enum { VERIFIER_BYTES_MIN = 43, VERIFIER_BYTES_MAX = 128 }; /* [RFC7636 4.1] */

struct taking {
  const struct oidc_exchange *exchange;
  struct oidc_code code;
  struct oidc_issue issue;
  bool is_replay;
  bool is_mismatch;
};

static bool is_verifier(struct slice verifier) {
  bool is_good = verifier.len >= VERIFIER_BYTES_MIN && verifier.len <= VERIFIER_BYTES_MAX;
  for (size_t i = 0; i < verifier.len && is_good; i++) {
    uint8_t c = verifier.ptr[i];
    is_good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
  }
  return is_good;
}

/* S256 alone. A verifier for a request without challenge is refused too [RFC9700 2.1.1 MUST]: somebody took the challenge away. */
static bool is_pkce(const struct oidc_exchange *exchange, struct slice challenge) {
  struct slice verifier = oidc_exchange_get(exchange, "code_verifier");
  if (challenge.len == 0 || verifier.len == 0) {
    return challenge.len == 0 && verifier.len == 0;
  }
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(verifier, digest);
  return is_verifier(verifier) && slice_eq_secret(base64url_write(exchange->arena, slice_of(digest, sizeof digest)), challenge);
}

static bool fits(const struct oidc_exchange *exchange, const struct oidc_code *code) {
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(oidc_exchange_get(exchange, "redirect_uri"), digest);
  bool is_key = code->dpop_jkt.len == 0 || slice_eq(code->dpop_jkt, exchange->dpop_thumbprint); /* [FAPI 5.3.2.1 SHALL], [RFC9449 10 MUST] */
  return is_key && slice_eq(code->redirect_uri_digest, slice_of(digest, sizeof digest)) && is_pkce(exchange, code->code_challenge);
}

static result check_mandate(const struct taking *taking, struct db_tx *tx) {
  struct oidc_grant given = taking->code.grant;
  struct mandate mandate;
  given.created_at_ms = taking->code.issued_at_ms; /* what was true then */
  return oidc_grant_stands(taking->exchange->env, tx, taking->exchange->arena, &given, &mandate);
}

/* What may have changed since the code was given: the session, the account, the consent, the mandate. */
static result check_standing(const struct taking *taking, struct db_tx *tx) {
  struct env *env = taking->exchange->env;
  const struct oidc_grant *grant = &taking->code.grant;
  const struct account_session session = {.person_id = grant->person_id, .session_id = grant->session_id};
  const struct oidc_agreement agreement = {.person_id = grant->person_id,
                                           .client = taking->issue.client,
                                           .acting_for_id = grant->acting_for_id,
                                           .acting_organisation_id = grant->acting_organisation_id,
                                           .attributes = grant->attributes_id_token | grant->attributes_userinfo | grant->attributes_verified};
  if (!oidc_standing_holds(env, tx, &session, &agreement)) {
    TRY(oidc_session_may_share(env, tx, &session));
    TRY(oidc_agreement_use(env, tx, &agreement));
  }
  return check_mandate(taking, tx);
}

/* Who must be told when this session ends. */
static result remember_login(const struct taking *taking, struct db_tx *tx) {
  const struct oidc_exchange *exchange = taking->exchange;
  const struct oidc_grant *grant = &taking->issue.grant;
  struct slice sid = {0};
  if (taking->issue.client->backchannel_logout_uri.len == 0) {
    return OK;
  }
  TRY(oidc_sid(exchange->env, grant->session_id, grant->client_id, exchange->arena, &sid));
  TRY(db_run(tx, "DELETE FROM oidc_login WHERE person_id = $1 AND session_id = $2 AND client_id = $3",
             DB_ARGS(db_of_int(grant->person_id), db_of_int(grant->session_id), db_of_text(grant->client_id)), NULL));
  return db_run(tx, "INSERT INTO oidc_login (person_id, session_id, client_id, sid, since) VALUES ($1, $2, $3, $4, $5)",
                DB_ARGS(db_of_int(grant->person_id), db_of_int(grant->session_id), db_of_text(grant->client_id), db_of_text(sid),
                        db_of_int(grant->created_at_ms)),
                NULL);
}

/* A used code ends what it gave [FAPI2-SP 5.3.2.2-9 SHALL] F26, [RFC6749 4.1.2 SHOULD]. */
static result end_replayed(struct taking *taking, struct db_tx *tx) {
  const struct oidc_grant *grant = &taking->code.grant;
  taking->is_replay = true;
  return oidc_grant_revoke(taking->exchange->env, tx, &(const struct oidc_revocation){grant->person_id, grant->grant_id, "code_replayed", 0});
}

/* The code becomes a grant. One that came with the wrong proof becomes one too, and it is over: whoever has it has not what belongs to it. */
static result begin_grant(struct taking *taking, struct db_tx *tx) {
  const struct oidc_exchange *exchange = taking->exchange;
  struct oidc_grant *grant = &taking->issue.grant;
  bool is_there = false;
  *grant = taking->code.grant;
  grant->state = taking->is_mismatch ? OIDC_GRANT_REVOKED : OIDC_GRANT_LIVE;
  TRY(oidc_grant_begin(exchange->env, tx, grant, &is_there));
  if (is_there) {
    return end_replayed(taking, tx);
  }
  if (taking->is_mismatch) {
    return OK;
  }
  TRY(remember_login(taking, tx));
  return oidc_given_record(exchange->env, tx, exchange->arena, taking->issue.client, grant);
}

static result prepare(struct taking *taking) {
  const struct oidc_exchange *exchange = taking->exchange;
  struct oidc_issue *issue = &taking->issue;
  TRY(oidc_grant_subject(exchange->env, &taking->code.grant, issue->client->sector, exchange->arena, &issue->subject));
  TRY(oidc_grant_actor(exchange->env, &taking->code.grant, issue->client->sector, exchange->arena, &issue->actor));
  TRY(oidc_exchange_audience(exchange, taking->code.grant.resources, &issue->audience));
  issue->scope = taking->code.grant.scope;
  issue->nonce = taking->code.nonce;
  issue->gives_refresh_token =
      (issue->client->grant_types & OIDC_GRANT_REFRESH) != 0 && oidc_words_have(issue->scope, S("offline_access")); /* [OIDC Core 11] */
  return OK;
}

/* Nothing is given for it now; used before, it still ends its grant. */
static result refuse(struct taking *taking, struct db_tx *tx, result why) {
  bool is_used = false;
  TRY(oidc_grant_is_there(tx, &taking->code.grant, &is_used));
  if (is_used) {
    return end_replayed(taking, tx);
  }
  bool is_over = is_code(why, ACCOUNT_SESSION) || is_code(why, OIDC_CONSENT_UNKNOWN) || is_code(why, OIDC_GRANT_ENDED);
  if (is_over) {
    FAIL(OIDC_CODE_UNKNOWN, "its session, mandate or consent ended meanwhile");
  }
  return why;
}

static result is_young(const struct taking *taking) {
  if (oidc_code_is_too_old(taking->exchange->env, &taking->code)) { /* [FAPI2-SP 5.3.2.1-11 SHALL] F15 */
    FAIL(OIDC_CODE_UNKNOWN, "the code is too old");
  }
  return OK;
}

static result write_taking(struct db_tx *tx, void *arg) {
  struct taking *taking = arg;
  const struct oidc_exchange *exchange = taking->exchange;
  taking->is_replay = false;
  taking->is_mismatch = !fits(exchange, &taking->code);
  TRY(oidc_caller_use(tx, exchange->caller));
  result stands = is_young(taking);
  stands = is_ok(stands) && !taking->is_mismatch ? check_standing(taking, tx) : stands;
  if (!is_ok(stands)) {
    return refuse(taking, tx, stands);
  }
  TRY(taking->is_mismatch ? OK : prepare(taking));
  TRY(begin_grant(taking, tx));
  return taking->is_replay || taking->is_mismatch ? OK : oidc_issue_store(exchange->env, tx, exchange->arena, &taking->issue);
}

result oidc_token_code(const struct oidc_exchange *exchange, struct slice *ret_json) {
  struct taking taking = {.exchange = exchange, .issue = {.client = exchange->caller->client}};
  TRY(oidc_issue_bind(exchange->caller, exchange->dpop_thumbprint, &taking.issue));
  TRY(oidc_code_read(exchange->env, exchange->arena, taking.issue.client->client_id, oidc_exchange_get(exchange, "code"), &taking.code));
  /* The code is used up and its tokens are signed beside the disk; nobody gets them before it is durable. */
  struct db_writing writing;
  TRY(db_write_begin(exchange->env->db, write_taking, &taking, &writing));
  result written = taking.is_replay || taking.is_mismatch ? OK : oidc_issue_write(exchange->env, exchange->arena, &taking.issue, ret_json);
  TRY(db_write_end(&writing));
  if (taking.is_replay) {
    FAIL(OIDC_CODE_UNKNOWN, "a used code: its grant is revoked");
  }
  if (taking.is_mismatch) {
    FAIL(OIDC_CODE_MISMATCH, "redirect_uri, code_verifier or key do not fit the code");
  }
  return written;
}
