#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "ledger/ledger.h"

enum { ROUND_MS = 1000 };

struct ledger_sequencer {
  struct env *env;
  struct ledger_watcher watcher;
  pthread_t thread;
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t woken;
  bool is_woken;
  bool is_stopping;
  struct ledger_sequencer_figures figures;
};

static void round_run(struct ledger_sequencer *sequencer) {
  result outcome = ledger_sequence(sequencer->env);
  (void)pthread_mutex_lock(&sequencer->mutex);
  sequencer->figures.rounds++;
  sequencer->figures.failures += !is_ok(outcome);
  bool has_changed = sequencer->figures.last_failure != outcome.code;
  sequencer->figures.last_failure = outcome.code;
  (void)pthread_mutex_unlock(&sequencer->mutex);
  if (has_changed && sequencer->watcher.changed != NULL) {
    sequencer->watcher.changed(sequencer->watcher.app, outcome);
  }
}

/* Until woken or a second has passed. False: time to stop. */
static bool round_wait(struct ledger_sequencer *sequencer) {
  struct timespec until;
  (void)clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += ROUND_MS / 1000;
  (void)pthread_mutex_lock(&sequencer->mutex);
  int waited = 0;
  while (!sequencer->is_woken && !sequencer->is_stopping && waited == 0) {
    waited = pthread_cond_timedwait(&sequencer->woken, &sequencer->mutex, &until);
  }
  sequencer->is_woken = false;
  bool goes_on = !sequencer->is_stopping;
  (void)pthread_mutex_unlock(&sequencer->mutex);
  return goes_on;
}

static void *sequencer_main(void *context) {
  struct ledger_sequencer *sequencer = context;
  do {
    round_run(sequencer);
  } while (round_wait(sequencer));
  round_run(sequencer); /* what came in before the stop is ordered and signed */
  return NULL;
}

result ledger_sequencer_open(struct env *env, struct ledger_watcher watcher, struct ledger_sequencer **ret_sequencer) {
  struct ledger_sequencer *sequencer = heap_alloc(sizeof *sequencer);
  sequencer->env = env;
  sequencer->watcher = watcher;
  pthread_condattr_t monotonic;
  (void)pthread_condattr_init(&monotonic);
  (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void)pthread_cond_init(&sequencer->woken, &monotonic);
  (void)pthread_condattr_destroy(&monotonic);
  (void)pthread_mutex_init(&sequencer->mutex, NULL);
  if (pthread_create(&sequencer->thread, NULL, sequencer_main, sequencer) != 0) {
    free(sequencer);
    FAIL(DB_UNAVAILABLE, "no thread for the ledger's sequencer");
  }
  (void)pthread_setname_np(sequencer->thread, "sequencer");
  *ret_sequencer = sequencer;
  return OK;
}

void ledger_sequencer_wake(struct ledger_sequencer *sequencer) {
  (void)pthread_mutex_lock(&sequencer->mutex);
  sequencer->is_woken = true;
  (void)pthread_cond_signal(&sequencer->woken);
  (void)pthread_mutex_unlock(&sequencer->mutex);
}

struct ledger_sequencer_figures ledger_sequencer_figures(struct ledger_sequencer *sequencer) {
  (void)pthread_mutex_lock(&sequencer->mutex);
  struct ledger_sequencer_figures figures = sequencer->figures;
  (void)pthread_mutex_unlock(&sequencer->mutex);
  return figures;
}

void ledger_sequencer_close(struct ledger_sequencer **handle) {
  struct ledger_sequencer *sequencer = *handle;
  if (sequencer == NULL) {
    return;
  }
  *handle = NULL;
  (void)pthread_mutex_lock(&sequencer->mutex);
  sequencer->is_stopping = true;
  (void)pthread_cond_signal(&sequencer->woken);
  (void)pthread_mutex_unlock(&sequencer->mutex);
  (void)pthread_join(sequencer->thread, NULL);
  (void)pthread_cond_destroy(&sequencer->woken);
  (void)pthread_mutex_destroy(&sequencer->mutex);
  free(sequencer);
}
