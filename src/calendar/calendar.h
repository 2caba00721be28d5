/* calendar/calendar.h: working days, and due dates from an instant of receipt.
 *
 * Standard   Labour Code 2019 Art 111(3), 112 (days off); Circular 01/2018/TT-VPCP (received after 15:00: the clock
 * starts a working day later); the yearly notices that declare Tet, the day beside 2 September and swapped Saturdays
 * (holidays.def). Does not   read a file or a clock: the declared years are compiled in. A year nobody has declared yet
 * is computed from law (lunar.h) and says so: CALENDAR_COMPUTED. Show that to whoever relies on the date. Shapes dates:
 * base/clock.h civil dates (int32, UTC+7); instants: Unix ms UTC. Errors     CALENDAR_LIMIT.
 */
#pragma once
#include "base/arena.h"
#include "base/clock.h"

enum calendar_error {
  CALENDAR_LIMIT =
      RESULT_CODE(RESULT_INVALID, MODULE_CALENDAR, 1), /* A time limit with an unknown unit, or a count out of range. */
};

enum calendar_certainty {
  CALENDAR_DECLARED, /* by the Government, for that year */
  CALENDAR_COMPUTED, /* from law and moon: not declared (yet) */
};
enum calendar_certainty calendar_certainty(int32_t date);

bool calendar_is_working_day(int32_t date);
/* The date itself if it is a working day, else the first one after it. */
int32_t calendar_working_day_from(int32_t date);
/* n >= 0 working days after `date`: 1 is the first working day after it. n = 0: calendar_working_day_from. */
int32_t calendar_add_working_days(int32_t date, int32_t n);
/* Working days d with from < d <= to; negative when to < from. */
int32_t calendar_working_days_between(int32_t from, int32_t to);
/* In a calendar year: 250, 249, 249, 251, 250, 249 for 2021..2026. */
int32_t calendar_working_days_of_year(int16_t year);

enum calendar_unit {
  CALENDAR_WORKING_DAYS = 1,
  CALENDAR_DAYS,          /* calendar days; `roll` says what happens when the last one is no working day */
  CALENDAR_WORKING_HOURS, /* hours of calendar_working_hours, from the instant itself (no cut-off) */
};
enum calendar_roll {
  CALENDAR_ROLL_NEXT_WORKING_DAY = 1,
  CALENDAR_ROLL_NONE,
};
enum {
  CALENDAR_CUT_OFF_MS =
      15 * 3600 * 1000, /* received later than this in the day: counts as received the next working day */
  CALENDAR_NO_CUT_OFF = CLOCK_DAY_MS,
  CALENDAR_LIMIT_MAX = 3650,
};
/* A time limit, as a rule of law states it. */
struct calendar_limit {
  enum calendar_unit unit;
  enum calendar_roll roll;
  int32_t count;      /* 1..CALENDAR_LIMIT_MAX */
  int32_t cut_off_ms; /* ms of the day; 15:00:00.000 itself is not yet late. CALENDAR_NO_CUT_OFF: none */
};
struct calendar_due {
  int32_t received;                  /* the working day it counts as received on */
  int32_t due;                       /* last day of the limit */
  int64_t due_at_ms;                 /* for working hours the instant; else the end (17:00) of the last day */
  enum calendar_certainty certainty; /* COMPUTED if any day between was not declared */
};
/* The day it counts as received on: the same day, or the next working day when it came after the cut-off or on a day
 * off. */
int32_t calendar_received_date(int64_t received_at_ms, int32_t cut_off_ms);
/* Day 1 is the working day (or day) after receipt. CALENDAR_LIMIT. */
MUST_USE result calendar_due(const struct calendar_limit *limit, int64_t received_at_ms, struct calendar_due *ret_due);

/* How late something done (or still open) on a date is: negative: early (an earlier date than due); 0: on time (that
 * date); n: n working days after the due date (a day off right after it counts as the 1st: it is late). */
int32_t calendar_lateness(int32_t due, int32_t done);

/* The Vietnamese lunar calendar (UTC+7). */
struct calendar_lunar_date {
  int16_t year;
  uint8_t month, day;
  bool leap; /* the second month of that number */
};
struct calendar_lunar_date calendar_lunar(int32_t date);
/* The civil date of 1/1 of the lunar year that begins in this civil year, and of 10/3 (Hung Kings). */
int32_t calendar_tet(int16_t year);
int32_t calendar_hung_kings(int16_t year);
