#include "dossier/act.h"

#include "codec/jout.h"
#include "codec/utf8.h"

enum { REASON_CHARACTERS_MIN = 5, REASON_CHARACTERS_MAX = 2000 };

/* The national table of moves, row: from, column: to. 3, 7, 8 and 10 are ends.
 * No act leads to FEE_DUE: it is for a fee that only the processing brings to light, and neither procedure has one. An enrolment is free;
 * the fee of a certificate is known when the form is sent and comes before receipt [Decree 216/2026], so that its unpaid dossier stays NEW
 * and receiving it is refused with DOSSIER_FEE_UNPAID. A procedure that has such a fee brings the act that enters the state. */
static const bool allowed[DOSSIER_RETURNED + 1][DOSSIER_RETURNED + 1] = {
    [DOSSIER_NEW] = {[DOSSIER_RECEIVED] = true,
                     [DOSSIER_NOT_RECEIVED] = true,
                     [DOSSIER_SUPPLEMENT] = true,
                     [DOSSIER_WITHDRAWN] = true},
    [DOSSIER_RECEIVED] = {[DOSSIER_PROCESSING] = true,
                          [DOSSIER_SUPPLEMENT] = true,
                          [DOSSIER_FEE_DUE] = true,
                          [DOSSIER_WITHDRAWN] = true},
    [DOSSIER_SUPPLEMENT] =
        {[DOSSIER_RECEIVED] = true, [DOSSIER_PROCESSING] = true, [DOSSIER_WITHDRAWN] = true, [DOSSIER_STOPPED] = true},
    [DOSSIER_PROCESSING] = {[DOSSIER_SUPPLEMENT] = true,
                            [DOSSIER_FEE_DUE] = true,
                            [DOSSIER_WITHDRAWN] = true,
                            [DOSSIER_STOPPED] = true,
                            [DOSSIER_DONE] = true},
    [DOSSIER_FEE_DUE] = {[DOSSIER_PROCESSING] = true, [DOSSIER_WITHDRAWN] = true, [DOSSIER_STOPPED] = true},
    [DOSSIER_DONE] = {[DOSSIER_RETURNED] = true},
};

bool dossier_act_move_is_allowed(enum dossier_status from, enum dossier_status to) {
  return from >= DOSSIER_NEW && from <= DOSSIER_RETURNED && to >= DOSSIER_NEW && to <= DOSSIER_RETURNED &&
         allowed[from][to];
}

struct slice dossier_act_one_stop_basis(int32_t date) {
  static const struct civil_date decree_118 = {2025, 7, 1};
  return date >= clock_date_from(decree_118) ? S("Nghị định 118/2025/NĐ-CP") : S("Nghị định 61/2018/NĐ-CP");
}

struct slice dossier_act_record_basis(int32_t date) {
  static const struct civil_date law_107 = {2026, 7, 1};
  return date >= clock_date_from(law_107) ? S("Luật Lý lịch tư pháp số 107/2025/QH15")
                                          : S("Luật Lý lịch tư pháp số 28/2009/QH12");
}

result dossier_act_check_reason(struct slice reason) {
  size_t count = utf8_count(reason);
  if (!utf8_is_valid(reason) || count < REASON_CHARACTERS_MIN || count > REASON_CHARACTERS_MAX) {
    FAIL(DOSSIER_REASON, "reason of %zu characters", count);
  }
  return OK;
}

struct slice dossier_act_role(struct arena *arena, const struct dossier_act *act) {
  if (act->post == NULL) {
    return S("");
  }
  return arena_printf(arena, "%.*s@%.*s", SLICE_ARG(access_role_name(act->post->role)), SLICE_ARG(act->post->agency));
}

struct people {
  int64_t *ids;
  size_t count;
};

static void add_kin(struct people *people, const struct register_person_ids *kin) {
  if (kin->count > 0) {
    memcpy(people->ids + people->count, kin->items, kin->count * sizeof *kin->items);
    people->count += kin->count;
  }
}

/* Everybody in the dossier: an officer who is one of them, or near kin of who it is about or who applied, may not handle it. */
static result people_of(struct act_context *context, struct people *ret_people) {
  const struct dossier *d = &context->dossier;
  int32_t today = clock_date_of(context->now_ms);
  struct register_person_ids kin = {0};
  struct register_person_ids applicant_kin = {0};
  TRY(register_kin_ids(context->tx, context->arena, d->person_id, today, &kin));
  if (d->applicant_id != d->person_id) {
    TRY(register_kin_ids(context->tx, context->arena, d->applicant_id, today, &applicant_kin));
  }
  struct people people = {.ids = ARENA_ARRAY(context->arena, int64_t, kin.count + applicant_kin.count + 2)};
  people.ids[people.count++] = d->person_id;
  people.ids[people.count++] = d->applicant_id;
  add_kin(&people, &kin);
  add_kin(&people, &applicant_kin);
  *ret_people = people;
  return OK;
}

