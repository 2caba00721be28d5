/* The fifty people: their numbers hold, each is what its purpose says, and the document is the table. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "authenticator/authenticator.h"
#include "base/buf.h"
#include "db/engine_fixture.h"
#include "ledger/ledger.h"
#include "mandate/mandate.h"
#include "message/message.h"
#include "organisation/organisation.h"
#include "outbox/outbox.h"
#include "sandbox/sandbox.h"

#include "base/unit_test.h"

struct place {
  char folder[64];
  struct arena arena;
  struct clock clock;
  struct random random;
  struct secret sealing;
  struct env env;
};

static int place_open(void **state) {
  static struct db_migration migrations[64];
  const struct db_migration *const modules[] = {ledger_migrations, outbox_migrations, message_migrations, register_migrations,
                                               account_migrations, organisation_migrations, mandate_migrations, authenticator_migrations};
  size_t count = 0;
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    for (const struct db_migration *each = modules[i]; each->module != NULL; each++) {
      migrations[count++] = *each;
    }
  }
  struct place *place = heap_alloc(sizeof *place);
  *place = (struct place){.folder = "/tmp/danh_sandbox_XXXXXX"};
  arena_init(&place->arena);
  assert_non_null(mkdtemp(place->folder));
  const struct db_options options = {.path = (const char *)arena_printf(&place->arena, "%s/danh.db", place->folder).ptr,
                                     .mode = DB_CREATE, .migrations = migrations, .readers = 2};
  place->clock = clock_fixed(1795327200000); /* 2026-11-22T13:00+07:00 */
  place->random = random_seeded(3);
  place->sealing.len = 32;
  place->env = (struct env){.clock = &place->clock, .random = &place->random, .sealing = &place->sealing, .origin = S("http://localhost:1")};
  assert_ok(db_engine_open(&options, &place->env.db));
  assert_ok(sandbox_create(&place->env));
  *state = place;
  return 0;
}

static int place_close(void **state) {
  struct place *place = *state;
  static const char *const files[] = {"danh.db", "danh.db-wal", "danh.db-shm", "danh.db.lock"};
  db_close(&place->env.db);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    (void)unlink((const char *)arena_printf(&place->arena, "%s/%s", place->folder, files[i]).ptr);
  }
  assert_int_equal(rmdir(place->folder), 0);
  arena_free(&place->arena);
  free(place);
  return 0;
}

static int64_t person_of(struct place *place, const char *pin) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  int64_t person_id = 0;
  assert_ok(db_read_begin(place->env.db, &tx));
  assert_ok(register_person_find(tx, slice_str(pin), &person_id));
  return person_id;
}

static struct account account_of(struct place *place, const char *name) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct account account = {0};
  for (size_t i = 0; i < SANDBOX_PEOPLE; i++) {
    if (strcmp(sandbox_people[i].name, name) == 0) {
      int64_t person_id = person_of(place, sandbox_people[i].pin);
      assert_ok(db_read_begin(place->env.db, &tx));
      assert_ok(account_load(tx, person_id, &account));
      return account;
    }
  }
  fail_msg("nobody is called %s", name);
  return account;
}

static void everybody_is_there_once_and_begins_as_documented(void **state) {
  struct place *place = *state;
  for (size_t i = 0; i < SANDBOX_PEOPLE; i++) {
    (void)person_of(place, sandbox_people[i].pin);
    assert_int_equal(account_of(place, sandbox_people[i].name).level, sandbox_people[i].level);
    for (size_t other = 0; other < i; other++) {
      assert_string_not_equal(sandbox_people[i].name, sandbox_people[other].name);
      assert_string_not_equal(sandbox_people[i].pin, sandbox_people[other].pin);
    }
  }
}

