/* Who lives together, who is whose child, and since when. */
#include "register/synth_country.h"

uint64_t register_synth_draw(struct synth_country *country, uint64_t bound) {
  return random_below(&country->random, bound);
}

bool register_synth_chance(struct synth_country *country, uint64_t of_ten_thousand) {
  return register_synth_draw(country, 10000) < of_ten_thousand;
}

int32_t register_synth_years_after(int32_t date, int32_t years) {
  struct civil_date civil = clock_civil(date);
  civil.year = (int16_t)(civil.year + years);
  if (civil.month == 2 && civil.day == 29) {
    civil.day = 28;
  }
  return clock_date_from(civil);
}

int32_t register_synth_born(struct synth_country *country, int32_t age) {
  return register_synth_years_after(country->date, -age) - (int32_t)register_synth_draw(country, 365);
}

static int32_t draw_between(struct synth_country *country, int32_t low, int32_t high) {
  return low + (high > low ? (int32_t)register_synth_draw(country, (uint64_t)(high - low + 1)) : 0);
}

/* ---- the home ---- */

static struct slice home_address(struct synth_country *country, struct arena *arena,
                                 const struct register_commune *commune) {
  unsigned number = 1 + (unsigned)register_synth_draw(country, 240);
  if (slice_starts(slice_str(commune->name), S("Xã"))) {
    return arena_printf(arena, "Thôn %u", 1 + number % 14);
  }
  const struct synth_piece *street = register_synth_piece_pick(&country->names.streets, &country->random);
  return arena_printf(arena, "Số %u đường %.*s", number, SLICE_ARG(street->text));
}

static struct slice home_religion(struct synth_country *country) {
  uint64_t at = register_synth_draw(country, 100);
  return at < 6    ? S("Phật giáo")
         : at < 13 ? S("Công giáo")
         : at < 14 ? S("Tin Lành")
         : at < 15 ? S("Cao Đài")
         : at < 16 ? S("Phật giáo Hòa Hảo")
                   : (struct slice){0};
}

static void home_make(struct synth_country *country, struct synth_batch *batch, const struct synth_place *place,
                      struct synth_household *ret_household) {
  const struct register_commune *commune = &place->communes[register_synth_draw(country, place->commune_count)];
  bool difficult = register_synth_commune_is_difficult(place, commune);
  bool minority =
      register_synth_draw(country, 100) < (uint64_t)place->minority_percent * (difficult ? 2 : 1) / (difficult ? 1 : 2);
  *ret_household = (struct synth_household){
      .country = country,
      .batch = batch,
      .place = place,
      .commune = commune,
      .address = home_address(country, &batch->arena, commune),
      .religion = home_religion(country),
      .head_id = country->next_person_id,
      .since = country->date - (int32_t)register_synth_draw(country, 9000) - 30,
      .ethnic = minority ? place->minority : 1,
      .poor = register_synth_chance(country, minority ? 900 : 180),
  };
  country->counts.households++;
}

void register_synth_household_plain(struct synth_country *country, struct synth_batch *batch, const struct synth_place *place,
                           struct synth_household *ret_household) {
  home_make(country, batch, place, ret_household);
  ret_household->ethnic = 1;
  ret_household->poor = false;
  ret_household->religion = (struct slice){0};
  ret_household->plain = true;
  /* Neither a difficult nor a border commune, so that no fee is waived unasked. */
  size_t start = register_synth_draw(country, place->commune_count);
  for (size_t i = 0; i < place->commune_count; i++) {
    const struct register_commune *commune = &place->communes[(start + i) % place->commune_count];
    if (slice_starts(slice_str(commune->name), S("Phường"))) {
      ret_household->commune = commune;
      break;
    }
  }
  ret_household->address = home_address(country, &batch->arena, ret_household->commune);
}

/* ---- relations ---- */

static void parent_by_row(struct synth_household *household, const struct synth_row *child,
                          const struct synth_row *parent) {
  struct register_relation relation = {
      .person_id = child->person.person_id,
      .kind = parent->person.sex == REGISTER_MALE ? REGISTER_FATHER : REGISTER_MOTHER,
      .related_person_id = parent->person.person_id,
      .from = child->born,
      .to = REGISTER_OPEN,
  };
  register_synth_relation(household->batch, &relation);
}

/* A parent who is not in the register, or not in this household: known by name and year of birth. */
static void parent_by_name(struct synth_household *household, const struct synth_row *child, enum register_sex sex) {
  struct synth_country *country = household->country;
  struct civil_date born = clock_civil(child->born);
  const struct synth_piece *surname =
      sex == REGISTER_MALE ? child->surname : register_synth_surname_pick(&country->names, household->ethnic, &country->random);
  struct synth_bearer bearer = {surname, sex, (int16_t)(born.year - draw_between(country, 19, 36))};
  struct register_relation relation = {
      .person_id = child->person.person_id,
      .kind = sex == REGISTER_MALE ? REGISTER_FATHER : REGISTER_MOTHER,
      .name = register_synth_name_make(&country->names, &household->batch->arena, &country->random, &bearer).text,
      .birth = {.year = bearer.birth_year},
      .from = child->born,
      .to = REGISTER_OPEN,
  };
  register_synth_relation(household->batch, &relation);
}

