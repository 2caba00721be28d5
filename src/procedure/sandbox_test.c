#include "procedure/sandbox.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/unit_test.h"

struct answer {
  char text[256];
};

static void call_run(lua_State *lua, void *arg) {
  struct answer *answer = arg;
  (void)lua_getfield(lua, 1, "run");
  lua_call(lua, 0, 1);
  (void)snprintf(answer->text, sizeof answer->text, "%s", luaL_tolstring(lua, -1, NULL));
}

/* Runs `statements` as the body of a rule's function. */
static result run(const char *statements, struct answer *ret_answer) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct procedure_sandbox *sandbox CLEANUP(procedure_sandbox_close) = NULL;
  TRY(procedure_sandbox_open(arena_printf(&arena, "return { run = function() %s end }", statements), "rule", &sandbox));
  return procedure_sandbox_run(sandbox, call_run, ret_answer);
}

static result load(struct slice text) {
  struct procedure_sandbox *sandbox CLEANUP(procedure_sandbox_close) = NULL;
  return procedure_sandbox_open(text, "rule", &sandbox);
}

static void assert_answers(const char *statements, const char *expected) {
  struct answer answer = {{0}};
  assert_ok(run(statements, &answer));
  assert_string_equal(answer.text, expected);
}

static void stops_loops_at_the_instruction_budget(void **state) {
  (void)state;
  static const char *const loops[] = {
      "while true do end",
      "repeat until false",
      "for i = 1, math.maxinteger do end",
      "::again:: goto again",
      "local function f() return f() end f()",
      "local t = {} for i = 1, 100 do t[i] = i end while true do table.sort(t, function(a, b) return a > b end) end",
      "while true do local s = tostring(1) end",
  };
  struct answer answer;
  for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
    assert_code(run(loops[i], &answer), PROCEDURE_RULE_INSTRUCTIONS);
  }
  assert_code(load(S("while true do end")), PROCEDURE_RULE_INSTRUCTIONS);
}

static void stops_growth_at_the_memory_budget(void **state) {
  (void)state;
  static const char *const bombs[] = {
      "local t = {} for i = 1, 1e7 do t[i] = {} end",
      "local s = 'x' while true do s = s .. s end",
      "local t = {} while true do t[#t + 1] = string.rep('x', 10000) .. #t end",
      "local function f(n) return 1 + f(n + 1) end return f(1)",
      "local s = string.rep('x', 10000) local t = {} for i = 1, 1000 do t[i] = s .. i end return table.concat(t)",
  };
  struct answer answer;
  for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
    assert_code(run(bombs[i], &answer), PROCEDURE_RULE_MEMORY);
  }
  assert_code(load(S("local t = {} for i = 1, 1e7 do t[i] = {} end return t")), PROCEDURE_RULE_MEMORY);
}

static void refuses_what_loops_in_c(void **state) {
  (void)state;
  static const char *const calls[] = {
      "return string.rep('x', 1 << 40)",
      "return string.rep('', 1 << 60)",
      "return ('x'):rep(1e6)",
      "return table.unpack({}, 1, 1 << 40)",
      "return table.concat({}, '', 1, 1 << 60)",
      "return table.move({}, 1, 1 << 60, 1)",
  };
  struct answer answer;
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    assert_code(run(calls[i], &answer), PROCEDURE_RULE_FAILED);
  }
}

/* Lua finds a border of {[1], [2], [4] ... [2^61]} near 2^61: what walks up to it in C never ends. */
static void refuses_a_table_that_claims_an_endless_length(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  static const char *const calls[] = {"table.insert(t, 1, 0)", "table.remove(t, 1)", "table.concat(t)", "table.sort(t)",
                                      "table.unpack(t)"};
  struct buf table;
  buf_init(&table, &arena, 4096);
  for (int i = 0; i < 62; i++) {
    buf_printf(&table, "[%lld] = 1, ", 1LL << i);
  }
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    struct answer answer;
    struct slice statements =
        arena_printf(&arena, "local t = {%.*s} assert(#t > 1 << 40, 'short') %s", (int)table.len, table.ptr, calls[i]);
    assert_code(run((const char *)statements.ptr, &answer), PROCEDURE_RULE_FAILED);
    assert_non_null(strstr(fault_last()->detail, "table of more than"));
  }
}

