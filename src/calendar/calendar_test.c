#include "calendar/calendar.h"

#include "base/unit_test.h"
#include "calendar/holidays.h"

static int32_t date(const char *text) {
  int32_t parsed = 0;
  assert_ok(clock_date_parse(slice_str(text), &parsed));
  return parsed;
}

static int64_t instant(const char *text) {
  int64_t parsed = 0;
  assert_ok(clock_instant_parse(slice_str(text), &parsed));
  return parsed;
}

static const struct calendar_limit ten_days = {CALENDAR_WORKING_DAYS, CALENDAR_ROLL_NEXT_WORKING_DAY, 10,
                                               CALENDAR_CUT_OFF_MS};

static struct calendar_due due_of(struct calendar_limit limit, const char *received) {
  struct calendar_due due = {0};
  assert_ok(calendar_due(&limit, instant(received), &due));
  return due;
}

static void adds_working_days_over_holidays_and_swaps(void **state) {
  (void)state;
  static const struct {
    const char *from;
    int32_t n;
    const char *due;
  } cases[] = {
      {"2024-04-26", 1, "2024-05-02"},  {"2024-04-22", 10, "2024-05-08"}, {"2024-02-05", 10, "2024-02-26"},
      {"2025-01-20", 10, "2025-02-10"}, {"2025-04-25", 3, "2025-04-29"},  {"2025-08-28", 5, "2025-09-08"},
      {"2026-02-13", 5, "2026-02-27"},  {"2026-08-21", 5, "2026-08-27"},  {"2026-11-20", 3, "2026-11-26"},
      {"2022-04-08", 7, "2022-04-20"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int32_t due = calendar_add_working_days(date(cases[i].from), cases[i].n);
    assert_int_equal(due, date(cases[i].due));
    assert_int_equal(calendar_working_days_between(date(cases[i].from), due), cases[i].n);
    assert_int_equal(calendar_working_days_between(due, date(cases[i].from)), -cases[i].n);
  }
}

static void counts_the_working_days_of_each_declared_year(void **state) {
  (void)state;
  static const int32_t counts[] = {250, 249, 249, 251, 250, 249};
  for (int16_t year = 2021; year <= 2026; year++) {
    assert_int_equal(calendar_working_days_of_year(year), counts[year - 2021]);
  }
}

static void only_a_swapped_saturday_is_worked(void **state) {
  (void)state;
  assert_true(calendar_is_working_day(date("2024-05-04")));
  assert_true(calendar_is_working_day(date("2025-04-26")));
  assert_true(calendar_is_working_day(date("2026-01-10")));
  assert_true(calendar_is_working_day(date("2026-08-22")));
  assert_false(calendar_is_working_day(date("2024-05-05")));
  assert_false(calendar_is_working_day(date("2024-05-11")));
  assert_false(calendar_is_working_day(date("2026-11-24")));
}

/* What cannot be computed is the swap: a bridge day off for a Saturday worked. Everything else follows from law and
 * moon. */
static bool is_swapped(int32_t day) {
  static const char *const bridges[] = {"2024-04-29", "2025-05-02", "2026-01-02", "2026-08-31"};
  for (size_t i = 0; i < sizeof bridges / sizeof *bridges; i++) {
    if (date(bridges[i]) == day) {
      return true;
    }
  }
  return false;
}

static void computing_from_law_gives_every_declared_year(void **state) {
  (void)state;
  for (int16_t year = 2021; year <= 2026; year++) {
    struct calendar_holidays declared;
    struct calendar_holidays computed;
    calendar_holidays_of_year(year, &declared);
    calendar_holidays_compute(year, &computed);
    assert_int_equal(declared.certainty, CALENDAR_DECLARED);
    assert_int_equal(computed.certainty, CALENDAR_COMPUTED);
    assert_int_equal(declared.off_count, computed.off_count + declared.worked_count);
    for (int i = 0; i < declared.off_count; i++) {
      assert_int_equal(calendar_holidays_is_working_day(&computed, declared.off[i]), is_swapped(declared.off[i]));
    }
  }
}

static void says_when_a_year_is_not_declared(void **state) {
  (void)state;
  assert_int_equal(calendar_certainty(date("2026-12-31")), CALENDAR_DECLARED);
  assert_int_equal(calendar_certainty(date("2027-01-01")), CALENDAR_COMPUTED);
  assert_int_equal(due_of(ten_days, "2026-11-20T08:00:00+07:00").certainty, CALENDAR_DECLARED);
  assert_int_equal(due_of(ten_days, "2026-12-25T08:00:00+07:00").certainty, CALENDAR_COMPUTED);
  assert_false(calendar_is_working_day(date("2027-02-08"))); /* Tet 2027 falls on Saturday 6 February */
  assert_false(calendar_is_working_day(date("2027-04-16"))); /* Hung Kings */
}

static void finds_tet_and_hung_kings_by_the_moon_over_hanoi(void **state) {
  (void)state;
  static const char *const tet[] = {"2022-02-01",
                                    "2023-01-22",
                                    "2024-02-10",
                                    "2025-01-29",
                                    "2026-02-17",
                                    "2027-02-06",
                                    "2028-01-26",
                                    /* where the calendar of Beijing differs */ "2030-02-02",
                                    "2007-02-17",
                                    "1985-01-21",
                                    "1968-01-29"};
  for (size_t i = 0; i < sizeof tet / sizeof *tet; i++) {
    assert_int_equal(calendar_tet(clock_civil(date(tet[i])).year), date(tet[i]));
    struct calendar_lunar_date lunar = calendar_lunar(date(tet[i]));
    assert_int_equal(lunar.month, 1);
    assert_int_equal(lunar.day, 1);
    assert_int_equal(lunar.year, clock_civil(date(tet[i])).year);
  }
  static const char *const kings[] = {"2022-04-10", "2023-04-29", "2024-04-18",
                                      "2025-04-07", "2026-04-26", "2027-04-16"};
  for (size_t i = 0; i < sizeof kings / sizeof *kings; i++) {
    assert_int_equal(calendar_hung_kings(clock_civil(date(kings[i])).year), date(kings[i]));
  }
}

static void knows_leap_months(void **state) {
  (void)state;
  struct calendar_lunar_date leap = calendar_lunar(date("2023-03-22")); /* second 2nd month of 2023 */
  assert_int_equal(leap.month, 2);
  assert_int_equal(leap.day, 1);
  assert_true(leap.leap);
  assert_false(calendar_lunar(date("2023-04-20")).leap);
  struct calendar_lunar_date sixth = calendar_lunar(date("2025-07-25")); /* leap 6th month of 2025 */
  assert_int_equal(sixth.month, 6);
  assert_true(sixth.leap);
}

/* [Circular 01/2018/TT-VPCP] received after 15:00: the clock starts the next working day */
static void the_cut_off_is_after_fifteen_hours_exactly(void **state) {
  (void)state;
  static const struct {
    const char *received, *counted;
  } cases[] = {
      {"2024-06-05T14:59:59+07:00", "2024-06-05"},     {"2024-06-05T15:00:00+07:00", "2024-06-05"},
      {"2024-06-05T15:00:00.001+07:00", "2024-06-06"}, {"2024-06-05T15:00:01+07:00", "2024-06-06"},
      {"2024-06-05T08:00:00Z", "2024-06-05"},          {"2024-06-05T08:00:01Z", "2024-06-06"},
      {"2024-06-04T17:00:00Z", "2024-06-05"},          {"2024-06-07T15:30:00+07:00", "2024-06-10"},
      {"2024-06-08T16:00:00+07:00", "2024-06-10"},     {"2024-06-09T09:00:00+07:00", "2024-06-10"},
      {"2024-05-03T15:30:00+07:00", "2024-05-04"},     {"2024-04-26T15:00:01+07:00", "2024-05-02"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(calendar_received_date(instant(cases[i].received), CALENDAR_CUT_OFF_MS), date(cases[i].counted));
  }
  assert_int_equal(calendar_received_date(instant("2024-06-05T23:59:59+07:00"), CALENDAR_NO_CUT_OFF),
                   date("2024-06-05"));
}

static void due_dates_count_from_the_day_after_receipt(void **state) {
  (void)state;
  assert_int_equal(due_of(ten_days, "2024-04-22T09:00:00+07:00").due, date("2024-05-08"));
  assert_int_equal(due_of(ten_days, "2024-04-21T09:00:00+07:00").due, date("2024-05-08"));
  assert_int_equal(due_of(ten_days, "2024-04-22T15:00:01+07:00").due, date("2024-05-09"));
}

static void calendar_days_roll_as_the_rule_says(void **state) {
  (void)state;
  struct calendar_limit fifteen = {CALENDAR_DAYS, CALENDAR_ROLL_NEXT_WORKING_DAY, 15, CALENDAR_CUT_OFF_MS};
  assert_int_equal(due_of(fifteen, "2024-05-31T09:00:00+07:00").due, date("2024-06-17")); /* 15 June is a Saturday */
  fifteen.roll = CALENDAR_ROLL_NONE;
  assert_int_equal(due_of(fifteen, "2024-05-31T09:00:00+07:00").due, date("2024-06-15"));
}

static void working_hours_pause_at_noon_night_and_rest_days(void **state) {
  (void)state;
  struct calendar_limit eight = {CALENDAR_WORKING_HOURS, CALENDAR_ROLL_NEXT_WORKING_DAY, 8, CALENDAR_NO_CUT_OFF};
  static const struct {
    const char *received, *due_at;
  } cases[] = {
      {"2026-07-01T08:00:00+07:00", "2026-07-01T17:00:00+07:00"},
      {"2026-07-01T10:30:00+07:00", "2026-07-02T10:30:00+07:00"},
      {"2026-07-03T16:00:00+07:00", "2026-07-06T16:00:00+07:00"},
      {"2026-07-04T10:00:00+07:00", "2026-07-06T17:00:00+07:00"},
      {"2026-07-01T22:00:00+07:00", "2026-07-02T17:00:00+07:00"},
      {"2026-07-01T12:30:00+07:00", "2026-07-02T12:00:00+07:00"},
      {"2026-07-01T06:00:00+07:00", "2026-07-01T17:00:00+07:00"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_true(due_of(eight, cases[i].received).due_at_ms == instant(cases[i].due_at));
  }
}

static void refuses_a_limit_without_unit_or_out_of_range(void **state) {
  (void)state;
  struct calendar_due due;
  struct calendar_limit limit = ten_days;
  limit.unit = (enum calendar_unit)9;
  assert_code(calendar_due(&limit, 0, &due), CALENDAR_LIMIT);
  limit = ten_days;
  limit.count = 0;
  assert_code(calendar_due(&limit, 0, &due), CALENDAR_LIMIT);
  limit.count = CALENDAR_LIMIT_MAX + 1;
  assert_code(calendar_due(&limit, 0, &due), CALENDAR_LIMIT);
  limit = ten_days;
  limit.cut_off_ms = -1;
  assert_code(calendar_due(&limit, 0, &due), CALENDAR_LIMIT);
}

/* early: an earlier date than due; on time: that date; n late: n working days after */
static void lateness_is_in_working_days(void **state) {
  (void)state;
  assert_int_equal(calendar_lateness(date("2024-06-14"), date("2024-06-14")), 0);
  assert_int_equal(calendar_lateness(date("2024-06-14"), date("2024-06-13")), -1);
  assert_int_equal(calendar_lateness(date("2024-06-14"), date("2024-06-17")), 1);
  assert_int_equal(calendar_lateness(date("2024-06-14"), date("2024-06-15")), 1); /* a Saturday is not on time */
  assert_int_equal(calendar_lateness(date("2024-06-14"), date("2024-06-24")), 6);
  assert_int_equal(calendar_lateness(date("2024-04-26"), date("2024-05-02")), 1);
  assert_int_equal(calendar_lateness(date("2024-06-17"), date("2024-06-15")), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(adds_working_days_over_holidays_and_swaps),
      cmocka_unit_test(counts_the_working_days_of_each_declared_year),
      cmocka_unit_test(only_a_swapped_saturday_is_worked),
      cmocka_unit_test(computing_from_law_gives_every_declared_year),
      cmocka_unit_test(says_when_a_year_is_not_declared),
      cmocka_unit_test(finds_tet_and_hung_kings_by_the_moon_over_hanoi),
      cmocka_unit_test(knows_leap_months),
      cmocka_unit_test(the_cut_off_is_after_fifteen_hours_exactly),
      cmocka_unit_test(due_dates_count_from_the_day_after_receipt),
      cmocka_unit_test(calendar_days_roll_as_the_rule_says),
      cmocka_unit_test(working_hours_pause_at_noon_night_and_rest_days),
      cmocka_unit_test(refuses_a_limit_without_unit_or_out_of_range),
      cmocka_unit_test(lateness_is_in_working_days),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
