/* Signed request objects, by value [RFC9101 4, 5, 6], pushed or in the address; FAPI 2.0 Message Signing 5.3.1. What the object says counts, and nothing
 * beside it. An unsigned one is no object [RFC9101 10.1]. */
#include "oidc/authorize/pipeline.h"
#include "oidc/memory.h"
#include "oidc/parameters.h"

enum { OBJECT_BYTES_MAX = 32 * 1024, LIFETIME_MAX_S = 3600, AGE_MAX_S = 3600 };

/* [FAPI2-MS 5.3.1 SHALL] nbf and exp, at most an hour apart, nbf at most an hour ago; others may leave nbf out.
 * The same for a signed authentication request [CIBA 7.1.1], [FAPI-CIBA 5.2.2 SHALL]. */
static result check_times(const struct oidc_asking *asking, const struct jin *claims) {
  bool is_strict = asking->client->profile == OIDC_FAPI2_MESSAGE_SIGNING || asking->endpoint == OIDC_AT_CIBA;
  int64_t not_before_ms = 0;
  int64_t expires_ms = 0;
  const struct jose_times times = {.now_ms = clock_now_ms(asking->env->clock), .is_expiry_needed = is_strict};
  TRY(jose_claims_times(claims, &times));
  if (!is_strict) {
    return OK;
  }
  TRY(jose_claims_time(claims, "nbf", &not_before_ms));
  TRY(jose_claims_time(claims, "exp", &expires_ms));
  if (not_before_ms == JOSE_TIME_NONE || times.now_ms - not_before_ms > AGE_MAX_S * 1000 || expires_ms - not_before_ms > LIFETIME_MAX_S * 1000) {
    FAIL(OIDC_REQUEST_OBJECT, "no nbf, too long ago, or exp too long after it");
  }
  return OK;
}

static result verify(const struct oidc_asking *asking, struct slice object, struct jose_jws *jws) {
  static const char *const types[] = {"oauth-authz-req+jwt", "JWT", NULL};
  const struct oidc_client *client = asking->client;
  const struct jose_rules rules = {.algorithms = JOSE_ALGORITHMS, .types = types, .bytes_max = OBJECT_BYTES_MAX};
  TRY(jose_jws_parse(object, &rules, asking->arena, jws));
  TRY(jose_jws_verify_set(asking->env->oidc == NULL ? NULL : asking->env->oidc->keyring, jws, &client->keys, NULL));
  TRY(jose_claims_issuer(jws->claims, client->client_id)); /* [RFC9101 4 SHOULD] */
  if (!jose_claims_has_audience(jws->claims, asking->env->origin)) { /* [FAPI2-MS 5.3.1 SHALL] */
    FAIL(OIDC_REQUEST_OBJECT, "not for us");
  }
  return check_times(asking, jws->claims);
}

/* Members that are the JWT's own, not the request's. */
static bool is_envelope(struct slice name) {
  static const char *const names[] = {"iss", "aud", "exp", "nbf", "iat", "jti", NULL};
  for (size_t i = 0; names[i] != NULL; i++) {
    if (slice_is(name, names[i])) {
      return true;
    }
  }
  return false;
}

static result take_up(struct oidc_asking *asking, const struct jin *claims) {
  struct jin request = {.type = JIN_OBJECT, .items = ARENA_ARRAY(asking->arena, struct jin, claims->count + 1)};
  struct url_form parameters;
  for (size_t i = 0; i < claims->count; i++) {
    if (slice_is(claims->items[i].name, "request") || slice_is(claims->items[i].name, "request_uri")) { /* [RFC9101 4 MUST NOT] */
      FAIL(OIDC_REQUEST_OBJECT, "a request in the request");
    }
    if (!is_envelope(claims->items[i].name)) {
      request.items[request.count++] = claims->items[i];
    }
  }
  TRY(oidc_parameters_of_object(&request, asking->arena, &parameters));
  struct slice client_id = url_form_get(&parameters, "client_id");
  bool may_lack_it = asking->endpoint == OIDC_AT_CIBA && client_id.len == 0; /* [CIBA 7.1.1] iss says whose it is */
  if (!may_lack_it && !slice_eq(client_id, asking->client->client_id)) { /* [RFC9101 6.3 MUST] */
    FAIL(OIDC_REQUEST_OBJECT, "client_id of the object is another");
  }
  asking->parameters = parameters;
  asking->was_signed = true;
  return OK;
}

result oidc_check_request_object(struct oidc_asking *asking) {
  struct slice object = oidc_asking_get(asking, "request");
  if (object.len > 0 && !asking->is_stored) {
    struct jose_jws jws;
    if (!is_ok(verify(asking, object, &jws))) {
      FAIL(OIDC_REQUEST_OBJECT, "%s", fault_last()->detail);
    }
    return take_up(asking, jws.claims);
  }
  if (asking->client->require_signed_request_object && !asking->was_signed) { /* [RFC9101 10.5], [FAPI2-MS 5.3.1 SHALL] */
    FAIL(OIDC_REQUEST_OBJECT, "the client's requests are signed");
  }
  return OK;
}
