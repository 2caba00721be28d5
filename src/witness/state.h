/* witness/state.h: the newest checkpoint cosigned of each log. (private to witness/) */
#pragma once
#include "witness/witness.h"

#define WITNESS_SIGNER_KEY "checkpoint/witness"

struct witness {
  struct db *db;
  struct signer *signer;
  const struct clock *clock;
  struct arena arena;
  struct note_key key;
  struct note_key logs[WITNESS_LOGS_MAX];
  size_t log_count;
};

struct witness_state {
  int64_t size; /* 0: none yet */
  uint8_t root[DIGEST_BYTES];
};
MUST_USE result witness_state_load(struct witness *witness, struct slice origin, struct witness_state *ret_state);

struct witness_move {
  struct slice origin;
  struct witness_state from;
  int64_t size;
  uint8_t root[DIGEST_BYTES];
  struct slice note; /* with the cosignature */
  bool is_kept;
};
/* Only if it is still where the move begins: compared and stored in one write. */
MUST_USE result witness_state_move(struct witness *witness, struct witness_move *move, bool *ret_is_kept);
