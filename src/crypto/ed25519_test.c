#include "crypto/ed25519.h"

#include "base/unit_test.h"
#include "codec/hex.h"

static struct slice bytes_of(struct arena *arena, const char *text) {
  struct slice bytes = {0};
  assert_ok(hex_parse(slice_str(text), arena, &bytes));
  return bytes;
}

/* [RFC8032 7.1] tests 1 to 3 */
static void signs_as_the_standard_s_examples_do(void **state) {
  (void)state;
  static const struct {
    const char *seed;
    const char *public_key;
    const char *message;
    const char *signature;
  } rows[] = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
      {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
  };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct secret seed CLEANUP(secret_clear) = {0};
    uint8_t public_key[ED25519_PUBLIC_BYTES];
    uint8_t signature[ED25519_SIGNATURE_BYTES];
    struct slice message = bytes_of(&arena, rows[i].message);
    secret_set(&seed, bytes_of(&arena, rows[i].seed));
    assert_ok(ed25519_public(&seed, public_key));
    assert_memory_equal(public_key, bytes_of(&arena, rows[i].public_key).ptr, sizeof public_key);
    assert_ok(ed25519_sign(&seed, message, signature));
    assert_memory_equal(signature, bytes_of(&arena, rows[i].signature).ptr, sizeof signature);
    assert_ok(ed25519_verify(public_key, message, slice_of(signature, sizeof signature)));
    for (size_t bit = 0; bit < sizeof signature * 8; bit += 5) {
      signature[bit / 8] ^= (uint8_t)(1U << (bit % 8));
      assert_code(ed25519_verify(public_key, message, slice_of(signature, sizeof signature)), CRYPTO_SIGNATURE_WRONG);
      signature[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
    assert_code(ed25519_verify(public_key, S("other"), slice_of(signature, sizeof signature)), CRYPTO_SIGNATURE_WRONG);
    assert_code(ed25519_verify(public_key, message, slice_of(signature, 63)), CRYPTO_SIGNATURE_WRONG);
  }
}

static void a_seed_of_another_length_is_refused(void **state) {
  (void)state;
  struct secret seed CLEANUP(secret_clear) = {.len = 31};
  uint8_t public_key[ED25519_PUBLIC_BYTES];
  assert_code(ed25519_public(&seed, public_key), CRYPTO_KEY_INVALID);
}

static void a_subject_public_key_info_round_trips_and_refuses(void **state) {
  (void)state;
  struct secret seed CLEANUP(secret_clear) = {0};
  uint8_t public_key[ED25519_PUBLIC_BYTES];
  uint8_t again[ED25519_PUBLIC_BYTES];
  uint8_t spki[ED25519_SPKI_BYTES];
  assert_ok(ed25519_generate(&seed));
  assert_ok(ed25519_public(&seed, public_key));
  ed25519_spki_write(public_key, spki);
  assert_ok(ed25519_spki_parse(slice_of(spki, sizeof spki), again));
  assert_memory_equal(public_key, again, sizeof again);
  assert_code(ed25519_spki_parse(slice_of(spki, sizeof spki - 1), again), CRYPTO_KEY_INVALID);
  spki[8] ^= 1; /* X25519 and its kin differ here */
  assert_code(ed25519_spki_parse(slice_of(spki, sizeof spki), again), CRYPTO_KEY_INVALID);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(signs_as_the_standard_s_examples_do),
      cmocka_unit_test(a_seed_of_another_length_is_refused),
      cmocka_unit_test(a_subject_public_key_info_round_trips_and_refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
