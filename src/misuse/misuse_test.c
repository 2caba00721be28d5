/* A read that its holder reports, the supervisor's answer, and what nobody may do. */
#include <stdio.h>
#include <stdlib.h>

#include "db/engine_fixture.h"
#include "ledger/ledger.h"
#include "message/message.h"
#include "misuse/misuse.h"
/* last: cmocka wants its headers before it */
#include "base/unit_test.h"

enum { PERSON = 41, OTHER = 42, OFFICER = 700, SUPERVISOR = 701 };

struct fixture {
  char dir[64];
  struct db *db;
  struct clock clock;
  struct random random;
  struct env env;
  struct arena arena;
  int64_t read_id; /* of PERSON's data by OFFICER */
};

static const struct account_actor supervisor = {SUPERVISOR, S_INIT("supervisor@G01")};

static int64_t newest_of(struct fixture *f, int64_t person_id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_lines lines;
  assert_ok(db_read_begin(f->db, &tx));
  assert_ok(ledger_entries_of_person(&f->env, tx, &(struct ledger_query){.person_id = person_id, .limit = 1}, &f->arena, &lines));
  return lines.items[0].entry_id;
}

static int64_t reads(struct fixture *f, int64_t actor, int64_t person) {
  const struct ledger_entry entry = {.kind = "dossier.read", .actor_person_id = actor, .actor_role = S("records_officer@H26.11"),
                                     .subjects = &person, .subject_count = 1, .legal_basis = S("Thụ lý hồ sơ"), .detail = S("{}")};
  assert_ok(ledger_record_read(&f->env, &entry));
  return newest_of(f, person);
}

static int set_up(void **state) {
  static struct db_migration migrations[64];
  const struct db_migration *const all[] = {ledger_migrations, message_migrations, register_migrations, account_migrations, misuse_migrations};
  struct fixture *f = calloc(1, sizeof *f);
  char path[96];
  size_t count = 0;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    for (const struct db_migration *m = all[i]; m->module; m++) {
      migrations[count++] = *m;
    }
  }
  (void)snprintf(f->dir, sizeof f->dir, "/tmp/danh_misuse_test_XXXXXX");
  assert_non_null(mkdtemp(f->dir));
  (void)snprintf(path, sizeof path, "%s/danh.db", f->dir);
  assert_ok(db_engine_open(&(const struct db_options){.path = path, .mode = DB_CREATE, .migrations = migrations, .readers = 2}, &f->db));
  f->clock = clock_fixed(1763953200000); /* 2025-11-24T10:00+07:00, a Monday */
  f->random = random_seeded(5);
  f->env = (struct env){.db = f->db, .clock = &f->clock, .random = &f->random};
  arena_init(&f->arena);
  f->read_id = reads(f, OFFICER, PERSON);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  db_close(&f->db);
  arena_free(&f->arena);
  char command[128];
  (void)snprintf(command, sizeof command, "rm -rf %s", f->dir);
  int ignored = system(command);
  free(f);
  return ignored;
}

struct written {
  struct fixture *f;
  struct misuse_order order;
  struct misuse_step step;
  int64_t report_id;
};
static result write_report(struct db_tx *tx, void *arg) {
  struct written *w = arg;
  return misuse_report_make(&w->f->env, tx, &w->order, &w->report_id);
}
static result write_step(struct db_tx *tx, void *arg) {
  struct written *w = arg;
  return misuse_move(&w->f->env, tx, &w->step);
}
static result report(struct fixture *f, int64_t person, int64_t entry, const char *reason, int64_t *ret_id) {
  struct written w = {.f = f, .order = {person, person, entry, slice_str(reason)}};
  TRY(db_write(f->db, write_report, &w));
  *ret_id = w.report_id;
  return OK;
}
static result answer(struct fixture *f, int64_t id, enum misuse_state to, struct account_actor actor, const char *text) {
  struct written w = {.f = f, .step = {id, to, actor, slice_str(text)}};
  return db_write(f->db, write_step, &w);
}

static struct misuse_report load(struct fixture *f, int64_t id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct misuse_report report;
  assert_ok(db_read_begin(f->db, &tx));
  assert_ok(misuse_load(tx, id, &f->arena, &report));
  return report;
}

static const char REASON[] = "Tôi không nộp hồ sơ nào ở cơ quan này";

