/* dossier/complex.c: an officer finds a case complex, which gives it more time [Law 28/2009 Art 48]. The rule is asked before the write;
 * the write checks the state again and moves the date. */
#include "dossier/act.h"
#include "dossier/gather.h"

struct finding {
  const struct dossier_complexity *complexity;
  struct procedure_reason ground;
  struct dossier_kept kept; /* its input with "complex" set */
  struct procedure_outcome outcome;
};

static result find_ground(const struct procedure_grounds *grounds, struct slice code,
                          struct procedure_reason *ret_ground) {
  if (grounds->count == 0) {
    FAIL(DOSSIER_COMPLEX_NO_PERIOD, "the law of that day has no ground");
  }
  for (size_t i = 0; i < grounds->count; i++) {
    if (slice_eq(grounds->items[i].code, code)) {
      *ret_ground = grounds->items[i];
      return OK;
    }
  }
  FAIL(DOSSIER_COMPLEX_GROUND, "no such ground");
}

static void set_complex(struct arena *arena, struct procedure_input *input) {
  struct procedure_fact *facts = ARENA_ARRAY(arena, struct procedure_fact, input->fact_count + 1);
  for (size_t i = 0; i < input->fact_count; i++) {
    facts[i] = input->facts[i];
    if (strcmp(facts[i].name, "complex") == 0) {
      facts[i].value = 1;
    }
  }
  input->facts = facts;
}

/* The rule the dossier was submitted under, once more, whatever the procedures' folder holds now. */
static result evaluate_again(struct env *env, const struct dossier_works *works, struct act_context *context,
                             struct finding *finding) {
  const struct dossier *d = &context->dossier;
  struct procedure_grounds grounds;
  TRY(procedure_complex_grounds(works->procedures, d->procedure, clock_date_of(d->submitted_at_ms), context->arena,
                                &grounds));
  TRY(find_ground(&grounds, finding->complexity->ground, &finding->ground));
  TRY(dossier_kept_read(d, context->arena, &finding->kept));
  set_complex(context->arena, &finding->kept.input);
  return procedure_replay(env, works->procedures, &finding->kept.input, context->arena, &finding->outcome);
}

result dossier_act_may_extend(const struct dossier *d, int32_t today) {
  if (d->status != DOSSIER_PROCESSING) {
    FAIL(DOSSIER_MOVE_FORBIDDEN, "complex in status %d", d->status);
  }
  if (d->stage != DOSSIER_STAGE_OPEN) {
    FAIL(DOSSIER_STAGE, "decided already");
  }
  if (d->complex) {
    FAIL(DOSSIER_COMPLEX_ONCE, "found complex before");
  }
  if (d->reappointed_date != 0) {
    FAIL(DOSSIER_COMPLEX_REAPPOINTED, "re-appointed before");
  }
  if (today >= d->due_date) {
    FAIL(DOSSIER_COMPLEX_LATE, "the deadline is today or past");
  }
  return OK;
}

/* The clock runs on from where it started, to the later date. */
static result extend(struct act_context *context) {
  struct dossier *d = &context->dossier;
  const struct finding *finding = context->arg;
  TRY(dossier_act_may_extend(d, clock_date_of(context->now_ms)));
  struct dossier_extension extension = {.ground = &finding->ground, .due_before = d->due_date};
  d->limit = finding->outcome.limit;
  TRY(dossier_act_clock_start(d, d->complete_at_ms));
  if (d->due_date <= extension.due_before) {
    FAIL(DOSSIER_COMPLEX_NO_PERIOD, "the rule gives a complex case no longer time");
  }
  extension.due_after = d->due_date;
  d->complex = true;
  d->outcome = dossier_outcome_write(
      context->arena, &(const struct dossier_answer){&finding->kept.input, &finding->outcome, &extension});
  TRY(dossier_store_extension(context->tx, d));
  struct slice why = arena_printf(context->arena, "%.*s %.*s", SLICE_ARG(finding->ground.vi),
                                  SLICE_ARG(finding->complexity->reason));
  struct slice text =
      arena_printf(context->arena, "Vụ việc phức tạp (%.*s). %.*s", SLICE_ARG(finding->ground.clause), SLICE_ARG(why));
  struct dossier_slip slip = {
      .kind = DOSSIER_SLIP_RECEIPT, .at_ms = context->now_ms, .text = text, .date = d->due_date};
  TRY(dossier_store_slip_insert(context->env, context->tx, d, &slip));
  struct act_step step = {.name = "complex", .legal_basis = finding->ground.clause, .note = why};
  return dossier_act_note(context, &step);
}

result dossier_complex(struct env *env, const struct dossier_works *works, struct arena *arena,
                       const struct dossier_act *act, const struct dossier_complexity *complexity) {
  struct finding finding = {.complexity = complexity};
  struct act_context context = {
      .env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_COMPLEX, .arg = &finding};
  TRY(dossier_act_check_reason(complexity->reason));
  TRY(dossier_act_require(&context));
  TRY(evaluate_again(env, works, &context, &finding));
  return dossier_act_run(&context, extend);
}
