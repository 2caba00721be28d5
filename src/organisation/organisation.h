/* organisation/organisation.h: what the state knows of organisations, who represents them, and their one e-ID account, which has no levels.
 *
 * Standard   Decree 69/2024 Art 7 (one account), Art 12 (form TK02: the representative signs in with their own level 2; the other legal representatives
 *            consent), Art 13 (three working days in a database, else fifteen days).
 * Does not   know staff roles and delegates (mandate/), run the enrolment's dossier (dossier/), or decide who may do what (access/).
 * Shapes     organisation_id: 64-bit, time-ordered; enterprise and tax codes ten digits (a branch's tax code: ten, hyphen, three). Dates civil.
 * Errors     enum organisation_error.
 */
#pragma once
#include "register/register.h"

enum organisation_error {
  ORGANISATION_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_ORGANISATION, 1),          /* No organisation has that number. */
  ORGANISATION_CODE = RESULT_CODE(RESULT_INVALID, MODULE_ORGANISATION, 2),               /* Not an enterprise or tax code. */
  ORGANISATION_FIELD = RESULT_CODE(RESULT_INVALID, MODULE_ORGANISATION, 3),              /* A field of the record is missing or wrong. */
  ORGANISATION_TAKEN = RESULT_CODE(RESULT_CONFLICT, MODULE_ORGANISATION, 4),             /* The code belongs to another organisation. */
  ORGANISATION_MOVE = RESULT_CODE(RESULT_CONFLICT, MODULE_ORGANISATION, 5),              /* The account's state does not allow that. */
  ORGANISATION_NOT_REPRESENTATIVE = RESULT_CODE(RESULT_REFUSED, MODULE_ORGANISATION, 6), /* Not its legal representative today. */
  ORGANISATION_ENDED = RESULT_CODE(RESULT_REFUSED, MODULE_ORGANISATION, 7),              /* Dissolved, or its business is suspended. */
  ORGANISATION_CONSENT_MISSING = RESULT_CODE(RESULT_CONFLICT, MODULE_ORGANISATION, 8),   /* Another legal representative has not consented yet. */
  ORGANISATION_CONSENT_GIVEN = RESULT_CODE(RESULT_CONFLICT, MODULE_ORGANISATION, 9),     /* They have answered already. */
};

extern const struct db_migration organisation_migrations[]; /* ended by {0} */

enum organisation_status { ORGANISATION_WORKING = 1, ORGANISATION_SUSPENDED, ORGANISATION_DISSOLVED };
const char *organisation_status_name(enum organisation_status status);

struct organisation {
  int64_t organisation_id;       /* 0 on add: filled in */
  struct slice code;             /* the organisation's identification number */
  struct slice tax_code;
  struct slice enterprise_code;  /* empty: not an enterprise */
  struct slice name;             /* Vietnamese */
  struct slice short_name;       /* may be empty */
  struct slice foreign_name;     /* may be empty */
  int32_t founded_on;
  struct slice head_office;
  struct slice province;         /* of the head office */
  enum organisation_status status;
  bool is_in_database;           /* the business registration database knows it: three working days, else fifteen days */
};
MUST_USE result organisation_load(struct db_tx *tx, struct arena *arena, int64_t organisation_id, struct organisation *ret_organisation);
/* By any of its three codes. ORGANISATION_CODE, ORGANISATION_UNKNOWN. */
MUST_USE result organisation_find(struct db_tx *tx, struct slice code, int64_t *ret_organisation_id);
MUST_USE result organisation_add(struct env *env, struct db_tx *tx, const struct register_act *act, struct organisation *organisation);

/* ---- legal representatives ---- */

struct organisation_representative {
  int64_t organisation_id;
  int64_t person_id;
  struct slice title;   /* "Giám đốc" */
  int32_t from, to;     /* both inclusive; REGISTER_OPEN */
};
struct organisation_representative_list {
  const struct organisation_representative *items;
  size_t count;
};
MUST_USE result organisation_representative_add(struct env *env, struct db_tx *tx, const struct register_act *act,
                                                const struct organisation_representative *representative);
