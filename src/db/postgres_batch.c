/* Group commit: what waits while transactions are under way goes into the next one together. A few batches of a process run side by side, each on a connection
 * of its own, so that one waits for the server while another is served. In a small database, where everybody reads and writes the same few pages, they would only make
 * each other run again: whenever others have come between fewer are run beside each other, down to one, and more again as nothing happens.
 *
 * A function whose row another has locked, or that met a conflict, leaves the batch and runs by itself; the others run again without it. */
#include <limits.h>
#include <semaphore.h>

#include "base/sleeping.h"
#include "base/clock.h"
#include "db/postgres.h"

enum {
  BATCH_MAX = 64,    /* bounds how long the first waits for the last, and what runs again when another node came between */
  BATCH_MIN = 8,     /* fewer are not worth a transaction of their own beside others */
  RESTARTS_MAX = 3,  /* of a batch in which a function has failed after it wrote, or others came between; then each by itself */
  LANES_MAX = 4,
  CALM = 32, /* batches without a conflict: then one more runs beside the others */
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

void db_batches_open(struct db_batches *batches, int connections) {
  (void)pthread_mutex_init(&batches->mutex, NULL);
  int half = connections / 2; /* the others are for those that run by themselves */
  batches->lanes_max = batches->lanes = half < 1 ? 1 : half < LANES_MAX ? half : LANES_MAX;
}

static void lanes_note(struct db_cluster *cluster, bool is_contended) {
  struct db_batches *batches = &cluster->batches;
  (void)pthread_mutex_lock(&batches->mutex);
  batches->calm = is_contended ? 0 : batches->calm + 1;
  if (is_contended) {
    batches->lanes = batches->lanes > 1 ? batches->lanes / 2 : 1;
  } else if (batches->calm >= CALM && batches->lanes < batches->lanes_max) {
    batches->lanes++;
    batches->calm = 0;
  }
  (void)pthread_mutex_unlock(&batches->mutex);
}

/* Something failed while `running` was: whose statement it was leaves the batch. */
static enum course culprit_leave(struct db_session *session, struct db_waiting *batch, struct db_waiting *running) {
  const void *culprit = session->failed_owner != NULL ? session->failed_owner : running;
  for (struct db_waiting *each = batch; each != NULL; each = each->next) {
    if (each == culprit) {
      each->fate = BY_ITSELF;
    }
  }
  if (session->is_contended) {
    atomic_fetch_add(&session->cluster->retries, 1);
    lanes_note(session->cluster, true);
  }
  return RESTART;
}

/* Nothing of a function that fails may stay: who refuses does so before the first write, nearly always. */
static enum course functions_call(struct db_session *session, struct db_waiting *batch) {
  bool has_written = false;
  for (struct db_waiting *each = batch; each != NULL; each = each->next) {
    if (each->fate != WAITING) {
      continue;
    }
    session->has_written = false;
    session->owner = each;
    outcome_note(each, db_write_call(session, each->fn, each->arg));
    if (session->state == DB_SESSION_LOST) {
      return BROKEN_OFF;
    }
    if (session->state == DB_SESSION_FAILED || (!is_ok(each->outcome) && session->has_written)) {
      return culprit_leave(session, batch, each);
    }
    has_written = has_written || session->has_written;
  }
  session->has_written = has_written;
  return WHOLE;
}

/* RESTART: nothing of it is there. */
static enum course batch_commit(struct db_session *session, struct db_waiting *batch) {
  bool has_written = session->has_written;
  result outcome = db_session_commit(session);
  bool is_there = is_ok(outcome);
  if (is_there) {
    session->state = DB_SESSION_WANTED; /* there is nothing to roll back */
  } else if (session->state == DB_SESSION_LOST && has_written) {
    outcome = db_write_doubt_resolve(session, &is_there);
    if (!is_ok(outcome)) {
      fail_all(batch, outcome);
      return WHOLE;
    }
  } else if (session->state != DB_SESSION_LOST && (session->is_contended || session->failed_owner != NULL)) {
    return culprit_leave(session, batch, NULL);
  }
  atomic_fetch_add(&session->cluster->retries, !is_there);
  fate_all(batch, is_there ? ENDED : BY_ITSELF);
  return WHOLE;
}

static void batch_call(struct db_session *session, struct db_waiting *batch) {
  enum course course = RESTART;
  session->may_defer = true;
  session->is_alone = false;
  for (int restarts = 0; course == RESTART && restarts <= RESTARTS_MAX; restarts++) {
    db_write_begin_anew(session);
    course = functions_call(session, batch);
    course = course == WHOLE ? batch_commit(session, batch) : course;
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
    int64_t began_us = clock_monotonic_us();
    batch_call(session, batch);
    (void)pthread_rwlock_unlock(&cluster->gate);
    int ended = ended_count(batch);
    lanes_note(cluster, false);
    if (ended > 0) {
      db_commits_add(&cluster->counted, clock_monotonic_us() - began_us, (uint64_t)ended);
    }
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
    batches->waiting--;
  }
  struct db_waiting *rest = *link;
  *link = NULL;
  batches->first = rest;
  batches->last = rest != NULL ? batches->last : NULL;
  return first;
}

/* The first that waits leads the next batch, so that nobody serves others without end. Called with the mutex held. */
static void lead_give(struct db_batches *batches) {
  if (batches->first != NULL && !batches->first->leads && batches->led < batches->lanes) {
    batches->led++;
    batches->first->leads = true;
    (void)sem_post(&batches->first->woken);
  }
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

static void batch_lead(struct db_cluster *cluster, struct db_waiting *self) {
  struct db_batches *batches = &cluster->batches;
  (void)pthread_mutex_lock(&batches->mutex);
  int share = (batches->waiting + batches->lanes - 1) / batches->lanes;
  struct db_waiting *batch = batch_take(batches, share < BATCH_MIN ? BATCH_MIN : share > BATCH_MAX ? BATCH_MAX : share);
  lead_give(batches);
  (void)pthread_mutex_unlock(&batches->mutex);
  bool has_server = batch_run(cluster, batch);
  struct db_waiting *behind = NULL;
  (void)pthread_mutex_lock(&batches->mutex);
  if (!has_server && (batches->first == NULL || !batches->first->leads)) {
    behind = batch_take(batches, INT_MAX);
    fail_all(behind, (result){self->fault.code});
  }
  batches->led--;
  lead_give(batches);
  (void)pthread_mutex_unlock(&batches->mutex);
  batch_wake(batch, self);
  batch_wake(behind, NULL);
}

/* True: that is its outcome. False: nothing of it is there, and it is to run by itself. */
bool db_batch_run(struct db_cluster *cluster, db_fn fn, void *arg, result *ret_outcome) {
  struct db_batches *batches = &cluster->batches;
  struct db_waiting self = {.fn = fn, .arg = arg};
  (void)sem_init(&self.woken, 0, 0);
  (void)pthread_mutex_lock(&batches->mutex);
  self.leads = batches->first == NULL && batches->led < batches->lanes;
  batches->led += self.leads;
  batches->waiting++;
  if (batches->last != NULL) {
    batches->last->next = &self;
  } else {
    batches->first = &self;
  }
  batches->last = &self;
  (void)pthread_mutex_unlock(&batches->mutex);
  (void)sleeping_begin();
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
