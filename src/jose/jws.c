/* Compact JWS: reading, verifying, making. */
#include "codec/base64url.h"
#include "jose/algorithm.h"

enum {
  HEADER_BYTES_MAX = 4096, /* a proof carries an RSA key of 4096 bits: under 900 characters */
  HEADER_VALUES_MAX = 64,
  DEPTH_MAX = 8, /* claims requests nest five deep */
  CLAIM_VALUES_MAX = 1000,
  CANDIDATES_MAX = 4, /* keys of one kid tried: each costs a verification */
};

/* ---- header ---- */

/* Members that would have us take a key, a rule or a meaning from the token itself. */
static const char *const refused_members[] = {"jku", "x5u", "x5c", "crit", "b64", "zip", "enc"};

static result check_members(const struct jin *header, bool is_jwk_expected) {
  for (size_t i = 0; i < sizeof refused_members / sizeof *refused_members; i++) {
    if (jin_find(header, refused_members[i]) != NULL) { /* [RFC7515 4.1.11 MUST], [FAPI 5.6.3] */
      FAIL(JOSE_HEADER, "header member %s", refused_members[i]);
    }
  }
  if ((jin_find(header, "jwk") != NULL) != is_jwk_expected) { /* [RFC8725 3.10] */
    FAIL(JOSE_HEADER, is_jwk_expected ? "no jwk" : "an embedded jwk");
  }
  return OK;
}

/* [RFC7515 4.1.9] "application/" may stand before a type that has no other '/'. */
static result check_type(const struct jin *header, const struct jose_rules *rules) {
  const struct jin *type = jin_find(header, "typ");
  if (type == NULL && !rules->is_type_needed) {
    return OK;
  }
  if (type == NULL || type->type != JIN_TEXT) {
    FAIL(JOSE_TYPE, "no typ");
  }
  struct slice name = slice_starts(type->text, S("application/")) ? slice_from(type->text, S("application/").len) : type->text;
  for (size_t i = 0; rules->types != NULL && rules->types[i] != NULL; i++) {
    if (slice_is(name, rules->types[i])) {
      return OK;
    }
  }
  FAIL(JOSE_TYPE, "another typ"); /* [RFC8725 3.11] */
}

static result read_header(const struct jin *header, const struct jose_rules *rules, struct jose_jws *jws) {
  const struct jin *alg = jin_find(header, "alg");
  const struct jin *kid = jin_find(header, "kid");
  const struct jose_algorithm_row *row = alg != NULL && alg->type == JIN_TEXT ? jose_algorithm_named(alg->text) : NULL;
  if (row == NULL || (rules->algorithms & row->algorithm) == 0) { /* [RFC8725 3.1], [FAPI 5.4.1] */
    FAIL(JOSE_ALGORITHM, "alg is missing or not allowed here");
  }
  TRY(check_members(header, rules->is_jwk_expected));
  TRY(check_type(header, rules));
  if (kid != NULL && (kid->type != JIN_TEXT || kid->text.len == 0 || kid->text.len > JOSE_KID_BYTES_MAX)) {
    FAIL(JOSE_HEADER, "kid is not a text of its size");
  }
  jws->algorithm = row->algorithm;
  jws->kid = kid != NULL ? kid->text : (struct slice){0};
  jws->header = header;
  return OK;
}

/* ---- reading ---- */

/* One part as a JSON object; jansson refuses a member that stands twice. */
static result read_object(struct slice part, struct jin_limits limits, struct arena *arena, const struct jin **ret_object) {
  struct slice text = {0};
  const struct jin *root = NULL;
  struct jin_doc *doc = ARENA_NEW(arena, struct jin_doc); /* outlives this: values point to it */
  if (!is_ok(base64url_parse(part, arena, &text))) {
    FAIL(JOSE_SYNTAX, "a part that is not base64url");
  }
  jin_doc_init(doc, arena, limits);
  result parsed = jin_parse(doc, text, &root);
  if (is_code(parsed, CODEC_JSON_LIMIT)) {
    FAIL(JOSE_TOO_LARGE, "a part too large or too deep");
  }
  if (!is_ok(parsed) || root->type != JIN_OBJECT) {
    FAIL(JOSE_SYNTAX, "a part that is not a JSON object, each member once");
  }
  *ret_object = root;
  return OK;
}

