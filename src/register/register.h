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

/* ---- person_id and PIN ------------------------------------------------------------------------------------------ */

/* (ms since 2020-01-01T00:00:00Z) << 22 | 22 random bits. */
int64_t register_person_id_new(struct env *env);

enum register_sex { REGISTER_MALE = 1, REGISTER_FEMALE = 2 };

/* Day, or day and month, may be unknown (0). */
struct register_birth {
  int16_t year;
  uint8_t month;
  uint8_t day;
};
MUST_USE result register_birth_parse(struct slice text, struct register_birth *ret_birth); /* REGISTER_BIRTH_SYNTAX */
struct slice register_birth_write(struct arena *arena, struct register_birth birth);    /* 1985, 1985-07, 1985-07-21 */
struct slice register_birth_write_vi(struct arena *arena, struct register_birth birth); /* 1985, 07/1985, 21/07/1985 */
/* The date ages are counted from: the last day that fits what is known (the reading that favours a child). */
int32_t register_birth_date(struct register_birth birth);

struct register_pin_parts {
  uint8_t province; /* former province code 1..96; 0 when abroad */
  uint16_t country; /* code of the country of birth registration, 100..999; 0 at home */
  enum register_sex sex;
  int16_t birth_year;
};
/* Structure, province set, century. There is no check digit. */
MUST_USE result register_pin_parse(struct slice pin, struct register_pin_parts *ret_parts);
/* The same, and held against the record. */
MUST_USE result register_pin_check(struct slice pin, enum register_sex sex, struct register_birth birth);

/* ---- people ----------------------------------------------------------------------------------------------------- */

enum register_life { REGISTER_ALIVE = 1, REGISTER_DEAD = 2 };

struct register_person {
  int64_t person_id;
  struct slice pin;        /* 12 digits: the one in force */
  struct slice name;       /* NFC, as on the card: NGUYỄN VĂN AN is kept as "Nguyễn Văn An" */
  struct slice other_name; /* empty: none */
  enum register_sex sex;
  struct register_birth birth;
  struct slice birth_province; /* code on the birth date; empty abroad */
  struct slice birth_place;    /* as registered */
  struct slice home_town;      /* quê quán, as registered */
  int ethnic;                  /* 1..56 */
  struct slice nationality;    /* "VN" */
  struct slice religion;       /* empty: none or not said */
  struct slice card_number;    /* empty: no card */
  int32_t card_issued;
  int32_t card_expires; /* REGISTER_OPEN: no limit (from 60) */
  struct slice card_place;
  struct slice mobile; /* ten digits, or empty */
  enum register_life life;
  int32_t died_on; /* 0 while alive */
};

/* Checks every field; reason by field for import and forms: ret_field (may be NULL) is set when a field is refused.
 * Pure. */
MUST_USE result register_person_check(const struct register_person *person, int32_t today, const char **ret_field);
/* A new person; person_id 0 is filled in. REGISTER_PIN_TAKEN. */
MUST_USE result register_person_add(struct env *env, struct db_tx *tx, const struct register_act *act, struct register_person *person);
/* Everything but the PIN and what add set for good. */
MUST_USE result register_person_save(struct env *env, struct db_tx *tx, const struct register_act *act, const struct register_person *person);
/* REGISTER_PERSON_UNKNOWN */
MUST_USE result register_person_load(struct db_tx *tx, struct arena *arena, int64_t person_id, struct register_person *ret_person);
/* PIN to person: REGISTER_PIN_SYNTAX, REGISTER_PERSON_UNKNOWN, REGISTER_PIN_CANCELLED. */
MUST_USE result register_person_find(struct db_tx *tx, struct slice pin, int64_t *ret_person_id);
/* Cancels the person's PIN and gives another. */
MUST_USE result register_pin_replace(struct env *env, struct db_tx *tx, const struct register_act *act, int64_t person_id, struct slice new_pin);
/* Full years on a date. */
int32_t register_person_age(const struct register_person *person, int32_t on);
struct register_query {
  struct slice name;           /* words; each a prefix of a word of the name; case and diacritics count only if exact */
  bool exact;                  /* the whole name, letter by letter (NFC) */
  struct register_birth birth; /* year 0: any; month or day 0: any */
  struct slice province;       /* of permanent residence today; empty: any */
  int32_t limit;               /* 1..REGISTER_SEARCH_MAX; 0: the maximum */
  int32_t today;
};
struct register_person_list {
  const struct register_person *items;
  size_t count;
  bool more; /* the limit cut it */
};
MUST_USE result register_person_search(struct db_tx *tx, struct arena *arena, const struct register_query *query,
                                       struct register_person_list *ret_list);
