/* DPoP proofs [RFC9449 4.3]: the published one, and each check failing alone. */
#include "codec/base64url.h"
#include "jose/jose.h"
#include "jose/vectors_test.h"
#include "base/unit_test.h"

static struct arena arena;
static struct key *key;
static struct slice jwk_text;

enum { NOW_S = 1562262616 }; /* iat of the published proof */

static struct jose_dpop_rules rules_at(int64_t now_s) {
  return (struct jose_dpop_rules){S("POST"), S("https://server.example.com/token"), now_s * 1000, {0}};
}
static result verify(struct slice proof, const struct jose_dpop_rules *rules) {
  struct jose_dpop dpop;
  return jose_dpop_verify(NULL, proof, rules, &arena, &dpop);
}

/* A proof of our test key over any header and claims. */
static struct slice proof_of(const char *header, const char *claims) {
  struct slice head = base64url_write(&arena, slice_str(header));
  struct slice body = base64url_write(&arena, slice_str(claims));
  struct slice input = arena_printf(&arena, "%.*s.%.*s", SLICE_ARG(head), SLICE_ARG(body));
  uint8_t digest[DIGEST_BYTES];
  uint8_t raw[KEY_RAW_BYTES];
  struct slice der = {0};
  digest_sha256(input, digest);
  assert_ok(key_sign(key, digest, &arena, &der));
  assert_ok(key_signature_to_raw(der, raw));
  struct slice signature = base64url_write(&arena, slice_of(raw, sizeof raw));
  return arena_printf(&arena, "%.*s.%.*s", SLICE_ARG(input), SLICE_ARG(signature));
}
static const char *header(void) {
  return (const char *)arena_printf(&arena, "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":%.*s}", SLICE_ARG(jwk_text)).ptr;
}
#define GOOD "\"jti\":\"j1\",\"htm\":\"POST\",\"htu\":\"https://server.example.com/token\",\"iat\":1562262616"

/* [D2 accepts], [D3 accepts], [D4 accepts], [D5 accepts], [D6 accepts], [D7 accepts], [D8 accepts], [D9 accepts], [D11 accepts], [RFC9449 4.1] */
static void accepts_the_published_proof(void **state) {
  (void)state;
  struct jose_dpop dpop = {0};
  struct jose_dpop_rules rules = rules_at(NOW_S);
  assert_ok(jose_dpop_verify(NULL, S(RFC9449_PROOF), &rules, &arena, &dpop));
  assert_true(slice_is(dpop.thumbprint, RFC9449_THUMBPRINT));
  assert_true(slice_is(dpop.jti, "-BwC3ESc6acc2lTc"));
  assert_int_equal(dpop.nonce.len, 0);
  assert_ok(verify(proof_of(header(), "{" GOOD "}"), &rules));
  assert_ok(verify(proof_of(header(), "{" GOOD ".25}"), &rules)); /* [RFC7519 2] a time with a fraction */
}

struct claims_row {
  const char *claims;
  uint16_t code;
};

