#include "crypto/order_inverse.h"

#include <stdbool.h>

/* Signed numbers of five limbs of 62 bits, least first: so that 62 steps on the low limbs say what happens to the whole. All but the highest limb are
 * between 0 and 2^62. */
enum { WIDE = 5, BITS = 62 };
#define MASK (UINT64_MAX >> 2)
__extension__ typedef __int128 wide_int;

struct wide {
  int64_t limbs[WIDE];
};

const struct order_number order_inverse_modulus = {{0xF3B9CAC2FC632551, 0xBCE6FAADA7179E84, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF00000000}};

static const struct wide order = {{0x33B9CAC2FC632551, 0x339BEAB69C5E7A13, 0x3FFFFFFFFFFFFFFB, 0x3FFFFFC00000003F, 0xFF}};
static const uint64_t order_inverse_low = 0x332E375511FF43B1; /* of its low limb, modulo 2^62 */

/* What 62 steps do to f and g, times 2^62. */
struct steps {
  int64_t u, v; /* of the new f */
  int64_t q, r; /* of the new g */
};

static struct wide widen(const struct order_number *number) {
  const uint64_t *from = number->limbs;
  return (struct wide){{(int64_t)(from[0] & MASK), (int64_t)((from[0] >> 62 | from[1] << 2) & MASK), (int64_t)((from[1] >> 60 | from[2] << 4) & MASK),
                        (int64_t)((from[2] >> 58 | from[3] << 6) & MASK), (int64_t)(from[3] >> 56)}};
}

static struct order_number narrow(const struct wide *wide) {
  uint64_t from[WIDE];
  for (int i = 0; i < WIDE; i++) {
    from[i] = (uint64_t)wide->limbs[i];
  }
  return (struct order_number){{from[0] | from[1] << 62, from[1] >> 2 | from[2] << 60, from[2] >> 4 | from[3] << 58, from[3] >> 6 | from[4] << 56}};
}

/* Division steps: g odd and ahead (eta < 0): f and g change places; g is made even by f, and halved. As many steps as make g's low bits nought are taken
 * at once. */
static int64_t step_62(int64_t eta, uint64_t f, uint64_t g, struct steps *ret_steps) {
  uint64_t u = 1, v = 0, q = 0, r = 1;
  for (int left = BITS;;) {
    int zeros = __builtin_ctzll(g | UINT64_MAX << left);
    g >>= zeros;
    u <<= zeros;
    v <<= zeros;
    eta -= zeros;
    left -= zeros;
    if (left == 0) {
      break;
    }
    bool is_ahead = eta < 0;
    if (is_ahead) {
      const uint64_t old[3] = {f, u, v};
      eta = -eta;
      f = g;
      u = q;
      v = r;
      g = 0 - old[0];
      q = 0 - old[1];
      r = 0 - old[2];
    }
    int limit = eta + 1 > left ? left : (int)eta + 1;
    /* -g/f modulo 2^6, or 2^4 where few would be used; bits beyond `limit` are not for this round */
    uint64_t bits = UINT64_MAX >> (64 - limit);
    uint64_t times = is_ahead ? (f * g * (f * f - 2)) & bits & 63 : ((0 - (f + (((f + 1) & 4) << 1))) * g) & bits & 15;
    g += f * times;
    q += u * times;
    r += v * times;
  }
  *ret_steps = (struct steps){(int64_t)u, (int64_t)v, (int64_t)q, (int64_t)r};
  return eta;
}

