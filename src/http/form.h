/* http/form.h: percent-decoding, for forms, queries and path segments. (private to http/)
 * Standard   RFC 3986 §2.1; the form encoding of the WHATWG URL standard §5.
 * Errors     HTTP_FORM_SYNTAX for a percent sign without two hex digits and for control characters; a form may hold CR, LF and TAB.
 */
#pragma once
#include "http/http.h"

/* is_plus_space: a form, where '+' is a space. */
MUST_USE result form_decode(struct slice text, bool is_plus_space, struct arena *arena, struct slice *ret_decoded);
