/* One invented person's record: number, PIN, name, card, residence, categories, convictions. */
#include "register/synth_country.h"
#include "register/units.h"

enum {
  PIN_TAILS = 1000000,
  /* Odd and no multiple of five, so that multiplying by it visits each of the million tails once before any twice. */
  PIN_STEP = 387563,
  PIN_YEARS = 400,         /* 1900..2299 */
  CHIP_CARDS_FROM = 18628, /* 2021-01-01 */
  CARD_RENEWED_BEFORE = 90, /* days before the birthday */
  CARD_FIRST_AFTER = 15,
  ID_LAW = 19905,          /* 2024-07-01: Law 26/2023 in force */
  CARD_OF_CHILD_BEFORE = 100,
  CARD_OF_CHILD_AGE = 6,
  DIGITAL_FROM = 20680,    /* 2026-08-15: Resolution 66.22/2026 */
};

/* ---- PIN ---- */

/* A place's code on the birth date: of one of the former provinces it is made of, or its own since 2025-07-01. */
static unsigned birth_code(struct synth_country *country, const struct synth_place *place, int32_t born) {
  if (born >= UNITS_REORGANISED) {
    return (unsigned)(place->province->code[0] - '0') * 10 + (unsigned)(place->province->code[1] - '0');
  }
  return place->births[register_synth_draw(country, place->birth_count)];
}

static struct slice pin_make(struct synth_household *household, unsigned province, const struct synth_form *form) {
  int year = clock_civil(form->born).year;
  unsigned female = form->sex == REGISTER_FEMALE;
  size_t group = (((size_t)province * 2 + female) * PIN_YEARS) + (size_t)(year - 1900);
  uint64_t serial = household->country->pin_serials[group]++;
  uint64_t offset = (household->country->options->seed ^ group) * 0x9E3779B97F4A7C15u >> 40;
  unsigned tail = (unsigned)((serial * PIN_STEP + offset) % PIN_TAILS);
  unsigned century_and_sex = (unsigned)((year - 1900) / 100) * 2 + female;
  return arena_printf(&household->batch->arena, "%03u%u%02u%06u", province, century_and_sex, (unsigned)(year % 100),
                      tail);
}

/* ---- card ---- */

/* [Law 26/2023 Art 21] replaced at 14, 25, 40 and 60; one issued within two years before such an age serves to the
 * next. */
static int32_t card_expiry(int32_t born, int32_t issued) {
  static const int32_t ages[] = {14, 25, 40, 60};
  for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
    if (issued < register_synth_years_after(born, ages[i] - 2)) {
      return register_synth_years_after(born, ages[i]);
    }
  }
  return REGISTER_OPEN;
}

/* Everybody has renewed in good time: nobody alive holds a card that has expired or is about to, which would lock their account. */
static void card_make(struct synth_country *country, struct register_person *person, int32_t born) {
  static const int32_t ages[] = {60, 40, 25, 14};
  int32_t until = person->died_on ? person->died_on - 1 : country->date;
  for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
    bool is_first = ages[i] == 14; /* fetched after the birthday, not before */
    int32_t renewal = register_synth_years_after(born, ages[i]) + (is_first ? CARD_FIRST_AFTER : -CARD_RENEWED_BEFORE);
    if (renewal > until) {
      continue;
    }
    int32_t first = renewal > CHIP_CARDS_FROM ? renewal : CHIP_CARDS_FROM;
    int32_t last = first + 700 < until ? first + 700 : until;
    if (last < first) {
      return; /* before chip cards, or dead before them */
    }
    person->card_issued = first + (int32_t)register_synth_draw(country, (uint64_t)(last - first + 1));
    person->card_expires = card_expiry(born, person->card_issued);
    person->card_number = person->pin;
    person->card_place =
        person->card_issued < ID_LAW ? S("Cục Cảnh sát quản lý hành chính về trật tự xã hội") : S("Bộ Công an");
    return;
  }
}

void register_synth_card_of_child(const struct synth_country *country, struct synth_row *child) {
  int32_t asked_for = country->date - CARD_OF_CHILD_BEFORE;
  if (!slice_empty(child->person.card_number) || asked_for < ID_LAW || asked_for < register_synth_years_after(child->born, CARD_OF_CHILD_AGE)) {
    return;
  }
  child->person.card_issued = asked_for;
  child->person.card_expires = card_expiry(child->born, asked_for);
  child->person.card_number = child->person.pin;
  child->person.card_place = S("Bộ Công an");
}

