/* The main job through the engine, without HTTP: every act, and what each refuses. */
#include <stdio.h>
#include <stdlib.h>

#include "codec/jin.h"
#include "ledger/ledger.h"
#include "pki/pki.h"
#include "server/server.h"
#include "server/server.h"
#include "sign/sign.h"
#include "signer/signer.h"
/* last */
#include "base/unit_test.h"

struct officer {
  int64_t id;
  struct access_post post;
};

struct fixture {
  char folder[64];
  struct arena arena;
  struct server_installation *installation;
  struct clock clock;
  struct random random;
  struct env env;
  struct dossier_works works;
  int64_t citizen, wife, hue_citizen;
  struct officer one_stop, records, decider, sealer, hue_one_stop;
  struct slice code;
};

static const struct slice form = S_INIT(
    "{\"history\":[{\"from\":\"2018-06\",\"to\":null,\"place\":\"Hà Nội\",\"work\":\"Kế "
    "toán\"}],\"request\":{\"purpose\":\"Xin việc\"}}");

/* ---- stage ---- */

static void set_time(struct fixture *f, const char *instant) {
  int64_t ms = 0;
  assert_ok(clock_instant_parse(slice_str(instant), &ms));
  clock_fixed_set(&f->clock, ms);
}

static void load_officer(struct fixture *f, struct db_tx *tx, const char *name, struct officer *ret_officer) {
  struct register_post_list posts;
  assert_ok(register_demo_find(tx, slice_str(name), &ret_officer->id));
  assert_ok(register_posts_of_person(tx, &f->arena, ret_officer->id, clock_date_of(clock_now_ms(&f->clock)), &posts));
  assert_true(posts.count > 0);
  struct register_holding holding = {.person_id = ret_officer->id, .post_id = posts.items[0].post_id};
  assert_ok(access_post_load(&f->env, tx, &holding, &f->arena, &ret_officer->post));
}

static void load_people(struct fixture *f) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(f->env.db, &tx));
  assert_ok(register_demo_find(tx, S("citizen.hanoi"), &f->citizen));
  assert_ok(register_demo_find(tx, S("citizen.hanoi.wife"), &f->wife));
  assert_ok(register_demo_find(tx, S("citizen.hue"), &f->hue_citizen));
  load_officer(f, tx, "01.one_stop_officer", &f->one_stop);
  load_officer(f, tx, "01.records_officer", &f->records);
  load_officer(f, tx, "01.decider", &f->decider);
  load_officer(f, tx, "01.sealer", &f->sealer);
  load_officer(f, tx, "46.one_stop_officer", &f->hue_one_stop);
}

static int set_up(void **state) {
  static const struct slice provinces[] = {S_INIT("01"), S_INIT("46")};
  struct fixture *f = heap_alloc(sizeof *f);
  arena_init(&f->arena);
  (void)snprintf(f->folder, sizeof f->folder, "/tmp/danh-main-job-XXXXXX");
  assert_non_null(mkdtemp(f->folder));
  f->clock = clock_fixed(0);
  f->random = random_seeded(7);
  set_time(f, "2024-06-05T09:00:00+07:00");
  assert_ok(server_installation_open(f->folder, SERVER_CREATE, &f->installation));
  f->env = f->installation->env;
  f->env.clock = &f->clock;
  f->env.random = &f->random;
  f->env.origin = S("http://localhost:8080");
  struct signer_local_options signer = {.data_dir = f->folder, .clock = &f->clock, .unsynced = true};
  assert_ok(signer_local_open(&signer, &f->env.signer));
  struct register_synth_options synth = {.people = 1500, .seed = 1, .date = clock_date_of(clock_now_ms(&f->clock))};
  struct register_synth_counts counts;
  assert_ok(register_synth(&f->env, &synth, &counts));
  struct server_demonstration demonstration = {provinces, 2, false};
  assert_ok(server_demonstration_create(&f->env, &demonstration));
  assert_ok(pdf_renderer_open(&f->works.renderer));
  assert_ok(procedure_engine_open(NULL, &f->works.procedures));
  assert_ok(procedure_store(&f->env, f->works.procedures));
  load_people(f);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  pdf_renderer_close(f->works.renderer);
  procedure_engine_close(&f->works.procedures);
  signer_local_close(&f->env.signer);
  server_installation_close(&f->installation);
  char command[96];
  (void)snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
  assert_int_equal(system(command), 0);
  arena_free(&f->arena);
  free(f);
  return 0;
}

