#include "codec/hex.h"

struct slice hex_write(struct arena *arena, struct slice bytes) {
  static const char digits[] = "0123456789abcdef";
  uint8_t *text = arena_alloc(arena, bytes.len * 2 + 1);
  for (size_t i = 0; i < bytes.len; i++) {
    text[2 * i] = (uint8_t)digits[bytes.ptr[i] >> 4];
    text[2 * i + 1] = (uint8_t)digits[bytes.ptr[i] & 15];
  }
  return slice_of(text, bytes.len * 2);
}

static int value_of(uint8_t c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  uint8_t lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

result hex_parse(struct slice text, struct arena *arena, struct slice *ret_bytes) {
  if (text.len % 2 != 0) {
    FAIL(CODEC_HEX_SYNTAX, "odd number of digits");
  }
  uint8_t *bytes = arena_alloc(arena, text.len / 2 + 1);
  for (size_t i = 0; i < text.len; i += 2) {
    int high = value_of(text.ptr[i]);
    int low = value_of(text.ptr[i + 1]);
    if (high < 0 || low < 0) {
      FAIL(CODEC_HEX_SYNTAX, "not a hexadecimal digit at %zu", i);
    }
    bytes[i / 2] = (uint8_t)(high << 4 | low);
  }
  *ret_bytes = slice_of(bytes, text.len / 2);
  return OK;
}
