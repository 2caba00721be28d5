/* base/slice.h: text and bytes by value. A slice never owns and never promises a final NUL. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
  const uint8_t *ptr;
  size_t len;
};

/* S("literal"): a slice over a string literal. */
#define S(literal) ((struct slice){(const uint8_t *)("" literal), sizeof(literal) - 1})
/* The same in a static initialiser. */
#define S_INIT(literal) {(const uint8_t *)("" literal), sizeof(literal) - 1}
/* For "%.*s". */
#define SLICE_ARG(s) ((int)(s).len), ((const char *)(s).ptr)

static inline struct slice slice_of(const void *ptr, size_t len) { return (struct slice){(const uint8_t *)ptr, len}; }
static inline struct slice slice_str(const char *text) { return slice_of(text, text ? strlen(text) : 0); }
static inline bool slice_empty(struct slice s) { return s.len == 0; }
static inline bool slice_eq(struct slice a, struct slice b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
static inline bool slice_is(struct slice a, const char *text) { return slice_eq(a, slice_str(text)); }
static inline bool slice_starts(struct slice s, struct slice prefix) {
  return s.len >= prefix.len && slice_eq(slice_of(s.ptr, prefix.len), prefix);
}
static inline bool slice_ends(struct slice s, struct slice suffix) {
  return suffix.len == 0 || (s.len >= suffix.len && slice_eq(slice_of(s.ptr + (s.len - suffix.len), suffix.len), suffix));
}
/* From offset `from` (clamped) to the end. */
static inline struct slice slice_from(struct slice s, size_t from) {
  size_t skipped = from < s.len ? from : s.len;
  return skipped == 0 ? s : slice_of(s.ptr + skipped, s.len - skipped); /* nothing is added to a null pointer */
}
/* At most `len` bytes from `from`. */
static inline struct slice slice_sub(struct slice s, size_t from, size_t len) {
  struct slice tail = slice_from(s, from);
  return slice_of(tail.ptr, tail.len < len ? tail.len : len);
}

/* memcmp order, shorter first. */
int slice_cmp(struct slice a, struct slice b);
/* Index of the first `byte` at or after `from`; s.len when there is none. */
size_t slice_find(struct slice s, uint8_t byte, size_t from);
/* Splits at the first `separator`: the part before is returned, *rest becomes the part after (empty at the end). */
struct slice slice_cut(struct slice *rest, uint8_t separator);
/* Without ASCII space, tab, CR and LF at both ends. */
struct slice slice_trim(struct slice s);
/* Equal length and bytes, in time that depends on the length alone. For secrets and codes. */
bool slice_eq_secret(struct slice a, struct slice b);