/* ---- words of the stories ---- */

static struct dossier_application application(struct fixture *f, const char *form_key) {
  return (struct dossier_application){.applicant_id = f->citizen,
                                      .person_id = f->citizen,
                                      .procedure = S("lltp"),
                                      .channel = PROCEDURE_VNEID,
                                      .form_key = slice_str(form_key),
                                      .certificate = 1,
                                      .copies = 1,
                                      .form = form,
                                      .level = 2};
}

static result submit(struct fixture *f, const struct dossier_application *a) {
  struct dossier d;
  TRY(dossier_submit(&f->env, &f->works, &f->arena, a, &d));
  f->code = d.code;
  return OK;
}

static struct dossier_act by(struct fixture *f, const struct officer *officer) {
  return (struct dossier_act){f->code, officer->id, 2, &officer->post, S("Giải quyết hồ sơ cấp Phiếu lý lịch tư pháp"), 0};
}
static struct dossier_act by_citizen(struct fixture *f, int64_t person_id) {
  return (struct dossier_act){f->code, person_id, 2, NULL, S(""), 0};
}

static struct dossier load(struct fixture *f) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct dossier d;
  assert_ok(db_read_begin(f->env.db, &tx));
  assert_ok(dossier_load(tx, &f->arena, f->code, &d));
  return d;
}

static void receive(struct fixture *f) {
  struct dossier_act act = by(f, &f->one_stop);
  assert_ok(dossier_receive(&f->env, &f->arena, &act));
}
static result look_up_in(struct fixture *f, const struct dossier_act *act, const char *register_name) {
  struct dossier_question question = {.register_name = slice_str(register_name)};
  return dossier_look_up(&f->env, &f->arena, act, &question, 1);
}
static void look_up(struct fixture *f) {
  struct dossier_act act = by(f, &f->records);
  assert_ok(look_up_in(f, &act, "convictions"));
}
static result sign_with(struct fixture *f, const char *pin) {
  struct dossier_act act = by(f, &f->decider);
  struct dossier_release release = {.signing_pin = slice_str(pin)};
  return dossier_sign(&f->env, &f->works, &f->arena, &act, &release);
}
static void decide(struct fixture *f) {
  struct dossier_act act = by(f, &f->decider);
  assert_ok(dossier_decide(&f->env, &f->arena, &act, DOSSIER_NO_CONVICTION, S("")));
}

static struct slice document(struct fixture *f) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct slice bytes;
  struct dossier d = load(f);
  assert_ok(db_read_begin(f->env.db, &tx));
  assert_ok(wallet_bytes_get(tx, &f->arena, d.document_sha256, &bytes));
  return bytes;
}

/* ---- stories ---- */

static void hanoi_pays_in_june_2024(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "preview-1");
  struct dossier_preview p;
  assert_ok(dossier_preview(&f->env, &f->works, &f->arena, &a, &p));
  assert_int_equal(p.refusal, 0);
  assert_int_equal(p.outcome.fee.value, 200000);
  assert_int_equal(p.outcome.support.value, 200000);
  assert_int_equal(p.outcome.payable.value, 0);
  assert_int_equal(p.outcome.authority, PROCEDURE_JUSTICE);
  a.applicant_id = a.person_id = f->hue_citizen; /* another province's council decided nothing */
  assert_ok(dossier_preview(&f->env, &f->works, &f->arena, &a, &p));
  assert_int_equal(p.outcome.support.value, 0);
}

static void from_application_to_sealed_result(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "whole-job-1");
  assert_ok(submit(f, &a));
  receive(f);
  assert_int_equal(load(f).due_date, clock_date_from((struct civil_date){2024, 6, 19})); /* ten working days */
  look_up(f);
  decide(f);
  assert_ok(sign_with(f, SERVER_DEMO_SIGNING_PIN));
  struct dossier_act seal = by(f, &f->sealer);
  assert_ok(dossier_seal(&f->env, &f->works, &f->arena, &seal));
  assert_int_equal(load(f).status, DOSSIER_DONE);
  struct x509_trust trust;
  struct sign_report report;
  assert_ok(pki_trust_load(&f->env, clock_now_ms(&f->clock), &f->arena, &trust));
  assert_ok(sign_verify(&f->arena, document(f), &trust, &report));
  assert_true(report.sealed);
}

