/* report/report.h: statistics that add up. Every figure is computed from the dossiers, carries its as-of date, unit and period, and a report whose
 * parts do not sum is refused, never printed.
 *
 * Rounding   percentages from whole numbers, two decimals, half up; beside it the truncated form, for comparing with published figures that were cut
 *            (70.2372 was published as 70.23). Never from rounded values.
 * Unknown    where a channel's results do not reach this system (report_gap_add), they are shown as unknown, not as nought.
 * Lateness   of returned dossiers, in working days against the due date: early, on time, 1, 2-5, over 5. After an
 *            apology the new appointment is shown, and lateness counts against the first date.
 */
#pragma once
#include "dossier/dossier.h"
#include "payment/payment.h"

enum report_error {
  REPORT_DOES_NOT_SUM =
      RESULT_CODE(RESULT_INTERNAL, MODULE_REPORT, 1), /* Parts of the report do not add up to their whole. */
  REPORT_DATE = RESULT_CODE(RESULT_INVALID, MODULE_REPORT,
                            2), /* The as-of date lies before the first dossier or in the future. */
  REPORT_PARAMETER =
      RESULT_CODE(RESULT_INVALID, MODULE_REPORT, 3), /* A parameter of the savings calculation is out of range. */
};

extern const struct db_migration report_migrations[];

enum { REPORT_CHANNELS = 4 }; /* enum procedure_channel less 1 */

struct report_channel {
  int64_t received;
  int64_t returned;
  bool returned_unknown; /* results of this channel do not reach this system */
};
struct report_lateness {
  int64_t early, on_time, late_1, late_2_5, late_over_5;
  int64_t total; /* the five together */
};
struct report_scope {
  struct slice code; /* province; "all" for the whole */
  struct slice name;
  struct report_channel channels[REPORT_CHANNELS];
  int64_t received;
  int64_t returned;         /* known results */
  int64_t returned_unknown; /* received through channels whose results are not known */
  int64_t open;             /* of known channels: not returned, not closed */
  int64_t open_overdue;     /* of open, past due */
  int64_t closed;           /* withdrawn, refused, stopped */
  int64_t reappointed;      /* of received: apologised for with a new date, yet counted against the first */
  struct report_lateness lateness;
  int64_t fees, support, paid; /* VND; paid: by citizens, of complete dossiers */
};
struct report_day {
  int32_t date;
  struct slice province;
  enum procedure_channel channel;
  int64_t received;
  int64_t returned; /* -1: unknown */
};
struct report_assumption {
  struct slice id;
  struct slice vi, en;
};
struct report_lltp {
  int32_t as_of;
  int64_t computed_at_ms;
  int32_t from, to; /* the period: first submission to as_of */
  struct report_scope total;
  struct report_scope *provinces;
  size_t province_count;
  struct report_day *days; /* by date, province, channel; only those with something */
  size_t day_count;
  struct report_assumption *assumptions;
  size_t assumption_count;
};
/* province empty: all. */
struct report_question {
  int32_t as_of;
  struct slice province;
};
MUST_USE result report_lltp(struct env *env, struct arena *arena, const struct report_question *question,
                            struct report_lltp *ret_report);
/* As doc/api/openapi.yaml, schema LltpReport. */
struct slice report_lltp_json(struct arena *arena, const struct report_lltp *report);
/* For a terminal. */
struct slice report_lltp_text(struct arena *arena, const struct report_lltp *report);

/* "50.37" of 11449/22730, and "50.36" truncated; empty over nought. */
struct slice report_percent(struct arena *arena, int64_t part, int64_t whole, bool truncated);

/* Enrolment: four separate counters of people, and organisations' accounts. */
struct report_eid {
  int32_t as_of;
  struct account_counters people;
  int64_t organisations_collected, organisations_issued;
};
MUST_USE result report_eid(struct env *env, struct report_eid *ret_report);
/* As doc/api/openapi.yaml, schema EidReport. */
struct slice report_eid_json(struct arena *arena, const struct report_eid *report);
/* For a terminal. */
struct slice report_eid_text(struct arena *arena, const struct report_eid *report);

/* Results of a channel in a province do not reach this system between two dates. */
struct report_gap {
  struct slice province;
  enum procedure_channel channel;
  int32_t from, to;
};
MUST_USE result report_gap_add(struct db_tx *tx, const struct report_gap *gap);
/* Something a report rests on that nobody published. */
MUST_USE result report_assumption_add(struct db_tx *tx, const struct report_assumption *assumption);

/* The yearly savings calculator: four named parameters and a count. VND. */
struct report_savings {
  int64_t extra_copy_fee, travel, waiting, lost_wage;
  int64_t certificates;
  int64_t per_certificate, total; /* computed */
};
#define REPORT_SAVINGS_PUBLISHED \
  ((struct report_savings){      \
      .extra_copy_fee = 5000, .travel = 10000, .waiting = 80000, .lost_wage = 150000, .certificates = 2600000})
MUST_USE result report_savings(struct report_savings *savings);

/* Money that must go back, newest first. What nobody can place belongs to no province and is in the list of each. */
struct report_refunds_question {
  struct slice province;        /* empty: all */
  int64_t before_ms, before_id; /* created_at_ms and refund_id of the last one seen; 0: from the newest */
  size_t limit;
};
struct report_refunds {
  struct payment_refund *items;
  size_t count;
  int64_t total; /* VND, of all, not only of these */
};
MUST_USE result report_refunds(struct db_tx *tx, struct arena *arena, const struct report_refunds_question *question,
                               struct report_refunds *ret_refunds);
