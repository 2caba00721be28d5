#include "crypto/ed25519.h"

#include <assert.h>
#include <sodium.h>

static_assert(crypto_sign_SEEDBYTES == ED25519_SEED_BYTES && crypto_sign_PUBLICKEYBYTES == ED25519_PUBLIC_BYTES &&
                  crypto_sign_BYTES == ED25519_SIGNATURE_BYTES,
              "libsodium's default signature is Ed25519");

static result ready(void) {
  if (sodium_init() < 0) {
    FAIL(CRYPTO_LIBRARY_FAILED, "libsodium");
  }
  return OK;
}

/* The seed's two halves of a key; the secret one is the caller's to wipe. */
static result expand(const struct secret *seed, uint8_t ret_public[static ED25519_PUBLIC_BYTES], struct secret *ret_secret) {
  TRY(ready());
  if (seed->len != ED25519_SEED_BYTES) {
    FAIL(CRYPTO_KEY_INVALID, "a seed of %zu bytes", seed->len);
  }
  static_assert(crypto_sign_SECRETKEYBYTES <= SECRET_BYTES_MAX, "a secret holds it");
  ret_secret->len = crypto_sign_SECRETKEYBYTES;
  if (crypto_sign_seed_keypair(ret_public, ret_secret->bytes, seed->bytes) != 0) {
    FAIL(CRYPTO_LIBRARY_FAILED, "no key from that seed");
  }
  return OK;
}

result ed25519_generate(struct secret *ret_seed) {
  TRY(ready());
  secret_clear(ret_seed);
  ret_seed->len = ED25519_SEED_BYTES;
  randombytes_buf(ret_seed->bytes, ED25519_SEED_BYTES);
  return OK;
}

result ed25519_public(const struct secret *seed, uint8_t ret_public[static ED25519_PUBLIC_BYTES]) {
  struct secret expanded CLEANUP(secret_clear) = {0};
  return expand(seed, ret_public, &expanded);
}

result ed25519_sign(const struct secret *seed, struct slice message, uint8_t ret_signature[static ED25519_SIGNATURE_BYTES]) {
  struct secret expanded CLEANUP(secret_clear) = {0};
  uint8_t public_key[ED25519_PUBLIC_BYTES];
  TRY(expand(seed, public_key, &expanded));
  if (crypto_sign_detached(ret_signature, NULL, message.ptr, message.len, expanded.bytes) != 0) {
    FAIL(CRYPTO_LIBRARY_FAILED, "signing failed");
  }
  return OK;
}

result ed25519_verify(const uint8_t public_key[static ED25519_PUBLIC_BYTES], struct slice message, struct slice signature) {
  TRY(ready());
  if (signature.len != ED25519_SIGNATURE_BYTES ||
      crypto_sign_verify_detached(signature.ptr, message.ptr, message.len, public_key) != 0) {
    FAIL(CRYPTO_SIGNATURE_WRONG, "the signature does not match");
  }
  return OK;
}

/* What stands before the 32 bytes in every SubjectPublicKeyInfo of an Ed25519 key [RFC8410 4]. */
static const uint8_t spki_head[] = {0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00};

void ed25519_spki_write(const uint8_t public_key[static ED25519_PUBLIC_BYTES], uint8_t ret_spki[static ED25519_SPKI_BYTES]) {
  memcpy(ret_spki, spki_head, sizeof spki_head);
  memcpy(ret_spki + sizeof spki_head, public_key, ED25519_PUBLIC_BYTES);
}

result ed25519_spki_parse(struct slice spki, uint8_t ret_public[static ED25519_PUBLIC_BYTES]) {
  if (spki.len != ED25519_SPKI_BYTES || !slice_starts(spki, slice_of(spki_head, sizeof spki_head))) {
    FAIL(CRYPTO_KEY_INVALID, "not the SubjectPublicKeyInfo of an Ed25519 key");
  }
  memcpy(ret_public, spki.ptr + sizeof spki_head, ED25519_PUBLIC_BYTES);
  return OK;
}
