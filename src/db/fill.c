#include <string.h>

#include "db/migrate.h"
#include "db/table.h"

/* migrate.c refuses a database in which this row stands. */
static result beginning_write(struct db_tx *tx, void *arg) {
  const struct db_tables *tables = arg;
  TRY(db_run(tx, "INSERT INTO schema_version (module, version, fingerprint) VALUES ($1, 1, 0)", DB_ARGS(db_of_text(S(DB_MOVING))), NULL));
  for (size_t i = 0; i < tables->count; i++) {
    TRY(db_run(tx, tables->items[i].empty, DB_NO_ARGS, NULL));
  }
  return OK;
}

result db_fill_begin(struct db *to, const struct db_tables *tables) {
  struct db_tables emptied = *tables;
  return db_write(to, beginning_write, &emptied);
}

struct page_write {
  const struct db_table *table;
  const struct db_page *page;
};

static result page_write(struct db_tx *tx, void *arg) {
  const struct page_write *write = arg;
  const struct db_table *table = write->table;
  size_t columns = (size_t)table->column_count;
  int64_t step = 0;
  for (int64_t row = 0; row < write->page->rows; row += step) {
    bool is_many = write->page->rows - row >= table->rows_at_once;
    step = is_many ? table->rows_at_once : 1;
    struct db_args args = {&write->page->values[(size_t)row * columns], (size_t)step * columns};
    TRY(db_run(tx, is_many ? table->insert_many : table->insert_one, args, NULL));
  }
  return OK;
}

result db_fill_page(struct db *to, const struct db_table *table, const struct db_page *page) {
  return db_write(to, page_write, &(struct page_write){table, page});
}

/* The engine gives the next number from here on. */
static result numbers_continue(struct db_tx *tx, struct arena *arena) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
               " WHERE a.attidentity <> '' AND c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname",
               DB_NO_ARGS, &rows));
  while (db_rows_next(&rows)) {
    struct slice table = db_text(&rows, 0);
    struct slice column = db_text(&rows, 1);
    struct slice text = arena_printf(arena, "SELECT setval(pg_get_serial_sequence('%.*s', '%.*s'), GREATEST(COALESCE(MAX(%.*s), 0), 0) + 1, false) FROM %.*s",
                                     SLICE_ARG(table), SLICE_ARG(column), SLICE_ARG(column), SLICE_ARG(table));
    struct db_rows set CLEANUP(db_rows_close) = {0};
    TRY(db_row(tx, arena_cstr(arena, text), DB_NO_ARGS, &set));
  }
  return rows.status;
}

static result ending_write(struct db_tx *tx, void *arg) {
  struct arena *arena = arg; /* NULL: the engine sees by itself which numbers are taken */
  if (arena != NULL) {
    TRY(numbers_continue(tx, arena));
  }
  return db_run(tx, "DELETE FROM schema_version WHERE module = $1", DB_ARGS(db_of_text(S(DB_MOVING))), NULL);
}

result db_fill_end(struct db *to) {
  struct arena arena CLEANUP(arena_free) = {0};
  bool is_file = strcmp(db_engine(to), "sqlite") == 0;
  return db_write(to, ending_write, is_file ? NULL : &arena);
}