/* Five prefixes of ten million times ten; each number once. */
static void mobile_make(struct synth_country *country, struct register_person *person, struct arena *arena) {
  static const char prefixes[] = {'3', '5', '7', '8', '9'};
  uint64_t at = (uint64_t)country->made * 179424673u % 500000000u;
  person->mobile = arena_printf(arena, "0%c%08u", prefixes[at / 100000000u], (unsigned)(at % 100000000u));
}

/* ---- categories ---- */

void register_synth_category(struct synth_batch *batch, const struct register_category_row *row) {
  batch->categories[batch->category_count++] = *row;
}

void register_synth_relation(struct synth_batch *batch, const struct register_relation *relation) {
  batch->relations[batch->relation_count++] = *relation;
}

static void category_open(struct synth_household *household, const struct synth_row *row,
                          enum register_category category, struct slice basis) {
  int32_t from = household->since > row->born ? household->since : row->born;
  struct register_category_row granted = {row->person.person_id, category, from, REGISTER_OPEN, basis};
  register_synth_category(household->batch, &granted);
}

/* School years begin on 5 September; pupils from 6 to 17, students for four years after. */
static void category_school(struct synth_household *household, const struct synth_row *row, int32_t age) {
  struct civil_date born = clock_civil(row->born);
  struct civil_date start = {(int16_t)(born.year + 6), 9, 5};
  struct civil_date end = {(int16_t)(born.year + 18), 8, 31};
  if (age >= 17 && household->country->date > clock_date_from(end)) {
    start = (struct civil_date){(int16_t)(born.year + 18), 9, 5};
    end = (struct civil_date){(int16_t)(born.year + 22), 8, 31};
  }
  struct register_category_row granted = {
      .person_id = row->person.person_id,
      .category = start.year == born.year + 6 ? REGISTER_CATEGORY_PUPIL : REGISTER_CATEGORY_STUDENT,
      .from = clock_date_from(start),
      .to = clock_date_from(end),
  };
  bool studies = granted.category == REGISTER_CATEGORY_PUPIL || register_synth_chance(household->country, 3800);
  if (studies && granted.from <= household->country->date && granted.to >= household->country->date) {
    register_synth_category(household->batch, &granted);
  }
}

static void categories_of_place(struct synth_household *household, const struct synth_row *row) {
  if (household->poor) {
    category_open(household, row, REGISTER_CATEGORY_POOR_HOUSEHOLD, S("Quyết định công nhận hộ nghèo"));
  }
  if (register_synth_commune_is_difficult(household->place, household->commune)) {
    category_open(household, row, REGISTER_CATEGORY_DIFFICULT_COMMUNE, (struct slice){0});
    if (row->person.ethnic != 1) {
      category_open(household, row, REGISTER_CATEGORY_DIFFICULT_COMMUNE_MINORITY, (struct slice){0});
    }
  }
  if (register_synth_commune_is_border(household->place, household->commune)) {
    category_open(household, row, REGISTER_CATEGORY_BORDER_OR_ATK_COMMUNE, (struct slice){0});
  }
}

static void categories_make(struct synth_household *household, const struct synth_row *row) {
  struct synth_country *country = household->country;
  int32_t age = clock_age_years(row->born, country->date);
  if (row->person.life == REGISTER_DEAD) {
    return;
  }
  if (age >= 6 && age <= 23) {
    category_school(household, row, age);
  }
  if (household->plain) {
    return;
  }
  categories_of_place(household, row);
  if (register_synth_chance(country, age >= 60 ? 700 : 150)) {
    category_open(household, row, REGISTER_CATEGORY_DISABLED, S("Giấy xác nhận khuyết tật"));
  }
  if (age >= 66 && register_synth_chance(country, 120)) {
    category_open(household, row, REGISTER_CATEGORY_MERITORIOUS, S("Quyết định công nhận người có công"));
  }
  if (age >= 40 && register_synth_chance(country, 110)) {
    category_open(household, row, REGISTER_CATEGORY_MARTYR_RELATIVE, S("Giấy chứng nhận thân nhân liệt sĩ"));
  }
  if (age >= 18 && country->date >= DIGITAL_FROM && register_synth_chance(country, 300)) {
    int32_t granted_on = DIGITAL_FROM + (int32_t)register_synth_draw(country, (uint64_t)(country->date - DIGITAL_FROM + 1));
    struct register_category_row granted = {row->person.person_id, REGISTER_CATEGORY_DIGITAL_CITIZEN, granted_on,
                                            REGISTER_OPEN, (struct slice){0}};
    register_synth_category(household->batch, &granted);
  }
}

/* ---- convictions ---- */

