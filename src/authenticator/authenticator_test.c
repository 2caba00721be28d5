#include "authenticator/authenticator_fixture.h"
#include "codec/base64url.h"
#include "crypto/key.h"
#include "crypto/totp.h"
#include "jose/jose.h"

/* ---- TOTP ---- */

/* [RFC6238 B] */
static void codes_are_those_of_the_standard(void **state) {
  (void)state;
  static const struct {
    int64_t at_s;
    uint32_t sha1, sha256;
  } vectors[] = {{59, 94287082, 46119246},         {1111111109, 7081804, 68084774},  {1111111111, 14050471, 67062674},
                 {1234567890, 89005924, 91819424}, {2000000000, 69279037, 90698825}, {20000000000, 65353130, 77737706}};
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    assert_int_equal(totp_code(TOTP_SHA1, S("12345678901234567890"), vectors[i].at_s / TOTP_STEP_S, 8), vectors[i].sha1);
    assert_int_equal(totp_code(TOTP_SHA256, S("12345678901234567890123456789012"), vectors[i].at_s / TOTP_STEP_S, 8), vectors[i].sha256);
  }
}

/* Base32 back to bytes, as an app does it. */
static struct slice secret_of(struct arena *arena, struct slice base32) {
  uint8_t *bytes = arena_alloc(arena, base32.len);
  size_t used = 0;
  uint32_t bits = 0;
  int waiting = 0;
  for (size_t i = 0; i < base32.len; i++) {
    uint8_t c = base32.ptr[i];
    bits = bits << 5 | (uint32_t)(c >= 'A' ? c - 'A' : c - '2' + 26);
    waiting += 5;
    if (waiting >= 8) {
      waiting -= 8;
      bytes[used++] = (uint8_t)(bits >> waiting);
    }
  }
  return slice_of(bytes, used);
}

struct app {
  struct slice secret;
  enum totp_hash hash;
};
static struct slice code_at(struct place *place, const struct app *app, int steps) {
  int64_t step = clock_now_ms(&place->clock) / 1000 / TOTP_STEP_S + steps;
  return arena_printf(&place->arena, "%06u", totp_code(app->hash, app->secret, step, TOTP_DIGITS));
}

static struct app add_totp(struct place *place, bool is_sha256) {
  struct authenticator_beginning beginning = {.kind = AUTHENTICATOR_TOTP, .session = &place->session, .is_sha256 = is_sha256};
  struct authenticator_ceremony ceremony = {0};
  int64_t id = 0;
  assert_ok(authenticator_add_begin(&place->env, &beginning, &place->arena, &ceremony));
  assert_true(contains(ceremony.uri, "otpauth://totp/Danh:") && contains(ceremony.uri, is_sha256 ? "SHA256" : "SHA1"));
  assert_false(contains(ceremony.uri, PIN));
  struct app app = {secret_of(&place->arena, ceremony.secret), is_sha256 ? TOTP_SHA256 : TOTP_SHA1};
  struct authenticator_addition addition = {.kind = AUTHENTICATOR_TOTP, .session = &place->session,
                                            .ceremony = ceremony.id, .answer = S("000000"), .client = client_of()};
  assert_code(authenticator_add(&place->env, &addition, &id), AUTHENTICATOR_WRONG);
  addition.answer = arena_copy(&place->arena, code_at(place, &app, 0));
  assert_ok(authenticator_add(&place->env, &addition, &id));
  assert_code(authenticator_add(&place->env, &addition, &id), AUTHENTICATOR_CEREMONY);
  return app;
}

static result step_up(struct place *place, enum authenticator_kind kind, struct slice typed) {
  struct authenticator_answer answer = {.kind = kind, .session = &place->session, .answer = typed, .client = client_of(),
                                        .replaces = slice_str(place->token.text)};
  struct authenticator_granted granted = {0};
  TRY(authenticator_prove(&place->env, &answer, &granted));
  place->token = granted.token;
  place->session = granted.session;
  return OK;
}

