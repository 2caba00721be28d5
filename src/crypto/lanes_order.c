#include "crypto/lanes_order.h"

#include <string.h>

static const uint64_t modulus[LANES_LIMBS] = LANES_ORDER_MODULUS;
static const uint64_t radix_square[LANES_LIMBS] = {0x5CC0DEA6DC3BA, 0x192A067D8A084, 0xBEC59615571BB, 0x1FC245B2392B6, 0x0E12D9559D956}; /* R^2 modulo n */
static const uint64_t radix_square_high[LANES_LIMBS] = {0xF6C1C86AA7AB0, 0xC7CDF4402064A, 0x5E93F2616FA57, 0x64D543B9246BA, 0x03A54E7B407BE}; /* R^2 2^256 */
static const uint64_t unit[LANES_LIMBS] = {1};

LANES_CODE void lanes_order_reduce(const struct lanes *a, struct lanes *ret_reduced) {
  const struct lanes all = lanes_all(modulus);
  *ret_reduced = lanes_remainder(a, &all);
}

LANES_CODE void lanes_order_enter(const struct lanes *a, struct lanes *ret_inside) {
  const struct lanes all = lanes_all(radix_square);
  *ret_inside = lanes_order_mul(a, &all);
}

LANES_CODE void lanes_order_leave(const struct lanes *a, struct lanes *ret_outside) {
  const struct lanes one = lanes_all(unit);
  const struct lanes outside = lanes_order_mul(a, &one);
  lanes_order_reduce(&outside, ret_outside);
}

LANES_CODE void lanes_order_enter_wide(const struct lanes *high, const struct lanes *low, struct lanes *ret_inside) {
  const struct lanes all = lanes_all(radix_square);
  const struct lanes all_high = lanes_all(radix_square_high);
  const struct lanes from_low = lanes_order_mul(low, &all);
  const struct lanes from_high = lanes_order_mul(high, &all_high);
  *ret_inside = lanes_order_add(&from_low, &from_high);
}

/* a^(2^times) * b */
LANES_CODE static struct lanes raise(const struct lanes *a, int times, const struct lanes *b) {
  struct lanes power = *a;
  for (int i = 0; i < times; i++) {
    power = lanes_order_sqr(&power);
  }
  return lanes_order_mul(&power, b);
}

/* n - 2 is ffffffff 00000000 ffffffff ffffffff bce6faad a7179e84 f3b9cac2 fc63254f: the first half by powers of many ones, the second four bits at a time.
 * The exponent is no secret. */
LANES_CODE void lanes_order_inverse(const struct lanes *a, struct lanes *ret_inverse) {
  static const uint8_t digits[] = {0xB, 0xC, 0xE, 0x6, 0xF, 0xA, 0xA, 0xD, 0xA, 0x7, 0x1, 0x7, 0x9, 0xE, 0x8, 0x4,
                                   0xF, 0x3, 0xB, 0x9, 0xC, 0xA, 0xC, 0x2, 0xF, 0xC, 0x6, 0x3, 0x2, 0x5, 0x4, 0xF};
  struct lanes powers[16] = {{{{0}}}, *a}; /* no digit is nought */
  for (int i = 2; i < 16; i++) {
    powers[i] = lanes_order_mul(&powers[i - 1], a);
  }
  const struct lanes x8 = raise(&powers[15], 4, &powers[15]);
  const struct lanes x16 = raise(&x8, 8, &x8);
  const struct lanes x32 = raise(&x16, 16, &x16);
  struct lanes power = raise(&x32, 64, &x32);
  power = raise(&power, 32, &x32);
  for (size_t i = 0; i < sizeof digits; i++) {
    power = raise(&power, 4, &powers[digits[i]]);
  }
  *ret_inverse = power;
  explicit_bzero(powers, sizeof powers);
}
