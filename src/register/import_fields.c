/* The table of fields an import may carry, and from texts to a checked row. */
#include "codec/utf8.h"
#include "register/import_rows.h"
#include "register/units.h"

enum field {
  F_PIN,
  F_NAME,
  F_OTHER_NAME,
  F_SEX,
  F_BIRTH_DATE,
  F_BIRTH_PROVINCE,
  F_BIRTH_PLACE,
  F_HOME_TOWN,
  F_ETHNIC,
  F_NATIONALITY,
  F_RELIGION,
  F_CARD_NUMBER,
  F_CARD_ISSUED,
  F_CARD_EXPIRES,
  F_CARD_PLACE,
  F_MOBILE,
  F_DIED_ON,
  F_PERMANENT_COMMUNE,
  F_PERMANENT_PROVINCE,
  F_PERMANENT_DISTRICT_NAME,
  F_PERMANENT_COMMUNE_NAME,
  F_PERMANENT_ADDRESS,
  F_PERMANENT_FROM,
  F_TEMPORARY_COMMUNE,
  F_TEMPORARY_ADDRESS,
  F_TEMPORARY_FROM,
  F_FATHER_PIN,
  F_FATHER_NAME,
  F_MOTHER_PIN,
  F_MOTHER_NAME,
  F_SPOUSE_PIN,
  F_SPOUSE_NAME,
  F_MARRIED_ON,
  F_PARENTS_BIRTH_YEARS, /* "1960,1963": father's, mother's; either may be empty */
};

static const struct {
  const char *name;
  bool required;
} FIELDS[IMPORT_FIELDS] = {
    [F_PIN] = {"pin", true},
    [F_NAME] = {"name", true},
    [F_OTHER_NAME] = {"other_name", false},
    [F_SEX] = {"sex", true},
    [F_BIRTH_DATE] = {"birth_date", true},
    [F_BIRTH_PROVINCE] = {"birth_province", false},
    [F_BIRTH_PLACE] = {"birth_place", false},
    [F_HOME_TOWN] = {"home_town", false},
    [F_ETHNIC] = {"ethnic", false},
    [F_NATIONALITY] = {"nationality", false},
    [F_RELIGION] = {"religion", false},
    [F_CARD_NUMBER] = {"card_number", false},
    [F_CARD_ISSUED] = {"card_issued", false},
    [F_CARD_EXPIRES] = {"card_expires", false},
    [F_CARD_PLACE] = {"card_place", false},
    [F_MOBILE] = {"mobile", false},
    [F_DIED_ON] = {"died_on", false},
    [F_PERMANENT_COMMUNE] = {"permanent_commune", false},
    [F_PERMANENT_PROVINCE] = {"permanent_province", false},
    [F_PERMANENT_DISTRICT_NAME] = {"permanent_district_name", false},
    [F_PERMANENT_COMMUNE_NAME] = {"permanent_commune_name", false},
    [F_PERMANENT_ADDRESS] = {"permanent_address", false},
    [F_PERMANENT_FROM] = {"permanent_from", false},
    [F_TEMPORARY_COMMUNE] = {"temporary_commune", false},
    [F_TEMPORARY_ADDRESS] = {"temporary_address", false},
    [F_TEMPORARY_FROM] = {"temporary_from", false},
    [F_FATHER_PIN] = {"father_pin", false},
    [F_FATHER_NAME] = {"father_name", false},
    [F_MOTHER_PIN] = {"mother_pin", false},
    [F_MOTHER_NAME] = {"mother_name", false},
    [F_SPOUSE_PIN] = {"spouse_pin", false},
    [F_SPOUSE_NAME] = {"spouse_name", false},
    [F_MARRIED_ON] = {"married_on", false},
    [F_PARENTS_BIRTH_YEARS] = {"parents_birth_years", false},
};

int register_import_field_find(struct slice name) {
  for (int i = 0; i < IMPORT_FIELDS; i++) {
    if (slice_is(name, FIELDS[i].name)) {
      return i;
    }
  }
  return -1;
}

