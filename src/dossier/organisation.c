/* dossier/organisation.c: an organisation's enrolment [Decree 69/2024 Art 12, form TK02]: its legal representative applies, the others consent, the
 * police hold it against the business register. The dossier lies with the representative, and names the organisation in its form. */
#include "base/number.h"
#include "codec/jin.h"
#include "codec/jout.h"
#include "crypto/digest.h"
#include "dossier/enrolment.h"
#include "dossier/gather.h"
#include "organisation/organisation.h"

static const struct slice procedure_name = S_INIT(DOSSIER_ENROLMENT_ORGANISATION);
static const struct slice legal_basis = S_INIT("Nghị định 69/2024/NĐ-CP, Điều 12");

struct applying {
  struct env *env;
  struct arena *arena;
  const struct dossier_enrol_organisation *application;
  struct organisation organisation;
  struct slice clause;
  uint8_t content[32];
  struct dossier dossier;
};

static struct organisation_enrolment order_of(const struct applying *a) {
  const struct dossier_enrol_organisation *o = a->application;
  return (struct organisation_enrolment){o->organisation_id, o->representative_id, a->dossier.code, o->representative_id, S("")};
}

static result gather(struct applying *a, struct procedure_input *input, struct procedure_fact *in_database) {
  int32_t today = clock_date_of(input->submitted_at_ms);
  const struct organisation_enrolment order = order_of(a);
  struct register_person person;
  struct account account;
  struct register_agency agency = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(a->env->db, &tx));
  TRY(organisation_enrol_check(a->env, tx, &order));
  TRY(organisation_load(tx, a->arena, order.organisation_id, &a->organisation));
  TRY(register_person_load(tx, a->arena, order.representative_id, &person));
  TRY(account_load(tx, order.representative_id, &account));
  TRY(register_agency_competent(tx, a->arena, &(const struct register_competence){"eid", a->organisation.province, today}, &agency));
  if (slice_empty(agency.code)) {
    FAIL(DOSSIER_NO_AGENCY, "no police are competent");
  }
  a->dossier.agency_code = agency.code;
  a->dossier.province = agency.province;
  *in_database = (struct procedure_fact){"in_database", a->organisation.is_in_database};
  input->channel = PROCEDURE_VNEID;
  input->applicant = (struct procedure_applicant){.birth_date = register_birth_date(person.birth),
                                                  .citizen = slice_is(person.nationality, "VN"),
                                                  .level = (uint8_t)(account.state == ACCOUNT_ACTIVE ? account.level : 0),
                                                  .permanent_province = a->organisation.province};
  input->facts = in_database;
  input->fact_count = 1;
  return OK;
}

static result evaluate(struct applying *a, const struct dossier_works *works) {
  struct dossier *d = &a->dossier;
  struct procedure_input input = {.submitted_at_ms = d->submitted_at_ms};
  struct procedure_fact in_database;
  struct procedure_assessment told;
  TRY(gather(a, &input, &in_database));
  TRY(procedure_assess(works->procedures, procedure_name, &input, a->arena, &told));
  if (!told.admission.admitted) {
    FAIL(DOSSIER_APPLICANT, "the rule refuses: %.*s", SLICE_ARG(told.admission.because.code));
  }
  a->clause = told.admission.because.clause;
  d->national_code = told.outcome.national_code;
  d->limit = told.outcome.limit;
  d->outcome = dossier_outcome_write(a->arena, &(const struct dossier_answer){&input, &told.outcome, NULL});
  memcpy(d->rule_hash, told.outcome.rule_hash, sizeof told.outcome.rule_hash);
  return OK;
}

static struct slice form_json(const struct applying *a) {
  struct buf buf;
  struct jout out;
  buf_init(&buf, a->arena, 256);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_text(&out, "organisation_id", arena_printf(a->arena, "%lld", (long long)a->organisation.organisation_id));
  jout_put_text(&out, "organisation_code", a->organisation.code);
  jout_put_text(&out, "organisation_name", a->organisation.name);
  jout_object_end(&out);
  return buf_slice(&buf);
}