MUST_USE result register_person_count(struct db_tx *tx, int64_t *ret_count);
/* People who hold a card. */
MUST_USE result register_card_count(struct db_tx *tx, int64_t *ret_count);
/* Everybody alive of these ages with permanent residence in a province, in person_id order. Reads every row of
 * residence: for replays and statistics, not for requests. */
struct register_residents {
  struct slice province; /* code as recorded */
  int32_t on;
  int32_t age_from, age_to; /* years, inclusive */
};
struct register_person_ids {
  const int64_t *items;
  size_t count;
};
MUST_USE result register_residents_list(struct db_tx *tx, struct arena *arena, const struct register_residents *asked,
                                        struct register_person_ids *ret_ids);
/* Codes 1..56; NULL beyond. */
const char *register_ethnic_name(int code);

/* ---- family ----------------------------------------------------------------------------------------------------- */

enum register_relation_kind {
  REGISTER_FATHER = 1,
  REGISTER_MOTHER,
  REGISTER_SPOUSE,
  REGISTER_CHILD,    /* never stored: the child's own row, seen from the parent */
  REGISTER_GUARDIAN, /* the person is a ward of the other */
  REGISTER_WARD,     /* never stored: the guardian's view */
};
struct register_relation {
  int64_t person_id; /* whose relation */
  enum register_relation_kind kind;
  int64_t related_person_id; /* 0: not in the register, known by name only */
  struct slice name;
  struct register_birth birth; /* year 0: unknown */
  int32_t from, to;            /* of a marriage or guardianship; parents: 0..REGISTER_OPEN */
};
struct register_relation_list {
  const struct register_relation *items;
  size_t count;
};
/* Fathers, mothers, spouses, children, guardians and wards on a date. */
MUST_USE result register_relations_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                                        struct register_relation_list *ret_list);
/* The same people's numbers alone, of those in the register: a fraction of the pages. */
MUST_USE result register_kin_ids(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on, struct register_person_ids *ret_ids);
/* FATHER, MOTHER, SPOUSE (both sides are written) and GUARDIAN. */
MUST_USE result register_relation_add(struct env *env, struct db_tx *tx, const struct register_act *act, const struct register_relation *relation);
/* Ends a marriage or a guardianship; ended_on is its last day. */
MUST_USE result register_relation_end(struct env *env, struct db_tx *tx, const struct register_act *act,
                                      const struct register_relation *relation, int32_t ended_on);
/* May `adult` act for `person`: parent of a minor (under 18), or guardian, on that date. */
MUST_USE result register_represents(struct db_tx *tx, int64_t adult_id, int64_t person_id, int32_t on, bool *ret_represents);

/* ---- residence -------------------------------------------------------------------------------------------------- */

enum register_residence_kind { REGISTER_PERMANENT = 1, REGISTER_TEMPORARY = 2 };
struct register_residence {
  int64_t person_id;
  enum register_residence_kind kind;
  struct slice province;      /* code as recorded */
  struct slice commune;       /* code as recorded; empty for an old commune that had none */
  struct slice commune_name;  /* as recorded */
  struct slice district_name; /* as recorded; empty since 2025-07-01 */
  struct slice address;       /* house, street, hamlet */
  int64_t householder_id;     /* 0: not said */
  int32_t from, to;
};
struct register_residence_key {
  int64_t person_id;
  enum register_residence_kind kind;
  int32_t on;
};
/* REGISTER_RESIDENCE_UNKNOWN */
MUST_USE result register_residence_find(struct db_tx *tx, struct arena *arena, const struct register_residence_key *key,
                                        struct register_residence *ret_residence);
/* All rows, newest first. */
struct register_residence_list {
  const struct register_residence *items;
  size_t count;
};
MUST_USE result register_residences_load(struct db_tx *tx, struct arena *arena, int64_t person_id, struct register_residence_list *ret_list);
/* The province of permanent residence as it is called on that date (an old code becomes its successor's).
 * REGISTER_RESIDENCE_UNKNOWN. */
MUST_USE result register_residence_province(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on, struct slice *ret_province);
/* Moves house: ends the row of that kind that is open and begins this one. */
MUST_USE result register_residence_move(struct env *env, struct db_tx *tx, const struct register_act *act,
                                        const struct register_residence *residence);
/* "12 phố Hàng Bạc, Phường Hoàn Kiếm, Thành phố Hà Nội" */
struct slice register_residence_write(struct arena *arena, const struct register_residence *residence, int32_t on);

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

