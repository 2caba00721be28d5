/* Any text as the certificate that a proxy passes on: what is taken has a key, and names within their limits. */
#include <stdlib.h>

#include "crypto/client_certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct client_certificate certificate;
  if (is_ok(client_certificate_parse(slice_of(bytes, len), &arena, &certificate)) &&
      (certificate.spki.len == 0 || certificate.dns_name_count > CLIENT_CERTIFICATE_NAMES_MAX || len > CLIENT_CERTIFICATE_PEM_BYTES_MAX)) {
    abort();
  }
  return 0;
}
