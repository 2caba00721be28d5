/* Who may act for whom: what the register gives and takes, delegates, notarised papers, sessions. */
#include "mandate/mandate_fixture.h"

static void everybody_acts_for_themself(void **state) {
  struct country *country = *state;
  assert_ok(may(country, country->friend_, country->friend_, "wallet.view"));
  assert_code(may(country, country->friend_, country->mother, ""), MANDATE_NONE);
  assert_code(may(country, country->mother, country->friend_, ""), MANDATE_NONE);
}

/* [Decree 69/2024 Art 7] at 14 the account is their own; [Civil Code 2015 Art 136] at 18 they act for themselves. */
static void a_parent_acts_for_a_minor_until_the_birthdays(void **state) {
  struct country *country = *state;
  static const struct {
    const char *on, *scope;
    uint16_t code;
  } cases[] = {
      {"2027-07-31", "sign_in:bank", 0},           {"2027-08-01", "sign_in:bank", MANDATE_SCOPE},  {"2027-07-31", "reads.view", 0},
      {"2027-08-01", "reads.view", MANDATE_SCOPE}, {"2027-08-01", "dossier.lltp", 0},              {"2031-07-31", "dossier.manage", 0},
      {"2031-07-31", "wallet.view", 0},            {"2031-08-01", "dossier.lltp", MANDATE_NONE},   {"2031-08-01", "", MANDATE_NONE},
      {"2026-06-01", "organisation.view", MANDATE_SCOPE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    go_to(country, cases[i].on);
    result answer = may(country, country->mother, country->son, cases[i].scope);
    assert_int_equal(answer.code, cases[i].code);
    assert_code(may(country, country->son, country->mother, cases[i].scope), MANDATE_NONE);
  }
}

static result write_death(struct db_tx *tx, void *arg) {
  struct person_line *line = arg;
  const struct register_act act = {.legal_basis = S("test")};
  struct register_person person;
  TRY(register_person_load(tx, &line->country->arena, line->person_id, &person));
  person.life = REGISTER_DEAD;
  person.died_on = today_of(line->country);
  return register_person_save(&line->country->env, tx, &act, &person);
}
static void dies(struct country *country, int64_t person_id) {
  assert_ok(db_write(country->db, write_death, &(struct person_line){.country = country, .person_id = person_id}));
}

static void a_guardian_acts_as_long_as_the_register_says(void **state) {
  struct country *country = *state;
  assert_ok(may(country, country->other, country->ward, "dossier.lltp"));
  assert_ok(may(country, country->other, country->ward, "sign_in:bank"));
  part(country, country->ward, REGISTER_GUARDIAN, country->other);
  assert_code(may(country, country->other, country->ward, "dossier.lltp"), MANDATE_NONE);
}

static void a_parent_who_became_a_ward_stands_in_for_nobody(void **state) {
  struct country *country = *state;
  relate(country, country->mother, REGISTER_GUARDIAN, country->other);
  assert_code(may(country, country->mother, country->son, "dossier.lltp"), MANDATE_NONE);
}

static void nobody_acts_for_the_dead(void **state) {
  struct country *country = *state;
  dies(country, country->ward);
  assert_code(may(country, country->other, country->ward, ""), MANDATE_NONE);
}

/* ---- delegates ---- */

static void a_delegate_acts_within_scope_once_accepted(void **state) {
  struct country *country = *state;
  int64_t id = 0;
  assert_ok(give(country, offer_of(country), &id));
  assert_code(may(country, country->friend_, country->mother, "dossier.lltp"), MANDATE_NONE); /* offered is not given */
  assert_ok(move(country, id, MANDATE_ACTIVE, country->friend_));
  assert_ok(may(country, country->friend_, country->mother, "dossier.lltp"));
  assert_ok(may(country, country->friend_, country->mother, "sign_in:bank"));
  static const char *const outside[] = {"wallet.view", "dossier.view", "dossier.manage", "reads.view", "sign_in:insurer", "sign_in:*"};
  for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
    assert_code(may(country, country->friend_, country->mother, outside[i]), MANDATE_SCOPE);
  }
  assert_code(may(country, country->mother, country->friend_, "dossier.lltp"), MANDATE_NONE); /* one way */
  assert_code(may(country, country->friend_, country->son, "dossier.lltp"), MANDATE_NONE);    /* her child is not his */
}