/* [N9 accepts] password and a code are two factors of two kinds */
static void a_code_of_the_app_raises_the_session_to_level_2(void **state) {
  struct place *place = *state;
  for (int hash = 0; hash < 2; hash++) {
    struct app app = add_totp(place, hash != 0);
    pass(place, 10 * MINUTE); /* the passcode counts no longer */
    assert_int_equal(account_session_authentication(&place->env, &place->session), ACCOUNT_ONE_FACTOR);
    struct account_token before = place->token;
    struct slice typed = code_at(place, &app, 0);
    assert_ok(step_up(place, AUTHENTICATOR_TOTP, arena_printf(&place->arena, "%.*s %.*s", 3, typed.ptr, 3, typed.ptr + 3)));
    assert_int_equal(account_session_authentication(&place->env, &place->session), ACCOUNT_TWO_FACTORS);
    struct account_session found = {0};
    assert_ok(account_session_find(&place->env, slice_str(place->token.text), &found));
    assert_code(account_session_find(&place->env, slice_str(before.text), &found), ACCOUNT_SESSION); /* no fixation */
    sign_in(place, PIN);
  }
}

/* [N9 refuses] each step once: what was used, and what is older, opens nothing, also after a restart [RFC6238 5.2 MUST NOT] */
static void rejects_a_code_that_was_used(void **state) {
  struct place *place = *state;
  struct app app = add_totp(place, false);
  assert_code(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, 0)), AUTHENTICATOR_USED); /* used to add it */
  assert_code(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, -1)), AUTHENTICATOR_USED);
  assert_ok(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, 1)));
  restart(place);
  assert_code(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, 1)), AUTHENTICATOR_USED);
}

static void a_code_may_be_one_step_early_or_late_and_no_more(void **state) {
  struct place *place = *state;
  struct app app = add_totp(place, false);
  pass(place, 5 * MINUTE);
  assert_code(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, -2)), AUTHENTICATOR_WRONG);
  assert_code(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, 2)), AUTHENTICATOR_WRONG);
  assert_ok(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, -1)));
  assert_ok(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, 1)));
}

static void of_fifty_answers_with_one_code_one_succeeds(void **state) {
  struct place *place = *state;
  struct app app = add_totp(place, false);
  pass(place, MINUTE);
  struct authenticator_answer answer = {.kind = AUTHENTICATOR_TOTP, .session = &place->session, .answer = code_at(place, &app, 0),
                                        .client = client_of(), .replaces = slice_str(place->token.text)};
  assert_int_equal(proven_in_parallel(place, &answer), 1);
}

static void five_wrong_codes_and_half_an_hour(void **state) {
  struct place *place = *state;
  struct app app = add_totp(place, false);
  pass(place, MINUTE);
  for (int i = 0; i < 4; i++) {
    assert_code(step_up(place, AUTHENTICATOR_TOTP, S("not it")), AUTHENTICATOR_WRONG);
  }
  assert_code(step_up(place, AUTHENTICATOR_TOTP, S("000000")), ACCOUNT_LOCKED_FOR_NOW);
  assert_code(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, 0)), ACCOUNT_LOCKED_FOR_NOW);
  pass(place, 30 * MINUTE);
  sign_in(place, PIN); /* the session was idle too long */
  assert_ok(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, 0)));
}

/* [N13 refuses] a hundred wrong ones in a row, with all the pauses, and it opens nothing any more [SP800-63B-4 3.2.2 SHALL] */
static void rejects_everything_after_a_hundred_wrong_codes(void **state) {
  struct place *place = *state;
  struct app app = add_totp(place, false);
  for (int i = 0; i < 100; i++) {
    if (i % 5 == 0) {
      pass(place, 30 * MINUTE);
      sign_in(place, PIN);
    }
    assert_false(is_ok(step_up(place, AUTHENTICATOR_TOTP, S("000000"))));
  }
  assert_int_equal(list_of(place, place->citizen).items[0].state, AUTHENTICATOR_STATE_SUSPENDED);
  assert_true(contains(newest_message(place, place->citizen), "tạm ngừng"));
  pass(place, 30 * MINUTE);
  sign_in(place, PIN);
  assert_code(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, 0)), AUTHENTICATOR_WRONG);
}

