#include "crypto/key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "codec/der.h"
#include "crypto/key_table.h"

enum { SCALAR_BYTES = 32, SCALARS_BYTES = 2 * SCALAR_BYTES };

/* The two contexts are made ready once: OpenSSL 3.0 looks its algorithm up at each init, a copy of a ready one does
 * not. They are only ever copied, never used, so threads share them. */
struct key {
  EVP_PKEY *pkey;
  EVP_PKEY_CTX *to_sign; /* NULL: a public key */
  EVP_PKEY_CTX *to_verify;
  _Atomic(struct key_table *) table; /* NULL: none yet */
  _Atomic(uint8_t *) scalars;        /* two copies; NULL: not kept */
};

static void free_pkey(EVP_PKEY **pkey) {
  EVP_PKEY_free(*pkey);
}
static void free_context(EVP_PKEY_CTX **context) {
  EVP_PKEY_CTX_free(*context);
}

void key_free(struct key **key) {
  if (*key != NULL) {
    EVP_PKEY_CTX_free((*key)->to_sign);
    EVP_PKEY_CTX_free((*key)->to_verify);
    EVP_PKEY_free((*key)->pkey);
    struct key_table *table = atomic_load(&(*key)->table);
    key_table_free(&table);
    OPENSSL_clear_free(atomic_load(&(*key)->scalars), SCALARS_BYTES);
    free(*key);
    *key = NULL;
  }
}

/* Takes pkey over. */
static result wrap(EVP_PKEY *pkey, bool is_private, struct key **ret_key) {
  struct key *key CLEANUP(key_free) = heap_alloc(sizeof *key);
  *key = (struct key){.pkey = pkey};
  key->to_verify = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
  if (key->to_verify == NULL || EVP_PKEY_verify_init(key->to_verify) != 1) {
    FAIL(CRYPTO_LIBRARY_FAILED, "no verifying context");
  }
  if (is_private) {
    key->to_sign = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    if (key->to_sign == NULL || EVP_PKEY_sign_init(key->to_sign) != 1) {
      FAIL(CRYPTO_LIBRARY_FAILED, "no signing context");
    }
  }
  *ret_key = key;
  key = NULL;
  return OK;
}

result key_generate(struct key **ret_key) {
  EVP_PKEY *pkey = EVP_EC_gen("P-256");
  if (pkey == NULL) {
    FAIL(CRYPTO_LIBRARY_FAILED, "key generation");
  }
  return wrap(pkey, true, ret_key);
}

static result check_p256(EVP_PKEY *pkey) {
  char group[32] = "";
  if (EVP_PKEY_get_base_id(pkey) != EVP_PKEY_EC || EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) != 1 ||
      strcmp(group, SN_X9_62_prime256v1) != 0) {
    FAIL(CRYPTO_KEY_INVALID, "not a P-256 key");
  }
  return OK;
}

result key_load_private(struct slice pkcs8, struct key **ret_key) {
  const uint8_t *at = pkcs8.ptr;
  EVP_PKEY *pkey CLEANUP(free_pkey) = d2i_AutoPrivateKey_ex(NULL, &at, (long)pkcs8.len, NULL, NULL);
  if (pkey == NULL || at != pkcs8.ptr + pkcs8.len) {
    FAIL(CRYPTO_KEY_INVALID, "not a PKCS#8 key");
  }
  TRY(check_p256(pkey));
  EVP_PKEY *taken = pkey;
  pkey = NULL;
  return wrap(taken, true, ret_key);
}

static void free_pkcs8(PKCS8_PRIV_KEY_INFO **info) {
  PKCS8_PRIV_KEY_INFO_free(*info);
}

result key_save_private(const struct key *key, struct secret *ret_pkcs8) {
  PKCS8_PRIV_KEY_INFO *info CLEANUP(free_pkcs8) = key->to_sign ? EVP_PKEY2PKCS8(key->pkey) : NULL;
  int len = info ? i2d_PKCS8_PRIV_KEY_INFO(info, NULL) : -1;
  if (len <= 0 || len > SECRET_BYTES_MAX) {
    FAIL(CRYPTO_LIBRARY_FAILED, "cannot write the private key");
  }
  secret_clear(ret_pkcs8);
  uint8_t *at = ret_pkcs8->bytes;
  ret_pkcs8->len = (size_t)i2d_PKCS8_PRIV_KEY_INFO(info, &at);
  return OK;
}

/* What stands before the point in every P-256 SubjectPublicKeyInfo with a named curve and an uncompressed point
 * [RFC5480 2]. */
static const uint8_t spki_head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06,
                                    0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