result dossier_organisation_id(const struct dossier *dossier, struct arena *arena, int64_t *ret_organisation_id) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  *ret_organisation_id = 0;
  if (!slice_eq(dossier->procedure, procedure_name)) {
    return OK;
  }
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, dossier->form, &root));
  struct slice id;
  TRY(jin_text(root, "organisation_id", 20, &id));
  return number_parse(id, ret_organisation_id);
}

/* Taken in, and the clock begins. */
static result receive(struct dossier *d, int64_t at_ms) {
  d->status = DOSSIER_PROCESSING;
  d->received_at_ms = at_ms;
  return dossier_act_clock_start(d, at_ms);
}

static result give_receipt(struct env *env, struct db_tx *tx, const struct dossier *d) {
  const struct dossier_slip slip = {.kind = DOSSIER_SLIP_RECEIPT, .at_ms = d->received_at_ms, .text = S(""), .date = d->due_date};
  return dossier_store_slip_insert(env, tx, d, &slip);
}

static result apply_in_write(struct db_tx *tx, void *arg) {
  struct applying *a = arg;
  struct dossier *d = &a->dossier;
  const struct dossier_store_form form = {d->applicant_id, a->application->form_key, a->content};
  bool found = false;
  enum organisation_state state = ORGANISATION_NONE;
  TRY(dossier_store_form_find(tx, a->arena, &form, &found, d));
  if (found) {
    return OK;
  }
  TRY(dossier_store_code_next(tx, a->arena, d->agency_code, clock_date_of(d->submitted_at_ms), &d->code));
  const struct organisation_enrolment order = order_of(a);
  TRY(organisation_enrol_collect(a->env, tx, &order, &state));
  d->status = DOSSIER_NEW;
  d->received_at_ms = 0;
  if (state == ORGANISATION_VERIFYING) {
    TRY(receive(d, d->submitted_at_ms));
  }
  TRY(dossier_store_insert(tx, d, a->application->form_key, a->content));
  if (state == ORGANISATION_VERIFYING) {
    TRY(give_receipt(a->env, tx, d));
  }
  const struct dossier_act act = {.code = d->code, .actor_id = d->applicant_id};
  struct act_context context = {.env = a->env, .arena = a->arena, .act = &act, .tx = tx, .dossier = *d, .now_ms = d->submitted_at_ms};
  const struct act_step step = {.name = "enrol_collect", .to = d->status, .legal_basis = a->clause};
  return dossier_act_record(&context, &step, (enum dossier_status)0);
}

result dossier_enrol_organisation_apply(struct env *env, const struct dossier_works *works, struct arena *arena,
                                        const struct dossier_enrol_organisation *application, struct dossier *ret_dossier) {
  int64_t now_ms = clock_now_ms(env->clock);
  struct applying a = {.env = env, .arena = arena, .application = application};
  a.dossier = (struct dossier){.person_id = application->representative_id,
                               .dossier_id = env_id_new(env),
                               .applicant_id = application->representative_id,
                               .procedure = procedure_name,
                               .channel = PROCEDURE_VNEID,
                               .status = DOSSIER_NEW,
                               .submitted_at_ms = now_ms};
  digest_sha256(arena_printf(arena, "%lld", (long long)application->organisation_id), a.content);
  TRY(evaluate(&a, works));
  a.dossier.form = form_json(&a);
  TRY(db_write(env->db, apply_in_write, &a));
  *ret_dossier = a.dossier;
  return OK;
}

/* ---- the others' consent ---- */

struct consenting {
  struct env *env;
  struct arena *arena;
  const struct dossier_enrol_consent *consent;
  struct dossier dossier;
};