static void same_form_twice_is_one_dossier(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "twice-123");
  assert_ok(submit(f, &a));
  struct slice first = f->code;
  assert_ok(submit(f, &a));
  assert_true(slice_eq(first, f->code));
  a.copies = 2;
  assert_code(submit(f, &a), DOSSIER_FORM_KEY_DIFFERS);
  a = application(f, "other-key");
  assert_code(submit(f, &a), DOSSIER_ALREADY_OPEN);
}

static void unpaid_dossier_is_not_received(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "unpaid-12");
  a.applicant_id = a.person_id = f->hue_citizen;
  assert_ok(submit(f, &a));
  struct dossier_act act = by(f, &f->hue_one_stop);
  assert_code(dossier_receive(&f->env, &f->arena, &act), DOSSIER_FEE_UNPAID);
  assert_int_equal(load(f).due_date, 0); /* the clock starts with the money */
}

static void decider_and_sealer_are_two_people_and_nobody_handles_their_own(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "two-people");
  assert_ok(submit(f, &a));
  receive(f);
  look_up(f);
  decide(f);
  assert_ok(sign_with(f, SERVER_DEMO_SIGNING_PIN));
  struct officer both = {f->decider.id, f->sealer.post};
  struct dossier_act act = by(f, &both);
  assert_code(dossier_seal(&f->env, &f->works, &f->arena, &act), ACCESS_SAME_PERSON);
  struct officer self = {f->citizen, f->sealer.post};
  act = by(f, &self);
  assert_code(dossier_seal(&f->env, &f->works, &f->arena, &act), ACCESS_OWN_CASE);
  act = by(f, &f->hue_one_stop);
  assert_code(dossier_receive(&f->env, &f->arena, &act), ACCESS_OTHER_AGENCY);
}

/* As if the decider's deputy had signed. */
static result say_the_sealer_signed(struct db_tx *tx, void *arg) {
  const struct fixture *f = arg;
  return db_run(tx, "UPDATE dossier_move SET actor_id = $1 WHERE act = 'sign'", DB_ARGS(db_of_int(f->sealer.id)), NULL);
}

static void who_signed_does_not_seal_even_if_another_decided(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "deputy-12");
  assert_ok(submit(f, &a));
  receive(f);
  look_up(f);
  decide(f);
  assert_ok(sign_with(f, SERVER_DEMO_SIGNING_PIN));
  assert_ok(db_write(f->env.db, say_the_sealer_signed, f));
  struct dossier_act act = by(f, &f->sealer);
  assert_code(dossier_seal(&f->env, &f->works, &f->arena, &act), ACCESS_SAME_PERSON);
}

/* The wife holds every post in turn: neither her husband's dossier nor his account is hers to handle. */
static void near_kin_are_served_by_somebody_else(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "kin-12345");
  assert_ok(submit(f, &a));
  struct officer kin = {f->wife, f->one_stop.post};
  struct dossier_act act = by(f, &kin);
  assert_code(dossier_receive(&f->env, &f->arena, &act), ACCESS_OWN_CASE);
  kin.post.role = ACCESS_COLLECTOR;
  act = by(f, &kin);
  struct dossier_enrolment enrolment = {.act = &act, .person_id = f->citizen, .form_key = S("kin-collect"), .card_shown = true};
  struct dossier collected;
  assert_code(dossier_enrol_collect(&f->env, &f->works, &f->arena, &enrolment, &collected), ACCESS_OWN_CASE);
}

static void wrong_signing_pin_signs_nothing(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "wrong-pin");
  assert_ok(submit(f, &a));
  receive(f);
  look_up(f);
  decide(f);
  assert_code(sign_with(f, "111222"), SIGNER_PIN_WRONG);
  assert_int_equal(load(f).stage, DOSSIER_STAGE_DECIDED);
  struct dossier_act act = by(f, &f->sealer);
  assert_code(dossier_seal(&f->env, &f->works, &f->arena, &act), DOSSIER_STAGE);
}

