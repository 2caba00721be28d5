/* An authority's request by itself: the table of moves, its days, and beside everything granted what is refused. */
#include <stdio.h>
#include <stdlib.h>

#include "db/engine_fixture.h"
#include "ledger/ledger.h"
#include "lock_request/lock_request.h"
#include "message/message.h"
/* last: cmocka wants its headers before it */
#include "base/unit_test.h"

static const char AGENCY[] = "H26.11";
enum { NOBODYS_REQUEST = 77 };

struct place {
  char dir[64];
  struct db *db;
  struct clock clock;
  struct random random;
  struct secret sealing;
  struct env env;
  struct arena arena;
  int64_t holder;
  int64_t collector;
  int64_t approver;
  int64_t stranger; /* no account */
};

struct adding {
  struct place *place;
  const char *pin;
  int64_t person_id;
};
static result write_person(struct db_tx *tx, void *arg) {
  struct adding *it = arg;
  const struct register_act act = {.legal_basis = S("test")};
  struct register_person person = {.pin = slice_str(it->pin), .name = S("Nguyễn Văn Đức"), .sex = REGISTER_MALE, .birth = {1990, 2, 17},
                                   .birth_province = S("01"), .ethnic = 1, .nationality = S("VN"), .card_number = slice_str(it->pin),
                                   .card_issued = 19600, .card_expires = 22000, .life = REGISTER_ALIVE};
  TRY(register_person_add(&it->place->env, tx, &act, &person));
  it->person_id = person.person_id;
  return OK;
}
static int64_t add_person(struct place *p, const char *pin, const char *phone) {
  struct adding it = {p, pin, 0};
  assert_ok(db_write(p->db, write_person, &it));
  if (phone != NULL) {
    const struct account_demo demo = {.person_id = it.person_id, .level = 2, .password = S("cá voi xanh hát đêm"), .passcode = S("480713"), .phone = slice_str(phone)};
    assert_ok(account_demo_create(&p->env, NULL, &demo));
  }
  return it.person_id;
}

static int32_t day(int16_t year, uint8_t month, uint8_t of_month) { return clock_date_from((struct civil_date){year, month, of_month}); }
static int64_t at(int32_t date) { return clock_date_start_ms(date) + 10LL * 3600 * 1000; } /* ten in the morning */
static void now_is(struct place *p, int64_t at_ms) { clock_fixed_set(&p->clock, at_ms); }

static int set_up(void **state) {
  static struct db_migration migrations[64];
  size_t count = 0;
  const struct db_migration *const modules[] = {ledger_migrations, message_migrations, register_migrations, account_migrations, lock_request_migrations};
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    for (const struct db_migration *m = modules[i]; m->module; m++) {
      migrations[count++] = *m;
    }
  }
  struct place *p = calloc(1, sizeof *p);
  (void)snprintf(p->dir, sizeof p->dir, "/tmp/danh_lock_request_test_XXXXXX");
  assert_non_null(mkdtemp(p->dir));
  arena_init(&p->arena);
  p->clock = clock_fixed(at(day(2026, 11, 20))); /* a Friday */
  p->random = random_seeded(5);
  p->sealing.len = 32;
  const struct db_options options = {
      .path = (const char *)arena_printf(&p->arena, "%s/danh.db", p->dir).ptr, .mode = DB_CREATE, .migrations = migrations, .readers = 2};
  assert_ok(db_engine_open(&options, &p->db));
  p->env = (struct env){.db = p->db, .clock = &p->clock, .random = &p->random, .sealing = &p->sealing, .origin = S("https://danh.example")};
  p->holder = add_person(p, "001090000011", "0912345678");
  p->collector = add_person(p, "001090000014", "0912345670");
  p->approver = add_person(p, "001090000015", "0912345671");
  p->stranger = add_person(p, "001090000016", NULL);
  *state = p;
  return 0;
}
static int tear_down(void **state) {
  struct place *p = *state;
  db_close(&p->db);
  int ignored = system((const char *)arena_printf(&p->arena, "rm -rf %s", p->dir).ptr);
  arena_free(&p->arena);
  free(p);
  return ignored;
}

/* ---- steps ---- */

struct written {
  struct place *place;
  struct lock_request request;
  struct lock_request_step step;
  struct account_actor officer;
  int64_t request_id;
};
static result write_enter(struct db_tx *tx, void *arg) {
  struct written *w = arg;
  return lock_request_enter(&w->place->env, tx, &w->request, &w->officer, &w->request_id);
}
static result write_move(struct db_tx *tx, void *arg) {
  const struct written *w = arg;
  return lock_request_move(&w->place->env, tx, &w->step);
}

