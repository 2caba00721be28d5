#include "witness/witness.h"

#include <stdio.h>
#include <stdlib.h>

#include "codec/base64.h"
#include "codec/hex.h"
#include "ledger/ledger.h"
#include "signer/signer.h"
/* keep last */
#include "base/unit_test.h"

/* A ledger of ours and a witness of it, each with a signer of its own, in one folder. */
struct place {
  char dir[64];
  struct clock clock;
  struct random random;
  struct env env;
  struct db *db;
  struct signer *witness_signer;
  struct witness *witness;
  struct arena arena;
};

static const char *path_of(struct place *place, const char *name) {
  return arena_cstr(&place->arena, arena_printf(&place->arena, "%s/%s", place->dir, name));
}

static struct signer *signer_in(struct place *place, const char *name) {
  struct signer *signer = NULL;
  struct signer_local_options options = {.data_dir = path_of(place, name), .clock = &place->clock};
  struct slice command = arena_printf(&place->arena, "mkdir -p %s", options.data_dir);
  assert_int_equal(system(arena_cstr(&place->arena, command)), 0);
  assert_ok(signer_local_open(&options, &signer));
  return signer;
}

static result append_some(struct db_tx *tx, void *arg) {
  struct place *place = arg;
  for (int i = 0; i < 7; i++) {
    struct ledger_entry entry = {.kind = "dossier.received", .actor_role = S("system"), .legal_basis = S("basis"), .detail = S("{}")};
    TRY(ledger_append(&place->env, tx, &entry));
  }
  return OK;
}

static void grow(struct place *place) {
  assert_ok(db_write(place->env.db, append_some, place));
  assert_ok(ledger_sequence(&place->env));
}

static void witness_make(struct place *place) {
  struct note_key log;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(place->env.db, &tx));
  assert_ok(ledger_key(&place->env, tx, &place->arena, &log));
  struct witness_options options = {.db = place->db, .signer = place->witness_signer, .clock = &place->clock, .name = S("witness.example/w1"), .logs = &log, .log_count = 1};
  assert_ok(witness_open(&options, &place->witness));
}

static int set_up(void **state) {
  struct place *place = calloc(1, sizeof *place);
  (void)snprintf(place->dir, sizeof place->dir, "/tmp/danh_witness_test_XXXXXX");
  assert_non_null(mkdtemp(place->dir));
  place->clock = clock_fixed(1717552800000);
  place->random = random_seeded(3);
  place->env = (struct env){.clock = &place->clock, .random = &place->random, .signer = signer_in(place, "log"), .origin = S("https://danh.example")};
  place->witness_signer = signer_in(place, "witness");
  struct db_options ledger = {.path = path_of(place, "danh.db"), .mode = DB_CREATE, .migrations = ledger_migrations, .readers = 2};
  struct db_options own = {.path = path_of(place, "witness.db"), .mode = DB_CREATE, .migrations = witness_migrations, .readers = 2};
  assert_ok(db_open(&ledger, &place->env.db));
  assert_ok(db_open(&own, &place->db));
  grow(place);
  witness_make(place);
  *state = place;
  return 0;
}

static int tear_down(void **state) {
  struct place *place = *state;
  witness_close(&place->witness);
  signer_local_close(&place->env.signer);
  signer_local_close(&place->witness_signer);
  db_close(&place->env.db);
  db_close(&place->db);
  char command[128];
  (void)snprintf(command, sizeof command, "rm -rf %s", place->dir);
  int removed = system(command);
  arena_free(&place->arena);
  free(place);
  return removed;
}

static struct ledger_witness_ask ask(struct place *place) {
  struct ledger_witness_ask asked = {0};
  assert_ok(ledger_witness_ask(&place->env, witness_key(place->witness), &place->arena, &asked));
  return asked;
}

static struct witness_answer told(struct place *place, struct slice body) {
  struct witness_answer answer = {0};
  witness_add_checkpoint(place->witness, body, &place->arena, &answer);
  return answer;
}

static result take(struct place *place, const struct ledger_witness_ask *asked, const struct witness_answer *answer) {
  return ledger_witness_take(&place->env, witness_key(place->witness), asked, &(const struct ledger_witness_answer){answer->status, answer->body});
}

static void cosign(struct place *place) {
  struct ledger_witness_ask asked = ask(place);
  struct witness_answer answer = told(place, asked.body);
  assert_int_equal(answer.status, 200);
  assert_ok(take(place, &asked, &answer));
}

static struct note checkpoint_note(struct place *place) {
  struct ledger_checkpoint checkpoint;
  struct slice bytes = {0};
  struct note note = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(place->env.db, &tx));
  assert_ok(ledger_checkpoint_latest(&place->env, tx, &place->arena, &checkpoint));
  assert_ok(ledger_checkpoint_note(tx, &checkpoint, &place->arena, &bytes));
  assert_ok(note_parse(bytes, &place->arena, &note));
  return note;
}

