#include <string.h>

#include "crypto/digest.h"
#include "db/migrate.h"
#include "db/migrate.h"
#include "db/table.h"

/* A page is a transaction: large enough that its commit does not count, small enough to be held in memory with everything it holds. */
enum { PAGE_BYTES = 4 << 20, PAGE_ROWS_FIRST = 64, PAGE_ROWS_MAX = 8192 };

struct moving {
  const struct db_move *move;
  struct db_tables tables;
  int64_t done;
  int64_t all;
};

static void tell(struct moving *moving, int64_t rows) {
  moving->done += rows;
  if (moving->move->progress != NULL) {
    moving->move->progress(moving->move->context, moving->done, moving->all);
  }
}

static int64_t limit_next(const struct db_page *page) {
  int64_t fits = page->rows > 0 ? PAGE_BYTES / (page->bytes / page->rows + 1) : PAGE_ROWS_FIRST;
  return fits < 1 ? 1 : fits > PAGE_ROWS_MAX ? PAGE_ROWS_MAX : fits;
}

/* ---- the two ends of a move ---- */

/* migrate.c refuses a database in which this row stands. */
static result beginning_write(struct db_tx *tx, void *arg) {
  const struct moving *moving = arg;
  TRY(db_run(tx, "INSERT INTO schema_version (module, version, fingerprint) VALUES ($1, 1, 0)", DB_ARGS(db_of_text(S(DB_MOVING))), NULL));
  for (size_t i = 0; i < moving->tables.count; i++) {
    TRY(db_run(tx, moving->tables.items[i].empty, DB_NO_ARGS, NULL)); /* what migrations put there comes with the rest */
  }
  return OK;
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

struct ending {
  bool is_server;
  struct arena *arena;
};

static result ending_write(struct db_tx *tx, void *arg) {
  const struct ending *ending = arg;
  if (ending->is_server) {
    TRY(numbers_continue(tx, ending->arena));
  }
  return db_run(tx, "DELETE FROM schema_version WHERE module = $1", DB_ARGS(db_of_text(S(DB_MOVING))), NULL);
}

/* ---- rows ---- */

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

/* What is done with each page of a table. */
typedef result (*page_fn)(struct moving *moving, const struct db_table *table, const struct db_page *page, void *arg);

static result page_copy(struct moving *moving, const struct db_table *table, const struct db_page *page, void *arg) {
  (void)arg;
  return db_write(moving->move->to, page_write, &(struct page_write){table, page});
}

static void value_add(struct digest_stream *digest, const struct db_value *value) {
  uint64_t number = value->type == DB_INT ? (uint64_t)value->number : value->bytes.len;
  uint8_t head[9] = {(uint8_t)value->type};
  for (int i = 0; i < 8; i++) {
    head[8 - i] = (uint8_t)(number >> 8 * i);
  }
  digest_add(digest, slice_of(head, sizeof head));
  digest_add(digest, value->bytes);
}

struct table_sum {
  struct digest_stream digest;
  int64_t rows;
};

static void table_sum_free(struct table_sum *sum) { digest_free(&sum->digest); }

static result page_sum(struct moving *moving, const struct db_table *table, const struct db_page *page, void *arg) {
  (void)moving;
  struct table_sum *sum = arg;
  for (int64_t i = 0; i < page->rows * table->column_count; i++) {
    value_add(&sum->digest, &page->values[i]);
  }
  sum->rows += page->rows;
  return OK;
}

/* The last row of one page is what the next one asks with. */
struct page_arenas {
  struct arena turns[2];
};

static void page_arenas_free(struct page_arenas *arenas) {
  arena_free(&arenas->turns[0]);
  arena_free(&arenas->turns[1]);
}

struct walk {
  struct db_tx *tx;
  const struct db_table *table;
  page_fn fn;
  void *arg;
};

static result table_walk(struct moving *moving, const struct walk *walk) {
  struct page_arenas arenas CLEANUP(page_arenas_free) = {0};
  struct db_page_question question = {.table = walk->table, .limit = PAGE_ROWS_FIRST};
  for (int turn = 0;; turn = !turn) {
    struct db_page page = {0};
    arena_reset(&arenas.turns[turn]);
    TRY(db_page_read(walk->tx, &question, &arenas.turns[turn], &page));
    if (page.rows == 0) {
      return OK;
    }
    TRY(walk->fn(moving, walk->table, &page, walk->arg));
    tell(moving, page.rows);
    question.after = &page.values[(page.rows - 1) * walk->table->column_count];
    question.limit = limit_next(&page);
  }
}

static result tables_copy(struct moving *moving) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(moving->move->from, &tx));
  for (size_t i = 0; i < moving->tables.count; i++) {
    TRY(table_walk(moving, &(const struct walk){tx, &moving->tables.items[i], page_copy, NULL}));
  }
  return OK;
}

