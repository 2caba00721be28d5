/* Keys and signatures: published vectors, and every way of asking for less than a signature. */
#include "codec/base64url.h"
#include "jose/algorithm.h"
#include "jose/jose.h"
#include "jose/vectors_test.h"
#include "base/unit_test.h"

static const char *const any_type[] = {"JWT", NULL};
static const struct jose_rules plain = {JOSE_ALGORITHMS, any_type, false, false, 8192};

static struct arena arena;

static const struct jin *json(const char *text) {
  struct jin_doc *doc = ARENA_NEW(&arena, struct jin_doc);
  const struct jin *root = NULL;
  jin_doc_init(doc, &arena, JIN_LIMITS_DEFAULT);
  assert_ok(jin_parse(doc, slice_str(text), &root));
  return root;
}
static struct jose_jwk jwk_of(const char *text) {
  struct jose_jwk jwk = {0};
  assert_ok(jose_jwk_parse(json(text), &arena, &jwk));
  return jwk;
}
static struct slice b64(struct slice text) { return base64url_write(&arena, text); }

/* header and payload as JSON, any signature */
static struct slice token(const char *header, const char *payload, struct slice signature) {
  struct slice h = b64(slice_str(header));
  struct slice p = b64(slice_str(payload));
  struct slice s = b64(signature);
  return arena_printf(&arena, "%.*s.%.*s.%.*s", SLICE_ARG(h), SLICE_ARG(p), SLICE_ARG(s));
}
static result parse(struct slice compact) {
  struct jose_jws jws;
  return jose_jws_parse(compact, &plain, &arena, &jws);
}
static result check(struct slice compact, const char *key) {
  struct jose_jws jws = {0};
  struct jose_jwk jwk = jwk_of(key);
  TRY(jose_jws_parse(compact, &plain, &arena, &jws));
  return jose_jws_verify(NULL, &jws, &jwk);
}

/* [RFC7515 A.3], [F49 accepts], [F48 accepts]; PS256 and EdDSA by another implementation */
static void accepts_what_others_signed(void **state) {
  (void)state;
  assert_ok(check(S(RFC7515_A3_JWS), RFC7515_A3_JWK));
  assert_ok(check(S(PS256_JWS), RSA_JWK));
  assert_ok(check(S(EDDSA_JWS), ED25519_JWK));
}

/* [RFC8037 A.4] whose payload is no JSON, so the signature alone */
static void accepts_the_published_ed25519_signature(void **state) {
  (void)state;
  struct jose_held_key *held CLEANUP(jose_keyring_release) = NULL;
  struct jose_jwk jwk = jwk_of(RFC8037_JWK);
  struct slice signature = {0};
  assert_ok(jose_keyring_hold(NULL, &jwk, &held));
  assert_ok(base64url_parse(S(RFC8037_SIGNATURE), &arena, &signature));
  assert_ok(public_key_verify(jose_held_public(held), S(RFC8037_INPUT), signature));
  assert_code(public_key_verify(jose_held_public(held), S(RFC8037_INPUT "x"), signature), CRYPTO_SIGNATURE_WRONG);
}

/* [RFC7638 3.1], [RFC8037 A.3], [RFC9449 6.1] */
static void thumbprints_are_the_published_ones(void **state) {
  (void)state;
  struct jose_jwk rsa = jwk_of(RFC7638_JWK);
  struct jose_jwk ed = jwk_of(RFC8037_JWK);
  assert_true(slice_is(jose_jwk_thumbprint(&rsa, &arena), RFC7638_THUMBPRINT));
  assert_true(slice_is(jose_jwk_thumbprint(&ed, &arena), RFC8037_THUMBPRINT));
}

