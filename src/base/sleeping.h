/* base/sleeping.h: a thread says that it is about to wait for somebody else, so that whoever gave it work may wake another in the meantime.
 *
 * Workers are many and cores are few: as many run as there are cores, and one more for each that waits for the disk, the signer or a pool.
 * Does not   wait, or mind who waits: a thread that nobody watches says it to nobody.
 * Threads    the watch is the thread's own.
 */
#pragma once
#include <stdbool.h>

struct sleeping_watch {
  bool (*begins)(void *arg); /* whether others that are watched run on meanwhile */
  void (*ends)(void *arg);
  void *arg;
};
/* For the calling thread, as long as it lives or until NULL. */
void sleeping_watch_set(const struct sleeping_watch *watch);

/* Around a wait; not nested. true: others run on, and may soon want the same. */
bool sleeping_begin(void);
void sleeping_end(void);
