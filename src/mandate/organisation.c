/* Organisations: whether one acts at all, and who represents it. */
#include "mandate/row.h"

result mandate_organisation_works(struct db_tx *tx, struct arena *arena, int64_t organisation_id, bool *ret_works) {
  struct organisation organisation;
  struct organisation_account account;
  result found = organisation_load(tx, arena, organisation_id, &organisation);
  if (is_code(found, ORGANISATION_UNKNOWN)) {
    *ret_works = false; /* a number that somebody tries tells nothing */
    return OK;
  }
  TRY(found);
  TRY(organisation_account_load(tx, arena, organisation_id, &account));
  *ret_works = organisation.status == ORGANISATION_WORKING && account.state == ORGANISATION_ACTIVE;
  return OK;
}

result mandate_represents_organisation(struct db_tx *tx, struct arena *arena, const struct mandate_principal *principal, int32_t on,
                                       bool *ret_represents) {
  TRY(mandate_organisation_works(tx, arena, principal->organisation_id, ret_represents));
  return *ret_represents ? organisation_is_representative(tx, principal->organisation_id, principal->person_id, on, ret_represents) : OK;
}

struct mandate mandate_of_representative(struct arena *arena, const struct organisation_representative *representative) {
  return (struct mandate){.kind = MANDATE_REPRESENTATIVE,
                          .state = MANDATE_ACTIVE,
                          .actor_id = representative->person_id,
                          .organisation_id = representative->organisation_id,
                          .scopes = mandate_scopes_of_kind(arena, MANDATE_REPRESENTATIVE, 0),
                          .from = representative->from,
                          .to = representative->to};
}
