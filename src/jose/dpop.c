/* DPoP proofs [RFC9449 4.3]. */
#include "codec/base64url.h"
#include "jose/jose.h"

enum { PROOF_BYTES_MAX = 4096, JTI_BYTES_MAX = 256, NONCE_BYTES_MAX = 256, URI_BYTES_MAX = 2048 };

/* ---- htu ---- */

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c; }
static int digit(uint8_t c) { return c >= '0' && c <= '9' ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1; }
static bool is_unreserved(uint8_t c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

/* One character of a path in its one form [RFC3986 6.2.2.1, 6.2.2.2]: what needs no escape has none, escapes are in capitals. -1: the end;
 * else the character, and 0x100 on top for one that stays escaped. */
static int next_of_path(struct slice *rest) {
  if (rest->len == 0) {
    return -1;
  }
  uint8_t c = rest->ptr[0];
  bool is_escape = c == '%' && rest->len >= 3 && digit(rest->ptr[1]) >= 0 && digit(rest->ptr[2]) >= 0;
  int value = is_escape ? digit(rest->ptr[1]) * 16 + digit(rest->ptr[2]) : c;
  *rest = slice_from(*rest, is_escape ? 3 : 1);
  return is_escape && !is_unreserved((uint8_t)value) ? value | 0x100 : value;
}

struct uri {
  struct slice scheme;
  struct slice authority; /* without a port that is the scheme's own */
  struct slice path;      /* "/" for an empty one [RFC3986 6.2.3] */
};

static bool is_like(struct slice a, struct slice b) {
  bool same = a.len == b.len;
  for (size_t i = 0; same && i < a.len; i++) {
    same = lower(a.ptr[i]) == lower(b.ptr[i]);
  }
  return same;
}

static bool read_uri(struct slice text, struct uri *ret_uri) {
  size_t colon = slice_find(text, ':', 0);
  struct slice after = slice_from(text, colon + 1);
  if (text.len > URI_BYTES_MAX || !slice_starts(after, S("//"))) {
    return false;
  }
  struct uri uri = {.scheme = slice_sub(text, 0, colon)};
  struct slice rest = slice_from(after, 2);
  size_t end = 0;
  while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?' && rest.ptr[end] != '#') {
    end++;
  }
  uri.authority = slice_sub(rest, 0, end);
  rest = slice_from(rest, end);
  size_t path_end = 0;
  while (path_end < rest.len && rest.ptr[path_end] != '?' && rest.ptr[path_end] != '#') {
    path_end++;
  }
  uri.path = path_end > 0 ? slice_sub(rest, 0, path_end) : S("/");
  struct slice port = is_like(uri.scheme, S("https")) ? S(":443") : is_like(uri.scheme, S("http")) ? S(":80") : S(":");
  bool is_own_port = slice_ends(uri.authority, port) || slice_ends(uri.authority, S(":"));
  if (is_own_port) {
    uri.authority.len = slice_ends(uri.authority, port) ? uri.authority.len - port.len : uri.authority.len - 1;
  }
  *ret_uri = uri;
  return uri.authority.len > 0;
}

bool jose_dpop_is_same_uri(struct slice a_text, struct slice b_text) {
  struct uri a = {0};
  struct uri b = {0};
  if (!read_uri(a_text, &a) || !read_uri(b_text, &b) || !is_like(a.scheme, b.scheme) || !is_like(a.authority, b.authority)) {
    return false;
  }
  for (;;) {
    int left = next_of_path(&a.path);
    int right = next_of_path(&b.path);
    if (left != right) {
      return false;
    }
    if (left < 0) {
      return true;
    }
  }
}

/* ---- the proof ---- */

/* htm, htu [RFC9449 4.3 (8), (9)] */
static result check_target(const struct jin *claims, const struct jose_dpop_rules *rules) {
  struct slice method = {0};
  struct slice uri = {0};
  TRY(jose_claims_text(claims, "htm", 16, &method));
  TRY(jose_claims_text(claims, "htu", URI_BYTES_MAX, &uri));
  if (!slice_eq(method, rules->method) || !jose_dpop_is_same_uri(uri, rules->uri)) {
    FAIL(JOSE_DPOP_TARGET, "the proof is for another method or address");
  }
  return OK;
}

/* iat [RFC9449 4.3 (11), 11.1]: neither old nor ahead. */
static result check_age(const struct jin *claims, const struct jose_dpop_rules *rules, int64_t *ret_issued_s) {
  int64_t issued_ms = 0;
  TRY(jose_claims_time(claims, "iat", &issued_ms));
  if (issued_ms != JOSE_TIME_NONE && issued_ms / 1000 < rules->now_ms / 1000 - JOSE_DPOP_AGE_MAX_S) {
    FAIL(JOSE_EXPIRED, "an old proof");
  }
  const struct jose_times times = {.now_ms = rules->now_ms, .is_issue_needed = true};
  TRY(jose_claims_times(claims, &times)); /* exp and nbf too, if somebody sends them */
  *ret_issued_s = issued_ms / 1000;
  return OK;
}

/* ath [RFC9449 4.3 (12)] */
static result check_token(const struct jin *claims, const struct jose_dpop_rules *rules, struct arena *arena) {
  uint8_t digest[DIGEST_BYTES];
  struct slice ath = {0};
  if (rules->access_token.len == 0) {
    return OK;
  }
  TRY(jose_claims_text(claims, "ath", JOSE_THUMBPRINT_BYTES, &ath));
  digest_sha256(rules->access_token, digest);
  if (!slice_eq(ath, base64url_write(arena, slice_of(digest, sizeof digest)))) {
    FAIL(JOSE_DPOP_TOKEN, "ath is another token's");
  }
  return OK;
}

static result check_claims(const struct jin *claims, const struct jose_dpop_rules *rules, struct arena *arena, struct jose_dpop *dpop) {
  TRY(jose_claims_text(claims, "jti", JTI_BYTES_MAX, &dpop->jti));
  TRY(check_target(claims, rules));
  TRY(check_age(claims, rules, &dpop->issued_s));
  if (jin_find(claims, "nonce") != NULL) {
    TRY(jose_claims_text(claims, "nonce", NONCE_BYTES_MAX, &dpop->nonce));
  }
  return check_token(claims, rules, arena);
}

/* Cheap checks first: a proof that is refused costs no verification. */
result jose_dpop_verify(struct jose_keyring *keyring, struct slice proof, const struct jose_dpop_rules *rules, struct arena *arena,
                        struct jose_dpop *ret_dpop) {
  static const char *const types[] = {"dpop+jwt", NULL}; /* [RFC9449 4.3 (4)] */
  const struct jose_rules jws_rules = {JOSE_ALGORITHMS, types, true, true, PROOF_BYTES_MAX};
  struct jose_jws jws = {0};
  struct jose_jwk jwk = {0};
  struct jose_dpop dpop = {0};
  TRY(jose_jws_parse(proof, &jws_rules, arena, &jws));
  TRY(jose_jwk_parse(jin_find(jws.header, "jwk"), arena, &jwk)); /* [RFC9449 4.3 (7)] no private key */
  TRY(check_claims(jws.claims, rules, arena, &dpop));
  TRY(jose_jws_verify(keyring, &jws, &jwk)); /* [RFC9449 4.3 (6)] */
  dpop.thumbprint = jose_jwk_thumbprint(&jwk, arena);
  *ret_dpop = dpop;
  return OK;
}