/* ---- administrative units: constant data, made at build time ---------------------------------------------------- */

struct register_province {
  const char *code;      /* "01" */
  const char *name;      /* "Hà Nội" */
  const char *full_name; /* "Thành phố Hà Nội" */
  int32_t from, to;
  const char *successor; /* code since 2025-07-01; its own when it went on */
  const char *agency;    /* "H26": first level of its agencies' codes, Decision 20/2020 */
};
struct register_commune {
  const char *code;          /* "" for an old commune known by name only */
  const char *name;          /* "Phường Ba Đình" */
  const char *district_name; /* "" since 2025-07-01 */
  const char *province;      /* code on its dates */
  int32_t from, to;
};
struct register_commune_list {
  const struct register_commune *items; /* in code order; those without a code last, in name order */
  size_t count;
};
/* NULL: none on that date. */
const struct register_province *register_province_find(struct slice code, int32_t on);
/* All in force on the date, in code order: 63 to 2025-06-30, 34 from 2025-07-01. */
MUST_USE result register_provinces(struct arena *arena, int32_t on, const struct register_province *const **ret_list, size_t *ret_count);
/* What became of a province: the one in force on `on` where `code` (of any date) lies now. */
const struct register_province *register_province_successor(struct slice code, int32_t on);
const struct register_commune *register_commune_find(struct slice code, int32_t on);
/* By names, for an old commune without a code. Exact NFC names. */
const struct register_commune *register_commune_find_named(struct slice province, struct slice district_name,
                                                           struct slice name);
struct register_commune_list register_communes_of_province(struct slice province, int32_t on);
/* The communes of 2025-07-01 an old one went into, most often one; for a new one, itself. */
MUST_USE result register_commune_successors(struct arena *arena, const struct register_commune *commune,
                                            const struct register_commune *const **ret_list, size_t *ret_count);

/* ---- agencies, units, posts, powers ----------------------------------------------------------------------------- */

enum register_agency_kind {
  REGISTER_MINISTRY = 1,
  REGISTER_PEOPLES_COMMITTEE, /* of a province */
  REGISTER_JUSTICE,           /* Sở Tư pháp */
  REGISTER_POLICE,            /* Công an tỉnh, thành phố */
};
struct register_agency {
  struct slice code; /* "H26.11" */
  enum register_agency_kind kind;
  struct slice name_vi, name_en;
  struct slice province;  /* code; empty for a ministry */
  struct slice parent;    /* agency code; empty at the top */
  struct slice successor; /* agency code, once `to` is past; empty: none */
  int32_t from, to;
};
MUST_USE result register_agency_load(struct db_tx *tx, struct arena *arena, struct slice code, int32_t on, struct register_agency *ret_agency);
struct register_agency_key {
  enum register_agency_kind kind;
  struct slice province;
  int32_t on;
};
/* The agency of a kind in a province (an old province code leads to its successor's). */
MUST_USE result register_agency_find(struct db_tx *tx, struct arena *arena, const struct register_agency_key *key,
                                     struct register_agency *ret_agency);
/* The agency competent for a matter ("lltp", "eid") in a province on a date: justice to 2025-02-28, police from
 * 2025-03-01 for "lltp". */
struct register_competence {
  const char *matter;
  struct slice province;
  int32_t on;
};
MUST_USE result register_agency_competent(struct db_tx *tx, struct arena *arena,
                                          const struct register_competence *asked, struct register_agency *ret_agency);
struct register_agency_list {
  const struct register_agency *items;
  size_t count;
};
MUST_USE result register_agencies_load(struct db_tx *tx, struct arena *arena, int32_t on, struct register_agency_list *ret_list);
MUST_USE result register_agency_add(struct env *env, struct db_tx *tx, const struct register_act *act, const struct register_agency *agency);
struct register_agency_matter {
  struct slice agency_code;
  const char *matter;
  int32_t from, to;
};
MUST_USE result register_competence_add(struct env *env, struct db_tx *tx, const struct register_act *act,
                                        const struct register_agency_matter *added);
