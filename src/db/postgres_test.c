/* What only PostgreSQL has: conflicts, lost connections, leaders. Needs DANH_TEST_POSTGRES=postgresql://... */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "db/fixture_test.h"

#define POSTGRES_ONLY()           \
  do {                            \
    if (!db_engine_is_postgres()) \
      skip();                     \
  } while (0)

static int set_up_here(void **state) { return db_engine_is_postgres() ? set_up(state) : set_up_empty(state); }

/* By another connection, as an operator would. *ret_answer: the first cell, if wanted. */
static void operate(const struct fixture *fixture, const char *sql, char *ret_answer, size_t size) {
  PGconn *handle = PQconnectdb(fixture->place);
  assert_int_equal(PQstatus(handle), CONNECTION_OK);
  PGresult *answer = PQexec(handle, sql);
  if (PQresultStatus(answer) == PGRES_FATAL_ERROR) {
    fail_msg("%s: %s", sql, PQerrorMessage(handle));
  }
  if (ret_answer != NULL) {
    (void)snprintf(ret_answer, size, "%s", PQntuples(answer) > 0 ? PQgetvalue(answer, 0, 0) : "");
  }
  PQclear(answer);
  PQfinish(handle);
}

/* ---- others that come between ---- */

/* Reads, thinks and writes: lost without isolation. */
static result count_up(struct db_tx *tx, void *arg) {
  (void)arg;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT note FROM tag WHERE name = 'it''s'", DB_NO_ARGS, &rows));
  return db_run(tx, "UPDATE tag SET note = $1 WHERE name = 'it''s'", DB_ARGS(db_of_int(db_int(&rows, 0) + 1)), NULL);
}

enum { COUNTERS = 4, COUNTS = 25 };

/* What it failed with, if with anything but DB_CONTENDED, which says that nothing was written. */
static void *counter_main(void *arg) {
  for (int i = 0; i < COUNTS;) {
    result counted = db_write(arg, count_up, NULL);
    i += is_ok(counted);
    if (!is_ok(counted) && !is_code(counted, DB_CONTENDED)) {
      return strdup(fault_last()->detail);
    }
  }
  return NULL;
}

static int64_t number_now(struct db *db, const char *sql) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_row(tx, sql, DB_NO_ARGS, &rows));
  return db_int(&rows, 0);
}

static void none_of_many_that_count_at_once_is_lost(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  pthread_t threads[COUNTERS];
  for (int i = 0; i < COUNTERS; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, counter_main, fixture->db), 0);
  }
  for (int i = 0; i < COUNTERS; i++) {
    char *failure = NULL;
    (void)pthread_join(threads[i], (void **)&failure);
    assert_string_equal(failure != NULL ? failure : "none", "none");
  }
  assert_int_equal(number_now(fixture->db, "SELECT note FROM tag WHERE name = 'it''s'"), 2 + COUNTERS * COUNTS);
  assert_int_equal(db_figures(fixture->db).writes, COUNTERS * COUNTS);
}

/* Two that each leave if the other stays: at SERIALIZABLE one of them stays. */
struct leaving {
  struct db *db;
  int64_t number;
  pthread_barrier_t *both_read;
  int runs;
  bool stayed;
  result outcome;
};

static result leave_if_two(struct db_tx *tx, void *arg) {
  struct leaving *leaving = arg;
  leaving->runs++;
  int64_t here = notes_of(tx, 1);
  if (leaving->runs == 1) {
    (void)pthread_barrier_wait(leaving->both_read);
  }
  leaving->stayed = here < 2;
  return leaving->stayed ? OK : db_run(tx, "DELETE FROM note WHERE person_id = 1 AND number = $1", DB_ARGS(db_of_int(leaving->number)), NULL);
}

static void *leaving_main(void *arg) {
  struct leaving *leaving = arg;
  leaving->outcome = db_write(leaving->db, leave_if_two, leaving);
  return NULL;
}

static void what_each_decided_on_still_holds_when_both_have_written(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  assert_ok(db_write(fixture->db, note_add, &(struct note){1, 1, "here"}));
  assert_ok(db_write(fixture->db, note_add, &(struct note){1, 2, "here"}));
  struct db *other CLEANUP(db_close) = NULL; /* another node's: one process writes in one transaction after the other */
  const struct db_options options = {.path = fixture->place, .mode = DB_WRITE, .migrations = note_migrations, .readers = 1};
  assert_ok(db_open(&options, &other));
  pthread_barrier_t both_read;
  (void)pthread_barrier_init(&both_read, NULL, 2);
  struct leaving leaving[2] = {{.db = fixture->db, .number = 1, .both_read = &both_read}, {.db = other, .number = 2, .both_read = &both_read}};
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, leaving_main, &leaving[i]), 0);
  }
  for (int i = 0; i < 2; i++) {
    (void)pthread_join(threads[i], NULL);
    assert_ok(leaving[i].outcome);
  }
  assert_int_equal(notes_now(fixture->db, 1), 1);
  assert_int_equal(leaving[0].stayed + leaving[1].stayed, 1);
  assert_int_equal(leaving[0].runs + leaving[1].runs, 3);
}

