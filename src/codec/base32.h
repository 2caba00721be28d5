/* codec/base32.h: base32 for people and for otpauth addresses.
 * Standard   RFC 4648 6, capital letters, without padding.
 * Does not   parse: what is shown comes back as a code, never as the secret. */
#pragma once
#include "base/arena.h"

struct slice base32_write(struct arena *arena, struct slice bytes);
