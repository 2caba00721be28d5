/* Attacks first: each must fail for the attacker, and the same road must lead the holder home. */
#include <stdio.h>
#include <stdlib.h>

#include "authenticator/authenticator.h"
#include "db/engine_fixture.h"
#include "recovery/case.h"
/* last: cmocka wants its headers before it */
#include "base/unit_test.h"

enum { HOUR = 3600 * 1000 };
static const char PIN[] = "001090000011";
static const char PASSWORD[] = "cá voi xanh hát đêm";
static const char NEW_PASSWORD[] = "ba con mèo trên mái";
static const char PASSCODE[] = "480713";

struct place {
  char dir[64];
  struct db *db;
  struct clock clock;
  struct random random;
  struct secret sealing;
  struct env env;
  struct arena arena;
  int64_t holder;
  int64_t helper;
  int64_t collector;
  int64_t approver;
  struct recovery_opened opened;
};

struct adding {
  struct place *place;
  const char *pin;
  int64_t person_id;
};
static result write_person(struct db_tx *tx, void *arg) {
  struct adding *it = arg;
  struct register_act act = {.legal_basis = S("test")};
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
  struct account_demo demo = {.person_id = it.person_id, .level = 2, .password = slice_str(PASSWORD), .passcode = slice_str(PASSCODE), .phone = slice_str(phone)};
  assert_ok(account_demo_create(&p->env, NULL, &demo));
  return it.person_id;
}

static int set_up(void **state) {
  static struct db_migration migrations[64];
  size_t count = 0;
  const struct db_migration *const modules[] = {ledger_migrations,  message_migrations,       evidence_migrations, register_migrations,
                                                account_migrations, authenticator_migrations, recovery_migrations};
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    for (const struct db_migration *m = modules[i]; m->module; m++) {
      migrations[count++] = *m;
    }
  }
  struct place *p = calloc(1, sizeof *p);
  (void)snprintf(p->dir, sizeof p->dir, "/tmp/danh_recovery_test_XXXXXX");
  assert_non_null(mkdtemp(p->dir));
  arena_init(&p->arena);
  p->clock = clock_fixed(1718935200000);
  p->random = random_seeded(5);
  p->sealing.len = 32;
  struct db_options options = {
      .path = (const char *)arena_printf(&p->arena, "%s/danh.db", p->dir).ptr, .mode = DB_CREATE, .migrations = migrations, .readers = 4};
  assert_ok(db_engine_open(&options, &p->db));
  p->env = (struct env){.db = p->db, .clock = &p->clock, .random = &p->random, .sealing = &p->sealing, .origin = S("https://danh.example")};
  p->holder = add_person(p, PIN, "0912345678");
  p->helper = add_person(p, "001090000013", "0912345679");
  p->collector = add_person(p, "001090000014", "0912345670");
  p->approver = add_person(p, "001090000015", "0912345671");
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

static struct recovery_opened begin(struct place *p, const char *pin) {
  struct recovery_opening opening = {slice_str(pin), {.address = S("192.0.2.7"), .network = S("192.0.2.7")}};
  struct recovery_opened opened = {0};
  assert_ok(recovery_open(&p->env, &opening, &opened));
  return opened;
}
static struct recovery_case case_of(struct place *p, const struct recovery_opened *opened) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct recovery_case found = {0};
  assert_ok(db_read_begin(p->db, &tx));
  assert_ok(recovery_of_claim(&p->env, tx, &p->arena, slice_str(opened->claim), &found));
  return found;
}
static struct slice last_text(struct place *p, int64_t person_id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct message_list list = {0};
  assert_ok(db_read_begin(p->db, &tx));
  assert_ok(message_list(tx, person_id, 30, &p->arena, &list));
  return list.count > 0 ? list.items[0].text : S("");
}
static struct slice digits_in(struct slice text) {
  for (size_t i = 0; i + 8 <= text.len; i++) {
    size_t n = 0;
    while (n < 8 && text.ptr[i + n] >= '0' && text.ptr[i + n] <= '9') {
      n++;
    }
    if (n == 8) {
      return slice_sub(text, i, 8);
    }
  }
  return S("");
}
static void later(struct place *p, int64_t ms) { clock_fixed_set(&p->clock, clock_now_ms(&p->clock) + ms); }

