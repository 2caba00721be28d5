/* api/errors.h: the second half of the table of errors. (private to api/) */
#pragma once
#include "api/api.h"

extern const struct api_error_row api_error_rows_of_sign_in[]; /* ended by a row without a name */
