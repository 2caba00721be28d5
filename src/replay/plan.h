/* replay/plan.h: who applies when, by which channel, and when it is returned: the published totals spread over days. (private to replay/) */
#pragma once
#include "replay/replay.h"
#include "report/report.h"

enum plan_bucket {
  PLAN_OPEN = 0,
  PLAN_EARLY,
  PLAN_ON_TIME,
  PLAN_LATE_1,
  PLAN_LATE_2_5,
  PLAN_LATE_OVER_5,
  PLAN_BUCKETS
};

struct plan_province {
  struct slice code;
  int64_t received;
  int64_t vneid;
  int64_t returned[PLAN_BUCKETS]; /* [PLAN_OPEN] unused */
  int growth;                     /* VNeID arrivals a day on the last day, in tenths of the first day's */
};
enum { PLAN_PROVINCES = 2 };
extern const struct plan_province replay_plan_provinces[PLAN_PROVINCES];

/* What nobody published: shown with every report. */
extern const struct report_assumption replay_plan_assumptions[];
extern const size_t replay_plan_assumption_count;

struct plan_dossier {
  int province; /* index into replay_plan_provinces */
  enum procedure_channel channel;
  int64_t submitted_at_ms;
  int32_t due; /* by the pilot's rule */
  enum plan_bucket bucket;
  int64_t returned_at_ms; /* 0: stays open, or unknown */
  int32_t certificate;
  int64_t copies;
};
struct plan {
  struct plan_dossier *dossiers; /* by submission */
  size_t count;
};
#define PLAN_FROM       \
  (struct civil_date) { \
    2024, 4, 22         \
  }
#define PLAN_TO         \
  (struct civil_date) { \
    2024, 6, 14         \
  }
MUST_USE result replay_plan_make(struct arena *arena, struct random *random, struct plan *ret_plan);