static result prove_number(struct place *p, const struct recovery_opened *opened) {
  struct recovery_entry entry = {.claim = slice_str(opened->claim), .client = {.network = S("192.0.2.7")}};
  later(p, 1);
  assert_ok(recovery_number_ask(&p->env, &entry));
  entry.code = digits_in(last_text(p, p->holder));
  return recovery_number_prove(&p->env, &entry);
}

struct visit { /* somebody before an officer */
  int64_t officer;
  bool has_card;
  enum evidence_verdict verdict;
  const char *picture;
  const char *new_phone;
};
/* A photograph of what is said, each time with another comment of the camera's in it. */
static struct slice photograph(struct place *p, struct slice of_what) {
  static const char head[] = "\xff\xc0\0\x0b\x08\x01\x2c\0\xc8\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0";
  struct buf buf;
  buf_init(&buf, &p->arena, 256);
  buf_append_str(&buf, "\xff\xd8\xff\xfe");
  buf_append(&buf, slice_of("\0\x12", 2));
  buf_printf(&buf, "%016llx", (unsigned long long)random_u64(&p->random));
  buf_append(&buf, slice_of(head, sizeof head - 1));
  buf_append(&buf, of_what);
  buf_append_str(&buf, "\xff\xd9");
  return buf_slice(&buf);
}
static struct recovery_collection collection_of(struct place *p, const struct recovery_opened *opened, const struct visit *visit) {
  const struct evidence_opinion opinion = {.verdict = visit->verdict, .score = 640, .engine = S("engine 1"), .reason = S("")};
  bool is_seen = visit->verdict == EVIDENCE_UNSURE;
  const char *picture = visit->picture ? visit->picture : (const char *)arena_printf(&p->arena, "%s at %lld", opened->number, (long long)random_u64(&p->random)).ptr;
  return (struct recovery_collection){.number = slice_str(opened->number),
                                      .officer = {visit->officer, S("collector@H26")},
                                      .card_number = visit->has_card ? slice_str(PIN) : S(""),
                                      .card_issued = 19600,
                                      .new_phone = slice_str(visit->new_phone),
                                      .face = photograph(p, arena_printf(&p->arena, "face %s", picture)),
                                      .fingerprints = photograph(p, arena_printf(&p->arena, "prints %s", picture)),
                                      .findings = {{EVIDENCE_FACE, opinion, is_seen}, {EVIDENCE_FINGERPRINTS, opinion, is_seen}}};
}
static result collect(struct place *p, const struct recovery_opened *opened, const struct visit *visit) {
  struct account_actor officer = {visit->officer, S("collector@H26")};
  struct account_token ticket = {0};
  result begun = recovery_capture_begin(&p->env, slice_str(opened->number), &officer, &ticket);
  if (!is_ok(begun)) {
    return begun;
  }
  struct recovery_collection collection = collection_of(p, opened, visit);
  collection.ticket = slice_str(ticket.text);
  return recovery_collect(&p->env, &collection);
}

struct acting {
  struct place *place;
  struct slice number;
  int64_t person_id;
  struct slice pin;
  struct slice reason;
};
static result write_approve(struct db_tx *tx, void *arg) {
  struct acting *it = arg;
  return recovery_approve(&it->place->env, tx, &(const struct recovery_decision){it->number, {it->person_id, S("approver@H26")}, S("")});
}
static result write_reject(struct db_tx *tx, void *arg) {
  struct acting *it = arg;
  return recovery_reject(&it->place->env, tx, &(const struct recovery_decision){it->number, {it->person_id, S("approver@H26")}, it->reason});
}
static result write_help(struct db_tx *tx, void *arg) {
  struct acting *it = arg;
  return recovery_help(&it->place->env, tx, it->person_id, it->number);
}
static result write_name(struct db_tx *tx, void *arg) {
  struct acting *it = arg;
  return recovery_contact_name(&it->place->env, tx, it->person_id, it->pin);
}
static result write_veto_own(struct db_tx *tx, void *arg) {
  struct acting *it = arg;
  return recovery_veto_own(&it->place->env, tx, it->person_id, it->number);
}
static result act(struct place *p, db_fn fn, const struct recovery_opened *opened, int64_t person_id) {
  struct acting it = {.place = p, .number = slice_str(opened->number), .person_id = person_id, .reason = S("Nghi giả mạo")};
  return db_write(p->db, fn, &it);
}
static result name_contact(struct place *p, const char *pin) {
  struct acting it = {.place = p, .person_id = p->holder, .pin = slice_str(pin)};
  return db_write(p->db, write_name, &it);
}

