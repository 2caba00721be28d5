/* Dossiers of an installation made before each lay with the person it is about (version 4 of the tables). */
#include "dossier/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "db/engine_fixture.h"
/* keep last */
#include "base/unit_test.h"

enum { CHILD = 1001, PARENT = 1002, NEIGHBOUR = 1003, VERSION_BEFORE = 3, PEOPLE = 40 };

struct fixture {
  char dir[64];
  char path[96];
  char place[DB_ENGINE_PLACE_BYTES];
  struct db *db;
  struct arena arena;
};

static result open_with(struct fixture *fixture, enum db_mode mode, const struct db_migration *migrations) {
  const struct db_options options = {.path = fixture->place, .mode = mode, .migrations = migrations, .readers = 2, .partitions = 4};
  db_close(&fixture->db);
  return db_open(&options, &fixture->db);
}

static result open_before(struct fixture *fixture, enum db_mode mode) {
  struct db_migration before[VERSION_BEFORE + 1] = {0};
  memcpy(before, dossier_migrations, VERSION_BEFORE * sizeof *before);
  return open_with(fixture, mode, before);
}

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  (void)snprintf(fixture->dir, sizeof fixture->dir, "/tmp/danh_dossier_test_XXXXXX");
  assert_non_null(mkdtemp(fixture->dir));
  (void)snprintf(fixture->path, sizeof fixture->path, "%s/danh.db", fixture->dir);
  (void)db_engine_place(fixture->path, fixture->place);
  assert_ok(open_before(fixture, DB_CREATE));
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  char command[96];
  db_close(&fixture->db);
  arena_free(&fixture->arena);
  (void)snprintf(command, sizeof command, "rm -rf %s", fixture->dir);
  int ignored = system(command);
  free(fixture);
  return ignored;
}

static int64_t number_of(struct fixture *fixture, const char *sql) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_read_begin(fixture->db, &tx));
  assert_ok(db_row(tx, sql, DB_NO_ARGS, &rows));
  return db_int(&rows, 0);
}

static result statement_run(struct db_tx *tx, void *sql) { return db_run(tx, sql, DB_NO_ARGS, NULL); }

static void run(struct fixture *fixture, const char *sql) { assert_ok(db_write(fixture->db, statement_run, (void *)(uintptr_t)sql)); }

/* Each person filed one for themselves, and the parent one for the child: with every column, and none like another's. */
#define OLD_ROW                                                                                                                                        \
  "INSERT INTO dossier (person_id, dossier_id, applicant_id, code, procedure_name, national_code, agency_code, province, channel, status, stage,"     \
  " submitted_at, complete_at, received_at, finished_at, closed_at, limit_unit, limit_roll, limit_count, limit_cut_off, due_date, reappointed_date,"   \
  " certificate, copies, ban_information, complex, fee, support, payable, rule_hash, outcome, form, decision, decider_id, sealer_id, document_sha256," \
  " certificate_number, form_key, content) VALUES ($1, CAST($2 AS BIGINT), $3, $4, 'lltp', '2.000488', 'H26.11', '01', 2, 4, 1, 1000 + CAST($2 AS BIGINT), 11, 12, 13, 14, 1, 2, 10, 15,"         \
  " 20600, 0, 1, 3, 1, 0, 200000, 100000, 100000, $5, 'outcome', 'form of ' || $4, 0, 21, 22, $6, 'number', $7, $5)"

struct old {
  int64_t person_id, dossier_id, applicant_id;
  const char *form_key;
};

static result old_write(struct db_tx *tx, void *arg) {
  const struct old *old = arg;
  char code[48];
  uint8_t hash[32];
  (void)snprintf(code, sizeof code, "H26.11-240614-%04lld", (long long)old->dossier_id);
  memset(hash, (int)old->dossier_id, sizeof hash);
  struct db_value document = old->dossier_id % 2 == 0 ? db_of_null() : db_of_bytes(slice_of(hash, sizeof hash));
  TRY(db_run(tx, "INSERT INTO dossier_code (code, person_id, dossier_id) VALUES ($1, $2, $3)",
             DB_ARGS(db_of_text(slice_str(code)), db_of_int(old->person_id), db_of_int(old->dossier_id)), NULL));
  return db_run(tx, OLD_ROW,
                DB_ARGS(db_of_int(old->person_id), db_of_int(old->dossier_id), db_of_int(old->applicant_id), db_of_text(slice_str(code)),
                        db_of_bytes(slice_of(hash, sizeof hash)), document, db_of_text(slice_str(old->form_key))),
                NULL);
}

static void old_rows_make(struct fixture *fixture) {
  for (int64_t i = 1; i <= PEOPLE; i++) {
    assert_ok(db_write(fixture->db, old_write, &(struct old){CHILD + i - 1, i, CHILD + i - 1, "form-of-oneself"}));
  }
  assert_ok(db_write(fixture->db, old_write, &(struct old){CHILD, 100, PARENT, "form-for-the-child"}));
}

