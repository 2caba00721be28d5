/* jose/jose.h: JSON Web Keys, signatures, tokens and DPoP proofs: bytes in, verified facts out.
 *
 * Standard   RFC 7515 compact JWS, RFC 7517 JWK and JWK Set, RFC 7518 ES256 and PS256, RFC 8037 EdDSA with Ed25519, RFC 7519 claims, RFC 7638
 *            thumbprints, RFC 8725, RFC 9449 proofs; algorithms of FAPI 2.0 5.4.
 * Deviates   a signature made by us is ES256 always.
 * Does not   know HS*, RS*, none, JWE, JSON serialisation or detached payloads: there is no code that could be talked into them. Follows no
 *            address and no certificate a token carries (jku, x5u, x5c and crit are refused, jwk outside a DPoP proof too). Remembers no jti and
 *            knows no nonce: whoever asks does (oidc/).
 * Order      jose_jws_parse (nothing believed yet) -> a key the caller chose -> jose_jws_verify -> jose_claims_... on what is now known to be
 *            the signer's.
 * Limits     a compact JWS of at most rules.bytes_max, header 4 KiB, depth 8, no member twice, base64url in its one canonical form.
 * Threads    everything from any thread; a keyring is shared by all.
 * Errors     JOSE_... below.
 */
#pragma once
#include "codec/jin.h"
#include "codec/jout.h"
#include "crypto/key.h"

enum jose_error {
  JOSE_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_JOSE, 1),         /* Not a compact JWS, or a JWT whose parts are not JSON objects. */
  JOSE_TOO_LARGE = RESULT_CODE(RESULT_INVALID, MODULE_JOSE, 2),      /* Larger or deeper than such a token is. */
  JOSE_ALGORITHM = RESULT_CODE(RESULT_REFUSED, MODULE_JOSE, 3),      /* An algorithm that is not allowed here, or not the key's. */
  JOSE_HEADER = RESULT_CODE(RESULT_REFUSED, MODULE_JOSE, 4),         /* A header that would make us take keys or rules from the token. */
  JOSE_TYPE = RESULT_CODE(RESULT_REFUSED, MODULE_JOSE, 5),           /* A token of another type than the one wanted here. */
  JOSE_SIGNATURE = RESULT_CODE(RESULT_REFUSED, MODULE_JOSE, 6),      /* The signature is not the key's. */
  JOSE_KEY = RESULT_CODE(RESULT_INVALID, MODULE_JOSE, 7),            /* Not a public key of a kind and size we take. */
  JOSE_KEY_PRIVATE = RESULT_CODE(RESULT_INVALID, MODULE_JOSE, 8),    /* A private or symmetric key where a public one belongs. */
  JOSE_KEY_UNKNOWN = RESULT_CODE(RESULT_REFUSED, MODULE_JOSE, 9),    /* No key of the set fits the token. */
  JOSE_CLAIM = RESULT_CODE(RESULT_INVALID, MODULE_JOSE, 10),         /* A claim is missing or of another type. */
  JOSE_ISSUER = RESULT_CODE(RESULT_REFUSED, MODULE_JOSE, 11),        /* iss is somebody else. */
  JOSE_AUDIENCE = RESULT_CODE(RESULT_REFUSED, MODULE_JOSE, 12),      /* aud does not name us in the form asked for. */
  JOSE_EXPIRED = RESULT_CODE(RESULT_REFUSED, MODULE_JOSE, 13),       /* Its time is over, or longer than may be asked for. */
  JOSE_NOT_YET = RESULT_CODE(RESULT_REFUSED, MODULE_JOSE, 14),       /* Issued or valid from a time ahead of ours. */
  JOSE_DPOP_TARGET = RESULT_CODE(RESULT_REFUSED, MODULE_JOSE, 15),   /* The proof is for another method or address. */
  JOSE_DPOP_TOKEN = RESULT_CODE(RESULT_REFUSED, MODULE_JOSE, 16),    /* The proof is not about this access token. */
};

