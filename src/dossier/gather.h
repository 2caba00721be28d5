/* dossier/gather.h: what the registers say of the person a dossier is about, as the rule wants to hear it. (private to
 * dossier/) */
#pragma once
#include "codec/jin.h"
#include "codec/jout.h"
#include "dossier/dossier.h"

struct gathered {
  struct procedure_input input;
  struct slice province;         /* of permanent residence, as called today; else of temporary residence */
  struct register_agency agency; /* competent today; code empty: none */
};
/* In a read transaction, at now_ms. */
MUST_USE result dossier_gather(struct db_tx *tx, struct arena *arena, const struct dossier_application *application,
                               int64_t now_ms, struct gathered *ret_gathered);

/* What the rule was told, kept with the dossier so that its decision can be replayed (replay.c). */
void dossier_input_write(struct jout *out, const struct procedure_input *input);
MUST_USE result dossier_input_read(const struct jin *root, struct arena *arena, struct procedure_input *ret_input);
