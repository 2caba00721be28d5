#include "crypto/pin_proof.h"

#include <assert.h>

#include "crypto/password.h"

enum { NAME_BYTES_MAX = 128 };

result pin_proof_key(struct slice pin, struct slice key_name, struct secret *ret_pin_key) {
  struct digest_stream stream CLEANUP(digest_free) = {0};
  uint8_t salt[DIGEST_BYTES];
  digest_begin(&stream);
  digest_add(&stream, S("danh-pin-salt"));
  digest_add(&stream, key_name);
  digest_end(&stream, salt);
  return password_derive(pin, salt, ret_pin_key);
}

void pin_proof_make(const struct secret *pin_key, const struct pin_proof_claim *claim,
                    uint8_t ret_proof[static PIN_PROOF_BYTES]) {
  static const char label[] = "danh-pin-1"; /* with its NUL, which ends it */
  assert(claim->key_name.len <= NAME_BYTES_MAX && slice_find(claim->key_name, 0, 0) == claim->key_name.len);
  uint8_t message[sizeof label + NAME_BYTES_MAX + 2 + DIGEST_BYTES];
  size_t at = 0;
  memcpy(message, label, sizeof label);
  at += sizeof label;
  if (claim->key_name.len > 0) {
    memcpy(message + at, claim->key_name.ptr, claim->key_name.len);
  }
  at += claim->key_name.len;
  message[at++] = 0;
  message[at++] = claim->profile;
  memcpy(message + at, claim->digest, DIGEST_BYTES);
  digest_hmac_sha256(secret_slice(pin_key), slice_of(message, at + DIGEST_BYTES), ret_proof);
}

result pin_proof_check(const struct secret *pin_key, const struct pin_proof_claim *claim, struct slice proof) {
  uint8_t due[PIN_PROOF_BYTES];
  pin_proof_make(pin_key, claim, due);
  bool same = slice_eq_secret(slice_of(due, sizeof due), proof);
  explicit_bzero(due, sizeof due);
  if (!same) {
    FAIL(CRYPTO_PROOF_WRONG, "the PIN proof does not match");
  }
  return OK;
}
