#include "codec/base64.h"

#include "base/arena.h"
#include "codec/base64url.h"

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char for_urls[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static struct slice encode(struct arena *arena, struct slice bytes, const char *alphabet, bool padded) {
  uint8_t *text = arena_alloc(arena, (bytes.len + 2) / 3 * 4 + 1);
  uint8_t *at = text;
  size_t whole = bytes.len - bytes.len % 3;
  for (size_t i = 0; i < whole; i += 3) {
    uint32_t word = (uint32_t)bytes.ptr[i] << 16 | (uint32_t)bytes.ptr[i + 1] << 8 | bytes.ptr[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) {
      *at++ = (uint8_t)alphabet[(word >> shift) & 63];
    }
  }
  size_t left = bytes.len - whole;
  if (left > 0) {
    uint32_t word = (uint32_t)bytes.ptr[whole] << 16 | (left > 1 ? (uint32_t)bytes.ptr[whole + 1] << 8 : 0);
    *at++ = (uint8_t)alphabet[word >> 18];
    *at++ = (uint8_t)alphabet[(word >> 12) & 63];
    if (left > 1) {
      *at++ = (uint8_t)alphabet[(word >> 6) & 63];
    }
  }
  while (padded && (at - text) % 4 != 0) {
    *at++ = '=';
  }
  return slice_of(text, (size_t)(at - text));
}

/* 0..63, or more: not in the alphabet. Sums, not branches: which character comes next nobody can predict. Not constant-time: what is secret is never
 * base64 here. */
static uint32_t value_of(uint32_t c, const char *alphabet) {
  uint32_t place = (uint32_t)(c - 'A' < 26) * (c - 'A' + 1) + (uint32_t)(c - 'a' < 26) * (c - 'a' + 27) + (uint32_t)(c - '0' < 10) * (c - '0' + 53) +
                   (uint32_t)(c == (uint8_t)alphabet[62]) * 63 + (uint32_t)(c == (uint8_t)alphabet[63]) * 64;
  return place - 1;
}

static result decode(struct slice text, struct arena *arena, const char *alphabet, struct slice *ret_bytes) {
  if (text.len % 4 == 1) {
    FAIL(CODEC_BASE64_SYNTAX, "impossible length");
  }
  uint8_t *bytes = arena_alloc(arena, text.len / 4 * 3 + 3);
  size_t len = 0;
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
      bytes[len++] = (uint8_t)(word >> bits);
      word &= (1U << bits) - 1;
    }
  }
  if (word != 0) {
    FAIL(CODEC_BASE64_SYNTAX, "unused bits are not nought"); /* [RFC4648 3.5] */
  }
  *ret_bytes = slice_of(bytes, len);
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