/* [F49 refuses], [F50 refuses], [F50 accepts]: only the three are taken; [RFC8725 3.1 MUST] */
static void refuses_every_other_algorithm(void **state) {
  (void)state;
  static const char *const headers[] = {
      "{\"alg\":\"none\"}",  "{\"alg\":\"None\"}",   "{\"alg\":\"NONE\"}",   "{\"alg\":\"\"}",      "{}",
      "{\"alg\":\"HS256\"}", "{\"alg\":\"HS512\"}",  "{\"alg\":\"RS256\"}",  "{\"alg\":\"PS384\"}", "{\"alg\":\"PS512\"}",
      "{\"alg\":\"ES384\"}", "{\"alg\":\"ES256K\"}", "{\"alg\":\"es256\"}",  "{\"alg\":null}",      "{\"alg\":[\"ES256\"]}",
      "{\"alg\":\"dir\"}",   "{\"alg\":\"ES256 \"}", "{\"alg\":\"RSA-OAEP\"}",
  };
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
    assert_code(parse(token(headers[i], "{}", S("x"))), JOSE_ALGORITHM);
  }
  assert_code(parse(S(RS256_JWS)), JOSE_ALGORITHM);
  /* [RFC7515 A.5] unsecured, its signature empty */
  assert_code(parse(S("eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.")), JOSE_ALGORITHM);
  const struct jose_rules one = {JOSE_ES256, any_type, false, false, 8192};
  struct jose_jws jws;
  assert_code(jose_jws_parse(S(PS256_JWS), &one, &arena, &jws), JOSE_ALGORITHM);
  assert_ok(jose_jws_parse(S(RFC7515_A3_JWS), &one, &arena, &jws));
}

/* Key confusion: the message's algorithm is never chosen for another kind of key. */
static void refuses_the_algorithm_of_another_key(void **state) {
  (void)state;
  assert_code(check(S(RFC7515_A3_JWS), RSA_JWK), JOSE_ALGORITHM);
  assert_code(check(S(RFC7515_A3_JWS), ED25519_JWK), JOSE_ALGORITHM);
  assert_code(check(S(PS256_JWS), ED25519_JWK), JOSE_ALGORITHM);
  assert_code(check(S(EDDSA_JWS), RFC7515_A3_JWK), JOSE_ALGORITHM);
  assert_code(check(S(PKCS1_AS_PS256_JWS), RSA_JWK), JOSE_SIGNATURE);
  assert_code(check(S(PS256_SHORT_SALT_JWS), RSA_JWK), JOSE_SIGNATURE); /* [RFC7518 3.5] a salt of the hash's length */
  assert_code(check(S(PS256_JWS), RFC7638_JWK), JOSE_SIGNATURE);
}

/* [F54 refuses], [RFC7515 4.1.11 MUST], [RFC8725 3.10]: nothing in the token says which key or rule counts */
static void refuses_keys_and_rules_from_the_token(void **state) {
  (void)state;
  static const char *const members[] = {
      "\"jwk\":{\"kty\":\"EC\"}", "\"jku\":\"https://a.example/k\"", "\"x5u\":\"https://a.example/c\"", "\"x5c\":[\"MA==\"]", "\"crit\":[\"exp\"]",
      "\"b64\":false",            "\"zip\":\"DEF\"",                 "\"enc\":\"A128GCM\"",             "\"kid\":7",          "\"kid\":\"\"",
  };
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    struct slice header = arena_printf(&arena, "{\"alg\":\"ES256\",%s}", members[i]);
    assert_code(parse(token((const char *)header.ptr, "{}", S("x"))), JOSE_HEADER);
  }
}

/* [RFC8725 3.11] */
static void refuses_a_token_of_another_type(void **state) {
  (void)state;
  struct jose_jws jws;
  assert_code(parse(token("{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\"}", "{}", S("x"))), JOSE_TYPE);
  assert_code(parse(token("{\"alg\":\"ES256\",\"typ\":1}", "{}", S("x"))), JOSE_TYPE);
  assert_ok(parse(token("{\"alg\":\"ES256\",\"typ\":\"application/JWT\"}", "{}", S("x"))));
  static const char *const access[] = {"at+jwt", NULL};
  const struct jose_rules needed = {JOSE_ALGORITHMS, access, true, false, 8192};
  assert_code(jose_jws_parse(token("{\"alg\":\"ES256\"}", "{}", S("x")), &needed, &arena, &jws), JOSE_TYPE);
  assert_ok(jose_jws_parse(token("{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", "{}", S("x")), &needed, &arena, &jws));
}

