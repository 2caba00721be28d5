/* base/unit_test.h: cmocka with the headers it wants before it. Include last in a *_test.c. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* keep after the four above */
#include <cmocka.h>

/* Fails with the fault record's detail, not only with a number. */
#define assert_ok(call)                                                                         \
  do {                                                                                          \
    result assert_ok_result_ = (call);                                                          \
    if (!is_ok(assert_ok_result_)) {                                                            \
      fail_msg("%s: code 0x%04x: %s", #call, assert_ok_result_.code, fault_last()->detail);     \
    }                                                                                           \
  } while (0)
#define assert_code(call, expected) assert_int_equal((call).code, (expected))
