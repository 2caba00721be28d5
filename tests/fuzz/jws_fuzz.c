/* Any bytes as a compact JWS: what is read names an algorithm that is allowed, its parts are those that were sent, and no key that never signed it
 * verifies it. */
#include <stdlib.h>

#include "codec/base64url.h"
#include "jose/jose.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  static const char *const types[] = {"JWT", NULL};
  const struct jose_rules rules = {JOSE_ALGORITHMS, types, false, false, 8192};
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice compact = slice_of(bytes, len);
  struct jose_jws jws = {0};
  if (!is_ok(jose_jws_parse(compact, &rules, &arena, &jws))) {
    return 0;
  }
  struct slice signature = base64url_write(&arena, jws.signature);
  if ((jws.algorithm & JOSE_ALGORITHMS) == 0 || !slice_starts(compact, jws.signing_input) || !slice_ends(compact, signature) ||
      jws.signing_input.len + 1 + signature.len != compact.len || jin_find(jws.header, "jwk") != NULL) {
    abort();
  }
  static const uint8_t point[64] = {0x6B, 0x17, 0xD1, 0xF2}; /* on no curve */
  const struct jose_jwk nobody = {JOSE_ES256, {0}, slice_of(point, 32), slice_of(point + 32, 32)};
  if (is_ok(jose_jws_verify(NULL, &jws, &nobody))) {
    abort();
  }
  const struct jose_times times = {1700000000000, 3600, true, true};
  (void)!is_ok(jose_claims_times(jws.claims, &times));
  (void)!is_ok(jose_claims_audience_alone(jws.claims, S("https://danh.example")));
  (void)jose_claims_has_audience(jws.claims, S("https://danh.example"));
  return 0;
}