/* [N13 accepts] one right one forgets the wrong ones before it */
static void a_right_code_forgets_the_wrong_ones(void **state) {
  struct place *place = *state;
  struct app app = add_totp(place, false);
  for (int i = 0; i < 99; i++) {
    if (i % 4 == 0) {
      pass(place, 30 * MINUTE);
      sign_in(place, PIN);
    }
    assert_false(is_ok(step_up(place, AUTHENTICATOR_TOTP, S("000000"))));
  }
  pass(place, 30 * MINUTE);
  sign_in(place, PIN);
  assert_ok(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, 0)));
  assert_code(step_up(place, AUTHENTICATOR_TOTP, S("000000")), AUTHENTICATOR_WRONG);
  assert_int_equal(list_of(place, place->citizen).items[0].state, AUTHENTICATOR_ACTIVE);
}

static bool is_kept_as_it_is(struct place *place, struct slice secret) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  bool is_kept = false;
  int keys = 0;
  assert_ok(db_read_begin(place->db, &tx));
  assert_ok(db_query(tx, "SELECT key FROM authenticator WHERE key IS NOT NULL", DB_NO_ARGS, &rows));
  for (; db_rows_next(&rows); keys++) {
    struct slice key = db_bytes(&rows, 0);
    is_kept = is_kept || memmem(key.ptr, key.len, secret.ptr, secret.len) != NULL;
  }
  assert_ok(rows.status);
  assert_true(keys > 0);
  return is_kept;
}

static void a_secret_is_sealed_and_no_code_opens_a_session_alone(void **state) {
  struct place *place = *state;
  struct app app = add_totp(place, false);
  struct authenticator_granted granted = {0};
  struct authenticator_answer alone = {.kind = AUTHENTICATOR_TOTP, .pin = slice_str(PIN), .answer = code_at(place, &app, 1), .client = client_of()};
  assert_code(authenticator_prove(&place->env, &alone, &granted), AUTHENTICATOR_KIND);
  assert_false(is_kept_as_it_is(place, app.secret));
  place->sealing.bytes[0] ^= 1;
  assert_false(is_ok(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, 1))));
  place->env.sealing = NULL;
  assert_code(step_up(place, AUTHENTICATOR_TOTP, code_at(place, &app, 1)), AUTHENTICATOR_NO_SEALING);
}

/* ---- recovery codes ---- */

static struct authenticator_answer with_code(const char *pin, const char *code) {
  return (struct authenticator_answer){.kind = AUTHENTICATOR_RECOVERY_CODES, .pin = slice_str(pin), .answer = slice_str(code), .client = client_of()};
}

/* [N16 accepts] ten codes of 120 bits; one opens level 1, and with the password level 2, never more */
static void a_recovery_code_stands_in_for_what_was_lost(void **state) {
  struct place *place = *state;
  struct authenticator_codes codes = {0};
  struct authenticator_granted granted = {0};
  assert_ok(authenticator_codes_make(&place->env, &place->session, &codes));
  assert_int_equal(strlen(codes.text[0]), AUTHENTICATOR_CODE_CHARACTERS);
  pass(place, 1000); /* of two messages of one millisecond neither is the newest */
  struct authenticator_answer answer = with_code(PIN, codes.text[0]);
  assert_ok(authenticator_prove(&place->env, &answer, &granted));
  assert_int_equal(account_session_authentication(&place->env, &granted.session), ACCOUNT_ONE_FACTOR);
  assert_true(contains(newest_message(place, place->citizen), "mã dự phòng"));
  pass(place, 10 * MINUTE);
  assert_ok(step_up(place, AUTHENTICATOR_RECOVERY_CODES, slice_str(codes.text[1])));
  assert_int_equal(account_session_authentication(&place->env, &place->session), ACCOUNT_TWO_FACTORS);
  assert_int_equal(list_of(place, place->citizen).items[0].codes_left, 8);
}

