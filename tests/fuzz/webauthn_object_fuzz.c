/* Any bytes as attestation object and as authenticator data: what is accepted has to be what the bytes say. */
#include <stdlib.h>

#include "webauthn/ceremony.h"

static const char client_data[] =
    "{\"type\":\"webauthn.create\",\"challenge\":\"YSBjaGFsbGVuZ2Ugb2YgdGhpcnR5LXR3byBieXRlcyE\",\"origin\":\"https://danh.example\",\"crossOrigin\":false}";

/* The credential's id as the object names it, so that the browser's naming another does not end everything early. */
static struct slice id_in(struct slice object, struct arena *arena) {
  const struct cin *map = NULL;
  const struct cin *data = NULL;
  struct webauthn_auth_data auth_data;
  if (is_ok(cin_parse(arena, object, &map)) && is_ok(cin_expect(map, "authData", CIN_BYTES, &data)) &&
      is_ok(webauthn_auth_data_parse(data->bytes, arena, &auth_data))) {
    return auth_data.id;
  }
  return (struct slice){0};
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice input = slice_of(bytes, len);
  struct slice origin = S("https://danh.example");
  struct webauthn_party party = {.id = S("danh.example"), .origins = &origin, .origin_count = 1};
  struct webauthn_expected expected = {.party = &party, .challenge = S("a challenge of thirty-two bytes!")};
  struct webauthn_policy policy = {.at_ms = 1792000000000};
  struct webauthn_registration registration = {.client_data = slice_of(client_data, sizeof client_data - 1), .attestation_object = input};
  struct webauthn_credential credential;
  struct webauthn_auth_data auth_data;
  registration.id = id_in(input, &arena);
  if (is_ok(webauthn_registration_verify(&expected, &policy, &registration, &arena, &credential)) &&
      (!slice_eq(credential.id, registration.id) || slice_empty(credential.spki) || credential.is_trusted)) {
    abort();
  }
  if (is_ok(webauthn_auth_data_parse(input, &arena, &auth_data)) && auth_data.bytes.len != len) {
    abort();
  }
  return 0;
}