static result finish(struct place *p, const struct recovery_opened *opened) {
  struct recovery_entry entry = {.claim = slice_str(opened->claim)};
  struct account_secrets secrets = {slice_str(NEW_PASSWORD), S("915082")};
  return recovery_finish(&p->env, NULL, &entry, &secrets);
}
static result sign_in(struct place *p, const char *password) {
  struct account_credentials credentials = {.pin = slice_str(PIN), .password = slice_str(password), .client = {.network = S("192.0.2.9")}};
  struct account_token token;
  struct account_session session;
  return account_sign_in(&p->env, NULL, &credentials, &token, &session);
}
static struct slice veto_in(struct slice text) {
  const uint8_t *at = memmem(text.ptr, text.len, "?v=", 3);
  assert_non_null(at);
  return slice_of(at + 3, TOKEN_TEXT_BYTES);
}

/* ---- stories ---- */

/* [N3 accepts] card, code to the settled number, face and fingerprints */
static void card_number_and_person_open_it_after_a_day(void **state) {
  struct place *p = *state;
  struct recovery_opened mine = begin(p, PIN);
  assert_ok(prove_number(p, &mine));
  later(p, 1);
  assert_ok(collect(p, &mine, &(const struct visit){p->collector, true, EVIDENCE_MATCH, NULL, NULL}));
  assert_int_equal(case_of(p, &mine).path, RECOVERY_BY_CARD_AND_NUMBER);
  assert_code(finish(p, &mine), RECOVERY_TOO_EARLY);
  later(p, 24 * HOUR);
  assert_ok(finish(p, &mine));
  assert_code(sign_in(p, PASSWORD), ACCOUNT_CREDENTIALS);
  assert_ok(sign_in(p, NEW_PASSWORD));
  assert_code(finish(p, &mine), RECOVERY_MOVE); /* once */
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(p->db, &tx));
  assert_code(account_capability_check(&p->env, tx, p->holder, ACCOUNT_CAPABILITY_SIGN), ACCOUNT_CAPABILITY_LOCKED);
  assert_ok(account_capability_check(&p->env, tx, p->holder, ACCOUNT_CAPABILITY_SUBMIT));
}

static void a_number_that_nobody_has_opens_a_case_like_any_other(void **state) {
  struct place *p = *state;
  struct recovery_opened phantom = begin(p, "001090999999");
  assert_int_equal(case_of(p, &phantom).state, RECOVERY_OPENED);
  struct recovery_entry entry = {.claim = slice_str(phantom.claim), .code = S("12345678"), .client = {.network = S("192.0.2.7")}};
  assert_ok(recovery_number_ask(&p->env, &entry));
  assert_code(recovery_number_prove(&p->env, &entry), RECOVERY_CODE);
  assert_code(collect(p, &phantom, &(const struct visit){p->collector, true, EVIDENCE_MATCH, NULL, NULL}), RECOVERY_UNKNOWN);
  struct recovery_opened mine = begin(p, PIN);
  struct recovery_entry real = {.claim = slice_str(mine.claim), .code = S("12345678"), .client = {.network = S("192.0.2.7")}};
  for (int i = 0; i < 3; i++) {
    assert_ok(recovery_number_ask(&p->env, &real));
  }
  assert_code(recovery_number_ask(&p->env, &real), RECOVERY_MOVE); /* three a case, known or not */
  assert_code(recovery_number_prove(&p->env, &real), RECOVERY_CODE);
}