static const struct {
  const char *crime, *clause, *sentence;
  int32_t months;
  bool ban;
} CRIMES[] = {
    {"Trộm cắp tài sản", "Khoản 1 Điều 173 Bộ luật Hình sự", "12 tháng tù", 12, false},
    {"Đánh bạc", "Khoản 1 Điều 321 Bộ luật Hình sự", "Phạt tiền 20.000.000 đồng", 1, false},
    {"Cố ý gây thương tích", "Khoản 1 Điều 134 Bộ luật Hình sự", "18 tháng tù cho hưởng án treo, thử thách 36 tháng",
     36, false},
    {"Vi phạm quy định về tham gia giao thông đường bộ", "Khoản 1 Điều 260 Bộ luật Hình sự",
     "15 tháng tù cho hưởng án treo, thử thách 30 tháng", 30, false},
    {"Tàng trữ trái phép chất ma túy", "Khoản 1 Điều 249 Bộ luật Hình sự", "24 tháng tù", 24, false},
    {"Lừa đảo chiếm đoạt tài sản", "Khoản 1 Điều 174 Bộ luật Hình sự", "30 tháng tù", 30, false},
    {"Gây rối trật tự công cộng", "Khoản 1 Điều 318 Bộ luật Hình sự", "09 tháng cải tạo không giam giữ", 9, false},
    {"Tham ô tài sản", "Khoản 1 Điều 353 Bộ luật Hình sự", "36 tháng tù; cấm đảm nhiệm chức vụ 02 năm", 36, true},
};

static struct slice court_of(struct synth_country *country, struct synth_batch *batch) {
  const struct synth_place *place = register_synth_place_pick(&country->places, &country->random);
  bool city = slice_starts(slice_str(place->province->full_name), S("Thành phố"));
  return arena_printf(&batch->arena, "Tòa án nhân dân %s %s", city ? "thành phố" : "tỉnh", place->province->name);
}

static void ban_make(struct synth_batch *batch, const struct register_conviction *conviction, int32_t from) {
  batch->bans[batch->ban_count++] = (struct register_ban){
      .person_id = conviction->person_id,
      .number = 1,
      .court = conviction->court,
      .decision_number = conviction->judgment_number,
      .decision_date = conviction->judgment_date,
      .position = S("Chức vụ quản lý tài sản, quản lý doanh nghiệp"),
      .from = from,
      .to = register_synth_years_after(from, 2),
  };
}

void register_synth_convict(struct synth_country *country, struct synth_batch *batch, const struct synth_row *row,
                   bool expunged) {
  size_t which = register_synth_draw(country, sizeof CRIMES / sizeof *CRIMES);
  int32_t served = CRIMES[which].months * 31;
  int32_t cleared = served + 800; /* [Penal Code Art 70] two years after a sentence of up to five */
  int32_t first = register_synth_years_after(row->born, 18);
  int32_t earliest = country->date - (expunged ? 7300 : cleared);
  int32_t latest = country->date - (expunged ? cleared : 20);
  earliest = earliest > first ? earliest : first;
  int32_t judged =
      earliest < latest ? earliest + (int32_t)register_synth_draw(country, (uint64_t)(latest - earliest)) : earliest;
  int32_t cleared_on = judged + cleared < country->date ? judged + cleared : country->date;
  struct register_conviction conviction = {
      .person_id = row->person.person_id,
      .number = 1,
      .court = court_of(country, batch),
      .judgment_number =
          arena_printf(&batch->arena, "%u/%d/HS-ST", 1 + (unsigned)register_synth_draw(country, 400), clock_civil(judged).year),
      .judgment_date = judged,
      .crime = slice_str(CRIMES[which].crime),
      .clause = slice_str(CRIMES[which].clause),
      .sentence = slice_str(CRIMES[which].sentence),
      .status = expunged ? REGISTER_CONVICTION_EXPUNGED : REGISTER_CONVICTION_ACTIVE,
      .expunged_on = expunged ? cleared_on : 0,
  };
  batch->convictions[batch->conviction_count++] = conviction;
  if (CRIMES[which].ban) {
    ban_make(batch, &conviction, judged + served);
  }
}

void register_synth_bankrupt(struct synth_country *country, struct synth_batch *batch, const struct synth_row *row) {
  int32_t decided = country->date - 300;
  batch->bans[batch->ban_count++] = (struct register_ban){
      .person_id = row->person.person_id,
      .number = 1,
      .court = court_of(country, batch),
      .decision_number = arena_printf(&batch->arena, "%u/%d/QĐ-TBPS", 1 + (unsigned)register_synth_draw(country, 90),
                                      clock_civil(decided).year),
      .decision_date = decided,
      .position = S("Thành lập, quản lý doanh nghiệp, hợp tác xã"),
      .from = decided,
      .to = register_synth_years_after(decided, 3),
  };
}

