/* TD1 [ICAO9303-5 4.2]: three lines of thirty.
 *
 *   LINE  PLACES  FIELD                              LINE  PLACES  FIELD                        LINE  PLACES  FIELD
 *   1     1-2     document                           2     1-6     birth, YYMMDD                3     1-30    SURNAME<<GIVEN<NAMES
 *   1     3-5     issuing state                      2     7       its check
 *   1     6-14    number (our card: last 9 of PIN)   2     8       sex
 *   1     15      its check                          2     9-14    expiry, YYMMDD
 *   1     16-30   optional (our card: 12 of PIN,     2     15      its check
 *                 <<, check over 16-29)              2     16-18   nationality
 *                                                    2     19-29   optional
 *                                                    2     30      check over 1: 6-30, 2: 1-7, 9-15, 19-29
 */
#include "base/buf.h"
#include "card/fields.h"

enum { LINE = CARD_MRZ_LINE, ZONE = 3 * LINE, NUMBER_PLACES = 9, OUR_PIN_PLACES = 14, NO_LIMIT_YEAR = 2099 };

char card_check_digit(struct slice characters) {
  static const int weights[] = {7, 3, 1};
  int sum = 0;
  for (size_t i = 0; i < characters.len; i++) {
    uint8_t c = characters.ptr[i];
    int value = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 0;
    sum += value * weights[i % 3];
  }
  return (char)('0' + sum % 10);
}

/* Places of a line counted from 1, both included, as the standard counts them. */
static struct slice places(const uint8_t *line, size_t from, size_t to) { return slice_of(line + from - 1, to - from + 1); }

static char composite_of(const uint8_t *zone) {
  uint8_t all[ZONE];
  size_t used = 0;
  const struct slice parts[] = {places(zone, 6, 30), places(zone + LINE, 1, 7), places(zone + LINE, 9, 15), places(zone + LINE, 19, 29)};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    memcpy(all + used, parts[i].ptr, parts[i].len);
    used += parts[i].len;
  }
  return card_check_digit(slice_of(all, used));
}

/* ---- reading ---- */

struct reading {
  struct arena *arena;
  uint8_t zone[ZONE];
  int32_t today;
  bool is_ours;
  struct card_mrz mrz;
  struct card_fault *fault;
};

static struct slice unfilled(struct slice s) {
  while (s.len > 0 && s.ptr[s.len - 1] == '<') {
    s.len--;
  }
  return s;
}

static struct slice kept(struct reading *r, struct slice s) { return arena_copy(r->arena, s); }

/* Ninety characters out of three lines, or of one. */
static result read_zone(struct reading *r, struct slice text) {
  size_t used = 0;
  struct slice rest = slice_trim(text);
  if (text.len > CARD_TEXT_BYTES_MAX) {
    CARD_REFUSE(r->fault, CARD_WHOLE, CARD_TOO_LONG, "%zu bytes", text.len);
  }
  bool in_lines = slice_find(rest, '\n', 0) < rest.len;
  while (!slice_empty(rest)) {
    struct slice line = slice_trim(slice_cut(&rest, '\n'));
    if ((in_lines && line.len != LINE) || used + line.len > ZONE) {
      CARD_REFUSE(r->fault, CARD_WHOLE, CARD_LENGTH, "a line of %zu characters", line.len);
    }
    memcpy(r->zone + used, line.ptr, line.len);
    used += line.len;
  }
  if (used != ZONE) {
    CARD_REFUSE(r->fault, CARD_WHOLE, CARD_LENGTH, "%zu characters", used);
  }
  for (size_t i = 0; i < ZONE; i++) {
    uint8_t c = r->zone[i];
    if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') && c != '<') {
      CARD_REFUSE(r->fault, CARD_WHOLE, CARD_CHARACTER, "neither A-Z, 0-9 nor <"); /* [ICAO9303-3 4.3] */
    }
  }
  return OK;
}

static bool is_letters(struct slice s) {
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] < 'A' || s.ptr[i] > 'Z') {
      return false;
    }
  }
  return s.len > 0;
}

static result read_codes(struct reading *r) {
  struct slice document = unfilled(places(r->zone, 1, 2));
  struct slice state = unfilled(places(r->zone, 3, 5));
  struct slice nationality = unfilled(places(r->zone + LINE, 16, 18));
  /* [ICAO9303-5 4.2.2.1] the first letter is A, C or I; V is no second letter */
  if (!is_letters(document) || strchr("ACI", document.ptr[0]) == NULL || (document.len == 2 && document.ptr[1] == 'V')) {
    CARD_REFUSE(r->fault, CARD_DOCUMENT, CARD_VALUE, "not an identity document of this size");
  }
  if (!is_letters(state)) {
    CARD_REFUSE(r->fault, CARD_STATE, CARD_VALUE, "no code of a state");
  }
  if (!is_letters(nationality)) {
    CARD_REFUSE(r->fault, CARD_NATIONALITY, CARD_VALUE, "no code of a state");
  }
  r->mrz.document = kept(r, document);
  r->mrz.state = kept(r, state);
  r->mrz.nationality = kept(r, nationality);
  r->is_ours = slice_is(document, "ID") && slice_is(state, "VNM") && slice_is(nationality, "VNM");
  return OK;
}

