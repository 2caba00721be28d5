#include "http/form.h"

static int nibble(uint8_t c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

result form_decode(struct slice text, bool is_plus_space, struct arena *arena, struct slice *ret_decoded) {
  uint8_t *out = arena_alloc(arena, text.len + 1);
  size_t length = 0;
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.ptr[i];
    if (c == '%') {
      bool is_whole = text.len - i > 2;
      int high = is_whole ? nibble(text.ptr[i + 1]) : -1;
      int low = is_whole ? nibble(text.ptr[i + 2]) : -1;
      if (high < 0 || low < 0) {
        FAIL(HTTP_FORM_SYNTAX, "a percent sign without two hex digits");
      }
      c = (uint8_t)(high * 16 + low);
      i += 2;
    } else if (c == '+' && is_plus_space) {
      c = ' ';
    }
    bool is_layout = is_plus_space && (c == '\r' || c == '\n' || c == '\t');
    if ((c < ' ' && !is_layout) || c == 0x7f) {
      FAIL(HTTP_FORM_SYNTAX, "an encoded control character 0x%02x", c);
    }
    out[length++] = c;
  }
  *ret_decoded = slice_of(out, length);
  return OK;
}

enum { FIELDS_MAX = 128 };

result http_form_parse(struct slice text, struct arena *arena, struct http_form *ret_form) {
  size_t count = text.len > 0 ? 1 : 0;
  for (size_t i = 0; i < text.len; i++) {
    count += text.ptr[i] == '&';
  }
  if (count > FIELDS_MAX) {
    FAIL(HTTP_FORM_SYNTAX, "%zu fields", count);
  }
  struct http_header *fields = ARENA_ARRAY(arena, struct http_header, count + 1);
  size_t used = 0;
  while (text.len > 0) {
    struct slice value = slice_cut(&text, '&');
    struct slice name = slice_cut(&value, '=');
    if (name.len == 0 && value.len == 0) {
      continue;
    }
    struct http_header field;
    TRY(form_decode(name, true, arena, &field.name));
    TRY(form_decode(value, true, arena, &field.value));
    for (size_t i = 0; i < used; i++) {
      if (slice_eq(fields[i].name, field.name)) {
        FAIL(HTTP_FORM_SYNTAX, "a field is given twice");
      }
    }
    fields[used++] = field;
  }
  *ret_form = (struct http_form){fields, used};
  return OK;
}

struct slice http_form_value(const struct http_form *form, const char *name) {
  for (size_t i = 0; i < form->count; i++) {
    if (slice_is(form->fields[i].name, name)) {
      return form->fields[i].value;
    }
  }
  return (struct slice){0};
}
