/* db/ddl_partition.h: which tables PostgreSQL divides by person. (private to db/)
 *
 * Those whose primary key begins with person_id, and in which every other unique key contains it: PostgreSQL keeps a key unique only within a
 * part. A table with another unique key (mandate_by_id: found by its number alone) stays whole, until a migration makes it anew without that key.
 */
#pragma once
#include "db/db.h"

/* The table of that name that is made first in `from` or after it: all that may speak of it follow, ended by {0}. */
bool db_ddl_is_partitioned(const struct db_migration *from, const char *table);
