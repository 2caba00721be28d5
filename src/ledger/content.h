/* ledger/content.h: what an entry says, its bytes as ledger.h describes them. (private to ledger/)
 * Errors     LEDGER_TOO_LONG when written; LEDGER_SYNTAX when read: any byte that the format does not account for. */
#pragma once
#include "base/buf.h"
#include "crypto/digest.h"
#include "ledger/leaf.h"
#include "ledger/ledger.h"

enum { LEDGER_CONTENT_BYTES_MAX = 65535, LEDGER_PSEUDONYM_BYTES = 16 };

/* An erasure: its detail is {"entries":[ids]}, at most so many. */
#define LEDGER_ERASED_KIND "ledger.erased"
enum { LEDGER_ERASED_MAX = 1000 };

struct ledger_content {
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

MUST_USE result ledger_content_write(const struct ledger_content *content, struct arena *arena, struct slice *ret_bytes);
MUST_USE result ledger_content_parse(struct slice bytes, struct ledger_content *ret_content);
void ledger_detail_commit(struct slice salt, struct slice detail, uint8_t ret_commitment[static DIGEST_BYTES]);
