/* base/parking.h: waiting for somebody else: a fiber leaves its thread to others meanwhile (base/fiber.h), any other thread sleeps.
 *
 * Counts     like a semaphore of one waiter: a post before the wait is not lost, and each wait takes one.
 * Threads    whoever made it waits; anybody posts. It lies on the waiter's stack and is gone once it has been posted as often as it is waited for.
 */
#pragma once
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct fiber;
struct fiber_host;

struct parking {
  struct fiber *fiber; /* NULL: a thread */
  atomic_int count;    /* of posts not taken; -1: the fiber waits */
  sem_t woken;
};

void parking_init(struct parking *parking);
void parking_end(struct parking *parking);
void parking_wait(struct parking *parking);

/* Hosts to ring for. Whoever posts many rings once, so that a host wakes to all of them; and rings soon, for until then no host of it can be closed. */
enum { PARKING_HOSTS_MAX = 16 };
struct parking_bell {
  struct fiber_host *hosts[PARKING_HOSTS_MAX];
  size_t count;
};
/* Threads are woken at once. */
void parking_post(struct parking *parking, struct parking_bell *bell);
void parking_ring(struct parking_bell *bell);
/* A fiber's, on its own host's thread: nobody has to be rung for. */
void parking_post_here(struct parking *parking);

/* Whether waiting leaves the thread to others. */
bool parking_is_shared(void);
/* Whoever can go on or begin goes first, once round. Of a fiber; a thread has nobody to let pass. */
void parking_pass(void);
/* Until `fd` can be read, at most `ms`. */
void parking_await(int fd, int ms);
void parking_rest(int ms);
