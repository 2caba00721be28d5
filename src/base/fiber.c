#include "base/fiber.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fiber_sanitizer.h"
#include "base/fiber_switch.h"
#include "base/fiber_wait.h"
#include "base/own.h"

enum { STACK_BYTES = 512 * 1024 /* of which only what is touched costs memory; handlers keep their data in arenas */ };

struct fiber {
  struct own own;
  struct fiber_switch place;
  struct fiber_host *host;
  struct fiber *next; /* free, ready or posted */
  fiber_fn fn;        /* NULL: it has returned */
  void *arg;
  void *memory; /* a page nobody may touch, and the stack */
  void *stack;
  void *tsan;   /* sees a fiber as a thread */
  void *asan;   /* what it keeps of a stack that was left */
};

struct fiber_host {
  struct fiber_host_options options;
  struct fiber_switch place; /* of the thread, while a fiber runs */
  const void *stack; /* of the thread, as asan knows it */
  size_t stack_bytes;
  void *tsan;
  void *asan;
  struct fiber *free; /* who returned last is first: its stack is warm */
  struct fiber **made;
  int made_count;
  int begun;
  struct fiber *ready;
  struct fiber **ready_last;
  _Atomic(struct fiber *) posted; /* newest first */
  atomic_bool is_asleep;
  atomic_int bells; /* that have still to ring for it: it may not go before */
};

/* ---- changing stacks */

static void enter(struct fiber *fiber) {
  struct fiber_host *host = fiber->host;
  own_set(&fiber->own);
  host->tsan = fiber_tsan_here();
  fiber_asan_leaves(&host->asan, fiber->stack, STACK_BYTES);
  FIBER_TSAN_SWITCH(fiber->tsan);
  fiber_switch_to(&host->place, &fiber->place);
  fiber_asan_arrives(host->asan, NULL, NULL);
  own_set(NULL);
}

void fiber_leave(struct fiber *fiber) {
  struct fiber_host *host = fiber->host;
  fiber_asan_leaves(&fiber->asan, host->stack, host->stack_bytes);
  FIBER_TSAN_SWITCH(host->tsan);
  fiber_switch_to(&fiber->place, &host->place);
  fiber_asan_arrives(fiber->asan, &host->stack, &host->stack_bytes);
}

/* ---- a fiber's life */

static void run_calls(void *arg) {
  struct fiber *fiber = arg;
  fiber_asan_arrives(NULL, &fiber->host->stack, &fiber->host->stack_bytes);
  for (;;) {
    fiber->fn(fiber->arg);
    fiber->fn = NULL;
    fiber_leave(fiber);
  }
}

static struct fiber *make(struct fiber_host *host) {
  size_t guard = (size_t)sysconf(_SC_PAGESIZE);
  void *memory = mmap(NULL, STACK_BYTES + guard, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, guard, PROT_NONE) != 0) {
    abort(); /* as when memory has run out: ADR-0003 */
  }
  struct fiber *fiber = heap_alloc(sizeof *fiber);
  *fiber = (struct fiber){.host = host, .memory = memory, .tsan = fiber_tsan_new()};
  fiber->own.fiber = fiber;
  fiber->stack = (char *)memory + guard;
  fiber_switch_make(fiber->stack, STACK_BYTES, run_calls, fiber, &fiber->place);
  host->made[host->made_count++] = fiber;
  return fiber;
}

static void go_on(struct fiber *fiber) {
  struct fiber_host *host = fiber->host;
  enter(fiber);
  if (fiber->fn == NULL) {
    host->begun--;
    fiber->next = host->free;
    host->free = fiber;
  }
}

