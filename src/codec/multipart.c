#include "codec/multipart.h"

#include <strings.h>

#include "codec/utf8.h"

enum { BOUNDARY_BYTES_MAX = 70, TEXT_BYTES_MAX = 8 * 1024, HEADERS_MAX = 4 };

static bool is_name(struct slice s, const char *name) { return s.len == strlen(name) && strncasecmp((const char *)s.ptr, name, s.len) == 0; }

/* The value of one parameter of a header: name=token or name="quoted". Empty: absent. */
static struct slice parameter(struct slice header, const char *name) {
  (void)slice_cut(&header, ';');
  while (!slice_empty(header)) {
    struct slice one = slice_trim(slice_cut(&header, ';'));
    struct slice key = slice_cut(&one, '=');
    if (is_name(slice_trim(key), name)) {
      bool is_quoted = one.len >= 2 && one.ptr[0] == '"' && one.ptr[one.len - 1] == '"';
      return is_quoted ? slice_sub(one, 1, one.len - 2) : one;
    }
  }
  return S("");
}

/* [RFC2046 5.1.1] one to seventy characters of a small set. */
static bool is_boundary(struct slice boundary) {
  for (size_t i = 0; i < boundary.len; i++) {
    uint8_t c = boundary.ptr[i];
    bool good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("'()+_,-./:=?", c) != NULL;
    if (!good || c == 0) {
      return false;
    }
  }
  return boundary.len >= 1 && boundary.len <= BOUNDARY_BYTES_MAX;
}

struct reading {
  struct slice rest;
  uint8_t mark[4 + BOUNDARY_BYTES_MAX]; /* CRLF -- boundary */
  size_t mark_len;
};

/* One line up to CRLF; false: there is none. */
static bool take_line(struct slice *rest, struct slice *ret_line) {
  const uint8_t *end = memmem(rest->ptr, rest->len, "\r\n", 2);
  if (end == NULL) {
    return false;
  }
  *ret_line = slice_of(rest->ptr, (size_t)(end - rest->ptr));
  *rest = slice_from(*rest, ret_line->len + 2);
  return true;
}

/* [RFC7578 4.2 MUST] Content-Disposition: form-data; name="..."; a Content-Type may stand beside it. */
static result take_headers(struct reading *r, struct multipart_part *part) {
  struct slice line = {0};
  for (size_t i = 0; i <= HEADERS_MAX; i++) {
    if (!take_line(&r->rest, &line)) {
      FAIL(CODEC_URL_SYNTAX, "a part's headers do not end");
    }
    if (slice_empty(line)) {
      break;
    }
    struct slice value = line;
    struct slice name = slice_cut(&value, ':');
    if (is_name(name, "Content-Disposition")) {
      struct slice kind = value;
      part->name = is_name(slice_trim(slice_cut(&kind, ';')), "form-data") ? parameter(value, "name") : S("");
      part->is_file = memmem(value.ptr, value.len, "filename", 8) != NULL;
    } else if (!is_name(name, "Content-Type")) {
      FAIL(CODEC_URL_SYNTAX, "a header that a form's part has no use for");
    }
  }
  if (!slice_empty(line) || slice_empty(part->name) || part->name.len > MULTIPART_NAME_BYTES_MAX || !utf8_is_line(part->name)) {
    FAIL(CODEC_URL_SYNTAX, "a part without a name");
  }
  return OK;
}

static result take_part(struct reading *r, struct multipart_form *form) {
  struct multipart_part part = {0};
  TRY(take_headers(r, &part));
  const uint8_t *end = memmem(r->rest.ptr, r->rest.len, r->mark, r->mark_len);
  if (end == NULL) {
    FAIL(CODEC_URL_SYNTAX, "a part without its end");
  }
  part.value = slice_of(r->rest.ptr, (size_t)(end - r->rest.ptr));
  r->rest = slice_from(r->rest, part.value.len + r->mark_len);
  if (form->count == MULTIPART_PARTS_MAX || (!part.is_file && part.value.len > TEXT_BYTES_MAX)) {
    FAIL(CODEC_FORM_LIMIT, "too many parts, or a text too long");
  }
  if (!part.is_file && !utf8_is_text(part.value)) {
    FAIL(CODEC_UTF8_INVALID, "a text field that is no text");
  }
  for (size_t i = 0; i < form->count; i++) {
    if (slice_eq(form->parts[i].name, part.name)) {
      FAIL(CODEC_FORM_DUPLICATE, "a field twice");
    }
  }
  form->parts[form->count++] = part;
  return OK;
}

result multipart_parse(struct slice content_type, struct slice body, struct multipart_form *ret_form) {
  struct multipart_form form = {0};
  struct reading r = {.rest = body};
  struct slice kind = content_type;
  struct slice boundary = parameter(content_type, "boundary");
  if (!is_name(slice_trim(slice_cut(&kind, ';')), "multipart/form-data") || !is_boundary(boundary)) {
    FAIL(CODEC_URL_SYNTAX, "no boundary of a form with files");
  }
  memcpy(r.mark, "\r\n--", 4);
  memcpy(r.mark + 4, boundary.ptr, boundary.len);
  r.mark_len = 4 + boundary.len;
  if (!slice_starts(r.rest, slice_of(r.mark + 2, r.mark_len - 2))) {
    FAIL(CODEC_URL_SYNTAX, "something stands before the first part");
  }
  r.rest = slice_from(r.rest, r.mark_len - 2);
  while (slice_starts(r.rest, S("\r\n"))) {
    r.rest = slice_from(r.rest, 2);
    TRY(take_part(&r, &form));
  }
  if (!slice_is(r.rest, "--\r\n") && !slice_is(r.rest, "--")) {
    FAIL(CODEC_URL_SYNTAX, "the last part is not followed by the end");
  }
  *ret_form = form;
  return OK;
}

static struct slice find(const struct multipart_form *form, const char *name, bool is_file) {
  for (size_t i = 0; i < form->count; i++) {
    if (form->parts[i].is_file == is_file && slice_is(form->parts[i].name, name)) {
      return form->parts[i].value;
    }
  }
  return S("");
}

struct slice multipart_text(const struct multipart_form *form, const char *name) { return find(form, name, false); }
struct slice multipart_file(const struct multipart_form *form, const char *name) { return find(form, name, true); }
