#include "procedure/declaration.h"

#include <stdio.h>
#include <stdlib.h>

const char *const procedure_rule_kind_names[RULE_KINDS] = {
    "national_code", "may_apply", "fee", "support", "time_limit", "answer_limit", "authority",
};
const enum procedure_rule_kind procedure_rule_kinds_required[RULE_KINDS_REQUIRED] = {
    RULE_NATIONAL_CODE, RULE_MAY_APPLY, RULE_FEE, RULE_TIME_LIMIT, RULE_AUTHORITY};

enum {
  LIST_MAX = 200, /* rows, reasons, components, steps: far above any procedure of the state */
  STATUS_MAX = PROCEDURE_STATUS_RETURNED,
};

static _Noreturn void wrong(lua_State *lua, const char *where, const char *what) {
  procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "%s: %s", where, what);
}

/* Length of the list at the top of the stack. */
static size_t list_length(lua_State *lua, const char *where) {
  size_t count = lua_rawlen(lua, -1);
  if (count > LIST_MAX) {
    wrong(lua, where, "too many entries");
  }
  return count;
}

/* Pushes item i (from 0) of the list at the top, which must be a table; writes its name into `where`. */
static void push_item(lua_State *lua, const char *list, size_t i, char where[static 64]) {
  (void)snprintf(where, 64, "%s[%zu]", list, i + 1);
  if (lua_rawgeti(lua, -1, (lua_Integer)i + 1) != LUA_TTABLE) {
    wrong(lua, where, "table expected");
  }
}

static int reason_order(const void *left, const void *right) {
  return slice_cmp(((const struct procedure_reason *)left)->code, ((const struct procedure_reason *)right)->code);
}

const struct procedure_reason *procedure_reason_find(const struct procedure_declaration *declaration,
                                                     struct slice code) {
  struct procedure_reason key = {.code = code};
  return declaration->reason_count == 0
             ? NULL
             : bsearch(&key, declaration->reasons, declaration->reason_count, sizeof key, reason_order);
}

static void read_reasons(lua_State *lua, struct arena *arena, struct procedure_declaration *declaration) {
  (void)procedure_read_table(lua, "reasons", true, "procedure");
  size_t count = 0;
  for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
    count++;
  }
  declaration->reasons = ARENA_ARRAY(arena, struct procedure_reason, count + 1);
  for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
    if (lua_type(lua, -2) != LUA_TSTRING || !lua_istable(lua, -1)) {
      wrong(lua, "reasons", "code = {vi, en, clause} expected");
    }
    const char *code = lua_tostring(lua, -2);
    declaration->reasons[declaration->reason_count++] = (struct procedure_reason){
        .code = arena_copy(arena, slice_str(code)),
        .vi = procedure_read_text(lua, arena, "vi", true, code),
        .en = procedure_read_text(lua, arena, "en", true, code),
        .clause = procedure_read_text(lua, arena, "clause", false, code),
    };
  }
  qsort(declaration->reasons, count, sizeof *declaration->reasons, reason_order);
  lua_pop(lua, 1);
}

/* The reason named in the field `reason` of the table at the top. */
static struct procedure_reason read_reason(lua_State *lua, struct arena *arena,
                                           const struct procedure_declaration *declaration, const char *where) {
  struct slice code = procedure_read_text(lua, arena, "reason", true, where);
  const struct procedure_reason *reason = procedure_reason_find(declaration, code);
  if (!reason || slice_empty(reason->clause)) {
    wrong(lua, where, "reason unknown or without clause");
  }
  return *reason;
}

static void check_no_overlap(lua_State *lua, const struct procedure_rows *rows, const char *kind) {
  for (size_t i = 0; i < rows->count; i++) {
    for (size_t j = 0; j < i; j++) {
      if (rows->items[i].from <= rows->items[j].to && rows->items[j].from <= rows->items[i].to) {
        wrong(lua, kind, "two rows are in force on the same date");
      }
    }
  }
}