bool fiber_begin(struct fiber_host *host, fiber_fn fn, void *arg) {
  if (host->begun == host->options.fibers_max) {
    return false;
  }
  struct fiber *fiber = host->free;
  if (fiber != NULL) {
    host->free = fiber->next;
  } else {
    fiber = make(host);
  }
  host->begun++;
  fiber->own.fault = (struct fault){0};
  fiber->own.trace = (struct trace){.is_sampled = false};
  fiber->fn = fn;
  fiber->arg = arg;
  go_on(fiber);
  return true;
}

/* ---- who can go on */

void fiber_make_ready(struct fiber *fiber) {
  fiber->next = NULL;
  *fiber->host->ready_last = fiber;
  fiber->host->ready_last = &fiber->next;
}

static void take_posted(struct fiber_host *host) {
  struct fiber *posted = atomic_exchange(&host->posted, NULL);
  struct fiber *first = NULL;
  while (posted != NULL) {
    struct fiber *next = posted->next;
    posted->next = first;
    first = posted;
    posted = next;
  }
  while (first != NULL) {
    struct fiber *next = first->next;
    fiber_make_ready(first);
    first = next;
  }
}

void fiber_post(struct fiber *fiber) {
  _Atomic(struct fiber *) *posted = &fiber->host->posted;
  struct fiber *newest = atomic_load(posted);
  do {
    fiber->next = newest;
  } while (!atomic_compare_exchange_weak(posted, &newest, fiber));
}

bool fiber_run(struct fiber_host *host) {
  if (atomic_load_explicit(&host->posted, memory_order_relaxed) != NULL) {
    take_posted(host);
  }
  struct fiber *fiber = host->ready;
  if (fiber == NULL) {
    return false;
  }
  host->ready = fiber->next;
  if (host->ready == NULL) {
    host->ready_last = &host->ready;
  }
  go_on(fiber);
  return true;
}

int fiber_count(const struct fiber_host *host) { return host->begun; }

bool fiber_is_ready(const struct fiber_host *host) { return host->ready != NULL || atomic_load_explicit(&host->posted, memory_order_relaxed) != NULL; }

bool fiber_sleep(struct fiber_host *host) {
  atomic_store(&host->is_asleep, true);
  if (host->ready == NULL && atomic_load(&host->posted) == NULL) {
    return true;
  }
  atomic_store(&host->is_asleep, false);
  return false;
}

void fiber_wake(struct fiber_host *host) { atomic_store(&host->is_asleep, false); }

struct fiber_host *fiber_host_open(const struct fiber_host_options *options) {
  struct fiber_host *host = heap_alloc(sizeof *host);
  host->options = *options;
  host->made = heap_alloc((size_t)options->fibers_max * sizeof *host->made);
  host->ready_last = &host->ready;
  return host;
}

void fiber_host_close(struct fiber_host **slot) {
  struct fiber_host *host = *slot;
  *slot = NULL;
  if (host == NULL) {
    return;
  }
  while (atomic_load(&host->bells) > 0) {
    (void)usleep(100); /* whoever posted the last fiber is about to ring */
  }
  for (int i = 0; i < host->made_count; i++) {
    (void)munmap(host->made[i]->memory, STACK_BYTES + (size_t)sysconf(_SC_PAGESIZE));
    fiber_tsan_free(host->made[i]->tsan);
    free(host->made[i]);
  }
  free(host->made);
  free(host);
}

/* ---- what base/parking.c asks */

struct fiber *fiber_here(void) { return own_here()->fiber; }

struct fiber_host *fiber_host_of(const struct fiber *fiber) { return fiber->host; }

void fiber_host_hold(struct fiber_host *host) { atomic_fetch_add(&host->bells, 1); }

void fiber_host_release(struct fiber_host *host) { atomic_fetch_sub(&host->bells, 1); }

void fiber_host_ring(struct fiber_host *host) {
  if (atomic_exchange(&host->is_asleep, false)) {
    host->options.ring(host->options.app);
  }
}

void fiber_host_await(struct fiber_host *host, int fd, int ms, struct parking *parking) { host->options.await(host->options.app, fd, ms, parking); }
