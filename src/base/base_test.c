#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/random.h"
#include "base/unit_test.h"

/* A clock behind which another one is set. */
static int64_t machine_now_ms(const struct clock *clock) { return clock_now_ms((const struct clock *)(uintptr_t)clock->offset_ms); }

static void dates_round_trip_over_five_centuries(void **state) {
  (void)state;
  for (int32_t date = -62091; date < 157054; date += 1) {
    assert_int_equal(clock_date_from(clock_civil(date)), date);
  }
}

static void rejects_days_that_do_not_exist(void **state) {
  (void)state;
  static const char *const wrong[] = {"2023-02-29", "2024-13-01", "2024-00-10", "2024-4-01", "2024-04-31", "1799-01-01", "20240401", ""};
  int32_t date = 0;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_false(is_ok(clock_date_parse(slice_str(wrong[i]), &date)));
  }
  assert_ok(clock_date_parse(S("2024-02-29"), &date));
  assert_int_equal(clock_weekday(date), 3);
}

static void instants_keep_their_offset(void **state) {
  (void)state;
  int64_t a = 0;
  int64_t b = 0;
  assert_ok(clock_instant_parse(S("2024-06-05T00:30:00+07:00"), &a));
  assert_ok(clock_instant_parse(S("2024-06-04T17:30:00Z"), &b));
  assert_int_equal(a, b);
  struct civil_date civil = clock_civil(clock_date_of(b));
  assert_int_equal(civil.day, 5); /* civil dates are UTC+7 */
  assert_false(is_ok(clock_instant_parse(S("2024-06-05T00:30:00"), &a)));
  assert_false(is_ok(clock_instant_parse(S("2024-06-05T24:30:00Z"), &a)));
}

static void age_turns_on_the_birthday(void **state) {
  (void)state;
  int32_t birth = 0;
  int32_t eve = 0;
  assert_ok(clock_date_parse(S("2008-07-01"), &birth));
  assert_ok(clock_date_parse(S("2024-06-30"), &eve));
  assert_int_equal(clock_age_years(birth, eve), 15);
  assert_int_equal(clock_age_years(birth, eve + 1), 16);
}

/* Somebody sets the machine's clock back by an hour: nothing that has ended may live again, and deadlines still come. */
static void a_steady_clock_is_never_set_back(void **state) {
  (void)state;
  struct clock machine = clock_fixed(0);
  clock_fixed_set(&machine, 1000000000);
  struct clock steady = clock_steady((struct clock){machine_now_ms, (int64_t)(uintptr_t)&machine, NULL});
  assert_int_equal(clock_now_ms(&steady), 1000000000);
  clock_fixed_set(&machine, 1000000000 - 3600000);
  int64_t before_us = clock_monotonic_us();
  int64_t told = clock_now_ms(&steady);
  assert_int_equal(told, 1000000000);
  while (clock_monotonic_us() - before_us < 10000) {
    assert_true(clock_now_ms(&steady) >= told);
    told = clock_now_ms(&steady);
  }
  int64_t passed_ms = (clock_monotonic_us() - before_us) / 1000;
  assert_true(told > 1000000000 && told <= 1000000000 + passed_ms / 2 + 1); /* it goes, at half speed */
  clock_fixed_set(&machine, told + 1);
  assert_int_equal(clock_now_ms(&steady), told + 1); /* come up to it: together again */
  clock_fixed_set(&machine, told + 86400000);
  assert_int_equal(clock_now_ms(&steady), told + 86400000);
  assert_int_equal(clock_machine_ms(&steady), told + 86400000);
  clock_steady_end(&steady);
}

static int by_value(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a;
  uint64_t right = *(const uint64_t *)b;
  return (left > right) - (left < right);
}

enum { DRAWN = 4000 };

static void *draw_many(void *arg) {
  uint64_t *drawn = arg;
  struct random random = random_system();
  for (int i = 0; i < DRAWN; i++) {
    drawn[i] = random_u64(&random);
  }
  return NULL;
}

