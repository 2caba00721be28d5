#include <pthread.h>

#include "account/account_fixture.h"

static const char PIN[] = "001090000011";

static void only_the_moves_of_the_picture_are_allowed(void **state) {
  (void)state;
  static const struct {
    enum account_state from, to;
  } allowed[] = {
      {ACCOUNT_NONE, ACCOUNT_REGISTERED},       {ACCOUNT_REGISTERED, ACCOUNT_VERIFYING}, {ACCOUNT_VERIFYING, ACCOUNT_REJECTED},
      {ACCOUNT_VERIFYING, ACCOUNT_APPROVED},    {ACCOUNT_REJECTED, ACCOUNT_REGISTERED},  {ACCOUNT_APPROVED, ACCOUNT_ACTIVE},
      {ACCOUNT_ACTIVE, ACCOUNT_STATE_LOCKED},   {ACCOUNT_STATE_LOCKED, ACCOUNT_ACTIVE},  {ACCOUNT_STATE_LOCKED, ACCOUNT_CLOSED},
  };
  for (int from = 0; from < ACCOUNT_STATE_COUNT; from++) {
    for (int to = 0; to < ACCOUNT_STATE_COUNT; to++) {
      bool expected = false;
      for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        expected |= (int)allowed[i].from == from && (int)allowed[i].to == to;
      }
      assert_int_equal(account_move_is_allowed((enum account_state)from, (enum account_state)to), expected);
    }
  }
}

static void enrolment_goes_from_desk_to_active_with_a_ledger_line_each(void **state) {
  struct country *country = *state;
  struct account_enrolment collected = enrolment_of(country, country->citizen);
  struct account_enrolment approved = approval_of(country, country->citizen);
  assert_ok(collect_written(country, &collected));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_VERIFYING);
  assert_int_equal(account_of(country, country->citizen).level, 0);
  assert_ok(approve_written(country, &approved));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_APPROVED);
  assert_int_equal(account_of(country, country->citizen).level, 2);
  struct account_code_entry entry = {slice_str(PIN), code_in(message_of(country, country->citizen)), {.address = S("192.0.2.7"), .network = S("192.0.2.7")}};
  struct account_token ticket = {0};
  assert_ok(account_activate_begin(&country->env, &entry, &ticket));
  struct account_secrets secrets = {slice_str(PASSWORD), slice_str(PASSCODE)};
  assert_ok(account_activate_finish(&country->env, NULL, slice_str(ticket.text), &secrets));
  struct account account = account_of(country, country->citizen);
  assert_int_equal(account.state, ACCOUNT_ACTIVE);
  assert_true(account.has_password && account.has_passcode && account.activated_at_ms != 0);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(country->db, &tx));
  struct ledger_query query = {.person_id = country->citizen, .limit = 20};
  struct ledger_lines lines = {0};
  assert_ok(ledger_entries_of_person(&country->env, tx, &query, &country->arena, &lines));
  static const char *const kinds[] = {"account.enrolment_collected", "account.approved", "account.activated"};
  for (size_t k = 0; k < 3; k++) {
    bool found = false;
    for (size_t i = 0; i < lines.count; i++) {
      found |= slice_is(lines.items[i].kind, kinds[k]);
    }
    assert_true(found);
  }
}

static void rejects_enrolment_that_breaks_a_rule(void **state) {
  struct country *country = *state;
  struct account_enrolment good = enrolment_of(country, country->citizen);
  struct account_enrolment bad = good;
  bad.officer.person_id = country->citizen;
  assert_code(collect_written(country, &bad), ACCOUNT_OWN_CASE);
  bad = good;
  bad.officer.person_id = 0;
  assert_code(collect_written(country, &bad), ACCOUNT_OWN_CASE);
  bad = good;
  bad.face_matched = false;
  assert_code(collect_written(country, &bad), ACCOUNT_BIOMETRICS);
  bad = good;
  bad.fingerprints_matched = false;
  assert_code(collect_written(country, &bad), ACCOUNT_BIOMETRICS);
  static const char *const phones[] = {"", "12345", "0112345678", "09123456789", "091234567a", "+849123456789"};
  for (size_t i = 0; i < sizeof phones / sizeof *phones; i++) {
    bad = good;
    bad.phone = slice_str(phones[i]);
    assert_code(collect_written(country, &bad), ACCOUNT_PHONE);
  }
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_NONE);
  good.phone = S("+84912345678");
  assert_ok(collect_written(country, &good));
  assert_code(collect_written(country, &good), ACCOUNT_MOVE); /* a second one while the first is open */
  struct account_enrolment other = enrolment_of(country, country->stranger);
  other.phone = S("0912345678"); /* the same number in its other form */
  assert_code(collect_written(country, &other), ACCOUNT_PHONE_TAKEN);
  assert_int_equal(account_of(country, country->stranger).state, ACCOUNT_NONE);
}

