/* The write row of danh import. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/commands.h"
/* last */
#include "base/unit_test.h"

struct fixture {
  char dir[64];
  char file[96], refused[96];
  struct server_installation *installation;
};

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  (void)snprintf(fixture->dir, sizeof fixture->dir, "/tmp/danh_cli_import_XXXXXX");
  assert_non_null(mkdtemp(fixture->dir));
  (void)snprintf(fixture->file, sizeof fixture->file, "%s/people", fixture->dir);
  (void)snprintf(fixture->refused, sizeof fixture->refused, "%s/refused", fixture->dir);
  assert_ok(server_installation_open(fixture->dir, SERVER_CREATE, &fixture->installation));
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

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fputs(text, file) < 0, 0);
  assert_int_equal(fclose(file), 0);
}

static bool file_is(const char *path, const char *text) {
  char bytes[1024] = {0};
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  size_t len = fread(bytes, 1, sizeof bytes - 1, file);
  assert_int_equal(fclose(file), 0);
  return len == strlen(text) && memcmp(bytes, text, len) == 0;
}

static result run(struct fixture *fixture, struct slice json, struct slice *ret_answer) {
  struct arena *arena = &fixture->installation->arena;
  struct jin_doc doc;
  const struct jin *args = NULL;
  struct buf answer;
  struct jout out;
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, json, &args));
  buf_init(&answer, arena, 256);
  jout_init(&out, &answer);
  TRY(cli_register_import(fixture->installation, args, &out));
  *ret_answer = buf_slice(&answer);
  return OK;
}

static void answers_with_counts_and_the_refused_rows(void **state) {
  struct fixture *fixture = *state;
  struct arena *arena = &fixture->installation->arena;
  write_file(fixture->file,
             "pin,name,sex,birth_date\n"
             "001093000001,Nguyễn Văn An,male,1993\n"
             "001093000002,Nguyễn Văn An,female,1993\n"
             "001093000003,Nguyễn Văn An,male,1993,\n");
  struct slice answer = {0};
  struct slice args =
      arena_printf(arena, "{\"file\":\"%s\",\"format\":\"csv\",\"refused\":\"%s\"}", fixture->file, fixture->refused);
  assert_ok(run(fixture, args, &answer));
  assert_true(slice_is(answer,
                       "{\"rows\":3,\"added\":1,\"refused\":2,\"batches\":1,\"resumed_line\":0,\"resumed_rows\":0,\"refusals\":["
                       "{\"line\":3,\"field\":\"pin\",\"reason\":\"register.pin_sex\"},"
                       "{\"line\":4,\"field\":\"\",\"reason\":\"register.field_count\"}]}"));
  assert_true(file_is(fixture->refused,
                      "{\"line\":3,\"field\":\"pin\",\"reason\":\"register.pin_sex\"}\n"
                      "{\"line\":4,\"field\":\"\",\"reason\":\"register.field_count\"}\n"));
}

static void rejects_files_it_cannot_read_and_arguments_it_does_not_know(void **state) {
  struct fixture *fixture = *state;
  struct arena *arena = &fixture->installation->arena;
  struct slice answer = {0};
  assert_code(run(fixture, S("{\"file\":\"/nowhere/people.csv\",\"format\":\"csv\"}"), &answer),
              REGISTER_SOURCE_FAILED);
  assert_code(run(fixture, arena_printf(arena, "{\"file\":\"%s\",\"format\":\"csv\"}", fixture->dir), &answer),
              REGISTER_SOURCE_FAILED);
  assert_code(run(fixture, S("{\"format\":\"csv\"}"), &answer), CODEC_JSON_FIELD_MISSING);
  assert_code(run(fixture, S("{\"file\":\"a\",\"format\":\"xml\"}"), &answer), CODEC_JSON_VALUE);
  assert_code(run(fixture, S("{\"file\":\"a\",\"format\":\"csv\",\"x\":1}"), &answer), CODEC_JSON_FIELD_UNKNOWN);
  write_file(fixture->file, "name\n");
  assert_code(run(fixture, arena_printf(arena, "{\"file\":\"%s\",\"format\":\"csv\"}", fixture->file), &answer),
              REGISTER_IMPORT_FORMAT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(answers_with_counts_and_the_refused_rows, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_files_it_cannot_read_and_arguments_it_does_not_know, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
