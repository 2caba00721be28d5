#include "calendar/calendar.h"

#include "calendar/holidays.h"

/* One year's holidays at a time: dates are walked in order, so a year is looked up once a walk. */
struct walk {
  struct calendar_holidays holidays;
  bool loaded;
  enum calendar_certainty certainty; /* COMPUTED once any computed year was touched */
};

static bool walk_is_working_day(struct walk *walk, int32_t date) {
  int16_t year = clock_civil(date).year;
  if (!walk->loaded || walk->holidays.year != year) {
    calendar_holidays_of_year(year, &walk->holidays);
    walk->loaded = true;
    if (walk->holidays.certainty == CALENDAR_COMPUTED) {
      walk->certainty = CALENDAR_COMPUTED;
    }
  }
  return calendar_holidays_is_working_day(&walk->holidays, date);
}

static int32_t walk_from(struct walk *walk, int32_t date) {
  while (!walk_is_working_day(walk, date)) {
    date++;
  }
  return date;
}

static int32_t walk_add(struct walk *walk, int32_t date, int32_t n) {
  if (n <= 0) {
    return walk_from(walk, date);
  }
  for (int32_t left = n; left > 0; left--) {
    date = walk_from(walk, date + 1);
  }
  return date;
}

enum calendar_certainty calendar_certainty(int32_t date) {
  struct calendar_holidays holidays;
  calendar_holidays_of_year(clock_civil(date).year, &holidays);
  return holidays.certainty;
}

bool calendar_is_working_day(int32_t date) {
  struct walk walk = {0};
  return walk_is_working_day(&walk, date);
}

int32_t calendar_working_day_from(int32_t date) {
  struct walk walk = {0};
  return walk_from(&walk, date);
}

int32_t calendar_add_working_days(int32_t date, int32_t n) {
  struct walk walk = {0};
  return walk_add(&walk, date, n);
}

int32_t calendar_working_days_between(int32_t from, int32_t to) {
  int32_t first = from < to ? from : to;
  int32_t last = from < to ? to : from;
  struct walk walk = {0};
  int32_t count = 0;
  for (int32_t date = first + 1; date <= last; date++) {
    count += walk_is_working_day(&walk, date);
  }
  return from < to ? count : -count;
}

int32_t calendar_working_days_of_year(int16_t year) {
  int32_t before = clock_date_from((struct civil_date){year, 1, 1}) - 1;
  int32_t last = clock_date_from((struct civil_date){year, 12, 31});
  return calendar_working_days_between(before, last);
}

/* [Circular 01/2018/TT-VPCP] after the cut-off, or on a day off: as if received the next working day. */
static int32_t walk_received(struct walk *walk, int64_t received_at_ms, int32_t cut_off_ms) {
  int32_t date = clock_date_of(received_at_ms);
  int32_t counted = walk_from(walk, date);
  if (counted == date && clock_ms_of_day(received_at_ms) > cut_off_ms) {
    counted = walk_from(walk, date + 1);
  }
  return counted;
}

int32_t calendar_received_date(int64_t received_at_ms, int32_t cut_off_ms) {
  struct walk walk = {0};
  return walk_received(&walk, received_at_ms, cut_off_ms);
}

/* Office hours: 8:00 to 12:00 and 13:00 to 17:00 (usual hours; a province may set others). */
enum {
  HOUR_MS = 3600 * 1000,
  OFFICE_CLOSES_MS = 17 * HOUR_MS,
};
struct office_span {
  int32_t opens_ms, closes_ms;
};
static const struct office_span office_spans[] = {{8 * HOUR_MS, 12 * HOUR_MS}, {13 * HOUR_MS, OFFICE_CLOSES_MS}};

/* Spends `left_ms` of a working day's office hours from `from_ms` on; returns the ms of the day it ends at, or -1 with
 * the rest in *left_ms. */
static int32_t spend_office_hours(int32_t from_ms, int64_t *left_ms) {
  for (size_t i = 0; i < sizeof office_spans / sizeof *office_spans; i++) {
    int32_t start = from_ms > office_spans[i].opens_ms ? from_ms : office_spans[i].opens_ms;
    int32_t open_ms = office_spans[i].closes_ms - start;
    if (open_ms <= 0) {
      continue;
    }
    if (*left_ms <= open_ms) {
      return (int32_t)(start + *left_ms);
    }
    *left_ms -= open_ms;
  }
  return -1;
}

static void due_in_working_hours(struct walk *walk, int32_t hours, int64_t received_at_ms, struct calendar_due *due) {
  int32_t date = clock_date_of(received_at_ms);
  int32_t from_ms = clock_ms_of_day(received_at_ms);
  if (!walk_is_working_day(walk, date) || from_ms >= OFFICE_CLOSES_MS) {
    date = walk_from(walk, date + 1);
    from_ms = 0;
  }
  due->received = date;
  int64_t left_ms = (int64_t)hours * HOUR_MS;
  int32_t end_ms = spend_office_hours(from_ms, &left_ms);
  while (end_ms < 0) {
    date = walk_from(walk, date + 1);
    end_ms = spend_office_hours(0, &left_ms);
  }
  due->due = date;
  due->due_at_ms = clock_date_start_ms(date) + end_ms;
}

result calendar_due(const struct calendar_limit *limit, int64_t received_at_ms, struct calendar_due *ret_due) {
  if (limit->count < 1 || limit->count > CALENDAR_LIMIT_MAX || limit->cut_off_ms < 0 ||
      limit->cut_off_ms > CALENDAR_NO_CUT_OFF) {
    FAIL(CALENDAR_LIMIT, "count %d, cut-off %d ms", limit->count, limit->cut_off_ms);
  }
  struct walk walk = {0};
  struct calendar_due due = {0};
  switch (limit->unit) {
    case CALENDAR_WORKING_DAYS:
      due.received = walk_received(&walk, received_at_ms, limit->cut_off_ms);
      due.due = walk_add(&walk, due.received, limit->count);
      break;
    case CALENDAR_DAYS:
      due.received = walk_received(&walk, received_at_ms, limit->cut_off_ms);
      due.due = due.received + limit->count;
      if (limit->roll == CALENDAR_ROLL_NEXT_WORKING_DAY) {
        due.due = walk_from(&walk, due.due);
      }
      break;
    case CALENDAR_WORKING_HOURS:
      due_in_working_hours(&walk, limit->count, received_at_ms, &due);
      break;
    default:
      FAIL(CALENDAR_LIMIT, "unit %d", (int)limit->unit);
  }
  if (limit->unit != CALENDAR_WORKING_HOURS) {
    due.due_at_ms = clock_date_start_ms(due.due) + OFFICE_CLOSES_MS;
  }
  due.certainty = walk.certainty;
  *ret_due = due;
  return OK;
}

int32_t calendar_lateness(int32_t due, int32_t done) {
  if (done == due) {
    return 0;
  }
  int32_t days = calendar_working_days_between(due, done);
  if (done > due) {
    return days > 0 ? days : 1;
  }
  return days < 0 ? days : -1;
}
