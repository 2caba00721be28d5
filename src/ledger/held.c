/* The ledger held against what others have of it: a copy of its tiles, a root, a checkpoint that somebody kept. */
#include <inttypes.h>

#include "ledger/ledger.h"
#include "ledger/proof.h"

struct ledger_root {
  struct ledger_tree tree;
  uint64_t size; /* entries that it is the root of */
};

struct ledger_root *ledger_root_new(int64_t size, struct arena *arena) {
  struct ledger_root *root = ARENA_NEW(arena, struct ledger_root);
  root->size = (uint64_t)size;
  return root;
}

/* Tiles above are recomputed: what was stored of them does not count. */
static result tile_pass(void *context, const struct ledger_tile *tile) {
  (void)context;
  (void)tile;
  return OK;
}

result ledger_root_add(struct ledger_root *root, int64_t number, struct slice hashes) {
  uint64_t first = (uint64_t)number * LEDGER_TILE_HASHES;
  if (first >= root->size) {
    return OK; /* entries that no checkpoint covered yet */
  }
  if (root->tree.size != first || hashes.len % DIGEST_BYTES != 0 || hashes.len > LEDGER_TILE_BYTES) {
    FAIL(LEDGER_TILE_MISSING, "tile 0/%" PRIu64 " is where tile 0/%" PRIu64 " should be", (uint64_t)number, root->tree.size / LEDGER_TILE_HASHES);
  }
  for (size_t at = 0; at < hashes.len && root->tree.size < root->size; at += DIGEST_BYTES) {
    TRY(ledger_tree_append(&root->tree, hashes.ptr + at, tile_pass, NULL));
  }
  return OK;
}

result ledger_root_end(const struct ledger_root *root, uint8_t ret_root[static DIGEST_BYTES]) {
  if (root->tree.size != root->size) {
    FAIL(LEDGER_TILE_MISSING, "hashes of %" PRIu64 " entries out of %" PRIu64, root->tree.size, root->size);
  }
  ledger_tree_root(&root->tree, ret_root);
  return OK;
}

result ledger_root_hold(struct db_tx *tx, int64_t size, const uint8_t root[static DIGEST_BYTES]) {
  uint8_t here[DIGEST_BYTES];
  if (size > 0) {
    TRY(ledger_root_at(tx, (uint64_t)size, here));
  }
  if (size > 0 && memcmp(here, root, sizeof here) != 0) {
    FAIL(LEDGER_FORKED, "the first %" PRId64 " entries are not those that the checkpoint covered", size);
  }
  return OK;
}

/* What is under its signature is what the log once published. */
result ledger_checkpoint_hold(struct db_tx *tx, const struct note_key *key, struct slice bytes, struct arena *arena, int64_t *ret_size) {
  struct note note = {0};
  struct note_checkpoint kept = {0};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(note_parse(bytes, arena, &note));
  TRY(note_checkpoint_parse(note.text, &kept));
  if (!slice_eq(kept.origin, key->name)) {
    FAIL(LEDGER_FORKED, "it is of %.*s, this ledger is %.*s", SLICE_ARG(kept.origin), SLICE_ARG(key->name));
  }
  TRY(note_check(&note, key, NULL));
  TRY(db_row(tx, "SELECT COALESCE(MAX(position) + 1, 0) FROM ledger_order", DB_NO_ARGS, &rows));
  int64_t entries = db_int(&rows, 0);
  if (kept.size > entries) {
    FAIL(LEDGER_FORKED, "it covers %" PRId64 " entries, and there are %" PRId64 ": the newest were cut off, or an older copy was put back", kept.size, entries);
  }
  TRY(ledger_root_hold(tx, kept.size, kept.root));
  *ret_size = kept.size;
  return OK;
}
