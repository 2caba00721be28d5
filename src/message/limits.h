/* message/limits.h: whether one more code may go out. (private to message/) */
#pragma once
#include "crypto/digest.h"
#include "ledger/ledger.h"
#include "message/message.h"

/* Counts one code against everything it counts against. MESSAGE_TOO_MANY, before anything is written. */
MUST_USE result message_count(struct env *env, struct db_tx *tx, const struct message *message);
