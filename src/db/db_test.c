#include <dirent.h>
#include <pthread.h>
#include <semaphore.h>

#include "db/pool.h"
/* keep last */
#include "db/fixture_test.h"

static void writes_and_reads_by_parameter_name(void **state) {
  struct fixture *fixture = *state;
  assert_ok(db_write(fixture->db, note_add, &(struct note){7, 1, "xin chào"}));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_row(tx, "SELECT person_id, number, words, picture, seen FROM note WHERE person_id = $1",
                   DB_ARGS(db_of_int(7)), &rows));
  assert_int_equal(db_int(&rows, 0), 7);
  assert_int_equal(db_int(&rows, 1), 1);
  assert_true(slice_is(db_text(&rows, 2), "xin chào"));
  assert_true(db_is_null(&rows, 3));
  assert_int_equal(db_bytes(&rows, 3).len, 0);
  assert_int_equal(db_int(&rows, 4), 3);
}

static result empty_text_add(struct db_tx *tx, void *arg) {
  (void)arg;
  return db_run(
      tx, "INSERT INTO note (person_id, number, words, picture) VALUES ($1, $2, $3, $4)",
      DB_ARGS(db_of_int(1), db_of_int(1), db_of_text((struct slice){0}), db_of_text_or_null((struct slice){0})), NULL);
}

static void an_empty_text_is_not_null(void **state) {
  struct fixture *fixture = *state;
  assert_ok(db_write(fixture->db, empty_text_add, NULL));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_row(tx, "SELECT words, picture FROM note", DB_NO_ARGS, &rows));
  assert_false(db_is_null(&rows, 0));
  assert_true(db_is_null(&rows, 1));
}

struct statement_case {
  const char *sql;
  int64_t argument_count;
  uint16_t code;
};

static result statement_run(struct db_tx *tx, void *arg) {
  const struct statement_case *each = arg;
  struct db_value values[4] = {db_of_int(7), db_of_int(1), db_of_int(3), db_of_int(4)};
  return db_run(tx, each->sql, (struct db_args){values, (size_t)each->argument_count}, NULL);
}

static void rejects_what_breaks_a_table_or_the_interface(void **state) {
  struct fixture *fixture = *state;
  assert_ok(db_write(fixture->db, note_add, &(struct note){7, 1, "first"}));
  static struct statement_case cases[] = {
      {"INSERT INTO note (person_id, number) VALUES ($1, $2)", 2, DB_DUPLICATE},
      {"INSERT INTO tag (name, note) VALUES ('c', 1)", 0, DB_DUPLICATE},
      {"INSERT INTO tag (name, note) VALUES ('it''s', 9)", 0, DB_DUPLICATE},
      {"INSERT INTO tag (name, note) VALUES (NULL, 9)", 0, DB_CONSTRAINT},
      {"INSERT INTO note (person_id, number) VALUES ($1, 0)", 1, DB_CONSTRAINT},
      {"INSERT INTO note (person_id, number) VALUES ('seven', 1)", 0, DB_CONSTRAINT},
      {"INSERT INTO note (person_id, number) VALUES (NULL, 1)", 0, DB_CONSTRAINT},
      {"INSERT INTO note (person_id, number) VALUES ($1, $2)", 1, DB_STATEMENT},
      {"INSERT INTO note (person_id, number) VALUES ($1, $2)", 3, DB_STATEMENT},
      {"INSERT INTO note (person_id, number) VALUES (?, ?)", 2, DB_STATEMENT},
      {"INSERT INTO nothing (person_id) VALUES ($1)", 1, DB_STATEMENT},
      {"INSERT INTO tag (name) VALUES (\"a text in the wrong quotes\")", 0, DB_STATEMENT},
      {"DELETE FROM note; DELETE FROM tag", 0, DB_STATEMENT},
      {"", 0, DB_STATEMENT},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_code(db_write(fixture->db, statement_run, &cases[i]), cases[i].code);
    assert_int_equal(fault_last()->code, cases[i].code);
    assert_true(fault_last()->detail[0] != '\0');
  }
  assert_int_equal(notes_now(fixture->db, 7), 1);
}

