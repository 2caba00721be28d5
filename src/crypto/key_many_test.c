/* Signatures of key_many.h against OpenSSL, and what a fault of the machine makes of them. */
#include "crypto/key_many.h"

#include <openssl/ecdsa.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit_test.h"

enum { KEYS = 9, ITEMS_MAX = 150 };

struct keys {
  struct key *keys[KEYS];
  struct key *publics[KEYS];
  struct arena arena;
};

static int setup(void **state) {
  struct keys *keys = heap_alloc(sizeof *keys);
  *keys = (struct keys){.keys = {NULL}};
  arena_init(&keys->arena);
  assert_int_equal(key_many_is_here(), lanes_is_here()); /* and what is tried first there is right */
  for (int i = 0; i < KEYS; i++) {
    struct slice spki = {0};
    assert_ok(key_generate(&keys->keys[i]));
    assert_ok(key_public(keys->keys[i], &keys->arena, &spki));
    assert_ok(key_load_public(spki, &keys->publics[i]));
    assert_null(key_scalar(keys->keys[i], false));
    assert_true(key_keep_scalar(keys->keys[i]));
    assert_true(key_keep_scalar(keys->keys[i])); /* once more changes nothing */
    assert_memory_equal(key_scalar(keys->keys[i], false), key_scalar(keys->keys[i], true), LANES_BYTES);
    assert_false(key_keep_scalar(keys->publics[i]));
    assert_null(key_scalar(keys->publics[i], false));
  }
  *state = keys;
  return 0;
}

static int teardown(void **state) {
  struct keys *keys = *state;
  for (int i = 0; i < KEYS; i++) {
    key_free(&keys->keys[i]);
    key_free(&keys->publics[i]);
  }
  arena_free(&keys->arena);
  free(keys);
  return 0;
}

/* Item i is for key i, and has a digest of its own; the first two have those at the ends. */
static void fill(const struct keys *keys, struct key_many_item *items, size_t count) {
  memset(items, 0, count * sizeof *items);
  for (size_t i = 0; i < count; i++) {
    const size_t text[] = {count, i};
    items[i].key = keys->keys[i % KEYS];
    digest_sha256(slice_of(text, sizeof text), items[i].digest);
    if (i < 2) {
      memset(items[i].digest, i == 0 ? 0x00 : 0xFF, DIGEST_BYTES);
    }
  }
}

static void assert_signed(const struct keys *keys, const struct key_many_item *items, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint8_t raw[KEY_RAW_BYTES];
    uint8_t other[DIGEST_BYTES];
    memcpy(other, items[i].digest, sizeof other);
    other[i % DIGEST_BYTES] ^= 4;
    assert_ok(items[i].outcome);
    assert_ok(key_verify(keys->publics[i % KEYS], items[i].digest, items[i].signature));
    assert_ok(key_signature_to_raw(items[i].signature, raw));
    assert_ok(key_verify_raw(keys->publics[i % KEYS], items[i].digest, slice_of(raw, sizeof raw)));
    assert_code(key_verify(keys->publics[i % KEYS], other, items[i].signature), CRYPTO_SIGNATURE_WRONG);
    assert_code(key_verify(keys->publics[(i + 1) % KEYS], items[i].digest, items[i].signature), CRYPTO_SIGNATURE_WRONG);
  }
}

/* Where the processor has no lanes, all are OpenSSL's. */
static size_t expected_in_lanes(size_t count) { return key_many_is_here() && count > 1 ? count : 0; }

static void signatures_of_every_count_verify(void **state) {
  struct keys *keys = *state;
  struct key_many_item items[ITEMS_MAX];
  static const size_t more[] = {0, 63, 64, 65, 66, 128, ITEMS_MAX};
  for (size_t i = 1; i < 27; i++) {
    const size_t count = i <= 20 ? i : more[i - 20];
    fill(keys, items, count);
    size_t in_lanes = key_many_sign(items, count, &keys->arena);
    assert_int_equal(in_lanes, expected_in_lanes(count) - (key_many_is_here() && count % 64 == 1 && count > 1 ? 1 : 0));
    assert_signed(keys, items, count);
  }
}

static void keys_that_were_not_made_ready_are_signed_for_by_openssl(void **state) {
  struct keys *keys = *state;
  struct key *plain CLEANUP(key_free) = NULL;
  struct key_many_item items[20];
  assert_ok(key_generate(&plain));
  fill(keys, items, 20);
  items[3].key = plain;
  items[11].key = plain;
  items[12].key = keys->publics[0]; /* cannot sign */
  assert_int_equal(key_many_sign(items, 20, &keys->arena), expected_in_lanes(17));
  assert_ok(key_verify(plain, items[3].digest, items[3].signature));
  assert_ok(key_verify(plain, items[11].digest, items[11].signature));
  assert_code(items[12].outcome, CRYPTO_LIBRARY_FAILED);
  assert_int_equal(items[12].signature.len, 0);
  assert_signed(keys, items, 3);
  assert_ok(key_verify(keys->publics[13 % KEYS], items[13].digest, items[13].signature));
}

static int compare(const void *a, const void *b) { return memcmp(a, b, LANES_BYTES); }

/* The same key and the same digest each time: one nonce twice would show as one r twice, and give the key away. The encoding is the one OpenSSL gives for these
 * numbers, with first bits set and first bytes nought among them. */
