#include "oidc/oidc.h"

const struct db_migration oidc_migrations[] = {{0}};
