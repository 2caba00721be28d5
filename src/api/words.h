/* api/words.h: names of coded things in both languages, as the app shows them. (private to api/) */
#pragma once
#include "api/call.h"
#include "card/card.h"

struct api_word {
  const char *code;
  const char *vi;
  const char *en;
};
/* Ended by {0}. */
extern const struct api_word api_roles[];      /* access_role_name, with "system" and "citizen" */
extern const struct api_word api_statuses[];   /* in the order of enum dossier_status, from 1 */
extern const struct api_word api_categories[]; /* register_category_name */
extern const struct api_word api_registers[];  /* what a register is called */
extern const struct api_word api_desks[];      /* where a dossier lies */
extern const struct api_word api_acts[];       /* what a recorded read or act is called */
extern const struct api_word api_procedures[]; /* short names */
extern const struct api_word api_card_fields[]; /* card_field_name */
struct slice api_card_field_text(const struct api_call *call, enum card_field field);

/* The row of a code; a row that says the code itself in both languages when there is none. */
struct api_word api_word_find(const struct api_word *table, struct slice code, struct arena *arena);
/* "name": {vi, en} */
void api_put_word(struct api_call *call, const char *name, const struct api_word *table, struct slice code);
/* "name": {"code": ..., "name": {vi, en}} */
void api_put_code_name(struct api_call *call, const char *name, const struct api_word *table, struct slice code);
/* "agency": {code, name}; an agency nobody knows any more shows its code. */
MUST_USE result api_put_agency(struct api_call *call, struct db_tx *tx, const char *name, struct slice agency_code);
/* 00********01: enough to recognise one's own. */
struct slice api_pin_masked(struct arena *arena, struct slice pin);
