/* The words of the protocol for our failures [RFC6749 4.1.2.1, 5.2], [RFC9101 6], [RFC8707 2], OpenID Connect Core 3.1.2.6. */
#include "oidc/oidc.h"

static const struct oidc_error_row rows[] = {
    {OIDC_CLIENT_UNKNOWN, 400, "invalid_client", "unknown client"},
    {OIDC_REDIRECT_URI, 400, "invalid_request", "redirect_uri is missing or not registered"},
    {OIDC_REQUEST, 400, "invalid_request", "a parameter is missing, repeated or malformed"},
    {OIDC_RESPONSE_TYPE, 400, "unsupported_response_type", "only response_type=code is supported"},
    {OIDC_RESPONSE_MODE, 400, "invalid_request", "this response_mode is not used for this client"},
    {OIDC_SCOPE, 400, "invalid_scope", "a scope is unknown or not registered for this client"},
    {OIDC_PKCE_MISSING, 400, "invalid_request", "code_challenge with code_challenge_method=S256 is required"},
    {OIDC_PAR_REQUIRED, 400, "invalid_request", "this client must use a pushed authorization request"},
    {OIDC_REQUEST_URI, 400, "invalid_request_uri", "request_uri is unknown, expired or used"},
    {OIDC_REQUEST_OBJECT, 400, "invalid_request_object", "the request object is missing, or does not verify"},
    {OIDC_RESOURCE, 400, "invalid_target", "a resource is malformed or not registered for this client, or one token was asked for several"},
    {OIDC_DPOP_JKT, 400, "invalid_dpop_proof", "dpop_jkt does not match the proof of possession"},
    {OIDC_GRANT_TYPE_CLIENT, 400, "unauthorized_client", "the client is not registered for this flow"},
    {OIDC_ACCESS_DENIED, 403, "access_denied", "the person refused"},
    {OIDC_LOGIN_REQUIRED, 400, "login_required", "the person has to sign in"},
    {OIDC_CONSENT_REQUIRED, 400, "consent_required", "the person has to consent"},
    {OIDC_INTERACTION_REQUIRED, 400, "interaction_required", "the person has to choose"},
    {OIDC_UNMET_LEVEL, 400, "unmet_authentication_requirements", "no such authentication level"},
    {OIDC_CODE_UNKNOWN, 400, "invalid_grant", "the code is unknown, expired, used or of another client"},
    {OIDC_GRANT_ENDED, 400, "invalid_grant", "the authorization has ended"},
    {OIDC_LOGOUT_REQUEST, 400, "invalid_request", "the logout request does not fit the client or the session"},
    {OIDC_REQUEST_UNSUPPORTED, 400, "request_not_supported", "no request object is taken here"},
    {OIDC_REQUEST_URI_UNSUPPORTED, 400, "request_uri_not_supported", "only request_uri values of this server are taken"},
    {OIDC_PENDING, 400, "authorization_pending", "the person has not answered yet"},
    {OIDC_SLOW_DOWN, 400, "slow_down", "asked too often: wait five seconds longer between requests"},
    {OIDC_WAITING_EXPIRED, 400, "expired_token", "the request has run out"},
    {OIDC_PERSON_UNKNOWN, 400, "unknown_user_id", "the hint is in no form that names a person"},
    {OIDC_BINDING_MESSAGE, 400, "invalid_binding_message", "binding_message is missing, longer than 100 characters, or not plain text"},
    {OIDC_ORGANISATION_NEEDED, 400, "interaction_required", "the person has to choose the organisation they act for"},
    {OIDC_PERSON_NEEDED, 400, "interaction_required", "the person has to go on for themself, not for an organisation"},
    {OIDC_REGISTRATION_OFF, 404, "invalid_request", "clients do not register themselves here"},
    {OIDC_REGISTRATION_TOKEN, 401, "invalid_token", "no registration access token that is good for this"},
    {OIDC_CLIENT_METADATA, 400, "invalid_client_metadata", "the metadata contradict each other or the profile"},

    /* client authentication, tokens, resources: [RFC6749 5.2], [RFC6750 3.1], [RFC9449 5, 7.1, 8] */
    {OIDC_CLIENT_CREDENTIALS, 401, "invalid_client", "client authentication failed"},
    {OIDC_CLIENT_KEYS, 503, "temporarily_unavailable", "the client keys have not been fetched yet, try again in a moment"},
    {OIDC_DPOP_MISSING, 400, "invalid_dpop_proof", "access tokens of this client are bound to a key: send a proof of possession"},
    {OIDC_DPOP_PROOF, 400, "invalid_dpop_proof", "the proof of possession does not hold or was used before"},
    {OIDC_DPOP_NONCE, 400, "use_dpop_nonce", "the proof of possession needs the nonce in DPoP-Nonce"},
    {OIDC_GRANT_TYPE, 400, "unsupported_grant_type", "no such grant type"},
    {OIDC_CODE_MISMATCH, 400, "invalid_grant", "redirect_uri, code_verifier or key do not fit the code"},
    {OIDC_REFRESH_UNKNOWN, 400, "invalid_grant", "the refresh token is unknown, ended or of another client"},
    {OIDC_TOKEN_MISSING, 401, NULL, NULL}, /* [RFC6750 3.1 SHOULD NOT] no error code for a call without a token */
    {OIDC_TOKEN_INVALID, 401, "invalid_token", "the access token is not good here and now"},
    {OIDC_TOKEN_SCOPE, 403, "insufficient_scope", "the access token does not reach so far"},
    {CODEC_FORM_DUPLICATE, 400, "invalid_request", "a parameter is missing, repeated or malformed"},
    {CODEC_FORM_LIMIT, 400, "invalid_request", "too many parameters, or one is too long"},
    {CODEC_URL_SYNTAX, 400, "invalid_request", "a parameter is missing, repeated or malformed"},
    {CODEC_UTF8_INVALID, 400, "invalid_request", "a parameter is missing, repeated or malformed"},
};

static const struct oidc_error_row busy = {0, 503, "temporarily_unavailable", "try again in a moment"};
static const struct oidc_error_row broken = {0, 500, "server_error", "an internal error"};

const struct oidc_error_row *oidc_error_find(uint16_t code) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (rows[i].code == code) {
      return &rows[i];
    }
  }
  return result_kind((result){code}) == RESULT_UNAVAILABLE ? &busy : &broken;
}
