#include "exchange/exchange.h"

#include <stdlib.h>

#include "base/unit_test.h"
#include "codec/base64.h"
#include "crypto/digest.h"
#include "crypto/key.h"

struct fixture {
  struct arena arena;
  struct key *key;
  struct slice spki;
  struct exchange_field fields[6];
  struct exchange_message request;
  struct exchange_policy policy;
};

static void sign(struct fixture *f, struct exchange_message *message, struct exchange_field *fields,
                 const struct exchange_signature *signature) {
  struct exchange_prepared prepared;
  struct slice der;
  assert_ok(exchange_prepare(&f->arena, message, signature, &prepared));
  assert_ok(key_sign(f->key, prepared.digest, &f->arena, &der));
  fields[message->field_count] = (struct exchange_field){S("signature-input"), prepared.input};
  fields[message->field_count + 1] = (struct exchange_field){S("signature"), S("")};
  assert_ok(exchange_signature_value(&f->arena, der, &fields[message->field_count + 1].value));
  message->field_count += 2;
}

static int set_up(void **state) {
  struct fixture *f = heap_alloc(sizeof *f);
  arena_init(&f->arena);
  assert_ok(key_generate(&f->key));
  assert_ok(key_public(f->key, &f->arena, &f->spki));
  struct slice body = S("{\"dossier_code\":\"H26.11-240614-0001\"}");
  f->fields[0] = (struct exchange_field){S("content-type"), S("application/json")};
  f->fields[1] = (struct exchange_field){S("content-digest"), exchange_content_digest(&f->arena, body)};
  f->fields[2] = (struct exchange_field){S("idempotency-key"), S("42")};
  f->request =
      (struct exchange_message){S("POST"), S("https://portal.example/deliveries"), 0, f->fields, 3, body, NULL};
  struct exchange_signature signature = {exchange_delivery_components,
                                         exchange_delivery_component_count,
                                         1700000000,
                                         S("danh"),
                                         S("n1"),
                                         S("danh-delivery")};
  sign(f, &f->request, f->fields, &signature);
  f->policy = (struct exchange_policy){exchange_delivery_components,
                                       exchange_delivery_component_count,
                                       S("danh-delivery"),
                                       S("danh"),
                                       f->spki,
                                       1700000010,
                                       300};
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  key_free(&f->key);
  arena_free(&f->arena);
  free(f);
  return 0;
}

static void accepts_what_was_signed(void **state) {
  struct fixture *f = *state;
  assert_ok(exchange_verify(&f->arena, &f->request, &f->policy));
}

/* [RFC9110 5.1 MUST] HTTP clients and proxies write field names as they like. */
static void accepts_field_names_in_any_case(void **state) {
  struct fixture *f = *state;
  f->fields[0].name = S("Content-Type");
  f->fields[1].name = S("Content-Digest");
  f->fields[3].name = S("Signature-Input");
  assert_ok(exchange_verify(&f->arena, &f->request, &f->policy));
}

static void rejects_another_body(void **state) {
  struct fixture *f = *state;
  f->request.body = S("{}");
  assert_code(exchange_verify(&f->arena, &f->request, &f->policy), EXCHANGE_DIGEST);
}

static void rejects_another_body_with_its_own_digest(void **state) {
  struct fixture *f = *state;
  f->request.body = S("{}");
  f->fields[1].value = exchange_content_digest(&f->arena, f->request.body);
  assert_code(exchange_verify(&f->arena, &f->request, &f->policy), EXCHANGE_SIGNATURE);
}

static void rejects_another_target_method_and_key(void **state) {
  struct fixture *f = *state;
  struct exchange_message other = f->request;
  other.target_uri = S("https://evil.example/deliveries");
  assert_code(exchange_verify(&f->arena, &other, &f->policy), EXCHANGE_SIGNATURE);
  other = f->request;
  other.method = S("PUT");
  assert_code(exchange_verify(&f->arena, &other, &f->policy), EXCHANGE_SIGNATURE);
  struct exchange_policy policy = f->policy;
  policy.keyid = S("portal");
  assert_code(exchange_verify(&f->arena, &f->request, &policy), EXCHANGE_KEY);
}

static void rejects_old_future_and_foreign_tag(void **state) {
  struct fixture *f = *state;
  struct exchange_policy policy = f->policy;
  policy.now_s = 1700000301;
  assert_code(exchange_verify(&f->arena, &f->request, &policy), EXCHANGE_TIME);
  policy.now_s = 1700000000 - 61;
  assert_code(exchange_verify(&f->arena, &f->request, &policy), EXCHANGE_TIME);
  policy = f->policy;
  policy.tag = S("danh-acknowledgement");
  assert_code(exchange_verify(&f->arena, &f->request, &policy), EXCHANGE_COVERAGE);
}

static void rejects_a_second_field_of_a_covered_name(void **state) {
  struct fixture *f = *state;
  f->fields[5] = (struct exchange_field){S("idempotency-key"), S("43")};
  f->request.field_count = 6;
  assert_code(exchange_verify(&f->arena, &f->request, &f->policy), EXCHANGE_SYNTAX);
  f->fields[5].name = S("Idempotency-Key");
  assert_code(exchange_verify(&f->arena, &f->request, &f->policy), EXCHANGE_SYNTAX);
}

static void rejects_a_signature_over_too_little(void **state) {
  struct fixture *f = *state;
  struct exchange_signature thin = {exchange_delivery_components, 2, 1700000000, S("danh"), S(""), S("danh-delivery")};
  f->request.field_count = 3;
  sign(f, &f->request, f->fields, &thin);
  assert_code(exchange_verify(&f->arena, &f->request, &f->policy), EXCHANGE_COVERAGE);
}

