/* Tiles made anew from the entries, and refused where the entries are not those that were signed. */
#include "ledger/fixture_test.h"
#include "ledger/tree.h"

/* 600 ordered entries under checkpoints at 300 and 600: two full tiles of leaves, a growing one, and the growing one above them. */
static int set_up_ledger(void **state) {
  (void)set_up(state);
  for (int i = 0; i < 2; i++) {
    acts_write(*state, 300);
    assert_ok(ledger_sequence(&((struct fixture *)*state)->env));
  }
  return 0;
}

static result rebuild(struct fixture *fixture, struct ledger_rebuilt *ret_rebuilt) {
  const struct ledger_act act = {S("operator@cli"), S("Khôi phục")};
  return ledger_rebuild(&fixture->env, &act, ret_rebuilt);
}

static const struct {
  const char *damage;
  int64_t tiles;
} DAMAGES[] = {
    {"DELETE FROM ledger_tile WHERE level = 0 AND number = 0", 1},
    {"DELETE FROM ledger_tile WHERE level = 0 AND number = 2", 1}, /* the growing one */
    {"DELETE FROM ledger_tile WHERE level = 1", 1},
    {"DELETE FROM ledger_tile", 4},
    {"UPDATE ledger_tile SET hashes = substr(hashes, 1, 100) WHERE level = 0 AND number = 1", 1},
    {"UPDATE ledger_tile SET hashes = zeroblob(8192) WHERE level = 0 AND number = 1", 1},
    {"UPDATE ledger_tile SET hashes = (SELECT hashes FROM ledger_tile WHERE level = 0 AND number = 0) WHERE level = 0 AND number = 1", 1},
};

static void what_is_missing_or_damaged_is_made_anew(void **state) {
  struct fixture *fixture = *state;
  struct ledger_rebuilt rebuilt = {0};
  assert_ok(rebuild(fixture, &rebuilt));
  assert_int_equal(rebuilt.tiles, 0);
  assert_int_equal(count_of(fixture, "SELECT COUNT(*) FROM ledger_pending"), 0); /* nothing was wrong: nothing is noted */
  for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++) {
    run(fixture, DAMAGES[i].damage);
    assert_int_not_equal(verified(fixture).part, LEDGER_PART_NONE);
    assert_ok(rebuild(fixture, &rebuilt));
    if (rebuilt.tiles != DAMAGES[i].tiles) {
      fail_msg("%s: %lld tiles", DAMAGES[i].damage, (long long)rebuilt.tiles);
    }
    assert_ok(ledger_sequence(&fixture->env)); /* goes on, with the entry that says what was done */
    struct ledger_report report = verified(fixture);
    assert_int_equal(report.part, LEDGER_PART_NONE);
    assert_int_equal(report.covered, 600 + (int64_t)i + 1);
  }
  assert_int_equal(rebuilt.covered, 600 + sizeof DAMAGES / sizeof *DAMAGES - 1);
}

static const struct {
  const char *alteration;
  const char *said;
} ALTERATIONS[] = {
    {"UPDATE ledger_entry SET leaf = (SELECT leaf FROM ledger_entry WHERE id = 1) WHERE id = 11", "the entry at position 10 is not"},
    {"UPDATE ledger_entry SET leaf = (SELECT leaf FROM ledger_entry WHERE id = 1) WHERE id = 599", "the entry at position 598 is not"},
    {"DELETE FROM ledger_entry WHERE id = 8", "there is no entry at position 7"},
    {"DELETE FROM ledger_order WHERE position = 599", "there is no entry at position 599"},
    {"UPDATE ledger_checkpoint SET signature = (SELECT signature FROM ledger_checkpoint WHERE size = 600) WHERE size = 300", "is not signed by"},
};

static void entries_that_are_not_those_that_were_signed_are_refused_with_their_position(void **state) {
  struct fixture *fixture = *state;
  struct ledger_rebuilt rebuilt = {0};
  rows_keep(fixture);
  for (size_t i = 0; i < sizeof ALTERATIONS / sizeof *ALTERATIONS; i++) {
    run(fixture, ALTERATIONS[i].alteration);
    run(fixture, "DELETE FROM ledger_tile WHERE level = 1");
    result outcome = rebuild(fixture, &rebuilt);
    assert_code(outcome, LEDGER_ALTERED);
    if (strstr(fault_last()->detail, ALTERATIONS[i].said) == NULL) {
      fail_msg("%s: %s", ALTERATIONS[i].alteration, fault_last()->detail);
    }
    assert_int_equal(count_of(fixture, "SELECT COUNT(*) FROM ledger_tile WHERE level = 1"), 0); /* nothing was touched */
    rows_return(fixture);
  }
}

