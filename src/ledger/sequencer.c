#include <pthread.h>
#include <stdlib.h>

#include "base/rounds.h"
#include "ledger/checkpoint.h"
#include "ledger/ledger.h"

enum { ROUND_MS = 1000 };

struct ledger_sequencer {
  struct env *env;
  struct ledger_watcher watcher;
  struct rounds *rounds;
  pthread_mutex_t mutex; /* guards what follows */
  struct ledger_sequencer_figures figures;
};

/* Of several nodes on one database one orders. One that was replaced in the middle of its round writes nothing more. */
static result sequence_if_leading(struct env *env) {
  bool leads = false;
  TRY(db_lead(env->db, LEDGER_LEAD, &leads));
  result done = leads ? ledger_sequence(env) : OK;
  return is_code(done, DB_NOT_LEADING) ? OK : done;
}

static void round_run(void *arg) {
  struct ledger_sequencer *sequencer = arg;
  result outcome = sequence_if_leading(sequencer->env);
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

result ledger_sequencer_open(struct env *env, struct ledger_watcher watcher, struct ledger_sequencer **ret_sequencer) {
  struct ledger_sequencer *sequencer = heap_alloc(sizeof *sequencer);
  *sequencer = (struct ledger_sequencer){.env = env, .watcher = watcher, .rounds = rounds_open()};
  (void)pthread_mutex_init(&sequencer->mutex, NULL);
  result outcome = rounds_add(sequencer->rounds, "sequencer", ROUND_MS, round_run, sequencer);
  if (!is_ok(outcome)) {
    ledger_sequencer_close(&sequencer);
    return outcome;
  }
  *ret_sequencer = sequencer;
  return OK;
}

void ledger_sequencer_wake(struct ledger_sequencer *sequencer) {
  rounds_wake(sequencer->rounds);
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
  rounds_close(&sequencer->rounds);
  round_run(sequencer); /* what came in before the stop is ordered and signed */
  (void)pthread_mutex_destroy(&sequencer->mutex);
  free(sequencer);
}