static result note_add_and_go_on(struct db_tx *tx, void *arg) {
  (void)!is_ok(note_add(tx, arg));
  return OK;
}

static void a_function_cannot_go_on_after_a_statement_that_failed(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  assert_ok(db_write(fixture->db, note_add, &(struct note){4, 1, "first"}));
  assert_code(db_write(fixture->db, note_add_and_go_on, &(struct note){4, 1, "second"}), DB_STATEMENT);
  assert_non_null(strstr(fault_last()->detail, "went on"));
}

/* ---- values ---- */

static result text_add(struct db_tx *tx, void *arg) {
  const struct slice *text = arg;
  return db_run(tx, "INSERT INTO note (person_id, number, words) VALUES (2, 1, $1)", DB_ARGS(db_of_text(*text)), NULL);
}

static void rejects_texts_that_cannot_be_stored(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  struct slice broken[] = {S("a\0b"), S("\xc3("), S("\xed\xa0\x80"), S("\xff")};
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    assert_code(db_write(fixture->db, text_add, &broken[i]), DB_TEXT_BROKEN);
  }
  struct slice whole = S("Nguyễn Thị Đào \xf0\x9f\x8c\xb8");
  assert_ok(db_write(fixture->db, text_add, &whole));
}

static result number_add(struct db_tx *tx, void *arg) {
  return db_run(tx, "INSERT INTO note (person_id, number, seen) VALUES ($1, 1, $1)", DB_ARGS(db_of_int(*(int64_t *)arg)), NULL);
}

static void numbers_keep_all_their_bits(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  int64_t numbers[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    assert_ok(db_write(fixture->db, number_add, &numbers[i]));
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    assert_ok(db_read_begin(fixture->db, &tx));
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    assert_ok(db_row(tx, "SELECT seen, CAST(seen AS numeric), CAST(seen AS text) FROM note WHERE person_id = $1", DB_ARGS(db_of_int(numbers[i])), &rows));
    assert_true(db_int(&rows, 0) == numbers[i] && db_int(&rows, 1) == numbers[i] && db_int(&rows, 2) == numbers[i]);
  }
  assert_int_equal(number_now(fixture->db, "SELECT sum(number) FROM note"), 5);
}

/* ---- lost connections ---- */

/* This test's own, for a session carries its schema's name, and waits until they are gone, with their locks. */
static void end_sessions(const struct fixture *fixture) {
  operate(fixture, "SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity WHERE application_name = current_schema() AND pid <> pg_backend_pid()",
          NULL, 0);
}

static void sessions_that_were_ended_are_opened_again(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  assert_ok(db_write(fixture->db, note_add, &(struct note){3, 1, "before"}));
  assert_int_equal(notes_now(fixture->db, 3), 1);
  end_sessions(fixture);
  assert_int_equal(notes_now(fixture->db, 3), 1);
  assert_ok(db_write(fixture->db, note_add, &(struct note){3, 2, "after"}));
  assert_int_equal(notes_now(fixture->db, 3), 2);
}

struct ended {
  const struct fixture *fixture;
  struct note note;
  int runs;
};

static result note_add_and_be_ended(struct db_tx *tx, void *arg) {
  struct ended *ended = arg;
  TRY(note_add(tx, &ended->note));
  if (ended->runs++ == 0) {
    end_sessions(ended->fixture);
  }
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  return db_row(tx, "SELECT 1 FROM note WHERE person_id = 3", DB_NO_ARGS, &rows);
}

static void a_write_cut_off_in_its_middle_runs_again_and_counts_once(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  struct ended ended = {.fixture = fixture, .note = {3, 1, "once"}};
  assert_ok(db_write(fixture->db, note_add_and_be_ended, &ended));
  assert_int_equal(ended.runs, 2);
  assert_int_equal(notes_now(fixture->db, 3), 1);
}

/* ---- leaders ---- */

static bool leads(struct db *db, const char *task) {
  bool leads = false;
  assert_ok(db_lead(db, task, &leads));
  return leads;
}

