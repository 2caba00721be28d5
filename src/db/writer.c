#include "db/writer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/cores.h"
#include "base/parking.h"
#include "base/sleeping.h"
#include "db/marks.h"
#include "db/pool.h"

enum {
  BATCH_MAX = 512,  /* bounds how long the first in a batch waits for the last */
  QUEUE_MAX = 4096, /* every one of them is a sleeping thread: more means that storage has stopped */
  GATHER_FROM = 4,  /* a batch after one this large waits a moment for those just released */
  GATHER_ENOUGH = 32, /* so many, and it does not wait for those who are at work */
  GATHER_US_MAX = 2000,
  GATHER_PATIENCE_US_MAX = 6000,
  GATHER_A_COMMIT = 2, /* for every so many of the last batch it waits as long as a commit takes */
  IDLE_MS = 200,              /* after so long without a write the log is carried over */
  PAGES_IDLE = 64,            /* ... if it holds at least this much */
  PAGES_BUSY = 16 * 1024,     /* 64 MiB: carried over even under load; a page that changes again and again is carried once */
  PAGES_TOO_LONG = 64 * 1024, /* 256 MiB: waits for readers so that the log starts again from its beginning */
  RESTART_WAIT_MS = 100,
  WRITER_NICE = -10,
};

struct request {
  db_fn fn;
  void *arg;
  result outcome;
  struct fault fault; /* the writer thread's, handed to the caller's */
  struct parking done;
  bool is_two; /* it is told twice: when fn has run, and when that is durable */
  bool is_told;
  result ran; /* outcome, as it was then */
  struct parking ran_through;
  struct request *next;
};

struct db_writer {
  struct db_connection *tx;
  pthread_t thread;
  atomic_bool broken; /* after a failed commit or checkpoint of the disk's making: no write until restart */
  struct db_commits counted;
  atomic_uint_fast64_t commits;
  atomic_uint_fast64_t writes;
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t wake;
  struct request *first;
  struct request **last;
  int waiting;
  bool others_run; /* when the last of them came: callers of the same kind, who may soon come too */
  bool stopping;
  int last_batch;
  int wanted;        /* while it gathers: so many, and it need not wait any longer; 0: it does not gather */
  /* the thread's own */
  int64_t commit_us; /* smoothed */
  int carried_pages; /* of the log, already in the database file */
  bool gives_way;    /* to everybody, but while it commits */
};

static void outcome_set(struct request *request, result outcome) {
  request->outcome = outcome;
  if (!is_ok(outcome)) {
    const struct fault *fault = fault_last();
    request->fault =
        fault->code == outcome.code
            ? *fault
            : (struct fault){.file = __FILE__, .line = __LINE__, .code = outcome.code, .detail = "no detail given"};
  }
}

/* What became of the transaction. */
enum standing {
  STANDS,
  SPOILT, /* it holds part of what a function that failed has written */
  GONE,   /* SQLite undid everything: no space, no memory or an I/O error */
};

static void call(struct db_writer *writer, struct request *request) {
  outcome_set(request, request->fn(&writer->tx->tx, request->arg));
  if (writer->tx->in_use > 0) {
    db_statements_give_back_all(writer->tx);
  }
}

/* Functions that refuse do so before they write, nearly always. */
static enum standing run_bare(struct db_writer *writer, struct request *request) {
  int64_t changes = sqlite3_total_changes64(writer->tx->handle);
  call(writer, request);
  if (sqlite3_get_autocommit(writer->tx->handle) != 0) {
    return GONE;
  }
  return is_ok(request->outcome) || sqlite3_total_changes64(writer->tx->handle) == changes ? STANDS : SPOILT;
}

/* Between a savepoint and its release: SQLite then copies every page once more before it is changed. */
static enum standing run_guarded(struct db_writer *writer, struct request *request) {
  struct db_connection *tx = writer->tx;
  result opened = db_control(tx, "SAVEPOINT one");
  if (!is_ok(opened)) {
    outcome_set(request, opened);
    return sqlite3_get_autocommit(tx->handle) != 0 ? GONE : STANDS;
  }
  call(writer, request);
  if (sqlite3_get_autocommit(tx->handle) != 0) {
    return GONE;
  }
  if (!is_ok(request->outcome) && !is_ok(db_control(tx, "ROLLBACK TO one"))) {
    return GONE;
  }
  result released = db_control(tx, "RELEASE one");
  if (!is_ok(released) && is_ok(request->outcome)) {
    outcome_set(request, released);
  }
  return is_ok(released) ? STANDS : GONE;
}

