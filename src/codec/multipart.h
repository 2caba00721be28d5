/* codec/multipart.h: forms that carry a file (multipart/form-data), as browsers send them.
 *
 * Standard   RFC 7578; RFC 2046 5.1 for the boundaries. Stricter: no preamble or epilogue, no transfer encoding, no nested multiparts, no field twice.
 * Does not   judge what is in a file; text fields are UTF-8 (the whatwg form's charset).
 * Shapes     values lie in the body that was given.
 * Errors     CODEC_URL_SYNTAX, CODEC_FORM_LIMIT, CODEC_FORM_DUPLICATE, CODEC_UTF8_INVALID.
 */
#pragma once
#include "base/arena.h"
#include "codec/codec_error.h"

enum { MULTIPART_PARTS_MAX = 16, MULTIPART_NAME_BYTES_MAX = 64 };

struct multipart_part {
  struct slice name;
  bool is_file; /* a filename was given; what it says is not kept */
  struct slice value;
};
struct multipart_form {
  struct multipart_part parts[MULTIPART_PARTS_MAX];
  size_t count;
};
/* content_type: the whole header's value, with its boundary. */
MUST_USE result multipart_parse(struct slice content_type, struct slice body, struct multipart_form *ret_form);
/* A text field's value, or a file's bytes; empty when absent. */
struct slice multipart_text(const struct multipart_form *form, const char *name);
struct slice multipart_file(const struct multipart_form *form, const char *name);
