/* Any bytes as a JWK Set: what is taken survives being written and read again under the same thumbprint, and no private key is among it. */
#include <stdlib.h>

#include "jose/jose.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct jose_jwks jwks = {0};
  struct jose_jwks again = {0};
  if (!is_ok(jose_jwks_read(slice_of(bytes, len), &arena, &jwks))) {
    return 0;
  }
  struct buf text;
  struct jout out;
  buf_init(&text, &arena, 1024);
  jout_init(&out, &text);
  jose_jwks_write(&out, &jwks);
  if (!is_ok(jose_jwks_read(buf_slice(&text), &arena, &again)) || again.count != jwks.count) {
    abort();
  }
  for (size_t i = 0; i < jwks.count; i++) {
    struct slice first = jose_jwk_thumbprint(&jwks.keys[i], &arena);
    if (first.len != JOSE_THUMBPRINT_BYTES || !slice_eq(first, jose_jwk_thumbprint(&again.keys[i], &arena))) {
      abort();
    }
    (void)jose_jwk_is_spki(&jwks.keys[i], S("not one"));
  }
  return 0;
}
