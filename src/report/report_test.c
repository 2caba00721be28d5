#include "report/report.h"

#include "base/unit_test.h"

/* Published shares: exact, half up, and cut as the source cut it. */
static void percentages_are_the_published_ones(void **state) {
  (void)state;
  static const struct {
    int64_t part, whole;
    const char *rounded, *truncated;
  } rows[] = {{11449, 22730, "50.37", "50.36"}, {1954, 2782, "70.24", "70.23"}, {5811, 11449, "50.76", "50.75"},
              {1559, 1954, "79.79", "79.78"},   {1, 3, "33.33", "33.33"},       {2, 3, "66.67", "66.66"},
              {0, 5, "0.00", "0.00"},           {5, 5, "100.00", "100.00"},     {1, 0, "", ""}};
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_true(slice_is(report_percent(&arena, rows[i].part, rows[i].whole, false), rows[i].rounded));
    assert_true(slice_is(report_percent(&arena, rows[i].part, rows[i].whole, true), rows[i].truncated));
  }
}

static bool has(struct slice text, const char *part) { return memmem(text.ptr, text.len, part, strlen(part)) != NULL; }

/* Mid-May 2024: > 86.2 million cards, > 75.7 million dossiers, > 54.34 million activated = 71.78 % of the dossiers; of the cards it would be another. */
static void activated_are_71_78_percent_of_collected(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct report_eid report = {.people = {.cards = 86200000, .collected = 75700000, .issued = 60000000, .activated = 54340000}};
  struct slice json = report_eid_json(&arena, &report);
  assert_true(has(json, "\"numerator\":54340000,\"denominator\":75700000,\"percent\":\"71.78\""));
  assert_true(has(json, "\"numerator\":75700000,\"denominator\":86200000,\"percent\":\"87.82\""));
  assert_true(has(json, "\"cards\":86200000,\"collected\":75700000,\"issued\":60000000,\"activated\":54340000"));
  assert_true(has(report_eid_text(&arena, &report), "Đã kích hoạt trên hồ sơ đã thu nhận: 71.78 %"));
  const struct report_eid empty = {0};
  assert_true(has(report_eid_json(&arena, &empty), "\"denominator\":0,\"percent\":null"));
}

static void savings_are_637_billion(void **state) {
  (void)state;
  struct report_savings s = REPORT_SAVINGS_PUBLISHED;
  assert_ok(report_savings(&s));
  assert_int_equal(s.per_certificate, 245000);
  assert_true(s.total == 637000000000);
  s.travel = -1;
  assert_code(report_savings(&s), REPORT_PARAMETER);
  s = REPORT_SAVINGS_PUBLISHED;
  s.certificates = 1000000001;
  assert_code(report_savings(&s), REPORT_PARAMETER);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(percentages_are_the_published_ones),
      cmocka_unit_test(activated_are_71_78_percent_of_collected),
      cmocka_unit_test(savings_are_637_billion),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
