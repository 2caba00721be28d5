#include "ledger/tree.h"

#include "codec/hex.h"
#include "ledger/fixture_test.h"
#include "ledger/content.h"

/* The eight leaves and the roots over the first n of them that Certificate Transparency implementations have in
 * common. */
static const char *const vector_leaves[] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
static const char *const vector_roots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                           "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                           "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                           "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                           "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                           "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                           "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                           "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                           "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static result tile_ignore(void *context, const struct ledger_tile *tile) {
  (void)context;
  (void)tile;
  return OK;
}

static void roots_are_those_of_certificate_transparency(void **state) {
  struct fixture *fixture = *state;
  struct ledger_tree *tree = ARENA_NEW(&fixture->arena, struct ledger_tree);
  uint8_t root[DIGEST_BYTES];
  uint8_t hash[DIGEST_BYTES];
  for (size_t i = 0; i <= 8; i++) {
    ledger_tree_root(tree, root);
    assert_true(
        slice_is(hex_write(&fixture->arena, slice_of(root, sizeof root)), vector_roots[i])); /* [RFC9162 2.1.1 MUST] */
    if (i < 8) {
      struct slice leaf = {0};
      assert_ok(hex_parse(slice_str(vector_leaves[i]), &fixture->arena, &leaf));
      ledger_hash_leaf(leaf, hash);
      assert_ok(ledger_tree_append(tree, hash, tile_ignore, NULL));
    }
  }
}

/* The definition, word for word, without tiles. */
static void root_by_definition(const uint8_t (*hashes)[DIGEST_BYTES], size_t count, uint8_t *ret_root) {
  if (count == 1) {
    memcpy(ret_root, hashes[0], DIGEST_BYTES);
    return;
  }
  size_t split = 1;
  while (split * 2 < count) {
    split *= 2;
  }
  uint8_t left[DIGEST_BYTES];
  uint8_t right[DIGEST_BYTES];
  root_by_definition(hashes, split, left);
  root_by_definition(hashes + split, count - split, right);
  ledger_hash_node(left, right, ret_root);
}

enum { LEAVES = 66000 }; /* beyond the first tile of the third level: 65,536 */

static void a_tree_of_tiles_has_the_root_of_the_definition(void **state) {
  struct fixture *fixture = *state;
  struct ledger_tree *tree = ARENA_NEW(&fixture->arena, struct ledger_tree);
  uint8_t(*hashes)[DIGEST_BYTES] = arena_alloc_array(&fixture->arena, LEAVES, DIGEST_BYTES);
  static const size_t sizes[] = {1,   2,    3,     255,   256,   257,   511,   512,
                                 513, 1000, 65535, 65536, 65537, 65792, 65793, LEAVES};
  size_t next = 0;
  for (size_t i = 0; i < LEAVES; i++) {
    ledger_hash_leaf(slice_of(&i, sizeof i), hashes[i]);
    assert_ok(ledger_tree_append(tree, hashes[i], tile_ignore, NULL));
    if (i + 1 == sizes[next]) {
      uint8_t root[DIGEST_BYTES];
      uint8_t expected[DIGEST_BYTES];
      ledger_tree_root(tree, root);
      root_by_definition((const uint8_t(*)[DIGEST_BYTES])hashes, i + 1, expected);
      assert_memory_equal(root, expected, DIGEST_BYTES);
      next++;
    }
  }
  assert_int_equal(next, sizeof sizes / sizeof *sizes);
}

struct stored_leaves {
  uint8_t (*hashes)[DIGEST_BYTES];
  struct slice *leaves;
  int64_t *ids;
};

static struct stored_leaves leaves_load(struct fixture *fixture, struct db_tx *tx, size_t count) {
  struct stored_leaves stored = {arena_alloc_array(&fixture->arena, count, DIGEST_BYTES),
                                 ARENA_ARRAY(&fixture->arena, struct slice, count),
                                 ARENA_ARRAY(&fixture->arena, int64_t, count)};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_query(
      tx, "SELECT e.id, e.leaf FROM ledger_order o JOIN ledger_entry e ON e.id = o.entry_id ORDER BY o.position",
      DB_NO_ARGS, &rows));
  for (size_t i = 0; i < count; i++) {
    assert_true(db_rows_next(&rows));
    stored.ids[i] = db_int(&rows, 0);
    stored.leaves[i] = db_bytes_copy(&rows, 1, &fixture->arena);
    ledger_hash_leaf(stored.leaves[i], stored.hashes[i]);
  }
  return stored;
}

