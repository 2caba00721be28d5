/* base/fiber.h: a call on a stack of its own: where it has to wait for somebody else (base/parking.h), its thread goes on with another. Ten requests that
 * wait for one commit then cost one change of threads, and not twenty.
 *
 * A host     is one thread's, and holds fibers. fiber_begin runs a function until it returns or waits; whoever it waits for has it go on in fiber_run. A
 *            fiber never changes threads, so what is a thread's stays where it was; fault record and trace are each fiber's own.
 * Does not   interrupt anybody: a function that computes or reads for long, or waits in any other way, holds up its whole host. A lock of a thread is never
 *            held where a fiber may wait: the next that wants it would be the same thread.
 * Threads    a host belongs to its thread; parking_post comes from any.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct fiber_host;
struct parking;

typedef void (*fiber_fn)(void *arg);

struct fiber_host_options {
  int fibers_max;
  void *app;
  void (*ring)(void *app); /* from any thread: the host sleeps, and a fiber can go on */
  /* Posts it once `fd` can be read (-1: there is none) or `ms` are over; on the host's thread. */
  void (*await)(void *app, int fd, int ms, struct parking *parking);
};

struct fiber_host *fiber_host_open(const struct fiber_host_options *options);
/* No fiber is in the middle of anything. NULL is fine. */
void fiber_host_close(struct fiber_host **host);

/* false: fibers_max are in the middle of something. */
bool fiber_begin(struct fiber_host *host, fiber_fn fn, void *arg);
/* One that can go on goes on until it waits or returns. false: none can. */
bool fiber_run(struct fiber_host *host);
/* In the middle of something. */
int fiber_count(const struct fiber_host *host);
/* Can go on at once; on the host's thread. */
bool fiber_is_ready(const struct fiber_host *host);

/* The host is about to sleep; false: it must not, somebody can go on. From here to fiber_wake posts ring. */
bool fiber_sleep(struct fiber_host *host);
void fiber_wake(struct fiber_host *host);
