#include "oidc/attribute.h"

const struct oidc_attribute_row oidc_attribute_rows[OIDC_ATTRIBUTE_COUNT] = {
    [OIDC_NAME] = {"name", "profile", "name", "Họ và tên", "Full name"},
    [OIDC_NAME_PARTS] = {"name_parts", "profile", "family_name middle_name given_name", "Họ, tên đệm và tên", "Family, middle and given name"},
    [OIDC_BIRTHDATE] = {"birthdate", "profile", "birthdate", "Ngày sinh", "Date of birth"},
    [OIDC_GENDER] = {"gender", "profile", "gender", "Giới tính", "Sex"},
    [OIDC_NATIONALITY] = {"nationality", NULL, "nationalities", "Quốc tịch", "Nationality"},
    [OIDC_PIN] = {"pin", NULL, "pin", "Số định danh cá nhân", "Personal identification number"},
    [OIDC_PHONE] = {"phone", "phone", "phone_number phone_number_verified", "Số điện thoại", "Phone number"},
    [OIDC_EMAIL] = {"email", "email", "email email_verified", "Thư điện tử", "E-mail address"},
    [OIDC_ADDRESS] = {"address", "address", "address", "Nơi thường trú", "Permanent residence"},
    [OIDC_RESIDENCE] = {"residence", NULL, "residence_province", "Tỉnh, thành phố thường trú", "Province of residence"},
    [OIDC_ACCOUNT_LEVEL] = {"account_level", NULL, "account_level", "Mức độ tài khoản định danh", "Level of the e-ID account"},
    [OIDC_AGE_OVER_14] = {"age_over_14", NULL, "age_over_14", "Đủ 14 tuổi hay chưa", "Whether 14 or older"},
    [OIDC_AGE_OVER_16] = {"age_over_16", NULL, "age_over_16", "Đủ 16 tuổi hay chưa", "Whether 16 or older"},
    [OIDC_AGE_OVER_18] = {"age_over_18", NULL, "age_over_18", "Đủ 18 tuổi hay chưa", "Whether 18 or older"},
    [OIDC_PLACE_OF_BIRTH] = {"place_of_birth", NULL, "place_of_birth", "Nơi sinh", "Place of birth"},
    [OIDC_ORGANISATION_NAME] = {"organisation_name", "organisation", "organisation_name", "Tên tổ chức", "Organisation's name"},
    [OIDC_ORGANISATION_CODE] = {"organisation_code", "organisation", "organisation_code", "Mã định danh của tổ chức", "Organisation's identification number"},
    [OIDC_ORGANISATION_TAX_CODE] = {"organisation_tax_code", "organisation", "organisation_tax_code", "Mã số thuế của tổ chức", "Organisation's tax code"},
    [OIDC_ORGANISATION_ADDRESS] = {"organisation_address", "organisation", "organisation_address", "Trụ sở chính của tổ chức", "Organisation's head office"},
};

static bool has_word(const char *words, struct slice wanted) {
  struct slice rest = slice_str(words);
  while (rest.len > 0) {
    if (slice_eq(slice_cut(&rest, ' '), wanted)) {
      return true;
    }
  }
  return false;
}

const char *oidc_attribute_name(enum oidc_attribute attribute) { return oidc_attribute_rows[attribute].name; }

enum oidc_attribute oidc_attribute_find(struct slice name) {
  int at = 0;
  while (at < OIDC_ATTRIBUTE_COUNT && !slice_is(name, oidc_attribute_rows[at].name)) {
    at++;
  }
  return (enum oidc_attribute)at;
}

struct slice oidc_attribute_label(enum oidc_attribute attribute, bool english) {
  const struct oidc_attribute_row *row = &oidc_attribute_rows[attribute];
  return slice_str(english ? row->en : row->vi);
}

uint64_t oidc_attributes_of_scope(struct slice word) {
  uint64_t set = 0;
  for (int at = 0; at < OIDC_ATTRIBUTE_COUNT; at++) {
    const struct oidc_attribute_row *row = &oidc_attribute_rows[at];
    bool asks = slice_is(word, row->name) || (row->scope != NULL && slice_is(word, row->scope));
    set |= asks ? OIDC_ATTRIBUTE_BIT(at) : 0;
  }
  return set;
}

uint64_t oidc_attributes_of_claim(struct slice claim) {
  uint64_t set = 0;
  for (int at = 0; at < OIDC_ATTRIBUTE_COUNT; at++) {
    set |= has_word(oidc_attribute_rows[at].claims, claim) ? OIDC_ATTRIBUTE_BIT(at) : 0;
  }
  return set;
}

bool oidc_scope_is_ours(struct slice word) {
  return slice_is(word, "openid") || slice_is(word, "offline_access") || oidc_attributes_of_scope(word) != 0;
}
