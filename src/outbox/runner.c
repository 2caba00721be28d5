/* outbox/runner.c: the threads that deliver what is due, one a destination: at once when woken, else once a second. */
#include <stdlib.h>

#include "base/rounds.h"
#include "outbox/deliver.h"

enum { DESTINATIONS_MAX = 16, ROUND_MS = 1000 };

struct lane {
  struct outbox_runner *runner;
  const struct outbox_destination *destination;
};

struct outbox_runner {
  struct env *env;
  struct outbox_options options;
  struct lane lanes[DESTINATIONS_MAX];
  struct rounds *rounds;
};

/* Of several nodes on one database one delivers; what goes out twice when a leader is cut off is acknowledged twice and counts once. */
static result deliver_if_leading(struct lane *lane) {
  bool leads = false;
  TRY(db_lead(lane->runner->env->db, "outbox", &leads));
  return leads ? outbox_deliver_to(lane->runner->env, &lane->runner->options, lane->destination) : OK;
}

static void deliver(void *arg) {
  result done = deliver_if_leading(arg);
  (void)done; /* the rows stay; the next round tries again */
}

result outbox_runner_open(struct env *env, const struct outbox_options *options, struct outbox_runner **ret_runner) {
  struct outbox_runner *runner = heap_alloc(sizeof *runner);
  *runner = (struct outbox_runner){.env = env, .options = *options, .rounds = rounds_open()};
  result outcome = OK;
  for (size_t i = 0; i < options->destination_count && i < DESTINATIONS_MAX && is_ok(outcome); i++) {
    runner->lanes[i] = (struct lane){.runner = runner, .destination = &options->destinations[i]};
    outcome = rounds_add(runner->rounds, "outbox", ROUND_MS, deliver, &runner->lanes[i]);
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
  rounds_close(&runner->rounds);
  free(runner);
  *slot = NULL;
}
