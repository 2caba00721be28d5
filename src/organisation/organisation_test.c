#include "db/engine_fixture.h"
#include "organisation/organisation.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ledger/ledger.h"
/* keep behind the headers under test */
#include "base/unit_test.h"

struct fixture {
  char dir[64];
  struct db *db;
  struct clock clock;
  struct random random;
  struct env env;
  struct arena arena;
  int64_t people[3];
};

static int32_t day(int16_t year, uint8_t month, uint8_t of_month) { return clock_date_from((struct civil_date){year, month, of_month}); }

static result add_people(struct db_tx *tx, void *arg) {
  static const char *const pins[] = {"001093047064", "001180000011", "001075000022"};
  struct fixture *f = arg;
  const struct register_act act = {.actor_role = S("system"), .legal_basis = S("Luật Căn cước")};
  for (int i = 0; i < 3; i++) {
    struct register_person person = {.pin = slice_str(pins[i]), .name = S("Nguyễn Văn An"), .sex = i == 1 ? REGISTER_FEMALE : REGISTER_MALE,
                                     .birth = {(int16_t)(i == 0 ? 1993 : i == 1 ? 1980 : 1975), 1, 5}, .birth_province = S("01"), .ethnic = 1,
                                     .nationality = S("VN"), .life = REGISTER_ALIVE};
    TRY(register_person_add(&f->env, tx, &act, &person));
    f->people[i] = person.person_id;
  }
  return OK;
}

static int open_fixture(void **state) {
  static struct db_migration migrations[40];
  size_t count = 0;
  const struct db_migration *const modules[] = {ledger_migrations, register_migrations, organisation_migrations};
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    for (const struct db_migration *each = modules[i]; each->module; each++) {
      migrations[count++] = *each;
    }
  }
  struct fixture *f = heap_alloc(sizeof *f);
  (void)snprintf(f->dir, sizeof f->dir, "/tmp/danh-organisation-XXXXXX");
  assert_non_null(mkdtemp(f->dir));
  char path[96];
  (void)snprintf(path, sizeof path, "%s/danh.db", f->dir);
  assert_ok(db_engine_open(&(const struct db_options){.path = path, .mode = DB_CREATE, .migrations = migrations, .readers = 2}, &f->db));
  f->clock = clock_fixed(clock_date_start_ms(day(2026, 11, 20)) + 10 * 3600 * 1000);
  f->random = random_seeded(11);
  f->env = (struct env){.db = f->db, .clock = &f->clock, .random = &f->random};
  arena_init(&f->arena);
  assert_ok(db_write(f->db, add_people, f));
  *state = f;
  return 0;
}

static int close_fixture(void **state) {
  static const char *const files[] = {"danh.db", "danh.db-wal", "danh.db-shm", "danh.db.lock"};
  struct fixture *f = *state;
  db_close(&f->db);
  arena_free(&f->arena);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char path[96];
    (void)snprintf(path, sizeof path, "%s/%s", f->dir, files[i]);
    (void)unlink(path);
  }
  (void)rmdir(f->dir);
  free(f);
  return 0;
}

static const struct register_act act = {.actor_role = S_INIT("system"), .legal_basis = S_INIT("Luật Doanh nghiệp")};

static struct organisation sample(const char *code) {
  return (struct organisation){.code = slice_str(code), .tax_code = slice_str(code), .name = S("Công ty Sen Hồng"), .founded_on = day(2015, 3, 9),
                               .head_office = S("Số 12 phố Hàng Bài"), .province = S("01"), .status = ORGANISATION_WORKING, .is_in_database = true};
}

/* What a test does inside one write. */
struct job {
  struct fixture *f;
  struct organisation *organisation;
  int representatives;
};

static result add_job(struct db_tx *tx, void *arg) {
  struct job *job = arg;
  TRY(organisation_add(&job->f->env, tx, &act, job->organisation));
  for (int i = 0; i < job->representatives; i++) {
    const struct organisation_representative r = {job->organisation->organisation_id, job->f->people[i], S("Giám đốc"), day(2015, 3, 9), REGISTER_OPEN};
    TRY(organisation_representative_add(&job->f->env, tx, &act, &r));
  }
  return OK;
}

