/* dossier/store.h: tables and rows of dossiers. (private to dossier/)
 * Does not   decide anything: acts.c and its neighbours do.
 */
#pragma once
#include "dossier/dossier.h"

/* Inserts a dossier, its code and its form key. */
MUST_USE result dossier_store_insert(struct db_tx *tx, const struct dossier *dossier, struct slice form_key,
                                     const uint8_t content[32]);
/* A complex case: limit, complex and outcome. */
MUST_USE result dossier_store_extension(struct db_tx *tx, const struct dossier *dossier);
/* Writes back what any other act may change. */
MUST_USE result dossier_store_update(struct db_tx *tx, const struct dossier *dossier);
/* The next code of that agency and day: AGENCY-YYMMDD-NNNN, wider past 9999. */
MUST_USE result dossier_store_code_next(struct db_tx *tx, struct arena *arena, struct slice agency_code, int32_t date,
                                        struct slice *ret_code);
/* The next certificate serial of that agency and year, from 1. */
MUST_USE result dossier_store_number_next(struct db_tx *tx, struct slice agency_code, int16_t year,
                                          int64_t *ret_serial);
/* The dossier this applicant's form made before; *ret_found false if none. DOSSIER_FORM_KEY_DIFFERS when its content
 * was another. */
struct dossier_store_form {
  int64_t applicant_id;
  struct slice key;
  const uint8_t *content; /* 32 bytes */
};
MUST_USE result dossier_store_form_find(struct db_tx *tx, struct arena *arena, const struct dossier_store_form *form,
                                        bool *ret_found, struct dossier *ret_dossier);
/* Is another dossier of this person, procedure and certificate still open? */
MUST_USE result dossier_store_open_exists(struct db_tx *tx, const struct dossier *dossier, bool *ret_exists);

MUST_USE result dossier_store_move_insert(struct env *env, struct db_tx *tx, const struct dossier *dossier,
                                          const struct dossier_move *move);
MUST_USE result dossier_store_slip_insert(struct env *env, struct db_tx *tx, const struct dossier *dossier,
                                          const struct dossier_slip *slip);
MUST_USE result dossier_store_paper_request_insert(struct env *env, struct db_tx *tx, const struct dossier *dossier,
                                                   const struct dossier_paper_request *request);
