/* jose/algorithm.h: the three algorithms, one row each. (private to jose/)
 */
#pragma once
#include "crypto/public_key.h"
#include "jose/jose.h"

struct jose_algorithm_row {
  enum jose_algorithm algorithm;
  const char *name;    /* alg */
  const char *type;    /* kty */
  const char *curve;   /* crv; NULL: the type has none */
  const char *first;   /* member names of struct jose_jwk.first and .second */
  const char *second;  /* NULL: none */
  size_t member_bytes; /* of each; 0: any */
};
/* NULL: none of ours. */
const struct jose_algorithm_row *jose_algorithm_row(enum jose_algorithm algorithm);
const struct jose_algorithm_row *jose_algorithm_named(struct slice name);
const struct jose_algorithm_row *jose_algorithm_of_key(struct slice type, struct slice curve);

/* A held key out of the ring, decoded now if it is not there. keyring NULL: decoded for this once. */
struct jose_held_key;
MUST_USE result jose_keyring_hold(struct jose_keyring *keyring, const struct jose_jwk *jwk, struct jose_held_key **ret_held);
void jose_keyring_release(struct jose_held_key **held); /* for CLEANUP */
const struct public_key *jose_held_public(const struct jose_held_key *held);
