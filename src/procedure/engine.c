#include "procedure/engine.h"

result procedure_engine_find(struct procedure_engine *engine, struct slice name,
                             const struct procedure_loaded **ret_loaded) {
  for (size_t i = 0; i < engine->count; i++) {
    if (slice_eq(engine->items[i].name, name)) {
      *ret_loaded = &engine->items[i];
      return OK;
    }
  }
  FAIL(PROCEDURE_UNKNOWN, "no such procedure");
}

result procedure_evaluate(struct procedure_engine *engine, struct slice name, const struct procedure_input *input,
                          struct arena *arena, struct procedure_outcome *ret_outcome) {
  const struct procedure_loaded *loaded = NULL;
  TRY(procedure_engine_find(engine, name, &loaded));
  return procedure_rule_evaluate(loaded->rule, input, arena, ret_outcome);
}

result procedure_may_apply(struct procedure_engine *engine, struct slice name, const struct procedure_input *input,
                           struct arena *arena, struct procedure_admission *ret_admission) {
  const struct procedure_loaded *loaded = NULL;
  TRY(procedure_engine_find(engine, name, &loaded));
  return procedure_rule_admit(loaded->rule, input, arena, ret_admission);
}

result procedure_assess(struct procedure_engine *engine, struct slice name, const struct procedure_input *input,
                        struct arena *arena, struct procedure_assessment *ret_assessment) {
  const struct procedure_loaded *loaded = NULL;
  TRY(procedure_engine_find(engine, name, &loaded));
  return procedure_rule_assess(loaded->rule, input, arena, ret_assessment);
}

/* The constant code of the row in force; a procedure whose code depends on the dossier gives its first row's. */
static struct slice code_on(const struct procedure_declaration *declaration, int32_t on) {
  const struct procedure_rows *rows = &declaration->rows[RULE_NATIONAL_CODE];
  for (size_t i = 0; i < rows->count; i++) {
    if (rows->items[i].from <= on && on <= rows->items[i].to) {
      return rows->items[i].code;
    }
  }
  return S("");
}

result procedure_list(struct procedure_engine *engine, int32_t on, struct arena *arena,
                      struct procedure_summaries *ret_list) {
  struct procedure_summary *items = ARENA_ARRAY(arena, struct procedure_summary, engine->count);
  for (size_t i = 0; i < engine->count; i++) {
    const struct procedure_declaration *declaration = &engine->items[i].rule->declaration;
    items[i] = (struct procedure_summary){
        .name = declaration->name,
        .name_vi = declaration->name_vi,
        .name_en = declaration->name_en,
        .national_code = code_on(declaration, on),
    };
    memcpy(items[i].rule_hash, engine->items[i].rule->hash, RULE_HASH_BYTES);
  }
  *ret_list = (struct procedure_summaries){items, engine->count};
  return OK;
}

static int32_t first_from(const struct procedure_rows *rows) {
  int32_t first = INT32_MAX;
  for (size_t i = 0; i < rows->count; i++) {
    first = rows->items[i].from < first ? rows->items[i].from : first;
  }
  return first;
}

result procedure_first_date(struct procedure_engine *engine, struct slice name, int32_t *ret_first) {
  const struct procedure_loaded *loaded = NULL;
  int32_t first = INT32_MIN;
  TRY(procedure_engine_find(engine, name, &loaded));
  for (size_t i = 0; i < RULE_KINDS_REQUIRED; i++) {
    int32_t from = first_from(&loaded->rule->declaration.rows[procedure_rule_kinds_required[i]]);
    first = from > first ? from : first;
  }
  *ret_first = first;
  return OK;
}

result procedure_components(struct procedure_engine *engine, struct slice name, int32_t on, struct arena *arena,
                            struct procedure_components *ret_components) {
  const struct procedure_loaded *loaded = NULL;
  TRY(procedure_engine_find(engine, name, &loaded));
  const struct procedure_declaration *declaration = &loaded->rule->declaration;
  struct procedure_component *items = ARENA_ARRAY(arena, struct procedure_component, declaration->component_count + 1);
  size_t count = 0;
  for (size_t i = 0; i < declaration->component_count; i++) {
    const struct procedure_dated_component *dated = &declaration->components[i];
    if (dated->from <= on && on <= dated->to) {
      items[count++] = dated->component;
    }
  }
  *ret_components = (struct procedure_components){items, count};
  return OK;
}