static void age_and_card_decide_who_may_hold_what(void **state) { /* [Decree 69/2024 Art 7] */
  struct country *country = *state;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(country->db, &tx));
  int32_t today = clock_date_of(clock_now_ms(&country->clock));
  bool guardian = false;
  assert_ok(account_eligible(tx, country->citizen, 2, today, &guardian));
  assert_false(guardian);
  assert_ok(account_eligible(tx, country->child, 2, today, &guardian));
  assert_true(guardian);
  assert_ok(account_eligible(tx, country->toddler, 1, today, &guardian));
  assert_code(account_eligible(tx, country->toddler, 2, today, &guardian), ACCOUNT_NOT_ELIGIBLE);
  assert_code(account_eligible(tx, country->citizen, 3, today, &guardian), ACCOUNT_NOT_ELIGIBLE);
  assert_code(account_eligible(tx, country->citizen, 0, today, &guardian), ACCOUNT_NOT_ELIGIBLE);
  assert_code(account_eligible(tx, country->citizen, 2, 22001, &guardian), ACCOUNT_NO_CARD); /* the card has expired */
  assert_code(account_eligible(tx, country->citizen, 2, 19599, &guardian), ACCOUNT_NO_CARD); /* not yet issued */
}

struct relating {
  struct env *env;
  struct register_relation relation;
};
static result write_relation(struct db_tx *tx, void *arg) {
  struct relating *it = arg;
  return register_relation_add(it->env, tx, &(struct register_act){.legal_basis = S("test")}, &it->relation);
}
static void make_guardian(struct country *country, int64_t guardian, int64_t ward) {
  struct relating relating = {&country->env, {.person_id = ward, .kind = REGISTER_GUARDIAN, .related_person_id = guardian,
                                              .name = S("Giám hộ"), .birth = {1990, 1, 1}, .from = 0, .to = REGISTER_OPEN}};
  assert_ok(db_write(country->db, write_relation, &relating));
}
static result write_death(struct db_tx *tx, void *arg) {
  const int64_t *person_id = arg;
  return db_run(tx, "UPDATE person SET life = 2 WHERE person_id = $1", DB_ARGS(db_of_int(*person_id)), NULL);
}

static void a_child_comes_with_a_parent_who_has_level_2(void **state) { /* [Decree 69/2024 Art 7] */
  struct country *country = *state;
  struct account_enrolment child = enrolment_of(country, country->child);
  assert_code(collect_written(country, &child), ACCOUNT_GUARDIAN);
  child.guardian_id = country->citizen; /* the father, but without an account */
  assert_code(collect_written(country, &child), ACCOUNT_GUARDIAN_LEVEL);
  make_active_with_phone(country, country->citizen, PHONE);
  make_active(country, country->stranger);
  child.guardian_id = country->stranger;
  assert_code(collect_written(country, &child), ACCOUNT_NOT_GUARDIAN);
  child.guardian_id = country->citizen;
  child.officer.person_id = country->citizen;
  assert_code(collect_written(country, &child), ACCOUNT_OWN_CASE);
  child.officer.person_id = country->collector;
  child.phone = S("0987654321");
  assert_code(collect_written(country, &child), ACCOUNT_GUARDIAN_PHONE);
  child.phone = slice_str(PHONE);
  assert_ok(collect_written(country, &child));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct account_enrolled enrolled = {0};
  assert_ok(db_read_begin(country->db, &tx));
  assert_ok(account_enrolled_load(tx, &country->arena, &child, &enrolled));
  assert_int_equal(enrolled.guardian_id, country->citizen);
  assert_int_equal(enrolled.state, ACCOUNT_VERIFYING);
}

