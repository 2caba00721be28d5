/* What the provider says of itself [RFC8414 2], [OIDC Discovery 3]: one table, one document for both addresses. A row stands here when what it names
 * works: a client configures itself from it. */
#include "oidc/attribute.h"
#include "oidc/claims.h"

enum kind { ADDRESS, LIST, TRUE };
struct row {
  const char *name;
  enum kind kind;
  const char *value; /* ADDRESS: path below the origin; LIST: words with blanks between */
};

#define CLIENT_METHODS "private_key_jwt tls_client_auth self_signed_tls_client_auth client_secret_basic client_secret_post"
#define ALGORITHMS "ES256 PS256 EdDSA"

static const struct row rows[] = {
    {"authorization_endpoint", ADDRESS, "/oidc/authorize"},
    {"pushed_authorization_request_endpoint", ADDRESS, "/oidc/par"},
    {"token_endpoint", ADDRESS, "/oidc/token"},
    {"introspection_endpoint", ADDRESS, "/oidc/introspect"},
    {"revocation_endpoint", ADDRESS, "/oidc/revoke"},
    {"userinfo_endpoint", ADDRESS, "/oidc/userinfo"},
    {"device_authorization_endpoint", ADDRESS, "/oidc/device_authorization"},           /* [RFC8628 4] */
    {"backchannel_authentication_endpoint", ADDRESS, "/oidc/backchannel-authentication"}, /* [CIBA 4] */
    {"end_session_endpoint", ADDRESS, "/oidc/end-session"}, /* [OIDC RP-Initiated Logout 2.1] */
    {"jwks_uri", ADDRESS, "/oidc/jwks"},

    {"response_types_supported", LIST, "code"}, /* [FAPI 5.3.2.2 SHALL] */
    {"response_modes_supported", LIST, "query form_post jwt query.jwt form_post.jwt"},
    {"grant_types_supported", LIST, "authorization_code refresh_token client_credentials"
     " urn:ietf:params:oauth:grant-type:device_code urn:openid:params:grant-type:ciba"},
    {"subject_types_supported", LIST, "pairwise"},
    {"scopes_supported", LIST, "openid profile email phone address organisation offline_access"},
    {"acr_values_supported", LIST, "urn:danh:acr:1 urn:danh:acr:2 urn:danh:acr:3 urn:danh:acr:4"},
    {"code_challenge_methods_supported", LIST, "S256"},
    {"prompt_values_supported", LIST, "none login consent select_account"},
    {"ui_locales_supported", LIST, "vi en"},
    {"claim_types_supported", LIST, "normal"},

    {"token_endpoint_auth_methods_supported", LIST, CLIENT_METHODS " none"},
    {"token_endpoint_auth_signing_alg_values_supported", LIST, ALGORITHMS},
    {"introspection_endpoint_auth_methods_supported", LIST, CLIENT_METHODS},
    {"introspection_endpoint_auth_signing_alg_values_supported", LIST, ALGORITHMS},
    {"revocation_endpoint_auth_methods_supported", LIST, CLIENT_METHODS " none"},
    {"revocation_endpoint_auth_signing_alg_values_supported", LIST, ALGORITHMS},
    {"dpop_signing_alg_values_supported", LIST, ALGORITHMS},
    {"request_object_signing_alg_values_supported", LIST, ALGORITHMS},
    {"backchannel_token_delivery_modes_supported", LIST, "poll ping"},
    {"backchannel_authentication_request_signing_alg_values_supported", LIST, ALGORITHMS},
    {"id_token_signing_alg_values_supported", LIST, "ES256"},
    {"userinfo_signing_alg_values_supported", LIST, "ES256"},
    {"introspection_signing_alg_values_supported", LIST, "ES256"},
    {"authorization_signing_alg_values_supported", LIST, "ES256"},

    {"trust_frameworks_supported", LIST, "vn_eid"}, /* [IDA 9] */
    {"evidence_supported", LIST, "document"},
    {"documents_supported", LIST, "idcard residence_permit"},

    {"verified_claims_supported", TRUE, NULL},
    {"claims_parameter_supported", TRUE, NULL},
    {"request_parameter_supported", TRUE, NULL},
    {"authorization_response_iss_parameter_supported", TRUE, NULL}, /* [RFC9207 3] */
    {"tls_client_certificate_bound_access_tokens", TRUE, NULL},
    {"backchannel_logout_supported", TRUE, NULL},
    {"backchannel_logout_session_supported", TRUE, NULL},
};

static void put_list(struct jout *out, const char *name, struct slice words) {
  jout_put_list(out, name);
  while (words.len > 0) {
    jout_text(out, slice_cut(&words, ' '));
  }
  jout_list_end(out);
}

/* The claims of attributes. */
static void put_claims(struct jout *out, uint64_t attributes) {
  for (int i = 0; i < OIDC_ATTRIBUTE_COUNT; i++) {
    struct slice claims = slice_str((attributes & OIDC_ATTRIBUTE_BIT(i)) != 0 ? oidc_attribute_rows[i].claims : "");
    while (claims.len > 0) {
      jout_text(out, slice_cut(&claims, ' '));
    }
  }
}

static void put_all_claims(struct jout *out) {
  static const char *const always[] = {"sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "sid", "act", "verified_claims"};
  jout_put_list(out, "claims_supported");
  for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
    jout_text(out, slice_str(always[i]));
  }
  put_claims(out, ~UINT64_C(0));
  jout_list_end(out);
  jout_put_list(out, "claims_in_verified_claims_supported"); /* [IDA 9] */
  put_claims(out, oidc_verified_attributes);
  jout_list_end(out);
}

result oidc_metadata(struct env *env, struct arena *arena, bool has_registration, struct slice *ret_json) {
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 4096);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_text(&out, "issuer", env->origin);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct row *row = &rows[i];
    if (row->kind == ADDRESS) {
      jout_put_text(&out, row->name, arena_printf(arena, "%.*s%s", SLICE_ARG(env->origin), row->value));
    } else if (row->kind == LIST) {
      put_list(&out, row->name, slice_str(row->value));
    } else {
      jout_put_bool(&out, row->name, true);
    }
  }
  if (has_registration) { /* [RFC7591 3] */
    jout_put_text(&out, "registration_endpoint", arena_printf(arena, "%.*s/oidc/register", SLICE_ARG(env->origin)));
  }
  jout_put_bool(&out, "request_uri_parameter_supported", false); /* only those of the pushed request endpoint */
  put_all_claims(&out);
  jout_object_end(&out);
  *ret_json = buf_slice(&text);
  return OK;
}
