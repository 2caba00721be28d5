/* oidc/oidc_clients.h: the relying parties. (a part of oidc/oidc.h, which includes it; include that) */
#pragma once
#include "oidc/oidc.h"

/* ---- Clients: the relying parties -------------------------------------------------------------------------------------------------- */

enum oidc_profile { OIDC_BASELINE = 1, OIDC_FAPI2, OIDC_FAPI2_MESSAGE_SIGNING };
enum oidc_client_auth {
  OIDC_AUTH_NONE = 1, /* native public clients; PKCE */
  OIDC_AUTH_SECRET_BASIC, OIDC_AUTH_SECRET_POST, OIDC_AUTH_PRIVATE_KEY_JWT,
  OIDC_AUTH_TLS,             /* tls_client_auth: subject of a certificate of a known CA */
  OIDC_AUTH_SELF_SIGNED_TLS, /* a certificate of the client's jwks */
};
enum oidc_grant_type {
  OIDC_GRANT_CODE = 1 << 0, OIDC_GRANT_REFRESH = 1 << 1, OIDC_GRANT_CLIENT_CREDENTIALS = 1 << 2, OIDC_GRANT_DEVICE = 1 << 3, OIDC_GRANT_CIBA = 1 << 4,
};
enum oidc_response_mode { OIDC_MODE_QUERY = 1, OIDC_MODE_QUERY_JWT, OIDC_MODE_FORM_POST, OIDC_MODE_FORM_POST_JWT };
enum oidc_ciba_mode { OIDC_CIBA_NONE, OIDC_CIBA_POLL, OIDC_CIBA_PING };
enum oidc_client_status { OIDC_CLIENT_ACTIVE = 1, OIDC_CLIENT_DISABLED };

struct oidc_words { struct slice vi, en; }; /* en empty: as vi */
struct oidc_texts { const struct slice *items; size_t count; };
struct oidc_attribute_use {
  enum oidc_attribute attribute;
  bool is_required; /* without it the service does not work; else the person may leave it out */
  struct oidc_words purpose;
};

/* As registered; immutable while held. */
struct oidc_client {
  struct slice client_id; /* 3 to 64 of [A-Za-z0-9._-] */
  int64_t version;        /* another one with every change */
  enum oidc_client_status status;
  enum oidc_profile profile;
  bool is_native;         /* application_type native: loopback redirects, any port [RFC8252 7.3] */
  struct oidc_words name;
  struct oidc_words purpose; /* why it signs people in */
  struct oidc_words owner;   /* agency or organisation */
  struct oidc_texts redirect_uris;
  struct oidc_texts post_logout_redirect_uris;
  struct slice backchannel_logout_uri; /* empty: none */
  struct slice sector;                 /* for pairwise subjects: a host name */
  enum oidc_client_auth auth_method;
  struct slice secret_hash;   /* SHA-256 of a secret of ours, 32 bytes; empty: none */
  struct slice tls_subject_dn; /* tls_client_auth [RFC8705 2.1.2] */
  struct slice tls_san_dns;
  struct slice jwks;     /* JSON Web Key Set, as registered or as last fetched from jwks_uri; empty: none yet */
  struct slice jwks_uri; /* empty: keys are registered by value */
  struct jose_jwks keys; /* jwks, read: none if there are none yet */
  unsigned grant_types;    /* set of enum oidc_grant_type */
  unsigned response_modes; /* set of 1 << enum oidc_response_mode */
  struct oidc_texts scopes;    /* scopes of other APIs, beside those of sign-in */
  struct oidc_texts resources; /* whom access tokens may be for [RFC8707]; empty: this server alone */
  const struct oidc_attribute_use *uses;
  size_t use_count;
  uint64_t attributes; /* set: all uses */
  uint64_t attributes_required;
  int acr_min;     /* 1..4: authentication level below which nobody is let through */
  int acr_default; /* default_acr_values; 0: none */
  const struct oidc_passkey_rule *passkeys; /* which ones count here (passkey_rule.h); NULL: any */
  int consent_days; /* how long a consent is remembered, 1..365 */
  bool require_par;
  bool require_signed_request_object;
  bool dpop_bound_access_tokens;
  bool tls_bound_access_tokens;
  bool id_token_has_claims; /* attributes in the ID token too, not only at userinfo */
  struct slice userinfo_signed_response_alg; /* "ES256" or empty: plain JSON */
  enum oidc_ciba_mode ciba_mode;
  struct slice ciba_notification_endpoint;
  bool takes_people, takes_organisations; /* who signs in here: for themself or another person; for an organisation */
  bool is_dynamic; /* registered itself (RFC 7591) */
  int64_t created_at_ms;
};
/* Held until released:  const struct oidc_client *client CLEANUP(oidc_client_release) = NULL;
 * OIDC_CLIENT_UNKNOWN: none, or disabled. From memory while its version row stands. */
