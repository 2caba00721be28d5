/* authenticator/authenticator_fixture.h: for authenticator's tests: one active account on a fresh database under a clock that stands. (private to
 * authenticator/, tests only) */
#pragma once
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "authenticator/authenticator.h"
#include "db/engine_fixture.h"
#include "ledger/ledger.h"
#include "message/message.h"
/* last: cmocka wants its headers before it */
#include "base/unit_test.h"

static const char PIN[] = "001090000011";
static const char PASSWORD[] = "cá voi xanh hát đêm";
static const char PASSCODE[] = "480713";
enum { MINUTE = 60 * 1000, PARALLEL = 50 };

struct place {
  char dir[64];
  char path[96];
  struct db *db;
  struct clock clock;
  struct random random;
  struct secret sealing;
  struct env env;
  struct arena arena;
  int64_t citizen;
  int64_t other;
  struct account_token token;
  struct account_session session; /* level 2, fresh */
};

static inline void place_open(struct place *place) {
  static struct db_migration migrations[64];
  size_t count = 0;
  const struct db_migration *const modules[] = {ledger_migrations, message_migrations, register_migrations, account_migrations,
                                                authenticator_migrations};
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    for (const struct db_migration *m = modules[i]; m->module; m++) {
      migrations[count++] = *m;
    }
  }
  struct db_options options = {.path = place->path, .mode = DB_CREATE, .migrations = migrations, .readers = 8};
  assert_ok(db_engine_open(&options, &place->db));
  place->env = (struct env){.db = place->db, .clock = &place->clock, .random = &place->random, .sealing = &place->sealing,
                            .origin = S("http://localhost:1")};
}

struct person_line {
  struct place *place;
  const char *pin;
  int64_t person_id;
};
static inline result write_person(struct db_tx *tx, void *arg) {
  struct person_line *line = arg;
  struct register_act act = {.legal_basis = S("test")};
  struct register_person person = {.pin = slice_str(line->pin), .name = S("Nguyễn Văn Đức"), .sex = REGISTER_MALE, .birth = {1990, 2, 17},
                                   .birth_province = S("01"), .ethnic = 1, .nationality = S("VN"), .card_number = slice_str(line->pin),
                                   .card_issued = 19600, .card_expires = 22000, .life = REGISTER_ALIVE};
  TRY(register_person_add(&line->place->env, tx, &act, &person));
  line->person_id = person.person_id;
  return OK;
}
static inline int64_t add_person(struct place *place, const char *pin) {
  struct person_line line = {place, pin, 0};
  assert_ok(db_write(place->db, write_person, &line));
  struct account_demo demo = {.person_id = line.person_id, .level = 2, .password = slice_str(PASSWORD), .passcode = slice_str(PASSCODE),
                              .phone = slice_str(strcmp(pin, PIN) == 0 ? "0912345678" : "0912345679")};
  assert_ok(account_demo_create(&place->env, NULL, &demo));
  return line.person_id;
}

static inline struct account_client client_of(void) {
  return (struct account_client){.address = S("192.0.2.7"), .network = S("192.0.2.7"), .agent = S("Mozilla/5.0 (Linux; Android 14) Chrome/130")};
}

/* Password, then passcode: level 2, fresh. */
static inline void sign_in(struct place *place, const char *pin) {
  struct account_credentials credentials = {.pin = slice_str(pin), .password = slice_str(PASSWORD), .client = client_of()};
  assert_ok(account_sign_in(&place->env, NULL, &credentials, &place->token, &place->session));
  assert_ok(account_passcode_check(&place->env, NULL, &place->session, slice_str(PASSCODE)));
}

static inline int place_set_up(void **state) {
  struct place *place = calloc(1, sizeof *place);
  (void)snprintf(place->dir, sizeof place->dir, "/tmp/danh_authenticator_test_XXXXXX");
  assert_non_null(mkdtemp(place->dir));
  (void)snprintf(place->path, sizeof place->path, "%s/danh.db", place->dir);
  place->clock = clock_fixed(1718935200000); /* 2024-06-21T09:00+07:00 */
  place->random = random_seeded(7);
  place->sealing.len = 32;
  arena_init(&place->arena);
  place_open(place);
  place->citizen = add_person(place, PIN);
  place->other = add_person(place, "001090000013");
  sign_in(place, PIN);
  *state = place;
  return 0;
}
static inline int place_tear_down(void **state) {
  struct place *place = *state;
  db_close(&place->db);
  arena_free(&place->arena);
  char command[128];
  (void)snprintf(command, sizeof command, "rm -rf %s", place->dir);
  int ignored = system(command);
  free(place);
  return ignored;
}
static inline void restart(struct place *place) {
  db_close(&place->db);
  place_open(place);
}
static inline void pass(struct place *place, int64_t ms) { clock_fixed_set(&place->clock, clock_now_ms(&place->clock) + ms); }

static inline int64_t count_rows(struct place *place, const char *sql, struct db_args args) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(place->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_row(tx, sql, args, &rows));
  return db_int(&rows, 0);
}
static inline struct authenticator_list list_of(struct place *place, int64_t person_id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct authenticator_list list = {0};
  assert_ok(db_read_begin(place->db, &tx));
  assert_ok(authenticator_list(tx, person_id, &place->arena, &list));
  return list;
}
static inline struct slice newest_message(struct place *place, int64_t person_id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct message_list list = {0};
  assert_ok(db_read_begin(place->db, &tx));
  assert_ok(message_list(tx, person_id, 1, &place->arena, &list));
  return list.count > 0 ? list.items[0].text : S("");
}
static inline bool contains(struct slice text, const char *part) { return memmem(text.ptr, text.len, part, strlen(part)) != NULL; }

/* Fifty at once with the same answer: how many were granted. */
struct runner {
  struct place *place;
  const struct authenticator_answer *answer;
  result got;
};
static inline void *run_prove(void *arg) {
  struct runner *runner = arg;
  struct authenticator_granted granted = {0};
  runner->got = authenticator_prove(&runner->place->env, runner->answer, &granted);
  return NULL;
}
static inline int proven_in_parallel(struct place *place, const struct authenticator_answer *answer) {
  static struct runner runners[PARALLEL];
  pthread_t threads[PARALLEL];
  int proven = 0;
  for (int i = 0; i < PARALLEL; i++) {
    runners[i] = (struct runner){place, answer, OK};
    assert_int_equal(pthread_create(&threads[i], NULL, run_prove, &runners[i]), 0);
  }
  for (int i = 0; i < PARALLEL; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    proven += is_ok(runners[i].got);
  }
  return proven;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_set_up, place_tear_down)
