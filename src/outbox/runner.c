/* outbox/runner.c: the threads that deliver what is due, one a destination: at once when woken, else once a second. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "outbox/deliver.h"

enum { DESTINATIONS_MAX = 16 };

struct lane {
  struct outbox_runner *runner;
  const struct outbox_destination *destination;
  pthread_t thread;
  uint64_t seen; /* the last wake it has answered */
};

struct outbox_runner {
  struct env *env;
  struct outbox_options options;
  struct lane lanes[DESTINATIONS_MAX];
  size_t lane_count;
  pthread_mutex_t lock;
  pthread_cond_t woken;
  uint64_t wakes;
  bool stop;
};

static void wait_for_work(struct lane *lane) {
  struct outbox_runner *runner = lane->runner;
  struct timespec until;
  (void)clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += 1;
  while (runner->wakes == lane->seen && !runner->stop) {
    if (pthread_cond_timedwait(&runner->woken, &runner->lock, &until) == ETIMEDOUT) {
      break;
    }
  }
  lane->seen = runner->wakes;
}

static void *run(void *arg) {
  struct lane *lane = arg;
  struct outbox_runner *runner = lane->runner;
  (void)pthread_mutex_lock(&runner->lock);
  while (!runner->stop) {
    (void)pthread_mutex_unlock(&runner->lock);
    result done = outbox_deliver_to(runner->env, &runner->options, lane->destination);
    (void)done; /* the rows stay; the next round tries again */
    (void)pthread_mutex_lock(&runner->lock);
    wait_for_work(lane);
  }
  (void)pthread_mutex_unlock(&runner->lock);
  return NULL;
}

result outbox_runner_open(struct env *env, const struct outbox_options *options, struct outbox_runner **ret_runner) {
  struct outbox_runner *runner = heap_alloc(sizeof *runner);
  runner->env = env;
  runner->options = *options;
  pthread_condattr_t monotonic;
  (void)pthread_condattr_init(&monotonic);
  (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void)pthread_mutex_init(&runner->lock, NULL);
  (void)pthread_cond_init(&runner->woken, &monotonic);
  (void)pthread_condattr_destroy(&monotonic);
  for (size_t i = 0; i < options->destination_count && i < DESTINATIONS_MAX; i++) {
    struct lane *lane = &runner->lanes[i];
    lane->runner = runner;
    lane->destination = &options->destinations[i];
    if (pthread_create(&lane->thread, NULL, run, lane) != 0) {
      outbox_runner_close(&runner);
      FAIL(BASE_IO, "no thread for the outbox");
    }
    runner->lane_count++;
  }
  *ret_runner = runner;
  return OK;
}

void outbox_runner_wake(struct outbox_runner *runner) {
  (void)pthread_mutex_lock(&runner->lock);
  runner->wakes++;
  (void)pthread_cond_broadcast(&runner->woken);
  (void)pthread_mutex_unlock(&runner->lock);
}

void outbox_runner_close(struct outbox_runner **runner) {
  if (*runner == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&(*runner)->lock);
  (*runner)->stop = true;
  (void)pthread_cond_broadcast(&(*runner)->woken);
  (void)pthread_mutex_unlock(&(*runner)->lock);
  for (size_t i = 0; i < (*runner)->lane_count; i++) {
    (void)pthread_join((*runner)->lanes[i].thread, NULL);
  }
  (void)pthread_cond_destroy(&(*runner)->woken);
  (void)pthread_mutex_destroy(&(*runner)->lock);
  free(*runner);
  *runner = NULL;
}
