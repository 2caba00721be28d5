/* The threads that send what is due: a few a channel, at once when woken, else once a second. */
#include "message/runner.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"

enum { LANES_A_CHANNEL = 4, LANES = 2 * LANES_A_CHANNEL };

struct worker {
  struct message_runner *runner;
  struct message_lane lane;
  pthread_t thread;
  uint64_t seen; /* the last wake it has answered */
};

struct message_runner {
  struct env *env;
  struct message_senders senders;
  struct worker workers[LANES];
  size_t worker_count;
  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t woken;
  uint64_t wakes;
  bool stop;
};

static void wait_for_work(struct worker *worker) {
  struct message_runner *runner = worker->runner;
  struct timespec until;
  (void)clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += 1;
  while (runner->wakes == worker->seen && !runner->stop) {
    if (pthread_cond_timedwait(&runner->woken, &runner->lock, &until) == ETIMEDOUT) {
      break;
    }
  }
  worker->seen = runner->wakes;
}

static void *run(void *arg) {
  struct worker *worker = arg;
  struct message_runner *runner = worker->runner;
  bool was_well = true;
  (void)pthread_mutex_lock(&runner->lock);
  while (!runner->stop) {
    (void)pthread_mutex_unlock(&runner->lock);
    bool is_well = is_ok(message_lane_send(runner->env, &worker->lane));
    if (was_well && !is_well) { /* once a change: storage fails, and the rows wait for the next round */
      log_fault(runner->env->clock, "message.stopped");
    }
    was_well = is_well;
    (void)pthread_mutex_lock(&runner->lock);
    wait_for_work(worker);
  }
  (void)pthread_mutex_unlock(&runner->lock);
  return NULL;
}

result message_runner_open(struct env *env, const struct message_senders *senders, struct message_runner **ret_runner) {
  struct message_runner *runner = heap_alloc(sizeof *runner);
  runner->env = env;
  runner->senders = *senders;
  pthread_condattr_t monotonic;
  (void)pthread_condattr_init(&monotonic);
  (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void)pthread_mutex_init(&runner->lock, NULL);
  (void)pthread_cond_init(&runner->woken, &monotonic);
  (void)pthread_condattr_destroy(&monotonic);
  for (int i = 0; i < LANES; i++) {
    bool is_sms = i < LANES_A_CHANNEL;
    struct worker *worker = &runner->workers[runner->worker_count];
    worker->runner = runner;
    worker->lane = (struct message_lane){.channel = is_sms ? MESSAGE_SMS : MESSAGE_EMAIL,
                                         .sender = is_sms ? &runner->senders.sms : &runner->senders.email,
                                         .number = i % LANES_A_CHANNEL,
                                         .count = LANES_A_CHANNEL};
    if (worker->lane.sender->send == NULL) {
      continue;
    }
    if (pthread_create(&worker->thread, NULL, run, worker) != 0) {
      message_runner_close(&runner);
      FAIL(BASE_IO, "no thread for messages");
    }
    runner->worker_count++;
  }
  *ret_runner = runner;
  return OK;
}

void message_runner_wake(struct message_runner *runner) {
  (void)pthread_mutex_lock(&runner->lock);
  runner->wakes++;
  (void)pthread_cond_broadcast(&runner->woken);
  (void)pthread_mutex_unlock(&runner->lock);
}

void message_runner_close(struct message_runner **slot) {
  struct message_runner *runner = *slot;
  if (runner == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&runner->lock);
  runner->stop = true;
  (void)pthread_cond_broadcast(&runner->woken);
  (void)pthread_mutex_unlock(&runner->lock);
  for (size_t i = 0; i < runner->worker_count; i++) {
    (void)pthread_join(runner->workers[i].thread, NULL);
  }
  (void)pthread_cond_destroy(&runner->woken);
  (void)pthread_mutex_destroy(&runner->lock);
  free(runner);
  *slot = NULL;
}
