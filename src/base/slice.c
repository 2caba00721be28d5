#include "base/slice.h"

int slice_cmp(struct slice a, struct slice b) {
  size_t shared = a.len < b.len ? a.len : b.len;
  int order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
  if (order != 0) {
    return order;
  }
  return a.len < b.len ? -1 : a.len > b.len;
}

size_t slice_find(struct slice s, uint8_t byte, size_t from) {
  if (from >= s.len) {
    return s.len;
  }
  const uint8_t *hit = memchr(s.ptr + from, byte, s.len - from);
  return hit ? (size_t)(hit - s.ptr) : s.len;
}

struct slice slice_cut(struct slice *rest, uint8_t separator) {
  size_t at = slice_find(*rest, separator, 0);
  struct slice head = slice_sub(*rest, 0, at);
  *rest = slice_from(*rest, at + 1);
  return head;
}

static bool is_blank(uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

struct slice slice_trim(struct slice s) {
  while (s.len > 0 && is_blank(s.ptr[0])) {
    s = slice_from(s, 1);
  }
  while (s.len > 0 && is_blank(s.ptr[s.len - 1])) {
    s.len--;
  }
  return s;
}

bool slice_eq_secret(struct slice a, struct slice b) {
  if (a.len != b.len) {
    return false;
  }
  volatile uint8_t difference = 0;
  for (size_t i = 0; i < a.len; i++) {
    difference = (uint8_t)(difference | (a.ptr[i] ^ b.ptr[i]));
  }
  return difference == 0;
}
