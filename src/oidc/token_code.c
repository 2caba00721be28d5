/* grant_type=authorization_code [RFC6749 4.1.3], [RFC7636 4.6], [OIDC Core 3.1.3]. */
#include "codec/base64url.h"
#include "oidc/grant.h"
#include "oidc/issue.h"
#include "oidc/token.h"

enum { VERIFIER_BYTES_MIN = 43, VERIFIER_BYTES_MAX = 128 }; /* [RFC7636 4.1] */

struct taking {
  const struct oidc_exchange *exchange;
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
  bool is_key = code->dpop_jkt.len == 0 || slice_eq(code->dpop_jkt, exchange->dpop_thumbprint); /* [FAPI 5.3.2.1 SHALL], [RFC9449 10 MUST] */
  return is_key && slice_eq(oidc_exchange_get(exchange, "redirect_uri"), code->redirect_uri) && is_pkce(exchange, code->code_challenge);
}

static result prepare(struct taking *taking, const struct oidc_code *code) {
  const struct oidc_exchange *exchange = taking->exchange;
  struct oidc_issue *issue = &taking->issue;
  struct slice subject = {0};
  TRY(oidc_grant_subject(exchange->env, &issue->grant, issue->client->sector, exchange->arena, &subject));
  TRY(oidc_exchange_audience(exchange, issue->grant.resources, &issue->audience));
  issue->subject = subject;
  issue->scope = issue->grant.scope;
  issue->nonce = code->nonce;
  issue->gives_refresh_token =
      (issue->client->grant_types & OIDC_GRANT_REFRESH) != 0 && oidc_words_have(issue->scope, S("offline_access")); /* [OIDC Core 11] */
  return OK;
}

/* A code that came with the wrong proof is spent: whoever has it has not what belongs to it. */
static result write_taking(struct db_tx *tx, void *arg) {
  struct taking *taking = arg;
  const struct oidc_exchange *exchange = taking->exchange;
  const struct oidc_code_key key = {oidc_exchange_get(exchange, "code"), exchange->caller->client->client_id};
  struct oidc_code code = {.code = {0}};
  TRY(oidc_caller_use(tx, exchange->caller));
  TRY(oidc_code_take(exchange->env, tx, exchange->arena, &key, &code));
  taking->is_replay = code.is_replay;
  taking->is_mismatch = !fits(exchange, &code);
  if (taking->is_replay || taking->is_mismatch) {
    return OK;
  }
  TRY(oidc_grant_load(tx, exchange->arena, code.person_id, code.grant_id, &taking->issue.grant));
  TRY(oidc_may_share(exchange->env, tx, code.person_id));
  TRY(prepare(taking, &code));
  return oidc_issue_store(exchange->env, tx, exchange->arena, &taking->issue);
}

result oidc_token_code(const struct oidc_exchange *exchange, struct slice *ret_json) {
  struct taking taking = {.exchange = exchange, .issue = {.client = exchange->caller->client}};
  TRY(oidc_issue_bind(exchange->caller, exchange->dpop_thumbprint, &taking.issue));
  TRY(db_write(exchange->env->db, write_taking, &taking));
  if (taking.is_replay) {
    FAIL(OIDC_CODE_UNKNOWN, "a used code: its grant is revoked");
  }
  if (taking.is_mismatch) {
    FAIL(OIDC_CODE_MISMATCH, "redirect_uri, code_verifier or key do not fit the code");
  }
  return oidc_issue_write(exchange->env, exchange->arena, &taking.issue, ret_json);
}
