/* db/ddl.h: spells table definitions for an engine: five type words and four class words become its own.
 * (private to db/)
 *
 *   our text                                            SQLite's
 *   CREATE TABLE t (person_id id/public NOT NULL,       CREATE TABLE t (person_id INTEGER NOT NULL,
 *     name text/personal, PRIMARY KEY (person_id,n))      name TEXT, PRIMARY KEY (person_id,n)) STRICT, WITHOUT ROWID
 *   ALTER TABLE t ADD COLUMN seen time/personal         ALTER TABLE t ADD COLUMN seen INTEGER
 *                                                       PostgreSQL's
 *                                                       CREATE TABLE t (person_id BIGINT NOT NULL, name TEXT COLLATE "C",
 *                                                         PRIMARY KEY (person_id,n)) PARTITION BY HASH (person_id)
 *                                                       CREATE TABLE t_p0 PARTITION OF t FOR VALUES WITH (MODULUS 4, REMAINDER 0) ...
 *                                                       ALTER TABLE t ADD COLUMN seen BIGINT
 *
 * SQLite     id, int, time: INTEGER; text: TEXT; bytes: BLOB. A key declared for the whole table clusters the rows by it
 *            (WITHOUT ROWID): all rows of a person lie together; HEAP behind the columns leaves them in order of arrival. A text or bytes
 *            column that is PRIMARY KEY is NOT NULL, which SQLite alone would not insist on.
 * PostgreSQL id, int, time: BIGINT; text: TEXT in the order of its bytes, as SQLite has it; bytes: BYTEA. Every table is a heap. A column `id/...
 *            PRIMARY KEY` is an identity. A table whose primary key begins with person_id is divided by it (ddl_partition.h says which).
 * Refuses    what the other engine would read otherwise or not at all: other types, STRICT or WITHOUT ROWID written
 *            out, triggers, DEFERRABLE (its failure would come at COMMIT and strike everyone in the batch),
 *            transactions and pragmas.
 *
 * A table that is to have another key is called otherwise, made anew under its name, filled from what it was, and that dropped, in one migration. An index keeps
 * its name while the old table is there, and its place in the name of a divided table's parts: indexes are made after the DROP, and a divided table cannot be made anew so.
 */
#pragma once
#include "db/db.h"

enum db_engine { DB_ENGINE_SQLITE, DB_ENGINE_POSTGRES };

struct db_ddl_source {
  enum db_engine engine;
  const struct db_migration *migration; /* stands in a list that is ended by {0} */
  int partitions; /* PostgreSQL: parts of a table about people; 0: undivided */
};

struct db_ddl_column {
  const char *table;
  const char *column;
  const char *class;
  struct db_ddl_column *next;
};

struct db_ddl_statement {
  const char *sql;
  const char *dropped_table;     /* NULL, or the table it drops */
  const char *renamed_table;     /* NULL, or the table that it calls renamed_to */
  const char *renamed_to;
  const char *partitioned_table; /* NULL, or the table it makes for parts that follow */
  struct db_ddl_column *columns;
  struct db_ddl_statement *next;
};

/* DB_STATEMENT, naming module, version, table and column. */
MUST_USE result db_ddl_spell(const struct db_ddl_source *source, struct arena *arena, struct db_ddl_statement **ret_statements);
