/* base/supervisor.h: what systemd and the services it starts tell one another. A line of text to a socket and three environment variables: no
 * library is needed for that.
 *
 * Standard   sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3).
 * Does not   fail: started by hand there is nobody to tell, no socket is passed, and nothing watches.
 * Threads    any; the environment is only read.
 */
#pragma once
#include "base/result.h"

/* "READY=1", "STOPPING=1", "WATCHDOG=1", several on lines of their own. */
void supervisor_notify(const char *state);
/* What a reload begins with; "READY=1" ends it. */
void supervisor_notify_reloading(void);
/* How long we may be silent before we are taken for hung; 0: nobody listens. Tell three times as often. */
int64_t supervisor_watchdog_us(void);

enum { SUPERVISOR_SOCKETS_FIRST = 3, SUPERVISOR_SOCKETS_MAX = 8 };
/* How many sockets that already listen were passed to this very process: SUPERVISOR_SOCKETS_FIRST and the next ones. They are not passed on to children. */
int supervisor_sockets(void);
