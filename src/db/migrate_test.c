#include <sqlite3.h>

#include "db/fixture_test.h"

static result open_with(struct fixture *fixture, enum db_mode mode, const struct db_migration *migrations) {
  db_close(&fixture->db);
  struct db_options options = {.path = fixture->place, .mode = mode, .migrations = migrations, .readers = 1};
  return db_open(&options, &fixture->db);
}

static result open_with_text(struct fixture *fixture, const char *sql) {
  const struct db_migration migrations[] = {{"odd", 1, sql}, {0}};
  return open_with(fixture, DB_CREATE, migrations);
}

static void rejects_tables_the_other_engine_would_read_otherwise(void **state) {
  struct fixture *fixture = *state;
  static const struct {
    const char *sql;
    const char *detail;
  } cases[] = {
      {"CREATE TABLE a (b text)", "no class"},
      {"CREATE TABLE a (b text, c int/public)", "column b"},
      {"CREATE TABLE a (b text/)", "class is not one of"},
      {"CREATE TABLE a (b text/private)", "class is not one of"},
      {"CREATE TABLE a (b INTEGER/public)", "type is not one of"},
      {"CREATE TABLE a (b/public)", "type is not one of"},
      {"CREATE TABLE a (b)", "type is not one of"},
      {"CREATE TABLE a ()", "column name"},
      {"CREATE TABLE a (b int/public", ") was expected"},
      {"CREATE TABLE a (b int/public) STRICT", "only HEAP may follow"},
      {"CREATE TABLE a (b int/public) HEAP STRICT", "only HEAP may follow"},
      {"CREATE TABLE a (b int/public PRIMARY KEY) WITHOUT ROWID", "only HEAP may follow"},
      {"CREATE TABLE IF NOT EXISTS a (b int/public)", "runs once"},
      {"CREATE TABLE p (b int/public PRIMARY KEY); CREATE TABLE a (b int/public REFERENCES p (b) DEFERRABLE INITIALLY "
       "DEFERRED)",
       "batch"},
      {"CREATE TABLE a (b int/public PRIMARY KEY AUTOINCREMENT)", "other engine"},
      {"CREATE TABLE a AS SELECT 1 AS b", "( was expected"},
      {"CREATE TABLE a (b int/public); ALTER TABLE a ADD COLUMN c text", "no class"},
      {"CREATE TABLE a (b int/public); ALTER TABLE a RENAME COLUMN b TO c", "RENAME TO"},
      {"CREATE TABLE a (b int/public); ALTER TABLE a RENAME TO", "table name"},
      {"CREATE TABLE a (b int/public); CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
       "creates, alters and drops"},
      {"CREATE VIEW v AS SELECT 1", "creates, alters and drops"},
      {"PRAGMA synchronous=OFF", "creates, alters and drops"},
      {"BEGIN", "creates, alters and drops"},
      {"CREATE TABLE a (b int/public) CREATE TABLE c (d int/public)", "only HEAP may follow"},
      {"INSERT INTO nowhere VALUES (1)", "nowhere"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    result outcome = open_with_text(fixture, cases[i].sql);
    assert_code(outcome, DB_STATEMENT);
    if (strstr(fault_last()->detail, cases[i].detail) == NULL) {
      fail_msg("%s: %s", cases[i].sql, fault_last()->detail);
    }
  }
  assert_ok(open_with_text(fixture, "CREATE TABLE a (b int/public)")); /* a failed migration left nothing behind */
}

static void each_column_has_its_class_in_the_catalogue(void **state) {
  struct fixture *fixture = *state;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  static const struct {
    const char *table;
    const char *column;
    const char *class;
  } cases[] = {{"note", "person_id", "public"},
               {"note", "words", "personal"},
               {"note", "picture", "sensitive"},
               {"tag", "colour", "public"},
               {"column_class", "class", "public"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    assert_ok(db_row(tx, "SELECT class FROM column_class WHERE table_name = $1 AND column_name = $2",
                     DB_ARGS(db_of_text(slice_str(cases[i].table)), db_of_text(slice_str(cases[i].column))), &rows));
    assert_true(slice_is(db_text(&rows, 0), cases[i].class));
  }
}

static void a_dropped_table_leaves_the_catalogue(void **state) {
  struct fixture *fixture = *state;
  const struct db_migration more[] = {note_migrations[0], note_migrations[1], {"note", 3, "DROP TABLE tag"}, {0}};
  assert_ok(open_with(fixture, DB_WRITE, more));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_code(db_row(tx, "SELECT 1 FROM column_class WHERE table_name = 'tag'", DB_NO_ARGS, &rows), DB_NO_ROW);
}

static void tables_with_a_key_of_their_own_are_clustered_by_it(void **state) {
  struct fixture *fixture = *state;
  SQLITE_ONLY();
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_query(tx, "SELECT name, wr, strict FROM pragma_table_list WHERE name IN ('note', 'tag') ORDER BY name",
                     DB_NO_ARGS, &rows));
  for (int i = 0; i < 2; i++) {
    assert_true(db_rows_next(&rows));
    assert_int_equal(db_int(&rows, 1), i == 0); /* note: by person; tag: by its number, with an index on the name */
    assert_int_equal(db_int(&rows, 2), 1);
  }
}

static void a_heap_keeps_its_key_beside_the_rows(void **state) {
  struct fixture *fixture = *state;
  SQLITE_ONLY();
  const struct db_migration migrations[] = {
      {"heap", 1, "CREATE TABLE h (person_id id/public NOT NULL, n int/public NOT NULL, PRIMARY KEY (person_id, n)) HEAP; -- end"},
      {0}};
  assert_ok(open_with(fixture, DB_CREATE, migrations));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_row(tx, "SELECT wr, strict, (SELECT count(*) FROM pragma_index_list('h') WHERE origin = 'pk') FROM pragma_table_list('h')",
                   DB_NO_ARGS, &rows));
  assert_int_equal(db_int(&rows, 0), 0);
  assert_int_equal(db_int(&rows, 1), 1);
  assert_int_equal(db_int(&rows, 2), 1);
}

