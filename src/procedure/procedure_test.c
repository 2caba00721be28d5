#include "procedure/procedure.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "db/engine_fixture.h"
#include "ledger/ledger.h"
#include "procedure/engine.h"
/* last: cmocka wants its headers before it */
#include "base/unit_test.h"

struct fixture {
  struct arena arena;
  char dir[64];
  struct procedure_engine *engine; /* of the source tree */
  struct db *db;
  struct clock clock;
  struct random random;
  struct env env;
};

static int64_t instant(const char *text) {
  int64_t parsed = 0;
  assert_ok(clock_instant_parse(slice_str(text), &parsed));
  return parsed;
}

static int32_t date(const char *text) {
  int32_t parsed = 0;
  assert_ok(clock_date_parse(slice_str(text), &parsed));
  return parsed;
}

static struct slice source_folder(struct fixture *f) {
  return arena_printf(&f->arena, "%s/procedures", getenv("DANH_SOURCE_ROOT"));
}

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  arena_init(&f->arena);
  (void)snprintf(f->dir, sizeof f->dir, "/tmp/danh_procedure_test_XXXXXX");
  assert_non_null(mkdtemp(f->dir));
  assert_ok(procedure_engine_open((const char *)source_folder(f).ptr, &f->engine));
  static struct db_migration migrations[16];
  size_t count = 0;
  const struct db_migration *const modules[] = {ledger_migrations, procedure_migrations};
  for (size_t i = 0; i < 2; i++) {
    for (const struct db_migration *m = modules[i]; m->module; m++) {
      migrations[count++] = *m;
    }
  }
  struct db_options options = {.path = (const char *)arena_printf(&f->arena, "%s/danh.db", f->dir).ptr,
                               .mode = DB_CREATE,
                               .migrations = migrations,
                               .readers = 2};
  assert_ok(db_engine_open(&options, &f->db));
  f->clock = clock_fixed(instant("2024-06-05T09:00:00+07:00"));
  f->random = random_seeded(7);
  f->env = (struct env){.db = f->db, .clock = &f->clock, .random = &f->random};
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  procedure_engine_close(&f->engine);
  db_close(&f->db);
  int ignored = system((const char *)arena_printf(&f->arena, "rm -rf %s", f->dir).ptr);
  (void)ignored;
  arena_free(&f->arena);
  free(f);
  return 0;
}

/* ---- a folder with a changed rule ---- */

static void write_file(struct slice path, struct slice text) {
  FILE *file = fopen((const char *)path.ptr, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
  assert_int_equal(fclose(file), 0);
}

static struct slice replace_once(struct arena *arena, struct slice text, const char *old, const char *new) {
  const uint8_t *at = memmem(text.ptr, text.len, old, strlen(old));
  assert_non_null(at);
  size_t before = (size_t)(at - text.ptr);
  struct buf buf;
  buf_init(&buf, arena, text.len + strlen(new));
  buf_append(&buf, slice_sub(text, 0, before));
  buf_append_str(&buf, new);
  buf_append(&buf, slice_from(text, before + strlen(old)));
  return buf_slice(&buf);
}

/* procedures/lltp copied with one place changed in one of its files. */
static struct slice changed_folder(struct fixture *f, const char *file, const char *old, const char *new) {
  static const char *const files[] = {"procedure.lua", "form.json", "lltp_test.lua"};
  struct slice folder = arena_printf(&f->arena, "%s/procedures", f->dir);
  (void)mkdir((const char *)folder.ptr, 0700);
  (void)mkdir((const char *)arena_printf(&f->arena, "%.*s/lltp", SLICE_ARG(folder)).ptr, 0700);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    struct slice text = {0};
    struct slice source = source_folder(f);
    assert_ok(procedure_file_read(
        (const char *)arena_printf(&f->arena, "%.*s/lltp/%s", SLICE_ARG(source), files[i]).ptr, &f->arena, &text));
    if (strcmp(files[i], file) == 0) {
      text = replace_once(&f->arena, text, old, new);
    }
    write_file(arena_printf(&f->arena, "%.*s/lltp/%s", SLICE_ARG(folder), files[i]), text);
  }
  return folder;
}

