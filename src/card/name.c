/* Names: in the zone they are A-Z; people write them with diacritics, and some clerks without. */
#include "base/buf.h"
#include "card/fields.h"
#include "codec/utf8.h"

/* Letters that folding leaves alone, or that have two spellings [ICAO9303-3 6 A]: the standard's first one, and the plain letter. */
static const struct {
  uint32_t rune;
  const char *standard;
  const char *plain;
} letters[] = {
    {0x00C4, "ae", "a"}, {0x00E4, "ae", "a"}, {0x00C5, "aa", "a"}, {0x00E5, "aa", "a"}, {0x00D6, "oe", "o"}, {0x00F6, "oe", "o"},
    {0x00DC, "ue", "u"}, {0x00FC, "ue", "u"}, {0x00C6, "ae", "ae"}, {0x00E6, "ae", "ae"}, {0x00D8, "oe", "o"}, {0x00F8, "oe", "o"},
    {0x0152, "oe", "oe"}, {0x0153, "oe", "oe"}, {0x00DE, "th", "th"}, {0x00FE, "th", "th"}, {0x00DF, "ss", "ss"}, {0x1E9E, "ss", "ss"},
    {0x00D0, "d", "d"}, {0x00F0, "d", "d"}, {0x0141, "l", "l"}, {0x0142, "l", "l"}, {0x0131, "i", "i"},
    {0x2018, "", ""}, {0x2019, "", ""}, {0x02BC, "", ""}, {'\'', "", ""}, {',', "", ""}, {'.', " ", " "}, {'-', " ", " "}, {0x2010, " ", " "},
};

static const char *spelling_of(uint32_t rune, bool standard) {
  for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
    if (letters[i].rune == rune) {
      return standard ? letters[i].standard : letters[i].plain;
    }
  }
  return NULL;
}

static result respell(struct arena *arena, struct slice name, bool standard, struct slice *ret_spelt) {
  struct slice rest = {0};
  struct buf out;
  TRY(utf8_nfc(name, arena, &rest));
  buf_init(&out, arena, rest.len + 8);
  while (!slice_empty(rest)) {
    size_t length = 0;
    uint32_t rune = 0;
    if (!utf8_step(rest, &length, &rune)) {
      FAIL(CARD_CHARACTER, "not UTF-8");
    }
    const char *spelling = spelling_of(rune, standard);
    buf_append(&out, spelling ? slice_str(spelling) : slice_sub(rest, 0, length));
    rest = slice_from(rest, length);
  }
  *ret_spelt = buf_slice(&out);
  return OK;
}

static result transliterate(struct arena *arena, struct slice name, bool standard, struct slice *ret_name) {
  struct slice spelt;
  struct slice folded;
  TRY(respell(arena, name, standard, &spelt));
  TRY(utf8_search_fold(spelt, arena, &folded));
  uint8_t *out = arena_alloc(arena, folded.len + 1);
  for (size_t i = 0; i < folded.len; i++) {
    uint8_t c = folded.ptr[i];
    if (c != ' ' && (c < 'a' || c > 'z')) {
      FAIL(CARD_CHARACTER, "a letter the zone has no spelling for");
    }
    out[i] = c == ' ' ? c : (uint8_t)(c - 'a' + 'A');
  }
  *ret_name = slice_of(out, folded.len);
  return OK;
}

result card_name_transliterate(struct arena *arena, struct slice name, struct slice *ret_name) {
  return transliterate(arena, name, true, ret_name);
}

const char *card_likeness_name(enum card_likeness likeness) {
  static const char *const names[] = {[CARD_SAME] = "same", [CARD_SAME_LETTERS] = "diacritics", [CARD_SAME_AS_FAR] = "cut", [CARD_DIFFERENT] = "different"};
  return names[likeness];
}

/* Upper case, NFC, single blanks. */
static bool as_shown(struct arena *arena, struct slice name, struct slice *ret_shown) {
  struct slice rest;
  struct buf out;
  if (!is_ok(utf8_upper(name, arena, &rest))) {
    return false;
  }
  buf_init(&out, arena, rest.len + 1);
  while (!slice_empty(rest)) {
    struct slice word = slice_trim(slice_cut(&rest, ' '));
    if (!slice_empty(word)) {
      buf_append_str(&out, out.len > 0 ? " " : "");
      buf_append(&out, word);
    }
  }
  *ret_shown = buf_slice(&out);
  return true;
}

enum card_likeness card_name_compare(struct arena *arena, struct slice one, struct slice other) {
  struct slice a;
  struct slice b;
  if (as_shown(arena, one, &a) && as_shown(arena, other, &b) && slice_eq(a, b)) {
    return CARD_SAME;
  }
  if (is_ok(utf8_search_fold(one, arena, &a)) && is_ok(utf8_search_fold(other, arena, &b)) && slice_eq(a, b)) {
    return CARD_SAME_LETTERS;
  }
  return CARD_DIFFERENT;
}

/* Each word of the zone is the beginning of its fellow: a letter, a word's end or the last words may be missing. */
static bool is_cut_of(struct slice zone, struct slice full) {
  while (!slice_empty(zone)) {
    struct slice word = slice_cut(&zone, ' ');
    struct slice whole = slice_cut(&full, ' ');
    if (!slice_starts(whole, word)) {
      return false;
    }
  }
  return true;
}

static enum card_likeness compare_spelling(struct arena *arena, const struct card_mrz *mrz, struct slice name, bool standard) {
  struct slice full;
  struct slice zone = slice_empty(mrz->given) ? mrz->surname : arena_printf(arena, "%.*s %.*s", SLICE_ARG(mrz->surname), SLICE_ARG(mrz->given));
  if (!is_ok(transliterate(arena, name, standard, &full))) {
    return CARD_DIFFERENT;
  }
  if (slice_eq(zone, full)) {
    return CARD_SAME;
  }
  return mrz->name_may_be_cut && is_cut_of(zone, full) ? CARD_SAME_AS_FAR : CARD_DIFFERENT;
}

enum card_likeness card_mrz_name_compare(struct arena *arena, const struct card_mrz *mrz, struct slice name) {
  enum card_likeness standard = compare_spelling(arena, mrz, name, true);
  return standard == CARD_DIFFERENT ? compare_spelling(arena, mrz, name, false) : standard;
}