static void a_record_is_found_by_each_of_its_numbers(void **state) {
  struct fixture *f = *state;
  struct organisation o = sample("9900000011");
  o.enterprise_code = S("9900000099-001");
  assert_ok(db_write(f->db, add_job, &(struct job){f, &o, 1}));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct organisation again;
  int64_t id = 0;
  assert_ok(db_read_begin(f->db, &tx));
  assert_ok(organisation_find(tx, S("9900000099-001"), &id));
  assert_ok(organisation_load(tx, &f->arena, id, &again));
  assert_true(slice_is(again.name, "Công ty Sen Hồng") && again.founded_on == day(2015, 3, 9) && again.is_in_database);
  assert_code(organisation_find(tx, S("9900000012"), &id), ORGANISATION_UNKNOWN);
  assert_code(organisation_find(tx, S("99000000"), &id), ORGANISATION_CODE);
  assert_code(organisation_find(tx, S("9900000011-0a1"), &id), ORGANISATION_CODE);
}

static void refuses_a_wrong_record(void **state) {
  struct fixture *f = *state;
  struct organisation good = sample("9900000011");
  assert_ok(db_write(f->db, add_job, &(struct job){f, &good, 0}));
  struct organisation cases[] = {sample("9900000011"), sample("99000"), sample("9900000012"), sample("9900000012"), sample("9900000012")};
  const uint16_t codes[] = {ORGANISATION_TAKEN, ORGANISATION_CODE, ORGANISATION_FIELD, ORGANISATION_FIELD, ORGANISATION_FIELD};
  cases[2].name = S("");
  cases[3].province = S("99");
  cases[4].founded_on = day(2027, 1, 1);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_code(db_write(f->db, add_job, &(struct job){f, &cases[i], 0}), codes[i]);
  }
}

struct enrol {
  struct fixture *f;
  struct organisation_enrolment e;
  enum { COLLECT, CONSENT, OBJECT, APPROVE, REJECT } what;
  enum organisation_state state;
};

static result enrol_job(struct db_tx *tx, void *arg) {
  struct enrol *job = arg;
  struct env *env = &job->f->env;
  switch (job->what) {
    case COLLECT: return organisation_enrol_collect(env, tx, &job->e, &job->state);
    case CONSENT: return organisation_enrol_consent(env, tx, &job->e, true, &job->state);
    case OBJECT: return organisation_enrol_consent(env, tx, &job->e, false, &job->state);
    case APPROVE: return organisation_enrol_approve(env, tx, &job->e);
    default: return organisation_enrol_reject(env, tx, &job->e, S("Tên không khớp"));
  }
}

static struct enrol order(struct fixture *f, const struct organisation *o, int64_t actor) {
  return (struct enrol){.f = f, .e = {o->organisation_id, f->people[0], S("H26.11-261120-0001"), actor, S("")}};
}

static enum organisation_state state_of(struct fixture *f, int64_t id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct organisation_account account;
  assert_ok(db_read_begin(f->db, &tx));
  assert_ok(organisation_account_load(tx, &f->arena, id, &account));
  return account.state;
}

/* [Decree 69/2024 Art 7] one account; [Decree 69/2024 Art 12] the representative's own */
static void one_representative_one_account(void **state) {
  struct fixture *f = *state;
  struct organisation o = sample("9900000011");
  assert_ok(db_write(f->db, add_job, &(struct job){f, &o, 1}));
  struct enrol job = order(f, &o, f->people[0]);
  struct enrol stranger = job;
  stranger.e.representative_id = f->people[1];
  assert_code(db_write(f->db, enrol_job, &stranger), ORGANISATION_NOT_REPRESENTATIVE);
  assert_ok(db_write(f->db, enrol_job, &job));
  assert_int_equal(job.state, ORGANISATION_VERIFYING);
  assert_code(db_write(f->db, enrol_job, &job), ORGANISATION_MOVE);
  struct enrol other = job;
  other.what = APPROVE;
  other.e.dossier_code = S("H26.11-261120-0002");
  assert_code(db_write(f->db, enrol_job, &other), ORGANISATION_MOVE);
  job.what = APPROVE;
  assert_ok(db_write(f->db, enrol_job, &job));
  assert_int_equal(state_of(f, o.organisation_id), ORGANISATION_ACTIVE);
  assert_code(db_write(f->db, enrol_job, &job), ORGANISATION_MOVE);
  job.what = COLLECT;
  assert_code(db_write(f->db, enrol_job, &job), ORGANISATION_MOVE);
}