static struct procedure_input ordinary(const char *submitted_at) {
  static const struct procedure_fact facts[] = {{"certificate", 1}, {"copies", 3}, {"complex", 0}};
  return (struct procedure_input){
      .submitted_at_ms = instant(submitted_at),
      .channel = PROCEDURE_VNEID,
      .applicant = {.birth_date = 7319, .citizen = true, .level = 2, .permanent_province = S("01")},
      .facts = facts,
      .fact_count = 3,
  };
}

/* ---- the law ---- */

static void every_legal_example_holds(void **state) {
  struct fixture *f = *state;
  struct procedure_check_report report;
  assert_ok(procedure_check(f->engine, &f->arena, &report));
  if (report.failed > 0) {
    fail_msg("%.*s", SLICE_ARG(report.text));
  }
  assert_true(report.passed > 120);
}

static void a_wrong_rule_fails_its_examples(void **state) {
  struct fixture *f = *state;
  struct slice folder = changed_folder(f, "procedure.lua", "local EXTRA_COPY = 5000", "local EXTRA_COPY = 5001");
  struct procedure_engine *engine CLEANUP(procedure_engine_close) = NULL;
  struct procedure_check_report report;
  assert_ok(procedure_engine_open((const char *)folder.ptr, &engine));
  assert_ok(procedure_check(engine, &f->arena, &report));
  assert_true(report.failed > 5);
  assert_non_null(memmem(report.text.ptr, report.text.len, "FAILED lltp: Hanoi pays, 3 copies\n", 34));
}

static void a_changed_example_fails(void **state) {
  struct fixture *f = *state;
  struct slice folder = changed_folder(f, "lltp_test.lua", "{ 13, 255000, 250000 }", "{ 13, 255000, 255000 }");
  struct procedure_engine *engine CLEANUP(procedure_engine_close) = NULL;
  struct procedure_check_report report;
  assert_ok(procedure_engine_open((const char *)folder.ptr, &engine));
  assert_ok(procedure_check(engine, &f->arena, &report));
  assert_int_equal(report.failed, 2);
}

static void no_rule_answers_before_its_date(void **state) {
  struct fixture *f = *state;
  struct procedure_outcome outcome;
  struct procedure_input input = ordinary("2016-12-31T09:00:00+07:00");
  assert_code(procedure_evaluate(f->engine, S("lltp"), &input, &f->arena, &outcome), PROCEDURE_NO_RULE);
  assert_code(procedure_evaluate(f->engine, S("passport"), &input, &f->arena, &outcome), PROCEDURE_UNKNOWN);
}

static void an_undeclared_year_is_said_in_the_clause(void **state) {
  struct fixture *f = *state;
  struct procedure_outcome outcome;
  struct procedure_input input = ordinary("2027-01-29T09:00:00+07:00");
  assert_ok(procedure_evaluate(f->engine, S("lltp"), &input, &f->arena, &outcome));
  assert_int_equal(outcome.due.certainty, CALENDAR_COMPUTED);
  assert_non_null(memmem(outcome.due_because.clause.ptr, outcome.due_because.clause.len, "chưa có thông báo", 17));
  input = ordinary("2026-01-29T09:00:00+07:00");
  assert_ok(procedure_evaluate(f->engine, S("lltp"), &input, &f->arena, &outcome));
  assert_null(memmem(outcome.due_because.clause.ptr, outcome.due_because.clause.len, "chưa có thông báo", 17));
}

static void refuses_an_input_that_is_not_whole(void **state) {
  struct fixture *f = *state;
  struct procedure_outcome outcome;
  struct procedure_input good = ordinary("2024-06-05T09:00:00+07:00");
  assert_ok(procedure_evaluate(f->engine, S("lltp"), &good, &f->arena, &outcome));
  struct procedure_input inputs[8];
  for (size_t i = 0; i < 8; i++) {
    inputs[i] = good;
  }
  const struct procedure_fact no_copies[] = {{"certificate", 1}, {"copies", 0}, {"complex", 0}};
  const struct procedure_fact stranger[] = {{"certificate", 1}, {"pages", 1}, {"complex", 0}};
  inputs[0].fact_count = 2;
  inputs[1].facts = no_copies;
  inputs[2].facts = stranger;
  inputs[3].channel = (enum procedure_channel)0;
  inputs[4].channel = (enum procedure_channel)5;
  inputs[5].applicant.level = 3;
  inputs[6].applicant.categories = 1U << 11;
  inputs[7].applicant.birth_date = date("2024-06-06");
  for (size_t i = 0; i < 8; i++) {
    assert_code(procedure_evaluate(f->engine, S("lltp"), &inputs[i], &f->arena, &outcome), PROCEDURE_INPUT);
  }
}