static result select_missing(struct db_tx *tx, void *arg) {
  (void)arg;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT 1 FROM note WHERE person_id = 999", DB_NO_ARGS, &rows));
  return OK;
}

static void a_row_that_is_not_there_is_said_to_be_missing(void **state) {
  struct fixture *fixture = *state;
  assert_code(db_write(fixture->db, select_missing, NULL), DB_NO_ROW);
}

static result write_on_a_reader(struct db *db) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(db, &tx));
  return db_run(tx, "DELETE FROM tag", DB_NO_ARGS, NULL);
}

static void a_reader_cannot_write(void **state) {
  struct fixture *fixture = *state;
  result refused = write_on_a_reader(fixture->db);
  assert_true(is_code(refused, DB_READONLY) || is_code(refused, DB_STATEMENT)); /* as the engine calls it */
}

static result write_within(struct db_tx *tx, void *arg) {
  (void)tx;
  return db_write(arg, note_add, &(struct note){1, 1, "never"});
}

static void rejects_a_write_inside_a_write(void **state) {
  struct fixture *fixture = *state;
  assert_code(db_write(fixture->db, write_within, fixture->db), DB_STATEMENT);
}

/* Holds the writer until it is told to go on, so that what is queued meanwhile makes one batch. */
struct gate {
  sem_t entered;
  sem_t open;
};

static result wait_at_gate(struct db_tx *tx, void *arg) {
  (void)tx;
  struct gate *gate = arg;
  (void)sem_post(&gate->entered);
  (void)sem_wait(&gate->open);
  return OK;
}

struct job {
  struct db *db;
  db_fn fn;
  void *arg;
  result outcome;
  char detail[240];
  pthread_t thread;
  atomic_bool has_begun;
};

static void *job_main(void *arg) {
  struct job *job = arg;
  atomic_store(&job->has_begun, true);
  job->outcome = db_write(job->db, job->fn, job->arg);
  (void)snprintf(job->detail, sizeof job->detail, "%s", is_ok(job->outcome) ? "" : fault_last()->detail);
  return NULL;
}

/* All of them are on their way behind the holder of the gate. */
static void wait_for(struct job *jobs, int count) {
  for (int i = 0; i < count; i++) {
    while (!atomic_load(&jobs[i].has_begun)) {
      usleep(1000);
    }
  }
  usleep(50 * 1000);
}

static result note_add_then_fail(struct db_tx *tx, void *arg) {
  TRY(note_add(tx, arg));
  FAIL(DB_CONSTRAINT, "changed its mind about %d", 6);
}

static result note_add_and_leave_rows_open(struct db_tx *tx, void *arg) {
  TRY(note_add(tx, arg));
  struct db_rows rows = {0};
  TRY(db_query(tx, "SELECT name FROM tag", DB_NO_ARGS, &rows));
  (void)db_rows_next(&rows);
  return OK;
}

