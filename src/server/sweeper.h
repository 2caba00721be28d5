/* server/sweeper.h: a thread that drops what has run out (account_sweep) when the server starts and every hour. (private to server/)
 * Does not   matter for correctness: every check reads the times itself. A failed round is logged and tried again at the next.
 */
#pragma once
#include "env/env.h"

struct server_sweeper;
/* env must outlive it. */
MUST_USE result server_sweeper_open(struct env *env, struct server_sweeper **ret_sweeper);
/* Finishes the round it is in. NULL is fine. */
void server_sweeper_close(struct server_sweeper **sweeper);
