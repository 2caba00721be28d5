/* account/account_fixture.h: for account's tests: a small country on a fresh database under a clock that stands. (private to account/, tests only) */
#pragma once
#include <stdio.h>
#include <stdlib.h>

#include "account/account.h"
#include "account/authenticator.h"
#include "db/engine_fixture.h"
#include "ledger/ledger.h"
/* last: cmocka wants its headers before it */
#include "base/unit_test.h"

static const char PASSWORD[] = "cá voi xanh hát đêm";
static const char PASSCODE[] = "480713";
static const char PHONE[] = "0912345678";

struct country {
  char dir[64];
  char path[96];
  struct db *db;
  struct clock clock;
  struct random random;
  struct env env;
  struct arena arena;
  int64_t citizen;   /* born 1990-02-17, card valid */
  int64_t collector;
  int64_t approver;
  int64_t stranger;  /* no account */
  int64_t child;     /* of 8 years, the citizen's */
  int64_t toddler;   /* of 3 years */
};

static inline void country_open(struct country *country) {
  static struct db_migration migrations[32];
  size_t count = 0;
  const struct db_migration *const modules[] = {ledger_migrations, message_migrations, register_migrations, account_migrations};
  for (size_t i = 0; i < 4; i++) {
    for (const struct db_migration *m = modules[i]; m->module; m++) {
      migrations[count++] = *m;
    }
  }
  struct db_options options = {.path = country->path, .mode = DB_CREATE, .migrations = migrations, .readers = 4};
  assert_ok(db_engine_open(&options, &country->db));
  account_memory_close(&country->env.account); /* it goes with the process */
  country->env = (struct env){.account = account_memory_open(), .db = country->db, .clock = &country->clock, .random = &country->random, .origin = S("http://localhost:1")};
}

struct person_line {
  struct country *country;
  const char *pin;
  const char *name;
  enum register_sex sex;
  struct register_birth birth;
  int64_t person_id;
};

static inline result write_person(struct db_tx *tx, void *arg) {
  struct person_line *line = arg;
  struct register_act act = {.legal_basis = S("test")};
  struct register_person person = {.pin = slice_str(line->pin), .name = slice_str(line->name), .sex = line->sex, .birth = line->birth,
                                   .birth_province = S("01"), .ethnic = 1, .nationality = S("VN"), .card_number = slice_str(line->pin),
                                   .card_issued = 19600, .card_expires = 22000, .life = REGISTER_ALIVE};
  TRY(register_person_add(&line->country->env, tx, &act, &person));
  line->person_id = person.person_id;
  return OK;
}

static inline int64_t add_person(struct country *country, const char *pin, const char *name, enum register_sex sex,
                                 struct register_birth birth) {
  struct person_line line = {country, pin, name, sex, birth, 0};
  assert_ok(db_write(country->db, write_person, &line));
  return line.person_id;
}

static inline result write_family(struct db_tx *tx, void *arg) {
  struct country *country = arg;
  struct register_act act = {.legal_basis = S("test")};
  struct register_relation father = {.person_id = country->child, .kind = REGISTER_FATHER, .related_person_id = country->citizen,
                                     .name = S("Nguyễn Văn Đức"), .birth = {1990, 2, 17}, .from = 0, .to = REGISTER_OPEN};
  return register_relation_add(&country->env, tx, &act, &father);
}

static inline int country_set_up(void **state) {
  struct country *country = calloc(1, sizeof *country);
  (void)snprintf(country->dir, sizeof country->dir, "/tmp/danh_account_test_XXXXXX");
  assert_non_null(mkdtemp(country->dir));
  (void)snprintf(country->path, sizeof country->path, "%s/danh.db", country->dir);
  country->clock = clock_fixed(1718935200000); /* 2024-06-21T09:00+07:00 */
  country->random = random_seeded(7);
  arena_init(&country->arena);
  country_open(country);
  country->citizen = add_person(country, "001090000011", "Nguyễn Văn Đức", REGISTER_MALE, (struct register_birth){1990, 2, 17});
  country->collector = add_person(country, "001185000012", "Trần Thị Thu", REGISTER_FEMALE, (struct register_birth){1985, 5, 3});
  country->approver = add_person(country, "001075000013", "Lê Văn Cảnh", REGISTER_MALE, (struct register_birth){1975, 9, 9});
  country->stranger = add_person(country, "001099000014", "Phạm Văn Khang", REGISTER_MALE, (struct register_birth){1999, 1, 1});
  country->child = add_person(country, "001216000015", "Nguyễn Văn Minh", REGISTER_MALE, (struct register_birth){2016, 3, 1});
  country->toddler = add_person(country, "001221000016", "Nguyễn Văn Bình", REGISTER_MALE, (struct register_birth){2021, 3, 1});
  assert_ok(db_write(country->db, write_family, country));
  *state = country;
  return 0;
}

static inline int country_tear_down(void **state) {
  struct country *country = *state;
  account_memory_close(&country->env.account);
  db_close(&country->db);
  arena_free(&country->arena);
  char command[128];
  (void)snprintf(command, sizeof command, "rm -rf %s", country->dir);
  int ignored = system(command);
  free(country);
  return ignored;
}

