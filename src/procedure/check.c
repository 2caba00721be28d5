/* Runs the legal examples beside each procedure:
 *   return { { name = "...", input = { as for `danh procedure eval` }, relation = "parent", expect = { fee = 200000, ... } }, ... }
 * What may be expected: fee, support, payable, due_date, authority, national_code, fee_reason, support_reason, due_reason, answer_due,
 * admitted, admission_reason, form, and refused (JSON Pointer of the member refused). */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/jout.h"
#include "procedure/engine.h"

enum { EXPECTATIONS_MAX = 20, EXAMPLES_MAX = 1000, JSON_DEPTH_MAX = 8 };

struct expectation {
  struct slice name, value;
};
struct example {
  struct slice name, input;
  enum procedure_relation relation;
  struct expectation expected[EXPECTATIONS_MAX];
  size_t expected_count;
};
struct examples {
  struct arena *arena;
  struct example *items;
  size_t count;
};

/* ---- reading a test file, in its sandbox ---- */

static void write_json(lua_State *lua, struct jout *out, int depth);

static void write_list(lua_State *lua, struct jout *out, int depth) {
  size_t count = lua_rawlen(lua, -1);
  jout_list(out);
  for (size_t i = 0; i < count; i++) {
    (void)lua_rawgeti(lua, -1, (lua_Integer)i + 1);
    write_json(lua, out, depth + 1);
    lua_pop(lua, 1);
  }
  jout_list_end(out);
}

static void write_object(lua_State *lua, struct jout *out, int depth) {
  jout_object(out);
  for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
    if (lua_type(lua, -2) != LUA_TSTRING) {
      procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "input: names are text");
    }
    jout_name(out, lua_tostring(lua, -2));
    write_json(lua, out, depth + 1);
  }
  jout_object_end(out);
}

/* The value at the top; an empty table is a list. */
static void write_json(lua_State *lua, struct jout *out, int depth) {
  if (depth > JSON_DEPTH_MAX) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "input: nested too deep");
  }
  switch (lua_type(lua, -1)) {
    case LUA_TSTRING:
      jout_text(out, slice_str(lua_tostring(lua, -1)));
      break;
    case LUA_TBOOLEAN:
      jout_bool(out, lua_toboolean(lua, -1));
      break;
    case LUA_TNUMBER:
      if (!lua_isinteger(lua, -1)) {
        procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "input: whole numbers only");
      }
      jout_int(out, lua_tointeger(lua, -1));
      break;
    case LUA_TTABLE:
      lua_pushnil(lua);
      if (lua_next(lua, -2) == 0) {
        jout_list(out);
        jout_list_end(out);
        break;
      }
      lua_pop(lua, 2);
      if (lua_rawlen(lua, -1) > 0) {
        write_list(lua, out, depth);
      } else {
        write_object(lua, out, depth);
      }
      break;
    default:
      procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "input: a %s", luaL_typename(lua, -1));
  }
}

static struct slice read_scalar(lua_State *lua, struct arena *arena) {
  switch (lua_type(lua, -1)) {
    case LUA_TSTRING:
      return arena_copy(arena, slice_str(lua_tostring(lua, -1)));
    case LUA_TBOOLEAN:
      return lua_toboolean(lua, -1) ? S("true") : S("false");
    case LUA_TNUMBER:
      if (lua_isinteger(lua, -1)) {
        return arena_printf(arena, "%lld", (long long)lua_tointeger(lua, -1));
      }
      break;
    default:
      break;
  }
  procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "expect: text, whole number or boolean");
}

static void read_expected(lua_State *lua, struct arena *arena, struct example *example) {
  (void)procedure_read_table(lua, "expect", true, "example");
  for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
    if (example->expected_count == EXPECTATIONS_MAX || lua_type(lua, -2) != LUA_TSTRING) {
      procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "expect: too many or unnamed");
    }
    struct expectation *expected = &example->expected[example->expected_count++];
    expected->name = arena_copy(arena, slice_str(lua_tostring(lua, -2)));
    expected->value = read_scalar(lua, arena);
  }
  lua_pop(lua, 1);
}