/* By two threads and a child that was forked in the middle. */
static void nothing_is_drawn_twice_from_the_system(void **state) {
  (void)state;
  static uint64_t drawn[3 * DRAWN];
  pthread_t thread;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(pthread_create(&thread, NULL, draw_many, drawn), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  struct random random = random_system();
  (void)random_u64(&random); /* there is something left of what was drawn ahead */
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    static uint64_t own[8];
    for (int i = 0; i < 8; i++) {
      own[i] = random_u64(&random);
    }
    _exit(write(ends[1], own, sizeof own) == sizeof own ? 0 : 1);
  }
  (void)draw_many(drawn + DRAWN);
  assert_int_equal(read(ends[0], drawn + 2 * DRAWN, 8 * sizeof *drawn), 8 * sizeof *drawn);
  assert_int_equal(waitpid(child, NULL, 0), child);
  assert_int_equal(close(ends[0]) + close(ends[1]), 0);
  qsort(drawn, 2 * DRAWN + 8, sizeof *drawn, by_value);
  for (int i = 1; i < 2 * DRAWN + 8; i++) {
    assert_true(drawn[i] != drawn[i - 1]);
  }
}

static void draws_of_every_length_are_filled(void **state) {
  (void)state;
  struct random random = random_system();
  for (size_t len = 0; len <= 300; len++) {
    uint8_t bytes[301] = {0};
    size_t set = 0;
    for (int i = 0; i < 40; i++) { /* a byte that stays nought in forty draws: 2^-320 */
      uint8_t draw[301] = {0};
      random_fill(&random, draw, len);
      for (size_t k = 0; k < sizeof draw; k++) {
        bytes[k] |= draw[k];
      }
    }
    for (size_t k = 0; k < sizeof bytes; k++) {
      set += bytes[k] != 0;
    }
    assert_int_equal(set, len);
  }
}

static void seeded_randomness_repeats(void **state) {
  (void)state;
  struct random a = random_seeded(42);
  struct random b = random_seeded(42);
  struct random c = random_seeded(43);
  uint64_t first = random_u64(&a);
  assert_true(first == random_u64(&b));
  assert_true(first != random_u64(&c));
}

static void buf_grows_without_losing_bytes(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf buf;
  buf_init(&buf, &arena, 1);
  for (int i = 0; i < 10000; i++) {
    buf_printf(&buf, "%d,", i);
  }
  struct slice rest = buf_slice(&buf);
  for (int i = 0; i < 10000; i++) {
    struct slice part = slice_cut(&rest, ',');
    assert_true(slice_eq(part, arena_printf(&arena, "%d", i)));
  }
  assert_true(slice_empty(rest));
}

static void secret_comparison_needs_equal_length(void **state) {
  (void)state;
  assert_true(slice_eq_secret(S("abc"), S("abc")));
  assert_false(slice_eq_secret(S("abc"), S("abd")));
  assert_false(slice_eq_secret(S("abc"), S("ab")));
}

static void numbers_end_at_64_bits(void **state) {
  (void)state;
  static const char *const wrong[] = {"", "-1", "+1", " 1", "1 ", "12a", "9223372036854775808", "99999999999999999999"};
  int64_t number = 0;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_code(number_parse(slice_str(wrong[i]), &number), BASE_NUMBER_SYNTAX);
  }
  assert_ok(number_parse(S("9223372036854775807"), &number));
  assert_true(number == INT64_MAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dates_round_trip_over_five_centuries), cmocka_unit_test(rejects_days_that_do_not_exist),
      cmocka_unit_test(instants_keep_their_offset),           cmocka_unit_test(age_turns_on_the_birthday),
      cmocka_unit_test(a_steady_clock_is_never_set_back),
      cmocka_unit_test(nothing_is_drawn_twice_from_the_system), cmocka_unit_test(draws_of_every_length_are_filled),
      cmocka_unit_test(seeded_randomness_repeats),            cmocka_unit_test(buf_grows_without_losing_bytes),
      cmocka_unit_test(secret_comparison_needs_equal_length), cmocka_unit_test(numbers_end_at_64_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
