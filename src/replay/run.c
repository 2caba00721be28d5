#include <pthread.h>
#include <stdlib.h>

#include "crypto/pin_proof.h"
#include "ledger/ledger.h"
#include "replay/drive.h"
#include "server/server.h"
#include "signer/signer.h"

enum {
  PEOPLE = 52000, /* inhabitants of both provinces: enough of 18 to 70 for one application each */
  THREADS_DEFAULT = 64,
  THREADS_MAX = 128,
  AGE_FROM = 18,
  AGE_TO = 75,
  ACCOUNTS_A_WRITE = 500,
};

struct run {
  const struct replay_options *options;
  struct arena arena; /* as long as the replay */
  struct random random;
  struct clock clock; /* the day's end, for what runs beside the acts: outbox, ledger */
  struct env env;
  struct drive drive;
  struct outbox_options outbox;
  struct outbox_destination destinations[3];
  struct replay_figures figures;
};

/* ---- many dossiers at once ---- */

typedef result (*each_fn)(struct drive *drive, size_t index, struct arena *scratch);

struct batch {
  struct run *run;
  each_fn fn;
  const size_t *indices;
  size_t count;
  size_t next; /* atomic */
  uint16_t failed;
  struct fault fault;
};

static void *work(void *arg) {
  struct batch *batch = arg;
  struct arena scratch;
  arena_init(&scratch);
  for (;;) {
    size_t at = __atomic_fetch_add(&batch->next, 1, __ATOMIC_RELAXED);
    if (at >= batch->count || __atomic_load_n(&batch->failed, __ATOMIC_RELAXED) != 0) {
      break;
    }
    arena_reset(&scratch);
    result done = batch->fn(&batch->run->drive, batch->indices[at], &scratch);
    if (!is_ok(done)) {
      batch->fault = *fault_last();
      __atomic_store_n(&batch->failed, done.code, __ATOMIC_RELAXED);
    }
  }
  arena_free(&scratch);
  return NULL;
}

static result run_all(struct run *run, const size_t *indices, size_t count, each_fn fn) {
  struct batch batch = {.run = run, .fn = fn, .indices = indices, .count = count};
  pthread_t threads[THREADS_MAX];
  int wanted = run->options->threads ? run->options->threads : THREADS_DEFAULT;
  int started = 0;
  while (started < wanted && started < THREADS_MAX && (size_t)started < count &&
         pthread_create(&threads[started], NULL, work, &batch) == 0) {
    started++;
  }
  if (started == 0 && count > 0) {
    work(&batch);
  }
  for (int i = 0; i < started; i++) {
    (void)pthread_join(threads[i], NULL);
  }
  if (batch.failed != 0) {
    return fault_set(batch.fault.file, batch.fault.line, batch.failed, "%s", batch.fault.detail);
  }
  return OK;
}

/* ---- people, officers, accounts ---- */

static result load_officer(struct run *run, struct db_tx *tx, struct slice name, struct drive_officer *ret_officer) {
  struct register_post_list posts;
  int32_t today = clock_date_of(clock_now_ms(run->env.clock));
  TRY(register_demo_find(tx, name, &ret_officer->person_id));
  TRY(register_posts_of_person(tx, &run->arena, ret_officer->person_id, today, &posts));
  if (posts.count == 0) {
    FAIL(REPLAY_PEOPLE, "an officer without a post");
  }
  struct register_holding holding = {.person_id = ret_officer->person_id, .post_id = posts.items[0].post_id};
  return access_post_load(&run->env, tx, &holding, &run->arena, &ret_officer->post);
}