static void rejects_malformed_inputs(void **state) {
  struct fixture *f = *state;
  static const char *const wrong[] = {"",
                                      "sig1",
                                      "sig1=",
                                      "sig1=()",
                                      "sig1=(\"@method\")",
                                      "sig1=(\"@method\" \"@method\");created=1;keyid=\"danh\";alg=\"a\";tag=\"t\"",
                                      "sig1=(\"@method\");created=1;created=1;keyid=\"danh\";alg=\"a\";tag=\"t\"",
                                      "sig1=(\"@method\");created=x;keyid=\"danh\";alg=\"a\";tag=\"t\"",
                                      "sig1=(\"@method\"), sig2=(\"@method\")",
                                      "Sig1=(\"@method\");created=1;keyid=\"danh\";alg=\"a\";tag=\"t\"",
                                      "sig1=(\"@method\";sf);created=1;keyid=\"danh\";alg=\"a\";tag=\"t\"",
                                      "sig1=(\"@method\");created=1;keyid=\"danh\";alg=\"a\";tag=\"t\" x"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    f->fields[3].value = slice_str(wrong[i]);
    assert_code(exchange_verify(&f->arena, &f->request, &f->policy), EXCHANGE_SYNTAX);
  }
}

/* [RFC9421 B.2.4] the response of the standard's example, signed with its ECC key: the base must come out byte for
 * byte. */
static void signature_base_of_the_standards_example(void **state) {
  struct fixture *f = *state;
  struct exchange_field fields[] = {
      {S("content-type"), S("application/json")},
      {S("content-digest"),
       S("sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:")},
      {S("content-length"), S("23")}};
  struct exchange_message response = {S(""), S(""), 200, fields, 3, S("{\"message\": \"good dog\"}\n"), NULL};
  static const struct exchange_component components[] = {
      {"@status", false}, {"content-type", false}, {"content-digest", false}, {"content-length", false}};
  struct exchange_signature signature = {components, 4, 1618884473, S("test-key-ecc-p256"), S(""), S("x")};
  struct exchange_prepared prepared;
  assert_ok(exchange_prepare(&f->arena, &response, &signature, &prepared));
  static const char expected[] =
      "\"@status\": 200\n\"content-type\": application/json\n\"content-digest\": "
      "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:\n"
      "\"content-length\": 23\n\"@signature-params\": (\"@status\" \"content-type\" \"content-digest\" "
      "\"content-length\");created=1618884473;keyid=\"test-key-ecc-p256\"";
  assert_true(slice_starts(prepared.base, slice_str(expected)));
}

/* [RFC9421 B.2.4] its signature verifies over its base with its key: our raw form and our digest are the standard's. */
static void signature_of_the_standards_example(void **state) {
  struct fixture *f = *state;
  static const char base[] =
      "\"@status\": 200\n\"content-type\": application/json\n\"content-digest\": "
      "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:\n"
      "\"content-length\": 23\n\"@signature-params\": (\"@status\" \"content-type\" \"content-digest\" "
      "\"content-length\");created=1618884473;keyid=\"test-key-ecc-p256\"";
  struct slice spki;
  struct slice raw;
  assert_ok(base64_parse(S("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/"
                           "+D9Lfw0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ=="),
                         &f->arena, &spki));
  assert_ok(base64_parse(S("wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw=="),
                         &f->arena, &raw));
  struct key *key CLEANUP(key_free) = NULL;
  uint8_t digest[32];
  digest_sha256(slice_of(base, sizeof base - 1), digest);
  assert_ok(key_load_public(spki, &key));
  assert_ok(key_verify_raw(key, digest, raw));
}

static void acknowledgement_is_bound_to_its_request(void **state) {
  struct fixture *f = *state;
  struct exchange_field fields[5] = {{S("content-type"), S("application/json")},
                                     {S("content-digest"), exchange_content_digest(&f->arena, S("{}"))}};
  struct exchange_message response = {S(""), S(""), 200, fields, 2, S("{}"), &f->request};
  struct exchange_signature signature = {exchange_acknowledgement_components,
                                         exchange_acknowledgement_component_count,
                                         1700000005,
                                         S("portal"),
                                         S(""),
                                         S("danh-acknowledgement")};
  sign(f, &response, fields, &signature);
  struct exchange_policy policy = {exchange_acknowledgement_components,
                                   exchange_acknowledgement_component_count,
                                   S("danh-acknowledgement"),
                                   S("portal"),
                                   f->spki,
                                   1700000010,
                                   300};
  assert_ok(exchange_verify(&f->arena, &response, &policy));
  f->fields[2].value = S("43"); /* the same answer offered for another delivery */
  assert_code(exchange_verify(&f->arena, &response, &policy), EXCHANGE_SIGNATURE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(accepts_what_was_signed, set_up, tear_down),
      cmocka_unit_test_setup_teardown(accepts_field_names_in_any_case, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_another_body, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_another_body_with_its_own_digest, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_another_target_method_and_key, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_old_future_and_foreign_tag, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_a_second_field_of_a_covered_name, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_a_signature_over_too_little, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_malformed_inputs, set_up, tear_down),
      cmocka_unit_test_setup_teardown(signature_base_of_the_standards_example, set_up, tear_down),
      cmocka_unit_test_setup_teardown(signature_of_the_standards_example, set_up, tear_down),
      cmocka_unit_test_setup_teardown(acknowledgement_is_bound_to_its_request, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
