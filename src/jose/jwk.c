/* JSON Web Keys: strict for one key, forgiving for what a set holds beside the keys we understand. */
#include "codec/base64url.h"
#include "jose/algorithm.h"

/* A modulus of 4096 bits takes 683 characters; a larger one is refused by its size anyway. */
enum { MEMBER_BYTES_MAX = 1024, WORD_BYTES_MAX = 64 };

/* Members only a private or a symmetric key has [RFC7518 6.2.2, 6.3.2, 6.4], [RFC8037 2]. */
static const char *const private_members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

static bool has_private(const struct jin *object) {
  for (size_t i = 0; i < sizeof private_members / sizeof *private_members; i++) {
    if (jin_find(object, private_members[i]) != NULL) {
      return true;
    }
  }
  return false;
}

static result text_of(const struct jin *object, const char *name, size_t bytes_max, struct slice *ret_text) {
  const struct jin *value = jin_find(object, name);
  if (value != NULL && (value->type != JIN_TEXT || value->text.len == 0 || value->text.len > bytes_max)) {
    FAIL(JOSE_KEY, "member %s is not a text of its size", name);
  }
  *ret_text = value == NULL ? (struct slice){0} : value->text;
  return OK;
}

static result bytes_of(const struct jin *object, const char *name, size_t bytes, struct arena *arena, struct slice *ret_bytes) {
  struct slice text = {0};
  struct slice value = {0};
  TRY(text_of(object, name, MEMBER_BYTES_MAX, &text));
  if (text.len == 0 || !is_ok(base64url_parse(text, arena, &value)) || (bytes != 0 && value.len != bytes)) {
    FAIL(JOSE_KEY, "member %s is missing, not base64url, or not of its length", name);
  }
  *ret_bytes = value;
  return OK;
}

/* use, key_ops and alg may be absent; what they say must allow verifying with the one algorithm of this kind [RFC7517 4.2, 4.3, 4.4]. */
static result check_purpose(const struct jin *object, const struct jose_algorithm_row *row) {
  struct slice use = {0};
  struct slice alg = {0};
  TRY(text_of(object, "use", WORD_BYTES_MAX, &use));
  TRY(text_of(object, "alg", WORD_BYTES_MAX, &alg));
  const struct jin *operations = jin_find(object, "key_ops");
  bool verifies = operations == NULL;
  for (size_t i = 0; operations != NULL && operations->type == JIN_LIST && i < operations->count; i++) {
    verifies |= operations->items[i].type == JIN_TEXT && slice_is(operations->items[i].text, "verify");
  }
  /* "Ed25519" is the fully specified name of the same [RFC9864 2.2] */
  bool is_alg = alg.len == 0 || slice_is(alg, row->name) || (row->algorithm == JOSE_EDDSA && slice_is(alg, "Ed25519"));
  if ((use.len > 0 && !slice_is(use, "sig")) || !is_alg || !verifies) {
    FAIL(JOSE_KEY, "a key for something else than verifying %s", row->name);
  }
  return OK;
}

result jose_jwk_parse(const struct jin *object, struct arena *arena, struct jose_jwk *ret_jwk) {
  struct slice type = {0};
  struct slice curve = {0};
  struct jose_jwk jwk = {0};
  if (object->type != JIN_OBJECT) {
    FAIL(JOSE_KEY, "a key that is not an object");
  }
  if (has_private(object)) {
    FAIL(JOSE_KEY_PRIVATE, "a private key");
  }
  TRY(text_of(object, "kty", WORD_BYTES_MAX, &type));
  TRY(text_of(object, "crv", WORD_BYTES_MAX, &curve));
  TRY(text_of(object, "kid", JOSE_KID_BYTES_MAX, &jwk.kid));
  const struct jose_algorithm_row *row = jose_algorithm_of_key(type, curve);
  if (row == NULL) {
    FAIL(JOSE_KEY, "a kind of key that is not taken");
  }
  TRY(check_purpose(object, row));
  jwk.algorithm = row->algorithm;
  TRY(bytes_of(object, row->first, row->member_bytes, arena, &jwk.first));
  if (row->second != NULL) {
    TRY(bytes_of(object, row->second, row->member_bytes, arena, &jwk.second));
  }
  *ret_jwk = jwk;
  return OK;
}

