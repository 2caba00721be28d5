#include "account/account_fixture.h"

static struct account_lock lock_on(int64_t person_id, enum account_ground ground) {
  return (struct account_lock){person_id, ground, {0, S("")}, S("Yêu cầu của cơ quan có thẩm quyền"), 0};
}

static void unlocks_only_when_the_last_ground_is_gone(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_lock authority = lock_on(country->citizen, ACCOUNT_GROUND_AUTHORITY);
  struct account_lock terms = lock_on(country->citizen, ACCOUNT_GROUND_TERMS);
  assert_ok(lock_written(country, &authority));
  assert_ok(lock_written(country, &terms));
  assert_ok(lock_written(country, &terms)); /* twice is no error */
  assert_int_equal(account_of(country, country->citizen).grounds, ACCOUNT_GROUND_AUTHORITY | ACCOUNT_GROUND_TERMS);
  assert_ok(unlock_written(country, &authority));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_STATE_LOCKED);
  assert_code(unlock_written(country, &authority), ACCOUNT_GROUND);
  assert_ok(unlock_written(country, &terms));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_ACTIVE);
}

static void rejects_locks_without_account_reason_or_known_ground(void **state) {
  struct country *country = *state;
  struct account_lock lock = lock_on(country->stranger, ACCOUNT_GROUND_TERMS);
  assert_code(lock_written(country, &lock), ACCOUNT_UNKNOWN);
  assert_code(unlock_written(country, &lock), ACCOUNT_UNKNOWN);
  make_active(country, country->citizen);
  lock = lock_on(country->citizen, ACCOUNT_GROUND_TERMS);
  lock.reason = S(" ");
  assert_code(lock_written(country, &lock), ACCOUNT_REASON);
  static const int wrong[] = {0, ACCOUNT_GROUND_CARD, ACCOUNT_GROUND_DEATH, ACCOUNT_GROUND_RESIDENCE, ACCOUNT_GROUND_WRONG_PASSWORD, 1 << 9,
                              ACCOUNT_GROUND_TERMS | ACCOUNT_GROUND_HOLDER};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    lock = lock_on(country->citizen, (enum account_ground)wrong[i]);
    assert_code(lock_written(country, &lock), ACCOUNT_GROUND);
    assert_code(unlock_written(country, &lock), ACCOUNT_GROUND);
  }
  struct account_enrolment collected = enrolment_of(country, country->approver);
  assert_ok(collect_written(country, &collected));
  lock = lock_on(country->approver, ACCOUNT_GROUND_TERMS);
  assert_code(lock_written(country, &lock), ACCOUNT_MOVE); /* not active yet */
}

struct refreshing {
  struct country *country;
  int64_t person_id;
  struct register_person person;
};
static result write_refresh(struct db_tx *tx, void *arg) {
  struct refreshing *it = arg;
  return account_refresh(&it->country->env, tx, it->person_id);
}
static result write_register(struct db_tx *tx, void *arg) {
  struct refreshing *it = arg;
  struct register_act act = {.legal_basis = S("test")};
  return register_person_save(&it->country->env, tx, &act, &it->person);
}
static struct refreshing refreshing_of(struct country *country, int64_t person_id) {
  struct refreshing it = {.country = country, .person_id = person_id};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(country->db, &tx));
  assert_ok(register_person_load(tx, &country->arena, person_id, &it.person));
  return it;
}

