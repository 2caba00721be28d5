/* crypto/seal.h: bytes sealed under a key, for files that hold secrets.
 *
 * Standard   XChaCha20-Poly1305 (libsodium): its 24-byte nonce may be random without counting.
 * Does not   keep anybody from putting an older sealed file back in the place of a newer one.
 *
 *   OFFSET  SIZE  MEANING
 *        0     8  "danhseal"
 *        8     1  version, 1
 *        9     7  nought
 *       16     8  key id: the first bytes of HMAC-SHA-256(key, "danh-seal-key-id")
 *       24    24  nonce
 *       48     n  ciphertext
 *     48+n    16  tag, over the header (0..47), `about` and the ciphertext
 *
 * The brief form, for what is carried in a text for minutes (codes, ids of tokens), has nonce, ciphertext and tag alone: it does not say which key it
 * needs, and that it does not open is all that is told.
 *
 * `about` says what the bytes are ("signer-key:ca/root"), so that a sealed file moved elsewhere does not open.
 * Errors     CRYPTO_SEALED_KEY_WRONG, CRYPTO_SEALED_ALTERED, CRYPTO_SEALED_TOO_LONG.
 */
#pragma once
#include "base/arena.h"
#include "base/secret.h"
#include "crypto/crypto_error.h"

enum { SEAL_KEY_BYTES = 32, SEAL_OVERHEAD_BYTES = 64, SEAL_BRIEF_OVERHEAD_BYTES = 40, SEAL_ABOUT_BYTES_MAX = 256 };

MUST_USE result seal_write(const struct secret *key, struct slice about, const struct secret *plain,
                           struct arena *arena, struct slice *ret_sealed);
MUST_USE result seal_read(const struct secret *key, struct slice about, struct slice sealed, struct secret *ret_plain);
/* The same for bytes of any length, which lie open in the arena: pictures, not keys. */
MUST_USE result seal_write_bytes(const struct secret *key, struct slice about, struct slice plain, struct arena *arena, struct slice *ret_sealed);
MUST_USE result seal_read_bytes(const struct secret *key, struct slice about, struct slice sealed, struct arena *arena, struct slice *ret_plain);
/* The brief form. CRYPTO_SEALED_ALTERED: it does not open, for whatever reason. */
MUST_USE result seal_write_brief(const struct secret *key, struct slice about, struct slice plain, struct arena *arena, struct slice *ret_sealed);
MUST_USE result seal_read_brief(const struct secret *key, struct slice about, struct slice sealed, struct arena *arena, struct slice *ret_plain);
