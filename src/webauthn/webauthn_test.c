/* The demands W1 to W20 on both ceremonies; statements of attestation are in attestation_test.c. */
#include "codec/base64url.h"
#include "webauthn/trial_fixture.h"

static struct webauthn_fixture fixture;

static int open_fixture(void **state) {
  (void)state;
  webauthn_fixture_open(&fixture, WEBAUTHN_ES256);
  return 0;
}
static int close_fixture(void **state) {
  (void)state;
  webauthn_fixture_close(&fixture);
  return 0;
}

/* Both ceremonies made anew and judged. */
static void both_are(struct trial *trial, uint16_t code) {
  trial_make_registration(trial, "");
  trial_make_assertion(trial, "");
  assert_code(trial_register(trial), code);
  assert_code(trial_sign_in(trial), code);
}

static void both_accept_more(struct trial *trial, const char *more, uint16_t code) {
  trial_make_registration(trial, more);
  trial_make_assertion(trial, more);
  assert_code(trial_register(trial), code);
  assert_code(trial_sign_in(trial), code);
}

/* The client data's text instead of what the browser wrote, signed again. */
static void both_with_client_data(struct trial *trial, struct slice text, uint16_t code) {
  trial_make_registration(trial, "");
  trial_make_assertion(trial, "");
  trial->registration.client_data = text;
  trial->assertion.client_data = text;
  trial->assertion.signature = webauthn_fixture_sign(&fixture, trial->assertion.authenticator_data, text);
  result registered = trial_register(trial);
  result signed_in = trial_sign_in(trial);
  /* one text has one type: the other ceremony refuses it for that */
  if (!is_code(registered, code) && !is_code(signed_in, code)) {
    fail_msg("%.*s: 0x%04x, 0x%04x instead of 0x%04x", SLICE_ARG(text), registered.code, signed_in.code, code);
  }
}

/* [W1 accepts] [W1 refuses] each ceremony its own type */
static void w1_type(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  both_are(&trial, 0);
  struct slice created = trial.registration.client_data;
  trial.registration.client_data = trial.assertion.client_data;
  trial.assertion.client_data = created;
  trial.assertion.signature = webauthn_fixture_sign(&fixture, trial.assertion.authenticator_data, created);
  assert_code(trial_register(&trial), WEBAUTHN_TYPE_WRONG); /* [WebAuthn 7.1 step 7 MUST] */
  assert_code(trial_sign_in(&trial), WEBAUTHN_TYPE_WRONG);  /* [WebAuthn 7.2 step 10 MUST] */
}

/* [W2 accepts] [W2 refuses] the challenge that was given, byte for byte */
static void w2_challenge(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  both_are(&trial, 0);
  trial.expected.challenge = S("a challenge of thirty-two bytes?");
  assert_code(trial_register(&trial), WEBAUTHN_CHALLENGE_WRONG); /* [WebAuthn 7.1 step 8 MUST] */
  assert_code(trial_sign_in(&trial), WEBAUTHN_CHALLENGE_WRONG);  /* [WebAuthn 7.2 step 11 MUST] */
  trial.expected.challenge = S("a challenge of thirty-two bytes");
  assert_code(trial_sign_in(&trial), WEBAUTHN_CHALLENGE_WRONG);
  trial.expected.challenge = S(""); /* a challenge that is gone matches nothing, not even none */
  trial_make_assertion(&trial, "");
  assert_code(trial_sign_in(&trial), WEBAUTHN_CHALLENGE_WRONG);
}

/* [W3 accepts] [W3 refuses] the whole origin: scheme, host and port */
static void w3_origin(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  both_are(&trial, 0);
  static const char *const others[] = {"http://danh.example",      "https://danh.example:8443",
                                       "https://www.danh.example", "https://danh.example.evil",
                                       "https://danh.exampl",      ""};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    trial.origin = slice_str(others[i]);
    assert_code(trial_register(&trial), WEBAUTHN_ORIGIN_WRONG); /* [WebAuthn 7.1 step 9 MUST] */
    assert_code(trial_sign_in(&trial), WEBAUTHN_ORIGIN_WRONG);  /* [WebAuthn 7.2 step 12 MUST] */
  }
  struct slice two[] = {S("https://dich-vu.example"), S("https://danh.example")};
  trial.party.origins = two;
  trial.party.origin_count = 2;
  assert_ok(trial_register(&trial));
  trial.party.origin_count = 0;
  assert_code(trial_sign_in(&trial), WEBAUTHN_ORIGIN_WRONG);
}

