/* The endpoints that programs call: tokens, introspection, revocation, userinfo; keys and metadata. Domain: oidc/. */
#include "api/oidc_call.h"
#include "api/published.h"
#include "api/resources.h"

/* What changes seldom may be kept that long: shorter than a key waits to become active. */
#define KEPT S("public, max-age=300")

static void reply(struct api_call *call, const char *content_type, struct slice body) {
  api_oidc_nonce(call);
  http_reply(call->http, 200, content_type, body);
}

result api_oidc_token(struct api_call *call) {
  struct oidc_call asked;
  struct slice json = {0};
  result outcome = api_oidc_call(call, &asked);
  outcome = is_ok(outcome) ? oidc_token(call->env, &asked, call->arena, &json) : outcome;
  if (!is_ok(outcome)) {
    return api_oidc_failure(call, outcome);
  }
  reply(call, "application/json", json);
  return OK;
}

result api_oidc_introspect(struct api_call *call) {
  struct oidc_call asked;
  struct oidc_answer answer = {0};
  result outcome = api_oidc_call(call, &asked);
  outcome = is_ok(outcome) ? oidc_introspect(call->env, &asked, call->arena, &answer) : outcome;
  if (!is_ok(outcome)) {
    return api_oidc_failure(call, outcome);
  }
  reply(call, answer.content_type, answer.body);
  return OK;
}

result api_oidc_revoke(struct api_call *call) {
  struct oidc_call asked;
  result outcome = api_oidc_call(call, &asked);
  outcome = is_ok(outcome) ? oidc_revoke(call->env, &asked, call->arena) : outcome;
  if (!is_ok(outcome)) {
    return api_oidc_failure(call, outcome);
  }
  reply(call, "application/json", S("{}"));
  return OK;
}

result api_oidc_userinfo(struct api_call *call) {
  struct oidc_call asked;
  struct oidc_answer answer = {0};
  api_oidc_headers(call, &asked); /* a token in the body or the address is not looked at [FAPI 5.3.4 SHALL NOT] */
  result outcome = oidc_userinfo(call->env, &asked, call->arena, &answer);
  if (!is_ok(outcome)) {
    return api_oidc_failure_at_resource(call, outcome);
  }
  reply(call, answer.content_type, answer.body);
  return OK;
}

static void publish(struct api_call *call, const char *content_type, struct slice json) {
  http_response_header(call->http, "Cache-Control", KEPT);
  http_response_header(call->http, "Access-Control-Allow-Origin", S("*")); /* for all: the answer is kept for whoever asks next */
  http_response_header(call->http, "Cross-Origin-Resource-Policy", S("cross-origin"));
  http_reply(call->http, 200, content_type, json);
  if (call->api->published != NULL) {
    api_published_keep(call->api->published, call->http);
  }
}

result api_oidc_jwks(struct api_call *call) {
  struct slice json = {0};
  TRY(oidc_jwks(call->env, call->arena, &json));
  publish(call, "application/jwk-set+json", json);
  return OK;
}

result api_oidc_metadata(struct api_call *call) {
  struct slice json = {0};
  TRY(oidc_metadata(call->env, call->arena, call->settings->registration_token.len > 0, &json));
  publish(call, "application/json", json);
  return OK;
}