/* Calls inside a write function of their own: account functions that take (env, tx, one more). */
struct written {
  struct env *env;
  result (*lock)(struct env *env, struct db_tx *tx, const struct account_lock *lock);
  result (*enrol)(struct env *env, struct db_tx *tx, const struct account_enrolment *enrolment);
  const struct account_lock *the_lock;
  const struct account_enrolment *the_enrolment;
};

static inline result write_it(struct db_tx *tx, void *arg) {
  struct written *it = arg;
  return it->lock ? it->lock(it->env, tx, it->the_lock) : it->enrol(it->env, tx, it->the_enrolment);
}

static inline result lock_written(struct country *country, const struct account_lock *lock) {
  return db_write(country->db, write_it, &(struct written){.env = &country->env, .lock = account_lock, .the_lock = lock});
}
static inline result unlock_written(struct country *country, const struct account_lock *lock) {
  return db_write(country->db, write_it, &(struct written){.env = &country->env, .lock = account_unlock, .the_lock = lock});
}
static inline result collect_written(struct country *country, const struct account_enrolment *enrolment) {
  return db_write(country->db, write_it, &(struct written){.env = &country->env, .enrol = account_enrol_collect, .the_enrolment = enrolment});
}
static inline result approve_written(struct country *country, const struct account_enrolment *enrolment) {
  return db_write(country->db, write_it, &(struct written){.env = &country->env, .enrol = account_enrol_approve, .the_enrolment = enrolment});
}

static inline struct account account_of(struct country *country, int64_t person_id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct account account = {0};
  assert_ok(db_read_begin(country->db, &tx));
  assert_ok(account_load(tx, person_id, &account));
  return account;
}

static inline struct account_enrolment enrolment_of(struct country *country, int64_t person_id) {
  return (struct account_enrolment){.person_id = person_id, .level = 2, .dossier_code = S("G01.899.101-240621-0001"),
                                    .officer = {country->collector, S("collector@G01.899.101")}, .phone = slice_str(PHONE),
                                    .face_matched = true, .fingerprints_matched = true};
}
static inline struct account_enrolment approval_of(struct country *country, int64_t person_id) {
  struct account_enrolment approval = enrolment_of(country, person_id);
  approval.officer = (struct account_actor){country->approver, S("approver@G01.899.101")};
  return approval;
}

/* The newest message of a person. */
static inline struct slice message_of(struct country *country, int64_t person_id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct message_list list = {0};
  assert_ok(db_read_begin(country->db, &tx));
  assert_ok(message_list(tx, person_id, 10, &country->arena, &list));
  assert_true(list.count > 0);
  return list.items[0].text;
}

/* The eight digits in a message. */
static inline struct slice code_in(struct slice message) {
  for (size_t i = 0; i + ACCOUNT_CODE_DIGITS <= message.len; i++) {
    struct slice digits = slice_sub(message, i, ACCOUNT_CODE_DIGITS);
    if (account_is_digits(digits)) {
      return digits;
    }
  }
  fail_msg("no code in the message");
  return S("");
}

static inline void make_active(struct country *country, int64_t person_id) {
  struct account_demo demo = {.person_id = person_id, .level = 2, .password = slice_str(PASSWORD), .passcode = slice_str(PASSCODE)};
  assert_ok(account_demo_create(&country->env, NULL, &demo));
}

static inline result write_phone(struct db_tx *tx, void *arg) {
  const struct account_enrolment *whose = arg;
  TRY(db_run(tx, "INSERT INTO account_phone (phone, person_id) VALUES ($1, $2)", DB_ARGS(db_of_text(whose->phone), db_of_int(whose->person_id)), NULL));
  return db_run(tx, "UPDATE account SET phone = $1 WHERE person_id = $2", DB_ARGS(db_of_text(whose->phone), db_of_int(whose->person_id)), NULL);
}
static inline void make_active_with_phone(struct country *country, int64_t person_id, const char *phone) {
  make_active(country, person_id);
  struct account_enrolment whose = {.person_id = person_id, .phone = slice_str(phone)};
  assert_ok(db_write(country->db, write_phone, &whose));
}

static inline result sign_in(struct country *country, const char *pin, const char *password, struct account_token *ret_token) {
  struct account_session session = {0};
  struct account_credentials credentials = {
      .pin = slice_str(pin), .password = slice_str(password), .client = {.address = S("192.0.2.7"), .network = S("192.0.2.7"), .agent = S("Firefox")}};
  return account_sign_in(&country->env, NULL, &credentials, ret_token, &session);
}
static inline result find(struct country *country, const struct account_token *token, struct account_session *ret_session) {
  return account_session_find(&country->env, slice_str(token->text), ret_session);
}
static inline void pass(struct country *country, int64_t ms) {
  clock_fixed_set(&country->clock, clock_now_ms(&country->clock) + ms);
}

static inline int64_t count_rows(struct country *country, const char *sql, struct db_args args) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(country->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_row(tx, sql, args, &rows));
  return db_int(&rows, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, country_set_up, country_tear_down)
