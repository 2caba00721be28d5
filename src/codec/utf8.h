/* codec/utf8.h: Unicode text: checking, normal form, search form, masking.
 *
 * Standard   UTF-8 as RFC 3629; NFC as Unicode TR15 (libutf8proc).
 * Does not   judge what a name may contain, beyond utf8_is_line.
 * Shapes     stored text is NFC; the search form lies beside it in a column of its own, never instead of it.
 * Errors     CODEC_UTF8_INVALID.
 */
#pragma once
#include "base/arena.h"
#include "codec/codec_error.h"

/* The first character of s, which is not empty: false if broken, *ret_len then being the bytes to skip (>= 1). Refuses
 * surrogates, overlong forms and what lies above U+10FFFF [RFC3629 3]. ret_rune may be NULL. */
bool utf8_step(struct slice s, size_t *ret_len, uint32_t *ret_rune);
bool utf8_is_valid(struct slice s);
/* Valid, and without control characters (C0, DEL, C1), line and paragraph separators or bidirectional overrides: a
 * name, an address. */
bool utf8_is_line(struct slice s);
/* The same, but with tabs and line ends: what people write into a box. */
bool utf8_is_text(struct slice s);
/* Characters (code points), broken bytes counted singly. */
size_t utf8_count(struct slice s);

/* Normal Form C. */
MUST_USE result utf8_nfc(struct slice s, struct arena *arena, struct slice *ret_nfc);
/* What search compares: lower case, without diacritics, đ as d, other blanks as one space, none at the ends. "NGUYỄN
 * Văn Đức" -> "nguyen van duc". */
MUST_USE result utf8_search_fold(struct slice s, struct arena *arena, struct slice *ret_folded);
/* Upper and lower case, NFC kept. */
MUST_USE result utf8_upper(struct slice s, struct arena *arena, struct slice *ret_upper);

/* Keeps `head` characters in front and `tail` at the end, the others become '*'. 12 digits with 2 and 2: the middle
 * eight are hidden. A text not longer than head + tail is hidden wholly. */
struct slice utf8_mask_middle(struct arena *arena, struct slice s, size_t head, size_t tail);
