#include "calendar/holidays.h"

struct declared_day {
  uint8_t month, day;
  bool worked;
};
struct declared_year {
  int16_t year;
  struct declared_day days[HOLIDAYS_MAX]; /* ended by month 0 */
};

#define OFF(month, day) {month, day, false},
#define WORKED(month, day) {month, day, true},
#define YEAR(year, days) {year, {days}},
static const struct declared_year declared_years[] = {
#include "calendar/holidays.def"
};
#undef OFF
#undef WORKED
#undef YEAR

enum {
  CULTURE_DAY_SINCE = 2026,     /* [Resolution 28/2026/QH16] */
  NATIONAL_DAY_TWO_SINCE = 2021 /* [Labour Code 2019 Art 112(1)(dd)]: before, 2 September alone */
};

static const struct declared_year *declared_find(int16_t year) {
  for (size_t i = 0; i < sizeof declared_years / sizeof *declared_years; i++) {
    if (declared_years[i].year == year) {
      return &declared_years[i];
    }
  }
  return NULL;
}

static int32_t date_of(int16_t year, uint8_t month, uint8_t day) {
  return clock_date_from((struct civil_date){year, month, day});
}
static bool is_weekend(int32_t date) {
  return clock_weekday(date) >= 5;
}

static bool contains(const int32_t *dates, int count, int32_t date) {
  for (int i = 0; i < count; i++) {
    if (dates[i] == date) {
      return true;
    }
  }
  return false;
}

/* Statutory days as they fall, weekend or not. */
struct statutory {
  int count;
  int32_t days[HOLIDAYS_MAX];
};
static void statutory_add(struct statutory *statutory, int32_t first, int count) {
  for (int i = 0; i < count; i++) {
    statutory->days[statutory->count++] = first + i;
  }
}

/* [Labour Code Art 112(1)(b)] five days of Tet: one or two of them before the first day, as makes the longer rest;
 * every declared year since 2021 agrees (see calendar_test.c). */
static void add_tet(struct statutory *statutory, int16_t year) {
  int32_t tet = calendar_tet(year);
  int weekday = clock_weekday(tet);
  int before = weekday <= 1 ? 1 : 2;
  statutory_add(statutory, tet - before, 5);
}

/* [Labour Code Art 112(1)(dd)] 2 September and the day before or after it, as makes the longer rest. */
static void add_national_day(struct statutory *statutory, int16_t year) {
  int32_t day = date_of(year, 9, 2);
  if (year < NATIONAL_DAY_TWO_SINCE) {
    statutory_add(statutory, day, 1);
    return;
  }
  int weekday = clock_weekday(day);
  bool after = weekday == 0 || weekday == 3 || weekday == 6;
  statutory_add(statutory, after ? day : day - 1, 2);
}

void calendar_holidays_compute(int16_t year, struct calendar_holidays *ret_holidays) {
  *ret_holidays = (struct calendar_holidays){.year = year, .certainty = CALENDAR_COMPUTED};
  struct statutory statutory = {0};
  statutory_add(&statutory, date_of(year, 1, 1), 1);
  add_tet(&statutory, year);
  statutory_add(&statutory, calendar_hung_kings(year), 1);
  statutory_add(&statutory, date_of(year, 4, 30), 2);
  add_national_day(&statutory, year);
  for (int i = 0; i < statutory.count; i++) {
    /* [Labour Code Art 111(3)] on a rest day (or on another holiday): the next working day instead */
    int32_t day = statutory.days[i];
    while (is_weekend(day) || contains(ret_holidays->off, ret_holidays->off_count, day) ||
           (day != statutory.days[i] && contains(statutory.days, statutory.count, day))) {
      day++;
    }
    ret_holidays->off[ret_holidays->off_count++] = day;
  }
  int32_t culture_day = date_of(year, 11, 24);
  if (year >= CULTURE_DAY_SINCE && !is_weekend(culture_day)) {
    ret_holidays->off[ret_holidays->off_count++] = culture_day;
  }
}

void calendar_holidays_of_year(int16_t year, struct calendar_holidays *ret_holidays) {
  const struct declared_year *declared = declared_find(year);
  if (!declared) {
    calendar_holidays_compute(year, ret_holidays);
    return;
  }
  *ret_holidays = (struct calendar_holidays){.year = year, .certainty = CALENDAR_DECLARED};
  for (const struct declared_day *day = declared->days; day->month; day++) {
    int32_t date = date_of(year, day->month, day->day);
    if (day->worked) {
      ret_holidays->worked[ret_holidays->worked_count++] = date;
    } else {
      ret_holidays->off[ret_holidays->off_count++] = date;
    }
  }
}

bool calendar_holidays_is_working_day(const struct calendar_holidays *holidays, int32_t date) {
  if (is_weekend(date)) {
    return contains(holidays->worked, holidays->worked_count, date);
  }
  return !contains(holidays->off, holidays->off_count, date);
}
