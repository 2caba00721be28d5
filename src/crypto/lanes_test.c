/* Each function of the lanes against OpenSSL's numbers and points, different numbers in every lane. */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <string.h>

#include "base/unit_test.h"
#include "codec/hex.h"
#include "crypto/digest.h"
#include "crypto/lanes_field.h"
#include "crypto/lanes_order.h"
#include "crypto/lanes_point.h"
#include "crypto/lanes_sign.h"

enum { DRAWN = 400, BITS = LANES_LIMBS * LANES_LIMB_BITS, EDGES_MAX = 64 };
#define PRIME "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"
#define ORDER "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"

struct world {
  BN_CTX *numbers;
  BIGNUM *prime;
  BIGNUM *order;
  EC_GROUP *curve;
  struct lanes_table *table;
  uint64_t drawn;
};

static int setup(void **state) {
  struct world *world = heap_alloc(sizeof *world);
  *world = (struct world){.numbers = BN_CTX_new(), .curve = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
  assert_int_equal(BN_hex2bn(&world->prime, PRIME), 64);
  assert_int_equal(BN_hex2bn(&world->order, ORDER), 64);
  world->table = lanes_table_new();
  assert_non_null(world->table);
  *state = world;
  return 0;
}

static int teardown(void **state) {
  struct world *world = *state;
  lanes_table_free(&world->table);
  EC_GROUP_free(world->curve);
  BN_free(world->prime);
  BN_free(world->order);
  BN_CTX_free(world->numbers);
  free(world);
  return 0;
}

/* ---- numbers to and from lanes ---- */

static void put(struct lanes *to, int lane, const BIGNUM *number) {
  for (int i = 0; i < LANES_LIMBS; i++) {
    uint64_t limb = 0;
    for (int bit = LANES_LIMB_BITS - 1; bit >= 0; bit--) {
      limb = limb << 1 | (BN_is_bit_set(number, i * LANES_LIMB_BITS + bit) == 1);
    }
    to->limbs[i][lane] = limb;
  }
}

/* Settled, too. */
static void get(const struct lanes *from, int lane, BIGNUM *to) {
  BN_zero(to);
  for (int i = LANES_LIMBS - 1; i >= 0; i--) {
    assert_true(from->limbs[i][lane] <= LANES_MASK);
    assert_int_equal(BN_lshift(to, to, LANES_LIMB_BITS), 1);
    assert_int_equal(BN_add_word(to, from->limbs[i][lane]), 1);
  }
}

/* Below `tenths` tenths of the modulus. */
static void draw(struct world *world, const BIGNUM *modulus, unsigned tenths, BIGNUM *to) {
  uint8_t bytes[2 * DIGEST_BYTES];
  world->drawn++;
  digest_sha256(slice_of(&world->drawn, sizeof world->drawn), bytes);
  digest_sha256(slice_of(bytes, DIGEST_BYTES), bytes + DIGEST_BYTES);
  BIGNUM *limit = BN_dup(modulus);
  BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
  assert_true(BN_mul_word(limit, tenths) == 1 && BN_div_word(limit, 10) != (BN_ULONG)-1);
  assert_int_equal(BN_mod(to, number, limit, world->numbers), 1);
  BN_free(limit);
  BN_free(number);
}

/* Numbers at the ends of what a function takes: 0, 1, 2; m - 1, m, m + 1 and so on up to the limit; 2^i - 1, 2^i; and the other modulus. */
static size_t edges_below(const struct world *world, const BIGNUM *modulus, unsigned tenths, BIGNUM *edges[static EDGES_MAX]) {
  static const int bits[] = {0, 1, 51, 52, 53, 104, 156, 208, 224, 255, 256};
  size_t count = 0;
  for (unsigned times = 0; times <= tenths / 10; times++) {
    for (int off = -1; off <= 1; off++) {
      edges[count] = BN_dup(modulus);
      assert_int_equal(BN_mul_word(edges[count], times), 1);
      assert_int_equal(off < 0 ? BN_sub_word(edges[count], 1) : BN_add_word(edges[count], (BN_ULONG)off), 1);
      count++;
    }
  }
  for (size_t i = 0; i < 2 * sizeof bits / sizeof *bits; i++) {
    edges[count] = BN_new();
    assert_int_equal(BN_set_bit(edges[count], bits[i / 2]), 1);
    assert_int_equal(BN_sub_word(edges[count], i % 2), 1);
    count++;
  }
  edges[count++] = BN_dup(world->order);
  edges[count++] = BN_dup(world->prime);
  size_t kept = 0;
  BIGNUM *limit = BN_dup(modulus);
  assert_true(BN_mul_word(limit, tenths) == 1 && BN_div_word(limit, 10) != (BN_ULONG)-1);
  for (size_t i = 0; i < count; i++) {
    if (!BN_is_negative(edges[i]) && BN_cmp(edges[i], limit) < 0) {
      edges[kept++] = edges[i];
    } else {
      BN_free(edges[i]);
    }
  }
  BN_free(limit);
  return kept;
}

/* ---- one function of two numbers ---- */

struct function {
  const char *name;
  void (*lanes)(const struct lanes *a, const struct lanes *b, struct lanes *ret);
  bool is_of_order;
  unsigned takes;    /* tenths of the modulus: numbers below that */
  unsigned gives;
  void (*expect)(const struct world *world, const BIGNUM *modulus, BIGNUM *a, const BIGNUM *b); /* into a */
};

/* a * b / 2^260 */
static void montgomery(const struct world *world, const BIGNUM *modulus, BIGNUM *a, const BIGNUM *b) {
  BIGNUM *radix = BN_new();
  assert_true(BN_set_bit(radix, BITS) == 1 && BN_mod_inverse(radix, radix, modulus, world->numbers) != NULL);
  assert_true(BN_mod_mul(a, a, b, modulus, world->numbers) == 1 && BN_mod_mul(a, a, radix, modulus, world->numbers) == 1);
  BN_free(radix);
}
static void montgomery_square(const struct world *world, const BIGNUM *modulus, BIGNUM *a, const BIGNUM *b) {
  (void)b;
  BIGNUM *same = BN_dup(a);
  montgomery(world, modulus, a, same);
  BN_free(same);
}
static void sum(const struct world *world, const BIGNUM *modulus, BIGNUM *a, const BIGNUM *b) {
  assert_int_equal(BN_mod_add(a, a, b, modulus, world->numbers), 1);
}
static void difference(const struct world *world, const BIGNUM *modulus, BIGNUM *a, const BIGNUM *b) {
  assert_int_equal(BN_mod_sub(a, a, b, modulus, world->numbers), 1);
}
static void itself(const struct world *world, const BIGNUM *modulus, BIGNUM *a, const BIGNUM *b) {
  (void)b;
  assert_int_equal(BN_mod(a, a, modulus, world->numbers), 1);
}
static void times_radix(const struct world *world, const BIGNUM *modulus, BIGNUM *a, const BIGNUM *b) {
  (void)b;
  assert_true(BN_lshift(a, a, BITS) == 1 && BN_mod(a, a, modulus, world->numbers) == 1);
}
static void by_radix(const struct world *world, const BIGNUM *modulus, BIGNUM *a, const BIGNUM *b) {
  (void)b;
  montgomery(world, modulus, a, BN_value_one());
}
/* a is x R: the inverse is R / x = R^2 / a; of nought nought */
static void inverse(const struct world *world, const BIGNUM *modulus, BIGNUM *a, const BIGNUM *b) {
  itself(world, modulus, a, b);
  if (!BN_is_zero(a)) {
    assert_non_null(BN_mod_inverse(a, a, modulus, world->numbers));
    times_radix(world, modulus, a, b);
    times_radix(world, modulus, a, b);
  }
}
/* (a 2^256 + b) R */
static void wide(const struct world *world, const BIGNUM *modulus, BIGNUM *a, const BIGNUM *b) {
  assert_true(BN_lshift(a, a, 256) == 1 && BN_add(a, a, b) == 1);
  times_radix(world, modulus, a, b);
}

LANES_CODE static void field_mul(const struct lanes *a, const struct lanes *b, struct lanes *ret) { *ret = lanes_field_mul(a, b); }
LANES_CODE static void field_sqr(const struct lanes *a, const struct lanes *b, struct lanes *ret) { (void)b, *ret = lanes_field_sqr(a); }
LANES_CODE static void field_add(const struct lanes *a, const struct lanes *b, struct lanes *ret) { *ret = lanes_field_add(a, b); }
LANES_CODE static void field_sub(const struct lanes *a, const struct lanes *b, struct lanes *ret) { *ret = lanes_field_sub(a, b); }
LANES_CODE static void order_mul(const struct lanes *a, const struct lanes *b, struct lanes *ret) { *ret = lanes_order_mul(a, b); }
LANES_CODE static void order_sqr(const struct lanes *a, const struct lanes *b, struct lanes *ret) { (void)b, *ret = lanes_order_sqr(a); }
LANES_CODE static void order_add(const struct lanes *a, const struct lanes *b, struct lanes *ret) { *ret = lanes_order_add(a, b); }
static void field_reduce(const struct lanes *a, const struct lanes *b, struct lanes *ret) { (void)b, lanes_field_reduce(a, ret); }
static void field_enter(const struct lanes *a, const struct lanes *b, struct lanes *ret) { (void)b, lanes_field_enter(a, ret); }
static void field_leave(const struct lanes *a, const struct lanes *b, struct lanes *ret) { (void)b, lanes_field_leave(a, ret); }
static void field_inverse(const struct lanes *a, const struct lanes *b, struct lanes *ret) { (void)b, lanes_field_inverse(a, ret); }
static void order_reduce(const struct lanes *a, const struct lanes *b, struct lanes *ret) { (void)b, lanes_order_reduce(a, ret); }
static void order_enter(const struct lanes *a, const struct lanes *b, struct lanes *ret) { (void)b, lanes_order_enter(a, ret); }
static void order_leave(const struct lanes *a, const struct lanes *b, struct lanes *ret) { (void)b, lanes_order_leave(a, ret); }
static void order_inverse_of(const struct lanes *a, const struct lanes *b, struct lanes *ret) { (void)b, lanes_order_inverse(a, ret); }

static const struct function functions[] = {
    {"field_mul", field_mul, false, 21, 21, montgomery},
    {"field_sqr", field_sqr, false, 21, 21, montgomery_square},
    {"field_add", field_add, false, 21, 21, sum},
    {"field_sub", field_sub, false, 21, 21, difference},
    {"field_reduce", field_reduce, false, 39, 10, itself},
    {"field_enter", field_enter, false, 39, 21, times_radix},
    {"field_leave", field_leave, false, 21, 10, by_radix},
    {"field_inverse", field_inverse, false, 21, 21, inverse},
    {"order_mul", order_mul, true, 40, 20, montgomery},
    {"order_sqr", order_sqr, true, 40, 20, montgomery_square},
    {"order_add", order_add, true, 20, 40, sum},
    {"order_reduce", order_reduce, true, 40, 10, itself},
    {"order_enter", order_enter, true, 40, 20, times_radix},
    {"order_leave", order_leave, true, 40, 10, by_radix},
    {"order_inverse", order_inverse_of, true, 40, 20, inverse},
    {"order_enter_wide", lanes_order_enter_wide, true, 11, 40, wide},
};

static void assert_agrees(const struct world *world, const struct function *f, BIGNUM *a[static LANES], BIGNUM *b[static LANES]) {
  const BIGNUM *modulus = f->is_of_order ? world->order : world->prime;
  struct lanes of_a;
  struct lanes of_b;
  struct lanes found;
  BIGNUM *number = BN_new();
  BIGNUM *limit = BN_dup(modulus);
  assert_true(BN_mul_word(limit, f->gives) == 1 && BN_div_word(limit, 10) != (BN_ULONG)-1);
  for (int lane = 0; lane < LANES; lane++) {
    put(&of_a, lane, a[lane]);
    put(&of_b, lane, b[lane]);
  }
  f->lanes(&of_a, &of_b, &found);
  for (int lane = 0; lane < LANES; lane++) {
    BIGNUM *expected = BN_dup(a[lane]);
    f->expect(world, modulus, expected, b[lane]);
    get(&found, lane, number);
    if (BN_cmp(number, limit) >= 0) {
      fail_msg("%s: lane %d: not below what it promises", f->name, lane);
    }
    assert_int_equal(BN_mod(number, number, modulus, world->numbers), 1);
    if (BN_cmp(number, expected) != 0) {
      fail_msg("%s: lane %d: %s of %s and %s", f->name, lane, BN_bn2hex(number), BN_bn2hex(a[lane]), BN_bn2hex(b[lane]));
    }
    BN_free(expected);
  }
  BN_free(limit);
  BN_free(number);
}

static void skip_where_there_are_none(void) {
  if (!lanes_is_here()) {
    skip();
  }
}

static void each_function_agrees_with_openssl_on_numbers_that_are_drawn(void **state) {
  struct world *world = *state;
  skip_where_there_are_none();
  BIGNUM *a[LANES];
  BIGNUM *b[LANES];
  for (int lane = 0; lane < LANES; lane++) {
    a[lane] = BN_new();
    b[lane] = BN_new();
  }
  for (size_t i = 0; i < sizeof functions / sizeof *functions * DRAWN; i++) {
    const struct function *f = &functions[i / DRAWN];
    for (int lane = 0; lane < LANES; lane++) {
      draw(world, f->is_of_order ? world->order : world->prime, f->takes, a[lane]);
      draw(world, f->is_of_order ? world->order : world->prime, f->takes, b[lane]);
    }
    assert_agrees(world, f, a, b);
  }
  for (int lane = 0; lane < LANES; lane++) {
    BN_free(a[lane]);
    BN_free(b[lane]);
  }
}

/* Every pair of them, each in every lane. */
static void each_function_agrees_with_openssl_at_the_ends_in_every_lane(void **state) {
  struct world *world = *state;
  skip_where_there_are_none();
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    const struct function *f = &functions[i];
    BIGNUM *edges[EDGES_MAX];
    size_t count = edges_below(world, f->is_of_order ? world->order : world->prime, f->takes, edges);
    assert_true(count >= 20 && count <= EDGES_MAX);
    for (size_t at = 0; at < count * count; at++) {
      BIGNUM *a[LANES];
      BIGNUM *b[LANES];
      for (size_t lane = 0; lane < LANES; lane++) {
        a[lane] = edges[(at + lane) / count % count];
        b[lane] = edges[(at + lane) % count];
      }
      assert_agrees(world, f, a, b);
    }
    for (size_t at = 0; at < count; at++) {
      BN_free(edges[at]);
    }
  }
}

