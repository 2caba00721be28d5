#include "authenticator/authenticator_fixture.h"
#include "codec/base64url.h"
#include "crypto/key.h"

/* A passkey as a browser would show it: made here, byte by byte. */
struct passkey {
  struct key *key;
  uint8_t point[KEY_POINT_BYTES];
  struct slice id;
  struct slice handle;
  uint32_t counter;
  uint8_t flags; /* UP 1, UV 4, BE 8, BS 16 */
};

static struct slice encoded(struct place *place, struct slice bytes) { return base64url_write(&place->arena, bytes); }

static struct passkey passkey_new(struct place *place, struct slice id) {
  struct passkey passkey = {.id = id, .flags = 1 | 4 | 8 | 16, .handle = S("")};
  struct slice spki = {0};
  struct slice point = {0};
  assert_ok(key_generate(&passkey.key));
  assert_ok(key_public(passkey.key, &place->arena, &spki));
  assert_ok(key_point_of(spki, &point));
  memcpy(passkey.point, point.ptr, sizeof passkey.point);
  return passkey;
}

/* The text of one member of the options. */
static struct slice member(struct place *place, struct slice json, const char *name) {
  struct slice mark = arena_printf(&place->arena, "\"%s\":\"", name);
  const uint8_t *at = memmem(json.ptr, json.len, mark.ptr, mark.len);
  assert_non_null(at);
  at += mark.len;
  return slice_of(at, (size_t)((const uint8_t *)memchr(at, '"', json.len) - at));
}

static struct slice client_data(struct place *place, const char *type, struct slice challenge) {
  return arena_printf(&place->arena, "{\"type\":\"webauthn.%s\",\"challenge\":\"%.*s\",\"origin\":\"http://localhost:1\",\"crossOrigin\":false}", type,
                      SLICE_ARG(challenge));
}

static void put_head(struct buf *out, const struct passkey *passkey, uint8_t flags) {
  uint8_t party[DIGEST_BYTES];
  digest_sha256(S("localhost"), party);
  buf_append(out, slice_of(party, sizeof party));
  uint8_t rest[] = {flags, (uint8_t)(passkey->counter >> 24), (uint8_t)(passkey->counter >> 16), (uint8_t)(passkey->counter >> 8), (uint8_t)passkey->counter};
  buf_append(out, slice_of(rest, sizeof rest));
}

static struct slice registration(struct place *place, const struct passkey *passkey, struct slice options) {
  struct buf data;
  struct buf object;
  uint8_t id_len[2] = {(uint8_t)(passkey->id.len >> 8), (uint8_t)passkey->id.len};
  static const uint8_t aaguid[16] = {0};
  buf_init(&data, &place->arena, 2048);
  put_head(&data, passkey, passkey->flags | 64);
  buf_append(&data, slice_of(aaguid, sizeof aaguid));
  buf_append(&data, slice_of(id_len, 2));
  buf_append(&data, passkey->id);
  buf_append(&data, S("\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"));
  buf_append(&data, slice_of(passkey->point + 1, 32));
  buf_append(&data, S("\x22\x58\x20"));
  buf_append(&data, slice_of(passkey->point + 33, 32));
  size_t len = buf_slice(&data).len;
  uint8_t data_len[3] = {0x59, (uint8_t)(len >> 8), (uint8_t)len};
  buf_init(&object, &place->arena, 2048);
  buf_append(&object, S("\xa3\x63" "fmt" "\x64" "none" "\x67" "attStmt" "\xa0\x68" "authData"));
  if (len < 256) {
    uint8_t short_len[2] = {0x58, (uint8_t)len};
    buf_append(&object, slice_of(short_len, 2));
  } else {
    buf_append(&object, slice_of(data_len, 3));
  }
  buf_append(&object, buf_slice(&data));
  struct slice id = encoded(place, passkey->id);
  return arena_printf(&place->arena,
                      "{\"id\":\"%.*s\",\"rawId\":\"%.*s\",\"type\":\"public-key\",\"clientExtensionResults\":{},\"response\":{"
                      "\"clientDataJSON\":\"%.*s\",\"attestationObject\":\"%.*s\",\"transports\":[\"internal\"]}}",
                      SLICE_ARG(id), SLICE_ARG(id), SLICE_ARG(encoded(place, client_data(place, "create", member(place, options, "challenge")))),
                      SLICE_ARG(encoded(place, buf_slice(&object))));
}

