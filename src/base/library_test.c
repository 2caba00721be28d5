#include "base/library.h"

#include <string.h>

#include "base/unit_test.h"

struct functions {
  double (*cos)(double angle);
  double (*sqrt)(double number);
};

static void functions_are_filled_in_the_order_of_the_names(void **state) {
  (void)state;
  static const char *const names[] = {"cos", "sqrt"};
  const struct library library = {.file = "libm.so.6", .package = "libc6", .names = names, .count = 2};
  struct functions functions = {0};
  assert_ok(library_load(&library, &functions));
  assert_true(functions.cos(0) == 1);
  assert_true(functions.sqrt(9) == 3);
}

static void what_is_not_installed_is_refused_by_name(void **state) {
  (void)state;
  static const char *const names[] = {"cos"};
  struct functions functions = {0};
  const struct library library = {.file = "libnowhere.so.1", .package = "libnowhere1", .names = names, .count = 1};
  assert_code(library_load(&library, &functions), BASE_LIBRARY);
  assert_non_null(strstr(fault_last()->detail, "libnowhere.so.1 of the package libnowhere1"));
}

static void a_library_without_a_function_is_refused_by_its_name(void **state) {
  (void)state;
  static const char *const names[] = {"cos", "square_the_circle"};
  struct functions functions = {0};
  const struct library library = {.file = "libm.so.6", .package = "libc6", .names = names, .count = 2};
  assert_code(library_load(&library, &functions), BASE_LIBRARY);
  assert_non_null(strstr(fault_last()->detail, "has no square_the_circle"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(functions_are_filled_in_the_order_of_the_names),
      cmocka_unit_test(what_is_not_installed_is_refused_by_name),
      cmocka_unit_test(a_library_without_a_function_is_refused_by_its_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
