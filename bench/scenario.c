/* bench/scenario.c: many clients that each do what a file says (scenario.h), on a kept-alive connection of their own.
 *
 *   bench_scenario PORT FILE CLIENTS SECONDS [PER_SECOND]     flows as fast as they go; or begun at a steady rate, and timed from when they should have begun
 *   bench_scenario PORT FILE show                             one flow, each request and answer printed
 * Prints one JSON object. The client's own processor time stands beside, for its proofs cost signatures.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/scenario.h"
#include "bench/wire.h"

enum { TIMES_MAX = 4 * 1024 * 1024, MEGA = 1000000 };

struct load {
  const struct scenario *scenario;
  int port;
  int64_t began_us;
  int64_t until_us;
  double per_s; /* 0: as fast as they go */
  atomic_size_t next;
  atomic_size_t taken; /* of times */
  atomic_size_t failed;
  atomic_int first_failure; /* step * 1000 + status */
  bool is_shown;
  int32_t *times_us;
};

static int run_step(struct scenario_flow *flow, const struct scenario_step *step, int fd, char *answer, bool is_shown) {
  struct slice request = scenario_request(flow, step);
  int status = wire_exchange(fd, request, answer);
  if (is_shown) {
    (void)printf("%.*s\n--> %s\n\n", SLICE_ARG(request), status < 0 ? "nothing" : answer);
  }
  return status == step->expected && !scenario_take_all(flow, step, answer) ? 0 : status;
}

/* 0: all went as expected; else step * 1000 + status. */
static int run_flow(struct load *load, struct random *random, int fd, char *answer) {
  size_t number = atomic_fetch_add(&load->next, 1);
  struct scenario_flow flow = {
      .scenario = load->scenario, .row = &load->scenario->rows[number % load->scenario->row_count], .random = random, .number = number};
  int failure = 0;
  arena_init(&flow.arena);
  for (size_t i = 0; i < load->scenario->step_count && failure == 0; i++) {
    const struct scenario_step *step = &load->scenario->steps[i];
    int status = run_step(&flow, step, fd, answer, load->is_shown);
    failure = status == step->expected ? 0 : (int)(i + 1) * 1000 + (status < 0 ? 999 : status);
  }
  arena_free(&flow.arena);
  return failure;
}

/* When the next flow begins: now, or its place in the steady row. */
static int64_t wait_turn(struct load *load) {
  if (load->per_s <= 0) {
    return clock_monotonic_us();
  }
  int64_t turn = load->began_us + (int64_t)((double)atomic_load(&load->next) * MEGA / load->per_s);
  int64_t now = clock_monotonic_us();
  if (turn > now) {
    (void)usleep((useconds_t)(turn - now));
  }
  return turn;
}

static void *client(void *context) {
  struct load *load = context;
  char *answer = heap_alloc(WIRE_ANSWER_BYTES_MAX);
  struct random random = random_system();
  int fd = wire_dial(load->port);
  while (clock_monotonic_us() < load->until_us) {
    int64_t began_us = wait_turn(load);
    int failure = run_flow(load, &random, fd, answer);
    int64_t took_us = clock_monotonic_us() - began_us;
    if (failure == 0) {
      size_t at = atomic_fetch_add(&load->taken, 1);
      load->times_us[at < TIMES_MAX ? at : TIMES_MAX - 1] = (int32_t)took_us;
    } else if (atomic_fetch_add(&load->failed, 1) == 0) {
      atomic_store(&load->first_failure, failure);
    }
    if (failure % 1000 == 999) {
      (void)close(fd);
      fd = wire_dial(load->port);
    }
  }
  (void)close(fd);
  free(answer);
  return NULL;
}

static int show(struct load *load) {
  char *answer = heap_alloc(WIRE_ANSWER_BYTES_MAX);
  struct random random = random_system();
  load->is_shown = true;
  int fd = wire_dial(load->port);
  int failure = run_flow(load, &random, fd, answer);
  (void)close(fd);
  free(answer);
  return failure == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
  if (argc < 4) {
    (void)fprintf(stderr, "usage: bench_scenario PORT FILE CLIENTS SECONDS [PER_SECOND] | PORT FILE show\n");
    return 2;
  }
  struct scenario scenario;
  scenario_read(argv[2], &scenario);
  struct load load = {.scenario = &scenario, .port = (int)strtol(argv[1], NULL, 10)};
  if (strcmp(argv[3], "show") == 0) {
    return show(&load);
  }
  load.times_us = heap_alloc(TIMES_MAX * sizeof *load.times_us);
  load.per_s = argc > 5 ? strtod(argv[5], NULL) : 0;
  load.began_us = clock_monotonic_us();
  load.until_us = load.began_us + strtol(argv[4], NULL, 10) * MEGA;
  bench_threads((int)strtol(argv[3], NULL, 10), client, &load);
  int64_t elapsed_us = clock_monotonic_us() - load.began_us;
  size_t count = load.taken < TIMES_MAX ? load.taken : TIMES_MAX;
  wire_sort(load.times_us, count);
  (void)printf("{\"flows_per_s\": %.0f, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"flows\": %zu, \"failed\": %zu, \"first_failure\": %d, "
               "\"client_processor_us_each\": %.1f}\n",
               bench_rate((int64_t)count, elapsed_us), wire_quantile_ms(load.times_us, count, 0.50), wire_quantile_ms(load.times_us, count, 0.99), count,
               (size_t)load.failed, load.first_failure, (double)bench_process_us(0) / (double)(count ? count : 1));
  return 0;
}