static struct slice assertion(struct place *place, struct passkey *passkey, struct slice options) {
  struct buf data;
  struct buf signed_over;
  uint8_t hash[DIGEST_BYTES];
  struct slice signature = {0};
  struct slice client = client_data(place, "get", member(place, options, "challenge"));
  buf_init(&data, &place->arena, 64);
  put_head(&data, passkey, passkey->flags);
  digest_sha256(client, hash);
  buf_init(&signed_over, &place->arena, 128);
  buf_append(&signed_over, buf_slice(&data));
  buf_append(&signed_over, slice_of(hash, sizeof hash));
  digest_sha256(buf_slice(&signed_over), hash);
  assert_ok(key_sign(passkey->key, hash, &place->arena, &signature));
  struct slice id = encoded(place, passkey->id);
  struct slice handle = slice_empty(passkey->handle) ? S("") : arena_printf(&place->arena, ",\"userHandle\":\"%.*s\"", SLICE_ARG(passkey->handle));
  return arena_printf(&place->arena,
                      "{\"id\":\"%.*s\",\"rawId\":\"%.*s\",\"type\":\"public-key\",\"clientExtensionResults\":{},\"response\":{"
                      "\"clientDataJSON\":\"%.*s\",\"authenticatorData\":\"%.*s\",\"signature\":\"%.*s\"%.*s}}",
                      SLICE_ARG(id), SLICE_ARG(id), SLICE_ARG(encoded(place, client)), SLICE_ARG(encoded(place, buf_slice(&data))),
                      SLICE_ARG(encoded(place, signature)), SLICE_ARG(handle));
}

static result add_passkey(struct place *place, struct passkey *passkey, int64_t *ret_id) {
  struct authenticator_beginning beginning = {.kind = AUTHENTICATOR_PASSKEY, .session = &place->session, .is_verified = true};
  struct authenticator_ceremony ceremony = {0};
  TRY(authenticator_add_begin(&place->env, &beginning, &place->arena, &ceremony));
  struct slice user = slice_sub(ceremony.json, 0, ceremony.json.len);
  const uint8_t *at = memmem(user.ptr, user.len, "\"user\":", 7);
  assert_non_null(at);
  passkey->handle = member(place, slice_of(at, user.len - (size_t)(at - user.ptr)), "id");
  struct authenticator_addition addition = {.kind = AUTHENTICATOR_PASSKEY, .session = &place->session, .ceremony = ceremony.id,
                                            .answer = registration(place, passkey, ceremony.json), .client = client_of()};
  return authenticator_add(&place->env, &addition, ret_id);
}

struct signing {
  struct authenticator_ceremony ceremony;
  struct authenticator_answer answer;
};
static struct signing sign_with(struct place *place, struct passkey *passkey, const char *pin) {
  struct authenticator_beginning beginning = {.kind = AUTHENTICATOR_PASSKEY, .pin = slice_str(pin), .is_verified = true};
  struct signing signing = {0};
  assert_ok(authenticator_begin(&place->env, &beginning, &place->arena, &signing.ceremony));
  signing.answer = (struct authenticator_answer){.kind = AUTHENTICATOR_PASSKEY, .answer = assertion(place, passkey, signing.ceremony.json),
                                                 .client = client_of()};
  return signing;
}
static result prove(struct place *place, struct signing *signing, struct authenticator_granted *ret_granted) {
  signing->answer.ceremony = signing->ceremony.id;
  return authenticator_prove(&place->env, &signing->answer, ret_granted);
}

