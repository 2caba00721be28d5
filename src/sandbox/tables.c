#include "sandbox/sandbox.h"

static const char version_1[] = "CREATE TABLE sandbox_fault (client_id text/public PRIMARY KEY, faults int/public NOT NULL)";

const struct db_migration sandbox_migrations[] = {{"sandbox", 1, version_1}, {0}};