static void refuses_what_is_not_a_compact_token(void **state) {
  (void)state;
  static const char *const texts[] = {
      "", ".", "..", "...", "a.b.c", "eyJhbGciOiJFUzI1NiJ9.e30", "eyJhbGciOiJFUzI1NiJ9.e30.", "eyJhbGciOiJFUzI1NiJ9.e30.AA.AA",
      "eyJhbGciOiJFUzI1NiJ9 .e30.AA", "eyJhbGciOiJFUzI1NiJ9.e30=.AA", "eyJhbGciOiJFUzI1NiJ9.e30.A", "eyJhbGciOiJFUzI1NiJ9.e30.AB",
      "eyJhbGciOiJFUzI1NiJ9.W10.AA", "eyJhbGciOiJFUzI1NiJ9.+/+/.AA",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    assert_code(parse(slice_str(texts[i])), JOSE_SYNTAX);
  }
}

/* Two parsers would each believe another one of two equal members. */
static void refuses_duplicate_members_depth_and_size(void **state) {
  (void)state;
  assert_code(parse(token("{\"alg\":\"ES256\",\"alg\":\"none\"}", "{}", S("x"))), JOSE_SYNTAX);
  assert_code(parse(token("{\"alg\":\"ES256\"}", "{\"iss\":\"a\",\"iss\":\"b\"}", S("x"))), JOSE_SYNTAX);
  assert_code(parse(token("{\"alg\":\"ES256\"}", "{\"a\":[[[[[[[[[1]]]]]]]]]}", S("x"))), JOSE_TOO_LARGE);
  uint8_t *large = arena_alloc(&arena, 9000);
  memset(large, 'A', 9000);
  assert_code(parse(slice_of(large, 9000)), JOSE_TOO_LARGE);
}

static void refuses_altered_truncated_and_zero_signatures(void **state) {
  (void)state;
  static const size_t lengths[] = {1, 32, 63, 64, 65, 70, 72, 128, 256};
  uint8_t noughts[256] = {0};
  struct slice full = S(RFC7515_A3_JWS);
  size_t dot = slice_find(full, '.', slice_find(full, '.', 0) + 1);
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    struct slice head = slice_sub(full, 0, dot);
    struct slice zero = b64(slice_of(noughts, lengths[i]));
    assert_code(check(arena_printf(&arena, "%.*s.%.*s", SLICE_ARG(head), SLICE_ARG(zero)), RFC7515_A3_JWK), JOSE_SIGNATURE);
  }
  for (size_t cut = 4; cut < 80; cut += 4) { /* whole groups, so that base64url stays well formed */
    result cut_result = check(slice_sub(full, 0, full.len - cut), RFC7515_A3_JWK);
    assert_true(is_code(cut_result, JOSE_SIGNATURE) || is_code(cut_result, JOSE_SYNTAX));
  }
  uint8_t *copy = (uint8_t *)(uintptr_t)arena_copy(&arena, full).ptr;
  copy[30] = copy[30] == 'A' ? 'B' : 'A'; /* in the payload */
  result altered = check(slice_of(copy, full.len), RFC7515_A3_JWK);
  assert_true(is_code(altered, JOSE_SIGNATURE) || is_code(altered, JOSE_SYNTAX));
}

/* [F51 refuses], [F51 accepts], [F52 accepts], [F52 refuses], [RFC7518 6.2.1.2 MUST], [RFC7518 6.3.1.1 MUST] */
static void refuses_weak_and_malformed_keys(void **state) {
  (void)state;
  static const char *const held_back[] = { /* refused when parsed */
      "{\"kty\":\"EC\",\"crv\":\"P-192\",\"x\":\"AA\",\"y\":\"AA\"}",
      "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVE\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}",
      "{\"kty\":\"oct\"}", "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}", "{}", "[]",
      "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"alg\":\"RS256\"}",
      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"use\":\"enc\"}",
      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"key_ops\":[\"sign\"]}",
      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"alg\":\"ES256\"}",
  };
  static const char *const when_used[] = { /* refused when decoded */
      RSA_1024_JWK,
      "{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AQAB\"}",
      /* the vector's y with its last bit another: off the curve */
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4\"}",
  };
  struct jose_jwk jwk = {0};
  for (size_t i = 0; i < sizeof held_back / sizeof *held_back; i++) {
    assert_code(jose_jwk_parse(json(held_back[i]), &arena, &jwk), JOSE_KEY);
  }
  for (size_t i = 0; i < sizeof when_used / sizeof *when_used; i++) {
    struct jose_held_key *held CLEANUP(jose_keyring_release) = NULL;
    jwk = jwk_of(when_used[i]);
    assert_code(jose_keyring_hold(NULL, &jwk, &held), JOSE_KEY);
  }
  jwk = jwk_of(RSA_JWK);
  struct jose_held_key *held CLEANUP(jose_keyring_release) = NULL;
  assert_ok(jose_keyring_hold(NULL, &jwk, &held));
}

