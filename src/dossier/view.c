/* dossier/view.c: an officer opens a dossier, and what they may do with it. */
#include "dossier/act.h"

result dossier_open(struct env *env, struct arena *arena, const struct dossier_act *act, struct dossier *ret_dossier) {
  struct act_context context = {.env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_VIEW};
  TRY(dossier_act_require(&context));
  const struct dossier *d = &context.dossier;
  const int64_t subjects[2] = {d->person_id, d->applicant_id};
  const struct ledger_entry entry = {
      .kind = "dossier.read",
      .actor_person_id = act->actor_id,
      .actor_role = dossier_act_role(arena, act),
      .subjects = subjects,
      .subject_count = d->applicant_id == d->person_id ? 1 : 2,
      .legal_basis = slice_trim(act->purpose),
      .detail = arena_printf(arena, "{\"dossier\":\"%.*s\"}", SLICE_ARG(d->code)),
  };
  TRY(ledger_record_read(env, &entry)); /* durable from here on: now it may be shown */
  *ret_dossier = *d;
  return OK;
}

result dossier_evidence_require(struct env *env, struct arena *arena, const struct dossier_act *act, struct dossier *ret_dossier) {
  struct act_context context = {.env = env, .arena = arena, .act = act, .power = ACCESS_EVIDENCE_VIEW};
  TRY(dossier_act_require(&context));
  *ret_dossier = context.dossier;
  return OK;
}

/* ---- what the state allows: the same conditions that the acts check again ---- */

static result require_status(const struct dossier *d, unsigned statuses) {
  if ((statuses & 1U << d->status) == 0) {
    FAIL(DOSSIER_MOVE_FORBIDDEN, "status %d", d->status);
  }
  return OK;
}

static result require_stage(const struct dossier *d, enum dossier_stage stage) {
  TRY(require_status(d, 1U << DOSSIER_PROCESSING));
  if (d->stage != stage) {
    FAIL(DOSSIER_STAGE, "stage %d", d->stage);
  }
  return OK;
}

static result may_receive(struct act_context *context) {
  TRY(require_status(&context->dossier, 1U << DOSSIER_NEW));
  if (context->dossier.complete_at_ms == 0) {
    FAIL(DOSSIER_FEE_UNPAID, "the fee is not paid");
  }
  return OK;
}

static result may_look_up(struct act_context *context) {
  return require_status(&context->dossier, 1U << DOSSIER_RECEIVED | 1U << DOSSIER_PROCESSING);
}

static result may_request_supplement(struct act_context *context) {
  struct dossier_slip *slips = NULL;
  size_t count = 0;
  TRY(require_status(&context->dossier, 1U << DOSSIER_NEW | 1U << DOSSIER_RECEIVED | 1U << DOSSIER_PROCESSING));
  TRY(dossier_slips(context->tx, context->arena, &context->dossier, &slips, &count));
  for (size_t i = 0; i < count; i++) {
    if (slips[i].kind == DOSSIER_SLIP_SUPPLEMENT) {
      FAIL(DOSSIER_SUPPLEMENT_ONCE, "asked before");
    }
  }
  return context->dossier.stage >= DOSSIER_STAGE_SIGNED ? require_stage(&context->dossier, DOSSIER_STAGE_OPEN) : OK;
}

/* A paper that a register supplies is refused and recorded at any time before the end. */
static result may_request_component(struct act_context *context) {
  return require_status(&context->dossier, 1U << DOSSIER_NEW | 1U << DOSSIER_RECEIVED | 1U << DOSSIER_PROCESSING);
}

static result may_refuse(struct act_context *context) {
  TRY(require_status(&context->dossier,
                     1U << DOSSIER_NEW | 1U << DOSSIER_PROCESSING | 1U << DOSSIER_SUPPLEMENT | 1U << DOSSIER_FEE_DUE));
  return context->dossier.stage >= DOSSIER_STAGE_SIGNED ? require_stage(&context->dossier, DOSSIER_STAGE_OPEN) : OK;
}

static result may_decide(struct act_context *context) {
  TRY(require_status(&context->dossier, 1U << DOSSIER_PROCESSING));
  if (context->dossier.stage > DOSSIER_STAGE_DECIDED) {
    FAIL(DOSSIER_STAGE, "signed already");
  }
  return dossier_act_require_looked_up(context);
}

