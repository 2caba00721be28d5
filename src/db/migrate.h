/* db/migrate.h: brings the tables forward to what this program knows. (private to db/)
 *
 * Each migration is one transaction that also notes its number in schema_version: one that fails leaves nothing behind.
 * Refuses    a database with a module or version it does not know (DB_TOO_NEW), or whose migrations had another text
 *            (DB_OTHER_TABLES: an applied migration is never edited), another program's database (DB_BROKEN), a column without type word or class (DB_STATEMENT), and, when it may not write, one that
 *            is behind (DB_TOO_OLD).
 */
#pragma once
#include "db/connection.h"

/* may_write: false only compares. */
MUST_USE result db_migrate(struct db_tx *tx, const struct db_migration *migrations, bool may_write);