result jose_jws_parse(struct slice compact, const struct jose_rules *rules, struct arena *arena, struct jose_jws *ret_jws) {
  const struct jin_limits header_limits = {HEADER_BYTES_MAX, DEPTH_MAX, HEADER_VALUES_MAX};
  const struct jin_limits claim_limits = {rules->bytes_max, DEPTH_MAX, CLAIM_VALUES_MAX};
  struct jose_jws jws = {0};
  const struct jin *header = NULL;
  if (compact.len > rules->bytes_max) {
    FAIL(JOSE_TOO_LARGE, "%zu bytes", compact.len);
  }
  size_t first_dot = slice_find(compact, '.', 0);
  size_t second_dot = slice_find(compact, '.', first_dot + 1);
  if (second_dot >= compact.len || slice_find(compact, '.', second_dot + 1) != compact.len) { /* [RFC7515 5.2 MUST] three parts */
    FAIL(JOSE_SYNTAX, "not three parts");
  }
  TRY(read_object(slice_sub(compact, 0, first_dot), header_limits, arena, &header));
  TRY(read_header(header, rules, &jws)); /* before the payload: nothing is spent on what is refused anyway */
  TRY(read_object(slice_sub(compact, first_dot + 1, second_dot - first_dot - 1), claim_limits, arena, &jws.claims));
  jws.signing_input = slice_sub(compact, 0, second_dot);
  if (second_dot + 1 == compact.len || !is_ok(base64url_parse(slice_from(compact, second_dot + 1), arena, &jws.signature))) {
    FAIL(JOSE_SYNTAX, "a signature that is absent or not base64url");
  }
  *ret_jws = jws;
  return OK;
}

/* ---- verifying ---- */

result jose_jws_verify(struct jose_keyring *keyring, const struct jose_jws *jws, const struct jose_jwk *jwk) {
  struct jose_held_key *held CLEANUP(jose_keyring_release) = NULL;
  if (jwk->algorithm != jws->algorithm) { /* [RFC8725 3.1 MUST] one key, one algorithm */
    FAIL(JOSE_ALGORITHM, "the key is for another algorithm");
  }
  TRY(jose_keyring_hold(keyring, jwk, &held));
  result verified = public_key_verify(jose_held_public(held), jws->signing_input, jws->signature);
  if (is_code(verified, CRYPTO_SIGNATURE_WRONG) || is_code(verified, CRYPTO_SIGNATURE_SYNTAX)) {
    FAIL(JOSE_SIGNATURE, "the signature does not hold");
  }
  return verified;
}

result jose_jws_verify_set(struct jose_keyring *keyring, const struct jose_jws *jws, const struct jose_jwks *jwks,
                           const struct jose_jwk **ret_jwk) {
  result outcome = {JOSE_KEY_UNKNOWN};
  int tried = 0;
  for (size_t i = 0; i < jwks->count && tried < CANDIDATES_MAX; i++) {
    const struct jose_jwk *jwk = &jwks->keys[i];
    bool fits = jwk->algorithm == jws->algorithm && (jws->kid.len == 0 || slice_eq(jwk->kid, jws->kid));
    if (!fits) {
      continue;
    }
    tried++;
    outcome = jose_jws_verify(keyring, jws, jwk);
    if (is_ok(outcome)) {
      if (ret_jwk != NULL) {
        *ret_jwk = jwk;
      }
      return OK;
    }
  }
  if (tried == 0) {
    FAIL(JOSE_KEY_UNKNOWN, "no key of the set fits");
  }
  return outcome;
}

/* ---- making ---- */

void jose_jwt_begin(struct slice kid, const char *type, struct slice claims, struct arena *arena, struct jose_draft *ret_draft) {
  struct buf header;
  struct jout out;
  buf_init(&header, arena, 128);
  jout_init(&out, &header);
  jout_object(&out);
  jout_put_str(&out, "alg", jose_algorithm_name(JOSE_ES256));
  jout_put_str(&out, "typ", type);
  jout_put_text(&out, "kid", kid);
  jout_object_end(&out);
  buf_init(&ret_draft->compact, arena, claims.len * 4 / 3 + 320);
  buf_append(&ret_draft->compact, base64url_write(arena, buf_slice(&header)));
  buf_append_byte(&ret_draft->compact, '.');
  buf_append(&ret_draft->compact, base64url_write(arena, claims));
  digest_sha256(buf_slice(&ret_draft->compact), ret_draft->digest);
}

result jose_jwt_end(struct jose_draft *draft, struct slice signature, struct slice *ret_compact) {
  uint8_t raw[KEY_RAW_BYTES];
  TRY(key_signature_to_raw(signature, raw));
  buf_append_byte(&draft->compact, '.');
  buf_append(&draft->compact, base64url_write(draft->compact.arena, slice_of(raw, sizeof raw)));
  *ret_compact = buf_slice(&draft->compact);
  return OK;
}

result jose_jwt_write(const struct jose_signing *signing, struct slice claims, struct arena *arena, struct slice *ret_compact) {
  struct jose_draft draft;
  struct slice signature = {0};
  jose_jwt_begin(signing->kid, signing->type, claims, arena, &draft);
  TRY(signing->sign(signing->context, draft.digest, arena, &signature));
  return jose_jwt_end(&draft, signature, ret_compact);
}
