#include "base/trace.h"

#include <stdio.h>

#include "base/unit_test.h"

#define ID "0af7651916cd43dd8448eb211c80319c"
#define SPAN "b7ad6b7169203331"

static void follows_a_parent_and_no_broken_one(void **state) {
  (void)state;
  static const struct {
    const char *parent;
    bool is_good;
    bool is_sampled;
  } rows[] = {
      {"00-" ID "-" SPAN "-01", true, true},
      {"00-" ID "-" SPAN "-00", true, false},
      {"00-" ID "-" SPAN "-ff", true, true},           /* [Trace Context 3.2.2.5] flags we do not know */
      {"cc-" ID "-" SPAN "-01", true, true},           /* [Trace Context 4.3] a later version, */
      {"cc-" ID "-" SPAN "-01-what-comes", true, true}, /* with more in it */
      {"cc-" ID "-" SPAN "-01.what-comes", false, false},
      {"cc-" ID "-" SPAN "-01x", false, false},
      {"00-" ID "-" SPAN "-01-what-comes", false, false}, /* [Trace Context 3.2.2.1 MUST] */
      {"00-" ID "-" SPAN "-01-", false, false},
      {"ff-" ID "-" SPAN "-01", false, false},
      {"FF-" ID "-" SPAN "-01", false, false},
      {"00-00000000000000000000000000000000-" SPAN "-01", false, false}, /* [Trace Context 3.2.2.3 MUST] */
      {"00-" ID "-0000000000000000-01", false, false},                   /* [Trace Context 3.2.2.4 MUST] */
      {"00-0AF7651916CD43DD8448EB211C80319C-" SPAN "-01", false, false},
      {"00-" ID "-B7AD6B7169203331-01", false, false},
      {"00-" ID "-" SPAN "-0", false, false},
      {"00-" ID "-" SPAN "-0g", false, false},
      {"00-" ID "_" SPAN "-01", false, false},
      {"0-" ID "-" SPAN "-01-", false, false},
      {" 00-" ID "-" SPAN "-01", false, false},
      {"00-" ID "-" SPAN, false, false},
      {"", false, false},
  };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct trace trace = {.is_sampled = false};
    if (trace_parse(slice_str(rows[i].parent), &trace) != rows[i].is_good || trace.is_sampled != rows[i].is_sampled) {
      fail_msg("%s", rows[i].parent);
    }
    assert_true(!rows[i].is_good || slice_is(trace_id_write(&arena, &trace), ID));
  }
}

static void passes_a_state_on_only_when_every_member_is_one(void **state) {
  (void)state;
  static const struct {
    const char *state;
    bool is_good;
  } rows[] = {
      {"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", true},
      {"rojo=00f067aa0ba902b7 , congo=t61rcWkgMzE", true},
      {"a=1,,b=2", true},
      {"fw529a3039@dt=FfffffffA==", false}, /* no = in a value */
      {"fw529a3039@dt=F;A_-b c", true},
      {"0tenant@system=x", true},
      {"0simple=x", false},
      {"tenant@0system=x", false},
      {"tenant@systemsystemsys=x", false}, /* fifteen bytes */
      {"Rojo=1", false},
      {"a=1,a=2", false}, /* [Trace Context 3.3.1.3 MUST] */
      {"a=", false},
      {"=1", false},
      {"a", false},
      {"a=\x7f", false},
      {"a=\xc3\xa9", false},
      {",", false},
      {"", false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if ((trace_state_check(slice_str(rows[i].state)).len > 0) != rows[i].is_good) {
      fail_msg("%s", rows[i].state);
    }
  }
  char many[400] = "";
  size_t length = 0;
  for (int i = 0; i < 33; i++) {
    length += (size_t)snprintf(many + length, sizeof many - length, "k%d=v,", i);
    assert_true((trace_state_check(slice_of(many, length)).len > 0) == (i < 32)); /* [Trace Context 3.3.1.1] at most 32 */
  }
  char longest[TRACE_STATE_BYTES_MAX + 1];
  memset(longest, ',', sizeof longest);
  memcpy(longest, "a=1", 3);
  assert_true(trace_state_check(slice_of(longest, TRACE_STATE_BYTES_MAX)).len > 0);
  assert_int_equal(trace_state_check(slice_of(longest, TRACE_STATE_BYTES_MAX + 1)).len, 0);
}

static void a_step_keeps_the_trace_and_what_is_written_reads_back(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct random random = random_seeded(1);
  struct trace first = {.is_sampled = true};
  trace_step(&random, &first);
  assert_true(trace_is_set(&first));
  struct trace second = first;
  trace_step(&random, &second);
  assert_memory_equal(first.trace_id, second.trace_id, TRACE_ID_BYTES);
  assert_memory_not_equal(first.span_id, second.span_id, TRACE_SPAN_ID_BYTES);
  struct trace read = {.is_sampled = false};
  assert_true(trace_parse(trace_write(&arena, &second), &read));
  assert_memory_equal(read.trace_id, second.trace_id, TRACE_ID_BYTES);
  assert_memory_equal(read.span_id, second.span_id, TRACE_SPAN_ID_BYTES);
  assert_true(read.is_sampled);
  assert_false(trace_is_set(trace_current()));
  trace_current_set(&second);
  assert_memory_equal(trace_current()->span_id, second.span_id, TRACE_SPAN_ID_BYTES);
  trace_current_set(NULL);
  assert_false(trace_is_set(trace_current()));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(follows_a_parent_and_no_broken_one),
      cmocka_unit_test(passes_a_state_on_only_when_every_member_is_one),
      cmocka_unit_test(a_step_keeps_the_trace_and_what_is_written_reads_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