static struct lock_request about(struct place *p, const char *number) {
  return (struct lock_request){.person_id = p->holder, .agency = slice_str(AGENCY), .authority = S("Cơ quan điều tra"), .number = slice_str(number),
                               .date = day(2026, 11, 19), .ground = S("Tài khoản bị dùng để lừa đảo")};
}
static result enter(struct place *p, const struct lock_request *request, int64_t *ret_id) {
  struct written w = {.place = p, .request = *request, .officer = {p->collector, S("collector@H26.11")}};
  TRY(db_write(p->db, write_enter, &w));
  *ret_id = w.request_id;
  return OK;
}
static int64_t entered(struct place *p, const struct lock_request *request) {
  int64_t id = 0;
  assert_ok(enter(p, request, &id));
  return id;
}
static result move_by(struct place *p, int64_t id, enum lock_request_state to, int64_t officer) {
  struct written w = {.place = p, .step = {.request_id = id, .to = to, .officer = {officer, S("officer@H26.11")}, .agency = slice_str(AGENCY),
                                           .reason = S("Văn bản không ghi căn cứ pháp luật")}};
  return db_write(p->db, write_move, &w);
}
static result move(struct place *p, int64_t id, enum lock_request_state to) {
  return move_by(p, id, to, to == LOCK_REQUEST_FORWARDED || to == LOCK_REQUEST_WITHDRAWN ? p->collector : p->approver);
}
static int64_t granted(struct place *p, const struct lock_request *request) {
  int64_t id = entered(p, request);
  assert_ok(move(p, id, LOCK_REQUEST_FORWARDED));
  assert_ok(move(p, id, LOCK_REQUEST_GRANTED));
  return id;
}
static struct lock_request loaded(struct place *p, int64_t id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct lock_request request = {0};
  assert_ok(db_read_begin(p->db, &tx));
  assert_ok(lock_request_load(tx, id, &p->arena, &request));
  return request;
}
static unsigned grounds(struct place *p) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct account account = {0};
  assert_ok(db_read_begin(p->db, &tx));
  assert_ok(account_load(tx, p->holder, &account));
  return account.grounds;
}
static bool may(struct place *p, enum account_capability capability) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(p->db, &tx));
  return is_ok(account_capability_check(&p->env, tx, p->holder, capability));
}
static int64_t lines(struct place *p) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_lines list = {0};
  int64_t count = 0;
  assert_ok(db_read_begin(p->db, &tx));
  assert_ok(ledger_entries_of_person(&p->env, tx, &(struct ledger_query){.person_id = p->holder, .limit = 100}, &p->arena, &list));
  for (size_t i = 0; i < list.count; i++) {
    count += slice_is(list.items[i].kind, "lock_request.moved");
  }
  return count;
}

/* ---- moves ---- */

static void moves_as_the_picture_says_and_never_otherwise(void **state) {
  (void)state;
  static const char *const picture[] = {
      /* to: received, forwarded, granted, refused, withdrawn, lifted */
      "-x--x-", "--xxx-", "-----x", "------", "------", "------",
  };
  for (int from = LOCK_REQUEST_RECEIVED; from < LOCK_REQUEST_STATE_COUNT; from++) {
    for (int to = LOCK_REQUEST_RECEIVED; to < LOCK_REQUEST_STATE_COUNT; to++) {
      bool is_drawn = picture[from - 1][to - 1] == 'x';
      assert_int_equal(lock_request_move_is_allowed((enum lock_request_state)from, (enum lock_request_state)to), is_drawn);
    }
  }
  assert_false(lock_request_move_is_allowed((enum lock_request_state)0, LOCK_REQUEST_RECEIVED));
  assert_false(lock_request_move_is_allowed(LOCK_REQUEST_GRANTED, LOCK_REQUEST_STATE_COUNT));
}

