#include "base/buf.h"
#include "ledger/fixture_test.h"

static struct ledger_entry read_of(const int64_t *subjects, size_t count, int64_t actor) {
  return (struct ledger_entry){.kind = "register.read",
                               .actor_person_id = actor,
                               .actor_role = S("officer@H26.11"),
                               .subjects = subjects,
                               .subject_count = count,
                               .legal_basis = S("xác minh hồ sơ H26.11-240605-0001"),
                               .detail = S("{}")};
}

static struct ledger_lines lines_of(struct fixture *fixture, struct ledger_query query, bool reads) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_lines lines = {0};
  assert_ok(db_read_begin(fixture->env.db, &tx));
  assert_ok(
      (reads ? ledger_reads_of_person : ledger_entries_of_person)(&fixture->env, tx, &query, &fixture->arena, &lines));
  return lines;
}

static void a_person_sees_who_read_their_data(void **state) {
  struct fixture *fixture = *state;
  const int64_t both[] = {NEIGHBOUR, CITIZEN};
  struct ledger_entry read = read_of(both, 2, OFFICER);
  assert_ok(ledger_record_read(&fixture->env, &read));
  acts_write(fixture, 2);
  struct ledger_entry own = read_of(both, 2, CITIZEN);
  clock_fixed_set(&fixture->clock, (int64_t)START_MS * 1000 + 5000);
  assert_ok(ledger_record_read(&fixture->env, &own));
  struct ledger_lines lines = lines_of(fixture, (struct ledger_query){.person_id = CITIZEN, .limit = 10}, true);
  assert_int_equal(lines.count, 1); /* acts are not reads, and one's own read is no other's */
  assert_int_equal(lines.next_before, 0);
  assert_int_equal(lines.items[0].at_ms, (int64_t)START_MS * 1000);
  assert_true(slice_is(lines.items[0].kind, "register.read"));
  assert_true(slice_is(lines.items[0].actor_role, "officer@H26.11"));
  assert_true(slice_is(lines.items[0].legal_basis, "xác minh hồ sơ H26.11-240605-0001"));
  assert_int_equal(lines.items[0].position, -1);
  assert_int_equal(lines_of(fixture, (struct ledger_query){.person_id = NEIGHBOUR, .limit = 10}, true).count, 2);
  assert_int_equal(lines_of(fixture, (struct ledger_query){.person_id = OFFICER, .limit = 10}, true).count, 0);
  lines = lines_of(fixture, (struct ledger_query){.person_id = CITIZEN, .limit = 10}, false);
  assert_int_equal(lines.count, 4);
  assert_true(lines.items[0].by_self);
  assert_false(lines.items[1].by_self);
  assert_true(slice_is(lines.items[1].detail, "{\"code\":\"H26.11-240605-0001\"}"));
}

static result milestone_write(struct db_tx *tx, void *arg) {
  struct fixture *fixture = arg;
  int64_t id = 0;
  struct ledger_entry entry = {.kind = "backup.made", .actor_role = S("operator@cli"), .detail = S("{\"rows\":1}")};
  TRY(ledger_milestone_append(&fixture->env, tx, &entry, &id));
  entry.detail = S("{\"rows\":2}");
  return ledger_milestone_append(&fixture->env, tx, &entry, &id);
}

static result milestone_find(struct fixture *fixture, const char *kind, struct ledger_line *ret_line) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(fixture->env.db, &tx));
  return ledger_milestone_find(tx, kind, &fixture->arena, ret_line);
}

static void the_newest_milestone_of_a_kind_is_found_and_none_of_another(void **state) {
  struct fixture *fixture = *state;
  struct ledger_line line = {0};
  assert_code(milestone_find(fixture, "backup.made", &line), LEDGER_UNKNOWN);
  assert_ok(db_write(fixture->env.db, milestone_write, fixture));
  assert_ok(milestone_find(fixture, "backup.made", &line));
  assert_true(slice_is(line.kind, "backup.made"));
  assert_true(slice_is(line.detail, "{\"rows\":2}"));
  assert_int_equal(line.position, -1);
  assert_code(milestone_find(fixture, "backup.restored", &line), LEDGER_UNKNOWN);
}

