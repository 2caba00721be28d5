/* api/people.h: whose data a citizen's call is about: themself, a child or a ward. (private to api/)
 * Shapes     ref: "self", or the person's id as text.
 */
#pragma once
#include "api/words.h"

struct api_subject {
  int64_t person_id;
  const char *relation; /* "self", "child", "ward" */
  struct register_person person;
};
struct api_subjects {
  struct api_subject *items; /* the caller first */
  size_t count;
};
/* The caller and everybody they may act for today. */
MUST_USE result api_subjects_load(struct api_call *call, struct db_tx *tx, struct api_subjects *ret_subjects);
/* NULL for a ref that is not among them. */
const struct api_subject *api_subjects_find(const struct api_call *call, const struct api_subjects *subjects, struct slice ref);
/* A parent's or guardian's read of the data of children and wards: one entry, durable before anything is shown. Nothing for the caller's own. */
struct api_read {
  const char *kind; /* a row of api_acts */
  const int64_t *people;
  size_t count;
  struct slice dossier_code; /* empty: none, or several */
};
MUST_USE result api_read_record(struct api_call *call, const struct api_read *read);
/* "name": {ref, relation, name, birth_date}; name NULL: the object alone. */
void api_put_subject(struct api_call *call, const char *name, const struct api_subject *subject);
/* The register's birth date; where only the year or month is known, the last day that fits. */
void api_put_birth(struct jout *out, const char *name, struct register_birth birth);
int32_t api_today(const struct api_call *call);
