/* db/table.h: any table of a database, column by column and in the order of its key. (private to db/)
 *
 * Statements are made here at run time, which db.h forbids everybody else: they live as long as the arena, and so must the arena as long as both
 * databases are open.
 */
#pragma once
#include "base/buf.h"
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

/* Every table but the migrator's own, by name: what the columns are is asked of `catalogue`, how many rows of `of`. */
MUST_USE result db_tables_list(struct db_tx *catalogue, struct db_tx *of, struct arena *arena, struct db_tables *ret_tables);

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

/* A value as bytes, the same on both engines: its type (0 NULL, 1 number, 2 text, 3 bytes), eight bytes of number or length, text or bytes. */
enum { DB_VALUE_HEAD_BYTES = 9 };
void db_value_write(const struct db_value *value, struct buf *bytes);
/* Points into `rest`, which moves behind it. DB_BROKEN. */
MUST_USE result db_value_parse(struct slice *rest, struct db_value *ret_value);

/* ---- every row, page by page (walk.c) ---- */

/* What is done with each page of a table. */
typedef result (*db_page_fn)(void *context, const struct db_table *table, const struct db_page *page);
struct db_walk {
  struct db_tx *tx;
  const struct db_table *table;
  db_page_fn fn;
  void *context;
};
MUST_USE result db_table_walk(const struct db_walk *walk);

/* ---- a database that is being filled (fill.c) ---- */

/* From here on every program refuses it, and its tables are empty: what migrations put there comes with the rest. */
MUST_USE result db_fill_begin(struct db *to, const struct db_tables *tables);
MUST_USE result db_fill_page(struct db *to, const struct db_table *table, const struct db_page *page);
MUST_USE result db_fill_end(struct db *to);
