#include "admission/admission.h"
#include "codec/base64url.h"

enum { TIME_BYTES = ADMISSION_TIME_BYTES, RANDOM_BYTES = 20, MAC_BYTES = 7, BODY_BYTES = TIME_BYTES + RANDOM_BYTES, WHOLE_BYTES = BODY_BYTES + MAC_BYTES };
enum { TICKS_A_S = 256 }; /* 136 years fit */
enum { LASTS_S = 25 * 3600 /* no session lives longer than a day */, AHEAD_S = 600 /* a node's clock may be behind another's */ };
static const int64_t epoch_ms = 1577836800000; /* 2020 */

static int64_t ticks_of(int64_t now_ms) { return (now_ms - epoch_ms) * TICKS_A_S / 1000; }

struct admission_key admission_key_of(const struct secret *sealing) {
  struct admission_key key;
  digest_hmac_sha256(secret_slice(sealing), S("danh-admission-1"), key.bytes);
  return key;
}

static void mac_of(const struct admission_key *key, const uint8_t body[static BODY_BYTES], uint8_t ret_mac[static DIGEST_BYTES]) {
  static const char label[] = "danh-session----";
  uint8_t bytes[sizeof label - 1 + BODY_BYTES];
  memcpy(bytes, label, sizeof label - 1);
  memcpy(bytes + sizeof label - 1, body, BODY_BYTES);
  digest_hmac_sha256(slice_of(key->bytes, sizeof key->bytes), slice_of(bytes, sizeof bytes), ret_mac);
}

struct slice admission_mark_make(const struct admission_key *key, struct random *random, int64_t now_ms, struct arena *arena) {
  uint8_t bytes[WHOLE_BYTES];
  uint8_t mac[DIGEST_BYTES];
  uint64_t at = (uint64_t)ticks_of(now_ms);
  for (int i = 0; i < TIME_BYTES; i++) {
    bytes[i] = (uint8_t)(at >> (8 * (TIME_BYTES - 1 - i)));
  }
  random_fill(random, bytes + TIME_BYTES, RANDOM_BYTES); /* 160 bits [RFC6749 10.10 SHOULD] */
  mac_of(key, bytes, mac);
  memcpy(bytes + BODY_BYTES, mac, MAC_BYTES);
  struct slice text = base64url_write(arena, slice_of(bytes, sizeof bytes));
  explicit_bzero(bytes, sizeof bytes);
  return text;
}

bool admission_mark_is(const struct admission_key *key, struct slice token, int64_t now_ms) {
  struct arena arena CLEANUP(arena_free);
  struct slice bytes = {0};
  uint8_t mac[DIGEST_BYTES];
  arena_init(&arena);
  if (token.len != ADMISSION_TEXT_BYTES || !is_ok(base64url_parse(token, &arena, &bytes)) || bytes.len != WHOLE_BYTES) {
    return false;
  }
  mac_of(key, bytes.ptr, mac);
  int64_t at = 0;
  for (int i = 0; i < TIME_BYTES; i++) {
    at = at << 8 | bytes.ptr[i];
  }
  int64_t age_s = (ticks_of(now_ms) - at) / TICKS_A_S;
  return slice_eq_secret(slice_of(mac, MAC_BYTES), slice_from(bytes, BODY_BYTES)) && age_s >= -AHEAD_S && age_s <= LASTS_S;
}

bool admission_mark_time(struct slice token, uint8_t ret_time[static ADMISSION_TIME_BYTES]) {
  enum { CHARACTERS = 8 /* six whole bytes */ };
  struct arena arena CLEANUP(arena_free);
  struct slice bytes = {0};
  arena_init(&arena);
  if (token.len != ADMISSION_TEXT_BYTES || !is_ok(base64url_parse(slice_sub(token, 0, CHARACTERS), &arena, &bytes))) {
    return false;
  }
  memcpy(ret_time, bytes.ptr, ADMISSION_TIME_BYTES);
  return true;
}
