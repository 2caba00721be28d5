#include "crypto/public_key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdlib.h>

#include "crypto/key.h"

enum { RSA_EXPONENT_BYTES_MAX = 4, PSS_SALT_BYTES = 32, ED25519_BYTES = 32, ED25519_SIGNATURE_BYTES = 64 };

/* The contexts are made ready once and then only copied, so threads share them (key.c says why). */
struct public_key {
  struct key *p256;      /* P-256 */
  EVP_PKEY *pkey;        /* the others */
  EVP_PKEY_CTX *pss;     /* RSA: ready to verify a digest */
  EVP_MD_CTX *ed25519;   /* ready to verify a message */
  size_t signature_bytes;
};

static void free_pkey_context(EVP_PKEY_CTX **context) { EVP_PKEY_CTX_free(*context); }
static void free_md_context(EVP_MD_CTX **context) { EVP_MD_CTX_free(*context); }

void public_key_free(struct public_key **ref) {
  struct public_key *key = *ref;
  if (key != NULL) {
    key_free(&key->p256);
    EVP_PKEY_CTX_free(key->pss);
    EVP_MD_CTX_free(key->ed25519);
    EVP_PKEY_free(key->pkey);
    free(key);
    *ref = NULL;
  }
}

static struct public_key *new_key(void) {
  struct public_key *key = heap_alloc(sizeof *key);
  *key = (struct public_key){0};
  return key;
}

result public_key_load_p256(struct slice x, struct slice y, struct public_key **ret_key) {
  if (x.len != 32 || y.len != 32) { /* [RFC7518 6.2.1.2 MUST] the full size of a coordinate */
    FAIL(CRYPTO_KEY_INVALID, "coordinates of %zu and %zu bytes", x.len, y.len);
  }
  uint8_t point[KEY_POINT_BYTES] = {0x04};
  memcpy(point + 1, x.ptr, 32);
  memcpy(point + 33, y.ptr, 32);
  struct public_key *key CLEANUP(public_key_free) = new_key();
  TRY(key_load_point(slice_of(point, sizeof point), &key->p256));
  *ret_key = key;
  key = NULL;
  return OK;
}

/* ---- RSA ---- */

static result check_rsa(struct slice n, struct slice e) {
  if (n.len == 0 || n.ptr[0] == 0) { /* [RFC7518 6.3.1.1 MUST] no extra zero octet */
    FAIL(CRYPTO_KEY_INVALID, "no modulus, or one that begins with a nought");
  }
  size_t bits = n.len * 8 - ((size_t)__builtin_clz(n.ptr[0]) - 24);
  if (bits < PUBLIC_KEY_RSA_BITS_MIN || bits > PUBLIC_KEY_RSA_BITS_MAX || (n.ptr[n.len - 1] & 1) == 0) {
    FAIL(CRYPTO_KEY_INVALID, "modulus of %zu bits, or even", bits);
  }
  bool is_small = e.len < 3 || (e.len == 3 && e.ptr[0] == 0);
  if (is_small || e.len > RSA_EXPONENT_BYTES_MAX || e.ptr[0] == 0 || (e.ptr[e.len - 1] & 1) == 0) { /* FIPS 186-5 A.1.1: 2^16 < e, odd */
    FAIL(CRYPTO_KEY_INVALID, "public exponent of %zu bytes", e.len);
  }
  return OK;
}

enum { RSA_BYTES_MAX = PUBLIC_KEY_RSA_BITS_MAX / 8 };

/* OSSL_PARAM holds numbers in the machine's order. */
static void reverse(uint8_t *to, struct slice from) {
  for (size_t i = 0; i < from.len; i++) {
    to[i] = from.ptr[from.len - 1 - i];
  }
}

static EVP_PKEY *rsa_from(struct slice n, struct slice e) {
  _Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers for OpenSSL are written least byte first");
  uint8_t modulus[RSA_BYTES_MAX];
  uint8_t exponent[RSA_EXPONENT_BYTES_MAX];
  reverse(modulus, n);
  reverse(exponent, e);
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, n.len),
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent, e.len),
      OSSL_PARAM_construct_end(),
  };
  EVP_PKEY *pkey = NULL;
  EVP_PKEY_CTX *context CLEANUP(free_pkey_context) = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
  if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
      EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
    return NULL;
  }
  return pkey;
}

