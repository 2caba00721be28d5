/* ledger/tree.h: the Merkle tree over the leaves, kept as tiles. (private to ledger/)
 *
 * Standard   leaf SHA-256(0x00 || leaf), node SHA-256(0x01 || left || right), empty tree SHA-256("") [RFC9162 2.1.1,
 *            2.1.2].
 * Tiles      tile (level L, number N) holds up to 256 hashes: of leaves 256 N .. 256 N + 255 at level 0; at level L
 *            of complete subtrees of 256^L leaves each, as in C2SP tlog-tiles. Hashes between tile levels are
 *            recomputed, at most 255 a tile. A tile is one row: no key is stored for each hash, a proof reads one row a
 *            level, and what is published later is served as it lies. The last, partial tile of a level is
 *            rewritten as it grows.
 * Cost       appending is O(1) amortised: one leaf hash and about one node hash; only the right edge is in memory
 *            (48 KB).
 */
#pragma once
#include "crypto/digest.h"
#include "db/db.h"

enum {
  LEDGER_TREE_LEVELS = 6, /* of tiles: 2^48 leaves */
  LEDGER_TILE_HASHES = 256,
  LEDGER_TILE_BYTES = LEDGER_TILE_HASHES * DIGEST_BYTES,
};

struct ledger_tree {
  uint64_t size;
  uint8_t tail[LEDGER_TREE_LEVELS][LEDGER_TILE_HASHES][DIGEST_BYTES]; /* the growing tile of each level */
};

void ledger_hash_leaf(struct slice leaf, uint8_t ret_hash[static DIGEST_BYTES]);
void ledger_hash_node(const uint8_t left[static DIGEST_BYTES], const uint8_t right[static DIGEST_BYTES],
                      uint8_t ret_hash[static DIGEST_BYTES]);
/* The root over `count` hashes of equal height; count is a power of two up to 256. */
void ledger_hash_row(const uint8_t (*hashes)[DIGEST_BYTES], size_t count, uint8_t ret_hash[static DIGEST_BYTES]);

/* A tile that has become full, or at the end of a round the growing ones. */
struct ledger_tile {
  int level;
  uint64_t number;
  size_t count;
  const uint8_t (*hashes)[DIGEST_BYTES];
};
typedef result (*ledger_tile_fn)(void *context, const struct ledger_tile *tile);

MUST_USE result ledger_tree_append(struct ledger_tree *tree, const uint8_t leaf_hash[static DIGEST_BYTES],
                                   ledger_tile_fn on_full, void *context);
/* The growing tiles that changed since the tree had old_size leaves. */
MUST_USE result ledger_tree_tails(const struct ledger_tree *tree, uint64_t old_size, ledger_tile_fn on_tail,
                                  void *context);
void ledger_tree_root(const struct ledger_tree *tree, uint8_t ret_root[static DIGEST_BYTES]);

/* From and to table ledger_tile. LEDGER_TILE_MISSING: a tile that must be there is missing or too short. */
MUST_USE result ledger_tree_load(struct db_tx *tx, uint64_t size, struct ledger_tree *ret_tree);
MUST_USE result ledger_tile_save(void *tx, const struct ledger_tile *tile);
MUST_USE result ledger_tile_load(struct db_tx *tx, int level, uint64_t number, size_t count,
                                 uint8_t (*ret_hashes)[DIGEST_BYTES]);
