/* Statements of every format, with and without a defect; and libfido2 asked about the same assertions. */
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>

#include "crypto/digest.h"
#include "webauthn/trial_fixture.h"

static const enum webauthn_algorithm algorithms[] = {WEBAUTHN_ES256, WEBAUTHN_EDDSA, WEBAUTHN_RS256};
enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms };
static struct webauthn_fixture fixtures[ALGORITHMS];

static int open_fixtures(void **state) {
  (void)state;
  for (size_t i = 0; i < ALGORITHMS; i++) {
    webauthn_fixture_open(&fixtures[i], algorithms[i]);
  }
  return 0;
}
static int close_fixtures(void **state) {
  (void)state;
  for (size_t i = 0; i < ALGORITHMS; i++) {
    webauthn_fixture_close(&fixtures[i]);
  }
  return 0;
}

static bool is_possible(enum webauthn_fixture_format format, enum webauthn_algorithm algorithm) {
  return algorithm == WEBAUTHN_ES256 || (algorithm == WEBAUTHN_RS256 && format != FIXTURE_U2F) ||
         (format != FIXTURE_U2F && format != FIXTURE_TPM);
}

static enum webauthn_attestation attestation_of(enum webauthn_fixture_format format) {
  return format == FIXTURE_NONE   ? WEBAUTHN_ATTESTATION_NONE
         : format == FIXTURE_SELF ? WEBAUTHN_ATTESTATION_SELF
                                  : WEBAUTHN_ATTESTATION_CERTIFIED;
}

/* fido-u2f carries one certificate: its issuer has to be at hand [WebAuthn 8.6]. */
static void believe_maker(struct trial *trial) {
  trial->policy.roots = trial->format == FIXTURE_U2F ? &trial->fixture->intermediate : &trial->fixture->root;
  trial->policy.root_count = 1;
}

/* [W11 accepts] every format with every key it can have; the path is found when the root is configured */
static void w11_accepts_every_format(void **state) {
  (void)state;
  for (size_t i = 0; i < ALGORITHMS; i++) {
    for (int format = 0; format < FIXTURE_FORMATS; format++) {
      struct trial trial;
      trial_open(&trial, &fixtures[i]);
      trial.format = (enum webauthn_fixture_format)format;
      believe_maker(&trial);
      trial_make_registration(&trial, "");
      if (!is_possible(trial.format, algorithms[i])) {
        assert_code(trial_register(&trial), WEBAUTHN_ATTESTATION_WRONG);
        continue;
      }
      assert_ok(trial_register(&trial));
      assert_int_equal(trial.credential.attestation, attestation_of(trial.format));
      assert_true(trial.credential.is_trusted == (format >= FIXTURE_PACKED));
      assert_true(slice_eq(trial.credential.aaguid, fixtures[i].aaguid));
      assert_true(slice_eq(trial.credential.id, fixtures[i].id));
      assert_int_equal(trial.credential.counter, 7);
    }
  }
}

