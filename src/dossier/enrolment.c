/* dossier/enrolment.c: level-2 enrolment as a dossier: collected at the desk by one officer; and deciding on enrolments of every kind by another
 * [Decree 69/2024 Art 10-13]. A minor's or ward's is applied for by the parent or guardian who came along. */
#include "codec/jout.h"
#include "crypto/digest.h"
#include "dossier/act.h"
#include "dossier/enrolment.h"
#include "dossier/gather.h"

static const struct slice procedure_name = S_INIT("enrolment_level2");

result dossier_enrolment_is_in_database(struct db_tx *tx, const struct register_person *person, int32_t today, bool *ret_in_database) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct register_foreigner foreigner = {0};
  result known = OK;
  if (slice_is(person->nationality, "VN")) {
    *ret_in_database = !slice_empty(person->card_number) && person->card_expires >= today;
    return OK;
  }
  known = register_foreigner_load(tx, &arena, person->person_id, &foreigner);
  *ret_in_database = is_ok(known) && foreigner.has_biometrics;
  return is_code(known, REGISTER_PERSON_UNKNOWN) ? OK : known;
}

/* ---- collect ---- */

struct collection {
  struct env *env;
  struct arena *arena;
  const struct dossier_act *act;
  const struct dossier_enrolment *enrolment;
  struct slice legal_basis;
  uint8_t content[32];
  struct dossier dossier;
};

static int64_t applicant_of(const struct dossier_enrolment *e) { return e->guardian_id != 0 ? e->guardian_id : e->person_id; }

static struct account_enrolment order_of(const struct collection *c) {
  const struct dossier_enrolment *e = c->enrolment;
  return (struct account_enrolment){.person_id = e->person_id,
                                    .level = 2,
                                    .dossier_code = c->dossier.code,
                                    .officer = {c->act->actor_id, dossier_act_role(c->arena, c->act)},
                                    .phone = e->mobile,
                                    .email = e->email,
                                    .guardian_id = e->guardian_id,
                                    .face_matched = e->face_matches,
                                    .fingerprints_matched = e->fingerprints_match};
}

/* What the registers say, as the rule wants to hear it; and what account/ would refuse is refused here, in its own words. */
static result gather(struct collection *c, struct procedure_input *input, struct procedure_fact *valid_card) {
  const struct dossier_enrolment *e = c->enrolment;
  int32_t today = clock_date_of(input->submitted_at_ms);
  const struct dossier_pair pair = {.applicant_id = applicant_of(e), .person_id = e->person_id};
  const struct account_enrolment order = order_of(c);
  struct register_person person;
  struct account account;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(c->env->db, &tx));
  TRY(account_enrol_check(c->env, tx, &order));
  TRY(register_person_load(tx, c->arena, e->person_id, &person));
  TRY(account_load(tx, pair.applicant_id, &account));
  TRY(dossier_relation_find(tx, c->arena, &pair, today, &input->relation));
  bool in_database = false;
  TRY(dossier_enrolment_is_in_database(tx, &person, today, &in_database));
  *valid_card = (struct procedure_fact){"valid_card", in_database};
  input->channel = PROCEDURE_COUNTER;
  input->applicant = (struct procedure_applicant){.birth_date = register_birth_date(person.birth),
                                                  .citizen = slice_is(person.nationality, "VN"),
                                                  .level = (uint8_t)account.level,
                                                  .permanent_province = c->act->post->province};
  input->facts = valid_card;
  input->fact_count = 1;
  return OK;
}

static result evaluate(struct collection *c, const struct dossier_works *works) {
  struct dossier *d = &c->dossier;
  struct procedure_input input = {.submitted_at_ms = d->submitted_at_ms};
  struct procedure_fact valid_card;
  struct procedure_assessment told;
  TRY(gather(c, &input, &valid_card));
  TRY(procedure_assess(works->procedures, procedure_name, &input, c->arena, &told));
  if (!told.admission.admitted) {
    FAIL(DOSSIER_APPLICANT, "the rule refuses: %.*s", SLICE_ARG(told.admission.because.code));
  }
  c->legal_basis = told.admission.because.clause;
  d->national_code = told.outcome.national_code;
  d->limit = told.outcome.limit;
  d->outcome = dossier_outcome_write(c->arena, &(const struct dossier_answer){&input, &told.outcome, NULL});
  memcpy(d->rule_hash, told.outcome.rule_hash, sizeof told.outcome.rule_hash);
  return OK;
}

static struct slice form_json(struct arena *arena, const struct dossier_enrolment *e) {
  struct buf buf;
  buf_init(&buf, arena, 256);
  struct jout out;
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_text(&out, "mobile", e->mobile);
  jout_put_text_or_null(&out, "email", e->email);
  jout_put_text_or_null(&out, "documents", e->documents);
  jout_put_bool(&out, "card_shown", e->card_shown);
  jout_put_bool(&out, "face_matches", e->face_matches);
  jout_put_bool(&out, "fingerprints_match", e->fingerprints_match);
  jout_object_end(&out);
  return buf_slice(&buf);
}

