#include "http/gate.h"

#include "base/unit_test.h"

enum { MS = 1000 };

static struct gate gate_of(int target_ms, int inside_max, int least) {
  struct gate gate;
  http_gate_init(&gate, &(const struct http_class){.name = "t", .target_ms = target_ms, .inside_max = inside_max}, least);
  return gate;
}

/* As many as the gate lets in, each answered after took_ms; what time it is then. */
static int64_t round_of(struct gate *gate, int64_t now_us, int took_ms) {
  int inside = 0;
  while (http_gate_enter(gate, now_us)) {
    inside++;
  }
  for (; inside > 0; inside--) {
    http_gate_leave(gate, now_us, now_us + took_ms * MS);
  }
  return now_us + took_ms * MS;
}

static void refuses_beyond_its_limit_and_counts_both(void **state) {
  (void)state;
  struct gate gate = gate_of(100, 1000, 2);
  for (int i = 0; i < 8; i++) {
    assert_true(http_gate_enter(&gate, MS));
  }
  assert_false(http_gate_enter(&gate, MS));
  assert_int_equal(gate.admitted, 8);
  assert_int_equal(gate.shed, 1);
  http_gate_leave(&gate, MS, 2 * MS);
  assert_true(http_gate_enter(&gate, 2 * MS));
}

static void lets_fewer_in_while_answers_are_late_and_never_nobody(void **state) {
  (void)state;
  struct gate gate = gate_of(100, 1000, 16);
  int64_t now_us = MS;
  for (int i = 0; i < 100; i++) {
    int before = gate.limit;
    now_us = round_of(&gate, now_us, 250);
    assert_true(gate.limit <= before);
  }
  assert_int_equal(gate.limit, 16);
}

static void lets_more_in_while_answers_are_in_time_up_to_its_bound(void **state) {
  (void)state;
  struct gate gate = gate_of(100, 200, 2);
  int64_t now_us = MS;
  for (int i = 0; i < 2000; i++) {
    now_us = round_of(&gate, now_us, 30);
  }
  assert_int_equal(gate.limit, 200);
}

static void does_not_learn_a_number_that_nobody_tried(void **state) {
  (void)state;
  struct gate gate = gate_of(100, 200, 16);
  int64_t now_us = MS;
  for (int i = 0; i < 1000; i++) {
    assert_true(http_gate_enter(&gate, now_us));
    http_gate_leave(&gate, now_us, now_us + 30 * MS);
    now_us += 30 * MS;
  }
  assert_int_equal(gate.limit, 64);
}

/* One in eight is slow: a paper that is laid out. That is no crowd. */
static void some_slow_ones_change_nothing(void **state) {
  (void)state;
  struct gate gate = gate_of(100, 64, 16);
  int64_t now_us = MS;
  for (int i = 0; i < 4000; i++) {
    assert_true(http_gate_enter(&gate, now_us));
    http_gate_leave(&gate, now_us, now_us + (i % 8 == 0 ? 300 : 10) * MS);
    now_us += 10 * MS;
  }
  assert_int_equal(gate.limit, 64);
}

/* Sign-ins by password one after the other on a slow machine, say: whoever comes next to them is let in as before. */
static void what_is_slow_without_a_crowd_changes_nothing(void **state) {
  (void)state;
  struct gate gate = gate_of(100, 1000, 16);
  int64_t now_us = MS;
  for (int i = 0; i < 1000; i++) {
    assert_true(http_gate_enter(&gate, now_us));
    http_gate_leave(&gate, now_us, now_us + 300 * MS);
    now_us += 300 * MS;
  }
  assert_int_equal(gate.limit, 64);
}

/* The limit settles where an answer takes as long as it should: here one is made in 5 ms, one after the other. */
static void settles_at_what_is_answered_in_time(void **state) {
  (void)state;
  struct gate gate = gate_of(100, 1000, 1);
  int64_t now_us = MS;
  for (int i = 0; i < 400; i++) {
    int inside = 0;
    int64_t began_us = now_us;
    while (http_gate_enter(&gate, now_us)) {
      inside++;
    }
    for (; inside > 0; inside--) {
      now_us += 5 * MS;
      http_gate_leave(&gate, began_us, now_us);
    }
  }
  assert_in_range(gate.limit, 12, 40);
}

static void a_class_without_a_target_is_bounded_and_never_stale(void **state) {
  (void)state;
  struct gate gate = gate_of(0, 2, 64);
  assert_true(http_gate_enter(&gate, MS) && http_gate_enter(&gate, MS));
  assert_false(http_gate_enter(&gate, MS));
  assert_false(http_gate_stale_us(&gate, MS) < 3600LL * 1000 * MS);
  struct gate other = gate_of(100, 2, 64);
  assert_false(http_gate_stale_us(&other, MS) < 400 * MS);
  assert_true(http_gate_stale_us(&other, MS) < 402 * MS);
}

/* Who begins asks for more in a moment. */
static void those_who_begin_are_let_in_while_they_and_who_has_begun_leave_half(void **state) {
  (void)state;
  struct gate next = gate_of(100, 1000, 2); /* eight to begin with */
  struct gate beginning = gate_of(100, 1000, 2);
  const struct gate unbounded = gate_of(0, 2, 2);
  assert_true(http_gate_leaves_room(&next, &beginning));
  assert_true(http_gate_enter(&next, MS));
  assert_true(http_gate_enter(&next, MS));
  assert_true(http_gate_enter(&next, MS));
  assert_true(http_gate_leaves_room(&next, &beginning));
  assert_true(http_gate_enter(&beginning, MS));
  assert_false(http_gate_leaves_room(&next, &beginning));
  assert_true(http_gate_leaves_room(&unbounded, &beginning));
  http_gate_leave(&next, MS, 2 * MS);
  http_gate_leave(&next, MS, 2 * MS);
  http_gate_leave(&next, MS, 2 * MS);
  assert_true(http_gate_leaves_room(&next, &beginning));
  while (http_gate_enter(&next, 2 * MS)) {
  }
  assert_false(http_gate_leaves_room(&next, &beginning));
  http_gate_leave(&beginning, MS, 3 * MS);
  assert_true(http_gate_leaves_room(&next, &beginning)); /* one at a time always: nobody is kept out for ever by those inside */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(refuses_beyond_its_limit_and_counts_both),
      cmocka_unit_test(lets_fewer_in_while_answers_are_late_and_never_nobody),
      cmocka_unit_test(lets_more_in_while_answers_are_in_time_up_to_its_bound),
      cmocka_unit_test(does_not_learn_a_number_that_nobody_tried),
      cmocka_unit_test(some_slow_ones_change_nothing),
      cmocka_unit_test(what_is_slow_without_a_crowd_changes_nothing),
      cmocka_unit_test(settles_at_what_is_answered_in_time),
      cmocka_unit_test(those_who_begin_are_let_in_while_they_and_who_has_begun_leave_half),
      cmocka_unit_test(a_class_without_a_target_is_bounded_and_never_stale),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
