/* outbox/runner.c: the threads that deliver what is due, one a destination, several a family: at once when woken, else once a second. */
#include <pthread.h>
#include <stdlib.h>

#include "base/rounds.h"
#include "outbox/deliver.h"

enum { LANES_MAX = 48, ROUND_MS = 1000 };

struct lane {
  struct outbox_runner *runner;
  const struct outbox_destination *destination;
  struct slice busy_with; /* the receiver it is at; empty: none. Bytes of the lane's own round */
};

struct outbox_runner {
  struct env *env;
  struct outbox_options options;
  struct lane lanes[LANES_MAX];
  size_t lane_count;
  struct rounds *rounds;
  pthread_mutex_t lock; /* guards what follows, and every busy_with */
  bool is_closing;
};

/* No two lanes at one receiver: a slow one holds one thread, and is called once at a time. */
static bool take(struct lane *lane, struct slice receiver) {
  struct outbox_runner *runner = lane->runner;
  (void)pthread_mutex_lock(&runner->lock);
  bool is_free = !runner->is_closing;
  for (size_t i = 0; i < LANES_MAX && is_free; i++) {
    is_free = !slice_eq(runner->lanes[i].busy_with, receiver);
  }
  if (is_free) {
    lane->busy_with = receiver;
  }
  (void)pthread_mutex_unlock(&runner->lock);
  return is_free;
}

static void let_go(struct lane *lane) {
  (void)pthread_mutex_lock(&lane->runner->lock);
  lane->busy_with = (struct slice){0};
  (void)pthread_mutex_unlock(&lane->runner->lock);
}

static result deliver_due(struct lane *lane) {
  struct outbox_runner *runner = lane->runner;
  struct arena arena CLEANUP(arena_free);
  struct outbox_receiver_list receivers = {0};
  arena_init(&arena);
  TRY(outbox_receivers_due(runner->env, lane->destination, &arena, &receivers));
  for (size_t i = 0; i < receivers.count; i++) {
    result done = OK;
    if (take(lane, receivers.items[i].name)) {
      done = outbox_deliver_to(runner->env, &runner->options, &receivers.items[i]);
      let_go(lane);
    }
    TRY(done);
  }
  return OK;
}

/* Of several nodes on one database one delivers; what goes out twice when a leader is cut off is acknowledged twice and counts once. */
static result deliver_if_leading(struct lane *lane) {
  bool leads = false;
  TRY(db_lead(lane->runner->env->db, "outbox", &leads));
  return leads ? deliver_due(lane) : OK;
}

static void deliver(void *arg) {
  result done = deliver_if_leading(arg);
  (void)done; /* the rows stay; the next round tries again */
}

static result add_lane(struct outbox_runner *runner, const struct outbox_destination *destination) {
  if (runner->lane_count == LANES_MAX) {
    FAIL(BASE_IO, "more destinations than the outbox has lanes");
  }
  struct lane *lane = &runner->lanes[runner->lane_count++];
  lane->runner = runner;
  lane->destination = destination;
  return rounds_add(runner->rounds, "outbox", ROUND_MS, deliver, lane);
}

result outbox_runner_open(struct env *env, const struct outbox_options *options, struct outbox_runner **ret_runner) {
  struct outbox_runner *runner = heap_alloc(sizeof *runner);
  *runner = (struct outbox_runner){.env = env, .options = *options, .rounds = rounds_open()};
  (void)pthread_mutex_init(&runner->lock, NULL);
  result outcome = OK;
  for (size_t i = 0; i < options->destination_count; i++) {
    int lanes = options->destinations[i].family_lanes > 0 ? options->destinations[i].family_lanes : 1;
    for (int lane = 0; lane < lanes && is_ok(outcome); lane++) {
      outcome = add_lane(runner, &options->destinations[i]);
    }
  }
  if (!is_ok(outcome)) {
    outbox_runner_close(&runner);
    return outcome;
  }
  *ret_runner = runner;
  return OK;
}

void outbox_runner_wake(struct outbox_runner *runner) {
  rounds_wake(runner->rounds);
}

void outbox_runner_close(struct outbox_runner **slot) {
  struct outbox_runner *runner = *slot;
  if (runner == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&runner->lock);
  runner->is_closing = true;
  (void)pthread_mutex_unlock(&runner->lock);
  rounds_close(&runner->rounds);
  (void)pthread_mutex_destroy(&runner->lock);
  free(runner);
  *slot = NULL;
}
