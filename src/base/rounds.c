#include "base/rounds.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/condition.h"

struct walker {
  struct walker *next;
  struct rounds *rounds;
  rounds_fn fn;
  void *arg;
  pthread_t thread;
  int64_t every_ms;
  uint64_t seen; /* the last wake it has answered */
};

struct rounds {
  struct walker *walkers;
  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t woken;
  uint64_t wakes;
  bool stop;
};

static void wait_for_work(struct walker *walker) {
  struct rounds *rounds = walker->rounds;
  const struct timespec until = condition_in(walker->every_ms * 1000);
  while (rounds->wakes == walker->seen && !rounds->stop) {
    if (pthread_cond_timedwait(&rounds->woken, &rounds->lock, &until) == ETIMEDOUT) {
      break;
    }
  }
  walker->seen = rounds->wakes;
}

static void *run(void *arg) {
  struct walker *walker = arg;
  struct rounds *rounds = walker->rounds;
  (void)pthread_mutex_lock(&rounds->lock);
  while (!rounds->stop) {
    (void)pthread_mutex_unlock(&rounds->lock);
    walker->fn(walker->arg);
    (void)pthread_mutex_lock(&rounds->lock);
    wait_for_work(walker);
  }
  (void)pthread_mutex_unlock(&rounds->lock);
  return NULL;
}

struct rounds *rounds_open(void) {
  struct rounds *rounds = heap_alloc(sizeof *rounds);
  (void)pthread_mutex_init(&rounds->lock, NULL);
  condition_init(&rounds->woken);
  return rounds;
}

result rounds_add(struct rounds *rounds, const char *name, int64_t every_ms, rounds_fn fn, void *arg) {
  struct walker *walker = heap_alloc(sizeof *walker);
  *walker = (struct walker){.next = rounds->walkers, .rounds = rounds, .fn = fn, .arg = arg, .every_ms = every_ms};
  if (pthread_create(&walker->thread, NULL, run, walker) != 0) {
    free(walker);
    FAIL(BASE_IO, "no thread for %s", name);
  }
  (void)pthread_setname_np(walker->thread, name);
  rounds->walkers = walker;
  return OK;
}

void rounds_wake(struct rounds *rounds) {
  (void)pthread_mutex_lock(&rounds->lock);
  rounds->wakes++;
  (void)pthread_cond_broadcast(&rounds->woken);
  (void)pthread_mutex_unlock(&rounds->lock);
}

void rounds_close(struct rounds **slot) {
  struct rounds *rounds = *slot;
  if (rounds == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&rounds->lock);
  rounds->stop = true;
  (void)pthread_cond_broadcast(&rounds->woken);
  (void)pthread_mutex_unlock(&rounds->lock);
  while (rounds->walkers != NULL) {
    struct walker *walker = rounds->walkers;
    rounds->walkers = walker->next;
    (void)pthread_join(walker->thread, NULL);
    free(walker);
  }
  (void)pthread_cond_destroy(&rounds->woken);
  (void)pthread_mutex_destroy(&rounds->lock);
  free(rounds);
  *slot = NULL;
}