/* Every value of every row, in the order of its key. */
static struct slice rows_of(struct fixture *fixture) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct slice text = {0};
  assert_ok(db_read_begin(fixture->db, &tx));
  assert_ok(db_query(tx, "SELECT person_id, dossier_id, applicant_id, submitted_at, payable, code, form, form_key, rule_hash, document_sha256, content,"
                         " sealer_id, limit_cut_off FROM dossier ORDER BY person_id, dossier_id", DB_NO_ARGS, &rows));
  while (db_rows_next(&rows)) {
    text = arena_printf(&fixture->arena, "%.*s\n", SLICE_ARG(text));
    for (int column = 0; column < 13; column++) {
      struct slice value = db_bytes(&rows, column);
      text = column < 5 || column > 10 ? arena_printf(&fixture->arena, "%.*s%lld ", SLICE_ARG(text), (long long)db_int(&rows, column))
                         : arena_printf(&fixture->arena, "%.*s%.*s/%d ", SLICE_ARG(text), SLICE_ARG(value), db_is_null(&rows, column));
    }
  }
  assert_ok(rows.status);
  return text;
}

static void comes_forward_with_every_row_and_finds_each_where_its_person_is(void **state) {
  struct fixture *fixture = *state;
  old_rows_make(fixture);
  struct slice before = rows_of(fixture);
  assert_true(before.len > 41 * 80);
  assert_ok(open_with(fixture, DB_WRITE, dossier_migrations));
  assert_true(slice_eq(rows_of(fixture), before));
  assert_int_equal(number_of(fixture, "SELECT COUNT(*) FROM dossier_filing f JOIN dossier d ON d.person_id = f.subject_id AND d.dossier_id = f.dossier_id"
                                      " WHERE d.applicant_id = f.person_id AND d.form_key = f.form_key"), PEOPLE + 1);
  assert_int_equal(number_of(fixture, "SELECT COUNT(*) FROM column_class WHERE table_name = 'dossier_whole'"), 0);
  assert_int_equal(number_of(fixture, "SELECT COUNT(*) FROM column_class WHERE table_name = 'dossier'"), 39);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  struct dossier *list = NULL;
  size_t count = 0;
  assert_ok(dossier_list(tx, &fixture->arena, &(struct dossier_list_question){.person_id = PARENT, .limit = 10}, &list, &count));
  assert_int_equal(count, 2);
  assert_int_equal(list[0].person_id, CHILD); /* the newest of those that they filed, or that are about them */
  assert_int_equal(list[1].person_id, PARENT);
  struct dossier found;
  bool is_found = false;
  uint8_t content[32];
  memset(content, 100, sizeof content);
  const struct dossier_store_form form = {PARENT, S("form-for-the-child"), content};
  assert_ok(dossier_store_form_find(tx, &fixture->arena, &form, &is_found, &found));
  assert_true(is_found && found.person_id == CHILD && found.dossier_id == 100);
  content[0]++;
  assert_code(dossier_store_form_find(tx, &fixture->arena, &form, &is_found, &found), DOSSIER_FORM_KEY_DIFFERS);
  const struct dossier_store_form another = {NEIGHBOUR, S("form-for-the-child"), content};
  assert_ok(dossier_store_form_find(tx, &fixture->arena, &another, &is_found, &found));
  assert_false(is_found);
  assert_ok(dossier_load(tx, &fixture->arena, S("H26.11-240614-0100"), &found));
  assert_int_equal(found.applicant_id, PARENT);
}

static result filing_again(struct db_tx *tx, void *arg) {
  struct dossier *dossier = arg;
  uint8_t content[32] = {0};
  return dossier_store_insert(tx, dossier, S("form-for-the-child"), content);
}

static void rejects_a_form_filed_before_the_tables_came_forward(void **state) {
  struct fixture *fixture = *state;
  old_rows_make(fixture);
  assert_ok(open_with(fixture, DB_WRITE, dossier_migrations));
  struct dossier dossier = {.person_id = NEIGHBOUR, .dossier_id = 200, .applicant_id = PARENT, .code = S("H26.11-240615-0001")};
  assert_code(db_write(fixture->db, filing_again, &dossier), DB_DUPLICATE); /* by that applicant, whoever it is about */
  dossier.applicant_id = NEIGHBOUR;
  assert_ok(db_write(fixture->db, filing_again, &dossier));
  assert_int_equal(number_of(fixture, "SELECT COUNT(*) FROM dossier"), PEOPLE + 2);
}

