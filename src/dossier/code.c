/* dossier/code.c: the national form of a dossier code [Circular 01/2018 Art 9; Decision 20/2020]: AGENCY-YYMMDD-NNNN. */
#include "base/number.h"
#include "dossier/dossier.h"

enum { AGENCY_BYTES_MAX = 35, SERIAL_DIGITS_MIN = 4, SERIAL_DIGITS_MAX = 9, DAY_DIGITS = 6 };

struct slice dossier_code_write(struct arena *arena, const struct dossier_code *code) {
  struct civil_date c = clock_civil(code->date);
  return arena_printf(arena, "%.*s-%02d%02u%02u-%04lld", SLICE_ARG(code->agency), c.year % 100, c.month, c.day,
                      (long long)code->serial);
}

/* [Decision 20/2020] dot groups of A-Z and 0-9, none empty; old codes end with the agency, new ones begin with it. */
static bool is_agency(struct slice agency) {
  bool group_empty = true;
  if (agency.len == 0 || agency.len > AGENCY_BYTES_MAX) {
    return false;
  }
  for (size_t i = 0; i < agency.len; i++) {
    uint8_t c = agency.ptr[i];
    bool letter_or_digit = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter_or_digit && (c != '.' || group_empty)) {
      return false;
    }
    group_empty = c == '.';
  }
  return !group_empty;
}

result dossier_code_parse(struct arena *arena, struct slice text, struct dossier_code *ret_code) {
  struct slice rest = text;
  struct dossier_code code = {.agency = slice_cut(&rest, '-')};
  struct slice day = slice_cut(&rest, '-');
  int64_t ignored = 0;
  bool formed = is_agency(code.agency) && day.len == DAY_DIGITS && is_ok(number_parse(day, &ignored)) &&
                rest.len >= SERIAL_DIGITS_MIN && rest.len <= SERIAL_DIGITS_MAX &&
                is_ok(number_parse(rest, &code.serial)) && code.serial > 0;
  if (!formed) {
    FAIL(DOSSIER_CODE, "not AGENCY-YYMMDD-NNNN");
  }
  struct slice date = arena_printf(arena, "20%.2s-%.2s-%.2s", (const char *)day.ptr, (const char *)day.ptr + 2,
                                   (const char *)day.ptr + 4);
  if (!is_ok(clock_date_parse(date, &code.date))) {
    FAIL(DOSSIER_CODE, "no such day");
  }
  *ret_code = code;
  return OK;
}
