/* dossier/certificate.h: what a certificate says, from the registers and the decision. (private to dossier/)
 * Standard   Law 28/2009 Art 41-43, Law 107/2025: No. 1 shows unexpunged convictions, bans on request; No. 2
 * everything.
 */
#pragma once
#include "dossier/dossier.h"

/* signer_id: who signs, holding post_id on that day. The agency's dates and the person's data are as of at_ms. */
struct certificate_order {
  const struct dossier *dossier;
  int64_t signer_id;
  int64_t post_id;
  int64_t at_ms;
};
/* Everything pdf_certificate_write needs. */
MUST_USE result dossier_certificate_fill(struct env *env, struct db_tx *tx, struct arena *arena,
                                         const struct certificate_order *order,
                                         struct pdf_certificate *ret_certificate);
/* "Hà Nội", for place and date. */
struct slice dossier_certificate_place(struct slice province, int32_t on);
