/* register/register.h: what the state already knows: people and their families, residence, convictions, fee categories;
 * the administrative units; agencies, units, posts and powers. Everything that lasts for a time is dated.
 *
 * Standard   Decree 137/2015 Art 13 and Circular 07/2016 (PIN); Law 26/2023 (card); Decision 19/2025/QD-TTg (34
 *            provinces); Decision 121-TCTK/PPCD (ethnic groups); Decision 20/2020/QD-TTg (agency codes).
 * Does not   decide who may read what (access/), nor record reads (ledger_record_read comes first, in api/ and
 *            dossier/).
 * Shapes     person_id: 64-bit, time-ordered, never the PIN. Dates: days since 1970-01-01 (base/clock.h); from..to are
 *            both inclusive; `to` is REGISTER_OPEN while it lasts. Province codes "01".."96", commune codes 5 digits; a
 *            unit's code means something only at a date.
 * Reading    functions take the transaction and put what they return in the arena. Writing functions run inside a write
 *            function, take who acts and why, and append the ledger entry themselves.
 * Errors     enum register_error; register_error_name gives the stable word for each.
 */
#pragma once
#include "env/env.h"

enum register_error {
  REGISTER_PIN_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 1), /* Not twelve digits. */
  REGISTER_PIN_PROVINCE =
      RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 2), /* The first three digits name no province and no country. */
  REGISTER_PIN_SEX =
      RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 3), /* The fourth digit does not agree with the sex. */
  REGISTER_PIN_YEAR =
      RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 4), /* Century or year digits do not agree with the birth date. */
  REGISTER_PIN_TAKEN = RESULT_CODE(RESULT_CONFLICT, MODULE_REGISTER, 5), /* The PIN belongs or belonged to somebody. */
  REGISTER_PIN_CANCELLED = RESULT_CODE(RESULT_REFUSED, MODULE_REGISTER, 6),    /* The PIN was cancelled and replaced. */
  REGISTER_PERSON_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_REGISTER, 7), /* Nobody has that number. */
  REGISTER_NAME_SYNTAX =
      RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 8), /* Empty, too long, not letters, or not UTF-8. */
  REGISTER_BIRTH_SYNTAX =
      RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 9), /* Not YYYY, YYYY-MM or YYYY-MM-DD of a real day. */
  REGISTER_SEX_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 10),         /* Not male or female. */
  REGISTER_ETHNIC_UNKNOWN = RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 11),     /* Not an ethnic code 01..56. */
  REGISTER_NATIONALITY_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 12), /* Not a two-letter country code. */
  REGISTER_PROVINCE_UNKNOWN =
      RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 13), /* No province has that code on that date. */
  REGISTER_COMMUNE_UNKNOWN =
      RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 14), /* No commune has that code on that date. */
  REGISTER_DATES_WRONG =
      RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 15), /* An end before its beginning, or a date that cannot be. */
  REGISTER_CATEGORY_UNKNOWN = RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 16), /* Not a category that is stored. */
  REGISTER_RELATION_WRONG =
      RESULT_CODE(RESULT_INVALID, MODULE_REGISTER,
                  17), /* A relation that cannot be: to oneself, a parent younger than the child. */
  REGISTER_CARD_WRONG = RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 18),    /* Card number or its dates. */
  REGISTER_MOBILE_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 19), /* Not ten digits beginning with 0. */
  REGISTER_TEXT_SYNTAX =
      RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 20), /* Too long, control characters, or not UTF-8. */
  REGISTER_QUERY_SYNTAX =
      RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 21), /* A search without a word of two letters. */
  REGISTER_AGENCY_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_REGISTER, 22), /* No such agency on that date. */
  REGISTER_POST_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_REGISTER, 23),   /* No such post, or nobody holds it. */
  REGISTER_RESIDENCE_UNKNOWN =
      RESULT_CODE(RESULT_NOT_FOUND, MODULE_REGISTER, 24), /* No residence of that kind on that date. */
  REGISTER_NOT_EMPTY =
      RESULT_CODE(RESULT_CONFLICT, MODULE_REGISTER, 25), /* A synthetic country goes into an empty register only. */
  REGISTER_IMPORT_FORMAT =
      RESULT_CODE(RESULT_INVALID, MODULE_REGISTER, 26), /* The file's header or form is wrong as a whole. */
  REGISTER_ALREADY_EXPUNGED =
      RESULT_CODE(RESULT_CONFLICT, MODULE_REGISTER, 27), /* The conviction is expunged already. */
  REGISTER_DEMO_UNKNOWN =
      RESULT_CODE(RESULT_NOT_FOUND, MODULE_REGISTER, 28), /* No demonstration identity of that name. */
  REGISTER_SOURCE_FAILED =
      RESULT_CODE(RESULT_UNAVAILABLE, MODULE_REGISTER, 29), /* The file could not be read to its end. */
  REGISTER_IMPORT_STOPPED = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_REGISTER, 30), /* Stopped when asked to, behind a whole batch. */
  REGISTER_IMPORT_CHANGED = RESULT_CODE(RESULT_CONFLICT, MODULE_REGISTER, 31),    /* The file is not the one whose import was broken off. */
  REGISTER_IMPORT_ELSEWHERE = RESULT_CODE(RESULT_CONFLICT, MODULE_REGISTER, 32),  /* Another process imports that file, or has finished it. */
};
/* "register.pin_sex" ...; "" for a code of another module. */
const char *register_error_name(uint16_t code);
/* The code of such a word; 0 for any other. */
uint16_t register_error_find(struct slice name);

extern const struct db_migration register_migrations[]; /* ended by {0} */

enum { REGISTER_OPEN = INT32_MAX }; /* a `to` date: still so */
enum { REGISTER_NAME_BYTES_MAX = 200, REGISTER_TEXT_BYTES_MAX = 500, REGISTER_SEARCH_MAX = 100 };

/* Who writes, and why: goes into the ledger entry. actor_person_id 0: the system itself. */
struct register_act {
  int64_t actor_person_id;
  struct slice actor_role;
  struct slice legal_basis;
};

/* The rest, in parts: each needs those before it. */
#include "register/register_people.h"
#include "register/register_units.h"
#include "register/register_facts.h"
#include "register/register_making.h"