result jose_jwk_of(struct slice spki, struct slice kid, struct jose_jwk *ret_jwk) {
  struct slice point = {0};
  if (!is_ok(key_point_of(spki, &point))) {
    FAIL(JOSE_KEY, "not a P-256 key");
  }
  *ret_jwk = (struct jose_jwk){JOSE_ES256, kid, slice_sub(point, 1, 32), slice_sub(point, 33, 32)};
  return OK;
}

/* Required members in the order of their names: crv, e, kty, n, x, y [RFC7638 3.2, 3.3]. Ours need no escapes. */
struct slice jose_jwk_thumbprint(const struct jose_jwk *jwk, struct arena *arena) {
  const struct jose_algorithm_row *row = jose_algorithm_row(jwk->algorithm);
  struct slice first = base64url_write(arena, jwk->first);
  struct slice second = base64url_write(arena, jwk->second);
  struct buf text;
  buf_init(&text, arena, 256);
  switch (jwk->algorithm) {
    case JOSE_ES256:
      buf_printf(&text, "{\"crv\":\"%s\",\"kty\":\"%s\",\"x\":\"%.*s\",\"y\":\"%.*s\"}", row->curve, row->type, SLICE_ARG(first),
                 SLICE_ARG(second));
      break;
    case JOSE_PS256:
      buf_printf(&text, "{\"e\":\"%.*s\",\"kty\":\"%s\",\"n\":\"%.*s\"}", SLICE_ARG(second), row->type, SLICE_ARG(first));
      break;
    case JOSE_EDDSA:
      buf_printf(&text, "{\"crv\":\"%s\",\"kty\":\"%s\",\"x\":\"%.*s\"}", row->curve, row->type, SLICE_ARG(first));
      break;
  }
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(buf_slice(&text), digest);
  return base64url_write(arena, slice_of(digest, sizeof digest));
}

void jose_jwk_write(struct jout *out, const struct jose_jwk *jwk) {
  const struct jose_algorithm_row *row = jose_algorithm_row(jwk->algorithm);
  jout_object(out);
  jout_put_str(out, "kty", row->type);
  if (row->curve != NULL) {
    jout_put_str(out, "crv", row->curve);
  }
  jout_put_text(out, row->first, base64url_write(out->buf->arena, jwk->first));
  if (row->second != NULL) {
    jout_put_text(out, row->second, base64url_write(out->buf->arena, jwk->second));
  }
  if (jwk->kid.len > 0) {
    jout_put_text(out, "kid", jwk->kid);
    jout_put_str(out, "use", "sig");
    jout_put_str(out, "alg", row->name);
  }
  jout_object_end(out);
}

/* ---- sets ---- */

result jose_jwks_parse(const struct jin *object, struct arena *arena, struct jose_jwks *ret_jwks) {
  const struct jin *keys = object->type == JIN_OBJECT ? jin_find(object, "keys") : NULL;
  if (keys == NULL || keys->type != JIN_LIST || keys->count > JOSE_KEYS_MAX) { /* [RFC7517 5.1] */
    FAIL(JOSE_KEY, "no list of at most %d keys", JOSE_KEYS_MAX);
  }
  struct jose_jwks jwks = {ARENA_ARRAY(arena, struct jose_jwk, keys->count), 0};
  for (size_t i = 0; i < keys->count; i++) {
    result parsed = jose_jwk_parse(&keys->items[i], arena, &jwks.keys[jwks.count]);
    if (is_code(parsed, JOSE_KEY_PRIVATE)) {
      return parsed;
    }
    jwks.count += is_ok(parsed);
  }
  *ret_jwks = jwks;
  return OK;
}

result jose_jwks_read(struct slice json, struct arena *arena, struct jose_jwks *ret_jwks) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, arena, (struct jin_limits){64 * 1024, 8, 1000}); /* 32 RSA keys of 4096 bits, their x5c left out */
  if (!is_ok(jin_parse(&doc, json, &root))) {
    FAIL(JOSE_KEY, "a set that is not JSON within limits");
  }
  return jose_jwks_parse(root, arena, ret_jwks);
}

void jose_jwks_write(struct jout *out, const struct jose_jwks *jwks) {
  jout_object(out);
  jout_put_list(out, "keys");
  for (size_t i = 0; i < jwks->count; i++) {
    jose_jwk_write(out, &jwks->keys[i]);
  }
  jout_list_end(out);
  jout_object_end(out);
}