static void has_no_way_to_the_world_or_past_its_budgets(void **state) {
  (void)state;
  static const char *const names[] = {
      "io",           "os",           "debug",    "package",  "require", "load",           "loadstring",
      "loadfile",     "dofile",       "print",    "pcall",    "xpcall",  "coroutine",      "warn",
      "rawget",       "rawset",       "rawequal", "rawlen",   "next",    "collectgarbage", "utf8",
      "setmetatable", "getmetatable", "_G",       "_VERSION", "arg",
  };
  char statements[128];
  struct answer answer;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    (void)snprintf(statements, sizeof statements, "return %s", names[i]);
    assert_code(run(statements, &answer), PROCEDURE_RULE_FAILED);
  }
  static const char *const absent[] = {
      "string.find", "string.match",    "string.gmatch",   "string.gsub", "string.dump",
      "string.pack", "string.unpack",   "string.packsize", "table.move",  "table.pack",
      "math.random", "math.randomseed", "math.huge",
  };
  for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
    (void)snprintf(statements, sizeof statements, "return type(%s)", absent[i]);
    assert_answers(statements, "nil");
  }
  assert_code(run("return ('x'):find('x')", &answer), PROCEDURE_RULE_FAILED);
}

static void sets_no_globals(void **state) {
  (void)state;
  struct answer answer;
  assert_code(run("counter = 1", &answer), PROCEDURE_RULE_FAILED);
  assert_code(run("string = nil", &answer), PROCEDURE_RULE_FAILED);
}

static void shows_no_addresses(void **state) {
  (void)state;
  assert_answers("return tostring({})", "table");
  assert_answers("return tostring(tostring)", "function");
  assert_answers("return string.format('%s %s', {}, type)", "table function");
  assert_answers("return string.format('%5d|%-4s|%q', 3, 'x', 'y')", "    3|x   |\"y\"");
  struct answer answer;
  assert_code(run("return string.format('%p', {})", &answer), PROCEDURE_RULE_FAILED);
  assert_code(run("return string.format('%-10p', 'x')", &answer), PROCEDURE_RULE_FAILED);
  assert_code(run("return {} .. ''", &answer), PROCEDURE_RULE_FAILED);
}

static void walks_tables_in_key_order(void **state) {
  (void)state;
  assert_answers(
      "local t = {} for i = 20, 1, -1 do t['k' .. string.format('%02d', i)] = i t[i] = i end t[-3] = 0 "
      "local s = '' for k, v in pairs(t) do s = s .. k .. ' ' end return s",
      "-3 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 "
      "k01 k02 k03 k04 k05 k06 k07 k08 k09 k10 k11 k12 k13 k14 k15 k16 k17 k18 k19 k20 ");
  assert_answers(
      "local t = {a = 1, b = 2, c = 3} local n = 0 for k in pairs(t) do t[k] = nil t.c = nil n = n + 1 end return n",
      "2");
  struct answer answer;
  assert_code(run("for k in pairs({[1.5] = 1}) do end", &answer), PROCEDURE_RULE_FAILED);
  assert_code(run("for k in pairs({[{}] = 1}) do end", &answer), PROCEDURE_RULE_FAILED);
}

static void takes_text_chunks_only(void **state) {
  (void)state;
  assert_code(load(S("\x1bLua\x54\x00\x19\x93")), PROCEDURE_RULE_SYNTAX);
  assert_code(load(S("return {")), PROCEDURE_RULE_SYNTAX);
  assert_code(load(S("")), PROCEDURE_RULE_ANSWER);
  assert_code(load(S("return 7")), PROCEDURE_RULE_ANSWER);
  assert_code(load(S("error('no')")), PROCEDURE_RULE_FAILED);
  assert_code(load(S("error({})")), PROCEDURE_RULE_FAILED);
  assert_ok(load(S("return {}")));
}