static void a_log_that_grows_is_cosigned_each_time(void **state) {
  struct place *place = *state;
  for (int i = 0; i < 5; i++) {
    cosign(place);
    assert_int_equal(ask(place).body.len, 0); /* nothing to ask any more */
    struct note note = checkpoint_note(place);
    int64_t time_s = 0;
    assert_int_equal(note.count, 2);
    assert_ok(note_check(&note, witness_key(place->witness), &time_s));
    assert_int_equal(time_s, 1717552800);
    grow(place);
    assert_code(note_check(&(struct note){.text = S("x\n")}, witness_key(place->witness), NULL), NOTE_UNSIGNED);
  }
  struct witness_answer answer;
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(S("danh.example/ledger"), digest);
  witness_checkpoint(place->witness, hex_write(&place->arena, slice_of(digest, sizeof digest)), &place->arena, &answer);
  struct note kept = {0};
  assert_int_equal(answer.status, 200);
  assert_ok(note_parse(answer.body, &place->arena, &kept));
  assert_ok(note_check(&kept, witness_key(place->witness), NULL)); /* [tlog-witness MUST] both signatures */
  assert_true(slice_starts(kept.text, S("danh.example/ledger\n35\n")));
  witness_checkpoint(place->witness, S("00"), &place->arena, &answer);
  assert_int_equal(answer.status, 404);
}

static void a_log_that_forgot_where_the_witness_is_finds_it_again(void **state) {
  struct place *place = *state;
  struct ledger_witness_ask first = ask(place);
  assert_int_equal(told(place, first.body).status, 200); /* its answer is lost */
  grow(place);
  struct ledger_witness_ask second = ask(place);
  struct witness_answer answer = told(place, second.body);
  assert_int_equal(answer.status, 409);
  assert_string_equal(answer.content_type, "text/x.tlog.size");
  assert_true(slice_is(answer.body, "7\n"));
  assert_ok(take(place, &second, &answer));
  cosign(place);
}

/* [tlog-witness]: each check with its status. */
static void what_is_not_the_log_s_growth_is_refused(void **state) {
  struct place *place = *state;
  struct slice note = slice_from(ask(place).body, strlen("old 0\n\n"));
  cosign(place);
  grow(place);
  struct slice body = ask(place).body;
  struct slice rest = body;
  (void)slice_cut(&rest, '\n');
  struct slice without_proof = arena_printf(&place->arena, "old 7\n\n%.*s", SLICE_ARG(slice_from(body, (size_t)((const uint8_t *)memmem(body.ptr, body.len, "\n\n", 2) - body.ptr) + 2)));
  uint8_t *altered = (uint8_t *)(uintptr_t)arena_copy(&place->arena, body).ptr;
  uint8_t *root = memmem(altered, body.len, "\n14\n", 4);
  assert_non_null(root);
  root[5] ^= 1;
  struct slice proof_altered = arena_copy(&place->arena, body);
  ((uint8_t *)(uintptr_t)proof_altered.ptr)[8] = proof_altered.ptr[8] == 'A' ? 'B' : 'A';
  const struct {
    struct slice body;
    int status;
  } rows[] = {
      {S(""), 400},
      {S("old x\n\n"), 400},
      {S("old 07\n\n"), 400},
      {arena_printf(&place->arena, "old 7\n%.*s", SLICE_ARG(note)), 400},
      {slice_of(altered, body.len), 403},
      {arena_printf(&place->arena, "old 8\n\n%.*s", SLICE_ARG(note)), 400},      /* older than it says */
      {arena_printf(&place->arena, "old 0\n\n%.*s", SLICE_ARG(note)), 409},
      {without_proof, 422},
      {proof_altered, 422},
      {arena_printf(&place->arena, "old 7\n%.*s", SLICE_ARG(slice_from(body, body.len))), 400},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct witness_answer answer = told(place, rows[i].body);
    if (answer.status != rows[i].status) {
      fail_msg("row %zu: %d instead of %d", i, answer.status, rows[i].status);
    }
  }
  assert_int_equal(told(place, arena_printf(&place->arena, "old 7\n\n%.*s", SLICE_ARG(note))).status, 200); /* the same again is no harm */
  cosign(place);
}

static void another_log_is_unknown_and_a_fork_is_never_cosigned(void **state) {
  struct place *place = *state;
  char copy[128];
  (void)snprintf(copy, sizeof copy, "%s/copy.db", place->dir);
  assert_ok(db_copy_to(place->env.db, copy));
  grow(place);
  cosign(place);
  db_close(&place->env.db);
  struct db_options options = {.path = copy, .mode = DB_CREATE, .migrations = ledger_migrations, .readers = 2};
  assert_ok(db_open(&options, &place->env.db)); /* the log goes on from an older copy */
  place->random = random_seeded(4);
  grow(place);
  struct ledger_witness_ask asked = ask(place);
  struct witness_answer answer = told(place, asked.body);
  assert_int_equal(answer.status, 409);
  assert_ok(take(place, &asked, &answer));
  asked = ask(place);
  answer = told(place, asked.body); /* the same size, another root */
  assert_int_equal(answer.status, 422);
  assert_code(take(place, &asked, &answer), LEDGER_NOT_WITNESSED);
  grow(place);
  asked = ask(place);
  answer = told(place, asked.body);
  assert_int_equal(answer.status, 422);
  struct slice other = arena_printf(&place->arena, "old 0\n\nother.example/log\n%.*s", SLICE_ARG(slice_from(asked.body, slice_find(asked.body, '\n', 0))));
  assert_int_equal(told(place, other).status, 400);
  struct slice stranger = S("old 0\n\nother.example/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\xE2\x80\x94 other.example/log AAAAAAAA\n");
  assert_int_equal(told(place, stranger).status, 404);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_log_that_grows_is_cosigned_each_time, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_log_that_forgot_where_the_witness_is_finds_it_again, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_is_not_the_log_s_growth_is_refused, set_up, tear_down),
      cmocka_unit_test_setup_teardown(another_log_is_unknown_and_a_fork_is_never_cosigned, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
