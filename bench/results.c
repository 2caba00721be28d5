/* bench/results.c DIR [COUNT]: certificates a second through the whole engine: what signing and sealing cost beside layout
 * and signatures.
 *
 *   certificates   64 threads, each dossier_sign then dossier_seal: access, layout, person's signature, seal, each in the
 *                  signer's log on disk before it is given out, and each stored durably with state, ledger and deliveries
 * Dossiers are submitted, paid, received, looked up and decided first, unmeasured. Signatures come from a signer process as
 * under danh serve; its time and what it writes are counted in. "whole_per_s" counts from the application on. Adds to the installation. Prints one JSON object.
 */
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "crypto/pin_proof.h"
#include "signer/signer.h"

enum { CLIENTS = 64, COUNT_DEFAULT = 600, CODE_BYTES = 40, SETTLE_S = 3 };

struct officer {
  int64_t person_id;
  struct access_post post;
};

struct code {
  char text[CODE_BYTES];
};

struct results {
  struct bench_world *world;
  struct officer one_stop, records, decider, sealer;
  struct secret pin_key;
  struct code *codes;
  size_t count;
  atomic_size_t next_person;
  atomic_size_t ready;
  atomic_size_t next;
  atomic_size_t made;
};

static void load_officer(struct results *r, struct db_tx *tx, struct slice name, struct officer *officer) {
  struct env *env = r->world->env;
  struct arena *arena = &r->world->arena;
  struct register_post_list posts;
  bench_require(register_demo_find(tx, name, &officer->person_id));
  bench_require(
      register_posts_of_person(tx, arena, officer->person_id, clock_date_of(clock_now_ms(env->clock)), &posts));
  struct register_holding holding = {.person_id = officer->person_id, .post_id = posts.items[0].post_id};
  bench_require(access_post_load(env, tx, &holding, arena, &officer->post));
}

static void load_desk(struct results *r) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  bench_require(db_read_begin(r->world->env->db, &tx));
  load_officer(r, tx, S("01.one_stop_officer"), &r->one_stop);
  load_officer(r, tx, S("01.records_officer"), &r->records);
  load_officer(r, tx, S("01.decider"), &r->decider);
  load_officer(r, tx, S("01.sealer"), &r->sealer);
  bench_require(pin_proof_key(S(SERVER_DEMO_SIGNING_PIN),
                              arena_printf(&r->world->arena, "officer/%lld", (long long)r->decider.person_id),
                              &r->pin_key));
}

static struct dossier_act act_of(const struct officer *officer, const char *code) {
  return (struct dossier_act){.code = slice_str(code),
                              .actor_id = officer->person_id,
                              .level = 2,
                              .post = &officer->post,
                              .purpose = S("Tra cứu để cấp Phiếu lý lịch tư pháp")};
}

static result pay(struct results *r, struct arena *arena, const struct dossier *dossier) {
  struct payment_request request;
  struct payment_outcome outcome;
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(r->world->env->db, &tx));
    TRY(payment_request_load(tx, arena, dossier->person_id, dossier->code, &request));
  }
  struct payment_notification notification = {.transaction_id = arena_printf(arena, "BENCH-%.*s", SLICE_ARG(dossier->code)),
                                              .reference = request.reference,
                                              .amount = request.amount,
                                              .paid_at_ms = clock_now_ms(r->world->env->clock)};
  return dossier_payment(r->world->env, arena, &notification, &outcome);
}

/* One dossier to the point where it is decided. Whoever has a conviction, is an officer's kin, belongs elsewhere or may
 * not apply is passed over: any failure means the next person. */
static result prepare(struct results *r, struct arena *arena, int64_t person_id, struct dossier *dossier) {
  struct env *env = r->world->env;
  struct dossier_question question = {.register_name = S("convictions")};
  struct dossier_application application =
      bench_application(person_id, 1, arena_printf(arena, "bench-result-%lld", (long long)person_id));
  TRY(dossier_submit(env, &r->world->works, arena, &application, dossier));
  if (dossier->payable > 0) {
    TRY(pay(r, arena, dossier));
  }
  const char *code = arena_cstr(arena, dossier->code);
  struct dossier_act receive = act_of(&r->one_stop, code);
  struct dossier_act look_up = act_of(&r->records, code);
  struct dossier_act decide = act_of(&r->decider, code);
  TRY(dossier_receive(env, arena, &receive));
  TRY(dossier_look_up(env, arena, &look_up, &question, 1));
  return dossier_decide(env, arena, &decide, DOSSIER_NO_CONVICTION, S(""));
}

