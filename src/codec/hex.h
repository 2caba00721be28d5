/* codec/hex.h: bytes as hexadecimal digits: written in lower case, read in both. Errors CODEC_HEX_SYNTAX. */
#pragma once
#include "base/arena.h"
#include "codec/codec_error.h"

struct slice hex_write(struct arena *arena, struct slice bytes);
MUST_USE result hex_parse(struct slice text, struct arena *arena, struct slice *ret_bytes);
