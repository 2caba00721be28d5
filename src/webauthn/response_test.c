/* What browsers send and are sent. */
#include "codec/base64url.h"
#include "codec/jin.h"
#include "webauthn/trial_fixture.h"

static struct webauthn_fixture fixture;

static int open_fixture(void **state) {
  (void)state;
  webauthn_fixture_open(&fixture, WEBAUTHN_RS256);
  return 0;
}
static int close_fixture(void **state) {
  (void)state;
  webauthn_fixture_close(&fixture);
  return 0;
}

static struct slice b64(struct slice bytes) {
  return base64url_write(&fixture.arena, bytes);
}

static struct slice registration_json(const struct trial *trial, const char *results, const char *more) {
  const struct webauthn_registration *made = &trial->registration;
  return arena_printf(
      &fixture.arena,
      "{\"id\":\"%.*s\",\"rawId\":\"%.*s\",\"type\":\"public-key\",\"authenticatorAttachment\":\"platform\","
      "\"clientExtensionResults\":%s,\"response\":{\"clientDataJSON\":\"%.*s\",\"attestationObject\":\"%.*s\","
      "\"publicKeyAlgorithm\":-7%s}}",
      SLICE_ARG(b64(made->id)), SLICE_ARG(b64(made->id)), results, SLICE_ARG(b64(made->client_data)),
      SLICE_ARG(b64(made->attestation_object)), more);
}

static struct slice assertion_json(const struct trial *trial, const char *results, const char *handle) {
  const struct webauthn_assertion *made = &trial->assertion;
  return arena_printf(&fixture.arena,
                      "{\"id\":\"%.*s\",\"rawId\":\"%.*s\",\"type\":\"public-key\",\"clientExtensionResults\":%s,"
                      "\"response\":{\"clientDataJSON\":\"%.*s\","
                      "\"authenticatorData\":\"%.*s\",\"signature\":\"%.*s\"%s}}",
                      SLICE_ARG(b64(made->id)), SLICE_ARG(b64(made->id)), results, SLICE_ARG(b64(made->client_data)),
                      SLICE_ARG(b64(made->authenticator_data)), SLICE_ARG(b64(made->signature)), handle);
}

static void reads_both_responses(void **state) {
  (void)state;
  struct trial trial;
  struct webauthn_registration registration;
  struct webauthn_assertion assertion;
  trial_open(&trial, &fixture);
  trial_make_registration(&trial, "");
  trial_make_assertion(&trial, "");
  assert_ok(webauthn_registration_read(
      registration_json(&trial, "{}", ",\"transports\":[\"usb\",\"telepathy\",\"nfc\",\"usb\"]"), &fixture.arena,
      &registration));
  assert_true(slice_eq(registration.client_data, trial.registration.client_data));
  assert_true(slice_eq(registration.attestation_object, trial.registration.attestation_object));
  assert_true(slice_is(registration.transports, "nfc usb")); /* [WebAuthn 5.8.4 MUST] unknown words are left out */
  trial.registration = registration;
  assert_ok(trial_register(&trial)); /* the hash is of the bytes as they came [WebAuthn 7.1 step 12 MUST] */
  assert_ok(webauthn_assertion_read(assertion_json(&trial, "{}", ",\"userHandle\":\"aGFuZGxl\""), &fixture.arena,
                                    &assertion));
  assert_true(slice_is(assertion.user_handle, "handle"));
  assert_ok(webauthn_assertion_read(assertion_json(&trial, "{}", ",\"userHandle\":null"), &fixture.arena, &assertion));
  assert_int_equal(assertion.user_handle.len, 0);
  trial.assertion = assertion;
  trial.sign_in.is_user_known = true;
  assert_ok(trial_sign_in(&trial)); /* [WebAuthn 7.2 step 20 MUST] */
}

/* [W18 accepts] [W18 refuses] of client extensions only what was asked for */
static void marks_unasked_results(void **state) {
  (void)state;
  struct trial trial;
  struct webauthn_registration registration;
  struct webauthn_assertion assertion;
  trial_open(&trial, &fixture);
  trial_make_registration(&trial, "");
  trial_make_assertion(&trial, "");
  static const struct {
    const char *results;
    bool is_unasked, is_discoverable;
  } rows[] = {{"{}", false, false},
              {"{\"credProps\":{}}", false, false},
              {"{\"credProps\":{\"rk\":true}}", false, true},
              {"{\"credProps\":{\"rk\":false}}", false, false},
              {"{\"credProps\":{\"rk\":true},\"prf\":{\"enabled\":true}}", true, true},
              {"{\"appid\":true}", true, false},
              {"[1]", true, false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_ok(
        webauthn_registration_read(registration_json(&trial, rows[i].results, ""), &fixture.arena, &registration));
    assert_true(registration.has_unasked_extension == rows[i].is_unasked);
    assert_true(registration.is_discoverable == rows[i].is_discoverable);
  }
  assert_ok(
      webauthn_assertion_read(assertion_json(&trial, "{\"credProps\":{\"rk\":true}}", ""), &fixture.arena, &assertion));
  assert_true(assertion.has_unasked_extension);
  assert_code(
      webauthn_registration_read(registration_json(&trial, "{\"credProps\":7}", ""), &fixture.arena, &registration),
      WEBAUTHN_RESPONSE_SYNTAX);
}

static void refuses_other_json(void **state) {
  (void)state;
  static const char *const broken[] = {
      "",
      "[]",
      "{}",
      "{\"id\":\"YQ\",\"rawId\":\"YQ\",\"type\":\"public-key\"}",
      "{\"id\":\"YQ\",\"rawId\":\"Yg\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"YQ\","
      "\"attestationObject\":\"YQ\"}}",
      "{\"id\":\"YQ\",\"rawId\":\"YQ\",\"type\":\"password\",\"response\":{\"clientDataJSON\":\"YQ\","
      "\"attestationObject\":\"YQ\"}}",
      "{\"id\":\"YQ\",\"rawId\":\"YQ\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"YQ==\","
      "\"attestationObject\":\"YQ\"}}",
      "{\"id\":\"YR\",\"rawId\":\"YR\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"YQ\","
      "\"attestationObject\":\"YQ\"}}",
      "{\"id\":\"YQ\",\"id\":\"YQ\",\"rawId\":\"YQ\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"YQ\","
      "\"attestationObject\":\"YQ\"}}",
  };
  struct webauthn_registration registration;
  struct webauthn_assertion assertion;
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    assert_code(webauthn_registration_read(slice_str(broken[i]), &fixture.arena, &registration),
                WEBAUTHN_RESPONSE_SYNTAX);
    assert_code(webauthn_assertion_read(slice_str(broken[i]), &fixture.arena, &assertion), WEBAUTHN_RESPONSE_SYNTAX);
  }
}

