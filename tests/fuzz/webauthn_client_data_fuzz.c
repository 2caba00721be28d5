/* Any bytes as client data and as the JSON a browser sends: refused, or of the one ceremony that is expected. */
#include <stdlib.h>

#include "webauthn/ceremony.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice input = slice_of(bytes, len);
  struct slice origin = S("https://danh.example");
  struct webauthn_party party = {.id = S("danh.example"), .origins = &origin, .origin_count = 1};
  struct webauthn_expected expected = {.party = &party, .challenge = S("a challenge of thirty-two bytes!")};
  uint8_t hash[DIGEST_BYTES];
  struct webauthn_registration registration;
  struct webauthn_assertion assertion;
  bool creates = is_ok(webauthn_client_data_check(&expected, "webauthn.create", input, hash));
  bool gets = is_ok(webauthn_client_data_check(&expected, "webauthn.get", input, hash));
  expected.challenge = S("another one of thirty-two bytes!");
  if ((creates && gets) || is_ok(webauthn_client_data_check(&expected, "webauthn.get", input, hash))) {
    abort();
  }
  if (is_ok(webauthn_registration_read(input, &arena, &registration)) && slice_empty(registration.id)) {
    abort();
  }
  (void)!is_ok(webauthn_assertion_read(input, &arena, &assertion));
  return 0;
}