typedef enum standing (*run_fn)(struct db_writer *writer, struct request *request);

static enum standing batch_call(struct db_writer *writer, struct request *batch, run_fn run) {
  enum standing standing = STANDS;
  for (struct request *each = batch; each != NULL && standing == STANDS; each = each->next) {
    standing = run(writer, each);
  }
  return standing;
}

static void batch_fail(struct request *batch, result outcome) {
  for (struct request *each = batch; each != NULL; each = each->next) {
    if (is_ok(each->outcome)) {
      outcome_set(each, outcome);
    }
  }
}

static result batch_commit(struct db_writer *writer) {
  result outcome = db_control(writer->tx, "COMMIT");
  if (is_ok(outcome)) {
    return OK;
  }
  int code = sqlite3_extended_errcode(writer->tx->handle);
  struct fault fault = *fault_last();
  if (sqlite3_get_autocommit(writer->tx->handle) == 0) {
    (void)!is_ok(db_control(writer->tx, "ROLLBACK"));
  }
  if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CORRUPT) {
    atomic_store(&writer->broken, true);
  }
  uint16_t told = fault.code == DB_FULL || fault.code == DB_BROKEN ? fault.code : DB_UNAVAILABLE;
  return fault_set(fault.file, fault.line, told, "%s", fault.detail);
}

/* Without savepoints first. When a function has failed after it wrote, everything is undone and runs again, each
 * between savepoints, so that only what that one wrote is lost. */
static result batch_call_all(struct db_writer *writer, struct request *batch, enum standing *ret_standing) {
  *ret_standing = batch_call(writer, batch, run_bare);
  if (*ret_standing != SPOILT) {
    return OK;
  }
  TRY(db_control(writer->tx, "ROLLBACK"));
  TRY(db_control(writer->tx, "BEGIN IMMEDIATE"));
  *ret_standing = batch_call(writer, batch, run_guarded);
  return OK;
}

static void be_nice(int nice) { (void)setpriority(PRIO_PROCESS, (id_t)gettid(), nice); } /* on Linux of a thread */

static void batch_tell_ran(struct request *batch) {
  struct parking_bell bell = {.count = 0};
  for (struct request *each = batch; each != NULL; each = each->next) {
    if (each->is_two && !each->is_told) {
      each->is_told = true;
      each->ran = each->outcome;
      parking_post(&each->ran_through, &bell);
    }
  }
  parking_ring(&bell);
}

/* Those of two parts go on beside the disk. On a single core they would do so in place of this thread, which has the disk still to set to work. */
static result batch_commit_beside(struct db_writer *writer, struct request *batch) {
  if (writer->gives_way) {
    be_nice(WRITER_NICE);
  }
  batch_tell_ran(batch);
  result committed = batch_commit(writer);
  if (writer->gives_way) {
    be_nice(0);
  }
  return committed;
}

static result batch_run(struct db_writer *writer, struct request *batch) {
  if (atomic_load(&writer->broken)) {
    FAIL(DB_UNAVAILABLE, "the disk failed a write: no more until the process has been started anew");
  }
  TRY(db_control(writer->tx, "BEGIN IMMEDIATE"));
  enum standing standing = STANDS;
  TRY(batch_call_all(writer, batch, &standing));
  if (standing == GONE) {
    struct fault fault = *fault_last();
    if (sqlite3_get_autocommit(writer->tx->handle) == 0) {
      (void)!is_ok(db_control(writer->tx, "ROLLBACK"));
    }
    return fault_set(fault.file, fault.line, fault.code == DB_FULL ? DB_FULL : DB_UNAVAILABLE, "batch undone: %s",
                     fault.detail);
  }
  return batch_commit_beside(writer, batch);
}