result key_point_of(struct slice spki, struct slice *ret_point) {
  if (spki.len != KEY_PUBLIC_BYTES || !slice_starts(spki, slice_of(spki_head, sizeof spki_head))) {
    FAIL(CRYPTO_KEY_INVALID, "not the SubjectPublicKeyInfo of a P-256 key");
  }
  *ret_point = slice_from(spki, sizeof spki_head - 1);
  return OK;
}

/* The generator of P-256 (SP 800-186 3.2.1.3): a public key as good as any other to begin from. */
static const uint8_t generator[] = {
    0x04, 0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6, 0xE5, 0x63, 0xA4, 0x40, 0xF2,
    0x77, 0x03, 0x7D, 0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4, 0xA1, 0x39, 0x45, 0xD8, 0x98, 0xC2, 0x96, 0x4F,
    0xE3, 0x42, 0xE2, 0xFE, 0x1A, 0x7F, 0x9B, 0x8E, 0xE7, 0xEB, 0x4A, 0x7C, 0x0F, 0x9E, 0x16, 0x2B, 0xCE,
    0x33, 0x57, 0x6B, 0x31, 0x5E, 0xCE, 0xCB, 0xB6, 0x40, 0x68, 0x37, 0xBF, 0x51, 0xF5};

/* Written once: OpenSSL builds the curve anew for each key that is made from its parts, a copy shares it. */
static pthread_once_t model_once = PTHREAD_ONCE_INIT;
static EVP_PKEY *model; /* NULL: the library failed */

static void make_model(void) {
  EVP_PKEY_CTX *context CLEANUP(free_context) = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char[]){SN_X9_62_prime256v1}, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)generator, sizeof generator),
      OSSL_PARAM_construct_end(),
  };
  if (context != NULL && EVP_PKEY_fromdata_init(context) == 1) {
    (void)EVP_PKEY_fromdata(context, &model, EVP_PKEY_PUBLIC_KEY, parameters);
  }
}

/* From the point, not by OpenSSL's decoder, which takes many times as long. That the point is on the curve is checked. */
result key_load_point(struct slice point, struct key **ret_key) {
  if (point.len != KEY_POINT_BYTES || point.ptr[0] != 0x04) {
    FAIL(CRYPTO_KEY_INVALID, "not an uncompressed point of P-256");
  }
  (void)pthread_once(&model_once, make_model);
  EVP_PKEY *pkey CLEANUP(free_pkey) = model != NULL ? EVP_PKEY_dup(model) : NULL;
  if (pkey == NULL) {
    FAIL(CRYPTO_LIBRARY_FAILED, "no public key to begin from");
  }
  if (EVP_PKEY_set1_encoded_public_key(pkey, point.ptr, point.len) != 1) {
    FAIL(CRYPTO_KEY_INVALID, "point not on P-256");
  }
  EVP_PKEY *taken = pkey;
  pkey = NULL;
  return wrap(taken, false, ret_key);
}

result key_load_public(struct slice spki, struct key **ret_key) {
  struct slice point = {0};
  TRY(key_point_of(spki, &point));
  return key_load_point(point, ret_key);
}

result key_public(const struct key *key, struct arena *arena, struct slice *ret_spki) {
  uint8_t *at = NULL;
  int len = i2d_PUBKEY(key->pkey, &at);
  if (len != KEY_PUBLIC_BYTES) {
    OPENSSL_free(at);
    FAIL(CRYPTO_LIBRARY_FAILED, "cannot write the public key");
  }
  *ret_spki = arena_copy(arena, slice_of(at, (size_t)len));
  OPENSSL_free(at);
  return OK;
}

result key_sign(const struct key *key, const uint8_t digest[static DIGEST_BYTES], struct arena *arena,
                struct slice *ret_signature) {
  EVP_PKEY_CTX *context CLEANUP(free_context) = key->to_sign ? EVP_PKEY_CTX_dup(key->to_sign) : NULL;
  uint8_t *signature = arena_alloc(arena, KEY_SIGNATURE_BYTES_MAX);
  size_t len = KEY_SIGNATURE_BYTES_MAX;
  if (context == NULL || EVP_PKEY_sign(context, signature, &len, digest, DIGEST_BYTES) != 1) {
    FAIL(CRYPTO_LIBRARY_FAILED, "signing failed");
  }
  *ret_signature = slice_of(signature, len);
  return OK;
}

