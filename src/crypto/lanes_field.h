/* crypto/lanes_field.h: the field of P-256, eight numbers at once.
 *
 * Standard   SP 800-186 3.2.1.3: p = 2^256 - 2^224 + 2^192 + 2^96 - 1.
 * Shapes     numbers x stand as x * 2^260 modulo p ("Montgomery form"), settled (lanes.h), and below 2.1 p: what every function here gives and takes,
 *            unless it says otherwise. A product of two such is below (2.1^2 / 16 + 1) p.
 */
#pragma once
#include "crypto/lanes.h"

/* Below p: the one form of a number. */
void lanes_field_reduce(const struct lanes *a, struct lanes *ret_reduced);
/* Into Montgomery form, from any settled number, and out of it, below p. */
void lanes_field_enter(const struct lanes *a, struct lanes *ret_inside);
void lanes_field_leave(const struct lanes *a, struct lanes *ret_outside);
/* 1/a by a^(p-2); nought for nought. */
void lanes_field_inverse(const struct lanes *a, struct lanes *ret_inverse);
/* All ones in the lanes where the point X/Z^2, Y/Z^3 is one of the curve, and not the one at infinity. */
void lanes_field_on_curve(const struct lanes point[static 3], lanes_vector *ret_is_on);

#define LANES_FIELD_MODULUS {0xFFFFFFFFFFFFF, 0x00FFFFFFFFFFF, 0x0000000000000, 0x0001000000000, 0x0FFFFFFFF0000}

/* One limb away: p is -1 modulo 2^52, so the limb itself says how often p is to be added, and p + 1 has three limbs, 2^44, 2^36 and 2^48 - 2^16. */
LANES_INLINE void lanes_field_step(lanes_vector sums[static LANES_LIMBS + 1]) {
  const lanes_vector times = sums[0];
  const lanes_vector nought = {0};
  sums[1] += times >> LANES_LIMB_BITS;
  sums[1] = lanes_low(sums[1], times, nought + (UINT64_C(1) << 44));
  sums[2] = lanes_high(sums[2], times, nought + (UINT64_C(1) << 44));
  sums[3] = lanes_low(sums[3], times, nought + (UINT64_C(1) << 36));
  sums[4] = lanes_high(sums[4], times, nought + (UINT64_C(1) << 36));
  sums[4] = lanes_low(sums[4], times, nought + UINT64_C(0xFFFFFFFF0000));
  sums[5] = lanes_high(sums[5], times, nought + UINT64_C(0xFFFFFFFF0000));
}

LANES_INLINE struct lanes lanes_field_shorten(lanes_vector sums[static 2 * LANES_LIMBS]) {
  lanes_field_step(sums);
  lanes_field_step(sums + 1);
  lanes_field_step(sums + 2);
  lanes_field_step(sums + 3);
  lanes_field_step(sums + 4);
  return lanes_settle(sums + LANES_LIMBS);
}

LANES_INLINE struct lanes lanes_field_mul(const struct lanes *a, const struct lanes *b) {
  lanes_vector sums[2 * LANES_LIMBS];
  lanes_clear(sums);
  lanes_add_row(sums, a->limbs[0], b->limbs);
  lanes_field_step(sums);
  lanes_add_row(sums + 1, a->limbs[1], b->limbs);
  lanes_field_step(sums + 1);
  lanes_add_row(sums + 2, a->limbs[2], b->limbs);
  lanes_field_step(sums + 2);
  lanes_add_row(sums + 3, a->limbs[3], b->limbs);
  lanes_field_step(sums + 3);
  lanes_add_row(sums + 4, a->limbs[4], b->limbs);
  lanes_field_step(sums + 4);
  return lanes_settle(sums + LANES_LIMBS);
}

LANES_INLINE struct lanes lanes_field_sqr(const struct lanes *a) {
  lanes_vector sums[2 * LANES_LIMBS];
  lanes_square(a, sums);
  return lanes_field_shorten(sums);
}

/* A loose number between -16 p and 16 p, to between p - 2^229 and 2 p + 2^229: all p but one that its top bits count are taken away. */
LANES_INLINE struct lanes lanes_field_settle(lanes_vector loose[static LANES_LIMBS]) {
  const lanes_vector times = (lanes_vector)((lanes_signed)loose[4] >> 48) - 1;
  loose[4] += (times << 16) - (times << 48);
  loose[3] -= times << 36;
  loose[1] -= times << 44;
  loose[0] += times;
  return lanes_settle(loose);
}

LANES_INLINE struct lanes lanes_field_add(const struct lanes *a, const struct lanes *b) {
  lanes_vector loose[LANES_LIMBS];
  LANES_UNROLLED
  for (int i = 0; i < LANES_LIMBS; i++) {
    loose[i] = a->limbs[i] + b->limbs[i];
  }
  return lanes_field_settle(loose);
}

LANES_INLINE struct lanes lanes_field_sub(const struct lanes *a, const struct lanes *b) {
  lanes_vector loose[LANES_LIMBS];
  LANES_UNROLLED
  for (int i = 0; i < LANES_LIMBS; i++) {
    loose[i] = a->limbs[i] - b->limbs[i];
  }
  return lanes_field_settle(loose);
}
