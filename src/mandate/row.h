/* mandate/row.h: rows, what the register says, and who is fit to give and to act. (private to mandate/) */
#pragma once
#include "mandate/mandate.h"
#include "organisation/organisation.h"

#define MANDATE_SIGN_IN "sign_in:"
#define MANDATE_SIGN_IN_ANY "sign_in:*" /* of staff, and of those of the register: every service */
enum {
  MANDATE_ADULT_FROM = 18,
  MANDATE_SCOPES_MAX = 16,
  MANDATE_CLIENT_BYTES_MAX = 64,
};

/* Each word known, of that kind, once. MANDATE_SCOPES. */
MUST_USE result mandate_scopes_check(struct slice scopes, enum mandate_kind kind);
/* All that a kind of the register has; a parent's by the child's age. */
struct slice mandate_scopes_of_kind(struct arena *arena, enum mandate_kind kind, int32_t age);
bool mandate_role_is_known(struct slice role);

#define MANDATE_COLUMNS                                                                                                       \
  "m.person_id, m.mandate_id, m.kind, m.state, m.principal_id, m.organisation_id, m.role, m.scopes, m.from_date, m.to_date, " \
  "m.given_at, m.given_by, m.accepted_at, m.accepted_by, m.ended_at, m.ended_by, m.end_reason, m.document_office, "           \
  "m.document_number, m.document_date, m.agency"
/* A row of MANDATE_COLUMNS as it is at that time: past its end it reads EXPIRED. */
struct mandate mandate_row_read(const struct db_rows *rows, struct arena *arena, int64_t now_ms);
enum { MANDATE_LISTED_MAX = 200 }; /* newest first: nobody's list is cut but one of many years */
MUST_USE result mandate_rows_take(struct db_rows *rows, struct arena *arena, int64_t now_ms, struct mandate_list *ret_list);
/* MANDATE_UNKNOWN. */
MUST_USE result mandate_row_load(struct db_tx *tx, int64_t mandate_id, struct arena *arena, int64_t now_ms, struct mandate *ret_mandate);

/* Alive, 18, and no ward: may act for others at all. */
MUST_USE result mandate_is_fit(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on, bool *ret_fit);
/* Fit, and with an active level-2 account. */
MUST_USE result mandate_is_able(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on, bool *ret_able);
/* What the register gives for a person today: their parents' and guardians'. */
MUST_USE result mandate_family_load(struct db_tx *tx, struct arena *arena, int64_t principal_id, int32_t today, struct mandate_list *ret_list);
/* It is neither suspended nor dissolved, and its account is active. */
MUST_USE result mandate_organisation_works(struct db_tx *tx, struct arena *arena, int64_t organisation_id, bool *ret_works);
struct mandate mandate_of_representative(struct arena *arena, const struct organisation_representative *representative);
/* The organisation works, and the person represents it. */
MUST_USE result mandate_represents_organisation(struct db_tx *tx, struct arena *arena, const struct mandate_principal *principal, int32_t on,
                                                bool *ret_represents);
