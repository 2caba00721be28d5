/* register/agencies.h: rows of agencies, units, posts and powers as they are stored. (private to register/)
 *
 * Does not   check, nor append ledger entries, except agencies_record.
 */
#pragma once
#include "register/people.h"

MUST_USE result register_agencies_insert_agency(struct db_tx *tx, const struct register_agency *agency);
MUST_USE result register_agencies_insert_competence(struct db_tx *tx, const struct register_agency_matter *competence);
MUST_USE result register_agencies_insert_unit(struct db_tx *tx, const struct register_unit *unit);
MUST_USE result register_agencies_insert_post(struct db_tx *tx, const struct register_post *post);
MUST_USE result register_agencies_insert_power(struct db_tx *tx, const struct register_post_power *power);
MUST_USE result register_agencies_insert_holding(struct db_tx *tx, const struct register_holding *holding);

struct agencies_note {
  const char *kind; /* "register.agency_added" */
  int64_t person_id;
  struct slice code;
  int64_t post_id;
  int64_t number; /* a role's or a power's number; how many rows */
  int32_t from, to;
};
MUST_USE result register_agencies_record(struct env *env, struct db_tx *tx, const struct register_act *act,
                                const struct agencies_note *note);