/* [D3 refuses], [D8 refuses], [D9 refuses], [D11 refuses], [RFC9449 4.3 MUST], [RFC9449 11.1 MUST] */
static void refuses_wrong_claims(void **state) {
  (void)state;
  static const struct claims_row rows[] = {
      {"{\"htm\":\"POST\",\"htu\":\"https://server.example.com/token\",\"iat\":1562262616}", JOSE_CLAIM},
      {"{\"jti\":\"j1\",\"htu\":\"https://server.example.com/token\",\"iat\":1562262616}", JOSE_CLAIM},
      {"{\"jti\":\"j1\",\"htm\":\"POST\",\"iat\":1562262616}", JOSE_CLAIM},
      {"{\"jti\":\"j1\",\"htm\":\"POST\",\"htu\":\"https://server.example.com/token\"}", JOSE_CLAIM},
      {"{\"jti\":7,\"htm\":\"POST\",\"htu\":\"https://server.example.com/token\",\"iat\":1562262616}", JOSE_CLAIM},
      {"{\"jti\":\"j1\",\"htm\":\"POST\",\"htu\":\"https://server.example.com/token\",\"iat\":\"1562262616\"}", JOSE_CLAIM},
      {"{\"jti\":\"j1\",\"htm\":\"GET\",\"htu\":\"https://server.example.com/token\",\"iat\":1562262616}", JOSE_DPOP_TARGET},
      {"{\"jti\":\"j1\",\"htm\":\"post\",\"htu\":\"https://server.example.com/token\",\"iat\":1562262616}", JOSE_DPOP_TARGET},
      {"{\"jti\":\"j1\",\"htm\":\"POST\",\"htu\":\"https://server.example.com/other\",\"iat\":1562262616}", JOSE_DPOP_TARGET},
      {"{\"jti\":\"j1\",\"htm\":\"POST\",\"htu\":\"https://evil.example.com/token\",\"iat\":1562262616}", JOSE_DPOP_TARGET},
      {"{\"jti\":\"j1\",\"htm\":\"POST\",\"htu\":\"/token\",\"iat\":1562262616}", JOSE_DPOP_TARGET},
      {"{\"jti\":\"j1\",\"htm\":\"POST\",\"htu\":\"https://server.example.com/token\",\"iat\":1562262555}", JOSE_EXPIRED},
      {"{\"jti\":\"j1\",\"htm\":\"POST\",\"htu\":\"https://server.example.com/token\",\"iat\":1562262677}", JOSE_NOT_YET},
      {"{" GOOD "e3}", JOSE_CLAIM}, /* beyond the year 9999 */
      {"{" GOOD ",\"nonce\":5}", JOSE_CLAIM},
      {"{" GOOD ",\"exp\":1562262615}", JOSE_EXPIRED},
  };
  struct jose_dpop_rules rules = rules_at(NOW_S);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_code(verify(proof_of(header(), rows[i].claims), &rules), rows[i].code);
  }
}

/* [D2 refuses], [D4 refuses], [D5 refuses], [D6 refuses], [D7 refuses], [RFC9449 4.3 MUST] */
static void refuses_wrong_headers_and_signatures(void **state) {
  (void)state;
  struct jose_dpop_rules rules = rules_at(NOW_S);
#define HEADER(typ, alg, more) ((const char *)arena_printf(&arena, "{\"typ\":\"%s\",\"alg\":\"%s\"%s}", typ, alg, more).ptr)
  const char *key_member = (const char *)arena_printf(&arena, ",\"jwk\":%.*s", SLICE_ARG(jwk_text)).ptr;
  const char *private_member =
      (const char *)arena_printf(&arena, ",\"jwk\":%.*s,\"d\":\"AA\"}", (int)(jwk_text.len - 1), (const char *)jwk_text.ptr).ptr;
  assert_code(verify(proof_of(HEADER("JWT", "ES256", key_member), "{" GOOD "}"), &rules), JOSE_TYPE);
  assert_code(verify(proof_of(HEADER("dpop+jwt", "none", key_member), "{" GOOD "}"), &rules), JOSE_ALGORITHM);
  assert_code(verify(proof_of(HEADER("dpop+jwt", "HS256", key_member), "{" GOOD "}"), &rules), JOSE_ALGORITHM);
  assert_code(verify(proof_of(HEADER("dpop+jwt", "EdDSA", key_member), "{" GOOD "}"), &rules), JOSE_ALGORITHM);
  assert_code(verify(proof_of(HEADER("dpop+jwt", "ES256", ""), "{" GOOD "}"), &rules), JOSE_HEADER);
  assert_code(verify(proof_of(HEADER("dpop+jwt", "ES256", private_member), "{" GOOD "}"), &rules), JOSE_KEY_PRIVATE);
  assert_code(verify(proof_of(HEADER("dpop+jwt", "ES256", ",\"jwk\":\"x\""), "{" GOOD "}"), &rules), JOSE_KEY);
  const char *other_key = ",\"jwk\":" RFC7515_A3_JWK;
  assert_code(verify(proof_of(HEADER("dpop+jwt", "ES256", other_key), "{" GOOD "}"), &rules), JOSE_SIGNATURE);
  assert_code(verify(S("a.b"), &rules), JOSE_SYNTAX);
  assert_code(verify(S(""), &rules), JOSE_SYNTAX);
}

