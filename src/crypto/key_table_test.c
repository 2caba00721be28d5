#include "base/unit_test.h"
#include "codec/hex.h"
#include "crypto/key.h"
#include "crypto/key_table.h"

static struct arena arena;

static int setup(void **state) {
  (void)state;
  arena_init(&arena);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  arena_free(&arena);
  return 0;
}

static struct slice unhex(const char *text) {
  struct slice bytes = {0};
  assert_ok(hex_parse(slice_str(text), &arena, &bytes));
  return bytes;
}

/* [RFC6979 A.2.5] */
#define PUBLIC                                                       \
  "3059301306072a8648ce3d020106082a8648ce3d03010703420004"           \
  "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" \
  "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define SIGNATURE_R "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define SIGNATURE_S "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
#define NOUGHT "0000000000000000000000000000000000000000000000000000000000000000"
#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define HIGHEST "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static void a_hastened_key_takes_the_published_signature_and_no_altered_one(void **state) {
  (void)state;
  struct key *key CLEANUP(key_free) = NULL;
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(S("sample"), digest);
  struct slice raw = unhex(SIGNATURE_R SIGNATURE_S);
  assert_ok(key_load_public(unhex(PUBLIC), &key));
  assert_true(key_hasten(key));
  assert_true(key_hasten(key)); /* once more changes nothing */
  assert_ok(key_verify_raw(key, digest, raw));
  for (size_t i = 0; i < raw.len; i++) {
    uint8_t *altered = (uint8_t *)(uintptr_t)arena_copy(&arena, raw).ptr;
    altered[i] ^= 1;
    assert_code(key_verify_raw(key, digest, slice_of(altered, raw.len)), CRYPTO_SIGNATURE_WRONG);
  }
  assert_code(key_verify_raw(key, digest, slice_sub(raw, 0, raw.len - 1)), CRYPTO_SIGNATURE_SYNTAX); /* [RFC7518 3.4 MUST] */
  digest[31] ^= 1;
  assert_code(key_verify_raw(key, digest, raw), CRYPTO_SIGNATURE_WRONG);
}

/* Zero signatures, and r or s of the order or above (which are the same number again modulo it). */
static void a_hastened_key_refuses_numbers_outside_of_the_order(void **state) {
  (void)state;
  static const char *const wrong[] = {NOUGHT NOUGHT, SIGNATURE_R NOUGHT, NOUGHT SIGNATURE_S, SIGNATURE_R ORDER, ORDER SIGNATURE_S, HIGHEST HIGHEST};
  struct key *key CLEANUP(key_free) = NULL;
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(S("sample"), digest);
  assert_ok(key_load_public(unhex(PUBLIC), &key));
  assert_true(key_hasten(key));
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_code(key_verify_raw(key, digest, unhex(wrong[i])), CRYPTO_SIGNATURE_WRONG);
  }
}

/* Each signature of a key, a tenth of them altered, by both ways of verifying. Digests at the ends of the range too. */
static void a_hastened_key_judges_as_the_library_does(void **state) {
  (void)state;
  for (int keys = 0; keys < 2; keys++) {
    struct key *key CLEANUP(key_free) = NULL;
    struct key *plain CLEANUP(key_free) = NULL;
    struct key *hastened CLEANUP(key_free) = NULL;
    struct slice spki = {0};
    assert_ok(key_generate(&key));
    assert_ok(key_public(key, &arena, &spki));
    assert_ok(key_load_public(spki, &plain));
    assert_ok(key_load_public(spki, &hastened));
    assert_true(key_hasten(hastened));
    for (int i = 0; i < 200; i++) {
      uint8_t digest[DIGEST_BYTES];
      uint8_t raw[KEY_RAW_BYTES];
      struct slice signature = {0};
      digest_sha256(slice_of(&i, sizeof i), digest);
      if (i < 2) {
        memset(digest, i == 0 ? 0x00 : 0xff, sizeof digest);
      }
      assert_ok(key_sign(key, digest, &arena, &signature));
      assert_ok(key_signature_to_raw(signature, raw));
      raw[i % KEY_RAW_BYTES] ^= i % 10 == 9;
      result judged = key_verify_raw(plain, digest, slice_of(raw, sizeof raw));
      assert_int_equal(is_ok(judged), i % 10 != 9);
      assert_int_equal(key_verify_raw(hastened, digest, slice_of(raw, sizeof raw)).code, judged.code);
    }
  }
}

/* e = 0 and a signature whose point is the key itself times r/s: with s = r it is the key, and r its first coordinate. */
static void a_hastened_key_adds_the_point_at_infinity(void **state) {
  (void)state;
  struct key *plain CLEANUP(key_free) = NULL;
  struct key *hastened CLEANUP(key_free) = NULL;
  uint8_t digest[DIGEST_BYTES] = {0};
  struct slice spki = unhex(PUBLIC);
  struct slice point = {0};
  uint8_t raw[KEY_RAW_BYTES];
  assert_ok(key_point_of(spki, &point));
  memcpy(raw, point.ptr + 1, 32);
  memcpy(raw + 32, point.ptr + 1, 32);
  assert_ok(key_load_public(spki, &plain));
  assert_ok(key_load_public(spki, &hastened));
  assert_true(key_hasten(hastened));
  assert_ok(key_verify_raw(plain, digest, slice_of(raw, sizeof raw)));
  assert_ok(key_verify_raw(hastened, digest, slice_of(raw, sizeof raw)));
}

/* The sum's first coordinate is the order and 3, so r is 3: made for it, with another key from r, s and the digest. */
static void a_coordinate_of_more_than_the_order_counts_modulo_it(void **state) {
  (void)state;
  struct slice point = unhex("046a11de20cdf5ff7bdff88486db395629af35a11b679854e7e74d8e64f763052b0e6e6ec775a0201d397d7bca2ef68187b9c0fd963fb90d8261680f9adb710bc7");
  struct slice raw = unhex("0000000000000000000000000000000000000000000000000000000000000003000000000000000000000000000000001234567890abcdef1234567890abcdef");
  struct slice other = unhex("0000000000000000000000000000000000000000000000000000000000000004000000000000000000000000000000001234567890abcdef1234567890abcdef");
  struct key_table *table CLEANUP(key_table_free) = key_table_new(point);
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(S("sample"), digest);
  assert_non_null(table);
  assert_true(key_table_verify(table, digest, raw.ptr));
  assert_true(key_table_verify_once(point, digest, raw.ptr));
  assert_false(key_table_verify(table, digest, other.ptr));
  assert_false(key_table_verify_once(point, digest, other.ptr));
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_hastened_key_takes_the_published_signature_and_no_altered_one),
      cmocka_unit_test(a_hastened_key_refuses_numbers_outside_of_the_order),
      cmocka_unit_test(a_hastened_key_judges_as_the_library_does),
      cmocka_unit_test(a_hastened_key_adds_the_point_at_infinity),
      cmocka_unit_test(a_coordinate_of_more_than_the_order_counts_modulo_it),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
