/* base/buf.h: bytes that grow in an arena. The slice of a buf is valid until the next append. */
#pragma once
#include "base/arena.h"

struct buf {
  struct arena *arena;
  uint8_t *ptr;
  size_t len;
  size_t capacity;
};

void buf_init(struct buf *buf, struct arena *arena, size_t capacity_hint);
void buf_append(struct buf *buf, struct slice s);
void buf_append_str(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
/* Room for `len` more bytes, already counted in buf->len; the caller fills it. */
uint8_t *buf_extend(struct buf *buf, size_t len);
static inline void buf_append_byte(struct buf *buf, uint8_t byte) {
  if (buf->len < buf->capacity) {
    buf->ptr[buf->len++] = byte;
  } else {
    *buf_extend(buf, 1) = byte;
  }
}
static inline struct slice buf_slice(const struct buf *buf) { return slice_of(buf->ptr, buf->len); }