/* Each move that is drawn is made once, every other refused, whoever asks. */
static void refuses_every_step_that_is_not_drawn(void **state) {
  struct place *p = *state;
  static const enum lock_request_state ways[][3] = {{0}, {LOCK_REQUEST_FORWARDED, 0}, {LOCK_REQUEST_FORWARDED, LOCK_REQUEST_GRANTED, 0},
                                                    {LOCK_REQUEST_FORWARDED, LOCK_REQUEST_REFUSED, 0}, {LOCK_REQUEST_WITHDRAWN, 0}};
  for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
    const struct lock_request request = about(p, (const char *)arena_printf(&p->arena, "%zu/CQĐT", way).ptr);
    int64_t id = entered(p, &request);
    for (size_t step = 0; step < 3 && ways[way][step] != 0; step++) {
      assert_ok(move(p, id, ways[way][step]));
    }
    enum lock_request_state now = loaded(p, id).state;
    for (int to = LOCK_REQUEST_RECEIVED; to < LOCK_REQUEST_STATE_COUNT; to++) {
      if (to == LOCK_REQUEST_LIFTED || !lock_request_move_is_allowed(now, (enum lock_request_state)to)) { /* lifted: by an unlock alone */
        assert_code(move(p, id, (enum lock_request_state)to), LOCK_REQUEST_MOVE);
      }
    }
    assert_int_equal(loaded(p, id).state, now);
  }
}

static void every_step_has_its_line(void **state) {
  struct place *p = *state;
  const struct lock_request request = about(p, "1/CQĐT");
  int64_t id = entered(p, &request);
  assert_int_equal(lines(p), 1);
  assert_ok(move(p, id, LOCK_REQUEST_FORWARDED));
  assert_int_equal(lines(p), 2);
  assert_code(move_by(p, id, LOCK_REQUEST_GRANTED, p->collector), LOCK_REQUEST_SAME_OFFICER);
  assert_int_equal(lines(p), 2); /* what is refused is none */
  assert_ok(move(p, id, LOCK_REQUEST_GRANTED));
  assert_int_equal(lines(p), 3);
}

/* ---- days ---- */

/* [Decree 69/2024 Art 15] one working day to forward, two to decide; days off do not count */
static void days_are_working_days(void **state) {
  struct place *p = *state;
  static const struct {
    struct civil_date received, forward_due, forwarded, decide_due;
  } rows[] = {
      {{2026, 11, 18}, {2026, 11, 19}, {2026, 11, 18}, {2026, 11, 20}}, /* within a week */
      {{2026, 11, 20}, {2026, 11, 23}, {2026, 11, 20}, {2026, 11, 25}}, /* over a week-end, and the day of culture on the 24th */
      {{2026, 11, 21}, {2026, 11, 25}, {2026, 11, 23}, {2026, 11, 26}}, /* brought on a Saturday: as on the Monday after it */
      {{2026, 12, 31}, {2027, 1, 4}, {2027, 1, 4}, {2027, 1, 6}},       /* over New Year's Day and a week-end */
      {{2026, 2, 13}, {2026, 2, 23}, {2026, 2, 23}, {2026, 2, 25}},     /* over Tết */
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    now_is(p, at(clock_date_from(rows[i].received)));
    struct lock_request request = about(p, (const char *)arena_printf(&p->arena, "%zu/CQĐT", i).ptr);
    request.date = day(2026, 1, 5);
    int64_t id = entered(p, &request);
    request = loaded(p, id);
    assert_int_equal(request.forward_due, clock_date_from(rows[i].forward_due));
    assert_int_equal(lock_request_due(&request), request.forward_due);
    now_is(p, at(clock_date_from(rows[i].forwarded)));
    assert_ok(move(p, id, LOCK_REQUEST_FORWARDED));
    request = loaded(p, id);
    assert_int_equal(request.decide_due, clock_date_from(rows[i].decide_due));
    assert_int_equal(lock_request_due(&request), request.decide_due);
    assert_ok(move(p, id, LOCK_REQUEST_REFUSED));
    request = loaded(p, id);
    assert_int_equal(lock_request_due(&request), 0);
  }
}

/* ---- entering ---- */

static void refuses_a_request_that_says_too_little_or_too_much(void **state) {
  struct place *p = *state;
  const int32_t today = day(2026, 11, 20);
  struct lock_request request = about(p, "1/CQĐT");
  int64_t id = 0;
  const struct slice texts[] = {S(""), S("   "), S("hai\ndòng"), arena_printf(&p->arena, "%0*d", 201, 0)};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    request.authority = texts[i];
    assert_code(enter(p, &request, &id), LOCK_REQUEST_TEXT);
    request = about(p, "1/CQĐT");
    request.number = texts[i];
    assert_code(enter(p, &request, &id), LOCK_REQUEST_TEXT);
    request = about(p, "1/CQĐT");
  }
  request.ground = S("quá ngắn");
  assert_code(enter(p, &request, &id), LOCK_REQUEST_TEXT);
  request.ground = arena_printf(&p->arena, "%0*d", 1001, 0);
  assert_code(enter(p, &request, &id), LOCK_REQUEST_TEXT);
  request = about(p, "1/CQĐT");
  request.date = today + 1;
  assert_code(enter(p, &request, &id), LOCK_REQUEST_DATES);
  request.date = today;
  request.until = today - 1;
  assert_code(enter(p, &request, &id), LOCK_REQUEST_DATES);
  request.until = today;
  assert_ok(enter(p, &request, &id));
}