/* [D7 refuses], [RFC9449 4.3 MUST] */
static void refuses_private_and_symmetric_keys(void **state) {
  (void)state;
  static const char *const members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
  struct jose_jwk jwk;
  struct jose_jwks jwks;
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    struct slice text = arena_printf(&arena, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\",\"%s\":\"AA\"}", members[i]);
    assert_code(jose_jwk_parse(json((const char *)text.ptr), &arena, &jwk), JOSE_KEY_PRIVATE);
    struct slice set = arena_printf(&arena, "{\"keys\":[%.*s]}", SLICE_ARG(text));
    assert_code(jose_jwks_read(set, &arena, &jwks), JOSE_KEY_PRIVATE);
  }
}

/* [F54 accepts]: others may have a kid twice, then kty, use and alg choose; [RFC7517 5 SHOULD] what is not understood is passed over */
static void finds_the_key_among_equal_kids(void **state) {
  (void)state;
  struct slice ed = slice_sub(S(ED25519_JWK), 1, sizeof ED25519_JWK - 2);
  struct slice rsa = slice_sub(S(RSA_JWK), 1, sizeof RSA_JWK - 2);
  struct slice set = arena_printf(&arena,
                                  "{\"keys\":[{\"kid\":\"e\",\"use\":\"enc\",%.*s,{\"kid\":\"e\",\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AA\",\"y\":\"AA\"},"
                                  "{\"kid\":\"e\",%.*s,{\"kid\":\"e\",\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"},"
                                  "{\"kid\":\"e\",\"use\":\"sig\",%.*s]}",
                                  SLICE_ARG(rsa), SLICE_ARG(rsa), SLICE_ARG(ed));
  struct jose_jwks jwks = {0};
  struct jose_jws jws = {0};
  const struct jose_jwk *by = NULL;
  assert_ok(jose_jwks_read(set, &arena, &jwks));
  assert_int_equal(jwks.count, 3);
  assert_ok(jose_jws_parse(S(EDDSA_JWS), &plain, &arena, &jws));
  assert_ok(jose_jws_verify_set(NULL, &jws, &jwks, &by));
  assert_ptr_equal(by, &jwks.keys[2]);
  assert_ok(jose_jws_parse(S(PS256_JWS), &plain, &arena, &jws)); /* its kid is another */
  assert_code(jose_jws_verify_set(NULL, &jws, &jwks, &by), JOSE_KEY_UNKNOWN);
  jwks.count = 2; /* without the right one */
  assert_ok(jose_jws_parse(S(EDDSA_JWS), &plain, &arena, &jws));
  assert_code(jose_jws_verify_set(NULL, &jws, &jwks, &by), JOSE_SIGNATURE);
}

static void a_ring_keeps_keys_and_lets_the_oldest_go(void **state) {
  (void)state;
  struct jose_keyring *ring CLEANUP(jose_keyring_free) = jose_keyring_new(4);
  struct jose_jwk ed = jwk_of(ED25519_JWK);
  struct jose_held_key *first CLEANUP(jose_keyring_release) = NULL;
  assert_ok(jose_keyring_hold(ring, &ed, &first));
  for (uint8_t i = 2; i < 40; i++) { /* other keys: any 32 bytes are an Ed25519 key to OpenSSL until used */
    uint8_t bytes[32] = {i};
    struct jose_jwk other = {JOSE_EDDSA, {0}, slice_of(bytes, sizeof bytes), {0}};
    struct jose_held_key *held CLEANUP(jose_keyring_release) = NULL;
    assert_ok(jose_keyring_hold(ring, &other, &held));
    struct jose_held_key *again CLEANUP(jose_keyring_release) = NULL;
    assert_ok(jose_keyring_hold(ring, &other, &again));
    assert_ptr_equal(held, again);
  }
  struct jose_jws jws = {0}; /* `first` left the ring, and still works for who holds it */
  assert_ok(jose_jws_parse(S(EDDSA_JWS), &plain, &arena, &jws));
  assert_ok(public_key_verify(jose_held_public(first), jws.signing_input, jws.signature));
  assert_ok(jose_jws_verify(ring, &jws, &ed));
}