/* [RFC7518 3.5] PS256: the salt is as long as the hash, MGF1 with the same hash. */
static bool prepare_pss(struct public_key *key) {
  key->pss = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
  return key->pss != NULL && EVP_PKEY_verify_init(key->pss) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(key->pss, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(key->pss, EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(key->pss, EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(key->pss, PSS_SALT_BYTES) == 1;
}

result public_key_load_rsa(struct slice n, struct slice e, struct public_key **ret_key) {
  TRY(check_rsa(n, e));
  struct public_key *key CLEANUP(public_key_free) = new_key();
  key->pkey = rsa_from(n, e);
  key->signature_bytes = n.len;
  if (key->pkey == NULL || !prepare_pss(key)) {
    FAIL(CRYPTO_LIBRARY_FAILED, "RSA key");
  }
  *ret_key = key;
  key = NULL;
  return OK;
}

/* ---- Ed25519 ---- */

result public_key_load_ed25519(struct slice x, struct public_key **ret_key) {
  if (x.len != ED25519_BYTES) {
    FAIL(CRYPTO_KEY_INVALID, "Ed25519 key of %zu bytes", x.len);
  }
  struct public_key *key CLEANUP(public_key_free) = new_key();
  key->signature_bytes = ED25519_SIGNATURE_BYTES;
  key->pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, x.ptr, x.len);
  key->ed25519 = EVP_MD_CTX_new();
  if (key->pkey == NULL || key->ed25519 == NULL ||
      EVP_DigestVerifyInit_ex(key->ed25519, NULL, NULL, NULL, NULL, key->pkey, NULL) != 1) {
    FAIL(CRYPTO_KEY_INVALID, "not an Ed25519 key");
  }
  *ret_key = key;
  key = NULL;
  return OK;
}

result public_key_spki(const struct public_key *key, struct arena *arena, struct slice *ret_spki) {
  if (key->p256 != NULL) {
    return key_public(key->p256, arena, ret_spki);
  }
  uint8_t *der = NULL;
  int len = i2d_PUBKEY(key->pkey, &der);
  if (len <= 0) {
    FAIL(CRYPTO_LIBRARY_FAILED, "cannot write the public key");
  }
  *ret_spki = arena_copy(arena, slice_of(der, (size_t)len));
  OPENSSL_free(der);
  return OK;
}

/* ---- verification ---- */

static bool is_pss(const struct public_key *key, struct slice message, struct slice signature) {
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(message, digest);
  EVP_PKEY_CTX *context CLEANUP(free_pkey_context) = EVP_PKEY_CTX_dup(key->pss);
  return context != NULL && EVP_PKEY_verify(context, signature.ptr, signature.len, digest, sizeof digest) == 1;
}

static bool is_ed25519(const struct public_key *key, struct slice message, struct slice signature) {
  EVP_MD_CTX *context CLEANUP(free_md_context) = EVP_MD_CTX_new();
  return context != NULL && EVP_MD_CTX_copy_ex(context, key->ed25519) == 1 &&
         EVP_DigestVerify(context, signature.ptr, signature.len, message.ptr, message.len) == 1;
}

bool public_key_hasten(struct public_key *key) { return key->p256 != NULL && key_hasten(key->p256); }

result public_key_verify(const struct public_key *key, struct slice message, struct slice signature) {
  if (key->p256 != NULL) {
    uint8_t digest[DIGEST_BYTES];
    digest_sha256(message, digest);
    return key_verify_raw(key->p256, digest, signature);
  }
  if (signature.len != key->signature_bytes) {
    FAIL(CRYPTO_SIGNATURE_SYNTAX, "%zu bytes instead of %zu", signature.len, key->signature_bytes);
  }
  bool holds = key->pss != NULL ? is_pss(key, message, signature) : is_ed25519(key, message, signature);
  if (!holds) {
    FAIL(CRYPTO_SIGNATURE_WRONG, "the signature does not match");
  }
  return OK;
}
