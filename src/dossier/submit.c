#include "crypto/digest.h"
#include "dossier/act.h"
#include "dossier/form.h"
#include "dossier/gather.h"

enum { FORM_KEY_BYTES_MIN = 8, FORM_KEY_BYTES_MAX = 64 };

/* ---- before the write: facts, rule, answer ---- */

/* What is asked, in one snapshot. */
struct question {
  struct env *env;
  const struct dossier_works *works;
  struct arena *arena;
  const struct dossier_application *application;
  struct db_tx *tx;
};

/* What the registers say of an application, and what the rule answers. */
struct answer {
  struct mandate mandate; /* under which the applicant stands in for the person; of kind SELF: none */
  struct gathered gathered;
  struct dossier_preview preview;
  struct access_request *refused; /* NULL: access was given. A refusal is recorded when nothing is read any more */
  result refusal;
};

static result require(const struct question *q, const struct access_request *request, struct answer *answer) {
  result allowed = access_check(q->env, request);
  if (!is_ok(allowed)) {
    answer->refused = ARENA_NEW(q->arena, struct access_request);
    *answer->refused = *request;
    answer->refusal = allowed;
  }
  return allowed;
}

static result gather(const struct question *q, struct answer *answer) {
  const struct dossier_application *a = q->application;
  struct gathered *gathered = &answer->gathered;
  struct dossier_preview *preview = &answer->preview;
  const struct gathering gathering = {.application = a,
                                      .is_authorised = answer->mandate.kind == MANDATE_DELEGATE || answer->mandate.kind == MANDATE_NOTARISED,
                                      .now_ms = clock_now_ms(q->env->clock)};
  TRY(dossier_gather(q->tx, q->arena, &gathering, gathered));
  struct procedure_channel_place place = {a->procedure, a->channel, gathered->province};
  preview->agency_code = gathered->agency.code;
  preview->agency_name = gathered->agency.name_vi;
  int32_t today = clock_date_of(gathered->input.submitted_at_ms);
  int32_t start = 0;
  TRY(procedure_channel_is_open(q->works->procedures, q->tx, &place, today, &preview->channel_open));
  if (!preview->channel_open) {
    TRY(procedure_channel_start(q->works->procedures, q->tx, &place, &start));
    preview->channel_reason = arena_printf(q->arena, "Kênh này mở tại địa phương từ ngày %.*s",
                                           SLICE_ARG(clock_date_write_vi(q->arena, start)));
  }
  return OK;
}

static uint16_t refusal_of(const struct dossier_preview *p) {
  if (!p->admission.admitted) {
    return DOSSIER_APPLICANT;
  }
  if (slice_empty(p->agency_code)) {
    return DOSSIER_NO_AGENCY;
  }
  return p->channel_open ? 0 : DOSSIER_CHANNEL_CLOSED;
}

static result assess(const struct dossier_works *works, struct arena *arena, const struct dossier_application *a,
                     struct answer *answer) {
  struct dossier_preview *preview = &answer->preview;
  struct procedure_assessment assessment;
  TRY(procedure_assess(works->procedures, a->procedure, &answer->gathered.input, arena, &assessment));
  preview->admission = assessment.admission;
  preview->outcome = assessment.outcome;
  preview->refusal = refusal_of(preview);
  return OK;
}

static result find_mandate(const struct question *q, struct mandate *ret_mandate) {
  const struct dossier_application *a = q->application;
  const struct dossier_standing standing = {.actor_id = a->applicant_id,
                                            .acting_for_id = a->acting_for_id,
                                            .person_id = a->person_id,
                                            .procedure = a->procedure,
                                            .power = ACCESS_DOSSIER_SUBMIT,
                                            .is_at_counter = a->helper != NULL};
  return dossier_standing_find(q->env, q->tx, &standing, q->arena, ret_mandate);
}

/* Whether the applicant may act for that person. The rule says which level a channel needs; only VNeID needs level 2. */
static result require_applicant(const struct question *q, int level_needed, struct answer *answer) {
  const struct dossier_application *a = q->application;
  const struct access_request request = {.act = ACCESS_DOSSIER_SUBMIT,
                                         .actor_id = a->applicant_id,
                                         .level = a->level,
                                         .level_needed = level_needed,
                                         .subject_id = a->person_id,
                                         .represents = answer->mandate.kind != MANDATE_SELF};
  return require(q, &request, answer);
}

