/* ledger/audit.h: walks entries in their order and holds what is stored against what it recomputes.
 * (private to ledger/)
 *
 * Used whole by ledger_verify, and for the newest entries, contents and hashes only, before each signature: a log that
 * signed what it had not read back has been ended by one flipped bit more than once.
 * The tree is recomputed from the leaves. A leaf that does not match its stored hash is a finding of part LEAF;
 * whether the leaf or the hash was altered only the next checkpoint tells (verify.c). Only the first finding is kept.
 */
#pragma once
#include "base/buf.h"
#include "ledger/ledger.h"
#include "ledger/tree.h"

struct ledger_audit {
  struct db_tx *tx;
  bool is_whole;                                    /* index by person, times and erasures too */
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
  int64_t latest_ms;     /* of the entries walked */
  int64_t floor_ms;      /* of those under the last checkpoint */
  struct arena arena;    /* for the two lists below */
  struct buf gone;       /* ids of entries without content */
  struct buf erased;     /* ids that an erasure names */
};


/* Starts at `size` entries, believing the tree up to there. */
MUST_USE result ledger_audit_begin(struct ledger_audit *audit, struct db_tx *tx, int64_t size);
void ledger_audit_end(struct ledger_audit *audit);
/* A checkpoint was signed here: no later entry may bear an earlier time, but for what clocks differ. */
void ledger_audit_pass_checkpoint(struct ledger_audit *audit);
/* What a waiting or ordered entry of kind LEDGER_ERASED_KIND names. */
void ledger_audit_note_erasure(struct ledger_audit *audit, struct slice detail);
/* What is gone without having been erased, once all erasures are noted. */
void ledger_audit_erasures(struct ledger_audit *audit);
/* Up to `size` entries, or to the first finding that stops it. */
MUST_USE result ledger_audit_advance(struct ledger_audit *audit, int64_t size);
/* The growing tiles above the leaves, once the walk is at the end. */
MUST_USE result ledger_audit_tails(struct ledger_audit *audit);
void ledger_audit_find(struct ledger_audit *audit, enum ledger_part part, int64_t position, int64_t entry_id);