const char *register_import_field_name(int field) {
  return FIELDS[field].name;
}
bool register_import_field_required(int field) {
  return FIELDS[field].required;
}

struct making {
  const struct import_record *record;
  struct arena *arena;
  int32_t today;
  struct import_row *row;
};

static struct slice value(const struct making *making, enum field field) {
  return making->record->values[field];
}

/* Refuses the row for one field; the first refusal stands. */
static bool refuse(struct making *making, enum field field, uint16_t code) {
  if (!making->row->refused_reason) {
    making->row->refused_field = FIELDS[field].name;
    making->row->refused_reason = register_error_name(code);
  }
  return false;
}

static bool text_take(struct making *making, enum field field, struct slice *ret_text) {
  struct slice text = value(making, field);
  if (text.len == 0) {
    return true;
  }
  if (text.len > REGISTER_TEXT_BYTES_MAX || !utf8_is_line(text) ||
      !is_ok(utf8_nfc(slice_trim(text), making->arena, ret_text))) {
    return refuse(making, field, REGISTER_TEXT_SYNTAX);
  }
  return true;
}

static bool date_take(struct making *making, enum field field, int32_t *ret_date) {
  struct slice text = value(making, field);
  if (text.len > 0 && !is_ok(clock_date_parse(text, ret_date))) {
    return refuse(making, field, REGISTER_DATES_WRONG);
  }
  return true;
}

static bool name_take(struct making *making, enum field field, struct slice *ret_name) {
  struct slice text = value(making, field);
  if (text.len > 0 && !is_ok(register_people_name_tidy(text, making->arena, ret_name))) {
    return refuse(making, field, REGISTER_NAME_SYNTAX);
  }
  return true;
}

static bool sex_take(struct making *making) {
  struct slice text = value(making, F_SEX);
  if (slice_is(text, "male")) {
    making->row->person.sex = REGISTER_MALE;
  } else if (slice_is(text, "female")) {
    making->row->person.sex = REGISTER_FEMALE;
  } else {
    return refuse(making, F_SEX, REGISTER_SEX_SYNTAX);
  }
  return true;
}

static bool ethnic_take(struct making *making) {
  struct slice text = value(making, F_ETHNIC);
  int code = text.len == 0 ? 56 : 0; /* unknown */
  for (size_t i = 0; i < text.len && i < 2; i++) {
    code = text.ptr[i] >= '0' && text.ptr[i] <= '9' ? code * 10 + (text.ptr[i] - '0') : 1000;
  }
  if (text.len > 2 || !register_ethnic_name(code)) {
    return refuse(making, F_ETHNIC, REGISTER_ETHNIC_UNKNOWN);
  }
  making->row->person.ethnic = code;
  return true;
}

static bool card_take(struct making *making) {
  struct register_person *person = &making->row->person;
  struct slice expires = value(making, F_CARD_EXPIRES);
  person->card_number = value(making, F_CARD_NUMBER);
  if (slice_is(expires, "none")) {
    person->card_expires = REGISTER_OPEN;
  } else if (!date_take(making, F_CARD_EXPIRES, &person->card_expires)) {
    return false;
  }
  return date_take(making, F_CARD_ISSUED, &person->card_issued) && text_take(making, F_CARD_PLACE, &person->card_place);
}

static bool life_take(struct making *making) {
  struct register_person *person = &making->row->person;
  person->life = value(making, F_DIED_ON).len ? REGISTER_DEAD : REGISTER_ALIVE;
  return date_take(making, F_DIED_ON, &person->died_on);
}

