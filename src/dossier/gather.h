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
/* What is asked of the registers. */
struct gathering {
  const struct dossier_application *application;
  bool is_authorised; /* somebody's own mandate, or a notarised paper, lets the applicant stand in */
  int64_t now_ms;
};
/* In a read transaction. */
MUST_USE result dossier_gather(struct db_tx *tx, struct arena *arena, const struct gathering *gathering, struct gathered *ret_gathered);

/* Who submits, seen from the person the result is about. DOSSIER_NOT_REPRESENTED. */
struct dossier_pair {
  int64_t applicant_id;
  int64_t person_id;
  bool is_authorised; /* and so somebody even if no relative */
};
MUST_USE result dossier_relation_find(struct db_tx *tx, struct arena *arena, const struct dossier_pair *pair, int32_t on,
                                      enum procedure_relation *ret_relation);

/* What the rule was told and what it answered, kept with the dossier: shown to the citizen, and replayed (outcome.c, replay.c). */
struct dossier_extension {
  const struct procedure_reason *ground;
  int32_t due_before, due_after;
};
struct dossier_answer {
  const struct procedure_input *input;
  const struct procedure_outcome *outcome;
  const struct dossier_extension *extension; /* NULL: not a complex case */
};
struct slice dossier_outcome_write(struct arena *arena, const struct dossier_answer *answer);
struct dossier_kept {
  const struct jin *root; /* all of it */
  struct procedure_input input; /* its rule_hash lies in the dossier */
};
/* DOSSIER_NO_OUTCOME: nothing is kept with this dossier. */
MUST_USE result dossier_kept_read(const struct dossier *dossier, struct arena *arena, struct dossier_kept *ret_kept);
