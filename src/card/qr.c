/* The QR text: PIN|old number|name|ddmmyyyy|Nam or Nữ|address|ddmmyyyy of issue, and what newer cards put behind. */
#include "base/buf.h"
#include "card/fields.h"
#include "codec/utf8.h"

enum { FIELDS = 7, FIELDS_MAX = 16, NAME_BYTES_MAX = 200, ADDRESS_BYTES_MAX = 500, OLD_NUMBER_DIGITS = 9 };

/* The old cards of people whose birthday nobody knows write zeros. */
static bool parse_date(struct slice text, struct card_date *ret_date) {
  int32_t day = card_number_of(slice_sub(text, 0, 2));
  int32_t month = card_number_of(slice_sub(text, 2, 2));
  int32_t year = card_number_of(slice_sub(text, 4, 4));
  if (text.len != 8 || day < 0 || month < 0 || month > 12 || day > 31 || year < 1880 || year > 2199) {
    return false;
  }
  *ret_date = (struct card_date){(int16_t)year, (uint8_t)month, (uint8_t)day};
  return card_date_is_possible(*ret_date);
}

static result parse_text(struct arena *arena, struct slice text, enum card_field at, struct slice *ret_text, struct card_fault *fault) {
  size_t longest = at == CARD_NAME ? NAME_BYTES_MAX : ADDRESS_BYTES_MAX;
  if (text.len > longest) {
    CARD_REFUSE(fault, at, CARD_TOO_LONG, "%zu bytes", text.len);
  }
  if (slice_empty(slice_trim(text)) || !utf8_is_line(text) || !is_ok(utf8_nfc(slice_trim(text), arena, ret_text))) {
    CARD_REFUSE(fault, at, CARD_VALUE, "empty, or not a line of text");
  }
  return OK;
}

static result parse_facts(const struct slice fields[FIELDS], struct card_qr *qr, struct card_fault *fault) {
  struct card_date issued = {0};
  if (!parse_date(fields[3], &qr->birth)) {
    CARD_REFUSE(fault, CARD_BIRTH, CARD_VALUE, "not ddmmyyyy of a day");
  }
  if (!slice_is(fields[4], "Nam") && !slice_is(fields[4], "Nữ")) {
    CARD_REFUSE(fault, CARD_SEX, CARD_VALUE, "neither Nam nor Nữ");
  }
  qr->sex = slice_is(fields[4], "Nam") ? CARD_MALE : CARD_FEMALE;
  if (!parse_date(fields[6], &issued) || issued.month == 0 || issued.day == 0 || issued.year < qr->birth.year) {
    CARD_REFUSE(fault, CARD_ISSUED, CARD_VALUE, "not ddmmyyyy of a day after birth");
  }
  qr->issued = clock_date_from((struct civil_date){issued.year, issued.month, issued.day});
  if (fields[1].len != 0 && (fields[1].len != OLD_NUMBER_DIGITS || card_number_of(fields[1]) < 0)) {
    CARD_REFUSE(fault, CARD_OLD_NUMBER, CARD_VALUE, "neither empty nor nine digits");
  }
  qr->pin = fields[0];
  qr->old_number = fields[1];
  return card_pin_check(qr->pin, qr->sex, qr->birth.year, fault);
}

result card_qr_parse(struct arena *arena, struct slice text, struct card_qr *ret_qr, struct card_fault *ret_fault) {
  struct slice fields[FIELDS];
  struct card_qr qr = {0};
  struct slice rest = slice_trim(text);
  size_t bars = 0;
  if (text.len > CARD_TEXT_BYTES_MAX) {
    CARD_REFUSE(ret_fault, CARD_WHOLE, CARD_TOO_LONG, "%zu bytes", text.len);
  }
  for (size_t i = 0; i < rest.len; i++) {
    bars += rest.ptr[i] == '|';
  }
  if (bars + 1 < FIELDS || bars + 1 > FIELDS_MAX) {
    CARD_REFUSE(ret_fault, CARD_WHOLE, CARD_FIELDS, "%zu fields", bars + 1);
  }
  for (size_t i = 0; i < FIELDS; i++) {
    fields[i] = slice_cut(&rest, '|');
  }
  if (!slice_empty(rest) && !utf8_is_line(rest)) {
    CARD_REFUSE(ret_fault, CARD_WHOLE, CARD_CHARACTER, "not a line of text behind the seventh field");
  }
  qr.rest = rest;
  TRY(parse_facts(fields, &qr, ret_fault));
  TRY(parse_text(arena, fields[2], CARD_NAME, &qr.name, ret_fault));
  TRY(parse_text(arena, fields[5], CARD_ADDRESS, &qr.address, ret_fault));
  *ret_qr = qr;
  return OK;
}

result card_qr_write(struct arena *arena, const struct card_qr *qr, struct slice *ret_text) {
  struct civil_date issued = clock_civil(qr->issued);
  struct buf out;
  struct card_qr again;
  struct card_fault fault;
  buf_init(&out, arena, 256);
  buf_printf(&out, "%.*s|%.*s|%.*s|%02d%02d%04d|%s|%.*s|%02d%02d%04d", SLICE_ARG(qr->pin), SLICE_ARG(qr->old_number), SLICE_ARG(qr->name),
             qr->birth.day, qr->birth.month, qr->birth.year, qr->sex == CARD_MALE ? "Nam" : "Nữ", SLICE_ARG(qr->address), issued.day, issued.month,
             issued.year);
  if (!slice_empty(qr->rest)) {
    buf_printf(&out, "|%.*s", SLICE_ARG(qr->rest));
  }
  if (!is_ok(card_qr_parse(arena, buf_slice(&out), &again, &fault))) {
    FAIL(CARD_VALUE, "%s cannot be written", card_field_name(fault.field));
  }
  *ret_text = buf_slice(&out);
  return OK;
}
