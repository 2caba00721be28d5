#include "crypto/password.h"

#include <pthread.h>
#include <sodium.h>

#include "crypto/password_memory.h"

static pthread_once_t ready_once = PTHREAD_ONCE_INIT;

static void make_ready(void) {
  if (sodium_init() < 0) {
    abort(); /* without it the slow, portable code would run */
  }
}

static result check_length(struct slice password) {
  (void)pthread_once(&ready_once, make_ready);
  if (password.len == 0 || password.len > PASSWORD_BYTES_MAX) {
    FAIL(CRYPTO_PASSWORD_LENGTH, "password of %zu bytes", password.len);
  }
  return OK;
}

result password_hash(struct slice password, struct arena *arena, struct slice *ret_stored) {
  TRY(check_length(password));
  char stored[crypto_pwhash_STRBYTES];
  password_memory_begin();
  int failed = crypto_pwhash_str_alg(stored, (const char *)password.ptr, password.len, PASSWORD_PASSES, PASSWORD_MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13);
  password_memory_end();
  if (failed != 0) {
    FAIL(CRYPTO_LIBRARY_FAILED, "no memory for Argon2id");
  }
  *ret_stored = arena_copy(arena, slice_str(stored));
  return OK;
}

/* libsodium wants a NUL-ended text. */
static bool to_text(struct slice stored, char ret_text[static crypto_pwhash_STRBYTES]) {
  if (stored.len >= crypto_pwhash_STRBYTES || slice_find(stored, 0, 0) < stored.len) {
    return false;
  }
  memset(ret_text, 0, crypto_pwhash_STRBYTES);
  memcpy(ret_text, stored.ptr, stored.len);
  return true;
}

result password_verify(struct slice password, struct slice stored) {
  TRY(check_length(password));
  char text[crypto_pwhash_STRBYTES];
  password_memory_begin();
  bool is_right = to_text(stored, text) && crypto_pwhash_str_verify(text, (const char *)password.ptr, password.len) == 0;
  password_memory_end();
  if (!is_right) {
    FAIL(CRYPTO_PASSWORD_WRONG, "password does not match");
  }
  return OK;
}

result password_verify_nobody(struct slice password) {
  static const uint8_t salt[PASSWORD_SALT_BYTES] = "nobody";
  struct secret key CLEANUP(secret_clear) = {0};
  TRY(password_derive(password, salt, &key));
  FAIL(CRYPTO_PASSWORD_WRONG, "no such account");
}

bool password_is_outdated(struct slice stored) {
  char text[crypto_pwhash_STRBYTES];
  return !to_text(stored, text) || crypto_pwhash_str_needs_rehash(text, PASSWORD_PASSES, PASSWORD_MEMORY_BYTES) != 0;
}

result password_derive(struct slice password, const uint8_t salt[static PASSWORD_SALT_BYTES], struct secret *ret_key) {
  TRY(check_length(password));
  struct secret key CLEANUP(secret_clear) = {.len = PASSWORD_KEY_BYTES};
  password_memory_begin();
  int failed = crypto_pwhash(key.bytes, PASSWORD_KEY_BYTES, (const char *)password.ptr, password.len, salt, PASSWORD_PASSES, PASSWORD_MEMORY_BYTES,
                             crypto_pwhash_ALG_ARGON2ID13);
  password_memory_end();
  if (failed != 0) {
    FAIL(CRYPTO_LIBRARY_FAILED, "no memory for Argon2id");
  }
  secret_set(ret_key, secret_slice(&key));
  return OK;
}
