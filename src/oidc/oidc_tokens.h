/* oidc/oidc_tokens.h: calls, callers, proofs, signing keys, the token endpoint and what its tokens open. (a part of oidc/oidc.h, which includes it; include that) */
#pragma once
#include "oidc/oidc.h"

/* ---- What an endpoint is given ----------------------------------------------------------------------------------------------------- */
/* A call as the api layer has read it: parameters known to be there once [RFC6749 3.1 MUST; RFC6749 3.2 MUST], nothing else checked. */
struct oidc_call {
  const char *method; /* "POST" */
  const char *path;   /* "/oidc/token": behind env->origin it is the htu of a proof */
  const struct url_form *form;
  struct slice authorization; /* header, whole; empty: none */
  struct slice dpop;          /* header; empty: none */
  bool is_dpop_twice;         /* it came more than once */
  struct slice certificate;   /* PEM of the client's TLS certificate, of the proxy's Unix socket alone; empty: none */
  bool is_certificate_trusted; /* the proxy found a path to one of its client CAs */
  struct slice accept;         /* header: signed answers are asked for by it */
};
struct oidc_answer {
  const char *content_type;
  struct slice body;
};

/* ---- Clients prove themselves; proofs of possession ---------------------------------------------------------------------------------- */
struct oidc_caller { /* CLEANUP(oidc_caller_release) */
  const struct oidc_client *client; /* held */
  bool has_assertion;               /* its jti is to be used up */
  int64_t assertion_expires_ms;
  uint8_t assertion_hash[32];
  struct slice certificate_thumbprint; /* x5t#S256 of the TLS certificate; empty: none */
};
/* [RFC6749 2.3], [RFC7523 3], [RFC8705 2], OpenID Connect Core 9. One client, one method. Then either oidc_caller_use in the caller's own write, or
 * oidc_caller_settle: an assertion works once. OIDC_CLIENT_UNKNOWN, OIDC_CLIENT_CREDENTIALS: both are invalid_client outside. OIDC_CLIENT_KEYS. */
MUST_USE result oidc_caller_authenticate(struct env *env, const struct oidc_call *call, struct arena *arena, struct oidc_caller *ret_caller);
/* Inside a write, before anything else is written. OIDC_CLIENT_CREDENTIALS: the assertion came before. */
MUST_USE result oidc_caller_use(struct db_tx *tx, const struct oidc_caller *caller);
/* A write of its own, if there is anything to use up. */
MUST_USE result oidc_caller_settle(struct env *env, const struct oidc_caller *caller);
void oidc_caller_release(struct oidc_caller *caller);

/* The proof of this call [RFC9449 4.3]: its key's thumbprint, 43 characters; empty: the call has none. access_token: at a resource, else empty.
 * A proof needs a nonce of ours and works once. Nothing is stored: nonces are of this run of the program, so after a restart every older proof is
 * refused. OIDC_DPOP_PROOF, OIDC_DPOP_NONCE. */
MUST_USE result oidc_dpop_check(struct env *env, const struct oidc_call *call, struct slice access_token, struct arena *arena,
                                struct slice *ret_thumbprint);
/* For the DPoP-Nonce of an answer. */
struct slice oidc_dpop_nonce(struct env *env, struct arena *arena);

/* ---- Signing keys -------------------------------------------------------------------------------------------------------------------- */
/* A JWT of ours: ES256 by the active key. type: "at+jwt", "JWT", "logout+jwt", "token-introspection+jwt" ...; claims: a JSON object, taken as it is. */
MUST_USE result oidc_jwt_write(struct env *env, const char *type, struct slice claims, struct arena *arena, struct slice *ret_jwt);
/* Several, at most ENV_SIGN_MAX, in one exchange with the signer: compact is filled in. */
struct oidc_jwt { const char *type; struct slice claims; struct slice compact; };
MUST_USE result oidc_jwt_write_all(struct env *env, struct oidc_jwt *jwts, size_t count, struct arena *arena);
/* An ID token of ours as a hint [OIDC Core 3.1.2.1]: signature and issuer alone, however old. OIDC_TOKEN_INVALID. */
MUST_USE result oidc_id_token_read(struct env *env, struct slice id_token, struct arena *arena, const struct jin **ret_claims);
/* Makes the next key the active one, and a new next. The old one is shown until nothing it signed is good any more. */
MUST_USE result oidc_keys_rotate(struct env *env, int64_t actor_person_id);
/* Once a minute, off the request path: makes the first keys, rotates on schedule. */
MUST_USE result oidc_keys_tend(struct env *env);
/* The JWK Set [RFC7517 5]: every key that may still verify something. */
MUST_USE result oidc_jwks(struct env *env, struct arena *arena, struct slice *ret_json);
struct oidc_key_row { struct slice kid; const char *state; int64_t since_ms; }; /* "next", "active", "retired" */
struct oidc_key_list { struct oidc_key_row *items; size_t count; };
/* The same keys for people: the active one first, then the next, then those before. */
MUST_USE result oidc_key_list(struct env *env, struct arena *arena, struct oidc_key_list *ret_list);
/* RFC 8414 and OpenID Connect Discovery: one document. */
MUST_USE result oidc_metadata(struct env *env, struct arena *arena, bool has_registration, struct slice *ret_json);

/* ---- Tokens -------------------------------------------------------------------------------------------------------------------------- */
enum {
  OIDC_ACCESS_LIFETIME_S = 300,            /* what a resource server that never asks us can be fooled for */
  OIDC_ID_TOKEN_LIFETIME_S = 300,
  OIDC_REFRESH_LIFETIME_S = 90 * 24 * 3600, /* without being used */
};
/* Once a minute too: rows that are over. */
MUST_USE result oidc_sweep(struct env *env);
/* POST /oidc/token */
MUST_USE result oidc_token(struct env *env, const struct oidc_call *call, struct arena *arena, struct slice *ret_json);
/* POST /oidc/introspect [RFC7662], [RFC9701]; _show: what the token's own client would hear, asking nobody who they are: for the sandbox alone */
MUST_USE result oidc_introspect(struct env *env, const struct oidc_call *call, struct arena *arena, struct oidc_answer *ret_answer);
MUST_USE result oidc_introspection_show(struct env *env, struct slice token, struct arena *arena, struct slice *ret_json);
/* POST /oidc/revoke [RFC7009] */
MUST_USE result oidc_revoke(struct env *env, const struct oidc_call *call, struct arena *arena);
/* GET or POST /oidc/userinfo */
MUST_USE result oidc_userinfo(struct env *env, const struct oidc_call *call, struct arena *arena, struct oidc_answer *ret_answer);

/* ---- Clients' keys behind a jwks_uri [OIDC Core 10.1.1], [FAPI 5.6.3] ------------------------------------------------------------------ */
struct oidc_fetch {
  struct slice client_id, jwks_uri;
  bool is_self_registered; /* an address nobody has looked at */
};
/* One client to be asked now, or none (client_id empty). For a thread of the server: it fetches over https within limits and gives back what came. */
MUST_USE result oidc_fetch_due(struct env *env, struct arena *arena, struct oidc_fetch *ret_fetch);
/* jwks empty: nothing usable came; what was there before stays. */
MUST_USE result oidc_fetch_done(struct env *env, const struct oidc_fetch *fetch, struct slice jwks);
