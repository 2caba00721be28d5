/* account/code.h: one-time codes: issued to the people's outbox, stored salted and hashed, used once. (private to account/) */
#pragma once
#include "account/account.h"

/* A new code, the old one dead; the message goes out. */
MUST_USE result account_code_send(struct env *env, struct db_tx *tx, int64_t person_id);
/* ret_right: it was the code; it is used up, its message blanked. A wrong one is counted against the code itself too. */
MUST_USE result account_code_use(struct env *env, struct db_tx *tx, int64_t person_id, struct slice code, bool *ret_right);
