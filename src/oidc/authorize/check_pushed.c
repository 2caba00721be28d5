/* request_uri [RFC9126 4], [RFC9101 5.2]: only what was pushed here, by this client, not used yet. */
#include "oidc/authorize/kept.h"

static result take_up(struct oidc_asking *asking, struct slice request_uri) {
  struct oidc_kept kept;
  if (!slice_starts(request_uri, S(OIDC_REQUEST_URI_PREFIX))) { /* we follow no address a request names [RFC9101 10.4] */
    FAIL(OIDC_REQUEST_URI_UNSUPPORTED, "not one of ours");
  }
  struct slice handle = slice_from(request_uri, sizeof OIDC_REQUEST_URI_PREFIX - 1);
  TRY(oidc_kept_find(asking->env, asking->arena, handle, OIDC_PUSHED_LIFETIME_S, &kept));
  if (!kept.is_pushed || !slice_eq(kept.client_id, asking->client->client_id)) { /* [RFC9126 2.2 MUST] P4 bound to the client */
    FAIL(OIDC_REQUEST_URI, "another client's request_uri");
  }
  /* whatever else stands in the address does not count [RFC9126 4], [FAPI2-SP 5.3.3.2] F42 */
  return oidc_asking_take_up(asking, &kept);
}

result oidc_check_pushed(struct oidc_asking *asking) {
  struct slice request_uri = oidc_asking_get(asking, "request_uri");
  if (request_uri.len > 0 && asking->endpoint != OIDC_AT_AUTHORIZE) { /* [RFC9126 2.1 MUST NOT] P3 */
    FAIL(OIDC_REQUEST, "request_uri where a request is pushed");
  }
  if (request_uri.len > 0) {
    if (oidc_asking_get(asking, "request").len > 0) { /* [RFC9101 5 MUST NOT] */
      FAIL(OIDC_REQUEST, "request beside request_uri");
    }
    return take_up(asking, request_uri);
  }
  if (asking->endpoint == OIDC_AT_AUTHORIZE && !asking->is_pushed && asking->client->require_par) { /* [FAPI2-SP 5.3.2.2-3 SHALL] F20 */
    FAIL(OIDC_PAR_REQUIRED, "the client's requests are pushed");
  }
  return OK;
}