static void a_delegate_passes_nothing_on(void **state) {
  struct country *country = *state;
  (void)delegate(country);
  int64_t id = 0;
  struct mandate_offer onward = offer_of(country);
  onward.giver_id = country->friend_;
  onward.pin = slice_str(OTHER_PIN);
  onward.name = S("Vũ Văn Sơn");
  assert_ok(give(country, onward, &id)); /* that is the friend's own affairs, never hers */
  assert_ok(move(country, id, MANDATE_ACTIVE, country->other));
  assert_ok(may(country, country->other, country->friend_, "dossier.lltp"));
  assert_code(may(country, country->other, country->mother, "dossier.lltp"), MANDATE_NONE);
}

static void a_mandate_ends_with_its_last_day(void **state) {
  struct country *country = *state;
  (void)delegate(country);
  pass_days(country, 30);
  assert_ok(may(country, country->friend_, country->mother, "dossier.lltp"));
  pass_days(country, 1);
  assert_code(may(country, country->friend_, country->mother, "dossier.lltp"), MANDATE_NONE);
}

static void either_of_the_two_ends_it_at_once(void **state) {
  struct country *country = *state;
  for (int round = 0; round < 2; round++) {
    int64_t id = delegate(country);
    assert_code(move(country, id, MANDATE_REVOKED, country->other), MANDATE_UNKNOWN); /* a stranger's word counts for nothing */
    assert_ok(move(country, id, MANDATE_REVOKED, round == 0 ? country->mother : country->friend_));
    assert_code(may(country, country->friend_, country->mother, "dossier.lltp"), MANDATE_NONE);
    assert_code(move(country, id, MANDATE_REVOKED, country->mother), MANDATE_MOVE);
    assert_code(move(country, id, MANDATE_ACTIVE, country->friend_), MANDATE_MOVE); /* it does not come back */
  }
}

static void whoever_falls_below_what_it_needs_is_no_delegate_for_now(void **state) {
  struct country *country = *state;
  (void)delegate(country);
  relate(country, country->mother, REGISTER_GUARDIAN, country->other); /* she cannot give any more */
  assert_code(may(country, country->friend_, country->mother, "dossier.lltp"), MANDATE_NONE);
  part(country, country->mother, REGISTER_GUARDIAN, country->other);
  pass_days(country, 1);
  assert_ok(may(country, country->friend_, country->mother, "dossier.lltp"));
  dies(country, country->mother); /* [Civil Code 2015 Art 140] */
  assert_code(may(country, country->friend_, country->mother, "dossier.lltp"), MANDATE_NONE);
}

static void an_offer_is_the_named_persons_alone_and_waits_a_week(void **state) {
  struct country *country = *state;
  int64_t id = 0;
  assert_ok(give(country, offer_of(country), &id));
  assert_code(move(country, id, MANDATE_ACTIVE, country->mother), MANDATE_UNKNOWN);
  assert_code(move(country, id, MANDATE_ACTIVE, country->other), MANDATE_UNKNOWN);
  assert_code(move(country, id, MANDATE_WITHDRAWN, country->friend_), MANDATE_UNKNOWN);
  assert_code(move(country, id, MANDATE_REVOKED, country->friend_), MANDATE_MOVE);
  assert_code(give(country, offer_of(country), &id), MANDATE_TOO_MANY); /* one offer to one person */
  pass_days(country, MANDATE_OFFER_DAYS);
  assert_code(move(country, id, MANDATE_ACTIVE, country->friend_), MANDATE_MOVE);
  assert_ok(give(country, offer_of(country), &id));
  assert_ok(move(country, id, MANDATE_DECLINED, country->friend_));
  assert_ok(give(country, offer_of(country), &id));
  assert_ok(move(country, id, MANDATE_WITHDRAWN, country->mother));
  assert_code(move(country, id, MANDATE_ACTIVE, country->friend_), MANDATE_MOVE);
}