static void pages_follow_one_another_without_loss_or_repetition(void **state) {
  struct fixture *fixture = *state;
  acts_write(fixture, 23);
  struct ledger_query query = {.person_id = CITIZEN, .limit = 5};
  int64_t last = INT64_MAX;
  int seen = 0;
  do {
    struct ledger_lines lines = lines_of(fixture, query, false);
    for (size_t i = 0; i < lines.count; i++, seen++) {
      assert_true(lines.items[i].entry_id < last);
      last = lines.items[i].entry_id;
    }
    query.before_entry_id = lines.next_before;
  } while (query.before_entry_id != 0);
  assert_int_equal(seen, 23);
}

static void a_read_that_cannot_be_recorded_is_refused(void **state) {
  struct fixture *fixture = *state;
  int64_t *crowd = ARENA_ARRAY(&fixture->arena, int64_t, 4200);
  for (int64_t i = 0; i < 4200; i++) {
    crowd[i] = i + 1;
  }
  struct ledger_entry read = read_of(crowd, 4200, OFFICER);
  assert_code(ledger_record_read(&fixture->env, &read), LEDGER_TOO_LONG);
  assert_int_equal(count_of(fixture, "SELECT count(*) FROM ledger_entry"), 0);
  assert_int_equal(count_of(fixture, "SELECT count(*) FROM ledger_pseudonym"), 0); /* undone as a whole */
  read.subject_count = 4000;
  assert_ok(ledger_record_read(&fixture->env, &read));
  assert_int_equal(count_of(fixture, "SELECT count(*) FROM ledger_person"), 4000);
}

static void an_entry_holds_no_person_number_and_a_leaf_nothing_but_its_time(void **state) {
  struct fixture *fixture = *state;
  acts_write(fixture, 1);
  assert_int_equal(count_of(fixture, "SELECT count(*) FROM ledger_detail WHERE instr(content, x'00000000000003E9') > 0"),
                   0); /* 1001 */
  assert_int_equal(count_of(fixture, "SELECT count(*) FROM ledger_detail WHERE instr(content, x'323430363035') > 0"),
                   0);
  assert_int_equal(
      count_of(fixture,
               "SELECT count(*) FROM ledger_detail e JOIN ledger_pseudonym p ON instr(e.content, p.pseudonym) > 0"),
      3);
  /* What is published of it: when, and a commitment. */
  assert_int_equal(count_of(fixture, "SELECT count(*) FROM ledger_entry WHERE length(leaf) = 41"), 1);
  assert_int_equal(count_of(fixture, "SELECT count(*) FROM ledger_entry e JOIN ledger_pseudonym p ON instr(e.leaf, p.pseudonym) > 0"), 0);
}

static void a_round_orders_everything_and_signs_once(void **state) {
  struct fixture *fixture = *state;
  assert_ok(ledger_sequence(&fixture->env));
  assert_int_equal(fixture->signer.signatures, 0); /* nothing, nothing to sign */
  acts_write(fixture, 2500);
  assert_ok(ledger_sequence(&fixture->env));
  assert_int_equal(fixture->signer.signatures, 1);
  assert_int_equal(count_of(fixture, "SELECT count(*) FROM ledger_pending"), 0);
  assert_int_equal(count_of(fixture, "SELECT count(*) FROM ledger_order"), 2500);
  uint64_t commits = db_figures(fixture->env.db).commits;
  assert_ok(ledger_sequence(&fixture->env));
  assert_int_equal(fixture->signer.signatures, 1);
  assert_int_equal(db_figures(fixture->env.db).commits, commits); /* an idle round writes nothing */
  struct ledger_report report = verified(fixture);
  assert_int_equal(report.part, LEDGER_PART_NONE);
  assert_int_equal(report.entries, 2500);
  assert_int_equal(report.covered, 2500);
  assert_true(report.is_signature_checked);
}

