/* ledger/audit.h: walks entries in their order and holds what is stored against what it recomputes.
 * (private to ledger/)
 *
 * Used whole by ledger_verify, and for the newest entries, leaves and hashes only, before each signature: a log that
 * signed what it had not read back has been ended by one flipped bit more than once.
 * The tree is recomputed from the leaves. A leaf that does not match its stored hash is a finding of part LEAF;
 * whether the leaf or the hash was altered only the next checkpoint tells (verify.c). Only the first finding is kept.
 */
#pragma once
#include "ledger/ledger.h"
#include "ledger/tree.h"

struct ledger_audit {
  struct db_tx *tx;
  bool is_whole;                                    /* details and index by person too */
  struct ledger_tree tree;                          /* as recomputed so far */
  uint8_t stored[LEDGER_TILE_HASHES][DIGEST_BYTES]; /* leaf hashes as stored, of the tile being walked */
  enum ledger_part part;
  int64_t position;
  int64_t entry_id;
  bool is_hash_doubtful; /* part LEAF was found by hash: see above */
  bool is_stopped;       /* the walk cannot go on: a position is missing */
  int64_t details_erased;
  int64_t subjects_erased;
  int64_t subjects_indexed;
};

/* Starts at `size` entries, believing the tree up to there. */
MUST_USE result ledger_audit_begin(struct ledger_audit *audit, struct db_tx *tx, int64_t size);
/* Up to `size` entries, or to the first finding that stops it. */
MUST_USE result ledger_audit_advance(struct ledger_audit *audit, int64_t size);
/* The growing tiles above the leaves, once the walk is at the end. */
MUST_USE result ledger_audit_tails(struct ledger_audit *audit);
void ledger_audit_find(struct ledger_audit *audit, enum ledger_part part, int64_t position, int64_t entry_id);