/* [W11 refuses] a statement with one defect, whatever else is right [WebAuthn 7.1 step 22 MUST] */
static void w11_refuses_defects(void **state) {
  (void)state;
  static const struct {
    enum webauthn_fixture_defect defect;
    int formats[7]; /* ended by 0 */
  } rows[] = {
      {DEFECT_SIGNER,
       {FIXTURE_SELF, FIXTURE_PACKED, FIXTURE_TPM, FIXTURE_U2F, FIXTURE_ANDROID}}, /* [WebAuthn 8.2 MUST; WebAuthn 8.6 MUST] */
      {DEFECT_ALGORITHM, {FIXTURE_SELF, FIXTURE_PACKED, FIXTURE_TPM, FIXTURE_ANDROID}},
      {DEFECT_EMPTY_PATH, {FIXTURE_PACKED, FIXTURE_TPM, FIXTURE_U2F, FIXTURE_APPLE, FIXTURE_ANDROID}},
      {DEFECT_MEMBER, {FIXTURE_SELF, FIXTURE_PACKED, FIXTURE_TPM, FIXTURE_U2F, FIXTURE_APPLE, FIXTURE_ANDROID}},
      {DEFECT_CA, {FIXTURE_PACKED, FIXTURE_TPM}}, /* [WebAuthn 8.2.1 MUST; WebAuthn 8.3.1 MUST] */
      {DEFECT_VERSION, {FIXTURE_PACKED, FIXTURE_TPM, FIXTURE_APPLE, FIXTURE_ANDROID}},
      {DEFECT_UNIT, {FIXTURE_PACKED}},
      {DEFECT_MODEL, {FIXTURE_PACKED, FIXTURE_TPM}},
      {DEFECT_OTHER_KEY, {FIXTURE_TPM, FIXTURE_U2F, FIXTURE_APPLE, FIXTURE_ANDROID}},
      {DEFECT_CEREMONY,
       {FIXTURE_TPM, FIXTURE_U2F, FIXTURE_APPLE, FIXTURE_ANDROID}}, /* [WebAuthn 8.3 MUST; WebAuthn 8.4 MUST; WebAuthn 8.8 MUST] */
      {DEFECT_TPM_VERSION, {FIXTURE_TPM}},
      {DEFECT_TPM_MAGIC, {FIXTURE_TPM}},
      {DEFECT_TPM_TYPE, {FIXTURE_TPM}},
      {DEFECT_TPM_NAME, {FIXTURE_TPM}},
      {DEFECT_TPM_SUBJECT, {FIXTURE_TPM}},
      {DEFECT_TPM_PURPOSE, {FIXTURE_TPM}},
      {DEFECT_TPM_MAKER, {FIXTURE_TPM}},
      {DEFECT_ANDROID_ALL, {FIXTURE_ANDROID}},
      {DEFECT_ANDROID_ORIGIN, {FIXTURE_ANDROID}},
      {DEFECT_ANDROID_PURPOSE, {FIXTURE_ANDROID}},
      {DEFECT_ANDROID_SILENT, {FIXTURE_ANDROID}},
      {DEFECT_TWO_CERTIFICATES, {FIXTURE_U2F}},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    for (const int *format = rows[i].formats; *format != 0; format++) {
      struct trial trial;
      trial_open(&trial, &fixtures[0]);
      trial.format = (enum webauthn_fixture_format) * format;
      fixtures[0].defect = rows[i].defect;
      trial_make_registration(&trial, "");
      result judged = trial_register(&trial);
      if (!is_code(judged, WEBAUTHN_ATTESTATION_WRONG)) {
        fail_msg("defect %d in format %d: 0x%04x", rows[i].defect, *format, judged.code);
      }
    }
  }
  struct trial trial; /* format none says nothing */
  trial_open(&trial, &fixtures[0]);
  fixtures[0].defect = DEFECT_MEMBER;
  trial_make_registration(&trial, "");
  assert_code(trial_register(&trial), WEBAUTHN_ATTESTATION_WRONG);
}

/* [W11 refuses] a format that is not known, or written otherwise [WebAuthn 7.1 step 21 MUST] */
static void w11_refuses_unknown_formats(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixtures[0]);
  trial_make_registration(&trial, "");
  struct slice own = trial.registration.attestation_object;
  static const char *const names[] = {"None", "nonf", "NONE", "self"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    uint8_t *copy = arena_alloc(&fixtures[0].arena, own.len);
    memcpy(copy, own.ptr, own.len);
    memcpy(copy + 6, names[i], 4);
    trial.registration.attestation_object = slice_of(copy, own.len);
    assert_code(trial_register(&trial), WEBAUTHN_FORMAT_UNKNOWN);
  }
}

/* [W11 accepts] [W11 refuses] by the metadata policy of the service [WebAuthn 7.1 step 24 MUST] */
static void w11_policies(void **state) {
  (void)state;
  struct webauthn_fixture *fixture = &fixtures[0];
  struct slice other_model = S("0123456789abcdef");
  static const struct {
    enum webauthn_metadata metadata;
    bool has_root, lists_model, lists_other;
    uint16_t none, self, packed;
  } rows[] = {
      {WEBAUTHN_METADATA_NONE, false, false, false, 0, 0, 0},
      {WEBAUTHN_METADATA_KNOWN, false, true, false, WEBAUTHN_UNTRUSTED, 0, 0},
      {WEBAUTHN_METADATA_KNOWN, false, false, true, WEBAUTHN_UNTRUSTED, WEBAUTHN_UNTRUSTED, WEBAUTHN_UNTRUSTED},
      {WEBAUTHN_METADATA_ROOTS, true, false, false, WEBAUTHN_UNTRUSTED, WEBAUTHN_UNTRUSTED, 0},
      {WEBAUTHN_METADATA_ROOTS, true, true, false, WEBAUTHN_UNTRUSTED, WEBAUTHN_UNTRUSTED, 0},
      {WEBAUTHN_METADATA_ROOTS, true, false, true, WEBAUTHN_UNTRUSTED, WEBAUTHN_UNTRUSTED, WEBAUTHN_UNTRUSTED},
      {WEBAUTHN_METADATA_ROOTS, false, true, false, WEBAUTHN_UNTRUSTED, WEBAUTHN_UNTRUSTED, WEBAUTHN_UNTRUSTED},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    static const enum webauthn_fixture_format formats[] = {FIXTURE_NONE, FIXTURE_SELF, FIXTURE_PACKED};
    const uint16_t codes[] = {rows[i].none, rows[i].self, rows[i].packed};
    for (size_t j = 0; j < 3; j++) {
      struct trial trial;
      trial_open(&trial, fixture);
      trial.format = formats[j];
      trial.policy.metadata = rows[i].metadata;
      trial.policy.aaguids = rows[i].lists_model ? &fixture->aaguid : &other_model;
      trial.policy.aaguid_count = rows[i].lists_model || rows[i].lists_other ? 1 : 0;
      trial.policy.roots = &fixture->root;
      trial.policy.root_count = rows[i].has_root ? 1 : 0;
      trial_make_registration(&trial, "");
      assert_code(trial_register(&trial), codes[j]);
    }
  }
}

