#include "codec/utf8.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "base/buf.h"

static bool is_continuation(struct slice s, size_t at) {
  return at < s.len && (s.ptr[at] & 0xC0) == 0x80;
}

bool utf8_step(struct slice s, size_t *ret_len, uint32_t *ret_rune) {
  static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  uint8_t first = s.ptr[0];
  size_t need = first < 0x80             ? 1
                : (first & 0xE0) == 0xC0 ? 2
                : (first & 0xF0) == 0xE0 ? 3
                : (first & 0xF8) == 0xF0 ? 4
                                         : 0;
  *ret_len = 1;
  if (need == 0) {
    return false;
  }
  uint32_t rune = need == 1 ? first : first & (0xFFU >> (need + 1));
  for (size_t i = 1; i < need; i++) {
    if (!is_continuation(s, i)) {
      return false;
    }
    rune = (rune << 6) | (s.ptr[i] & 0x3F);
  }
  if (rune < smallest[need] || rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) {
    return false;
  }
  *ret_len = need;
  if (ret_rune != NULL) {
    *ret_rune = rune;
  }
  return true;
}

/* How much at its beginning is ASCII, in whole words. */
static size_t ascii_words(struct slice s) {
  size_t at = 0;
  for (uint64_t word = 0; at + sizeof word <= s.len; at += sizeof word) {
    memcpy(&word, s.ptr + at, sizeof word);
    if ((word & UINT64_C(0x8080808080808080)) != 0) {
      break;
    }
  }
  return at;
}

bool utf8_is_valid(struct slice s) {
  for (size_t at = ascii_words(s), len = 0; at < s.len; at += len) {
    if (!utf8_step(slice_from(s, at), &len, NULL)) {
      return false;
    }
  }
  return true;
}

/* Characters that move or hide text on a page: a name must read the same on screen as in the register. */
static bool is_unprintable(uint32_t rune) {
  return rune < 0x20 || (rune >= 0x7F && rune < 0xA0) || rune == 0x2028 || rune == 0x2029 || rune == 0x200E ||
         rune == 0x200F || rune == 0x061C || (rune >= 0x202A && rune <= 0x202E) || (rune >= 0x2066 && rune <= 0x2069) ||
         rune == 0xFEFF || (rune & 0xFFFE) == 0xFFFE;
}

static bool is_readable(struct slice s, bool has_lines) {
  uint32_t rune = 0;
  for (size_t at = 0, len = 0; at < s.len; at += len) {
    if (!utf8_step(slice_from(s, at), &len, &rune)) {
      return false;
    }
    bool is_blank = rune == '\t' || rune == '\n' || rune == '\r';
    if (is_unprintable(rune) && !(has_lines && is_blank)) {
      return false;
    }
  }
  return true;
}

bool utf8_is_line(struct slice s) { return is_readable(s, false); }
bool utf8_is_text(struct slice s) { return is_readable(s, true); }

size_t utf8_count(struct slice s) {
  size_t count = 0;
  for (size_t at = 0, len = 0; at < s.len; at += len) {
    (void)utf8_step(slice_from(s, at), &len, NULL);
    count++;
  }
  return count;
}

static bool is_ascii(struct slice s) {
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] >= 0x80) {
      return false;
    }
  }
  return true;
}

static result map(struct slice s, int options, struct arena *arena, struct slice *ret_mapped) {
  if (!utf8_is_valid(s)) {
    FAIL(CODEC_UTF8_INVALID, "not UTF-8");
  }
  utf8proc_uint8_t *mapped = NULL;
  utf8proc_ssize_t len = utf8proc_map(s.ptr, (utf8proc_ssize_t)s.len, &mapped, (utf8proc_option_t)options);
  if (len < 0) {
    FAIL(CODEC_UTF8_INVALID, "utf8proc: %s", utf8proc_errmsg(len));
  }
  *ret_mapped = arena_copy(arena, slice_of(mapped, (size_t)len));
  free(mapped);
  return OK;
}

result utf8_nfc(struct slice s, struct arena *arena, struct slice *ret_nfc) {
  if (is_ascii(s)) {
    *ret_nfc = arena_copy(arena, s);
    return OK;
  }
  return map(s, UTF8PROC_STABLE | UTF8PROC_COMPOSE, arena, ret_nfc);
}

/* Without what stands between words doubled, or at the ends. */
static struct slice collapse_blanks(struct arena *arena, struct slice s) {
  struct buf out;
  buf_init(&out, arena, s.len + 1);
  for (size_t at = 0, len = 0; at < s.len; at += len) {
    uint32_t rune = 0xFFFD;
    (void)utf8_step(slice_from(s, at), &len, &rune);
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)rune);
    bool blank = rune < 0x20 || category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
                 category == UTF8PROC_CATEGORY_ZP;
    if (!blank) {
      buf_append(&out, slice_sub(s, at, len));
    } else if (out.len > 0 && out.ptr[out.len - 1] != ' ') {
      buf_append_byte(&out, ' ');
    }
  }
  if (out.len > 0 && out.ptr[out.len - 1] == ' ') {
    out.len--;
  }
  return buf_slice(&out);
}

/* đ has no decomposition in Unicode, so no normal form takes its stroke away. Case folding has made Đ (U+0110) and the
 * look-alikes that people type for it, Ð (U+00D0) and Ɖ (U+0189), small already. */
static struct slice strokes_away(struct arena *arena, struct slice s) {
  struct buf out;
  buf_init(&out, arena, s.len + 1);
  for (size_t at = 0, len = 0; at < s.len; at += len) {
    uint32_t rune = 0;
    (void)utf8_step(slice_from(s, at), &len, &rune);
    if (rune == 0x0111 || rune == 0x00F0 || rune == 0x0256) {
      buf_append_byte(&out, 'd');
    } else {
      buf_append(&out, slice_sub(s, at, len));
    }
  }
  return buf_slice(&out);
}

result utf8_search_fold(struct slice s, struct arena *arena, struct slice *ret_folded) {
  struct slice folded = {0};
  int options =
      UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
  TRY(map(s, options, arena, &folded));
  *ret_folded = collapse_blanks(arena, strokes_away(arena, folded));
  return OK;
}

result utf8_upper(struct slice s, struct arena *arena, struct slice *ret_upper) {
  struct slice nfc = {0};
  TRY(utf8_nfc(s, arena, &nfc));
  struct buf out;
  buf_init(&out, arena, nfc.len + 1);
  for (size_t at = 0, len = 0; at < nfc.len; at += len) {
    uint32_t rune = 0;
    (void)utf8_step(slice_from(nfc, at), &len, &rune);
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t written = utf8proc_encode_char(utf8proc_toupper((utf8proc_int32_t)rune), bytes);
    buf_append(&out, slice_of(bytes, (size_t)written));
  }
  *ret_upper = buf_slice(&out);
  return OK;
}

struct slice utf8_mask_middle(struct arena *arena, struct slice s, size_t head, size_t tail) {
  size_t count = utf8_count(s);
  bool wholly = count <= head + tail;
  struct buf out;
  buf_init(&out, arena, s.len + 1);
  size_t index = 0;
  for (size_t at = 0, len = 0; at < s.len; at += len, index++) {
    (void)utf8_step(slice_from(s, at), &len, NULL);
    bool shown = !wholly && (index < head || index >= count - tail);
    if (shown) {
      buf_append(&out, slice_sub(s, at, len));
    } else {
      buf_append_byte(&out, '*');
    }
  }
  return buf_slice(&out);
}
