/* One evaluation: the input becomes the table d, the rows in force that day answer, the answers become a typed outcome. */
#include <stdio.h>

#include "procedure/rule.h"

enum {
  CATEGORY_LAST = PROCEDURE_PUPIL,
  LEVEL_MAX = 2,
  CUT_OFF_TEXT = 5, /* "15:00" */
};

struct evaluation {
  struct procedure_rule *rule;
  const struct procedure_input *input;
  int32_t date; /* of submission */
  struct arena *arena;
  struct procedure_outcome outcome;
  struct procedure_admission admission;
};

/* ---- the input ---- */

static const struct procedure_fact *fact_find(const struct procedure_input *input, struct slice name) {
  for (size_t i = 0; i < input->fact_count; i++) {
    if (slice_is(name, input->facts[i].name)) {
      return &input->facts[i];
    }
  }
  return NULL;
}

static result input_check(const struct procedure_declaration *declaration, const struct procedure_input *input) {
  if (slice_empty(procedure_channel_name(input->channel)) || !declaration->channels[input->channel].declared) {
    FAIL(PROCEDURE_INPUT, "channel: the procedure has none of that name");
  }
  if (input->applicant.level > LEVEL_MAX) {
    FAIL(PROCEDURE_INPUT, "applicant.level: 0 to 2");
  }
  if (slice_empty(procedure_relation_name(input->relation))) {
    FAIL(PROCEDURE_INPUT, "relation: not a known one");
  }
  if (input->applicant.categories >= (uint32_t)CATEGORY_LAST << 1) {
    FAIL(PROCEDURE_INPUT, "applicant.categories: not known ones");
  }
  if (input->applicant.birth_date > clock_date_of(input->submitted_at_ms)) {
    FAIL(PROCEDURE_INPUT, "applicant.birth_date: after the submission");
  }
  if (input->fact_count != declaration->fact_count) {
    FAIL(PROCEDURE_INPUT, "%zu facts given, %zu declared", input->fact_count, declaration->fact_count);
  }
  for (size_t i = 0; i < declaration->fact_count; i++) {
    const struct procedure_fact_type *type = &declaration->facts[i];
    const struct procedure_fact *fact = fact_find(input, type->name);
    if (!fact || fact->value < type->min || fact->value > type->max) {
      FAIL(PROCEDURE_INPUT, "%.*s: %s", SLICE_ARG(type->name), fact ? "out of range" : "missing");
    }
  }
  return OK;
}

static void set_text(lua_State *lua, const char *name, struct slice text) {
  (void)lua_pushlstring(lua, (const char *)text.ptr, text.len);
  lua_setfield(lua, -2, name);
}
static void set_int(lua_State *lua, const char *name, int64_t number) {
  lua_pushinteger(lua, number);
  lua_setfield(lua, -2, name);
}
static void set_bool(lua_State *lua, const char *name, bool boolean) {
  lua_pushboolean(lua, boolean);
  lua_setfield(lua, -2, name);
}

static void push_applicant(lua_State *lua, const struct procedure_applicant *applicant, int32_t date) {
  lua_createtable(lua, 0, 8);
  set_int(lua, "birth_date", applicant->birth_date);
  set_int(lua, "age", clock_age_years(applicant->birth_date, date));
  set_bool(lua, "citizen", applicant->citizen);
  set_bool(lua, "digital_citizen", applicant->digital_citizen);
  set_int(lua, "level", applicant->level);
  set_text(lua, "permanent_province", applicant->permanent_province);
  lua_createtable(lua, 0, 4);
  for (uint32_t bit = 1; bit <= CATEGORY_LAST; bit <<= 1) {
    if (applicant->categories & bit) {
      struct slice name = procedure_category_name(bit);
      set_bool(lua, (const char *)name.ptr, true);
    }
  }
  lua_setfield(lua, -2, "categories");
}

/* Pushes d: date, channel, relation, applicant, and the facts by name. */
static void push_input(lua_State *lua, const struct evaluation *evaluation) {
  const struct procedure_input *input = evaluation->input;
  const struct procedure_declaration *declaration = &evaluation->rule->declaration;
  lua_createtable(lua, 0, 8);
  set_int(lua, "date", evaluation->date);
  set_text(lua, "channel", procedure_channel_name(input->channel));
  set_text(lua, "relation", procedure_relation_name(input->relation));
  push_applicant(lua, &input->applicant, evaluation->date);
  lua_setfield(lua, -2, "applicant");
  for (size_t i = 0; i < declaration->fact_count; i++) {
    const struct procedure_fact_type *type = &declaration->facts[i];
    int64_t value = fact_find(input, type->name)->value;
    if (type->is_boolean) {
      set_bool(lua, (const char *)type->name.ptr, value != 0);
    } else {
      set_int(lua, (const char *)type->name.ptr, value);
    }
  }
}