static void read_example(lua_State *lua, struct arena *arena, struct example *example) {
  static const char *const relations[] = {"self", "parent", "guardian", "spouse", "adult_child", "authorised", NULL};
  example->name = procedure_read_text(lua, arena, "name", true, "example");
  if (lua_getfield(lua, -1, "relation") != LUA_TNIL) {
    lua_pop(lua, 1);
    example->relation = (enum procedure_relation)procedure_read_word(lua, "relation", relations, "example");
  } else {
    lua_pop(lua, 1);
  }
  read_expected(lua, arena, example);
  (void)procedure_read_table(lua, "input", true, "example");
  struct buf buf;
  struct jout out;
  buf_init(&buf, arena, 512);
  jout_init(&out, &buf);
  write_json(lua, &out, 0);
  lua_pop(lua, 1);
  example->input = buf_slice(&buf);
}

static void read_examples(lua_State *lua, void *arg) {
  struct examples *examples = arg;
  examples->count = lua_rawlen(lua, 1);
  if (examples->count == 0 || examples->count > EXAMPLES_MAX) {
    procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "1 to %d examples", EXAMPLES_MAX);
  }
  examples->items = ARENA_ARRAY(examples->arena, struct example, examples->count);
  for (size_t i = 0; i < examples->count; i++) {
    if (lua_rawgeti(lua, 1, (lua_Integer)i + 1) != LUA_TTABLE) {
      procedure_sandbox_fail(lua, PROCEDURE_RULE_ANSWER, "example %zu: table expected", i + 1);
    }
    read_example(lua, examples->arena, &examples->items[i]);
    lua_pop(lua, 1);
  }
}

/* ---- comparing ---- */

struct answers {
  bool is_refused;
  struct slice refused; /* path of the member refused; empty: the whole document [RFC6901 5] */
  struct procedure_outcome outcome;
  struct procedure_admission admission;
};

static struct slice number_text(struct arena *arena, int64_t number) {
  return arena_printf(arena, "%lld", (long long)number);
}

/* False: no such expectation. */
static bool answer_text(struct arena *arena, const struct answers *a, struct slice name, struct slice *ret_text) {
  const struct {
    const char *name;
    struct slice text;
  } table[] = {
      {"refused", a->refused},
      {"fee", number_text(arena, a->outcome.fee.value)},
      {"support", number_text(arena, a->outcome.support.value)},
      {"payable", number_text(arena, a->outcome.payable.value)},
      {"due_date", clock_date_write(arena, a->outcome.due.due)},
      {"authority", procedure_authority_name(a->outcome.authority)},
      {"national_code", a->outcome.national_code},
      {"fee_reason", a->outcome.fee.because.code},
      {"support_reason", a->outcome.support.because.code},
      {"due_reason", a->outcome.due_because.code},
      {"answer_due", clock_instant_write(arena, a->outcome.answer_due.due_at_ms)},
      {"admitted", a->admission.admitted ? S("true") : S("false")},
      {"admission_reason", a->admission.because.code},
      {"form", a->admission.form},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (slice_is(name, table[i].name)) {
      *ret_text = table[i].text;
      return true;
    }
  }
  return false;
}

static result ask(struct procedure_engine *engine, const struct procedure_loaded *loaded, const struct example *example,
                  struct arena *arena, struct answers *ret_answers) {
  struct procedure_document document = {loaded->name, example->input};
  struct procedure_input_fault fault = {0};
  struct procedure_input input = {0};
  struct answers answers = {0};
  if (!is_ok(procedure_input_parse(engine, &document, arena, &fault, &input))) {
    answers.is_refused = true;
    answers.refused = fault.path;
    *ret_answers = answers;
    return OK;
  }
  input.relation = example->relation;
  TRY(procedure_rule_evaluate(loaded->rule, &input, arena, &answers.outcome));
  TRY(procedure_rule_admit(loaded->rule, &input, arena, &answers.admission));
  *ret_answers = answers;
  return OK;
}