static void rejects_an_offer_that_the_rules_do_not_allow(void **state) {
  struct country *country = *state;
  static const struct {
    const char *pin, *name, *scopes;
    int days;
    uint16_t code;
  } cases[] = {
      {FRIEND_PIN, "Phạm Đức Hoà Bình", "dossier.lltp", 30, MANDATE_DELEGATE_UNFIT}, /* another's name */
      {"001090000099", "Phạm Đức Hòa", "dossier.lltp", 30, MANDATE_DELEGATE_UNFIT},  /* nobody's number */
      {"12", "Phạm Đức Hòa", "dossier.lltp", 30, MANDATE_DELEGATE_UNFIT},
      {MOTHER_PIN, "Trần Thị Mai", "dossier.lltp", 30, MANDATE_DELEGATE_UNFIT},      /* herself */
      {"001213000024", "Lê Minh Quân", "dossier.lltp", 30, MANDATE_DELEGATE_UNFIT},  /* a child */
      {"001088000025", "Hồ Văn Tài", "dossier.lltp", 30, MANDATE_DELEGATE_UNFIT},    /* level 1 */
      {"001070000026", "Vũ Văn Lâm", "dossier.lltp", 30, MANDATE_DELEGATE_UNFIT},    /* a ward */
      {FRIEND_PIN, "Phạm Đức Hòa", "", 30, MANDATE_SCOPES},
      {FRIEND_PIN, "Phạm Đức Hòa", "everything", 30, MANDATE_SCOPES},
      {FRIEND_PIN, "Phạm Đức Hòa", "dossier.manage", 30, MANDATE_SCOPES}, /* parents' and guardians' */
      {FRIEND_PIN, "Phạm Đức Hòa", "organisation.view", 30, MANDATE_SCOPES},
      {FRIEND_PIN, "Phạm Đức Hòa", "sign_in:*", 30, MANDATE_SCOPES},
      {FRIEND_PIN, "Phạm Đức Hòa", "sign_in:", 30, MANDATE_SCOPES},
      {FRIEND_PIN, "Phạm Đức Hòa", "dossier.lltp dossier.lltp", 30, MANDATE_SCOPES},
      {FRIEND_PIN, "Phạm Đức Hòa", "dossier.lltp ", 30, MANDATE_SCOPES},
      {FRIEND_PIN, "Phạm Đức Hòa", "dossier.lltp", -1, MANDATE_DATES},
      {FRIEND_PIN, "Phạm Đức Hòa", "dossier.lltp", MANDATE_DAYS_MAX, MANDATE_DATES},
      {FRIEND_PIN, "PHAM DUC HOA", "dossier.lltp", MANDATE_DAYS_MAX - 1, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t id = 0;
    struct mandate_offer offer = offer_of(country);
    offer.pin = slice_str(cases[i].pin);
    offer.name = slice_str(cases[i].name);
    offer.scopes = slice_str(cases[i].scopes);
    offer.to = today_of(country) + cases[i].days;
    result given = give(country, offer, &id);
    assert_int_equal(given.code, cases[i].code);
  }
}

static void minors_wards_and_level_1_give_no_mandate(void **state) {
  struct country *country = *state;
  const int64_t givers[] = {country->son, country->ward, country->level_1};
  for (size_t i = 0; i < 3; i++) {
    int64_t id = 0;
    struct mandate_offer offer = offer_of(country);
    offer.giver_id = givers[i];
    assert_code(give(country, offer, &id), MANDATE_GIVER_UNFIT);
  }
}

static void the_moves_are_those_of_the_picture(void **state) {
  (void)state;
  static const enum mandate_state allowed[][2] = {{MANDATE_OFFERED, MANDATE_ACTIVE},
                                                  {MANDATE_OFFERED, MANDATE_DECLINED},
                                                  {MANDATE_OFFERED, MANDATE_WITHDRAWN},
                                                  {MANDATE_ACTIVE, MANDATE_REVOKED}};
  for (int from = 0; from <= MANDATE_STATE_COUNT; from++) {
    for (int to = 0; to <= MANDATE_STATE_COUNT; to++) {
      bool is_allowed = false;
      for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        is_allowed |= (int)allowed[i][0] == from && (int)allowed[i][1] == to;
      }
      assert_int_equal(mandate_move_is_allowed((enum mandate_state)from, (enum mandate_state)to), is_allowed);
    }
  }
}

/* ---- notarised papers ---- */

static struct mandate_paper paper_of(struct country *country) {
  return (struct mandate_paper){.officer = {country->officer_a, S("one_stop_officer@G01")}, .agency = S("G01"), .principal_id = country->mother,
                                .actor_id = country->level_1, .scopes = S("dossier.lltp"), .to = today_of(country) + 400,
                                .office = S("Văn phòng công chứng Sao Mai"), .number = S("1234/2026"), .date = today_of(country) - 3};
}
static result enter(struct country *country, struct mandate_paper paper, int64_t *ret_id) {
  struct giving giving = {.env = &country->env, .paper = paper};
  TRY(db_write(country->db, write_paper, &giving));
  *ret_id = giving.mandate_id;
  return OK;
}
static result officer_moves(struct country *country, int64_t id, enum mandate_state to, int64_t officer, const char *reason) {
  struct giving giving = {.env = &country->env,
                          .step = {.mandate_id = id, .to = to, .actor = {officer, S("decider@G01")}, .agency = S("G01"), .reason = slice_str(reason)}};
  return db_write(country->db, write_step, &giving);
}
static result may_at_counter(struct country *country, int64_t actor, int64_t principal) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  bool covers = false;
  assert_ok(db_read_begin(country->db, &tx));
  const struct mandate_question question = {.actor_id = actor, .principal_id = principal, .scope = S("dossier.lltp"), .is_at_counter = true};
  assert_ok(mandate_covers(&country->env, tx, &question, &covers));
  return covers ? OK : (result){MANDATE_NONE};
}

