#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static int64_t system_now_ms(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t shifted_now_ms(const struct clock *clock) { return system_now_ms() + clock->offset_ms; }

static int64_t fixed_now_ms(const struct clock *clock) { return __atomic_load_n(&clock->offset_ms, __ATOMIC_ACQUIRE); }

struct clock clock_shifted(int64_t offset_ms) { return (struct clock){shifted_now_ms, offset_ms, NULL}; }

struct clock clock_fixed(int64_t now_ms) { return (struct clock){fixed_now_ms, now_ms, NULL}; }

/* ---- a clock that is never set back ---- */

struct clock_course {
  struct clock machine;
  int64_t latest_ms;     /* the greatest that was told; atomic */
  bool is_held;          /* atomic */
  pthread_mutex_t mutex; /* guards what follows */
  int64_t held_at_ms;    /* what was told last before the machine's clock was set back ... */
  int64_t held_at_us;    /* ... and when, by the monotonic clock */
};

static void tell(struct clock_course *course, int64_t ms) {
  int64_t latest = __atomic_load_n(&course->latest_ms, __ATOMIC_ACQUIRE);
  while (latest < ms && !__atomic_compare_exchange_n(&course->latest_ms, &latest, ms, true, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE)) {
  }
}

/* The machine's clock stands before what was told already. */
static int64_t held_now_ms(struct clock_course *course) {
  (void)pthread_mutex_lock(&course->mutex);
  int64_t latest = __atomic_load_n(&course->latest_ms, __ATOMIC_ACQUIRE);
  int64_t now = clock_now_ms(&course->machine);
  bool is_held = now < latest;
  if (is_held) {
    int64_t us = clock_monotonic_us();
    if (!course->is_held) {
      course->held_at_ms = latest;
      course->held_at_us = us;
    }
    now = course->held_at_ms + (us - course->held_at_us) / 2000;
    now = now < latest ? latest : now;
  }
  __atomic_store_n(&course->is_held, is_held, __ATOMIC_RELEASE);
  tell(course, now);
  (void)pthread_mutex_unlock(&course->mutex);
  return now;
}

static int64_t steady_now_ms(const struct clock *clock) {
  struct clock_course *course = clock->course;
  int64_t latest = __atomic_load_n(&course->latest_ms, __ATOMIC_ACQUIRE); /* before the machine's is read: another thread's would seem a step back */
  int64_t now = clock_now_ms(&course->machine);
  if (now < latest || __atomic_load_n(&course->is_held, __ATOMIC_ACQUIRE)) {
    return held_now_ms(course);
  }
  tell(course, now);
  return now;
}

struct clock clock_steady(struct clock machine) {
  struct clock_course *course = heap_alloc(sizeof *course);
  *course = (struct clock_course){.machine = machine, .latest_ms = INT64_MIN, .mutex = PTHREAD_MUTEX_INITIALIZER};
  return (struct clock){steady_now_ms, 0, course};
}

void clock_steady_end(struct clock *clock) {
  free(clock->course);
  clock->course = NULL;
}

int64_t clock_machine_ms(const struct clock *clock) { return clock_now_ms(clock->course == NULL ? clock : &clock->course->machine); }

void clock_fixed_set(struct clock *clock, int64_t now_ms) {
  __atomic_store_n(&clock->offset_ms, now_ms, __ATOMIC_RELEASE);
}

static int64_t read_us(clockid_t id) {
  struct timespec now;
  (void)clock_gettime(id, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void) { return read_us(CLOCK_MONOTONIC); }
int64_t clock_coarse_us(void) { return read_us(CLOCK_MONOTONIC_COARSE); }

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

int32_t clock_date_of(int64_t instant_ms) {
  return (int32_t)floor_div(instant_ms + CLOCK_UTC_OFFSET_MS, CLOCK_DAY_MS);
}

int32_t clock_ms_of_day(int64_t instant_ms) {
  int64_t local = instant_ms + CLOCK_UTC_OFFSET_MS;
  return (int32_t)(local - floor_div(local, CLOCK_DAY_MS) * CLOCK_DAY_MS);
}

int64_t clock_date_start_ms(int32_t date) { return (int64_t)date * CLOCK_DAY_MS - CLOCK_UTC_OFFSET_MS; }

/* Proleptic Gregorian calendar by 400-year eras that begin on 1 March. */
struct civil_date clock_civil(int32_t date) {
  int64_t z = (int64_t)date + 719468;
  int64_t era = floor_div(z, 146097);
  int64_t day_of_era = z - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted_month = (5 * day_of_year + 2) / 153;
  int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  int64_t year = year_of_era + era * 400 + (month <= 2);
  return (struct civil_date){(int16_t)year, (uint8_t)month, (uint8_t)(day_of_year - (153 * shifted_month + 2) / 5 + 1)};
}

int32_t clock_date_from(struct civil_date civil) {
  int64_t year = civil.year - (civil.month <= 2);
  int64_t era = floor_div(year, 400);
  int64_t year_of_era = year - era * 400;
  int64_t shifted_month = civil.month > 2 ? civil.month - 3 : civil.month + 9;
  int64_t day_of_year = (153 * shifted_month + 2) / 5 + civil.day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return (int32_t)(era * 146097 + day_of_era - 719468);
}

int clock_weekday(int32_t date) { return (int)(((int64_t)date + 3) - floor_div((int64_t)date + 3, 7) * 7); }

int32_t clock_age_years(int32_t birth, int32_t on) {
  struct civil_date b = clock_civil(birth);
  struct civil_date o = clock_civil(on);
  int32_t years = o.year - b.year;
  bool before_birthday = o.month < b.month || (o.month == b.month && o.day < b.day);
  return years - (before_birthday ? 1 : 0);
}

static bool digits(struct slice text, size_t from, size_t count, int *ret_value) {
  int value = 0;
  if (text.len < from + count) {
    return false;
  }
  for (size_t i = from; i < from + count; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9') {
      return false;
    }
    value = value * 10 + (text.ptr[i] - '0');
  }
  *ret_value = value;
  return true;
}

