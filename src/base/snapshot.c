#include "base/snapshot.h"

#include <stdlib.h>

struct snapshot *snapshot_new(void) {
  struct snapshot *snapshot = heap_alloc(sizeof *snapshot);
  arena_init(&snapshot->arena);
  snapshot->value = NULL;
  atomic_init(&snapshot->holders, 1);
  return snapshot;
}

void snapshot_give(struct snapshot **held) {
  struct snapshot *snapshot = *held;
  *held = NULL;
  if (snapshot != NULL && atomic_fetch_sub(&snapshot->holders, 1) == 1) {
    arena_free(&snapshot->arena);
    free(snapshot);
  }
}

void snapshot_slot_open(struct snapshot_slot *slot) {
  (void)pthread_mutex_init(&slot->lock, NULL);
  slot->now = NULL;
}

void snapshot_slot_close(struct snapshot_slot *slot) {
  snapshot_give(&slot->now);
  (void)pthread_mutex_destroy(&slot->lock);
}

void snapshot_put(struct snapshot_slot *slot, struct snapshot *snapshot) {
  (void)pthread_mutex_lock(&slot->lock);
  struct snapshot *before = slot->now;
  slot->now = snapshot;
  (void)pthread_mutex_unlock(&slot->lock);
  snapshot_give(&before);
}

/* Under the lock, so that the one that stands cannot be freed between being read and being held. */
struct snapshot *snapshot_take(struct snapshot_slot *slot) {
  (void)pthread_mutex_lock(&slot->lock);
  struct snapshot *snapshot = slot->now;
  if (snapshot != NULL) {
    (void)atomic_fetch_add(&snapshot->holders, 1);
  }
  (void)pthread_mutex_unlock(&slot->lock);
  return snapshot;
}
