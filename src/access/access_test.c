/* The whole matrix: every act x every role is asked, and every scope rule of every allowed cell is broken once. The expectation is written
 * here a second time, in words, so that a slip in table.c cannot agree with itself. */
#include "access/access.h"
#include "base/unit_test.h"

enum { TODAY = 19895 }; /* 2024-06-21 */
enum { OFFICER = 700, APPLICANT = 42, CHILD = 43, STRANGER = 99, COLLEAGUE = 701 };

/* Letters: L level 2, S self, A agency, P place, D person in dossier, O not own, X not the decider, C not the collector, K passcode, U purpose. */
static const struct {
  const char *act;
  const char *cells; /* "role:LETTERS role:LETTERS", nobody else */
} expected[ACCESS_ACT_COUNT] = {
    [ACCESS_DOSSIER_SUBMIT] = {"dossier.submit", "citizen:LS one_stop_officer:LAO"},
    [ACCESS_DOSSIER_VIEW_OWN] = {"dossier.view_own", "citizen:S"},
    [ACCESS_DOSSIER_WITHDRAW] = {"dossier.withdraw", "citizen:S one_stop_officer:LAO"},
    [ACCESS_DOSSIER_SUPPLEMENT] = {"dossier.supplement", "citizen:S one_stop_officer:LAO"},
    [ACCESS_DOSSIER_PAY] = {"dossier.pay", "citizen:S system:"},
    [ACCESS_DOCUMENT_LIST] = {"document.list", "citizen:S"},
    [ACCESS_DOCUMENT_OPEN] = {"document.open", "citizen:SK"},
    [ACCESS_READS_VIEW] = {"reads.view", "citizen:S"},
    [ACCESS_HISTORY_VIEW] = {"history.view", "citizen:S"},
    [ACCESS_AUTHENTICATOR_VIEW] = {"authenticator.view", "citizen:S"},
    [ACCESS_AUTHENTICATOR_CHANGE] = {"authenticator.change", "citizen:S"},
    [ACCESS_SESSION_END] = {"session.end", "citizen:S"},
    [ACCESS_ACCOUNT_LOCK_OWN] = {"account.lock_own", "citizen:S"},
    [ACCESS_ACCOUNT_UNLOCK_OWN] = {"account.unlock_own", "citizen:S"},
    [ACCESS_RECOVERY_OWN] = {"recovery.own", "citizen:S"},
    [ACCESS_RECOVERY_HELP] = {"recovery.help", "citizen:L"},
    [ACCESS_MANDATE_VIEW] = {"mandate.view", "citizen:S"},
    [ACCESS_MANDATE_GIVE] = {"mandate.give", "citizen:LSK"},
    [ACCESS_MANDATE_ACCEPT] = {"mandate.accept", "citizen:LS"},
    [ACCESS_MANDATE_END] = {"mandate.end", "citizen:S"},
    [ACCESS_MISUSE_REPORT] = {"misuse.report", "citizen:S"},
    [ACCESS_QUEUE_VIEW] = {"queue.view", "one_stop_officer:L records_officer:L decider:L sealer:L supervisor:L collector:L approver:L"},
    [ACCESS_DOSSIER_ASSIST] = {"dossier.assist", "one_stop_officer:LAOU"},
    [ACCESS_DOSSIER_VIEW] = {"dossier.view", "one_stop_officer:LAOU records_officer:LAOU decider:LAOU sealer:LAOU supervisor:LPOU "
                                             "collector:LAOU approver:LAOU system:U"},
    [ACCESS_DOSSIER_RECEIVE] = {"dossier.receive", "one_stop_officer:LAO records_officer:LAO system:"},
    [ACCESS_DOSSIER_LOOK_UP] = {"dossier.look_up", "one_stop_officer:LAODU records_officer:LAODU decider:LAODU"},
    [ACCESS_DOSSIER_SUPPLEMENT_REQUEST] = {"dossier.supplement_request", "one_stop_officer:LAO records_officer:LAO"},
    [ACCESS_DOSSIER_COMPONENT_REQUEST] = {"dossier.component_request", "one_stop_officer:LAO records_officer:LAO"},
    [ACCESS_DOSSIER_COMPLEX] = {"dossier.complex", "records_officer:LAO"},
    [ACCESS_DOSSIER_REFUSE] = {"dossier.refuse", "one_stop_officer:LAO decider:LAO"},
    [ACCESS_DOSSIER_DECIDE] = {"dossier.decide", "decider:LAO"},
    [ACCESS_DOSSIER_SIGN] = {"dossier.sign", "decider:LAO"},
    [ACCESS_DOSSIER_SEAL] = {"dossier.seal", "sealer:LAOX"},
    [ACCESS_DOSSIER_APOLOGY] = {"dossier.apology", "one_stop_officer:LAO records_officer:LAO system:"},
    [ACCESS_DOSSIER_RETURN] = {"dossier.return", "one_stop_officer:LAO system:"},
    [ACCESS_REGISTER_SEARCH] = {"register.search", "one_stop_officer:LAODU records_officer:LAODU decider:LAODU collector:LAODU "
                                                   "approver:LAODU"},
    [ACCESS_RECOVERY_VIEW] = {"recovery.view", "collector:LOU approver:LOU"},
    [ACCESS_RECOVERY_COLLECT] = {"recovery.collect", "collector:LO"},
    [ACCESS_RECOVERY_APPROVE] = {"recovery.approve", "approver:LOC"},
    [ACCESS_RECOVERY_REJECT] = {"recovery.reject", "collector:LO approver:LO"},
    [ACCESS_ENROL_COLLECT] = {"enrol.collect", "collector:LAO"},
    [ACCESS_ENROL_APPROVE] = {"enrol.approve", "approver:LAOC"},
    [ACCESS_ENROL_REJECT] = {"enrol.reject", "approver:LAOC"},
    [ACCESS_ENROL_APPLY] = {"enrol.apply", "citizen:LS"},
    [ACCESS_ORGANISATION_ENROL] = {"organisation.enrol", "citizen:LS"},
    [ACCESS_EVIDENCE_VIEW] = {"evidence.view", "collector:LAOU approver:LAOU"},
    [ACCESS_ENROL_CODE] = {"enrol.code", "collector:LAO approver:LAO"},
    [ACCESS_LOCK_REQUEST_VIEW] = {"lock_request.view", "collector:L approver:L"},
    [ACCESS_LOCK_REQUEST_ENTER] = {"lock_request.enter", "collector:LAO"},
    [ACCESS_LOCK_REQUEST_DECIDE] = {"lock_request.decide", "approver:LAOC"},
    [ACCESS_MANDATE_ENTER] = {"mandate.enter", "one_stop_officer:LAO"},
    [ACCESS_MANDATE_CONFIRM] = {"mandate.confirm", "one_stop_officer:LAOC records_officer:LAOC decider:LAOC"},
    [ACCESS_MISUSE_VIEW] = {"misuse.view", "supervisor:LPO"},
    [ACCESS_MISUSE_ANSWER] = {"misuse.answer", "supervisor:LPO"},
    [ACCESS_REPORT_VIEW] = {"report.view", "supervisor:L"},
    [ACCESS_REFUND_VIEW] = {"refund.view", "supervisor:LPO"},
    [ACCESS_ACCOUNT_SHOW] = {"account.show", "operator:LOU system:U"},
    [ACCESS_ACCOUNT_CREATE] = {"account.create", "operator:LO system:"},
    [ACCESS_ACCOUNT_LOCK] = {"account.lock", "operator:LO system:"},
    [ACCESS_ACCOUNT_UNLOCK] = {"account.unlock", "operator:LO system:"},
    [ACCESS_REGISTER_IMPORT] = {"register.import", "operator:L system:"},
    [ACCESS_LEDGER_REBUILD] = {"ledger.rebuild", "system:"},
    [ACCESS_BACKUP_MAKE] = {"backup.make", "system:"},
    [ACCESS_CLIENT_VIEW] = {"client.view", "operator:L system:"},
    [ACCESS_CLIENT_REGISTER] = {"client.register", "operator:L system:"},
    [ACCESS_SIGNING_KEY_ROTATE] = {"signing_key.rotate", "system:"},
    [ACCESS_CERTIFICATE_RENEW] = {"certificate.renew", "system:"},
};

