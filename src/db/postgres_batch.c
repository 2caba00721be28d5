/* Group commit: what waits while a transaction is under way goes into the next one together. One transaction of a process at a time: in a small
 * database, where everybody reads and writes the same few pages, those of its own side by side would only make each other run again. */
#include <limits.h>
#include <semaphore.h>

#include "base/sleeping.h"
#include "db/postgres.h"

enum {
  BATCH_MAX = 64,    /* bounds how long the first waits for the last, and what runs again when another node came between */
  RESTARTS_MAX = 2,  /* of a batch in which a function has failed after it wrote; then each by itself */
};

enum fate {
  WAITING,
  ENDED,    /* its outcome stands */
  BY_ITSELF, /* nothing of it is there: it runs on its caller's thread, beside the others */
};

struct db_waiting {
  db_fn fn;
  void *arg;
  result outcome;
  struct fault fault; /* of the thread that ran it */
  enum fate fate;
  bool leads; /* it runs the next batch, its own function the first in it */
  sem_t woken;
  struct db_waiting *next;
};

static void outcome_note(struct db_waiting *each, result outcome) {
  each->outcome = outcome;
  if (!is_ok(outcome)) {
    each->fault = *fault_last();
  }
}

static void fate_all(struct db_waiting *batch, enum fate fate) {
  for (struct db_waiting *each = batch; each != NULL; each = each->next) {
    if (each->fate == WAITING) {
      each->fate = fate;
    }
  }
}

static void fail_all(struct db_waiting *batch, result outcome) {
  for (struct db_waiting *each = batch; each != NULL; each = each->next) {
    if (each->fate == WAITING) {
      outcome_note(each, outcome);
      each->fate = ENDED;
    }
  }
}

enum course { WHOLE, RESTART, BROKEN_OFF };

/* Nothing of a function that fails may stay: who refuses does so before the first write, nearly always. */
static enum course functions_call(struct db_session *session, struct db_waiting *batch) {
  bool has_written = false;
  for (struct db_waiting *each = batch; each != NULL; each = each->next) {
    if (each->fate != WAITING) {
      continue;
    }
    session->has_written = false;
    outcome_note(each, db_write_call(session, each->fn, each->arg));
    if (session->state == DB_SESSION_LOST || session->is_contended) {
      atomic_fetch_add(&session->cluster->retries, session->is_contended);
      return BROKEN_OFF;
    }
    if (session->state == DB_SESSION_FAILED || (!is_ok(each->outcome) && session->has_written)) {
      each->fate = BY_ITSELF;
      return RESTART;
    }
    has_written = has_written || session->has_written;
  }
  session->has_written = has_written;
  return WHOLE;
}

static void batch_commit(struct db_session *session, struct db_waiting *batch) {
  bool has_written = session->has_written;
  result outcome = db_session_commit(session);
  bool is_there = is_ok(outcome);
  if (is_there) {
    session->state = DB_SESSION_WANTED; /* there is nothing to roll back */
  } else if (session->state == DB_SESSION_LOST && has_written) {
    outcome = db_write_doubt_resolve(session, &is_there);
    if (!is_ok(outcome)) {
      fail_all(batch, outcome);
      return;
    }
  }
  atomic_fetch_add(&session->cluster->retries, !is_there);
  fate_all(batch, is_there ? ENDED : BY_ITSELF);
}

static void batch_call(struct db_session *session, struct db_waiting *batch) {
  enum course course = RESTART;
  for (int restarts = 0; course == RESTART && restarts <= RESTARTS_MAX; restarts++) {
    db_write_begin_anew(session);
    course = functions_call(session, batch);
  }
  if (course == WHOLE) {
    batch_commit(session, batch);
  }
  fate_all(batch, BY_ITSELF);
}

static int ended_count(const struct db_waiting *batch) {
  int count = 0;
  for (; batch != NULL; batch = batch->next) {
    count += batch->fate == ENDED && is_ok(batch->outcome);
  }
  return count;
}

