#include "crypto/verifier.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "crypto/digest.h"
#include "crypto/key.h"
#include "crypto/key_table.h"

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 4096, RSA_EXPONENT_MIN = 65537 };

struct verifier {
  uint8_t p256[KEY_POINT_BYTES];
  EVP_PKEY *pkey; /* NULL: the other */
};

static void free_pkey(EVP_PKEY **pkey) {
  EVP_PKEY_free(*pkey);
}
static void free_digest(EVP_MD_CTX **context) {
  EVP_MD_CTX_free(*context);
}
static void free_number(BIGNUM **number) {
  BN_free(*number);
}

void verifier_free(struct verifier **verifier) {
  if (*verifier != NULL) {
    EVP_PKEY_free((*verifier)->pkey);
    free(*verifier);
    *verifier = NULL;
  }
}

static result check_rsa(const EVP_PKEY *pkey) {
  BIGNUM *exponent CLEANUP(free_number) = NULL;
  int bits = EVP_PKEY_get_bits(pkey);
  if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1) {
    FAIL(CRYPTO_KEY_INVALID, "no public exponent");
  }
  BN_ULONG low = BN_num_bits(exponent) <= 32 ? BN_get_word(exponent) : 0;
  if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX || low < RSA_EXPONENT_MIN || low % 2 == 0) {
    FAIL(CRYPTO_KEY_INVALID, "RSA key of %d bits, or its exponent is not fit", bits);
  }
  return OK;
}

static result check_kind(const EVP_PKEY *pkey) {
  switch (EVP_PKEY_get_base_id(pkey)) {
    case EVP_PKEY_ED25519:
      return OK;
    case EVP_PKEY_RSA:
      return check_rsa(pkey);
    default:
      FAIL(CRYPTO_KEY_INVALID, "a key of another kind");
  }
}

/* Most are a passkey's that is used once: not made an object of the library's first. */
static result load_point(struct slice point, struct verifier **ret_verifier) {
  if (!key_table_is_point(point)) {
    FAIL(CRYPTO_KEY_INVALID, "point not on P-256");
  }
  struct verifier *verifier = heap_alloc(sizeof *verifier);
  memcpy(verifier->p256, point.ptr, point.len);
  *ret_verifier = verifier;
  return OK;
}

result verifier_load(struct slice spki, struct verifier **ret_verifier) {
  struct slice point = {0};
  if (is_ok(key_point_of(spki, &point))) {
    return load_point(point, ret_verifier);
  }
  const uint8_t *at = spki.ptr;
  EVP_PKEY *pkey CLEANUP(free_pkey) = spki.len > 0 ? d2i_PUBKEY(NULL, &at, (long)spki.len) : NULL;
  if (pkey == NULL || at != spki.ptr + spki.len) {
    FAIL(CRYPTO_KEY_INVALID, "not a SubjectPublicKeyInfo");
  }
  TRY(check_kind(pkey));
  struct verifier *verifier = heap_alloc(sizeof *verifier);
  verifier->pkey = pkey;
  pkey = NULL;
  *ret_verifier = verifier;
  return OK;
}

static result check_p256(const struct verifier *verifier, const struct slice message[static 2], struct slice signature) {
  uint8_t digest[DIGEST_BYTES];
  uint8_t raw[KEY_RAW_BYTES];
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, message[0]);
  digest_add(&stream, message[1]);
  digest_end(&stream, digest);
  if (!is_ok(key_signature_to_raw(signature, raw)) || !key_table_verify_once(slice_of(verifier->p256, sizeof verifier->p256), digest, raw)) {
    FAIL(CRYPTO_SIGNATURE_WRONG, "the signature does not match");
  }
  return OK;
}

static struct slice join(struct arena *arena, const struct slice parts[static 2]) {
  uint8_t *whole = arena_alloc(arena, parts[0].len + parts[1].len + 1);
  size_t len = 0;
  for (int i = 0; i < 2; i++) {
    if (parts[i].len > 0) {
      memcpy(whole + len, parts[i].ptr, parts[i].len);
    }
    len += parts[i].len;
  }
  return slice_of(whole, len);
}

result verifier_check(const struct verifier *verifier, enum verifier_scheme scheme,
                      const struct slice message[static 2], struct slice signature) {
  bool is_ed25519 = verifier->pkey != NULL && EVP_PKEY_get_base_id(verifier->pkey) == EVP_PKEY_ED25519;
  if ((scheme == VERIFIER_ES256) != (verifier->pkey == NULL) || (scheme == VERIFIER_EDDSA) != is_ed25519) {
    FAIL(CRYPTO_KEY_INVALID, "a key of another kind than the algorithm's");
  }
  if (verifier->pkey == NULL) {
    return check_p256(verifier, message, signature);
  }
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice whole = join(&arena, message); /* EdDSA wants it in one piece */
  EVP_MD_CTX *context CLEANUP(free_digest) = EVP_MD_CTX_new();
  const EVP_MD *hash = is_ed25519 ? NULL : EVP_sha256(); /* RSA: PKCS#1 v1.5 unless told otherwise */
  if (context == NULL || EVP_DigestVerifyInit(context, NULL, hash, NULL, verifier->pkey) != 1) {
    FAIL(CRYPTO_LIBRARY_FAILED, "no verifying context");
  }
  if (EVP_DigestVerify(context, signature.ptr, signature.len, whole.ptr, whole.len) != 1) {
    FAIL(CRYPTO_SIGNATURE_WRONG, "the signature does not match");
  }
  return OK;
}
