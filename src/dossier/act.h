/* dossier/act.h: what every act shares: access, the move, its row and its ledger entry. (private to dossier/)
 *
 * An act is dossier_act_run(..., fn): inside the write the dossier is read, access is asked, and fn decides and changes
 * `context->dossier`, last of all by act_move or act_note. When access refused, it is asked again outside the write, so
 * that the refusal is recorded although the write was undone.
 */
#pragma once
#include "dossier/store.h"

struct act_context {
  struct env *env;
  struct arena *arena;
  const struct dossier_act *act;
  enum access_act power;  /* what access is asked for */
  struct db_tx *tx;       /* inside the write, and inside gather */
  struct dossier dossier; /* read again inside the write */
  struct mandate mandate; /* under which the act is done; of kind SELF for one's own, and for an officer's */
  int64_t now_ms;
  void *arg; /* of fn */
};
typedef result (*act_fn)(struct act_context *context);

MUST_USE result dossier_act_run(struct act_context *context, act_fn fn);
/* Loads the dossier into the context and asks access, writing down a refusal. */
MUST_USE result dossier_act_require(struct act_context *context);
/* The same, and then `gather` from the same snapshot. For acts that make something before they write: one look at the
 * database instead of several, for each begins by reading the upper pages anew. */
MUST_USE result dossier_act_gather(struct act_context *context, act_fn gather);
/* May the case be found complex today? The act and the menu ask. (complex.c) */
MUST_USE result dossier_act_may_extend(const struct dossier *dossier, int32_t today);
/* DOSSIER_NOT_LOOKED_UP before somebody has read the conviction register for this dossier. (decide.c) */
MUST_USE result dossier_act_require_looked_up(struct act_context *context);
/* The question for access/, from context->dossier and what context->tx says now. */
MUST_USE result dossier_act_request(struct act_context *context, struct access_request *ret_request);
/* Every act belongs to certificates or to enrolments. DOSSIER_MOVE_FORBIDDEN for the wrong one. */
MUST_USE result dossier_act_check_kind(const struct dossier *dossier, enum access_act power);

struct act_step {
  const char *name; /* "receive" */
  const char *kind; /* of the ledger entry; NULL: "dossier." and the name */
  enum dossier_status to;
  struct slice legal_basis;
  struct slice note;
  struct slice registers; /* of a look-up of several, for the ledger: "population,convictions" */
  const int64_t *also; /* whom the entry is about besides person and applicant */
  size_t also_count;
};
/* DOSSIER_MOVE_FORBIDDEN when the table does not have the move. Stores context->dossier. */
MUST_USE result dossier_act_move(struct act_context *context, const struct act_step *step);
/* An act that keeps the status: a row and a ledger entry, and the dossier stored. */
MUST_USE result dossier_act_note(struct act_context *context, const struct act_step *step);

/* The move's row and ledger entry alone: for a dossier that was stored a moment ago. */
MUST_USE result dossier_act_record(struct act_context *context, const struct act_step *step, enum dossier_status from);
/* The row alone, of an act whose ledger entry another row of the same request has. */
MUST_USE result dossier_act_record_line(struct act_context *context, const struct act_step *step);

bool dossier_act_move_is_allowed(enum dossier_status from, enum dossier_status to);
/* The clock starts (again): complete_at and due date. */
MUST_USE result dossier_act_clock_start(struct dossier *dossier, int64_t complete_at_ms);
/* The one-stop decree in force on a date, with the article the act rests on. */
struct slice dossier_act_one_stop_basis(int32_t date);
/* The judicial records law in force on a date. */
struct slice dossier_act_record_basis(int32_t date);
/* 5 to 2,000 characters of text, as an officer writes a reason. DOSSIER_REASON. */
MUST_USE result dossier_act_check_reason(struct slice reason);
/* "decider@H26.11"; empty for a citizen. */
struct slice dossier_act_role(struct arena *arena, const struct dossier_act *act);
