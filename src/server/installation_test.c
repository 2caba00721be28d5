/* One folder, one writer: the configuration, the lock, and writes that a running server carries out for a command. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/admin.h"

#include "base/unit_test.h"

struct place {
  char folder[64];
  struct arena arena;
};

static void make_place(struct place *place) {
  *place = (struct place){.folder = "/tmp/danh_server_XXXXXX"};
  assert_non_null(mkdtemp(place->folder));
}

static void remove_place(struct place *place) {
  static const char *const files[] = {"danh.db", "danh.db-wal", "danh.db-shm", "danh.db.lock", "danh.ini", "danh.ini.new", "lock", "danh.sock", "seal.key", "evidence.key"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    (void)unlink((const char *)arena_printf(&place->arena, "%s/%s", place->folder, files[i]).ptr);
  }
  (void)rmdir((const char *)arena_printf(&place->arena, "%s/evidence", place->folder).ptr);
  assert_int_equal(rmdir(place->folder), 0);
  arena_free(&place->arena);
}

static void write_ini(struct place *place, const char *text) {
  FILE *file = fopen((const char *)arena_printf(&place->arena, "%s/danh.ini", place->folder).ptr, "we");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static void a_configuration_survives_saving(void **state) {
  (void)state;
  struct place place;
  make_place(&place);
  struct server_config saved = {.origin = S("https://danh.example"),
                                .clock_offset_ms = -86400000,
                                .demo = true,
                                .sandbox = true,
                                .signer_socket = S("/run/danh/signer.sock"),
                                .bank_bin = S("970436"),
                                .bank_account = S("0011"),
                                .bank_secret_path = S("/etc/danh/bank"),
                                .receivers = {{.name = S("national_portal"), .url = S("https://portal.example/d"), .key_path = S("/etc/danh/portal.der")}},
                                .receiver_count = 1};
  assert_ok(server_config_save(place.folder, &saved));
  struct server_config loaded;
  assert_ok(server_config_load(place.folder, &place.arena, &loaded));
  assert_true(slice_eq(loaded.origin, saved.origin));
  assert_true(loaded.clock_offset_ms == -86400000 && loaded.demo && loaded.sandbox);
  assert_true(slice_eq(loaded.signer_socket, saved.signer_socket));
  assert_true(slice_eq(loaded.bank_secret_path, saved.bank_secret_path));
  assert_int_equal(loaded.receiver_count, 1);
  assert_true(slice_eq(loaded.receivers[0].url, saved.receivers[0].url));
  assert_true(slice_eq(loaded.receivers[0].name, S("national_portal")));
  remove_place(&place);
}

static void rejects_a_configuration_it_does_not_know_whole(void **state) {
  (void)state;
  static const struct {
    const char *defect;
    const char *text;
  } rows[] = {
      {"an unknown key", "[installation]\norigon = https://a\n"},
      {"an unknown section", "[instalation]\norigin = https://a\n"},
      {"a key outside a section", "origin = https://a\n"},
      {"a key given twice", "[installation]\ndemo = 1\ndemo = 0\n"},
      {"a switch that is neither 0 nor 1", "[installation]\ndemo = yes\n"},
      {"a number with a tail", "[installation]\nclock_offset_ms = 12x\n"},
      {"an origin with a final slash", "[installation]\norigin = https://a/\n"},
      {"an origin with a path", "[installation]\norigin = https://a/b\n"},
      {"an origin of another scheme", "[installation]\norigin = ftp://a\n"},
      {"an origin that is no address", "[installation]\norigin = danh.example\n"},
      {"a receiver without a name", "[receiver ]\nurl = https://a\n"},
      {"a receiver's unknown key", "[receiver a]\nuri = https://a\n"},
      {"five receivers", "[receiver a]\nurl=https://a\n[receiver b]\nurl=https://a\n[receiver c]\nurl=https://a\n[receiver d]\nurl=https://a\n"
                         "[receiver e]\nurl=https://a\n"},
      {"a line that is no setting", "[installation]\nhello\n"},
  };
  struct place place;
  make_place(&place);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct server_config config;
    write_ini(&place, rows[i].text);
    result loaded = server_config_load(place.folder, &place.arena, &config);
    if (!is_code(loaded, SERVER_CONFIG)) {
      fail_msg("accepted %s", rows[i].defect);
    }
  }
  write_ini(&place, "; a comment\n\n[installation]\ndemo = 0\n");
  struct server_config config;
  assert_ok(server_config_load(place.folder, &place.arena, &config));
  remove_place(&place);
}

static void one_process_writes_and_many_read(void **state) {
  (void)state;
  struct place place;
  struct server_installation *writer = NULL;
  struct server_installation *second = NULL;
  struct server_installation *reader = NULL;
  make_place(&place);
  assert_code(server_installation_open("/tmp/danh_no_such_folder", SERVER_WRITE, &writer), SERVER_DATA_MISSING);
  assert_code(server_installation_open(place.folder, SERVER_WRITE, &writer), SERVER_DATA_MISSING);
  assert_code(server_installation_open(place.folder, SERVER_READ, &reader), SERVER_DATA_MISSING);
  assert_ok(server_installation_open(place.folder, SERVER_CREATE, &writer));
  assert_code(server_installation_open(place.folder, SERVER_WRITE, &second), SERVER_LOCKED);
  assert_ok(server_installation_open(place.folder, SERVER_READ, &reader));
  server_installation_close(&reader);
  server_installation_close(&writer);
  assert_ok(server_installation_open(place.folder, SERVER_WRITE, &second));
  server_installation_close(&second);
  remove_place(&place);
}

/* ---- writes ---- */

