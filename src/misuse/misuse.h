/* misuse/misuse.h: somebody reports that a read of their data was misuse; the supervisor of the province answers by a day.
 *
 * Standard   Law on Complaints 02/2011/QH13 Art 28: answered within 30 days; Law on Personal Data Protection 91/2025/QH15 Art 4 (to complain).
 * Does not   show the record of reads (api/), decide who may answer (access/), or punish: a finding is told to the reporter and stands in the ledger of
 *            whoever read.
 * Ledger     reported, answered, withdrawn; the reporter is a subject, and of an answer that finds misuse so is who read.
 * Shapes     entry_id: of the ledger, about the reporter; province: two digits, of the agency that read, or where the reporter lives.
 */
#pragma once
#include "account/account.h"

enum misuse_error {
  MISUSE_ENTRY = RESULT_CODE(RESULT_INVALID, MODULE_MISUSE, 1),     /* Not a read of this person's data by another. */
  MISUSE_REPORTED = RESULT_CODE(RESULT_CONFLICT, MODULE_MISUSE, 2), /* That read is reported already. */
  MISUSE_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_MISUSE, 3), /* No such report. */
  MISUSE_MOVE = RESULT_CODE(RESULT_CONFLICT, MODULE_MISUSE, 4),     /* It is answered or withdrawn. */
  MISUSE_TEXT = RESULT_CODE(RESULT_INVALID, MODULE_MISUSE, 5),      /* A report or an answer has 10 to 1,000 characters. */
  MISUSE_OWN_CASE = RESULT_CODE(RESULT_REFUSED, MODULE_MISUSE, 6),  /* Who reported or who read answers nothing. */
};

extern const struct db_migration misuse_migrations[]; /* ended by {0} */

/*   OPEN -> MISUSE | LAWFUL    the supervisor's finding
 *     '---> WITHDRAWN          by the reporter
 */
enum misuse_state { MISUSE_OPEN = 1, MISUSE_FOUND, MISUSE_LAWFUL, MISUSE_WITHDRAWN, MISUSE_STATE_COUNT };
struct slice misuse_state_name(enum misuse_state state); /* "open", "misuse", "lawful", "withdrawn" */
bool misuse_move_is_allowed(enum misuse_state from, enum misuse_state to);

struct misuse_report {
  int64_t person_id;
  int64_t report_id;
  int64_t entry_id;
  int64_t reader_id; /* who read; 0: no person, or erased */
  enum misuse_state state;
  struct slice province;
  struct slice reason;
  int64_t reported_at_ms;
  int32_t due_date;
  int64_t answered_at_ms; /* 0: not */
  int64_t answered_by;
  struct slice answer;
};
struct misuse_report_list {
  const struct misuse_report *items;
  size_t count;
};

struct misuse_order {
  int64_t person_id;
  int64_t actor_id; /* who reports: the person, or who acts for them */
  int64_t entry_id;
  struct slice reason;
};
/* Inside a write. MISUSE_ENTRY, MISUSE_REPORTED, MISUSE_TEXT. */
MUST_USE result misuse_report_make(struct env *env, struct db_tx *tx, const struct misuse_order *order, int64_t *ret_report_id);

struct misuse_step {
  int64_t report_id;
  enum misuse_state to;
  struct account_actor actor; /* the supervisor; or (WITHDRAWN) the reporter, without a role */
  struct slice answer;
};
/* The one function that moves it; an answer is told to the reporter. Inside a write. MISUSE_UNKNOWN, _MOVE, _TEXT, _OWN_CASE. */
MUST_USE result misuse_move(struct env *env, struct db_tx *tx, const struct misuse_step *step);

MUST_USE result misuse_load(struct db_tx *tx, int64_t report_id, struct arena *arena, struct misuse_report *ret_report);
enum { MISUSE_LISTED_MAX = 100 };
/* Of one person, newest first. */
MUST_USE result misuse_list_of_person(struct db_tx *tx, int64_t person_id, struct arena *arena, struct misuse_report_list *ret_list);
/* Of a province (empty: of all), those open by due date, then those answered, newest first. */
MUST_USE result misuse_list_of_province(struct db_tx *tx, struct slice province, struct arena *arena, struct misuse_report_list *ret_list);
