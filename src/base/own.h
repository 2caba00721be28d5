/* base/own.h: what a thread has for itself while it works: its fault record, and the trace it works for. A fiber (base/fiber.h) brings its own.
 *
 * Threads    each has one; nothing here is shared.
 */
#pragma once
#include "base/result.h"
#include "base/trace.h"

struct fiber;

struct own {
  struct fault fault;
  struct trace trace;
  struct fiber *fiber; /* NULL: the thread itself */
};

struct own *own_here(void);
/* NULL: the thread's. */
void own_set(struct own *own);