static void the_register_locks_and_unlocks_by_itself(void **state) { /* [Decree 69/2024 Art 15] */
  struct country *country = *state;
  make_active(country, country->citizen);
  struct refreshing it = refreshing_of(country, country->citizen);
  assert_ok(db_write(country->db, write_refresh, &it));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_ACTIVE);
  clock_fixed_set(&country->clock, clock_date_start_ms(22001)); /* the day after the card's last */
  assert_ok(db_write(country->db, write_refresh, &it));
  assert_int_equal(account_of(country, country->citizen).grounds, ACCOUNT_GROUND_CARD);
  it.person.card_issued = 22001;
  it.person.card_expires = 25000;
  assert_ok(db_write(country->db, write_register, &it)); /* a new card */
  assert_ok(db_write(country->db, write_refresh, &it));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_ACTIVE);
  it.person.life = REGISTER_DEAD;
  it.person.died_on = 22001;
  assert_ok(db_write(country->db, write_register, &it));
  assert_ok(db_write(country->db, write_refresh, &it));
  assert_int_equal(account_of(country, country->citizen).grounds, ACCOUNT_GROUND_DEATH);
}

static void an_ended_card_refuses_the_right_password(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  clock_fixed_set(&country->clock, clock_date_start_ms(22001));
  assert_code(sign_in(country, "001090000011", PASSWORD, &token), ACCOUNT_LOCKED);
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_STATE_LOCKED);
}

static void the_sweep_ends_locks_whose_time_is_over(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_lock lock = lock_on(country->citizen, ACCOUNT_GROUND_AUTHORITY);
  lock.until_ms = clock_now_ms(&country->clock) + 1000;
  assert_ok(lock_written(country, &lock));
  assert_ok(account_sweep(&country->env));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_STATE_LOCKED);
  pass(country, 1000);
  assert_ok(account_sweep(&country->env));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_ACTIVE);
}

struct closing {
  struct env *env;
  int64_t person_id;
};
static result write_close(struct db_tx *tx, void *arg) {
  struct closing *it = arg;
  return account_close(it->env, tx, it->person_id, &(struct account_actor){0, S("")});
}

static void closes_from_locked_only_and_for_good(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct closing closing = {&country->env, country->citizen};
  assert_code(db_write(country->db, write_close, &closing), ACCOUNT_MOVE);
  struct account_lock lock = lock_on(country->citizen, ACCOUNT_GROUND_AUTHORITY);
  assert_ok(lock_written(country, &lock));
  assert_ok(db_write(country->db, write_close, &closing));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_CLOSED);
  assert_false(account_of(country, country->citizen).has_password);
  struct account_token token = {0};
  assert_code(sign_in(country, "001090000011", PASSWORD, &token), ACCOUNT_CREDENTIALS);
  struct account_enrolment again = enrolment_of(country, country->citizen);
  assert_code(collect_written(country, &again), ACCOUNT_MOVE);
}

static result rules(struct country *country, const char *password) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(country->db, &tx));
  return account_password_check_rules(tx, country->citizen, slice_str(password));
}

/* [N12 accepts] [N12 refuses] 8 to 64 characters, no rule of composition, none of what is tried first */
static void passwords_by_length_blocklist_and_person(void **state) {
  struct country *country = *state;
  static const struct {
    const char *password;
    uint16_t code;
  } cases[] = {
      {"cá voi xanh hát đêm", 0},
      {"trời xanh", 0},            /* no composition rule: small letters do */
      {"ệệẩẫơởữựđ", 0},            /* nine characters, not twenty-odd bytes */
      {"bảy chữ", ACCOUNT_PASSWORD_LENGTH},
      {"", ACCOUNT_PASSWORD_LENGTH},
      {"\xff\xff\xff\xff\xff\xff\xff\xff", ACCOUNT_PASSWORD_LENGTH},
      {"1234567890123456789012345678901234567890123456789012345678901234x", ACCOUNT_PASSWORD_LENGTH},
      {"password", ACCOUNT_PASSWORD_COMMON},
      {"P@ssw0rd!", ACCOUNT_PASSWORD_COMMON},
      {"Mật khẩu 123", ACCOUNT_PASSWORD_COMMON},
      {"matkhau2024!", ACCOUNT_PASSWORD_COMMON},
      {"12345678", ACCOUNT_PASSWORD_COMMON},
      {"hgfedcba", ACCOUNT_PASSWORD_COMMON},
      {"xyxyxyxyxy", ACCOUNT_PASSWORD_COMMON},
      {"!!!!!!!!!!", ACCOUNT_PASSWORD_COMMON},
      {"anh yêu em", ACCOUNT_PASSWORD_COMMON},
      {"001090000011", ACCOUNT_PASSWORD_PERSONAL},
      {"Nguyễn Văn Đức", ACCOUNT_PASSWORD_PERSONAL},
      {"nguyenvanduc90", ACCOUNT_PASSWORD_PERSONAL},
      {"17-02-1990", ACCOUNT_PASSWORD_PERSONAL},
      {"Duc@17021990", ACCOUNT_PASSWORD_PERSONAL},
      {"1990duc0217", ACCOUNT_PASSWORD_PERSONAL},
      {"Đức hay đi câu cá", 0},    /* the name among enough else is no harm */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    result got = rules(country, cases[i].password);
    if (got.code != cases[i].code) {
      fail_msg("%s: code 0x%04x, not 0x%04x", cases[i].password, got.code, cases[i].code);
    }
  }
  static char longest[65];
  memset(longest, 0, sizeof longest);
  for (size_t i = 0; i < 64; i++) {
    longest[i] = "kqzmwtrb"[(i * i / 3) % 8];
  }
  assert_ok(rules(country, longest));
}