/* The receipt says by when [Decree 69/2024 Art 13; Circular 01/2018]. */
static result give_receipt(struct collection *c, struct db_tx *tx) {
  const struct dossier *d = &c->dossier;
  struct dossier_slip slip = {.kind = DOSSIER_SLIP_RECEIPT, .at_ms = d->received_at_ms, .text = S(""), .date = d->due_date};
  return dossier_store_slip_insert(c->env, tx, d, &slip);
}

static result collect_in_write(struct db_tx *tx, void *arg) {
  struct collection *c = arg;
  struct dossier *d = &c->dossier;
  const struct dossier_enrolment *e = c->enrolment;
  const struct dossier_store_form form = {d->applicant_id, e->form_key, c->content};
  bool found = false;
  TRY(dossier_store_form_find(tx, c->arena, &form, &found, d));
  if (found) {
    return OK;
  }
  bool open = false;
  TRY(dossier_store_open_exists(tx, d, &open));
  if (open) {
    FAIL(DOSSIER_ALREADY_OPEN, "an enrolment of this person is open");
  }
  TRY(dossier_store_code_next(tx, c->arena, d->agency_code, clock_date_of(d->submitted_at_ms), &d->code));
  TRY(dossier_act_clock_start(d, d->submitted_at_ms));
  struct account_enrolment order = order_of(c);
  TRY(account_enrol_collect(c->env, tx, &order));
  TRY(dossier_store_insert(tx, d, e->form_key, c->content));
  TRY(give_receipt(c, tx));
  struct act_context context = {
      .env = c->env, .arena = c->arena, .act = c->act, .tx = tx, .dossier = *d, .now_ms = d->submitted_at_ms};
  struct act_step step = {.name = "enrol_collect", .to = DOSSIER_PROCESSING, .legal_basis = c->legal_basis};
  return dossier_act_record(&context, &step, (enum dossier_status)0);
}

/* They stand at the desk: access is asked with both of them and their near kin as the whole case. */
static result require_collect(struct env *env, struct arena *arena, const struct dossier_enrolment *e) {
  const struct dossier_act *act = e->act;
  struct act_context context = {.env = env,
                                .arena = arena,
                                .act = act,
                                .power = ACCESS_ENROL_COLLECT,
                                .dossier = {.person_id = e->person_id, .applicant_id = applicant_of(e)},
                                .now_ms = clock_now_ms(env->clock)};
  if (act->post != NULL) {
    context.dossier.agency_code = act->post->agency;
    context.dossier.province = act->post->province;
  }
  struct access_request request;
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    context.tx = tx;
    TRY(dossier_act_request(&context, &request));
  }
  return access_require(env, &request);
}

/* The same form again: its dossier, before anything is asked a second time. */
static result find_collected(struct collection *c, bool *ret_found) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  const struct dossier_store_form form = {c->dossier.applicant_id, c->enrolment->form_key, c->content};
  TRY(db_read_begin(c->env->db, &tx));
  return dossier_store_form_find(tx, c->arena, &form, ret_found, &c->dossier);
}

result dossier_enrol_collect(struct env *env, const struct dossier_works *works, struct arena *arena,
                             const struct dossier_enrolment *enrolment, struct dossier *ret_dossier) {
  const struct dossier_act *act = enrolment->act;
  TRY(require_collect(env, arena, enrolment));
  if (!enrolment->card_shown) { /* [Decree 69/2024 Art 12] */
    FAIL(ACCOUNT_BIOMETRICS, "the person's card was not shown");
  }
  int64_t now_ms = clock_now_ms(env->clock);
  struct collection c = {.env = env, .arena = arena, .act = act, .enrolment = enrolment};
  struct slice form = form_json(arena, enrolment);
  c.dossier = (struct dossier){.person_id = enrolment->person_id,
                               .dossier_id = env_id_new(env),
                               .applicant_id = applicant_of(enrolment),
                               .procedure = procedure_name,
                               .agency_code = act->post->agency,
                               .province = act->post->province,
                               .channel = PROCEDURE_COUNTER,
                               .status = DOSSIER_PROCESSING, /* checked and taken in one visit */
                               .submitted_at_ms = now_ms,
                               .received_at_ms = now_ms,
                               .copies = 0,
                               .form = form};
  digest_sha256(arena_printf(arena, "%lld|%.*s", (long long)enrolment->person_id, SLICE_ARG(form)), c.content);
  bool found = false;
  TRY(find_collected(&c, &found));
  if (!found) {
    TRY(evaluate(&c, works));
    TRY(db_write(env->db, collect_in_write, &c));
  }
  *ret_dossier = c.dossier;
  return OK;
}