static void one_of_two_leads_and_the_other_takes_over(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  struct fixture other = *fixture;
  other.db = NULL;
  assert_ok(fixture_open(&other, DB_WRITE));
  assert_true(leads(fixture->db, "ledger"));
  assert_true(leads(fixture->db, "ledger"));
  assert_false(leads(other.db, "ledger"));
  assert_true(leads(other.db, "outbox")); /* another task */
  assert_false(leads(fixture->db, "outbox"));
  db_close(&fixture->db);
  int tries = 0;
  for (; tries < 600 && !leads(other.db, "ledger"); tries++) {
    (void)usleep(100 * 1000); /* the server notices a moment later */
  }
  assert_true(tries < 600);
  end_sessions(fixture);
  assert_true(leads(other.db, "ledger")); /* the lock was gone with the session, and nobody else had taken it */
  db_close(&other.db);
}

struct led_note {
  struct note note;
  int runs;
};

static result led_note_add(struct db_tx *tx, void *arg) {
  struct led_note *led = arg;
  led->runs++;
  return note_add(tx, &led->note);
}

static void one_that_was_replaced_writes_nothing_more_as_leader(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  struct fixture other = *fixture;
  other.db = NULL;
  assert_ok(fixture_open(&other, DB_WRITE));
  assert_ok(db_write_led(fixture->db, "ledger", led_note_add, &(struct led_note){.note = {6, 1, "it leads because it asked first"}}));
  struct led_note refused = {.note = {6, 2, "another leads"}};
  assert_code(db_write_led(other.db, "ledger", led_note_add, &refused), DB_NOT_LEADING);
  assert_int_equal(db_figures(fixture->db).led_count, 1);
  assert_int_equal(db_figures(other.db).led_count, 0);
  end_sessions(fixture); /* cut off, stopped or slow: it does not know yet that the other leads */
  assert_true(leads(other.db, "ledger"));
  assert_code(db_write_led(fixture->db, "ledger", led_note_add, &refused), DB_NOT_LEADING);
  assert_int_equal(refused.runs, 0);
  assert_ok(db_write_led(other.db, "ledger", led_note_add, &refused));
  assert_false(leads(fixture->db, "ledger"));
  assert_int_equal(notes_now(fixture->db, 6), 2);
  db_close(&other.db);
}

struct replaced {
  struct db *successor;
  pthread_t thread;
  atomic_bool leads;
  bool led_too_soon;
};

static void *successor_main(void *arg) {
  struct replaced *replaced = arg;
  for (int tries = 0; tries < 3000 && !atomic_load(&replaced->leads); tries++) {
    bool is_leading = false;
    (void)!is_ok(db_lead(replaced->successor, "ledger", &is_leading));
    atomic_store(&replaced->leads, is_leading);
    (void)usleep(20 * 1000);
  }
  return NULL;
}

/* Its leading session ends in the middle of a led write. The successor gets the lock at once, and no term before this write has ended. */
static result note_add_while_replaced(struct db_tx *tx, void *arg) {
  struct replaced *replaced = arg;
  TRY(note_add(tx, &(struct note){6, 1, "under the old term"}));
  if (replaced->thread == 0) {
    assert_int_equal(pthread_create(&replaced->thread, NULL, successor_main, replaced), 0);
    (void)usleep(300 * 1000);
    replaced->led_too_soon = atomic_load(&replaced->leads);
  }
  return OK;
}

static void a_new_leader_waits_for_what_the_old_one_is_writing(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  struct fixture other = *fixture;
  other.db = NULL;
  assert_ok(fixture_open(&other, DB_WRITE));
  struct replaced replaced = {.successor = other.db};
  assert_true(leads(fixture->db, "ledger"));
  operate(fixture,
          "SELECT count(pg_terminate_backend(l.pid, 60000)) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory'"
          " AND a.application_name = current_schema() AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
          NULL, 0);
  assert_ok(db_write_led(fixture->db, "ledger", note_add_while_replaced, &replaced));
  (void)pthread_join(replaced.thread, NULL);
  assert_false(replaced.led_too_soon);
  assert_true(atomic_load(&replaced.leads));
  assert_int_equal(notes_now(fixture->db, 6), 1);
  db_close(&other.db);
}

/* ---- several servers ---- */

