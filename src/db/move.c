#include <string.h>

#include "base/clock.h"
#include "db/driver.h"
#include "db/table.h"

struct moving {
  const struct db_move *move;
  struct db_tables tables;
  int64_t done;
  int64_t all;
};

static void tell(const struct moving *moving, int64_t more) {
  if (moving->move->progress != NULL) {
    moving->move->progress(moving->move->context, moving->done + more, moving->all);
  }
}

static result page_copy(void *context, const struct db_table *table, const struct db_page *page) {
  struct moving *moving = context;
  TRY(db_fill_page(moving->move->to, table, page));
  moving->done += page->rows;
  tell(moving, 0);
  return OK;
}

static result tables_copy(struct moving *moving, struct db_tx *tx) {
  for (size_t i = 0; i < moving->tables.count; i++) {
    TRY(db_table_walk(&(const struct db_walk){tx, &moving->tables.items[i], page_copy, moving}));
  }
  return OK;
}

/* ---- proof ---- */

static void tell_read(void *context, int64_t done, int64_t all) {
  (void)all;
  tell(context, done);
}

static result side_sum(struct moving *moving, struct db *db, struct arena *arena, struct db_moved **ret_sums) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  size_t count = 0;
  TRY(db_read_begin(db, &tx));
  TRY(db_unload(&(const struct db_unload){.tx = tx, .progress = tell_read, .context = moving}, arena, ret_sums, &count));
  moving->done += moving->tables.rows;
  if (count != moving->tables.count) {
    FAIL(DB_MOVE_DIFFERS, "%zu tables in the one, %zu in the other", moving->tables.count, count);
  }
  return OK;
}

/* Both are read again, the source in a new snapshot: a row that was written there meanwhile shows. */
static result proof_make(struct moving *moving, struct arena *arena, struct db_moved **ret_sums) {
  struct db_moved *from = NULL;
  struct db_moved *to = NULL;
  TRY(side_sum(moving, moving->move->from, arena, &from));
  TRY(side_sum(moving, moving->move->to, arena, &to));
  for (size_t i = 0; i < moving->tables.count; i++) {
    if (strcmp(from[i].table, to[i].table) != 0 || from[i].rows != to[i].rows || memcmp(from[i].digest, to[i].digest, sizeof from[i].digest) != 0) {
      FAIL(DB_MOVE_DIFFERS, "%s: %lld rows in the one, %lld in the other%s", from[i].table, (long long)from[i].rows, (long long)to[i].rows,
           from[i].rows == to[i].rows ? ", not the same" : "");
    }
  }
  *ret_sums = to;
  return OK;
}

static result states_compare(struct db_tx *from, struct db_tx *to, struct arena *arena) {
  struct db_states here = {0};
  struct db_states there = {0};
  TRY(db_states_read(from, arena, &here));
  TRY(db_states_read(to, arena, &there));
  return db_states_compare(&here, &there);
}

static result states_check(const struct db_move *move, struct arena *arena) {
  struct db_tx *from CLEANUP(db_read_end) = NULL;
  struct db_tx *to CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(move->from, &from));
  TRY(db_read_begin(move->to, &to));
  return states_compare(from, to, arena);
}

static result both_hold(const struct db_move *move) {
  TRY(move->from->driver->hold(move->from));
  return move->to->driver->hold(move->to);
}

result db_move(const struct db_move *move, struct arena *arena, struct db_moved **ret_tables, struct db_move_sum *ret_sum) {
  struct moving moving = {.move = move};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(states_check(move, arena));
  TRY(both_hold(move));
  int64_t began_us = clock_monotonic_us();
  TRY(db_read_begin(move->from, &tx));
  TRY(db_tables_list(tx, tx, arena, &moving.tables));
  moving.all = 3 * moving.tables.rows;
  TRY(db_fill_begin(move->to, &moving.tables));
  TRY(tables_copy(&moving, tx));
  db_read_end(&tx);
  struct db_move_sum sum = {moving.tables.count, moving.tables.rows, clock_monotonic_us() - began_us};
  struct db_moved *sums = NULL;
  TRY(proof_make(&moving, arena, &sums));
  TRY(both_hold(move));
  TRY(db_fill_end(move->to));
  *ret_tables = sums;
  *ret_sum = sum;
  return OK;
}
