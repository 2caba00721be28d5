#include "codec/jout.h"

#include <assert.h>

#include "base/clock.h"
#include "codec/utf8.h"

void jout_init(struct jout *out, struct buf *buf) {
  *out = (struct jout){.buf = buf};
}

/* Every value passes here: the comma before it, and that an object's value has a name. */
static void begin_value(struct jout *out) {
  bool in_object = out->depth > 0 && out->closers[out->depth - 1] == '}';
  assert(in_object == out->named);
  if (out->comma && !out->named) {
    buf_append_byte(out->buf, ',');
  }
  out->comma = true;
  out->named = false;
}

static void open_nest(struct jout *out, uint8_t opener, uint8_t closer) {
  begin_value(out);
  assert(out->depth < JOUT_DEPTH_MAX);
  out->closers[out->depth++] = closer;
  out->comma = false;
  buf_append_byte(out->buf, opener);
}

static void close_nest(struct jout *out, uint8_t closer) {
  assert(out->depth > 0 && out->closers[out->depth - 1] == closer && !out->named);
  out->depth--;
  out->comma = true;
  buf_append_byte(out->buf, closer);
}

static void append_escaped(struct buf *buf, uint8_t c) {
  switch (c) {
    case '"':
      buf_append_str(buf, "\\\"");
      break;
    case '\\':
      buf_append_str(buf, "\\\\");
      break;
    case '\n':
      buf_append_str(buf, "\\n");
      break;
    case '\r':
      buf_append_str(buf, "\\r");
      break;
    case '\t':
      buf_append_str(buf, "\\t");
      break;
    default:
      buf_printf(buf, "\\u%04x", c);
  }
}

static void append_quoted(struct buf *buf, struct slice text) {
  buf_append_byte(buf, '"');
  size_t from = 0; /* what has not been copied yet begins here */
  size_t at = 0;
  while (at < text.len) {
    uint8_t c = text.ptr[at];
    if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
      at++;
      continue;
    }
    size_t len = 0;
    bool valid = utf8_step(slice_from(text, at), &len, NULL);
    if (valid && c >= 0x7F) {
      at += len;
      continue;
    }
    buf_append(buf, slice_of(text.ptr + from, at - from));
    if (valid) {
      append_escaped(buf, c);
    } else {
      buf_append_str(buf, "\xEF\xBF\xBD");
    }
    at += len;
    from = at;
  }
  buf_append(buf, slice_from(text, from));
  buf_append_byte(buf, '"');
}

void jout_object(struct jout *out) {
  open_nest(out, '{', '}');
}
void jout_object_end(struct jout *out) {
  close_nest(out, '}');
}
void jout_list(struct jout *out) {
  open_nest(out, '[', ']');
}
void jout_list_end(struct jout *out) {
  close_nest(out, ']');
}

void jout_name_slice(struct jout *out, struct slice name) {
  assert(out->depth > 0 && out->closers[out->depth - 1] == '}' && !out->named);
  if (out->comma) {
    buf_append_byte(out->buf, ',');
  }
  append_quoted(out->buf, name);
  buf_append_byte(out->buf, ':');
  out->named = true;
}

void jout_name(struct jout *out, const char *name) {
  jout_name_slice(out, slice_str(name));
}

void jout_text(struct jout *out, struct slice text) {
  begin_value(out);
  append_quoted(out->buf, text);
}

void jout_int(struct jout *out, int64_t number) {
  begin_value(out);
  char digits[24];
  size_t at = sizeof digits;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do {
    digits[--at] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (number < 0) {
    digits[--at] = '-';
  }
  buf_append(out->buf, slice_of(digits + at, sizeof digits - at));
}

void jout_bool(struct jout *out, bool boolean) {
  jout_raw(out, boolean ? S("true") : S("false"));
}
void jout_null(struct jout *out) {
  jout_raw(out, S("null"));
}

void jout_raw(struct jout *out, struct slice json) {
  begin_value(out);
  buf_append(out->buf, json);
}

void jout_put_object(struct jout *out, const char *name) {
  jout_name(out, name);
  jout_object(out);
}

void jout_put_list(struct jout *out, const char *name) {
  jout_name(out, name);
  jout_list(out);
}

void jout_put_text(struct jout *out, const char *name, struct slice text) {
  jout_name(out, name);
  jout_text(out, text);
}

void jout_put_str(struct jout *out, const char *name, const char *text) {
  jout_name(out, name);
  if (text == NULL) {
    jout_null(out);
  } else {
    jout_text(out, slice_str(text));
  }
}

void jout_put_text_or_null(struct jout *out, const char *name, struct slice text) {
  jout_name(out, name);
  if (text.len == 0) {
    jout_null(out);
  } else {
    jout_text(out, text);
  }
}

void jout_put_int(struct jout *out, const char *name, int64_t number) {
  jout_name(out, name);
  jout_int(out, number);
}

void jout_put_bool(struct jout *out, const char *name, bool boolean) {
  jout_name(out, name);
  jout_bool(out, boolean);
}

void jout_put_null(struct jout *out, const char *name) {
  jout_name(out, name);
  jout_null(out);
}

void jout_put_raw(struct jout *out, const char *name, struct slice json) {
  jout_name(out, name);
  jout_raw(out, json);
}

void jout_put_date(struct jout *out, const char *name, int32_t date) {
  jout_put_text(out, name, clock_date_write(out->buf->arena, date));
}

void jout_put_instant(struct jout *out, const char *name, int64_t instant_ms) {
  jout_put_text(out, name, clock_instant_write(out->buf->arena, instant_ms));
}
