#include "ledger/tree.h"

#include "ledger/ledger.h"

void ledger_hash_leaf(struct slice leaf, uint8_t ret_hash[static DIGEST_BYTES]) {
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add_byte(&stream, 0x00); /* [RFC9162 2.1.1 MUST]: leaves and nodes cannot be taken for one another */
  digest_add(&stream, leaf);
  digest_end(&stream, ret_hash);
}

void ledger_hash_node(const uint8_t left[static DIGEST_BYTES], const uint8_t right[static DIGEST_BYTES],
                      uint8_t ret_hash[static DIGEST_BYTES]) {
  uint8_t bytes[1 + 2 * DIGEST_BYTES];
  bytes[0] = 0x01;
  memcpy(bytes + 1, left, DIGEST_BYTES);
  memcpy(bytes + 1 + DIGEST_BYTES, right, DIGEST_BYTES);
  digest_sha256(slice_of(bytes, sizeof bytes), ret_hash);
}

void ledger_hash_row(const uint8_t (*hashes)[DIGEST_BYTES], size_t count, uint8_t ret_hash[static DIGEST_BYTES]) {
  uint8_t row[LEDGER_TILE_HASHES / 2][DIGEST_BYTES];
  if (count == 1) {
    memcpy(ret_hash, hashes[0], DIGEST_BYTES);
    return;
  }
  for (size_t i = 0; i < count / 2; i++) {
    ledger_hash_node(hashes[2 * i], hashes[2 * i + 1], row[i]);
  }
  for (size_t left = count / 2; left > 1; left /= 2) {
    for (size_t i = 0; i < left / 2; i++) {
      ledger_hash_node(row[2 * i], row[2 * i + 1], row[i]);
    }
  }
  memcpy(ret_hash, row[0], DIGEST_BYTES);
}

/* Complete subtrees of 256^level leaves. */
static uint64_t nodes_at(uint64_t size, int level) {
  return size >> (8 * level);
}

result ledger_tree_append(struct ledger_tree *tree, const uint8_t leaf_hash[static DIGEST_BYTES],
                          ledger_tile_fn on_full, void *context) {
  memcpy(tree->tail[0][tree->size % LEDGER_TILE_HASHES], leaf_hash, DIGEST_BYTES);
  tree->size++;
  for (int level = 0; level + 1 < LEDGER_TREE_LEVELS && tree->size % ((uint64_t)1 << (8 * (level + 1))) == 0; level++) {
    uint64_t number = nodes_at(tree->size, level + 1) - 1;
    struct ledger_tile tile = {level, number, LEDGER_TILE_HASHES, (const uint8_t(*)[DIGEST_BYTES])tree->tail[level]};
    TRY(on_full(context, &tile));
    ledger_hash_row(tile.hashes, LEDGER_TILE_HASHES, tree->tail[level + 1][number % LEDGER_TILE_HASHES]);
  }
  return OK;
}

result ledger_tree_tails(const struct ledger_tree *tree, uint64_t old_size, ledger_tile_fn on_tail, void *context) {
  for (int level = 0; level < LEDGER_TREE_LEVELS; level++) {
    uint64_t nodes = nodes_at(tree->size, level);
    size_t count = nodes % LEDGER_TILE_HASHES;
    if (nodes == nodes_at(old_size, level)) {
      break; /* no new node here, so none above */
    }
    if (count > 0) {
      struct ledger_tile tile = {level, nodes / LEDGER_TILE_HASHES, count,
                                 (const uint8_t(*)[DIGEST_BYTES])tree->tail[level]};
      TRY(on_tail(context, &tile));
    }
  }
  return OK;
}

void ledger_tree_root(const struct ledger_tree *tree, uint8_t ret_root[static DIGEST_BYTES]) {
  bool has_any = false;
  if (tree->size == 0) {
    digest_sha256(S(""), ret_root); /* [RFC9162 2.1.1] */
    return;
  }
  /* The complete subtrees of the right edge, smallest first: each joins on the left of what is there. */
  for (int level = 0; level < LEDGER_TREE_LEVELS; level++) {
    size_t end = nodes_at(tree->size, level) % LEDGER_TILE_HASHES;
    for (size_t width = 1; width < LEDGER_TILE_HASHES; width *= 2) {
      if ((end & width) == 0) {
        continue;
      }
      uint8_t hash[DIGEST_BYTES];
      end -= width;
      ledger_hash_row((const uint8_t(*)[DIGEST_BYTES]) & tree->tail[level][end], width, hash);
      if (has_any) {
        ledger_hash_node(hash, ret_root, ret_root);
      } else {
        memcpy(ret_root, hash, DIGEST_BYTES);
        has_any = true;
      }
    }
  }
}

result ledger_tile_save(void *tx, const struct ledger_tile *tile) {
  return db_run(tx,
                "INSERT INTO ledger_tile (level, number, hashes) VALUES ($1, $2, $3)"
                " ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes",
                DB_ARGS(db_of_int(tile->level), db_of_int((int64_t)tile->number),
                        db_of_bytes(slice_of(tile->hashes, tile->count * DIGEST_BYTES))),
                NULL);
}

result ledger_tile_load(struct db_tx *tx, int level, uint64_t number, size_t count,
                        uint8_t (*ret_hashes)[DIGEST_BYTES]) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT hashes FROM ledger_tile WHERE level = $1 AND number = $2",
               DB_ARGS(db_of_int(level), db_of_int((int64_t)number)), &rows));
  struct slice hashes = db_rows_next(&rows) ? db_bytes(&rows, 0) : slice_of(NULL, 0);
  TRY(rows.status);
  if (hashes.len < count * DIGEST_BYTES) {
    FAIL(LEDGER_TILE_MISSING, "tile %d/%llu has %zu bytes of %zu", level, (unsigned long long)number, hashes.len,
         count * DIGEST_BYTES);
  }
  if (count > 0) {
    memcpy(ret_hashes, hashes.ptr, count * DIGEST_BYTES);
  }
  return OK;
}

result ledger_tree_load(struct db_tx *tx, uint64_t size, struct ledger_tree *ret_tree) {
  for (int level = 0; level < LEDGER_TREE_LEVELS; level++) {
    uint64_t nodes = nodes_at(size, level);
    if (nodes % LEDGER_TILE_HASHES > 0) {
      TRY(ledger_tile_load(tx, level, nodes / LEDGER_TILE_HASHES, nodes % LEDGER_TILE_HASHES, ret_tree->tail[level]));
    }
  }
  ret_tree->size = size;
  return OK;
}