static result consent_in_write(struct db_tx *tx, void *arg) {
  struct consenting *c = arg;
  struct organisation_account account;
  enum organisation_state state = ORGANISATION_NONE;
  int64_t now_ms = clock_now_ms(c->env->clock);
  TRY(organisation_account_load(tx, c->arena, c->consent->organisation_id, &account));
  if (account.state != ORGANISATION_CONSENTING) {
    FAIL(ORGANISATION_MOVE, "nobody waits for a consent");
  }
  const struct organisation_enrolment order = {c->consent->organisation_id, account.representative_id, account.dossier_code,
                                               c->consent->representative_id, S("")};
  TRY(dossier_load(tx, c->arena, account.dossier_code, &c->dossier));
  TRY(organisation_enrol_consent(c->env, tx, &order, c->consent->consents, &state));
  const struct dossier_act act = {.code = c->dossier.code, .actor_id = c->consent->representative_id};
  struct act_context context = {.env = c->env, .arena = c->arena, .act = &act, .tx = tx, .dossier = c->dossier, .now_ms = now_ms};
  const int64_t also[] = {c->consent->representative_id};
  struct act_step step = {.name = "enrol_consent", .to = DOSSIER_NEW, .legal_basis = legal_basis, .also = also, .also_count = 1};
  if (state == ORGANISATION_CONSENTING) {
    TRY(dossier_act_note(&context, &step));
  } else if (state == ORGANISATION_VERIFYING) {
    const struct act_step received = {.name = "enrol_consent", .to = DOSSIER_RECEIVED, .legal_basis = legal_basis, .also = also, .also_count = 1};
    const struct act_step taken = {.name = "receive", .to = DOSSIER_PROCESSING, .legal_basis = legal_basis};
    context.dossier.received_at_ms = now_ms;
    TRY(dossier_act_clock_start(&context.dossier, now_ms));
    TRY(dossier_act_move(&context, &received));
    TRY(dossier_act_move(&context, &taken));
    TRY(give_receipt(c->env, tx, &context.dossier));
  } else {
    step.name = "enrol_object";
    step.to = DOSSIER_NOT_RECEIVED;
    context.dossier.closed_at_ms = now_ms;
    TRY(dossier_act_move(&context, &step));
  }
  c->dossier = context.dossier;
  return OK;
}

result dossier_enrol_organisation_consent(struct env *env, struct arena *arena, const struct dossier_enrol_consent *consent,
                                          struct dossier *ret_dossier) {
  struct consenting c = {.env = env, .arena = arena, .consent = consent};
  TRY(db_write(env->db, consent_in_write, &c));
  *ret_dossier = c.dossier;
  return OK;
}

/* ---- the officer's decision ---- */

static result decision_of(struct act_context *context, struct organisation_enrolment *ret_decision) {
  *ret_decision = (struct organisation_enrolment){
      .dossier_code = context->dossier.code, .actor_id = context->act->actor_id, .actor_role = dossier_act_role(context->arena, context->act)};
  return dossier_organisation_id(&context->dossier, context->arena, &ret_decision->organisation_id);
}

static result tell(struct act_context *context, struct slice text) {
  const struct account_notice notice = {.person_id = context->dossier.applicant_id, .purpose = S("organisation_enrolment"), .text = text};
  return account_notify(context->env, context->tx, &notice);
}

result dossier_enrolment_organisation_approve(struct act_context *context) {
  struct organisation_enrolment decision;
  TRY(decision_of(context, &decision));
  TRY(organisation_enrol_approve(context->env, context->tx, &decision));
  return tell(context, S("Tài khoản định danh điện tử của tổ chức đã được cấp."));
}

result dossier_enrolment_organisation_reject(struct act_context *context, const struct account_rejection *rejection, struct slice reason) {
  struct organisation_enrolment decision;
  TRY(account_rejection_check(rejection));
  TRY(decision_of(context, &decision));
  TRY(organisation_enrol_reject(context->env, context->tx, &decision, reason));
  return tell(context, arena_printf(context->arena, "Hồ sơ định danh điện tử của tổ chức không được duyệt: %.*s. Có thể sửa và gửi lại ngay.", SLICE_ARG(reason)));
}