static void frame_is(struct trial *trial, const char *is_framed, const char *top, uint16_t code) {
  struct slice text = arena_printf(
      &fixture.arena,
      "{\"type\":\"webauthn.get\",\"challenge\":\"%.*s\",\"origin\":\"https://danh.example\",\"crossOrigin\":%s%s}",
      SLICE_ARG(base64url_write(&fixture.arena, trial->expected.challenge)), is_framed, top);
  trial_make_assertion(trial, "");
  trial->assertion.client_data = text;
  trial->assertion.signature = webauthn_fixture_sign(&fixture, trial->assertion.authenticator_data, text);
  assert_code(trial_sign_in(trial), code);
  struct slice created = arena_printf(&fixture.arena, "{\"type\":\"webauthn.create\"%.*s",
                                      SLICE_ARG(slice_from(text, strlen("{\"type\":\"webauthn.get\""))));
  trial_make_registration(trial, "");
  trial->registration.client_data = created;
  assert_code(trial_register(trial), code);
}

/* [W4 accepts] [W4 refuses] in a frame of another site only where that is expected */
static void w4_cross_origin(void **state) {
  (void)state;
  struct trial trial;
  struct slice top = S("https://bank.example");
  trial_open(&trial, &fixture);
  frame_is(&trial, "false", "", 0);
  frame_is(&trial, "true", "", WEBAUTHN_FRAMED); /* [WebAuthn 7.1 step 10 MUST; WebAuthn 7.2 step 13 MUST] */
  frame_is(&trial, "\"true\"", "", WEBAUTHN_FRAMED);
  trial.party.top_origins = &top;
  trial.party.top_origin_count = 1;
  frame_is(&trial, "true", "", 0);
}

/* [W5 accepts] [W5 refuses] the framing page is one that may */
static void w5_top_origin(void **state) {
  (void)state;
  struct trial trial;
  struct slice top = S("https://bank.example");
  trial_open(&trial, &fixture);
  frame_is(&trial, "true", ",\"topOrigin\":\"https://bank.example\"", WEBAUTHN_FRAMED);
  frame_is(&trial, "false", ",\"topOrigin\":\"https://bank.example\"", WEBAUTHN_FRAMED);
  trial.party.top_origins = &top;
  trial.party.top_origin_count = 1;
  frame_is(&trial, "true", ",\"topOrigin\":\"https://bank.example\"", 0);
  frame_is(&trial, "true", ",\"topOrigin\":\"https://evil.example\"",
           WEBAUTHN_FRAMED); /* [WebAuthn 7.1 step 11 MUST; WebAuthn 7.2 step 14 MUST] */
  frame_is(&trial, "true", ",\"topOrigin\":7", WEBAUTHN_FRAMED);
}

/* [W6 accepts] [W6 refuses] authenticator data made for us */
static void w6_party_hash(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  both_are(&trial, 0);
  trial.party.id = S("danh.exampl"); /* [WebAuthn 7.1 step 14 MUST; WebAuthn 7.2 step 15 MUST] */
  assert_code(trial_register(&trial), WEBAUTHN_PARTY_WRONG);
  assert_code(trial_sign_in(&trial), WEBAUTHN_PARTY_WRONG);
}

/* [W7 accepts] [W7 refuses] somebody was there */
static void w7_user_present(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  both_are(&trial, 0);
  fixture.flags = 0x04;
  both_are(&trial, WEBAUTHN_USER_ABSENT); /* [WebAuthn 7.1 step 15 MUST; WebAuthn 7.2 step 16 MUST] */
}

/* [W8 accepts] [W8 refuses] verified where that is required, said where it is not */
static void w8_user_verified(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  both_are(&trial, 0);
  assert_true(trial.facts.is_user_verified && trial.credential.is_user_verified);
  fixture.flags = 0x01;
  both_are(&trial, WEBAUTHN_USER_UNVERIFIED); /* [WebAuthn 7.1 step 16 MUST; WebAuthn 7.2 step 17 MUST] */
  trial.expected.user_verification_required = false;
  both_are(&trial, 0);
  assert_false(trial.facts.is_user_verified || trial.credential.is_user_verified);
}

