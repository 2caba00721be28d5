/* Keys of age: their text in Bech32, and what is derived from them. */
#include "crypto/age_key.h"

#include <sodium.h>

#include "crypto/digest.h"

static const char recipient_prefix[] = "age";
static const char identity_prefix[] = "age-secret-key-";

/* ---- Bech32 [BIP173] ---- */

static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

enum { GROUPS = 52 /* of 5 bits in 32 bytes */, CHECK = 6, TEXT_MAX = 96 };

static uint32_t check_step(uint32_t check, uint8_t value) {
  static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  uint32_t top = check >> 25;
  check = (check & 0x1ffffff) << 5 ^ value;
  for (int i = 0; i < 5; i++) {
    check ^= (top >> i & 1) != 0 ? generator[i] : 0;
  }
  return check;
}

static uint32_t check_of(const char *prefix, const uint8_t *groups, size_t count) {
  uint32_t check = 1;
  for (const char *at = prefix; *at != '\0'; at++) {
    check = check_step(check, (uint8_t)*at >> 5);
  }
  check = check_step(check, 0);
  for (const char *at = prefix; *at != '\0'; at++) {
    check = check_step(check, (uint8_t)*at & 31);
  }
  for (size_t i = 0; i < count; i++) {
    check = check_step(check, groups[i]);
  }
  return check;
}

static size_t text_write(const char *prefix, const uint8_t key[static AGE_KEY_BYTES], char ret_text[static TEXT_MAX]) {
  uint8_t groups[GROUPS + CHECK] = {0};
  for (size_t bit = 0; bit < 8 * AGE_KEY_BYTES; bit++) {
    groups[bit / 5] = (uint8_t)(groups[bit / 5] | (key[bit / 8] >> (7 - bit % 8) & 1) << (4 - bit % 5));
  }
  uint32_t check = check_of(prefix, groups, sizeof groups) ^ 1;
  for (int i = 0; i < CHECK; i++) {
    groups[GROUPS + i] = (uint8_t)(check >> 5 * (CHECK - 1 - i) & 31);
  }
  size_t length = strlen(prefix);
  memcpy(ret_text, prefix, length);
  ret_text[length++] = '1';
  for (size_t i = 0; i < sizeof groups; i++) {
    ret_text[length++] = letters[groups[i]];
  }
  explicit_bzero(groups, sizeof groups);
  return length;
}

/* All in one case; `text` is as long as the prefix, '1' and the groups. */
static bool text_groups(const char *prefix, struct slice text, bool is_upper, uint8_t ret_groups[static GROUPS + CHECK]) {
  size_t length = strlen(prefix);
  for (size_t i = 0; i < text.len; i++) {
    char letter = (char)text.ptr[i];
    bool is_capital = letter >= 'A' && letter <= 'Z';
    if ((is_upper && letter >= 'a' && letter <= 'z') || (!is_upper && is_capital)) {
      return false;
    }
    letter = is_capital ? (char)(letter + ('a' - 'A')) : letter;
    if (i <= length) {
      if (letter != (i < length ? prefix[i] : '1')) {
        return false;
      }
      continue;
    }
    const char *found = letter != '\0' ? strchr(letters, letter) : NULL;
    if (found == NULL) {
      return false;
    }
    ret_groups[i - length - 1] = (uint8_t)(found - letters);
  }
  return true;
}

static bool text_read(const char *prefix, struct slice text, bool is_upper, uint8_t ret_key[static AGE_KEY_BYTES]) {
  uint8_t groups[GROUPS + CHECK];
  if (text.len != strlen(prefix) + 1 + sizeof groups || !text_groups(prefix, text, is_upper, groups) ||
      check_of(prefix, groups, sizeof groups) != 1 || (groups[GROUPS - 1] & 15) != 0) {
    return false;
  }
  memset(ret_key, 0, AGE_KEY_BYTES);
  for (size_t bit = 0; bit < 8 * AGE_KEY_BYTES; bit++) {
    ret_key[bit / 8] = (uint8_t)(ret_key[bit / 8] | (groups[bit / 5] >> (4 - bit % 5) & 1) << (7 - bit % 8));
  }
  explicit_bzero(groups, sizeof groups);
  return true;
}