static void a_read_is_reported_once_and_answered_within_thirty_days(void **state) {
  struct fixture *f = *state;
  int64_t id = 0;
  assert_ok(report(f, PERSON, f->read_id, REASON, &id));
  struct misuse_report made = load(f, id);
  assert_true(made.state == MISUSE_OPEN && made.reader_id == OFFICER && made.entry_id == f->read_id);
  assert_int_equal(made.due_date - clock_date_of(made.reported_at_ms), 30);
  assert_code(report(f, PERSON, f->read_id, REASON, &id), MISUSE_REPORTED);
  assert_ok(answer(f, made.report_id, MISUSE_FOUND, supervisor, "Cán bộ đã xem ngoài nhiệm vụ; đã xử lý"));
  assert_int_equal(load(f, made.report_id).state, MISUSE_FOUND);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_lines lines;
  assert_ok(db_read_begin(f->db, &tx));
  assert_ok(ledger_entries_of_person(&f->env, tx, &(struct ledger_query){.person_id = OFFICER, .limit = 5}, &f->arena, &lines));
  assert_true(lines.count == 1 && slice_is(lines.items[0].kind, "misuse.answered")); /* it stands in the record of whoever read */
}

static void rejects_what_is_no_read_of_ones_own_data(void **state) {
  struct fixture *f = *state;
  int64_t id = 0;
  assert_code(report(f, OTHER, f->read_id, REASON, &id), MISUSE_ENTRY);      /* somebody else's */
  assert_code(report(f, PERSON, f->read_id + 1000, REASON, &id), MISUSE_ENTRY);
  assert_code(report(f, PERSON, reads(f, PERSON, PERSON), REASON, &id), MISUSE_ENTRY); /* their own look */
  assert_code(report(f, PERSON, f->read_id, "  ngắn quá ", &id), MISUSE_TEXT);
  assert_ok(report(f, PERSON, f->read_id, REASON, &id));
  assert_code(report(f, PERSON, newest_of(f, PERSON), REASON, &id), MISUSE_ENTRY); /* an act, no read */
}

static void neither_who_read_nor_who_reported_answers(void **state) {
  struct fixture *f = *state;
  int64_t id = 0;
  assert_ok(report(f, PERSON, f->read_id, REASON, &id));
  assert_code(answer(f, id, MISUSE_LAWFUL, (struct account_actor){OFFICER, S("supervisor@G01")}, "Việc xem đúng nhiệm vụ"), MISUSE_OWN_CASE);
  assert_code(answer(f, id, MISUSE_LAWFUL, (struct account_actor){PERSON, S("supervisor@G01")}, "Việc xem đúng nhiệm vụ"), MISUSE_OWN_CASE);
  assert_code(answer(f, id, MISUSE_LAWFUL, (struct account_actor){OTHER, S("")}, "Việc xem đúng nhiệm vụ"), MISUSE_UNKNOWN);
  assert_code(answer(f, id, MISUSE_WITHDRAWN, (struct account_actor){OTHER, S("")}, ""), MISUSE_UNKNOWN);
  assert_code(answer(f, id, MISUSE_LAWFUL, supervisor, "Ổn"), MISUSE_TEXT);
  assert_ok(answer(f, id, MISUSE_WITHDRAWN, (struct account_actor){PERSON, S("")}, ""));
  assert_code(answer(f, id, MISUSE_LAWFUL, supervisor, "Việc xem đúng nhiệm vụ"), MISUSE_MOVE);
}

static void the_moves_are_those_of_the_picture(void **state) {
  (void)state;
  for (int from = 0; from <= MISUSE_STATE_COUNT; from++) {
    for (int to = 0; to <= MISUSE_STATE_COUNT; to++) {
      bool is_allowed = from == MISUSE_OPEN && to > MISUSE_OPEN && to < MISUSE_STATE_COUNT;
      assert_int_equal(misuse_move_is_allowed((enum misuse_state)from, (enum misuse_state)to), is_allowed);
    }
  }
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      EACH(a_read_is_reported_once_and_answered_within_thirty_days),
      EACH(rejects_what_is_no_read_of_ones_own_data),
      EACH(neither_who_read_nor_who_reported_answers),
      cmocka_unit_test(the_moves_are_those_of_the_picture),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
