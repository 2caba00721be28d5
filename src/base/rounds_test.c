#include "base/rounds.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/unit_test.h"

static void count(void *arg) {
  (void)atomic_fetch_add((atomic_int *)arg, 1);
}

/* Up to a minute: a bound for a broken wake, not a measure. */
static bool reaches(atomic_int *counter, int wanted) {
  for (int i = 0; i < 60000 && atomic_load(counter) < wanted; i++) {
    (void)usleep(1000);
  }
  return atomic_load(counter) >= wanted;
}

static void a_round_comes_at_once_and_again_when_woken(void **state) {
  (void)state;
  atomic_int hourly = 0;
  struct rounds *rounds = rounds_open();
  assert_ok(rounds_add(rounds, "hourly", 3600LL * 1000, count, &hourly));
  assert_true(reaches(&hourly, 1));
  for (int i = 2; i < 50; i++) {
    rounds_wake(rounds);
    assert_true(reaches(&hourly, i));
  }
  rounds_close(&rounds);
  assert_null(rounds);
}

static void each_comes_again_after_its_own_while(void **state) {
  (void)state;
  atomic_int often = 0;
  atomic_int hourly = 0;
  struct rounds *rounds = rounds_open();
  assert_ok(rounds_add(rounds, "often", 5, count, &often));
  assert_ok(rounds_add(rounds, "hourly", 3600LL * 1000, count, &hourly));
  assert_true(reaches(&often, 20));
  rounds_close(&rounds);
  assert_int_equal(atomic_load(&hourly), 1);
}

static void closing_waits_for_no_period(void **state) {
  (void)state;
  struct rounds *none = NULL;
  rounds_close(&none);
  struct rounds *empty = rounds_open();
  rounds_wake(empty);
  rounds_close(&empty);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_round_comes_at_once_and_again_when_woken),
      cmocka_unit_test(each_comes_again_after_its_own_while),
      cmocka_unit_test(closing_waits_for_no_period),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
