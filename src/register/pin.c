/* The number, the person_id beside it, and birth dates that may lack a day or a month. */
#include "register/units.h"

enum { PERSON_ID_RANDOM_BITS = 22 };
static const int64_t PERSON_ID_EPOCH_MS = 1577836800000; /* 2020-01-01T00:00:00Z */

int64_t register_person_id_new(struct env *env) {
  int64_t since = clock_now_ms(env->clock) - PERSON_ID_EPOCH_MS;
  uint64_t tail = random_u64(env->random) >> (64 - PERSON_ID_RANDOM_BITS);
  return (int64_t)(((uint64_t)(since > 0 ? since : 0) << PERSON_ID_RANDOM_BITS) | tail);
}

/* -1: not digits only. */
static int32_t number_of(struct slice digits) {
  int32_t number = 0;
  for (size_t i = 0; i < digits.len; i++) {
    if (digits.ptr[i] < '0' || digits.ptr[i] > '9') {
      return -1;
    }
    number = number * 10 + (digits.ptr[i] - '0');
  }
  return digits.len ? number : -1;
}

static bool is_former_province(int32_t number) {
  char code[2] = {(char)('0' + number / 10), (char)('0' + number % 10)};
  return register_province_find(slice_of(code, 2), UNITS_REORGANISED - 1) != NULL;
}

result register_pin_parse(struct slice pin, struct register_pin_parts *ret_parts) {
  /* [Decree 137/2015 Art 13] PPP G YY RRRRRR */
  int32_t place = number_of(slice_sub(pin, 0, 3));
  int32_t century_and_sex = number_of(slice_sub(pin, 3, 1));
  int32_t year = number_of(slice_sub(pin, 4, 2));
  if (pin.len != 12 || place < 0 || century_and_sex < 0 || year < 0 || number_of(slice_sub(pin, 6, 6)) < 0) {
    FAIL(REGISTER_PIN_SYNTAX, "a PIN has twelve digits");
  }
  /* [Circular 07/2016 annex] the codes of the former 63 provinces stay; countries have codes from 100, whose list is
   * not held here. */
  if (place < 100 && !is_former_province(place)) {
    FAIL(REGISTER_PIN_PROVINCE, "no province of that code");
  }
  *ret_parts = (struct register_pin_parts){
      .province = (uint8_t)(place < 100 ? place : 0),
      .country = (uint16_t)(place < 100 ? 0 : place),
      .sex = century_and_sex % 2 == 0 ? REGISTER_MALE : REGISTER_FEMALE,
      .birth_year = (int16_t)(1900 + 100 * (century_and_sex / 2) + year),
  };
  return OK;
}

result register_pin_check(struct slice pin, enum register_sex sex, struct register_birth birth) {
  struct register_pin_parts parts;
  TRY(register_pin_parse(pin, &parts));
  if (parts.sex != sex) {
    FAIL(REGISTER_PIN_SEX, "the fourth digit tells the other sex");
  }
  if (parts.birth_year != birth.year) {
    FAIL(REGISTER_PIN_YEAR, "the PIN tells another year of birth");
  }
  return OK;
}

/* ---- birth dates ---- */

static bool birth_is_real(struct register_birth birth) {
  if (birth.year < 1880 || birth.year > 2199 || birth.month > 12 || (birth.month == 0 && birth.day != 0)) {
    return false;
  }
  if (birth.day == 0) {
    return true;
  }
  struct civil_date civil = {birth.year, birth.month, birth.day};
  struct civil_date back = clock_civil(clock_date_from(civil));
  return back.year == civil.year && back.month == civil.month && back.day == civil.day;
}

result register_birth_parse(struct slice text, struct register_birth *ret_birth) {
  struct register_birth birth = {0};
  int32_t year = number_of(slice_sub(text, 0, 4));
  int32_t month = text.len >= 7 && text.ptr[4] == '-' ? number_of(slice_sub(text, 5, 2)) : -1;
  int32_t day = text.len == 10 && text.ptr[7] == '-' ? number_of(slice_sub(text, 8, 2)) : -1;
  bool form = year >= 0 && (text.len == 4 || (text.len == 7 && month > 0) || (text.len == 10 && month > 0 && day > 0));
  if (form) {
    birth = (struct register_birth){(int16_t)year, (uint8_t)(text.len >= 7 ? month : 0),
                                    (uint8_t)(text.len == 10 ? day : 0)};
  }
  if (!form || !birth_is_real(birth)) {
    FAIL(REGISTER_BIRTH_SYNTAX, "not YYYY, YYYY-MM or YYYY-MM-DD of a real day");
  }
  *ret_birth = birth;
  return OK;
}

struct slice register_birth_write(struct arena *arena, struct register_birth birth) {
  if (birth.month == 0) {
    return arena_printf(arena, "%04d", birth.year);
  }
  if (birth.day == 0) {
    return arena_printf(arena, "%04d-%02d", birth.year, birth.month);
  }
  return arena_printf(arena, "%04d-%02d-%02d", birth.year, birth.month, birth.day);
}

struct slice register_birth_write_vi(struct arena *arena, struct register_birth birth) {
  if (birth.month == 0) {
    return arena_printf(arena, "%04d", birth.year);
  }
  if (birth.day == 0) {
    return arena_printf(arena, "%02d/%04d", birth.month, birth.year);
  }
  return arena_printf(arena, "%02d/%02d/%04d", birth.day, birth.month, birth.year);
}

int32_t register_birth_date(struct register_birth birth) {
  if (birth.day != 0) {
    return clock_date_from((struct civil_date){birth.year, birth.month, birth.day});
  }
  bool december = birth.month == 0 || birth.month == 12;
  struct civil_date next = {(int16_t)(december ? birth.year + 1 : birth.year),
                            (uint8_t)(december ? 1 : birth.month + 1), 1};
  return clock_date_from(next) - 1;
}