static void read_rows(lua_State *lua, struct arena *arena, const char *kind, struct procedure_rows *ret_rows) {
  if (!procedure_read_table(lua, kind, false, "procedure")) {
    return;
  }
  struct procedure_rows rows = {.count = list_length(lua, kind)};
  rows.items = ARENA_ARRAY(arena, struct procedure_row, rows.count + 1);
  for (size_t i = 0; i < rows.count; i++) {
    char where[64];
    push_item(lua, kind, i, where);
    rows.items[i] = (struct procedure_row){
        .from = procedure_read_date(lua, "from", INT32_MIN, where),
        .to = procedure_read_date(lua, "to", INT32_MAX, where),
        .clause = procedure_read_text(lua, arena, "clause", true, where),
        .code = procedure_read_text(lua, arena, "usual", false, where),
    };
    bool decides = lua_getfield(lua, -1, "decide") == LUA_TFUNCTION;
    bool answers = lua_getfield(lua, -2, "answer") != LUA_TNIL;
    if (lua_type(lua, -1) == LUA_TSTRING) {
      rows.items[i].code = arena_copy(arena, slice_str(lua_tostring(lua, -1)));
    }
    lua_pop(lua, 2);
    if (decides == answers) {
      wrong(lua, where, "either `decide` (a function) or `answer`");
    }
    if (rows.items[i].from > rows.items[i].to) {
      wrong(lua, where, "`from` is after `to`");
    }
    lua_pop(lua, 1);
  }
  check_no_overlap(lua, &rows, kind);
  lua_pop(lua, 1);
  *ret_rows = rows;
}

static void read_facts(lua_State *lua, struct arena *arena, struct procedure_declaration *declaration) {
  static const char *const types[] = {"integer", "boolean", NULL};
  if (!procedure_read_table(lua, "facts", false, "procedure")) {
    return;
  }
  declaration->fact_count = list_length(lua, "facts");
  declaration->facts = ARENA_ARRAY(arena, struct procedure_fact_type, declaration->fact_count + 1);
  for (size_t i = 0; i < declaration->fact_count; i++) {
    char where[64];
    push_item(lua, "facts", i, where);
    struct procedure_fact_type *fact = &declaration->facts[i];
    fact->name = procedure_read_text(lua, arena, "name", true, where);
    fact->is_boolean = procedure_read_word(lua, "type", types, where) == 1;
    fact->min = fact->is_boolean ? 0 : procedure_read_int(lua, "min", INT64_MIN, where);
    fact->max = fact->is_boolean ? 1 : procedure_read_int(lua, "max", INT64_MAX, where);
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
}

/* provinces {["01"] = "2024-04-22"} of the `starts` table at the top. */
static void read_province_starts(lua_State *lua, struct arena *arena, struct procedure_channel_type *channel) {
  if (!procedure_read_table(lua, "provinces", false, "starts")) {
    return;
  }
  channel->provinces = ARENA_ARRAY(arena, struct procedure_province_start, LIST_MAX);
  for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
    if (lua_type(lua, -2) != LUA_TSTRING || channel->province_count == LIST_MAX) {
      wrong(lua, "provinces", "[\"01\"] = date expected");
    }
    const char *code = lua_tostring(lua, -2);
    struct slice text = slice_str(lua_tostring(lua, -1));
    struct procedure_province_start *start = &channel->provinces[channel->province_count++];
    start->province = arena_copy(arena, slice_str(code));
    if (!is_ok(clock_date_parse(text, &start->start))) {
      wrong(lua, "provinces", "not a date");
    }
  }
  lua_pop(lua, 1);
}

static void read_channels(lua_State *lua, struct arena *arena, struct procedure_declaration *declaration) {
  (void)procedure_read_table(lua, "channels", true, "procedure");
  for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
    enum procedure_channel id = 0;
    if (lua_type(lua, -2) != LUA_TSTRING || !lua_istable(lua, -1) ||
        !procedure_channel_parse(slice_str(lua_tostring(lua, -2)), &id)) {
      wrong(lua, "channels", "unknown channel");
    }
    struct procedure_channel_type *channel = &declaration->channels[id];
    *channel = (struct procedure_channel_type){.declared = true, .starts = INT32_MIN};
    if (procedure_read_table(lua, "starts", false, "channels")) {
      channel->starts = procedure_read_date(lua, "default", INT32_MIN, "starts");
      channel->decision_from = procedure_read_date(lua, "decision_from", 0, "starts");
      channel->decision_to = procedure_read_date(lua, "decision_to", 0, "starts");
      read_province_starts(lua, arena, channel);
      lua_pop(lua, 1);
    }
  }
  lua_pop(lua, 1);
}

