/* account/memory.h: sessions as they were last read. (private to account/)
 * Whoever changes or ends a session, or the state or level of an account, marks its person in that write (db_mark). */
#pragma once
#include "account/session.h"

struct account_memory_found {
  struct account_session session;
  uint64_t moment; /* db_moment before it was read */
};
/* Does not   look at the clock: a session that is found may have run out. */
bool account_memory_find(struct env *env, const struct account_token_hash *hash, struct account_memory_found *ret_found);
void account_memory_keep(struct env *env, const struct account_token_hash *hash, const struct account_memory_found *found);