static void no_two_nonces_are_alike_and_every_signature_is_encoded_as_openssl_would(void **state) {
  enum { ROUNDS = 60, COUNT = 64 };
  struct keys *keys = *state;
  static uint8_t seen[ROUNDS * COUNT][LANES_BYTES];
  struct key_many_item items[COUNT];
  size_t high = 0;
  size_t shorter = 0;
  for (size_t i = 0; i < (size_t)ROUNDS * COUNT; i++) {
    if (i % COUNT == 0) {
      memset(items, 0, sizeof items);
      for (size_t at = 0; at < COUNT; at++) {
        items[at].key = keys->keys[0];
      }
      assert_int_equal(key_many_sign(items, COUNT, &keys->arena), expected_in_lanes(COUNT));
    }
    const struct slice signature = items[i % COUNT].signature;
    const uint8_t *at = signature.ptr;
    uint8_t *again = NULL;
    ECDSA_SIG *read = d2i_ECDSA_SIG(NULL, &at, (long)signature.len);
    assert_non_null(read);
    int len = i2d_ECDSA_SIG(read, &again);
    assert_true(slice_eq(signature, slice_of(again, (size_t)len)));
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(read), seen[i], LANES_BYTES), LANES_BYTES);
    high += seen[i][0] >= 0x80;
    shorter += seen[i][0] == 0;
    OPENSSL_free(again);
    ECDSA_SIG_free(read);
  }
  qsort(seen, (size_t)ROUNDS * COUNT, sizeof *seen, compare);
  for (size_t i = 1; i < (size_t)ROUNDS * COUNT; i++) {
    assert_true(memcmp(seen[i - 1], seen[i], LANES_BYTES) < 0);
  }
  assert_true(high > 0 && shorter > 0);
}

/* ---- faults ---- */

enum { SPOILT = 11 }; /* the place that is harmed: lane 3 of the second group */

static void flip(struct lanes *numbers, int limb) { numbers->limbs[limb][SPOILT % LANES] ^= 1 << 20; }

#define HARM(name, when, what)                                                   \
  static void name(struct lanes_group *groups, enum lanes_step step) {           \
    struct lanes_group *group = &groups[SPOILT / LANES];                         \
    if (step == (when)) {                                                        \
      what;                                                                      \
    }                                                                            \
  }
HARM(harm_x, LANES_MULTIPLIED, flip(&group->point[0], 0))
HARM(harm_y, LANES_MULTIPLIED, flip(&group->point[1], 4))
HARM(harm_z, LANES_MULTIPLIED, flip(&group->point[2], 2))
HARM(harm_k, LANES_MULTIPLIED, flip(&group->k, 3))
HARM(harm_k_before_its_inverse, LANES_MULTIPLIED, flip(&group->k_inside, 1))
HARM(harm_k_after_its_inverse, LANES_INVERTED, flip(&group->k_inverse, 0))
HARM(harm_the_inverse_of_z, LANES_INVERTED, flip(&group->z_inverse, 0))
HARM(harm_x_after_the_inverse, LANES_INVERTED, flip(&group->point[0], 1))
HARM(harm_the_scalar, LANES_INVERTED, group->scalars.of[SPOILT % LANES][31] ^= 1)
HARM(harm_the_twin, LANES_INVERTED, group->twins.of[SPOILT % LANES][0] ^= 0x10)
HARM(harm_r, LANES_SIGNED, group->r.of[SPOILT % LANES][7] ^= 1)
HARM(harm_s, LANES_SIGNED, group->s.of[SPOILT % LANES][31] ^= 0x80)
HARM(harm_r_to_nought, LANES_SIGNED, memset(group->r.of[SPOILT % LANES], 0, LANES_BYTES))
HARM(harm_nothing, LANES_SIGNED, (void)group)

static void a_signature_that_a_fault_spoilt_is_never_given_out(void **state) {
  struct keys *keys = *state;
  static lanes_harm *const harms[] = {harm_x, harm_y, harm_z, harm_k, harm_k_before_its_inverse, harm_k_after_its_inverse, harm_the_inverse_of_z,
                                      harm_x_after_the_inverse, harm_the_scalar, harm_the_twin, harm_r, harm_s, harm_r_to_nought};
  struct key_many_item items[20];
  if (!key_many_is_here()) {
    skip();
  }
  for (size_t i = 0; i < sizeof harms / sizeof *harms; i++) {
    fill(keys, items, 20);
    size_t in_lanes = key_many_sign_harmed(items, 20, harms[i], &keys->arena);
    if (in_lanes != 19) {
      fail_msg("harm %zu: %zu signatures given out", i, in_lanes);
    }
    assert_signed(keys, items, 20);
  }
  fill(keys, items, 20);
  assert_int_equal(key_many_sign_harmed(items, 20, harm_nothing, &keys->arena), 20);
  assert_signed(keys, items, 20);
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(signatures_of_every_count_verify),
      cmocka_unit_test(keys_that_were_not_made_ready_are_signed_for_by_openssl),
      cmocka_unit_test(no_two_nonces_are_alike_and_every_signature_is_encoded_as_openssl_would),
      cmocka_unit_test(a_signature_that_a_fault_spoilt_is_never_given_out),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
