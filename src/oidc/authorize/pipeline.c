#include "oidc/authorize/pipeline.h"

#include "oidc/acting.h"

/* THE table: checks in order, and the endpoints where they run. */
#define X true
#define o false
static const struct {
  const char *name; /* its file is check_<name>.c */
  result (*check)(struct oidc_asking *asking);
  const char *rule; /* what it holds a request against, for who reads the inspector; each line's own rule stands at that line */
  bool runs_at[OIDC_ENDPOINT_COUNT];
} rows[] = {
    /*  PAR authorize device CIBA */
    {"client", oidc_check_client, "RFC 6749 2.2, RFC 9126 2.1", {X, X, X, X}},
    {"pushed", oidc_check_pushed, "RFC 9126 4, FAPI 2.0 5.3.2.2", {X, X, X, X}}, /* request_uri: ours and unused at authorize, nowhere else */
    {"request_object", oidc_check_request_object, "RFC 9101 5, FAPI 2.0 Message Signing 5.3.1", {X, X, o, X}},
    {"redirect_uri", oidc_check_redirect_uri, "OpenID Connect Core 3.1.2.1, RFC 9700 2.1", {X, X, o, o}}, /* from here on failures go to the client */
    {"response", oidc_check_response, "RFC 6749 3.1.1, JARM 2.3", {X, X, o, o}},
    {"grant_type", oidc_check_grant_type, "RFC 7591 2", {X, X, X, X}},
    {"scope", oidc_check_scope, "RFC 6749 3.3, OpenID Connect Core 5.4", {X, X, X, X}},
    {"pkce", oidc_check_pkce, "RFC 7636 4.3, FAPI 2.0 5.3.2.2", {X, X, o, o}},
    {"nonce", oidc_check_nonce, "OpenID Connect Core 3.1.2.1", {X, X, o, o}},
    {"resource", oidc_check_resource, "RFC 8707 2", {X, X, X, X}},
    {"claims", oidc_check_claims, "OpenID Connect Core 5.5", {X, X, o, o}},
    {"level", oidc_check_level, "OpenID Connect Core 5.5.1.1, RFC 9470", {X, X, X, X}},
    {"prompt", oidc_check_prompt, "OpenID Connect Core 3.1.2.1", {X, X, o, o}},
    {"dpop_jkt", oidc_check_dpop_jkt, "RFC 9449 10", {X, X, o, o}},
    {"hints", oidc_check_hints, "OpenID Connect Core 3.1.2.1", {X, X, o, X}},
    {"person", oidc_check_person, "CIBA 7.1", {o, o, o, X}},
    {"binding_message", oidc_check_binding_message, "CIBA 7.1, FAPI-CIBA 5.2.2", {o, o, o, X}},
    {"delivery", oidc_check_delivery, "CIBA 7.1, FAPI-CIBA 5.2.2", {o, o, o, X}},
};
#undef X
#undef o

result oidc_asking_check(struct oidc_asking *asking) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (rows[i].runs_at[asking->endpoint]) {
      TRY(rows[i].check(asking));
    }
  }
  return OK;
}

bool oidc_check_of_path(struct slice path, size_t index, const char **ret_name, const char **ret_rule) {
  static const char *const paths[OIDC_ENDPOINT_COUNT] = {[OIDC_AT_PAR] = "/oidc/par",
                                                         [OIDC_AT_AUTHORIZE] = "/oidc/authorize",
                                                         [OIDC_AT_DEVICE] = "/oidc/device_authorization",
                                                         [OIDC_AT_CIBA] = "/oidc/backchannel-authentication"};
  int endpoint = 0;
  while (endpoint < OIDC_ENDPOINT_COUNT && !slice_is(path, paths[endpoint])) {
    endpoint++;
  }
  for (size_t i = 0; i < sizeof rows / sizeof *rows && endpoint < OIDC_ENDPOINT_COUNT; i++) {
    if (rows[i].runs_at[endpoint] && index-- == 0) {
      *ret_name = rows[i].name;
      *ret_rule = rows[i].rule;
      return true;
    }
  }
  return false;
}

uint64_t oidc_asking_attributes(const struct oidc_asking *asking, const struct account_session *session) {
  uint64_t asked = asking->attributes_id_token | asking->attributes_userinfo;
  return session->acting_organisation_id != 0 ? asked : (asked | asking->attributes_verified) & ~OIDC_OF_ORGANISATION;
}

void oidc_asking_clear(struct oidc_asking *asking) { oidc_client_release(&asking->client); }