static void passcodes_are_six_digits_and_no_sequence(void **state) {
  struct country *country = *state;
  static const struct {
    const char *passcode;
    uint16_t code;
  } cases[] = {
      {"480713", 0},
      {"48071", ACCOUNT_PASSCODE_FORM},
      {"4807131", ACCOUNT_PASSCODE_FORM},
      {"48071a", ACCOUNT_PASSCODE_FORM},
      {"", ACCOUNT_PASSCODE_FORM},
      {"٤٨٠", ACCOUNT_PASSCODE_FORM}, /* six bytes, three Arabic digits */
      {"000000", ACCOUNT_PASSCODE_TRIVIAL},
      {"123456", ACCOUNT_PASSCODE_TRIVIAL},
      {"654321", ACCOUNT_PASSCODE_TRIVIAL},
      {"121212", ACCOUNT_PASSCODE_TRIVIAL},
      {"123123", ACCOUNT_PASSCODE_TRIVIAL},
      {"112233", ACCOUNT_PASSCODE_TRIVIAL},
      {"170290", ACCOUNT_PASSCODE_TRIVIAL}, /* born 17 February 1990 */
      {"900217", ACCOUNT_PASSCODE_TRIVIAL},
      {"000011", ACCOUNT_PASSCODE_TRIVIAL}, /* end of the personal number */
      {"001090", ACCOUNT_PASSCODE_TRIVIAL},
  };
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(country->db, &tx));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    result got = account_passcode_check_rules(tx, country->citizen, slice_str(cases[i].passcode));
    if (got.code != cases[i].code) {
      fail_msg("%s: code 0x%04x, not 0x%04x", cases[i].passcode, got.code, cases[i].code);
    }
  }
}

static result write_many(struct db_tx *tx, void *arg) {
  struct country *country = arg;
  struct account_demo demo = {.person_id = country->citizen, .level = 2};
  return account_demo_append(&country->env, tx, &demo);
}

static result write_level_3(struct db_tx *tx, void *arg) {
  struct country *country = arg;
  struct account_demo demo = {.person_id = country->stranger, .level = 3};
  return account_demo_append(&country->env, tx, &demo);
}

static void demonstration_accounts_without_authenticator_cannot_sign_in(void **state) {
  struct country *country = *state;
  assert_ok(db_write(country->db, write_many, country));
  assert_code(db_write(country->db, write_many, country), ACCOUNT_MOVE); /* once */
  assert_code(db_write(country->db, write_level_3, country), ACCOUNT_LEVEL);
  assert_int_equal(account_of(country, country->stranger).state, ACCOUNT_NONE);
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_ACTIVE);
  assert_int_equal(account_of(country, country->citizen).level, 2);
  struct account_token token = {0};
  assert_code(sign_in(country, "001090000011", "", &token), ACCOUNT_CREDENTIALS);
  struct account_demo weak = {.person_id = country->approver, .level = 2, .password = S("12345678")};
  assert_code(account_demo_create(&country->env, NULL, &weak), ACCOUNT_PASSWORD_COMMON);
}

