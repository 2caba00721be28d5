#include "base/unit_test.h"
#include "codec/hex.h"
#include "crypto/key.h"
#include "crypto/password.h"
#include "crypto/pin_proof.h"
#include "crypto/seal.h"
#include "crypto/token.h"

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

static void assert_digest(const uint8_t digest[static DIGEST_BYTES], const char *expected) {
  assert_true(slice_is(hex_write(&arena, slice_of(digest, DIGEST_BYTES)), expected));
}

static void hashes_published_vectors_whole_and_in_parts(void **state) {
  (void)state;
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(S("abc"), digest); /* [FIPS180-4] example */
  assert_digest(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  digest_sha256((struct slice){0}, digest);
  assert_digest(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  struct digest_stream stream CLEANUP(digest_free) = {0};
  for (int round = 0; round < 2; round++) {
    digest_begin(&stream);
    digest_add_byte(&stream, 'a');
    digest_add(&stream, S("bc"));
    digest_end(&stream, digest);
    assert_digest(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }
  digest_hmac_sha256(S("Jefe"), S("what do ya want for nothing?"), digest); /* [RFC4231 4.3] */
  assert_digest(digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  uint8_t longer[131];
  memset(longer, 0xaa, sizeof longer);
  digest_hmac_sha256(slice_of(longer, sizeof longer), S("Test Using Larger Than Block-Size Key - Hash Key First"), digest); /* [RFC4231 4.7] */
  assert_digest(digest, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void verifies_a_published_signature(void **state) {
  (void)state;
  /* [RFC6979 A.2.5] P-256, SHA-256, "sample" */
  struct slice spki = unhex(
      "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
      "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
      "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
  struct slice raw = unhex(
      "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
      "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  struct key *key CLEANUP(key_free) = NULL;
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(S("sample"), digest);
  assert_ok(key_load_public(spki, &key));
  assert_ok(key_verify_raw(key, digest, raw));
  digest[0] ^= 1;
  assert_code(key_verify_raw(key, digest, raw), CRYPTO_SIGNATURE_WRONG);
  struct slice signature = {0};
  assert_int_equal(key_sign(key, digest, &arena, &signature).code,
                   CRYPTO_LIBRARY_FAILED); /* a public key cannot sign */
}

static void signs_and_refuses_any_other_signature(void **state) {
  (void)state;
  struct key *key CLEANUP(key_free) = NULL;
  struct key *again CLEANUP(key_free) = NULL;
  struct key *other CLEANUP(key_free) = NULL;
  struct secret pkcs8 CLEANUP(secret_clear) = {0};
  struct slice spki = {0};
  struct slice signature = {0};
  struct slice back = {0};
  uint8_t raw[KEY_RAW_BYTES];
  uint8_t digest[DIGEST_BYTES];
  assert_ok(key_generate(&key));
  assert_ok(key_generate(&other));
  assert_ok(key_save_private(key, &pkcs8));
  assert_ok(key_load_private(secret_slice(&pkcs8), &again));
  assert_ok(key_public(again, &arena, &spki));
  for (int i = 0; i < 300; i++) { /* r and s of every length, with and without sign byte */
    digest_sha256(slice_of(&i, sizeof i), digest);
    assert_ok(key_sign(again, digest, &arena, &signature));
    assert_ok(key_verify(key, digest, signature));
    assert_ok(key_signature_to_raw(signature, raw));
    assert_ok(key_signature_from_raw(slice_of(raw, sizeof raw), &arena, &back));
    assert_true(slice_eq(back, signature));
  }
  assert_code(key_verify(other, digest, signature), CRYPTO_SIGNATURE_WRONG);
  for (size_t i = 0; i < signature.len; i++) {
    uint8_t *altered = (uint8_t *)(uintptr_t)arena_copy(&arena, signature).ptr;
    altered[i] ^= 1;
    assert_code(key_verify(key, digest, slice_of(altered, signature.len)), CRYPTO_SIGNATURE_WRONG);
  }
  assert_code(key_verify(key, digest, slice_sub(signature, 0, signature.len - 1)), CRYPTO_SIGNATURE_WRONG);
  assert_code(key_verify_raw(key, digest, slice_of(raw, 63)), CRYPTO_SIGNATURE_SYNTAX); /* [RFC7518 3.4 MUST] */
  assert_code(key_verify_raw(key, digest, (struct slice){0}), CRYPTO_SIGNATURE_SYNTAX);
  memset(raw, 0, sizeof raw);
  assert_code(key_verify_raw(key, digest, slice_of(raw, 64)), CRYPTO_SIGNATURE_WRONG);
  static const char *const broken[] = {
      "", "30", "3006020101020101ff", "30060201ff020101", "3003020101", "3008020101020101020101"};
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    assert_code(key_signature_to_raw(unhex(broken[i]), raw), CRYPTO_SIGNATURE_SYNTAX);
  }
}

static void refuses_keys_of_another_kind(void **state) {
  (void)state;
  static const char *const wrong[] = {
      "",
      "00",
      /* P-256 with a point that is not on the curve */
      ("3059301306072a8648ce3d020106082a8648ce3d03010703420004"
       "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
       "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462298"),
      /* secp256k1 */
      ("3056301006072a8648ce3d020106052b8104000a03420004"
       "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
       "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"),
      /* a byte after the end */
      ("3059301306072a8648ce3d020106082a8648ce3d03010703420004"
       "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
       "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d446229900"),
      /* compressed point */
      ("3039301306072a8648ce3d020106082a8648ce3d030107032200"
       "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"),
  };
  struct key *key CLEANUP(key_free) = NULL;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_code(key_load_public(unhex(wrong[i]), &key), CRYPTO_KEY_INVALID);
    assert_code(key_load_private(unhex(wrong[i]), &key), CRYPTO_KEY_INVALID);
    assert_null(key);
  }
}

static void passwords_verify_and_refuse(void **state) {
  (void)state;
  struct slice stored = {0};
  struct slice again = {0};
  assert_ok(password_hash(S("mật khẩu 1"), &arena, &stored));
  assert_ok(password_hash(S("mật khẩu 1"), &arena, &again));
  assert_false(slice_eq(stored, again)); /* salted */
  assert_true(slice_starts(stored, S("$argon2id$v=19$m=19456,t=2,p=1$")));
  assert_false(password_is_outdated(stored));
  assert_ok(password_verify(S("mật khẩu 1"), stored));
  assert_code(password_verify(S("mật khẩu 2"), stored), CRYPTO_PASSWORD_WRONG);
  assert_code(password_verify(S("mật khẩu 1"), slice_sub(stored, 0, stored.len - 1)), CRYPTO_PASSWORD_WRONG);
  assert_code(password_verify(S("x"), S("")), CRYPTO_PASSWORD_WRONG);
  assert_code(password_verify(S(""), stored), CRYPTO_PASSWORD_LENGTH);
  assert_code(password_verify_nobody(S("x")), CRYPTO_PASSWORD_WRONG);
  struct slice longest = slice_of(arena_alloc(&arena, PASSWORD_BYTES_MAX + 1), PASSWORD_BYTES_MAX + 1);
  assert_code(password_hash(longest, &arena, &stored), CRYPTO_PASSWORD_LENGTH);
  assert_true(password_is_outdated(
      S("$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$c29tZWhhc2hzb21laGFzaHNvbWVoYXNoc29tZWhhc2g")));
}

static void briefly_sealed_bytes_open_only_where_they_belong(void **state) {
  (void)state;
  struct secret key = {.len = SEAL_KEY_BYTES};
  struct secret other = {.len = SEAL_KEY_BYTES, .bytes = {1}};
  struct slice sealed = {0};
  struct slice again = {0};
  struct slice opened = {0};
  assert_ok(seal_write_brief(&key, S("here"), S("seven"), &arena, &sealed));
  assert_ok(seal_write_brief(&key, S("here"), S("seven"), &arena, &again));
  assert_int_equal(sealed.len, 5 + SEAL_BRIEF_OVERHEAD_BYTES);
  assert_false(slice_eq(sealed, again)); /* who sees both does not learn that they say the same */
  assert_ok(seal_read_brief(&key, S("here"), sealed, &arena, &opened));
  assert_true(slice_is(opened, "seven"));
  assert_code(seal_read_brief(&other, S("here"), sealed, &arena, &opened), CRYPTO_SEALED_ALTERED);
  assert_code(seal_read_brief(&key, S("there"), sealed, &arena, &opened), CRYPTO_SEALED_ALTERED);
  for (size_t i = 0; i < sealed.len; i++) {
    uint8_t *altered = (uint8_t *)(uintptr_t)arena_copy(&arena, sealed).ptr;
    altered[i] ^= 1;
    assert_code(seal_read_brief(&key, S("here"), slice_of(altered, sealed.len), &arena, &opened), CRYPTO_SEALED_ALTERED);
    assert_code(seal_read_brief(&key, S("here"), slice_sub(sealed, 0, i), &arena, &opened), CRYPTO_SEALED_ALTERED);
  }
}

static void sealed_bytes_open_only_where_they_belong(void **state) {
  (void)state;
  struct secret key = {.len = SEAL_KEY_BYTES};
  struct secret other = {.len = SEAL_KEY_BYTES};
  struct secret plain = {0};
  struct secret opened = {0};
  struct slice sealed = {0};
  other.bytes[31] = 1;
  secret_set(&plain, S("a private key"));
  assert_ok(seal_write(&key, S("here"), &plain, &arena, &sealed));
  assert_int_equal(sealed.len, plain.len + SEAL_OVERHEAD_BYTES);
  assert_ok(seal_read(&key, S("here"), sealed, &opened));
  assert_true(slice_is(secret_slice(&opened), "a private key"));
  assert_code(seal_read(&other, S("here"), sealed, &opened), CRYPTO_SEALED_KEY_WRONG);
  assert_code(seal_read(&key, S("there"), sealed, &opened), CRYPTO_SEALED_ALTERED);
  for (size_t i = 0; i < sealed.len; i++) {
    uint8_t *altered = (uint8_t *)(uintptr_t)arena_copy(&arena, sealed).ptr;
    altered[i] ^= 0x80;
    assert_false(is_ok(seal_read(&key, S("here"), slice_of(altered, sealed.len), &opened)));
    assert_false(is_ok(seal_read(&key, S("here"), slice_sub(sealed, 0, i), &opened)));
  }
  struct slice longest = slice_of(arena_alloc(&arena, 400), 400);
  memcpy((void *)(uintptr_t)longest.ptr, sealed.ptr, 48);
  assert_code(seal_read(&key, S("here"), longest, &opened), CRYPTO_SEALED_TOO_LONG);
}

static void a_pin_proof_is_good_for_one_document_only(void **state) {
  (void)state;
  uint8_t digest[DIGEST_BYTES] = {1};
  uint8_t another[DIGEST_BYTES] = {2};
  uint8_t proof[PIN_PROOF_BYTES];
  struct secret pin_key = {0};
  struct secret wrong_key = {0};
  assert_ok(pin_proof_key(S("123456"), S("officer/7"), &pin_key));
  assert_ok(pin_proof_key(S("123457"), S("officer/7"), &wrong_key));
  assert_int_equal(pin_key.len, PIN_PROOF_KEY_BYTES);
  struct pin_proof_claim claim = {S("officer/7"), 3, digest};
  pin_proof_make(&pin_key, &claim, proof);
  struct slice good = slice_of(proof, sizeof proof);
  assert_ok(pin_proof_check(&pin_key, &claim, good));
  assert_code(pin_proof_check(&wrong_key, &claim, good), CRYPTO_PROOF_WRONG);
  const struct pin_proof_claim others[] = {
      {S("officer/8"), 3, digest}, {S("officer/7"), 4, digest}, {S("officer/7"), 3, another}};
  for (size_t i = 0; i < 3; i++) {
    assert_code(pin_proof_check(&pin_key, &others[i], good), CRYPTO_PROOF_WRONG);
  }
  assert_code(pin_proof_check(&pin_key, &claim, slice_of(proof, 31)), CRYPTO_PROOF_WRONG);
  assert_code(pin_proof_check(&pin_key, &claim, (struct slice){0}), CRYPTO_PROOF_WRONG);
}

static void tokens_have_their_shape(void **state) {
  (void)state;
  struct random random = random_seeded(1);
  struct slice token = token_make(&random, &arena);
  assert_int_equal(token.len, TOKEN_TEXT_BYTES);
  assert_false(slice_eq(token, token_make(&random, &arena)));
  for (int i = 0; i < 200; i++) {
    assert_int_equal(token_code(&random, 6, &arena).len, 6);
  }
  uint8_t a[DIGEST_BYTES];
  uint8_t b[DIGEST_BYTES];
  token_stored_form("session", token, a);
  token_stored_form("activation", token, b);
  assert_memory_not_equal(a, b, sizeof a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hashes_published_vectors_whole_and_in_parts),
      cmocka_unit_test(verifies_a_published_signature),
      cmocka_unit_test(signs_and_refuses_any_other_signature),
      cmocka_unit_test(refuses_keys_of_another_kind),
      cmocka_unit_test(passwords_verify_and_refuse),
      cmocka_unit_test(sealed_bytes_open_only_where_they_belong),
      cmocka_unit_test(briefly_sealed_bytes_open_only_where_they_belong),
      cmocka_unit_test(a_pin_proof_is_good_for_one_document_only),
      cmocka_unit_test(tokens_have_their_shape),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