/* [D12 accepts], [D12 refuses]; the token and its hash are the published ones [RFC9449 7.1] */
static void a_resource_wants_the_hash_of_its_token(void **state) {
  (void)state;
  struct jose_dpop_rules rules = rules_at(NOW_S);
  rules.access_token = S("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU");
  assert_ok(verify(proof_of(header(), "{" GOOD ",\"ath\":\"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo\"}"), &rules));
  assert_code(verify(proof_of(header(), "{" GOOD "}"), &rules), JOSE_CLAIM);
  assert_code(verify(proof_of(header(), "{" GOOD ",\"ath\":\"AUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo\"}"), &rules), JOSE_DPOP_TOKEN);
  rules.access_token = S("another");
  assert_code(verify(proof_of(header(), "{" GOOD ",\"ath\":\"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo\"}"), &rules), JOSE_DPOP_TOKEN);
}

/* [D9 accepts], [D9 refuses], [RFC9449 4.3 SHOULD], [RFC3986 6.2.2, 6.2.3] */
static void addresses_are_compared_in_their_one_form(void **state) {
  (void)state;
  const struct {
    const char *a;
    bool same;
  } rows[] = {
      {"https://server.example.com/oidc/token", true},
      {"https://server.example.com/oidc/token?x=1", true},
      {"https://server.example.com/oidc/token#f", true},
      {"HTTPS://SERVER.example.COM/oidc/token", true},
      {"https://server.example.com:443/oidc/token", true},
      {"https://server.example.com/oidc/%74oken", true},
      {"https://server.example.com/oidc/token/", false},
      {"https://server.example.com/OIDC/token", false},
      {"https://server.example.com:8443/oidc/token", false},
      {"http://server.example.com/oidc/token", false},
      {"https://server.example.com.evil.example/oidc/token", false},
      {"https://server.example.com@evil.example/oidc/token", false},
      {"https://server.example.com/oidc/%2Ftoken", false},
      {"https:/server.example.com/oidc/token", false},
      {"server.example.com/oidc/token", false},
      {"https://", false},
      {"", false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_int_equal(jose_dpop_is_same_uri(slice_str(rows[i].a), S("https://server.example.com/oidc/token")), rows[i].same);
  }
  assert_true(jose_dpop_is_same_uri(S("http://localhost:80"), S("http://localhost/")));
  assert_true(jose_dpop_is_same_uri(S("https://a.example/%c3%a9%2f"), S("https://a.example/%C3%A9%2F")));
  assert_false(jose_dpop_is_same_uri(S("https://a.example/%2f"), S("https://a.example//")));
}

static int begin(void **state) {
  (void)state;
  arena_init(&arena);
  struct slice spki = {0};
  struct jose_jwk jwk = {0};
  struct buf text;
  struct jout out;
  assert_ok(key_generate(&key));
  assert_ok(key_public(key, &arena, &spki));
  assert_ok(jose_jwk_of(spki, (struct slice){0}, &jwk));
  buf_init(&text, &arena, 256);
  jout_init(&out, &text);
  jose_jwk_write(&out, &jwk);
  jwk_text = buf_slice(&text);
  return 0;
}
static int end(void **state) {
  (void)state;
  key_free(&key);
  arena_free(&arena);
  return 0;
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
  const struct CMUnitTest tests[] = {
      TEST(accepts_the_published_proof),
      TEST(refuses_wrong_claims),
      TEST(refuses_wrong_headers_and_signatures),
      TEST(a_resource_wants_the_hash_of_its_token),
      TEST(addresses_are_compared_in_their_one_form),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
