/* ledger/checkpoint.h: a checkpoint's text, its signature and its row. (private to ledger/)
 * Standard   C2SP tlog-checkpoint: origin, size and root, a line each, and no extension lines; C2SP signed-note.
 * Shapes     a stored signature is what a note's line encodes: the key's id, then 64 bytes of Ed25519.
 * Errors     LEDGER_SYNTAX: anything but those three lines in their one form. */
#pragma once
#include "ledger/ledger.h"
#include "ledger/tree.h"

#define LEDGER_LEAD "ledger" /* the task in which one node leads (db_lead) */
#define LEDGER_SIGNER_KEY "checkpoint/ledger"

struct slice ledger_checkpoint_text(struct slice origin, struct arena *arena, uint64_t size, const uint8_t root[static DIGEST_BYTES]);
MUST_USE result ledger_checkpoint_parse(struct slice text, struct ledger_checkpoint *ret_checkpoint);
/* From a row of (text, signature). A size other than its key's is LEDGER_SYNTAX. */
MUST_USE result ledger_checkpoint_read(const struct db_rows *rows, int64_t size, struct arena *arena,
                                       struct ledger_checkpoint *ret_checkpoint);
struct slice ledger_checkpoint_origin(const struct ledger_checkpoint *checkpoint);
bool ledger_is_checkpoint_signed(const struct ledger_checkpoint *checkpoint, const struct note_key *key);