/* One request with its facts beside it, all of them right. */
struct asked {
  struct access_request request;
  struct access_post post;
  struct access_case dossier;
  int64_t people[3];
  struct clock clock;
  struct env env;
};

static struct asked *ask(struct asked *asked, enum access_act act, enum access_role role) {
  *asked = (struct asked){
      .people = {APPLICANT, CHILD},
      .post = {31, role, S("H26.11"), S("01"), TODAY - 10, TODAY + 10},
      .clock = clock_fixed(clock_date_start_ms(TODAY) + 1000),
  };
  asked->dossier = (struct access_case){.code = S("H26.11-240614-0001"), .agency = S("H26.11"), .province = S("01"),
                                        .people = asked->people, .people_count = 2, .applicant_id = APPLICANT,
                                        .collected_by = COLLEAGUE, .decided_by = COLLEAGUE, .signed_by = COLLEAGUE};
  asked->request = (struct access_request){.act = act, .actor_id = OFFICER, .level = 2, .post = &asked->post, .subject_id = APPLICANT,
                                           .dossier = &asked->dossier, .purpose = S("Thẩm tra lý lịch tư pháp")};
  if (role == ACCESS_CITIZEN) {
    asked->request.actor_id = APPLICANT;
    asked->request.post = NULL;
    asked->request.passcode_ok = true;
  } else if (role == ACCESS_SYSTEM) {
    asked->request = (struct access_request){.act = act, .is_system = true, .purpose = S("Kiểm tra theo phiếu yêu cầu")};
  }
  asked->env.clock = &asked->clock;
  return asked;
}