struct changing {
  struct place *place;
  const char *phone;
};
static result write_phone(struct db_tx *tx, void *arg) {
  struct changing *it = arg;
  return account_phone_change(&it->place->env, tx, it->place->holder, slice_str(it->phone));
}

/* [N4 refuses] [N14 refuses] A number moved to the thief's SIM a moment ago, and a card found in the same bag. */
static void n4_refuses_a_swapped_sim(void **state) {
  struct place *p = *state;
  struct changing it = {p, "0987654321"};
  later(p, HOUR);
  assert_ok(db_write(p->db, write_phone, &it));
  struct recovery_opened theirs = begin(p, PIN);
  struct recovery_entry entry = {.claim = slice_str(theirs.claim), .client = {.network = S("192.0.2.7")}};
  assert_ok(recovery_number_ask(&p->env, &entry));
  assert_true(slice_empty(digits_in(last_text(p, p->holder)))); /* nothing was sent to it */
  later(p, 15LL * 24 * HOUR); /* settled */
  assert_ok(prove_number(p, &theirs));
  assert_int_equal(case_of(p, &theirs).state, RECOVERY_OPENED); /* and a number alone opens nothing */
}

/* [N3 refuses] */
static void a_stolen_card_without_its_face_is_refused(void **state) {
  struct place *p = *state;
  struct recovery_opened theirs = begin(p, PIN);
  assert_code(collect(p, &theirs, &(const struct visit){p->collector, true, EVIDENCE_NO_MATCH, NULL, NULL}), RECOVERY_NO_MATCH);
  assert_int_equal(case_of(p, &theirs).state, RECOVERY_OPENED);
  struct visit visit = {p->collector, true, EVIDENCE_MATCH, NULL, NULL};
  struct recovery_collection old_card = collection_of(p, &theirs, &visit);
  struct account_token ticket;
  assert_ok(recovery_capture_begin(&p->env, slice_str(theirs.number), &old_card.officer, &ticket));
  old_card.ticket = slice_str(ticket.text);
  old_card.card_issued = 17000; /* the one before, reported lost */
  assert_code(recovery_collect(&p->env, &old_card), RECOVERY_CARD);
  assert_code(recovery_collect(&p->env, &old_card), RECOVERY_EVIDENCE_STALE); /* the ticket is gone */
}

static void replayed_evidence_is_refused(void **state) {
  struct place *p = *state;
  struct recovery_opened mine = begin(p, PIN);
  assert_ok(collect(p, &mine, &(const struct visit){p->collector, true, EVIDENCE_MATCH, "morning", NULL}));
  struct recovery_opened theirs = begin(p, PIN);
  assert_code(collect(p, &theirs, &(const struct visit){p->collector, true, EVIDENCE_MATCH, "morning", NULL}), RECOVERY_EVIDENCE_USED);
  struct account_actor officer = {p->collector, S("collector@H26")};
  struct account_token ticket;
  assert_ok(recovery_capture_begin(&p->env, slice_str(theirs.number), &officer, &ticket));
  struct visit visit = {p->approver, true, EVIDENCE_MATCH, NULL, NULL};
  struct recovery_collection foreign = collection_of(p, &theirs, &visit); /* another officer's ticket */
  foreign.ticket = slice_str(ticket.text);
  assert_code(recovery_collect(&p->env, &foreign), RECOVERY_EVIDENCE_STALE);
  visit.officer = p->collector;
  struct recovery_collection late = collection_of(p, &theirs, &visit);
  late.ticket = slice_str(ticket.text);
  later(p, 10 * 60 * 1000);
  assert_code(recovery_collect(&p->env, &late), RECOVERY_EVIDENCE_STALE);
}