static void the_dead_and_wards_stand_in_for_nobody(void **state) {
  struct country *country = *state;
  struct account_enrolment child = enrolment_of(country, country->child);
  make_active_with_phone(country, country->citizen, PHONE);
  child.guardian_id = country->citizen;
  make_guardian(country, country->stranger, country->citizen);
  assert_code(collect_written(country, &child), ACCOUNT_GUARDIAN_UNFIT);
  make_guardian(country, country->approver, country->child);
  make_active_with_phone(country, country->approver, "0987654321");
  child.guardian_id = country->approver;
  child.phone = S("0987654321");
  assert_ok(db_write(country->db, write_death, &country->approver));
  assert_code(collect_written(country, &child), ACCOUNT_GUARDIAN_UNFIT);
}

static void a_ward_comes_with_the_guardian_and_a_grown_up_alone(void **state) {
  struct country *country = *state;
  struct account_enrolment grown = enrolment_of(country, country->citizen);
  make_active_with_phone(country, country->stranger, "0987654321");
  grown.guardian_id = country->stranger;
  assert_code(collect_written(country, &grown), ACCOUNT_GUARDIAN_ALONE);
  make_guardian(country, country->stranger, country->citizen); /* from now on a ward */
  grown.phone = S("0987654321");
  assert_ok(collect_written(country, &grown));
  assert_int_equal(count_rows(country, "SELECT COUNT(*) FROM account WHERE guardian_id = $1", DB_ARGS(db_of_int(country->stranger))), 1);
  assert_int_equal(count_rows(country, "SELECT COUNT(*) FROM account_phone WHERE person_id = $1", DB_ARGS(db_of_int(country->citizen))), 0);
}

static void rejects_approval_by_the_collector_and_by_the_person(void **state) {
  struct country *country = *state;
  struct account_enrolment collected = enrolment_of(country, country->citizen);
  assert_ok(collect_written(country, &collected));
  struct account_enrolment approval = approval_of(country, country->citizen);
  approval.officer.person_id = country->collector;
  assert_code(approve_written(country, &approval), ACCOUNT_SAME_OFFICER);
  approval.officer.person_id = country->citizen;
  assert_code(approve_written(country, &approval), ACCOUNT_OWN_CASE);
  approval = approval_of(country, country->citizen);
  approval.dossier_code = S("G01.899.101-240621-0002");
  assert_code(approve_written(country, &approval), ACCOUNT_UNKNOWN);
  approval = approval_of(country, country->citizen);
  assert_ok(approve_written(country, &approval));
  assert_code(approve_written(country, &approval), ACCOUNT_MOVE);
}

struct rejecting {
  struct env *env;
  struct account_enrolment decision;
  struct account_rejection rejection;
};
static result write_reject(struct db_tx *tx, void *arg) {
  struct rejecting *it = arg;
  return account_enrol_reject(it->env, tx, &it->decision, &it->rejection);
}

#define REASON "Số không chính chủ"
static void rejects_a_rejection_that_does_not_say_what_is_wrong(void **state) {
  struct country *country = *state;
  struct account_enrolment collected = enrolment_of(country, country->citizen);
  assert_ok(collect_written(country, &collected));
  static const struct account_objection bad[][2] = {
      {{S_INIT("phone"), S_INIT("   ")}, {S_INIT("card"), S_INIT(REASON)}},
      {{S_INIT("phone"), S_INIT(REASON)}, {S_INIT("phone"), S_INIT(REASON)}},
      {{S_INIT("phone"), S_INIT(REASON)}, {S_INIT("hair"), S_INIT(REASON)}},
  };
  struct rejecting rejecting = {&country->env, approval_of(country, country->citizen), {bad[0], 0}};
  assert_code(db_write(country->db, write_reject, &rejecting), ACCOUNT_REJECTION);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    rejecting.rejection = (struct account_rejection){bad[i], 2};
    assert_code(db_write(country->db, write_reject, &rejecting), ACCOUNT_REJECTION);
  }
  rejecting.rejection = (struct account_rejection){bad[1], 1};
  rejecting.decision.officer.person_id = country->collector;
  assert_code(db_write(country->db, write_reject, &rejecting), ACCOUNT_SAME_OFFICER);
  rejecting.decision.officer.person_id = country->citizen;
  assert_code(db_write(country->db, write_reject, &rejecting), ACCOUNT_OWN_CASE);
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_VERIFYING);
}