/* Whether this desk may help: the agency competent for that person is the officer's own, and it is neither the officer's case nor their kin's. */
static result require_desk(const struct question *q, enum access_act power, struct answer *answer) {
  const struct register_agency *competent = &answer->gathered.agency;
  const struct dossier_application *a = q->application;
  const struct dossier_act act = {.actor_id = a->helper_id, .level = a->level, .post = a->helper, .purpose = a->purpose};
  struct act_context context = {.env = q->env,
                                .arena = q->arena,
                                .act = &act,
                                .power = power,
                                .tx = q->tx,
                                .now_ms = clock_now_ms(q->env->clock)};
  struct access_request request;
  bool is_known = !slice_empty(competent->code); /* else the rule will say that nobody is competent */
  context.dossier = (struct dossier){.person_id = a->person_id,
                                     .applicant_id = a->applicant_id,
                                     .agency_code = is_known ? competent->code : a->helper->agency,
                                     .province = is_known ? competent->province : a->helper->province};
  TRY(dossier_act_request(&context, &request));
  return require(q, &request, answer);
}

/* Whoever signs in is alive; a number at the desk may be anybody's. */
static result check_alive(const struct question *q) {
  const int64_t people[] = {q->application->applicant_id, q->application->person_id};
  for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
    struct register_person person;
    TRY(register_person_load(q->tx, q->arena, people[i], &person));
    if (person.life != REGISTER_ALIVE) {
      FAIL(DOSSIER_APPLICANT, "the register says that they are dead");
    }
  }
  return OK;
}

/* Access and facts. Which agency is competent is a fact, so at the desk the facts come first; nothing of them leaves before access is given. */
static result ask(const struct question *q, enum access_act power, int level_needed, struct answer *answer) {
  TRY(find_mandate(q, &answer->mandate));
  if (q->application->helper == NULL) {
    TRY(require_applicant(q, level_needed, answer));
    return gather(q, answer);
  }
  TRY(gather(q, answer));
  TRY(require_desk(q, power, answer));
  return check_alive(q);
}

/* What became of asking, when nothing is read any more. */
static result asked(struct env *env, const struct dossier_application *a, const struct answer *answer, result outcome) {
  if (answer->refused == NULL) {
    return outcome;
  }
  result refused = access_refusal_record(env, answer->refused, answer->refusal);
  if (a->helper != NULL && is_code(refused, ACCESS_OTHER_AGENCY)) {
    FAIL(DOSSIER_OTHER_AGENCY, "another agency is competent where they live");
  }
  return refused;
}

static result preview_read(struct env *env, const struct dossier_works *works, struct arena *arena,
                           const struct dossier_application *a, struct answer *answer) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  const struct question question = {env, works, arena, a, tx};
  return ask(&question, ACCESS_DOSSIER_ASSIST, 1, answer);
}

static result preview_ask(struct env *env, const struct dossier_works *works, struct arena *arena,
                          const struct dossier_application *a, struct answer *answer) {
  return asked(env, a, answer, preview_read(env, works, arena, a, answer));
}

result dossier_assist(struct env *env, const struct dossier_works *works, struct arena *arena,
                      const struct dossier_application *a) {
  struct answer answer = {0};
  return preview_ask(env, works, arena, a, &answer);
}

result dossier_preview(struct env *env, const struct dossier_works *works, struct arena *arena,
                       const struct dossier_application *a, struct dossier_preview *ret_preview) {
  struct answer answer = {0};
  TRY(preview_ask(env, works, arena, a, &answer));
  TRY(assess(works, arena, a, &answer));
  *ret_preview = answer.preview;
  return OK;
}

static int32_t age_of(const struct procedure_input *input) {
  return clock_age_years(input->applicant.birth_date, clock_date_of(input->submitted_at_ms));
}

static void content_digest(struct arena *arena, const struct dossier_application *a, uint8_t ret_digest[32]) {
  struct slice head = arena_printf(arena, "%.*s|%lld|%d|%d|%lld|%d|", SLICE_ARG(a->procedure), (long long)a->person_id,
                                   a->channel, a->certificate, (long long)a->copies, a->ban_information);
  struct buf buf;
  buf_init(&buf, arena, head.len + a->form.len);
  buf_append(&buf, head);
  buf_append(&buf, a->form);
  digest_sha256(buf_slice(&buf), ret_digest);
}

struct submission {
  struct env *env;
  struct arena *arena;
  const struct dossier_application *application;
  const struct dossier_preview *preview;
  const struct mandate *mandate;
  uint8_t content[32];
  struct dossier dossier; /* in: what is new; out: what is stored */
};

static struct dossier new_dossier(struct env *env, struct arena *arena, const struct dossier_application *a,
                                  const struct gathered *gathered, const struct procedure_outcome *o) {
  struct dossier d = {
      .person_id = a->person_id,
      .dossier_id = env_id_new(env),
      .applicant_id = a->applicant_id,
      .procedure = a->procedure,
      .national_code = o->national_code,
      .agency_code = gathered->agency.code,
      .province = gathered->agency.province,
      .channel = a->channel,
      .status = DOSSIER_NEW,
      .submitted_at_ms = gathered->input.submitted_at_ms,
      .certificate = a->certificate,
      .copies = a->copies,
      .ban_information = a->ban_information,
      .fee = o->fee.value,
      .support = o->support.value,
      .payable = o->payable.value,
      .limit = o->limit,
      .outcome = dossier_outcome_write(arena, &(const struct dossier_answer){&gathered->input, o, NULL}),
      .form = a->form,
  };
  memcpy(d.rule_hash, o->rule_hash, sizeof d.rule_hash);
  return d;
}