static void decision_needs_the_register_and_may_not_contradict_it(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "contradict");
  assert_ok(submit(f, &a));
  receive(f);
  struct dossier_act population = by(f, &f->records);
  struct dossier_act act = by(f, &f->decider);
  assert_ok(look_up_in(f, &population, "population"));
  assert_code(dossier_decide(&f->env, &f->arena, &act, DOSSIER_NO_CONVICTION, S("")), DOSSIER_NOT_LOOKED_UP);
  look_up(f);
  assert_code(dossier_decide(&f->env, &f->arena, &act, DOSSIER_HAS_CONVICTION, S("")), DOSSIER_DECISION_DIFFERS);
  population.purpose = S("xem");
  assert_code(look_up_in(f, &population, "family"), ACCESS_PURPOSE);
}

static void paper_that_a_register_supplies_is_refused_and_recorded(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "papers-12");
  struct procedure_components components;
  assert_ok(submit(f, &a));
  receive(f);
  look_up(f);
  assert_ok(procedure_components(f->works.procedures, S("lltp"), clock_date_of(clock_now_ms(&f->clock)), &f->arena,
                                 &components));
  struct dossier_act act = by(f, &f->records);
  for (size_t i = 0; i < components.count; i++) {
    if (!slice_empty(components.items[i].supplied_by)) {
      struct dossier_paper paper = {.component = components.items[i].id, .reason = S("Cần bản giấy")};
      assert_code(dossier_component_request(&f->env, &f->works, &f->arena, &act, &paper), DOSSIER_COMPONENT_SUPPLIED);
      assert_true(slice_eq(paper.found.supplied_by, components.items[i].supplied_by));
      break;
    }
  }
  struct dossier d = load(f);
  struct dossier_paper_request *requests = NULL;
  size_t count = 0;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(f->env.db, &tx));
  assert_ok(dossier_paper_requests(tx, &f->arena, &d, &requests, &count));
  assert_int_equal(count, 1);
  const struct procedure_component *asked = NULL;
  assert_ok(procedure_component_find(&components, requests[0].component, &asked));
}

static void supplement_is_asked_once_and_restarts_the_clock(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "supplement");
  assert_ok(submit(f, &a));
  receive(f);
  look_up(f);
  int32_t due = load(f).due_date;
  struct dossier_act officer = by(f, &f->records);
  struct dossier_act citizen = by_citizen(f, f->citizen);
  assert_code(dossier_supplement_answer(&f->env, &f->arena, &citizen, S("Tôi bổ sung")), DOSSIER_MOVE_FORBIDDEN);
  assert_ok(dossier_supplement_request(&f->env, &f->arena, &officer, S("Ghi rõ nơi làm việc từ 2010 đến 2018")));
  set_time(f, "2024-06-10T10:00:00+07:00");
  assert_code(
      dossier_supplement_answer(&f->env, &f->arena, &(struct dossier_act){f->code, f->hue_citizen, 2, NULL, S(""), 0},
                                S("Không phải tôi")),
      DOSSIER_UNKNOWN);
  assert_ok(dossier_supplement_answer(&f->env, &f->arena, &citizen, S("Tôi bổ sung nơi làm việc")));
  assert_true(load(f).due_date > due);
  assert_code(dossier_supplement_request(&f->env, &f->arena, &officer, S("Thêm một giấy nữa")),
              DOSSIER_SUPPLEMENT_ONCE);
}

static void apology_comes_once_and_a_day_before(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "apology-1");
  assert_ok(submit(f, &a));
  receive(f);
  int32_t due = load(f).due_date;
  struct dossier_act act = by(f, &f->one_stop);
  set_time(f, "2024-06-19T08:00:00+07:00"); /* the deadline itself */
  assert_code(dossier_apologise(&f->env, &f->arena, &act, S("Chờ xác minh"), calendar_add_working_days(due, 3)),
              DOSSIER_APOLOGY_LATE);
  set_time(f, "2024-06-18T08:00:00+07:00");
  assert_code(dossier_apologise(&f->env, &f->arena, &act, S("Chờ xác minh"), due), DOSSIER_APOLOGY_DATE);
  assert_ok(dossier_apologise(&f->env, &f->arena, &act, S("Chờ xác minh"), calendar_add_working_days(due, 3)));
  assert_code(dossier_apologise(&f->env, &f->arena, &act, S("Lần nữa"), calendar_add_working_days(due, 6)),
              DOSSIER_APOLOGY_ONCE);
}