static void parents_by_name(struct synth_household *household, const struct synth_row *child) {
  parent_by_name(household, child, REGISTER_MALE);
  parent_by_name(household, child, REGISTER_FEMALE);
}

static void marry(struct synth_household *household, const struct synth_row *one, const struct synth_row *other,
                  int32_t on) {
  int32_t ended = one->person.died_on ? one->person.died_on : other->person.died_on;
  struct register_relation relation = {
      .person_id = one->person.person_id,
      .kind = REGISTER_SPOUSE,
      .related_person_id = other->person.person_id,
      .from = on,
      .to = ended ? ended : REGISTER_OPEN,
  };
  register_synth_relation(household->batch, &relation);
  relation.person_id = other->person.person_id;
  relation.related_person_id = one->person.person_id;
  register_synth_relation(household->batch, &relation);
  household->country->counts.marriages++;
}

/* ---- one adult ---- */

result register_synth_single(struct synth_household *household, const struct register_synth_single *form, struct synth_row **ret_row) {
  struct synth_form member = {.sex = form->sex, .born = register_synth_born(household->country, form->age)};
  struct synth_row *row = NULL;
  TRY(register_synth_member(household, &member, &row));
  parents_by_name(household, row);
  *ret_row = row;
  return OK;
}

static result lone_parent(struct synth_household *household) {
  struct synth_country *country = household->country;
  struct register_synth_single form = {REGISTER_FEMALE, draw_between(country, 24, 50)};
  struct synth_row *mother = NULL;
  TRY(register_synth_single(household, &form, &mother));
  int32_t born = register_synth_years_after(mother->born, draw_between(country, 20, 34));
  for (int i = 0; i < 2 && born < country->date && born > country->date - 24 * 365; i++) {
    struct synth_form child = {draw_between(country, 0, 1) ? REGISTER_MALE : REGISTER_FEMALE, born, mother->surname, 0};
    struct synth_row *row = NULL;
    TRY(register_synth_member(household, &child, &row));
    parent_by_row(household, row, mother);
    born += draw_between(country, 600, 1800);
  }
  return OK;
}

/* ---- couples and their children ---- */

/* [Law 52/2014 Art 8] a man marries from 20, a woman from 18. */
static int32_t wedding_day(struct synth_country *country, const struct synth_row *husband,
                           const struct synth_row *wife) {
  int32_t earliest = register_synth_years_after(wife->born, 19);
  int32_t his = register_synth_years_after(husband->born, 21);
  earliest = his > earliest ? his : earliest;
  return draw_between(country, earliest, earliest + 2500 < country->date ? earliest + 2500 : country->date - 1);
}

static result child_of(struct synth_household *household, const struct register_synth_family *family, int32_t born,
                       struct synth_row **ret_child) {
  struct synth_form form = {
      .sex = register_synth_chance(household->country, 5250) ? REGISTER_MALE : REGISTER_FEMALE,
      .born = born,
      .surname = family->husband->surname,
  };
  TRY(register_synth_member(household, &form, ret_child));
  parent_by_row(household, *ret_child, family->husband);
  parent_by_row(household, *ret_child, family->wife);
  return OK;
}

enum { CHILDREN_MAX = 5, LEAVES_HOME_YEARS = 25 };

/* Grown children have homes of their own; there they know their parents by name. */
static result children_of(struct synth_household *household, struct register_synth_family *family, int32_t wedding) {
  struct synth_country *country = household->country;
  int32_t mother_born_year = clock_civil(family->wife->born).year;
  int32_t wanted = draw_between(country, 1, mother_born_year < 1960 ? CHILDREN_MAX : mother_born_year < 1975 ? 4 : 3);
  int32_t born = wedding + draw_between(country, 280, 1100);
  int32_t last_birth = register_synth_years_after(family->wife->born, 44);
  for (int32_t i = 0; i < wanted && born < country->date && born < last_birth; i++) {
    bool at_home = born > register_synth_years_after(country->date, -LEAVES_HOME_YEARS);
    if (at_home) {
      TRY(child_of(household, family, born, &family->child));
    }
    born += draw_between(country, 500, 1900);
  }
  return OK;
}

static result spouses(struct synth_household *household, struct register_synth_family *family) {
  struct synth_country *country = household->country;
  struct synth_form his = {.sex = REGISTER_MALE, .born = register_synth_born(country, family->husband_age)};
  struct synth_form hers = {.sex = REGISTER_FEMALE, .born = register_synth_born(country, family->wife_age)};
  if (!family->husband) {
    TRY(register_synth_member(household, &his, &family->husband));
    parents_by_name(household, family->husband);
  }
  TRY(register_synth_member(household, &hers, &family->wife));
  parents_by_name(household, family->wife);
  return OK;
}