static result record_submission(struct submission *s, struct db_tx *tx) {
  const struct dossier_application *a = s->application;
  const struct dossier *d = &s->dossier;
  struct dossier_act act = {
      .code = d->code, .actor_id = a->helper ? a->helper_id : a->applicant_id, .level = a->level, .post = a->helper};
  struct act_context context = {
      .env = s->env, .arena = s->arena, .act = &act, .tx = tx, .dossier = *d, .mandate = *s->mandate, .now_ms = d->submitted_at_ms};
  struct act_step step = {.name = "submit", .to = DOSSIER_NEW, .legal_basis = s->preview->admission.because.clause};
  return dossier_act_record(&context, &step, (enum dossier_status)0);
}

static result ask_for_fee(struct submission *s, struct db_tx *tx) {
  struct dossier *d = &s->dossier;
  if (d->payable == 0) {
    return dossier_act_clock_start(d, d->submitted_at_ms);
  }
  struct payment_request request = {.person_id = d->person_id, .dossier_code = d->code, .amount = d->payable};
  return payment_request_create(s->env, tx, s->arena, &request);
}

static result submit_in_write(struct db_tx *tx, void *arg) {
  struct submission *s = arg;
  const struct dossier_application *a = s->application;
  bool found = false;
  TRY(dossier_store_form_find(tx, s->arena, &(struct dossier_store_form){a->applicant_id, a->form_key, s->content},
                              &found, &s->dossier));
  if (found) {
    return OK;
  }
  bool open = false;
  TRY(dossier_store_open_exists(tx, &s->dossier, &open));
  if (open) {
    FAIL(DOSSIER_ALREADY_OPEN, "another dossier of that kind is open for this person");
  }
  TRY(dossier_store_code_next(tx, s->arena, s->dossier.agency_code, clock_date_of(s->dossier.submitted_at_ms),
                              &s->dossier.code));
  TRY(ask_for_fee(s, tx));
  TRY(dossier_store_insert(tx, &s->dossier, a->form_key, s->content));
  return record_submission(s, tx);
}

/* The same form again is its dossier, before any rule or access is asked; a new one is checked and its facts are read. */
static result submit_ask(const struct dossier_works *works, struct submission *s, struct answer *answer,
                         bool *ret_found) {
  const struct dossier_application *a = s->application;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(s->env->db, &tx));
  TRY(dossier_store_form_find(tx, s->arena, &(struct dossier_store_form){a->applicant_id, a->form_key, s->content},
                              ret_found, &s->dossier));
  if (*ret_found) {
    return OK;
  }
  const struct question question = {s->env, works, s->arena, a, tx};
  TRY(ask(&question, ACCESS_DOSSIER_SUBMIT, a->channel == PROCEDURE_VNEID ? 2 : 1, answer));
  return dossier_form_check(works->procedures, s->arena, a, age_of(&answer->gathered.input));
}

/* As the citizen was shown it, or not at all. */
static result check_answer(const struct dossier_application *a, const struct dossier_preview *preview) {
  if (preview->refusal != 0) {
    FAIL(preview->refusal, "a submission that the rule refuses");
  }
  if (a->payable_shown != NULL && *a->payable_shown != preview->outcome.payable.value) {
    FAIL(DOSSIER_PAYABLE_CHANGED, "shown %lld, payable %lld", (long long)*a->payable_shown,
         (long long)preview->outcome.payable.value);
  }
  return OK;
}

result dossier_submit(struct env *env, const struct dossier_works *works, struct arena *arena,
                      const struct dossier_application *a, struct dossier *ret_dossier) {
  if (a->form_key.len < FORM_KEY_BYTES_MIN || a->form_key.len > FORM_KEY_BYTES_MAX) {
    FAIL(DOSSIER_FORM_KEY, "form key of %zu bytes", a->form_key.len);
  }
  struct answer answer = {0};
  struct submission s = {.env = env, .arena = arena, .application = a, .preview = &answer.preview, .mandate = &answer.mandate};
  content_digest(arena, a, s.content);
  bool found = false;
  TRY(asked(env, a, &answer, submit_ask(works, &s, &answer, &found)));
  if (!found) {
    TRY(assess(works, arena, a, &answer));
    TRY(check_answer(a, &answer.preview));
    s.dossier = new_dossier(env, arena, a, &answer.gathered, &answer.preview.outcome);
    TRY(db_write(env->db, submit_in_write, &s));
  }
  *ret_dossier = s.dossier;
  return OK;
}