/* ---- the rows ---- */

static const struct procedure_row *row_find(const struct procedure_rows *rows, int32_t date, size_t *ret_index) {
  for (size_t i = 0; i < rows->count; i++) {
    if (rows->items[i].from <= date && date <= rows->items[i].to) {
      *ret_index = i;
      return &rows->items[i];
    }
  }
  return NULL;
}

enum { RULE_INDEX = 1, INPUT_INDEX = 2 }; /* in a body: the declaration, d */

/* Asks the row of a kind that is in force: pushes what it answers (value, reason code, form). Returns NULL, with nothing pushed, when no row is in force. */
static const struct procedure_row *row_ask(lua_State *lua, const struct evaluation *evaluation,
                                           enum procedure_rule_kind kind, int64_t extra) {
  size_t index = 0;
  const struct procedure_row *row = row_find(&evaluation->rule->declaration.rows[kind], evaluation->date, &index);
  if (!row) {
    return NULL;
  }
  (void)lua_getfield(lua, RULE_INDEX, procedure_rule_kind_names[kind]);
  (void)lua_rawgeti(lua, -1, (lua_Integer)index + 1);
  if (lua_getfield(lua, -1, "decide") == LUA_TFUNCTION) {
    lua_pushvalue(lua, INPUT_INDEX);
    lua_pushinteger(lua, extra);
    lua_call(lua, 2, 3);
    return row;
  }
  lua_pop(lua, 1);
  int row_index = lua_gettop(lua);
  (void)lua_getfield(lua, row_index, "answer");
  (void)lua_getfield(lua, row_index, "reason");
  lua_pushnil(lua);
  return row;
}

static const struct procedure_row *row_ask_required(lua_State *lua, const struct evaluation *evaluation,
                                                    enum procedure_rule_kind kind) {
  const struct procedure_row *row = row_ask(lua, evaluation, kind, 0);
  if (!row) {
    procedure_sandbox_fail(lua, PROCEDURE_NO_RULE, "%s: no rule was in force on that date",
                           procedure_rule_kind_names[kind]);
  }
  return row;
}

/* Answers stand at -3 (value), -2 (reason code), -1 (form). */
enum { VALUE = -3, REASON = -2, FORM = -1 };

static struct procedure_reason reason_of(lua_State *lua, const struct evaluation *evaluation,
                                         const struct procedure_row *row) {
  if (lua_type(lua, REASON) != LUA_TSTRING) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "a rule answers without a reason code");
  }
  const struct procedure_reason *found =
      procedure_reason_find(&evaluation->rule->declaration, slice_str(lua_tostring(lua, REASON)));
  if (!found) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "reason '%s' is not declared", lua_tostring(lua, REASON));
  }
  struct procedure_reason reason = *found;
  if (slice_empty(reason.clause)) {
    reason.clause = row->clause;
  }
  return reason;
}

static struct procedure_amount amount_of(lua_State *lua, const struct evaluation *evaluation,
                                         const struct procedure_row *row) {
  if (!lua_isinteger(lua, VALUE)) {
    procedure_sandbox_fail(lua, lua_type(lua, VALUE) == LUA_TNUMBER ? PROCEDURE_RULE_FLOAT : PROCEDURE_RULE_ANSWER,
                           "an amount of money is a whole number of dong, not a %s",
                           lua_type(lua, VALUE) == LUA_TNUMBER ? "float" : luaL_typename(lua, VALUE));
  }
  struct procedure_amount amount = {lua_tointeger(lua, VALUE), reason_of(lua, evaluation, row)};
  if (amount.value < 0) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "an amount of money is negative");
  }
  return amount;
}

