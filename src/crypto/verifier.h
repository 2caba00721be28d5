/* crypto/verifier.h: public keys as certificates carry them, and signatures in the form certificates and authenticators
 * write: ECDSA in DER over P-256 and SHA-256, RSASSA-PKCS1-v1_5 with SHA-256, Ed25519. What JOSE writes: public_key.h.
 *
 * Standard   FIPS 186-5; RFC 8017 8.2.2; RFC 8032 5.1.7; SubjectPublicKeyInfo of RFC 5280, 3279, 5480, 8410.
 * Does not   accept other curves, RSA keys under 2,048 or over 4,096 bits, public exponents that are even or under 65,537.
 * Shapes     messages, not digests.
 * Threads    a verifier may be used by any number of threads at once; decode it once and keep it.
 * Errors     CRYPTO_KEY_INVALID, CRYPTO_SIGNATURE_WRONG (also when its form is not right), CRYPTO_LIBRARY_FAILED.
 */
#pragma once
#include "base/arena.h"
#include "crypto/crypto_error.h"

enum verifier_scheme { VERIFIER_ES256, VERIFIER_EDDSA, VERIFIER_RS256 };

struct verifier;
/* For CLEANUP; NULL is fine. */
void verifier_free(struct verifier **verifier);

MUST_USE result verifier_load(struct slice spki, struct verifier **ret_verifier);
/* The message may come in two parts, which are verified as one. A key of another kind than the scheme's: CRYPTO_KEY_INVALID. */
MUST_USE result verifier_check(const struct verifier *verifier, enum verifier_scheme scheme,
                               const struct slice message[static 2], struct slice signature);
