#include "base/buf.h"
#include "ledger/ledger.h"
#include "ledger/proof.h"

struct prover {
  struct db_tx *tx;
  struct buf hashes;
};

/* The largest power of two below n; n >= 2. */
static uint64_t split_of(uint64_t n) {
  uint64_t half = 1;
  while (half * 2 < n) {
    half *= 2;
  }
  return half;
}

static int log2_of(uint64_t power_of_two) {
  return __builtin_ctzll(power_of_two);
}

/* The root over leaves lo..hi-1, a complete subtree: 2^height leaves, lo a multiple of them. One tile holds what it
 * is made of. */
static result complete_root(struct db_tx *tx, uint64_t lo, int height, uint8_t ret_hash[static DIGEST_BYTES]) {
  int level = height / 8;
  if (level >= LEDGER_TREE_LEVELS) {
    level = LEDGER_TREE_LEVELS - 1;
  }
  uint64_t first = lo >> (8 * level);
  size_t width = (size_t)1 << (height - 8 * level);
  size_t offset = first % LEDGER_TILE_HASHES;
  uint8_t tile[LEDGER_TILE_HASHES][DIGEST_BYTES];
  TRY(ledger_tile_load(tx, level, first / LEDGER_TILE_HASHES, offset + width, tile));
  ledger_hash_row((const uint8_t(*)[DIGEST_BYTES]) & tile[offset], width, ret_hash);
  return OK;
}

/* MTH(D[lo:hi]) [RFC9162 2.1.1] */
static result range_root(struct db_tx *tx, uint64_t lo, uint64_t hi, uint8_t ret_hash[static DIGEST_BYTES]) {
  uint64_t count = hi - lo;
  if ((count & (count - 1)) == 0) {
    return complete_root(tx, lo, log2_of(count), ret_hash);
  }
  uint8_t left[DIGEST_BYTES];
  uint8_t right[DIGEST_BYTES];
  uint64_t split = lo + split_of(count);
  TRY(range_root(tx, lo, split, left));
  TRY(range_root(tx, split, hi, right));
  ledger_hash_node(left, right, ret_hash);
  return OK;
}

result ledger_root_at(struct db_tx *tx, uint64_t size, uint8_t ret_root[static DIGEST_BYTES]) {
  return range_root(tx, 0, size, ret_root);
}

static result range_add(struct prover *prover, uint64_t lo, uint64_t hi) {
  uint8_t hash[DIGEST_BYTES];
  TRY(range_root(prover->tx, lo, hi, hash));
  buf_append(&prover->hashes, slice_of(hash, sizeof hash));
  return OK;
}

/* PATH(m, D[lo:hi]) [RFC9162 2.1.3.1] */
static result path_add(struct prover *prover, uint64_t m, uint64_t lo, uint64_t hi) {
  if (hi - lo == 1) {
    return OK;
  }
  uint64_t split = lo + split_of(hi - lo);
  if (m < split) {
    TRY(path_add(prover, m, lo, split));
    return range_add(prover, split, hi);
  }
  TRY(path_add(prover, m, split, hi));
  return range_add(prover, lo, split);
}

/* SUBPROOF(m, D[lo:hi], is_known) [RFC9162 2.1.4.1] */
static result growth_add(struct prover *prover, uint64_t m, uint64_t lo, uint64_t hi) {
  bool is_known = lo == 0; /* the old root itself, which the asker holds */
  if (m == hi) {
    return is_known ? OK : range_add(prover, lo, hi);
  }
  uint64_t split = lo + split_of(hi - lo);
  if (m <= split) {
    TRY(growth_add(prover, m, lo, split));
    return range_add(prover, split, hi);
  }
  TRY(growth_add(prover, m, split, hi));
  return range_add(prover, lo, split);
}

static result size_check(struct db_tx *tx, int64_t size) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT coalesce(max(position) + 1, 0) FROM ledger_order", DB_NO_ARGS, &rows));
  if (size < 1 || size > db_int(&rows, 0)) {
    FAIL(LEDGER_NOT_ORDERED, "there is no tree of %lld entries", (long long)size);
  }
  return OK;
}

result ledger_prove_entry(struct db_tx *tx, int64_t entry_id, int64_t size, struct arena *arena,
                          struct ledger_proof *ret_proof) {
  TRY(size_check(tx, size));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found =
      db_row(tx, "SELECT position FROM ledger_order WHERE entry_id = $1", DB_ARGS(db_of_int(entry_id)), &rows);
  if (is_code(found, DB_NO_ROW) || (is_ok(found) && db_int(&rows, 0) >= size)) {
    FAIL(LEDGER_NOT_ORDERED, "entry %lld is not among the first %lld", (long long)entry_id, (long long)size);
  }
  TRY(found);
  int64_t position = db_int(&rows, 0);
  struct prover prover = {.tx = tx};
  buf_init(&prover.hashes, arena, 32 * DIGEST_BYTES);
  TRY(path_add(&prover, (uint64_t)position, 0, (uint64_t)size));
  *ret_proof = (struct ledger_proof){.position = position, .hashes = buf_slice(&prover.hashes)};
  return OK;
}