static result answer(struct asked *asked) { return access_check(&asked->env, &asked->request); }

/* The letters of a role in an expectation; NULL: the role never has the act. */
static const char *letters_of(const char *cells, enum access_role role) {
  struct slice rest = slice_str(cells);
  while (!slice_empty(rest)) {
    struct slice cell = slice_cut(&rest, ' ');
    struct slice letters = cell;
    struct slice name = slice_cut(&letters, ':');
    if (slice_eq(name, access_role_name(role))) {
      return (const char *)letters.ptr;
    }
  }
  return NULL;
}

static bool has_letter(const char *letters, char letter) {
  for (; *letters && *letters != ' '; letters++) {
    if (*letters == letter) {
      return true;
    }
  }
  return false;
}

static void every_act_has_exactly_its_roles(void **state) {
  (void)state;
  struct asked asked;
  for (int act = 0; act < ACCESS_ACT_COUNT; act++) {
    assert_string_equal((const char *)access_act_name((enum access_act)act).ptr, expected[act].act);
    for (int role = 0; role < ACCESS_ROLE_COUNT; role++) {
      bool may = letters_of(expected[act].cells, (enum access_role)role) != NULL;
      result got = answer(ask(&asked, (enum access_act)act, (enum access_role)role));
      assert_int_equal(access_role_has((enum access_role)role, (enum access_act)act), may);
      if (got.code != (may ? 0 : ACCESS_ROLE)) {
        fail_msg("%s as %s: code 0x%04x", expected[act].act, (const char *)access_role_name((enum access_role)role).ptr, got.code);
      }
    }
  }
}

static void break_level(struct asked *asked) { asked->request.level = 1; }
static void break_self(struct asked *asked) { asked->request.subject_id = STRANGER; }
static void break_agency(struct asked *asked) { asked->dossier.agency = S("H57.11"); }
static void break_place(struct asked *asked) { asked->dossier.province = S("46"); }
static void break_person(struct asked *asked) { asked->request.subject_id = STRANGER; }
static void break_own_subject(struct asked *asked) {
  asked->request.subject_id = OFFICER;
  asked->people[2] = OFFICER; /* else a look-up fails for the person's sake before */
  asked->dossier.people_count = 3;
}
static void break_decider(struct asked *asked) { asked->dossier.decided_by = OFFICER; }
static void break_collector(struct asked *asked) { asked->dossier.collected_by = OFFICER; }
static void break_passcode(struct asked *asked) { asked->request.passcode_ok = false; }
static void break_purpose(struct asked *asked) { asked->request.purpose = S("   vì việc   "); }

static const struct {
  char letter;
  void (*spoil)(struct asked *asked);
  uint16_t code;
} breaks[] = {
    {'L', break_level, ACCESS_LEVEL},          {'S', break_self, ACCESS_OTHER_PERSON},       {'A', break_agency, ACCESS_OTHER_AGENCY},
    {'P', break_place, ACCESS_OTHER_PLACE},    {'D', break_person, ACCESS_NO_DOSSIER},       {'O', break_own_subject, ACCESS_OWN_CASE},
    {'X', break_decider, ACCESS_SAME_PERSON},  {'C', break_collector, ACCESS_SAME_PERSON},   {'K', break_passcode, ACCESS_PASSCODE},
    {'U', break_purpose, ACCESS_PURPOSE},
};

/* A fact that a cell does not ask for must not matter, unless the same spoiling touches another rule of the cell. */
static bool touches_another(char letter, const char *letters) {
  return (letter == 'D' && has_letter(letters, 'S')) || (letter == 'S' && has_letter(letters, 'D')) ||
         (letter == 'O' && has_letter(letters, 'S'));
}

