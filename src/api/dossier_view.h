/* api/dossier_view.h: a dossier as its applicant and the desk see it. (private to api/) */
#pragma once
#include "api/people.h"

struct dossier_view {
  struct db_tx *tx;
  const struct dossier *dossier;
  struct register_person person;
  struct dossier_move *moves;
  size_t move_count;
  struct dossier_slip *slips;
  size_t slip_count;
  struct payment_request payment; /* payment_id 0: there was never a fee to pay */
  int64_t refund_due;
  int64_t document_id; /* 0: not in the wallet (yet) */
};
MUST_USE result api_dossier_view_load(struct api_call *call, struct db_tx *tx, const struct dossier *dossier, struct dossier_view *ret_view);
/* The whole object (schema Dossier); the caller has written the name, if any. */
MUST_USE result api_dossier_view_put(struct api_call *call, const struct dossier_view *view);
/* Schema DossierSummary. */
void api_dossier_view_put_summary(struct api_call *call, const struct dossier_view *view);

/* Members shared with queue and desk. */
void api_dossier_view_put_procedure(struct api_call *call, const struct dossier *dossier);
void api_dossier_view_put_status(struct api_call *call, enum dossier_status status);
void api_dossier_view_put_late(struct api_call *call, const struct dossier *dossier);
struct slice api_dossier_view_desk(const struct dossier *dossier); /* a word of api_desks */
void api_dossier_view_put_due(struct api_call *call, const struct dossier *dossier);
/* "by": role and agency of whoever made a move. */
MUST_USE result api_dossier_view_put_by(struct api_call *call, struct db_tx *tx, const struct dossier_move *move);
bool api_dossier_view_is_closed(const struct dossier *dossier);
const struct dossier_move *api_dossier_view_find_move(const struct dossier_view *view, const char *act);
