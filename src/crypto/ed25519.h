/* crypto/ed25519.h: Ed25519 keys, for signed notes.
 *
 * Standard   RFC 8032 5.1 (pure: the message itself is signed); SubjectPublicKeyInfo of RFC 8410.
 * Does not   accept points of small order or signatures of more than one form (libsodium's rules).
 * Shapes     a private key is its seed, 32 bytes; public keys 32 bytes, signatures 64.
 * Threads    any. Others' keys inside JOSE: public_key.h; inside certificates: verifier.h.
 * Errors     CRYPTO_KEY_INVALID, CRYPTO_SIGNATURE_WRONG, CRYPTO_LIBRARY_FAILED.
 */
#pragma once
#include "base/secret.h"
#include "crypto/crypto_error.h"

enum { ED25519_SEED_BYTES = 32, ED25519_PUBLIC_BYTES = 32, ED25519_SIGNATURE_BYTES = 64, ED25519_SPKI_BYTES = 44 };

/* From the system's randomness, never a seeded one. */
MUST_USE result ed25519_generate(struct secret *ret_seed);
MUST_USE result ed25519_public(const struct secret *seed, uint8_t ret_public[static ED25519_PUBLIC_BYTES]);
MUST_USE result ed25519_sign(const struct secret *seed, struct slice message, uint8_t ret_signature[static ED25519_SIGNATURE_BYTES]);
MUST_USE result ed25519_verify(const uint8_t public_key[static ED25519_PUBLIC_BYTES], struct slice message, struct slice signature);

void ed25519_spki_write(const uint8_t public_key[static ED25519_PUBLIC_BYTES], uint8_t ret_spki[static ED25519_SPKI_BYTES]);
MUST_USE result ed25519_spki_parse(struct slice spki, uint8_t ret_public[static ED25519_PUBLIC_BYTES]);
