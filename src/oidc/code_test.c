/* What is given out sealed or under a MAC, without a database: codes, and ids of interactions. */
#include "oidc/code.h"

#include <stdlib.h>

#include "codec/base64url.h"
#include "oidc/authorize/kept.h"
#include "oidc/grant.h"
#include "oidc/handle.h"
/* last */
#include "base/unit_test.h"

struct place {
  struct arena arena;
  struct clock clock;
  struct random random;
  struct secret sealing;
  struct env env;
};

static int open_place(void **state) {
  struct place *place = heap_alloc(sizeof *place);
  arena_init(&place->arena);
  place->clock = clock_fixed(1800000000000);
  place->random = random_seeded(7);
  place->sealing = (struct secret){.len = 32};
  memset(place->sealing.bytes, 5, 32);
  place->env = (struct env){.clock = &place->clock, .random = &place->random, .sealing = &place->sealing, .origin = S("https://danh.example")};
  *state = place;
  return 0;
}

static int close_place(void **state) {
  struct place *place = *state;
  arena_free(&place->arena);
  free(place);
  return 0;
}

static struct slice code_of(struct place *place) {
  uint8_t digest[DIGEST_BYTES];
  struct slice text = {0};
  digest_sha256(S("https://client.example/cb"), digest);
  const struct oidc_code code = {.grant = {.person_id = 11, .grant_id = INT64_MAX, .client_id = S("library"), .session_id = 3, .scope = S("openid name"),
                                           .attributes_userinfo = 5, .acr = 2, .means = 9, .auth_at_ms = 1799999999999, .acting_for_id = 12},
                                 .redirect_uri_digest = slice_of(digest, sizeof digest),
                                 .nonce = S("n"),
                                 .issued_at_ms = 1800000000000};
  assert_ok(oidc_code_write(&place->env, &place->arena, &code, &text));
  return text;
}

static void opens_what_was_sealed(void **state) {
  struct place *place = *state;
  struct oidc_code code;
  assert_ok(oidc_code_read(&place->env, &place->arena, S("library"), code_of(place), &code));
  assert_int_equal(code.grant.person_id, 11);
  assert_int_equal(code.grant.grant_id, INT64_MAX);
  assert_int_equal(code.grant.acting_for_id, 12);
  assert_int_equal(code.grant.attributes_userinfo, 5);
  assert_int_equal(code.grant.auth_at_ms, 1799999999999);
  assert_true(slice_is(code.grant.client_id, "library"));
  assert_true(slice_is(code.grant.scope, "openid name"));
  assert_true(slice_is(code.nonce, "n"));
  assert_int_equal(code.dpop_jkt.len, 0);
  assert_false(oidc_code_is_too_old(&place->env, &code));
  place->clock = clock_fixed(1800000000000 + OIDC_CODE_LIFETIME_S * 1000 + 1);
  assert_true(oidc_code_is_too_old(&place->env, &code));
}

static void keeps_organisation_and_mandate(void **state) {
  struct place *place = *state;
  struct slice text = {0};
  struct oidc_code code = {.grant = {.person_id = 11, .grant_id = 5, .client_id = S("bank"), .acting_organisation_id = 77, .mandate_id = 78, .scope = S("openid")},
                           .issued_at_ms = 1800000000000};
  assert_ok(oidc_code_write(&place->env, &place->arena, &code, &text));
  assert_ok(oidc_code_read(&place->env, &place->arena, S("bank"), text, &code));
  assert_int_equal(code.grant.acting_for_id, 0);
  assert_int_equal(code.grant.acting_organisation_id, 77);
  assert_int_equal(code.grant.mandate_id, 78);
  assert_true(slice_is(code.grant.scope, "openid"));
}

static void rejects_code_of_another_client(void **state) {
  struct place *place = *state;
  struct oidc_code code;
  assert_code(oidc_code_read(&place->env, &place->arena, S("librar"), code_of(place), &code), OIDC_CODE_UNKNOWN);
}

static void rejects_code_under_another_key(void **state) {
  struct place *place = *state;
  struct oidc_code code;
  struct slice text = code_of(place);
  place->sealing.bytes[31] ^= 1;
  assert_code(oidc_code_read(&place->env, &place->arena, S("library"), text, &code), OIDC_CODE_UNKNOWN);
  place->env.sealing = NULL;
  assert_code(oidc_code_read(&place->env, &place->arena, S("library"), text, &code), OIDC_KEYS_MISSING);
}

static void rejects_altered_and_cut_codes(void **state) {
  struct place *place = *state;
  struct oidc_code code;
  struct slice text = code_of(place);
  struct slice sealed = {0};
  assert_ok(base64url_parse(text, &place->arena, &sealed));
  for (size_t i = 0; i < sealed.len; i++) {
    uint8_t *bytes = (uint8_t *)(uintptr_t)arena_copy(&place->arena, sealed).ptr;
    bytes[i] ^= 0x10;
    struct slice altered = base64url_write(&place->arena, slice_of(bytes, sealed.len));
    assert_code(oidc_code_read(&place->env, &place->arena, S("library"), altered, &code), OIDC_CODE_UNKNOWN);
    struct slice cut = base64url_write(&place->arena, slice_sub(sealed, 0, i));
    assert_code(oidc_code_read(&place->env, &place->arena, S("library"), cut, &code), OIDC_CODE_UNKNOWN);
  }
  assert_code(oidc_code_read(&place->env, &place->arena, S("library"), S(""), &code), OIDC_CODE_UNKNOWN);
}

