/* Any bytes as a proof of possession: what is taken has a thumbprint and a jti, and is for the method, address and token asked for. The front of the input,
 * up to a newline, is an address held against ours. */
#include <stdlib.h>

#include "jose/jose.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice rest = slice_of(bytes, len);
  struct slice uri = slice_cut(&rest, '\n');
  struct slice ours = S("https://server.example.com/token");
  if (jose_dpop_is_same_uri(uri, ours) != jose_dpop_is_same_uri(ours, uri)) {
    abort();
  }
  const struct jose_dpop_rules rules = {S("POST"), ours, INT64_C(1562262616000), {0}};
  struct jose_dpop dpop = {0};
  if (is_ok(jose_dpop_verify(NULL, rest, &rules, &arena, &dpop)) &&
      (dpop.thumbprint.len != JOSE_THUMBPRINT_BYTES || dpop.jti.len == 0 || dpop.issued_s < 1562262616 - JOSE_DPOP_AGE_MAX_S)) {
    abort();
  }
  return 0;
}