/* [N16 refuses] a used one, one of an older sheet, somebody else's, and a number nobody has */
static void rejects_recovery_codes_that_are_not_this_persons_or_not_new(void **state) {
  struct place *place = *state;
  struct authenticator_codes old = {0};
  struct authenticator_codes codes = {0};
  struct authenticator_granted granted = {0};
  assert_ok(authenticator_codes_make(&place->env, &place->session, &old));
  assert_ok(authenticator_codes_make(&place->env, &place->session, &codes));
  assert_memory_not_equal(&old, &codes, sizeof codes);
  struct authenticator_answer answers[] = {with_code(PIN, old.text[0]), with_code("001090000013", codes.text[0]),
                                           with_code("001090999999", codes.text[0]), with_code(PIN, ""), with_code(PIN, "AAAA")};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    assert_code(authenticator_prove(&place->env, &answers[i], &granted), AUTHENTICATOR_WRONG);
  }
  struct authenticator_answer once = with_code(PIN, codes.text[3]);
  assert_int_equal(proven_in_parallel(place, &once), 1);
  pass(place, 30 * MINUTE);
  restart(place);
  assert_code(authenticator_prove(&place->env, &once, &granted), AUTHENTICATOR_WRONG);
}

static void a_recovery_code_is_read_as_people_type_it(void **state) {
  struct place *place = *state;
  struct authenticator_codes codes = {0};
  struct authenticator_granted granted = {0};
  char typed[2 * AUTHENTICATOR_CODE_CHARACTERS] = "";
  assert_ok(authenticator_codes_make(&place->env, &place->session, &codes));
  for (size_t i = 0, k = 0; codes.text[0][i] != '\0'; i++) {
    char c = codes.text[0][i];
    typed[k++] = c == '0' ? 'o' : c == '1' ? 'l' : c == '-' ? ' ' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
  }
  struct authenticator_answer answer = with_code(PIN, typed);
  assert_ok(authenticator_prove(&place->env, &answer, &granted));
}

/* ---- devices ---- */

struct device {
  struct key *key;
  struct slice jwk;
  struct slice kid;
};
static struct device device_new(struct place *place) {
  struct device device = {0};
  struct slice spki = {0};
  struct jose_jwk jwk = {0};
  struct buf out;
  struct jout writer;
  assert_ok(key_generate(&device.key));
  assert_ok(key_public(device.key, &place->arena, &spki));
  assert_ok(jose_jwk_of(spki, S(""), &jwk));
  device.kid = jose_jwk_thumbprint(&jwk, &place->arena);
  buf_init(&out, &place->arena, 256);
  jout_init(&writer, &out);
  jose_jwk_write(&writer, &jwk);
  device.jwk = buf_slice(&out);
  return device;
}
static result device_sign(void *context, const uint8_t digest[static DIGEST_BYTES], struct arena *arena, struct slice *ret_signature) {
  const struct device *device = context;
  return key_sign(device->key, digest, arena, ret_signature);
}
static struct slice device_answer(struct place *place, struct device *device, const struct authenticator_ceremony *ceremony) {
  struct jose_signing signing = {.kid = device->kid, .type = "danh-device+jwt", .sign = device_sign, .context = device};
  struct slice jws = {0};
  assert_ok(jose_jwt_write(&signing, ceremony->json, &place->arena, &jws));
  return jws;
}
static result add_device(struct place *place, struct device *device, int64_t *ret_id) {
  struct authenticator_beginning beginning = {.kind = AUTHENTICATOR_DEVICE, .session = &place->session};
  struct authenticator_ceremony ceremony = {0};
  TRY(authenticator_add_begin(&place->env, &beginning, &place->arena, &ceremony));
  struct authenticator_addition addition = {.kind = AUTHENTICATOR_DEVICE, .session = &place->session, .ceremony = ceremony.id,
                                            .answer = device_answer(place, device, &ceremony), .key = device->jwk,
                                            .name = S("Điện thoại của bà"), .client = client_of()};
  return authenticator_add(&place->env, &addition, ret_id);
}