enum jose_algorithm { JOSE_ES256 = 1 << 0, JOSE_PS256 = 1 << 1, JOSE_EDDSA = 1 << 2 };
/* [FAPI 5.4.1] what clients may sign with. */
enum { JOSE_ALGORITHMS = JOSE_ES256 | JOSE_PS256 | JOSE_EDDSA };
/* "ES256"; the names of a set in the order above for metadata: index 0.., NULL at the end. */
const char *jose_algorithm_name(enum jose_algorithm algorithm);

enum {
  JOSE_THUMBPRINT_BYTES = 43, /* base64url of a SHA-256 */
  JOSE_KEYS_MAX = 32,         /* of a set: rotations of a client, not a directory */
  JOSE_KID_BYTES_MAX = 256,
  JOSE_AHEAD_MAX_S = 60, /* [FAPI 5.3.2.1] 10 s ahead must be taken, more than 60 s must not */
  JOSE_DPOP_AGE_MAX_S = 60,
};

/* ---- keys ---- */

struct jose_jwk {
  enum jose_algorithm algorithm; /* what a key of this kind verifies, the only thing it does */
  struct slice kid;              /* empty: none */
  struct slice first;            /* EC x, OKP x, RSA n: bytes */
  struct slice second;           /* EC y, RSA e; empty for OKP */
};
struct jose_jwks {
  struct jose_jwk *keys;
  size_t count;
};

/* A public key. Refuses private members, oct, use other than sig, key_ops without verify, an alg that is not the kind's. JOSE_KEY, JOSE_KEY_PRIVATE. */
MUST_USE result jose_jwk_parse(const struct jin *object, struct arena *arena, struct jose_jwk *ret_jwk);
/* One of ours, from its SubjectPublicKeyInfo. JOSE_KEY. */
MUST_USE result jose_jwk_of(struct slice spki, struct slice kid, struct jose_jwk *ret_jwk);
/* Whether it is the key of this SubjectPublicKeyInfo (of a client's certificate). */
bool jose_jwk_is_spki(const struct jose_jwk *jwk, struct slice spki);
/* SHA-256 over the required members in their one form [RFC7638 3.1], as base64url: 43 characters. */
struct slice jose_jwk_thumbprint(const struct jose_jwk *jwk, struct arena *arena);
/* The object: required members, and for our own set kid, use and alg. */
void jose_jwk_write(struct jout *out, const struct jose_jwk *jwk);

/* Keys that are not understood, or not for signatures, are passed over [RFC7517 5 SHOULD]; a private one spoils the set. */
MUST_USE result jose_jwks_parse(const struct jin *object, struct arena *arena, struct jose_jwks *ret_jwks);
/* The same from text, within limits. */
MUST_USE result jose_jwks_read(struct slice json, struct arena *arena, struct jose_jwks *ret_jwks);
void jose_jwks_write(struct jout *out, const struct jose_jwks *jwks);

/* Decoded public keys, kept: decoding costs as much as a verification. Bounded; the least used leave. */
struct jose_keyring;
struct jose_keyring *jose_keyring_new(size_t keys_max);
void jose_keyring_free(struct jose_keyring **keyring);

/* ---- signatures ---- */

struct jose_rules {
  unsigned algorithms;      /* set of enum jose_algorithm */
  const char *const *types; /* acceptable typ, without "application/", ended by NULL [RFC8725 3.11]; none at all: a token with a typ is refused */
  bool is_type_needed;      /* else a token may also come without typ */
  bool is_jwk_expected;     /* DPoP proofs: a jwk must be there, elsewhere it must not */
  size_t bytes_max;
};

struct jose_jws {
  enum jose_algorithm algorithm;
  struct slice kid; /* empty: none */
  const struct jin *header;
  const struct jin *claims;   /* the payload: an object */
  struct slice signing_input; /* header.payload as received */
  struct slice signature;
};
/* Reads; believes nothing. JOSE_SYNTAX, _TOO_LARGE, _ALGORITHM, _HEADER, _TYPE. */
MUST_USE result jose_jws_parse(struct slice compact, const struct jose_rules *rules, struct arena *arena,
                               struct jose_jws *ret_jws);