/* [RFC8230 4 MUST NOT] no leading noughts in a modulus; [WebAuthn 6.5.1 MUST] in the form of its algorithm */
static void refuses_weak_rsa_keys(void **state) {
  (void)state;
  struct slice key = webauthn_fixture_cose_key(&fixture);
  struct webauthn_key *loaded CLEANUP(webauthn_key_free) = NULL;
  struct webauthn_key *none = NULL;
  assert_ok(webauthn_key_load(key, &loaded));
  uint8_t *copy = arena_alloc(&fixture.arena, key.len);
  memcpy(copy, key.ptr, key.len);
  copy[key.len - 3] = 0; /* the exponent 01 00 01 begins with a nought */
  assert_code(webauthn_key_load(slice_of(copy, key.len), &none), WEBAUTHN_KEY_INVALID);
  memcpy(copy, key.ptr, key.len);
  copy[key.len - 1] = 0; /* an even one */
  assert_code(webauthn_key_load(slice_of(copy, key.len), &none), WEBAUTHN_KEY_INVALID);
  assert_code(webauthn_key_load(S("\xA4\x01\x03\x03\x39\x01\x00\x20\x42\x80\x01\x21\x43\x01\x00\x01"), &none),
              WEBAUTHN_KEY_INVALID); /* 16 bits */
}

/* What a browser reads in PublicKeyCredential.parseCreationOptionsFromJSON and parseRequestOptionsFromJSON. */
static void writes_options(void **state) {
  (void)state;
  struct trial trial;
  struct buf json;
  struct jin_doc doc;
  const struct jin *root = NULL;
  const struct jin *part = NULL;
  struct slice text = {0};
  trial_open(&trial, &fixture);
  const struct webauthn_known_credential known[] = {{.id = S("one"), .transports = S("nfc usb")}, {.id = S("two")}};
  const struct webauthn_creation creation = {
      .expected = &trial.expected,
      .user_handle = S("handle"),
      .user_name = S("012345678901"),
      .user_display_name = S("Nguyễn \"An\""),
      .party_name = S("Danh"),
      .exclude = known,
      .exclude_count = 2,
      .timeout_ms = 300000,
  };
  buf_init(&json, &fixture.arena, 1024);
  webauthn_creation_write(&creation, &json);
  jin_doc_init(&doc, &fixture.arena, JIN_LIMITS_DEFAULT);
  assert_ok(jin_parse(&doc, buf_slice(&json), &root));
  assert_ok(jin_text(root, "challenge", 100, &text));
  assert_true(slice_eq(text, b64(trial.expected.challenge)));
  assert_ok(jin_object(root, "user", &part));
  assert_ok(jin_text(part, "displayName", 100, &text));
  assert_true(slice_is(text, "Nguyễn \"An\""));
  assert_ok(jin_list(root, "pubKeyCredParams", 5, &part));
  assert_int_equal(part->count, 3);
  assert_int_equal(jin_find(&part->items[0], "alg")->number, -7);
  assert_ok(jin_list(root, "excludeCredentials", 5, &part));
  assert_int_equal(jin_find(&part->items[0], "transports")->count, 2);
  assert_null(jin_find(&part->items[1], "transports"));
  assert_ok(jin_text(root, "attestation", 100, &text));
  assert_true(slice_is(text, "none"));

  const struct webauthn_request request = {.expected = &trial.expected, .timeout_ms = 300000};
  trial.expected.user_verification_required = false;
  buf_init(&json, &fixture.arena, 1024);
  webauthn_request_write(&request, &json);
  assert_ok(jin_parse(&doc, buf_slice(&json), &root));
  assert_ok(jin_text(root, "rpId", 100, &text));
  assert_true(slice_is(text, "danh.example"));
  assert_ok(jin_text(root, "userVerification", 100, &text));
  assert_true(slice_is(text, "preferred"));
  assert_int_equal(jin_find(root, "allowCredentials")->count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_both_responses), cmocka_unit_test(marks_unasked_results),
      cmocka_unit_test(refuses_other_json),   cmocka_unit_test(refuses_weak_rsa_keys),
      cmocka_unit_test(writes_options),
  };
  return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
