/* crypto/public_key.h: public keys of others and their signatures: P-256, RSA, Ed25519.
 *
 * The key fixes the algorithm, so no message can choose another: P-256 is ECDSA with SHA-256 in the form r || s (64 bytes), RSA is PSS with
 * SHA-256, MGF1 with SHA-256 and a salt of 32 bytes, Ed25519 is itself (64 bytes).
 * Standard   FIPS 186-5; RFC 8017 8.1.2; RFC 8032 5.1.7; RFC 7518 3.4, 3.5; RFC 8037 3.1.
 * Does not   sign, hold private keys, or take RSA below 2048 bits [RFC7518 3.5 MUST], other curves, or points off the curve.
 * Threads    a key may be used by any number of threads at once; decode it once and keep it: OpenSSL 3.0 looks algorithms up slowly.
 * Errors     CRYPTO_KEY_INVALID, CRYPTO_SIGNATURE_SYNTAX, CRYPTO_SIGNATURE_WRONG, CRYPTO_LIBRARY_FAILED.
 */
#pragma once
#include "base/arena.h"
#include "crypto/crypto_error.h"

enum { PUBLIC_KEY_RSA_BITS_MIN = 2048, PUBLIC_KEY_RSA_BITS_MAX = 4096 }; /* above: a verification costs milliseconds, which anybody could ask for */

struct public_key;
/* For CLEANUP; NULL is fine. */
void public_key_free(struct public_key **key);

/* Coordinates of exactly 32 bytes each, big-endian. */
MUST_USE result public_key_load_p256(struct slice x, struct slice y, struct public_key **ret_key);
/* Big-endian without leading noughts; e odd, 65537 or more in at most 4 bytes. */
MUST_USE result public_key_load_rsa(struct slice n, struct slice e, struct public_key **ret_key);
/* 32 bytes. */
MUST_USE result public_key_load_ed25519(struct slice x, struct public_key **ret_key);

/* DER SubjectPublicKeyInfo: equal keys have equal ones. */
MUST_USE result public_key_spki(const struct public_key *key, struct arena *arena, struct slice *ret_spki);

/* key_hasten of a P-256 key; false: not one, or it stays as it is. */
bool public_key_hasten(struct public_key *key);
MUST_USE result public_key_verify(const struct public_key *key, struct slice message, struct slice signature);
