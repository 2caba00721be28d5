/* crypto/key.h: P-256 keys, ECDSA with SHA-256.
 *
 * Standard   FIPS 186-5 ECDSA; SubjectPublicKeyInfo and named curve of RFC 5480; PKCS#8 (RFC 5958); r || s as RFC
 *            7518 3.4 and RFC 9421 3.3.4.
 * Does not   accept other curves, explicit curve parameters, compressed points or BER signatures.
 * Shapes     digests 32 bytes; signatures DER ECDSA-Sig-Value (at most 72 bytes) unless called raw (64 bytes).
 * Threads    a key may be used by any number of threads at once; decode it once and keep it.
 * Errors     CRYPTO_KEY_INVALID, CRYPTO_SIGNATURE_SYNTAX, CRYPTO_SIGNATURE_WRONG, CRYPTO_LIBRARY_FAILED.
 */
#pragma once
#include "base/arena.h"
#include "base/secret.h"
#include "crypto/crypto_error.h"
#include "crypto/digest.h"

enum { KEY_SIGNATURE_BYTES_MAX = 72, KEY_RAW_BYTES = 64, KEY_POINT_BYTES = 65, KEY_PUBLIC_BYTES = 91 };

struct key;
/* For CLEANUP; NULL is fine. */
void key_free(struct key **key);

/* From the system's randomness, never a seeded one. Only the signer makes keys that count. */
MUST_USE result key_generate(struct key **ret_key);
MUST_USE result key_load_private(struct slice pkcs8, struct key **ret_key);
MUST_USE result key_save_private(const struct key *key, struct secret *ret_pkcs8);

MUST_USE result key_load_public(struct slice spki, struct key **ret_key);
/* 0x04 || x || y. */
MUST_USE result key_load_point(struct slice point, struct key **ret_key);
/* DER SubjectPublicKeyInfo, 91 bytes. */
MUST_USE result key_public(const struct key *key, struct arena *arena, struct slice *ret_spki);
/* 0x04 || x || y out of a SubjectPublicKeyInfo, for JWK and SEC1 users. */
MUST_USE result key_point_of(struct slice spki, struct slice *ret_point);

MUST_USE result key_sign(const struct key *key, const uint8_t digest[static DIGEST_BYTES], struct arena *arena,
                         struct slice *ret_signature);
MUST_USE result key_verify(const struct key *key, const uint8_t digest[static DIGEST_BYTES], struct slice signature);
/* Doubles the speed of key_verify_raw with this key, for 150 KiB and tens of milliseconds now (key_table.h). false: it stays as it is. */
bool key_hasten(struct key *key);
/* Keeps the private scalar, 32 bytes big-endian, twice beside the key for key_many.h, wiped with it. false: a public key, or the library failed. */
bool key_keep_scalar(struct key *key);
/* The first or the second copy; NULL: none is kept. */
const uint8_t *key_scalar(const struct key *key, bool second);
MUST_USE result key_verify_raw(const struct key *key, const uint8_t digest[static DIGEST_BYTES], struct slice raw);

/* Between the two forms of a signature. */
MUST_USE result key_signature_to_raw(struct slice signature, uint8_t ret_raw[static KEY_RAW_BYTES]);
MUST_USE result key_signature_from_raw(struct slice raw, struct arena *arena, struct slice *ret_signature);
