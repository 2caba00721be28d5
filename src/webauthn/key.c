/* COSE keys of credentials, written as SubjectPublicKeyInfo, in which form they are stored, compared and loaded. */
#include <stdlib.h>

#include "codec/der.h"
#include "webauthn/ceremony.h"

/* COSE: labels, key types and curves [RFC9052 7.1; RFC9053 7.1, 7.2; RFC8230 4] */
enum { LABEL_TYPE = 1, LABEL_ALGORITHM = 3, LABEL_FIRST = -1, LABEL_SECOND = -2, LABEL_THIRD = -3 };
enum { TYPE_OKP = 1, TYPE_EC2 = 2, TYPE_RSA = 3 };
enum { CURVE_P256 = 1, CURVE_ED25519 = 6, COORDINATE_BYTES = 32 };

static result expect_bytes(const struct cin *map, int64_t label, size_t bytes, struct slice *ret_bytes) {
  const struct cin *value = NULL;
  TRY(cin_expect_int(map, label, CIN_BYTES, &value));
  if (bytes > 0 && value->bytes.len != bytes) {
    FAIL(WEBAUTHN_KEY_INVALID, "%zu bytes instead of %zu", value->bytes.len, bytes);
  }
  *ret_bytes = value->bytes;
  return OK;
}

static result expect_curve(const struct cin *map, int64_t curve) {
  const struct cin *value = NULL;
  TRY(cin_expect_int(map, LABEL_FIRST, CIN_INT, &value));
  if (value->number != curve) {
    FAIL(WEBAUTHN_KEY_INVALID, "another curve than the algorithm's");
  }
  return OK;
}

/* Both coordinates in bytes: a compressed point is not allowed [WebAuthn 5.8.5 MUST NOT]. */
static result write_ec2(const struct cin *map, struct arena *arena, struct slice *ret_spki) {
  struct slice x = {0};
  struct slice y = {0};
  TRY(expect_curve(map, CURVE_P256));
  TRY(expect_bytes(map, LABEL_SECOND, COORDINATE_BYTES, &x));
  TRY(expect_bytes(map, LABEL_THIRD, COORDINATE_BYTES, &y));
  *ret_spki = webauthn_spki_p256(x, y, arena);
  return OK;
}

static result write_okp(const struct cin *map, struct arena *arena, struct slice *ret_spki) {
  struct slice x = {0};
  struct buf out;
  TRY(expect_curve(map, CURVE_ED25519)); /* [WebAuthn 5.8.5 MUST] EdDSA is Ed25519 */
  TRY(expect_bytes(map, LABEL_SECOND, COORDINATE_BYTES, &x));
  buf_init(&out, arena, 64);
  size_t whole = der_open(&out, DER_SEQUENCE); /* [RFC8410 4] */
  size_t algorithm = der_open(&out, DER_SEQUENCE);
  der_put_oid(&out, "1.3.101.112");
  der_close(&out, algorithm);
  der_put_bits(&out, x, 0);
  der_close(&out, whole);
  *ret_spki = buf_slice(&out);
  return OK;
}

static result write_rsa(const struct cin *map, struct arena *arena, struct slice *ret_spki) {
  struct slice modulus = {0};
  struct slice exponent = {0};
  TRY(expect_bytes(map, LABEL_FIRST, 0, &modulus));
  TRY(expect_bytes(map, LABEL_SECOND, 0, &exponent));
  if (slice_empty(modulus) || slice_empty(exponent) || modulus.ptr[0] == 0 ||
      exponent.ptr[0] == 0) { /* [RFC8230 4 MUST NOT] */
    FAIL(WEBAUTHN_KEY_INVALID, "leading noughts");
  }
  *ret_spki = webauthn_spki_rsa(modulus, exponent, arena);
  return OK;
}

static const struct kind {
  enum webauthn_algorithm algorithm;
  enum verifier_scheme scheme;
  int64_t type;
  size_t members;
  result (*write)(const struct cin *map, struct arena *arena, struct slice *ret_spki);
} kinds[] = {
    {WEBAUTHN_ES256, VERIFIER_ES256, TYPE_EC2, 5, write_ec2},
    {WEBAUTHN_EDDSA, VERIFIER_EDDSA, TYPE_OKP, 4, write_okp},
    {WEBAUTHN_RS256, VERIFIER_RS256, TYPE_RSA, 4, write_rsa},
};