/* [W2 accepts] [W14 accepts] [W15 accepts] [W13 accepts] with and without a name; a device that verifies its user is two factors */
static void a_passkey_signs_in_at_level_2(void **state) {
  struct place *place = *state;
  struct passkey passkey = passkey_new(place, S("credential-one"));
  struct authenticator_granted granted = {0};
  int64_t id = 0;
  assert_ok(add_passkey(place, &passkey, &id));
  const char *const names[] = {"", PIN};
  for (size_t i = 0; i < 2; i++) {
    struct signing signing = sign_with(place, &passkey, names[i]);
    assert_ok(prove(place, &signing, &granted));
    assert_int_equal(granted.session.person_id, place->citizen);
    assert_int_equal(account_session_authentication(&place->env, &granted.session), ACCOUNT_TWO_FACTORS);
  }
  assert_true(list_of(place, place->citizen).items[0].may_be_copied);
  assert_true(list_of(place, place->citizen).items[0].used_at_ms > 0);
  key_free(&passkey.key);
}

/* [W2 refuses] [WebAuthn 13.4.3 MUST] a challenge is used once, expires, is another's no more than ours, and a restart brings none back */
static void rejects_a_challenge_used_expired_or_begun_for_something_else(void **state) {
  struct place *place = *state;
  struct passkey passkey = passkey_new(place, S("credential-one"));
  struct authenticator_granted granted = {0};
  int64_t id = 0;
  assert_ok(add_passkey(place, &passkey, &id));
  struct signing used = sign_with(place, &passkey, "");
  used.answer.ceremony = used.ceremony.id;
  assert_int_equal(proven_in_parallel(place, &used.answer), 1);
  restart(place);
  assert_code(prove(place, &used, &granted), AUTHENTICATOR_CEREMONY);
  struct signing old = sign_with(place, &passkey, "");
  pass(place, 5 * MINUTE);
  assert_code(prove(place, &old, &granted), AUTHENTICATOR_CEREMONY);
  struct signing first = sign_with(place, &passkey, "");
  struct signing second = sign_with(place, &passkey, "");
  first.answer.answer = second.answer.answer;
  assert_code(prove(place, &first, &granted), WEBAUTHN_CHALLENGE_WRONG);
  assert_code(prove(place, &first, &granted), AUTHENTICATOR_CEREMONY); /* and a wrong answer has spent it */
  sign_in(place, PIN);
  struct authenticator_answer raising = second.answer;
  raising.session = &place->session;
  raising.ceremony = second.ceremony.id;
  raising.replaces = slice_str(place->token.text);
  assert_code(authenticator_prove(&place->env, &raising, &granted), AUTHENTICATOR_CEREMONY); /* begun to sign in, not to step up */
  key_free(&passkey.key);
}

/* [W12 refuses] 1,024 bytes; [W12 accepts] 1,023 */
static void a_credential_id_has_at_most_1023_bytes(void **state) {
  struct place *place = *state;
  uint8_t bytes[1024];
  int64_t id = 0;
  memset(bytes, 7, sizeof bytes);
  struct passkey longest = passkey_new(place, slice_of(bytes, 1023));
  assert_ok(add_passkey(place, &longest, &id));
  struct passkey longer = passkey_new(place, slice_of(bytes, 1024));
  assert_code(add_passkey(place, &longer, &id), WEBAUTHN_CREDENTIAL_ID_LENGTH);
  key_free(&longest.key);
  key_free(&longer.key);
}

/* [WebAuthn 7.1 step 26 SHOULD] [W13 refuses] a credential id is registered once, whoever's it was first */
static void rejects_a_credential_id_that_is_registered(void **state) {
  struct place *place = *state;
  struct passkey passkey = passkey_new(place, S("credential-one"));
  int64_t id = 0;
  assert_ok(add_passkey(place, &passkey, &id));
  assert_code(add_passkey(place, &passkey, &id), AUTHENTICATOR_TAKEN);
  sign_in(place, "001090000013");
  assert_code(add_passkey(place, &passkey, &id), AUTHENTICATOR_TAKEN);
  assert_int_equal(list_of(place, place->other).count, 0);
  key_free(&passkey.key);
}

