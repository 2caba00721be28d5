#include "base/pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/condition.h"
#include "base/parking.h"
#include "base/sleeping.h"

/* Lives on its caller's stack: the caller sleeps until it is done. */
struct job {
  pool_fn fn;
  void *arg;
  struct job *next;
  struct parking finished;
  result outcome;
  struct fault fault;
};

struct pool {
  pthread_mutex_t lock;
  pthread_cond_t arrived;
  struct job *first;
  struct job *last;
  int waiting_max;
  int accepted; /* running or waiting */
  uint64_t count; /* taken in since the beginning */
  int thread_count;
  bool gives_way;
  bool is_closing;
  bool is_resting; /* nothing has come since rest was called */
  void (*rest)(void);
  int rest_ms;
  pthread_t threads[];
};

static void wait_for_job(struct pool *pool) {
  if (pool->rest == NULL || pool->is_resting) {
    pthread_cond_wait(&pool->arrived, &pool->lock);
    return;
  }
  const struct timespec until = condition_in(pool->rest_ms * INT64_C(1000));
  uint64_t count = pool->count;
  if (pthread_cond_timedwait(&pool->arrived, &pool->lock, &until) == ETIMEDOUT && pool->count == count && pool->accepted == 0) {
    pool->is_resting = true;
    pthread_mutex_unlock(&pool->lock);
    pool->rest();
    pthread_mutex_lock(&pool->lock);
  }
}

static struct job *next_job(struct pool *pool) {
  while (pool->first == NULL && !pool->is_closing) {
    wait_for_job(pool);
  }
  struct job *job = pool->first;
  if (job != NULL) {
    pool->is_resting = false;
    pool->first = job->next;
    if (pool->first == NULL) {
      pool->last = NULL;
    }
  }
  return job;
}

enum { NICE_OF_THOSE_WHO_GIVE_WAY = 10, /* a tenth of the processor where others want it, all of it where nobody does */
       SLICE_NS = 20 * 1000 * 1000 };    /* whoever asks for short pieces is due soon and goes first: these ask for long ones, and are interrupted */

/* This thread alone: so Linux has it. The slice is taken from Linux 6.12 on and means nothing to older ones; idle priority would starve it. */
static void give_way(void) {
  const struct { /* sched_setattr(2), which the C library does not have yet */
    uint32_t size;
    uint32_t policy; /* 0: the usual one */
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t slice_ns, deadline_ns, period_ns;
  } wanted = {.size = sizeof wanted, .nice = NICE_OF_THOSE_WHO_GIVE_WAY, .slice_ns = SLICE_NS};
  if (syscall(SYS_sched_setattr, 0, &wanted, 0) != 0) {
    (void)setpriority(PRIO_PROCESS, 0, NICE_OF_THOSE_WHO_GIVE_WAY);
  }
}

static void *run_jobs(void *arg) {
  struct pool *pool = arg;
  if (pool->gives_way) {
    give_way();
  }
  pthread_mutex_lock(&pool->lock);
  for (struct job *job = next_job(pool); job != NULL; job = next_job(pool)) {
    pthread_mutex_unlock(&pool->lock);
    fault_clear();
    job->outcome = job->fn(job->arg);
    job->fault = *fault_last();
    pthread_mutex_lock(&pool->lock);
    pool->accepted--;
    pthread_mutex_unlock(&pool->lock);
    struct parking_bell bell = {.count = 0};
    parking_post(&job->finished, &bell);
    parking_ring(&bell);
    pthread_mutex_lock(&pool->lock);
  }
  pthread_mutex_unlock(&pool->lock);
  return NULL;
}

result pool_open(const struct pool_options *options, struct pool **ret_pool) {
  int threads = options->threads < 1 ? 1 : options->threads > 64 ? 64 : options->threads;
  struct pool *pool = heap_alloc(sizeof *pool + (size_t)threads * sizeof pool->threads[0]);
  pthread_mutex_init(&pool->lock, NULL);
  condition_init(&pool->arrived);
  pool->gives_way = options->gives_way;
  pool->rest = options->rest;
  pool->rest_ms = options->rest_ms;
  pool->waiting_max = options->waiting_max < 0 ? 0 : options->waiting_max;
  /* signals belong to the main thread */
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = 0;
  while (pool->thread_count < threads && failed == 0) {
    failed = pthread_create(&pool->threads[pool->thread_count], NULL, run_jobs, pool);
    if (failed == 0) {
      pthread_setname_np(pool->threads[pool->thread_count++], options->name);
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failed != 0) {
    pool_close(&pool);
    FAIL(BASE_IO, "a thread of pool %s cannot start: error %d", options->name, failed);
  }
  *ret_pool = pool;
  return OK;
}

void pool_close(struct pool **pool) {
  struct pool *closing = *pool;
  if (closing == NULL) {
    return;
  }
  pthread_mutex_lock(&closing->lock);
  closing->is_closing = true;
  pthread_cond_broadcast(&closing->arrived);
  pthread_mutex_unlock(&closing->lock);
  for (int i = 0; i < closing->thread_count; i++) {
    pthread_join(closing->threads[i], NULL);
  }
  pthread_cond_destroy(&closing->arrived);
  pthread_mutex_destroy(&closing->lock);
  free(closing);
  *pool = NULL;
}

result pool_run(struct pool *pool, pool_fn fn, void *arg) {
  if (pool == NULL) {
    return fn(arg);
  }
  struct job job = {.fn = fn, .arg = arg};
  (void)sleeping_begin();
  pthread_mutex_lock(&pool->lock);
  if (pool->is_closing || pool->accepted >= pool->thread_count + pool->waiting_max) {
    int accepted = pool->accepted;
    pthread_mutex_unlock(&pool->lock);
    sleeping_end();
    FAIL(BASE_POOL_FULL, "%d jobs accepted already", accepted);
  }
  parking_init(&job.finished);
  pool->accepted++;
  pool->count++;
  if (pool->last != NULL) {
    pool->last->next = &job;
  } else {
    pool->first = &job;
  }
  pool->last = &job;
  pthread_mutex_unlock(&pool->lock);
  pthread_cond_signal(&pool->arrived);
  parking_wait(&job.finished);
  sleeping_end();
  parking_end(&job.finished);
  if (!is_ok(job.outcome)) {
    return fault_set(job.fault.file, job.fault.line, job.outcome.code, "%s", job.fault.detail);
  }
  return OK;
}

uint64_t pool_count(struct pool *pool) {
  pthread_mutex_lock(&pool->lock);
  uint64_t count = pool->count;
  pthread_mutex_unlock(&pool->lock);
  return count;
}