/* ---- decide ---- */

bool dossier_is_enrolment(const struct dossier *d) { return slice_starts(d->procedure, S("enrolment_")); }

static result check_open(const struct dossier *d) {
  if (!dossier_is_enrolment(d) || d->status != DOSSIER_PROCESSING) {
    FAIL(DOSSIER_MOVE_FORBIDDEN, "no enrolment to decide on");
  }
  return OK;
}

static struct account_enrolment decision_of(const struct act_context *context) {
  const struct dossier *d = &context->dossier;
  return (struct account_enrolment){.person_id = d->person_id,
                                    .dossier_code = d->code,
                                    .officer = {context->act->actor_id, dossier_act_role(context->arena, context->act)}};
}

/* The code is on its way already: the result is returned by the system, in the same write. */
static result return_by_message(const struct act_context *approved) {
  const struct dossier_act act = {.code = approved->dossier.code};
  struct act_context context = *approved;
  context.act = &act;
  struct act_step step = {
      .name = "return", .to = DOSSIER_RETURNED, .legal_basis = account_enrol_basis(clock_date_of(context.now_ms))};
  return dossier_act_move(&context, &step);
}

result dossier_enrolment_finish(struct act_context *context) {
  context->dossier.finished_at_ms = context->now_ms;
  struct act_step step = {
      .name = "enrol_approve", .to = DOSSIER_DONE, .legal_basis = account_enrol_basis(clock_date_of(context->now_ms))};
  TRY(dossier_act_move(context, &step));
  return return_by_message(context);
}

static result approve(struct act_context *context) {
  struct dossier *d = &context->dossier;
  TRY(check_open(d));
  struct account_enrolment order = decision_of(context);
  order.face_matched = *(const bool *)context->arg;
  if (slice_is(d->procedure, DOSSIER_ENROLMENT_ORGANISATION)) {
    TRY(dossier_enrolment_organisation_approve(context));
  } else {
    TRY(account_enrol_approve(context->env, context->tx, &order));
  }
  d->decider_id = context->act->actor_id;
  return dossier_enrolment_finish(context);
}

result dossier_enrol_approve(struct env *env, struct arena *arena, const struct dossier_act *act, bool face_checked) {
  struct act_context context = {.env = env, .arena = arena, .act = act, .power = ACCESS_ENROL_APPROVE, .arg = &face_checked};
  return dossier_act_run(&context, approve);
}

static result reject(struct act_context *context) {
  struct dossier *d = &context->dossier;
  const struct account_rejection *rejection = context->arg;
  TRY(check_open(d));
  struct slice reason = account_rejection_write(context->arena, rejection);
  const struct account_enrolment order = decision_of(context);
  if (slice_is(d->procedure, DOSSIER_ENROLMENT_ORGANISATION)) {
    TRY(dossier_enrolment_organisation_reject(context, rejection, reason));
  } else {
    TRY(account_enrol_reject(context->env, context->tx, &order, rejection));
  }
  d->decider_id = context->act->actor_id;
  d->closed_at_ms = context->now_ms;
  struct dossier_slip slip = {.kind = DOSSIER_SLIP_REFUSAL, .at_ms = context->now_ms, .text = reason};
  TRY(dossier_store_slip_insert(context->env, context->tx, d, &slip));
  struct act_step step = {.name = "enrol_reject",
                          .to = DOSSIER_STOPPED,
                          .legal_basis = account_enrol_basis(clock_date_of(context->now_ms)),
                          .note = reason};
  return dossier_act_move(context, &step);
}

result dossier_enrol_reject(struct env *env, struct arena *arena, const struct dossier_act *act,
                            const struct account_rejection *rejection) {
  struct account_rejection copy = *rejection;
  struct act_context context = {.env = env, .arena = arena, .act = act, .power = ACCESS_ENROL_REJECT, .arg = &copy};
  return dossier_act_run(&context, reject);
}

/* ---- a new code, when the first was not used in time ---- */

static result send_code(struct act_context *context) {
  const struct account_actor actor = {context->act->actor_id, dossier_act_role(context->arena, context->act)};
  TRY(account_code_issue(context->env, context->tx, context->dossier.person_id, &actor));
  struct act_step step = {.name = "enrol_code", .legal_basis = account_enrol_basis(clock_date_of(context->now_ms))};
  return dossier_act_note(context, &step);
}

result dossier_enrol_code(struct env *env, struct arena *arena, const struct dossier_act *act) {
  struct act_context context = {.env = env, .arena = arena, .act = act, .power = ACCESS_ENROL_CODE};
  return dossier_act_run(&context, send_code);
}