static void refuses_text_nested_without_end(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf text;
  buf_init(&text, &arena, 100000);
  buf_append_str(&text, "return ");
  for (int i = 0; i < 50000; i++) {
    buf_append_byte(&text, '{');
  }
  assert_code(load(buf_slice(&text)), PROCEDURE_RULE_SYNTAX);
  for (int i = 0; i < SANDBOX_TEXT_BYTES_MAX; i++) {
    buf_append_byte(&text, ' ');
  }
  assert_code(load(buf_slice(&text)), PROCEDURE_RULE_SYNTAX);
}

static void forgets_every_run_however_it_ended(void **state) {
  (void)state;
  static const char rule[] =
      "local n, kept = 0, {} "
      "return { run = function() "
      "  n = n + 1 kept[#kept + 1] = string.rep('x', 1000) string.upper = nil danh.date = nil "
      "  local s = n .. ' ' .. #kept "
      "  if n > 1 then while true do end end "
      "  return s end, "
      "bomb = function() while true do n = n + 1 kept[n] = {n} end end }";
  struct procedure_sandbox *sandbox CLEANUP(procedure_sandbox_close) = NULL;
  assert_ok(procedure_sandbox_open(slice_str(rule), "rule", &sandbox));
  for (int i = 0; i < 50; i++) {
    struct answer answer = {{0}};
    assert_ok(procedure_sandbox_run(sandbox, call_run, &answer));
    assert_string_equal(answer.text, "1 1");
  }
}

static void call_bomb(lua_State *lua, void *arg) {
  (void)arg;
  (void)lua_getfield(lua, 1, "bomb");
  lua_call(lua, 0, 0);
}

static void answers_again_after_a_spent_budget(void **state) {
  (void)state;
  static const char rule[] =
      "return { run = function() return 'well' end, bomb = function() local t = {} while true do t[#t + 1] = {} end "
      "end }";
  struct procedure_sandbox *sandbox CLEANUP(procedure_sandbox_close) = NULL;
  assert_ok(procedure_sandbox_open(slice_str(rule), "rule", &sandbox));
  for (int i = 0; i < 10; i++) {
    struct answer answer = {{0}};
    result r = procedure_sandbox_run(sandbox, call_bomb, NULL);
    assert_true(is_code(r, PROCEDURE_RULE_MEMORY) || is_code(r, PROCEDURE_RULE_INSTRUCTIONS));
    assert_ok(procedure_sandbox_run(sandbox, call_run, &answer));
    assert_string_equal(answer.text, "well");
  }
}

static void text_is_not_a_number(void **state) {
  (void)state;
  struct answer answer;
  assert_code(run("return '10' + 1", &answer), PROCEDURE_RULE_FAILED);
  assert_answers("return math.type(tonumber('10') + 1)", "integer");
}

static void knows_dates_and_ages(void **state) {
  (void)state;
  assert_answers("return danh.date('1970-01-02')", "1");
  assert_answers("return danh.age(danh.date('2008-06-05'), danh.date('2024-06-04'))", "15");
  struct answer answer;
  assert_code(run("return danh.date('2024-02-30')", &answer), PROCEDURE_RULE_FAILED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(stops_loops_at_the_instruction_budget),
      cmocka_unit_test(stops_growth_at_the_memory_budget),
      cmocka_unit_test(refuses_what_loops_in_c),
      cmocka_unit_test(refuses_a_table_that_claims_an_endless_length),
      cmocka_unit_test(has_no_way_to_the_world_or_past_its_budgets),
      cmocka_unit_test(sets_no_globals),
      cmocka_unit_test(shows_no_addresses),
      cmocka_unit_test(walks_tables_in_key_order),
      cmocka_unit_test(takes_text_chunks_only),
      cmocka_unit_test(refuses_text_nested_without_end),
      cmocka_unit_test(forgets_every_run_however_it_ended),
      cmocka_unit_test(answers_again_after_a_spent_budget),
      cmocka_unit_test(text_is_not_a_number),
      cmocka_unit_test(knows_dates_and_ages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