static result check_digit_is(struct reading *r, struct slice characters, uint8_t digit, enum card_field at) {
  if (card_check_digit(characters) != (char)digit) {
    CARD_REFUSE(r->fault, at, CARD_CHECK, "the check digit is %c", card_check_digit(characters));
  }
  return OK;
}

/* A number longer than nine goes on in the optional data: rest, check digit, filler, and `<` in the place of its check [ICAO9303-5 4.2.2.1 j]. */
static result read_long_number(struct reading *r) {
  struct slice optional = places(r->zone, 16, 30);
  size_t end = slice_find(optional, '<', 0);
  if (end < 2 || end == optional.len || r->zone[13] == '<') {
    CARD_REFUSE(r->fault, CARD_NUMBER, CARD_VALUE, "neither a check digit nor a number that goes on");
  }
  struct slice number = arena_printf(r->arena, "%.*s%.*s", SLICE_ARG(places(r->zone, 6, 14)), SLICE_ARG(slice_sub(optional, 0, end - 1)));
  r->mrz.number = number;
  r->mrz.optional = kept(r, unfilled(slice_from(optional, end + 1)));
  return check_digit_is(r, number, optional.ptr[end - 1], CARD_NUMBER);
}

static result read_number(struct reading *r) {
  struct slice number = places(r->zone, 6, 14);
  if (!r->is_ours && r->zone[14] == '<') {
    return read_long_number(r);
  }
  TRY(check_digit_is(r, number, r->zone[14], CARD_NUMBER));
  r->mrz.number = kept(r, unfilled(number));
  if (slice_empty(r->mrz.number) || r->zone[5] == '<') {
    CARD_REFUSE(r->fault, CARD_NUMBER, CARD_VALUE, "no number");
  }
  if (!r->is_ours) {
    r->mrz.optional = kept(r, unfilled(places(r->zone, 16, 30)));
    return OK;
  }
  TRY(check_digit_is(r, places(r->zone, 16, 29), r->zone[29], CARD_PIN));
  r->mrz.pin = kept(r, places(r->zone, 16, 27));
  if (!slice_is(places(r->zone, 28, 29), "<<") || card_pin_year(r->mrz.pin) == 0) {
    CARD_REFUSE(r->fault, CARD_PIN, CARD_CHARACTER, "no PIN of twelve digits");
  }
  if (!slice_eq(slice_from(r->mrz.pin, CARD_PIN_DIGITS - NUMBER_PLACES), number)) {
    CARD_REFUSE(r->fault, CARD_NUMBER, CARD_DIFFERS, "not the last nine digits of the PIN");
  }
  return OK;
}

/* Two digits, or two fillers for what nobody knows [ICAO9303-3 4.8]. -1: neither. */
static int32_t pair_of(struct slice pair) { return slice_is(pair, "<<") ? 0 : card_number_of(pair); }

static result read_birth(struct reading *r) {
  const uint8_t *line = r->zone + LINE;
  TRY(check_digit_is(r, places(line, 1, 6), line[6], CARD_BIRTH));
  int32_t year = slice_is(places(line, 1, 2), "<<") ? -2 : card_number_of(places(line, 1, 2));
  int32_t month = pair_of(places(line, 3, 4));
  int32_t day = pair_of(places(line, 5, 6));
  bool zero = slice_is(places(line, 3, 4), "00") || slice_is(places(line, 5, 6), "00");
  struct card_date birth = {0, (uint8_t)month, (uint8_t)day};
  if (year == -1 || month < 0 || day < 0 || zero || month > 12 || day > 31) {
    CARD_REFUSE(r->fault, CARD_BIRTH, CARD_VALUE, "not YYMMDD");
  }
  struct civil_date now = clock_civil(r->today);
  if (year >= 0 && r->is_ours) {
    birth.year = (int16_t)(card_pin_year(r->mrz.pin) / 100 * 100 + year);
  } else if (year >= 0) {
    int32_t this_century = now.year / 100 * 100 + year;
    birth.year = (int16_t)(this_century > now.year ? this_century - 100 : this_century);
  }
  bool is_later = birth.year > now.year || (birth.year == now.year && birth.month > now.month);
  if (!card_date_is_possible(birth) || is_later) {
    CARD_REFUSE(r->fault, CARD_BIRTH, CARD_VALUE, "no day on which somebody was born");
  }
  r->mrz.birth = birth;
  return OK;
}

