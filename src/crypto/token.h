/* crypto/token.h: random tokens and codes, and the form in which they are stored.
 * Shapes     tokens: base64url of 32 random bytes, 43 characters; codes: decimal digits.
 * Does not   limit attempts: a code of few digits needs a counter beside it. */
#pragma once
#include "base/arena.h"
#include "base/random.h"
#include "crypto/digest.h"

enum { TOKEN_BYTES = 32, TOKEN_TEXT_BYTES = 43, TOKEN_CODE_DIGITS_MAX = 18 };

struct slice token_make(struct random *random, struct arena *arena);
/* `digits` decimal digits, each value equally likely. */
struct slice token_code(struct random *random, int digits, struct arena *arena);
/* What the database keeps of a token: SHA-256 under a label, so that a stolen table opens nothing. */
void token_stored_form(const char *label, struct slice token, uint8_t ret_stored[static DIGEST_BYTES]);
