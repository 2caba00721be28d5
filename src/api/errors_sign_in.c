/* The table of errors, second half: proving who one is, acting for others, OpenID Connect. A row says the same as in errors.c. */
#include "api/errors.h"

const struct api_error_row api_error_rows_of_sign_in[] = {
    {0},
};