static void batch_finish(struct db_writer *writer, struct request *batch, result outcome, int64_t took_us) {
  if (is_ok(outcome)) {
    uint64_t kept = 0;
    for (struct request *each = batch; each != NULL; each = each->next) {
      kept += is_ok(each->outcome);
    }
    if (kept > 0) {
      db_commits_add(&writer->counted, took_us, kept);
      atomic_fetch_add(&writer->commits, 1);
      atomic_fetch_add(&writer->writes, kept);
    }
  } else {
    batch_fail(batch, outcome);
  }
  db_marks_tell(writer->tx->marks);
  batch_tell_ran(batch); /* where there was no commit */
  struct parking_bell bell = {.count = 0};
  for (struct request *each = batch; each != NULL;) {
    struct request *next = each->next; /* the request is on its caller's stack and gone once posted */
    parking_post(&each->done, &bell);
    each = next;
  }
  parking_ring(&bell);
}

static void checkpoint(struct db_writer *writer, int mode) {
  int log_pages = 0;
  int carried = 0;
  struct db_file *pool = writer->tx->pool;
  db_pool_change_begin(pool);
  db_pool_snapshots_end(pool);
  int status = sqlite3_wal_checkpoint_v2(writer->tx->handle, NULL, mode, &log_pages, &carried);
  db_pool_change_end(pool);
  if ((status & 0xff) == SQLITE_IOERR || (status & 0xff) == SQLITE_CORRUPT) {
    /* The log still holds everything. Another fsync of the database file might falsely succeed, so the log must not
     * start again. */
    atomic_store(&writer->broken, true);
  }
  /* When readers or a full disk stood in the way, try again only after as many pages more. */
  writer->carried_pages = writer->tx->wal_pages;
}

static int pages_to_carry(const struct db_writer *writer) {
  int pages = writer->tx->wal_pages;
  return pages >= writer->carried_pages ? pages - writer->carried_pages
                                        : pages; /* fewer than carried: the log began anew */
}

static void checkpoint_if_long(struct db_writer *writer) {
  if (writer->tx->wal_pages < writer->carried_pages) {
    writer->carried_pages = 0;
  }
  if (pages_to_carry(writer) < PAGES_BUSY || atomic_load(&writer->broken)) {
    return;
  }
  if (writer->tx->wal_pages < PAGES_TOO_LONG) {
    checkpoint(writer, SQLITE_CHECKPOINT_PASSIVE);
    return;
  }
  (void)sqlite3_busy_timeout(writer->tx->handle, RESTART_WAIT_MS);
  checkpoint(writer, SQLITE_CHECKPOINT_RESTART);
  (void)sqlite3_busy_timeout(writer->tx->handle, RESTART_WAIT_MS * 50);
}

static void wait_us(struct db_writer *writer, int64_t us) {
  const struct timespec until = condition_in(us);
  (void)pthread_cond_timedwait(&writer->wake, &writer->mutex, &until);
}

/* Where a core is busy with others' requests, which will want to write as well, a commit for this one alone would take the time of theirs: it
 * waits as long as a commit takes, and no longer than anybody is at work. */
static bool is_worth_waiting(const struct db_writer *writer) { return writer->others_run && writer->waiting < GATHER_ENOUGH; }

/* The more come, the longer: a commit's own cost, the sync above all, is then shared by many, and the processor has others to serve meanwhile. */
static int64_t patience_us(const struct db_writer *writer) {
  int commits = writer->last_batch / GATHER_A_COMMIT;
  int64_t us = writer->commit_us < GATHER_US_MAX ? writer->commit_us : GATHER_US_MAX;
  us *= commits > 1 ? commits : 1;
  return us < GATHER_PATIENCE_US_MAX ? us : GATHER_PATIENCE_US_MAX;
}

/* Those released by the last commit are about to come back. Without a short wait the first of them would get an
 * fsync of its own and the rest would wait for the next. Waits at most a quarter of what a commit costs. Called with
 * the mutex held. */
