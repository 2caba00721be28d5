#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/random.h"
#include "base/sleeping.h"
#include "db/postgres.h"

enum {
  TRIES_MAX = 12,        /* then DB_CONTENDED: from here on it can only be other nodes that come between */
  TRIES_BESIDE = 3,      /* beside the other writes of this process; then alone */
  TRIES_DUPLICATE = 3,   /* a key that another took a moment ago is seen by the next run, which goes alone and answers as fn wishes; other nodes go on */
  PAUSE_US_MIN = 500,
  PAUSE_US_MAX = 64 * 1000,
  GATE_US_MAX = 200 * 1000,
};

/* A write function that writes again would wait for itself on SQLite, and hold two connections here. */
static _Thread_local bool is_writing;

/* Half to one and a half times, doubled each time. */
static void pause_before(int try) {
  int64_t us = (int64_t)PAUSE_US_MIN << (try < 8 ? try : 8);
  us = us < PAUSE_US_MAX ? us : PAUSE_US_MAX;
  struct random random = random_system();
  int64_t ns = (us / 2 + (int64_t)random_below(&random, (uint64_t)us + 1)) * 1000;
  const struct timespec length = {.tv_nsec = ns};
  (void)sleeping_begin();
  (void)nanosleep(&length, NULL);
  sleeping_end();
}

static result again(const struct fault *fault) { return fault_set(fault->file, fault->line, fault->code, "%s", fault->detail); }

/* A row of its own for the session's marks. Those of processes that were killed go after a month. */
static result mark_open(struct db_session *session) {
  session->state = DB_SESSION_IDLE;
  TRY(db_session_control(session, "DELETE FROM write_mark WHERE opened_at < now() - interval '30 days'"));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(&session->tx, "INSERT INTO write_mark (number) VALUES (0) RETURNING id", DB_NO_ARGS, &rows));
  session->mark_id = db_int(&rows, 0);
  session->mark_number = 0;
  return OK;
}

void db_write_begin_anew(struct db_session *session) {
  db_answers_close(session);
  if (session->state == DB_SESSION_OPEN || session->state == DB_SESSION_FAILED || session->begun > 0) {
    db_session_send(session, "ROLLBACK");
  }
  session->state = session->state == DB_SESSION_LOST ? DB_SESSION_LOST : DB_SESSION_WANTED;
  session->has_written = session->is_contended = session->is_duplicate = session->is_failed_late = session->is_held_up = false;
  session->failed_owner = NULL;
}

/* What became of a write. */
enum ending {
  DONE,     /* the outcome stands */
  AGAIN,    /* others came between: nothing is there */
  LOST,     /* so is the connection, before COMMIT: nothing is there */
  IN_DOUBT, /* ... after COMMIT was sent */
};

result db_write_call(struct db_session *session, db_fn fn, void *arg) {
  is_writing = true;
  result outcome = fn(&session->tx, arg);
  is_writing = false;
  db_answers_close(session);
  if (is_ok(outcome) && session->state == DB_SESSION_FAILED && !session->is_contended) {
    FAIL(DB_STATEMENT, "a write function went on after a statement that failed: %.160s", fault_last()->detail);
  }
  return outcome;
}

static enum ending fn_run(struct db_session *session, db_fn fn, void *arg, result *ret_outcome) {
  *ret_outcome = db_write_call(session, fn, arg);
  if (session->state == DB_SESSION_LOST) {
    return LOST;
  }
  if (session->is_contended) {
    return AGAIN;
  }
  if (!is_ok(*ret_outcome)) {
    return DONE;
  }
  bool has_written = session->has_written;
  *ret_outcome = db_session_commit(session);
  if (is_ok(*ret_outcome)) {
    session->state = DB_SESSION_WANTED; /* there is nothing to roll back */
    return DONE;
  }
  if (session->state == DB_SESSION_LOST) {
    return has_written ? IN_DOUBT : LOST;
  }
  return session->is_contended ? AGAIN : DONE;
}

/* Takes the lost session's mark away. *ret_is_there: the write it was in the middle of has happened. */
static result doubt_end(struct db_session *session, int64_t mark_id, int64_t mark_number, bool *ret_is_there) {
  session->state = DB_SESSION_IDLE;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(&session->tx, "DELETE FROM write_mark WHERE id = $1 RETURNING number", DB_ARGS(db_of_int(mark_id)), &rows));
  if (!db_rows_next(&rows)) {
    FAIL(DB_IN_DOUBT, "the server does not know the session whose commit was lost");
  }
  *ret_is_there = db_int(&rows, 0) == mark_number;
  return OK;
}

