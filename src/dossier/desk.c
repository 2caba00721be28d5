/* dossier/desk.c: the acts of desk and applicant that need nothing but the registers: receive, supplement, refuse,
 * withdraw, apologise, pay. */
#include "dossier/act.h"

/* ---- receive ---- */

/* [Circular 01/2018 Art 3] receipt and appointment slip; [Decree 216/2026] the fee comes before acceptance. */
static result receive(struct act_context *context) {
  struct dossier *d = &context->dossier;
  if (d->complete_at_ms == 0) {
    FAIL(DOSSIER_FEE_UNPAID, "the fee of the dossier is not paid");
  }
  if (!dossier_act_move_is_allowed(d->status, DOSSIER_RECEIVED)) {
    FAIL(DOSSIER_MOVE_FORBIDDEN, "receive from status %d", d->status);
  }
  d->received_at_ms = context->now_ms;
  struct dossier_slip slip = {
      .kind = DOSSIER_SLIP_RECEIPT, .at_ms = context->now_ms, .text = S(""), .date = d->due_date};
  TRY(dossier_store_slip_insert(context->env, context->tx, d, &slip));
  struct act_step step = {.name = "receive",
                          .to = DOSSIER_RECEIVED,
                          .legal_basis = dossier_act_one_stop_basis(clock_date_of(context->now_ms))};
  return dossier_act_move(context, &step);
}

result dossier_receive(struct env *env, struct arena *arena, const struct dossier_act *act) {
  struct act_context context = {.env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_RECEIVE};
  return dossier_act_run(&context, receive);
}

/* ---- supplement: asked once, completely; the answer starts the clock again ---- */

static result count_slips(struct act_context *context, enum dossier_slip_kind kind, size_t *ret_count) {
  struct dossier_slip *slips = NULL;
  size_t count = 0;
  TRY(dossier_slips(context->tx, context->arena, &context->dossier, &slips, &count));
  *ret_count = 0;
  for (size_t i = 0; i < count; i++) {
    *ret_count += slips[i].kind == kind;
  }
  return OK;
}

static result request_supplement(struct act_context *context) {
  struct slice reason = *(const struct slice *)context->arg;
  size_t before = 0;
  TRY(count_slips(context, DOSSIER_SLIP_SUPPLEMENT, &before));
  if (before > 0) {
    FAIL(DOSSIER_SUPPLEMENT_ONCE, "a second supplement notice");
  }
  struct dossier_slip slip = {.kind = DOSSIER_SLIP_SUPPLEMENT, .at_ms = context->now_ms, .text = reason};
  TRY(dossier_store_slip_insert(context->env, context->tx, &context->dossier, &slip));
  struct act_step step = {.name = "supplement_request",
                          .to = DOSSIER_SUPPLEMENT,
                          .legal_basis = dossier_act_one_stop_basis(clock_date_of(context->now_ms)),
                          .note = reason};
  return dossier_act_move(context, &step);
}

result dossier_supplement_request(struct env *env, struct arena *arena, const struct dossier_act *act,
                                  struct slice reason) {
  TRY(dossier_act_check_reason(reason));
  struct act_context context = {
      .env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_SUPPLEMENT_REQUEST, .arg = &reason};
  return dossier_act_run(&context, request_supplement);
}

static result answer_supplement(struct act_context *context) {
  struct dossier *d = &context->dossier;
  if (d->status != DOSSIER_SUPPLEMENT) {
    FAIL(DOSSIER_MOVE_FORBIDDEN, "nothing was asked for");
  }
  if (d->complete_at_ms == 0) {
    FAIL(DOSSIER_FEE_UNPAID, "the fee of the dossier is not paid");
  }
  enum dossier_status to = d->received_at_ms != 0 ? DOSSIER_PROCESSING : DOSSIER_RECEIVED;
  TRY(dossier_act_clock_start(d, context->now_ms)); /* [Circular 01/2018] the clock restarts when complete */
  if (to == DOSSIER_RECEIVED) {
    d->received_at_ms = context->now_ms;
  }
  struct dossier_slip slip = {.kind = DOSSIER_SLIP_RECEIPT, .at_ms = context->now_ms, .text = S(""), .date = d->due_date};
  TRY(dossier_store_slip_insert(context->env, context->tx, d, &slip));
  struct act_step step = {.name = "supplement_answer",
                          .to = to,
                          .legal_basis = dossier_act_one_stop_basis(clock_date_of(context->now_ms)),
                          .note = *(const struct slice *)context->arg};
  return dossier_act_move(context, &step);
}

