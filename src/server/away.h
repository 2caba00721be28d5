/* server/away.h: whether another system that is called again and again can be reached: the log has a line when that changes, and no line for each try. (private to server/)
 * Threads   of any. */
#pragma once
#include <stdatomic.h>

#include "base/clock.h"
#include "base/result.h"

struct server_away {
  const char *failed; /* "delivery.failed": an event of the log, with why */
  const char *resumed;
  atomic_bool is_away;
};
/* Before anything else fails on this thread: the line says what fault_last says. */
void server_away_note(struct server_away *away, const struct clock *clock, result outcome);
