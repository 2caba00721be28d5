/* The stable words of errors, categories, roles and powers, and the names of ethnic groups. */
#include "register/register.h"

static const struct {
  uint16_t code;
  const char *name;
} ERRORS[] = {
    {REGISTER_PIN_SYNTAX, "register.pin_syntax"},
    {REGISTER_PIN_PROVINCE, "register.pin_province"},
    {REGISTER_PIN_SEX, "register.pin_sex"},
    {REGISTER_PIN_YEAR, "register.pin_year"},
    {REGISTER_PIN_TAKEN, "register.pin_taken"},
    {REGISTER_PIN_CANCELLED, "register.pin_cancelled"},
    {REGISTER_PERSON_UNKNOWN, "register.person_unknown"},
    {REGISTER_NAME_SYNTAX, "register.name_syntax"},
    {REGISTER_BIRTH_SYNTAX, "register.birth_syntax"},
    {REGISTER_SEX_SYNTAX, "register.sex_syntax"},
    {REGISTER_ETHNIC_UNKNOWN, "register.ethnic_unknown"},
    {REGISTER_NATIONALITY_SYNTAX, "register.nationality_syntax"},
    {REGISTER_PROVINCE_UNKNOWN, "register.province_unknown"},
    {REGISTER_COMMUNE_UNKNOWN, "register.commune_unknown"},
    {REGISTER_DATES_WRONG, "register.dates_wrong"},
    {REGISTER_CATEGORY_UNKNOWN, "register.category_unknown"},
    {REGISTER_RELATION_WRONG, "register.relation_wrong"},
    {REGISTER_CARD_WRONG, "register.card_wrong"},
    {REGISTER_MOBILE_SYNTAX, "register.mobile_syntax"},
    {REGISTER_TEXT_SYNTAX, "register.text_syntax"},
    {REGISTER_QUERY_SYNTAX, "register.query_syntax"},
    {REGISTER_AGENCY_UNKNOWN, "register.agency_unknown"},
    {REGISTER_POST_UNKNOWN, "register.post_unknown"},
    {REGISTER_RESIDENCE_UNKNOWN, "register.residence_unknown"},
    {REGISTER_NOT_EMPTY, "register.not_empty"},
    {REGISTER_IMPORT_FORMAT, "register.import_format"},
    {REGISTER_ALREADY_EXPUNGED, "register.already_expunged"},
    {REGISTER_DEMO_UNKNOWN, "register.demo_unknown"},
    {REGISTER_SOURCE_FAILED, "register.source_failed"},
    {REGISTER_IMPORT_STOPPED, "register.import_stopped"},
    {REGISTER_IMPORT_CHANGED, "register.import_changed"},
    {REGISTER_IMPORT_ELSEWHERE, "register.import_elsewhere"},
};

const char *register_error_name(uint16_t code) {
  for (size_t i = 0; i < sizeof ERRORS / sizeof *ERRORS; i++) {
    if (ERRORS[i].code == code) {
      return ERRORS[i].name;
    }
  }
  return "";
}

uint16_t register_error_find(struct slice name) {
  for (size_t i = 0; i < sizeof ERRORS / sizeof *ERRORS; i++) {
    if (slice_is(name, ERRORS[i].name)) {
      return ERRORS[i].code;
    }
  }
  return 0;
}