result dossier_supplement_answer(struct env *env, struct arena *arena, const struct dossier_act *act,
                                 struct slice answer) {
  TRY(dossier_act_check_reason(answer));
  struct act_context context = {
      .env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_SUPPLEMENT, .arg = &answer};
  return dossier_act_run(&context, answer_supplement);
}

/* ---- the two ends without a result ---- */

static result cancel_payment(struct act_context *context, bool refund) {
  struct payment_request request;
  const struct dossier *d = &context->dossier;
  result found = payment_request_load(context->tx, context->arena, d->person_id, d->code, &request);
  if (is_code(found, PAYMENT_NOT_FOUND)) {
    return OK;
  }
  TRY(found);
  return payment_request_cancel(context->env, context->tx, &request, refund);
}

struct refusal {
  struct slice reason;
  struct slice legal_basis;
};

static result refuse(struct act_context *context) {
  struct dossier *d = &context->dossier;
  const struct refusal *refusal = context->arg;
  enum dossier_status to = d->status == DOSSIER_NEW ? DOSSIER_NOT_RECEIVED : DOSSIER_STOPPED;
  if (d->stage >= DOSSIER_STAGE_SIGNED) {
    FAIL(DOSSIER_STAGE, "a signed result cannot be refused");
  }
  TRY(cancel_payment(context, d->received_at_ms == 0)); /* nothing was done for the fee yet */
  d->closed_at_ms = context->now_ms;
  struct dossier_slip slip = {.kind = DOSSIER_SLIP_REFUSAL, .at_ms = context->now_ms, .text = refusal->reason};
  TRY(dossier_store_slip_insert(context->env, context->tx, d, &slip));
  struct slice one_stop = dossier_act_one_stop_basis(clock_date_of(context->now_ms));
  struct act_step step = {.name = "refuse",
                          .to = to,
                          .legal_basis = slice_empty(refusal->legal_basis) ? one_stop : refusal->legal_basis,
                          .note = refusal->reason};
  return dossier_act_move(context, &step);
}

result dossier_refuse(struct env *env, struct arena *arena, const struct dossier_act *act, struct slice reason,
                      struct slice legal_basis) {
  TRY(dossier_act_check_reason(reason));
  struct refusal refusal = {reason, legal_basis};
  struct act_context context = {
      .env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_REFUSE, .arg = &refusal};
  return dossier_act_run(&context, refuse);
}

bool dossier_refunds(const struct dossier *dossier, enum procedure_refund_until until) {
  return until == PROCEDURE_REFUND_RESULT || (until == PROCEDURE_REFUND_RECEIPT && dossier->received_at_ms == 0);
}

struct withdrawal {
  struct slice reason;
  struct procedure_refund refund;
};

static result withdraw(struct act_context *context) {
  struct dossier *d = &context->dossier;
  const struct withdrawal *withdrawal = context->arg;
  if (d->stage >= DOSSIER_STAGE_SIGNED) {
    FAIL(DOSSIER_STAGE, "the result is signed already");
  }
  TRY(cancel_payment(context, dossier_refunds(d, withdrawal->refund.until)));
  d->closed_at_ms = context->now_ms;
  struct act_step step = {.name = "withdraw",
                          .to = DOSSIER_WITHDRAWN,
                          .legal_basis = dossier_act_one_stop_basis(clock_date_of(context->now_ms)),
                          .note = withdrawal->reason};
  return dossier_act_move(context, &step);
}

