#include "crypto/verifier.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "crypto/digest.h"
#include "crypto/key.h"

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 4096, RSA_EXPONENT_MIN = 65537 };

struct verifier {
  struct key *p256; /* NULL: the other */
  EVP_PKEY *pkey;
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
    key_free(&(*verifier)->p256);
    EVP_PKEY_free((*verifier)->pkey);
    free(*verifier);
    *verifier = NULL;
  }
}

/* Takes over what it is given. */
static struct verifier *wrap(struct key *p256, EVP_PKEY *pkey) {
  struct verifier *verifier = heap_alloc(sizeof *verifier);
  *verifier = (struct verifier){.p256 = p256, .pkey = pkey};
  return verifier;
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

result verifier_load(struct slice spki, struct verifier **ret_verifier) {
  struct slice point = {0};
  if (is_ok(key_point_of(spki, &point))) {
    struct key *p256 = NULL;
    TRY(key_load_public(spki, &p256));
    *ret_verifier = wrap(p256, NULL);
    return OK;
  }
  const uint8_t *at = spki.ptr;
  EVP_PKEY *pkey CLEANUP(free_pkey) = spki.len > 0 ? d2i_PUBKEY(NULL, &at, (long)spki.len) : NULL;
  if (pkey == NULL || at != spki.ptr + spki.len) {
    FAIL(CRYPTO_KEY_INVALID, "not a SubjectPublicKeyInfo");
  }
  TRY(check_kind(pkey));
  *ret_verifier = wrap(NULL, pkey);
  pkey = NULL;
  return OK;
}

static result check_p256(const struct key *key, const struct slice message[static 2], struct slice signature) {
  uint8_t digest[DIGEST_BYTES];
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, message[0]);
  digest_add(&stream, message[1]);
  digest_end(&stream, digest);
  return key_verify(key, digest, signature);
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
  if ((scheme == VERIFIER_ES256) != (verifier->p256 != NULL) || (scheme == VERIFIER_EDDSA) != is_ed25519) {
    FAIL(CRYPTO_KEY_INVALID, "a key of another kind than the algorithm's");
  }
  if (verifier->p256 != NULL) {
    return check_p256(verifier->p256, message, signature);
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