static void check_scope_rules_of(enum access_act act, enum access_role role, const char *letters) {
  struct asked asked;
  for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
    ask(&asked, act, role);
    breaks[i].spoil(&asked);
    uint16_t wanted = has_letter(letters, breaks[i].letter) ? breaks[i].code : 0;
    uint16_t got = answer(&asked).code;
    if (got != wanted && !touches_another(breaks[i].letter, letters)) {
      fail_msg("%s as %s, rule %c: code 0x%04x, not 0x%04x", expected[act].act, (const char *)access_role_name(role).ptr,
               breaks[i].letter, got, wanted);
    }
  }
}

static void every_scope_rule_of_every_cell_refuses(void **state) {
  (void)state;
  for (int act = 0; act < ACCESS_ACT_COUNT; act++) {
    for (int role = 0; role < ACCESS_ROLE_COUNT; role++) {
      const char *letters = letters_of(expected[act].cells, (enum access_role)role);
      if (letters != NULL) {
        check_scope_rules_of((enum access_act)act, (enum access_role)role, letters);
      }
    }
  }
}

static void every_post_is_refused_outside_its_dates(void **state) {
  (void)state;
  struct asked asked;
  for (int act = 0; act < ACCESS_ACT_COUNT; act++) {
    for (int role = ACCESS_ONE_STOP_OFFICER; role < ACCESS_SYSTEM; role++) {
      if (!letters_of(expected[act].cells, (enum access_role)role)) {
        continue;
      }
      ask(&asked, (enum access_act)act, (enum access_role)role)->post.to = TODAY - 1;
      assert_code(answer(&asked), ACCESS_POST_EXPIRED);
      ask(&asked, (enum access_act)act, (enum access_role)role)->post.from = TODAY + 1;
      assert_code(answer(&asked), ACCESS_POST_EXPIRED);
      ask(&asked, (enum access_act)act, (enum access_role)role)->post.from = TODAY;
      asked.post.to = TODAY; /* both ends are inclusive */
      assert_ok(answer(&asked));
    }
  }
}

static void nobody_is_not_the_system(void **state) {
  (void)state;
  struct asked asked;
  ask(&asked, ACCESS_ACCOUNT_LOCK, ACCESS_SYSTEM)->request.is_system = false;
  assert_code(answer(&asked), ACCESS_FACTS);
  ask(&asked, ACCESS_ACCOUNT_LOCK, ACCESS_SYSTEM)->request.actor_id = OFFICER;
  assert_code(answer(&asked), ACCESS_FACTS);
  ask(&asked, ACCESS_DOSSIER_VIEW, ACCESS_DECIDER)->post.role = ACCESS_SYSTEM;
  assert_code(answer(&asked), ACCESS_FACTS);
}

static void a_parent_acts_for_a_child_only_by_the_register(void **state) {
  (void)state;
  struct asked asked;
  ask(&asked, ACCESS_DOSSIER_SUBMIT, ACCESS_CITIZEN)->request.subject_id = CHILD;
  assert_code(answer(&asked), ACCESS_OTHER_PERSON);
  asked.request.represents = true;
  assert_ok(answer(&asked));
}

static void an_officer_is_refused_in_a_case_of_their_family(void **state) {
  (void)state;
  struct asked asked;
  ask(&asked, ACCESS_DOSSIER_DECIDE, ACCESS_DECIDER)->people[1] = OFFICER; /* as the child's parent: in the dossier, not its subject */
  assert_code(answer(&asked), ACCESS_OWN_CASE);
  ask(&asked, ACCESS_DOSSIER_DECIDE, ACCESS_DECIDER)->dossier.applicant_id = OFFICER;
  assert_code(answer(&asked), ACCESS_OWN_CASE);
}

static void the_signer_does_not_seal_either(void **state) {
  (void)state;
  struct asked asked;
  ask(&asked, ACCESS_DOSSIER_SEAL, ACCESS_SEALER)->dossier.signed_by = OFFICER;
  assert_code(answer(&asked), ACCESS_SAME_PERSON);
}