static bool person_take(struct making *making) {
  struct register_person *person = &making->row->person;
  person->pin = value(making, F_PIN);
  person->mobile = value(making, F_MOBILE);
  person->birth_province = value(making, F_BIRTH_PROVINCE);
  person->nationality = value(making, F_NATIONALITY).len ? value(making, F_NATIONALITY) : S("VN");
  if (!name_take(making, F_NAME, &person->name) || !sex_take(making)) {
    return false;
  }
  if (!is_ok(register_birth_parse(value(making, F_BIRTH_DATE), &person->birth))) {
    return refuse(making, F_BIRTH_DATE, REGISTER_BIRTH_SYNTAX);
  }
  if (!ethnic_take(making) || !card_take(making) || !life_take(making) ||
      !text_take(making, F_OTHER_NAME, &person->other_name) ||
      !text_take(making, F_BIRTH_PLACE, &person->birth_place) || !text_take(making, F_HOME_TOWN, &person->home_town) ||
      !text_take(making, F_RELIGION, &person->religion)) {
    return false;
  }
  const char *field = "";
  result checked = register_person_check(person, making->today, &field);
  if (!is_ok(checked)) {
    making->row->refused_field = field;
    making->row->refused_reason = register_error_name(checked.code);
    return false;
  }
  if (!is_ok(register_people_words_of(person->name, making->arena, &making->row->words))) {
    return refuse(making, F_NAME, REGISTER_NAME_SYNTAX);
  }
  return true;
}

/* ---- residence ---- */

struct home_fields {
  enum register_residence_kind kind;
  enum field commune, address, from;
};

/* A commune is named by its code of today, or, when it went before the codes did, by province and names as they were.
 * */
static const struct register_commune *commune_take(struct making *making, const struct home_fields *fields,
                                                   int32_t *ret_units_on) {
  *ret_units_on = making->today;
  if (value(making, fields->commune).len) {
    const struct register_commune *commune = register_commune_find(value(making, fields->commune), making->today);
    if (!commune) {
      (void)refuse(making, fields->commune, REGISTER_COMMUNE_UNKNOWN);
    }
    return commune;
  }
  if (fields->kind != REGISTER_PERMANENT || value(making, F_PERMANENT_COMMUNE_NAME).len == 0) {
    return NULL;
  }
  struct slice district = {0};
  struct slice name = {0};
  if (!text_take(making, F_PERMANENT_DISTRICT_NAME, &district) || !text_take(making, F_PERMANENT_COMMUNE_NAME, &name)) {
    return NULL;
  }
  *ret_units_on = making->today < UNITS_REORGANISED ? making->today : UNITS_REORGANISED - 1;
  const struct register_commune *commune =
      register_commune_find_named(value(making, F_PERMANENT_PROVINCE), district, name);
  if (!commune) {
    (void)refuse(making, F_PERMANENT_COMMUNE_NAME, REGISTER_COMMUNE_UNKNOWN);
  }
  return commune;
}

static bool home_take(struct making *making, const struct home_fields *fields, struct import_home *home) {
  const struct register_commune *commune = commune_take(making, fields, &home->units_on);
  if (!commune) {
    bool half = value(making, fields->address).len || value(making, fields->from).len;
    if (half && !making->row->refused_reason) {
      making->row->refused_field = FIELDS[fields->commune].name; /* an address of nowhere is not dropped unsaid */
      making->row->refused_reason = "register.field_missing";
    }
    return !making->row->refused_reason;
  }
  bool coded = commune->code[0] != '\0';
  home->residence = (struct register_residence){
      .kind = fields->kind,
      .province = slice_str(commune->province),
      .commune = slice_str(commune->code),
      .commune_name = coded ? (struct slice){0} : slice_str(commune->name),
      .district_name = coded ? (struct slice){0} : slice_str(commune->district_name),
      .from = making->today,
      .to = REGISTER_OPEN,
  };
  if (!text_take(making, fields->address, &home->residence.address) ||
      !date_take(making, fields->from, &home->residence.from)) {
    return false;
  }
  if (making->row->person.died_on) {
    home->residence.to = making->row->person.died_on;
  }
  if (home->residence.from > making->today ||
      (making->row->person.died_on && home->residence.from > home->residence.to)) {
    return refuse(making, fields->from, REGISTER_DATES_WRONG);
  }
  return true;
}

