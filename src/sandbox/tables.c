#include "sandbox/sandbox.h"

const struct db_migration sandbox_migrations[] = {{0}};