/* Who did that act last; 0: nobody. */
static result find_actor(struct act_context *context, const char *act, int64_t *ret_officer_id) {
  struct dossier_move *moves = NULL;
  size_t count = 0;
  TRY(dossier_moves(context->tx, context->arena, &context->dossier, &moves, &count));
  *ret_officer_id = 0;
  for (size_t i = 0; i < count; i++) {
    if (slice_is(moves[i].act, act)) {
      *ret_officer_id = moves[i].actor_id;
    }
  }
  return OK;
}

static bool is_enrolment_decision(enum access_act power) { return power == ACCESS_ENROL_APPROVE || power == ACCESS_ENROL_REJECT; }

/* Whose hands the dossier went through before an act that needs other hands. */
static result find_hands(struct act_context *context, struct access_case *subject) {
  if (is_enrolment_decision(context->power)) {
    return find_actor(context, "enrol_collect", &subject->collected_by);
  }
  return context->power == ACCESS_DOSSIER_SEAL ? find_actor(context, "sign", &subject->signed_by) : OK;
}

result dossier_act_request(struct act_context *context, struct access_request *ret_request) {
  const struct dossier *d = &context->dossier;
  const struct dossier_act *act = context->act;
  struct access_case *subject = ARENA_NEW(context->arena, struct access_case);
  struct people people;
  TRY(people_of(context, &people));
  *subject = (struct access_case){.code = d->code,
                                  .agency = d->agency_code,
                                  .province = d->province,
                                  .people = people.ids,
                                  .people_count = people.count,
                                  .applicant_id = d->applicant_id,
                                  .decided_by = d->decider_id};
  TRY(find_hands(context, subject));
  if (act->post == NULL) {
    const struct dossier_standing standing = {.actor_id = act->actor_id,
                                              .acting_for_id = act->acting_for_id,
                                              .person_id = d->person_id,
                                              .procedure = d->procedure,
                                              .applicant_id = d->applicant_id,
                                              .power = context->power};
    TRY(dossier_standing_find(context->env, context->tx, &standing, context->arena, &context->mandate));
  }
  *ret_request = (struct access_request){.act = context->power,
                                         .actor_id = act->actor_id,
                                         .level = act->level,
                                         .post = act->post,
                                         .subject_id = d->person_id,
                                         .represents = context->mandate.kind != MANDATE_SELF,
                                         .dossier = subject,
                                         .purpose = act->purpose};
  return OK;
}

result dossier_act_check_kind(const struct dossier *dossier, enum access_act power) {
  bool is_enrolment = dossier->certificate == 0;
  bool is_for_both = power == ACCESS_DOSSIER_VIEW || power == ACCESS_DOSSIER_VIEW_OWN;
  if (!is_for_both && is_enrolment != (is_enrolment_decision(power) || power == ACCESS_ENROL_CODE || power == ACCESS_EVIDENCE_VIEW)) {
    FAIL(DOSSIER_MOVE_FORBIDDEN, "an act of another procedure");
  }
  return OK;
}

/* A citizen who asks for another's dossier learns no more than that there is none for them. */
static result hide_from_citizens(const struct act_context *context, result refused) {
  if (context->act->post == NULL && is_code(refused, ACCESS_OTHER_PERSON)) {
    FAIL(DOSSIER_UNKNOWN, "another person's dossier");
  }
  return refused;
}

struct asked {
  struct access_request request;
  result allowed; /* not: nothing was gathered */
};

static result ask_and_gather(struct act_context *context, act_fn gather, struct asked *ret_asked) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(context->env->db, &tx));
  context->tx = tx;
  TRY(dossier_load(tx, context->arena, context->act->code, &context->dossier));
  TRY(dossier_act_request(context, &ret_asked->request));
  ret_asked->allowed = access_check(context->env, &ret_asked->request);
  if (!is_ok(ret_asked->allowed)) {
    return OK;
  }
  TRY(dossier_act_check_kind(&context->dossier, context->power));
  return gather != NULL ? gather(context) : OK;
}

result dossier_act_gather(struct act_context *context, act_fn gather) {
  struct asked asked = {.allowed = OK};
  context->now_ms = clock_now_ms(context->env->clock);
  result gathered = ask_and_gather(context, gather, &asked);
  context->tx = NULL;
  TRY(gathered);
  return hide_from_citizens(context, access_refusal_record(context->env, &asked.request, asked.allowed)); /* while nothing is read */
}

result dossier_act_require(struct act_context *context) {
  return dossier_act_gather(context, NULL);
}

struct run {
  struct act_context *context;
  act_fn fn;
};

static result run_in_write(struct db_tx *tx, void *arg) {
  struct run *run = arg;
  struct act_context *context = run->context;
  context->tx = tx;
  TRY(dossier_load(tx, context->arena, context->act->code, &context->dossier));
  struct access_request request;
  TRY(dossier_act_request(context, &request));
  TRY(access_check(context->env, &request));
  TRY(dossier_act_check_kind(&context->dossier, context->power));
  return run->fn(context);
}

/* The write asks access/ itself. Only when it was refused is it asked again outside, where the refusal is recorded. */
result dossier_act_run(struct act_context *context, act_fn fn) {
  context->now_ms = clock_now_ms(context->env->clock);
  struct run run = {context, fn};
  result done = db_write(context->env->db, run_in_write, &run);
  if (is_ok(done) || result_module(done) != MODULE_ACCESS) {
    return done;
  }
  const struct fault why = *fault_last();
  TRY(dossier_act_require(context));
  return fault_set(why.file, why.line, done.code, "%s", why.detail);
}

