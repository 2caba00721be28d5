/* ledger/proof.h: roots out of stored tiles. (private to ledger/) */
#pragma once
#include "ledger/tree.h"

/* Of the first `size` entries, at least one. LEDGER_TILE_MISSING. */
MUST_USE result ledger_root_at(struct db_tx *tx, uint64_t size, uint8_t ret_root[static DIGEST_BYTES]);
