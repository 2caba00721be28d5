/* server/clock_watch.h: says in the log when the machine's clock is set, by how much, and when the installation's, which is never set back, has been caught up again. (private to
 * server/) */
#pragma once
#include "base/clock.h"

struct server_clock_watch;

MUST_USE result server_clock_watch_open(const struct clock *clock, struct server_clock_watch **ret_watch);
/* How far it is ahead of the machine's. */
int64_t server_clock_ahead_ms(const struct clock *clock);
void server_clock_watch_close(struct server_clock_watch **watch); /* NULL is fine */