static void refuses_who_has_no_account_their_own_case_and_a_document_twice(void **state) {
  struct place *p = *state;
  int64_t id = 0;
  struct lock_request request = about(p, "1/CQĐT");
  request.person_id = p->stranger;
  assert_code(enter(p, &request, &id), LOCK_REQUEST_NO_ACCOUNT);
  request.person_id = p->collector;
  assert_code(enter(p, &request, &id), LOCK_REQUEST_OWN_CASE);
  request.person_id = p->holder;
  assert_ok(enter(p, &request, &id));
  int64_t again = 0;
  request.number = S(" 1/CQĐT "); /* blanks make no other document */
  assert_code(enter(p, &request, &again), LOCK_REQUEST_ENTERED);
  request.capability = ACCOUNT_CAPABILITY_SIGN; /* it may ask for more than one thing */
  assert_ok(enter(p, &request, &again));
  assert_ok(move(p, id, LOCK_REQUEST_WITHDRAWN));
  request = about(p, "1/CQĐT");
  assert_ok(enter(p, &request, &again)); /* and be brought again */
}

/* ---- deciding ---- */

static void takes_two_officers_of_that_agency_and_neither_of_them_is_meant(void **state) {
  struct place *p = *state;
  struct lock_request request = about(p, "1/CQĐT");
  int64_t id = entered(p, &request);
  struct written foreign = {.place = p, .step = {.request_id = id, .to = LOCK_REQUEST_FORWARDED, .officer = {p->collector, S("x")}, .agency = S("H57.11")}};
  assert_code(db_write(p->db, write_move, &foreign), LOCK_REQUEST_UNKNOWN);
  assert_code(move(p, NOBODYS_REQUEST, LOCK_REQUEST_FORWARDED), LOCK_REQUEST_UNKNOWN);
  assert_code(move_by(p, id, LOCK_REQUEST_FORWARDED, p->holder), LOCK_REQUEST_OWN_CASE);
  assert_ok(move(p, id, LOCK_REQUEST_FORWARDED));
  assert_code(move_by(p, id, LOCK_REQUEST_REFUSED, p->collector), LOCK_REQUEST_SAME_OFFICER);
  assert_code(move_by(p, id, LOCK_REQUEST_GRANTED, p->holder), LOCK_REQUEST_OWN_CASE);
  assert_int_equal(grounds(p), 0);
  assert_ok(move(p, id, LOCK_REQUEST_GRANTED));
  assert_int_equal(grounds(p), ACCOUNT_GROUND_AUTHORITY);
}

static void a_refusal_is_in_writing_and_locks_nothing(void **state) {
  struct place *p = *state;
  const struct lock_request request = about(p, "1/CQĐT");
  int64_t id = entered(p, &request);
  assert_ok(move(p, id, LOCK_REQUEST_FORWARDED));
  struct written mute = {.place = p, .step = {.request_id = id, .to = LOCK_REQUEST_REFUSED, .officer = {p->approver, S("x")}, .agency = slice_str(AGENCY),
                                              .reason = S("không")}};
  assert_code(db_write(p->db, write_move, &mute), LOCK_REQUEST_TEXT);
  assert_ok(move(p, id, LOCK_REQUEST_REFUSED));
  const struct lock_request refused = loaded(p, id);
  static const char *const parts[] = {"Cơ quan điều tra", "1/CQĐT", "Văn bản không ghi căn cứ pháp luật", "Nghị định 69/2024/NĐ-CP, Điều 15"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    assert_non_null(memmem(refused.answer.ptr, refused.answer.len, parts[i], strlen(parts[i])));
  }
  assert_int_equal(grounds(p), 0);
}

/* ---- what a lock does ---- */

