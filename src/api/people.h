/* api/people.h: whose data a call is about: the caller, or somebody the desk helps; for themself, a child or a ward. (private to api/)
 * Shapes     ref: "self", or the person's id as text.
 */
#pragma once
#include "api/words.h"

struct api_subject {
  int64_t person_id;
  const char *relation; /* "self", "child", "ward", "principal" (who gave a mandate); at the desk also "parent", "spouse" */
  bool is_certain;        /* of a candidate: nothing to ask */
  struct mandate mandate; /* under which the applicant acts for them; of kind SELF: none, or the rule decides */
  struct register_person person;
};
struct api_subjects {
  struct api_subject *items; /* the applicant first */
  size_t count;
};
/* Who applies: the caller, or whom the desk helps. */
struct api_applicant {
  int64_t person_id;
  bool is_at_desk;
  const char *scope; /* what they are to be acted for in: a word of mandate_scopes, or "": any */
};
struct api_applicant api_applicant_self(const struct api_call *call, const char *scope);
/* The applicant, and the children and wards they may act for in that today. A session that acts for another: that person alone, or MANDATE_SCOPE. At
 * the desk also parents, spouse and grown-up children, for whom the rule decides, and whoever gave the applicant a mandate. */
MUST_USE result api_subjects_load(struct api_call *call, struct db_tx *tx, const struct api_applicant *applicant,
                                  struct api_subjects *ret_subjects);
/* The same in two steps, for who has nothing to ask about most of them: those who come into question, the applicant first; then one by one whether it is
 * so, with mandate and person filled in. */
MUST_USE result api_candidates_load(struct api_call *call, struct db_tx *tx, const struct api_applicant *applicant, struct api_subjects *ret_candidates);
MUST_USE result api_candidate_confirm(struct api_call *call, struct db_tx *tx, const struct api_applicant *applicant, struct api_subject *candidate,
                                      bool *ret_is_subject);
/* NULL for a ref that is not among them. */
const struct api_subject *api_subjects_find(const struct api_call *call, const struct api_subjects *subjects, struct slice ref);
/* A read of the data of those the caller acts for: one entry, durable before anything is shown. Nothing for the caller's own. */
struct api_read {
  const char *kind; /* a row of api_acts */
  const int64_t *people;
  size_t count;
  struct slice dossier_code; /* empty: none, or several */
  const struct mandate *mandate; /* of the one person; NULL: of several */
};
MUST_USE result api_read_record(struct api_call *call, const struct api_read *read);
/* "name": {ref, relation, name, birth_date}; name NULL: the object alone. */
void api_put_subject(struct api_call *call, const char *name, const struct api_subject *subject);
/* The register's birth date; where only the year or month is known, the last day that fits. */
void api_put_birth(struct jout *out, const char *name, struct register_birth birth);
int32_t api_today(const struct api_call *call);
