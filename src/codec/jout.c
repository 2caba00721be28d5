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

static bool is_continuation(uint8_t c) {
  return (c & 0xC0) == 0x80;
}

/* Bytes of a character of two or three that is well formed; 0: one to be looked at closely. */
static size_t long_step(const uint8_t *p, size_t left) {
  if (p[0] >= 0xC2 && p[0] <= 0xDF) {
    return left >= 2 && is_continuation(p[1]) ? 2 : 0;
  }
  if (p[0] >= 0xE1 && p[0] <= 0xEC) { /* E0 and ED have forms that are none */
    return left >= 3 && is_continuation(p[1]) && is_continuation(p[2]) ? 3 : 0;
  }
  return 0;
}

/* The high bit of each byte that is `c`; of one behind such a byte perhaps too. */
static uint64_t bytes_that_are(uint64_t word, uint8_t c) {
  const uint64_t ones = 0x0101010101010101u;
  uint64_t apart = word ^ (ones * c);
  return (apart - ones) & ~apart & (ones << 7);
}

/* Eight plain characters of ASCII? */
static bool are_plain(const uint8_t *p) {
  const uint64_t ones = 0x0101010101010101u;
  uint64_t word = 0;
  memcpy(&word, p, sizeof word);
  uint64_t controls = (word - ones * 0x20) & ~word & (ones << 7);
  return ((word & (ones << 7)) | controls | bytes_that_are(word, '"') | bytes_that_are(word, '\\') | bytes_that_are(word, 0x7F)) == 0;
}

/* How much of a text is written as it is: in Vietnamese, nearly always all of it. */
static size_t plain_length(struct slice text) {
  const uint8_t *p = text.ptr;
  size_t at = 0;
  for (size_t step = 1; at < text.len && step > 0; at += step) {
    while (text.len - at >= sizeof(uint64_t) && are_plain(p + at)) {
      at += sizeof(uint64_t);
    }
    while (at < text.len && p[at] >= 0x20 && p[at] < 0x7F && p[at] != '"' && p[at] != '\\') {
      at++;
    }
    step = at < text.len ? long_step(p + at, text.len - at) : 0;
  }
  return at;
}

/* One that is not plain. */
static size_t append_character(struct buf *buf, struct slice text) {
  size_t len = 0;
  bool valid = utf8_step(text, &len, NULL);
  if (!valid) {
    buf_append_str(buf, "\xEF\xBF\xBD");
  } else if (text.ptr[0] >= 0x7F) {
    buf_append(buf, slice_sub(text, 0, len));
  } else {
    append_escaped(buf, text.ptr[0]);
  }
  return len;
}

static void append_quoted(struct buf *buf, struct slice text) {
  size_t plain = plain_length(text);
  uint8_t *room = buf_extend(buf, plain + 1);
  room[0] = '"';
  if (plain > 0) {
    memcpy(room + 1, text.ptr, plain);
  }
  for (text = slice_from(text, plain); text.len > 0; text = slice_from(text, plain)) {
    text = slice_from(text, append_character(buf, text));
    plain = plain_length(text);
    buf_append(buf, slice_sub(text, 0, plain));
  }
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
