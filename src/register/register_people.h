/* register/register_people.h: people, their numbers, families and residence. (a part of register/register.h, which includes it; include that) */
#pragma once
#include "register/register.h"

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
/* Children and wards alone. */
MUST_USE result register_dependants_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                                         struct register_relation_list *ret_list);
/* Father, mother and guardian alone. Of those in the register the number: their name and birth stay empty. */
MUST_USE result register_carers_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
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