static void ask_money(lua_State *lua, struct evaluation *evaluation) {
  struct procedure_outcome *outcome = &evaluation->outcome;
  outcome->fee = amount_of(lua, evaluation, row_ask_required(lua, evaluation, RULE_FEE));
  lua_settop(lua, INPUT_INDEX);
  outcome->support = (struct procedure_amount){0, outcome->fee.because};
  const struct procedure_row *row = row_ask(lua, evaluation, RULE_SUPPORT, outcome->fee.value);
  if (row) {
    outcome->support = amount_of(lua, evaluation, row);
  }
  lua_settop(lua, INPUT_INDEX);
  if (outcome->support.value > outcome->fee.value) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "the support is larger than the fee");
  }
  outcome->payable = (struct procedure_amount){outcome->fee.value - outcome->support.value, outcome->fee.because};
  if (outcome->support.value > 0) {
    outcome->payable.because = outcome->support.because;
    outcome->payable.because.clause =
        arena_printf(evaluation->arena, "%.*s; %.*s", SLICE_ARG(outcome->fee.because.clause),
                     SLICE_ARG(outcome->support.because.clause));
  }
}

/* "15:00" -> ms of the day; "none". */
static int32_t cut_off_of(lua_State *lua, struct slice text) {
  if (slice_is(text, "none")) {
    return CALENDAR_NO_CUT_OFF;
  }
  int hour = 0;
  int minute = 0;
  char after = 0;
  char copy[CUT_OFF_TEXT + 1] = {0};
  memcpy(copy, text.ptr, text.len == CUT_OFF_TEXT ? CUT_OFF_TEXT : 0);
  if (sscanf(copy, "%2d:%2d%c", &hour, &minute, &after) != 2 || hour < 0 || hour > 23 || minute < 0 || minute > 59) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "time_limit.cut_off: HH:MM or none");
  }
  return (hour * 60 + minute) * 60 * 1000;
}

/* The table {count, unit, roll, cut_off} in the answer's place. */
static struct calendar_limit limit_of(lua_State *lua, struct evaluation *evaluation, const char *where) {
  static const char *const units[] = {"", "working_days", "calendar_days", "working_hours", NULL};
  static const char *const rolls[] = {"", "next_working_day", "none", NULL};
  if (!lua_istable(lua, VALUE)) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "%s: a time limit is a table", where);
  }
  lua_pushvalue(lua, VALUE);
  int64_t count = procedure_read_int(lua, "count", 0, where);
  if (count < 1 || count > CALENDAR_LIMIT_MAX) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "%s.count: 1 to %d", where, CALENDAR_LIMIT_MAX);
  }
  struct calendar_limit limit = {
      .unit = (enum calendar_unit)procedure_read_word(lua, "unit", units, where),
      .roll = (enum calendar_roll)procedure_read_word(lua, "roll", rolls, where),
      .count = (int32_t)count,
      .cut_off_ms = cut_off_of(lua, procedure_read_text(lua, evaluation->arena, "cut_off", true, where)),
  };
  lua_pop(lua, 1);
  return limit;
}

/* An undeclared year is said in the clause itself: it travels with the date wherever that goes. */
static struct procedure_reason reason_with_certainty(struct evaluation *evaluation, struct procedure_reason reason,
                                                     const struct calendar_due *due) {
  if (due->certainty == CALENDAR_COMPUTED) {
    reason.clause = arena_printf(evaluation->arena, "%.*s (ngày nghỉ lễ tính theo luật, chưa có thông báo chính thức)",
                                 SLICE_ARG(reason.clause));
  }
  return reason;
}

static void due_of(lua_State *lua, const struct evaluation *evaluation, const struct calendar_limit *limit,
                   struct calendar_due *ret_due) {
  result r = calendar_due(limit, evaluation->input->submitted_at_ms, ret_due);
  if (!is_ok(r)) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "a time limit the calendar does not know");
  }
}

static void ask_time(lua_State *lua, struct evaluation *evaluation) {
  struct procedure_outcome *outcome = &evaluation->outcome;
  const struct procedure_row *row = row_ask_required(lua, evaluation, RULE_TIME_LIMIT);
  outcome->limit = limit_of(lua, evaluation, "time_limit");
  due_of(lua, evaluation, &outcome->limit, &outcome->due);
  outcome->due_because = reason_with_certainty(evaluation, reason_of(lua, evaluation, row), &outcome->due);
  lua_settop(lua, INPUT_INDEX);
  row = row_ask(lua, evaluation, RULE_ANSWER_LIMIT, 0);
  if (row && !lua_isnil(lua, VALUE)) {
    struct calendar_limit limit = limit_of(lua, evaluation, "answer_limit");
    due_of(lua, evaluation, &limit, &outcome->answer_due);
    outcome->answer_because = reason_with_certainty(evaluation, reason_of(lua, evaluation, row), &outcome->answer_due);
    outcome->has_answer_limit = true;
  }
  lua_settop(lua, INPUT_INDEX);
}

