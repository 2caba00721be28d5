/* crypto/key_many.h: many signatures at once, each with its own key: eight in the lanes of a processor that has AVX-512 IFMA (lanes_sign.h), a tenth of
 * the time that OpenSSL takes for each. For keys of short life alone, who asks for them kept (key_keep_scalar); all others sign with OpenSSL (ADR-0024).
 *
 * Standard   FIPS 186-5 6.4.1 and A.3.1: a nonce is the SHA-512 of scalar, digest, 32 fresh random bytes and the place in the batch, modulo n. So neither a
 *            broken generator nor a digest that comes twice makes a nonce that another signature has.
 * Deviates   A.3.1 takes the remainder modulo n - 1 and adds one; here it is modulo n, and nought is refused, as OpenSSL does.
 * Does not   give out a signature that has not passed lanes_sign's checks: OpenSSL signs that item anew.
 * Threads    any number at once.
 */
#pragma once
#include "crypto/key.h"
#include "crypto/lanes_sign.h"

struct key_many_item {
  const struct key *key;
  uint8_t digest[DIGEST_BYTES];
  struct slice signature; /* DER, in the arena; empty where outcome says why */
  result outcome;
};

/* The processor has the lanes, and eight signatures of eight keys made there have verified with OpenSSL: tried once, when it is first asked. Ten milliseconds. */
bool key_many_is_here(void);
/* All items. Returns how many were signed in lanes. */
size_t key_many_sign(struct key_many_item *items, size_t count, struct arena *arena);
/* For tests of the checks: as key_many_sign where the machine does harm. */
size_t key_many_sign_harmed(struct key_many_item *items, size_t count, lanes_harm *harm, struct arena *arena);
