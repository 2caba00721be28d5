/* base/snapshot.h: what many read and one replaces as a whole: settings that change while requests run.
 *
 * A reader   takes the snapshot that stands, and keeps it as it is until it gives it back, also when another has been put in its place meanwhile. It is freed
 *            when nobody holds it any more.
 * Does not   let anybody change what is in one: it is made whole, and then put.
 * Threads    take, give and put from any.
 */
#pragma once
#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"

struct snapshot {
  struct arena arena; /* holds the value and what it points to */
  const void *value;
  _Atomic unsigned holders;
};
struct snapshot_slot {
  pthread_mutex_t lock;
  struct snapshot *now; /* NULL: none was put yet */
};

/* Held by its maker, who fills it. */
struct snapshot *snapshot_new(void);
void snapshot_give(struct snapshot **snapshot); /* for CLEANUP; NULL inside is fine */

void snapshot_slot_open(struct snapshot_slot *slot);
void snapshot_slot_close(struct snapshot_slot *slot); /* nobody takes any more */
/* Takes over the maker's hold. */
void snapshot_put(struct snapshot_slot *slot, struct snapshot *snapshot);
struct snapshot *snapshot_take(struct snapshot_slot *slot); /* NULL: none was put yet */
