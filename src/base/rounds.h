/* base/rounds.h: threads that look for work in rounds: at once when woken, else after a while.
 *
 * Work that stands in tables is found again whatever happens to a thread; waking only makes it soon.
 * Threads    wake from any; open, add and close from the one that owns it.
 */
#pragma once
#include "base/result.h"

struct rounds;
typedef void (*rounds_fn)(void *arg); /* one round; whatever fails in it waits for the next */

struct rounds *rounds_open(void);
/* A thread of its own, which begins with a round at once. name: up to 15 characters, for those who look at threads. */
MUST_USE result rounds_add(struct rounds *rounds, const char *name, int64_t every_ms, rounds_fn fn, void *arg);
void rounds_wake(struct rounds *rounds);
void rounds_close(struct rounds **rounds); /* waits for the rounds that run; NULL inside is fine */
