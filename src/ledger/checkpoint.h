/* ledger/checkpoint.h: a checkpoint's text and its row. (private to ledger/)
 * Standard   C2SP tlog-checkpoint: origin, size and root, a line each, and no extension lines; C2SP signed-note.
 * Errors     LEDGER_SYNTAX: anything but those three lines in their one form. */
#pragma once
#include "crypto/key.h"
#include "ledger/ledger.h"
#include "ledger/tree.h"

struct slice ledger_checkpoint_text(struct env *env, struct arena *arena, uint64_t size,
                                    const uint8_t root[static DIGEST_BYTES]);
MUST_USE result ledger_checkpoint_parse(struct slice text, struct arena *arena,
                                        struct ledger_checkpoint *ret_checkpoint);
/* From a row of (text, signature). A size other than its key's is LEDGER_SYNTAX. */
MUST_USE result ledger_checkpoint_read(const struct db_rows *rows, int64_t size, struct arena *arena,
                                       struct ledger_checkpoint *ret_checkpoint);
bool ledger_is_checkpoint_signed(const struct ledger_checkpoint *checkpoint, const struct key *key);