static void a_device_signs_a_challenge_once(void **state) {
  struct place *place = *state;
  struct device device = device_new(place);
  struct authenticator_ceremony ceremony = {0};
  struct authenticator_granted granted = {0};
  int64_t id = 0;
  assert_ok(add_device(place, &device, &id));
  assert_code(add_device(place, &device, &id), AUTHENTICATOR_TAKEN);
  struct authenticator_beginning beginning = {.kind = AUTHENTICATOR_DEVICE, .pin = slice_str(PIN)};
  assert_ok(authenticator_begin(&place->env, &beginning, &place->arena, &ceremony));
  struct authenticator_answer answer = {.kind = AUTHENTICATOR_DEVICE, .ceremony = ceremony.id,
                                        .answer = device_answer(place, &device, &ceremony), .client = client_of()};
  assert_int_equal(proven_in_parallel(place, &answer), 1);
  restart(place);
  assert_code(authenticator_prove(&place->env, &answer, &granted), AUTHENTICATOR_CEREMONY);
  key_free(&device.key);
}

static void rejects_a_device_with_another_key_challenge_or_person(void **state) {
  struct place *place = *state;
  struct device device = device_new(place);
  struct device thief = device_new(place);
  struct authenticator_ceremony first = {0};
  struct authenticator_ceremony second = {0};
  struct authenticator_granted granted = {0};
  int64_t id = 0;
  assert_ok(add_device(place, &device, &id));
  struct authenticator_beginning beginning = {.kind = AUTHENTICATOR_DEVICE, .pin = slice_str(PIN)};
  struct authenticator_beginning others = {.kind = AUTHENTICATOR_DEVICE, .pin = S("001090000013")};
  assert_ok(authenticator_begin(&place->env, &beginning, &place->arena, &first));
  assert_ok(authenticator_begin(&place->env, &others, &place->arena, &second));
  struct authenticator_answer swapped = {.kind = AUTHENTICATOR_DEVICE, .ceremony = first.id,
                                         .answer = device_answer(place, &device, &second), .client = client_of()};
  assert_code(authenticator_prove(&place->env, &swapped, &granted), AUTHENTICATOR_WRONG);
  assert_code(authenticator_prove(&place->env, &swapped, &granted), AUTHENTICATOR_CEREMONY); /* a wrong answer spends it */
  struct authenticator_answer others_name = {.kind = AUTHENTICATOR_DEVICE, .ceremony = second.id,
                                             .answer = device_answer(place, &device, &second), .client = client_of()};
  assert_code(authenticator_prove(&place->env, &others_name, &granted), AUTHENTICATOR_WRONG);
  assert_ok(authenticator_begin(&place->env, &beginning, &place->arena, &first));
  thief.kid = device.kid;
  struct authenticator_answer forged = {.kind = AUTHENTICATOR_DEVICE, .ceremony = first.id,
                                        .answer = device_answer(place, &thief, &first), .client = client_of()};
  assert_code(authenticator_prove(&place->env, &forged, &granted), JOSE_SIGNATURE);
  key_free(&device.key);
  key_free(&thief.key);
}

static result write_limit(struct db_tx *tx, void *arg) { return authenticator_limit_set(arg, tx, S("devices_max"), 2); }

static void rejects_one_device_more_than_the_limit(void **state) {
  struct place *place = *state;
  int64_t id = 0;
  assert_ok(db_write(place->db, write_limit, &place->env));
  for (int i = 0; i < 3; i++) {
    struct device device = device_new(place);
    result added = add_device(place, &device, &id);
    assert_int_equal(added.code, i < 2 ? 0 : AUTHENTICATOR_TOO_MANY);
    key_free(&device.key);
  }
}

/* ---- changes ---- */

/* [N15 accepts] [SP800-63B-4 4.6 SHALL] the holder hears of it on the account's own number; history and ledger have a line each */
static void an_addition_and_a_removal_are_told_and_on_record(void **state) {
  struct place *place = *state;
  struct device device = device_new(place);
  int64_t id = 0;
  assert_ok(add_device(place, &device, &id));
  assert_true(contains(newest_message(place, place->citizen), "“Điện thoại của bà” vừa được thêm vào"));
  pass(place, 1000);
  struct authenticator_change change = {.session = &place->session, .id = id, .name = S(" Máy mới ")};
  assert_ok(authenticator_rename(&place->env, &change));
  assert_true(slice_is(list_of(place, place->citizen).items[0].name, "Máy mới"));
  change.name = S("\x01");
  assert_code(authenticator_rename(&place->env, &change), AUTHENTICATOR_NAME);
  assert_ok(authenticator_remove(&place->env, &change));
  assert_code(authenticator_remove(&place->env, &change), AUTHENTICATOR_UNKNOWN);
  assert_true(contains(newest_message(place, place->citizen), "vừa bị gỡ khỏi"));
  assert_int_equal(count_rows(place, "SELECT COUNT(*) FROM account_event WHERE person_id = $1 AND kind LIKE 'authenticator_%'",
                              DB_ARGS(db_of_int(place->citizen))), 3);
  key_free(&device.key);
}