result db_write_doubt_resolve(struct db_session *session, bool *ret_is_there) {
  int64_t mark_id = session->mark_id;
  int64_t mark_number = session->mark_number;
  bool is_there = false;
  result asked = db_session_reopen(session, DB_SERVER_WAIT_MS);
  if (is_ok(asked)) {
    asked = doubt_end(session, mark_id, mark_number, &is_there);
  }
  if (!is_ok(asked)) {
    const struct fault why = *fault_last();
    return fault_set(why.file, why.line, DB_IN_DOUBT, "a commit was sent and never answered: %.180s", why.detail);
  }
  *ret_is_there = is_there;
  return OK;
}

result db_write_session_ready(struct db_session *session) {
  if (session->state == DB_SESSION_LOST) {
    TRY(db_session_reopen(session, DB_SERVER_WAIT_MS));
  }
  if (session->mark_id == 0) {
    TRY(mark_open(session));
  }
  session->state = DB_SESSION_WANTED;
  return OK;
}

/* PostgreSQL notes what a write has read by whole pages of an index: in a small database everybody reads and writes the same few, and could keep
 * each other from ever ending. */
void db_write_gate_enter(struct db_cluster *cluster, bool is_alone) {
  const struct timespec until = condition_in(GATE_US_MAX);
  (void)sleeping_begin();
  if (!is_alone || pthread_rwlock_clockwrlock(&cluster->gate, CLOCK_MONOTONIC, &until) != 0) { /* somebody inside waits for a row: he keeps nobody else out */
    (void)pthread_rwlock_rdlock(&cluster->gate);
  }
  sleeping_end();
}

static result write_tries(struct db_session *session, db_fn fn, void *arg) {
  result outcome = OK;
  int duplicates = 0;
  session->is_alone = session->may_defer = true;
  for (int try = 0; try < TRIES_MAX; try++) {
    if (try > 0) {
      atomic_fetch_add(&session->cluster->retries, 1);
      pause_before(try);
    }
    result ready = db_write_session_ready(session);
    if (!is_ok(ready) && session->state == DB_SESSION_LOST && try == 0) {
      continue; /* the pool's connection had been closed: the next turn opens another */
    }
    TRY(ready);
    db_write_gate_enter(session->cluster, try >= TRIES_BESIDE || duplicates > 0);
    enum ending ending = fn_run(session, fn, arg, &outcome);
    (void)pthread_rwlock_unlock(&session->cluster->gate);
    if (ending == IN_DOUBT) {
      bool is_there = false;
      outcome = db_write_doubt_resolve(session, &is_there);
      ending = is_ok(outcome) && !is_there ? AGAIN : DONE;
    }
    if (ending == AGAIN && session->is_held_up) {
      FAIL(DB_CONTENDED, "another has had a row locked all the time that a write may wait for one");
    }
    if (ending == DONE && session->is_failed_late) {
      session->may_defer = false; /* so that the function hears of it, and says what it means */
      ending = AGAIN;
    }
    duplicates += ending == DONE && is_code(outcome, DB_DUPLICATE) && session->is_duplicate;
    if (ending == DONE && (!is_code(outcome, DB_DUPLICATE) || !session->is_duplicate || duplicates == TRIES_DUPLICATE)) {
      return outcome;
    }
    db_write_begin_anew(session);
  }
  FAIL(DB_CONTENDED, "%d times others came between", TRIES_MAX);
}

void db_write_session_end(struct db_session *session) {
  db_write_begin_anew(session);
  session->state = session->state == DB_SESSION_LOST ? DB_SESSION_LOST : DB_SESSION_IDLE;
  db_session_give_back(session);
}

/* In a transaction of its own. */
static result write_alone(struct db_cluster *cluster, bool is_led, db_fn fn, void *arg) {
  struct db_session *session = NULL;
  TRY(db_session_take(cluster, DB_SESSION_WRITES, &session));
  session->is_led = is_led;
  int64_t began_us = clock_monotonic_us();
  result outcome = write_tries(session, fn, arg);
  const struct fault why = *fault_last();
  if (is_ok(outcome)) {
    db_commits_add(&cluster->counted, clock_monotonic_us() - began_us, 1);
    atomic_fetch_add(&cluster->commits, 1);
    atomic_fetch_add(&cluster->writes, 1);
  }
  db_write_session_end(session);
  return is_ok(outcome) ? OK : why.code == outcome.code ? again(&why) : outcome;
}

result db_session_write(struct db_cluster *cluster, bool is_led, db_fn fn, void *arg) {
  if (cluster->mode == DB_READ_ONLY) {
    FAIL(DB_UNAVAILABLE, "the database was opened to read only");
  }
  if (is_writing) {
    FAIL(DB_STATEMENT, "db_write inside a write function");
  }
  result outcome = OK;
  if (!is_led && db_batch_run(cluster, fn, arg, &outcome)) {
    return outcome;
  }
  return write_alone(cluster, is_led, fn, arg);
}

result db_postgres_write(struct db *db, db_fn fn, void *arg) { return db_session_write(db_cluster_of(db), false, fn, arg); }
