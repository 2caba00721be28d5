/* Who may act for an organisation: its representatives, and the staff they give a role. */
#include "mandate/mandate_fixture.h"

struct founding {
  struct country *country;
  int64_t organisation_id;
  int64_t leaves; /* whose office ends today; 0: it is founded, with `friend_` at its head */
};
static result write_organisation(struct db_tx *tx, void *arg) {
  struct founding *founding = arg;
  struct country *country = founding->country;
  struct env *env = &country->env;
  const struct register_act act = {.legal_basis = S("test")};
  struct organisation_representative head = {.person_id = country->friend_, .title = S("Giám đốc"), .from = 19000, .to = REGISTER_OPEN};
  if (founding->leaves != 0) {
    head.organisation_id = founding->organisation_id;
    TRY(organisation_representative_end(env, tx, &act, &head, today_of(country) - 1));
    head.person_id = country->other;
    head.from = today_of(country);
    return organisation_representative_add(env, tx, &act, &head);
  }
  struct organisation organisation = {.code = S("0100000011"), .tax_code = S("0100000011"), .enterprise_code = S("0100000011"), .name = S("Công ty Sao Mai"),
                                      .founded_on = 19000, .head_office = S("Hà Nội"), .province = S("01"), .status = ORGANISATION_WORKING,
                                      .is_in_database = true};
  enum organisation_state organisation_state = ORGANISATION_NONE;
  TRY(organisation_add(env, tx, &act, &organisation));
  founding->organisation_id = head.organisation_id = organisation.organisation_id;
  TRY(organisation_representative_add(env, tx, &act, &head));
  struct organisation_enrolment enrolment = {organisation.organisation_id, country->friend_, S("G01.26-260601-0001"), country->friend_, S("")};
  TRY(organisation_enrol_collect(env, tx, &enrolment, &organisation_state));
  enrolment.actor_id = country->officer_b;
  enrolment.actor_role = S("approver@G01");
  return organisation_enrol_approve(env, tx, &enrolment);
}

static result may_for_organisation(struct country *country, int64_t actor, int64_t organisation_id, const char *scope) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct mandate mandate;
  assert_ok(db_read_begin(country->db, &tx));
  const struct mandate_question question = {.actor_id = actor, .organisation_id = organisation_id, .scope = slice_str(scope)};
  return mandate_check(&country->env, tx, &question, &country->arena, &mandate);
}

static void a_representative_who_is_replaced_acts_no_more_and_the_staff_stays_the_organisations(void **state) {
  struct country *country = *state;
  struct founding founding = {.country = country};
  assert_ok(db_write(country->db, write_organisation, &founding));
  int64_t id = 0;
  int64_t company = founding.organisation_id;
  struct mandate_offer staff = {.giver_id = country->friend_, .organisation_id = company, .pin = slice_str(MOTHER_PIN), .name = S("Trần Thị Mai"),
                                .role = S("accountant"), .scopes = S("sign_in:*"), .to = today_of(country) + 100};
  assert_ok(may_for_organisation(country, country->friend_, company, "organisation.staff"));
  assert_ok(may_for_organisation(country, country->friend_, company, "sign_in:bank"));
  assert_code(may_for_organisation(country, country->mother, company, "sign_in:bank"), MANDATE_NONE);
  staff.giver_id = country->other;
  assert_code(give(country, staff, &id), MANDATE_NONE); /* who does not represent it gives no role */
  staff.giver_id = country->friend_;
  staff.role = S("emperor");
  assert_code(give(country, staff, &id), MANDATE_SCOPES);
  staff.role = S("accountant");
  assert_ok(give(country, staff, &id));
  assert_ok(move(country, id, MANDATE_ACTIVE, country->mother));
  assert_ok(may_for_organisation(country, country->mother, company, "sign_in:bank"));
  assert_code(may_for_organisation(country, country->mother, company, "organisation.staff"), MANDATE_SCOPE);

  founding.leaves = country->friend_;
  assert_ok(db_write(country->db, write_organisation, &founding));
  assert_code(may_for_organisation(country, country->friend_, company, ""), MANDATE_NONE);
  assert_ok(may_for_organisation(country, country->other, company, "organisation.staff"));
  assert_ok(may_for_organisation(country, country->mother, company, "sign_in:bank"));
  assert_code(move(country, id, MANDATE_REVOKED, country->friend_), MANDATE_UNKNOWN);
  assert_ok(move(country, id, MANDATE_REVOKED, country->other));
  assert_code(may_for_organisation(country, country->mother, company, "sign_in:bank"), MANDATE_NONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      EACH(a_representative_who_is_replaced_acts_no_more_and_the_staff_stays_the_organisations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