result clock_date_parse(struct slice text, int32_t *ret_date) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' || !digits(text, 0, 4, &year) ||
      !digits(text, 5, 2, &month) || !digits(text, 8, 2, &day) || year < 1800 || year > 2400 || month < 1 ||
      month > 12 || day < 1 || day > 31) {
    FAIL(BASE_TIME_SYNTAX, "not a date of the form YYYY-MM-DD");
  }
  struct civil_date civil = {(int16_t)year, (uint8_t)month, (uint8_t)day};
  int32_t date = clock_date_from(civil);
  struct civil_date back = clock_civil(date);
  if (back.day != civil.day || back.month != civil.month) {
    FAIL(BASE_TIME_SYNTAX, "no such day in that month");
  }
  *ret_date = date;
  return OK;
}

/* [RFC3339 5.6] time-offset: Z or +hh:mm / -hh:mm at the end of the text. */
static bool parse_offset(struct slice zone, int64_t *ret_offset_ms) {
  int hours = 0;
  int minutes = 0;
  if (zone.len == 1 && (zone.ptr[0] == 'Z' || zone.ptr[0] == 'z')) {
    *ret_offset_ms = 0;
    return true;
  }
  if (zone.len != 6 || zone.ptr[3] != ':' || (zone.ptr[0] != '+' && zone.ptr[0] != '-') ||
      !digits(zone, 1, 2, &hours) || !digits(zone, 4, 2, &minutes) || hours > 23 || minutes > 59) {
    return false;
  }
  int64_t offset = ((int64_t)hours * 60 + minutes) * 60000;
  *ret_offset_ms = zone.ptr[0] == '-' ? -offset : offset;
  return true;
}

result clock_instant_parse(struct slice text, int64_t *ret_instant_ms) {
  int32_t date = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (text.len < 20 || (text.ptr[10] != 'T' && text.ptr[10] != 't') || text.ptr[13] != ':' || text.ptr[16] != ':' ||
      !is_ok(clock_date_parse(slice_sub(text, 0, 10), &date)) || !digits(text, 11, 2, &hour) ||
      !digits(text, 14, 2, &minute) || !digits(text, 17, 2, &second) || hour > 23 || minute > 59 || second > 59) {
    FAIL(BASE_TIME_SYNTAX, "not an RFC 3339 date-time");
  }
  struct slice rest = slice_from(text, 19);
  int64_t fraction_ms = 0;
  if (rest.len > 0 && rest.ptr[0] == '.') {
    size_t i = 1;
    int64_t unit = 100;
    for (; i < rest.len && rest.ptr[i] >= '0' && rest.ptr[i] <= '9'; i++) {
      fraction_ms += (rest.ptr[i] - '0') * unit;
      unit /= 10;
    }
    if (i == 1) {
      FAIL(BASE_TIME_SYNTAX, "empty fraction in a date-time");
    }
    rest = slice_from(rest, i);
  }
  int64_t offset_ms = 0;
  if (!parse_offset(rest, &offset_ms)) {
    FAIL(BASE_TIME_SYNTAX, "no time offset in a date-time");
  }
  int64_t seconds = ((int64_t)hour * 60 + minute) * 60 + second;
  *ret_instant_ms = (int64_t)date * CLOCK_DAY_MS + seconds * 1000 + fraction_ms - offset_ms;
  return OK;
}

struct slice clock_date_write(struct arena *arena, int32_t date) {
  struct civil_date c = clock_civil(date);
  return arena_printf(arena, "%04d-%02u-%02u", c.year, c.month, c.day);
}

struct slice clock_date_write_vi(struct arena *arena, int32_t date) {
  struct civil_date c = clock_civil(date);
  return arena_printf(arena, "%02u/%02u/%04d", c.day, c.month, c.year);
}

struct slice clock_instant_write(struct arena *arena, int64_t instant_ms) {
  struct civil_date c = clock_civil(clock_date_of(instant_ms));
  int32_t ms = clock_ms_of_day(instant_ms);
  return arena_printf(arena, "%04d-%02u-%02uT%02d:%02d:%02d.%03d+07:00", c.year, c.month, c.day, ms / 3600000,
                      ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}
