#include "ledger/content.h"
#include "ledger/fixture_test.h"
#include "ledger/tree.h"

/* 320 ordered entries under checkpoints at 100, 300 and 320, and one that waits: ids are positions + 1. */
static int set_up_ledger(void **state) {
  (void)set_up(state);
  struct fixture *fixture = *state;
  static const int rounds[] = {100, 200, 20};
  for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
    acts_write(fixture, rounds[i]);
    assert_ok(ledger_sequence(&fixture->env));
  }
  acts_write(fixture, 1);
  struct ledger_report report = verified(fixture);
  assert_int_equal(report.part, LEDGER_PART_NONE);
  assert_int_equal(report.covered, 320);
  assert_int_equal(report.waiting, 1);
  return 0;
}

static void each_stored_field_that_was_altered_is_found_and_named(void **state) {
  struct fixture *fixture = *state;
  static const struct {
    const char *sql;
    enum ledger_part part;
    int64_t position;
    int64_t entry_id;
    int64_t checkpoint_size;
  } cases[] = {
      {"UPDATE ledger_entry SET leaf = zeroblob(length(leaf)) WHERE id = 151", LEDGER_PART_LEAF, 150, 151, 300},
      {"UPDATE ledger_entry SET leaf = x'' WHERE id = 1", LEDGER_PART_LEAF, 0, 1, 100},
      {"UPDATE ledger_entry SET leaf = (SELECT leaf FROM ledger_entry WHERE id = 12) WHERE id = 11", LEDGER_PART_LEAF,
       10, 11, 100},
      {"DELETE FROM ledger_entry WHERE id = 151", LEDGER_PART_LEAF, 150, 151, 300},
      {"UPDATE ledger_detail SET detail = '{\"code\":\"H26.11-240605-0002\"}' WHERE entry_id = 310", LEDGER_PART_DETAIL,
       309, 310, -1},
      {"UPDATE ledger_detail SET detail = '' WHERE entry_id = 5", LEDGER_PART_DETAIL, 4, 5, -1},
      {"UPDATE ledger_detail SET salt = zeroblob(16) WHERE entry_id = 5", LEDGER_PART_DETAIL, 4, 5, -1},
      {"UPDATE ledger_detail SET salt = x'', detail = '' WHERE entry_id = 5", LEDGER_PART_DETAIL, 4, 5, -1},
      {"UPDATE ledger_order SET entry_id = entry_id + 1000 WHERE position = 7", LEDGER_PART_LEAF, 7, 1008, 100},
      {"UPDATE ledger_detail SET content = zeroblob(length(content)) WHERE entry_id = 5", LEDGER_PART_DETAIL, 4, 5, -1},
      {"UPDATE ledger_detail SET content = (SELECT content FROM ledger_detail WHERE entry_id = 6) WHERE entry_id = 5", LEDGER_PART_DETAIL, 4, 5, -1},
      {"UPDATE ledger_detail SET content = NULL WHERE entry_id = 5", LEDGER_PART_DETAIL, 4, 5, -1},
      {"DELETE FROM ledger_detail WHERE entry_id = 5", LEDGER_PART_REMOVED, -1, 5, -1},
      {"DELETE FROM ledger_order WHERE position = 120", LEDGER_PART_ORDER, 120, 0, 300},
      {"DELETE FROM ledger_order WHERE position = 319", LEDGER_PART_ORDER, 319, 0, 320},
      {"DELETE FROM ledger_order WHERE position = 0", LEDGER_PART_ORDER, 0, 0, 100},
      {"UPDATE ledger_order SET position = 500 WHERE position = 300", LEDGER_PART_ORDER, 300, 0, 320},
      {"UPDATE ledger_tile SET hashes = zeroblob(length(hashes)) WHERE level = 0 AND number = 1", LEDGER_PART_HASH, 256,
       257, -1},
      {"UPDATE ledger_tile SET hashes = zeroblob(length(hashes)) WHERE level = 0 AND number = 0", LEDGER_PART_HASH, 0,
       1, -1},
      {"UPDATE ledger_tile SET hashes = zeroblob(length(hashes)) WHERE level = 1", LEDGER_PART_HASH, 0, 0, -1},
      {"DELETE FROM ledger_tile WHERE level = 1", LEDGER_PART_HASH, 0, 0, -1},
      {"DELETE FROM ledger_tile WHERE level = 0 AND number = 1", LEDGER_PART_HASH, 256, 0, -1},
      {"UPDATE ledger_tile SET hashes = substr(hashes, 1, 320) WHERE level = 0 AND number = 0", LEDGER_PART_HASH, 0, 0,
       -1},
      {"UPDATE ledger_person SET is_read = 1 WHERE person_id = 1001 AND entry_id = 9", LEDGER_PART_INDEX, 8, 9, -1},
      {"DELETE FROM ledger_person WHERE person_id = 1001 AND entry_id = 9", LEDGER_PART_INDEX, 8, 9, -1},
      {"UPDATE ledger_person SET person_id = 3003 WHERE person_id = 1001 AND entry_id = 9", LEDGER_PART_INDEX, 8, 9,
       -1},
      {"INSERT INTO ledger_person (person_id, entry_id, is_read) VALUES (2001, 9, 0)", LEDGER_PART_INDEX, -1, 9, -1},
      {"INSERT INTO ledger_person (person_id, entry_id, is_read) VALUES (3003, 9, 0)", LEDGER_PART_INDEX, -1, 9, -1},
      {"UPDATE ledger_pseudonym SET pseudonym = zeroblob(16) WHERE person_id = 1001", LEDGER_PART_INDEX, -1, 1, -1},
      {"DELETE FROM ledger_pending", LEDGER_PART_LOST, -1, 321, -1},
      {"DELETE FROM ledger_entry WHERE id = 321", LEDGER_PART_LOST, -1, 321, -1},
      {"INSERT INTO ledger_pending (entry_id) VALUES (20)", LEDGER_PART_ORDER, -1, 20, -1},
      {"UPDATE ledger_checkpoint SET signature = x'3006020101020101' WHERE size = 300", LEDGER_PART_CHECKPOINT, -1, 0,
       300},
      {"UPDATE ledger_checkpoint SET signature = NULL WHERE size = 100", LEDGER_PART_CHECKPOINT, -1, 0, 100},
      {"UPDATE ledger_checkpoint SET text = replace(text, 'danh', 'other') WHERE size = 320", LEDGER_PART_CHECKPOINT,
       -1, 0, 320},
      {"UPDATE ledger_checkpoint SET text = '' WHERE size = 100", LEDGER_PART_CHECKPOINT, -1, 0, 100},
      {"UPDATE ledger_checkpoint SET size = 101 WHERE size = 100", LEDGER_PART_CHECKPOINT, -1, 0, 101},
  };
  rows_keep(fixture);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    run(fixture, cases[i].sql);
    struct ledger_report report = verified(fixture);
    if (report.part != cases[i].part || report.position != cases[i].position || report.entry_id != cases[i].entry_id ||
        report.checkpoint_size != cases[i].checkpoint_size) {
      fail_msg("%s: part %d, position %ld, entry %ld, checkpoint %ld: %.*s", cases[i].sql, (int)report.part,
               (long)report.position, (long)report.entry_id, (long)report.checkpoint_size, SLICE_ARG(report.sentence));
    }
    assert_true(report.sentence.len > 0);
    rows_return(fixture);
    assert_int_equal(verified(fixture).part, LEDGER_PART_NONE);
  }
}