/* False: no server, for this batch and for whoever waits behind it. */
static bool batch_run(struct db_cluster *cluster, struct db_waiting *batch) {
  struct db_session *session = NULL;
  result ready = db_session_take(cluster, DB_SESSION_WRITES, &session);
  if (is_ok(ready)) {
    session->is_led = false;
    ready = db_write_session_ready(session);
  }
  bool is_stale = !is_ok(ready) && session != NULL && session->state == DB_SESSION_LOST && !is_code(ready, DB_UNREACHABLE);
  if (is_stale) {
    fate_all(batch, BY_ITSELF); /* the pool's connection had been closed */
  } else if (!is_ok(ready)) {
    fail_all(batch, ready);
  } else {
    db_write_gate_enter(cluster, false);
    batch_call(session, batch);
    (void)pthread_rwlock_unlock(&cluster->gate);
    int ended = ended_count(batch);
    atomic_fetch_add(&cluster->commits, ended > 0);
    atomic_fetch_add(&cluster->writes, (unsigned)ended);
  }
  if (session != NULL) {
    db_write_session_end(session);
  }
  return is_ok(ready) || is_stale;
}

/* Called with the mutex held. */
static struct db_waiting *batch_take(struct db_batches *batches, int max) {
  struct db_waiting *first = batches->first;
  struct db_waiting **link = &batches->first;
  for (int i = 0; i < max && *link != NULL; i++) {
    link = &(*link)->next;
  }
  struct db_waiting *rest = *link;
  *link = NULL;
  batches->first = rest;
  batches->last = rest != NULL ? batches->last : NULL;
  return first;
}

/* Whoever is woken may be gone with its stack at once: its next is read before. */
static void batch_wake(struct db_waiting *batch, const struct db_waiting *self) {
  while (batch != NULL) {
    struct db_waiting *next = batch->next;
    if (batch != self) {
      (void)sem_post(&batch->woken);
    }
    batch = next;
  }
}

/* The first that waits leads next, so that nobody serves others without end. */
static void lead_pass(struct db_batches *batches) {
  (void)pthread_mutex_lock(&batches->mutex);
  struct db_waiting *next = batches->first;
  batches->is_led = next != NULL;
  if (next != NULL) {
    next->leads = true;
    (void)sem_post(&next->woken);
  }
  (void)pthread_mutex_unlock(&batches->mutex);
}

static void batch_lead(struct db_cluster *cluster, struct db_waiting *self) {
  struct db_batches *batches = &cluster->batches;
  (void)pthread_mutex_lock(&batches->mutex);
  struct db_waiting *batch = batch_take(batches, BATCH_MAX);
  (void)pthread_mutex_unlock(&batches->mutex);
  bool has_server = batch_run(cluster, batch);
  struct db_waiting *behind = NULL;
  if (!has_server) {
    (void)pthread_mutex_lock(&batches->mutex);
    behind = batch_take(batches, INT_MAX);
    (void)pthread_mutex_unlock(&batches->mutex);
    fail_all(behind, (result){self->fault.code});
  }
  lead_pass(batches);
  batch_wake(batch, self);
  batch_wake(behind, NULL);
}

/* True: that is its outcome. False: nothing of it is there, and it is to run by itself. */
bool db_batch_run(struct db_cluster *cluster, db_fn fn, void *arg, result *ret_outcome) {
  struct db_batches *batches = &cluster->batches;
  struct db_waiting self = {.fn = fn, .arg = arg};
  (void)sem_init(&self.woken, 0, 0);
  (void)pthread_mutex_lock(&batches->mutex);
  self.leads = !batches->is_led;
  batches->is_led = true;
  if (batches->last != NULL) {
    batches->last->next = &self;
  } else {
    batches->first = &self;
  }
  batches->last = &self;
  (void)pthread_mutex_unlock(&batches->mutex);
  sleeping_begin();
  while (!self.leads && sem_wait(&self.woken) != 0) {
    continue; /* a signal handler ran */
  }
  sleeping_end();
  if (self.leads) {
    batch_lead(cluster, &self);
  }
  (void)sem_destroy(&self.woken);
  *ret_outcome = self.outcome;
  if (self.fate == ENDED && !is_ok(self.outcome)) {
    *ret_outcome = fault_set(self.fault.file, self.fault.line, self.outcome.code, "%s", self.fault.detail);
  }
  return self.fate == ENDED;
}