/* ---- points ---- */

/* x and y from X, Y and Z by OpenSSL's numbers; false: Z is nought. */
static bool affine(const struct world *world, const struct lanes point[static 3], int lane, BIGNUM *ret_coordinates[static 2]) {
  BIGNUM *z = BN_new();
  BIGNUM *square = BN_new();
  get(&point[0], lane, ret_coordinates[0]);
  get(&point[1], lane, ret_coordinates[1]);
  get(&point[2], lane, z);
  by_radix(world, world->prime, ret_coordinates[0], NULL);
  by_radix(world, world->prime, ret_coordinates[1], NULL);
  by_radix(world, world->prime, z, NULL);
  bool is_finite = !BN_is_zero(z);
  if (is_finite) {
    assert_non_null(BN_mod_inverse(z, z, world->prime, world->numbers));
    assert_int_equal(BN_mod_sqr(square, z, world->prime, world->numbers), 1);
    assert_int_equal(BN_mod_mul(ret_coordinates[0], ret_coordinates[0], square, world->prime, world->numbers), 1);
    assert_int_equal(BN_mod_mul(square, square, z, world->prime, world->numbers), 1);
    assert_int_equal(BN_mod_mul(ret_coordinates[1], ret_coordinates[1], square, world->prime, world->numbers), 1);
  }
  BN_free(z);
  BN_free(square);
  return is_finite;
}