static void channel_opens_province_by_province(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "channel-1");
  set_time(f, "2024-04-19T09:00:00+07:00");
  assert_code(submit(f, &a), DOSSIER_CHANNEL_CLOSED);
  set_time(f, "2024-04-22T09:00:00+07:00");
  assert_ok(submit(f, &a));
}

/* What the person finds among the reads of their data, newest first. */
static struct ledger_lines reads_of_citizen(struct fixture *f) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_lines lines;
  const struct ledger_query query = {.person_id = f->citizen, .limit = 10};
  assert_ok(db_read_begin(f->env.db, &tx));
  assert_ok(ledger_reads_of_person(&f->env, tx, &query, &f->arena, &lines));
  return lines;
}

static result may(struct fixture *f, const struct officer *officer, enum access_act power) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct dossier_act act = by(f, officer);
  assert_ok(db_read_begin(f->env.db, &tx));
  return dossier_act_may(&f->env, tx, &f->arena, &act, power);
}

static void opening_needs_a_purpose_and_the_person_sees_it(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "opened-01");
  struct dossier d;
  assert_ok(submit(f, &a));
  struct dossier_act act = by(f, &f->records);
  act.purpose = S("xem");
  assert_code(dossier_open(&f->env, &f->arena, &act, &d), ACCESS_PURPOSE);
  struct dossier_act elsewhere = by(f, &f->hue_one_stop);
  assert_code(dossier_open(&f->env, &f->arena, &elsewhere, &d), ACCESS_OTHER_AGENCY);
  assert_int_equal(reads_of_citizen(f).count, 0);
  act.purpose = S("Thụ lý hồ sơ của công dân");
  assert_ok(dossier_open(&f->env, &f->arena, &act, &d));
  receive(f);
  look_up(f);
  struct ledger_lines lines = reads_of_citizen(f);
  assert_int_equal(lines.count, 2);
  assert_true(slice_is(lines.items[0].kind, "register.convictions.read"));
  assert_true(slice_is(lines.items[1].kind, "dossier.read"));
  assert_true(slice_eq(lines.items[1].legal_basis, act.purpose));
}

static void look_up_of_several_registers_is_one_entry(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "several-1");
  struct dossier_question questions[] = {{.register_name = S("population")}, {.register_name = S("convictions")}};
  struct dossier_question unknown[] = {{.register_name = S("population")}, {.register_name = S("taxes")}};
  assert_ok(submit(f, &a));
  receive(f);
  struct dossier_act act = by(f, &f->records);
  assert_code(dossier_look_up(&f->env, &f->arena, &act, unknown, 2), DOSSIER_LOOK_UP_UNKNOWN);
  assert_int_equal(reads_of_citizen(f).count, 0);
  assert_ok(dossier_look_up(&f->env, &f->arena, &act, questions, 2));
  assert_true(questions[0].json.len > 0 && questions[1].json.len > 0);
  struct ledger_lines lines = reads_of_citizen(f);
  assert_int_equal(lines.count, 1);
  assert_true(slice_is(lines.items[0].kind, "register.read"));
  decide(f); /* the convictions were among what was read */
}