static void one_failure_in_a_batch_leaves_the_others(void **state) {
  struct fixture *fixture = *state;
  struct gate gate;
  (void)sem_init(&gate.entered, 0, 0);
  (void)sem_init(&gate.open, 0, 0);
  struct job holder = {.db = fixture->db, .fn = wait_at_gate, .arg = &gate};
  assert_int_equal(pthread_create(&holder.thread, NULL, job_main, &holder), 0);
  (void)sem_wait(&gate.entered);
  enum { JOBS = 12 };
  struct job jobs[JOBS] = {0};
  struct note notes[JOBS];
  struct db_figures before = db_figures(fixture->db); /* on SQLite all wait behind the holder, on PostgreSQL none does */
  for (int i = 0; i < JOBS; i++) {
    notes[i] = (struct note){5, i + 1, "batch"};
    db_fn fn = i % 3 == 0 ? note_add_then_fail : i % 3 == 1 ? note_add : note_add_and_leave_rows_open;
    jobs[i] = (struct job){.db = fixture->db, .fn = fn, .arg = &notes[i]};
    assert_int_equal(pthread_create(&jobs[i].thread, NULL, job_main, &jobs[i]), 0);
  }
  wait_for(jobs, JOBS);
  (void)sem_post(&gate.open);
  (void)pthread_join(holder.thread, NULL);
  for (int i = 0; i < JOBS; i++) {
    (void)pthread_join(jobs[i].thread, NULL);
    assert_code(jobs[i].outcome, i % 3 == 0 ? DB_CONSTRAINT : 0);
    assert_string_equal(jobs[i].detail, i % 3 == 0 ? "changed its mind about 6" : "");
  }
  assert_int_equal(notes_now(fixture->db, 5), JOBS - JOBS / 3);
  struct db_figures after = db_figures(fixture->db);
  assert_true(after.writes - before.writes >= JOBS - JOBS / 3); /* and the holder's, on SQLite */
  assert_true(db_engine_is_postgres() || after.commits - before.commits < after.writes - before.writes);
}

struct counted {
  struct note note;
  int runs;
};

static result note_add_counted(struct db_tx *tx, void *arg) {
  struct counted *counted = arg;
  counted->runs++;
  return note_add(tx, &counted->note);
}

static result refuse(struct db_tx *tx, void *arg) {
  (void)arg;
  TRY(db_run(tx, "DELETE FROM tag WHERE name = 'nobody'", DB_NO_ARGS, NULL));
  FAIL(DB_NO_ROW, "refused before anything was written");
}

static void a_refusal_before_writing_makes_nobody_run_again(void **state) {
  struct fixture *fixture = *state;
  struct gate gate;
  (void)sem_init(&gate.entered, 0, 0);
  (void)sem_init(&gate.open, 0, 0);
  struct counted counted = {.note = {6, 1, "once"}};
  struct job jobs[] = {{.db = fixture->db, .fn = wait_at_gate, .arg = &gate},
                       {.db = fixture->db, .fn = note_add_counted, .arg = &counted},
                       {.db = fixture->db, .fn = refuse}};
  assert_int_equal(pthread_create(&jobs[0].thread, NULL, job_main, &jobs[0]), 0);
  (void)sem_wait(&gate.entered);
  assert_int_equal(pthread_create(&jobs[1].thread, NULL, job_main, &jobs[1]), 0);
  assert_int_equal(pthread_create(&jobs[2].thread, NULL, job_main, &jobs[2]), 0);
  wait_for(jobs, 3);
  (void)sem_post(&gate.open);
  for (int i = 0; i < 3; i++) {
    (void)pthread_join(jobs[i].thread, NULL);
  }
  assert_code(jobs[2].outcome, DB_NO_ROW);
  assert_ok(jobs[1].outcome);
  assert_int_equal(counted.runs, 1);
  assert_int_equal(notes_now(fixture->db, 6), 1);
}

struct crowd {
  struct db *db;
  int64_t person;
  pthread_t thread;
};

static void *crowd_main(void *arg) {
  struct crowd *crowd = arg;
  for (int64_t i = 1; i <= 25; i++) {
    struct note note = {crowd->person, i, "crowd"};
    assert_true(is_ok(db_write(crowd->db, note_add, &note)));
    assert_int_equal(notes_now(crowd->db, crowd->person),
                     i); /* acknowledged is visible, with more threads than readers */
  }
  return NULL;
}

static void what_is_acknowledged_is_visible_to_all(void **state) {
  struct fixture *fixture = *state;
  struct crowd crowd[16];
  for (int i = 0; i < 16; i++) {
    crowd[i] = (struct crowd){.db = fixture->db, .person = 100 + i};
    assert_int_equal(pthread_create(&crowd[i].thread, NULL, crowd_main, &crowd[i]), 0);
  }
  for (int i = 0; i < 16; i++) {
    (void)pthread_join(crowd[i].thread, NULL);
  }
  assert_int_equal(db_figures(fixture->db).writes, 16 * 25);
}

