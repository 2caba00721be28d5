/* grant_type=urn:ietf:params:oauth:grant-type:device_code [RFC8628 3.4] and urn:openid:params:grant-type:ciba [CIBA 10.1]. */
#include "oidc/acting.h"
#include "oidc/grant.h"
#include "oidc/issue.h"
#include "oidc/token.h"

struct taking {
  const struct oidc_exchange *exchange;
  struct oidc_waiting_poll poll;
  struct oidc_issue issue;
  uint16_t why; /* nothing is given yet: OIDC_PENDING, OIDC_SLOW_DOWN */
};

static result prepare(struct taking *taking) {
  const struct oidc_exchange *exchange = taking->exchange;
  struct oidc_issue *issue = &taking->issue;
  TRY(oidc_grant_subject(exchange->env, &issue->grant, issue->client->sector, exchange->arena, &issue->subject));
  TRY(oidc_grant_actor(exchange->env, &issue->grant, issue->client->sector, exchange->arena, &issue->actor));
  TRY(oidc_exchange_audience(exchange, issue->grant.resources, &issue->audience));
  issue->scope = issue->grant.scope;
  issue->gives_refresh_token = (issue->client->grant_types & OIDC_GRANT_REFRESH) != 0 && oidc_words_have(issue->scope, S("offline_access"));
  return OK;
}

static result write_taking(struct db_tx *tx, void *arg) {
  struct taking *taking = arg;
  const struct oidc_exchange *exchange = taking->exchange;
  TRY(oidc_caller_use(tx, exchange->caller));
  struct oidc_waiting_taken taken = {0};
  TRY(oidc_waiting_take(exchange->env, tx, exchange->arena, &taking->poll, &taken));
  taking->why = taken.why;
  taking->issue.grant = taken.grant;
  if (taking->why != 0) {
    return OK; /* the asking itself is counted */
  }
  TRY(oidc_may_share(exchange->env, tx, taken.grant.person_id)); /* locked since it was approved */
  struct mandate mandate;
  TRY(oidc_grant_stands(exchange->env, tx, exchange->arena, &taken.grant, &mandate)); /* or its mandate ended */
  TRY(prepare(taking));
  return oidc_issue_store(exchange->env, tx, exchange->arena, &taking->issue);
}

static result take(const struct oidc_exchange *exchange, enum oidc_waiting_kind kind, const char *parameter, struct slice *ret_json) {
  struct taking taking = {.exchange = exchange,
                          .poll = {kind, oidc_exchange_get(exchange, parameter), exchange->caller->client->client_id},
                          .issue = {.client = exchange->caller->client}};
  if (taking.poll.secret.len == 0) {
    FAIL(OIDC_REQUEST, "no %s", parameter);
  }
  TRY(oidc_issue_bind(exchange->caller, exchange->dpop_thumbprint, &taking.issue));
  TRY(db_write(exchange->env->db, write_taking, &taking));
  if (taking.why != 0) {
    FAIL(taking.why, "not answered yet");
  }
  return oidc_issue_write(exchange->env, exchange->arena, &taking.issue, ret_json);
}

result oidc_token_device(const struct oidc_exchange *exchange, struct slice *ret_json) {
  return take(exchange, OIDC_WAITING_DEVICE, "device_code", ret_json);
}

result oidc_token_ciba(const struct oidc_exchange *exchange, struct slice *ret_json) {
  return take(exchange, OIDC_WAITING_CIBA, "auth_req_id", ret_json);
}
