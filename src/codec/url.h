/* codec/url.h: percent encoding, and forms (application/x-www-form-urlencoded).
 *
 * Standard   RFC 3986 2.1, 2.3; WHATWG URL form parsing for '+', stricter in the rest: broken escapes, fields that
 *            occur twice, bytes that are not UTF-8 and U+0000 are refused.
 * Does not   split whole URLs.
 * Errors     CODEC_URL_SYNTAX, CODEC_FORM_LIMIT, CODEC_FORM_DUPLICATE, CODEC_UTF8_INVALID.
 */
#pragma once
#include "base/buf.h"
#include "codec/codec_error.h"

/* All but unreserved characters [RFC3986 2.3] as %XX. */
struct slice url_encode(struct arena *arena, struct slice s);
/* %XX resolved; '+' stays. */
MUST_USE result url_decode(struct slice s, struct arena *arena, struct slice *ret_decoded);

struct url_field {
  struct slice name;
  struct slice value;
};
struct url_form {
  struct url_field *fields;
  size_t count;
};
enum {
  URL_FORM_FIELDS_MAX = 64,            /* the longest of our forms has 17 categories */
  URL_FORM_VALUE_BYTES_MAX = 8 * 1024, /* a free text of a page */
};
/* A query string (without '?') or a form body. */
MUST_USE result url_form_parse(struct slice s, struct arena *arena, struct url_form *ret_form);
/* The value; false when the field is absent, and *ret_value stays as it was. */
bool url_form_find(const struct url_form *form, const char *name, struct slice *ret_value);
/* The value, empty when absent. */
struct slice url_form_get(const struct url_form *form, const char *name);
/* Appends name=value, with '&' before it unless it is the first in the buf. */
void url_form_put(struct buf *form, const char *name, struct slice value);