static void many_small_rounds_make_the_same_tree_as_one(void **state) {
  struct fixture *fixture = *state;
  for (int i = 0; i < 60; i++) {
    acts_write(fixture, 1 + i % 19);
    assert_ok(ledger_sequence(&fixture->env));
  }
  struct ledger_report report = verified(fixture);
  assert_int_equal(report.part, LEDGER_PART_NONE);
  assert_int_equal(report.checkpoints, 60);
  assert_int_equal(report.covered, report.entries);
}

static void a_signer_that_is_down_delays_the_signature_only(void **state) {
  struct fixture *fixture = *state;
  fixture->signer.is_down = true;
  acts_write(fixture, 3);
  assert_code(ledger_sequence(&fixture->env),
              DB_UNAVAILABLE); /* the crash between the two writes leaves the same rows */
  assert_int_equal(count_of(fixture, "SELECT count(*) FROM ledger_checkpoint WHERE signature IS NULL"), 1);
  struct ledger_report report = verified(fixture);
  assert_int_equal(report.part, LEDGER_PART_NONE);
  assert_int_equal(report.covered, 0);
  acts_write(fixture, 4);
  assert_false(is_ok(ledger_sequence(&fixture->env)));
  assert_int_equal(count_of(fixture, "SELECT count(*) FROM ledger_checkpoint"), 1); /* the newer took its place */
  db_close(&fixture->env.db);
  assert_ok(fixture_open(fixture, fixture->path));
  fixture->signer.is_down = false;
  assert_ok(ledger_sequence(&fixture->env)); /* resumed with nothing new to order */
  report = verified(fixture);
  assert_int_equal(report.covered, 7);
  assert_int_equal(fixture->signer.signatures, 1);
}

static void what_was_altered_before_the_signature_is_never_signed(void **state) {
  struct fixture *fixture = *state;
  static const char *const cases[] = {
      "UPDATE ledger_tile SET hashes = zeroblob(length(hashes))",
      "DELETE FROM ledger_order WHERE position = 6",
      "UPDATE ledger_order SET entry_id = 100 WHERE position = 6",
      "UPDATE ledger_entry SET leaf = zeroblob(100) WHERE id = 7",
      "UPDATE ledger_detail SET content = zeroblob(100) WHERE entry_id = 7",
      "UPDATE ledger_detail SET salt = zeroblob(16) WHERE entry_id = 7",
      "UPDATE ledger_detail SET detail = '{}' WHERE entry_id = 7",
      "DELETE FROM ledger_entry WHERE id = 7",
      "UPDATE ledger_checkpoint SET text = text || 'x' WHERE size = 8",
      "UPDATE ledger_checkpoint SET text = (SELECT text FROM ledger_checkpoint WHERE size = 5) WHERE size = 8",
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    acts_write(fixture, 5);
    assert_ok(ledger_sequence(&fixture->env));
    fixture->signer.is_down = true;
    acts_write(fixture, 3);
    assert_false(is_ok(ledger_sequence(&fixture->env)));
    fixture->signer.is_down = false;
    int before = fixture->signer.signatures;
    run(fixture, cases[i]);
    assert_false(is_ok(ledger_sequence(&fixture->env)));
    assert_int_equal(fixture->signer.signatures, before);
    db_close(&fixture->env.db);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%zu.db", fixture->dir, i);
    assert_ok(fixture_open(fixture, path));
  }
}

