#include "crypto/verifier.h"

#include "base/unit_test.h"
#include "codec/der.h"
#include "codec/hex.h"
#include "crypto/key.h"

static struct slice bytes_of(struct arena *arena, const char *text) {
  struct slice bytes = {0};
  assert_ok(hex_parse(slice_str(text), arena, &bytes));
  return bytes;
}

/* [RFC8032 7.1] test 2: one byte, and the message in two parts or in one */
static void verifies_ed25519(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct verifier *verifier CLEANUP(verifier_free) = NULL;
  assert_ok(verifier_load(
      bytes_of(&arena, "302a300506032b65700321003d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
      &verifier));
  struct slice signature = bytes_of(&arena,
                                    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  assert_ok(verifier_check(verifier, VERIFIER_EDDSA, (struct slice[2]){S("\x72")}, signature));
  assert_ok(verifier_check(verifier, VERIFIER_EDDSA, (struct slice[2]){S(""), S("\x72")}, signature));
  assert_code(verifier_check(verifier, VERIFIER_EDDSA, (struct slice[2]){S("\x73")}, signature),
              CRYPTO_SIGNATURE_WRONG);
  assert_code(verifier_check(verifier, VERIFIER_EDDSA, (struct slice[2]){S("\x72")}, slice_sub(signature, 0, 63)),
              CRYPTO_SIGNATURE_WRONG);
  assert_code(verifier_check(verifier, VERIFIER_ES256, (struct slice[2]){S("\x72")}, signature), CRYPTO_KEY_INVALID);
  assert_code(verifier_check(verifier, VERIFIER_RS256, (struct slice[2]){S("\x72")}, signature), CRYPTO_KEY_INVALID);
}

static void verifies_p256(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct key *key CLEANUP(key_free) = NULL;
  struct slice spki = {0};
  struct slice signature = {0};
  uint8_t digest[DIGEST_BYTES];
  assert_ok(key_generate(&key));
  assert_ok(key_public(key, &arena, &spki));
  digest_sha256(S("ab"), digest);
  assert_ok(key_sign(key, digest, &arena, &signature));
  struct verifier *verifier CLEANUP(verifier_free) = NULL;
  assert_ok(verifier_load(spki, &verifier));
  assert_ok(verifier_check(verifier, VERIFIER_ES256, (struct slice[2]){S("a"), S("b")}, signature));
  assert_code(verifier_check(verifier, VERIFIER_ES256, (struct slice[2]){S("a"), S("c")}, signature),
              CRYPTO_SIGNATURE_WRONG);
  assert_code(verifier_check(verifier, VERIFIER_EDDSA, (struct slice[2]){S("ab")}, signature), CRYPTO_KEY_INVALID);
  /* of nobody's making, nought in either half, a byte too many and a byte too few */
  static const char *const wrong[] = {"3006020101020101", "3006020100020101", "3006020101020100", "300602010102010100", "30060201010201"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_code(verifier_check(verifier, VERIFIER_ES256, (struct slice[2]){S("a"), S("b")}, bytes_of(&arena, wrong[i])), CRYPTO_SIGNATURE_WRONG);
  }
  struct verifier *off CLEANUP(verifier_free) = NULL; /* not a point of the curve */
  uint8_t moved[KEY_PUBLIC_BYTES];
  memcpy(moved, spki.ptr, sizeof moved);
  moved[sizeof moved - 1] ^= 1;
  assert_code(verifier_load(slice_of(moved, sizeof moved), &off), CRYPTO_KEY_INVALID);
}

/* Two Mersenne primes make a modulus: anybody can write it down. 2^1279 - 1 times 2^2203 - 1, 3,482 bits. */
static struct slice mersenne_modulus(struct arena *arena) {
  enum { BYTES = 436 };
  uint8_t *n = arena_alloc(arena, BYTES); /* 2^3482 - 2^2203 - 2^1279 + 1 */
  int borrow = 0;
  for (int bit = 0; bit < BYTES * 8; bit++) {
    int minus = (bit == 2203) + (bit == 1279) + borrow;
    int digit = (bit == 3482) + (bit == 0) - minus;
    borrow = digit < 0 ? 1 : 0;
    digit += 2 * borrow;
    n[BYTES - 1 - bit / 8] |= (uint8_t)((digit & 1) << (bit % 8));
  }
  return slice_of(n, BYTES);
}

static struct slice rsa_spki(struct arena *arena, struct slice modulus, int64_t exponent) {
  struct buf out;
  struct buf key;
  buf_init(&out, arena, 512);
  buf_init(&key, arena, 512);
  size_t numbers = der_open(&key, DER_SEQUENCE);
  der_put_unsigned(&key, modulus);
  der_put_int(&key, exponent);
  der_close(&key, numbers);
  size_t whole = der_open(&out, DER_SEQUENCE);
  size_t algorithm = der_open(&out, DER_SEQUENCE);
  der_put_oid(&out, "1.2.840.113549.1.1.1");
  der_put_null(&out);
  der_close(&out, algorithm);
  der_put_bits(&out, buf_slice(&key), 0);
  der_close(&out, whole);
  return buf_slice(&out);
}

static void takes_rsa_keys_that_are_strong_enough(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice modulus = mersenne_modulus(&arena);
  struct slice spki = rsa_spki(&arena, modulus, 65537);
  struct verifier *verifier CLEANUP(verifier_free) = NULL;
  struct verifier *none = NULL;
  assert_ok(verifier_load(spki, &verifier));
  assert_code(verifier_check(verifier, VERIFIER_RS256, (struct slice[2]){S("a")}, modulus), CRYPTO_SIGNATURE_WRONG);
  assert_code(verifier_check(verifier, VERIFIER_ES256, (struct slice[2]){S("a")}, modulus), CRYPTO_KEY_INVALID);
  assert_code(verifier_load(rsa_spki(&arena, slice_sub(modulus, 0, 128), 65537), &none), CRYPTO_KEY_INVALID);
  assert_code(verifier_load(rsa_spki(&arena, modulus, 3), &none), CRYPTO_KEY_INVALID);
  assert_code(verifier_load(rsa_spki(&arena, modulus, 65538), &none), CRYPTO_KEY_INVALID);
  assert_code(verifier_load(slice_sub(spki, 0, spki.len - 1), &none), CRYPTO_KEY_INVALID);
  assert_code(verifier_load(S(""), &none), CRYPTO_KEY_INVALID);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(verifies_ed25519),
      cmocka_unit_test(verifies_p256),
      cmocka_unit_test(takes_rsa_keys_that_are_strong_enough),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