/* ---- rules gone wrong ---- */

/* What happens to a rule with one place changed: at opening, or else at the evaluation of an ordinary application. */
static uint16_t code_of_change(struct fixture *f, const char *old, const char *new) {
  struct slice folder = changed_folder(f, "procedure.lua", old, new);
  struct procedure_engine *engine CLEANUP(procedure_engine_close) = NULL;
  struct procedure_outcome outcome;
  struct procedure_input input = ordinary("2024-03-05T09:00:00+07:00");
  result r = procedure_engine_open((const char *)folder.ptr, &engine);
  return is_ok(r) ? procedure_evaluate(engine, S("lltp"), &input, &f->arena, &outcome).code : r.code;
}

static void a_rule_gone_wrong_is_never_an_answer(void **state) {
  struct fixture *f = *state;
  static const struct {
    const char *old, *new;
    uint16_t code;
  } changes[] = {
      {"return rate.normal + extra_copies(d), rate.code", "return (rate.normal + extra_copies(d)) * 1.0, rate.code",
       PROCEDURE_RULE_FLOAT},
      {"return rate.normal + extra_copies(d), rate.code", "return rate.normal / 2, rate.code", PROCEDURE_RULE_FLOAT},
      {"return rate.normal + extra_copies(d), rate.code", "return '200000', rate.code", PROCEDURE_RULE_ANSWER},
      {"return rate.normal + extra_copies(d), rate.code", "return nil", PROCEDURE_RULE_ANSWER},
      {"return rate.normal + extra_copies(d), rate.code", "return -1, rate.code", PROCEDURE_RULE_ANSWER},
      {"return rate.normal + extra_copies(d), rate.code", "return 200000", PROCEDURE_RULE_ANSWER},
      {"return rate.normal + extra_copies(d), rate.code", "return 200000, 'because'", PROCEDURE_RULE_ANSWER},
      {"return rate.normal + extra_copies(d), rate.code", "return d.nothing.more", PROCEDURE_RULE_FAILED},
      {"return rate.normal + extra_copies(d), rate.code", "while true do end", PROCEDURE_RULE_INSTRUCTIONS},
      {"return rate.normal + extra_copies(d), rate.code", "local t = {} while true do t[#t + 1] = {t} end",
       PROCEDURE_RULE_MEMORY},
      {"return rate.normal + extra_copies(d), rate.code", "return os.time(), rate.code", PROCEDURE_RULE_FAILED},
      {"answer = 0, reason = \"support_not_in_force\"", "answer = 300000, reason = \"support_not_in_force\"",
       PROCEDURE_RULE_ANSWER},
      {"unit = \"working_days\"", "unit = \"moons\"", PROCEDURE_RULE_ANSWER},
      {"cut_off = \"15:00\"", "cut_off = \"3 pm\"", PROCEDURE_RULE_ANSWER},
      {"cut_off = \"15:00\"", "cut_off = \"25:00\"", PROCEDURE_RULE_ANSWER},
      {"return working_days(10)", "return working_days(0)", PROCEDURE_RULE_ANSWER},
      {"return working_days(10)", "return working_days(10.5)", PROCEDURE_RULE_ANSWER},
      {"answer = \"justice\"", "answer = \"army\"", PROCEDURE_RULE_ANSWER},
      {"to = \"2025-04-23\"", "to = \"2025-04-24\"", PROCEDURE_RULE_ANSWER}, /* two fees on one date */
      {"to = \"2025-04-23\"", "to = \"2016-04-23\"", PROCEDURE_RULE_ANSWER}, /* ends before it begins */
      {"to = \"2025-04-23\"", "to = \"2025-02-30\"", PROCEDURE_RULE_ANSWER},
      {"clause = CIRCULAR_244,\n", "", PROCEDURE_RULE_ANSWER},
      {"name = \"lltp\"", "name = \"other\"", PROCEDURE_FOLDER},
      {"vneid = {\n", "pigeon = {\n", PROCEDURE_RULE_ANSWER},
      {"from = 9, to = 10", "from = 9, to = 11", PROCEDURE_RULE_ANSWER},
      {"reason = \"shows_all\"", "reason = \"shows_nothing\"", PROCEDURE_RULE_ANSWER},
      {"return {\n  name", "return {{\n  name", PROCEDURE_RULE_SYNTAX},
      {"local EXTRA_COPY = 5000", "while true do end local EXTRA_COPY = 5000", PROCEDURE_RULE_INSTRUCTIONS},
  };
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    uint16_t code = code_of_change(f, changes[i].old, changes[i].new);
    if (code != changes[i].code) {
      fail_msg("%s: 0x%04x, expected 0x%04x: %s", changes[i].new, code, changes[i].code, fault_last()->detail);
    }
  }
}

