#include "codec/prometheus.h"

#include "base/unit_test.h"

static void a_label_is_escaped_as_the_format_says(void **state) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf out;
  buf_init(&out, &arena, 64);
  (void)state;
  prometheus_family(&out, "danh_things", "gauge", "Things.");
  prometheus_sample(&out, "danh_things", PROMETHEUS_NO_LABELS, -3);
  prometheus_sample(&out, "danh_things", PROMETHEUS_LABELS({"a", S("x\"y\\z\n")}, {"b", S("")}), 7);
  assert_true(slice_is(buf_slice(&out), "# HELP danh_things Things.\n# TYPE danh_things gauge\ndanh_things -3\ndanh_things{a=\"x\\\"y\\\\z\\n\",b=\"\"} 7\n"));
}

static void buckets_are_cumulative_and_end_in_everything(void **state) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf out;
  struct histogram took = {0};
  (void)state;
  histogram_add(&took, 500);      /* the bound itself belongs to its bucket */
  histogram_add(&took, 501);
  histogram_add(&took, 10000001); /* longer than every bound */
  histogram_add(&took, -1);       /* a clock that lied */
  buf_init(&out, &arena, 64);
  prometheus_histogram(&out, "t", PROMETHEUS_LABELS({"r", S("/")}), &took);
  struct slice text = buf_slice(&out);
  assert_true(slice_starts(text, S("t_bucket{r=\"/\",le=\"0.000500\"} 2\nt_bucket{r=\"/\",le=\"0.001000\"} 3\n")));
  assert_non_null(memmem(text.ptr, text.len, "le=\"10.000000\"} 3\n", 18));
  assert_non_null(memmem(text.ptr, text.len, "le=\"+Inf\"} 4\n", 13));
  assert_non_null(memmem(text.ptr, text.len, "t_sum{r=\"/\"} 10.001002\n", 23));
  assert_non_null(memmem(text.ptr, text.len, "t_count{r=\"/\"} 4\n", 17));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_label_is_escaped_as_the_format_says),
      cmocka_unit_test(buckets_are_cumulative_and_end_in_everything),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
