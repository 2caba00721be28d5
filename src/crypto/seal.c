#include "crypto/seal.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/buf.h"
#include "crypto/digest.h"

enum { HEADER_BYTES = 48, KEY_ID_AT = 16, KEY_ID_BYTES = 8, NONCE_AT = 24, NONCE_BYTES = 24, TAG_BYTES = 16 };
static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == NONCE_BYTES, "nonce");
static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == TAG_BYTES, "tag");
static_assert(HEADER_BYTES + TAG_BYTES == SEAL_OVERHEAD_BYTES, "overhead");
static_assert(NONCE_BYTES + TAG_BYTES == SEAL_BRIEF_OVERHEAD_BYTES, "overhead of the brief form");

static const uint8_t magic[16] = {'d', 'a', 'n', 'h', 's', 'e', 'a', 'l', 1};

static void key_id(const struct secret *key, uint8_t ret_id[static KEY_ID_BYTES]) {
  uint8_t mac[DIGEST_BYTES];
  digest_hmac_sha256(secret_slice(key), S("danh-seal-key-id"), mac);
  memcpy(ret_id, mac, KEY_ID_BYTES);
}

/* Header and about, one after the other: what the tag covers beside the ciphertext. */
static size_t associate(const uint8_t *header, struct slice about,
                        uint8_t ret_data[static HEADER_BYTES + SEAL_ABOUT_BYTES_MAX]) {
  memcpy(ret_data, header, HEADER_BYTES);
  if (about.len > 0) {
    memcpy(ret_data + HEADER_BYTES, about.ptr, about.len);
  }
  return HEADER_BYTES + about.len;
}

result seal_write_bytes(const struct secret *key, struct slice about, struct slice plain, struct arena *arena, struct slice *ret_sealed) {
  assert(key->len == SEAL_KEY_BYTES && about.len <= SEAL_ABOUT_BYTES_MAX);
  if (sodium_init() < 0) {
    FAIL(CRYPTO_LIBRARY_FAILED, "libsodium");
  }
  uint8_t *sealed = arena_alloc(arena, HEADER_BYTES + plain.len + TAG_BYTES);
  memcpy(sealed, magic, sizeof magic);
  key_id(key, sealed + KEY_ID_AT);
  randombytes_buf(sealed + NONCE_AT, NONCE_BYTES);
  uint8_t data[HEADER_BYTES + SEAL_ABOUT_BYTES_MAX];
  size_t data_len = associate(sealed, about, data);
  unsigned long long written = 0;
  (void)crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + HEADER_BYTES, &written, plain.ptr, plain.len, data, data_len, NULL,
                                                   sealed + NONCE_AT, key->bytes);
  *ret_sealed = slice_of(sealed, HEADER_BYTES + (size_t)written);
  return OK;
}

result seal_write(const struct secret *key, struct slice about, const struct secret *plain, struct arena *arena,
                  struct slice *ret_sealed) {
  return seal_write_bytes(key, about, secret_slice(plain), arena, ret_sealed);
}

/* Into room for sealed.len - SEAL_OVERHEAD_BYTES. */
static result unseal(const struct secret *key, struct slice about, struct slice sealed, uint8_t *plain) {
  uint8_t id[KEY_ID_BYTES];
  key_id(key, id);
  if (memcmp(id, sealed.ptr + KEY_ID_AT, KEY_ID_BYTES) != 0) {
    FAIL(CRYPTO_SEALED_KEY_WRONG, "sealed under another key");
  }
  uint8_t data[HEADER_BYTES + SEAL_ABOUT_BYTES_MAX];
  size_t data_len = associate(sealed.ptr, about, data);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed.ptr + HEADER_BYTES, sealed.len - HEADER_BYTES, data, data_len,
                                                 sealed.ptr + NONCE_AT, key->bytes) != 0) {
    FAIL(CRYPTO_SEALED_ALTERED, "sealed bytes do not open");
  }
  return OK;
}

static result check_form(const struct secret *key, struct slice about, struct slice sealed) {
  assert(key->len == SEAL_KEY_BYTES && about.len <= SEAL_ABOUT_BYTES_MAX);
  if (sealed.len < SEAL_OVERHEAD_BYTES || !slice_starts(sealed, slice_of(magic, sizeof magic))) {
    FAIL(CRYPTO_SEALED_ALTERED, "not sealed bytes of version 1");
  }
  return OK;
}

result seal_read(const struct secret *key, struct slice about, struct slice sealed, struct secret *ret_plain) {
  TRY(check_form(key, about, sealed));
  struct secret plain CLEANUP(secret_clear) = {.len = sealed.len - SEAL_OVERHEAD_BYTES};
  if (plain.len > SECRET_BYTES_MAX) {
    FAIL(CRYPTO_SEALED_TOO_LONG, "%zu sealed bytes", plain.len);
  }
  TRY(unseal(key, about, sealed, plain.bytes));
  secret_set(ret_plain, secret_slice(&plain));
  return OK;
}

result seal_read_bytes(const struct secret *key, struct slice about, struct slice sealed, struct arena *arena, struct slice *ret_plain) {
  TRY(check_form(key, about, sealed));
  size_t length = sealed.len - SEAL_OVERHEAD_BYTES;
  uint8_t *plain = arena_alloc(arena, length + 1);
  TRY(unseal(key, about, sealed, plain));
  *ret_plain = slice_of(plain, length);
  return OK;
}

/* ---- brief ---- */

result seal_write_brief(const struct secret *key, struct slice about, struct slice plain, struct arena *arena, struct slice *ret_sealed) {
  assert(key->len == SEAL_KEY_BYTES && about.len <= SEAL_ABOUT_BYTES_MAX);
  if (sodium_init() < 0) {
    FAIL(CRYPTO_LIBRARY_FAILED, "libsodium");
  }
  uint8_t *sealed = arena_alloc(arena, plain.len + SEAL_BRIEF_OVERHEAD_BYTES);
  unsigned long long written = 0;
  randombytes_buf(sealed, NONCE_BYTES);
  (void)crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_BYTES, &written, plain.ptr, plain.len, about.ptr, about.len, NULL, sealed,
                                                   key->bytes);
  *ret_sealed = slice_of(sealed, NONCE_BYTES + (size_t)written);
  return OK;
}

result seal_read_brief(const struct secret *key, struct slice about, struct slice sealed, struct arena *arena, struct slice *ret_plain) {
  assert(key->len == SEAL_KEY_BYTES && about.len <= SEAL_ABOUT_BYTES_MAX);
  if (sealed.len < SEAL_BRIEF_OVERHEAD_BYTES) {
    FAIL(CRYPTO_SEALED_ALTERED, "too short to be sealed");
  }
  size_t length = sealed.len - SEAL_BRIEF_OVERHEAD_BYTES;
  uint8_t *plain = arena_alloc(arena, length + 1);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed.ptr + NONCE_BYTES, sealed.len - NONCE_BYTES, about.ptr, about.len,
                                                 sealed.ptr, key->bytes) != 0) {
    FAIL(CRYPTO_SEALED_ALTERED, "sealed bytes do not open");
  }
  *ret_plain = slice_of(plain, length);
  return OK;
}