/* d and e, multiples of 1/s modulo the order that f and g are, follow; from -2 orders to one. */
static void follow(struct wide *d, struct wide *e, const struct steps *t) {
  int64_t d_sign = d->limbs[WIDE - 1] >> 63;
  int64_t e_sign = e->limbs[WIDE - 1] >> 63;
  int64_t d_orders = (t->u & d_sign) + (t->v & e_sign);
  int64_t e_orders = (t->q & d_sign) + (t->r & e_sign);
  wide_int d_sum = (wide_int)t->u * d->limbs[0] + (wide_int)t->v * e->limbs[0];
  wide_int e_sum = (wide_int)t->q * d->limbs[0] + (wide_int)t->r * e->limbs[0];
  /* so many orders more that the low limb is nought */
  d_orders -= (int64_t)((order_inverse_low * (uint64_t)d_sum + (uint64_t)d_orders) & MASK);
  e_orders -= (int64_t)((order_inverse_low * (uint64_t)e_sum + (uint64_t)e_orders) & MASK);
  d_sum = (d_sum + (wide_int)order.limbs[0] * d_orders) >> BITS;
  e_sum = (e_sum + (wide_int)order.limbs[0] * e_orders) >> BITS;
  for (int i = 1; i < WIDE; i++) {
    d_sum += (wide_int)t->u * d->limbs[i] + (wide_int)t->v * e->limbs[i] + (wide_int)order.limbs[i] * d_orders;
    e_sum += (wide_int)t->q * d->limbs[i] + (wide_int)t->r * e->limbs[i] + (wide_int)order.limbs[i] * e_orders;
    d->limbs[i - 1] = (int64_t)((uint64_t)d_sum & MASK);
    e->limbs[i - 1] = (int64_t)((uint64_t)e_sum & MASK);
    d_sum >>= BITS;
    e_sum >>= BITS;
  }
  d->limbs[WIDE - 1] = (int64_t)d_sum;
  e->limbs[WIDE - 1] = (int64_t)e_sum;
}

static void advance(struct wide *f, struct wide *g, const struct steps *t) {
  wide_int f_sum = ((wide_int)t->u * f->limbs[0] + (wide_int)t->v * g->limbs[0]) >> BITS;
  wide_int g_sum = ((wide_int)t->q * f->limbs[0] + (wide_int)t->r * g->limbs[0]) >> BITS;
  for (int i = 1; i < WIDE; i++) {
    f_sum += (wide_int)t->u * f->limbs[i] + (wide_int)t->v * g->limbs[i];
    g_sum += (wide_int)t->q * f->limbs[i] + (wide_int)t->r * g->limbs[i];
    f->limbs[i - 1] = (int64_t)((uint64_t)f_sum & MASK);
    g->limbs[i - 1] = (int64_t)((uint64_t)g_sum & MASK);
    f_sum >>= BITS;
    g_sum >>= BITS;
  }
  f->limbs[WIDE - 1] = (int64_t)f_sum;
  g->limbs[WIDE - 1] = (int64_t)g_sum;
}

static bool is_nought(const struct wide *wide) {
  int64_t any = 0;
  for (int i = 0; i < WIDE; i++) {
    any |= wide->limbs[i];
  }
  return any == 0;
}

/* to += times * by, carried on to the highest limb. */
static void add(struct wide *to, const struct wide *by, int64_t times) {
  int64_t carry = 0;
  for (int i = 0; i < WIDE; i++) {
    int64_t sum = to->limbs[i] + times * by->limbs[i] + carry;
    to->limbs[i] = i + 1 < WIDE ? (int64_t)((uint64_t)sum & MASK) : sum;
    carry = sum >> BITS;
  }
}

static bool is_negative(const struct wide *wide) { return wide->limbs[WIDE - 1] < 0; }

struct order_number order_inverse(const struct order_number *s) {
  static const struct wide nought = {{0}};
  struct wide f = order;
  struct wide g = widen(s);
  struct wide d = nought;
  struct wide e = {{1}};
  for (int64_t eta = -1; !is_nought(&g);) {
    struct steps steps;
    eta = step_62(eta, (uint64_t)f.limbs[0], (uint64_t)g.limbs[0], &steps);
    follow(&d, &e, &steps);
    advance(&f, &g, &steps);
  }
  /* f is 1 or -1, and d the inverse or its negative */
  struct wide inverse = nought;
  add(&inverse, &d, is_negative(&f) ? -1 : 1);
  while (is_negative(&inverse)) {
    add(&inverse, &order, 1);
  }
  struct wide less = inverse;
  for (add(&less, &order, -1); !is_negative(&less); add(&less, &order, -1)) {
    inverse = less;
  }
  return narrow(&inverse);
}