static const struct kind *find_kind(int64_t cose_algorithm) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if ((int64_t)kinds[i].algorithm == cose_algorithm) {
      return &kinds[i];
    }
  }
  return NULL;
}

/* [RFC5480 2] */
struct slice webauthn_spki_p256(struct slice x, struct slice y, struct arena *arena) {
  struct buf out;
  struct buf point;
  buf_init(&out, arena, 96);
  buf_init(&point, arena, 1 + 2 * COORDINATE_BYTES);
  buf_append_byte(&point, 0x04);
  buf_append(&point, x);
  buf_append(&point, y);
  size_t whole = der_open(&out, DER_SEQUENCE);
  size_t algorithm = der_open(&out, DER_SEQUENCE);
  der_put_oid(&out, "1.2.840.10045.2.1");
  der_put_oid(&out, "1.2.840.10045.3.1.7");
  der_close(&out, algorithm);
  der_put_bits(&out, buf_slice(&point), 0);
  der_close(&out, whole);
  return buf_slice(&out);
}

/* [RFC3279 2.3.1] */
struct slice webauthn_spki_rsa(struct slice modulus, struct slice exponent, struct arena *arena) {
  struct buf out;
  struct buf key;
  buf_init(&out, arena, modulus.len + 64);
  buf_init(&key, arena, modulus.len + 32);
  size_t numbers = der_open(&key, DER_SEQUENCE);
  der_put_unsigned(&key, modulus);
  der_put_unsigned(&key, exponent);
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

bool webauthn_scheme_of(int64_t cose_algorithm, enum verifier_scheme *ret_scheme) {
  const struct kind *kind = find_kind(cose_algorithm);
  if (kind != NULL) {
    *ret_scheme = kind->scheme;
  }
  return kind != NULL;
}

void webauthn_key_free(struct webauthn_key **key) {
  if (*key != NULL) {
    verifier_free(&(*key)->verifier);
    free(*key);
    *key = NULL;
  }
}

result webauthn_key_read(const struct cin *cose_key, struct arena *arena, struct slice *ret_spki,
                         struct webauthn_key **ret_key) {
  const struct cin *algorithm = NULL;
  const struct cin *type = NULL;
  struct slice spki = {0};
  if (!is_ok(cin_expect_int(cose_key, LABEL_ALGORITHM, CIN_INT, &algorithm)) ||
      !is_ok(cin_expect_int(cose_key, LABEL_TYPE, CIN_INT, &type))) {
    FAIL(WEBAUTHN_KEY_INVALID, "no type or algorithm"); /* [WebAuthn 6.5.1 MUST] */
  }
  const struct kind *kind = find_kind(algorithm->number);
  if (kind == NULL) {
    FAIL(WEBAUTHN_ALGORITHM_WRONG, "algorithm was not offered"); /* [WebAuthn 7.1 step 20 MUST] */
  }
  /* [WebAuthn 6.5.1 MUST NOT] members that are not required */
  if (type->number != kind->type || cose_key->count != kind->members || !is_ok(kind->write(cose_key, arena, &spki))) {
    FAIL(WEBAUTHN_KEY_INVALID, "not a key of algorithm %d", (int)kind->algorithm);
  }
  struct verifier *verifier = NULL;
  if (!is_ok(verifier_load(spki, &verifier))) {
    FAIL(WEBAUTHN_KEY_INVALID, "not a key that may be used");
  }
  struct webauthn_key *key = heap_alloc(sizeof *key);
  *key = (struct webauthn_key){.verifier = verifier, .algorithm = kind->algorithm};
  *ret_spki = spki;
  *ret_key = key;
  return OK;
}

result webauthn_key_load(struct slice public_key, struct webauthn_key **ret_key) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct cin *map = NULL;
  struct slice spki = {0};
  if (public_key.len > WEBAUTHN_PUBLIC_KEY_BYTES_MAX || !is_ok(cin_parse(&arena, public_key, &map))) {
    FAIL(WEBAUTHN_KEY_INVALID, "not canonical CBOR");
  }
  return webauthn_key_read(map, &arena, &spki, ret_key);
}

result webauthn_key_check(const struct webauthn_key *key, const struct slice message[static 2],
                          struct slice signature) {
  return verifier_check(key->verifier, find_kind(key->algorithm)->scheme, message, signature);
}