static void refuses_a_folder_that_is_incomplete(void **state) {
  struct fixture *f = *state;
  struct procedure_engine *engine = NULL;
  assert_code(procedure_engine_open("/nowhere", &engine), PROCEDURE_FOLDER);
  static const struct {
    const char *old, *new;
  } forms[] = {{"\"form\"", "\"shape\""},
               {"\"required\": true", "\"required\": 1"},
               {"\"id\": \"sex\"", "\"id\": \"full_name\""},
               {"\"type\": \"date\"", "\"type\": \"moon\""},
               {"\"fields\": [",
                "\"fields\": ["
                "{},"}};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    struct slice folder = changed_folder(f, "form.json", forms[i].old, forms[i].new);
    assert_code(procedure_engine_open((const char *)folder.ptr, &engine), PROCEDURE_FOLDER);
  }
  struct slice folder = changed_folder(f, "form.json", "\"form\"", "\"form\"");
  assert_int_equal(unlink((const char *)arena_printf(&f->arena, "%.*s/lltp/form.json", SLICE_ARG(folder)).ptr), 0);
  assert_code(procedure_engine_open((const char *)folder.ptr, &engine), PROCEDURE_FOLDER);
  assert_null(engine);
}

/* ---- same input, same output ---- */

static struct slice answer_of(struct procedure_engine *engine, struct arena *arena, int64_t copies) {
  const struct procedure_fact facts[] = {{"certificate", 1}, {"copies", copies}, {"complex", copies % 2}};
  struct procedure_input input = ordinary("2024-06-05T09:00:00+07:00");
  struct procedure_outcome outcome;
  input.facts = facts;
  assert_ok(procedure_evaluate(engine, S("lltp"), &input, arena, &outcome));
  return procedure_outcome_write(arena, &outcome);
}

struct worker {
  struct procedure_engine *engine;
  bool same;
};

static void *work(void *arg) {
  struct worker *worker = arg;
  struct arena arena;
  arena_init(&arena);
  struct slice expected[20];
  for (int64_t i = 0; i < 20; i++) {
    expected[i] = answer_of(worker->engine, &arena, i + 1);
  }
  worker->same = true;
  for (int round = 0; round < 20; round++) {
    for (int64_t i = 0; i < 20; i++) {
      worker->same &= slice_eq(answer_of(worker->engine, &arena, i + 1), expected[i]);
    }
  }
  arena_free(&arena);
  return NULL;
}

static void many_threads_get_the_same_answers(void **state) {
  struct fixture *f = *state;
  pthread_t threads[16];
  struct worker workers[16];
  for (size_t i = 0; i < 16; i++) {
    workers[i] = (struct worker){f->engine, false};
    assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
  }
  for (size_t i = 0; i < 16; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(workers[i].same);
  }
}

