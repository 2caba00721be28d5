/* Tiles made anew from the entries. Two passes: all of it is recomputed from one snapshot and held against every signed root while others write on; what
 * was wrong of full tiles, which never change again, is then written, and the growing ones with what has been ordered meanwhile. */
#include <inttypes.h>

#include "base/buf.h"
#include "ledger/checkpoint.h"
#include "ledger/tree.h"

enum { TILES_A_WRITE = 64 };

struct wrong_tile {
  int level;
  uint64_t number;
  uint8_t hashes[LEDGER_TILE_HASHES][DIGEST_BYTES];
};

struct rebuilding {
  struct env *env;
  struct db_tx *tx;
  const struct note_key *key;
  const struct ledger_act *act;
  struct arena *arena;
  struct ledger_tree *tree; /* as recomputed so far */
  struct ledger_tree *full; /* the same where its last full tile of leaves ended */
  struct buf wrong;         /* struct wrong_tile */
  int64_t position_wrong;   /* of the first entry whose stored hash is not its own; -1: none */
  int64_t written;          /* of `wrong` */
  int64_t tails;
  struct ledger_rebuilt rebuilt;
};

static bool is_stored(struct db_tx *tx, const struct ledger_tile *tile, uint8_t (*stored)[DIGEST_BYTES], result *ret_outcome) {
  result loaded = ledger_tile_load(tx, tile->level, tile->number, tile->count, stored);
  *ret_outcome = is_code(loaded, LEDGER_TILE_MISSING) ? OK : loaded;
  return is_ok(loaded) && memcmp(stored, tile->hashes, tile->count * DIGEST_BYTES) == 0;
}

/* The first hash of a stored tile of leaves that is not what its entry hashes to. */
static void position_note(struct rebuilding *run, const struct ledger_tile *tile, const uint8_t (*stored)[DIGEST_BYTES]) {
  static const uint8_t nothing[DIGEST_BYTES];
  for (size_t i = 0; tile->level == 0 && run->position_wrong < 0 && i < tile->count; i++) {
    if (memcmp(stored[i], tile->hashes[i], DIGEST_BYTES) != 0 && memcmp(stored[i], nothing, DIGEST_BYTES) != 0) {
      run->position_wrong = (int64_t)(tile->number * LEDGER_TILE_HASHES + i);
    }
  }
}

static result full_compare(void *context, const struct ledger_tile *tile) {
  struct rebuilding *run = context;
  uint8_t stored[LEDGER_TILE_HASHES][DIGEST_BYTES] = {0};
  result outcome = OK;
  if (is_stored(run->tx, tile, stored, &outcome) || !is_ok(outcome)) {
    return outcome;
  }
  position_note(run, tile, (const uint8_t(*)[DIGEST_BYTES])stored);
  struct wrong_tile *wrong = (struct wrong_tile *)(void *)buf_extend(&run->wrong, sizeof *wrong);
  wrong->level = tile->level;
  wrong->number = tile->number;
  memcpy(wrong->hashes, tile->hashes, sizeof wrong->hashes);
  return OK;
}

static result tail_compare(void *context, const struct ledger_tile *tile) {
  struct rebuilding *run = context;
  uint8_t stored[LEDGER_TILE_HASHES][DIGEST_BYTES] = {0};
  result outcome = OK;
  if (!is_stored(run->tx, tile, stored, &outcome) && is_ok(outcome)) {
    position_note(run, tile, (const uint8_t(*)[DIGEST_BYTES])stored);
  }
  return outcome;
}

static result entries_walk(struct rebuilding *run, struct ledger_tree *tree, int64_t size, ledger_tile_fn on_full) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(run->tx,
               "SELECT o.position, e.leaf FROM ledger_order o LEFT JOIN ledger_entry e ON e.id = o.entry_id"
               " WHERE o.position >= $1 AND o.position < $2 ORDER BY o.position",
               DB_ARGS(db_of_int((int64_t)tree->size), db_of_int(size)), &rows));
  while (db_rows_next(&rows)) {
    uint8_t hash[DIGEST_BYTES];
    if (db_int(&rows, 0) != (int64_t)tree->size || db_is_null(&rows, 1)) {
      FAIL(LEDGER_ALTERED, "there is no entry at position %" PRIu64, tree->size);
    }
    ledger_hash_leaf(db_bytes(&rows, 1), hash);
    TRY(ledger_tree_append(tree, hash, on_full, run));
    if (tree->size % LEDGER_TILE_HASHES == 0 && tree == run->tree) {
      *run->full = *tree;
    }
  }
  TRY(rows.status);
  if ((int64_t)tree->size < size) {
    FAIL(LEDGER_ALTERED, "there is no entry at position %" PRIu64, tree->size);
  }
  return OK;
}

static result refuse(const struct rebuilding *run, int64_t size) {
  if (run->position_wrong >= 0 && run->position_wrong < size) {
    FAIL(LEDGER_ALTERED, "the entry at position %" PRId64 " is not the one that was signed", run->position_wrong);
  }
  FAIL(LEDGER_ALTERED, "an entry between positions %" PRId64 " and %" PRId64 " is not the one that was signed", run->rebuilt.covered, size - 1);
}