static void proofs_lead_to_the_root_and_only_for_what_is_there(void **state) {
  struct fixture *fixture = *state;
  enum { ENTRIES = 700 };
  acts_write(fixture, ENTRIES);
  assert_ok(ledger_sequence(&fixture->env));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->env.db, &tx));
  struct stored_leaves stored = leaves_load(fixture, tx, ENTRIES);
  static const int64_t sizes[] = {1, 2, 3, 4, 7, 8, 255, 256, 257, 300, 511, 512, 513, 699, 700};
  struct ledger_checkpoint heads[sizeof sizes / sizeof *sizes] = {0};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    heads[i].size = sizes[i];
    root_by_definition((const uint8_t(*)[DIGEST_BYTES])stored.hashes, (size_t)sizes[i], heads[i].root);
    for (int64_t position = 0; position < sizes[i]; position += position < 20 || position > sizes[i] - 5 ? 1 : 37) {
      struct ledger_proof proof = {0};
      assert_ok(ledger_prove_entry(tx, stored.ids[position], sizes[i], &fixture->arena, &proof));
      assert_true(
          ledger_is_entry_proved(&proof, stored.leaves[position], sizes[i], heads[i].root)); /* [RFC9162 2.1.3.2] */
      assert_false(ledger_is_entry_proved(&proof, stored.leaves[(position + 1) % ENTRIES], sizes[i], heads[i].root));
      proof.position = position + 1;
      assert_false(ledger_is_entry_proved(&proof, stored.leaves[position], sizes[i], heads[i].root));
    }
    for (size_t j = 0; j <= i; j++) {
      struct ledger_proof proof = {0};
      assert_ok(ledger_prove_growth(tx, sizes[j], sizes[i], &fixture->arena, &proof));
      assert_true(ledger_is_growth_proved(&proof, &heads[j], &heads[i])); /* [RFC9162 2.1.4.2] */
      struct ledger_checkpoint other = heads[j];
      other.root[5] ^= 1;
      assert_false(ledger_is_growth_proved(&proof, &other, &heads[i]));
    }
  }
  struct ledger_proof proof = {0};
  assert_code(ledger_prove_entry(tx, stored.ids[10], 10, &fixture->arena, &proof), LEDGER_NOT_ORDERED);
  assert_code(ledger_prove_entry(tx, 999999, 10, &fixture->arena, &proof), LEDGER_NOT_ORDERED);
  assert_code(ledger_prove_entry(tx, stored.ids[10], ENTRIES + 1, &fixture->arena, &proof), LEDGER_NOT_ORDERED);
  assert_code(ledger_prove_growth(tx, 20, 10, &fixture->arena, &proof), LEDGER_NOT_ORDERED);
}

static void a_leaf_reads_back_and_rejects_every_other_length(void **state) {
  struct fixture *fixture = *state;
  uint8_t subjects[48];
  memset(subjects, 9, sizeof subjects);
  struct ledger_content leaf = {.is_read = true,
                             .at_ms = 1717552800123,
                             .kind = S("register.read"),
                             .actor_role = S("officer@H26.11"),
                             .legal_basis = S("xác minh"),
                             .subjects = slice_of(subjects, sizeof subjects)};
  memset(leaf.actor, 3, sizeof leaf.actor);
  struct slice bytes = {0};
  struct ledger_content back = {0};
  assert_ok(ledger_content_write(&leaf, &fixture->arena, &bytes));
  assert_int_equal(bytes.len, 81 + 13 + 14 + leaf.legal_basis.len + 48);
  assert_ok(ledger_content_parse(bytes, &back));
  assert_true(back.is_read && back.at_ms == leaf.at_ms && slice_eq(back.kind, leaf.kind) &&
              slice_eq(back.actor_role, leaf.actor_role) && slice_eq(back.legal_basis, leaf.legal_basis) &&
              slice_eq(back.subjects, leaf.subjects));
  for (size_t len = 0; len < bytes.len; len++) {
    assert_code(ledger_content_parse(slice_sub(bytes, 0, len), &back), LEDGER_SYNTAX);
  }
  uint8_t *longer =
      (uint8_t *)(uintptr_t)arena_copy(&fixture->arena, bytes).ptr; /* a byte more is there: the final NUL */
  assert_code(ledger_content_parse(slice_of(longer, bytes.len + 1), &back), LEDGER_SYNTAX);
  longer[0] = 2;
  assert_code(ledger_content_parse(slice_of(longer, bytes.len), &back), LEDGER_SYNTAX);
  longer[0] = 1;
  longer[1] = 2;
  assert_code(ledger_content_parse(slice_of(longer, bytes.len), &back), LEDGER_SYNTAX);
}

static void rejects_a_leaf_beyond_its_bytes(void **state) {
  struct fixture *fixture = *state;
  uint8_t *text = arena_alloc(&fixture->arena, 70000);
  struct slice bytes = {0};
  struct ledger_content leaf = {.kind = S("a.b"), .legal_basis = slice_of(text, 65535 - 81 - 3)};
  assert_ok(ledger_content_write(&leaf, &fixture->arena, &bytes));
  assert_int_equal(bytes.len, 65535);
  leaf.legal_basis.len++;
  assert_code(ledger_content_write(&leaf, &fixture->arena, &bytes), LEDGER_TOO_LONG);
  leaf.legal_basis.len = 65536;
  assert_code(ledger_content_write(&leaf, &fixture->arena, &bytes), LEDGER_TOO_LONG);
  leaf = (struct ledger_content){.kind = S("")};
  assert_code(ledger_content_write(&leaf, &fixture->arena, &bytes), LEDGER_TOO_LONG);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(roots_are_those_of_certificate_transparency, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_tree_of_tiles_has_the_root_of_the_definition, set_up, tear_down),
      cmocka_unit_test_setup_teardown(proofs_lead_to_the_root_and_only_for_what_is_there, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_leaf_reads_back_and_rejects_every_other_length, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_a_leaf_beyond_its_bytes, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