struct flip {
  const char *read;
  const char *write;
  int64_t entry_id;
  size_t at;
};

#define FLIP_LEAF "SELECT leaf FROM ledger_entry WHERE id = $1", "UPDATE ledger_entry SET leaf = $2 WHERE id = $1"
#define FLIP_CONTENT "SELECT content FROM ledger_detail WHERE entry_id = $1", "UPDATE ledger_detail SET content = $2 WHERE entry_id = $1"

static result byte_flip(struct db_tx *tx, void *arg) {
  const struct flip *flip = arg;
  struct arena arena CLEANUP(arena_free) = {0};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, flip->read, DB_ARGS(db_of_int(flip->entry_id)), &rows));
  struct slice bytes = db_bytes_copy(&rows, 0, &arena);
  db_rows_close(&rows);
  ((uint8_t *)(uintptr_t)bytes.ptr)[flip->at] ^= 1;
  return db_run(tx, flip->write, DB_ARGS(db_of_int(flip->entry_id), db_of_bytes(bytes)), NULL);
}

static void no_byte_of_an_entry_can_change(void **state) {
  struct fixture *fixture = *state;
  static const struct {
    const char *read;
    const char *write;
    const char *length;
    enum ledger_part part;
    int64_t bytes_min;
  } cases[] = {
      {FLIP_LEAF, "SELECT length(leaf) FROM ledger_entry WHERE id = 42", LEDGER_PART_LEAF, 41},
      {FLIP_CONTENT, "SELECT length(content) FROM ledger_detail WHERE entry_id = 42", LEDGER_PART_DETAIL, 100},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t len = count_of(fixture, cases[i].length);
    assert_true(len >= cases[i].bytes_min);
    for (int64_t at = 0; at < len; at++) {
      struct flip flip = {cases[i].read, cases[i].write, 42, (size_t)at};
      assert_ok(db_write(fixture->env.db, byte_flip, &flip));
      struct ledger_report report = verified(fixture);
      assert_int_equal(report.part, cases[i].part);
      assert_int_equal(report.position, 41);
      assert_int_equal(report.entry_id, 42);
      assert_ok(db_write(fixture->env.db, byte_flip, &flip));
    }
  }
  assert_int_equal(verified(fixture).part, LEDGER_PART_NONE);
}

