/* Private keys of the authenticator in software, and what is written with them. */
#include "webauthn/fixture_key.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "codec/der.h"

struct webauthn_fixture_key {
  EVP_PKEY *pkey;
};

struct webauthn_fixture_key *webauthn_fixture_key_new(enum webauthn_algorithm algorithm) {
  struct webauthn_fixture_key *key = heap_alloc(sizeof *key);
  key->pkey = algorithm == WEBAUTHN_ES256   ? EVP_EC_gen("P-256")
              : algorithm == WEBAUTHN_EDDSA ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
                                            : EVP_RSA_gen(2048);
  assert(key->pkey != NULL);
  return key;
}

void webauthn_fixture_key_free(struct webauthn_fixture_key *key) {
  EVP_PKEY_free(key->pkey);
  free(key);
}

struct slice webauthn_fixture_key_sign(const struct webauthn_fixture_key *key, struct slice message,
                                       struct arena *arena) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  size_t len = 512;
  uint8_t *signature = arena_alloc(arena, len);
  const EVP_MD *hash = EVP_PKEY_get_base_id(key->pkey) == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
  int signed_well = EVP_DigestSignInit(context, NULL, hash, NULL, key->pkey) == 1 &&
                    EVP_DigestSign(context, signature, &len, message.ptr, message.len) == 1;
  assert(signed_well);
  EVP_MD_CTX_free(context);
  return slice_of(signature, len);
}

struct slice webauthn_fixture_key_spki(const struct webauthn_fixture_key *key, struct arena *arena) {
  uint8_t *der = NULL;
  int len = i2d_PUBKEY(key->pkey, &der);
  assert(len > 0);
  struct slice spki = arena_copy(arena, slice_of(der, (size_t)len));
  OPENSSL_free(der);
  return spki;
}

struct slice webauthn_fixture_key_modulus(const struct webauthn_fixture_key *key, struct arena *arena) {
  BIGNUM *n = NULL;
  int found = EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_RSA_N, &n);
  assert(found == 1);
  uint8_t *bytes = arena_alloc(arena, 256);
  int len = BN_bn2bin(n, bytes);
  BN_free(n);
  return slice_of(bytes, (size_t)len);
}

static void put_name(struct buf *out, const struct webauthn_fixture_certificate *certificate, const char *unit) {
  size_t name = der_open(out, DER_SEQUENCE);
  struct {
    const char *oid;
    uint8_t tag;
    const char *text;
  } parts[] = {{"2.5.4.6", DER_PRINTABLE_STRING, "VN"},
               {"2.5.4.10", DER_UTF8_STRING, "Maker of keys"},
               {"2.5.4.11", DER_UTF8_STRING, unit},
               {"2.5.4.3", DER_UTF8_STRING, unit}};
  for (size_t i = 0; !certificate->has_no_subject && i < sizeof parts / sizeof *parts; i++) {
    size_t set = der_open(out, DER_SET);
    size_t pair = der_open(out, DER_SEQUENCE);
    der_put_oid(out, parts[i].oid);
    der_put(out, parts[i].tag, slice_str(parts[i].text));
    der_close(out, pair);
    der_close(out, set);
  }
  der_close(out, name);
}

static void put_extension(struct buf *out, const char *oid, bool is_critical, struct slice value) {
  size_t extension = der_open(out, DER_SEQUENCE);
  der_put_oid(out, oid);
  if (is_critical) {
    der_put_bool(out, true);
  }
  der_put(out, DER_OCTET_STRING, value);
  der_close(out, extension);
}

static void put_extensions(struct buf *out, const struct webauthn_fixture_certificate *certificate) {
  size_t context = der_open(out, DER_CONTEXT_CONSTRUCTED(3));
  size_t list = der_open(out, DER_SEQUENCE);
  put_extension(out, "2.5.29.19", true, certificate->is_ca ? S("\x30\x03\x01\x01\xFF") : S("\x30\x00"));
  for (size_t i = 0; i < certificate->extension_count; i++) {
    put_extension(out, certificate->extensions[i].oid, certificate->extensions[i].is_critical,
                  certificate->extensions[i].value);
  }
  der_close(out, list);
  der_close(out, context);
}

static void put_ecdsa(struct buf *out) {
  size_t algorithm = der_open(out, DER_SEQUENCE);
  der_put_oid(out, "1.2.840.10045.4.3.2");
  der_close(out, algorithm);
}

struct slice webauthn_fixture_certificate_write(const struct webauthn_fixture_certificate *certificate,
                                                struct arena *arena) {
  struct buf tbs;
  struct buf out;
  buf_init(&tbs, arena, 1024);
  buf_init(&out, arena, 1024);
  size_t body = der_open(&tbs, DER_SEQUENCE);
  if (!certificate->is_v1) {
    size_t version = der_open(&tbs, DER_CONTEXT_CONSTRUCTED(0));
    der_put_int(&tbs, 2);
    der_close(&tbs, version);
  }
  der_put_int(&tbs, certificate->serial);
  put_ecdsa(&tbs);
  put_name(&tbs, &(struct webauthn_fixture_certificate){0}, certificate->issuer_unit);
  size_t validity = der_open(&tbs, DER_SEQUENCE);
  der_put_time(&tbs, 1577836800000); /* 2020-01-01 */
  der_put_time(&tbs, 4102444799000); /* 2099-12-31 */
  der_close(&tbs, validity);
  put_name(&tbs, certificate, certificate->unit);
  buf_append(&tbs, certificate->spki);
  if (!certificate->is_v1) {
    put_extensions(&tbs, certificate);
  }
  der_close(&tbs, body);
  size_t whole = der_open(&out, DER_SEQUENCE);
  buf_append(&out, buf_slice(&tbs));
  put_ecdsa(&out);
  der_put_bits(&out, webauthn_fixture_key_sign(certificate->issuer, buf_slice(&tbs), arena), 0);
  der_close(&out, whole);
  return buf_slice(&out);
}
