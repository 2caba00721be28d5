/* The personal number as a card shows it [Decree 137/2015 Art 13]: PPP G YY RRRRRR. There is no check digit. */
#include "card/fields.h"

int32_t card_number_of(struct slice digits) {
  enum { DIGITS_MAX = 9 };
  int32_t number = 0;
  for (size_t i = 0; i < digits.len; i++) {
    if (digits.ptr[i] < '0' || digits.ptr[i] > '9') {
      return -1;
    }
    number = i < DIGITS_MAX ? number * 10 + (digits.ptr[i] - '0') : -1;
  }
  return digits.len > 0 && digits.len <= DIGITS_MAX ? number : -1;
}

bool card_date_is_possible(struct card_date date) {
  static const uint8_t longest[] = {31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (date.month > 12 || date.day > longest[date.month]) {
    return false;
  }
  if (date.year == 0 || date.month == 0 || date.day == 0) {
    return true;
  }
  struct civil_date back = clock_civil(clock_date_from((struct civil_date){date.year, date.month, date.day}));
  return back.month == date.month && back.day == date.day;
}

static bool is_pin(struct slice pin) {
  return pin.len == CARD_PIN_DIGITS && card_number_of(slice_sub(pin, 0, 6)) >= 0 && card_number_of(slice_from(pin, 6)) >= 0;
}

int16_t card_pin_year(struct slice pin) {
  return (int16_t)(is_pin(pin) ? 1900 + 100 * ((pin.ptr[3] - '0') / 2) + card_number_of(slice_sub(pin, 4, 2)) : 0);
}

result card_pin_check(struct slice pin, enum card_sex sex, int16_t year, struct card_fault *ret_fault) {
  if (!is_pin(pin)) {
    CARD_REFUSE(ret_fault, CARD_PIN, CARD_CHARACTER, "a PIN has twelve digits");
  }
  enum card_sex told = pin.ptr[3] % 2 == 0 ? CARD_MALE : CARD_FEMALE;
  if (sex != CARD_SEX_UNSAID && sex != told) {
    CARD_REFUSE(ret_fault, CARD_SEX, CARD_DIFFERS, "the PIN tells the other sex");
  }
  if (year != 0 && year != card_pin_year(pin)) {
    CARD_REFUSE(ret_fault, CARD_BIRTH, CARD_DIFFERS, "the PIN tells another year of birth");
  }
  return OK;
}

const char *card_field_name(enum card_field field) {
  static const char *const names[CARD_FIELD_COUNT] = {
      [CARD_WHOLE] = "card",        [CARD_DOCUMENT] = "document",       [CARD_STATE] = "state",
      [CARD_NUMBER] = "number",     [CARD_PIN] = "pin",                 [CARD_BIRTH] = "birth_date",
      [CARD_SEX] = "sex",           [CARD_EXPIRY] = "expires_on",       [CARD_NATIONALITY] = "nationality",
      [CARD_NAME] = "name",         [CARD_COMPOSITE] = "composite",     [CARD_OLD_NUMBER] = "old_number",
      [CARD_ADDRESS] = "address",   [CARD_ISSUED] = "issued_on",
  };
  return names[field];
}
