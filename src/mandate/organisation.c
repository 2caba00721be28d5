#include "mandate/row.h"

/* No organisation has an account yet. */
result mandate_represents_organisation(struct db_tx *tx, struct arena *arena, const struct mandate_principal *principal, int32_t on,
                                       bool *ret_represents) {
  (void)tx, (void)arena, (void)principal, (void)on;
  *ret_represents = false;
  return OK;
}
