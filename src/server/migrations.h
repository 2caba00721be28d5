/* server/migrations.h: every module's tables, in layer order. (private to server/) */
#pragma once
#include "db/db.h"

/* All modules' migrations one after the other, ended by {0}; in the arena. */
const struct db_migration *server_migrations_all(struct arena *arena);
