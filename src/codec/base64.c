#include "codec/base64.h"

#include "base/buf.h"
#include "codec/base64url.h"

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char for_urls[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static struct slice encode(struct arena *arena, struct slice bytes, const char *alphabet, bool padded) {
  struct buf out;
  buf_init(&out, arena, (bytes.len + 2) / 3 * 4 + 1);
  for (size_t i = 0; i < bytes.len; i += 3) {
    size_t group = bytes.len - i < 3 ? bytes.len - i : 3;
    uint32_t word = (uint32_t)bytes.ptr[i] << 16;
    word |= group > 1 ? (uint32_t)bytes.ptr[i + 1] << 8 : 0;
    word |= group > 2 ? (uint32_t)bytes.ptr[i + 2] : 0;
    for (size_t k = 0; k < 4; k++) {
      if (k <= group) {
        buf_append_byte(&out, (uint8_t)alphabet[(word >> (18 - 6 * k)) & 63]);
      } else if (padded) {
        buf_append_byte(&out, '=');
      }
    }
  }
  return buf_slice(&out);
}

/* 0..63, or 64: not in the alphabet. Not constant-time: what is secret is never base64 here. */
static uint32_t value_of(uint8_t c, const char *alphabet) {
  if (c >= 'A' && c <= 'Z') {
    return (uint32_t)(c - 'A');
  }
  if (c >= 'a' && c <= 'z') {
    return (uint32_t)(c - 'a') + 26;
  }
  if (c >= '0' && c <= '9') {
    return (uint32_t)(c - '0') + 52;
  }
  if (c == (uint8_t)alphabet[62]) {
    return 62;
  }
  return c == (uint8_t)alphabet[63] ? 63 : 64;
}

static result decode(struct slice text, struct arena *arena, const char *alphabet, struct slice *ret_bytes) {
  if (text.len % 4 == 1) {
    FAIL(CODEC_BASE64_SYNTAX, "impossible length");
  }
  struct buf out;
  buf_init(&out, arena, text.len / 4 * 3 + 3);
  uint32_t word = 0;
  unsigned bits = 0;
  for (size_t i = 0; i < text.len; i++) {
    uint32_t value = value_of(text.ptr[i], alphabet);
    if (value > 63) {
      FAIL(CODEC_BASE64_SYNTAX, "character outside the alphabet at %zu", i);
    }
    word = (word << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      buf_append_byte(&out, (uint8_t)(word >> bits));
      word &= (1U << bits) - 1;
    }
  }
  if (word != 0) {
    FAIL(CODEC_BASE64_SYNTAX, "unused bits are not nought"); /* [RFC4648 3.5] */
  }
  *ret_bytes = buf_slice(&out);
  return OK;
}

struct slice base64_write(struct arena *arena, struct slice bytes) {
  return encode(arena, bytes, standard, true);
}

result base64_parse(struct slice text, struct arena *arena, struct slice *ret_bytes) {
  if (text.len % 4 != 0) {
    FAIL(CODEC_BASE64_SYNTAX, "length is not a multiple of four");
  }
  for (int i = 0; i < 2 && text.len > 0 && text.ptr[text.len - 1] == '='; i++) {
    text.len--;
  }
  return decode(text, arena, standard, ret_bytes);
}

struct slice base64url_write(struct arena *arena, struct slice bytes) {
  return encode(arena, bytes, for_urls, false);
}

result base64url_parse(struct slice text, struct arena *arena, struct slice *ret_bytes) {
  return decode(text, arena, for_urls, ret_bytes);
}