/* ---- relatives ---- */

static bool relative_take(struct making *making, enum field pin, enum field name, struct import_relative *relative) {
  struct register_pin_parts parts;
  relative->pin = value(making, pin);
  if (relative->pin.len && !is_ok(register_pin_parse(relative->pin, &parts))) {
    return refuse(making, pin, REGISTER_PIN_SYNTAX);
  }
  if (slice_eq(relative->pin, making->row->person.pin)) {
    return refuse(making, pin, REGISTER_RELATION_WRONG);
  }
  return name_take(making, name, &relative->name);
}

static bool parents_years_take(struct making *making) {
  struct slice rest = value(making, F_PARENTS_BIRTH_YEARS);
  for (size_t i = 0; i < 2 && rest.len > 0; i++) {
    struct slice year = slice_cut(&rest, ',');
    struct register_birth *birth = &making->row->relatives[i].birth;
    if (year.len == 0) {
      continue;
    }
    if (year.len != 4 || !is_ok(register_birth_parse(year, birth)) || birth->year >= making->row->person.birth.year) {
      return refuse(making, F_PARENTS_BIRTH_YEARS, REGISTER_RELATION_WRONG);
    }
  }
  return rest.len == 0 || refuse(making, F_PARENTS_BIRTH_YEARS, REGISTER_RELATION_WRONG);
}

static bool relatives_take(struct making *making) {
  static const struct {
    enum register_relation_kind kind;
    enum field pin, name;
  } kinds[] = {{REGISTER_FATHER, F_FATHER_PIN, F_FATHER_NAME},
               {REGISTER_MOTHER, F_MOTHER_PIN, F_MOTHER_NAME},
               {REGISTER_SPOUSE, F_SPOUSE_PIN, F_SPOUSE_NAME}};
  int32_t born = register_birth_date(making->row->person.birth);
  int32_t married_on = born;
  if (!date_take(making, F_MARRIED_ON, &married_on)) {
    return false;
  }
  if (married_on > making->today || married_on < born) {
    return refuse(making, F_MARRIED_ON, REGISTER_DATES_WRONG);
  }
  for (size_t i = 0; i < 3; i++) {
    struct import_relative *relative = &making->row->relatives[i];
    if (!relative_take(making, kinds[i].pin, kinds[i].name, relative)) {
      return false;
    }
    relative->kind = relative->pin.len || relative->name.len ? kinds[i].kind : 0;
    relative->from = kinds[i].kind == REGISTER_SPOUSE ? married_on : born;
  }
  return parents_years_take(making);
}

void register_import_row_make(const struct import_record *record, struct arena *arena, int32_t today,
                     struct import_row *ret_row) {
  static const struct home_fields permanent = {REGISTER_PERMANENT, F_PERMANENT_COMMUNE, F_PERMANENT_ADDRESS,
                                               F_PERMANENT_FROM};
  static const struct home_fields temporary = {REGISTER_TEMPORARY, F_TEMPORARY_COMMUNE, F_TEMPORARY_ADDRESS,
                                               F_TEMPORARY_FROM};
  *ret_row = (struct import_row){
      .line = record->line, .refused_field = record->refused_field, .refused_reason = record->refused_reason};
  struct making making = {record, arena, today, ret_row};
  for (int i = 0; i < IMPORT_FIELDS && !ret_row->refused_reason; i++) {
    if (FIELDS[i].required && record->values[i].len == 0) {
      ret_row->refused_field = FIELDS[i].name;
      ret_row->refused_reason = "register.field_missing";
    }
  }
  if (ret_row->refused_reason || !person_take(&making) || !home_take(&making, &permanent, &ret_row->homes[0]) ||
      !home_take(&making, &temporary, &ret_row->homes[1])) {
    return;
  }
  (void)relatives_take(&making);
}
