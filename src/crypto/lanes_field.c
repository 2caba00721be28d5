#include "crypto/lanes_field.h"

static const uint64_t modulus[LANES_LIMBS] = LANES_FIELD_MODULUS;
static const uint64_t radix_square[LANES_LIMBS] = {0x0000000000300, 0xFFFFFFFF00000, 0xFFFFEFFFFFFFB, 0xFDFFFFFFFFFFF, 0x0000004FFFFFF}; /* R^2 modulo p */
static const uint64_t constant[LANES_LIMBS] = {0xDF6229C4BDDFD, 0xCA8843090D89C, 0x212ED6ACF005C, 0x83415A220ABF7, 0x0C30061DD4874}; /* the curve's b, times R */
static const uint64_t unit[LANES_LIMBS] = {1};

LANES_CODE void lanes_field_reduce(const struct lanes *a, struct lanes *ret_reduced) {
  const struct lanes all = lanes_all(modulus);
  *ret_reduced = lanes_remainder(a, &all);
}

LANES_CODE void lanes_field_enter(const struct lanes *a, struct lanes *ret_inside) {
  const struct lanes all = lanes_all(radix_square);
  *ret_inside = lanes_field_mul(a, &all);
}

LANES_CODE void lanes_field_leave(const struct lanes *a, struct lanes *ret_outside) {
  const struct lanes one = lanes_all(unit);
  const struct lanes outside = lanes_field_mul(a, &one);
  lanes_field_reduce(&outside, ret_outside);
}

/* a^(2^times) * b */
LANES_CODE static struct lanes raise(const struct lanes *a, int times, const struct lanes *b) {
  struct lanes power = *a;
  for (int i = 0; i < times; i++) {
    power = lanes_field_sqr(&power);
  }
  return lanes_field_mul(&power, b);
}

/* p - 2 is ffffffff 00000001 00000000 00000000 00000000 ffffffff ffffffff fffffffd. x_n is a to the power of n ones. */
LANES_CODE void lanes_field_inverse(const struct lanes *a, struct lanes *ret_inverse) {
  const struct lanes x1 = *a;
  const struct lanes x2 = raise(&x1, 1, &x1);
  const struct lanes x3 = raise(&x2, 1, &x1);
  const struct lanes x6 = raise(&x3, 3, &x3);
  const struct lanes x12 = raise(&x6, 6, &x6);
  const struct lanes x15 = raise(&x12, 3, &x3);
  const struct lanes x30 = raise(&x15, 15, &x15);
  const struct lanes x32 = raise(&x30, 2, &x2);
  struct lanes power = raise(&x32, 32, &x1);
  power = raise(&power, 128, &x32);
  power = raise(&power, 32, &x32);
  power = raise(&power, 30, &x30);
  *ret_inverse = raise(&power, 2, &x1);
}

/* Y^2 = X^3 - 3 X Z^4 + b Z^6. */
LANES_CODE void lanes_field_on_curve(const struct lanes point[static 3], lanes_vector *ret_is_on) {
  const struct lanes all = lanes_all(constant);
  const struct lanes nought = {{{0}}};
  const struct lanes z2 = lanes_field_sqr(&point[2]);
  const struct lanes z4 = lanes_field_sqr(&z2);
  const struct lanes z6 = lanes_field_mul(&z2, &z4);
  const struct lanes twice = lanes_field_add(&z4, &z4);
  const struct lanes thrice = lanes_field_add(&twice, &z4);
  const struct lanes square = lanes_field_sqr(&point[0]);
  const struct lanes factor = lanes_field_sub(&square, &thrice);
  const struct lanes product = lanes_field_mul(&factor, &point[0]);
  const struct lanes last = lanes_field_mul(&all, &z6);
  const struct lanes sum = lanes_field_add(&product, &last);
  const struct lanes left = lanes_field_sqr(&point[1]);
  struct lanes one;
  struct lanes other;
  struct lanes z;
  lanes_field_reduce(&left, &one);
  lanes_field_reduce(&sum, &other);
  lanes_field_reduce(&point[2], &z);
  *ret_is_on = lanes_equal(&one, &other) & ~lanes_equal(&z, &nought);
}
