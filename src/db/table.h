/* db/table.h: any table of a database, column by column and in the order of its key. (private to db/)
 *
 * Statements are made here at run time, which db.h forbids everybody else: they live as long as the arena, and so must the arena as long as both
 * databases are open.
 */
#pragma once
#include "db/db.h"

enum { DB_TABLE_COLUMNS_MAX = 64, DB_TABLE_KEY_MAX = 8 };

struct db_table_column {
  const char *name;
  int type;     /* of struct db_value */
  int key_place; /* from 1; 0: not in the key */
};

struct db_table {
  const char *name;
  struct db_table_column columns[DB_TABLE_COLUMNS_MAX];
  int column_count;
  int key[DB_TABLE_KEY_MAX]; /* columns, in the key's order */
  int key_count;
  int rows_at_once; /* of insert_many */
  int64_t rows;     /* when the tables were listed */
  const char *empty, *first_page, *next_page, *insert_one, *insert_many;
};

struct db_tables {
  struct db_table *items;
  size_t count;
  int64_t rows;
};

/* Every table but the migrator's own. `file`: of SQLite, whose catalogue says what the columns are; the rows are counted in `of`. */
MUST_USE result db_tables_list(struct db *file, struct db *of, struct arena *arena, struct db_tables *ret_tables);

/* Rows of a table behind a key. */
struct db_page {
  struct db_value *values; /* column_count a row */
  int64_t rows;
  int64_t bytes;
};
/* after: the values of the last row before; NULL: from the first. An empty page: that was all. */
struct db_page_question {
  const struct db_table *table;
  const struct db_value *after;
  int64_t limit;
};
MUST_USE result db_page_read(struct db_tx *tx, const struct db_page_question *question, struct arena *arena, struct db_page *ret_page);
