/* ledger/leaf.h: a leaf's bytes, as ledger.h describes them. (private to ledger/)
 * Errors     LEDGER_TOO_LONG when written; LEDGER_SYNTAX when read: any byte that the format does not account for. */
#pragma once
#include "base/buf.h"
#include "crypto/digest.h"
#include "ledger/ledger.h"

enum { LEDGER_LEAF_BYTES_MAX = 65535, LEDGER_PSEUDONYM_BYTES = 16, LEDGER_SALT_BYTES = 16 };

struct ledger_leaf {
  bool is_read;
  int64_t at_ms;
  uint8_t commitment[DIGEST_BYTES];
  uint8_t actor[LEDGER_PSEUDONYM_BYTES];
  uint8_t on_behalf_of[LEDGER_PSEUDONYM_BYTES];
  struct slice kind;
  struct slice actor_role;
  struct slice legal_basis;
  struct slice subjects; /* LEDGER_PSEUDONYM_BYTES each */
};

MUST_USE result ledger_leaf_write(const struct ledger_leaf *leaf, struct arena *arena, struct slice *ret_bytes);
MUST_USE result ledger_leaf_parse(struct slice bytes, struct ledger_leaf *ret_leaf);
void ledger_detail_commit(struct slice salt, struct slice detail, uint8_t ret_commitment[static DIGEST_BYTES]);
