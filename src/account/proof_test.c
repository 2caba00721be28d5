#include "account/account_fixture.h"

static const char PIN[] = "001090000011";
enum { MINUTE = 60 * 1000 };

struct proving {
  struct country *country;
  struct account_proof proof;
  bool raises;
  struct account_token token;
  struct account_session session;
};
static result write_proof(struct db_tx *tx, void *arg) {
  struct proving *it = arg;
  struct env *env = &it->country->env;
  return it->raises ? account_session_raise(env, tx, &it->proof, &it->token, &it->session)
                    : account_session_open(env, tx, &it->proof, &it->token, &it->session);
}
static result open_with(struct proving *it, unsigned means) {
  it->raises = false;
  it->proof = (struct account_proof){.person_id = it->country->citizen, .means = means, .client = {.address = S("192.0.2.7")}};
  return db_write(it->country->db, write_proof, it);
}
static result raise_with(struct proving *it, unsigned means, const struct account_token *token) {
  it->raises = true;
  it->proof.means = means;
  it->proof.replaces = slice_str(token->text);
  return db_write(it->country->db, write_proof, it);
}

/* [Decree 69/2024 Art 20] what was used decides, and nothing else */
static void levels_follow_from_the_means_used(void **state) {
  (void)state;
  static const struct {
    unsigned means;
    int level;
  } cases[] = {
      {ACCOUNT_MEANS_PASSKEY, 1},
      {ACCOUNT_MEANS_PASSKEY_VERIFIED, 2},
      {ACCOUNT_MEANS_PASSKEY_VERIFIED | ACCOUNT_MEANS_PASSKEY | ACCOUNT_MEANS_KEY_STAYS, 2},
      {ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_PASSKEY, 2},
      {ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_TOTP, 2},
      {ACCOUNT_MEANS_RECOVERY_CODE, 1},
      {ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_RECOVERY_CODE, 2},
      {ACCOUNT_MEANS_KEY_STAYS, 0},
      {ACCOUNT_MEANS_TOTP | ACCOUNT_MEANS_FACE, 3},
      {ACCOUNT_MEANS_PASSKEY | ACCOUNT_MEANS_IRIS, 3},
      {ACCOUNT_MEANS_PASSKEY_VERIFIED | ACCOUNT_MEANS_FACE, 4},
      {ACCOUNT_MEANS_CARD | ACCOUNT_MEANS_PASSCODE | ACCOUNT_MEANS_FINGERPRINT, 4},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(account_authentication_of(cases[i].means), cases[i].level);
  }
}

/* [RFC8176 2] names of methods; "mfa" only for factors of two kinds */
static void a_token_names_what_was_used(void **state) {
  struct country *country = *state;
  static const struct {
    unsigned means;
    const char *names;
  } cases[] = {
      {ACCOUNT_MEANS_PASSWORD, "pwd "},
      {ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_PASSCODE, "pwd pin "},
      {ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_TOTP, "pwd otp mfa "},
      {ACCOUNT_MEANS_PASSKEY_VERIFIED, "user swk mfa "},
      {ACCOUNT_MEANS_PASSKEY_VERIFIED | ACCOUNT_MEANS_KEY_STAYS, "user hwk mfa "},
      {ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_RECOVERY_CODE, "pwd rcv mfa "},
      {ACCOUNT_MEANS_CARD | ACCOUNT_MEANS_FACE | ACCOUNT_MEANS_FINGERPRINT | ACCOUNT_MEANS_IRIS, "sc face fpt iris mfa "},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct account_session session = {.means = cases[i].means};
    struct account_amr amr = account_session_amr(&country->env, &session);
    char names[128] = "";
    for (size_t k = 0; k < amr.count; k++) {
      strncat(names, amr.names[k], sizeof names - strlen(names) - 1);
      strncat(names, " ", sizeof names - strlen(names) - 1);
    }
    assert_string_equal(names, cases[i].names);
  }
  for (int level = 1; level <= 4; level++) {
    assert_int_equal(account_acr_find(account_acr_name(level)), level);
  }
  assert_true(slice_empty(account_acr_name(0)) && slice_empty(account_acr_name(5)));
  assert_int_equal(account_acr_find(S("urn:danh:acr:5")), 0);
  assert_int_equal(account_acr_find(S("urn:danh:acr:")), 0);
}