static void a_rejected_person_is_told_why_and_may_enrol_anew(void **state) {
  struct country *country = *state;
  struct account_enrolment collected = enrolment_of(country, country->citizen);
  static const struct account_objection objections[] = {{S_INIT("face"), S_INIT("Ảnh chân dung không rõ")}, {S_INIT("phone"), S_INIT(REASON)}};
  assert_ok(collect_written(country, &collected));
  struct rejecting rejecting = {&country->env, approval_of(country, country->citizen), {objections, 2}};
  assert_ok(db_write(country->db, write_reject, &rejecting));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_REJECTED);
  const char *message = arena_cstr(&country->arena, message_of(country, country->citizen));
  assert_non_null(strstr(message, "Ảnh khuôn mặt: Ảnh chân dung không rõ; Số điện thoại: " REASON));
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    struct account_enrolled enrolled = {0};
    struct account_enrolment newest = {.person_id = country->citizen, .dossier_code = S("")};
    assert_ok(db_read_begin(country->db, &tx));
    assert_ok(account_enrolled_load(tx, &country->arena, &newest, &enrolled));
    assert_int_equal(enrolled.rejection.count, 2);
    assert_true(slice_is(enrolled.rejection.objections[1].field, "phone"));
  }
  struct account_enrolment approval = approval_of(country, country->citizen);
  assert_code(approve_written(country, &approval), ACCOUNT_MOVE);
  collected.dossier_code = S("G01.899.101-240622-0001");
  assert_ok(collect_written(country, &collected)); /* and the phone number is free again */
}

static void level_rises_from_1_to_2_while_the_account_stays_active(void **state) {
  struct country *country = *state;
  struct account_demo demo = {.person_id = country->citizen, .level = 1};
  assert_ok(account_demo_create(&country->env, NULL, &demo));
  struct account_enrolment collected = enrolment_of(country, country->citizen);
  struct account_enrolment approval = approval_of(country, country->citizen);
  assert_ok(collect_written(country, &collected));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_ACTIVE);
  assert_int_equal(account_of(country, country->citizen).level, 1);
  assert_ok(approve_written(country, &approval));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_ACTIVE);
  assert_int_equal(account_of(country, country->citizen).level, 2);
  collected.dossier_code = S("G01.899.101-240622-0001");
  assert_code(collect_written(country, &collected), ACCOUNT_LEVEL);
  collected.level = 1;
  assert_code(collect_written(country, &collected), ACCOUNT_LEVEL);
}

static void approve_citizen(struct country *country) {
  struct account_enrolment collected = enrolment_of(country, country->citizen);
  struct account_enrolment approval = approval_of(country, country->citizen);
  assert_ok(collect_written(country, &collected));
  assert_ok(approve_written(country, &approval));
}

static result begin(struct country *country, const char *pin, struct slice code, struct account_token *ret_ticket) {
  struct account_code_entry entry = {slice_str(pin), code, {.address = S("192.0.2.7"), .network = S("192.0.2.7")}};
  return account_activate_begin(&country->env, &entry, ret_ticket);
}

static void rejects_code_replay(void **state) {
  struct country *country = *state;
  approve_citizen(country);
  struct slice code = code_in(message_of(country, country->citizen));
  struct account_token ticket = {0};
  assert_ok(begin(country, PIN, code, &ticket));
  assert_code(begin(country, PIN, code, &ticket), ACCOUNT_CODE);
  assert_true(slice_empty(message_of(country, country->citizen))); /* nor does the outbox keep it */
}

