/* organisation/record.h: the ledger line of an act on an organisation. (private to organisation/) */
#pragma once
#include "organisation/organisation.h"

struct organisation_note {
  const char *kind;
  int64_t organisation_id;
  int64_t actor_id;
  struct slice actor_role;
  struct slice legal_basis;
  int64_t person_id;   /* whom it touches; 0: nobody */
  struct slice detail; /* further members of the JSON object, without braces; empty: none */
};
MUST_USE result organisation_record(struct env *env, struct db_tx *tx, const struct organisation_note *note);