/* [W9 accepts] [W9 refuses] backed up only what may be; what may be never changes */
static void w9_backup(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  fixture.flags = 0x15;                    /* backed up, yet not eligible */
  both_are(&trial, WEBAUTHN_BACKUP_WRONG); /* [WebAuthn 7.1 step 17 MUST; WebAuthn 7.2 step 18 MUST] */
  fixture.flags = 0x1D;
  trial.record.is_backup_eligible = true;
  both_are(&trial, 0);
  assert_true(trial.credential.is_backup_eligible && trial.credential.is_backed_up && trial.facts.is_backed_up);
  fixture.flags = 0x0D;
  both_are(&trial, 0);
  assert_false(trial.credential.is_backed_up || trial.facts.is_backed_up);
  fixture.flags = 0x05; /* it was eligible */
  trial_make_assertion(&trial, "");
  assert_code(trial_sign_in(&trial), WEBAUTHN_BACKUP_WRONG); /* [WebAuthn 7.2 step 19 MUST] */
  fixture.flags = 0x0D;                                      /* it was not */
  trial.record.is_backup_eligible = false;
  trial_make_assertion(&trial, "");
  assert_code(trial_sign_in(&trial), WEBAUTHN_BACKUP_WRONG);
}

/* Authenticator data with another key in the place of its own, in a statement of format none. */
static result register_key(struct trial *trial, struct slice cose_key) {
  struct slice own = webauthn_fixture_auth_data(&fixture, true);
  struct buf out;
  buf_init(&out, &fixture.arena, 1024);
  buf_append(&out, slice_sub(own, 0, own.len - webauthn_fixture_cose_key(&fixture).len));
  buf_append(&out, cose_key);
  trial_make_registration(trial, "");
  trial->registration.attestation_object = webauthn_fixture_object(&fixture, buf_slice(&out));
  return trial_register(trial);
}

static struct slice changed(struct slice key, size_t at, uint8_t byte) {
  uint8_t *copy = arena_alloc(&fixture.arena, key.len);
  memcpy(copy, key.ptr, key.len);
  copy[at] = byte;
  return slice_of(copy, key.len);
}

/* [W10 accepts] [W10 refuses] keys of what was offered, in their own form */
static void w10_algorithm(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  struct slice key = webauthn_fixture_cose_key(&fixture); /* A5 01 02 03 26 20 01 21 5820 x 22 5820 y */
  assert_ok(register_key(&trial, key));
  assert_int_equal(trial.credential.algorithm, WEBAUTHN_ES256);
  assert_true(slice_eq(trial.credential.public_key, key));
  assert_code(register_key(&trial, changed(key, 4, 0x2E)),
              WEBAUTHN_ALGORITHM_WRONG);                                          /* -15 [WebAuthn 7.1 step 20 MUST] */
  assert_code(register_key(&trial, changed(key, 4, 0x27)), WEBAUTHN_KEY_INVALID); /* EdDSA over P-256 */
  assert_code(register_key(&trial, changed(key, 2, 0x01)), WEBAUTHN_KEY_INVALID); /* another type */
  assert_code(register_key(&trial, changed(key, 6, 0x02)), WEBAUTHN_KEY_INVALID); /* another curve */
  assert_code(register_key(&trial, changed(key, key.len - 1, (uint8_t)(key.ptr[key.len - 1] ^ 1))),
              WEBAUTHN_KEY_INVALID); /* off the curve */
  assert_code(register_key(&trial, S("\xA1\x01\x02")), WEBAUTHN_KEY_INVALID);
  struct buf longer; /* a member that nobody requires [WebAuthn 6.5.1 MUST NOT] */
  buf_init(&longer, &fixture.arena, 128);
  buf_append(&longer, changed(key, 0, 0xA6));
  buf_append(&longer, S("\x23\x00"));
  assert_code(register_key(&trial, buf_slice(&longer)), WEBAUTHN_KEY_INVALID);
  struct buf compressed; /* the sign of y in the place of y [WebAuthn 5.8.5 MUST NOT] */
  buf_init(&compressed, &fixture.arena, 128);
  buf_append(&compressed, slice_sub(key, 0, key.len - 34));
  buf_append_byte(&compressed, 0xF5);
  assert_code(register_key(&trial, buf_slice(&compressed)), WEBAUTHN_KEY_INVALID);

  static const enum webauthn_algorithm others[] = {WEBAUTHN_EDDSA, WEBAUTHN_RS256};
  for (size_t i = 0; i < 2; i++) {
    struct webauthn_fixture other;
    webauthn_fixture_open(&other, others[i]);
    struct trial of_other;
    trial_open(&of_other, &other);
    trial_make_registration(&of_other, "");
    trial_make_assertion(&of_other, "");
    assert_ok(trial_register(&of_other));
    assert_ok(trial_sign_in(&of_other));
    assert_int_equal(of_other.credential.algorithm, others[i]);
    of_other.assertion.signature = slice_sub(of_other.assertion.signature, 0, of_other.assertion.signature.len - 1);
    assert_code(trial_sign_in(&of_other), WEBAUTHN_SIGNATURE_WRONG);
    webauthn_fixture_close(&other);
  }
}

