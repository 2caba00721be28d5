#include "codec/url.h"

#include "codec/utf8.h"

/* [RFC3986 2.3] letters, digits, - . _ ~: a bit for each. */
static bool is_unreserved(uint8_t c) {
  static const uint64_t bits[4] = {0x03FF600000000000, 0x47FFFFFE87FFFFFE, 0, 0};
  return ((bits[c >> 6] >> (c & 63)) & 1) != 0;
}

static void append_encoded(struct buf *out, struct slice s) {
  static const char digits[] = "0123456789ABCDEF"; /* upper case [RFC3986 2.1] */
  uint8_t *begin = buf_extend(out, s.len * 3);
  uint8_t *at = begin;
  for (size_t i = 0; i < s.len; i++) {
    uint8_t c = s.ptr[i];
    if (is_unreserved(c)) {
      *at++ = c;
    } else {
      *at++ = '%';
      *at++ = (uint8_t)digits[c >> 4];
      *at++ = (uint8_t)digits[c & 15];
    }
  }
  out->len -= s.len * 3 - (size_t)(at - begin);
}

struct slice url_encode(struct arena *arena, struct slice s) {
  struct buf out;
  buf_init(&out, arena, s.len * 3 + 1);
  append_encoded(&out, s);
  return buf_slice(&out);
}

static int hex_value(uint8_t c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  uint8_t lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static size_t length_before(struct slice s, uint8_t c) {
  const uint8_t *found = s.len > 0 ? memchr(s.ptr, c, s.len) : NULL;
  return found == NULL ? s.len : (size_t)(found - s.ptr);
}

/* How many bytes at the beginning are what they stand for. */
static size_t plain_length(struct slice s) { return length_before(slice_sub(s, 0, length_before(s, '%')), '+'); }

static result decode(struct slice s, bool plus_is_blank, struct arena *arena, struct slice *ret_decoded) {
  uint8_t *decoded = arena_alloc(arena, s.len + 1);
  size_t len = plain_length(s);
  if (len > 0) {
    memcpy(decoded, s.ptr, len);
  }
  for (size_t i = len; i < s.len; i++) {
    uint8_t c = s.ptr[i];
    if (c == '%') {
      int high = i + 2 < s.len ? hex_value(s.ptr[i + 1]) : -1;
      int low = i + 2 < s.len ? hex_value(s.ptr[i + 2]) : -1;
      if (high < 0 || low < 0) {
        FAIL(CODEC_URL_SYNTAX, "broken percent escape at %zu", i);
      }
      c = (uint8_t)(high << 4 | low);
      i += 2;
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    decoded[len++] = c;
  }
  *ret_decoded = slice_of(decoded, len);
  return OK;
}

result url_decode(struct slice s, struct arena *arena, struct slice *ret_decoded) {
  return decode(s, false, arena, ret_decoded);
}

static result decode_field_text(struct slice s, struct arena *arena, struct slice *ret_text) {
  struct slice text = {0};
  TRY(decode(s, true, arena, &text));
  if (text.len > URL_FORM_VALUE_BYTES_MAX) {
    FAIL(CODEC_FORM_LIMIT, "form text of %zu bytes", text.len);
  }
  if (!utf8_is_valid(text) || slice_find(text, 0, 0) < text.len) {
    FAIL(CODEC_UTF8_INVALID, "form text is not UTF-8 or holds U+0000");
  }
  *ret_text = text;
  return OK;
}

static bool has_field(const struct url_form *form, struct slice name) {
  for (size_t i = 0; i < form->count; i++) {
    if (slice_eq(form->fields[i].name, name)) {
      return true;
    }
  }
  return false;
}

/* How many fields there can be. */
static size_t field_room(struct slice s) {
  size_t room = 1;
  for (size_t i = 0; i < s.len && room < URL_FORM_FIELDS_MAX; i++) {
    room += s.ptr[i] == '&';
  }
  return room;
}

result url_form_parse(struct slice s, struct arena *arena, struct url_form *ret_form) {
  struct url_form form = {.fields = ARENA_ARRAY(arena, struct url_field, field_room(s))};
  while (s.len > 0) {
    struct slice value = slice_cut(&s, '&');
    struct slice name = slice_cut(&value, '=');
    if (name.len == 0 && value.len == 0) {
      continue;
    }
    if (form.count == URL_FORM_FIELDS_MAX) {
      FAIL(CODEC_FORM_LIMIT, "more than %d form fields", URL_FORM_FIELDS_MAX);
    }
    struct url_field field = {0};
    TRY(decode_field_text(name, arena, &field.name));
    TRY(decode_field_text(value, arena, &field.value));
    if (has_field(&form, field.name)) {
      FAIL(CODEC_FORM_DUPLICATE, "form field twice"); /* two readers must never see two values */
    }
    form.fields[form.count++] = field;
  }
  *ret_form = form;
  return OK;
}

bool url_form_find(const struct url_form *form, const char *name, struct slice *ret_value) {
  for (size_t i = 0; i < form->count; i++) {
    if (slice_is(form->fields[i].name, name)) {
      *ret_value = form->fields[i].value;
      return true;
    }
  }
  return false;
}

struct slice url_form_get(const struct url_form *form, const char *name) {
  struct slice value = {0};
  (void)url_form_find(form, name, &value);
  return value;
}

void url_form_put(struct buf *form, const char *name, struct slice value) {
  if (form->len > 0) {
    buf_append_byte(form, '&');
  }
  append_encoded(form, slice_str(name));
  buf_append_byte(form, '=');
  append_encoded(form, value);
}
