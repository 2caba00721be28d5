/* register/register_facts.h: convictions, bans, and categories that decide fees. (a part of register/register.h, which includes it; include that) */
#pragma once
#include "register/register.h"

/* ---- convictions and bans --------------------------------------------------------------------------------------- */

enum register_conviction_status { REGISTER_CONVICTION_ACTIVE = 1, REGISTER_CONVICTION_EXPUNGED = 2 };
struct register_conviction {
  int64_t person_id;
  int32_t number; /* 1.. within the person; 0 on add: the next */
  struct slice court;
  struct slice judgment_number;
  int32_t judgment_date;
  struct slice crime;    /* as in the judgment */
  struct slice clause;   /* of the Penal Code */
  struct slice sentence; /* main and additional */
  enum register_conviction_status status;
  int32_t expunged_on; /* 0 while active */
};
struct register_conviction_list {
  const struct register_conviction *items;
  size_t count;
};
/* All, oldest first; what a certificate may show is decided there. A status is as of `on`. */
MUST_USE result register_convictions_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                                          struct register_conviction_list *ret_list);
MUST_USE result register_conviction_add(struct env *env, struct db_tx *tx, const struct register_act *act, struct register_conviction *conviction);
MUST_USE result register_conviction_expunge(struct env *env, struct db_tx *tx, const struct register_act *act,
                                            const struct register_conviction *conviction, int32_t expunged_on);
/* A ban from holding positions, founding or managing enterprises. */
struct register_ban {
  int64_t person_id;
  int32_t number; /* 1.. within the person; 0 on add: the next */
  struct slice court;
  struct slice decision_number;
  int32_t decision_date;
  struct slice position; /* what is banned */
  int32_t from, to;
};
struct register_ban_list {
  const struct register_ban *items;
  size_t count;
};
MUST_USE result register_bans_load(struct db_tx *tx, struct arena *arena, int64_t person_id, struct register_ban_list *ret_list);
MUST_USE result register_ban_add(struct env *env, struct db_tx *tx, const struct register_act *act, struct register_ban *ban);

/* ---- categories that decide fees -------------------------------------------------------------------------------- */

enum register_category {
  REGISTER_CATEGORY_CHILD = 1, /* under 16: from the birth date, never stored */
  REGISTER_CATEGORY_ELDERLY,   /* 60 and over: from the birth date, never stored */
  REGISTER_CATEGORY_DISABLED,
  REGISTER_CATEGORY_POOR_HOUSEHOLD,
  REGISTER_CATEGORY_DIFFICULT_COMMUNE,
  REGISTER_CATEGORY_DIFFICULT_COMMUNE_MINORITY,
  REGISTER_CATEGORY_BORDER_OR_ATK_COMMUNE,
  REGISTER_CATEGORY_MERITORIOUS,
  REGISTER_CATEGORY_MARTYR_RELATIVE,
  REGISTER_CATEGORY_STUDENT,
  REGISTER_CATEGORY_PUPIL,
  REGISTER_CATEGORY_DIGITAL_CITIZEN, /* its `from` is the grant date */
};
enum {
  REGISTER_CHILD_UNDER_YEARS = 16,
  REGISTER_ELDERLY_FROM_YEARS = 60
}; /* [Law 102/2016 Art 1], [Law 39/2009 Art 2] */
/* "disabled" ...: the words of the procedure interface; NULL for an unknown number. */
const char *register_category_name(enum register_category category);
MUST_USE result register_category_parse(struct slice name,
                                        enum register_category *ret_category); /* REGISTER_CATEGORY_UNKNOWN */
struct register_category_row {
  int64_t person_id;
  enum register_category category;
  int32_t from, to;
  struct slice basis; /* the decision that granted it; empty when derived */
};
struct register_category_list {
  const struct register_category_row *items;
  size_t count;
};
/* In force on the date, derived ones included, in enum order. */
MUST_USE result register_categories_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                                         struct register_category_list *ret_list);
bool register_category_list_has(const struct register_category_list *list, enum register_category category);
MUST_USE result register_category_grant(struct env *env, struct db_tx *tx, const struct register_act *act, const struct register_category_row *row);
/* ended_on: its last day. */
MUST_USE result register_category_end(struct env *env, struct db_tx *tx, const struct register_act *act,
                                      const struct register_category_row *row, int32_t ended_on);
