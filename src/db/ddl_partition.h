/* db/ddl_partition.h: which tables PostgreSQL divides by person. (private to db/)
 *
 * Those whose primary key begins with person_id, and in which every other unique key contains it: PostgreSQL keeps a key unique only within a
 * part. A table with another unique key (mandate_by_id: found by its number alone) stays whole.
 */
#pragma once
#include "db/db.h"

/* migrations: all that may speak of the table, ended by {0}. */
bool db_ddl_is_partitioned(const struct db_migration *migrations, const char *table);
