#include "organisation/organisation.h"

const struct db_migration organisation_migrations[] = {{0}};