static void another_key_does_not_go_on_in_place_of_the_first(void **state) {
  struct fixture *fixture = *state;
  acts_write(fixture, 3);
  assert_ok(ledger_sequence(&fixture->env));
  acts_write(fixture, 1);
  struct secret first = fixture->signer.seed;
  assert_ok(ed25519_generate(&fixture->signer.seed));
  assert_code(ledger_sequence(&fixture->env), LEDGER_ALTERED);
  assert_int_equal(count_of(fixture, "SELECT count(*) FROM ledger_checkpoint WHERE signature IS NOT NULL"), 1);
  fixture->signer.seed = first;
  assert_ok(ledger_sequence(&fixture->env));
  assert_int_equal(verified(fixture).covered, 4);
}

static void note_change(void *app, result outcome) {
  struct buf *seen = app;
  buf_append_str(seen, is_ok(outcome) ? "well " : "failed ");
}

static void a_sequencer_tells_when_it_fails_and_when_it_goes_on(void **state) {
  struct fixture *fixture = *state;
  struct buf seen;
  buf_init(&seen, &fixture->arena, 64);
  struct ledger_sequencer *sequencer = NULL;
  fixture->signer.is_down = true;
  acts_write(fixture, 1);
  assert_ok(ledger_sequencer_open(&fixture->env, (struct ledger_watcher){&seen, note_change}, &sequencer));
  for (int i = 0; i < 2; i++) {
    uint64_t rounds = ledger_sequencer_figures(sequencer).rounds;
    while (ledger_sequencer_figures(sequencer).rounds < rounds + 3) {
      ledger_sequencer_wake(sequencer);
      usleep(1000);
    }
    fixture->signer.is_down = false;
  }
  ledger_sequencer_close(&sequencer);
  assert_true(slice_is(buf_slice(&seen), "failed well ")); /* once each, however many rounds */
}

static void a_checkpoint_is_a_signed_note(void **state) {
  struct fixture *fixture = *state;
  acts_write(fixture, 3);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_checkpoint checkpoint = {0};
  assert_ok(db_read_begin(fixture->env.db, &tx));
  assert_code(ledger_checkpoint_latest(&fixture->env, tx, &fixture->arena, &checkpoint), LEDGER_NO_CHECKPOINT);
  db_read_end(&tx);
  assert_ok(ledger_sequence(&fixture->env));
  assert_ok(db_read_begin(fixture->env.db, &tx));
  assert_ok(ledger_checkpoint_latest(&fixture->env, tx, &fixture->arena, &checkpoint));
  assert_int_equal(checkpoint.size, 3);
  struct slice bytes = {0};
  struct note_key key;
  struct note note = {0};
  assert_ok(ledger_checkpoint_note(tx, &checkpoint, &fixture->arena, &bytes));
  assert_true(slice_starts(bytes, S("danh.example/ledger\n3\n")));
  assert_ok(ledger_key(&fixture->env, tx, &fixture->arena, &key));
  assert_ok(note_parse(bytes, &fixture->arena, &note));
  assert_ok(note_check(&note, &key, NULL));
  assert_true(slice_eq(note.text, checkpoint.text));
}

static struct ledger_head head_now(struct fixture *fixture) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_head head = {0};
  assert_ok(db_read_begin(fixture->env.db, &tx));
  assert_ok(ledger_head_look(tx, &fixture->arena, &head));
  return head;
}

static void how_long_entries_wait_for_the_signed_head_is_told(void **state) {
  struct fixture *fixture = *state;
  struct ledger_head head = head_now(fixture);
  assert_true(head.size == 0 && head.waiting == 0 && head.oldest_at_ms == 0);
  int64_t first_ms = clock_now_ms(&fixture->clock);
  acts_write(fixture, 2);
  clock_fixed_set(&fixture->clock, first_ms + 5000);
  acts_write(fixture, 1);
  head = head_now(fixture);
  assert_true(head.size == 0 && head.waiting == 3 && head.oldest_at_ms == first_ms);
  assert_ok(ledger_sequence(&fixture->env));
  head = head_now(fixture);
  assert_true(head.size == 3 && head.waiting == 0 && head.oldest_at_ms == 0);
  fixture->signer.is_down = true; /* ordered, and not signed */
  acts_write(fixture, 2);
  assert_code(ledger_sequence(&fixture->env), DB_UNAVAILABLE);
  acts_write(fixture, 1);
  head = head_now(fixture);
  assert_true(head.size == 3 && head.waiting == 3 && head.oldest_at_ms == first_ms + 5000);
}