/* The menu promises nothing the act refuses, and says the reason the act would give. */
static void menu_says_what_the_act_would_say(void **state) {
  struct fixture *f = *state;
  struct dossier_application a = application(f, "menu-0001");
  assert_ok(submit(f, &a));
  assert_ok(may(f, &f->one_stop, ACCESS_DOSSIER_RECEIVE));
  assert_code(may(f, &f->hue_one_stop, ACCESS_DOSSIER_RECEIVE), ACCESS_OTHER_AGENCY);
  assert_code(may(f, &f->records, ACCESS_DOSSIER_LOOK_UP), DOSSIER_MOVE_FORBIDDEN);
  receive(f);
  assert_code(may(f, &f->one_stop, ACCESS_DOSSIER_RECEIVE), DOSSIER_MOVE_FORBIDDEN);
  struct dossier_act population = by(f, &f->records);
  assert_ok(look_up_in(f, &population, "population"));
  assert_code(may(f, &f->decider, ACCESS_DOSSIER_DECIDE), DOSSIER_NOT_LOOKED_UP);
  look_up(f);
  assert_ok(may(f, &f->decider, ACCESS_DOSSIER_DECIDE));
  assert_code(may(f, &f->decider, ACCESS_DOSSIER_SIGN), DOSSIER_STAGE);
  decide(f);
  assert_ok(may(f, &f->decider, ACCESS_DOSSIER_SIGN));
  assert_code(may(f, &f->sealer, ACCESS_DOSSIER_SEAL), DOSSIER_STAGE);
  assert_code(may(f, &f->decider, ACCESS_ENROL_APPROVE), DOSSIER_MOVE_FORBIDDEN);
  assert_code(may(f, &f->one_stop, ACCESS_DOSSIER_RETURN), DOSSIER_MOVE_FORBIDDEN);
}

static void lateness_is_computed_from_dates(void **state) {
  struct fixture *f = *state;
  (void)f;
  int32_t due = clock_date_from((struct civil_date){2024, 6, 14}); /* a Friday */
  static const struct {
    int after; /* civil days */
    enum dossier_lateness lateness;
    int32_t days;
  } rows[] = {{-1, DOSSIER_EARLY, 0}, {0, DOSSIER_ON_TIME, 0}, {3, DOSSIER_LATE, 1}, {10, DOSSIER_LATE, 6}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct dossier d = {.due_date = due, .finished_at_ms = clock_date_start_ms(due + rows[i].after) + 1};
    int32_t days = 0;
    assert_int_equal(dossier_lateness(&d, INT64_MAX / 2, &days), rows[i].lateness);
    assert_int_equal(days, rows[i].days);
  }
  struct dossier open = {.due_date = due};
  int32_t days = 0;
  assert_int_equal(dossier_lateness(&open, clock_date_start_ms(due) + 1, &days), DOSSIER_RUNNING);
  assert_int_equal(dossier_lateness(&open, clock_date_start_ms(due + 3) + 1, &days), DOSSIER_OVERDUE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(hanoi_pays_in_june_2024, set_up, tear_down),
      cmocka_unit_test_setup_teardown(from_application_to_sealed_result, set_up, tear_down),
      cmocka_unit_test_setup_teardown(same_form_twice_is_one_dossier, set_up, tear_down),
      cmocka_unit_test_setup_teardown(unpaid_dossier_is_not_received, set_up, tear_down),
      cmocka_unit_test_setup_teardown(decider_and_sealer_are_two_people_and_nobody_handles_their_own, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(who_signed_does_not_seal_even_if_another_decided, set_up, tear_down),
      cmocka_unit_test_setup_teardown(near_kin_are_served_by_somebody_else, set_up, tear_down),
      cmocka_unit_test_setup_teardown(wrong_signing_pin_signs_nothing, set_up, tear_down),
      cmocka_unit_test_setup_teardown(decision_needs_the_register_and_may_not_contradict_it, set_up, tear_down),
      cmocka_unit_test_setup_teardown(paper_that_a_register_supplies_is_refused_and_recorded, set_up, tear_down),
      cmocka_unit_test_setup_teardown(supplement_is_asked_once_and_restarts_the_clock, set_up, tear_down),
      cmocka_unit_test_setup_teardown(apology_comes_once_and_a_day_before, set_up, tear_down),
      cmocka_unit_test_setup_teardown(channel_opens_province_by_province, set_up, tear_down),
      cmocka_unit_test_setup_teardown(look_up_of_several_registers_is_one_entry, set_up, tear_down),
      cmocka_unit_test_setup_teardown(opening_needs_a_purpose_and_the_person_sees_it, set_up, tear_down),
      cmocka_unit_test_setup_teardown(menu_says_what_the_act_would_say, set_up, tear_down),
      cmocka_unit_test(lateness_is_computed_from_dates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
