/* register/register_units.h: administrative units; agencies, units, posts, powers. (a part of register/register.h, which includes it; include that) */
#pragma once
#include "register/register.h"

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
enum { REGISTER_CARD_ENDS_SOON_DAYS = 30 }; /* whose card has fewer left is warned: when it has ended the account is locked */
/* Who a person is to a page of their own, by one statement. REGISTER_PERSON_UNKNOWN. */
struct register_bearer {
  struct slice pin, name;
  bool is_digital_citizen;
  int32_t card_expires; /* REGISTER_OPEN: no limit, or no card */
  struct register_post_list posts; /* held on that date */
};
MUST_USE result register_bearer_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on, struct register_bearer *ret_bearer);
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