enum register_unit_kind {
  REGISTER_UNIT_ONE_STOP = 1, /* bộ phận một cửa */
  REGISTER_UNIT_RECORDS,      /* phòng hồ sơ (PV06) or lý lịch tư pháp */
  REGISTER_UNIT_LEADERSHIP,
  REGISTER_UNIT_OFFICE,   /* văn thư: keeps the seal */
  REGISTER_UNIT_IDENTITY, /* identification of citizens: collects e-ID enrolments */
};
struct register_unit {
  struct slice code; /* "H26.11.01" */
  struct slice agency_code;
  enum register_unit_kind kind;
  struct slice name_vi, name_en;
  int32_t from, to;
};
MUST_USE result register_unit_add(struct env *env, struct db_tx *tx, const struct register_act *act, const struct register_unit *unit);
MUST_USE result register_unit_load(struct db_tx *tx, struct arena *arena, struct slice code, int32_t on, struct register_unit *ret_unit);
/* A post's role is what access/ decides by. */
enum register_role {
  REGISTER_ONE_STOP_OFFICER = 1,
  REGISTER_RECORDS_OFFICER,
  REGISTER_DECIDER, /* leader: decides and signs */
  REGISTER_SEALER,  /* clerk: releases the agency's seal; never the decider */
  REGISTER_SUPERVISOR,
  REGISTER_COLLECTOR, /* takes level-2 enrolments at the desk */
  REGISTER_APPROVER,  /* approves them */
  REGISTER_OPERATOR,  /* runs the installation; a ministry's, for every province */
};
const char *register_role_name(enum register_role role); /* "one_stop_officer" ...; NULL: unknown */
MUST_USE result register_role_parse(struct slice name, enum register_role *ret_role);
enum register_power {
  REGISTER_SIGN_CERTIFICATE = 1,
  REGISTER_SEAL,
  REGISTER_RECEIVE_DOSSIERS,
  REGISTER_LOOK_UP_CONVICTIONS,
  REGISTER_APPROVE_ENROLMENT,
};
const char *register_power_name(enum register_power power);
struct register_post {
  int64_t post_id; /* 0 on add: the next */
  struct slice agency_code;
  struct slice unit_code; /* empty: none */
  enum register_role role;
  struct slice title_vi, title_en;
  struct slice province;                       /* of the agency; filled in on load */
  struct slice agency_name_vi, agency_name_en; /* filled in on load */
  int32_t from, to;                            /* of the post; when loaded for a holder: of the holding */
};
struct register_post_list {
  const struct register_post *items;
  size_t count;
};
MUST_USE result register_post_add(struct env *env, struct db_tx *tx, const struct register_act *act, struct register_post *post);
MUST_USE result register_post_load(struct db_tx *tx, struct arena *arena, int64_t post_id, int32_t on, struct register_post *ret_post);
/* Posts a person holds on a date. */
MUST_USE result register_posts_of_person(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on, struct register_post_list *ret_list);
/* Posts of an agency on a date, whoever holds them. */
MUST_USE result register_posts_of_agency(struct db_tx *tx, struct arena *arena, struct slice agency_code, int32_t on,
                                         struct register_post_list *ret_list);
/* Who holds a post on a date. REGISTER_POST_UNKNOWN when nobody. */
MUST_USE result register_post_holder(struct db_tx *tx, int64_t post_id, int32_t on, int64_t *ret_person_id);
struct register_holding {
  int64_t person_id;
  int64_t post_id;
  int32_t from, to;
};
MUST_USE result register_post_assign(struct env *env, struct db_tx *tx, const struct register_act *act,
                                     const struct register_holding *holding);
MUST_USE result register_post_leave(struct env *env, struct db_tx *tx, const struct register_act *act,
                                    const struct register_holding *holding, int32_t last_day);
struct register_post_power {
  int64_t post_id;
  enum register_power power;
  int32_t from, to;
};
MUST_USE result register_power_grant(struct env *env, struct db_tx *tx, const struct register_act *act,
                                     const struct register_post_power *granted);
MUST_USE result register_post_has_power(struct db_tx *tx, int64_t post_id, enum register_power power, int32_t on,
                                        bool *ret_has);
/* The unbroken national structure of a date: ministries, people's committees, departments of justice and provincial
 * police of all provinces, 63 and 34, with units, competences, posts and powers. Harmless when it is there already. */
MUST_USE result register_agencies_found(struct env *env, struct db_tx *tx, const struct register_act *act);

/* ---- foreigners -------------------------------------------------------------------------------------------------- */

struct register_foreigner {
  int64_t person_id;
  struct slice passport_number;
  int32_t passport_expires;
  enum register_residence_kind residence; /* permanent or temporary residence card: the person's card */
  int32_t residence_from, residence_expires;
  bool has_biometrics; /* face and fingerprints are in the immigration database [Decree 69/2024 Art 13] */
};
MUST_USE result register_foreigner_save(struct env *env, struct db_tx *tx, const struct register_act *act,
                                        const struct register_foreigner *foreigner);
