#include "crypto/lanes_point.h"

#include <string.h>

#include "crypto/lanes_field.h"
#include "crypto/lanes_order.h"

static const uint64_t order[LANES_LIMBS] = LANES_ORDER_MODULUS;
static const uint64_t one[LANES_LIMBS] = {0x0000000000010, 0xF000000000000, 0xFFFFFFFFFFFFF, 0xFFEFFFFFFFFFF, 0x00000000FFFFF}; /* 2^260 modulo p */

struct digit {
  lanes_vector at;          /* which of the window's entries */
  lanes_vector is_negative; /* all ones, or noughts */
};

/* k, or n - k where that is the odd one. */
LANES_INLINE struct lanes odd_of(const struct lanes *k) {
  const struct lanes all = lanes_all(order);
  lanes_vector is_never;
  const struct lanes other = lanes_less(&all, k, &is_never);
  return lanes_choose(lanes_mask(k->limbs[0] & 1), k, &other);
}

/* Window i: the odd number whose lowest seven bits stand there, less 64; the highest window has no more bits, and nothing is taken away. */
LANES_INLINE struct digit digit_of(const struct lanes *odd, int window) {
  const int limb = window * LANES_WINDOW_BITS / LANES_LIMB_BITS;
  const int bit = window * LANES_WINDOW_BITS % LANES_LIMB_BITS;
  lanes_vector bits = odd->limbs[limb] >> bit;
  if (bit + LANES_WINDOW_BITS >= LANES_LIMB_BITS && limb + 1 < LANES_LIMBS) {
    bits |= odd->limbs[limb + 1] << (LANES_LIMB_BITS - bit);
  }
  const lanes_vector is_last = (lanes_vector){0} + (window + 1 == LANES_WINDOWS ? UINT64_MAX : 0);
  struct digit digit;
  digit.is_negative = ~is_last & (lanes_mask((bits >> LANES_WINDOW_BITS) & 1) ^ UINT64_MAX);
  digit.at = ((bits ^ digit.is_negative) >> 1) & (LANES_ENTRIES - 1);
  return digit;
}

/* Of each lane its own entry. All are read. */
LANES_INLINE struct lanes look_up(const uint64_t words[static LANES_LIMBS][LANES_ENTRIES], lanes_vector at) {
  struct lanes found;
  const lanes_vector is_high = lanes_mask(at >> 4);
  LANES_UNROLLED
  for (int i = 0; i < LANES_LIMBS; i++) {
    lanes_vector entries[LANES_ENTRIES / LANES];
    memcpy(entries, words[i], sizeof entries);
    found.limbs[i] = lanes_either(is_high, lanes_pick(entries + 2, at), lanes_pick(entries, at));
  }
  return found;
}

/* point += (x, y), or (x, -y) where is_negative. */
LANES_INLINE void add(struct lanes point[static 3], const struct lanes *x, const struct lanes *y, lanes_vector is_negative) {
  const struct lanes z2 = lanes_field_sqr(&point[2]);
  const struct lanes yz = lanes_field_mul(y, &point[2]);
  const struct lanes u = lanes_field_mul(x, &z2);
  const struct lanes s = lanes_field_mul(&yz, &z2);
  const struct lanes h = lanes_field_sub(&u, &point[0]);
  lanes_vector loose[LANES_LIMBS];
  LANES_UNROLLED
  for (int i = 0; i < LANES_LIMBS; i++) {
    loose[i] = (s.limbs[i] ^ is_negative) - is_negative - point[1].limbs[i];
  }
  const struct lanes r = lanes_field_settle(loose);
  const struct lanes h2 = lanes_field_sqr(&h);
  const struct lanes r2 = lanes_field_sqr(&r);
  point[2] = lanes_field_mul(&point[2], &h);
  const struct lanes h3 = lanes_field_mul(&h2, &h);
  const struct lanes v = lanes_field_mul(&point[0], &h2);
  const struct lanes yh = lanes_field_mul(&point[1], &h3);
  LANES_UNROLLED
  for (int i = 0; i < LANES_LIMBS; i++) {
    loose[i] = r2.limbs[i] - h3.limbs[i] - v.limbs[i] - v.limbs[i];
  }
  point[0] = lanes_field_settle(loose);
  const struct lanes less = lanes_field_sub(&v, &point[0]);
  const struct lanes product = lanes_field_mul(&r, &less);
  point[1] = lanes_field_sub(&product, &yh);
}

LANES_CODE void lanes_point_multiply(const struct lanes_table *table, const struct lanes *k, struct lanes ret_point[static 3]) {
  struct lanes odd = odd_of(k);
  struct digit digit = digit_of(&odd, 0);
  const struct lanes nought = {{{0}}};
  struct lanes point[3] = {look_up(table->words[0][0], digit.at), look_up(table->words[0][1], digit.at), lanes_all(one)};
  const struct lanes negative = lanes_field_sub(&nought, &point[1]);
  point[1] = lanes_choose(digit.is_negative, &negative, &point[1]);
  for (int window = 1; window < LANES_WINDOWS; window++) {
    digit = digit_of(&odd, window);
    const struct lanes x = look_up(table->words[window][0], digit.at);
    const struct lanes y = look_up(table->words[window][1], digit.at);
    add(point, &x, &y, digit.is_negative);
  }
  memcpy(ret_point, point, sizeof point);
  explicit_bzero(point, sizeof point);
  explicit_bzero(&odd, sizeof odd);
  explicit_bzero(&digit, sizeof digit);
}
