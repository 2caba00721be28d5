/* api/form_view.h: a procedure's form as people see it: what the registers fill and what the citizen fills. (private to api/) */
#pragma once
#include "api/people.h"

struct form_view {
  struct slice procedure;
  const struct register_person *person; /* whom it is about */
  struct slice answers;                 /* JSON of a submitted form; empty: a form still to be filled */
};
/* "categories": [ ... ] */
MUST_USE result api_form_view_put(struct api_call *call, struct db_tx *tx, const struct form_view *view);