result dossier_withdraw(struct env *env, const struct dossier_works *works, struct arena *arena,
                        const struct dossier_act *act, struct slice reason) {
  struct withdrawal withdrawal = {.reason = reason};
  struct act_context context = {
      .env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_WITHDRAW, .arg = &withdrawal};
  TRY(dossier_act_require(&context));
  const struct dossier *d = &context.dossier;
  result found = procedure_refund(works->procedures, d->procedure, clock_date_of(d->submitted_at_ms), &withdrawal.refund);
  if (!is_ok(found) && !is_code(found, PROCEDURE_NO_RULE)) {
    return found;
  }
  return dossier_act_run(&context, withdraw);
}

/* ---- apology and single re-appointment ---- */

struct apology {
  struct slice reason;
  int32_t new_date;
};

static result apologise(struct act_context *context) {
  struct dossier *d = &context->dossier;
  const struct apology *apology = context->arg;
  int32_t today = clock_date_of(context->now_ms);
  if (d->status != DOSSIER_RECEIVED && d->status != DOSSIER_PROCESSING && d->status != DOSSIER_FEE_DUE) {
    FAIL(DOSSIER_MOVE_FORBIDDEN, "no deadline runs");
  }
  if (d->reappointed_date != 0) {
    FAIL(DOSSIER_APOLOGY_ONCE, "re-appointed before");
  }
  if (today >= d->due_date) { /* [Circular 01/2018] at the latest one day before the deadline */
    FAIL(DOSSIER_APOLOGY_LATE, "the deadline is today or past");
  }
  if (apology->new_date <= d->due_date || !calendar_is_working_day(apology->new_date)) {
    FAIL(DOSSIER_APOLOGY_DATE, "new date not a working day after the deadline");
  }
  d->reappointed_date = apology->new_date;
  struct dossier_slip slip = {
      .kind = DOSSIER_SLIP_APOLOGY, .at_ms = context->now_ms, .text = apology->reason, .date = apology->new_date};
  TRY(dossier_store_slip_insert(context->env, context->tx, d, &slip));
  struct act_step step = {
      .name = "apologise", .legal_basis = dossier_act_one_stop_basis(today), .note = apology->reason};
  return dossier_act_note(context, &step);
}

result dossier_apologise(struct env *env, struct arena *arena, const struct dossier_act *act, struct slice reason,
                         int32_t new_date) {
  TRY(dossier_act_check_reason(reason));
  struct apology apology = {reason, new_date};
  struct act_context context = {
      .env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_APOLOGY, .arg = &apology};
  return dossier_act_run(&context, apologise);
}

/* ---- payment ---- */

struct booking {
  struct env *env;
  struct arena *arena;
  const struct payment_notification *notification;
  struct payment_outcome outcome;
};

static result start_clock_when_settled(struct booking *booking, struct db_tx *tx) {
  struct dossier_act act = {.code = booking->outcome.request.dossier_code};
  struct act_context context = {
      .env = booking->env, .arena = booking->arena, .act = &act, .tx = tx, .now_ms = clock_now_ms(booking->env->clock)};
  TRY(dossier_load(tx, booking->arena, act.code, &context.dossier));
  if (context.dossier.complete_at_ms == 0) {
    TRY(dossier_act_clock_start(&context.dossier, context.now_ms));
  }
  struct act_step step = {.name = "pay", .legal_basis = S("")};
  return dossier_act_note(&context, &step);
}

static result book_in_write(struct db_tx *tx, void *arg) {
  struct booking *booking = arg;
  booking->outcome = (struct payment_outcome){0};
  TRY(payment_apply(booking->env, tx, booking->arena, booking->notification, &booking->outcome));
  return booking->outcome.settled_now ? start_clock_when_settled(booking, tx) : OK;
}

result dossier_payment(struct env *env, struct arena *arena, const struct payment_notification *notification,
                       struct payment_outcome *ret_outcome) {
  struct booking booking = {.env = env, .arena = arena, .notification = notification};
  TRY(db_write(env->db, book_in_write, &booking));
  if (booking.outcome.unknown) { /* kept, and said so: the money is a refund due */
    FAIL(PAYMENT_REFERENCE_UNKNOWN, "payment for an unknown reference");
  }
  *ret_outcome = booking.outcome;
  return OK;
}