static void an_old_decision_replays_from_its_hash(void **state) {
  struct fixture *f = *state;
  struct slice folder = changed_folder(f, "procedure.lua", "{ normal = 200000,", "{ normal = 300000,");
  struct procedure_engine *old CLEANUP(procedure_engine_close) = NULL;
  struct procedure_input input = ordinary("2024-03-05T09:00:00+07:00");
  struct procedure_outcome then;
  struct procedure_outcome now;
  assert_ok(procedure_engine_open((const char *)folder.ptr, &old));
  assert_ok(procedure_evaluate(old, S("lltp"), &input, &f->arena, &then));
  assert_ok(procedure_evaluate(f->engine, S("lltp"), &input, &f->arena, &now));
  assert_true(then.fee.value == 305000 && now.fee.value == 205000);
  assert_memory_not_equal(then.rule_hash, now.rule_hash, RULE_HASH_BYTES);

  struct procedure_outcome replayed;
  input.rule_hash = then.rule_hash;
  assert_code(procedure_replay(&f->env, f->engine, &input, &f->arena, &replayed), PROCEDURE_RULE_UNKNOWN);
  assert_ok(procedure_store(&f->env, old));
  assert_ok(procedure_store(&f->env, f->engine));
  assert_ok(procedure_store(&f->env, f->engine)); /* twice is once */
  for (int i = 0; i < 3; i++) {
    assert_ok(procedure_replay(&f->env, f->engine, &input, &f->arena, &replayed));
    assert_int_equal(replayed.fee.value, 305000);
    assert_memory_equal(replayed.rule_hash, then.rule_hash, RULE_HASH_BYTES);
    assert_true(slice_eq(procedure_outcome_write(&f->arena, &replayed), procedure_outcome_write(&f->arena, &then)));
  }
  input.rule_hash = now.rule_hash;
  assert_ok(procedure_replay(&f->env, f->engine, &input, &f->arena, &replayed));
  assert_int_equal(replayed.fee.value, 205000);
  input.rule_hash = NULL;
  assert_code(procedure_replay(&f->env, f->engine, &input, &f->arena, &replayed), PROCEDURE_INPUT);
}

/* ---- what is declared ---- */

/* [Law 28/2009 Art 48] */
static void a_longer_time_for_complex_cases_ends_with_its_law(void **state) {
  struct fixture *f = *state;
  struct procedure_grounds grounds;
  assert_ok(procedure_complex_grounds(f->engine, S("lltp"), date("2026-06-30"), &f->arena, &grounds));
  assert_int_equal(grounds.count, 4);
  assert_ok(procedure_complex_grounds(f->engine, S("lltp"), date("2026-07-01"), &f->arena, &grounds));
  assert_int_equal(grounds.count, 0);
}

/* [Directive 24/CT-TTg] */
static void a_paper_a_register_supplies_may_not_be_asked_for(void **state) {
  struct fixture *f = *state;
  struct procedure_components components;
  const struct procedure_component *component = NULL;
  static const char *const on[] = {"2024-06-05", "2025-10-01", "2026-11-21"};
  static const char *const clauses[] = {"107/2021", "24/CT-TTg", "216/2026"};
  for (size_t i = 0; i < 3; i++) {
    assert_ok(procedure_components(f->engine, S("lltp"), date(on[i]), &f->arena, &components));
    assert_code(procedure_component_check(&components, S("residence_proof")), PROCEDURE_COMPONENT_SUPPLIED);
    assert_ok(procedure_component_find(&components, S("residence_proof"), &component));
    assert_true(slice_is(component->supplied_by, "residence"));
    assert_non_null(
        memmem(component->because.clause.ptr, component->because.clause.len, clauses[i], strlen(clauses[i])));
    assert_ok(procedure_component_check(&components, S("authorisation")));
    assert_code(procedure_component_check(&components, S("blood_sample")), PROCEDURE_COMPONENT_UNKNOWN);
  }
}

/* The national table of moves, without "fee due" (6): the fee comes before receipt [Decree 216/2026]. */
static void only_the_national_moves_are_allowed(void **state) {
  struct fixture *f = *state;
  static const char *const moves[11] = {"", "2357", "457", "", "5789", "2478", "", "", "", "A", ""};
  struct procedure_steps steps;
  assert_ok(procedure_steps(f->engine, S("lltp"), &steps));
  for (int from = 1; from <= 10; from++) {
    for (int to = 1; to <= 10; to++) {
      bool allowed = strchr(moves[from], to == 10 ? 'A' : '0' + to) != NULL;
      assert_int_equal(procedure_move_allowed(&steps, (enum procedure_status)from, (enum procedure_status)to), allowed);
    }
  }
}

static void each_certificate_shows_what_it_may(void **state) {
  struct fixture *f = *state;
  struct procedure_result shown;
  assert_ok(procedure_result(f->engine, S("lltp"), 1, &shown));
  assert_false(shown.expunged_shown);
  assert_false(shown.bans_shown_always);
  assert_true(shown.bans_shown_on_request);
  assert_ok(procedure_result(f->engine, S("lltp"), 2, &shown));
  assert_true(shown.expunged_shown);
  assert_true(shown.bans_shown_always);
  assert_int_equal(shown.delivery_count, 3);
  assert_code(procedure_result(f->engine, S("lltp"), 3, &shown), PROCEDURE_INPUT);
  assert_code(procedure_result(f->engine, S("lltp"), 0, &shown), PROCEDURE_INPUT);
}