static void a_reader_keeps_its_snapshot(void **state) {
  struct fixture *fixture = *state;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  assert_int_equal(notes_of(tx, 9), 0); /* on PostgreSQL the snapshot is as of the first query */
  assert_ok(db_write(fixture->db, note_add, &(struct note){9, 1, "later"}));
  assert_int_equal(notes_of(tx, 9), 0);
  assert_int_equal(notes_now(fixture->db, 9), 1);
  assert_int_equal(notes_of(tx, 9), 0);
}

static bool keeps_snapshot(const struct db_file *file) {
  assert_int_equal(file->idle_count, 1);
  return sqlite3_get_autocommit(file->idle[0]->handle) == 0;
}

static result look_at_pool(struct db_tx *tx, void *arg) {
  struct db_file *file = arg;
  (void)tx;
  assert_int_equal(notes_now(&file->db, 9), 1);
  return keeps_snapshot(file) ? fault_set(__FILE__, __LINE__, DB_NO_ROW, "kept beside a write") : OK;
}

static void a_snapshot_is_kept_until_somebody_writes(void **state) {
  struct fixture *fixture = *state;
  SQLITE_ONLY();
  struct db_file *file = (struct db_file *)fixture->db;
  for (int i = 0; i < 3; i++) {
    assert_int_equal(notes_now(fixture->db, 9), 0);
    assert_true(keeps_snapshot(file));
  }
  assert_ok(db_write(fixture->db, note_add, &(struct note){9, 1, "later"}));
  struct db_tx *tx = NULL;
  assert_ok(db_look_begin(fixture->db, &tx));
  assert_int_equal(notes_of(tx, 9), 1);
  db_read_end(&tx);
  assert_false(keeps_snapshot(file)); /* a look has none of its own */
  assert_int_equal(notes_now(fixture->db, 9), 1);
  assert_ok(db_write(fixture->db, look_at_pool, file));
  assert_int_equal(notes_now(fixture->db, 9), 1);
  assert_true(keeps_snapshot(file));
  assert_ok(db_look_begin(fixture->db, &tx)); /* and goes on in one that is there */
  assert_int_equal(notes_of(tx, 9), 1);
  db_read_end(&tx);
  assert_true(keeps_snapshot(file));
}

static void a_look_is_one_statement_as_of_now_and_writes_nothing(void **state) {
  struct fixture *fixture = *state;
  struct db_tx *tx = NULL;
  assert_ok(db_look_begin(fixture->db, &tx));
  assert_int_equal(notes_of(tx, 9), 0);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_code(db_query(tx, "SELECT 1", DB_NO_ARGS, &rows), DB_STATEMENT);
  db_read_end(&tx);
  assert_ok(db_look_begin(fixture->db, &tx));
  assert_ok(db_write(fixture->db, note_add, &(struct note){9, 1, "meanwhile"}));
  assert_int_equal(notes_of(tx, 9), 1);
  db_read_end(&tx);
  assert_ok(db_look_begin(fixture->db, &tx));
  assert_false(is_ok(note_add(tx, &(struct note){9, 2, "by a reader"})));
  db_read_end(&tx);
  assert_ok(db_read_begin(fixture->db, &tx)); /* the same connection, and a snapshot again */
  assert_int_equal(notes_of(tx, 9), 1);
  assert_ok(db_write(fixture->db, note_add, &(struct note){9, 3, "later"}));
  assert_int_equal(notes_of(tx, 9), 1);
  db_read_end(&tx);
}

static result orphan_add(struct db_tx *tx, void *arg) {
  (void)arg;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "INSERT INTO leaf_of (tag) VALUES ('no such tag') RETURNING id", DB_NO_ARGS, &rows));
  return OK;
}

