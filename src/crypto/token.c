#include "crypto/token.h"

#include <assert.h>

#include "codec/base64url.h"

struct slice token_make(struct random *random, struct arena *arena) {
  uint8_t bytes[TOKEN_BYTES];
  random_fill(random, bytes, sizeof bytes);
  struct slice text = base64url_write(arena, slice_of(bytes, sizeof bytes));
  explicit_bzero(bytes, sizeof bytes);
  return text;
}

struct slice token_code(struct random *random, int digits, struct arena *arena) {
  assert(digits >= 1 && digits <= TOKEN_CODE_DIGITS_MAX);
  uint64_t bound = 1;
  for (int i = 0; i < digits; i++) {
    bound *= 10;
  }
  return arena_printf(arena, "%0*llu", digits, (unsigned long long)random_below(random, bound));
}

void token_stored_form(const char *label, struct slice token, uint8_t ret_stored[static DIGEST_BYTES]) {
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, slice_of(label, strlen(label) + 1));
  digest_add(&stream, token);
  digest_end(&stream, ret_stored);
}
