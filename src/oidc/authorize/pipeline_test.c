/* The checks in order, without a database: what a pushed request must say, and what is taken out of it. */
#include "oidc/authorize/pipeline_fixture.h"
#include "oidc/parameters.h"
#include "oidc/uri.h"
/* last */
#include "base/unit_test.h"

#define GOOD                                                                                                                  \
  "client_id=library&redirect_uri=https%3A%2F%2Flibrary.example%2Fcb&response_type=code&scope=openid+profile+phone&state=s&nonce=n" \
  "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"

static struct clock clock;
static struct env env;

static result ask(struct arena *arena, const char *parameters, struct oidc_asking *asking) {
  struct oidc_client *client = ARENA_NEW(arena, struct oidc_client);
  assert_ok(pipeline_client_read(arena, PIPELINE_CLIENT, client));
  clock = clock_fixed(1800000000000);
  env = (struct env){.clock = &clock, .origin = S("https://danh.example")};
  *asking = (struct oidc_asking){.env = &env, .arena = arena, .endpoint = OIDC_AT_PAR, .client = client};
  if (!is_ok(oidc_parameters_parse(slice_str(parameters), arena, &asking->parameters))) {
    FAIL(OIDC_REQUEST, "not a form");
  }
  return oidc_asking_check(asking);
}

static void takes_what_a_good_request_says(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  struct oidc_asking asking;
  arena_init(&arena);
  assert_ok(ask(&arena,
                GOOD "&max_age=60&acr_values=urn%3Adanh%3Aacr%3A3+urn%3Adanh%3Aacr%3A2&prompt=login+consent"
                     "&resource=https%3A%2F%2Fshelf.example%2Fapi&resource=https%3A%2F%2Fdanh.example"
                     "&claims=%7B%22id_token%22%3A%7B%22phone_number%22%3Anull%2C%22pin%22%3Anull%7D%7D",
                &asking));
  assert_true(asking.may_redirect && asking.is_openid);
  assert_true(slice_is(asking.scope, "openid profile phone"));
  assert_int_equal(asking.attributes_userinfo, OIDC_ATTRIBUTE_BIT(OIDC_NAME) | OIDC_ATTRIBUTE_BIT(OIDC_PHONE)); /* of profile, what is registered */
  assert_int_equal(asking.attributes_id_token, OIDC_ATTRIBUTE_BIT(OIDC_PHONE));
  assert_int_equal(asking.level, 2);
  assert_int_equal(asking.max_age_s, 60);
  assert_int_equal(asking.prompt, OIDC_PROMPT_LOGIN | OIDC_PROMPT_CONSENT);
  assert_true(slice_is(asking.resources, "https://shelf.example/api https://danh.example"));
}