static result mark_some(struct db_tx *tx, void *arg) {
  const int64_t *count = arg; /* below nought: and fail */
  for (int64_t i = 0; i < (*count < 0 ? -*count : *count); i++) {
    db_mark(tx, 7 + i);
  }
  return *count < 0 ? fault_set(__FILE__, __LINE__, DB_NO_ROW, "told to") : OK;
}

struct looking {
  uint64_t moment;
  bool is_marked_before;
  bool is_marked_after;
};

static result mark_and_look(struct db_tx *tx, void *arg) {
  struct looking *looking = arg;
  looking->is_marked_before = db_is_marked_in(tx, 7, looking->moment);
  db_mark(tx, 7);
  looking->is_marked_after = db_is_marked_in(tx, 7, looking->moment);
  return OK;
}

static void what_is_marked_counts_at_once_for_those_who_commit_with_it(void **state) {
  struct fixture *fixture = *state;
  bool is_kept = strcmp(db_engine(fixture->db), "sqlite") == 0;
  struct looking looking = {0};
  assert_int_equal(db_moment(fixture->db, &looking.moment), is_kept);
  assert_ok(db_write(fixture->db, mark_and_look, &looking));
  assert_int_equal(looking.is_marked_before, !is_kept);
  assert_true(looking.is_marked_after);
  assert_ok(db_write(fixture->db, mark_and_look, &looking)); /* committed, and as of then */
  assert_true(looking.is_marked_before);
}

static void what_is_marked_is_told_with_the_commit(void **state) {
  struct fixture *fixture = *state;
  struct db *db = fixture->db;
  uint64_t before = 0;
  if (strcmp(db_engine(db), "postgresql") == 0) {
    assert_false(db_moment(db, &before)); /* other processes write there */
    assert_true(db_is_marked_since(db, 7, 0));
    return;
  }
  assert_true(db_moment(db, &before));
  assert_false(db_is_marked_since(db, 7, before));
  assert_ok(db_write(db, mark_some, &(int64_t){1}));
  assert_true(db_is_marked_since(db, 7, before));
  assert_false(db_is_marked_since(db, 8, before));
  uint64_t after = 0;
  assert_true(db_moment(db, &after));
  assert_false(db_is_marked_since(db, 7, after));
  assert_code(db_write(db, mark_some, &(int64_t){-1}), DB_NO_ROW); /* more than need be is harmless */
  assert_true(db_moment(db, &after));
  assert_ok(db_write(db, mark_some, &(int64_t){5000})); /* more than are told one by one */
  assert_true(db_is_marked_since(db, 1000000, after));
}

static void a_foreign_key_holds_even_when_a_returned_row_is_left_early(void **state) {
  struct fixture *fixture = *state;
  db_close(&fixture->db);
  const struct db_migration more[] = {
      note_migrations[0],
      note_migrations[1],
      {"note", 3, "CREATE TABLE leaf_of (id id/public PRIMARY KEY, tag text/public REFERENCES tag (name))"},
      {0}};
  struct db_options options = {.path = fixture->place, .mode = DB_WRITE, .migrations = more, .readers = 1};
  assert_ok(db_open(&options, &fixture->db));
  assert_code(db_write(fixture->db, orphan_add, NULL), DB_CONSTRAINT);
}

static void one_statement_can_run_within_itself(void **state) {
  struct fixture *fixture = *state;
  static const char sql[] = "SELECT name FROM tag ORDER BY name";
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  struct db_rows outer CLEANUP(db_rows_close) = {0};
  assert_ok(db_query(tx, sql, DB_NO_ARGS, &outer));
  int pairs = 0;
  while (db_rows_next(&outer)) {
    struct db_rows inner CLEANUP(db_rows_close) = {0};
    assert_ok(db_query(tx, sql, DB_NO_ARGS, &inner));
    while (db_rows_next(&inner)) {
      pairs++;
    }
  }
  assert_int_equal(pairs, 4);
}

