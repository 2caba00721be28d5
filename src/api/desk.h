/* api/desk.h: what the officers' screens share. (private to api/) */
#pragma once
#include "api/dossier_view.h"

/* The caller's act, in the acting post, on the dossier the address names. */
struct dossier_act api_desk_act(const struct api_call *call, struct slice purpose);
/* Only a post with that power finds somebody, and never themself or their near kin (ACCESS_OWN_CASE). The role is asked before the number, so that
 * a number tells nothing to whoever may not ask. Records nothing: who then shows or uses the person's data does. (desk_people.c) */
struct api_desk_search {
  enum access_act power;
  struct slice pin;
  struct slice purpose;
};
MUST_USE result api_desk_person_find(struct api_call *call, const struct api_desk_search *search, int64_t *ret_person_id);
/* An officer's purpose: ten characters at least. ACCESS_PURPOSE. */
MUST_USE result api_desk_check_purpose(struct slice purpose);
/* A recorded read of people by the acting post, durable when it returns. */
struct api_desk_read {
  const char *kind; /* a row of api_acts */
  struct slice purpose;
  const int64_t *people;
  size_t count;
};
MUST_USE result api_desk_read_record(struct api_call *call, const struct api_desk_read *read);
/* Schema Enrolment: what was collected and decided. (enrolments.c) */
MUST_USE result api_enrolment_put(struct api_call *call, struct db_tx *tx, const struct dossier *dossier);
/* "objections": [{field, reason}] */
void api_enrolment_put_objections(struct jout *out, const struct account_rejection *rejection);
/* Opens the dossier for act->purpose (a recorded read) and answers with it: schema DeskDossier. */
MUST_USE result api_desk_send(struct api_call *call, const struct dossier_act *act);