static size_t findings_of(struct place *p, const struct recovery_opened *opened, struct recovery_finding ret_findings[static RECOVERY_FINDINGS]) {
  const struct recovery_case of = case_of(p, opened);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  size_t count = 0;
  assert_ok(db_read_begin(p->db, &tx));
  assert_ok(recovery_findings_load(tx, &p->arena, &of, ret_findings, &count));
  return count;
}
static int64_t lines_of(struct place *p, const char *words) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_read_begin(p->db, &tx));
  assert_ok(db_row(tx, "SELECT COUNT(*) FROM ledger_detail WHERE detail LIKE $1", DB_ARGS(db_of_text(slice_str(words))), &rows));
  return db_int(&rows, 0);
}
static void what_the_machine_said_is_kept_for_the_second_officer_and_the_auditor(void **state) {
  struct place *p = *state;
  struct recovery_finding found[RECOVERY_FINDINGS];
  struct recovery_opened mine = begin(p, PIN);
  assert_int_equal(findings_of(p, &mine, found), 0);
  const struct visit visit = {p->collector, false, EVIDENCE_UNSURE, NULL, NULL};
  struct recovery_collection unseen = collection_of(p, &mine, &visit); /* the officer says nothing of their own */
  struct account_token ticket;
  assert_ok(recovery_capture_begin(&p->env, slice_str(mine.number), &unseen.officer, &ticket));
  unseen.ticket = slice_str(ticket.text);
  unseen.findings[1].is_seen = false;
  assert_code(recovery_collect(&p->env, &unseen), RECOVERY_NO_MATCH);
  assert_int_equal(findings_of(p, &mine, found), 0); /* nothing was collected ... */
  assert_int_equal(lines_of(p, "%findings%640%"), 1); /* ... and what was tried is known */
  assert_ok(collect(p, &mine, &visit));
  assert_int_equal(findings_of(p, &mine, found), RECOVERY_FINDINGS);
  assert_int_equal(lines_of(p, "%findings%640%"), 2);
  for (size_t i = 0; i < RECOVERY_FINDINGS; i++) {
    assert_true(found[i].opinion.verdict == EVIDENCE_UNSURE && found[i].opinion.score == 640 && found[i].is_seen);
    assert_true(slice_is(found[i].opinion.engine, "engine 1"));
  }
  assert_true(found[0].kind == EVIDENCE_FACE && found[1].kind == EVIDENCE_FINGERPRINTS);
}

/* [SP800-63B-4 4.2.3 SHALL] the holder is told */
static void one_bribed_officer_is_not_two(void **state) {
  struct place *p = *state;
  struct recovery_opened theirs = begin(p, PIN);
  assert_ok(collect(p, &theirs, &(const struct visit){p->collector, false, EVIDENCE_UNSURE, NULL, "0987654322"}));
  assert_int_equal(case_of(p, &theirs).state, RECOVERY_COLLECTED);
  assert_code(act(p, write_approve, &theirs, p->collector), RECOVERY_SAME_OFFICER);
  assert_code(finish(p, &theirs), RECOVERY_MOVE);
  assert_code(act(p, write_approve, &theirs, p->holder), RECOVERY_OWN_CASE);
  assert_ok(act(p, write_approve, &theirs, p->approver)); /* two of them still meet the holder */
  assert_int_equal(case_of(p, &theirs).path, RECOVERY_BY_TWO_OFFICERS);
  later(p, 7LL * 24 * HOUR - 1);
  assert_code(finish(p, &theirs), RECOVERY_TOO_EARLY);
  assert_ok(recovery_veto(&p->env, veto_in(last_text(p, p->holder))));
  later(p, 2);
  assert_code(finish(p, &theirs), RECOVERY_MOVE);
  assert_ok(sign_in(p, PASSWORD));
}

/* [N8 accepts] whoever lost number and card still has a way */
static void two_officers_lead_home_who_lost_everything(void **state) {
  struct place *p = *state;
  struct recovery_opened mine = begin(p, PIN);
  assert_ok(collect(p, &mine, &(const struct visit){p->collector, false, EVIDENCE_MATCH, NULL, "0987654322"}));
  assert_ok(act(p, write_approve, &mine, p->approver));
  later(p, 7LL * 24 * HOUR);
  assert_ok(finish(p, &mine));
  assert_ok(sign_in(p, NEW_PASSWORD));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct account_address address = {0};
  assert_ok(db_read_begin(p->db, &tx));
  assert_ok(account_address_load(tx, p->holder, &p->arena, &address));
  assert_true(slice_is(address.phone, "0987654322"));
}