/* Appended as if it had been there before: the tree is sound, the time is not. */
static void an_entry_that_is_dated_back_is_found(void **state) {
  struct fixture *fixture = *state;
  clock_fixed_set(&fixture->clock, (int64_t)START_MS * 1000 - 9 * 60 * 1000); /* as far as clocks may differ */
  acts_write(fixture, 1);
  assert_ok(ledger_sequence(&fixture->env));
  assert_int_equal(verified(fixture).part, LEDGER_PART_NONE);
  clock_fixed_set(&fixture->clock, (int64_t)START_MS * 1000 - 11 * 60 * 1000);
  acts_write(fixture, 1);
  assert_ok(ledger_sequence(&fixture->env));
  struct ledger_report report = verified(fixture);
  assert_int_equal(report.part, LEDGER_PART_TIME);
  assert_int_equal(report.entry_id, 323);
}

/* Whoever dates an entry back with everything that follows from it, as one who knows this program would. */
static result entry_forge(struct db_tx *tx, void *arg) {
  const int64_t *entry_id = arg;
  struct arena arena CLEANUP(arena_free) = {0};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct ledger_content content = {0};
  struct slice bytes = {0};
  uint8_t leaf[LEDGER_LEAF_BYTES];
  TRY(db_row(tx, "SELECT salt, content FROM ledger_detail WHERE entry_id = $1", DB_ARGS(db_of_int(*entry_id)), &rows));
  struct slice salt = db_bytes_copy(&rows, 0, &arena);
  TRY(ledger_content_parse(db_bytes_copy(&rows, 1, &arena), &content));
  db_rows_close(&rows);
  content.at_ms -= 1000;
  TRY(ledger_content_write(&content, &arena, &bytes));
  ledger_leaf_write(content.at_ms, salt, bytes, leaf);
  TRY(db_run(tx, "UPDATE ledger_detail SET content = $2 WHERE entry_id = $1", DB_ARGS(db_of_int(*entry_id), db_of_bytes(bytes)), NULL));
  return db_run(tx, "UPDATE ledger_entry SET leaf = $2 WHERE id = $1", DB_ARGS(db_of_int(*entry_id), db_of_bytes(slice_of(leaf, sizeof leaf))), NULL);
}

