/* dossier/sign_up.h: what signing up keeps between its steps. (private to dossier/) */
#pragma once
#include "codec/jin.h"
#include "dossier/dossier.h"

struct sign_up_row {
  uint8_t ticket_hash[32];
  enum dossier_sign_up_state state;
  struct slice claim; /* JSON */
  struct slice phone;
  struct slice salt;
  struct slice code_hash;
  int64_t wrong;
  int64_t pictures;
};
/* ACCOUNT_CODE: no such ticket, or it has run out. */
MUST_USE result dossier_sign_up_load(struct env *env, struct db_tx *tx, struct arena *arena, struct slice ticket, struct sign_up_row *ret_row);
/* The one function that moves it. DOSSIER_MOVE_FORBIDDEN. */
MUST_USE result dossier_sign_up_move(struct db_tx *tx, const struct sign_up_row *row, enum dossier_sign_up_state to);
MUST_USE result dossier_sign_up_claim_read(struct slice claim, struct arena *arena, struct dossier_sign_up *ret_claim);