/* With its tile gone nothing tells which entry it was, but between which roots it lies. */
static void without_the_tile_of_leaves_the_roots_bound_the_place(void **state) {
  struct fixture *fixture = *state;
  struct ledger_rebuilt rebuilt = {0};
  run(fixture, "UPDATE ledger_entry SET leaf = (SELECT leaf FROM ledger_entry WHERE id = 1) WHERE id = 350");
  run(fixture, "DELETE FROM ledger_tile WHERE level = 0");
  assert_code(rebuild(fixture, &rebuilt), LEDGER_ALTERED);
  assert_non_null(strstr(fault_last()->detail, "between positions 300 and 599"));
}

static void what_was_not_signed_yet_is_not_believed(void **state) {
  struct fixture *fixture = *state;
  struct ledger_rebuilt rebuilt = {0};
  fixture->signer.is_down = true;
  acts_write(fixture, 5);
  (void)is_ok(ledger_sequence(&fixture->env)); /* ordered, and not signed */
  run(fixture, "DELETE FROM ledger_checkpoint WHERE signature IS NULL");
  run(fixture, "UPDATE ledger_entry SET leaf = (SELECT leaf FROM ledger_entry WHERE id = 1) WHERE id = 603");
  assert_code(rebuild(fixture, &rebuilt), LEDGER_ALTERED);
  assert_non_null(strstr(fault_last()->detail, "position 602"));
}

static void a_ledger_without_a_signature_has_nothing_to_hold_on_to(void **state) {
  struct fixture *fixture = *state;
  struct ledger_rebuilt rebuilt = {0};
  assert_code(rebuild(fixture, &rebuilt), LEDGER_NO_CHECKPOINT);
}

/* A ledger of the tables' first version: contents were leaves, signatures of another kind. Its tree stays, and is signed anew. */
static void a_ledger_of_the_first_tables_goes_on(void **state) {
  struct fixture *fixture = *state;
  char path[128];
  char place[DB_ENGINE_PLACE_BYTES];
  (void)snprintf(path, sizeof path, "%s/first.db", fixture->dir);
  const struct db_migration first[] = {ledger_migrations[0], {0}};
  struct db_options options = {.path = db_engine_place(path, place), .mode = DB_CREATE, .migrations = first, .readers = 1};
  struct db *sound = fixture->env.db;
  assert_ok(db_open(&options, &fixture->env.db));
  run(fixture, "INSERT INTO ledger_pseudonym (person_id, pseudonym) VALUES (1001, x'000102030405060708090a0b0c0d0e0f')");
  run(fixture, "INSERT INTO ledger_person (person_id, entry_id, is_read) VALUES (1001, 1, 0)");
  /* version 1, no read, time 1, the commitment to salt and detail below, the citizen acts for nobody else, kind a.b, no role, no basis, one subject: the citizen */
  run(fixture, "INSERT INTO ledger_detail (entry_id, salt, detail) VALUES (1, x'11111111111111111111111111111111', '{}')");
  run(fixture,
      "INSERT INTO ledger_entry (id, leaf) VALUES (1, x'01000000000000000001"
      "2a1ca00450ffb2736a17dbeead1d1b1e68dd04dad7b3382e1061cace4151a747"
      "000102030405060708090a0b0c0d0e0f00000000000000000000000000000000"
      "03612e62000000000001000102030405060708090a0b0c0d0e0f')");
  run(fixture, "INSERT INTO ledger_pending (entry_id) VALUES (1)");
  run(fixture, "INSERT INTO ledger_checkpoint (size, text, signature) VALUES (0, 'a checkpoint of then', x'00')");
  db_close(&fixture->env.db);
  options.migrations = ledger_migrations;
  options.readers = 4;
  assert_ok(db_open(&options, &fixture->env.db));
  assert_int_equal(count_of(fixture, "SELECT COUNT(*) FROM ledger_checkpoint"), 0);
  acts_write(fixture, 3);
  assert_ok(ledger_sequence(&fixture->env));
  struct ledger_report report = verified(fixture);
  assert_int_equal(report.entries, 4);
  assert_int_equal(report.covered, 4);
  db_close(&fixture->env.db);
  fixture->env.db = sound;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_ledger, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(what_is_missing_or_damaged_is_made_anew),
      TEST(entries_that_are_not_those_that_were_signed_are_refused_with_their_position),
      TEST(without_the_tile_of_leaves_the_roots_bound_the_place),
      TEST(what_was_not_signed_yet_is_not_believed),
      cmocka_unit_test_setup_teardown(a_ledger_without_a_signature_has_nothing_to_hold_on_to, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_ledger_of_the_first_tables_goes_on, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