static void assert_multiple(const struct world *world, const struct lanes point[static 3], int lane, const BIGNUM *k) {
  EC_POINT *expected = EC_POINT_new(world->curve);
  BIGNUM *of_library[2] = {BN_new(), BN_new()};
  BIGNUM *found[2] = {BN_new(), BN_new()};
  assert_int_equal(EC_POINT_mul(world->curve, expected, k, NULL, NULL, world->numbers), 1);
  if (!BN_is_odd(k)) { /* the point of n - k */
    assert_int_equal(EC_POINT_invert(world->curve, expected, world->numbers), 1);
  }
  assert_int_equal(EC_POINT_get_affine_coordinates(world->curve, expected, of_library[0], of_library[1], world->numbers), 1);
  assert_true(affine(world, point, lane, found));
  if (BN_cmp(found[0], of_library[0]) != 0 || BN_cmp(found[1], of_library[1]) != 0) {
    fail_msg("lane %d: not the point of %s", lane, BN_bn2hex(k));
  }
  EC_POINT_free(expected);
  for (int i = 0; i < 2; i++) {
    BN_free(of_library[i]);
    BN_free(found[i]);
  }
}

/* Gathers eight, then tries them. */
struct scalars {
  const struct world *world;
  BIGNUM *k[LANES];
  int count;
};

