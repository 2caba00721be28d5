/* card/card.h: the identity card as text: the TD1 machine-readable zone and the text of its QR code, read and written.
 *
 * Standard   ICAO Doc 9303 part 3 (characters, dates, names, check digits), part 5 (TD1: three lines of thirty); Law 26/2023 Art 18 and the
 *            card's own layout: document number = last nine digits of the PIN, the whole PIN in the optional data of line 1, its own check at 30.
 * Strict     what card_mrz_parse takes, card_mrz_write gives back byte for byte; every check digit counts, and so does agreement between PIN,
 *            birth date and sex. A refusal names the field: struct card_fault.
 * Does not   know the register: whether the number is somebody's, whether its first digits name a province (register_pin_check), what is true.
 * Shapes     dates with day or month 0 are unknown in that part; a card without limit expires on CARD_NO_LIMIT. Names in the zone are A-Z with
 *            single blanks; in the QR they are UTF-8, NFC.
 * Errors     enum card_error; the sentences are in api/errors_sign_in.c.
 */
#pragma once
#include "base/arena.h"

enum card_error {
  CARD_LENGTH = RESULT_CODE(RESULT_INVALID, MODULE_CARD, 1),    /* Not three lines of thirty characters. */
  CARD_CHARACTER = RESULT_CODE(RESULT_INVALID, MODULE_CARD, 2), /* A character that has no place there. */
  CARD_CHECK = RESULT_CODE(RESULT_INVALID, MODULE_CARD, 3),     /* The check digit is another one: misread, or altered. */
  CARD_VALUE = RESULT_CODE(RESULT_INVALID, MODULE_CARD, 4),     /* Not a value of that field: no such day, no such sex, no such document. */
  CARD_DIFFERS = RESULT_CODE(RESULT_INVALID, MODULE_CARD, 5),   /* Two places of the same card contradict each other. */
  CARD_FIELDS = RESULT_CODE(RESULT_INVALID, MODULE_CARD, 6),    /* The QR text has fewer than seven fields, or too many. */
  CARD_TOO_LONG = RESULT_CODE(RESULT_INVALID, MODULE_CARD, 7),  /* More text than a card carries. */
};

enum card_field {
  CARD_WHOLE = 0, /* the text as such */
  CARD_DOCUMENT,
  CARD_STATE,
  CARD_NUMBER,
  CARD_PIN,
  CARD_BIRTH,
  CARD_SEX,
  CARD_EXPIRY,
  CARD_NATIONALITY,
  CARD_NAME,
  CARD_COMPOSITE,
  CARD_OLD_NUMBER,
  CARD_ADDRESS,
  CARD_ISSUED,
  CARD_FIELD_COUNT
};
const char *card_field_name(enum card_field field); /* "birth_date"; "card" for the whole */

/* Where a card's text was refused, and why. */
struct card_fault {
  enum card_field field;
  uint16_t code;
};

enum { CARD_PIN_DIGITS = 12, CARD_NO_LIMIT = INT32_MAX, CARD_MRZ_LINE = 30, CARD_TEXT_BYTES_MAX = 1024 };
enum card_sex { CARD_SEX_UNSAID = 0, CARD_MALE = 1, CARD_FEMALE = 2 };

struct card_date {
  int16_t year; /* 0: unknown */
  uint8_t month, day;
};

/* ---- machine-readable zone ---- */

struct card_mrz {
  struct slice document;    /* "ID"; first letter A, C or I */
  struct slice state;       /* "VNM" */
  struct slice number;      /* 1 to 22 characters; of our card nine digits */
  struct slice pin;         /* twelve digits; empty on a card that carries none (other states; residence cards) */
  struct card_date birth;   /* full year: by the PIN's century, without a PIN the latest that is not after `today` */
  enum card_sex sex;
  int32_t expires;          /* civil date, CARD_NO_LIMIT for 991231 of our card */
  struct slice nationality; /* "VNM" */
  struct slice surname;     /* "UNG" */
  struct slice given;       /* "HOANG HIEP"; may be empty */
  struct slice optional;    /* what another state's card carries behind its number; of our card empty */
  struct slice optional_2;  /* line 2, 19-29 */
  bool name_may_be_cut;     /* all thirty places are used: part of the name may be missing [ICAO9303-5 4.2.4] */
};
/* Lines by LF or CRLF, blanks around them ignored, or all ninety characters in a row. */
MUST_USE result card_mrz_parse(struct arena *arena, struct slice text, int32_t today, struct card_mrz *ret_mrz, struct card_fault *ret_fault);
/* Three lines with LF between. Names are transliterated and cut as the standard says. CARD_VALUE when a field cannot be written. */
MUST_USE result card_mrz_write(struct arena *arena, const struct card_mrz *mrz, struct slice *ret_text);
/* Sum of value x 7, 3, 1 ... modulo 10, as a character [ICAO9303-3 4.9]. */
char card_check_digit(struct slice characters);

/* ---- QR ---- */

struct card_qr {
  struct slice pin;
  struct slice old_number; /* nine digits, or empty */
  struct slice name;
  struct card_date birth;
  enum card_sex sex;
  struct slice address;
  int32_t issued;
  struct slice rest; /* what a newer card adds after the seventh field, as it stands; may be empty */
};
MUST_USE result card_qr_parse(struct arena *arena, struct slice text, struct card_qr *ret_qr, struct card_fault *ret_fault);
MUST_USE result card_qr_write(struct arena *arena, const struct card_qr *qr, struct slice *ret_text);

/* ---- the number and the name ---- */

/* Twelve digits, and the fourth to sixth agree with sex and year (either may be unsaid: CARD_SEX_UNSAID, 0). The first three are the register's. */
MUST_USE result card_pin_check(struct slice pin, enum card_sex sex, int16_t year, struct card_fault *ret_fault);
/* The full year the PIN tells; 0 if it is no PIN. */
int16_t card_pin_year(struct slice pin);

/* "Nguyễn Thị Đào-Mai" -> "NGUYEN THI DAO MAI": A-Z and single blanks [ICAO9303-3 6 A]. CARD_CHARACTER for a script it does not know. */
MUST_USE result card_name_transliterate(struct arena *arena, struct slice name, struct slice *ret_name);
enum card_likeness {
  CARD_SAME = 1,      /* letter by letter, case apart */
  CARD_SAME_LETTERS,  /* but for diacritics (Đ is D): a typing or writing difference to be looked at */
  CARD_SAME_AS_FAR,   /* as far as the zone's thirty places reach */
  CARD_DIFFERENT,
};
const char *card_likeness_name(enum card_likeness likeness); /* "same", "diacritics", "cut", "different" */
/* Two names as written. */
enum card_likeness card_name_compare(struct arena *arena, struct slice one, struct slice other);
/* The zone's name against one as written: the zone has no diacritics, so SAME here means that every letter agrees. */
enum card_likeness card_mrz_name_compare(struct arena *arena, const struct card_mrz *mrz, struct slice name);
