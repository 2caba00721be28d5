/* Any bytes as a COSE key and as CBOR: what is accepted is all of the input, and a key of an algorithm that was offered. */
#include <stdlib.h>

#include "webauthn/ceremony.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice input = slice_of(bytes, len);
  struct slice rest = input;
  const struct cin *value = NULL;
  const struct cin *whole = NULL;
  if (is_ok(cin_next(&arena, &rest, &value)) && (value->whole.len + rest.len != len || !is_ok(cin_parse(&arena, value->whole, &whole)))) {
    abort();
  }
  struct webauthn_key *key CLEANUP(webauthn_key_free) = NULL;
  enum verifier_scheme scheme = VERIFIER_ES256;
  if (is_ok(webauthn_key_load(input, &key)) &&
      (!webauthn_scheme_of(key->algorithm, &scheme) || is_ok(webauthn_key_check(key, (struct slice[2]){input, S("")}, input)))) {
    abort();
  }
  return 0;
}
