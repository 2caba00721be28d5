/* base/clock.h: injected time, and civil dates. Instants are Unix ms UTC; civil dates are UTC+7 (Viet Nam has no
 * daylight saving) and counted as days since 1970-01-01, so that a date is an int and compares.
 * Does not   know holidays (calendar/).
 */
#pragma once
#include "base/arena.h"

struct clock_course;

/* now_ms may be called from any thread. */
struct clock {
  int64_t (*now_ms)(const struct clock *clock);
  int64_t offset_ms; /* clock_shifted: what it adds to system time; clock_fixed: the instant itself, set atomically */
  struct clock_course *course; /* clock_steady's */
};

enum { CLOCK_UTC_OFFSET_MS = 7 * 3600 * 1000, CLOCK_DAY_MS = 24 * 3600 * 1000 };

static inline int64_t clock_now_ms(const struct clock *clock) { return clock->now_ms(clock); }

/* The system's clock, moved by offset_ms (0: real time). The whole installation runs under it. */
struct clock clock_shifted(int64_t offset_ms);
/* A clock that stands until it is set: tests and replay. */
struct clock clock_fixed(int64_t now_ms);
void clock_fixed_set(struct clock *clock, int64_t now_ms);

/* A machine's clock that is never seen to go back: set back, it goes at half speed from where it stood until the machine's has come up to it, so that nothing that has
 * ended lives again and what is recorded rises in time. Set forward, it follows at once. */
struct clock clock_steady(struct clock machine);
void clock_steady_end(struct clock *clock); /* one of zeros is fine */
/* The machine's, behind a steady clock; any other's is its own. */
int64_t clock_machine_ms(const struct clock *clock);

/* Monotonic, for durations only; never stored. */
int64_t clock_monotonic_us(void);
/* The same as of the system's last tick, some ms ago at most: a tenth of the cost, for limits of seconds. */
int64_t clock_coarse_us(void);

/* Days since 1970-01-01 of the civil date (UTC+7) an instant falls on; and the ms since that midnight. */
int32_t clock_date_of(int64_t instant_ms);
int32_t clock_ms_of_day(int64_t instant_ms);
/* The first instant of a civil date. */
int64_t clock_date_start_ms(int32_t date);

struct civil_date {
  int16_t year;
  uint8_t month; /* 1..12 */
  uint8_t day;   /* 1..31 */
};
struct civil_date clock_civil(int32_t date);
/* No check of the fields: use clock_date_parse for input. */
int32_t clock_date_from(struct civil_date civil);
/* 0 Monday .. 6 Sunday. */
int clock_weekday(int32_t date);
/* Whole years between birth and `on` (a birthday on 29 February comes on 1 March in common years). */
int32_t clock_age_years(int32_t birth, int32_t on);

enum { CLOCK_DATE_BYTES = 11, CLOCK_INSTANT_BYTES = 32 };
/* YYYY-MM-DD; refuses days that do not exist and years outside 1800..2400. BASE_TIME_SYNTAX. */
MUST_USE result clock_date_parse(struct slice text, int32_t *ret_date);
/* RFC 3339 with offset or Z, fraction up to ms kept. BASE_TIME_SYNTAX. */
MUST_USE result clock_instant_parse(struct slice text, int64_t *ret_instant_ms);
struct slice clock_date_write(struct arena *arena, int32_t date);           /* 2024-06-05 */
struct slice clock_date_write_vi(struct arena *arena, int32_t date);        /* 05/06/2024 */
struct slice clock_instant_write(struct arena *arena, int64_t instant_ms);  /* 2024-06-05T08:00:00.000+07:00 */
