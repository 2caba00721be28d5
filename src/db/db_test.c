#include "db/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/unit_test.h"

static const struct db_migration note_migrations[] = {
    {"note", 1,
     "CREATE TABLE note (person_id id/public NOT NULL, number int/public NOT NULL, -- a comment; with a semicolon\n"
     " words text/personal, picture bytes/sensitive, seen time/personal DEFAULT (1 + (2)), CHECK (number > 0),"
     " PRIMARY KEY (person_id, number));"
     "CREATE TABLE tag (name text/public PRIMARY KEY, note int/public UNIQUE);"
     "CREATE INDEX note_by_seen ON note (seen);"
     "INSERT INTO tag (name, note) VALUES ('a;b', 1), ('it''s', 2)"},
    {"note", 2, "ALTER TABLE tag ADD COLUMN colour text/public"},
    {0}};

struct fixture {
  char dir[64];
  char path[96];
  struct db *db;
};

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  (void)snprintf(fixture->dir, sizeof fixture->dir, "/tmp/danh_db_test_XXXXXX");
  assert_non_null(mkdtemp(fixture->dir));
  (void)snprintf(fixture->path, sizeof fixture->path, "%s/danh.db", fixture->dir);
  struct db_options options = {.path = fixture->path, .mode = DB_CREATE, .migrations = note_migrations, .readers = 4};
  assert_ok(db_open(&options, &fixture->db));
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  db_close(&fixture->db);
  char command[128];
  (void)snprintf(command, sizeof command, "rm -rf %s", fixture->dir);
  int ignored = system(command);
  free(fixture);
  return ignored;
}

struct note {
  int64_t person;
  int64_t number;
  const char *words;
};

static result note_add(struct db_tx *tx, void *arg) {
  const struct note *note = arg;
  return db_run(tx, "INSERT INTO note (number, person_id, words) VALUES ($2, $1, $3)",
                DB_ARGS(db_of_int(note->person), db_of_int(note->number), db_of_text(slice_str(note->words))), NULL);
}

static void writes_and_reads_by_parameter_name(void **state) {
  struct fixture *fixture = *state;
  assert_ok(db_write(fixture->db, note_add, &(struct note){7, 1, "xin chào"}));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_row(tx, "SELECT person_id, number, words, picture FROM note WHERE person_id = $1", DB_ARGS(db_of_int(7)), &rows));
  assert_int_equal(db_int(&rows, 0), 7);
  assert_int_equal(db_int(&rows, 1), 1);
  assert_true(slice_is(db_text(&rows, 2), "xin chào"));
  assert_true(db_is_null(&rows, 3));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(writes_and_reads_by_parameter_name, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