static result load_desks(struct run *run) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(run->env.db, &tx));
  for (int i = 0; i < PLAN_PROVINCES; i++) {
    struct drive_desk *desk = &run->drive.desks[i];
    struct slice code = replay_plan_provinces[i].code;
    struct arena *arena = &run->arena;
    TRY(load_officer(run, tx, arena_printf(arena, "%.*s.one_stop_officer", SLICE_ARG(code)), &desk->one_stop));
    TRY(load_officer(run, tx, arena_printf(arena, "%.*s.records_officer", SLICE_ARG(code)), &desk->records));
    TRY(load_officer(run, tx, arena_printf(arena, "%.*s.decider", SLICE_ARG(code)), &desk->decider));
    TRY(load_officer(run, tx, arena_printf(arena, "%.*s.sealer", SLICE_ARG(code)), &desk->sealer));
    struct slice key = arena_printf(arena, "officer/%lld", (long long)desk->decider.person_id);
    TRY(pin_proof_key(S(SERVER_DEMO_SIGNING_PIN), key, &desk->pin_key));
  }
  return OK;
}

/* Officers and their kin do not apply here: they could not be served by themselves. */
static result load_excluded(struct run *run, struct db_tx *tx, int64_t **ret_ids, size_t *ret_count) {
  struct register_demo_list demos;
  TRY(register_demo_list(tx, &run->arena, &demos));
  int64_t *ids = ARENA_ARRAY(&run->arena, int64_t, demos.count * 16 + 1);
  size_t count = 0;
  for (size_t i = 0; i < demos.count; i++) {
    struct register_relation_list kin;
    ids[count++] = demos.items[i].person_id;
    TRY(register_relations_load(tx, &run->arena, demos.items[i].person_id, clock_date_of(clock_now_ms(run->env.clock)),
                                &kin));
    for (size_t j = 0; j < kin.count && j < 15; j++) {
      ids[count++] = kin.items[j].related_person_id;
    }
  }
  *ret_ids = ids;
  *ret_count = count;
  return OK;
}

static int by_id(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a;
  int64_t y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* Gives every planned dossier of a province its own applicant, in random order. */
static result draw_applicants(struct run *run, struct db_tx *tx, int province, const int64_t *excluded,
                              size_t excluded_count) {
  struct register_residents asked = {replay_plan_provinces[province].code, clock_date_from(PLAN_FROM), AGE_FROM, AGE_TO};
  struct register_person_ids ids;
  TRY(register_residents_list(tx, &run->arena, &asked, &ids));
  int64_t *pool = ARENA_ARRAY(&run->arena, int64_t, ids.count + 1);
  size_t left = 0;
  for (size_t i = 0; i < ids.count; i++) {
    if (bsearch(&ids.items[i], excluded, excluded_count, sizeof *excluded, by_id) == NULL) {
      pool[left++] = ids.items[i];
    }
  }
  for (size_t i = 0; i < run->drive.plan.count; i++) {
    if (run->drive.plan.dossiers[i].province != province) {
      continue;
    }
    if (left == 0) {
      FAIL(REPLAY_PEOPLE, "more applications than inhabitants of %d to %d in a province", AGE_FROM, AGE_TO);
    }
    size_t at = (size_t)random_below(&run->random, left);
    run->drive.applicants[i] = pool[at];
    pool[at] = pool[--left];
  }
  return OK;
}

static result choose_applicants(struct run *run) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  int64_t *excluded = NULL;
  size_t count = 0;
  TRY(db_read_begin(run->env.db, &tx));
  TRY(load_excluded(run, tx, &excluded, &count));
  qsort(excluded, count, sizeof *excluded, by_id);
  for (int i = 0; i < PLAN_PROVINCES; i++) {
    TRY(draw_applicants(run, tx, i, excluded, count));
  }
  return OK;
}

struct accounts {
  struct run *run;
  size_t from, to;
};

static result make_accounts(struct db_tx *tx, void *arg) {
  const struct accounts *accounts = arg;
  for (size_t i = accounts->from; i < accounts->to; i++) {
    if (accounts->run->drive.plan.dossiers[i].channel == PROCEDURE_VNEID) {
      struct account_demo demo = {.person_id = accounts->run->drive.applicants[i], .level = 2};
      TRY(account_demo_append(&accounts->run->env, tx, &demo));
    }
  }
  return OK;
}

static result open_accounts(struct run *run) {
  size_t count = run->drive.plan.count;
  for (size_t from = 0; from < count; from += ACCOUNTS_A_WRITE) {
    struct accounts accounts = {run, from, from + ACCOUNTS_A_WRITE < count ? from + ACCOUNTS_A_WRITE : count};
    TRY(db_write(run->env.db, make_accounts, &accounts));
  }
  return OK;
}