/* [W11 refuses] paths to other roots, of revoked certificates, and at a time when they do not hold */
static void w11_paths(void **state) {
  (void)state;
  struct webauthn_fixture *fixture = &fixtures[0];
  struct trial trial;
  uint8_t digest[DIGEST_BYTES];
  trial_open(&trial, fixture);
  trial.format = FIXTURE_PACKED;
  trial.policy.metadata = WEBAUTHN_METADATA_ROOTS;
  trial.policy.roots = &fixture->root;
  trial.policy.root_count = 1;
  trial_make_registration(&trial, "");
  assert_ok(trial_register(&trial));
  trial.policy.roots = &fixture->intermediate; /* an intermediate one may be believed by itself */
  assert_ok(trial_register(&trial));
  trial.policy.roots = &fixtures[1].root;
  assert_code(trial_register(&trial), WEBAUTHN_UNTRUSTED);
  trial.policy.roots = &fixture->root;
  digest_sha256(fixture->intermediate, digest);
  struct slice revoked = slice_of(digest, sizeof digest);
  trial.policy.revoked = &revoked;
  trial.policy.revoked_count = 1;
  assert_code(trial_register(&trial), WEBAUTHN_UNTRUSTED);
  trial.policy.revoked_count = 0;
  trial.policy.at_ms = 1500000000000; /* 2017: not yet */
  assert_code(trial_register(&trial), WEBAUTHN_UNTRUSTED);
  trial.policy.at_ms = 4200000000000; /* 2103: no more */
  assert_code(trial_register(&trial), WEBAUTHN_UNTRUSTED);
}

/* One bit a byte of whole statements, every bit of what is signed; only what the format does not sign may change. */
static void w11_refuses_changed_statements(void **state) {
  (void)state;
  struct webauthn_fixture *fixture = &fixtures[0];
  for (int format = FIXTURE_SELF; format < FIXTURE_FORMATS; format++) {
    struct trial trial;
    trial_open(&trial, fixture);
    trial.format = (enum webauthn_fixture_format)format;
    trial.policy.metadata = format == FIXTURE_SELF ? WEBAUTHN_METADATA_NONE : WEBAUTHN_METADATA_ROOTS;
    believe_maker(&trial);
    trial_make_registration(&trial, "");
    assert_ok(trial_register(&trial));
    struct slice own = trial.registration.attestation_object;
    struct slice auth_data = webauthn_fixture_auth_data(fixture, true);
    size_t signed_from = own.len - auth_data.len;
    uint8_t *copy = arena_alloc(&fixture->arena, own.len);
    trial.registration.attestation_object = slice_of(copy, own.len);
    for (size_t bit = 0; bit < own.len * 8; bit++) {
      size_t at = bit / 8;
      bool is_unsigned =
          format == FIXTURE_U2F && at >= signed_from + 32 && at < signed_from + 37 + 18; /* flags, counter, model */
      bool is_sampled = bit % 8 == at % 8 || at >= signed_from;
      memcpy(copy, own.ptr, own.len);
      copy[at] ^= (uint8_t)(1u << (bit % 8));
      if (is_sampled && !is_unsigned && is_ok(trial_register(&trial))) {
        fail_msg("format %d: bit %zu changed nothing", format, bit);
      }
    }
    trial.registration.attestation_object = own;
    struct slice client_data = trial.registration.client_data;
    uint8_t *text = arena_alloc(&fixture->arena, client_data.len);
    trial.registration.client_data = slice_of(text, client_data.len);
    for (size_t bit = 0; bit < client_data.len * 8; bit++) {
      memcpy(text, client_data.ptr, client_data.len);
      text[bit / 8] ^= (uint8_t)(1u << (bit % 8));
      assert_false(is_ok(trial_register(&trial)));
    }
  }
}