static result read_sex(struct reading *r) {
  uint8_t c = r->zone[LINE + 7];
  if ((c != 'M' && c != 'F' && c != '<') || (c == '<' && r->is_ours)) {
    CARD_REFUSE(r->fault, CARD_SEX, CARD_VALUE, "neither M nor F");
  }
  r->mrz.sex = c == 'M' ? CARD_MALE : c == 'F' ? CARD_FEMALE : CARD_SEX_UNSAID;
  return r->is_ours ? card_pin_check(r->mrz.pin, r->mrz.sex, r->mrz.birth.year, r->fault) : OK;
}

static result read_expiry(struct reading *r) {
  const uint8_t *line = r->zone + LINE;
  TRY(check_digit_is(r, places(line, 9, 14), line[14], CARD_EXPIRY));
  int32_t year = card_number_of(places(line, 9, 10));
  int32_t month = card_number_of(places(line, 11, 12));
  int32_t day = card_number_of(places(line, 13, 14));
  struct card_date date = {(int16_t)(2000 + year), (uint8_t)month, (uint8_t)day};
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || !card_date_is_possible(date)) {
    CARD_REFUSE(r->fault, CARD_EXPIRY, CARD_VALUE, "not YYMMDD of a day");
  }
  bool endless = r->is_ours && date.year == NO_LIMIT_YEAR && month == 12 && day == 31;
  r->mrz.expires = endless ? CARD_NO_LIMIT : clock_date_from((struct civil_date){date.year, date.month, date.day});
  return OK;
}

/* "NGUYEN<THI" as "NGUYEN THI". */
static struct slice with_blanks(struct arena *arena, struct slice filled) {
  uint8_t *out = arena_alloc(arena, filled.len + 1);
  for (size_t i = 0; i < filled.len; i++) {
    out[i] = filled.ptr[i] == '<' ? ' ' : filled.ptr[i];
  }
  return slice_of(out, filled.len);
}

static result read_name(struct reading *r) {
  struct slice all = unfilled(places(r->zone + 2 * LINE, 1, LINE));
  const uint8_t *gap = all.len > 2 ? memmem(all.ptr, all.len, "<<", 2) : NULL;
  struct slice surname = gap == NULL ? all : slice_of(all.ptr, (size_t)(gap - all.ptr));
  struct slice given = gap == NULL ? S("") : slice_from(all, surname.len + 2);
  for (size_t i = 0; i < all.len; i++) {
    if (all.ptr[i] >= '0' && all.ptr[i] <= '9') {
      CARD_REFUSE(r->fault, CARD_NAME, CARD_CHARACTER, "a digit in the name"); /* [ICAO9303-3 4.6] */
    }
  }
  if (slice_empty(surname) || surname.ptr[0] == '<') {
    CARD_REFUSE(r->fault, CARD_NAME, CARD_VALUE, "no name");
  }
  r->mrz.surname = with_blanks(r->arena, surname);
  r->mrz.given = with_blanks(r->arena, given);
  r->mrz.name_may_be_cut = all.len == LINE;
  return OK;
}

/* One zone for one card: what is not written as we would write it was not made so. */
static result check_canonical(struct reading *r) {
  struct slice again;
  size_t at = 0;
  result written = card_mrz_write(r->arena, &r->mrz, &again);
  while (is_ok(written) && at < ZONE && again.ptr[at + at / LINE] == r->zone[at]) {
    at++;
  }
  if (!is_ok(written) || at < ZONE) {
    CARD_REFUSE(r->fault, at < 2 * LINE ? CARD_WHOLE : CARD_NAME, CARD_VALUE, "another form of the same at %zu", at);
  }
  return OK;
}

result card_mrz_parse(struct arena *arena, struct slice text, int32_t today, struct card_mrz *ret_mrz, struct card_fault *ret_fault) {
  struct reading r = {.arena = arena, .today = today, .fault = ret_fault};
  TRY(read_zone(&r, text));
  TRY(read_codes(&r));
  TRY(read_number(&r));
  TRY(read_birth(&r));
  TRY(read_expiry(&r));
  TRY(read_sex(&r));
  if (composite_of(r.zone) != (char)r.zone[2 * LINE - 1]) {
    CARD_REFUSE(ret_fault, CARD_COMPOSITE, CARD_CHECK, "the check over all fields");
  }
  r.mrz.optional_2 = kept(&r, unfilled(places(r.zone + LINE, 19, 29)));
  if (r.is_ours && !slice_empty(r.mrz.optional_2)) { /* a filler and an A weigh the same to the check digits */
    CARD_REFUSE(ret_fault, CARD_WHOLE, CARD_VALUE, "our card carries nothing there");
  }
  TRY(read_name(&r));
  TRY(check_canonical(&r));
  *ret_mrz = r.mrz;
  return OK;
}