static void a_contact_alone_opens_nothing_and_a_new_one_is_none(void **state) {
  struct place *p = *state;
  assert_code(name_contact(p, PIN), RECOVERY_HELPER); /* oneself */
  assert_code(name_contact(p, "001090999999"), RECOVERY_HELPER);
  assert_ok(name_contact(p, "001090000013"));
  struct recovery_opened early = begin(p, PIN);
  assert_code(act(p, write_help, &early, p->helper), RECOVERY_NOT_HELPER); /* named a moment ago, perhaps by the thief */
  later(p, 8LL * 24 * HOUR);
  struct recovery_opened mine = begin(p, PIN);
  assert_code(act(p, write_help, &mine, p->collector), RECOVERY_NOT_HELPER);
  assert_ok(act(p, write_help, &mine, p->helper));
  assert_int_equal(case_of(p, &mine).state, RECOVERY_OPENED);
  assert_code(act(p, write_help, &mine, p->helper), RECOVERY_MOVE);
  assert_code(collect(p, &mine, &(const struct visit){p->helper, false, EVIDENCE_MATCH, NULL, NULL}), RECOVERY_OWN_CASE); /* a helper who is an officer */
  assert_ok(collect(p, &mine, &(const struct visit){p->collector, false, EVIDENCE_MATCH, NULL, NULL}));
  assert_int_equal(case_of(p, &mine).path, RECOVERY_BY_HELPER);
  later(p, 72 * HOUR);
  assert_ok(finish(p, &mine));
}

