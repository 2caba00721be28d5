#include <openssl/bn.h>
#include <string.h>

#include "base/unit_test.h"
#include "crypto/digest.h"
#include "crypto/order_inverse.h"

enum { BYTES = 32, DRAWN = 4000 };

static BIGNUM *of(const struct order_number *number) {
  uint8_t bytes[BYTES];
  for (int i = 0; i < BYTES; i++) {
    bytes[i] = (uint8_t)(number->limbs[ORDER_LIMBS - 1 - i / 8] >> (56 - 8 * (i % 8)));
  }
  BIGNUM *made = BN_bin2bn(bytes, sizeof bytes, NULL);
  assert_non_null(made);
  return made;
}

/* s times what was found is one, and what was found is below the order. */
static void assert_inverse(struct order_number s, BN_CTX *numbers) {
  struct order_number inverse = order_inverse(&s);
  BIGNUM *order = of(&order_inverse_modulus);
  BIGNUM *a = of(&s);
  BIGNUM *b = of(&inverse);
  assert_int_equal(BN_cmp(b, order), -1);
  assert_int_equal(BN_mod_mul(a, a, b, order, numbers), 1);
  assert_true(BN_is_one(a));
  BN_free(a);
  BN_free(b);
  BN_free(order);
}

/* SHA-256 of i, with `noughts` of its first bits cleared: below the order as soon as one is. */
static struct order_number draw(int i, int noughts) {
  uint8_t digest[DIGEST_BYTES];
  struct order_number number = {{0}};
  digest_sha256(slice_of(&i, sizeof i), digest);
  memcpy(&number, digest, sizeof number);
  for (int bit = 0; bit < noughts; bit++) {
    number.limbs[ORDER_LIMBS - 1 - bit / 64] &= ~(UINT64_C(1) << (63 - bit % 64));
  }
  number.limbs[0] |= 1; /* never nought */
  return number;
}

static void numbers_of_every_length_are_inverted(void **state) {
  (void)state;
  BN_CTX *numbers = BN_CTX_new();
  for (int i = 0; i < DRAWN; i++) {
    assert_inverse(draw(i, 1 + i % 255), numbers);
  }
  BN_CTX_free(numbers);
}

static void numbers_at_the_ends_and_powers_of_two_are_inverted(void **state) {
  (void)state;
  BN_CTX *numbers = BN_CTX_new();
  for (uint64_t i = 1; i < 200; i++) {
    struct order_number high = order_inverse_modulus;
    high.limbs[0] -= i;
    assert_inverse((struct order_number){{i}}, numbers);
    assert_inverse(high, numbers);
  }
  for (int bit = 0; bit < 256; bit++) {
    struct order_number power = {{0}};
    power.limbs[bit / 64] = UINT64_C(1) << (bit % 64);
    assert_inverse(power, numbers);
  }
  BN_CTX_free(numbers);
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_of_every_length_are_inverted),
      cmocka_unit_test(numbers_at_the_ends_and_powers_of_two_are_inverted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
