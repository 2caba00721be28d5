/* codec/base64url.h: base64 for URLs, one canonical form only.
 * Standard   RFC 4648 5 as JOSE uses it: no padding [RFC7515 2], unused bits nought [RFC4648 3.5].
 * Errors     CODEC_BASE64_SYNTAX. */
#pragma once
#include "base/arena.h"
#include "codec/codec_error.h"

struct slice base64url_write(struct arena *arena, struct slice bytes);
MUST_USE result base64url_parse(struct slice text, struct arena *arena, struct slice *ret_bytes);