/* [WebAuthn 7.2 step 5 MUST] [W14 refuses] a credential of another person than was named; [W15 refuses] a user handle that is not the credential's owner's, or none */
static void rejects_anothers_credential_and_another_user_handle(void **state) {
  struct place *place = *state;
  struct passkey passkey = passkey_new(place, S("credential-one"));
  struct authenticator_granted granted = {0};
  int64_t id = 0;
  assert_ok(add_passkey(place, &passkey, &id));
  struct signing others_name = sign_with(place, &passkey, "001090000013");
  assert_code(prove(place, &others_name, &granted), AUTHENTICATOR_WRONG);
  struct signing nobodys_name = sign_with(place, &passkey, "001090999999");
  assert_code(prove(place, &nobodys_name, &granted), AUTHENTICATOR_WRONG);
  struct slice handle = passkey.handle;
  passkey.handle = S("AAAA");
  struct signing another = sign_with(place, &passkey, "");
  assert_code(prove(place, &another, &granted), WEBAUTHN_USER_OTHER);
  passkey.handle = S("");
  struct signing none = sign_with(place, &passkey, "");
  assert_code(prove(place, &none, &granted), WEBAUTHN_USER_OTHER);
  passkey.handle = handle;
  struct signing right = sign_with(place, &passkey, "");
  assert_ok(prove(place, &right, &granted));
  key_free(&passkey.key);
}

/* [W17 accepts] a counter that grows, and one that is always nought */
static void a_counter_grows_or_is_never_kept(void **state) {
  struct place *place = *state;
  struct passkey passkey = passkey_new(place, S("credential-one"));
  struct authenticator_granted granted = {0};
  int64_t id = 0;
  assert_ok(add_passkey(place, &passkey, &id));
  static const uint32_t counters[] = {0, 0, 5, 9};
  for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
    passkey.counter = counters[i];
    struct signing signing = sign_with(place, &passkey, "");
    assert_ok(prove(place, &signing, &granted));
  }
  key_free(&passkey.key);
}

static int64_t used_at(struct place *place) { return list_of(place, place->citizen).items[0].used_at_ms; }

/* [WebAuthn 7.2 step 22] a passkey that keeps no counter is not written at each use, and a counter that it begins to keep is */
static void notes_to_the_hour_when_a_passkey_without_counter_was_used(void **state) {
  struct place *place = *state;
  struct passkey passkey = passkey_new(place, S("credential-one"));
  struct authenticator_granted granted = {0};
  int64_t id = 0;
  assert_ok(add_passkey(place, &passkey, &id));
  struct signing first = sign_with(place, &passkey, "");
  assert_ok(prove(place, &first, &granted));
  int64_t noted = used_at(place);
  pass(place, 59 * 60 * 1000);
  struct signing soon = sign_with(place, &passkey, "");
  assert_ok(prove(place, &soon, &granted));
  assert_int_equal(used_at(place), noted);
  pass(place, 60 * 1000);
  struct signing later = sign_with(place, &passkey, "");
  assert_ok(prove(place, &later, &granted));
  assert_int_equal(used_at(place), noted + 3600 * 1000);
  passkey.counter = 7;
  struct signing counted = sign_with(place, &passkey, "");
  assert_ok(prove(place, &counted, &granted));
  struct signing copied = sign_with(place, &passkey, "");
  assert_code(prove(place, &copied, &granted), AUTHENTICATOR_SUSPENDED);
  key_free(&passkey.key);
}