static void gather(struct db_writer *writer) {
  bool is_busy = is_worth_waiting(writer);
  int64_t quarter_us = writer->commit_us / 4 < GATHER_US_MAX ? writer->commit_us / 4 : GATHER_US_MAX;
  int64_t budget_us = is_busy ? patience_us(writer) : quarter_us;
  if ((!is_busy && writer->last_batch < GATHER_FROM) || budget_us < 20) {
    return;
  }
  int64_t until = clock_monotonic_us() + budget_us;
  int before = 0;
  writer->wanted = is_busy ? GATHER_ENOUGH : writer->last_batch;
  while (writer->waiting < writer->wanted && writer->waiting > before && (!is_busy || writer->others_run) && !writer->stopping) {
    int64_t left = until - clock_monotonic_us();
    if (left <= 0) {
      break;
    }
    before = is_busy ? writer->waiting : 0; /* nobody in a commit's time: nobody else is about to come */
    wait_us(writer, left < writer->commit_us || !is_busy ? left : writer->commit_us);
  }
  writer->wanted = 0;
}

/* NULL: stopping, and nothing is left. */
static struct request *batch_take(struct db_writer *writer) {
  (void)pthread_mutex_lock(&writer->mutex);
  while (writer->first == NULL && !writer->stopping) {
    if (pages_to_carry(writer) < PAGES_IDLE || atomic_load(&writer->broken)) {
      (void)pthread_cond_wait(&writer->wake, &writer->mutex);
      continue;
    }
    wait_us(writer, (int64_t)IDLE_MS * 1000);
    if (writer->first == NULL && !writer->stopping) {
      (void)pthread_mutex_unlock(&writer->mutex);
      checkpoint(writer, SQLITE_CHECKPOINT_PASSIVE);
      (void)pthread_mutex_lock(&writer->mutex);
    }
  }
  if (writer->first != NULL) {
    gather(writer);
  }
  struct request *batch = writer->first;
  struct request **end = &writer->first;
  int size = 0;
  while (*end != NULL && size < BATCH_MAX) {
    end = &(*end)->next;
    size++;
  }
  writer->first = *end;
  *end = NULL;
  if (writer->first == NULL) {
    writer->last = &writer->first;
  }
  writer->waiting -= size;
  writer->last_batch = size;
  (void)pthread_mutex_unlock(&writer->mutex);
  return batch;
}

/* Nobody waits for so few as for this thread: as the loops (http/server.c). On a single core it gives way to them: they find it more to commit at once. */
static void take_precedence(struct db_writer *writer) {
  writer->gives_way = cores_count() == 1;
  if (!writer->gives_way) {
    be_nice(WRITER_NICE);
  }
}

static void *writer_main(void *context) {
  struct db_writer *writer = context;
  struct db_file *pool = writer->tx->pool;
  take_precedence(writer);
  for (struct request *batch = batch_take(writer); batch != NULL; batch = batch_take(writer)) {
    int64_t began = clock_monotonic_us();
    db_pool_change_begin(pool);
    if (pages_to_carry(writer) == 0) { /* the log begins anew, unless somebody reads it */
      db_pool_snapshots_end(pool);
    }
    result outcome = batch_run(writer, batch);
    db_pool_change_end(pool);
    int64_t took_us = clock_monotonic_us() - began;
    writer->commit_us += (took_us - writer->commit_us) / 8;
    batch_finish(writer, batch, outcome, took_us);
    checkpoint_if_long(writer);
  }
  return NULL;
}

