#include "evidence/evidence.h"

const struct db_migration evidence_migrations[] = {{0}};
