/* base/pool.h: a bounded pool of threads for CPU-bound work (Argon2id, page layout, import), so that a burst of it cannot starve the
 * workers that answer everybody else.
 *
 * pool_run hands a function to the pool and sleeps until it has returned. The queue is bounded: when it is full the caller is told so at
 * once and nothing runs.
 * Does not   order, cancel or retry; the function must not call pool_run on the same pool.
 * Threads    pool_run from any thread. The caller sleeps meanwhile, so the function may use the caller's arena and stack; its fault record
 *            is carried over to the caller.
 * Errors     BASE_POOL_FULL; else whatever the function returned.
 */
#pragma once
#include "base/result.h"

struct pool;

typedef result (*pool_fn)(void *arg);

struct pool_options {
  const char *name; /* at most 15 bytes: the threads' name */
  int threads;      /* 1..64 */
  int waiting_max;  /* callers that may wait beyond those being served; 0: none */
  bool gives_way;   /* to every other thread that wants the processor: a storm of this work slows nothing else */
  void (*rest)(void); /* called once when no work has come for rest_ms: what was kept for the next can go; NULL: nothing is called */
  int rest_ms;
};

MUST_USE result pool_open(const struct pool_options *options, struct pool **ret_pool);
/* Waits for what is running or waiting, then ends the threads. For CLEANUP; NULL is fine. */
void pool_close(struct pool **pool);
/* pool NULL: runs the function in place (tests and one-shot commands). */
MUST_USE result pool_run(struct pool *pool, pool_fn fn, void *arg);
/* How many functions have been taken in until now. */
uint64_t pool_count(struct pool *pool);
