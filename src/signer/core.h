/* signer/core.h: one request against the policy, the keys and the log. The process and the in-process signer are both
 * made of it. (private to signer/)
 *
 * signer_core_handle decides, signs and gathers the log line; what it answers is known, and may be given out, only after
 * signer_core_commit has succeeded: tokens wait for it, and are signed at once (crypto/key_many.h).
 * Threads    one at a time.
 */
#pragma once
#include "signer/wire.h"

struct signer_core;

/* unsynced: see signer_local_options. */
MUST_USE result signer_core_open(const struct signer_local_options *options, struct signer_core **ret_core);
void signer_core_close(struct signer_core **core);

struct signer_core_reply {
  result outcome;
  struct slice answer; /* empty unless the outcome is good */
};
/* The reply stays where it is until signer_core_commit; the arena is the same for both. */
void signer_core_handle(struct signer_core *core, const struct signer_wire_request *request, struct arena *arena,
                        struct signer_core_reply *reply);
/* After a failure the core is not to be used again: what is in memory may be ahead of the disk. */
MUST_USE result signer_core_commit(struct signer_core *core, struct arena *arena);
struct signer_figures signer_core_figures(const struct signer_core *core);
