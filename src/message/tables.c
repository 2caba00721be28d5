#include "message/message.h"

/* message_rate: when one more code may go out, by a hash of what is limited, so that addresses are not kept there too. */
const struct db_migration message_migrations[] = {
    {"message", 1,
     "CREATE TABLE message (person_id id/public NOT NULL, message_id id/public NOT NULL, kind int/public NOT NULL, channel int/public NOT NULL,"
     " state int/public NOT NULL, address text/personal NOT NULL, purpose text/public NOT NULL, code_id id/public NOT NULL,"
     " subject text/personal NOT NULL, body text/secret NOT NULL, attempts int/public NOT NULL, created_at time/public NOT NULL,"
     " expires_at time/public NOT NULL, next_attempt_at time/public NOT NULL, sent_at time/public, last_error text/public NOT NULL,"
     " reference text/public, PRIMARY KEY (person_id, message_id));"
     "CREATE INDEX message_due ON message (channel, next_attempt_at) WHERE state = 1;"
     "CREATE INDEX message_by_id ON message (message_id);"
     "CREATE INDEX message_by_expiry ON message (expires_at) WHERE body <> '';"
     "CREATE INDEX message_by_reference ON message (reference) WHERE state = 2;"
     "CREATE TABLE message_rate (limited bytes/secret PRIMARY KEY, free_at time/public NOT NULL);"
     "CREATE INDEX message_rate_by_time ON message_rate (free_at);"
     "CREATE TABLE message_limit (name text/public PRIMARY KEY, value int/public NOT NULL)"},
    {0},
};
