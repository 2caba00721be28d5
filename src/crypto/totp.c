#include "crypto/totp.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

uint32_t totp_code(enum totp_hash hash, struct slice secret, int64_t step, int digits) {
  assert(digits >= 6 && digits <= 8 && step >= 0 && secret.len <= 64);
  uint8_t counter[8];
  uint8_t mac[EVP_MAX_MD_SIZE];
  unsigned len = 0;
  for (int i = 0; i < 8; i++) {
    counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
  }
  if (HMAC(hash == TOTP_SHA256 ? EVP_sha256() : EVP_sha1(), secret.ptr, (int)secret.len, counter, sizeof counter, mac, &len) == NULL) {
    abort(); /* a library that cannot hash: nothing could be believed after it */
  }
  /* dynamic truncation: the last byte's low half says where to cut [RFC4226 5.3] */
  const uint8_t *cut = mac + (mac[len - 1] & 0x0f);
  uint32_t number = (uint32_t)(cut[0] & 0x7f) << 24 | (uint32_t)cut[1] << 16 | (uint32_t)cut[2] << 8 | cut[3];
  static const uint32_t powers[] = {1000000, 10000000, 100000000};
  return number % powers[digits - 6];
}