struct erasure {
  struct env *env;
  int64_t person;
};

static result person_erase(struct db_tx *tx, void *arg) {
  const struct erasure *erasure = arg;
  struct ledger_entry act = {
      .kind = "ledger.person_erased", .actor_role = S("archive"), .legal_basis = S("Điều 16"), .detail = S("{}")};
  return ledger_person_erase(erasure->env, tx, erasure->person, &act);
}

static void what_is_erased_is_not_altered(void **state) {
  struct fixture *fixture = *state;
  acts_write(fixture, 10);
  assert_ok(ledger_sequence(&fixture->env));
  struct erasure erasure = {&fixture->env, CITIZEN};
  assert_ok(db_write(fixture->env.db, person_erase, &erasure));
  assert_ok(ledger_sequence(&fixture->env));
  struct ledger_report report = verified(fixture);
  assert_int_equal(report.part, LEDGER_PART_NONE);
  assert_int_equal(report.entries, 12);
  assert_int_equal(report.details_erased, 5); /* those about the citizen alone; five are about the neighbour too */
  assert_int_equal(report.subjects_erased, 5);
  assert_int_equal(lines_of(fixture, (struct ledger_query){.person_id = CITIZEN, .limit = 10}, false).count, 0);
  assert_int_equal(lines_of(fixture, (struct ledger_query){.person_id = NEIGHBOUR, .limit = 10}, false).count, 5);
}

static void a_sequencer_orders_when_woken_and_at_its_close(void **state) {
  struct fixture *fixture = *state;
  struct ledger_sequencer *sequencer = NULL;
  assert_ok(ledger_sequencer_open(&fixture->env, (struct ledger_watcher){0}, &sequencer));
  acts_write(fixture, 2);
  uint64_t rounds = ledger_sequencer_figures(sequencer).rounds;
  ledger_sequencer_wake(sequencer);
  while (ledger_sequencer_figures(sequencer).rounds < rounds + 2) {
    usleep(1000);
  }
  assert_int_equal(count_of(fixture, "SELECT count(*) FROM ledger_order"), 2);
  acts_write(fixture, 1);
  ledger_sequencer_close(&sequencer);
  struct ledger_report report = verified(fixture);
  assert_int_equal(report.covered, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_person_sees_who_read_their_data, set_up, tear_down),
      cmocka_unit_test_setup_teardown(the_newest_milestone_of_a_kind_is_found_and_none_of_another, set_up, tear_down),
      cmocka_unit_test_setup_teardown(pages_follow_one_another_without_loss_or_repetition, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_read_that_cannot_be_recorded_is_refused, set_up, tear_down),
      cmocka_unit_test_setup_teardown(an_entry_holds_no_person_number_and_a_leaf_nothing_but_its_time, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_round_orders_everything_and_signs_once, set_up, tear_down),
      cmocka_unit_test_setup_teardown(many_small_rounds_make_the_same_tree_as_one, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_signer_that_is_down_delays_the_signature_only, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_was_altered_before_the_signature_is_never_signed, set_up, tear_down),
      cmocka_unit_test_setup_teardown(another_key_does_not_go_on_in_place_of_the_first, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_sequencer_tells_when_it_fails_and_when_it_goes_on, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_checkpoint_is_a_signed_note, set_up, tear_down),
      cmocka_unit_test_setup_teardown(how_long_entries_wait_for_the_signed_head_is_told, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_is_erased_is_not_altered, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_sequencer_orders_when_woken_and_at_its_close, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