static result store_assumptions(struct db_tx *tx, void *arg) {
  (void)arg;
  static const enum procedure_channel unpublished[] = {PROCEDURE_ONLINE, PROCEDURE_COUNTER, PROCEDURE_POST};
  for (size_t i = 0; i < replay_plan_assumption_count; i++) {
    TRY(report_assumption_add(tx, &replay_plan_assumptions[i]));
  }
  for (size_t i = 0; i < PLAN_PROVINCES * 3; i++) {
    struct report_gap gap = {replay_plan_provinces[i / 3].code, unpublished[i % 3], clock_date_from(PLAN_FROM),
                             clock_date_from(PLAN_TO)};
    TRY(report_gap_add(tx, &gap));
  }
  return OK;
}

static result make_country(struct run *run) {
  static const struct slice provinces[] = {S_INIT("01"), S_INIT("46")};
  struct register_synth_counts counts;
  struct register_synth_options synth = {.people = PEOPLE,
                                         .seed = run->options->seed,
                                         .date = clock_date_from(PLAN_FROM),
                                         .provinces = provinces,
                                         .province_count = 2};
  struct server_demonstration demonstration = {.provinces = provinces, .province_count = 2, .with_passwords = false};
  TRY(register_synth(&run->env, &synth, &counts));
  TRY(server_demonstration_create(&run->env, &demonstration));
  TRY(procedure_store(&run->env, run->drive.works.procedures));
  TRY(load_desks(run));
  TRY(choose_applicants(run));
  TRY(open_accounts(run));
  return db_write(run->env.db, store_assumptions, NULL);
}

/* ---- day by day ---- */

static size_t select_day(const struct run *run, size_t *indices, int32_t date,
                         int32_t (*day_of)(const struct plan_dossier *dossier)) {
  size_t count = 0;
  for (size_t i = 0; i < run->drive.plan.count; i++) {
    if (day_of(&run->drive.plan.dossiers[i]) == date) {
      indices[count++] = i;
    }
  }
  return count;
}

static int32_t submitted_on(const struct plan_dossier *d) {
  return clock_date_of(d->submitted_at_ms);
}
static int32_t received_on(const struct plan_dossier *d) {
  return calendar_received_date(d->submitted_at_ms, CALENDAR_CUT_OFF_MS);
}
static int32_t returned_on(const struct plan_dossier *d) {
  return d->returned_at_ms ? clock_date_of(d->returned_at_ms) : INT32_MIN;
}

static result play_day(struct run *run, int32_t date, size_t *indices) {
  clock_fixed_set(&run->clock, clock_date_start_ms(date + 1) - 1000);
  size_t submitted = select_day(run, indices, date, submitted_on);
  TRY(run_all(run, indices, submitted, replay_drive_submit));
  run->figures.dossiers += (int64_t)submitted;
  TRY(run_all(run, indices, select_day(run, indices, date, received_on), replay_drive_receive));
  size_t returned = select_day(run, indices, date, returned_on);
  TRY(run_all(run, indices, returned, replay_drive_return));
  run->figures.returned += (int64_t)returned;
  if (run->options->progress) {
    run->options->progress(run->options->context, date, run->figures.dossiers, (int64_t)run->drive.plan.count);
  }
  return OK;
}

/* Portal and provincial system of a replay: they acknowledge at once (replay_plan_assumptions). */
static result acknowledge_at_once(struct env *env, void *context, const struct outbox_item *item, struct arena *arena,
                                  struct slice *ret_acknowledgement) {
  (void)env;
  (void)context;
  (void)item;
  (void)arena;
  *ret_acknowledgement = S("replay");
  return OK;
}

