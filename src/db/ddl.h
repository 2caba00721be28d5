/* db/ddl.h: spells table definitions for SQLite: five type words and four class words become STRICT.
 * (private to db/)
 *
 *   our text                                            SQLite's
 *   CREATE TABLE t (person_id id/public NOT NULL,       CREATE TABLE t (person_id INTEGER NOT NULL,
 *     name text/personal, PRIMARY KEY (person_id,n))      name TEXT, PRIMARY KEY (person_id,n)) STRICT, WITHOUT ROWID
 *   ALTER TABLE t ADD COLUMN seen time/personal         ALTER TABLE t ADD COLUMN seen INTEGER
 *
 * id, int, time: INTEGER; text: TEXT; bytes: BLOB. A key declared for the whole table clusters the rows by it
 * (WITHOUT ROWID): all rows of a person lie together; HEAP behind the columns leaves them in order of arrival. A text or bytes column that is PRIMARY KEY is NOT NULL, which
 * SQLite alone would not insist on.
 * Refuses    what the other engine would read otherwise or not at all: other types, STRICT or WITHOUT ROWID written
 *            out, triggers, DEFERRABLE (its failure would come at COMMIT and strike everyone in the batch),
 *            transactions and pragmas.
 */
#pragma once
#include "db/db.h"

struct db_ddl_column {
  const char *table;
  const char *column;
  const char *class;
  struct db_ddl_column *next;
};

struct db_ddl_statement {
  const char *sql;
  const char *dropped_table; /* NULL, or the table it drops */
  struct db_ddl_column *columns;
  struct db_ddl_statement *next;
};

/* DB_STATEMENT, naming module, version, table and column. */
MUST_USE result db_ddl_spell(const struct db_migration *migration, struct arena *arena,
                             struct db_ddl_statement **ret_statements);