static result checkpoint_pass(struct rebuilding *run, const struct ledger_checkpoint *checkpoint) {
  uint8_t root[DIGEST_BYTES];
  TRY(entries_walk(run, run->tree, checkpoint->size, full_compare));
  ledger_tree_root(run->tree, root);
  if (memcmp(root, checkpoint->root, DIGEST_BYTES) != 0) {
    TRY(ledger_tree_tails(run->tree, 0, tail_compare, run));
    return refuse(run, checkpoint->size);
  }
  if (checkpoint->signature.len == 0) {
    return OK; /* made, and not signed yet: nobody has seen it */
  }
  if (!ledger_is_checkpoint_signed(checkpoint, run->key)) {
    FAIL(LEDGER_ALTERED, "the checkpoint at %" PRId64 " is not signed by this ledger's key", checkpoint->size);
  }
  run->rebuilt.covered = checkpoint->size;
  return OK;
}

/* Everything that is there against every root that was signed. */
static result all_prove(struct rebuilding *run) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct db_rows last CLEANUP(db_rows_close) = {0};
  TRY(db_query(run->tx, "SELECT text, signature, size FROM ledger_checkpoint ORDER BY size", DB_NO_ARGS, &rows));
  while (db_rows_next(&rows)) {
    struct ledger_checkpoint checkpoint = {0};
    arena_reset(&arena);
    TRY(ledger_checkpoint_read(&rows, db_int(&rows, 2), &arena, &checkpoint));
    TRY(checkpoint_pass(run, &checkpoint));
  }
  TRY(rows.status);
  if (run->rebuilt.covered == 0) {
    FAIL(LEDGER_NO_CHECKPOINT, "nothing was signed: there is no root to hold the entries against");
  }
  TRY(db_row(run->tx, "SELECT coalesce(max(position) + 1, 0) FROM ledger_order", DB_NO_ARGS, &last));
  run->rebuilt.entries = db_int(&last, 0);
  TRY(entries_walk(run, run->tree, run->rebuilt.entries, full_compare));
  TRY(ledger_tree_tails(run->tree, 0, tail_compare, run));
  /* Behind the last signature nothing tells whether the entry or its hash was altered. */
  return run->position_wrong >= run->rebuilt.covered ? refuse(run, run->rebuilt.entries) : OK;
}

static result full_write(struct db_tx *tx, void *arg) {
  const struct rebuilding *run = arg;
  const struct wrong_tile *tiles = (const struct wrong_tile *)(const void *)run->wrong.ptr;
  int64_t count = (int64_t)(run->wrong.len / sizeof *tiles);
  for (int64_t i = run->written; i < count && i < run->written + TILES_A_WRITE; i++) {
    const struct ledger_tile tile = {tiles[i].level, tiles[i].number, LEDGER_TILE_HASHES, tiles[i].hashes};
    TRY(ledger_tile_save(tx, &tile));
  }
  return OK;
}

static result tail_save(void *context, const struct ledger_tile *tile) {
  struct rebuilding *run = context;
  uint8_t stored[LEDGER_TILE_HASHES][DIGEST_BYTES];
  result outcome = OK;
  if (is_stored(run->tx, tile, stored, &outcome) || !is_ok(outcome)) {
    return outcome;
  }
  run->tails++;
  return ledger_tile_save(run->tx, tile);
}

static result tails_write(struct db_tx *tx, void *arg) {
  struct rebuilding *run = arg;
  struct arena arena CLEANUP(arena_free) = {0};
  struct db_rows last CLEANUP(db_rows_close) = {0};
  struct ledger_tree *tree = ARENA_NEW(&arena, struct ledger_tree);
  *tree = *run->full; /* may run twice */
  run->tx = tx;
  run->tails = 0;
  TRY(db_row(tx, "SELECT coalesce(max(position) + 1, 0) FROM ledger_order", DB_NO_ARGS, &last));
  int64_t size = db_int(&last, 0);
  db_rows_close(&last);
  TRY(entries_walk(run, tree, size, tail_save));
  TRY(ledger_tree_tails(tree, 0, tail_save, run));
  int64_t tiles = run->written + run->tails;
  if (tiles == 0) {
    return OK;
  }
  struct ledger_entry entry = {.kind = "ledger.rebuilt", .actor_role = run->act->actor_role, .legal_basis = run->act->legal_basis};
  entry.detail = arena_printf(&arena, "{\"tiles\":%" PRId64 ",\"covered\":%" PRId64 "}", tiles, run->rebuilt.covered);
  return ledger_append(run->env, tx, &entry);
}

static result everything_write(struct rebuilding *run) {
  int64_t count = (int64_t)(run->wrong.len / sizeof(struct wrong_tile));
  for (; run->written < count; run->written += TILES_A_WRITE) {
    TRY(db_write(run->env->db, full_write, run));
  }
  run->written = count;
  TRY(db_write(run->env->db, tails_write, run));
  run->rebuilt.tiles = run->written + run->tails;
  return OK;
}

result ledger_rebuild(struct env *env, const struct ledger_act *act, struct ledger_rebuilt *ret_rebuilt) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct note_key key = {0};
  struct rebuilding run = {.env = env, .key = &key, .act = act, .arena = &arena, .position_wrong = -1};
  run.tree = ARENA_NEW(&arena, struct ledger_tree);
  run.full = ARENA_NEW(&arena, struct ledger_tree);
  buf_init(&run.wrong, &arena, sizeof(struct wrong_tile));
  TRY(db_read_begin(env->db, &tx));
  TRY(ledger_key(env, tx, &arena, &key));
  run.tx = tx;
  TRY(all_prove(&run));
  db_read_end(&tx);
  TRY(everything_write(&run));
  *ret_rebuilt = run.rebuilt;
  return OK;
}
