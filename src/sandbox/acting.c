/* The organisation with its representatives, account and clerk, the mandate from elder to delegate, the authenticator apps: each by the same functions
 * as anybody's, offered and accepted by whom it takes. */
#include "sandbox/acting.h"

#include "authenticator/authenticator.h"
#include "mandate/mandate.h"
#include "organisation/organisation.h"

enum { FOUNDED = 17897 /* 2019-01-01 */ };

size_t sandbox_index_of(const char *name) {
  size_t at = 0;
  while (at < SANDBOX_PEOPLE && strcmp(sandbox_people[at].name, name) != 0) {
    at++;
  }
  return at;
}

static int64_t id_of(const struct sandbox_acting *acting, const char *name) { return acting->ids[sandbox_index_of(name)]; }

static result represent(const struct sandbox_acting *acting, int64_t organisation_id, const char *name, struct slice title) {
  const struct organisation_representative representative = {
      .organisation_id = organisation_id, .person_id = id_of(acting, name), .title = title, .from = FOUNDED, .to = REGISTER_OPEN};
  return organisation_representative_add(acting->env, acting->tx, acting->act, &representative);
}

static result add_organisation(const struct sandbox_acting *acting, int64_t *ret_organisation_id) {
  struct organisation organisation = {.code = S(SANDBOX_ORGANISATION),
                                      .tax_code = S(SANDBOX_ORGANISATION),
                                      .enterprise_code = S(SANDBOX_ORGANISATION),
                                      .name = S("Công ty TNHH Sen Vàng"),
                                      .short_name = S("Sen Vàng"),
                                      .foreign_name = S("Golden Lotus Company Limited"),
                                      .founded_on = FOUNDED,
                                      .head_office = S("Số 9 phố Tràng Tiền"),
                                      .province = S("01"),
                                      .status = ORGANISATION_WORKING,
                                      .is_in_database = true};
  TRY(organisation_add(acting->env, acting->tx, acting->act, &organisation));
  TRY(represent(acting, organisation.organisation_id, "organisation_representative", S("Giám đốc")));
  TRY(represent(acting, organisation.organisation_id, "organisation_second", S("Phó giám đốc")));
  *ret_organisation_id = organisation.organisation_id;
  return OK;
}

/* Asked for by one representative, agreed to by the other, approved by an officer. */
static result open_account(const struct sandbox_acting *acting, int64_t organisation_id) {
  struct organisation_enrolment step = {.organisation_id = organisation_id,
                                        .representative_id = id_of(acting, "organisation_representative"),
                                        .dossier_code = S("SANDBOX-30"),
                                        .actor_id = id_of(acting, "organisation_representative")};
  enum organisation_state state;
  TRY(organisation_enrol_collect(acting->env, acting->tx, &step, &state));
  step.representative_id = step.actor_id = id_of(acting, "organisation_second");
  TRY(organisation_enrol_consent(acting->env, acting->tx, &step, true, &state));
  step.actor_id = id_of(acting, "officer_approver");
  step.actor_role = S("approver@sandbox");
  return organisation_enrol_approve(acting->env, acting->tx, &step);
}

struct giving {
  const char *giver, *taker;
  int64_t organisation_id;
  struct slice role, scopes;
};

static result give(const struct sandbox_acting *acting, const struct giving *giving) {
  const struct sandbox_person *taker = &sandbox_people[sandbox_index_of(giving->taker)];
  const struct mandate_offer offer = {.giver_id = id_of(acting, giving->giver),
                                      .organisation_id = giving->organisation_id,
                                      .pin = slice_str(taker->pin),
                                      .name = slice_str(taker->full_name),
                                      .role = giving->role,
                                      .scopes = giving->scopes,
                                      .to = clock_date_of(clock_now_ms(acting->env->clock)) + MANDATE_DAYS_MAX - 1};
  struct mandate_step step = {.to = MANDATE_ACTIVE, .actor = {id_of(acting, giving->taker), S("")}};
  TRY(mandate_give(acting->env, acting->tx, &offer, &step.mandate_id));
  return mandate_move(acting->env, acting->tx, &step);
}

result sandbox_acting_write(const struct sandbox_acting *acting) {
  int64_t organisation_id = 0;
  TRY(add_organisation(acting, &organisation_id));
  TRY(open_account(acting, organisation_id));
  TRY(give(acting, &(const struct giving){"organisation_representative", "organisation_staff", organisation_id, S("clerk"),
                                          S("organisation.view sign_in:*")}));
  TRY(give(acting, &(const struct giving){"elder", "delegate", 0, S(""), S("dossier.lltp dossier.view")}));
  for (size_t i = 0; i < SANDBOX_TOTPS; i++) {
    const struct authenticator_demo demo = {id_of(acting, sandbox_totps[i].person), slice_str(sandbox_totps[i].bytes), S("Ứng dụng xác thực")};
    TRY(authenticator_demo_append(acting->env, acting->tx, &demo));
  }
  return OK;
}