result key_verify(const struct key *key, const uint8_t digest[static DIGEST_BYTES], struct slice signature) {
  EVP_PKEY_CTX *context CLEANUP(free_context) = EVP_PKEY_CTX_dup(key->to_verify);
  if (context == NULL) {
    FAIL(CRYPTO_LIBRARY_FAILED, "no verifying context");
  }
  if (EVP_PKEY_verify(context, signature.ptr, signature.len, digest, DIGEST_BYTES) != 1) {
    FAIL(CRYPTO_SIGNATURE_WRONG, "the signature does not match");
  }
  return OK;
}

static result read_half(struct slice *rest, uint8_t ret_half[static 32]) {
  struct slice magnitude = {0};
  if (!is_ok(der_read_unsigned(rest, &magnitude)) || magnitude.len > 32) {
    FAIL(CRYPTO_SIGNATURE_SYNTAX, "not an ECDSA-Sig-Value");
  }
  memset(ret_half, 0, 32);
  memcpy(ret_half + 32 - magnitude.len, magnitude.ptr, magnitude.len);
  return OK;
}

result key_signature_to_raw(struct slice signature, uint8_t ret_raw[static KEY_RAW_BYTES]) {
  uint8_t raw[KEY_RAW_BYTES];
  struct slice content = {0};
  if (!is_ok(der_expect(&signature, DER_SEQUENCE, &content)) || signature.len > 0) {
    FAIL(CRYPTO_SIGNATURE_SYNTAX, "not an ECDSA-Sig-Value");
  }
  TRY(read_half(&content, raw));
  TRY(read_half(&content, raw + 32));
  if (content.len > 0) {
    FAIL(CRYPTO_SIGNATURE_SYNTAX, "bytes after s");
  }
  memcpy(ret_raw, raw, sizeof raw);
  return OK;
}

result key_signature_from_raw(struct slice raw, struct arena *arena, struct slice *ret_signature) {
  if (raw.len != KEY_RAW_BYTES) { /* [RFC7518 3.4 MUST] */
    FAIL(CRYPTO_SIGNATURE_SYNTAX, "%zu bytes instead of 64", raw.len);
  }
  struct buf out;
  buf_init(&out, arena, KEY_SIGNATURE_BYTES_MAX);
  size_t sequence = der_open(&out, DER_SEQUENCE);
  der_put_unsigned(&out, slice_sub(raw, 0, 32));
  der_put_unsigned(&out, slice_sub(raw, 32, 32));
  der_close(&out, sequence);
  *ret_signature = buf_slice(&out);
  return OK;
}

bool key_keep_scalar(struct key *key) {
  BIGNUM *number = NULL;
  uint8_t *scalars = OPENSSL_zalloc(SCALARS_BYTES);
  uint8_t *none = NULL;
  bool kept = scalars != NULL && key->to_sign != NULL && EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1 &&
              BN_bn2binpad(number, scalars, SCALAR_BYTES) == SCALAR_BYTES && BN_bn2binpad(number, scalars + SCALAR_BYTES, SCALAR_BYTES) == SCALAR_BYTES;
  BN_clear_free(number);
  if (!kept || !atomic_compare_exchange_strong(&key->scalars, &none, scalars)) {
    OPENSSL_clear_free(scalars, SCALARS_BYTES);
  }
  return kept;
}

const uint8_t *key_scalar(const struct key *key, bool second) {
  const uint8_t *scalars = atomic_load_explicit(&key->scalars, memory_order_acquire);
  return scalars == NULL ? NULL : scalars + (second ? SCALAR_BYTES : 0);
}

bool key_hasten(struct key *key) {
  uint8_t *point = NULL;
  size_t len = EVP_PKEY_get1_encoded_public_key(key->pkey, &point);
  struct key_table *table = len == KEY_POINT_BYTES ? key_table_new(slice_of(point, len)) : NULL;
  struct key_table *none = NULL;
  OPENSSL_free(point);
  if (table != NULL && !atomic_compare_exchange_strong(&key->table, &none, table)) {
    key_table_free(&table); /* two threads at once */
  }
  return atomic_load(&key->table) != NULL;
}

result key_verify_raw(const struct key *key, const uint8_t digest[static DIGEST_BYTES], struct slice raw) {
  const struct key_table *table = atomic_load_explicit(&key->table, memory_order_acquire);
  if (table != NULL && raw.len == KEY_RAW_BYTES) {
    return key_table_verify(table, digest, raw.ptr)
               ? OK
               : fault_set(__FILE__, __LINE__, CRYPTO_SIGNATURE_WRONG, "the signature does not match");
  }
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice signature = {0};
  TRY(key_signature_from_raw(raw, &arena, &signature));
  return key_verify(key, digest, signature);
}