static void a_notarised_paper_needs_two_officers_who_are_not_in_it(void **state) {
  struct country *country = *state;
  int64_t id = 0;
  struct mandate_paper paper = paper_of(country);
  paper.officer.person_id = country->mother;
  assert_code(enter(country, paper, &id), MANDATE_OWN_CASE);
  assert_ok(enter(country, paper_of(country), &id));
  assert_code(may_at_counter(country, country->level_1, country->mother), MANDATE_NONE);
  assert_code(officer_moves(country, id, MANDATE_ACTIVE, country->officer_a, ""), MANDATE_SAME_OFFICER);
  assert_code(officer_moves(country, id, MANDATE_ACTIVE, country->level_1, ""), MANDATE_OWN_CASE);
  assert_code(move(country, id, MANDATE_ACTIVE, country->level_1), MANDATE_UNKNOWN); /* whom it names confirms nothing */
  assert_ok(officer_moves(country, id, MANDATE_ACTIVE, country->officer_b, ""));
  assert_ok(may_at_counter(country, country->level_1, country->mother));
  assert_code(may(country, country->level_1, country->mother, "dossier.lltp"), MANDATE_NONE); /* in the app: level 2 */
  assert_ok(move(country, id, MANDATE_REVOKED, country->mother));
  assert_code(may_at_counter(country, country->level_1, country->mother), MANDATE_NONE);
}

static void an_officer_declines_or_ends_a_paper_with_a_reason(void **state) {
  struct country *country = *state;
  int64_t id = 0;
  assert_ok(enter(country, paper_of(country), &id));
  assert_code(officer_moves(country, id, MANDATE_DECLINED, country->officer_b, ""), MANDATE_REASON);
  assert_ok(officer_moves(country, id, MANDATE_DECLINED, country->officer_b, "Con dấu không rõ"));
  assert_ok(enter(country, paper_of(country), &id));
  assert_ok(officer_moves(country, id, MANDATE_ACTIVE, country->officer_b, ""));
  assert_ok(officer_moves(country, id, MANDATE_REVOKED, country->officer_a, "Văn bản đã bị hủy"));
}

static void rejects_a_paper_that_is_none(void **state) {
  struct country *country = *state;
  int64_t id = 0;
  struct mandate_paper papers[5];
  uint16_t codes[] = {MANDATE_DOCUMENT, MANDATE_DOCUMENT, MANDATE_SCOPES, MANDATE_GIVER_UNFIT, MANDATE_DATES};
  for (size_t i = 0; i < 5; i++) {
    papers[i] = paper_of(country);
  }
  papers[0].number = S("");
  papers[1].date = today_of(country) + 1;
  papers[2].scopes = S("wallet.view");
  papers[3].principal_id = country->ward;
  papers[4].to = today_of(country) + MANDATE_NOTARISED_DAYS_MAX;
  for (size_t i = 0; i < 5; i++) {
    assert_code(enter(country, papers[i], &id), codes[i]);
  }
}

/* ---- sessions and the record ---- */

static result write_session(struct db_tx *tx, void *arg) {
  void **given = arg;
  struct country *country = given[0];
  const struct account_proof proof = {.person_id = country->friend_, .means = ACCOUNT_MEANS_PASSWORD | ACCOUNT_MEANS_PASSCODE};
  return account_session_open(&country->env, tx, &proof, given[1], given[2]);
}

static result session_answer(struct country *country, const struct account_session *session, const char *scope, struct mandate *ret_mandate) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(country->db, &tx));
  return mandate_of_session(&country->env, tx, &(const struct mandate_use){session, slice_str(scope)}, &country->arena, ret_mandate);
}