result db_writer_take_over(struct db_connection *tx) {
  int status = sqlite3_wal_checkpoint_v2(tx->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  if ((status & 0xff) == SQLITE_BUSY) {
    FAIL(DB_LOCKED, "another process still reads the log that was left behind");
  }
  return status == SQLITE_OK ? OK : db_failure(tx, status, "checkpoint of the log that was left behind");
}

result db_writer_start(struct db_connection *tx, struct db_writer **ret_writer) {
  struct db_writer *writer = heap_alloc(sizeof *writer);
  writer->tx = tx;
  writer->last = &writer->first;
  condition_init(&writer->wake);
  (void)pthread_mutex_init(&writer->mutex, NULL);
  if (pthread_create(&writer->thread, NULL, writer_main, writer) != 0) {
    free(writer);
    FAIL(DB_UNAVAILABLE, "no thread for the writer");
  }
  (void)pthread_setname_np(writer->thread, "writer");
  *ret_writer = writer;
  return OK;
}

void db_writer_stop(struct db_writer *writer) {
  (void)pthread_mutex_lock(&writer->mutex);
  writer->stopping = true;
  (void)pthread_cond_broadcast(&writer->wake);
  (void)pthread_mutex_unlock(&writer->mutex);
  (void)pthread_join(writer->thread, NULL);
  if (!atomic_load(&writer->broken)) {
    /* The file alone is then the whole database, unless another process still reads the log. */
    (void)sqlite3_busy_timeout(writer->tx->handle, RESTART_WAIT_MS);
    checkpoint(writer, SQLITE_CHECKPOINT_TRUNCATE);
  }
  db_connection_close(writer->tx);
  (void)pthread_cond_destroy(&writer->wake);
  (void)pthread_mutex_destroy(&writer->mutex);
  free(writer);
}

static result enqueue(struct db_writer *writer, struct request *request, bool others_run) {
  (void)pthread_mutex_lock(&writer->mutex);
  bool is_full = writer->waiting >= QUEUE_MAX;
  bool is_stopping = writer->stopping;
  bool wakes = false;
  if (!is_full && !is_stopping) {
    *writer->last = request;
    writer->last = &request->next;
    writer->waiting++;
    writer->others_run = others_run;
    wakes = writer->waiting == 1 || (writer->wanted > 0 && (writer->waiting >= writer->wanted || !others_run));
  }
  (void)pthread_mutex_unlock(&writer->mutex);
  if (wakes) {
    (void)pthread_cond_signal(&writer->wake);
  }
  if (is_full || is_stopping) {
    FAIL(DB_UNAVAILABLE, is_full ? "%d writes wait already" : "stopping", QUEUE_MAX);
  }
  return OK;
}

/* The caller waits from here on. */
static result hand_over(struct db_writer *writer, struct request *request) {
  if (pthread_equal(pthread_self(), writer->thread)) {
    FAIL(DB_STATEMENT, "db_write inside a write function would wait for itself");
  }
  parking_init(&request->done);
  parking_init(&request->ran_through);
  bool others_run = sleeping_begin();
  result queued = enqueue(writer, request, others_run);
  if (!is_ok(queued)) {
    sleeping_end();
    parking_end(&request->ran_through);
    parking_end(&request->done);
  }
  return queued;
}

static result await_end(struct request *request) {
  parking_wait(&request->done);
  sleeping_end();
  parking_end(&request->ran_through);
  parking_end(&request->done);
  if (!is_ok(request->outcome)) {
    return fault_set(request->fault.file, request->fault.line, request->outcome.code, "%s", request->fault.detail);
  }
  return OK;
}

result db_writer_run(struct db_writer *writer, db_fn fn, void *arg) {
  struct request request = {.fn = fn, .arg = arg};
  TRY(hand_over(writer, &request));
  return await_end(&request);
}

result db_writer_begin(struct db_writer *writer, db_fn fn, void *arg, void **ret_writing) {
  struct request *request = heap_alloc(sizeof *request);
  *request = (struct request){.fn = fn, .arg = arg, .is_two = true};
  result outcome = hand_over(writer, request);
  if (!is_ok(outcome)) {
    free(request);
    return outcome;
  }
  parking_wait(&request->ran_through);
  *ret_writing = request;
  if (!is_ok(request->ran)) {
    return db_writer_end(request);
  }
  sleeping_end();
  return OK;
}

result db_writer_end(void *writing) {
  struct request *request = writing;
  bool has_run = is_ok(request->ran);
  if (has_run) {
    (void)sleeping_begin();
  }
  result outcome = await_end(request);
  free(request);
  return outcome;
}

bool db_writer_is_broken(struct db_writer *writer) { return atomic_load(&writer->broken); }

struct db_figures db_writer_figures(struct db_writer *writer) {
  return (struct db_figures){.commits = atomic_load(&writer->commits), .writes = atomic_load(&writer->writes), .commit_took = &writer->counted.took, .commit_sizes = &writer->counted.sizes};
}
