/* bench/submissions.c DIR [SECONDS [BARE_SECONDS]]: durable dossier submissions a second, without HTTP, beside bare SQLite.
 *
 *   submissions   64 threads in this process, each dossier_submit by another person: form check, facts from the registers,
 *                 one run of the rule, one write with its ledger entries, acknowledged when durable; the ledger's
 *                 sequencer runs beside them, as in a server
 *   bare          the write statements of one submission (bare.c) on plain SQLite on a copy of the same database, 64
 *                 submissions a transaction, synchronous=FULL: no rule, no checks, no interface
 * The two take turns, bare first and last. Adds dossiers to the installation. Prints one JSON object.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/bare.h"
#include "bench/bench.h"

enum { CLIENTS = 64, SECONDS_DEFAULT = 4 };

struct load {
  struct bench_world *world;
  int64_t until_us;
  atomic_int_fast64_t next; /* person: next / 2, certificate: next % 2 + 1 */
  atomic_int_fast64_t done;
  atomic_int_fast64_t refused; /* those who may not apply: they cost time and count for nothing */
};

static bool submit_next(struct load *load, struct arena *arena) {
  int64_t number = atomic_fetch_add(&load->next, 1);
  if ((size_t)number / 2 >= load->world->people_count) {
    return false;
  }
  struct dossier_application application =
      bench_application(load->world->people[number / 2], (int32_t)(number % 2) + 1,
                        arena_printf(arena, "bench-submission-%lld", (long long)number));
  struct dossier dossier;
  result done = dossier_submit(load->world->env, &load->world->works, arena, &application, &dossier);
  if (result_kind(done) == RESULT_REFUSED) {
    atomic_fetch_add(&load->refused, 1);
    return true;
  }
  bench_require(done);
  atomic_fetch_add(&load->done, 1);
  return true;
}

static void *client(void *context) {
  struct load *load = context;
  struct arena arena = {0};
  while (clock_monotonic_us() < load->until_us && submit_next(load, &arena)) {
    arena_reset(&arena);
  }
  arena_free(&arena);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    (void)fprintf(stderr, "usage: bench_submissions DIR [SECONDS [BARE_SECONDS]]\n");
    return 2;
  }
  int64_t seconds = argc > 2 ? strtol(argv[2], NULL, 10) : SECONDS_DEFAULT;
  int64_t bare_seconds = argc > 3 ? strtol(argv[3], NULL, 10) : seconds;
  double bare_before = bench_bare_per_s(argv[1], bare_seconds);
  struct bench_world world;
  bench_world_open(argv[1], NULL, &world);
  struct load load = {.world = &world};
  struct db_figures before = db_figures(world.env->db);
  int64_t began_us = clock_monotonic_us();
  int64_t processor_us = bench_process_us(0);
  load.until_us = began_us + seconds * 1000000;
  bench_threads(CLIENTS, client, &load);
  processor_us = bench_process_us(0) - processor_us;
  int64_t elapsed_us = clock_monotonic_us() - began_us;
  struct db_figures after = db_figures(world.env->db);
  bench_world_close(&world);
  double bare_after = bench_bare_per_s(argv[1], bare_seconds);
  int64_t done = load.done;
  double bare = (bare_before + bare_after) / 2;
  double rate = bench_rate(done, elapsed_us);
  (void)printf("{\"submissions_per_s\": %.0f, \"processor_us_each\": %.1f, \"cores_used\": %.2f, \"writes_a_commit\": %.1f, "
               "\"refused\": %lld, \"bare_per_s\": %.0f, \"bare_before_per_s\": %.0f, \"bare_after_per_s\": %.0f, "
               "\"of_bare\": %.3f}\n",
               rate, (double)processor_us / (double)(done ? done : 1), (double)processor_us / (double)elapsed_us,
               (double)(after.writes - before.writes) / (double)(after.commits - before.commits), (long long)load.refused,
               bare, bare_before, bare_after, bare > 0 ? rate / bare : 0);
  return 0;
}
