/* mandate/mandate_fixture.h: a small country for the tests of who may act for whom: a mother and her son, friends, a ward, two officers. */
#pragma once
#include <stdio.h>
#include <stdlib.h>

#include "db/engine_fixture.h"
#include "mandate/mandate.h"
#include "message/message.h"
#include "organisation/organisation.h"
/* last: cmocka wants its headers before it */
#include "base/unit_test.h"

struct country {
  char dir[64];
  struct db *db;
  struct clock clock;
  struct random random;
  struct env env;
  struct arena arena;
  int64_t mother;   /* born 1990, level 2 */
  int64_t son;      /* born 2013-08-01: 12 on the day the tests begin */
  int64_t friend_;  /* level 2 */
  int64_t other;    /* level 2 */
  int64_t level_1;  /* an adult with a level-1 account */
  int64_t ward;     /* an adult, in the care of `other` */
  int64_t officer_a, officer_b;
};

static const char MOTHER_PIN[] = "001190000021", FRIEND_PIN[] = "001090000022", OTHER_PIN[] = "001085000023";

static inline int32_t today_of(const struct country *country) { return clock_date_of(clock_now_ms(&country->clock)); }
static inline void pass_days(struct country *country, int64_t days) {
  clock_fixed_set(&country->clock, clock_now_ms(&country->clock) + days * CLOCK_DAY_MS);
}
static inline void go_to(struct country *country, const char *date) {
  int32_t day = 0;
  assert_ok(clock_date_parse(slice_str(date), &day));
  clock_fixed_set(&country->clock, clock_date_start_ms(day) + 9LL * 3600 * 1000);
}

struct person_line {
  struct country *country;
  const char *pin, *name;
  enum register_sex sex;
  struct register_birth birth;
  int level; /* of the account; 0: none */
  int64_t person_id;
};
static inline result write_person(struct db_tx *tx, void *arg) {
  struct person_line *line = arg;
  const struct register_act act = {.legal_basis = S("test")};
  struct register_person person = {.pin = slice_str(line->pin), .name = slice_str(line->name), .sex = line->sex, .birth = line->birth,
                                   .birth_province = S("01"), .ethnic = 1, .nationality = S("VN"), .card_number = slice_str(line->pin),
                                   .card_issued = 19600, .card_expires = 24000, .life = REGISTER_ALIVE};
  TRY(register_person_add(&line->country->env, tx, &act, &person));
  line->person_id = person.person_id;
  const struct account_demo demo = {.person_id = person.person_id, .level = line->level};
  return line->level > 0 ? account_demo_append(&line->country->env, tx, &demo) : OK;
}
static inline int64_t add(struct country *country, struct person_line line) {
  line.country = country;
  assert_ok(db_write(country->db, write_person, &line));
  return line.person_id;
}

struct relation_line {
  struct country *country;
  struct register_relation relation;
  bool is_end;
};
static inline result write_relation(struct db_tx *tx, void *arg) {
  struct relation_line *line = arg;
  const struct register_act act = {.legal_basis = S("test")};
  return line->is_end ? register_relation_end(&line->country->env, tx, &act, &line->relation, today_of(line->country) - 1)
                      : register_relation_add(&line->country->env, tx, &act, &line->relation);
}
static inline void relate(struct country *country, int64_t of, enum register_relation_kind kind, int64_t to) {
  struct relation_line line = {country, {.person_id = of, .kind = kind, .related_person_id = to, .from = 0, .to = REGISTER_OPEN}, false};
  assert_ok(db_write(country->db, write_relation, &line));
}
static inline void part(struct country *country, int64_t of, enum register_relation_kind kind, int64_t from) {
  struct relation_line line = {country, {.person_id = of, .kind = kind, .related_person_id = from}, true};
  assert_ok(db_write(country->db, write_relation, &line));
}

