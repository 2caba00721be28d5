#include "base/parking.h"

#include <unistd.h>

#include "base/fiber_wait.h"

bool parking_is_shared(void) { return fiber_here() != NULL; }

void parking_init(struct parking *parking) {
  parking->fiber = fiber_here();
  atomic_init(&parking->count, 0);
  if (parking->fiber == NULL) {
    (void)sem_init(&parking->woken, 0, 0);
  }
}

void parking_end(struct parking *parking) {
  if (parking->fiber == NULL) {
    (void)sem_destroy(&parking->woken);
  }
}

void parking_wait(struct parking *parking) {
  if (parking->fiber == NULL) {
    while (sem_wait(&parking->woken) != 0) {
      continue; /* a signal handler ran */
    }
  } else if (atomic_fetch_sub(&parking->count, 1) <= 0) {
    fiber_leave(parking->fiber);
  }
}

/* The parking may be gone as soon as its count is up. */
void parking_post(struct parking *parking, struct parking_bell *bell) {
  struct fiber *fiber = parking->fiber;
  if (fiber == NULL) {
    (void)sem_post(&parking->woken);
    return;
  }
  struct fiber_host *host = fiber_host_of(fiber);
  fiber_host_hold(host);
  if (atomic_fetch_add(&parking->count, 1) >= 0) {
    fiber_host_release(host);
    return; /* it has not come to wait yet */
  }
  fiber_post(fiber);
  for (size_t i = 0; i < bell->count; i++) {
    if (bell->hosts[i] == host) {
      fiber_host_release(host); /* the bell holds it already */
      return;
    }
  }
  if (bell->count == PARKING_HOSTS_MAX) {
    parking_ring(bell);
  }
  bell->hosts[bell->count++] = host;
}

void parking_post_here(struct parking *parking) {
  if (atomic_fetch_add(&parking->count, 1) < 0) {
    fiber_make_ready(parking->fiber);
  }
}

void parking_ring(struct parking_bell *bell) {
  for (size_t i = 0; i < bell->count; i++) {
    fiber_host_ring(bell->hosts[i]);
    fiber_host_release(bell->hosts[i]);
  }
  bell->count = 0;
}

void parking_pass(void) {
  struct fiber *fiber = fiber_here();
  if (fiber != NULL) {
    fiber_make_ready(fiber);
    fiber_leave(fiber);
  }
}

void parking_await(int fd, int ms) {
  struct fiber *fiber = fiber_here();
  struct parking parking;
  parking_init(&parking);
  fiber_host_await(fiber_host_of(fiber), fd, ms, &parking);
  parking_wait(&parking);
}

void parking_rest(int ms) {
  if (fiber_here() == NULL) {
    (void)usleep((useconds_t)ms * 1000);
  } else {
    parking_await(-1, ms);
  }
}