static void a_session_acts_for_another_until_the_mandate_ends(void **state) {
  struct country *country = *state;
  struct account_token token;
  struct account_session session;
  struct mandate mandate;
  assert_ok(db_write(country->db, write_session, (void *[]){country, &token, &session}));
  assert_ok(session_answer(country, &session, "wallet.view", &mandate));
  assert_int_equal(mandate.kind, MANDATE_SELF);
  const struct mandate_principal mother = {.person_id = country->mother};
  assert_code(mandate_choose(&country->env, &session, &mother), MANDATE_NONE);
  int64_t id = delegate(country);
  assert_ok(mandate_choose(&country->env, &session, &mother));
  struct account_session found;
  assert_ok(account_session_find(&country->env, slice_str(token.text), &found));
  assert_true(found.acting_for_id == country->mother && found.mandate_id == id && account_session_is_for_another(&found));
  assert_ok(session_answer(country, &found, "sign_in:bank", &mandate));
  assert_true(mandate.kind == MANDATE_DELEGATE && mandate.principal_id == country->mother && mandate.actor_id == country->friend_);
  assert_code(session_answer(country, &found, "wallet.view", &mandate), MANDATE_SCOPE);
  assert_ok(move(country, id, MANDATE_REVOKED, country->mother));
  assert_code(session_answer(country, &found, "sign_in:bank", &mandate), MANDATE_ENDED); /* never silently oneself */
  assert_ok(mandate_choose(&country->env, &found, &(struct mandate_principal){0}));
  assert_ok(session_answer(country, &found, "wallet.view", &mandate));
  assert_int_equal(mandate.kind, MANDATE_SELF);
}

static size_t lines_about(struct country *country, int64_t person_id, const char *kind) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_lines lines;
  size_t count = 0;
  assert_ok(db_read_begin(country->db, &tx));
  assert_ok(ledger_entries_of_person(&country->env, tx, &(struct ledger_query){.person_id = person_id, .limit = 100}, &country->arena, &lines));
  for (size_t i = 0; i < lines.count; i++) {
    count += slice_is(lines.items[i].kind, kind);
  }
  return count;
}

static void every_step_is_in_the_ledger_of_both(void **state) {
  struct country *country = *state;
  int64_t id = delegate(country);
  assert_ok(move(country, id, MANDATE_REVOKED, country->friend_));
  static const char *const kinds[] = {"mandate.offered", "mandate.accepted", "mandate.revoked"};
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(lines_about(country, country->mother, kinds[i]), 1);
    assert_int_equal(lines_about(country, country->friend_, kinds[i]), 1);
    assert_int_equal(lines_about(country, country->other, kinds[i]), 0);
  }
}

static void lists_say_for_whom_and_by_whom(void **state) {
  struct country *country = *state;
  int64_t id = delegate(country);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct mandate_list list;
  assert_ok(db_read_begin(country->db, &tx));
  assert_ok(mandate_list_for(&country->env, tx, country->mother, &country->arena, &list));
  assert_int_equal(list.count, 1);
  assert_true(list.items[0].kind == MANDATE_PARENT && list.items[0].principal_id == country->son);
  assert_ok(mandate_list_for(&country->env, tx, country->friend_, &country->arena, &list));
  assert_int_equal(list.count, 1);
  assert_true(list.items[0].mandate_id == id && list.items[0].state == MANDATE_ACTIVE);
  assert_ok(mandate_list_of(&country->env, tx, &(struct mandate_principal){.person_id = country->ward}, &country->arena, &list));
  assert_int_equal(list.count, 1);
  assert_true(list.items[0].kind == MANDATE_GUARDIAN && list.items[0].actor_id == country->other);
  pass_days(country, 31);
  assert_ok(mandate_list_of(&country->env, tx, &(struct mandate_principal){.person_id = country->mother}, &country->arena, &list));
  assert_true(list.count == 1 && list.items[0].state == MANDATE_EXPIRED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      EACH(everybody_acts_for_themself),
      EACH(a_parent_acts_for_a_minor_until_the_birthdays),
      EACH(a_guardian_acts_as_long_as_the_register_says),
      EACH(a_parent_who_became_a_ward_stands_in_for_nobody),
      EACH(nobody_acts_for_the_dead),
      EACH(a_delegate_acts_within_scope_once_accepted),
      EACH(a_delegate_passes_nothing_on),
      EACH(a_mandate_ends_with_its_last_day),
      EACH(either_of_the_two_ends_it_at_once),
      EACH(whoever_falls_below_what_it_needs_is_no_delegate_for_now),
      EACH(an_offer_is_the_named_persons_alone_and_waits_a_week),
      EACH(rejects_an_offer_that_the_rules_do_not_allow),
      EACH(minors_wards_and_level_1_give_no_mandate),
      cmocka_unit_test(the_moves_are_those_of_the_picture),
      EACH(a_notarised_paper_needs_two_officers_who_are_not_in_it),
      EACH(an_officer_declines_or_ends_a_paper_with_a_reason),
      EACH(rejects_a_paper_that_is_none),
      EACH(a_session_acts_for_another_until_the_mandate_ends),
      EACH(every_step_is_in_the_ledger_of_both),
      EACH(lists_say_for_whom_and_by_whom),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