/* ---- interactions ---- */

#define BROWSER "0123456789012345678901234567890123456789abc"

static struct slice interaction_of(struct place *place, struct oidc_asking *asking, struct slice *ret_handle) {
  struct slice id = {0};
  *asking = (struct oidc_asking){.env = &place->env, .arena = &place->arena};
  *ret_handle = oidc_handle_new(&place->env, OIDC_HANDLE_REQUEST, &place->arena).text;
  assert_ok(oidc_interaction_id_write(asking, *ret_handle, S(BROWSER), &id));
  assert_int_equal(id.len, OIDC_INTERACTION_ID_BYTES);
  return id;
}

static void knows_its_interaction_again(void **state) {
  struct place *place = *state;
  struct oidc_asking asking;
  struct slice handle;
  struct slice found = {0};
  int64_t began = 0;
  struct slice id = interaction_of(place, &asking, &handle);
  place->clock = clock_fixed(1800000000000 + OIDC_INTERACTION_LIFETIME_S * INT64_C(1000));
  assert_ok(oidc_interaction_id_read(&asking, id, S(BROWSER), &found, &began));
  assert_true(slice_eq(found, handle));
  assert_int_equal(began, 1800000000000);
  place->clock = clock_fixed(1800000000001 + OIDC_INTERACTION_LIFETIME_S * INT64_C(1000));
  assert_code(oidc_interaction_id_read(&asking, id, S(BROWSER), &found, &began), OIDC_INTERACTION);
}

static void rejects_interaction_of_another_browser(void **state) {
  struct place *place = *state;
  struct oidc_asking asking;
  struct slice handle;
  struct slice id = interaction_of(place, &asking, &handle);
  int64_t began = 0;
  assert_code(oidc_interaction_id_read(&asking, id, S("0123456789012345678901234567890123456789abd"), &handle, &began), OIDC_INTERACTION);
  assert_code(oidc_interaction_id_read(&asking, id, S(""), &handle, &began), OIDC_INTERACTION);
}

/* Somebody who could set its time back would meet prompt=login and max_age with a sign-in of before. */
static void rejects_interaction_with_any_bit_altered(void **state) {
  struct place *place = *state;
  struct oidc_asking asking;
  struct slice handle;
  struct slice bytes = {0};
  int64_t began = 0;
  assert_ok(base64url_parse(interaction_of(place, &asking, &handle), &place->arena, &bytes));
  for (size_t i = 0; i < bytes.len * 8; i++) {
    uint8_t *copy = (uint8_t *)(uintptr_t)arena_copy(&place->arena, bytes).ptr;
    copy[i / 8] ^= (uint8_t)(1 << i % 8);
    struct slice altered = base64url_write(&place->arena, slice_of(copy, bytes.len));
    assert_code(oidc_interaction_id_read(&asking, altered, S(BROWSER), &handle, &began), OIDC_INTERACTION);
  }
}

/* Whoever ends a session looks for its grants from its own number on. */
static void a_grant_s_number_is_not_before_its_session_s_though_the_clock_went_back(void **state) {
  struct place *place = *state;
  int64_t session_id = env_id_new(&place->env);
  for (int i = 0; i < 20; i++) {
    assert_true(oidc_grant_number(&place->env, session_id) >= env_id_first(session_id)); /* in the same millisecond */
  }
  place->clock = clock_fixed(1799999000000);
  int64_t first = oidc_grant_number(&place->env, session_id);
  assert_true(first >= env_id_first(session_id));
  assert_int_not_equal(first, oidc_grant_number(&place->env, session_id));
  place->clock = clock_fixed(1800000000001);
  assert_true(oidc_grant_number(&place->env, session_id) > session_id);
  assert_true(env_id_first(session_id) <= session_id && env_id_first(session_id) == env_id_at(1800000000000));
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, open_place, close_place)

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_PLACE(opens_what_was_sealed),          IN_PLACE(rejects_code_of_another_client),        IN_PLACE(rejects_code_under_another_key),
      IN_PLACE(keeps_organisation_and_mandate),          IN_PLACE(rejects_code_of_another_client),        IN_PLACE(rejects_code_under_another_key),
      IN_PLACE(rejects_altered_and_cut_codes),  IN_PLACE(knows_its_interaction_again),           IN_PLACE(rejects_interaction_of_another_browser),
      IN_PLACE(rejects_interaction_with_any_bit_altered),
      IN_PLACE(a_grant_s_number_is_not_before_its_session_s_though_the_clock_went_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
