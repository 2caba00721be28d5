#include "codec/base32.h"

struct slice base32_write(struct arena *arena, struct slice bytes) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  char *text = arena_alloc(arena, (bytes.len * 8 + 4) / 5 + 1);
  size_t used = 0;
  uint32_t bits = 0;
  int waiting = 0;
  for (size_t i = 0; i < bytes.len; i++) {
    bits = bits << 8 | bytes.ptr[i];
    for (waiting += 8; waiting >= 5; waiting -= 5) {
      text[used++] = alphabet[bits >> (waiting - 5) & 0x1f];
    }
  }
  if (waiting > 0) {
    text[used++] = alphabet[bits << (5 - waiting) & 0x1f];
  }
  return slice_of(text, used);
}