static struct slice text_of(lua_State *lua, struct evaluation *evaluation, int index) {
  if (lua_type(lua, index) != LUA_TSTRING) {
    return S("");
  }
  return arena_copy(evaluation->arena, slice_str(lua_tostring(lua, index)));
}

static void ask_authority(lua_State *lua, struct evaluation *evaluation) {
  struct procedure_outcome *outcome = &evaluation->outcome;
  const struct procedure_row *row = row_ask_required(lua, evaluation, RULE_AUTHORITY);
  struct slice name = text_of(lua, evaluation, VALUE);
  for (int i = PROCEDURE_JUSTICE; i <= PROCEDURE_POLICE; i++) {
    if (slice_eq(name, procedure_authority_name((enum procedure_authority)i))) {
      outcome->authority = (enum procedure_authority)i;
    }
  }
  if (!outcome->authority) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "authority: justice or police");
  }
  outcome->authority_because = reason_of(lua, evaluation, row);
  lua_settop(lua, INPUT_INDEX);
}

static void ask_outcome(lua_State *lua, struct evaluation *evaluation) {
  (void)row_ask_required(lua, evaluation, RULE_NATIONAL_CODE);
  evaluation->outcome.national_code = text_of(lua, evaluation, VALUE);
  lua_settop(lua, INPUT_INDEX);
  ask_money(lua, evaluation);
  ask_time(lua, evaluation);
  ask_authority(lua, evaluation);
}

static void ask_admission(lua_State *lua, struct evaluation *evaluation) {
  const struct procedure_row *row = row_ask_required(lua, evaluation, RULE_MAY_APPLY);
  if (!lua_isboolean(lua, VALUE)) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "may_apply: true or false");
  }
  evaluation->admission = (struct procedure_admission){
      .admitted = lua_toboolean(lua, VALUE),
      .because = reason_of(lua, evaluation, row),
      .form = text_of(lua, evaluation, FORM),
  };
  lua_settop(lua, INPUT_INDEX);
}

static void evaluate_body(lua_State *lua, void *arg) {
  push_input(lua, arg);
  ask_outcome(lua, arg);
}

static void admit_body(lua_State *lua, void *arg) {
  push_input(lua, arg);
  ask_admission(lua, arg);
}

static void assess_body(lua_State *lua, void *arg) {
  push_input(lua, arg);
  ask_admission(lua, arg);
  ask_outcome(lua, arg);
}

result procedure_rule_evaluate(struct procedure_rule *rule, const struct procedure_input *input, struct arena *arena,
                               struct procedure_outcome *ret_outcome) {
  TRY(input_check(&rule->declaration, input));
  struct evaluation evaluation = {
      .rule = rule, .input = input, .date = clock_date_of(input->submitted_at_ms), .arena = arena};
  TRY(procedure_rule_run(rule, evaluate_body, &evaluation));
  memcpy(evaluation.outcome.rule_hash, rule->hash, RULE_HASH_BYTES);
  *ret_outcome = evaluation.outcome;
  return OK;
}

result procedure_rule_admit(struct procedure_rule *rule, const struct procedure_input *input, struct arena *arena,
                            struct procedure_admission *ret_admission) {
  TRY(input_check(&rule->declaration, input));
  struct evaluation evaluation = {
      .rule = rule, .input = input, .date = clock_date_of(input->submitted_at_ms), .arena = arena};
  TRY(procedure_rule_run(rule, admit_body, &evaluation));
  *ret_admission = evaluation.admission;
  return OK;
}

result procedure_rule_assess(struct procedure_rule *rule, const struct procedure_input *input, struct arena *arena,
                             struct procedure_assessment *ret_assessment) {
  TRY(input_check(&rule->declaration, input));
  struct evaluation evaluation = {
      .rule = rule, .input = input, .date = clock_date_of(input->submitted_at_ms), .arena = arena};
  TRY(procedure_rule_run(rule, assess_body, &evaluation));
  memcpy(evaluation.outcome.rule_hash, rule->hash, RULE_HASH_BYTES);
  *ret_assessment = (struct procedure_assessment){evaluation.admission, evaluation.outcome};
  return OK;
}
