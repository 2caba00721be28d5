#include "mandate/row.h"
#include "organisation/organisation.h"

result mandate_represents_organisation(struct db_tx *tx, struct arena *arena, const struct mandate_principal *principal, int32_t on,
                                       bool *ret_represents) {
  struct organisation_account account;
  TRY(organisation_account_load(tx, arena, principal->organisation_id, &account));
  if (account.state != ORGANISATION_ACTIVE) {
    *ret_represents = false;
    return OK;
  }
  return organisation_is_representative(tx, principal->organisation_id, principal->person_id, on, ret_represents);
}
