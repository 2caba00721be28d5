#include "base/buf.h"

#include <stdio.h>

void buf_init(struct buf *buf, struct arena *arena, size_t capacity_hint) {
  *buf = (struct buf){.arena = arena};
  if (capacity_hint > 0) {
    buf->ptr = arena_alloc(arena, capacity_hint);
    buf->capacity = capacity_hint;
  }
}

uint8_t *buf_extend(struct buf *buf, size_t len) {
  if (buf->capacity - buf->len < len) {
    size_t capacity = buf->capacity ? buf->capacity * 2 : 256;
    while (capacity - buf->len < len) {
      capacity *= 2;
    }
    uint8_t *grown = arena_alloc(buf->arena, capacity);
    if (buf->len > 0) {
      memcpy(grown, buf->ptr, buf->len);
    }
    buf->ptr = grown;
    buf->capacity = capacity;
  }
  uint8_t *room = buf->ptr + buf->len;
  buf->len += len;
  return room;
}

void buf_append(struct buf *buf, struct slice s) {
  if (s.len > 0) {
    memcpy(buf_extend(buf, s.len), s.ptr, s.len);
  }
}

void buf_append_str(struct buf *buf, const char *text) { buf_append(buf, slice_str(text)); }

void buf_printf(struct buf *buf, const char *format, ...) {
  va_list arguments;
  va_list again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length > 0) {
    (void)vsnprintf((char *)buf_extend(buf, (size_t)length + 1), (size_t)length + 1, format, again);
    buf->len--; /* the NUL that vsnprintf wrote is not part of the text */
  }
  va_end(again);
}