result ledger_prove_growth(struct db_tx *tx, int64_t old_size, int64_t size, struct arena *arena,
                           struct ledger_proof *ret_proof) {
  TRY(size_check(tx, size));
  if (old_size < 1 || old_size > size) {
    FAIL(LEDGER_NOT_ORDERED, "no growth from %lld to %lld", (long long)old_size, (long long)size);
  }
  struct prover prover = {.tx = tx};
  buf_init(&prover.hashes, arena, 32 * DIGEST_BYTES);
  TRY(growth_add(&prover, (uint64_t)old_size, 0, (uint64_t)size));
  *ret_proof = (struct ledger_proof){.position = -1, .hashes = buf_slice(&prover.hashes)};
  return OK;
}

/* [RFC9162 2.1.3.2] */
bool ledger_is_entry_proved(const struct ledger_proof *proof, struct slice leaf, int64_t size,
                            const uint8_t root[static 32]) {
  if (proof->position < 0 || proof->position >= size || proof->hashes.len % DIGEST_BYTES != 0) {
    return false;
  }
  uint64_t node = (uint64_t)proof->position;
  uint64_t last = (uint64_t)size - 1;
  uint8_t hash[DIGEST_BYTES];
  ledger_hash_leaf(leaf, hash);
  for (size_t at = 0; at < proof->hashes.len; at += DIGEST_BYTES) {
    if (last == 0) {
      return false;
    }
    if ((node & 1) != 0 || node == last) {
      ledger_hash_node(proof->hashes.ptr + at, hash, hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      ledger_hash_node(hash, proof->hashes.ptr + at, hash);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && memcmp(hash, root, DIGEST_BYTES) == 0;
}

/* Both roots rebuilt from one list of hashes. */
struct growth {
  uint64_t node;
  uint64_t last;
  uint8_t old_root[DIGEST_BYTES];
  uint8_t new_root[DIGEST_BYTES];
};

static void growth_up(struct growth *growth) {
  growth->node >>= 1;
  growth->last >>= 1;
}

static bool growth_step(struct growth *growth, const uint8_t *hash) {
  if (growth->last == 0) {
    return false;
  }
  if ((growth->node & 1) != 0 || growth->node == growth->last) {
    ledger_hash_node(hash, growth->old_root, growth->old_root);
    ledger_hash_node(hash, growth->new_root, growth->new_root);
    while ((growth->node & 1) == 0 && growth->node != 0) {
      growth_up(growth);
    }
  } else {
    ledger_hash_node(growth->new_root, hash, growth->new_root);
  }
  growth_up(growth);
  return true;
}

/* [RFC9162 2.1.4.2] */
bool ledger_is_growth_proved(const struct ledger_proof *proof, const struct ledger_checkpoint *old_checkpoint,
                             const struct ledger_checkpoint *checkpoint) {
  struct slice rest = proof->hashes;
  if (rest.len % DIGEST_BYTES != 0 || old_checkpoint->size < 1 || old_checkpoint->size > checkpoint->size) {
    return false;
  }
  if (old_checkpoint->size == checkpoint->size) {
    return rest.len == 0 && memcmp(old_checkpoint->root, checkpoint->root, DIGEST_BYTES) == 0;
  }
  struct growth growth = {.node = (uint64_t)old_checkpoint->size - 1, .last = (uint64_t)checkpoint->size - 1};
  while ((growth.node & 1) != 0) {
    growth_up(&growth);
  }
  const uint8_t *first = old_checkpoint->root;
  if (growth.node != 0) { /* the old tree is not one complete subtree: the proof starts with its last one */
    if (rest.len == 0) {
      return false;
    }
    first = rest.ptr;
    rest = slice_from(rest, DIGEST_BYTES);
  }
  memcpy(growth.old_root, first, DIGEST_BYTES);
  memcpy(growth.new_root, first, DIGEST_BYTES);
  for (size_t at = 0; at < rest.len; at += DIGEST_BYTES) {
    if (!growth_step(&growth, rest.ptr + at)) {
      return false;
    }
  }
  return growth.last == 0 && memcmp(growth.old_root, old_checkpoint->root, DIGEST_BYTES) == 0 &&
         memcmp(growth.new_root, checkpoint->root, DIGEST_BYTES) == 0;
}
