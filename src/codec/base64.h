/* codec/base64.h: base64 with padding, one canonical form only.
 * Standard   RFC 4648 4; no line breaks, padding required, unused bits nought [RFC4648 3.5].
 * Errors     CODEC_BASE64_SYNTAX. */
#pragma once
#include "base/arena.h"
#include "codec/codec_error.h"

struct slice base64_write(struct arena *arena, struct slice bytes);
MUST_USE result base64_parse(struct slice text, struct arena *arena, struct slice *ret_bytes);