/* [W12 accepts] [W12 refuses] credential ids of 1 to 1,023 bytes */
static void w12_credential_id_length(void **state) {
  (void)state;
  struct trial trial;
  struct slice own = fixture.id;
  uint8_t *longest = arena_alloc(&fixture.arena, 1024);
  memset(longest, 'x', 1024);
  static const size_t lengths[] = {1, 16, 1023};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    fixture.id = slice_of(longest, lengths[i]);
    trial_open(&trial, &fixture);
    trial_make_registration(&trial, "");
    assert_ok(trial_register(&trial));
    assert_int_equal(trial.credential.id.len, lengths[i]);
  }
  static const size_t wrong[] = {0, 1024};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    fixture.id = slice_of(longest, wrong[i]);
    trial_open(&trial, &fixture);
    trial_make_registration(&trial, "");
    assert_code(trial_register(&trial), WEBAUTHN_CREDENTIAL_ID_LENGTH); /* [WebAuthn 6.5.1 MUST; WebAuthn 7.1 step 25 MUST] */
  }
  fixture.id = own;
  trial_open(&trial, &fixture);
  trial_make_registration(&trial, "");
  trial.registration.id = S("another");
  assert_code(trial_register(&trial), WEBAUTHN_CREDENTIAL_OTHER);
}

/* [W14 accepts] [W14 refuses] one of those that were offered */
static void w14_allowed(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  struct webauthn_known_credential allow[] = {{.id = S("another")}, {.id = fixture.id}};
  trial.sign_in.allow = allow;
  trial.sign_in.allow_count = 2;
  trial_make_assertion(&trial, "");
  assert_ok(trial_sign_in(&trial));
  trial.sign_in.allow_count = 1;
  assert_code(trial_sign_in(&trial), WEBAUTHN_CREDENTIAL_OTHER); /* [WebAuthn 7.2 step 5 MUST] */
  trial.sign_in.allow_count = 0;
  trial.record.id = S("another");
  assert_code(trial_sign_in(&trial), WEBAUTHN_CREDENTIAL_OTHER);
}

/* [W15 accepts] [W15 refuses] the handle is the person's; it may lack only where the person was named before */
static void w15_user_handle(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  trial_make_assertion(&trial, "");
  assert_ok(trial_sign_in(&trial));
  trial.assertion.user_handle = S("handle of somebody else");
  assert_code(trial_sign_in(&trial), WEBAUTHN_USER_OTHER); /* [WebAuthn 7.2 step 6 MUST] */
  trial.assertion.user_handle = S("");
  assert_code(trial_sign_in(&trial), WEBAUTHN_USER_OTHER);
  trial.sign_in.is_user_known = true;
  assert_ok(trial_sign_in(&trial));
  trial.assertion.user_handle = S("handle of somebody else");
  assert_code(trial_sign_in(&trial), WEBAUTHN_USER_OTHER);
}

/* Every bit of `bytes`, one at a time; the slice then points at the changed copy. */
static void refuses_every_bit(struct trial *trial, struct slice *bytes, const char *what) {
  struct slice whole = *bytes;
  uint8_t *copy = arena_alloc(&fixture.arena, whole.len);
  *bytes = slice_of(copy, whole.len);
  for (size_t bit = 0; bit < whole.len * 8; bit++) {
    memcpy(copy, whole.ptr, whole.len);
    copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    if (is_ok(trial_sign_in(trial))) {
      fail_msg("bit %zu of %s changed nothing", bit, what);
    }
  }
  *bytes = whole;
  assert_ok(trial_sign_in(trial));
}

