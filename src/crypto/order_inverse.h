/* crypto/order_inverse.h: 1/s modulo the order of P-256, for verification.
 *
 * Standard   SP 800-186 3.2.1.3 (the order); "Fast constant-time gcd computation and modular inversion", Bernstein and Yang, 2019, section 11: its division
 *            steps, 62 at once on one machine word each, in the form that takes as long as the number needs.
 * Does not   take the same time for all numbers: only for what is public, as a signature's s is.
 */
#pragma once
#include <stdint.h>

enum { ORDER_LIMBS = 4 };
/* Least limb first. */
struct order_number {
  uint64_t limbs[ORDER_LIMBS];
};
extern const struct order_number order_inverse_modulus;
/* s from 1 to below the order. */
struct order_number order_inverse(const struct order_number *s);