/* ---- proof ---- */

static result tables_sum(struct moving *moving, struct db *db, struct db_moved *sums) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(db, &tx));
  for (size_t i = 0; i < moving->tables.count; i++) {
    struct table_sum sum CLEANUP(table_sum_free) = {0};
    digest_begin(&sum.digest);
    TRY(table_walk(moving, &(const struct walk){tx, &moving->tables.items[i], page_sum, &sum}));
    sums[i].table = moving->tables.items[i].name;
    sums[i].rows = sum.rows;
    digest_end(&sum.digest, sums[i].digest);
  }
  return OK;
}

/* Both are read again, the source in a new snapshot: a row that was written there meanwhile shows. */
static result proof_make(struct moving *moving, struct arena *arena, struct db_moved **ret_sums) {
  size_t count = moving->tables.count;
  struct db_moved *from = ARENA_ARRAY(arena, struct db_moved, count);
  struct db_moved *to = ARENA_ARRAY(arena, struct db_moved, count);
  TRY(tables_sum(moving, moving->move->from, from));
  TRY(tables_sum(moving, moving->move->to, to));
  for (size_t i = 0; i < count; i++) {
    if (from[i].rows != to[i].rows || memcmp(from[i].digest, to[i].digest, sizeof from[i].digest) != 0) {
      FAIL(DB_MOVE_DIFFERS, "%s: %lld rows in the one, %lld in the other%s", from[i].table, (long long)from[i].rows, (long long)to[i].rows,
           from[i].rows == to[i].rows ? ", not the same" : "");
    }
  }
  *ret_sums = to;
  return OK;
}

/* Module, version and text of every migration. */
static result states_compare(struct db_tx *from, struct db_tx *to) {
  static const char sql[] = "SELECT module, version, fingerprint FROM schema_version ORDER BY module";
  struct db_rows here CLEANUP(db_rows_close) = {0};
  struct db_rows there CLEANUP(db_rows_close) = {0};
  TRY(db_query(from, sql, DB_NO_ARGS, &here));
  TRY(db_query(to, sql, DB_NO_ARGS, &there));
  bool is_more = true;
  while (is_more) {
    is_more = db_rows_next(&here);
    bool is_same = db_rows_next(&there) == is_more && slice_eq(db_text(&here, 0), db_text(&there, 0)) && db_int(&here, 1) == db_int(&there, 1) &&
                   db_int(&here, 2) == db_int(&there, 2);
    if (!is_same) {
      FAIL(DB_OTHER_TABLES, "the two are not at the same migrations: %.*s", SLICE_ARG(db_text(&here, 0)));
    }
  }
  TRY(here.status);
  return there.status;
}

static result states_check(const struct db_move *move) {
  struct db_tx *from CLEANUP(db_read_end) = NULL;
  struct db_tx *to CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(move->from, &from));
  TRY(db_read_begin(move->to, &to));
  return states_compare(from, to);
}

result db_move(const struct db_move *move, struct arena *arena, struct db_moved **ret_tables, size_t *ret_count) {
  struct moving moving = {.move = move};
  bool is_from_file = strcmp(db_engine(move->from), "sqlite") == 0;
  TRY(states_check(move));
  TRY(db_tables_list(is_from_file ? move->from : move->to, move->from, arena, &moving.tables));
  moving.all = 3 * moving.tables.rows;
  TRY(db_write(move->to, beginning_write, &moving));
  TRY(tables_copy(&moving));
  struct db_moved *sums = NULL;
  TRY(proof_make(&moving, arena, &sums));
  struct ending ending = {strcmp(db_engine(move->to), "sqlite") != 0, arena};
  TRY(db_write(move->to, ending_write, &ending));
  *ret_tables = sums;
  *ret_count = moving.tables.count;
  return OK;
}
