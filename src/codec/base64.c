#include "codec/base64.h"

#include "base/arena.h"
#include "codec/base64url.h"

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char for_urls[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static struct slice encode(struct arena *arena, struct slice bytes, const char *alphabet, bool padded) {
  uint8_t *text = arena_alloc(arena, (bytes.len + 2) / 3 * 4 + 1);
  uint8_t *at = text;
  size_t whole = bytes.len - bytes.len % 3;
  for (size_t i = 0; i < whole; i += 3) {
    uint32_t word = (uint32_t)bytes.ptr[i] << 16 | (uint32_t)bytes.ptr[i + 1] << 8 | bytes.ptr[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) {
      *at++ = (uint8_t)alphabet[(word >> shift) & 63];
    }
  }
  size_t left = bytes.len - whole;
  if (left > 0) {
    uint32_t word = (uint32_t)bytes.ptr[whole] << 16 | (left > 1 ? (uint32_t)bytes.ptr[whole + 1] << 8 : 0);
    *at++ = (uint8_t)alphabet[word >> 18];
    *at++ = (uint8_t)alphabet[(word >> 12) & 63];
    if (left > 1) {
      *at++ = (uint8_t)alphabet[(word >> 6) & 63];
    }
  }
  while (padded && (at - text) % 4 != 0) {
    *at++ = '=';
  }
  return slice_of(text, (size_t)(at - text));
}

/* One more than a character's value in either alphabet; 0: in none. Not constant-time: what is secret is never base64 here. */
static const uint8_t places[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11,
    ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22,
    ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33,
    ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44,
    ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55,
    ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64, ['-'] = 63, ['_'] = 64,
};

/* 0..63, or more: not in the alphabet. */
static uint32_t value_of(uint8_t c, const char *alphabet) {
  uint32_t value = places[c] - 1U;
  return value < 62 || (value < 64 && c == (uint8_t)alphabet[value]) ? value : 64;
}

/* As many whole groups of four as there are at its beginning; how many. */
static size_t decode_groups(struct slice text, const char *alphabet, uint8_t *bytes) {
  size_t groups = 0;
  for (; groups < text.len / 4; groups++) {
    const uint8_t *c = text.ptr + 4 * groups;
    uint32_t a = value_of(c[0], alphabet);
    uint32_t b = value_of(c[1], alphabet);
    uint32_t d = value_of(c[2], alphabet);
    uint32_t e = value_of(c[3], alphabet);
    if ((a | b | d | e) > 63) {
      break;
    }
    uint32_t word = a << 18 | b << 12 | d << 6 | e;
    bytes[3 * groups] = (uint8_t)(word >> 16);
    bytes[3 * groups + 1] = (uint8_t)(word >> 8);
    bytes[3 * groups + 2] = (uint8_t)word;
  }
  return groups;
}

static result decode(struct slice text, struct arena *arena, const char *alphabet, struct slice *ret_bytes) {
  if (text.len % 4 == 1) {
    FAIL(CODEC_BASE64_SYNTAX, "impossible length");
  }
  uint8_t *bytes = arena_alloc(arena, text.len / 4 * 3 + 3);
  size_t groups = decode_groups(text, alphabet, bytes);
  size_t len = 3 * groups;
  uint32_t word = 0;
  unsigned bits = 0;
  for (size_t i = 4 * groups; i < text.len; i++) {
    uint32_t value = value_of(text.ptr[i], alphabet);
    if (value > 63) {
      FAIL(CODEC_BASE64_SYNTAX, "character outside the alphabet at %zu", i);
    }
    word = (word << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[len++] = (uint8_t)(word >> bits);
      word &= (1U << bits) - 1;
    }
  }
  if (word != 0) {
    FAIL(CODEC_BASE64_SYNTAX, "unused bits are not nought"); /* [RFC4648 3.5] */
  }
  *ret_bytes = slice_of(bytes, len);
  return OK;
}

struct slice base64_write(struct arena *arena, struct slice bytes) {
  return encode(arena, bytes, standard, true);
}

result base64_parse(struct slice text, struct arena *arena, struct slice *ret_bytes) {
  if (text.len % 4 != 0) {
    FAIL(CODEC_BASE64_SYNTAX, "length is not a multiple of four");
  }
  for (int i = 0; i < 2 && text.len > 0 && text.ptr[text.len - 1] == '='; i++) {
    text.len--;
  }
  return decode(text, arena, standard, ret_bytes);
}

struct slice base64url_write(struct arena *arena, struct slice bytes) {
  return encode(arena, bytes, for_urls, false);
}

result base64url_parse(struct slice text, struct arena *arena, struct slice *ret_bytes) {
  return decode(text, arena, for_urls, ret_bytes);
}
