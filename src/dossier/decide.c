/* dossier/decide.c: what the competent person decides, and the papers nobody may ask for. */
#include "base/buf.h"
#include "codec/utf8.h"
#include "dossier/act.h"

/* [Law 28/2009 Art 41-43; Law 107/2025] No. 1 shows the unexpunged convictions, No. 2 all of them. */
static result register_says(struct act_context *context, enum dossier_decision *ret_decision) {
  struct register_conviction_list list;
  const struct dossier *d = &context->dossier;
  TRY(register_convictions_load(context->tx, context->arena, d->person_id, clock_date_of(context->now_ms), &list));
  *ret_decision = DOSSIER_NO_CONVICTION;
  for (size_t i = 0; i < list.count; i++) {
    if (d->certificate == 2 || list.items[i].status == REGISTER_CONVICTION_ACTIVE) {
      *ret_decision = DOSSIER_HAS_CONVICTION;
    }
  }
  return OK;
}

result dossier_act_require_looked_up(struct act_context *context) {
  struct dossier_move *moves = NULL;
  size_t count = 0;
  TRY(dossier_moves(context->tx, context->arena, &context->dossier, &moves, &count));
  for (size_t i = 0; i < count; i++) {
    if (slice_is(moves[i].act, "look_up_convictions")) {
      return OK;
    }
  }
  FAIL(DOSSIER_NOT_LOOKED_UP, "decision before the conviction register was read");
}

/* Initials of the province: "Hà Nội" gives HN, as in 25HN2013/00001. */
static struct slice province_initials(struct arena *arena, struct slice province, int32_t on) {
  const struct register_province *p = register_province_find(province, on);
  struct slice folded = S("");
  struct buf initials;
  buf_init(&initials, arena, 8);
  if (p == NULL || !is_ok(utf8_search_fold(slice_str(p->name), arena, &folded))) {
    return S("VN");
  }
  while (!slice_empty(folded)) {
    struct slice word = slice_cut(&folded, ' ');
    if (word.len > 0 && word.ptr[0] >= 'a' && word.ptr[0] <= 'z') {
      buf_append_byte(&initials, (uint8_t)(word.ptr[0] - 32));
    }
  }
  return buf_slice(&initials);
}

/* The record's own number, counted per agency and year. */
static result number_next(struct act_context *context, struct slice *ret_number) {
  const struct dossier *d = &context->dossier;
  int32_t today = clock_date_of(context->now_ms);
  int16_t year = clock_civil(today).year;
  int64_t serial = 0;
  TRY(dossier_store_number_next(context->tx, d->agency_code, year, &serial));
  *ret_number = arena_printf(context->arena, "%.*s%.*s%04d/%05lld", SLICE_ARG(d->province),
                             SLICE_ARG(province_initials(context->arena, d->province, today)), year, (long long)serial);
  return OK;
}

struct finding {
  enum dossier_decision decision;
  struct slice note;
};

static result decide(struct act_context *context) {
  struct dossier *d = &context->dossier;
  const struct finding *finding = context->arg;
  enum dossier_decision expected = DOSSIER_UNDECIDED;
  if (d->status != DOSSIER_PROCESSING) {
    FAIL(DOSSIER_MOVE_FORBIDDEN, "decision in status %d", d->status);
  }
  if (d->stage > DOSSIER_STAGE_DECIDED) {
    FAIL(DOSSIER_STAGE, "signed already");
  }
  TRY(dossier_act_require_looked_up(context));
  TRY(register_says(context, &expected));
  if (finding->decision != expected) {
    FAIL(DOSSIER_DECISION_DIFFERS, "the decision contradicts the conviction register");
  }
  d->decision = finding->decision;
  d->decider_id = context->act->actor_id;
  d->stage = DOSSIER_STAGE_DECIDED;
  if (slice_empty(d->certificate_number)) {
    TRY(number_next(context, &d->certificate_number));
  }
  struct act_step step = {
      .name = "decide", .legal_basis = dossier_act_record_basis(clock_date_of(context->now_ms)), .note = finding->note};
  return dossier_act_note(context, &step);
}

result dossier_decide(struct env *env, struct arena *arena, const struct dossier_act *act,
                      enum dossier_decision decision, struct slice note) {
  struct finding finding = {decision, note};
  struct act_context context = {
      .env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_DECIDE, .arg = &finding};
  return dossier_act_run(&context, decide);
}

/* ---- papers ---- */

/* [Directive 24/CT-TTg] blocked, recorded, and shown to the citizen. */
static result record_paper_request(struct act_context *context) {
  const struct procedure_component *component = context->arg;
  struct dossier_paper_request request = {.at_ms = context->now_ms,
                                          .component = component->id,
                                          .reason = component->because.vi,
                                          .role = dossier_act_role(context->arena, context->act)};
  TRY(dossier_store_paper_request_insert(context->env, context->tx, &context->dossier, &request));
  struct act_step step = {
      .name = "paper_refused", .legal_basis = component->because.clause, .note = component->name_vi};
  return dossier_act_note(context, &step);
}

result dossier_component_request(struct env *env, const struct dossier_works *works, struct arena *arena,
                                 const struct dossier_act *act, struct dossier_paper *paper) {
  struct act_context context = {.env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_COMPONENT_REQUEST};
  struct procedure_components components;
  const struct procedure_component *component = NULL;
  TRY(dossier_act_check_reason(paper->reason));
  TRY(dossier_act_require(&context));
  TRY(procedure_components(works->procedures, context.dossier.procedure, clock_date_of(context.dossier.submitted_at_ms),
                           arena, &components));
  TRY(procedure_component_find(&components, paper->component, &component));
  paper->found = *component;
  result allowed = procedure_component_check(&components, paper->component);
  if (is_code(allowed, PROCEDURE_COMPONENT_SUPPLIED)) {
    context.arg = &paper->found;
    TRY(dossier_act_run(&context, record_paper_request));
    FAIL(DOSSIER_COMPONENT_SUPPLIED, "a register supplies that paper");
  }
  TRY(allowed);
  struct slice notice =
      arena_printf(arena, "Bổ sung: %.*s. %.*s", SLICE_ARG(component->name_vi), SLICE_ARG(paper->reason));
  return dossier_supplement_request(env, arena, act, notice);
}
