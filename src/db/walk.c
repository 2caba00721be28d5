#include "db/table.h"

/* A page is a transaction where it is written: large enough that its commit does not count, small enough to be held in memory with everything it
 * holds. */
enum { PAGE_BYTES = 4 << 20, PAGE_ROWS_FIRST = 64, PAGE_ROWS_MAX = 8192 };

static int64_t limit_next(const struct db_page *page) {
  int64_t fits = page->rows > 0 ? PAGE_BYTES / (page->bytes / page->rows + 1) : PAGE_ROWS_FIRST;
  return fits < 1 ? 1 : fits > PAGE_ROWS_MAX ? PAGE_ROWS_MAX : fits;
}

/* The last row of one page is what the next one asks with. */
struct page_arenas {
  struct arena turns[2];
};

static void page_arenas_free(struct page_arenas *arenas) {
  arena_free(&arenas->turns[0]);
  arena_free(&arenas->turns[1]);
}

result db_table_walk(const struct db_walk *walk) {
  struct page_arenas arenas CLEANUP(page_arenas_free) = {0};
  struct db_page_question question = {.table = walk->table, .limit = PAGE_ROWS_FIRST};
  for (int turn = 0;; turn = !turn) {
    struct db_page page = {0};
    arena_reset(&arenas.turns[turn]);
    TRY(db_page_read(walk->tx, &question, &arenas.turns[turn], &page));
    if (page.rows == 0) {
      return OK;
    }
    TRY(walk->fn(walk->context, walk->table, &page));
    question.after = &page.values[(page.rows - 1) * walk->table->column_count];
    question.limit = limit_next(&page);
  }
}