result procedure_component_find(const struct procedure_components *components, struct slice id,
                                const struct procedure_component **ret_component) {
  for (size_t i = 0; i < components->count; i++) {
    if (slice_eq(components->items[i].id, id)) {
      *ret_component = &components->items[i];
      return OK;
    }
  }
  FAIL(PROCEDURE_COMPONENT_UNKNOWN, "no such component");
}

/* [Directive 24/CT-TTg 2025] an officer absolutely may not ask for what a register supplies */
result procedure_component_check(const struct procedure_components *components, struct slice id) {
  const struct procedure_component *component = NULL;
  TRY(procedure_component_find(components, id, &component));
  if (!slice_empty(component->supplied_by)) {
    FAIL(PROCEDURE_COMPONENT_SUPPLIED, "%.*s comes from the register %.*s", SLICE_ARG(component->id),
         SLICE_ARG(component->supplied_by));
  }
  return OK;
}

result procedure_complex_grounds(struct procedure_engine *engine, struct slice name, int32_t on, struct arena *arena,
                                 struct procedure_grounds *ret_grounds) {
  const struct procedure_loaded *loaded = NULL;
  TRY(procedure_engine_find(engine, name, &loaded));
  const struct procedure_declaration *declaration = &loaded->rule->declaration;
  struct procedure_reason *items = ARENA_ARRAY(arena, struct procedure_reason, declaration->ground_count + 1);
  size_t count = 0;
  for (size_t i = 0; i < declaration->ground_count; i++) {
    const struct procedure_dated_ground *dated = &declaration->grounds[i];
    if (dated->from <= on && on <= dated->to) {
      items[count++] = dated->because;
    }
  }
  *ret_grounds = (struct procedure_grounds){items, count};
  return OK;
}

result procedure_refund(struct procedure_engine *engine, struct slice name, int32_t on,
                        struct procedure_refund *ret_refund) {
  const struct procedure_loaded *loaded = NULL;
  TRY(procedure_engine_find(engine, name, &loaded));
  const struct procedure_declaration *declaration = &loaded->rule->declaration;
  for (size_t i = 0; i < declaration->refund_count; i++) {
    const struct procedure_dated_refund *dated = &declaration->refunds[i];
    if (dated->from <= on && on <= dated->to) {
      *ret_refund = dated->refund;
      return OK;
    }
  }
  FAIL(PROCEDURE_NO_RULE, "refunds: no rule was in force on that date");
}

result procedure_steps(struct procedure_engine *engine, struct slice name, struct procedure_steps *ret_steps) {
  const struct procedure_loaded *loaded = NULL;
  TRY(procedure_engine_find(engine, name, &loaded));
  *ret_steps = (struct procedure_steps){loaded->rule->declaration.steps, loaded->rule->declaration.step_count};
  return OK;
}

bool procedure_move_allowed(const struct procedure_steps *steps, enum procedure_status from, enum procedure_status to) {
  for (size_t i = 0; i < steps->count; i++) {
    if (steps->items[i].from == from && steps->items[i].to == to) {
      return true;
    }
  }
  return false;
}

result procedure_form(struct procedure_engine *engine, struct slice name, struct procedure_form *ret_form) {
  const struct procedure_loaded *loaded = NULL;
  TRY(procedure_engine_find(engine, name, &loaded));
  *ret_form = loaded->form;
  return OK;
}

result procedure_result(struct procedure_engine *engine, struct slice name, int64_t variant,
                        struct procedure_result *ret_result) {
  const struct procedure_loaded *loaded = NULL;
  TRY(procedure_engine_find(engine, name, &loaded));
  const struct procedure_declaration *declaration = &loaded->rule->declaration;
  if (variant < 1 || (uint64_t)variant > declaration->result_count) {
    FAIL(PROCEDURE_INPUT, "results: 1 to %zu", declaration->result_count);
  }
  *ret_result = declaration->results[variant - 1];
  return OK;
}