/* ---- making ---- */

static result sign_with(void *context, const uint8_t digest[static DIGEST_BYTES], struct arena *to, struct slice *ret_signature) {
  return key_sign(context, digest, to, ret_signature);
}

static void what_we_write_others_can_verify(void **state) {
  (void)state;
  struct key *key CLEANUP(key_free) = NULL;
  struct slice spki = {0};
  struct slice compact = {0};
  struct jose_jwk jwk = {0};
  struct jose_jws jws = {0};
  assert_ok(key_generate(&key));
  assert_ok(key_public(key, &arena, &spki));
  assert_ok(jose_jwk_of(spki, S("k1"), &jwk));
  const struct jose_signing signing = {S("k1"), "JWT", sign_with, key};
  assert_ok(jose_jwt_write(&signing, S("{\"iss\":\"https://danh.example\"}"), &arena, &compact));
  struct buf text;
  struct jout out;
  buf_init(&text, &arena, 256);
  jout_init(&out, &text);
  jose_jwks_write(&out, &(struct jose_jwks){&jwk, 1});
  struct jose_jwks read = {0};
  assert_ok(jose_jwks_read(buf_slice(&text), &arena, &read));
  assert_ok(jose_jws_parse(compact, &plain, &arena, &jws));
  assert_true(slice_is(jws.kid, "k1"));
  assert_ok(jose_jws_verify_set(NULL, &jws, &read, NULL));
  assert_ok(jose_claims_issuer(jws.claims, S("https://danh.example")));
}

/* ---- claims ---- */

/* [F17 accepts], [F17 refuses], [FAPI 5.3.2.1 SHALL] */
static void times_may_lie_a_little_ahead(void **state) {
  (void)state;
  const struct {
    const char *claims;
    uint16_t code;
  } rows[] = {
      {"{\"exp\":1060,\"iat\":1000}", 0},
      {"{\"exp\":1060,\"iat\":1010,\"nbf\":1010}", 0},
      {"{\"exp\":1300,\"iat\":1061}", JOSE_NOT_YET},
      {"{\"exp\":1300,\"iat\":1000,\"nbf\":1061}", JOSE_NOT_YET},
      {"{\"exp\":1000,\"iat\":900}", JOSE_EXPIRED},
      {"{\"exp\":999,\"iat\":900}", JOSE_EXPIRED},
      {"{\"exp\":5000,\"iat\":1000}", JOSE_EXPIRED},
      {"{\"iat\":1000}", JOSE_CLAIM},
      {"{\"exp\":1060}", JOSE_CLAIM},
      {"{\"exp\":\"1060\",\"iat\":1000}", JOSE_CLAIM},
      {"{\"exp\":253402300800,\"iat\":1000}", JOSE_CLAIM},
      {"{\"exp\":-1,\"iat\":1000}", JOSE_CLAIM},
      {"{\"exp\":9223372036854775807,\"iat\":1000}", JOSE_CLAIM},
  };
  const struct jose_times times = {1000 * 1000, 3600, true, true};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_code(jose_claims_times(json(rows[i].claims), &times), rows[i].code);
  }
}