/* The first of two hosts takes connections and says nothing, as one that is switched off; the second is the server. */
static void a_host_that_is_silent_does_not_keep_from_the_next(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  const char *host = strstr(fixture->place, "host=/");
  if (host == NULL) {
    skip();
  }
  char folder[] = "/tmp/danh-silent-XXXXXX";
  assert_non_null(mkdtemp(folder));
  struct sockaddr_un silent = {.sun_family = AF_UNIX};
  (void)snprintf(silent.sun_path, sizeof silent.sun_path, "%s/.s.PGSQL.5432", folder);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(bind(fd, (struct sockaddr *)&silent, sizeof silent), 0);
  assert_int_equal(listen(fd, 16), 0);
  char place[1024];
  (void)snprintf(place, sizeof place, "%.*shost=%s,%s", (int)(host - fixture->place), fixture->place, folder, host + 5);
  struct db *db = NULL;
  assert_ok(db_open(&(struct db_options){.path = place, .mode = DB_WRITE, .migrations = note_migrations, .readers = 4}, &db));
  assert_int_equal(notes_now(db, 1), 0);
  db_close(&db);
  close(fd);
  (void)unlink(silent.sun_path);
  (void)rmdir(folder);
}

/* ---- servers that will not do ---- */

static void rejects_servers_that_will_not_do(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  db_close(&fixture->db);
  PGconn *handle = PQconnectdb(fixture->place);
  char nobody[DB_ENGINE_PLACE_BYTES];
  char nowhere[DB_ENGINE_PLACE_BYTES];
  char unsafe[DB_ENGINE_PLACE_BYTES];
  char empty[DB_ENGINE_PLACE_BYTES];
  (void)snprintf(nobody, sizeof nobody, "postgresql://nobody_here@/%s?host=%s&port=%s", PQdb(handle), PQhost(handle), PQport(handle));
  (void)snprintf(nowhere, sizeof nowhere, "postgresql://%s@/no_such_database?host=%s&port=%s", PQuser(handle), PQhost(handle), PQport(handle));
  (void)snprintf(unsafe, sizeof unsafe, "%.400s%%20-csynchronous_commit%%3Doff", fixture->place);
  (void)snprintf(empty, sizeof empty, "%.400s_empty", fixture->place);
  PQfinish(handle);
  const struct {
    const char *path;
    uint16_t code;
  } cases[] = {
      {"postgresql://[::1", DB_ADDRESS},
      {"postgresql://danh@127.0.0.1/danh?no_such_parameter=1", DB_ADDRESS},
      {"postgresql://danh@127.0.0.1:1/danh", DB_UNREACHABLE},
      {nobody, DB_LOGIN},
      {nowhere, DB_MISSING},
      {unsafe, DB_UNSAFE},
      {empty, DB_MISSING},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct db_options options = {.path = cases[i].path, .mode = DB_WRITE, .migrations = note_migrations, .readers = 1};
    result outcome = db_open(&options, &fixture->db);
    if (outcome.code != cases[i].code) {
      fail_msg("%s: %u, %s", cases[i].path, outcome.code, fault_last()->detail);
    }
  }
}

static void rejects_a_database_made_or_copied_in_part(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  db_close(&fixture->db);
  operate(fixture, "DROP TABLE tag", NULL, 0);
  assert_code(fixture_open(fixture, DB_WRITE), DB_HALF_MADE);
  assert_non_null(strstr(fault_last()->detail, "tag."));
  operate(fixture, "CREATE TABLE tag (name text, note bigint, colour text); DELETE FROM schema_version WHERE module = 'note'", NULL, 0);
  assert_code(fixture_open(fixture, DB_WRITE), DB_HALF_MADE); /* its tables are there, its version is not */
  operate(fixture, "DROP TABLE schema_version", NULL, 0);
  assert_code(fixture_open(fixture, DB_WRITE), DB_BROKEN);
}

static void a_table_of_people_is_divided_by_person(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  char count[24];
  operate(fixture, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'note'::regclass", count, sizeof count);
  assert_int_equal(strtoll(count, NULL, 10), DB_PARTITIONS);
  operate(fixture, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'tag'::regclass", count, sizeof count);
  assert_string_equal(count, "0");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(none_of_many_that_count_at_once_is_lost, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(what_each_decided_on_still_holds_when_both_have_written, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(a_function_cannot_go_on_after_a_statement_that_failed, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(rejects_texts_that_cannot_be_stored, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(numbers_keep_all_their_bits, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(sessions_that_were_ended_are_opened_again, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(a_write_cut_off_in_its_middle_runs_again_and_counts_once, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(one_of_two_leads_and_the_other_takes_over, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(one_that_was_replaced_writes_nothing_more_as_leader, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(a_new_leader_waits_for_what_the_old_one_is_writing, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(a_host_that_is_silent_does_not_keep_from_the_next, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(rejects_servers_that_will_not_do, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(rejects_a_database_made_or_copied_in_part, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(a_table_of_people_is_divided_by_person, set_up_here, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