static void a_reused_address_of_a_text_costs_no_wrong_answer(void **state) {
  struct fixture *fixture = *state;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  char sql[32] = "SELECT 1";
  for (char digit = '1'; digit <= '3'; digit++) {
    sql[7] = digit;
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    assert_ok(db_row(tx, sql, DB_NO_ARGS, &rows));
    assert_int_equal(db_int(&rows, 0), digit - '0');
  }
}

static void an_online_copy_is_whole(void **state) {
  struct fixture *fixture = *state;
  SQLITE_ONLY();
  assert_ok(db_write(fixture->db, note_add, &(struct note){3, 1, "copied"}));
  struct fixture copy = {0};
  (void)snprintf(copy.path, sizeof copy.path, "%s/copy.db", fixture->dir);
  assert_ok(db_copy_to(fixture->db, copy.path));
  assert_ok(fixture_open(&copy, DB_WRITE));
  assert_int_equal(notes_now(copy.db, 3), 1);
  db_close(&copy.db);
  assert_false(is_ok(db_copy_to(fixture->db, copy.path))); /* never over a file that is there */
}

static result many_add(struct db_tx *tx, void *arg) {
  (void)arg;
  TRY(db_run(tx,
             "INSERT INTO note (person_id, number, words) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)"
             " SELECT 1, i, hex(randomblob(100)) FROM n",
             DB_NO_ARGS, NULL));
  return db_run(tx, "CREATE INDEX note_by_words ON note (words)", DB_NO_ARGS, NULL);
}

static int files_in(const char *folder) {
  struct dirent **names = NULL;
  int count = scandir(folder, &names, NULL, NULL);
  for (int i = 0; i < count; i++) {
    free(names[i]);
  }
  free(names);
  return count;
}

/* Twelve megabytes, of a cache of eight: sorted in parts, by more than one thread, in files. */
static void an_index_of_more_than_the_cache_holds_is_whole_and_leaves_no_file(void **state) {
  struct fixture *fixture = *state;
  SQLITE_ONLY();
  assert_ok(db_write(fixture->db, note_add, &(struct note){7, 1, "before"})); /* the log is there from the first write on */
  int files = files_in(fixture->dir);
  assert_ok(db_write(fixture->db, many_add, NULL));
  assert_int_equal(files_in(fixture->dir), files);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_row(tx, "PRAGMA integrity_check", DB_NO_ARGS, &rows)); /* each row once in each index, in its order */
  assert_true(slice_is(db_text(&rows, 0), "ok"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(writes_and_reads_by_parameter_name, set_up, tear_down),
      cmocka_unit_test_setup_teardown(an_empty_text_is_not_null, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_what_breaks_a_table_or_the_interface, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_row_that_is_not_there_is_said_to_be_missing, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_reader_cannot_write, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_a_write_inside_a_write, set_up, tear_down),
      cmocka_unit_test_setup_teardown(one_failure_in_a_batch_leaves_the_others, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_refusal_before_writing_makes_nobody_run_again, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_is_acknowledged_is_visible_to_all, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_snapshot_is_kept_until_somebody_writes, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_reader_keeps_its_snapshot, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_look_is_one_statement_as_of_now_and_writes_nothing, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_is_marked_is_told_with_the_commit, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_is_marked_counts_at_once_for_those_who_commit_with_it, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_foreign_key_holds_even_when_a_returned_row_is_left_early, set_up, tear_down),
      cmocka_unit_test_setup_teardown(one_statement_can_run_within_itself, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_reused_address_of_a_text_costs_no_wrong_answer, set_up, tear_down),
      cmocka_unit_test_setup_teardown(an_online_copy_is_whole, set_up, tear_down),
      cmocka_unit_test_setup_teardown(an_index_of_more_than_the_cache_holds_is_whole_and_leaves_no_file, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
