/* message/message.h: codes and notices to people: by SMS, by e-mail, within limits. */
#pragma once
#include "env/env.h"

extern const struct db_migration message_migrations[]; /* ended by {0} */
