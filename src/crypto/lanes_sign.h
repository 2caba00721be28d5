/* crypto/lanes_sign.h: ECDSA on P-256, eight signatures at once, from bytes to bytes.
 *
 * Standard   FIPS 186-5 6.4.1, steps 4 to 11; the nonce as in A.3.1, from 512 bits modulo n. Inverses of several groups are found as one ("Speeding the
 *            Pollard and elliptic curve methods of factorization", Montgomery, 1987, 10.3.1).
 * Does not   branch or address memory by a scalar, a nonce, or anything made of them. It draws no nonce and knows no key: key_many.h.
 * Fault      what a fault of the machine would have made of a signature can give the key away. So a lane is good only if its point lies on the curve, is not
 *            infinity and has the r given out, and if s k = z + r d, with r and s from the bytes to be given out, the very k whose digits were added up, and
 *            d from its other copy; and neither is nought.
 */
#pragma once
#include "crypto/lanes_table.h"

enum { LANES_GROUPS_MAX = 8 };

struct lanes_group {
  struct lanes_bytes scalars;
  struct lanes_bytes twins; /* the scalars, from another place in memory */
  struct lanes_bytes digests;
  struct lanes_bytes nonces[2]; /* the high 256 bits, and the low */
  struct lanes_bytes r;
  struct lanes_bytes s;
  uint64_t is_good[LANES]; /* nought: r and s are not to be shown to anybody */
  /* on the way */
  struct lanes k;
  struct lanes k_inside; /* in Montgomery form */
  struct lanes k_inverse;
  struct lanes point[3];
  struct lanes z_inverse;
};

/* For tests of the checks: called after each step, to do harm. */
enum lanes_step { LANES_MULTIPLIED, LANES_INVERTED, LANES_SIGNED };
typedef void lanes_harm(struct lanes_group *groups, enum lanes_step step);

/* At most LANES_GROUPS_MAX groups. harm: NULL. Who calls it wipes the groups. */
void lanes_sign(const struct lanes_table *table, struct lanes_group *groups, size_t count, lanes_harm *harm);