static void the_holder_stops_it_and_the_thief_with_the_phone_does_so_only_once(void **state) {
  struct place *p = *state;
  struct recovery_opened first = begin(p, PIN);
  assert_ok(collect(p, &first, &(const struct visit){p->collector, true, EVIDENCE_MATCH, NULL, NULL}));
  struct slice veto = veto_in(last_text(p, p->holder));
  assert_code(recovery_veto(&p->env, S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")), RECOVERY_UNKNOWN);
  assert_ok(recovery_veto(&p->env, veto));
  assert_code(recovery_veto(&p->env, veto), RECOVERY_MOVE);
  later(p, 1);
  struct recovery_opened second = begin(p, PIN); /* contested now */
  assert_ok(collect(p, &second, &(const struct visit){p->collector, true, EVIDENCE_MATCH, NULL, NULL}));
  assert_int_equal(case_of(p, &second).state, RECOVERY_COLLECTED); /* one officer is no longer enough */
  later(p, 1);
  assert_ok(act(p, write_approve, &second, p->approver));
  assert_code(recovery_veto(&p->env, veto_in(last_text(p, p->holder))), RECOVERY_CONTESTED);
  assert_code(act(p, write_veto_own, &second, p->helper), RECOVERY_UNKNOWN);
  assert_ok(act(p, write_veto_own, &second, p->holder));
}

static void of_two_at_once_the_first_to_end_wins(void **state) {
  struct place *p = *state;
  struct recovery_opened mine = begin(p, PIN);
  struct recovery_opened theirs = begin(p, PIN);
  assert_ok(collect(p, &mine, &(const struct visit){p->collector, true, EVIDENCE_MATCH, NULL, NULL}));
  assert_ok(collect(p, &theirs, &(const struct visit){p->collector, true, EVIDENCE_MATCH, NULL, NULL}));
  assert_code(collect(p, &mine, &(const struct visit){p->collector, true, EVIDENCE_MATCH, NULL, NULL}), RECOVERY_MOVE);
  later(p, 72 * HOUR);
  assert_ok(finish(p, &mine));
  assert_code(finish(p, &theirs), RECOVERY_MOVE);
}

/* [N8 refuses] a refusal without its reason; [N8 accepts] one with it is told to the holder, who may begin anew at once */
static void an_officer_refuses_with_a_reason(void **state) {
  struct place *p = *state;
  struct recovery_opened theirs = begin(p, PIN);
  struct acting it = {.place = p, .number = slice_str(theirs.number), .person_id = p->approver, .reason = S("")};
  assert_code(db_write(p->db, write_reject, &it), RECOVERY_REASON);
  it.reason = S("Người đến quầy không phải chủ tài khoản");
  assert_ok(db_write(p->db, write_reject, &it));
  struct slice told = last_text(p, p->holder);
  assert_non_null(memmem(told.ptr, told.len, it.reason.ptr, it.reason.len));
  assert_code(db_write(p->db, write_reject, &it), RECOVERY_MOVE);
  assert_code(collect(p, &theirs, &(const struct visit){p->collector, true, EVIDENCE_MATCH, NULL, NULL}), RECOVERY_MOVE);
  struct recovery_opened anew = begin(p, PIN);
  assert_ok(collect(p, &anew, &(const struct visit){p->collector, true, EVIDENCE_MATCH, NULL, NULL}));
}

static void only_the_claim_ends_it_and_not_for_ever(void **state) {
  struct place *p = *state;
  struct recovery_opened mine = begin(p, PIN);
  assert_ok(collect(p, &mine, &(const struct visit){p->collector, true, EVIDENCE_MATCH, NULL, NULL}));
  struct recovery_opened forged = mine;
  forged.claim[0] = forged.claim[0] == 'A' ? 'B' : 'A';
  assert_code(finish(p, &forged), RECOVERY_UNKNOWN);
  later(p, (3LL + 14) * 24 * HOUR);
  assert_code(finish(p, &mine), RECOVERY_MOVE); /* expired */
  struct recovery_opened spoken = begin(p, PIN);
  struct slice small = arena_printf(&p->arena, " %.4s %.24s", spoken.claim, spoken.claim + 5);
  struct recovery_case found = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(p->db, &tx));
  assert_ok(recovery_of_claim(&p->env, tx, &p->arena, small, &found));
}

/* [N13 accepts] [N14 accepts] four wrong ones, then the right one, to a number that counts */
static void the_right_code_after_four_wrong_ones(void **state) {
  struct place *p = *state;
  struct recovery_opened mine = begin(p, PIN);
  struct recovery_entry entry = {.claim = slice_str(mine.claim), .client = {.network = S("192.0.2.7")}};
  assert_ok(recovery_number_ask(&p->env, &entry));
  struct slice right = digits_in(last_text(p, p->holder));
  entry.code = slice_is(right, "00000000") ? S("11111111") : S("00000000");
  for (int i = 0; i < 4; i++) {
    assert_code(recovery_number_prove(&p->env, &entry), RECOVERY_CODE);
  }
  entry.code = right;
  assert_ok(recovery_number_prove(&p->env, &entry));
}

/* [N13 refuses] five wrong ones and the code is dead, the right one too */
static void five_wrong_codes_kill_the_right_one(void **state) {
  struct place *p = *state;
  struct recovery_opened mine = begin(p, PIN);
  struct recovery_entry entry = {.claim = slice_str(mine.claim), .client = {.network = S("192.0.2.7")}};
  assert_ok(recovery_number_ask(&p->env, &entry));
  struct slice right = digits_in(last_text(p, p->holder));
  entry.code = slice_is(right, "00000000") ? S("11111111") : S("00000000");
  for (int i = 0; i < 5; i++) {
    assert_code(recovery_number_prove(&p->env, &entry), RECOVERY_CODE);
  }
  entry.code = right;
  assert_code(recovery_number_prove(&p->env, &entry), RECOVERY_CODE);
}

/* [N16 accepts] a recovery code and the number, at home */
static void a_recovery_code_with_the_number_opens_it(void **state) {
  struct place *p = *state;
  struct recovery_opened mine = begin(p, PIN);
  struct account_session session = {.person_id = p->holder, .means = ACCOUNT_MEANS_RECOVERY_CODE, .auth_at_ms = clock_now_ms(&p->clock)};
  assert_ok(prove_number(p, &mine));
  assert_ok(recovery_code_prove(&p->env, slice_str(mine.claim), &session));
  assert_int_equal(case_of(p, &mine).path, RECOVERY_BY_CODE);
  later(p, 72 * HOUR);
  assert_ok(finish(p, &mine));
}

/* [N16 refuses] neither alone, nor somebody else's, nor a stale one, nor a session without one */
static void no_path_is_weaker_than_the_table(void **state) {
  struct place *p = *state;
  struct recovery_opened mine = begin(p, PIN);
  struct account_session session = {.person_id = p->helper, .means = ACCOUNT_MEANS_RECOVERY_CODE, .auth_at_ms = clock_now_ms(&p->clock)};
  assert_code(recovery_code_prove(&p->env, slice_str(mine.claim), &session), RECOVERY_CODE);
  session.person_id = p->holder;
  session.means = ACCOUNT_MEANS_PASSWORD;
  assert_code(recovery_code_prove(&p->env, slice_str(mine.claim), &session), RECOVERY_CODE);
  session.means = ACCOUNT_MEANS_RECOVERY_CODE;
  session.auth_at_ms -= HOUR;
  assert_code(recovery_code_prove(&p->env, slice_str(mine.claim), &session), RECOVERY_CODE);
  session.auth_at_ms += HOUR;
  assert_ok(recovery_code_prove(&p->env, slice_str(mine.claim), &session));
  assert_int_equal(case_of(p, &mine).state, RECOVERY_OPENED);
  assert_code(finish(p, &mine), RECOVERY_MOVE);
}

static void follows_the_table_of_moves(void **state) {
  (void)state;
  assert_true(recovery_move_is_allowed(RECOVERY_COOLING, RECOVERY_DONE));
  assert_false(recovery_move_is_allowed(RECOVERY_OPENED, RECOVERY_DONE));
  assert_false(recovery_move_is_allowed(RECOVERY_COLLECTED, RECOVERY_DONE));
  assert_false(recovery_move_is_allowed(RECOVERY_VETOED, RECOVERY_COOLING));
  assert_int_equal(recovery_path_of(RECOVERY_PROOF_NUMBER, false), RECOVERY_PATH_NONE);
  assert_int_equal(recovery_path_of(RECOVERY_PROOF_CODE, false), RECOVERY_PATH_NONE);
  assert_int_equal(recovery_path_of(RECOVERY_PROOF_CODE | RECOVERY_PROOF_NUMBER, false), RECOVERY_BY_CODE);
  assert_int_equal(recovery_path_of(RECOVERY_PROOF_CODE | RECOVERY_PROOF_NUMBER, true), RECOVERY_PATH_NONE);
  assert_int_equal(recovery_path_of(RECOVERY_PROOF_PASSKEY, false), RECOVERY_BY_PASSKEY);
  assert_int_equal(recovery_path_of(RECOVERY_PROOF_PASSKEY | RECOVERY_PROOF_NUMBER | RECOVERY_PROOF_CODE, true), RECOVERY_PATH_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(card_number_and_person_open_it_after_a_day),
      TEST(a_number_that_nobody_has_opens_a_case_like_any_other),
      TEST(n4_refuses_a_swapped_sim),
      TEST(a_stolen_card_without_its_face_is_refused),
      TEST(replayed_evidence_is_refused),
      TEST(what_the_machine_said_is_kept_for_the_second_officer_and_the_auditor),
      TEST(one_bribed_officer_is_not_two),
      TEST(two_officers_lead_home_who_lost_everything),
      TEST(a_contact_alone_opens_nothing_and_a_new_one_is_none),
      TEST(the_holder_stops_it_and_the_thief_with_the_phone_does_so_only_once),
      TEST(of_two_at_once_the_first_to_end_wins),
      TEST(an_officer_refuses_with_a_reason),
      TEST(only_the_claim_ends_it_and_not_for_ever),
      TEST(the_right_code_after_four_wrong_ones),
      TEST(five_wrong_codes_kill_the_right_one),
      TEST(a_recovery_code_with_the_number_opens_it),
      TEST(no_path_is_weaker_than_the_table),
      TEST(follows_the_table_of_moves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
