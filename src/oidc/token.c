#include "oidc/token.h"

/* THE table of grant types; metadata.c lists the same names. */
static const struct {
  const char *name;
  enum oidc_grant_type type;
  oidc_grant_fn give;
} rows[] = {
    {"authorization_code", OIDC_GRANT_CODE, oidc_token_code},
    {"refresh_token", OIDC_GRANT_REFRESH, oidc_token_refresh},
    {"client_credentials", OIDC_GRANT_CLIENT_CREDENTIALS, oidc_token_client_credentials},
    {"urn:ietf:params:oauth:grant-type:device_code", OIDC_GRANT_DEVICE, oidc_token_device},
    {"urn:openid:params:grant-type:ciba", OIDC_GRANT_CIBA, oidc_token_ciba},
};
enum { ROWS = sizeof rows / sizeof *rows };

bool oidc_words_within(struct slice asked, struct slice granted) {
  bool is_within = asked.len > 0;
  while (asked.len > 0 && is_within) {
    is_within = oidc_words_have(granted, slice_cut(&asked, ' '));
  }
  return is_within;
}

/* One audience a token. A client may ask for several resources when it authorizes, and has a token for each by asking again with a refresh token [RFC8707 2.2];
 * one token for several it does not get, because each of them could use it at the others, and a server "may be unwilling" [RFC8707 3]; because a resource
 * server could not tell which of its scopes is whose [RFC9068 5], as scopes here are registered without their resources; and because one token should be for
 * one resource server [RFC9700 2.3 SHOULD]. That is invalid_target [RFC8707 2]. */
result oidc_exchange_audience(const struct oidc_exchange *exchange, struct slice granted, struct slice *ret_audience) {
  struct slice asked = oidc_exchange_get(exchange, "resource");
  struct slice rest = asked.len > 0 ? asked : granted;
  struct slice first = slice_cut(&rest, ' ');
  if (asked.len > 0 && !oidc_words_have(granted, first)) { /* [RFC8707 2.2] */
    FAIL(OIDC_RESOURCE, "a resource that was not granted");
  }
  while (asked.len > 0 && rest.len > 0) {
    if (!slice_eq(slice_cut(&rest, ' '), first)) {
      FAIL(OIDC_RESOURCE, "several resources for one token");
    }
  }
  *ret_audience = first;
  return OK;
}

result oidc_token(struct env *env, const struct oidc_call *call, struct arena *arena, struct slice *ret_json) {
  struct oidc_caller caller CLEANUP(oidc_caller_release) = {0};
  struct oidc_exchange exchange = {.env = env, .call = call, .arena = arena, .caller = &caller};
  TRY(oidc_caller_authenticate(env, call, arena, &caller));
  TRY(oidc_dpop_check(env, call, (struct slice){0}, arena, &exchange.dpop_thumbprint));
  struct slice type = oidc_exchange_get(&exchange, "grant_type");
  for (size_t i = 0; i < ROWS; i++) {
    if (!slice_is(type, rows[i].name)) {
      continue;
    }
    if ((caller.client->grant_types & rows[i].type) == 0) {
      FAIL(OIDC_GRANT_TYPE_CLIENT, "not registered for this grant type");
    }
    return rows[i].give(&exchange, ret_json);
  }
  if (type.len == 0) {
    FAIL(OIDC_REQUEST, "no grant_type");
  }
  FAIL(OIDC_GRANT_TYPE, "no such grant type"); /* the password grant too [FAPI 5.3.2.1 SHALL NOT], [RFC9700 2.4 MUST NOT] */
}