static void multiply(struct scalars *scalars, const BIGNUM *k) {
  if (!BN_is_zero(k) && BN_cmp(k, scalars->world->order) < 0) {
    scalars->k[scalars->count++] = BN_dup(k);
  }
  if (scalars->count < LANES) {
    return;
  }
  struct lanes numbers;
  struct lanes point[3];
  lanes_vector is_on;
  for (int lane = 0; lane < LANES; lane++) {
    put(&numbers, lane, scalars->k[lane]);
  }
  lanes_point_multiply(scalars->world->table, &numbers, point);
  lanes_field_on_curve(point, &is_on);
  for (int lane = 0; lane < LANES; lane++) {
    assert_multiple(scalars->world, point, lane, scalars->k[lane]);
    assert_true(is_on[lane] == UINT64_MAX);
    BN_free(scalars->k[lane]);
  }
  scalars->count = 0;
}

static void multiples_of_the_generator_are_openssl_s(void **state) {
  struct world *world = *state;
  skip_where_there_are_none();
  struct scalars scalars = {.world = world};
  BIGNUM *k = BN_new();
  for (unsigned i = 1; i <= 1000; i++) {
    assert_true(BN_set_word(k, i) == 1);
    multiply(&scalars, k);
    assert_true(BN_sub(k, world->order, k) == 1);
    multiply(&scalars, k);
  }
  for (int i = 0; i < 3 * 256; i++) {
    BN_zero(k);
    assert_true(BN_set_bit(k, i / 3) == 1 && BN_add_word(k, 2) == 1 && BN_sub_word(k, (BN_ULONG)(i % 3) + 1) == 1);
    multiply(&scalars, k);
  }
  for (int i = 0; i < 1000; i++) {
    draw(world, world->order, 10, k);
    multiply(&scalars, k);
  }
  while (scalars.count > 0) {
    multiply(&scalars, BN_value_one());
  }
  BN_free(k);
}

