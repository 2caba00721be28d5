#include "recovery/recovery.h"

const struct db_migration recovery_migrations[] = {{0}};
