#include "oidc/authorize/pipeline.h"
#include "oidc/waiting/waiting.h"

enum { TOKEN_BYTES_MIN = 22, TOKEN_BYTES_MAX = 1024 }; /* [CIBA 7.1 MUST] 128 bits; at most 1024 characters */

static bool is_bearer(struct slice token) {
  bool is_fine = token.len >= TOKEN_BYTES_MIN && token.len <= TOKEN_BYTES_MAX;
  for (size_t i = 0; i < token.len && is_fine; i++) {
    uint8_t c = token.ptr[i];
    is_fine = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("-._~+/=", c) != NULL;
  }
  return is_fine;
}

static result read_lifetime(struct oidc_asking *asking) {
  struct slice text = oidc_asking_get(asking, "requested_expiry");
  int64_t wanted = 0;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9' || text.len > 6) {
      FAIL(OIDC_REQUEST, "requested_expiry is a positive number of seconds");
    }
    wanted = wanted * 10 + (text.ptr[i] - '0');
  }
  if (text.len > 0 && wanted == 0) {
    FAIL(OIDC_REQUEST, "requested_expiry is a positive number of seconds");
  }
  wanted = wanted == 0 ? OIDC_CIBA_LIFETIME_S : wanted;
  asking->lifetime_s = wanted < OIDC_CIBA_LIFETIME_MAX_S ? wanted : OIDC_CIBA_LIFETIME_MAX_S;
  return OK;
}

/* How the answer reaches the client: it polls, or is pinged with its own token [CIBA 7.1 REQUIRED]. Push is not done [FAPI-CIBA 5.2.2 SHALL NOT]. The strong
 * profiles sign their requests [FAPI-CIBA 5.2.2 SHALL]. */
result oidc_check_delivery(struct oidc_asking *asking) {
  if (asking->is_stored) {
    return OK;
  }
  if (asking->client->profile != OIDC_BASELINE && !asking->was_signed) {
    FAIL(OIDC_REQUEST_OBJECT, "authentication requests of this profile are signed");
  }
  if (!asking->is_openid) { /* [CIBA 7.1 MUST] */
    FAIL(OIDC_SCOPE, "openid is not among the scopes");
  }
  asking->ping_token = oidc_asking_get(asking, "client_notification_token");
  if (asking->client->ciba_mode != OIDC_CIBA_PING) {
    asking->ping_token = (struct slice){0};
  } else if (!is_bearer(asking->ping_token)) {
    FAIL(OIDC_REQUEST, "client_notification_token is missing, too short or no bearer token");
  }
  return read_lifetime(asking);
}
