/* mandate/act.h: what giving and moving have in common. (private to mandate/) */
#pragma once
#include "mandate/row.h"

/* Giver and receiver are such as may give and act, now: MANDATE_GIVER_UNFIT, MANDATE_NONE, MANDATE_DELEGATE_UNFIT. */
MUST_USE result mandate_act_check_fit(struct db_tx *tx, struct arena *arena, const struct mandate *mandate, int32_t today);
/* The same of a notarised paper: both alive, of age and no wards; neither needs an account. */
MUST_USE result mandate_act_check_paper(struct db_tx *tx, struct arena *arena, const struct mandate *mandate, int32_t today);
/* MANDATE_OWN_CASE */
MUST_USE result mandate_act_check_officer(const struct mandate *mandate, int64_t officer_id);

struct mandate_record {
  const char *kind; /* "mandate.offered" ... */
  const struct mandate *mandate;
  struct account_actor actor;
  struct slice reason;
};
/* The ledger line, about both persons, and a message to whichever of them has not done it. */
MUST_USE result mandate_act_record(struct env *env, struct db_tx *tx, const struct mandate_record *record);
