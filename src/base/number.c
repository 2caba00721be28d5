#include "base/number.h"

result number_parse(struct slice text, int64_t *ret_number) {
  int64_t number = 0;
  for (size_t i = 0; i < text.len; i++) {
    bool digit = text.ptr[i] >= '0' && text.ptr[i] <= '9';
    if (!digit || __builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, text.ptr[i] - '0', &number)) {
      FAIL(BASE_NUMBER_SYNTAX, "not a whole number of 64 bits");
    }
  }
  if (text.len == 0) {
    FAIL(BASE_NUMBER_SYNTAX, "no digits");
  }
  *ret_number = number;
  return OK;
}