static void rejects_wrong_and_expired_codes_and_unknown_numbers_alike(void **state) {
  struct country *country = *state;
  approve_citizen(country);
  struct slice code = code_in(message_of(country, country->citizen));
  struct account_token ticket = {0};
  assert_code(begin(country, PIN, S("00000000"), &ticket), ACCOUNT_CODE);
  assert_code(begin(country, PIN, S(""), &ticket), ACCOUNT_CODE);
  assert_code(begin(country, "001090999999", code, &ticket), ACCOUNT_CODE);
  assert_code(begin(country, "no number", code, &ticket), ACCOUNT_CODE);
  assert_code(begin(country, "001099000014", code, &ticket), ACCOUNT_CODE); /* a person without an account */
  pass(country, 7LL * CLOCK_DAY_MS);
  assert_code(begin(country, PIN, code, &ticket), ACCOUNT_CODE);
}

static void a_code_dies_after_five_wrong_tries(void **state) {
  struct country *country = *state;
  approve_citizen(country);
  struct slice code = code_in(message_of(country, country->citizen));
  struct account_token ticket = {0};
  for (int i = 0; i < 5; i++) {
    assert_code(begin(country, PIN, S("00000000"), &ticket), ACCOUNT_CODE);
  }
  assert_code(begin(country, PIN, code, &ticket), ACCOUNT_LOCKED_FOR_NOW);
  pass(country, 31 * 60 * 1000);
  assert_code(begin(country, PIN, code, &ticket), ACCOUNT_CODE); /* the pause is over, the code is dead */
}

static void unknown_numbers_are_paused_like_known_ones(void **state) {
  struct country *country = *state;
  struct account_token ticket = {0};
  for (int i = 0; i < 5; i++) {
    assert_code(begin(country, "001090999999", S("00000000"), &ticket), ACCOUNT_CODE);
  }
  assert_code(begin(country, "001090999999", S("00000000"), &ticket), ACCOUNT_LOCKED_FOR_NOW);
}

struct rival {
  struct country *country;
  struct slice code;
  result got;
};
static void *activate_as_rival(void *arg) {
  struct rival *rival = arg;
  struct account_token ticket = {0};
  rival->got = begin(rival->country, PIN, rival->code, &ticket);
  return NULL;
}

static void of_two_activations_with_one_code_one_wins(void **state) {
  struct country *country = *state;
  approve_citizen(country);
  struct slice code = code_in(message_of(country, country->citizen));
  struct rival rivals[4];
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) {
    rivals[i] = (struct rival){country, code, OK};
    assert_int_equal(pthread_create(&threads[i], NULL, activate_as_rival, &rivals[i]), 0);
  }
  int winners = 0;
  for (int i = 0; i < 4; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    winners += is_ok(rivals[i].got);
    assert_true(is_ok(rivals[i].got) || is_code(rivals[i].got, ACCOUNT_CODE));
  }
  assert_int_equal(winners, 1);
}

static void a_refused_password_leaves_the_ticket_usable_and_success_uses_it_up(void **state) {
  struct country *country = *state;
  approve_citizen(country);
  struct account_token ticket = {0};
  assert_ok(begin(country, PIN, code_in(message_of(country, country->citizen)), &ticket));
  struct account_secrets weak = {S("12345678"), slice_str(PASSCODE)};
  struct account_secrets good = {slice_str(PASSWORD), slice_str(PASSCODE)};
  assert_code(account_activate_finish(&country->env, NULL, slice_str(ticket.text), &weak), ACCOUNT_PASSWORD_COMMON);
  assert_ok(account_activate_finish(&country->env, NULL, slice_str(ticket.text), &good));
  assert_code(account_activate_finish(&country->env, NULL, slice_str(ticket.text), &good), ACCOUNT_CODE);
}