/* [WebAuthn 7.2 step 22] [W17 refuses] a counter that stays or goes back: suspended, told to the holder, and refused from then on */
static void rejects_a_counter_that_does_not_grow(void **state) {
  struct place *place = *state;
  struct passkey passkey = passkey_new(place, S("credential-one"));
  struct authenticator_granted granted = {0};
  int64_t id = 0;
  passkey.counter = 9;
  assert_ok(add_passkey(place, &passkey, &id));
  pass(place, 1000);
  struct signing stays = sign_with(place, &passkey, "");
  assert_code(prove(place, &stays, &granted), AUTHENTICATOR_SUSPENDED);
  assert_true(contains(newest_message(place, place->citizen), "tạm ngừng"));
  passkey.counter = 10;
  struct signing later = sign_with(place, &passkey, "");
  assert_code(prove(place, &later, &granted), AUTHENTICATOR_SUSPENDED);
  struct authenticator_change change = {.session = &place->session, .id = id};
  assert_ok(authenticator_remove(&place->env, &change)); /* what is left to do with it */
  key_free(&passkey.key);
}

/* [WebAuthn 14.6.2] what a number without passkeys gets looks like what one with a passkey gets, and the same each time */
static void options_do_not_tell_who_exists(void **state) {
  struct place *place = *state;
  static const char *const pins[] = {"001090999999", "001090999999", "001090000013"};
  struct slice ids[3];
  for (size_t i = 0; i < 3; i++) {
    struct authenticator_beginning beginning = {.kind = AUTHENTICATOR_PASSKEY, .pin = slice_str(pins[i])};
    struct authenticator_ceremony ceremony = {0};
    assert_ok(authenticator_begin(&place->env, &beginning, &place->arena, &ceremony));
    const uint8_t *at = memmem(ceremony.json.ptr, ceremony.json.len, "allowCredentials", 16);
    assert_non_null(at);
    ids[i] = member(place, slice_of(at, ceremony.json.len - (size_t)(at - ceremony.json.ptr)), "id");
  }
  assert_true(slice_eq(ids[0], ids[1]));
  assert_false(slice_eq(ids[0], ids[2]));
  assert_int_equal(ids[0].len, ids[2].len);
}

/* [N10 accepts] a key that does not leave its device, at a touch, bound to this site: said in amr; [N10 refuses] a copied one is not called so */
static void a_key_that_stays_is_told_from_one_that_is_copied(void **state) {
  struct place *place = *state;
  struct authenticator_granted granted = {0};
  static const struct {
    uint8_t flags;
    const char *id;
    const char *method;
  } cases[] = {{1 | 4, "bound", "hwk"}, {1 | 4 | 8 | 16, "synced", "swk"}};
  for (size_t i = 0; i < 2; i++) {
    struct passkey passkey = passkey_new(place, slice_str(cases[i].id));
    int64_t id = 0;
    passkey.flags = cases[i].flags;
    assert_ok(add_passkey(place, &passkey, &id));
    struct signing signing = sign_with(place, &passkey, "");
    assert_ok(prove(place, &signing, &granted));
    struct account_amr amr = account_session_amr(&place->env, &granted.session);
    bool is_there = false;
    for (size_t k = 0; k < amr.count; k++) {
      is_there |= strcmp(amr.names[k], cases[i].method) == 0;
    }
    assert_true(is_there);
    key_free(&passkey.key);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_passkey_signs_in_at_level_2),
      TEST(rejects_a_challenge_used_expired_or_begun_for_something_else),
      TEST(a_credential_id_has_at_most_1023_bytes),
      TEST(rejects_a_credential_id_that_is_registered),
      TEST(rejects_anothers_credential_and_another_user_handle),
      TEST(a_counter_grows_or_is_never_kept),
      TEST(notes_to_the_hour_when_a_passkey_without_counter_was_used),
      TEST(rejects_a_counter_that_does_not_grow),
      TEST(options_do_not_tell_who_exists),
      TEST(a_key_that_stays_is_told_from_one_that_is_copied),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