/* [W16 accepts] [W16 refuses] one bit elsewhere in what is signed, or in the signature, and it is refused */
static void w16_signature(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  struct webauthn_key *key CLEANUP(webauthn_key_free) = NULL;
  assert_ok(webauthn_key_load(trial.record.public_key, &key));
  trial.record.key = key;
  trial_make_assertion(&trial, "");
  assert_ok(trial_sign_in(&trial));
  refuses_every_bit(&trial, &trial.assertion.client_data, "client data");
  refuses_every_bit(&trial, &trial.assertion.authenticator_data, "authenticator data");
  refuses_every_bit(&trial, &trial.assertion.signature, "signature");

  struct slice own = trial.assertion.signature;
  trial.assertion.signature = S("");
  assert_code(trial_sign_in(&trial), WEBAUTHN_SIGNATURE_WRONG);      /* [WebAuthn 7.2 step 21 MUST] */
  trial.assertion.signature = S("\x30\x06\x02\x01\x00\x02\x01\x00"); /* r and s nought */
  assert_code(trial_sign_in(&trial), WEBAUTHN_SIGNATURE_WRONG);
  struct buf longer;
  buf_init(&longer, &fixture.arena, own.len + 1);
  buf_append(&longer, own);
  buf_append_byte(&longer, 0);
  trial.assertion.signature = buf_slice(&longer);
  assert_code(trial_sign_in(&trial), WEBAUTHN_SIGNATURE_WRONG);
  trial.assertion.signature = own;
  trial.record.key = NULL;
  assert_ok(trial_sign_in(&trial));
  trial.record.public_key = S("\xA0");
  assert_code(trial_sign_in(&trial), WEBAUTHN_KEY_INVALID);
}

/* [W17 accepts] [W17 refuses] a counter that grows, or never counts */
static void w17_counter(void **state) {
  (void)state;
  static const struct {
    uint32_t stored, said;
    bool is_back;
  } rows[] = {{6, 7, false}, {0, 0, false}, {0, 1, false}, {6, UINT32_MAX, false},
              {7, 7, true},  {8, 7, true},  {1, 0, true},  {UINT32_MAX, 0, true}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct trial trial;
    trial_open(&trial, &fixture);
    trial.record.counter = rows[i].stored;
    fixture.counter = rows[i].said;
    trial_make_assertion(&trial, "");
    assert_code(trial_sign_in(&trial), rows[i].is_back ? WEBAUTHN_COUNTER_BACK : 0); /* [WebAuthn 7.2 step 22 MUST] */
    trial.sign_in.may_counter_stay = true;
    assert_ok(trial_sign_in(&trial));
    assert_true(trial.facts.is_counter_back == rows[i].is_back);
    assert_int_equal(trial.facts.counter, rows[i].said > rows[i].stored ? rows[i].said : rows[i].stored);
  }
}

/* [W18 accepts] [W18 refuses] extensions that were asked for, and credProtect, which browsers add */
static void w18_extensions(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  fixture.extensions =
      S("\xA1\x6B"
        "credProtect\x02");
  both_are(&trial, 0);
  static const char *const unasked[] = {
      "\xA1\x6B"
      "credProtect\xF5",
      "\xA1\x6B"
      "hmac-secret\xF5",
      "\xA1\x01\x02",
      "\xA2\x63"
      "uvm\x80\x6B"
      "credProtect\x02"};
  for (size_t i = 0; i < sizeof unasked / sizeof *unasked; i++) {
    fixture.extensions = slice_str(unasked[i]);
    both_are(&trial, WEBAUTHN_EXTENSION_UNASKED); /* [WebAuthn 7.1 step 28 MUST; WebAuthn 7.2 step 23 MUST] */
  }
  fixture.extensions = (struct slice){0};
  both_are(&trial, 0);
  trial.registration.has_unasked_extension = true;
  trial.assertion.has_unasked_extension = true;
  assert_code(trial_register(&trial), WEBAUTHN_EXTENSION_UNASKED);
  assert_code(trial_sign_in(&trial), WEBAUTHN_EXTENSION_UNASKED);
}