static void a_ticket_runs_out(void **state) {
  struct country *country = *state;
  approve_citizen(country);
  struct account_token ticket = {0};
  assert_ok(begin(country, PIN, code_in(message_of(country, country->citizen)), &ticket));
  pass(country, 15 * 60 * 1000);
  struct account_secrets good = {slice_str(PASSWORD), slice_str(PASSCODE)};
  assert_code(account_activate_finish(&country->env, NULL, slice_str(ticket.text), &good), ACCOUNT_CODE);
}

struct issuing {
  struct env *env;
  int64_t person_id;
  struct account_actor actor;
};
static result write_issue(struct db_tx *tx, void *arg) {
  struct issuing *it = arg;
  return account_code_issue(it->env, tx, it->person_id, &it->actor);
}

static void a_new_code_kills_the_old_one(void **state) {
  struct country *country = *state;
  approve_citizen(country);
  struct slice old = code_in(message_of(country, country->citizen));
  struct issuing issuing = {&country->env, country->citizen, {country->citizen, S("")}};
  assert_code(db_write(country->db, write_issue, &issuing), ACCOUNT_OWN_CASE);
  issuing.actor.person_id = country->collector;
  pass(country, 1000);
  assert_ok(db_write(country->db, write_issue, &issuing));
  struct account_token ticket = {0};
  assert_code(begin(country, PIN, old, &ticket), ACCOUNT_CODE);
  assert_ok(begin(country, PIN, code_in(message_of(country, country->citizen)), &ticket));
  issuing.person_id = country->stranger;
  assert_code(db_write(country->db, write_issue, &issuing), ACCOUNT_MOVE);
}

static void code_is_not_stored_in_clear(void **state) {
  struct country *country = *state;
  approve_citizen(country);
  struct slice code = code_in(message_of(country, country->citizen));
  assert_int_equal(count_rows(country, "SELECT COUNT(*) FROM account_code WHERE hash = $1 OR salt = $1", DB_ARGS(db_of_bytes(code))), 0);
  assert_int_equal(count_rows(country, "SELECT COUNT(*) FROM account_code WHERE length(hash) = 32 AND length(salt) = 16", DB_NO_ARGS), 1);
}

static void counters_count_cards_dossiers_accounts_and_activations(void **state) {
  struct country *country = *state;
  approve_citizen(country);
  make_active(country, country->stranger);
  struct account_enrolment third = enrolment_of(country, country->approver);
  third.phone = S("0987654321");
  assert_ok(collect_written(country, &third));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(country->db, &tx));
  struct account_counters counters = {0};
  assert_ok(account_count(tx, &counters));
  assert_int_equal(counters.cards, 6);
  assert_int_equal(counters.collected, 3);
  assert_int_equal(counters.issued, 2);
  assert_int_equal(counters.activated, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_the_moves_of_the_picture_are_allowed),
      TEST(enrolment_goes_from_desk_to_active_with_a_ledger_line_each),
      TEST(rejects_enrolment_that_breaks_a_rule),
      TEST(age_and_card_decide_who_may_hold_what),
      TEST(a_child_comes_with_a_parent_who_has_level_2),
      TEST(the_dead_and_wards_stand_in_for_nobody),
      TEST(a_ward_comes_with_the_guardian_and_a_grown_up_alone),
      TEST(rejects_approval_by_the_collector_and_by_the_person),
      TEST(rejects_a_rejection_that_does_not_say_what_is_wrong),
      TEST(a_rejected_person_is_told_why_and_may_enrol_anew),
      TEST(level_rises_from_1_to_2_while_the_account_stays_active),
      TEST(rejects_code_replay),
      TEST(rejects_wrong_and_expired_codes_and_unknown_numbers_alike),
      TEST(a_code_dies_after_five_wrong_tries),
      TEST(unknown_numbers_are_paused_like_known_ones),
      TEST(of_two_activations_with_one_code_one_wins),
      TEST(a_refused_password_leaves_the_ticket_usable_and_success_uses_it_up),
      TEST(a_ticket_runs_out),
      TEST(a_new_code_kills_the_old_one),
      TEST(code_is_not_stored_in_clear),
      TEST(counters_count_cards_dossiers_accounts_and_activations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