static void levels_of_authentication_are_not_levels_of_accounts(void **state) { /* [Decree 69/2024 Art 20] */
  (void)state;
  static const struct {
    unsigned means;
    int level;
  } cases[] = {
      {0, 0},
      {ACCOUNT_MEANS_PASSWORD, ACCOUNT_ONE_FACTOR},
      {ACCOUNT_MEANS_FACE, ACCOUNT_ONE_FACTOR},
      {ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_PASSCODE, ACCOUNT_TWO_FACTORS},
      {ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_ONE_TIME_CODE, ACCOUNT_TWO_FACTORS},
      {ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_DEVICE | ACCOUNT_MEANS_CARD, ACCOUNT_TWO_FACTORS},
      {ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_FACE, ACCOUNT_BIOMETRIC_WITH_ANOTHER},
      {ACCOUNT_MEANS_CARD | ACCOUNT_MEANS_FINGERPRINT, ACCOUNT_BIOMETRIC_WITH_ANOTHER},
      {ACCOUNT_MEANS_PASSCODE | ACCOUNT_MEANS_CARD | ACCOUNT_MEANS_FACE, ACCOUNT_BIOMETRIC_WITH_POSSESSION_AND_KNOWLEDGE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(account_authentication_of(cases[i].means), cases[i].level);
  }
}

static void every_refusal_has_a_sentence_in_both_languages(void **state) {
  (void)state;
  static const uint16_t codes[] = {
      ACCOUNT_UNKNOWN, ACCOUNT_MOVE, ACCOUNT_CREDENTIALS, ACCOUNT_LOCKED_FOR_NOW, ACCOUNT_LOCKED, ACCOUNT_TOO_MANY, ACCOUNT_SESSION,
      ACCOUNT_CODE, ACCOUNT_PASSWORD_LENGTH, ACCOUNT_PASSWORD_COMMON, ACCOUNT_PASSWORD_PERSONAL, ACCOUNT_PASSCODE_FORM,
      ACCOUNT_PASSCODE_TRIVIAL, ACCOUNT_PASSCODE, ACCOUNT_LEVEL, ACCOUNT_NOT_ELIGIBLE, ACCOUNT_BIOMETRICS, ACCOUNT_PHONE,
      ACCOUNT_PHONE_TAKEN, ACCOUNT_OWN_CASE, ACCOUNT_SAME_OFFICER, ACCOUNT_POST, ACCOUNT_GROUND, ACCOUNT_SIGNING_PIN_FORM,
      ACCOUNT_SIGNING_PIN_SET, ACCOUNT_GUARDIAN, ACCOUNT_LIMIT, ACCOUNT_REASON, ACCOUNT_DEMONSTRATION,
  };
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    assert_true(account_sentence(codes[i], false).len > 5 && account_sentence(codes[i], true).len > 5);
  }
  assert_true(slice_empty(account_sentence(1, true)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(unlocks_only_when_the_last_ground_is_gone),
      TEST(rejects_locks_without_account_reason_or_known_ground),
      TEST(the_register_locks_and_unlocks_by_itself),
      TEST(an_ended_card_refuses_the_right_password),
      TEST(the_sweep_ends_locks_whose_time_is_over),
      TEST(closes_from_locked_only_and_for_good),
      TEST(passwords_by_length_blocklist_and_person),
      TEST(passcodes_are_six_digits_and_no_sequence),
      TEST(demonstration_accounts_without_authenticator_cannot_sign_in),
      cmocka_unit_test(levels_of_authentication_are_not_levels_of_accounts),
      cmocka_unit_test(every_refusal_has_a_sentence_in_both_languages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
