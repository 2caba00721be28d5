#include <pthread.h>

#include "db/fixture_test.h"

enum { WRITERS = 12, ROUNDS = 16 };

/* What a writer does in a round, by turns. */
enum kind {
  WRITES,
  REFUSES,             /* before it writes */
  WRITES_AND_REFUSES,  /* nothing of it may stay */
  MEETS_A_KEY,         /* a statement that fails spoils the transaction that others are in */
  READS,
  KINDS
};

struct round {
  int64_t writer;
  int64_t number;
};

static enum kind kind_of(const struct round *round) { return (enum kind)((round->writer + round->number) % KINDS); }

static result act(struct db_tx *tx, void *arg) {
  const struct round *round = arg;
  struct note note = {100 + round->writer, 1 + round->number, "of a batch"};
  enum kind kind = kind_of(round);
  if (kind == REFUSES) {
    FAIL(DB_NO_ROW, "refused by writer %lld", (long long)round->writer);
  }
  if (kind == READS) {
    (void)notes_of(tx, 100 + round->writer);
    return OK;
  }
  if (kind == MEETS_A_KEY) {
    note = (struct note){1, 1, "taken"};
  }
  TRY(note_add(tx, &note));
  if (kind == WRITES_AND_REFUSES) {
    FAIL(DB_NO_ROW, "refused by writer %lld", (long long)round->writer);
  }
  return OK;
}

struct writer {
  struct db *db;
  int64_t number;
  pthread_t thread;
  char wrong[200]; /* empty: each round ended as it had to */
};

static void *writer_main(void *arg) {
  static const uint16_t expected[KINDS] = {[REFUSES] = DB_NO_ROW, [WRITES_AND_REFUSES] = DB_NO_ROW, [MEETS_A_KEY] = DB_DUPLICATE};
  struct writer *writer = arg;
  for (int i = 0; i < ROUNDS; i++) {
    struct round round = {writer->number, i};
    char own[48];
    (void)snprintf(own, sizeof own, "refused by writer %lld", (long long)writer->number);
    result ended = db_write(writer->db, act, &round);
    bool is_own = !is_code(ended, DB_NO_ROW) || strcmp(fault_last()->detail, own) == 0;
    if (ended.code != expected[kind_of(&round)] || !is_own) {
      (void)snprintf(writer->wrong, sizeof writer->wrong, "round %d: 0x%04x: %.120s", i, ended.code, is_ok(ended) ? "" : fault_last()->detail);
    }
  }
  return NULL;
}

/* Each of them gets its own outcome and its own failure's words, and what failed has left nothing, whoever it was committed with. */
static void each_of_a_batch_ends_as_it_would_alone(void **state) {
  struct fixture *fixture = *state;
  struct writer writers[WRITERS];
  assert_ok(db_write(fixture->db, note_add, &(struct note){1, 1, "first"}));
  for (int i = 0; i < WRITERS; i++) {
    writers[i] = (struct writer){.db = fixture->db, .number = i};
    assert_int_equal(pthread_create(&writers[i].thread, NULL, writer_main, &writers[i]), 0);
  }
  for (int i = 0; i < WRITERS; i++) {
    (void)pthread_join(writers[i].thread, NULL);
    assert_string_equal(writers[i].wrong, "");
  }
  for (int i = 0; i < WRITERS; i++) {
    int64_t written = 0;
    for (int j = 0; j < ROUNDS; j++) {
      written += kind_of(&(struct round){i, j}) == WRITES;
    }
    assert_int_equal(notes_now(fixture->db, 100 + i), written);
  }
  struct db_figures figures = db_figures(fixture->db);
  assert_true(figures.commits <= figures.writes);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(each_of_a_batch_ends_as_it_would_alone, set_up, tear_down)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
