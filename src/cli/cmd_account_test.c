/* The write rows of danh account, as the command line and the running server call them. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "ledger/ledger.h"
/* last */
#include "base/unit_test.h"

struct fixture {
  char dir[64];
  struct server_installation *installation;
  int64_t person_id;
};

static result write_person(struct db_tx *tx, void *arg) {
  struct fixture *fixture = arg;
  struct register_act act = {.legal_basis = S("test")};
  struct register_person person = {.pin = S("001090000011"), .name = S("Nguyễn Văn Đức"), .sex = REGISTER_MALE, .birth = {1990, 2, 17},
                                   .birth_province = S("01"), .ethnic = 1, .nationality = S("VN"), .card_number = S("001090000011"),
                                   .card_issued = 19600, .card_expires = REGISTER_OPEN, .life = REGISTER_ALIVE};
  TRY(register_person_add(&fixture->installation->env, tx, &act, &person));
  fixture->person_id = person.person_id;
  return OK;
}

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  (void)snprintf(fixture->dir, sizeof fixture->dir, "/tmp/danh_cli_account_XXXXXX");
  assert_non_null(mkdtemp(fixture->dir));
  assert_ok(server_installation_open(fixture->dir, SERVER_CREATE, &fixture->installation));
  fixture->installation->config.demo = true;
  assert_ok(db_write(fixture->installation->env.db, write_person, fixture));
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  server_installation_close(&fixture->installation);
  char command[128];
  (void)snprintf(command, sizeof command, "rm -rf %s", fixture->dir);
  int ignored = system(command);
  free(fixture);
  return ignored;
}

typedef result (*row_fn)(struct server_installation *installation, const struct jin *args, struct jout *out);

/* ret_answer: in the installation's arena; untouched on failure. */
static result run(struct fixture *fixture, row_fn row, const char *json, struct slice *ret_answer) {
  struct arena *arena = &fixture->installation->arena;
  struct jin_doc doc;
  const struct jin *args = NULL;
  struct buf answer;
  struct jout out;
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, slice_str(json), &args));
  buf_init(&answer, arena, 256);
  jout_init(&out, &answer);
  TRY(row(fixture->installation, args, &out));
  *ret_answer = buf_slice(&answer);
  return OK;
}

static bool holds(struct slice text, const char *part) { return memmem(text.ptr, text.len, part, strlen(part)) != NULL; }

static void creates_in_a_demonstration_only(void **state) {
  struct fixture *fixture = *state;
  struct slice answer = {0};
  fixture->installation->config.demo = false;
  assert_code(run(fixture, cli_account_create, "{\"pin\":\"001090000011\"}", &answer), ACCOUNT_DEMONSTRATION);
  fixture->installation->config.demo = true;
  assert_code(run(fixture, cli_account_create, "{\"pin\":\"001090000011\",\"password\":\"12345678\"}", &answer), ACCOUNT_PASSWORD_COMMON);
  assert_code(run(fixture, cli_account_create, "{\"pin\":\"001090000099\"}", &answer), REGISTER_PERSON_UNKNOWN);
  assert_ok(run(fixture, cli_account_create, "{\"pin\":\"001090000011\",\"level\":1}", &answer));
  assert_true(holds(answer, "\"state\":\"active\",\"level\":1"));
  assert_code(run(fixture, cli_account_create, "{\"pin\":\"001090000011\"}", &answer), ACCOUNT_MOVE);
}