static result may_sign(struct act_context *context) {
  return require_stage(&context->dossier, DOSSIER_STAGE_DECIDED);
}
static result may_seal(struct act_context *context) {
  return require_stage(&context->dossier, DOSSIER_STAGE_SIGNED);
}

static result may_apologise(struct act_context *context) {
  const struct dossier *d = &context->dossier;
  TRY(require_status(d, 1U << DOSSIER_RECEIVED | 1U << DOSSIER_PROCESSING | 1U << DOSSIER_FEE_DUE));
  if (d->reappointed_date != 0) {
    FAIL(DOSSIER_APOLOGY_ONCE, "re-appointed before");
  }
  if (clock_date_of(context->now_ms) >= d->due_date) {
    FAIL(DOSSIER_APOLOGY_LATE, "the deadline is today or past");
  }
  return OK;
}

static result may_find_complex(struct act_context *context) {
  return dossier_act_may_extend(&context->dossier, clock_date_of(context->now_ms));
}

static result may_return(struct act_context *context) {
  return require_status(&context->dossier, 1U << DOSSIER_DONE);
}
static result may_decide_enrolment(struct act_context *context) {
  return require_status(&context->dossier, 1U << DOSSIER_PROCESSING);
}

static result may_send_code(struct act_context *context) {
  struct account account;
  TRY(account_load(context->tx, context->dossier.person_id, &account));
  if (account.state != ACCOUNT_APPROVED) {
    FAIL(ACCOUNT_MOVE, "no code is waited for");
  }
  return OK;
}
static result may_supplement(struct act_context *context) {
  return require_status(&context->dossier, 1U << DOSSIER_SUPPLEMENT);
}
static result may_withdraw(struct act_context *context) {
  TRY(require_status(&context->dossier, 1U << DOSSIER_NEW | 1U << DOSSIER_RECEIVED | 1U << DOSSIER_PROCESSING |
                                            1U << DOSSIER_SUPPLEMENT | 1U << DOSSIER_FEE_DUE));
  return context->dossier.stage >= DOSSIER_STAGE_SIGNED ? require_stage(&context->dossier, DOSSIER_STAGE_OPEN) : OK;
}

static const struct {
  enum access_act power;
  result (*check)(struct act_context *context);
} conditions[] = {
    {ACCESS_DOSSIER_RECEIVE, may_receive},
    {ACCESS_DOSSIER_LOOK_UP, may_look_up},
    {ACCESS_DOSSIER_SUPPLEMENT_REQUEST, may_request_supplement},
    {ACCESS_DOSSIER_COMPONENT_REQUEST, may_request_component},
    {ACCESS_DOSSIER_REFUSE, may_refuse},
    {ACCESS_DOSSIER_COMPLEX, may_find_complex},
    {ACCESS_DOSSIER_DECIDE, may_decide},
    {ACCESS_DOSSIER_SIGN, may_sign},
    {ACCESS_DOSSIER_SEAL, may_seal},
    {ACCESS_DOSSIER_APOLOGY, may_apologise},
    {ACCESS_DOSSIER_RETURN, may_return},
    {ACCESS_ENROL_APPROVE, may_decide_enrolment},
    {ACCESS_ENROL_REJECT, may_decide_enrolment},
    {ACCESS_ENROL_CODE, may_send_code},
    {ACCESS_DOSSIER_SUPPLEMENT, may_supplement},
    {ACCESS_DOSSIER_WITHDRAW, may_withdraw},
};

result dossier_act_may(struct env *env, struct db_tx *tx, struct arena *arena, const struct dossier_act *act,
                       enum access_act power) {
  struct act_context context = {
      .env = env, .arena = arena, .act = act, .power = power, .tx = tx, .now_ms = clock_now_ms(env->clock)};
  struct access_request request;
  TRY(dossier_load(tx, arena, act->code, &context.dossier));
  TRY(dossier_act_request(&context, &request));
  TRY(dossier_act_check_kind(&context.dossier, power));
  for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
    if (conditions[i].power == power) {
      TRY(conditions[i].check(&context));
    }
  }
  return access_check(env, &request);
}
