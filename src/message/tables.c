#include "message/message.h"

const struct db_migration message_migrations[] = {{0}};