static const char *const CATEGORIES[] = {
    [REGISTER_CATEGORY_CHILD] = "child",
    [REGISTER_CATEGORY_ELDERLY] = "elderly",
    [REGISTER_CATEGORY_DISABLED] = "disabled",
    [REGISTER_CATEGORY_POOR_HOUSEHOLD] = "poor_household",
    [REGISTER_CATEGORY_DIFFICULT_COMMUNE] = "difficult_commune",
    [REGISTER_CATEGORY_DIFFICULT_COMMUNE_MINORITY] = "difficult_commune_minority",
    [REGISTER_CATEGORY_BORDER_OR_ATK_COMMUNE] = "border_or_atk_commune",
    [REGISTER_CATEGORY_MERITORIOUS] = "meritorious",
    [REGISTER_CATEGORY_MARTYR_RELATIVE] = "martyr_relative",
    [REGISTER_CATEGORY_STUDENT] = "student",
    [REGISTER_CATEGORY_PUPIL] = "pupil",
    [REGISTER_CATEGORY_DIGITAL_CITIZEN] = "digital_citizen",
};
static const char *const ROLES[] = {
    [REGISTER_ONE_STOP_OFFICER] = "one_stop_officer",
    [REGISTER_RECORDS_OFFICER] = "records_officer",
    [REGISTER_DECIDER] = "decider",
    [REGISTER_SEALER] = "sealer",
    [REGISTER_SUPERVISOR] = "supervisor",
    [REGISTER_COLLECTOR] = "collector",
    [REGISTER_APPROVER] = "approver",
    [REGISTER_OPERATOR] = "operator",
};
static const char *const POWERS[] = {
    [REGISTER_SIGN_CERTIFICATE] = "sign_certificate",   [REGISTER_SEAL] = "seal",
    [REGISTER_RECEIVE_DOSSIERS] = "receive_dossiers",   [REGISTER_LOOK_UP_CONVICTIONS] = "look_up_convictions",
    [REGISTER_APPROVE_ENROLMENT] = "approve_enrolment",
};
/* [Decision 121-TCTK/PPCD 1979] */
static const char *const ETHNIC[] = {
    NULL,       "Kinh",  "Tày",      "Thái",       "Hoa",    "Khơ-me",  "Mường",   "Nùng",
    "HMông",    "Dao",   "Gia-rai",  "Ngái",       "Ê-đê",   "Ba-na",   "Xơ-đăng", "Sán Chay",
    "Cơ-ho",    "Chăm",  "Sán Dìu",  "Hrê",        "Mnông",  "Ra-glai", "Xtiêng",  "Bru-Vân Kiều",
    "Thổ",      "Giáy",  "Cơ-tu",    "Gié-Triêng", "Mạ",     "Khơ-mú",  "Co",      "Tà-ôi",
    "Chơ-ro",   "Kháng", "Xinh-mun", "Hà Nhì",     "Chu-ru", "Lào",     "La Chí",  "La Ha",
    "Phù Lá",   "La Hủ", "Lự",       "Lô Lô",      "Chứt",   "Mảng",    "Pà Thẻn", "Cơ Lao",
    "Cống",     "Bố Y",  "Si La",    "Pu Péo",     "Brâu",   "Ơ Đu",    "Rơ-măm",  "Người nước ngoài",
    "Không rõ",
};

static const char *word_at(const char *const *words, size_t count, int at) {
  return at > 0 && (size_t)at < count ? words[at] : NULL;
}
#define WORD_AT(words, at) word_at((words), sizeof(words) / sizeof *(words), (int)(at))

/* 0: none. */
static int word_index(const char *const *words, size_t count, struct slice name) {
  for (size_t i = 1; i < count; i++) {
    if (words[i] && slice_is(name, words[i])) {
      return (int)i;
    }
  }
  return 0;
}
#define WORD_INDEX(words, name) word_index((words), sizeof(words) / sizeof *(words), (name))

const char *register_category_name(enum register_category category) {
  return WORD_AT(CATEGORIES, category);
}
const char *register_role_name(enum register_role role) {
  return WORD_AT(ROLES, role);
}
const char *register_power_name(enum register_power power) {
  return WORD_AT(POWERS, power);
}
const char *register_ethnic_name(int code) {
  return WORD_AT(ETHNIC, code);
}

result register_category_parse(struct slice name, enum register_category *ret_category) {
  int index = WORD_INDEX(CATEGORIES, name);
  if (index == 0) {
    FAIL(REGISTER_CATEGORY_UNKNOWN, "not a category's word");
  }
  *ret_category = (enum register_category)index;
  return OK;
}

result register_role_parse(struct slice name, enum register_role *ret_role) {
  int index = WORD_INDEX(ROLES, name);
  if (index == 0) {
    FAIL(REGISTER_POST_UNKNOWN, "not a role's word");
  }
  *ret_role = (enum register_role)index;
  return OK;
}
