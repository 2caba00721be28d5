/* dossier/apply.c: level-1 enrolment in the app [Decree 69/2024 Art 11]: the portrait is compared with the identity database's; when everything agrees
 * the account is approved in the same write, without any officer; else the dossier waits for one, with what the machine said. */
#include "codec/hex.h"
#include "codec/jout.h"
#include "crypto/digest.h"
#include "dossier/enrolment.h"
#include "dossier/gather.h"
#include "message/message.h"

static const struct slice procedure_name = S_INIT(DOSSIER_ENROLMENT_LEVEL1);
/* [Decree 69/2024 Art 28] the portrait serves as long as the history of use. */
static const int64_t portrait_kept_ms = 5LL * 365 * CLOCK_DAY_MS;
enum { KEY_BYTES = 16 };

struct applying {
  struct env *env;
  struct arena *arena;
  const struct dossier_enrol_application *application;
  struct slice phone;
  bool own_phone;
  bool by_machine; /* everything agrees */
  struct evidence_opinion opinion;
  struct evidence_new evidence;
  struct evidence_sealed sealed;
  struct slice legal_basis;
  struct slice form_key;
  uint8_t content[32];
  struct dossier dossier;
  struct account_token ticket;
};

static int64_t applicant_of(const struct dossier_enrol_application *a) { return a->guardian_id != 0 ? a->guardian_id : a->person_id; }

static struct account_enrolment order_of(const struct applying *a) {
  return (struct account_enrolment){.person_id = a->application->person_id,
                                    .level = 1,
                                    .dossier_code = a->dossier.code,
                                    .officer = {applicant_of(a->application), S("")},
                                    .phone = a->phone,
                                    .email = a->application->email,
                                    .guardian_id = a->application->guardian_id,
                                    .face_matched = a->opinion.verdict == EVIDENCE_MATCH,
                                    .in_app = true};
}

result dossier_enrolment_agency(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t today, struct register_agency *ret_agency) {
  struct slice province = S("01");
  struct register_residence stay;
  result found = register_residence_province(tx, arena, person_id, today, &province);
  if (is_code(found, REGISTER_RESIDENCE_UNKNOWN)) {
    found = register_residence_find(tx, arena, &(const struct register_residence_key){person_id, REGISTER_TEMPORARY, today}, &stay);
    province = is_ok(found) ? stay.province : province;
  }
  if (!is_ok(found) && !is_code(found, REGISTER_RESIDENCE_UNKNOWN)) {
    return found;
  }
  return register_agency_competent(tx, arena, &(const struct register_competence){"eid", province, today}, ret_agency);
}

/* What the registers say; and what account/ would refuse is refused here, in its own words. */
static result gather(struct applying *a, struct procedure_input *input) {
  int32_t today = clock_date_of(input->submitted_at_ms);
  const struct dossier_pair pair = {applicant_of(a->application), a->application->person_id, false};
  const struct account_enrolment order = order_of(a);
  struct register_person person;
  struct account account;
  struct register_agency agency = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(a->env->db, &tx));
  TRY(account_enrol_check(a->env, tx, &order));
  TRY(register_person_load(tx, a->arena, pair.person_id, &person));
  TRY(account_load(tx, pair.applicant_id, &account));
  TRY(dossier_relation_find(tx, a->arena, &pair, today, &input->relation));
  TRY(dossier_enrolment_agency(tx, a->arena, pair.person_id, today, &agency));
  if (slice_empty(agency.code)) {
    FAIL(DOSSIER_NO_AGENCY, "no police are competent");
  }
  a->dossier.agency_code = agency.code;
  a->dossier.province = agency.province;
  a->own_phone = a->application->guardian_id != 0 || slice_eq(person.mobile, a->phone);
  input->channel = PROCEDURE_VNEID;
  input->applicant = (struct procedure_applicant){.birth_date = register_birth_date(person.birth),
                                                  .citizen = slice_is(person.nationality, "VN"),
                                                  .level = (uint8_t)(a->application->guardian_id != 0 ? account.level : 0),
                                                  .permanent_province = agency.province};
  return OK;
}

static result evaluate(struct applying *a, const struct dossier_works *works) {
  struct dossier *d = &a->dossier;
  struct procedure_input input = {.submitted_at_ms = d->submitted_at_ms};
  struct procedure_assessment told;
  TRY(gather(a, &input));
  TRY(procedure_assess(works->procedures, procedure_name, &input, a->arena, &told));
  if (!told.admission.admitted) {
    FAIL(DOSSIER_APPLICANT, "the rule refuses: %.*s", SLICE_ARG(told.admission.because.code));
  }
  a->legal_basis = told.admission.because.clause;
  d->national_code = told.outcome.national_code;
  d->limit = told.outcome.limit;
  d->outcome = dossier_outcome_write(a->arena, &(const struct dossier_answer){&input, &told.outcome, NULL});
  memcpy(d->rule_hash, told.outcome.rule_hash, sizeof told.outcome.rule_hash);
  return OK;
}

