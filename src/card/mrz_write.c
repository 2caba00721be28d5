/* Writing the machine-readable zone; names that do not fit are cut as [ICAO9303-5 4.2.4] says. */
#include "base/buf.h"
#include "card/fields.h"

enum { LINE = CARD_MRZ_LINE, NUMBER_PLACES = 9, OPTIONAL_PLACES = 15, OPTIONAL_2_PLACES = 11, NAME_MAX_BEFORE_CUT = 200 };

static void put_filled(struct buf *out, struct slice text, size_t width) {
  buf_append(out, text);
  for (size_t i = text.len; i < width; i++) {
    buf_append_byte(out, '<');
  }
}

static bool fits(struct slice text, size_t least, size_t most) { return text.len >= least && text.len <= most; }

static struct slice since(const struct buf *out, size_t from) { return slice_from(buf_slice(out), from); }

/* Line 1 behind the state: number, its check, optional data. */
static result put_number(struct buf *out, const struct card_mrz *mrz) {
  size_t start = out->len;
  if (mrz->number.len <= NUMBER_PLACES) {
    put_filled(out, mrz->number, NUMBER_PLACES);
    buf_append_byte(out, (uint8_t)card_check_digit(since(out, start)));
  } else {
    buf_append(out, slice_sub(mrz->number, 0, NUMBER_PLACES));
    buf_append_byte(out, '<');
    buf_append(out, slice_from(mrz->number, NUMBER_PLACES));
    buf_append_byte(out, (uint8_t)card_check_digit(mrz->number));
    buf_append_byte(out, '<');
  }
  if (!slice_empty(mrz->pin)) {
    size_t pin = out->len;
    put_filled(out, mrz->pin, CARD_PIN_DIGITS + 2);
    buf_append_byte(out, (uint8_t)card_check_digit(since(out, pin)));
  } else {
    put_filled(out, mrz->optional, start + NUMBER_PLACES + 1 + OPTIONAL_PLACES - out->len);
  }
  if (out->len != start + NUMBER_PLACES + 1 + OPTIONAL_PLACES) {
    FAIL(CARD_VALUE, "number and optional data do not fit");
  }
  return OK;
}

static void put_pair(struct buf *out, int number, bool known) {
  if (known) {
    buf_printf(out, "%02d", number % 100);
  } else {
    buf_append_str(out, "<<");
  }
}

static void put_dates(struct buf *out, const struct card_mrz *mrz) {
  static const char sexes[] = {[CARD_SEX_UNSAID] = '<', [CARD_MALE] = 'M', [CARD_FEMALE] = 'F'};
  size_t start = out->len;
  put_pair(out, mrz->birth.year, mrz->birth.year != 0);
  put_pair(out, mrz->birth.month, mrz->birth.month != 0);
  put_pair(out, mrz->birth.day, mrz->birth.day != 0);
  buf_append_byte(out, (uint8_t)card_check_digit(since(out, start)));
  buf_append_byte(out, (uint8_t)sexes[mrz->sex]);
  struct civil_date expires = mrz->expires == CARD_NO_LIMIT ? (struct civil_date){2099, 12, 31} : clock_civil(mrz->expires);
  start = out->len;
  buf_printf(out, "%02d%02d%02d", expires.year % 100, expires.month, expires.day);
  buf_append_byte(out, (uint8_t)card_check_digit(since(out, start)));
}

static void put_composite(struct buf *out, const uint8_t *first, const uint8_t *second) {
  uint8_t all[3 * LINE];
  const struct slice parts[] = {slice_of(first + 5, 25), slice_of(second, 7), slice_of(second + 8, 7), slice_of(second + 18, OPTIONAL_2_PLACES)};
  size_t used = 0;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    memcpy(all + used, parts[i].ptr, parts[i].len);
    used += parts[i].len;
  }
  buf_append_byte(out, (uint8_t)card_check_digit(slice_of(all, used)));
}

/* ---- the name ---- */

/* The longest word of at least two letters loses its last one. False: there is none. */
static bool shorten(uint8_t *name, size_t *len, size_t before) {
  size_t longest_end = 0;
  size_t longest = 2;
  size_t start = 0;
  for (size_t i = 0; i <= *len && start < before; i++) {
    if (i == *len || name[i] == '<') {
      bool longer = i - start >= longest;
      longest = longer ? i - start : longest;
      longest_end = longer ? i : longest_end;
      start = i + 1;
    }
  }
  if (longest_end == 0) {
    return false;
  }
  memmove(name + longest_end - 1, name + longest_end, *len - longest_end);
  *len -= 1;
  return true;
}

/* A cut name ends in a letter, so that a reader sees that it may be cut, and something of the given names stays. */
static bool cut(uint8_t *name, size_t *len) {
  const uint8_t *gap = memmem(name, *len, "<<", 2);
  size_t surname = gap == NULL ? *len : (size_t)(gap - name);
  while (gap != NULL && surname + 3 > LINE) {
    if (!shorten(name, len, surname)) {
      return false;
    }
    surname--;
  }
  while (*len > LINE && name[LINE - 1] == '<') {
    if (!shorten(name, len, LINE)) {
      return false;
    }
  }
  *len = *len > LINE ? LINE : *len;
  return true;
}

static result put_name(struct arena *arena, struct buf *out, const struct card_mrz *mrz) {
  struct slice surname;
  struct slice given;
  uint8_t name[2 * NAME_MAX_BEFORE_CUT + 2];
  TRY(card_name_transliterate(arena, mrz->surname, &surname));
  TRY(card_name_transliterate(arena, mrz->given, &given));
  if (!fits(surname, 1, NAME_MAX_BEFORE_CUT) || !fits(given, 0, NAME_MAX_BEFORE_CUT)) {
    FAIL(CARD_VALUE, "no surname, or a name beyond all measure");
  }
  struct slice whole = slice_empty(given) ? surname : arena_printf(arena, "%.*s<<%.*s", SLICE_ARG(surname), SLICE_ARG(given));
  size_t len = whole.len;
  for (size_t i = 0; i < len; i++) {
    name[i] = whole.ptr[i] == ' ' ? '<' : whole.ptr[i];
  }
  if (!cut(name, &len)) {
    FAIL(CARD_VALUE, "a name of single letters that does not fit");
  }
  put_filled(out, slice_of(name, len), LINE);
  return OK;
}

result card_mrz_write(struct arena *arena, const struct card_mrz *mrz, struct slice *ret_text) {
  struct buf out;
  if (!fits(mrz->document, 1, 2) || !fits(mrz->state, 1, 3) || !fits(mrz->nationality, 1, 3) || !fits(mrz->number, 1, 22) ||
      !fits(mrz->pin, 0, CARD_PIN_DIGITS) || !fits(mrz->optional, 0, OPTIONAL_PLACES) || !fits(mrz->optional_2, 0, OPTIONAL_2_PLACES)) {
    FAIL(CARD_VALUE, "a field is missing or too long");
  }
  buf_init(&out, arena, 3 * LINE + 2);
  put_filled(&out, mrz->document, 2);
  put_filled(&out, mrz->state, 3);
  TRY(put_number(&out, mrz));
  buf_append_byte(&out, '\n');
  size_t second = out.len;
  put_dates(&out, mrz);
  put_filled(&out, mrz->nationality, 3);
  put_filled(&out, mrz->optional_2, OPTIONAL_2_PLACES);
  put_composite(&out, out.ptr, out.ptr + second);
  buf_append_byte(&out, '\n');
  TRY(put_name(arena, &out, mrz));
  *ret_text = buf_slice(&out);
  return OK;
}