/* REGISTER_PERSON_UNKNOWN: the immigration database does not know them. */
MUST_USE result register_foreigner_load(struct db_tx *tx, struct arena *arena, int64_t person_id,
                                        struct register_foreigner *ret_foreigner);

/* ---- synthetic country ------------------------------------------------------------------------------------------ */

struct register_synth_options {
  int64_t people; /* at least what the demonstration's officers and families need (REGISTER_SYNTH_PEOPLE_MIN) */
  uint64_t seed;
  int32_t date;                  /* the country as of this day */
  const struct slice *provinces; /* where its people live, officers apart; none: everywhere */
  size_t province_count;
  void (*progress)(void *context, int64_t done, int64_t total); /* may be NULL */
  void *context;
};
enum { REGISTER_SYNTH_PEOPLE_MIN = 1000, REGISTER_SYNTH_PEOPLE_MAX = 120000000 };
struct register_synth_counts {
  int64_t people, households, marriages, convictions, bans, categories, posts_held;
};
/* Same options, same rows, byte for byte. Several writes; not inside one. REGISTER_NOT_EMPTY. */
MUST_USE result register_synth(struct env *env, const struct register_synth_options *options,
                               struct register_synth_counts *ret_counts);
/* Named people of the synthetic country for demonstrations: "citizen.hanoi" (man of 30 to 50, married, one child at
 * school), ".wife", ".child", "citizen.hue", "student.hanoi", "elderly.hanoi", "convicted.hanoi", "expunged.hanoi",
 * "poor.hanoi", "digital.hanoi", "banned.hanoi" (from managing enterprises); and in every province by its code "01.one_stop_officer", "01.records_officer",
 * "01.decider", "01.sealer", "01.supervisor", "01.collector", "01.approver"; and "operator", of the ministry. */
struct register_demo {
  struct slice name;
  int64_t person_id;
};
struct register_demo_list {
  const struct register_demo *items;
  size_t count;
};
/* "foreigner.hanoi" and others, into a synthetic country that stands; harmless when they are there already. */
MUST_USE result register_synth_foreigners(struct env *env);
/* A person added after the country was made gets a name too. */
MUST_USE result register_demo_add(struct db_tx *tx, struct slice name, int64_t person_id);
/* REGISTER_DEMO_UNKNOWN */
MUST_USE result register_demo_find(struct db_tx *tx, struct slice name, int64_t *ret_person_id);
MUST_USE result register_demo_list(struct db_tx *tx, struct arena *arena, struct register_demo_list *ret_list);

/* ---- import ----------------------------------------------------------------------------------------------------- */

enum register_import_format { REGISTER_NDJSON = 1, REGISTER_CSV = 2 };
struct register_refused_row {
  int64_t line; /* of the file, from 1 (the CSV header is line 1); of several lines the first */
  const char *field;  /* "" for the row as a whole */
  const char *reason; /* stable word: register_error_name, or "register.unknown_field" ... */
};
struct register_import_options {
  enum register_import_format format;
  /* Reads at most len bytes; 0 at the end; REGISTER_SOURCE_FAILED is the caller's to return. */
  result (*read)(void *context, uint8_t *bytes, size_t len, size_t *ret_len);
  void (*refused)(void *context, const struct register_refused_row *row); /* may be NULL */
  void (*progress)(void *context, int64_t bytes_read, int64_t rows_done); /* may be NULL */
  void *context;
  const struct register_act *act;
};
struct register_import_counts {
  int64_t rows, added, refused, batches;
};
/* Fields (CSV columns, JSON names): pin, name, sex (male, female), birth_date are required; other_name, birth_province,
 * birth_place, home_town, ethnic (absent: 56), nationality (VN), religion, card_number, card_issued, card_expires (a
 * date or "none"), card_place, mobile, died_on; permanent_commune (code of today) or permanent_province,
 * permanent_district_name, permanent_commune_name (as they were to 2025-06-30), permanent_address, permanent_from
 * (absent: today); temporary_commune, temporary_address, temporary_from; father_pin or father_name, mother_pin or
 * mother_name, spouse_pin or spouse_name, married_on, parents_birth_years ("1960,1963"). A relative named by PIN stands
 * in the register or above in the file.
 *
 * Streams: bounded memory whatever the file's size. Each batch is one write with one ledger entry; a row that is
 * refused does not hold up the others. Idempotent: a PIN that is there already is refused with register.pin_taken. Not
 * inside a write. */
MUST_USE result
register_import(struct env *env, const struct register_import_options *options,
                struct register_import_counts *ret_counts); /* written on failure too: what was added stands */