/* A matcher that is away is no reason to send anybody away: a person looks. */
static result compare(struct applying *a) {
  struct register_person person;
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(a->env->db, &tx));
    TRY(register_person_load(tx, a->arena, a->application->person_id, &person));
  }
  const struct evidence_question question = {.pin = person.pin, .kind = EVIDENCE_PORTRAIT, .sample = a->application->portrait};
  TRY(evidence_ask(a->env, a->arena, &question, &a->opinion));
  if (a->opinion.verdict == EVIDENCE_UNUSABLE) {
    FAIL(EVIDENCE_RETAKE, "the engine says: %.*s", SLICE_ARG(a->opinion.reason));
  }
  a->evidence.opinion = a->opinion;
  return OK;
}

static struct slice form_json(const struct applying *a) {
  struct buf buf;
  struct jout out;
  buf_init(&buf, a->arena, 256);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_text(&out, "mobile", a->phone);
  jout_put_text_or_null(&out, "email", a->application->email);
  jout_put_null(&out, "documents");
  jout_put_bool(&out, "card_shown", false);
  jout_put_bool(&out, "face_matches", a->opinion.verdict == EVIDENCE_MATCH);
  jout_put_bool(&out, "fingerprints_match", false);
  jout_put_bool(&out, "phone_in_own_name", a->own_phone);
  jout_put_str(&out, "identity", a->application->source);
  jout_put_bool(&out, "identity_differs", a->application->needs_officer);
  evidence_opinion_put(&out, &a->opinion);
  jout_object_end(&out);
  return buf_slice(&buf);
}

static result approve_by_machine(struct applying *a, struct act_context *context) {
  const struct account_enrolment decision = {
      .person_id = a->application->person_id, .dossier_code = a->dossier.code, .officer = {0, S("system")}, .in_app = true};
  const struct dossier_act by_system = {.code = a->dossier.code};
  context->act = &by_system;
  TRY(account_enrol_approve(a->env, context->tx, &decision));
  TRY(dossier_enrolment_finish(context));
  a->dossier = context->dossier;
  return a->application->guardian_id != 0 ? OK : account_activate_ticket(a->env, context->tx, a->application->person_id, &a->ticket);
}

static result apply_in_write(struct db_tx *tx, void *arg) {
  struct applying *a = arg;
  struct dossier *d = &a->dossier;
  bool open = false;
  int64_t evidence_id = 0;
  d->status = DOSSIER_PROCESSING;
  d->finished_at_ms = 0;
  TRY(dossier_store_open_exists(tx, d, &open));
  if (open) {
    FAIL(DOSSIER_ALREADY_OPEN, "an enrolment of this person is open");
  }
  TRY(dossier_store_code_next(tx, a->arena, d->agency_code, clock_date_of(d->submitted_at_ms), &d->code));
  TRY(dossier_act_clock_start(d, d->submitted_at_ms));
  const struct account_enrolment order = order_of(a);
  TRY(account_enrol_collect(a->env, tx, &order));
  TRY(dossier_store_insert(tx, d, a->form_key, a->content));
  const struct dossier_slip receipt = {.kind = DOSSIER_SLIP_RECEIPT, .at_ms = d->received_at_ms, .text = S(""), .date = d->due_date};
  TRY(dossier_store_slip_insert(a->env, tx, d, &receipt));
  a->evidence.reference = d->code;
  TRY(evidence_keep(a->env, tx, &a->evidence, &a->sealed, &evidence_id));
  const struct dossier_act act = {.code = d->code, .actor_id = d->applicant_id};
  struct act_context context = {.env = a->env, .arena = a->arena, .act = &act, .tx = tx, .dossier = *d, .now_ms = d->submitted_at_ms};
  const struct act_step step = {.name = "enrol_collect", .to = DOSSIER_PROCESSING, .legal_basis = a->legal_basis};
  TRY(dossier_act_record(&context, &step, (enum dossier_status)0));
  return a->by_machine ? approve_by_machine(a, &context) : OK;
}

result dossier_enrol_apply(struct env *env, const struct dossier_works *works, struct arena *arena,
                           const struct dossier_enrol_application *application, struct dossier_enrol_answer *ret_answer) {
  struct applying a = {.env = env, .arena = arena, .application = application};
  uint8_t key[KEY_BYTES];
  int64_t now_ms = clock_now_ms(env->clock);
  TRY(account_phone_normal(arena, application->mobile, &a.phone));
  a.dossier = (struct dossier){.person_id = application->person_id,
                               .dossier_id = env_id_new(env),
                               .applicant_id = applicant_of(application),
                               .procedure = procedure_name,
                               .channel = PROCEDURE_VNEID,
                               .submitted_at_ms = now_ms,
                               .received_at_ms = now_ms};
  a.evidence = (struct evidence_new){.person_id = application->person_id,
                                     .kind = EVIDENCE_PORTRAIT,
                                     .bytes = application->portrait,
                                     .actor_id = a.dossier.applicant_id,
                                     .keep_until_ms = now_ms + portrait_kept_ms};
  TRY(evaluate(&a, works));
  TRY(compare(&a));
  TRY(evidence_seal(env, arena, &a.evidence, &a.sealed));
  a.by_machine = a.opinion.verdict == EVIDENCE_MATCH && a.own_phone && !application->needs_officer;
  a.dossier.form = form_json(&a);
  random_fill(env->random, key, sizeof key);
  a.form_key = hex_write(arena, slice_of(key, sizeof key));
  digest_sha256(a.dossier.form, a.content);
  TRY(db_write(env->db, apply_in_write, &a));
  *ret_answer = (struct dossier_enrol_answer){a.dossier, a.by_machine, a.ticket, a.opinion};
  return OK;
}