static void raising_adds_means_under_another_token(void **state) {
  struct country *country = *state;
  struct proving it = {.country = country};
  make_active(country, country->citizen);
  assert_ok(open_with(&it, ACCOUNT_MEANS_PASSWORD));
  struct account_token first = it.token;
  int64_t session_id = it.session.session_id;
  int64_t began = it.session.auth_at_ms;
  pass(country, MINUTE);
  assert_ok(raise_with(&it, ACCOUNT_MEANS_TOTP, &first));
  assert_int_equal(it.session.session_id, session_id);
  assert_int_equal(it.session.auth_at_ms, began); /* of the oldest proof that counts */
  struct account_session found = {0};
  assert_code(find(country, &first, &found), ACCOUNT_SESSION); /* no fixation */
  assert_ok(find(country, &it.token, &found));
  assert_int_equal(found.means, ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_TOTP);
  struct account_token second = it.token;
  it.proof.is_whole = true;
  assert_ok(raise_with(&it, ACCOUNT_MEANS_PASSKEY, &second));
  assert_int_equal(it.session.means, ACCOUNT_MEANS_PASSKEY);
  assert_int_equal(it.session.auth_at_ms, began + MINUTE);
}

static void rejects_raising_a_session_that_is_gone_or_anothers(void **state) {
  struct country *country = *state;
  struct proving it = {.country = country};
  make_active(country, country->citizen);
  make_active(country, country->approver);
  assert_ok(open_with(&it, ACCOUNT_MEANS_PASSWORD));
  struct account_token first = it.token;
  it.proof.person_id = country->approver;
  assert_code(raise_with(&it, ACCOUNT_MEANS_TOTP, &first), ACCOUNT_SESSION);
  it.proof.person_id = country->citizen;
  assert_ok(raise_with(&it, ACCOUNT_MEANS_TOTP, &first));
  assert_code(raise_with(&it, ACCOUNT_MEANS_TOTP, &first), ACCOUNT_SESSION); /* the same token twice */
  it.proof.person_id = country->stranger;
  it.raises = false;
  assert_code(db_write(country->db, write_proof, &it), ACCOUNT_LOCKED); /* no active account */
}

/* [N11 accepts] level 2 lasts a day and an hour of silence at the most: ours is shorter; [N11 refuses] no limit beyond, and a biometric level is gone
 * after 15 idle minutes [SP800-63B-4 2.3.3 SHALL] */
static void proofs_do_not_last(void **state) {
  struct country *country = *state;
  struct proving it = {.country = country};
  struct account_session found = {0};
  make_active(country, country->citizen);
  assert_ok(open_with(&it, ACCOUNT_MEANS_PASSKEY_VERIFIED | ACCOUNT_MEANS_FACE));
  pass(country, 15 * MINUTE - 1);
  assert_ok(find(country, &it.token, &found));
  assert_int_equal(account_session_authentication(&country->env, &found), ACCOUNT_BIOMETRIC_WITH_POSSESSION_AND_KNOWLEDGE);
  pass(country, 15 * MINUTE);
  assert_ok(find(country, &it.token, &found));
  assert_int_equal(account_session_authentication(&country->env, &found), ACCOUNT_TWO_FACTORS);
  assert_ok(find(country, &it.token, &found)); /* and it does not come back */
  assert_int_equal(account_session_authentication(&country->env, &found), ACCOUNT_TWO_FACTORS);
  pass(country, 30 * MINUTE);
  assert_code(find(country, &it.token, &found), ACCOUNT_SESSION);
}

struct limiting {
  struct env *env;
  const char *name;
  int64_t value;
};
static result write_limit(struct db_tx *tx, void *arg) {
  const struct limiting *it = arg;
  return account_limit_set(it->env, tx, slice_str(it->name), it->value);
}
/* [SP800-63B-4 2.2.3 SHALL] */
static void rejects_limits_longer_than_a_level_may_last(void **state) {
  struct country *country = *state;
  static const struct {
    const char *name;
    int64_t most;
  } cases[] = {{"session_idle_ms", 60 * MINUTE}, {"session_lifetime_ms", 24 * 60 * MINUTE}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_ok(db_write(country->db, write_limit, &(struct limiting){&country->env, cases[i].name, cases[i].most}));
    assert_code(db_write(country->db, write_limit, &(struct limiting){&country->env, cases[i].name, cases[i].most + 1}), ACCOUNT_LIMIT);
  }
}

struct writing_secrets {
  struct env *env;
  const struct account_stored_secrets *stored;
};
static result write_secrets(struct db_tx *tx, void *arg) {
  const struct writing_secrets *it = arg;
  return account_secrets_save(it->env, tx, it->stored);
}