/* ---- keys ---- */

void age_identity_make(struct random *random, struct secret *ret_identity) {
  ret_identity->len = AGE_KEY_BYTES;
  random_fill(random, ret_identity->bytes, AGE_KEY_BYTES);
}

result age_identity_parse(struct slice text, struct secret *ret_identity) {
  uint8_t key[AGE_KEY_BYTES];
  if (!text_read(identity_prefix, text, true, key)) {
    FAIL(CRYPTO_AGE_KEY_SYNTAX, "not an identity AGE-SECRET-KEY-1...");
  }
  secret_set(ret_identity, slice_of(key, sizeof key));
  explicit_bzero(key, sizeof key);
  return OK;
}

void age_identity_write(const struct secret *identity, struct secret *ret_text) {
  char text[TEXT_MAX];
  size_t length = text_write(identity_prefix, identity->bytes, text);
  for (size_t i = 0; i < length; i++) {
    text[i] = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - ('a' - 'A')) : text[i];
  }
  secret_set(ret_text, slice_of(text, length));
  explicit_bzero(text, sizeof text);
}

result age_identity_recipient(const struct secret *identity, struct age_recipient *ret_recipient) {
  if (identity->len != AGE_KEY_BYTES || crypto_scalarmult_curve25519_base(ret_recipient->point, identity->bytes) != 0) {
    FAIL(CRYPTO_AGE_KEY_SYNTAX, "not an identity");
  }
  return OK;
}

result age_recipient_parse(struct slice text, struct age_recipient *ret_recipient) {
  if (!text_read(recipient_prefix, text, false, ret_recipient->point)) {
    FAIL(CRYPTO_AGE_KEY_SYNTAX, "not a recipient age1...");
  }
  return OK;
}

struct slice age_recipient_write(struct arena *arena, const struct age_recipient *recipient) {
  char text[TEXT_MAX];
  size_t length = text_write(recipient_prefix, recipient->point, text);
  return arena_copy(arena, slice_of(text, length));
}

/* ---- what is derived ---- */

void age_derive(struct slice key, struct slice salt, const char *info, uint8_t ret_key[static AGE_KEY_BYTES]) {
  uint8_t extracted[DIGEST_BYTES];
  uint8_t expand[64];
  size_t length = strlen(info);
  digest_hmac_sha256(salt, key, extracted);
  memcpy(expand, info, length);
  expand[length] = 1;
  digest_hmac_sha256(slice_of(extracted, sizeof extracted), slice_of(expand, length + 1), ret_key);
  explicit_bzero(extracted, sizeof extracted);
}

bool age_wrap_key(const struct age_exchange *exchange, uint8_t ret_key[static AGE_KEY_BYTES]) {
  uint8_t shared[AGE_KEY_BYTES];
  uint8_t salt[2 * AGE_KEY_BYTES];
  if (crypto_scalarmult_curve25519(shared, exchange->secret, exchange->point) != 0) { /* all noughts [age: MUST abort] */
    return false;
  }
  memcpy(salt, exchange->share, AGE_KEY_BYTES);
  memcpy(salt + AGE_KEY_BYTES, exchange->recipient, AGE_KEY_BYTES);
  age_derive(slice_of(shared, sizeof shared), slice_of(salt, sizeof salt), "age-encryption.org/v1/X25519", ret_key);
  explicit_bzero(shared, sizeof shared);
  return true;
}

void age_chunk_nonce(uint64_t number, bool is_last, uint8_t ret_nonce[static 12]) {
  memset(ret_nonce, 0, 12);
  for (int i = 0; i < 8; i++) {
    ret_nonce[10 - i] = (uint8_t)(number >> 8 * i);
  }
  ret_nonce[11] = is_last;
}