static void standing_make(struct synth_household *household, const struct synth_row *row) {
  struct synth_country *country = household->country;
  int32_t age = clock_age_years(row->born, country->date);
  if (household->plain || age < 20 || row->person.life == REGISTER_DEAD) {
    return;
  }
  if (register_synth_chance(country, row->person.sex == REGISTER_MALE ? 72 : 8)) {
    register_synth_convict(country, household->batch, row, age >= 28 && register_synth_chance(country, 5500));
  }
}

/* ---- residence ---- */

static void residence_make(struct synth_household *household, const struct synth_row *row) {
  int32_t from = household->since > row->born ? household->since : row->born;
  struct register_residence residence = {
      .person_id = row->person.person_id,
      .kind = REGISTER_PERMANENT,
      .province = slice_str(household->place->province->code),
      .commune = slice_str(household->commune->code),
      .address = household->address,
      .householder_id = household->head_id,
      .from = from,
      .to = row->person.died_on ? row->person.died_on : REGISTER_OPEN,
  };
  if (residence.to < residence.from) {
    residence.from = residence.to;
  }
  household->batch->residences[household->batch->residence_count++] = residence;
  struct synth_country *country = household->country;
  int32_t age = clock_age_years(row->born, country->date);
  if (household->plain || row->person.died_on || age < 18 || age > 45 || !register_synth_chance(country, 900)) {
    return;
  }
  const struct synth_place *away = register_synth_place_pick(&country->places, &country->random);
  const struct register_commune *commune = &away->communes[register_synth_draw(country, away->commune_count)];
  residence.kind = REGISTER_TEMPORARY;
  residence.province = slice_str(away->province->code);
  residence.commune = slice_str(commune->code);
  residence.address = arena_printf(&household->batch->arena, "Phòng trọ số %u", 1 + (unsigned)register_synth_draw(country, 60));
  residence.householder_id = 0;
  residence.from = country->date - (int32_t)register_synth_draw(country, 600);
  household->batch->residences[household->batch->residence_count++] = residence;
}

/* ---- the person ---- */

/* Of many who were born before 1965 the day, or day and month, was never written down. */
static struct register_birth birth_known(struct synth_household *household, int32_t born) {
  struct civil_date civil = clock_civil(born);
  struct register_birth birth = {civil.year, civil.month, civil.day};
  if (civil.year < 1965 && !household->plain) {
    uint64_t at = register_synth_draw(household->country, 100);
    birth.day = at < 8 ? 0 : birth.day;
    birth.month = at < 6 ? 0 : birth.month;
  }
  return birth;
}

static const char *province_full_name(struct slice code, int32_t on) {
  const struct register_province *province = register_province_find(code, on);
  return province ? province->full_name : "";
}

result register_synth_member(struct synth_household *household, const struct synth_form *form, struct synth_row **ret_row) {
  struct synth_country *country = household->country;
  struct arena *arena = &household->batch->arena;
  struct synth_row *row = ARENA_NEW(arena, struct synth_row);
  row->born = form->born;
  row->surname =
      form->surname ? form->surname : register_synth_surname_pick(&country->names, household->ethnic, &country->random);
  bool moved = register_synth_chance(country, 800);
  const struct synth_place *birthplace =
      moved ? register_synth_place_pick(&country->places, &country->random) : household->place;
  unsigned code = birth_code(country, birthplace, form->born);
  struct synth_bearer bearer = {row->surname, form->sex, clock_civil(form->born).year};
  struct synth_name name = register_synth_name_make(&country->names, arena, &country->random, &bearer);
  struct slice province = arena_printf(arena, "%02u", code);
  struct slice place_name = slice_str(province_full_name(province, form->born));
  row->person = (struct register_person){
      .person_id = country->next_person_id++,
      .pin = pin_make(household, code, form),
      .name = name.text,
      .sex = form->sex,
      .birth = birth_known(household, form->born),
      .birth_province = province,
      .birth_place = place_name,
      .home_town = place_name,
      .ethnic = household->ethnic,
      .nationality = S("VN"),
      .religion = household->religion,
      .life = form->died_on ? REGISTER_DEAD : REGISTER_ALIVE,
      .died_on = form->died_on,
  };
  row->words = register_people_words_cut(name.fold);
  country->made++;
  card_make(country, &row->person, form->born);
  if (clock_age_years(form->born, country->date) >= 15 && !form->died_on) {
    mobile_make(country, &row->person, arena);
  }
  household->batch->rows[household->batch->row_count++] = row;
  residence_make(household, row);
  categories_make(household, row);
  standing_make(household, row);
  *ret_row = row;
  return OK;
}