/* [RFC7519 2] "non-integer values can be represented": libraries that divide milliseconds send them. */
static void times_may_have_fractions(void **state) {
  (void)state;
  const struct {
    const char *claims;
    uint16_t code;
  } rows[] = {
      {"{\"exp\":1060.5,\"iat\":1000.25,\"nbf\":999.999}", 0},
      {"{\"exp\":1.06e3,\"iat\":1e3}", 0},
      {"{\"exp\":1000.6,\"iat\":1000}", 0},
      {"{\"exp\":1000.5,\"iat\":1000}", JOSE_EXPIRED}, /* now is 1000.5: on or after it */
      {"{\"exp\":1000.4,\"iat\":1000}", JOSE_EXPIRED},
      {"{\"exp\":4600.6,\"iat\":1000}", JOSE_EXPIRED}, /* lasts too long by a tenth of a second */
      {"{\"exp\":1060,\"iat\":1060.5}", 0},
      {"{\"exp\":1060,\"iat\":1060.6}", JOSE_NOT_YET},
      {"{\"exp\":1060,\"iat\":1000,\"nbf\":1060.6}", JOSE_NOT_YET},
      {"{\"exp\":-0.5,\"iat\":1000}", JOSE_CLAIM},
      {"{\"exp\":1060,\"iat\":1e300}", JOSE_CLAIM},
      {"{\"exp\":1060,\"iat\":1000,\"nbf\":[1000.5]}", JOSE_CLAIM},
      {"{\"exp\":1060,\"iat\":1000,\"nbf\":\"1000.5\"}", JOSE_CLAIM},
  };
  const struct jose_times times = {1000 * 1000 + 500, 3600, true, true};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_code(jose_claims_times(json(rows[i].claims), &times), rows[i].code);
  }
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, &arena, JIN_LIMITS_DEFAULT);
  assert_false(is_ok(jin_parse(&doc, S("{\"exp\":1e999}"), &root))); /* no finite number */
}

/* [F13 refuses] for anything but one text; [RFC7519 4.1.3] where a list may be */
static void an_audience_is_text_or_list_as_the_caller_says(void **state) {
  (void)state;
  const struct jin *text = json("{\"aud\":\"https://danh.example\"}");
  const struct jin *list = json("{\"aud\":[\"https://other.example\",\"https://danh.example\"]}");
  const struct jin *other = json("{\"aud\":[\"https://danh.example/\",7]}");
  struct slice us = S("https://danh.example");
  assert_ok(jose_claims_audience_alone(text, us));
  assert_code(jose_claims_audience_alone(list, us), JOSE_AUDIENCE);
  assert_code(jose_claims_audience_alone(json("{\"aud\":[\"https://danh.example\"]}"), us), JOSE_AUDIENCE);
  assert_code(jose_claims_audience_alone(json("{}"), us), JOSE_AUDIENCE);
  assert_true(jose_claims_has_audience(text, us));
  assert_true(jose_claims_has_audience(list, us));
  assert_false(jose_claims_has_audience(other, us));
  assert_false(jose_claims_has_audience(json("{}"), us));
  assert_code(jose_claims_issuer(json("{\"iss\":\"https://danh.example/\"}"), us), JOSE_ISSUER);
  assert_code(jose_claims_issuer(json("{\"iss\":[\"https://danh.example\"]}"), us), JOSE_CLAIM);
}

static int begin(void **state) {
  (void)state;
  arena_init(&arena);
  return 0;
}
static int end(void **state) {
  (void)state;
  arena_free(&arena);
  return 0;
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
  const struct CMUnitTest tests[] = {
      TEST(accepts_what_others_signed),
      TEST(accepts_the_published_ed25519_signature),
      TEST(thumbprints_are_the_published_ones),
      TEST(refuses_every_other_algorithm),
      TEST(refuses_the_algorithm_of_another_key),
      TEST(refuses_keys_and_rules_from_the_token),
      TEST(refuses_a_token_of_another_type),
      TEST(refuses_what_is_not_a_compact_token),
      TEST(refuses_duplicate_members_depth_and_size),
      TEST(refuses_altered_truncated_and_zero_signatures),
      TEST(refuses_weak_and_malformed_keys),
      TEST(refuses_private_and_symmetric_keys),
      TEST(finds_the_key_among_equal_kids),
      TEST(a_ring_keeps_keys_and_lets_the_oldest_go),
      TEST(what_we_write_others_can_verify),
      TEST(times_may_lie_a_little_ahead),
      TEST(times_may_have_fractions),
      TEST(an_audience_is_text_or_list_as_the_caller_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
