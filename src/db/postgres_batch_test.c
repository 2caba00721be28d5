#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>

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
    struct db_rows rows CLEANUP(db_rows_close) = {0}; /* may fail for another's statement, which was sent and not waited for */
    return db_row(tx, "SELECT count(*) FROM note WHERE person_id = $1", DB_ARGS(db_of_int(100 + round->writer)), &rows);
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

/* ---- a row that somebody else has locked ---- */

enum { HELD_UP = 5 /* more than batches run side by side */, OTHERS = 20, BOUND_MS = 8000 /* less than a function waits for a row */ };

static void server_tell(PGconn *server, const char *sql) {
  PGresult *answer = PQexec(server, sql);
  assert_true(PQresultStatus(answer) == PGRES_COMMAND_OK || PQresultStatus(answer) == PGRES_TUPLES_OK);
  PQclear(answer);
}

static int64_t server_count(PGconn *server, const char *sql) {
  PGresult *answer = PQexec(server, sql);
  assert_int_equal(PQresultStatus(answer), PGRES_TUPLES_OK);
  int64_t count = strtoll(PQgetvalue(answer, 0, 0), NULL, 10);
  PQclear(answer);
  return count;
}

static result tag_note(struct db_tx *tx, void *arg) {
  int64_t changed = 0;
  return db_run(tx, "UPDATE tag SET note = note + $1 WHERE name = 'it''s'", DB_ARGS(db_of_int(*(const int64_t *)arg)), &changed);
}

static void *held_up_main(void *arg) {
  int64_t one = 1;
  for (int i = 0; i < 3; i++) { /* what a caller does who is told that nothing was written */
    if (is_ok(db_write(arg, tag_note, &one))) {
      return NULL;
    }
  }
  return arg;
}

struct going_on {
  struct db *db;
  atomic_int done;
};

static void *others_main(void *arg) {
  struct going_on *going_on = arg;
  for (int i = 0; i < OTHERS; i++) {
    struct note note = {7, 1 + i, "not held up"};
    going_on->done += is_ok(db_write(going_on->db, note_add, &note));
  }
  return NULL;
}

static void a_row_locked_elsewhere_holds_up_only_who_wants_it(void **state) {
  struct fixture *fixture = *state;
  if (!db_engine_is_postgres()) {
    skip();
  }
  PGconn *operator = PQconnectdb(fixture->place);
  struct db *db CLEANUP(db_close) = NULL;
  const struct db_options options = {.path = fixture->place, .mode = DB_WRITE, .migrations = note_migrations, .readers = 2, .writers = 2 * (HELD_UP - 1)};
  assert_ok(db_open(&options, &db));
  server_tell(operator, "BEGIN");
  server_tell(operator, "UPDATE tag SET note = 40 WHERE name = 'it''s'");
  pthread_t held_up[HELD_UP];
  pthread_t others;
  for (int i = 0; i < HELD_UP; i++) {
    assert_int_equal(pthread_create(&held_up[i], NULL, held_up_main, db), 0);
  }
  PGconn *watcher = PQconnectdb(fixture->place);
  for (int i = 0; server_count(watcher, "SELECT count(*) FROM pg_locks WHERE NOT granted") == 0; i++) {
    assert_true(i < BOUND_MS);
    (void)usleep(1000);
  }
  struct going_on going_on = {.db = db};
  assert_int_equal(pthread_create(&others, NULL, others_main, &going_on), 0);
  for (int i = 0; i < BOUND_MS && going_on.done < OTHERS; i++) {
    (void)usleep(1000);
  }
  assert_int_equal(going_on.done, OTHERS); /* while the row is locked still */
  server_tell(operator, "COMMIT");
  (void)pthread_join(others, NULL);
  for (int i = 0; i < HELD_UP; i++) {
    void *failed = NULL;
    (void)pthread_join(held_up[i], &failed);
    assert_null(failed);
  }
  assert_int_equal(server_count(watcher, "SELECT note FROM tag WHERE name = 'it''s'"), 40 + HELD_UP);
  PQfinish(watcher);
  PQfinish(operator);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(each_of_a_batch_ends_as_it_would_alone, set_up, tear_down),
                                     cmocka_unit_test_setup_teardown(a_row_locked_elsewhere_holds_up_only_who_wants_it, set_up, tear_down)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
