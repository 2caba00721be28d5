/* base/number.h: whole numbers as text: ids travel so, since 64 bits are more than a JavaScript number holds. */
#pragma once
#include "base/result.h"
#include "base/slice.h"

/* Decimal digits alone, no sign, up to INT64_MAX. BASE_NUMBER_SYNTAX. */
MUST_USE result number_parse(struct slice text, int64_t *ret_number);