/* [N15 refuses] [SP800-63B-4 4.1.2 SHALL] no binding, renaming or removing below the best level, with an old proof, or of somebody else's */
static void rejects_changes_without_a_fresh_proof_of_the_best_level(void **state) {
  struct place *place = *state;
  struct device device = device_new(place);
  struct authenticator_codes codes = {0};
  int64_t id = 0;
  assert_ok(add_device(place, &device, &id));
  struct authenticator_change change = {.session = &place->session, .id = id, .name = S("x")};
  struct account_session fresh = place->session;
  place->session.passcode_ok_until_ms = 0;
  assert_code(authenticator_remove(&place->env, &change), AUTHENTICATOR_STEP_UP);
  assert_code(authenticator_rename(&place->env, &change), AUTHENTICATOR_STEP_UP);
  assert_code(authenticator_codes_make(&place->env, &place->session, &codes), AUTHENTICATOR_STEP_UP);
  place->session = fresh;
  place->session.means |= ACCOUNT_MEANS_PASSCODE;
  pass(place, 15 * MINUTE + 1);
  assert_code(authenticator_remove(&place->env, &change), AUTHENTICATOR_STEP_UP);
  sign_in(place, "001090000013");
  assert_code(authenticator_remove(&place->env, &change), AUTHENTICATOR_UNKNOWN);
  assert_int_equal(list_of(place, place->citizen).count, 1);
  key_free(&device.key);
}

static void ceremonies_run_out(void **state) {
  struct place *place = *state;
  struct authenticator_beginning beginning = {.kind = AUTHENTICATOR_DEVICE, .pin = slice_str(PIN)};
  struct authenticator_ceremony ceremony = {0};
  struct authenticator_granted granted = {0};
  assert_ok(authenticator_begin(&place->env, &beginning, &place->arena, &ceremony));
  pass(place, 5 * MINUTE);
  struct authenticator_answer late = {.kind = AUTHENTICATOR_DEVICE, .ceremony = ceremony.id, .answer = S("x"), .client = client_of()};
  assert_code(authenticator_prove(&place->env, &late, &granted), AUTHENTICATOR_CEREMONY);
  assert_ok(authenticator_sweep(&place->env));
  assert_int_equal(count_rows(place, "SELECT COUNT(*) FROM authenticator_ceremony_used", DB_NO_ARGS), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(codes_are_those_of_the_standard),
      TEST(a_code_of_the_app_raises_the_session_to_level_2),
      TEST(rejects_a_code_that_was_used),
      TEST(a_code_may_be_one_step_early_or_late_and_no_more),
      TEST(of_fifty_answers_with_one_code_one_succeeds),
      TEST(five_wrong_codes_and_half_an_hour),
      TEST(rejects_everything_after_a_hundred_wrong_codes),
      TEST(a_right_code_forgets_the_wrong_ones),
      TEST(a_secret_is_sealed_and_no_code_opens_a_session_alone),
      TEST(a_recovery_code_stands_in_for_what_was_lost),
      TEST(rejects_recovery_codes_that_are_not_this_persons_or_not_new),
      TEST(a_recovery_code_is_read_as_people_type_it),
      TEST(a_device_signs_a_challenge_once),
      TEST(rejects_a_device_with_another_key_challenge_or_person),
      TEST(rejects_one_device_more_than_the_limit),
      TEST(an_addition_and_a_removal_are_told_and_on_record),
      TEST(rejects_changes_without_a_fresh_proof_of_the_best_level),
      TEST(ceremonies_run_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
