/* ledger/leaf.h: what of an entry is hashed into the tree and published, as ledger.h describes it. (private to ledger/) */
#pragma once
#include "base/result.h"
#include "crypto/digest.h"

enum { LEDGER_LEAF_BYTES = 41, LEDGER_SALT_BYTES = 16 };

void ledger_leaf_write(int64_t at_ms, struct slice salt, struct slice content, uint8_t ret_leaf[static LEDGER_LEAF_BYTES]);
/* An entry of before version 2 of the tables: the content itself was the leaf. */
bool ledger_leaf_is_content(struct slice leaf);
/* Of a leaf that is not a content; -1: not a leaf. */
int64_t ledger_leaf_time(struct slice leaf);