static void moves_forward_and_keeps_the_rows(void **state) {
  struct fixture *fixture = *state;
  const struct db_migration old[] = {note_migrations[0], {0}};
  assert_ok(open_with(fixture, DB_CREATE, old));
  assert_ok(db_write(fixture->db, note_add, &(struct note){1, 1, "kept"}));
  assert_code(open_with(fixture, DB_READ_ONLY, note_migrations), DB_TOO_OLD);
  assert_ok(open_with(fixture, DB_WRITE, note_migrations));
  assert_int_equal(notes_now(fixture->db, 1), 1);
  assert_ok(open_with(fixture, DB_WRITE, note_migrations)); /* twice is once */
}

/* The key of the first version cannot be divided by person, that of the third can. */
static void a_table_made_anew_has_its_rows_its_classes_and_another_key(void **state) {
  struct fixture *fixture = *state;
  static const struct db_migration anew[] = {
      {"deed", 1, "CREATE TABLE deed (person_id id/public NOT NULL, name text/personal NOT NULL UNIQUE, PRIMARY KEY (person_id, name));"
                  "CREATE INDEX deed_by_name ON deed (name);"},
      {"deed", 2, "INSERT INTO deed (person_id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c');"},
      {"deed", 3, "ALTER TABLE deed RENAME TO deed_before; CREATE TABLE deed (person_id id/public NOT NULL, name text/sensitive NOT NULL, PRIMARY KEY (person_id, name));"
                  "INSERT INTO deed SELECT * FROM deed_before; DROP TABLE deed_before; CREATE INDEX deed_by_name ON deed (name);"},
      {0}};
  static const char rows_sql[] = "SELECT COUNT(*), MIN(name), MAX(name) FROM deed";
  const struct db_migration before[] = {anew[0], anew[1], {0}};
  const struct db_migration broken[] = {anew[0], anew[1], {"deed", 3, "ALTER TABLE deed RENAME TO deed_before; CREATE TABLE deed (n int/public PRIMARY KEY); INSERT INTO deed VALUES (1), (1)"}, {0}};
  assert_ok(open_with(fixture, DB_CREATE, before));
  assert_code(open_with(fixture, DB_WRITE, broken), DB_DUPLICATE);
  assert_ok(open_with(fixture, DB_WRITE, anew));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_row(tx, rows_sql, DB_NO_ARGS, &rows));
  assert_int_equal(db_int(&rows, 0), 3);
  assert_true(slice_is(db_text(&rows, 1), "a") && slice_is(db_text(&rows, 2), "c"));
  db_rows_close(&rows);
  assert_ok(db_row(tx, "SELECT COUNT(*), SUM(CASE WHEN class = 'sensitive' THEN 1 ELSE 0 END) FROM column_class WHERE module = 'deed'", DB_NO_ARGS, &rows));
  assert_int_equal(db_int(&rows, 0), 2);
  assert_int_equal(db_int(&rows, 1), 1);
  db_rows_close(&rows);
  if (db_engine_is_postgres()) {
    assert_ok(db_row(tx, "SELECT COUNT(*) FROM pg_inherits WHERE inhparent = CAST('deed' AS regclass)", DB_NO_ARGS, &rows));
    assert_int_equal(db_int(&rows, 0), DB_PARTITIONS);
  }
}