static bool check_example(struct procedure_engine *engine, const struct procedure_loaded *loaded,
                          const struct example *example, struct buf *report) {
  struct arena *arena = report->arena;
  struct answers answers = {0};
  result r = ask(engine, loaded, example, arena, &answers);
  struct buf wrong;
  buf_init(&wrong, arena, 128);
  if (!is_ok(r)) {
    buf_printf(&wrong, "  %s\n", fault_last()->detail);
  } else if (answers.is_refused && !slice_is(example->expected[0].name, "refused")) {
    buf_printf(&wrong, "  the input was refused at %.*s\n", SLICE_ARG(answers.refused));
  } else {
    for (size_t i = 0; i < example->expected_count; i++) {
      struct slice is = S("(no such answer)");
      const struct expectation *expected = &example->expected[i];
      if (!answer_text(arena, &answers, expected->name, &is) || !slice_eq(is, expected->value)) {
        buf_printf(&wrong, "  %.*s: expected %.*s, is %.*s\n", SLICE_ARG(expected->name), SLICE_ARG(expected->value),
                   SLICE_ARG(is));
      }
    }
  }
  bool passed = wrong.len == 0;
  buf_printf(report, "%s %.*s: %.*s\n", passed ? "ok    " : "FAILED", SLICE_ARG(loaded->name),
             SLICE_ARG(example->name));
  buf_append(report, buf_slice(&wrong));
  return passed;
}

/* ---- files ---- */

static int is_test(const struct dirent *entry) {
  return slice_ends(slice_str(entry->d_name), S("_test.lua"));
}

struct listing {
  struct dirent **entries;
  int count;
};
static void listing_free(struct listing *listing) {
  for (int i = 0; i < listing->count; i++) {
    free(listing->entries[i]);
  }
  free(listing->entries);
}

static result load_examples(const char *path, const char *name, struct examples *examples) {
  struct slice text = {0};
  struct procedure_sandbox *sandbox CLEANUP(procedure_sandbox_close) = NULL;
  TRY(procedure_file_read(path, examples->arena, &text));
  TRY(procedure_sandbox_open(text, name, &sandbox));
  return procedure_sandbox_run(sandbox, read_examples, examples);
}

static result check_procedure(struct procedure_engine *engine, const struct procedure_loaded *loaded,
                              struct buf *report, struct procedure_check_report *counts) {
  struct listing listing CLEANUP(listing_free) = {0};
  listing.count = scandir((const char *)loaded->folder.ptr, &listing.entries, is_test, alphasort);
  if (listing.count <= 0) {
    int count = listing.count;
    listing.count = 0;
    FAIL(PROCEDURE_FOLDER, "%.*s: %s", SLICE_ARG(loaded->name),
         count < 0 ? strerror(errno) : "no legal examples (*_test.lua)");
  }
  for (int i = 0; i < listing.count; i++) {
    struct examples examples = {.arena = report->arena};
    const char *name = listing.entries[i]->d_name;
    TRY(load_examples((const char *)arena_printf(report->arena, "%.*s/%s", SLICE_ARG(loaded->folder), name).ptr, name,
                      &examples));
    for (size_t j = 0; j < examples.count; j++) {
      bool passed = check_example(engine, loaded, &examples.items[j], report);
      counts->passed += passed;
      counts->failed += !passed;
    }
  }
  return OK;
}

result procedure_check(struct procedure_engine *engine, struct arena *arena,
                       struct procedure_check_report *ret_report) {
  struct procedure_check_report counts = {0};
  struct buf report;
  buf_init(&report, arena, 4096);
  for (size_t i = 0; i < engine->count; i++) {
    TRY(check_procedure(engine, &engine->items[i], &report, &counts));
  }
  counts.text = buf_slice(&report);
  *ret_report = counts;
  return OK;
}
