/* crypto/totp.h: time-based one-time codes.
 * Standard   RFC 6238 (with RFC 4226): HMAC over the number of the time step, SHA-1 or SHA-256.
 * Does not   know the time, allow drift, or remember which step was used: whoever asks does.
 * Shapes     step: seconds since 1970 divided by the step's length; secret 1..64 bytes. */
#pragma once
#include "base/slice.h"

enum totp_hash { TOTP_SHA1 = 1, TOTP_SHA256 };
enum { TOTP_STEP_S = 30, TOTP_DIGITS = 6, TOTP_SHA1_SECRET_BYTES = 20, TOTP_SHA256_SECRET_BYTES = 32 };

/* The code as a number below 10^digits; digits 6 to 8. */
uint32_t totp_code(enum totp_hash hash, struct slice secret, int64_t step, int digits);