static void read_components(lua_State *lua, struct arena *arena, struct procedure_declaration *declaration) {
  (void)procedure_read_table(lua, "components", true, "procedure");
  declaration->component_count = list_length(lua, "components");
  declaration->components = ARENA_ARRAY(arena, struct procedure_dated_component, declaration->component_count + 1);
  for (size_t i = 0; i < declaration->component_count; i++) {
    char where[64];
    push_item(lua, "components", i, where);
    declaration->components[i] = (struct procedure_dated_component){
        .component = {.id = procedure_read_text(lua, arena, "id", true, where),
                      .name_vi = procedure_read_text(lua, arena, "vi", true, where),
                      .name_en = procedure_read_text(lua, arena, "en", true, where),
                      .supplied_by = procedure_read_text(lua, arena, "supplied_by", false, where),
                      .because = read_reason(lua, arena, declaration, where)},
        .from = procedure_read_date(lua, "from", INT32_MIN, where),
        .to = procedure_read_date(lua, "to", INT32_MAX, where),
    };
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
}

static void read_grounds(lua_State *lua, struct arena *arena, struct procedure_declaration *declaration) {
  if (!procedure_read_table(lua, "complex_grounds", false, "procedure")) {
    return;
  }
  declaration->ground_count = list_length(lua, "complex_grounds");
  declaration->grounds = ARENA_ARRAY(arena, struct procedure_dated_ground, declaration->ground_count + 1);
  for (size_t i = 0; i < declaration->ground_count; i++) {
    char where[64];
    push_item(lua, "complex_grounds", i, where);
    declaration->grounds[i] =
        (struct procedure_dated_ground){.because = read_reason(lua, arena, declaration, where),
                                        .from = procedure_read_date(lua, "from", INT32_MIN, where),
                                        .to = procedure_read_date(lua, "to", INT32_MAX, where)};
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
}

static void read_refunds(lua_State *lua, struct arena *arena, struct procedure_declaration *declaration) {
  static const char *const words[] = {"never", "receipt", "result", NULL}; /* enum procedure_refund_until */
  if (!procedure_read_table(lua, "refunds", false, "procedure")) {
    return;
  }
  declaration->refund_count = list_length(lua, "refunds");
  declaration->refunds = ARENA_ARRAY(arena, struct procedure_dated_refund, declaration->refund_count + 1);
  for (size_t i = 0; i < declaration->refund_count; i++) {
    char where[64];
    push_item(lua, "refunds", i, where);
    declaration->refunds[i] = (struct procedure_dated_refund){
        .refund = {.until = (enum procedure_refund_until)procedure_read_word(lua, "until", words, where),
                   .because = read_reason(lua, arena, declaration, where)},
        .from = procedure_read_date(lua, "from", INT32_MIN, where),
        .to = procedure_read_date(lua, "to", INT32_MAX, where),
    };
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
}

static void read_steps(lua_State *lua, struct arena *arena, struct procedure_declaration *declaration) {
  (void)procedure_read_table(lua, "steps", true, "procedure");
  declaration->step_count = list_length(lua, "steps");
  declaration->steps = ARENA_ARRAY(arena, struct procedure_step, declaration->step_count + 1);
  for (size_t i = 0; i < declaration->step_count; i++) {
    char where[64];
    push_item(lua, "steps", i, where);
    int64_t from = procedure_read_int(lua, "from", 0, where);
    int64_t to = procedure_read_int(lua, "to", 0, where);
    if (from < 1 || from > STATUS_MAX || to < 1 || to > STATUS_MAX) {
      wrong(lua, where, "status numbers are 1 to 10");
    }
    declaration->steps[i] = (struct procedure_step){
        .from = (enum procedure_status)from,
        .to = (enum procedure_status)to,
        .act = procedure_read_text(lua, arena, "act", true, where),
        .desk = procedure_read_text(lua, arena, "desk", true, where),
        .authority = procedure_read_text(lua, arena, "authority", true, where),
        .name_vi = procedure_read_text(lua, arena, "vi", true, where),
        .name_en = procedure_read_text(lua, arena, "en", true, where),
    };
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
}

static void read_deliveries(lua_State *lua, struct arena *arena, struct procedure_result *ret_result) {
  (void)procedure_read_table(lua, "deliver", true, "results");
  ret_result->delivery_count = list_length(lua, "deliver");
  struct slice *deliveries = ARENA_ARRAY(arena, struct slice, ret_result->delivery_count + 1);
  for (size_t i = 0; i < ret_result->delivery_count; i++) {
    if (lua_rawgeti(lua, -1, (lua_Integer)i + 1) != LUA_TSTRING) {
      wrong(lua, "deliver", "text expected");
    }
    deliveries[i] = arena_copy(arena, slice_str(lua_tostring(lua, -1)));
    lua_pop(lua, 1);
  }
  ret_result->deliveries = deliveries;
  lua_pop(lua, 1);
}

static void read_results(lua_State *lua, struct arena *arena, struct procedure_declaration *declaration) {
  static const char *const convictions[] = {"none", "unexpunged", "all", NULL};
  static const char *const bans[] = {"none", "on_request", "always", NULL};
  (void)procedure_read_table(lua, "results", true, "procedure");
  declaration->result_count = list_length(lua, "results");
  declaration->results = ARENA_ARRAY(arena, struct procedure_result, declaration->result_count + 1);
  for (size_t i = 0; i < declaration->result_count; i++) {
    char where[64];
    push_item(lua, "results", i, where);
    size_t shown_bans = procedure_read_word(lua, "bans", bans, where);
    struct procedure_result *item = &declaration->results[i];
    *item = (struct procedure_result){
        .template_name = procedure_read_text(lua, arena, "template", true, where),
        .signed_by = procedure_read_text(lua, arena, "signed_by", true, where),
        .sealed_by = procedure_read_text(lua, arena, "sealed_by", false, where),
        .title_vi = procedure_read_text(lua, arena, "title_vi", true, where),
        .title_en = procedure_read_text(lua, arena, "title_en", true, where),
        .expunged_shown = procedure_read_word(lua, "convictions", convictions, where) == 2,
        .bans_shown_on_request = shown_bans == 1,
        .bans_shown_always = shown_bans == 2,
        .because = read_reason(lua, arena, declaration, where),
    };
    read_deliveries(lua, arena, item);
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
}

void procedure_declaration_read(lua_State *lua, struct arena *arena, struct procedure_declaration *ret_declaration) {
  struct procedure_declaration *declaration = ret_declaration;
  *declaration = (struct procedure_declaration){0};
  lua_settop(lua, 1);
  declaration->name = procedure_read_text(lua, arena, "name", true, "procedure");
  (void)procedure_read_table(lua, "names", true, "procedure");
  declaration->name_vi = procedure_read_text(lua, arena, "vi", true, "names");
  declaration->name_en = procedure_read_text(lua, arena, "en", true, "names");
  lua_pop(lua, 1);
  read_reasons(lua, arena, declaration);
  read_facts(lua, arena, declaration);
  read_channels(lua, arena, declaration);
  read_components(lua, arena, declaration);
  read_grounds(lua, arena, declaration);
  read_refunds(lua, arena, declaration);
  read_steps(lua, arena, declaration);
  read_results(lua, arena, declaration);
  for (int kind = 0; kind < RULE_KINDS; kind++) {
    read_rows(lua, arena, procedure_rule_kind_names[kind], &declaration->rows[kind]);
  }
  for (size_t i = 0; i < RULE_KINDS_REQUIRED; i++) {
    enum procedure_rule_kind kind = procedure_rule_kinds_required[i];
    if (declaration->rows[kind].count == 0) {
      wrong(lua, procedure_rule_kind_names[kind], "no row at all");
    }
  }
}