static result echo(struct server_installation *installation, const struct jin *args, struct jout *out) {
  struct slice word;
  TRY(jin_fields(args, (const char *const[]){"word", NULL}));
  TRY(jin_text(args, "word", 20, &word));
  if (slice_is(word, "refuse")) {
    FAIL(SERVER_DATA_EXISTS, "as asked");
  }
  jout_object(out);
  jout_put_text(out, "word", word);
  jout_put_bool(out, "locked", installation->lock_fd >= 0);
  jout_object_end(out);
  return OK;
}
static const struct server_write rows[] = {{"echo", echo}, {0}};
static const struct server_writes writes = {rows};

static void check_writes(struct place *place, const char *where) {
  struct server_write_order order = {.data = place->folder, .mode = SERVER_WRITE, .name = "echo", .args = S("{\"word\":\"xin chào\"}")};
  struct slice answer = {0};
  assert_ok(server_write_call(&writes, &order, &place->arena, &answer));
  if (!slice_is(answer, "{\"word\":\"xin chào\",\"locked\":true}")) {
    fail_msg("%s: %.*s", where, SLICE_ARG(answer));
  }
  order.args = S("{\"word\":\"refuse\"}");
  assert_code(server_write_call(&writes, &order, &place->arena, &answer), SERVER_DATA_EXISTS);
  assert_string_equal(fault_last()->detail, "as asked");
  order.args = S("{\"wrod\":\"a\"}");
  assert_code(server_write_call(&writes, &order, &place->arena, &answer), CODEC_JSON_FIELD_UNKNOWN);
  order.args = S("[1");
  assert_code(server_write_call(&writes, &order, &place->arena, &answer), CODEC_JSON_SYNTAX);
  order.name = "no.such";
  assert_code(server_write_call(&writes, &order, &place->arena, &answer), SERVER_WRITE_UNKNOWN);
}

static void a_write_gives_the_same_answer_here_and_in_the_server(void **state) {
  (void)state;
  struct place place;
  struct server_installation *holder = NULL;
  struct admin admin = {.writes = writes};
  make_place(&place);
  assert_ok(server_installation_open(place.folder, SERVER_CREATE, &holder));
  admin.installation = holder;
  assert_ok(server_admin_open(&admin));
  check_writes(&place, "in the server");
  server_admin_close(&admin);
  server_installation_close(&holder);
  check_writes(&place, "here");
  remove_place(&place);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_configuration_survives_saving),
      cmocka_unit_test(rejects_a_configuration_it_does_not_know_whole),
      cmocka_unit_test(one_process_writes_and_many_read),
      cmocka_unit_test(a_write_gives_the_same_answer_here_and_in_the_server),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
