#include "mandate/mandate.h"

const struct db_migration mandate_migrations[] = {{0}};