static void a_fact_left_out_is_refused(void **state) {
  (void)state;
  struct asked asked;
  ask(&asked, ACCESS_DOSSIER_VIEW, ACCESS_DECIDER)->request.dossier = NULL;
  assert_code(answer(&asked), ACCESS_FACTS);
  ask(&asked, ACCESS_DOSSIER_VIEW, ACCESS_DECIDER)->dossier.agency = S("");
  asked.post.agency = S(""); /* two unknown agencies are not the same agency */
  assert_code(answer(&asked), ACCESS_FACTS);
  ask(&asked, ACCESS_REGISTER_SEARCH, ACCESS_DECIDER)->request.dossier = NULL;
  assert_code(answer(&asked), ACCESS_NO_DOSSIER);
  ask(&asked, ACCESS_REFUND_VIEW, ACCESS_SUPERVISOR)->dossier.province = S("");
  assert_code(answer(&asked), ACCESS_FACTS);
  ask(&asked, ACCESS_ENROL_APPROVE, ACCESS_APPROVER)->dossier.collected_by = 0;
  assert_code(answer(&asked), ACCESS_FACTS);
  ask(&asked, ACCESS_ENROL_REJECT, ACCESS_APPROVER)->dossier.collected_by = 0;
  assert_code(answer(&asked), ACCESS_FACTS);
  ask(&asked, ACCESS_DOSSIER_SEAL, ACCESS_SEALER)->dossier.decided_by = 0;
  asked.dossier.signed_by = 0;
  assert_code(answer(&asked), ACCESS_FACTS);
  ask(&asked, ACCESS_DOSSIER_VIEW_OWN, ACCESS_CITIZEN)->request.subject_id = 0;
  assert_code(answer(&asked), ACCESS_FACTS);
}

static void a_national_post_reaches_every_province(void **state) {
  (void)state;
  struct asked asked;
  ask(&asked, ACCESS_REFUND_VIEW, ACCESS_SUPERVISOR)->post.province = S("");
  asked.dossier.province = S("46");
  assert_ok(answer(&asked));
}

static void a_procedure_may_ask_level_1_of_citizens_but_not_of_officers(void **state) {
  (void)state;
  struct asked asked;
  ask(&asked, ACCESS_DOSSIER_SUBMIT, ACCESS_CITIZEN)->request.level = 1;
  asked.request.level_needed = 1;
  assert_ok(answer(&asked));
  asked.request.level = 0;
  assert_code(answer(&asked), ACCESS_LEVEL);
  ask(&asked, ACCESS_DOSSIER_SUBMIT, ACCESS_ONE_STOP_OFFICER)->request.level = 1;
  asked.request.level_needed = 1;
  assert_code(answer(&asked), ACCESS_LEVEL);
}

static void a_purpose_counts_characters_not_bytes(void **state) {
  (void)state;
  static uint8_t long_purpose[ACCESS_PURPOSE_CHARACTERS_MAX + 1];
  struct asked asked;
  ask(&asked, ACCESS_DOSSIER_VIEW, ACCESS_DECIDER)->request.purpose = S("ệệệệệ");
  assert_code(answer(&asked), ACCESS_PURPOSE);
  asked.request.purpose = S("ệệệệệệệệệệ");
  assert_ok(answer(&asked));
  memset(long_purpose, 'a', sizeof long_purpose);
  asked.request.purpose = slice_of(long_purpose, sizeof long_purpose);
  assert_code(answer(&asked), ACCESS_PURPOSE);
}

static void roles_are_found_by_name_and_no_post_is_citizen_or_system(void **state) {
  (void)state;
  assert_int_equal(access_role_find(S("decider")), ACCESS_DECIDER);
  assert_int_equal(access_role_find(S("citizen")), ACCESS_ROLE_NONE);
  assert_int_equal(access_role_find(S("system")), ACCESS_ROLE_NONE);
  assert_int_equal(access_role_find(S("")), ACCESS_ROLE_NONE);
}

static void every_refusal_has_a_sentence(void **state) {
  (void)state;
  for (int number = 1; number <= 12; number++) {
    uint16_t kind = number == 11 ? RESULT_INVALID : number == 12 ? RESULT_INTERNAL : RESULT_REFUSED;
    assert_true(access_sentence(RESULT_CODE(kind, MODULE_ACCESS, number), false).len > 10);
    assert_true(access_sentence(RESULT_CODE(kind, MODULE_ACCESS, number), true).len > 10);
  }
  assert_true(slice_empty(access_sentence(1, true)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_act_has_exactly_its_roles),
      cmocka_unit_test(every_scope_rule_of_every_cell_refuses),
      cmocka_unit_test(every_post_is_refused_outside_its_dates),
      cmocka_unit_test(nobody_is_not_the_system),
      cmocka_unit_test(a_parent_acts_for_a_child_only_by_the_register),
      cmocka_unit_test(an_officer_is_refused_in_a_case_of_their_family),
      cmocka_unit_test(the_signer_does_not_seal_either),
      cmocka_unit_test(a_fact_left_out_is_refused),
      cmocka_unit_test(a_national_post_reaches_every_province),
      cmocka_unit_test(a_procedure_may_ask_level_1_of_citizens_but_not_of_officers),
      cmocka_unit_test(a_purpose_counts_characters_not_bytes),
      cmocka_unit_test(roles_are_found_by_name_and_no_post_is_citizen_or_system),
      cmocka_unit_test(every_refusal_has_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