MUST_USE result oidc_client_load(struct env *env, struct slice client_id, const struct oidc_client **ret_client);
void oidc_client_release(const struct oidc_client **client);
static inline struct slice oidc_words_in(const struct oidc_words *words, bool english) {
  return english && words->en.len > 0 ? words->en : words->vi;
}

/* Strict: metadata of RFC 7591 and of OpenID Connect Registration by their names, ours beside them (doc/integrate.md); an unknown member, a redirect
 * that is neither https nor a native client's loopback, or a contradiction to the profile is refused with its path. client_id may be absent. */
MUST_USE result oidc_client_read(const struct jin *root, struct arena *arena, struct oidc_client *ret_client);

/* Whether oidc_client_read knows that member. */
bool oidc_client_member_is_known(struct slice name);

struct oidc_client_order {
  struct account_actor actor;  /* who registers; person_id 0: the system or the client itself */
  struct slice client_id;      /* empty: as the metadata say, else a random one */
  const struct jin *metadata;  /* as oidc_client_read takes it */
  struct slice metadata_text;  /* the same as text: what is stored */
  bool replaces;               /* an existing one; false: OIDC_CLIENT_TAKEN */
  int64_t version;             /* that was read before; another by now: OIDC_CLIENT_CHANGED; 0: whatever it is */
  bool is_dynamic;
};
struct oidc_client_made {
  struct slice client_id;
  struct slice secret; /* given once, for client_secret_* methods; else empty */
};
MUST_USE result oidc_client_save(struct env *env, struct arena *arena, const struct oidc_client_order *order, struct oidc_client_made *ret_made);
struct oidc_client_change { struct account_actor actor; struct slice client_id; };
MUST_USE result oidc_client_disable(struct env *env, const struct oidc_client_change *change);
MUST_USE result oidc_client_enable(struct env *env, const struct oidc_client_change *change);
MUST_USE result oidc_client_secret_new(struct env *env, struct arena *arena, const struct oidc_client_change *change, struct slice *ret_secret);
/* Keys fetched from jwks_uri: by the server, never on a request's path. */
MUST_USE result oidc_client_jwks_store(struct env *env, struct slice client_id, struct slice jwks);

/* ---- certificates that clients prove themselves with ---- */
enum { OIDC_PRESENTED_MAX = 64, OIDC_PRESENTED_NOTED_S = 24 * 3600 /* one that is shown again is noted once a day */ };
struct oidc_presented {
  struct slice client_id;
  int64_t not_after_ms; /* of the one that lasts longest of those it showed in the last thirty days */
};
struct oidc_presented_query {
  int64_t now_ms;    /* the installation's: who has not come for thirty days is not asked after */
  int64_t before_ms; /* the machine's, as the proxy's */
};
/* Clients that are not disabled, whose certificate ends before that instant. */
MUST_USE result oidc_presented_expiring(struct db_tx *tx, const struct oidc_presented_query *query, struct arena *arena,
                                        struct oidc_presented ret_presented[OIDC_PRESENTED_MAX], size_t *ret_count);

struct oidc_client_row {
  struct slice client_id;
  enum oidc_client_status status;
  struct slice metadata; /* JSON as registered */
  bool is_dynamic;
  int64_t created_at_ms;
  int64_t changed_at_ms;
  int64_t version; /* another one with every change */
};
struct oidc_client_list { const struct oidc_client_row *items; size_t count; };
/* By client_id after `after`; at most `limit`. */
MUST_USE result oidc_client_list(struct db_tx *tx, struct arena *arena, struct slice after, int limit, struct oidc_client_list *ret_list);
/* One, disabled ones too. OIDC_CLIENT_UNREGISTERED. */
MUST_USE result oidc_client_row_load(struct db_tx *tx, struct arena *arena, struct slice client_id, struct oidc_client_row *ret_row);