static result play(struct run *run) {
  struct ledger_sequencer *sequencer CLEANUP(ledger_sequencer_close) = NULL;
  struct outbox_runner *runner CLEANUP(outbox_runner_close) = NULL;
  size_t *indices = ARENA_ARRAY(&run->arena, size_t, run->drive.plan.count);
  TRY(ledger_sequencer_open(&run->env, (struct ledger_watcher){0}, &sequencer));
  TRY(outbox_runner_open(&run->env, &run->outbox, &runner));
  run->drive.works.outbox = runner;
  for (int32_t date = clock_date_from(PLAN_FROM); date <= clock_date_from(PLAN_TO); date++) {
    TRY(play_day(run, date, indices));
  }
  outbox_runner_close(&runner);
  run->drive.works.outbox = NULL;
  int64_t left = 0;
  do {
    TRY(outbox_deliver_due(&run->env, &run->outbox, &left));
  } while (left > 0);
  ledger_sequencer_close(&sequencer);
  return ledger_sequence(&run->env);
}

/* ---- setting the stage ---- */

static result open_works(struct run *run) {
  run->destinations[0] = (struct outbox_destination){.name = S("wallet"), .keep = dossier_keep_in_wallet};
  run->destinations[1] = (struct outbox_destination){.name = S("national_portal"), .deliver = acknowledge_at_once};
  run->destinations[2] = (struct outbox_destination){.name = S("provincial_system"), .deliver = acknowledge_at_once};
  run->outbox = (struct outbox_options){run->destinations, 3, dossier_delivery_acknowledged};
  TRY(pdf_renderer_open(&run->drive.works.renderer));
  return procedure_engine_open(NULL, &run->drive.works.procedures);
}

static result require_empty(struct run *run) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  int64_t people = 0;
  TRY(db_read_begin(run->env.db, &tx));
  TRY(register_person_count(tx, &people));
  if (people > 0) {
    FAIL(REPLAY_NOT_EMPTY, "the installation has people already");
  }
  return OK;
}

static result replay(struct run *run) {
  TRY(require_empty(run));
  TRY(open_works(run));
  TRY(replay_plan_make(&run->arena, &run->random, &run->drive.plan));
  run->drive.env = &run->env;
  run->drive.applicants = ARENA_ARRAY(&run->arena, int64_t, run->drive.plan.count);
  run->drive.codes = ARENA_ARRAY(&run->arena, struct drive_code, run->drive.plan.count);
  TRY(make_country(run));
  return play(run);
}

/* The installation goes on living from the day after the pilot, so that a server shows its statistics under the posts of then. */
static result keep_its_time(struct server_installation *installation) {
  struct clock clock = clock_shifted(0);
  int32_t today = clock_date_of(clock_now_ms(&clock));
  installation->config.demo = true;
  installation->config.clock_offset_ms = (int64_t)(clock_date_from(PLAN_TO) + 1 - today) * CLOCK_DAY_MS;
  return server_config_save(installation->data, &installation->config);
}

result replay_pilot_2024(const struct replay_options *options, struct replay_figures *ret_figures) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  int64_t began_us = clock_monotonic_us();
  TRY(server_installation_open(options->data, SERVER_CREATE, &installation));
  struct run *run = arena_alloc(&installation->arena, sizeof *run);
  *run = (struct run){.options = options, .random = random_seeded(options->seed), .env = installation->env};
  arena_init(&run->arena);
  run->clock = clock_fixed(clock_date_start_ms(clock_date_from(PLAN_FROM)));
  run->env.clock = &run->clock;
  run->env.random = &run->random;
  if (slice_empty(run->env.origin)) {
    run->env.origin = S("http://localhost:8080");
  }
  struct signer_local_options signer = {.data_dir = options->data, .clock = &run->clock, .unsynced = true};
  TRY(signer_local_open(&signer, &run->env.signer));
  result done = replay(run);
  struct signer_figures signatures = {0};
  if (is_ok(signer_local_figures(run->env.signer, &signatures))) {
    run->figures.signatures = (int64_t)signatures.signatures;
  }
  pdf_renderer_close(run->drive.works.renderer);
  procedure_engine_close(&run->drive.works.procedures);
  signer_local_close(&run->env.signer);
  arena_free(&run->arena);
  run->figures.elapsed_ms = (clock_monotonic_us() - began_us) / 1000;
  TRY(done);
  TRY(keep_its_time(installation));
  *ret_figures = run->figures;
  return OK;
}
