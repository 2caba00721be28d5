#include "admission/ticket.h"

#include "codec/base64url.h"

enum { BODY_BYTES = 16, MAC_BYTES = 16, WHOLE_BYTES = BODY_BYTES + MAC_BYTES, LABEL_BYTES = 16 };
static const int64_t epoch_s = 1577836800; /* 2020 */

static void put(uint8_t *at, uint64_t number, int bytes) {
  for (int i = 0; i < bytes; i++) {
    at[i] = (uint8_t)(number >> (8 * (bytes - 1 - i)));
  }
}

static uint64_t get(const uint8_t *at, int bytes) {
  uint64_t number = 0;
  for (int i = 0; i < bytes; i++) {
    number = number << 8 | at[i];
  }
  return number;
}

static void mac_of(const struct admission_key *key, enum ticket_kind kind, const uint8_t body[static BODY_BYTES], uint8_t ret_mac[static DIGEST_BYTES]) {
  static const char labels[][LABEL_BYTES + 1] = {[TICKET_PLACE] = "danh-place------", [TICKET_ADMISSION] = "danh-admission--"};
  uint8_t bytes[LABEL_BYTES + BODY_BYTES];
  memcpy(bytes, labels[kind], LABEL_BYTES);
  memcpy(bytes + LABEL_BYTES, body, BODY_BYTES);
  digest_hmac_sha256(slice_of(key->bytes, sizeof key->bytes), slice_of(bytes, sizeof bytes), ret_mac);
}

void admission_ticket_write(const struct admission_key *key, enum ticket_kind kind, const struct ticket *ticket, char ret_text[static ADMISSION_TEXT_BYTES + 1]) {
  struct arena arena CLEANUP(arena_free);
  uint8_t bytes[WHOLE_BYTES];
  uint8_t mac[DIGEST_BYTES];
  arena_init(&arena);
  put(bytes, ticket->number, 8);
  put(bytes + 8, (uint64_t)(ticket->at_s - epoch_s), 4);
  put(bytes + 12, ticket->node, 4);
  mac_of(key, kind, bytes, mac);
  memcpy(bytes + BODY_BYTES, mac, MAC_BYTES);
  struct slice text = base64url_write(&arena, slice_of(bytes, sizeof bytes));
  memcpy(ret_text, text.ptr, ADMISSION_TEXT_BYTES);
  ret_text[ADMISSION_TEXT_BYTES] = '\0';
}

bool admission_ticket_read(const struct admission_key *key, enum ticket_kind kind, struct slice text, struct ticket *ret_ticket) {
  struct arena arena CLEANUP(arena_free);
  struct slice bytes = {0};
  uint8_t mac[DIGEST_BYTES];
  arena_init(&arena);
  if (text.len != ADMISSION_TEXT_BYTES || !is_ok(base64url_parse(text, &arena, &bytes)) || bytes.len != WHOLE_BYTES) {
    return false;
  }
  mac_of(key, kind, bytes.ptr, mac);
  if (!slice_eq_secret(slice_of(mac, MAC_BYTES), slice_from(bytes, BODY_BYTES))) {
    return false;
  }
  *ret_ticket = (struct ticket){.number = get(bytes.ptr, 8), .at_s = epoch_s + (int64_t)get(bytes.ptr + 8, 4), .node = (uint32_t)get(bytes.ptr + 12, 4)};
  return true;
}