/* What libfido2 says of an assertion, with the same key. */
static bool fido_accepts(const struct trial *trial) {
  fido_init(0);
  fido_assert_t *assertion = fido_assert_new();
  struct slice key = trial->record.public_key;
  uint8_t hash[DIGEST_BYTES];
  digest_sha256(trial->assertion.client_data, hash);
  void *public_key = NULL;
  enum webauthn_algorithm algorithm = trial->fixture->algorithm;
  struct slice x = algorithm == WEBAUTHN_ES256 ? slice_sub(key, 10, 32) : slice_from(key, key.len - 32);
  uint8_t point[64];
  uint8_t rsa[259];
  if (algorithm == WEBAUTHN_ES256) {
    memcpy(point, x.ptr, 32);
    memcpy(point + 32, key.ptr + 45, 32);
    es256_pk_t *pk = es256_pk_new();
    assert_int_equal(es256_pk_from_ptr(pk, point, 64), FIDO_OK);
    public_key = pk;
  } else if (algorithm == WEBAUTHN_EDDSA) {
    eddsa_pk_t *pk = eddsa_pk_new();
    assert_int_equal(eddsa_pk_from_ptr(pk, x.ptr, 32), FIDO_OK);
    public_key = pk;
  } else {
    memcpy(rsa, key.ptr + 11, 256); /* A4 01 03 03 390100 20 590100 n 21 43 010001 */
    memcpy(rsa + 256, "\x01\x00\x01", 3);
    rs256_pk_t *pk = rs256_pk_new();
    assert_int_equal(rs256_pk_from_ptr(pk, rsa, sizeof rsa), FIDO_OK);
    public_key = pk;
  }
  struct slice data = trial->assertion.authenticator_data;
  struct slice signature = trial->assertion.signature;
  bool accepted = fido_assert_set_count(assertion, 1) == FIDO_OK &&
                  fido_assert_set_rp(assertion, "danh.example") == FIDO_OK &&
                  fido_assert_set_clientdata_hash(assertion, hash, sizeof hash) == FIDO_OK &&
                  fido_assert_set_up(assertion, FIDO_OPT_TRUE) == FIDO_OK &&
                  fido_assert_set_uv(assertion, FIDO_OPT_TRUE) == FIDO_OK &&
                  fido_assert_set_authdata_raw(assertion, 0, data.ptr, data.len) == FIDO_OK &&
                  fido_assert_set_sig(assertion, 0, signature.ptr, signature.len) == FIDO_OK &&
                  fido_assert_verify(assertion, 0, algorithm, public_key) == FIDO_OK;
  if (algorithm == WEBAUTHN_ES256) {
    es256_pk_free((es256_pk_t **)&public_key);
  } else if (algorithm == WEBAUTHN_EDDSA) {
    eddsa_pk_free((eddsa_pk_t **)&public_key);
  } else {
    rs256_pk_free((rs256_pk_t **)&public_key);
  }
  fido_assert_free(&assertion);
  return accepted;
}

/* [W16 accepts] [W16 refuses] our own verification and libfido2 agree on every signature, changed and unchanged */
static void w16_agrees_with_libfido2(void **state) {
  (void)state;
  for (size_t i = 0; i < ALGORITHMS; i++) {
    struct trial trial;
    trial_open(&trial, &fixtures[i]);
    trial_make_assertion(&trial, "");
    assert_ok(trial_sign_in(&trial));
    assert_true(fido_accepts(&trial));
    struct slice parts[] = {trial.assertion.signature, trial.assertion.authenticator_data};
    for (size_t part = 0; part < 2; part++) {
      uint8_t *copy = arena_alloc(&fixtures[i].arena, parts[part].len);
      for (size_t bit = 0; bit < parts[part].len * 8; bit += 3) {
        memcpy(copy, parts[part].ptr, parts[part].len);
        copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        trial.assertion.signature = part == 0 ? slice_of(copy, parts[0].len) : parts[0];
        trial.assertion.authenticator_data = part == 1 ? slice_of(copy, parts[1].len) : parts[1];
        assert_true(is_ok(trial_sign_in(&trial)) == fido_accepts(&trial));
      }
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(w11_accepts_every_format),
      cmocka_unit_test(w11_refuses_defects),
      cmocka_unit_test(w11_refuses_unknown_formats),
      cmocka_unit_test(w11_policies),
      cmocka_unit_test(w11_paths),
      cmocka_unit_test(w11_refuses_changed_statements),
      cmocka_unit_test(w16_agrees_with_libfido2),
  };
  return cmocka_run_group_tests(tests, open_fixtures, close_fixtures);
}
