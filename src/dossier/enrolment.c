/* dossier/enrolment.c: level-2 enrolment as a dossier: collected at the desk by one officer, approved by another
 * [Decree 69/2024 Art 11]. */
#include "codec/jout.h"
#include "crypto/digest.h"
#include "dossier/act.h"

static const struct slice procedure_name = S_INIT("enrolment_level2");

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

static result evaluate(struct env *env, const struct dossier_works *works, struct collection *c, int64_t now_ms) {
  struct register_person person;
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    TRY(register_person_load(tx, c->arena, c->enrolment->person_id, &person));
  }
  bool card_valid = !slice_empty(person.card_number) && person.card_expires >= clock_date_of(now_ms);
  struct procedure_fact facts[] = {{"valid_card", card_valid}};
  struct procedure_input input = {.submitted_at_ms = now_ms,
                                  .channel = PROCEDURE_COUNTER,
                                  .applicant = {.birth_date = register_birth_date(person.birth),
                                                .citizen = slice_is(person.nationality, "VN"),
                                                .permanent_province = c->act->post->province},
                                  .facts = facts,
                                  .fact_count = 1};
  struct procedure_admission admission;
  struct procedure_outcome outcome;
  TRY(procedure_may_apply(works->procedures, procedure_name, &input, c->arena, &admission));
  if (!admission.admitted) {
    FAIL(DOSSIER_APPLICANT, "the law gives this person no level-2 account");
  }
  TRY(procedure_evaluate(works->procedures, procedure_name, &input, c->arena, &outcome));
  c->legal_basis = admission.because.clause;
  c->dossier.national_code = outcome.national_code;
  c->dossier.limit = outcome.limit;
  memcpy(c->dossier.rule_hash, outcome.rule_hash, sizeof outcome.rule_hash);
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
  jout_put_bool(&out, "card_shown", e->card_shown);
  jout_put_bool(&out, "face_matches", e->face_matches);
  jout_put_bool(&out, "fingerprints_match", e->fingerprints_match);
  jout_object_end(&out);
  return buf_slice(&buf);
}

static result collect_in_write(struct db_tx *tx, void *arg) {
  struct collection *c = arg;
  struct dossier *d = &c->dossier;
  const struct dossier_enrolment *e = c->enrolment;
  bool found = false;
  TRY(dossier_store_form_find(tx, c->arena, &(struct dossier_store_form){d->applicant_id, e->form_key, c->content},
                              &found, d));
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
  struct account_enrolment order = {.person_id = e->person_id,
                                    .level = 2,
                                    .dossier_code = d->code,
                                    .officer = {c->act->actor_id, dossier_act_role(c->arena, c->act)},
                                    .phone = e->mobile,
                                    .email = e->email,
                                    .face_matched = e->face_matches,
                                    .fingerprints_matched = e->fingerprints_match};
  TRY(account_enrol_collect(c->env, tx, &order));
  TRY(dossier_store_insert(tx, d, e->form_key, c->content));
  struct act_context context = {
      .env = c->env, .arena = c->arena, .act = c->act, .tx = tx, .dossier = *d, .now_ms = d->submitted_at_ms};
  struct act_step step = {.name = "enrol_collect", .to = DOSSIER_PROCESSING, .legal_basis = c->legal_basis};
  return dossier_act_record(&context, &step, (enum dossier_status)0);
}

/* The person stands at the desk: access is asked with them and their near kin as the whole case. */
static result require_collect(struct env *env, struct arena *arena, const struct dossier_act *act, int64_t person_id) {
  struct act_context context = {.env = env,
                                .arena = arena,
                                .act = act,
                                .power = ACCESS_ENROL_COLLECT,
                                .dossier = {.person_id = person_id, .applicant_id = person_id},
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

result dossier_enrol_collect(struct env *env, const struct dossier_works *works, struct arena *arena,
                             const struct dossier_enrolment *enrolment, struct dossier *ret_dossier) {
  const struct dossier_act *act = enrolment->act;
  TRY(require_collect(env, arena, act, enrolment->person_id));
  if (!enrolment->card_shown) { /* [Decree 69/2024 Art 12] */
    FAIL(ACCOUNT_BIOMETRICS, "the person's card was not shown");
  }
  int64_t now_ms = clock_now_ms(env->clock);
  struct collection c = {.env = env, .arena = arena, .act = act, .enrolment = enrolment};
  struct slice form = form_json(arena, enrolment);
  c.dossier = (struct dossier){.person_id = enrolment->person_id,
                               .dossier_id = env_id_new(env),
                               .applicant_id = enrolment->person_id,
                               .procedure = procedure_name,
                               .agency_code = act->post->agency,
                               .province = act->post->province,
                               .channel = PROCEDURE_COUNTER,
                               .status = DOSSIER_PROCESSING, /* checked and taken in one visit */
                               .submitted_at_ms = now_ms,
                               .received_at_ms = now_ms,
                               .copies = 0,
                               .outcome = S("{}"),
                               .form = form};
  digest_sha256(form, c.content);
  TRY(evaluate(env, works, &c, now_ms));
  TRY(db_write(env->db, collect_in_write, &c));
  *ret_dossier = c.dossier;
  return OK;
}

/* ---- approve ---- */

static result approve(struct act_context *context) {
  struct dossier *d = &context->dossier;
  if (!slice_eq(d->procedure, procedure_name) || d->status != DOSSIER_PROCESSING) {
    FAIL(DOSSIER_MOVE_FORBIDDEN, "no enrolment to approve");
  }
  struct account_enrolment order = {
      .person_id = d->person_id,
      .level = 2,
      .dossier_code = d->code,
      .officer = {context->act->actor_id, dossier_act_role(context->arena, context->act)}};
  TRY(account_enrol_approve(context->env, context->tx, &order));
  d->decider_id = context->act->actor_id;
  d->finished_at_ms = context->now_ms;
  struct act_step step = {.name = "enrol_approve", .to = DOSSIER_DONE, .legal_basis = S("Nghị định 69/2024/NĐ-CP")};
  return dossier_act_move(context, &step);
}

result dossier_enrol_approve(struct env *env, struct arena *arena, const struct dossier_act *act) {
  struct act_context context = {.env = env, .arena = arena, .act = act, .power = ACCESS_ENROL_APPROVE};
  return dossier_act_run(&context, approve);
}