static void rejects_tables_half_brought_forward(void **state) {
  struct fixture *fixture = *state;
  old_rows_make(fixture);
  run(fixture, "CREATE TABLE dossier_whole (person_id BIGINT PRIMARY KEY)");
  assert_code(open_with(fixture, DB_WRITE, dossier_migrations), DB_HALF_MADE);
  assert_ok(open_before(fixture, DB_WRITE)); /* and nothing was touched */
  run(fixture, "DROP TABLE dossier_whole");
  run(fixture, "CREATE TABLE dossier_filing (person_id BIGINT PRIMARY KEY)");
  assert_code(open_with(fixture, DB_WRITE, dossier_migrations), DB_HALF_MADE);
  assert_ok(open_before(fixture, DB_WRITE));
  assert_int_equal(number_of(fixture, "SELECT COUNT(*) FROM dossier"), PEOPLE + 1);
  run(fixture, "DROP TABLE dossier_filing");
  assert_ok(open_with(fixture, DB_WRITE, dossier_migrations));
  assert_int_equal(number_of(fixture, "SELECT COUNT(*) FROM dossier"), PEOPLE + 1);
  assert_code(open_before(fixture, DB_WRITE), DB_TOO_NEW);
}

/* ---- which parts a statement touches: PostgreSQL alone ---- */

/* The plan of a statement as a session that writes makes it (postgres.c), its arguments not known yet; every part that is really read says so. */
static int parts_read(struct fixture *fixture, const char *prepared, const char *executed, char *ret_plan, size_t size) {
  PGconn *server = PQconnectdb(fixture->place);
  assert_int_equal(PQstatus(server), CONNECTION_OK);
  PQclear(PQexec(server, "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"));
  char text[4096];
  (void)snprintf(text, sizeof text, "PREPARE asked AS %s", prepared);
  PGresult *made = PQexec(server, text);
  assert_int_equal(PQresultStatus(made), PGRES_COMMAND_OK);
  PQclear(made);
  (void)snprintf(text, sizeof text, "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE asked %s", executed);
  PGresult *plan = PQexec(server, text);
  assert_int_equal(PQresultStatus(plan), PGRES_TUPLES_OK);
  int parts = 0;
  ret_plan[0] = '\0';
  for (int i = 0; i < PQntuples(plan); i++) {
    const char *line = PQgetvalue(plan, i, 0);
    parts += strstr(line, "Scan using") != NULL && strstr(line, " on dossier_p") != NULL && strstr(line, "never executed") == NULL;
    (void)snprintf(ret_plan + strlen(ret_plan), size - strlen(ret_plan), "%s\n", line);
  }
  PQclear(plan);
  PQfinish(server);
  return parts;
}

static void a_person_s_dossiers_are_read_in_one_part(void **state) {
  struct fixture *fixture = *state;
  if (!db_engine_is_postgres()) {
    skip();
  }
  old_rows_make(fixture);
  assert_ok(open_with(fixture, DB_WRITE, dossier_migrations));
  assert_int_equal(number_of(fixture, "SELECT COUNT(*) FROM pg_inherits WHERE inhparent = 'dossier'::regclass"), 4);
  static const struct {
    const char *prepared;
    const char *executed;
    int parts;
  } cases[] = {
      {"SELECT * FROM dossier_code c JOIN dossier d ON d.person_id = c.person_id AND d.dossier_id = c.dossier_id WHERE c.code = $1", "('H26.11-240614-0100')", 1},
      {"SELECT * FROM dossier_filing f JOIN dossier d ON d.person_id = f.subject_id AND d.dossier_id = f.dossier_id WHERE f.person_id = $1 AND f.form_key = $2",
       "(1002, 'form-for-the-child')", 1},
      {"SELECT * FROM dossier d WHERE d.person_id = $1 AND (d.submitted_at, d.dossier_id) < ($2, $3)", "(1001, 9999, 9999)", 1},
      {"SELECT * FROM dossier_filing f JOIN dossier d ON d.person_id = f.subject_id AND d.dossier_id = f.dossier_id WHERE f.person_id = $1 AND f.subject_id <> $1",
       "(1002)", 1},
      {"SELECT 1 FROM dossier WHERE person_id = $1 AND procedure_name = $2 AND certificate = $3 AND status IN (1, 2, 4, 5, 6) LIMIT 1", "(1001, 'lltp', 1)", 1},
      {"UPDATE dossier SET status = $3 WHERE person_id = $1 AND dossier_id = $2", "(1001, 100, 5)", 1},
      {"SELECT * FROM dossier d WHERE d.agency_code = $1 AND d.status IN (1, 2, 4, 5, 6)", "('H26.11')", 4}, /* an agency's: of all people */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char plan[8192];
    int parts = parts_read(fixture, cases[i].prepared, cases[i].executed, plan, sizeof plan);
    if (parts != cases[i].parts) {
      fail_msg("%s reads %d parts:\n%s", cases[i].prepared, parts, plan);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(comes_forward_with_every_row_and_finds_each_where_its_person_is, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_a_form_filed_before_the_tables_came_forward, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_tables_half_brought_forward, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_person_s_dossiers_are_read_in_one_part, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
