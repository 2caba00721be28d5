/* message/store.h: a row as it is read. (private to message/) */
#pragma once
#include "message/message.h"

#define MESSAGE_COLUMNS                                                                                                                 \
  "person_id, message_id, kind, channel, state, address, purpose, subject, body, attempts, created_at, expires_at, sent_at, last_error"
void message_item_read(const struct db_rows *rows, struct arena *arena, struct message_item *ret_item);