/* Who the actor is to the ledger: the post, or what they are to whom they act for. */
static struct slice ledger_role(struct act_context *context) {
  bool is_for_another = context->act->post == NULL && context->mandate.kind != MANDATE_SELF;
  return is_for_another ? mandate_kind_name(context->mandate.kind) : dossier_act_role(context->arena, context->act);
}

static result append_ledger(struct act_context *context, const struct act_step *step) {
  const struct dossier *d = &context->dossier;
  struct buf buf;
  buf_init(&buf, context->arena, 256);
  struct jout out;
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_text(&out, "dossier", d->code);
  jout_put_int(&out, "status", d->status);
  jout_put_int(&out, "stage", d->stage);
  jout_put_text_or_null(&out, "note", step->note);
  if (!slice_empty(step->registers)) {
    jout_put_text(&out, "registers", step->registers);
  }
  mandate_detail_put(&out, &context->mandate);
  jout_object_end(&out);
  int64_t *subjects = ARENA_ARRAY(context->arena, int64_t, step->also_count + 2);
  subjects[0] = d->person_id;
  subjects[1] = d->applicant_id;
  if (step->also_count > 0) {
    memcpy(subjects + 2, step->also, step->also_count * sizeof *subjects);
  }
  struct ledger_entry entry = {
      .kind =
          step->kind != NULL ? step->kind : (const char *)arena_printf(context->arena, "dossier.%s", step->name).ptr,
      .actor_person_id = context->act->actor_id,
      .actor_role = ledger_role(context),
      .on_behalf_of =
          context->act->post == NULL && context->act->actor_id != 0 && context->act->actor_id != d->person_id
              ? d->person_id
              : 0,
      .subjects = subjects,
      .subject_count = step->also_count + 2, /* each counts once */
      .legal_basis = step->legal_basis,
      .detail = buf_slice(&buf),
  };
  return ledger_append(context->env, context->tx, &entry);
}

static result insert_move(struct act_context *context, const struct act_step *step, enum dossier_status from) {
  struct dossier_move move = {
      .at_ms = context->now_ms,
      .from = from,
      .to = context->dossier.status,
      .actor_id = context->act->actor_id,
      .act = slice_str(step->name),
      .role = context->act->post ? access_role_name(context->act->post->role) : S(""),
      .desk = context->act->post ? context->act->post->agency : S(""),
      .legal_basis = step->legal_basis,
      .note = step->note,
  };
  return dossier_store_move_insert(context->env, context->tx, &context->dossier, &move);
}

result dossier_act_record(struct act_context *context, const struct act_step *step, enum dossier_status from) {
  TRY(insert_move(context, step, from));
  return append_ledger(context, step);
}

result dossier_act_record_line(struct act_context *context, const struct act_step *step) {
  return insert_move(context, step, context->dossier.status);
}

result dossier_act_move(struct act_context *context, const struct act_step *step) {
  enum dossier_status from = context->dossier.status;
  if (!dossier_act_move_is_allowed(from, step->to)) {
    FAIL(DOSSIER_MOVE_FORBIDDEN, "%s from status %d", step->name, from);
  }
  context->dossier.status = step->to;
  TRY(dossier_store_update(context->tx, &context->dossier));
  return dossier_act_record(context, step, from);
}

result dossier_act_note(struct act_context *context, const struct act_step *step) {
  TRY(dossier_store_update(context->tx, &context->dossier));
  return dossier_act_record(context, step, context->dossier.status);
}

result dossier_act_clock_start(struct dossier *dossier, int64_t complete_at_ms) {
  struct calendar_due due;
  TRY(calendar_due(&dossier->limit, complete_at_ms, &due));
  dossier->complete_at_ms = complete_at_ms;
  dossier->due_date = due.due;
  return OK;
}

int32_t dossier_appointment(const struct dossier *dossier) {
  return dossier->reappointed_date > dossier->due_date ? dossier->reappointed_date : dossier->due_date;
}

enum dossier_lateness dossier_lateness(const struct dossier *dossier, int64_t at_ms, int32_t *ret_late_days) {
  bool finished = dossier->finished_at_ms != 0 && dossier->finished_at_ms <= at_ms;
  bool closed = dossier->closed_at_ms != 0 && dossier->closed_at_ms <= at_ms;
  *ret_late_days = 0;
  if (dossier->due_date == 0 || (closed && !finished)) {
    return DOSSIER_RUNNING;
  }
  int32_t late = calendar_lateness(dossier->due_date, clock_date_of(finished ? dossier->finished_at_ms : at_ms));
  if (late > 0) {
    *ret_late_days = late;
    return finished ? DOSSIER_LATE : DOSSIER_OVERDUE;
  }
  if (!finished) {
    return DOSSIER_RUNNING;
  }
  return late < 0 ? DOSSIER_EARLY : DOSSIER_ON_TIME;
}