static void the_citizen_fills_five_of_seventeen_categories(void **state) {
  struct fixture *f = *state;
  struct procedure_form form;
  assert_ok(procedure_form(f->engine, S("lltp"), &form));
  assert_int_equal(form.count, 17);
  int citizen = 0;
  for (size_t i = 0; i < form.count; i++) {
    citizen += slice_is(form.fields[i].source, "citizen");
  }
  assert_int_equal(citizen, 5);
}

static void lists_codes_by_date(void **state) {
  struct fixture *f = *state;
  struct procedure_summaries list;
  assert_ok(procedure_list(f->engine, date("2024-06-05"), &f->arena, &list));
  assert_int_equal(list.count, 4);
  assert_true(slice_is(list.items[3].name, "lltp") && slice_is(list.items[3].national_code, "2.000488"));
  assert_ok(procedure_list(f->engine, date("2025-03-01"), &f->arena, &list));
  assert_true(slice_is(list.items[3].national_code, "3.000333"));
}

/* ---- channels ---- */

static bool is_open(struct fixture *f, const char *province, const char *on) {
  struct procedure_channel_place place = {S("lltp"), PROCEDURE_VNEID, slice_str(province)};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  bool open = false;
  assert_ok(db_read_begin(f->db, &tx));
  assert_ok(procedure_channel_is_open(f->engine, tx, &place, date(on), &open));
  return open;
}

static void vneid_opens_province_by_province(void **state) {
  struct fixture *f = *state;
  assert_false(is_open(f, "01", "2024-04-21"));
  assert_true(is_open(f, "01", "2024-04-22"));
  assert_true(is_open(f, "46", "2024-04-22"));
  assert_false(is_open(f, "79", "2024-09-30"));
  assert_true(is_open(f, "79", "2024-10-01"));
  struct procedure_channel_place counter = {S("lltp"), PROCEDURE_COUNTER, S("79")};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  bool open = false;
  assert_ok(db_read_begin(f->db, &tx));
  assert_ok(procedure_channel_is_open(f->engine, tx, &counter, date("2020-01-01"), &open));
  assert_true(open);
  counter.procedure = S("enrolment_level2");
  counter.channel = PROCEDURE_POST;
  assert_code(procedure_channel_is_open(f->engine, tx, &counter, date("2024-08-01"), &open), PROCEDURE_INPUT);
}

static void a_chairman_decides_between_july_and_december_2024(void **state) {
  struct fixture *f = *state;
  const struct procedure_channel_decision good = {
      .place = {S("lltp"), PROCEDURE_VNEID, S("79")},
      .start = date("2024-07-01"),
      .decision_number = S("2301/QĐ-UBND"),
      .infrastructure = true,
      .technology = true,
      .security = true,
      .information_safety = true,
  };
  struct procedure_channel_decision decision = good;
  decision.start = date("2024-06-30");
  assert_code(procedure_channel_decide(&f->env, f->engine, &decision), PROCEDURE_CHANNEL_DATE);
  decision.start = date("2025-01-01");
  assert_code(procedure_channel_decide(&f->env, f->engine, &decision), PROCEDURE_CHANNEL_DATE);
  decision = good;
  decision.security = false;
  assert_code(procedure_channel_decide(&f->env, f->engine, &decision), PROCEDURE_CHANNEL_READINESS);
  decision = good;
  decision.decision_number = S("");
  assert_code(procedure_channel_decide(&f->env, f->engine, &decision), PROCEDURE_CHANNEL_READINESS);
  decision = good;
  decision.place.province = S("01");
  assert_code(procedure_channel_decide(&f->env, f->engine, &decision), PROCEDURE_CHANNEL_DECIDED);
  decision.place.province = S("03");
  assert_code(procedure_channel_decide(&f->env, f->engine, &decision), PROCEDURE_INPUT);
  assert_false(is_open(f, "79", "2024-07-01"));

  assert_ok(procedure_channel_decide(&f->env, f->engine, &good));
  assert_true(is_open(f, "79", "2024-07-01"));
  assert_false(is_open(f, "79", "2024-06-30"));
  assert_code(procedure_channel_decide(&f->env, f->engine, &good), PROCEDURE_CHANNEL_DECIDED);
  decision = good;
  decision.place.province = S("48");
  decision.start = date("2024-12-31");
  assert_ok(procedure_channel_decide(&f->env, f->engine, &decision));
  assert_false(is_open(f, "48", "2024-12-30"));
  assert_true(is_open(f, "48", "2024-12-31"));
}

