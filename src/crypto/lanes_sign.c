#include "crypto/lanes_sign.h"

#include <string.h>

#include "crypto/lanes_field.h"
#include "crypto/lanes_order.h"
#include "crypto/lanes_point.h"

static const struct lanes nought;
static const uint64_t unit[LANES_LIMBS] = {1};

/* Something to divide by in each lane: one where there is nought, lest the other groups' lanes become nought with it. The checks see it. */
LANES_INLINE struct lanes divisor(const struct lanes *reduced, const struct lanes *a) {
  const struct lanes one = lanes_all(unit);
  return lanes_choose(lanes_equal(reduced, &nought), &one, a);
}

LANES_CODE static void multiply(const struct lanes_table *table, struct lanes_group *group) {
  struct lanes high;
  struct lanes low;
  struct lanes reduced;
  lanes_load(&group->nonces[0], &high);
  lanes_load(&group->nonces[1], &low);
  lanes_order_enter_wide(&high, &low, &group->k_inside);
  lanes_order_leave(&group->k_inside, &group->k);
  lanes_point_multiply(table, &group->k, group->point);
  group->k_inside = divisor(&group->k, &group->k_inside);
  lanes_field_reduce(&group->point[2], &reduced);
  group->point[2] = divisor(&reduced, &group->point[2]);
  explicit_bzero(&high, sizeof high);
  explicit_bzero(&low, sizeof low);
}

/* The inverse of the product of all; from it, backwards, of each. */
LANES_CODE static void invert_points(struct lanes_group *groups, size_t count) {
  struct lanes product = groups[0].point[2];
  struct lanes inverse;
  for (size_t i = 1; i < count; i++) {
    groups[i].z_inverse = product; /* of those before it; its own inverse is made of it below */
    product = lanes_field_mul(&product, &groups[i].point[2]);
  }
  lanes_field_inverse(&product, &inverse);
  for (size_t i = count - 1; i > 0; i--) {
    groups[i].z_inverse = lanes_field_mul(&inverse, &groups[i].z_inverse);
    inverse = lanes_field_mul(&inverse, &groups[i].point[2]);
  }
  groups[0].z_inverse = inverse;
  explicit_bzero(&product, sizeof product);
  explicit_bzero(&inverse, sizeof inverse);
}

LANES_CODE static void invert_nonces(struct lanes_group *groups, size_t count) {
  struct lanes product = groups[0].k_inside;
  struct lanes inverse;
  for (size_t i = 1; i < count; i++) {
    groups[i].k_inverse = product;
    product = lanes_order_mul(&product, &groups[i].k_inside);
  }
  lanes_order_inverse(&product, &inverse);
  for (size_t i = count - 1; i > 0; i--) {
    groups[i].k_inverse = lanes_order_mul(&inverse, &groups[i].k_inverse);
    inverse = lanes_order_mul(&inverse, &groups[i].k_inside);
  }
  groups[0].k_inverse = inverse;
  explicit_bzero(&product, sizeof product);
  explicit_bzero(&inverse, sizeof inverse);
}

/* z + r d, in Montgomery form. */
LANES_CODE static struct lanes sum_of(const struct lanes *r, const struct lanes_bytes *digests, const struct lanes_bytes *scalars) {
  struct lanes numbers[3] = {{{{0}}}, {{{0}}}, *r};
  lanes_load(digests, &numbers[0]);
  lanes_load(scalars, &numbers[1]);
  lanes_order_enter(&numbers[0], &numbers[0]);
  lanes_order_enter(&numbers[1], &numbers[1]);
  lanes_order_enter(&numbers[2], &numbers[2]);
  const struct lanes product = lanes_order_mul(&numbers[1], &numbers[2]);
  const struct lanes sum = lanes_order_add(&numbers[0], &product);
  explicit_bzero(numbers, sizeof numbers);
  return sum;
}

/* x modulo n. */
LANES_CODE static void first_coordinate(const struct lanes_group *group, struct lanes *ret_r) {
  const struct lanes square = lanes_field_sqr(&group->z_inverse);
  const struct lanes x = lanes_field_mul(&group->point[0], &square);
  struct lanes outside;
  lanes_field_leave(&x, &outside);
  lanes_order_reduce(&outside, ret_r);
}

LANES_CODE static void sign(struct lanes_group *group) {
  struct lanes r;
  struct lanes s;
  first_coordinate(group, &r);
  const struct lanes sum = sum_of(&r, &group->digests, &group->scalars);
  const struct lanes inside = lanes_order_mul(&sum, &group->k_inverse);
  lanes_order_leave(&inside, &s);
  lanes_store(&r, &group->r);
  lanes_store(&s, &group->s);
}

/* r is x or x - n: so r Z^2, or (r + n) Z^2, is X. */
LANES_CODE static lanes_vector has_coordinate(const struct lanes_group *group, const struct lanes *r) {
  static const uint64_t order[LANES_LIMBS] = LANES_ORDER_MODULUS;
  const struct lanes all = lanes_all(order);
  const struct lanes z2 = lanes_field_sqr(&group->point[2]);
  const struct lanes more = lanes_order_add(r, &all);
  struct lanes inside;
  struct lanes x[3];
  lanes_field_reduce(&group->point[0], &x[0]);
  lanes_field_enter(r, &inside);
  inside = lanes_field_mul(&inside, &z2);
  lanes_field_reduce(&inside, &x[1]);
  lanes_field_enter(&more, &inside);
  inside = lanes_field_mul(&inside, &z2);
  lanes_field_reduce(&inside, &x[2]);
  return lanes_equal(&x[0], &x[1]) | lanes_equal(&x[0], &x[2]);
}

LANES_CODE static void check(struct lanes_group *group) {
  struct lanes r;
  struct lanes s;
  struct lanes product;
  struct lanes sum;
  lanes_vector is_on;
  lanes_load(&group->r, &r);
  lanes_load(&group->s, &s);
  lanes_field_on_curve(group->point, &is_on);
  const struct lanes expected = sum_of(&r, &group->digests, &group->twins);
  lanes_order_leave(&expected, &sum);
  lanes_order_enter(&s, &product);
  product = lanes_order_mul(&product, &group->k);
  lanes_order_reduce(&product, &product);
  const lanes_vector is_good = is_on & has_coordinate(group, &r) & lanes_equal(&product, &sum) & ~lanes_equal(&r, &nought) & ~lanes_equal(&s, &nought);
  memcpy(group->is_good, &is_good, sizeof is_good);
}

static void no_harm(struct lanes_group *groups, enum lanes_step step) {
  (void)groups;
  (void)step;
}

/* What the functions before left of it on the stack. */
__attribute__((noinline)) static void wipe_stack(void) {
  uint8_t below[16 * 1024];
  explicit_bzero(below, sizeof below);
}

void lanes_sign(const struct lanes_table *table, struct lanes_group *groups, size_t count, lanes_harm *harm) {
  lanes_harm *after = harm != NULL ? harm : no_harm;
  for (size_t i = 0; i < count; i++) {
    multiply(table, &groups[i]);
  }
  after(groups, LANES_MULTIPLIED);
  invert_points(groups, count);
  invert_nonces(groups, count);
  after(groups, LANES_INVERTED);
  for (size_t i = 0; i < count; i++) {
    sign(&groups[i]);
  }
  after(groups, LANES_SIGNED);
  for (size_t i = 0; i < count; i++) {
    check(&groups[i]);
  }
  wipe_stack();
}