static void each_account_is_in_the_state_its_purpose_says(void **state) {
  struct place *place = *state;
  static const struct {
    const char *name;
    enum account_state state;
    unsigned grounds;
  } rows[] = {
      {"adult", ACCOUNT_ACTIVE, 0},
      {"no_account", ACCOUNT_NONE, 0},
      {"not_activated", ACCOUNT_APPROVED, 0},
      {"enrolment_open", ACCOUNT_VERIFYING, 0},
      {"enrolment_rejected", ACCOUNT_REJECTED, 0},
      {"upgrade_open", ACCOUNT_ACTIVE, 0},
      {"locked_holder", ACCOUNT_STATE_LOCKED, ACCOUNT_GROUND_HOLDER},
      {"locked_terms", ACCOUNT_STATE_LOCKED, ACCOUNT_GROUND_TERMS},
      {"locked_authority", ACCOUNT_STATE_LOCKED, ACCOUNT_GROUND_AUTHORITY},
      {"locked_card", ACCOUNT_STATE_LOCKED, ACCOUNT_GROUND_CARD},
      {"locked_residence", ACCOUNT_STATE_LOCKED, ACCOUNT_GROUND_RESIDENCE},
      {"locked_death", ACCOUNT_STATE_LOCKED, ACCOUNT_GROUND_DEATH},
      {"locked_twice", ACCOUNT_STATE_LOCKED, ACCOUNT_GROUND_HOLDER | ACCOUNT_GROUND_AUTHORITY},
      {"locked_password", ACCOUNT_STATE_LOCKED, ACCOUNT_GROUND_WRONG_PASSWORD},
      {"unlocked", ACCOUNT_ACTIVE, 0},
      {"closed", ACCOUNT_CLOSED, 0},
      {"card_expiring", ACCOUNT_ACTIVE, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct account account = account_of(place, rows[i].name);
    assert_int_equal(account.state, rows[i].state);
    assert_int_equal(account.grounds & ~(rows[i].state == ACCOUNT_CLOSED ? (unsigned)ACCOUNT_GROUND_HOLDER : 0U), rows[i].grounds);
  }
}

static void the_published_secrets_open_an_active_account_and_no_locked_one(void **state) {
  struct place *place = *state;
  struct account_token token;
  struct account_session session;
  struct account_credentials credentials = {.pin = S("001090900001"), .password = S(SANDBOX_PASSWORD)};
  assert_ok(account_sign_in(&place->env, NULL, &credentials, &token, &session));
  assert_int_equal(session.level, 2);
  credentials.password = S("hoa-sen-trang-ho-tai");
  assert_code(account_sign_in(&place->env, NULL, &credentials, &token, &session), ACCOUNT_CREDENTIALS);
  credentials = (struct account_credentials){.pin = S("001085900009"), .password = S(SANDBOX_PASSWORD)};
  assert_code(account_sign_in(&place->env, NULL, &credentials, &token, &session), ACCOUNT_LOCKED);
}

static void a_parent_and_a_guardian_represent_theirs_and_nobody_else(void **state) {
  struct place *place = *state;
  static const struct {
    const char *adult, *other;
    bool represents;
  } rows[] = {{"001086900024", "001316900020", true}, {"001174900026", "001070900025", true}, {"001090900001", "001316900020", false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    int64_t adult = person_of(place, rows[i].adult);
    int64_t other = person_of(place, rows[i].other);
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    bool represents = !rows[i].represents;
    assert_ok(db_read_begin(place->env.db, &tx));
    assert_ok(register_represents(tx, adult, other, clock_date_of(clock_now_ms(&place->clock)), &represents));
    assert_int_equal(represents, rows[i].represents);
  }
}

static struct mandate_question asks(struct place *place, const char *actor, const char *principal, const char *scope) {
  return (struct mandate_question){.actor_id = person_of(place, actor), .principal_id = person_of(place, principal), .scope = slice_str(scope)};
}

static void the_delegate_acts_for_elder_within_the_scope_and_for_nobody_else(void **state) {
  struct place *place = *state;
  static const struct {
    const char *actor, *principal, *scope;
    uint16_t code;
  } rows[] = {
      {"001080900034", "001151900033", "dossier.lltp", 0},
      {"001080900034", "001151900033", "wallet.view", MANDATE_SCOPE},
      {"001151900033", "001080900034", "dossier.lltp", MANDATE_NONE},
      {"001080900034", "001090900001", "dossier.lltp", MANDATE_NONE},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct mandate_question question = asks(place, rows[i].actor, rows[i].principal, rows[i].scope);
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    struct mandate mandate;
    assert_ok(db_read_begin(place->env.db, &tx));
    result checked = mandate_check(&place->env, tx, &question, &place->arena, &mandate);
    if (rows[i].code == 0) {
      assert_ok(checked);
      assert_int_equal(mandate.kind, MANDATE_DELEGATE);
    } else {
      assert_code(checked, rows[i].code);
    }
  }
}

static void the_organisation_has_its_account_representatives_and_clerk(void **state) {
  struct place *place = *state;
  static const struct {
    const char *actor, *scope;
    uint16_t code;
    enum mandate_kind kind;
  } rows[] = {
      {"001178900030", "organisation.staff", 0, MANDATE_REPRESENTATIVE},
      {"001077900031", "organisation.view", 0, MANDATE_REPRESENTATIVE},
      {"001194900032", "organisation.view", 0, MANDATE_STAFF},
      {"001194900032", "organisation.staff", MANDATE_SCOPE, MANDATE_STAFF},
      {"001090900001", "organisation.view", MANDATE_NONE, MANDATE_SELF},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct mandate_question question = {.actor_id = person_of(place, rows[i].actor), .scope = slice_str(rows[i].scope)};
    struct organisation_account account;
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    struct mandate mandate;
    assert_ok(db_read_begin(place->env.db, &tx));
    assert_ok(organisation_find(tx, S(SANDBOX_ORGANISATION), &question.organisation_id));
    assert_ok(organisation_account_load(tx, &place->arena, question.organisation_id, &account));
    assert_int_equal(account.state, ORGANISATION_ACTIVE);
    result checked = mandate_check(&place->env, tx, &question, &place->arena, &mandate);
    if (rows[i].code == 0) {
      assert_ok(checked);
      assert_int_equal(mandate.kind, rows[i].kind);
    } else {
      assert_code(checked, rows[i].code);
    }
  }
}

static void a_replaced_number_leads_to_nobody(void **state) {
  struct place *place = *state;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  int64_t person_id = 0;
  assert_ok(db_read_begin(place->env.db, &tx));
  assert_code(register_person_find(tx, S("001094900096"), &person_id), REGISTER_PIN_CANCELLED);
}

static void making_it_again_changes_nothing(void **state) {
  struct place *place = *state;
  assert_ok(sandbox_create(&place->env));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  int64_t people = 0;
  assert_ok(db_read_begin(place->env.db, &tx));
  assert_ok(register_person_count(tx, &people));
  assert_int_equal(people, SANDBOX_PEOPLE);
}

/* DANH_SOURCE_PROCEDURES is <source>/procedures. */
static void the_document_is_the_table(void **state) {
  struct place *place = *state;
  FILE *file = fopen(DANH_SOURCE_PROCEDURES "/../doc/sandbox-people.md", "re");
  assert_non_null(file);
  char *text = arena_alloc(&place->arena, 64 * 1024);
  size_t length = fread(text, 1, 64 * 1024, file);
  (void)fclose(file);
  assert_true(slice_eq(slice_of(text, length), sandbox_people_document(&place->arena)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(everybody_is_there_once_and_begins_as_documented),
      cmocka_unit_test(each_account_is_in_the_state_its_purpose_says),
      cmocka_unit_test(the_published_secrets_open_an_active_account_and_no_locked_one),
      cmocka_unit_test(a_parent_and_a_guardian_represent_theirs_and_nobody_else),
      cmocka_unit_test(the_delegate_acts_for_elder_within_the_scope_and_for_nobody_else),
      cmocka_unit_test(the_organisation_has_its_account_representatives_and_clerk),
      cmocka_unit_test(a_replaced_number_leads_to_nobody),
      cmocka_unit_test(making_it_again_changes_nothing),
      cmocka_unit_test(the_document_is_the_table),
  };
  return cmocka_run_group_tests(tests, place_open, place_close);
}