static void a_new_password_ends_the_other_sessions(void **state) {
  struct country *country = *state;
  struct account_token here = {0};
  struct account_token there = {0};
  struct account_session session = {0};
  make_active_with_phone(country, country->citizen, PHONE);
  assert_ok(sign_in(country, PIN, PASSWORD, &there));
  assert_ok(sign_in(country, PIN, PASSWORD, &here));
  assert_ok(find(country, &here, &session));
  struct account_new_secrets secrets = {.person_id = country->citizen, .secrets = {.password = S("password")}};
  struct account_stored_secrets stored = {0};
  assert_code(account_secrets_prepare(&country->env, NULL, &secrets, &country->arena, &stored), ACCOUNT_PASSWORD_COMMON);
  secrets.secrets.password = S("mưa rào tháng sáu");
  assert_ok(account_secrets_prepare(&country->env, NULL, &secrets, &country->arena, &stored));
  stored.person_id = country->citizen;
  stored.keep_session_id = session.session_id;
  assert_ok(db_write(country->db, write_secrets, &(struct writing_secrets){&country->env, &stored}));
  assert_ok(find(country, &here, &session));
  assert_code(find(country, &there, &session), ACCOUNT_SESSION);
  assert_code(sign_in(country, PIN, PASSWORD, &there), ACCOUNT_CREDENTIALS);
  assert_ok(sign_in(country, PIN, "mưa rào tháng sáu", &there));
}

/* [N13 refuses] a hundred wrong passwords in a row, with every pause, and the right one opens nothing [SP800-63B-4 3.2.2 SHALL] */
static void a_hundred_wrong_passwords_disable_it(void **state) {
  struct country *country = *state;
  struct account_token token = {0};
  make_active_with_phone(country, country->citizen, PHONE);
  for (int i = 0; i < 100; i++) {
    if (i % 5 == 0) {
      pass(country, 30 * MINUTE);
    }
    assert_false(is_ok(sign_in(country, PIN, "không đúng", &token)));
  }
  pass(country, 30 * MINUTE);
  assert_code(sign_in(country, PIN, PASSWORD, &token), ACCOUNT_CREDENTIALS);
  assert_false(account_of(country, country->citizen).has_password);
}

/* [SP800-63B-4 4.6 SHALL] */
static void a_browser_not_seen_before_is_told_to_the_holder(void **state) {
  struct country *country = *state;
  struct account_token token = {0};
  struct account_session session = {0};
  make_active_with_phone(country, country->citizen, PHONE);
  struct account_credentials credentials = {.pin = slice_str(PIN), .password = slice_str(PASSWORD),
                                            .client = {.address = S("192.0.2.7"), .network = S("192.0.2.7"),
                                                       .agent = S("Mozilla/5.0 (Linux; Android 14) Chrome/130")}};
  static const struct {
    const char *browser;
    int messages;
  } cases[] = {{"the-first-browser", 0}, {"the-first-browser", 0}, {"another-browser", 1}, {"another-browser", 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    struct message_list list = {0};
    credentials.client.browser = slice_str(cases[i].browser);
    assert_ok(account_sign_in(&country->env, NULL, &credentials, &token, &session));
    assert_ok(db_read_begin(country->db, &tx));
    assert_ok(message_list(tx, country->citizen, 10, &country->arena, &list));
    assert_int_equal(list.count, cases[i].messages);
    assert_true(list.count == 0 || memmem(list.items[0].text.ptr, list.items[0].text.len, "Chrome trên Android", 20) != NULL);
    pass(country, MINUTE);
  }
}

static void proving_oneself_again_keeps_the_session_of_the_same_person(void **state) {
  struct country *country = *state;
  struct account_token token = {0};
  struct account_session session = {0};
  struct account_session again = {0};
  make_active(country, country->citizen);
  make_active(country, country->approver);
  struct account_credentials credentials = {.pin = slice_str(PIN), .password = slice_str(PASSWORD), .client = {.network = S("192.0.2.7")}, .is_again = true};
  assert_ok(account_sign_in(&country->env, NULL, &credentials, &token, &session));
  pass(country, MINUTE);
  struct account_token before = token;
  credentials.replaces = slice_str(before.text);
  assert_ok(account_sign_in(&country->env, NULL, &credentials, &token, &again));
  assert_int_equal(again.session_id, session.session_id);
  assert_int_equal(again.auth_at_ms, session.auth_at_ms + MINUTE);
  assert_code(find(country, &before, &session), ACCOUNT_SESSION);
  credentials.pin = S("001075000013");
  before = token;
  assert_ok(account_sign_in(&country->env, NULL, &credentials, &token, &session));
  assert_int_equal(session.person_id, country->approver);
  assert_code(find(country, &before, &again), ACCOUNT_SESSION); /* another person's ends */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(levels_follow_from_the_means_used),
      TEST(a_token_names_what_was_used),
      TEST(raising_adds_means_under_another_token),
      TEST(rejects_raising_a_session_that_is_gone_or_anothers),
      TEST(proofs_do_not_last),
      TEST(rejects_limits_longer_than_a_level_may_last),
      TEST(a_new_password_ends_the_other_sessions),
      TEST(a_hundred_wrong_passwords_disable_it),
      TEST(a_browser_not_seen_before_is_told_to_the_holder),
      TEST(proving_oneself_again_keeps_the_session_of_the_same_person),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