static void every_other_representative_consents(void **state) {
  struct fixture *f = *state;
  struct organisation o = sample("9900000011");
  assert_ok(db_write(f->db, add_job, &(struct job){f, &o, 3}));
  struct enrol job = order(f, &o, f->people[0]);
  assert_ok(db_write(f->db, enrol_job, &job));
  assert_int_equal(job.state, ORGANISATION_CONSENTING);
  job.what = APPROVE;
  assert_code(db_write(f->db, enrol_job, &job), ORGANISATION_MOVE);
  job.what = CONSENT;
  assert_code(db_write(f->db, enrol_job, &job), ORGANISATION_CONSENT_GIVEN); /* the applicant's own does not count */
  job.e.actor_id = f->people[1];
  assert_ok(db_write(f->db, enrol_job, &job));
  assert_int_equal(job.state, ORGANISATION_CONSENTING);
  assert_code(db_write(f->db, enrol_job, &job), ORGANISATION_CONSENT_GIVEN);
  job.e.actor_id = f->people[2];
  assert_ok(db_write(f->db, enrol_job, &job));
  assert_int_equal(state_of(f, o.organisation_id), ORGANISATION_VERIFYING);
}

static void one_refusal_ends_it_and_it_may_begin_anew(void **state) {
  struct fixture *f = *state;
  struct organisation o = sample("9900000011");
  assert_ok(db_write(f->db, add_job, &(struct job){f, &o, 2}));
  struct enrol job = order(f, &o, f->people[0]);
  assert_ok(db_write(f->db, enrol_job, &job));
  job.what = OBJECT;
  job.e.actor_id = f->people[1];
  assert_ok(db_write(f->db, enrol_job, &job));
  assert_int_equal(state_of(f, o.organisation_id), ORGANISATION_REJECTED);
  struct enrol again = order(f, &o, f->people[0]);
  again.e.dossier_code = S("H26.11-261120-0002");
  assert_ok(db_write(f->db, enrol_job, &again));
  assert_int_equal(again.state, ORGANISATION_CONSENTING);
}

static void a_suspended_one_gets_none(void **state) {
  struct fixture *f = *state;
  struct organisation o = sample("9900000011");
  o.status = ORGANISATION_SUSPENDED;
  assert_ok(db_write(f->db, add_job, &(struct job){f, &o, 1}));
  struct enrol job = order(f, &o, f->people[0]);
  assert_code(db_write(f->db, enrol_job, &job), ORGANISATION_ENDED);
}

static result end_job(struct db_tx *tx, void *arg) {
  struct job *job = arg;
  const struct organisation_representative r = {.organisation_id = job->organisation->organisation_id, .person_id = job->f->people[0]};
  return organisation_representative_end(&job->f->env, tx, &act, &r, day(2026, 11, 19));
}

static void who_has_left_represents_no_more(void **state) {
  struct fixture *f = *state;
  struct organisation o = sample("9900000011");
  assert_ok(db_write(f->db, add_job, &(struct job){f, &o, 2}));
  assert_ok(db_write(f->db, end_job, &(struct job){f, &o, 0}));
  assert_code(db_write(f->db, end_job, &(struct job){f, &o, 0}), ORGANISATION_NOT_REPRESENTATIVE);
  struct enrol job = order(f, &o, f->people[0]);
  assert_code(db_write(f->db, enrol_job, &job), ORGANISATION_NOT_REPRESENTATIVE);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct organisation_representative_list list;
  assert_ok(db_read_begin(f->db, &tx));
  assert_ok(organisation_representatives_load(tx, &f->arena, o.organisation_id, day(2026, 11, 19), &list));
  assert_int_equal(list.count, 2);
  assert_ok(organisation_representatives_load(tx, &f->arena, o.organisation_id, day(2026, 11, 20), &list));
  assert_int_equal(list.count, 1);
  assert_ok(organisation_represented_load(tx, &f->arena, f->people[1], day(2026, 11, 20), &list));
  assert_int_equal(list.items[0].organisation_id, o.organisation_id);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)
  const struct CMUnitTest tests[] = {
      CASE(a_record_is_found_by_each_of_its_numbers),
      CASE(refuses_a_wrong_record),
      CASE(one_representative_one_account),
      CASE(every_other_representative_consents),
      CASE(one_refusal_ends_it_and_it_may_begin_anew),
      CASE(a_suspended_one_gets_none),
      CASE(who_has_left_represents_no_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
