/* Any bytes as a CMS object: what is accepted has one encoding only. */
#include <stdlib.h>

#include "crypto/cms.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const uint8_t digest[DIGEST_BYTES] = {1, 2, 3};
  struct cms_signed_data data;
  struct slice again;
  struct slice input = slice_of(bytes, len);
  if (is_ok(cms_verify(&arena, input, digest, &data)) &&
      (!is_ok(cms_signed_data_write(&arena, &data, &again)) || !slice_eq(again, input))) {
    abort();
  }
  return 0;
}