/* keyring NULL: decodes the key for this once. JOSE_ALGORITHM, JOSE_KEY, JOSE_SIGNATURE. */
MUST_USE result jose_jws_verify(struct jose_keyring *keyring, const struct jose_jws *jws, const struct jose_jwk *jwk);
/* By the keys of a set that fit: kid if the token has one, and the algorithm; others may have one kid twice [FAPI 5.6.3]. *ret_jwk may be NULL.
 * JOSE_KEY_UNKNOWN, JOSE_SIGNATURE. */
MUST_USE result jose_jws_verify_set(struct jose_keyring *keyring, const struct jose_jws *jws, const struct jose_jwks *jwks,
                                    const struct jose_jwk **ret_jwk);

/* Making: the signer signs the digest. */
struct jose_signing {
  struct slice kid;
  const char *type; /* "at+jwt" */
  result (*sign)(void *context, const uint8_t digest[static DIGEST_BYTES], struct arena *arena, struct slice *ret_signature); /* DER */
  void *context;
};
/* Or in two steps, so that several are signed at once: all but the signature, and the digest that it is over. */
struct jose_draft {
  struct buf compact;
  uint8_t digest[DIGEST_BYTES];
};
void jose_jwt_begin(struct slice kid, const char *type, struct slice claims, struct arena *arena, struct jose_draft *ret_draft);
/* With the signature as DER. */
MUST_USE result jose_jwt_end(struct jose_draft *draft, struct slice signature, struct slice *ret_compact);
/* ES256. claims: a JSON object, taken as it is. */
MUST_USE result jose_jwt_write(const struct jose_signing *signing, struct slice claims, struct arena *arena, struct slice *ret_compact);

/* ---- claims ---- */

struct jose_times {
  int64_t now_ms;
  int64_t lifetime_max_s; /* from now to exp; 0: no limit */
  bool is_expiry_needed;
  bool is_issue_needed; /* iat */
};
#define JOSE_TIME_NONE INT64_C(-1)
/* A NumericDate in milliseconds, fractions and all; JOSE_TIME_NONE: absent. JOSE_CLAIM: not a number, negative, or beyond the year 9999. */
MUST_USE result jose_claims_time(const struct jin *claims, const char *name, int64_t *ret_ms);
/* exp, nbf, iat. JOSE_CLAIM, JOSE_EXPIRED, JOSE_NOT_YET. */
MUST_USE result jose_claims_times(const struct jin *claims, const struct jose_times *times);
/* A text claim that must be there. JOSE_CLAIM. */
MUST_USE result jose_claims_text(const struct jin *claims, const char *name, size_t bytes_max, struct slice *ret_text);
/* iss is exactly that. JOSE_CLAIM, JOSE_ISSUER. */
MUST_USE result jose_claims_issuer(const struct jin *claims, struct slice issuer);
/* aud is this one text, not a list [FAPI 5.3.2.1]. JOSE_AUDIENCE. */
MUST_USE result jose_claims_audience_alone(const struct jin *claims, struct slice audience);
/* aud is this text, or a list of texts that holds it [RFC7519 4.1.3]. */
bool jose_claims_has_audience(const struct jin *claims, struct slice audience);

/* ---- DPoP ---- */

struct jose_dpop_rules {
  struct slice method;       /* "POST" */
  struct slice uri;          /* of the request, without query and fragment: from the origin, never from Host */
  int64_t now_ms;
  struct slice access_token; /* at a resource: ath must be its hash; empty at the token endpoint */
};
struct jose_dpop {
  struct slice thumbprint; /* of its key: what cnf.jkt must be */
  struct slice jti;
  struct slice nonce; /* empty: none. The caller knows which are good */
  int64_t issued_s;
};
/* [RFC9449 4.3] but for nonce and replay. JOSE_... */
MUST_USE result jose_dpop_verify(struct jose_keyring *keyring, struct slice proof, const struct jose_dpop_rules *rules, struct arena *arena,
                                 struct jose_dpop *ret_dpop);
/* Whether two addresses are the same but for query and fragment, after [RFC3986 6.2.2, 6.2.3]. */
bool jose_dpop_is_same_uri(struct slice a, struct slice b);
