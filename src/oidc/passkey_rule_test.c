/* Which passkeys a service takes, as registered, and how a session without one counts. What a passkey said of itself is judged in authenticator/. */
#include "oidc/passkey_rule.h"
/* last */
#include "base/unit_test.h"

#define MODEL "cb69481e-8ff7-4039-93ec-0a2729a154a8"

static result read_rule(struct arena *arena, const char *text, const struct oidc_passkey_rule **ret_rule) {
  struct jin_doc *doc = ARENA_NEW(arena, struct jin_doc);
  const struct jin *root = NULL;
  jin_doc_init(doc, arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(doc, slice_str(text), &root));
  return oidc_passkey_rule_read(root, arena, ret_rule);
}

/* [W11 accepts] */
static void reads_models_and_whether_one_is_required(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct oidc_passkey_rule *rule = NULL;
  assert_ok(read_rule(&arena, "{\"attestation\":\"known\",\"aaguids\":[\"" MODEL "\"],\"required\":true}", &rule));
  assert_int_equal(rule->policy.metadata, WEBAUTHN_METADATA_KNOWN);
  assert_int_equal(rule->policy.aaguid_count, 1);
  assert_true(rule->is_required);
}

/* [W11 refuses] */
static void rejects_rules_that_name_nothing_they_hold_a_passkey_against(void **state) {
  (void)state;
  static const char *const wrong[] = {
      "{}",
      "{\"attestation\":\"any\"}",
      "{\"attestation\":\"known\"}",
      "{\"attestation\":\"known\",\"aaguids\":[]}",
      "{\"attestation\":\"known\",\"aaguids\":[\"cb69481e\"]}",
      "{\"attestation\":\"certified\",\"aaguids\":[\"" MODEL "\"]}",
      "{\"attestation\":\"certified\",\"roots\":[\"no certificate\"]}",
      "{\"attestation\":\"known\",\"aaguids\":[\"" MODEL "\"],\"models\":[]}",
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct arena arena CLEANUP(arena_free);
    arena_init(&arena);
    const struct oidc_passkey_rule *rule = NULL;
    assert_false(is_ok(read_rule(&arena, wrong[i], &rule)));
    assert_null(rule);
  }
}

/* A session that no passkey opened: the same at every way in, authorization, device and counter, for they all count it here. */
static void counts_session_without_passkey(void **state) {
  (void)state;
  struct env env = {0};
  const struct oidc_passkey_rule wish = {.is_required = false};
  const struct oidc_passkey_rule need = {.is_required = true};
  const struct {
    const struct oidc_passkey_rule *rule;
    bool is_missing;
  } cases[] = {{NULL, false}, {&wish, false}, {&need, true}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct oidc_client client = {.passkeys = cases[i].rule};
    const struct account_session session = {.person_id = 7, .means = ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_PASSCODE};
    struct oidc_counted counted;
    assert_ok(oidc_session_count(&env, &client, &session, &counted));
    assert_int_equal(counted.session.means, session.means);
    assert_int_equal(counted.is_passkey_missing, cases[i].is_missing);
    assert_false(counted.is_passkey_refused);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_models_and_whether_one_is_required),
      cmocka_unit_test(rejects_rules_that_name_nothing_they_hold_a_passkey_against),
      cmocka_unit_test(counts_session_without_passkey),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