static bool is_of_desk(struct results *r, struct arena *arena, int64_t person_id) {
  struct dossier_application application = bench_application(person_id, 1, S(""));
  struct dossier_preview preview;
  return is_ok(dossier_preview(r->world->env, &r->world->works, arena, &application, &preview)) && preview.refusal == 0 &&
         slice_eq(preview.agency_code, r->one_stop.post.agency);
}

static void *prepare_some(void *context) {
  struct results *r = context;
  struct arena arena = {0};
  size_t at = atomic_fetch_add(&r->next_person, 1);
  for (; at < r->world->people_count && atomic_load(&r->ready) < r->count; at = atomic_fetch_add(&r->next_person, 1)) {
    struct dossier dossier;
    int64_t person_id = r->world->people[at];
    arena_reset(&arena);
    if (is_of_desk(r, &arena, person_id) && is_ok(prepare(r, &arena, person_id, &dossier))) {
      size_t slot = atomic_fetch_add(&r->ready, 1);
      if (slot < r->count) {
        (void)snprintf(r->codes[slot].text, CODE_BYTES, "%.*s", SLICE_ARG(dossier.code));
      }
    }
  }
  arena_free(&arena);
  return NULL;
}

static void *make_some(void *context) {
  struct results *r = context;
  struct arena arena = {0};
  struct dossier_release release = {.pin_key = &r->pin_key};
  for (size_t at = atomic_fetch_add(&r->next, 1); at < r->count; at = atomic_fetch_add(&r->next, 1)) {
    struct dossier_act sign = act_of(&r->decider, r->codes[at].text);
    struct dossier_act seal = act_of(&r->sealer, r->codes[at].text);
    arena_reset(&arena);
    result made = dossier_sign(r->world->env, &r->world->works, &arena, &sign, &release);
    made = is_ok(made) ? dossier_seal(r->world->env, &r->world->works, &arena, &seal) : made;
    if (is_code(made, ACCESS_OWN_CASE)) {
      continue; /* the sealer's own, or their kin's */
    }
    bench_require(made);
    atomic_fetch_add(&r->made, 1);
  }
  arena_free(&arena);
  return NULL;
}

/* Of this process and of the signer. */
struct cost {
  int64_t processor_us;
  int64_t written;
};

static struct cost cost_until_now(const struct bench_world *world) {
  int signer = signer_child_pid(world->signer);
  return (struct cost){bench_process_us(0) + bench_process_us(signer),
                       bench_process_written(0) + bench_process_written(signer)};
}

int main(int argc, char **argv) {
  if (argc < 2 || strchr(argv[0], '/') == NULL) {
    (void)fprintf(stderr, "usage: bench_results DIR [COUNT]\n");
    return 2;
  }
  struct bench_world world;
  char program[PATH_MAX]; /* build/danh-signer, from build/bench/bench_results */
  (void)snprintf(program, sizeof program, "%.*s/../danh-signer", (int)(strrchr(argv[0], '/') - argv[0]), argv[0]);
  bench_world_open(argv[1], program, &world);
  struct results r = {.world = &world, .count = argc > 2 ? (size_t)strtol(argv[2], NULL, 10) : COUNT_DEFAULT};
  r.codes = ARENA_ARRAY(&world.arena, struct code, r.count);
  load_desk(&r);
  int64_t prepared_us = clock_monotonic_us();
  bench_threads(CLIENTS, prepare_some, &r);
  prepared_us = clock_monotonic_us() - prepared_us;
  r.count = r.ready < r.count ? (size_t)r.ready : r.count;
  (void)sleep(SETTLE_S); /* the sequencer orders what was prepared, and the log is carried over: not the certificates' cost */
  int64_t began_us = clock_monotonic_us();
  struct cost before = cost_until_now(&world);
  bench_threads(CLIENTS, make_some, &r);
  struct cost after = cost_until_now(&world);
  int64_t processor_us = after.processor_us - before.processor_us;
  int64_t elapsed_us = clock_monotonic_us() - began_us;
  r.count = r.made;
  double count = (double)(r.count ? r.count : 1);
  (void)printf("{\"certificates\": %zu, \"certificates_per_s\": %.0f, \"processor_us_each\": %.0f, "
               "\"certificates_per_s_per_core\": %.0f, \"cores_used\": %.2f, \"kib_written_each\": %.1f, \"whole_per_s\": %.0f}\n",
               r.count, bench_rate((int64_t)r.count, elapsed_us), (double)processor_us / count,
               bench_rate((int64_t)r.count, processor_us), (double)processor_us / (double)elapsed_us,
               (double)(after.written - before.written) / 1024 / count, bench_rate((int64_t)r.count, prepared_us + elapsed_us));
  bench_world_close(&world);
  return 0;
}
