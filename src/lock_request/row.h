/* lock_request/row.h: what its files share. (private to lock_request/) */
#pragma once
#include "lock_request/lock_request.h"

/* Granted: the lock is set, or the one it names lifted. LOCK_REQUEST_NOT_STANDING, LOCK_REQUEST_DATES; account/'s. */
MUST_USE result lock_request_act(struct env *env, struct db_tx *tx, const struct lock_request *request, const struct account_actor *officer);
/* The ledger line of the state it is in now. */
MUST_USE result lock_request_record(struct env *env, struct db_tx *tx, const struct lock_request *request, const struct account_actor *officer);
MUST_USE result lock_request_of_person(struct db_tx *tx, int64_t person_id, struct arena *arena, struct lock_request_list *ret_list);
