/* server/matcher.h: the matcher behind a Unix socket; doc/matcher.md is its protocol. (private to server/)
 * One connection a question, so a slow engine holds up its own question alone; 10 s each way.
 */
#pragma once
#include "evidence/evidence.h"

/* Lives in the arena. EVIDENCE_MATCHER_AWAY until somebody listens there. */
const struct evidence_matcher *server_matcher_new(struct arena *arena, struct slice socket);
