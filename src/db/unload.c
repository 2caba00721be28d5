/* Every row as bytes, out of one database and into another. */
#include <string.h>

#include "crypto/digest.h"
#include "db/driver.h"
#include "db/table.h"

/* ---- what the tables are ---- */

result db_states_read(struct db_tx *tx, struct arena *arena, struct db_states *ret_states) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT module, version, fingerprint FROM schema_version ORDER BY module", DB_NO_ARGS, &rows));
  ret_states->count = 0;
  while (ret_states->count < DB_STATES_MAX && db_rows_next(&rows)) {
    ret_states->items[ret_states->count++] =
        (struct db_state){arena_cstr(arena, db_text(&rows, 0)), (int)db_int(&rows, 1), db_int(&rows, 2)};
  }
  return rows.status;
}

result db_states_compare(const struct db_states *here, const struct db_states *there) {
  for (size_t i = 0; i < here->count || i < there->count; i++) {
    const struct db_state *one = &here->items[i];
    const struct db_state *other = &there->items[i];
    bool is_same = i < here->count && i < there->count && strcmp(one->module, other->module) == 0 && one->version == other->version &&
                   one->fingerprint == other->fingerprint;
    if (!is_same) {
      FAIL(DB_OTHER_TABLES, "the two are not at the same migrations: %s", i < here->count ? one->module : other->module);
    }
  }
  return OK;
}

/* ---- out ---- */

struct unloading {
  const struct db_unload *unload;
  int64_t done;
  int64_t all;
  struct digest_stream digest; /* of the table */
  int64_t rows;
  struct arena arena; /* a part's bytes */
};

static void unloading_end(struct unloading *unloading) {
  digest_free(&unloading->digest);
  arena_free(&unloading->arena);
}

static result page_unload(void *context, const struct db_table *table, const struct db_page *page) {
  struct unloading *unloading = context;
  const struct db_unload *unload = unloading->unload;
  struct buf bytes;
  arena_reset(&unloading->arena);
  buf_init(&bytes, &unloading->arena, (size_t)page->bytes + 1);
  for (int64_t i = 0; i < page->rows * table->column_count; i++) {
    db_value_write(&page->values[i], &bytes);
  }
  digest_add(&unloading->digest, buf_slice(&bytes));
  unloading->rows += page->rows;
  unloading->done += page->rows;
  if (unload->part != NULL) {
    TRY(unload->part(unload->context, &(const struct db_part){table->name, page->rows, buf_slice(&bytes)}));
  }
  if (unload->progress != NULL) {
    unload->progress(unload->context, unloading->done, unloading->all);
  }
  return OK;
}

result db_unload(const struct db_unload *unload, struct arena *arena, struct db_moved **ret_tables, size_t *ret_count) {
  struct db_tables tables = {0};
  struct unloading unloading CLEANUP(unloading_end) = {.unload = unload};
  if (unload->tx->driver == &db_postgres_driver) { /* counting a large table takes longer than anybody who waits for an answer may */
    TRY(db_run(unload->tx, "SET LOCAL statement_timeout = 0", DB_NO_ARGS, NULL));
  }
  TRY(db_tables_list(unload->tx, unload->tx, arena, &tables));
  struct db_moved *sums = ARENA_ARRAY(arena, struct db_moved, tables.count);
  unloading.all = tables.rows;
  for (size_t i = 0; i < tables.count; i++) {
    unloading.rows = 0;
    digest_begin(&unloading.digest);
    TRY(db_table_walk(&(const struct db_walk){unload->tx, &tables.items[i], page_unload, &unloading}));
    sums[i].table = tables.items[i].name;
    sums[i].rows = unloading.rows;
    digest_end(&unloading.digest, sums[i].digest);
  }
  *ret_tables = sums;
  *ret_count = tables.count;
  return OK;
}

/* ---- in ---- */

struct db_load {
  struct db *to;
  struct db_tables tables;
};

result db_part_next(struct slice *rest, struct db_value *ret_value) { return db_value_parse(rest, ret_value); }

result db_load_begin(struct db *to, struct arena *arena, struct db_load **ret_load) {
  struct db_load *load = ARENA_NEW(arena, struct db_load);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  load->to = to;
  TRY(db_read_begin(to, &tx));
  TRY(db_tables_list(tx, tx, arena, &load->tables));
  db_read_end(&tx);
  TRY(db_fill_begin(to, &load->tables));
  *ret_load = load;
  return OK;
}

static result values_parse(const struct db_table *table, struct slice bytes, struct arena *arena, struct db_page *ret_page) {
  size_t most = bytes.len / DB_VALUE_HEAD_BYTES;
  struct db_page page = {.values = ARENA_ARRAY(arena, struct db_value, most + 1), .bytes = (int64_t)bytes.len};
  size_t count = 0;
  while (bytes.len > 0) {
    struct db_value *value = &page.values[count];
    int type = table->columns[count++ % (size_t)table->column_count].type;
    TRY(db_value_parse(&bytes, value));
    if (value->type != DB_NULL && (int)value->type != type) {
      FAIL(DB_BROKEN, "%s: a value of another type than its column", table->name);
    }
  }
  page.rows = (int64_t)(count / (size_t)table->column_count);
  if (count % (size_t)table->column_count != 0) {
    FAIL(DB_BROKEN, "%s: a row is cut", table->name);
  }
  *ret_page = page;
  return OK;
}

result db_load_part(struct db_load *load, struct slice table, struct slice bytes) {
  struct arena arena CLEANUP(arena_free) = {0};
  for (size_t i = 0; i < load->tables.count; i++) {
    if (slice_is(table, load->tables.items[i].name)) {
      struct db_page page = {0};
      TRY(values_parse(&load->tables.items[i], bytes, &arena, &page));
      return db_fill_page(load->to, &load->tables.items[i], &page);
    }
  }
  FAIL(DB_BROKEN, "rows of a table that there is not: %.*s", SLICE_ARG(table));
}

result db_load_end(struct db_load *load) { return db_fill_end(load->to); }