result register_synth_family(struct synth_household *household, struct register_synth_family *family) {
  struct synth_country *country = household->country;
  TRY(spouses(household, family));
  if (family->child_age >= 0) {
    int32_t born = register_synth_born(country, family->child_age);
    marry(household, family->husband, family->wife, born - 500);
    return child_of(household, family, born, &family->child);
  }
  int32_t wedding = wedding_day(country, family->husband, family->wife);
  marry(household, family->husband, family->wife, wedding);
  return children_of(household, family, wedding);
}

/* The husband's parents live with them; some grandfathers are dead. */
static result with_grandparents(struct synth_household *household, struct register_synth_family *family) {
  struct synth_country *country = household->country;
  int32_t grandmother_age = family->husband_age + draw_between(country, 20, 30);
  int32_t grandfather_age = grandmother_age + draw_between(country, 0, 5);
  struct synth_form form = {.sex = REGISTER_MALE, .born = register_synth_born(country, grandfather_age)};
  form.died_on = register_synth_chance(country, 3000) ? country->date - draw_between(country, 40, 5000) : 0;
  household->head_id = country->next_person_id + (form.died_on ? 1 : 0);
  struct synth_row *grandfather = NULL;
  struct synth_row *grandmother = NULL;
  TRY(register_synth_member(household, &form, &grandfather));
  struct synth_form hers = {.sex = REGISTER_FEMALE, .born = register_synth_born(country, grandmother_age)};
  TRY(register_synth_member(household, &hers, &grandmother));
  parents_by_name(household, grandfather);
  parents_by_name(household, grandmother);
  struct synth_form his = {
      .sex = REGISTER_MALE, .born = register_synth_born(country, family->husband_age), .surname = grandfather->surname};
  TRY(register_synth_member(household, &his, &family->husband));
  marry(household, grandfather, grandmother, family->husband->born - draw_between(country, 250, 300));
  parent_by_row(household, family->husband, grandfather);
  parent_by_row(household, family->husband, grandmother);
  return register_synth_family(household, family);
}

/* A child whose parents are dead or gone, with the grandmother as guardian. */
result register_synth_guarded(struct synth_household *household, struct synth_row **ret_guardian, struct synth_row **ret_ward) {
  struct synth_country *country = household->country;
  struct register_synth_single form = {REGISTER_FEMALE, draw_between(country, 56, 66)};
  TRY(register_synth_single(household, &form, ret_guardian));
  struct synth_form child = {
      .sex = register_synth_chance(country, 5000) ? REGISTER_MALE : REGISTER_FEMALE,
      .born = register_synth_born(country, draw_between(country, 7, 15)),
  };
  TRY(register_synth_member(household, &child, ret_ward));
  parents_by_name(household, *ret_ward);
  struct register_relation relation = {
      .person_id = (*ret_ward)->person.person_id,
      .kind = REGISTER_GUARDIAN,
      .related_person_id = (*ret_guardian)->person.person_id,
      .from = (*ret_ward)->born + draw_between(country, 100, 2000),
      .to = REGISTER_OPEN,
  };
  register_synth_relation(household->batch, &relation);
  return OK;
}

static int32_t head_age(struct synth_country *country) {
  uint64_t at = register_synth_draw(country, 100);
  return at < 12   ? draw_between(country, 23, 29)
         : at < 40 ? draw_between(country, 30, 39)
         : at < 64 ? draw_between(country, 40, 49)
         : at < 82 ? draw_between(country, 50, 59)
         : at < 94 ? draw_between(country, 60, 71)
                   : draw_between(country, 72, 88);
}

result register_synth_household_any(struct synth_country *country, struct synth_batch *batch) {
  struct synth_household household;
  home_make(country, batch, register_synth_place_pick(&country->places, &country->random), &household);
  uint64_t at = register_synth_draw(country, 10000);
  struct synth_row *row = NULL;
  if (at < 40) {
    struct synth_row *ward = NULL;
    return register_synth_guarded(&household, &row, &ward);
  }
  if (at < 600) {
    return lone_parent(&household);
  }
  if (at < 2400) {
    struct register_synth_single form = {register_synth_chance(country, 5000) ? REGISTER_MALE : REGISTER_FEMALE, head_age(country)};
    return register_synth_single(&household, &form, &row);
  }
  int32_t age = head_age(country);
  int32_t wife_age = age - draw_between(country, -1, 6);
  struct register_synth_family family = {.husband_age = age, .wife_age = wife_age < 21 ? 21 : wife_age, .child_age = -1};
  return at < 4200 && age <= 58 ? with_grandparents(&household, &family) : register_synth_family(&household, &family);
}
