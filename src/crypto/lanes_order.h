/* crypto/lanes_order.h: numbers modulo the order of P-256, eight at once.
 *
 * Standard   SP 800-186 3.2.1.3: n, the order of the generator.
 * Shapes     as lanes_field.h: x stands as x * 2^260 modulo n, settled, and below 4 n for what is multiplied. Products are below 2 n.
 */
#pragma once
#include "crypto/lanes.h"

/* Below n; and the very numbers, from any settled number below 4 n. */
void lanes_order_reduce(const struct lanes *a, struct lanes *ret_reduced);
/* Into Montgomery form, from any settled number, and out of it, below n. */
void lanes_order_enter(const struct lanes *a, struct lanes *ret_inside);
void lanes_order_leave(const struct lanes *a, struct lanes *ret_outside);
/* high * 2^256 + low, into Montgomery form. */
void lanes_order_enter_wide(const struct lanes *high, const struct lanes *low, struct lanes *ret_inside);
/* 1/a by a^(n-2); nought for nought. */
void lanes_order_inverse(const struct lanes *a, struct lanes *ret_inverse);

#define LANES_ORDER_MODULUS {0x9CAC2FC632551, 0xADA7179E84F3B, 0xFFFFFFFBCE6FA, 0x0000FFFFFFFFF, 0x0FFFFFFFF0000}

/* One limb away: n so often that it becomes nought. */
LANES_INLINE void lanes_order_step(lanes_vector sums[static LANES_LIMBS + 1], const struct lanes *modulus) {
  const lanes_vector nought = {0};
  const lanes_vector times = lanes_low(nought, sums[0], nought + UINT64_C(0x1C8AAEE00BC4F)); /* -1/n modulo 2^52 */
  lanes_add_row(sums, times, modulus->limbs);
  sums[1] += sums[0] >> LANES_LIMB_BITS;
}

LANES_INLINE struct lanes lanes_order_shorten(lanes_vector sums[static 2 * LANES_LIMBS]) {
  static const uint64_t limbs[LANES_LIMBS] = LANES_ORDER_MODULUS;
  const struct lanes modulus = lanes_all(limbs);
  lanes_order_step(sums, &modulus);
  lanes_order_step(sums + 1, &modulus);
  lanes_order_step(sums + 2, &modulus);
  lanes_order_step(sums + 3, &modulus);
  lanes_order_step(sums + 4, &modulus);
  return lanes_settle(sums + LANES_LIMBS);
}

LANES_INLINE struct lanes lanes_order_mul(const struct lanes *a, const struct lanes *b) {
  lanes_vector sums[2 * LANES_LIMBS];
  lanes_product(a, b, sums);
  return lanes_order_shorten(sums);
}

LANES_INLINE struct lanes lanes_order_sqr(const struct lanes *a) {
  lanes_vector sums[2 * LANES_LIMBS];
  lanes_square(a, sums);
  return lanes_order_shorten(sums);
}

/* Of two products: below 4 n. */
LANES_INLINE struct lanes lanes_order_add(const struct lanes *a, const struct lanes *b) {
  lanes_vector loose[LANES_LIMBS];
  LANES_UNROLLED
  for (int i = 0; i < LANES_LIMBS; i++) {
    loose[i] = a->limbs[i] + b->limbs[i];
  }
  return lanes_settle(loose);
}