static result hashes_rewrite(struct db_tx *tx, void *arg) {
  struct ledger_tree *tree = arg;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT e.leaf FROM ledger_order o JOIN ledger_entry e ON e.id = o.entry_id ORDER BY o.position",
               DB_NO_ARGS, &rows));
  while (db_rows_next(&rows)) {
    uint8_t hash[DIGEST_BYTES];
    ledger_hash_leaf(db_bytes(&rows, 0), hash);
    TRY(ledger_tree_append(tree, hash, ledger_tile_save, tx));
  }
  TRY(rows.status);
  return ledger_tree_tails(tree, 0, ledger_tile_save, tx);
}

static void rewritten_hashes_are_caught_by_the_first_checkpoint_after(void **state) {
  struct fixture *fixture = *state;
  int64_t entry_id = 151;
  assert_ok(db_write(fixture->env.db, entry_forge, &entry_id));
  assert_ok(db_write(fixture->env.db, hashes_rewrite, ARENA_NEW(&fixture->arena, struct ledger_tree)));
  struct ledger_report report = verified(fixture);
  assert_int_equal(report.part, LEDGER_PART_CHECKPOINT);
  assert_int_equal(report.checkpoint_size, 300);
  assert_int_equal(report.covered, 100); /* the one before still holds */
  /* A checkpoint rewritten to fit lacks the signature. */
  static const char copy[] =
      "UPDATE ledger_checkpoint SET signature = (SELECT signature FROM ledger_checkpoint WHERE size = 100)";
  run(fixture, copy);
  assert_int_equal(verified(fixture).checkpoint_size, 300);
}

static void another_key_does_not_verify(void **state) {
  struct fixture *fixture = *state;
  struct secret seed CLEANUP(secret_clear) = {0};
  uint8_t public_key[ED25519_PUBLIC_BYTES];
  struct note_key other;
  struct ledger_report report = {0};
  assert_ok(ed25519_generate(&seed));
  assert_ok(ed25519_public(&seed, public_key));
  assert_ok(note_key_init(S("danh.example/ledger"), NOTE_ED25519, public_key, &other));
  assert_ok(ledger_verify(&fixture->env, &other, &fixture->arena, &report));
  assert_int_equal(report.part, LEDGER_PART_CHECKPOINT);
  assert_int_equal(report.checkpoint_size, 100);
  assert_ok(ed25519_public(&fixture->signer.seed, public_key));
  assert_ok(note_key_init(S("other.example/ledger"), NOTE_ED25519, public_key, &other)); /* the right key under another log's name */
  assert_ok(ledger_verify(&fixture->env, &other, &fixture->arena, &report));
  assert_int_equal(report.part, LEDGER_PART_CHECKPOINT);
  fixture->env.signer = NULL; /* roots alone, and it says so */
  report = verified(fixture);
  assert_int_equal(report.part, LEDGER_PART_NONE);
  assert_false(report.is_signature_checked);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(each_stored_field_that_was_altered_is_found_and_named, set_up_ledger, tear_down),
      cmocka_unit_test_setup_teardown(no_byte_of_an_entry_can_change, set_up_ledger, tear_down),
      cmocka_unit_test_setup_teardown(an_entry_that_is_dated_back_is_found, set_up_ledger, tear_down),
      cmocka_unit_test_setup_teardown(rewritten_hashes_are_caught_by_the_first_checkpoint_after, set_up_ledger,
                                      tear_down),
      cmocka_unit_test_setup_teardown(another_key_does_not_verify, set_up_ledger, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