static void stays_locked_until_the_last_authority_lifts_its_own(void **state) {
  struct place *p = *state;
  const struct lock_request first = about(p, "1/CQĐT");
  struct lock_request second = about(p, "2/TAND");
  second.authority = S("Tòa án nhân dân");
  int64_t one = granted(p, &first);
  int64_t two = granted(p, &second);
  struct lock_request unlock = about(p, "3/CQĐT");
  unlock.lifts = one;
  (void)granted(p, &unlock);
  assert_int_equal(loaded(p, one).state, LOCK_REQUEST_LIFTED);
  assert_int_equal(grounds(p), ACCOUNT_GROUND_AUTHORITY);
  int64_t id = 0;
  unlock.number = S("4/CQĐT");
  assert_code(enter(p, &unlock, &id), LOCK_REQUEST_NOT_STANDING); /* it is lifted already */
  unlock.lifts = two;
  (void)granted(p, &unlock);
  assert_int_equal(grounds(p), 0);
}

static void an_unlock_of_what_was_lifted_meanwhile_is_refused(void **state) {
  struct place *p = *state;
  const struct lock_request lock = about(p, "1/CQĐT");
  struct lock_request unlock = about(p, "2/CQĐT");
  unlock.lifts = granted(p, &lock);
  int64_t early = entered(p, &unlock);
  unlock.number = S("3/CQĐT");
  (void)granted(p, &unlock);
  assert_ok(move(p, early, LOCK_REQUEST_FORWARDED));
  assert_code(move(p, early, LOCK_REQUEST_GRANTED), LOCK_REQUEST_NOT_STANDING);
  assert_int_equal(loaded(p, early).state, LOCK_REQUEST_FORWARDED); /* and can be refused in writing */
}

static void one_capability_alone_is_locked_and_unlocked(void **state) {
  struct place *p = *state;
  struct lock_request lock = about(p, "1/CQĐT");
  lock.capability = ACCOUNT_CAPABILITY_SIGN;
  struct lock_request unlock = about(p, "2/CQĐT");
  unlock.lifts = granted(p, &lock);
  assert_true(!may(p, ACCOUNT_CAPABILITY_SIGN) && may(p, ACCOUNT_CAPABILITY_SUBMIT));
  assert_int_equal(grounds(p), 0);
  int64_t id = granted(p, &unlock);
  assert_int_equal(loaded(p, id).capability, ACCOUNT_CAPABILITY_SIGN); /* taken from the lock it ends */
  assert_true(may(p, ACCOUNT_CAPABILITY_SIGN));
}

static void ends_with_its_last_day_and_the_longer_one_counts(void **state) {
  struct place *p = *state;
  struct lock_request one = about(p, "1/CQĐT");
  struct lock_request two = about(p, "2/TAND");
  one.until = day(2026, 11, 30);
  two.until = day(2026, 11, 25);
  int64_t id = granted(p, &one);
  (void)granted(p, &two);
  now_is(p, at(day(2026, 11, 30)));
  assert_ok(account_sweep(&p->env));
  assert_int_equal(grounds(p), ACCOUNT_GROUND_AUTHORITY);
  struct lock_request request = loaded(p, id);
  assert_true(lock_request_is_standing(&p->env, &request));
  now_is(p, at(day(2026, 12, 1)));
  assert_ok(account_sweep(&p->env));
  assert_int_equal(grounds(p), 0);
  assert_false(lock_request_is_standing(&p->env, &request));
  struct lock_request late = about(p, "3/CQĐT");
  late.until = day(2026, 12, 2);
  int64_t waited = entered(p, &late);
  assert_ok(move(p, waited, LOCK_REQUEST_FORWARDED));
  now_is(p, at(day(2026, 12, 3)));
  assert_code(move(p, waited, LOCK_REQUEST_GRANTED), LOCK_REQUEST_DATES); /* its last day is past */
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moves_as_the_picture_says_and_never_otherwise),
      TEST(refuses_every_step_that_is_not_drawn),
      TEST(every_step_has_its_line),
      TEST(days_are_working_days),
      TEST(refuses_a_request_that_says_too_little_or_too_much),
      TEST(refuses_who_has_no_account_their_own_case_and_a_document_twice),
      TEST(takes_two_officers_of_that_agency_and_neither_of_them_is_meant),
      TEST(a_refusal_is_in_writing_and_locks_nothing),
      TEST(stays_locked_until_the_last_authority_lifts_its_own),
      TEST(an_unlock_of_what_was_lifted_meanwhile_is_refused),
      TEST(one_capability_alone_is_locked_and_unlocked),
      TEST(ends_with_its_last_day_and_the_longer_one_counts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