/* 30 * 2^252 - n and its negative, the two for which the last window's point is what it is added to: seen, not given out as a point. */
static void the_two_scalars_the_formula_is_none_for_are_seen(void **state) {
  struct world *world = *state;
  skip_where_there_are_none();
  struct lanes numbers;
  struct lanes point[3];
  lanes_vector is_on;
  BIGNUM *k = BN_new();
  assert_true(BN_set_word(k, 30) == 1 && BN_lshift(k, k, 252) == 1 && BN_sub(k, k, world->order) == 1);
  for (int lane = 0; lane < LANES; lane++) {
    put(&numbers, lane, lane < 6 ? k : BN_value_one());
    if (lane == 2) {
      assert_true(BN_sub(k, world->order, k) == 1);
    }
  }
  lanes_point_multiply(world->table, &numbers, point);
  lanes_field_on_curve(point, &is_on);
  for (int lane = 0; lane < LANES; lane++) {
    assert_true(is_on[lane] == (lane < 6 ? 0 : UINT64_MAX));
  }
  BN_free(k);
}

static void a_point_beside_the_curve_is_seen_in_its_lane(void **state) {
  struct world *world = *state;
  skip_where_there_are_none();
  for (int i = 0; i < 3 * LANES_LIMBS * LANES; i++) {
    struct lanes numbers = {{{0}}};
    struct lanes point[3];
    lanes_vector is_on;
    numbers.limbs[1] += 12345 + (uint64_t)i;
    lanes_point_multiply(world->table, &numbers, point);
    point[i / LANES % 3].limbs[i / LANES / 3][i % LANES] ^= UINT64_C(1) << (i % 40);
    lanes_field_on_curve(point, &is_on);
    for (int lane = 0; lane < LANES; lane++) {
      assert_true(is_on[lane] == (lane == i % LANES ? 0 : UINT64_MAX));
    }
  }
}

/* ---- signatures with a nonce that is given ---- */