static inline int set_up(void **state) {
  static struct db_migration migrations[64];
  struct country *country = calloc(1, sizeof *country);
  char path[96];
  size_t count = 0;
  const struct db_migration *const all[] = {ledger_migrations, message_migrations, register_migrations, organisation_migrations, account_migrations,
                                            mandate_migrations};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    for (const struct db_migration *m = all[i]; m->module; m++) {
      migrations[count++] = *m;
    }
  }
  (void)snprintf(country->dir, sizeof country->dir, "/tmp/danh_mandate_test_XXXXXX");
  assert_non_null(mkdtemp(country->dir));
  (void)snprintf(path, sizeof path, "%s/danh.db", country->dir);
  const struct db_options options = {.path = path, .mode = DB_CREATE, .migrations = migrations, .readers = 4};
  assert_ok(db_engine_open(&options, &country->db));
  country->random = random_seeded(11);
  country->env = (struct env){.db = country->db, .clock = &country->clock, .random = &country->random, .origin = S("http://localhost:1")};
  arena_init(&country->arena);
  country->clock = clock_fixed(0);
  go_to(country, "2026-06-01");
  country->mother = add(country, (struct person_line){.pin = MOTHER_PIN, .name = "Trần Thị Mai", .sex = REGISTER_FEMALE, .birth = {1990, 2, 17}, .level = 2});
  country->son = add(country, (struct person_line){.pin = "001213000024", .name = "Lê Minh Quân", .sex = REGISTER_MALE, .birth = {2013, 8, 1}});
  country->friend_ = add(country, (struct person_line){.pin = FRIEND_PIN, .name = "Phạm Đức Hòa", .sex = REGISTER_MALE, .birth = {1990, 1, 1}, .level = 2});
  country->other = add(country, (struct person_line){.pin = OTHER_PIN, .name = "Vũ Văn Sơn", .sex = REGISTER_MALE, .birth = {1985, 1, 1}, .level = 2});
  country->level_1 = add(country, (struct person_line){.pin = "001088000025", .name = "Hồ Văn Tài", .sex = REGISTER_MALE, .birth = {1988, 1, 1}, .level = 1});
  country->ward = add(country, (struct person_line){.pin = "001070000026", .name = "Vũ Văn Lâm", .sex = REGISTER_MALE, .birth = {1970, 1, 1}, .level = 2});
  country->officer_a = add(country, (struct person_line){.pin = "001180000027", .name = "Đỗ Thị Hạnh", .sex = REGISTER_FEMALE, .birth = {1980, 1, 1}, .level = 2});
  country->officer_b = add(country, (struct person_line){.pin = "001081000028", .name = "Bùi Văn Kiên", .sex = REGISTER_MALE, .birth = {1981, 1, 1}, .level = 2});
  relate(country, country->son, REGISTER_MOTHER, country->mother);
  relate(country, country->ward, REGISTER_GUARDIAN, country->other);
  *state = country;
  return 0;
}

static inline int tear_down(void **state) {
  struct country *country = *state;
  db_close(&country->db);
  arena_free(&country->arena);
  char command[128];
  (void)snprintf(command, sizeof command, "rm -rf %s", country->dir);
  int ignored = system(command);
  free(country);
  return ignored;
}

/* ---- asking ---- */

static inline result may(struct country *country, int64_t actor, int64_t principal, const char *scope) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct mandate mandate;
  assert_ok(db_read_begin(country->db, &tx));
  const struct mandate_question question = {.actor_id = actor, .principal_id = principal, .scope = slice_str(scope)};
  return mandate_check(&country->env, tx, &question, &country->arena, &mandate);
}

/* ---- delegates ---- */

struct giving {
  struct env *env;
  struct mandate_offer offer;
  struct mandate_paper paper;
  struct mandate_step step;
  int64_t mandate_id;
};
static inline result write_offer(struct db_tx *tx, void *arg) {
  struct giving *giving = arg;
  return mandate_give(giving->env, tx, &giving->offer, &giving->mandate_id);
}
static inline result write_paper(struct db_tx *tx, void *arg) {
  struct giving *giving = arg;
  return mandate_enter(giving->env, tx, &giving->paper, &giving->mandate_id);
}
static inline result write_step(struct db_tx *tx, void *arg) {
  struct giving *giving = arg;
  return mandate_move(giving->env, tx, &giving->step);
}
static inline result give(struct country *country, struct mandate_offer offer, int64_t *ret_id) {
  struct giving giving = {.env = &country->env, .offer = offer};
  TRY(db_write(country->db, write_offer, &giving));
  *ret_id = giving.mandate_id;
  return OK;
}
static inline result move(struct country *country, int64_t id, enum mandate_state to, int64_t actor) {
  struct giving giving = {.env = &country->env, .step = {.mandate_id = id, .to = to, .actor = {actor, S("")}}};
  return db_write(country->db, write_step, &giving);
}
/* From the mother to the friend, a month long. */
static inline struct mandate_offer offer_of(struct country *country) {
  return (struct mandate_offer){.giver_id = country->mother, .pin = slice_str(FRIEND_PIN), .name = S("Phạm Đức Hòa"),
                                .scopes = S("dossier.lltp sign_in:bank"), .to = today_of(country) + 30};
}
static inline int64_t delegate(struct country *country) {
  int64_t id = 0;
  assert_ok(give(country, offer_of(country), &id));
  assert_ok(move(country, id, MANDATE_ACTIVE, country->friend_));
  return id;
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
