/* Any bytes as scalars, digests and nonces of eight signatures: r and s in lanes are OpenSSL's, and where there are none the lane says so. */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/lanes_sign.h"

enum { NUMBERS = 4, LANE_BYTES = NUMBERS * LANES_BYTES }; /* a scalar, a digest, a nonce of 512 bits */

static struct lanes_table *table;
static EC_GROUP *curve;

struct expected {
  uint8_t r[LANES_BYTES];
  uint8_t s[LANES_BYTES];
};

/* false: one of them is nought. */
static bool expect(const uint8_t bytes[static LANE_BYTES], BN_CTX *numbers, struct expected *ret_expected) {
  const BIGNUM *order = EC_GROUP_get0_order(curve);
  BIGNUM *d = BN_bin2bn(bytes, LANES_BYTES, BN_CTX_get(numbers));
  BIGNUM *z = BN_bin2bn(bytes + LANES_BYTES, LANES_BYTES, BN_CTX_get(numbers));
  BIGNUM *k = BN_bin2bn(bytes + 2 * LANES_BYTES, 2 * LANES_BYTES, BN_CTX_get(numbers));
  BIGNUM *r = BN_CTX_get(numbers);
  BIGNUM *s = BN_CTX_get(numbers);
  EC_POINT *point = EC_POINT_new(curve);
  bool is_there = BN_mod(k, k, order, numbers) == 1 && !BN_is_zero(k) && EC_POINT_mul(curve, point, k, NULL, NULL, numbers) == 1 &&
                  EC_POINT_get_affine_coordinates(curve, point, r, NULL, numbers) == 1 && BN_mod(r, r, order, numbers) == 1 &&
                  BN_mod_mul(s, r, d, order, numbers) == 1 && BN_mod_add(s, s, z, order, numbers) == 1 && BN_mod_inverse(k, k, order, numbers) != NULL &&
                  BN_mod_mul(s, s, k, order, numbers) == 1 && !BN_is_zero(r) && !BN_is_zero(s) &&
                  BN_bn2binpad(r, ret_expected->r, LANES_BYTES) == LANES_BYTES && BN_bn2binpad(s, ret_expected->s, LANES_BYTES) == LANES_BYTES;
  EC_POINT_free(point);
  return is_there;
}

static void compare(const struct lanes_group *group, int lane, const uint8_t bytes[static LANE_BYTES]) {
  BN_CTX *numbers = BN_CTX_new();
  struct expected expected;
  BN_CTX_start(numbers);
  bool is_there = expect(bytes, numbers, &expected);
  BN_CTX_end(numbers);
  BN_CTX_free(numbers);
  if (is_there != (group->is_good[lane] == UINT64_MAX) ||
      (is_there && (memcmp(expected.r, group->r.of[lane], LANES_BYTES) != 0 || memcmp(expected.s, group->s.of[lane], LANES_BYTES) != 0))) {
    abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  uint8_t lanes[LANES][LANE_BYTES] = {{0}};
  struct lanes_group group;
  if (!lanes_is_here()) {
    return 0;
  }
  if (table == NULL) {
    table = lanes_table_new();
    curve = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  }
  if (len > 0) {
    memcpy(lanes, bytes, len < sizeof lanes ? len : sizeof lanes);
  }
  memset(&group, 0, sizeof group);
  for (int lane = 0; lane < LANES; lane++) {
    memcpy(group.scalars.of[lane], lanes[lane], LANES_BYTES);
    memcpy(group.digests.of[lane], lanes[lane] + LANES_BYTES, LANES_BYTES);
    memcpy(group.nonces[0].of[lane], lanes[lane] + 2 * LANES_BYTES, LANES_BYTES);
    memcpy(group.nonces[1].of[lane], lanes[lane] + 3 * LANES_BYTES, LANES_BYTES);
  }
  group.twins = group.scalars;
  lanes_sign(table, &group, 1, NULL);
  for (int lane = 0; lane < LANES; lane++) {
    compare(&group, lane, lanes[lane]);
  }
  return 0;
}