/* Ends it; last_day is its last day. */
MUST_USE result organisation_representative_end(struct env *env, struct db_tx *tx, const struct register_act *act,
                                                const struct organisation_representative *representative, int32_t last_day);
/* Of an organisation on a date, longest in office first. */
MUST_USE result organisation_representatives_load(struct db_tx *tx, struct arena *arena, int64_t organisation_id, int32_t on,
                                                  struct organisation_representative_list *ret_list);
/* What a person represents on a date. */
MUST_USE result organisation_represented_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                                              struct organisation_representative_list *ret_list);
MUST_USE result organisation_is_representative(struct db_tx *tx, int64_t organisation_id, int64_t person_id, int32_t on, bool *ret_is);

/* ---- the account ----
 *
 *   NONE -> CONSENTING -> VERIFYING -> ACTIVE <-> LOCKED -> CLOSED
 *               |             |
 *               +-> REJECTED <+        (may enrol anew)
 */
enum organisation_state {
  ORGANISATION_NONE = 0, /* no row */
  ORGANISATION_CONSENTING,
  ORGANISATION_VERIFYING,
  ORGANISATION_REJECTED,
  ORGANISATION_ACTIVE,
  ORGANISATION_LOCKED,
  ORGANISATION_CLOSED,
  ORGANISATION_STATE_COUNT
};
struct slice organisation_state_name(enum organisation_state state);
bool organisation_move_is_allowed(enum organisation_state from, enum organisation_state to);

struct organisation_account {
  int64_t organisation_id;
  enum organisation_state state;
  int64_t representative_id;  /* who enrolled it */
  struct slice dossier_code;
  int64_t since_ms;           /* the state's */
  int64_t approved_at_ms;     /* 0: not */
};
/* Without a row: state NONE, OK. */
MUST_USE result organisation_account_load(struct db_tx *tx, struct arena *arena, int64_t organisation_id, struct organisation_account *ret_account);

struct organisation_enrolment {
  int64_t organisation_id;
  int64_t representative_id; /* signed in at level 2; or (approve, reject) the deciding officer is `actor` */
  struct slice dossier_code;
  int64_t actor_id;
  struct slice actor_role;
};
/* -> CONSENTING, or VERIFYING when there is no other representative. ORGANISATION_NOT_REPRESENTATIVE, _ENDED, _MOVE. */
MUST_USE result organisation_enrol_collect(struct env *env, struct db_tx *tx, const struct organisation_enrolment *enrolment,
                                           enum organisation_state *ret_state);
/* Whatever organisation_enrol_collect would refuse. */
MUST_USE result organisation_enrol_check(struct env *env, struct db_tx *tx, const struct organisation_enrolment *enrolment);
/* Another representative's answer: the last consent -> VERIFYING, the first refusal -> REJECTED. */
MUST_USE result organisation_enrol_consent(struct env *env, struct db_tx *tx, const struct organisation_enrolment *enrolment, bool consents,
                                           enum organisation_state *ret_state);
MUST_USE result organisation_enrol_approve(struct env *env, struct db_tx *tx, const struct organisation_enrolment *decision);
MUST_USE result organisation_enrol_reject(struct env *env, struct db_tx *tx, const struct organisation_enrolment *decision, struct slice reason);

struct organisation_consent {
  int64_t person_id;
  int64_t answered_at_ms; /* 0: not yet */
  bool consents;
};
MUST_USE result organisation_consents_load(struct db_tx *tx, struct arena *arena, int64_t organisation_id, struct organisation_consent **ret_consents,
                                           size_t *ret_count);

/* ---- synthetic organisations ---- */
/* For demonstrations: enterprises represented by the named synthetic people (register_demo_find), with one and with two representatives, in and
 * out of the business database, suspended, dissolved. Harmless when they are there already. */
MUST_USE result organisation_synth(struct env *env, int64_t *ret_count);