static void showing_needs_a_purpose_and_is_recorded_first(void **state) {
  struct fixture *fixture = *state;
  struct slice answer = {0};
  assert_code(run(fixture, cli_account_show, "{\"pin\":\"001090000011\"}", &answer), ACCESS_PURPOSE);
  assert_code(run(fixture, cli_account_show, "{\"pin\":\"001090000011\",\"purpose\":\"vì\"}", &answer), ACCESS_PURPOSE);
  assert_ok(run(fixture, cli_account_show, "{\"pin\":\"001090000011\",\"purpose\":\"Theo yêu cầu của chủ thẻ\"}", &answer));
  assert_true(holds(answer, "\"state\":\"none\""));
  struct env *env = &fixture->installation->env;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_query query = {.person_id = fixture->person_id, .limit = 10};
  struct ledger_lines reads = {0};
  assert_ok(db_read_begin(env->db, &tx));
  assert_ok(ledger_reads_of_person(env, tx, &query, &fixture->installation->arena, &reads));
  assert_int_equal(reads.count, 1);
  assert_true(slice_is(reads.items[0].kind, "account.read"));
  assert_true(slice_is(reads.items[0].legal_basis, "Theo yêu cầu của chủ thẻ"));
}

static void locks_and_unlocks_by_ground(void **state) {
  struct fixture *fixture = *state;
  struct slice answer = {0};
  static const char lock[] = "{\"pin\":\"001090000011\",\"ground\":\"authority\",\"reason\":\"Công văn 12\",\"until\":\"2030-01-31\"}";
  static const char unlock[] = "{\"pin\":\"001090000011\",\"ground\":\"authority\",\"reason\":\"Hết căn cứ\"}";
  assert_code(run(fixture, cli_account_lock, lock, &answer), ACCOUNT_UNKNOWN);
  assert_ok(run(fixture, cli_account_create, "{\"pin\":\"001090000011\"}", &answer));
  assert_ok(run(fixture, cli_account_lock, lock, &answer));
  assert_true(holds(answer, "\"state\":\"locked\"") && holds(answer, "\"grounds\":[\"authority\"]"));
  assert_ok(run(fixture, cli_account_unlock, unlock, &answer));
  assert_true(holds(answer, "\"state\":\"active\"") && holds(answer, "\"grounds\":[]"));
  assert_code(run(fixture, cli_account_unlock, unlock, &answer), ACCOUNT_GROUND);
  assert_code(run(fixture, cli_account_lock, "{\"pin\":\"001090000011\",\"ground\":\"mood\",\"reason\":\"x\"}", &answer), ACCOUNT_GROUND);
  assert_code(run(fixture, cli_account_lock, "{\"pin\":\"001090000011\",\"ground\":\"terms\"}", &answer), CODEC_JSON_FIELD_MISSING);
  assert_code(run(fixture, cli_account_lock, "{\"pin\":\"001090000011\",\"surprise\":1}", &answer), CODEC_JSON_FIELD_UNKNOWN);
}

static void limits_are_set_by_name(void **state) {
  struct fixture *fixture = *state;
  struct slice answer = {0};
  assert_ok(run(fixture, cli_account_limit, "{\"limit\":\"session_idle_ms\",\"value\":60000}", &answer));
  assert_ok(run(fixture, cli_account_limit, "{\"limit\":\"message.address_codes_max\",\"value\":3}", &answer));
  assert_ok(run(fixture, cli_account_limit, "{\"limit\":\"recovery.cool_off_ms\",\"value\":3600000}", &answer));
  assert_false(is_ok(run(fixture, cli_account_limit, "{\"limit\":\"recovery.gravity\",\"value\":1}", &answer)));
  assert_code(run(fixture, cli_account_limit, "{\"limit\":\"gravity\",\"value\":1}", &answer), ACCOUNT_LIMIT);
  assert_false(is_ok(run(fixture, cli_account_limit, "{\"limit\":\"session_idle_ms\",\"value\":0}", &answer)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(creates_in_a_demonstration_only, set_up, tear_down),
      cmocka_unit_test_setup_teardown(showing_needs_a_purpose_and_is_recorded_first, set_up, tear_down),
      cmocka_unit_test_setup_teardown(locks_and_unlocks_by_ground, set_up, tear_down),
      cmocka_unit_test_setup_teardown(limits_are_set_by_name, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