static void unhex(const char *text, uint8_t ret_bytes[static LANES_BYTES]) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice bytes = {0};
  assert_ok(hex_parse(slice_str(text), &arena, &bytes));
  assert_int_equal(bytes.len, LANES_BYTES);
  memcpy(ret_bytes, bytes.ptr, LANES_BYTES);
}

/* [RFC6979 A.2.5], SHA-256: the text, k, r and s. */
static void signatures_are_the_published_ones(void **state) {
  struct world *world = *state;
  skip_where_there_are_none();
  static const char *const rows[2][4] = {
      {"sample", "A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60", "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
       "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
      {"test", "D16B6AE827F17175E040871A1C7EC3500192C4C92677336EC2537ACAEE0008E0", "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
       "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"},
  };
  struct lanes_group groups[2];
  memset(groups, 0, sizeof groups);
  for (int i = 0; i < 2 * LANES; i++) {
    struct lanes_group *group = &groups[i / LANES];
    unhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721", group->scalars.of[i % LANES]);
    memcpy(group->twins.of[i % LANES], group->scalars.of[i % LANES], LANES_BYTES);
    digest_sha256(slice_str(rows[i % 2][0]), group->digests.of[i % LANES]);
    unhex(rows[i % 2][1], group->nonces[1].of[i % LANES]);
  }
  lanes_sign(world->table, groups, 2, NULL);
  for (int i = 0; i < 2 * LANES; i++) {
    uint8_t expected[LANES_BYTES];
    assert_true(groups[i / LANES].is_good[i % LANES] == UINT64_MAX);
    unhex(rows[i % 2][2], expected);
    assert_memory_equal(groups[i / LANES].r.of[i % LANES], expected, LANES_BYTES);
    unhex(rows[i % 2][3], expected);
    assert_memory_equal(groups[i / LANES].s.of[i % LANES], expected, LANES_BYTES);
  }
}

/* A nonce of nought, of n, of 2^512 - 1 (which is one like any other), of the scalar that the formula is none for, and a digest that makes s nought: z = -r d. */
static void nonces_and_sums_of_nought_spoil_their_lane_alone(void **state) {
  struct world *world = *state;
  skip_where_there_are_none();
  struct lanes_group groups[2];
  memset(groups, 0, sizeof groups);
  for (int i = 0; i < 2 * LANES; i++) {
    groups[i / LANES].scalars.of[i % LANES][31] = 1;
    groups[i / LANES].twins.of[i % LANES][31] = 1;
    groups[i / LANES].nonces[1].of[i % LANES][31] = (uint8_t)(i + 2);
  }
  groups[0].nonces[1].of[0][31] = 0;
  unhex(ORDER, groups[0].nonces[1].of[1]);
  memset(groups[0].nonces[0].of[2], 0xFF, LANES_BYTES);
  memset(groups[0].nonces[1].of[2], 0xFF, LANES_BYTES);
  unhex("E0000000FFFFFFFF00000000000000004319055258E8617B0C46353D039CDAAF", groups[0].nonces[1].of[3]);
  /* r of the nonce 6 in lane 4, and d = 1: z = n - r */
  BIGNUM *z = BN_new();
  lanes_sign(world->table, groups, 2, NULL);
  assert_non_null(BN_bin2bn(groups[0].r.of[4], LANES_BYTES, z));
  assert_true(BN_sub(z, world->order, z) == 1 && BN_bn2binpad(z, groups[0].digests.of[4], LANES_BYTES) == LANES_BYTES);
  lanes_sign(world->table, groups, 2, NULL);
  for (int i = 0; i < 2 * LANES; i++) {
    bool is_spoilt = i == 0 || i == 1 || i == 3 || i == 4;
    assert_true(groups[i / LANES].is_good[i % LANES] == (is_spoilt ? 0 : UINT64_MAX));
  }
  BN_free(z);
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_function_agrees_with_openssl_on_numbers_that_are_drawn),
      cmocka_unit_test(each_function_agrees_with_openssl_at_the_ends_in_every_lane),
      cmocka_unit_test(multiples_of_the_generator_are_openssl_s),
      cmocka_unit_test(the_two_scalars_the_formula_is_none_for_are_seen),
      cmocka_unit_test(a_point_beside_the_curve_is_seen_in_its_lane),
      cmocka_unit_test(signatures_are_the_published_ones),
      cmocka_unit_test(nonces_and_sums_of_nought_spoil_their_lane_alone),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
