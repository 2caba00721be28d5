/* Refused sensitive acts leave a ledger entry that the person concerned can see; quiet ones leave none. */
#include <stdio.h>
#include <stdlib.h>

#include "access/access.h"
#include "db/engine_fixture.h"
#include "ledger/ledger.h"
/* last */
#include "base/unit_test.h"

enum { OFFICER = 700, SUBJECT = 42 };

struct fixture {
  char dir[64];
  struct db *db;
  struct clock clock;
  struct random random;
  struct env env;
  struct arena arena;
};

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  char path[96];
  (void)snprintf(fixture->dir, sizeof fixture->dir, "/tmp/danh_access_test_XXXXXX");
  assert_non_null(mkdtemp(fixture->dir));
  (void)snprintf(path, sizeof path, "%s/danh.db", fixture->dir);
  struct db_options options = {.path = path, .mode = DB_CREATE, .migrations = ledger_migrations, .readers = 2};
  assert_ok(db_engine_open(&options, &fixture->db));
  fixture->clock = clock_fixed(1718935200000);
  fixture->random = random_seeded(3);
  fixture->env = (struct env){.db = fixture->db, .clock = &fixture->clock, .random = &fixture->random};
  arena_init(&fixture->arena);
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  db_close(&fixture->db);
  arena_free(&fixture->arena);
  char command[128];
  (void)snprintf(command, sizeof command, "rm -rf %s", fixture->dir);
  int ignored = system(command);
  free(fixture);
  return ignored;
}

static struct ledger_lines lines_of(struct fixture *fixture, int64_t person_id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_query query = {.person_id = person_id, .limit = 10};
  struct ledger_lines lines = {0};
  assert_ok(db_read_begin(fixture->db, &tx));
  assert_ok(ledger_entries_of_person(&fixture->env, tx, &query, &fixture->arena, &lines));
  return lines;
}

static const int64_t people[] = {SUBJECT};
static const struct access_case dossier = {.code = S_INIT("H57.11-240614-0001"), .agency = S_INIT("H57.11"), .province = S_INIT("46"),
                                           .people = people, .people_count = 1, .applicant_id = SUBJECT};
static const struct access_post post = {31, ACCESS_RECORDS_OFFICER, S_INIT("H26.11"), S_INIT("01"), 0, REGISTER_OPEN};

static struct access_request look_up(void) {
  return (struct access_request){.act = ACCESS_DOSSIER_LOOK_UP, .actor_id = OFFICER, .level = 2, .post = &post, .subject_id = SUBJECT,
                                 .dossier = &dossier, .purpose = S("Thẩm tra \"hồ sơ\" lý lịch")};
}

static void a_refused_look_up_is_shown_to_the_person(void **state) {
  struct fixture *fixture = *state;
  struct access_request request = look_up();
  assert_code(access_require(&fixture->env, &request), ACCESS_OTHER_AGENCY);
  struct ledger_lines lines = lines_of(fixture, SUBJECT);
  assert_int_equal(lines.count, 1);
  assert_true(slice_is(lines.items[0].kind, "access.refused"));
  assert_true(slice_is(lines.items[0].actor_role, "records_officer@H26.11"));
  assert_true(slice_is(lines.items[0].detail,
                       "{\"act\":\"dossier.look_up\",\"reason\":\"other_agency\",\"dossier\":\"H57.11-240614-0001\"}"));
}

static void a_refused_quiet_act_and_an_allowed_one_leave_nothing(void **state) {
  struct fixture *fixture = *state;
  struct access_request request = look_up();
  request.act = ACCESS_DOSSIER_APOLOGY;
  assert_code(access_require(&fixture->env, &request), ACCESS_OTHER_AGENCY);
  struct access_post own = post;
  own.agency = S("H57.11");
  request = look_up();
  request.post = &own;
  assert_ok(access_require(&fixture->env, &request));
  assert_int_equal(lines_of(fixture, SUBJECT).count, 0);
}

static void other_results_pass_through_unrecorded(void **state) {
  struct fixture *fixture = *state;
  struct access_request request = look_up();
  assert_ok(access_refusal_record(&fixture->env, &request, OK));
  assert_code(access_refusal_record(&fixture->env, &request, (result){DB_UNAVAILABLE}), DB_UNAVAILABLE);
  assert_code(access_refusal_record(&fixture->env, &request, (result){ACCESS_OWN_CASE}), ACCESS_OWN_CASE);
  assert_int_equal(lines_of(fixture, SUBJECT).count, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_refused_look_up_is_shown_to_the_person, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_refused_quiet_act_and_an_allowed_one_leave_nothing, set_up, tear_down),
      cmocka_unit_test_setup_teardown(other_results_pass_through_unrecorded, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