/* ---- JSON ---- */

static void a_refused_document_names_the_member(void **state) {
  struct fixture *f = *state;
  static const char good[] =
      "{\"submitted_at\":\"2024-06-05T09:00:00+07:00\",\"channel\":\"vneid\",\"certificate\":1,\"copies\":3,"
      "\"complex\":false,"
      "\"applicant\":{\"birth_date\":\"1990-01-15\",\"citizen\":true,\"level\":2,\"permanent_province\":\"01\","
      "\"categories\":[],"
      "\"digital_citizen\":false}}";
  static const struct {
    const char *old, *new, *path;
  } changes[] = {
      {"\"copies\":3,", "", "/copies"},
      {"\"copies\":3", "\"copies\":3.0", "/copies"},
      {"\"copies\":3", "\"copies\":null", "/copies"},
      {"\"copies\":3", "\"copies\":2147483648", "/copies"},
      {"\"complex\":false", "\"complex\":\"no\"", "/complex"},
      {"\"channel\":\"vneid\",", "", "/channel"},
      {"\"submitted_at\"", "\"submitted\"", "/submitted"},
      {"2024-06-05T09", "2024-06-31T09", "/submitted_at"},
      {"\"citizen\":true,", "", "/applicant/citizen"},
      {"\"citizen\":true", "\"citizen\":1", "/applicant/citizen"},
      {"\"level\":2", "\"level\":-1", "/applicant/level"},
      {"\"categories\":[]", "\"categories\":{}", "/applicant/categories"},
      {"\"categories\":[]", "\"categories\":[\"student\",7]", "/applicant/categories/1"},
      {"\"categories\":[]", "\"categories\":[\"Student\"]", "/applicant/categories/0"},
      {",\"digital_citizen\":false", "", "/applicant/digital_citizen"},
      {"\"applicant\":{", "\"applicant\":{\"pin\":\"1\",", "/applicant/pin"},
      {"\"copies\":3", "\"copies\":3,\"copies\":4", ""},
      {"}}", "}", ""},
  };
  struct procedure_input_fault fault = {0};
  struct procedure_input input;
  struct procedure_document document = {S("lltp"), slice_str(good)};
  assert_ok(procedure_input_parse(f->engine, &document, &f->arena, &fault, &input));
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    document.json = replace_once(&f->arena, slice_str(good), changes[i].old, changes[i].new);
    fault = (struct procedure_input_fault){0};
    result r = procedure_input_parse(f->engine, &document, &f->arena, &fault, &input);
    assert_int_equal(result_kind(r), RESULT_INVALID);
    assert_string_equal(arena_cstr(&f->arena, fault.path), changes[i].path);
    assert_false(slice_empty(fault.reason));
  }
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_FIXTURE(every_legal_example_holds),
      WITH_FIXTURE(a_wrong_rule_fails_its_examples),
      WITH_FIXTURE(a_changed_example_fails),
      WITH_FIXTURE(no_rule_answers_before_its_date),
      WITH_FIXTURE(an_undeclared_year_is_said_in_the_clause),
      WITH_FIXTURE(refuses_an_input_that_is_not_whole),
      WITH_FIXTURE(a_rule_gone_wrong_is_never_an_answer),
      WITH_FIXTURE(refuses_a_folder_that_is_incomplete),
      WITH_FIXTURE(many_threads_get_the_same_answers),
      WITH_FIXTURE(an_old_decision_replays_from_its_hash),
      WITH_FIXTURE(a_paper_a_register_supplies_may_not_be_asked_for),
      WITH_FIXTURE(only_the_national_moves_are_allowed),
      WITH_FIXTURE(each_certificate_shows_what_it_may),
      WITH_FIXTURE(the_citizen_fills_five_of_seventeen_categories),
      WITH_FIXTURE(lists_codes_by_date),
      WITH_FIXTURE(vneid_opens_province_by_province),
      WITH_FIXTURE(a_chairman_decides_between_july_and_december_2024),
      WITH_FIXTURE(a_longer_time_for_complex_cases_ends_with_its_law),
      WITH_FIXTURE(a_refused_document_names_the_member),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