/* [W19 accepts] [W19 refuses] canonical, and nothing after the end */
static void w19_canonical(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  both_are(&trial, 0);
  fixture.trailing = S("\x00");
  both_are(&trial, WEBAUTHN_AUTH_DATA_SYNTAX);
  fixture.trailing = (struct slice){0};
  fixture.extensions = S("\xBF\xFF"); /* a map without an end that is said before */
  both_are(&trial, WEBAUTHN_AUTH_DATA_SYNTAX);
  fixture.extensions = S("\x80"); /* no map */
  both_are(&trial, WEBAUTHN_AUTH_DATA_SYNTAX);
  fixture.extensions = (struct slice){0};

  both_are(&trial, 0);
  struct slice object = trial.registration.attestation_object;
  struct buf longer;
  buf_init(&longer, &fixture.arena, object.len + 1);
  buf_append(&longer, object);
  buf_append_byte(&longer, 0);
  trial.registration.attestation_object = buf_slice(&longer);
  assert_code(trial_register(&trial), WEBAUTHN_AUTH_DATA_SYNTAX); /* [WebAuthn 7.1 step 13 MUST] */
  for (size_t len = 0; len < object.len; len++) {
    trial.registration.attestation_object = slice_sub(object, 0, len);
    assert_false(is_ok(trial_register(&trial)));
  }
  struct slice data = trial.assertion.authenticator_data;
  for (size_t len = 0; len < data.len; len++) {
    trial.assertion.authenticator_data = slice_sub(data, 0, len);
    assert_code(trial_sign_in(&trial), WEBAUTHN_AUTH_DATA_SYNTAX);
  }
  trial.assertion.authenticator_data = webauthn_fixture_auth_data(&fixture, true); /* [WebAuthn 6.1 MUST NOT] */
  assert_code(trial_sign_in(&trial), WEBAUTHN_AUTH_DATA_SYNTAX);
  trial.registration.attestation_object = webauthn_fixture_object(&fixture, data); /* [WebAuthn 6.1 MUST] */
  assert_code(trial_register(&trial), WEBAUTHN_AUTH_DATA_SYNTAX);
}

/* [W20 accepts] [W20 refuses] client data that every parser reads alike */
static void w20_client_data(void **state) {
  (void)state;
  struct trial trial;
  trial_open(&trial, &fixture);
  both_accept_more(&trial, ",\"other_keys_can_be_added_here\":\"do not compare\",\"x\":{\"y\":[1,null]}", 0);
  both_accept_more(&trial, ",\"note\":\"Đăng nhập\"", 0);
  struct slice own = webauthn_fixture_client_data(&fixture, "webauthn.get", trial.expected.challenge, "");
  struct slice marked = arena_printf(&fixture.arena, "\xEF\xBB\xBF%.*s", SLICE_ARG(own));
  both_with_client_data(
      &trial, marked,
      WEBAUTHN_CLIENT_DATA_SYNTAX); /* [WebAuthn 7.1 step 5 MUST; WebAuthn 7.2 step 8 MUST] [RFC8259 8.1 MUST NOT] */
  static const char *const more[] = {
      ",\"type\":\"webauthn.get\"", /* twice [WebAuthn 7.1 step 6 MUST; WebAuthn 7.2 step 9 MUST] */
      ",\"challenge\":\"YQ\"",
      ",\"origin\":\"https://evil.example\"",
      ",\"\\u006frigin\":\"https://danh.example\"", /* twice, one of them escaped */
      ",\"x\":\"\xC3\x28\"",                        /* not UTF-8 */
      ",\"x\":\"\xED\xA0\x80\"",                    /* a surrogate */
      ",\"x\":\"\\ud800\"",
      ",\"x\":tru",
      ",}",
      "}{",
  };
  for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
    both_accept_more(&trial, more[i], WEBAUTHN_CLIENT_DATA_SYNTAX);
  }
  both_with_client_data(&trial, S(""), WEBAUTHN_CLIENT_DATA_SYNTAX);
  both_with_client_data(&trial, S("[]"), WEBAUTHN_CLIENT_DATA_SYNTAX);
  both_with_client_data(&trial, S("{}"), WEBAUTHN_TYPE_WRONG);
  both_with_client_data(&trial, S("{\"type\":null}"), WEBAUTHN_TYPE_WRONG);
  both_with_client_data(&trial, S("{\"type\":\"webauthn.get\"}"), WEBAUTHN_CHALLENGE_WRONG);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(w1_type),
      cmocka_unit_test(w2_challenge),
      cmocka_unit_test(w3_origin),
      cmocka_unit_test(w4_cross_origin),
      cmocka_unit_test(w5_top_origin),
      cmocka_unit_test(w6_party_hash),
      cmocka_unit_test(w7_user_present),
      cmocka_unit_test(w8_user_verified),
      cmocka_unit_test(w9_backup),
      cmocka_unit_test(w10_algorithm),
      cmocka_unit_test(w12_credential_id_length),
      cmocka_unit_test(w14_allowed),
      cmocka_unit_test(w15_user_handle),
      cmocka_unit_test(w16_signature),
      cmocka_unit_test(w17_counter),
      cmocka_unit_test(w18_extensions),
      cmocka_unit_test(w19_canonical),
      cmocka_unit_test(w20_client_data),
  };
  return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