static void a_failed_migration_leaves_the_version_before(void **state) {
  struct fixture *fixture = *state;
  const struct db_migration broken[] = {
      note_migrations[0],
      note_migrations[1],
      {"note", 3, "CREATE TABLE x (y int/public); INSERT INTO x VALUES ('not a number')"},
      {0}};
  assert_code(open_with(fixture, DB_WRITE, broken), DB_CONSTRAINT);
  assert_ok(open_with(fixture, DB_WRITE, note_migrations));
  const struct db_migration gap[] = {
      note_migrations[0], note_migrations[1], {"note", 4, "CREATE TABLE x (y int/public)"}, {0}};
  assert_code(open_with(fixture, DB_WRITE, gap), DB_STATEMENT);
}

static void rejects_a_database_of_a_newer_program(void **state) {
  struct fixture *fixture = *state;
  const struct db_migration old[] = {note_migrations[0], {0}};
  const struct db_migration none[] = {{0}};
  static const enum db_mode modes[] = {DB_CREATE, DB_WRITE, DB_READ_ONLY};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    assert_code(open_with(fixture, modes[i], old), DB_TOO_NEW);
    assert_non_null(strstr(fault_last()->detail, "note is at version 2, this program knows 1"));
    assert_code(open_with(fixture, modes[i], none), DB_TOO_NEW);
  }
  assert_ok(open_with(fixture, DB_WRITE, note_migrations));
}

static void rejects_a_database_whose_migrations_were_edited(void **state) {
  struct fixture *fixture = *state;
  const struct db_migration edited[] = {
      note_migrations[0], {note_migrations[1].module, note_migrations[1].version, "CREATE TABLE z (y int/public)"}, {0}};
  static const enum db_mode modes[] = {DB_CREATE, DB_WRITE, DB_READ_ONLY};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    assert_code(open_with(fixture, modes[i], edited), DB_OTHER_TABLES);
  }
  assert_ok(open_with(fixture, DB_WRITE, note_migrations));
}

static void file_write(const char *path, const void *bytes, size_t len) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, len, file), len);
  (void)fclose(file);
}

static void rejects_what_is_no_database(void **state) {
  struct fixture *fixture = *state;
  SQLITE_ONLY();
  uint8_t noise[8192];
  for (size_t i = 0; i < sizeof noise; i++) {
    noise[i] = (uint8_t)(i * 37 + 11);
  }
  static const enum db_mode modes[] = {DB_CREATE, DB_WRITE, DB_READ_ONLY};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    file_write(fixture->path, noise, sizeof noise);
    assert_code(open_with(fixture, modes[i], note_migrations), DB_BROKEN);
    file_write(fixture->path, "just a few words", 16);
    assert_code(open_with(fixture, modes[i], note_migrations), DB_BROKEN);
  }
  assert_int_equal(file_bytes(fixture->path), 16); /* and it was not touched */
}