/* Each row changes the good request by what is appended to it or stands instead of it. */
static void refuses_each_defect_by_its_own_name(void **state) {
  (void)state;
  static const struct {
    const char *parameters;
    uint16_t code;
    bool may_redirect;
  } rows[] = {
      {GOOD "&state=t", OIDC_REQUEST, false}, /* [RFC6749 3.1] twice */
      {GOOD "&request_uri=urn%3Ax", OIDC_REQUEST, false},
      {GOOD "&request=a.b.c", OIDC_REQUEST_OBJECT, false},
      {"client_id=other", OIDC_REQUEST, false},
      {"client_id=library&redirect_uri=https%3A%2F%2Fevil.example%2F", OIDC_REDIRECT_URI, false},
      {"client_id=library", OIDC_REDIRECT_URI, false},
      {"redirect_uri=https%3A%2F%2Flibrary.example%2Fcb&response_type=token", OIDC_RESPONSE_TYPE, true},
      {"redirect_uri=https%3A%2F%2Flibrary.example%2Fcb&response_type=code", OIDC_SCOPE, true},
      {"redirect_uri=https%3A%2F%2Flibrary.example%2Fcb&response_type=code&scope=openid", OIDC_PKCE_MISSING, true},
      {GOOD "&response_mode=fragment", OIDC_RESPONSE_MODE, true},
      {GOOD "&resource=https%3A%2F%2Felsewhere.example", OIDC_RESOURCE, true},
      {GOOD "&resource=https%3A%2F%2Fshelf.example%2Fapi+x", OIDC_REQUEST, false},
      {GOOD "&claims=%7B", OIDC_REQUEST, true},
      {GOOD "&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A%22x%22%7D%7D%7D", OIDC_UNMET_LEVEL, true},
      {GOOD "&prompt=none+login", OIDC_REQUEST, true},
      {GOOD "&max_age=-1", OIDC_REQUEST, true},
      {GOOD "&dpop_jkt=a", OIDC_REQUEST, true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct arena arena CLEANUP(arena_free);
    struct oidc_asking asking;
    arena_init(&arena);
    result refused = ask(&arena, rows[i].parameters, &asking);
    if (refused.code != rows[i].code || asking.may_redirect != rows[i].may_redirect) {
      fail_msg("row %zu: code 0x%04x, may redirect %d: %s", i, refused.code, asking.may_redirect, fault_last()->detail);
    }
  }
}

/* What is kept of a request is read again: several resources too, as they came [RFC8707 2.1]. */
static void keeps_several_resources_apart(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  struct url_form form;
  struct url_form again;
  arena_init(&arena);
  assert_ok(oidc_parameters_parse(S("resource=https%3A%2F%2Fa.example&x=1+2&resource=https%3A%2F%2Fb.example"), &arena, &form));
  struct slice kept = oidc_parameters_write(&form, &arena);
  assert_ok(oidc_parameters_parse(kept, &arena, &again));
  assert_true(slice_is(url_form_get(&again, "resource"), "https://a.example https://b.example"));
}

static void reads_addresses_in_their_plain_form_alone(void **state) {
  (void)state;
  static const char *const good[] = {"https://a.example", "https://a.example/", "https://a.example:8443/x?y=z", "http://127.0.0.1:1/cb", "http://[::1]/cb",
                                     "https://a.example?x"};
  static const char *const bad[] = {"", "https://", "https:///x", "ftp://a", "HTTPS://a.example", "https://A.example", "https://a.example#x", "https://u@a.example",
                                    "https://a.example:/", "https://a.example:x/", "https://a.example:123456/", "https://a\\b.example", "https://a b.example",
                                    "https://-a.example", "https://a.example/\x7f", "javascript:alert(1)", "https://a.example/<x>"};
  struct oidc_uri uri;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_true(oidc_uri_parse(slice_str(good[i]), &uri));
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_false(oidc_uri_parse(slice_str(bad[i]), &uri));
  }
}

/* [RFC8252 7.3] */
static void lets_the_port_of_a_native_loopback_alone_differ(void **state) {
  (void)state;
  assert_true(oidc_uri_is_same(S("http://127.0.0.1/cb"), S("http://127.0.0.1:4711/cb"), true));
  assert_true(oidc_uri_is_same(S("http://[::1]:1/cb"), S("http://[::1]:2/cb"), true));
  assert_false(oidc_uri_is_same(S("http://127.0.0.1/cb"), S("http://127.0.0.1:4711/cb"), false));
  assert_false(oidc_uri_is_same(S("http://127.0.0.1/cb"), S("http://127.0.0.1:4711/cb2"), true));
  assert_false(oidc_uri_is_same(S("http://127.0.0.1/cb"), S("http://localhost:4711/cb"), true));
  assert_false(oidc_uri_is_same(S("http://127.0.0.1/cb"), S("https://127.0.0.1:4711/cb"), true));
  assert_false(oidc_uri_is_same(S("https://a.example/cb"), S("https://a.example:8443/cb"), true));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(takes_what_a_good_request_says),
      cmocka_unit_test(refuses_each_defect_by_its_own_name),
      cmocka_unit_test(keeps_several_resources_apart),
      cmocka_unit_test(reads_addresses_in_their_plain_form_alone),
      cmocka_unit_test(lets_the_port_of_a_native_loopback_alone_differ),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
