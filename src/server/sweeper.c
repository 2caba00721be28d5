#include "server/sweeper.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "account/account.h"
#include "authenticator/authenticator.h"
#include "base/log.h"
#include "dossier/dossier.h"
#include "evidence/evidence.h"
#include "recovery/recovery.h"

enum { ROUND_S = 3600 };

struct server_sweeper {
  struct env *env;
  pthread_t thread;
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t stopping;
  bool is_stopping;
};

/* Until an hour has passed. False: time to stop. */
static bool wait_round(struct server_sweeper *sweeper) {
  struct timespec until;
  int waited = 0;
  (void)clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += ROUND_S;
  (void)pthread_mutex_lock(&sweeper->mutex);
  while (!sweeper->is_stopping && waited == 0) {
    waited = pthread_cond_timedwait(&sweeper->stopping, &sweeper->mutex, &until);
  }
  bool goes_on = !sweeper->is_stopping;
  (void)pthread_mutex_unlock(&sweeper->mutex);
  return goes_on;
}

/* Each drops what has ended in its own module. */
static result (*const sweeps[])(struct env *env) = {account_sweep, authenticator_sweep, message_sweep, evidence_sweep, recovery_sweep, dossier_remind};

static void *sweep(void *context) {
  struct server_sweeper *sweeper = context;
  do {
    for (size_t i = 0; i < sizeof sweeps / sizeof *sweeps; i++) {
      if (!is_ok(sweeps[i](sweeper->env))) {
        log_fault(sweeper->env->clock, "sweep.failed");
      }
    }
  } while (wait_round(sweeper));
  return NULL;
}

result server_sweeper_open(struct env *env, struct server_sweeper **ret_sweeper) {
  struct server_sweeper *sweeper = heap_alloc(sizeof *sweeper);
  sweeper->env = env;
  pthread_condattr_t monotonic;
  (void)pthread_condattr_init(&monotonic);
  (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void)pthread_cond_init(&sweeper->stopping, &monotonic);
  (void)pthread_condattr_destroy(&monotonic);
  (void)pthread_mutex_init(&sweeper->mutex, NULL);
  if (pthread_create(&sweeper->thread, NULL, sweep, sweeper) != 0) {
    free(sweeper);
    FAIL(DB_UNAVAILABLE, "no thread for the sweeper");
  }
  *ret_sweeper = sweeper;
  return OK;
}

void server_sweeper_close(struct server_sweeper **slot) {
  struct server_sweeper *sweeper = *slot;
  if (sweeper == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&sweeper->mutex);
  sweeper->is_stopping = true;
  (void)pthread_cond_signal(&sweeper->stopping);
  (void)pthread_mutex_unlock(&sweeper->mutex);
  (void)pthread_join(sweeper->thread, NULL);
  (void)pthread_cond_destroy(&sweeper->stopping);
  (void)pthread_mutex_destroy(&sweeper->mutex);
  free(sweeper);
  *slot = NULL;
}