static void rejects_a_database_that_was_cut_short(void **state) {
  struct fixture *fixture = *state;
  SQLITE_ONLY();
  db_close(&fixture->db);
  int64_t whole = file_bytes(fixture->path);
  assert_int_equal(truncate(fixture->path, whole - 5000), 0);
  assert_code(fixture_open(fixture, DB_WRITE), DB_BROKEN);
  assert_code(fixture_open(fixture, DB_READ_ONLY), DB_BROKEN);
  assert_int_equal(truncate(fixture->path, 1000), 0);
  assert_code(fixture_open(fixture, DB_WRITE), DB_BROKEN);
  assert_int_equal(truncate(fixture->path, 0), 0);
  assert_code(fixture_open(fixture, DB_WRITE), DB_BROKEN);
  assert_code(fixture_open(fixture, DB_READ_ONLY), DB_BROKEN);
  assert_int_equal(file_bytes(fixture->path), 0); /* and nothing was made in its place */
}

static void rejects_a_damaged_schema_page(void **state) {
  struct fixture *fixture = *state;
  SQLITE_ONLY();
  db_close(&fixture->db);
  FILE *file = fopen(fixture->path, "r+b");
  assert_non_null(file);
  assert_int_equal(fseek(file, 100, SEEK_SET), 0);
  for (int i = 0; i < 400; i++) {
    (void)fputc(0xA5, file);
  }
  (void)fclose(file);
  assert_code(fixture_open(fixture, DB_WRITE), DB_BROKEN);
}

static void rejects_another_programs_database(void **state) {
  struct fixture *fixture = *state;
  SQLITE_ONLY();
  sqlite3 *other = NULL;
  assert_int_equal(sqlite3_open(fixture->path, &other), SQLITE_OK);
  assert_int_equal(sqlite3_exec(other, "CREATE TABLE bookmarks (url TEXT)", NULL, NULL, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_close(other), SQLITE_OK);
  assert_code(fixture_open(fixture, DB_CREATE), DB_BROKEN);
  assert_non_null(strstr(fault_last()->detail, "another program"));
}

static void rejects_a_place_without_a_database(void **state) {
  struct fixture *fixture = *state;
  SQLITE_ONLY();
  assert_code(fixture_open(fixture, DB_WRITE), DB_MISSING);
  assert_code(fixture_open(fixture, DB_READ_ONLY), DB_MISSING);
  assert_int_equal(file_bytes(fixture->path), -1);
  struct fixture folder = {0};
  (void)snprintf(folder.path, sizeof folder.path, "%s", fixture->dir);
  assert_code(fixture_open(&folder, DB_CREATE), DB_BROKEN);
}

static void rejects_a_second_writer(void **state) {
  struct fixture *fixture = *state;
  SQLITE_ONLY();
  struct fixture second = {0};
  (void)snprintf(second.path, sizeof second.path, "%s", fixture->path);
  assert_code(fixture_open(&second, DB_WRITE), DB_LOCKED);
  assert_ok(fixture_open(&second, DB_READ_ONLY)); /* readers are welcome */
  assert_code(db_write(second.db, note_add, &(struct note){1, 1, "no"}), DB_UNAVAILABLE);
  db_close(&second.db);
  db_close(&fixture->db);
  assert_ok(fixture_open(&second, DB_WRITE));
  db_close(&second.db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(rejects_tables_the_other_engine_would_read_otherwise, set_up_empty, tear_down),
      cmocka_unit_test_setup_teardown(each_column_has_its_class_in_the_catalogue, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_dropped_table_leaves_the_catalogue, set_up, tear_down),
      cmocka_unit_test_setup_teardown(tables_with_a_key_of_their_own_are_clustered_by_it, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_heap_keeps_its_key_beside_the_rows, set_up_empty, tear_down),
      cmocka_unit_test_setup_teardown(moves_forward_and_keeps_the_rows, set_up_empty, tear_down),
      cmocka_unit_test_setup_teardown(a_table_made_anew_has_its_rows_its_classes_and_another_key, set_up_empty, tear_down),
      cmocka_unit_test_setup_teardown(a_failed_migration_leaves_the_version_before, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_a_database_of_a_newer_program, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_a_database_whose_migrations_were_edited, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_what_is_no_database, set_up_empty, tear_down),
      cmocka_unit_test_setup_teardown(rejects_a_database_that_was_cut_short, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_a_damaged_schema_page, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_another_programs_database, set_up_empty, tear_down),
      cmocka_unit_test_setup_teardown(rejects_a_place_without_a_database, set_up_empty, tear_down),
      cmocka_unit_test_setup_teardown(rejects_a_second_writer, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
