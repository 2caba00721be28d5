/* db/migrate.h: brings the tables forward to what this program knows. (private to db/)
 *
 * Each migration is one transaction that also notes its number in schema_version: one that fails leaves nothing behind.
 * Refuses    a database with a module or version it does not know (DB_TOO_NEW), or whose migrations had another text
 *            (DB_OTHER_TABLES: an applied migration is never edited), or whose tables are not those it says it has (DB_HALF_MADE), another program's database
 *            (DB_BROKEN), a column without type word or class (DB_STATEMENT), and, when it may not write, one that is
 *            behind (DB_TOO_OLD).
 */
#pragma once
#include "db/ddl.h"
#include "db/driver.h"

/* What the engines do otherwise. */
struct db_migrator {
  enum db_engine engine;
  /* Refuses another program's database. is_new: it holds no table yet. */
  result (*owner_check)(struct db_tx *tx, bool *ret_is_new);
  result (*own_begin)(struct db_tx *tx, bool is_new); /* what only this engine needs, before the first table; or what an older program lacked */
  result (*begin)(struct db_tx *tx);
  result (*commit)(struct db_tx *tx);
  void (*rollback)(struct db_tx *tx); /* harmless when the engine has done so already */
  result (*execute)(struct db_tx *tx, const char *sql);
  const char *unclassed; /* one row (table, column) of a column without a class */
  const char *missing;   /* one row (table, column) of a column in the catalogue that no table has; NULL: not looked for */
};

extern const struct db_migrator db_sqlite_migrator;
extern const struct db_migrator db_postgres_migrator;

struct db_course {
  const struct db_migrator *engine;
  struct db_tx *tx;
  const struct db_migration *all;
  int partitions; /* ddl.h */
};

/* A row of schema_version, as if a module, while a database is being filled with another's rows: every program refuses it. */
#define DB_MOVING "db_move"

/* may_write: false only compares. */
MUST_USE result db_migrate(const struct db_course *course, bool may_write);
