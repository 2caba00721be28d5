/* What a server does to a session that takes too long, and what a function finds then. Needs DANH_TEST_POSTGRES=postgresql://... */
#include "db/fixture_test.h"

static int set_up_here(void **state) { return db_engine_is_postgres() ? set_up(state) : set_up_empty(state); }

#define POSTGRES_ONLY()           \
  do {                            \
    if (!db_engine_is_postgres()) \
      skip();                     \
  } while (0)

static result told(struct db_tx *tx, const char *sql) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  return db_row(tx, sql, DB_NO_ARGS, &rows);
}

static void a_statement_that_takes_too_long_is_ended_and_the_session_goes_on(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  assert_ok(told(tx, "SELECT set_config('statement_timeout', '50', true)"));
  assert_code(told(tx, "SELECT 1 FROM pg_sleep(20)"), DB_UNAVAILABLE);
  assert_non_null(strstr(fault_last()->detail, "57014"));
  db_read_end(&tx);
  assert_int_equal(notes_now(fixture->db, 1), 0);
}

struct slow {
  struct note note;
  const char *limit; /* of the first run */
  const char *slow;
  int runs;
};

static result slow_write(struct db_tx *tx, void *arg) {
  struct slow *slow = arg;
  if (slow->runs++ == 0) {
    TRY(told(tx, slow->limit));
    TRY(note_add(tx, &slow->note));
    if (slow->slow == NULL) {
      (void)usleep(300 * 1000); /* the process, not the statement */
      return told(tx, "SELECT 1");
    }
    return told(tx, slow->slow);
  }
  return note_add(tx, &slow->note);
}

static void a_write_whose_statement_takes_too_long_fails_and_leaves_nothing(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  struct slow slow = {{6, 1, "too slow"}, "SELECT set_config('statement_timeout', '50', true)", "SELECT 1 FROM pg_sleep(20)", 0};
  result ended = db_write(fixture->db, slow_write, &slow);
  assert_true(is_ok(ended) ? slow.runs > 1 : is_code(ended, DB_UNAVAILABLE)); /* it runs again by itself, and then is not slow */
  assert_int_equal(notes_now(fixture->db, 6), is_ok(ended));
}

static void a_write_that_sleeps_in_its_transaction_is_ended_and_runs_again(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  struct slow slow = {{6, 2, "asleep"}, "SELECT set_config('idle_in_transaction_session_timeout', '50', true)", NULL, 0};
  assert_ok(db_write(fixture->db, slow_write, &slow));
  assert_int_equal(slow.runs, 2);
  assert_int_equal(notes_now(fixture->db, 6), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_statement_that_takes_too_long_is_ended_and_the_session_goes_on, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(a_write_whose_statement_takes_too_long_fails_and_leaves_nothing, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(a_write_that_sleeps_in_its_transaction_is_ended_and_runs_again, set_up_here, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
