/* What needs no database: PIN, birth dates, a person's fields, administrative units. */
#include <stdio.h>

#include "register/register.h"
/* keep last */
#include "base/unit_test.h"

static int32_t day(const char *text) {
  int32_t date = 0;
  assert_ok(clock_date_parse(slice_str(text), &date));
  return date;
}

/* [Decree 137/2015 Art 13] */
static void checks_a_pin_against_the_record(void **state) {
  (void)state;
  static const struct {
    const char *pin;
    enum register_sex sex;
    const char *birth;
    uint16_t code;
  } cases[] = {
      {"001093047064", REGISTER_MALE, "1993-01-05", 0},
      {"001193047064", REGISTER_FEMALE, "1993", 0},
      {"046203000001", REGISTER_MALE, "2003-02", 0},
      {"096399999999", REGISTER_FEMALE, "2099-01-01", 0},
      {"001410000000", REGISTER_MALE, "2110-01-01", 0},
      {"101085000001", REGISTER_MALE, "1985-04-30", 0}, /* birth registered abroad */
      {"00109304706", REGISTER_MALE, "1993", REGISTER_PIN_SYNTAX},
      {"0010930470644", REGISTER_MALE, "1993", REGISTER_PIN_SYNTAX},
      {"00109304706x", REGISTER_MALE, "1993", REGISTER_PIN_SYNTAX},
      {"", REGISTER_MALE, "1993", REGISTER_PIN_SYNTAX},
      {"-01093047064", REGISTER_MALE, "1993", REGISTER_PIN_SYNTAX},
      {"000093047064", REGISTER_MALE, "1993", REGISTER_PIN_PROVINCE},
      {"003093047064", REGISTER_MALE, "1993", REGISTER_PIN_PROVINCE}, /* a gap in the list of 63 */
      {"097093047064", REGISTER_MALE, "1993", REGISTER_PIN_PROVINCE},
      {"001093047064", REGISTER_FEMALE, "1993", REGISTER_PIN_SEX},
      {"001193047064", REGISTER_MALE, "1993", REGISTER_PIN_SEX},
      {"001093047064", REGISTER_MALE, "1994", REGISTER_PIN_YEAR},
      {"001093047064", REGISTER_MALE, "2093", REGISTER_PIN_YEAR}, /* the century digit says 1900s */
      {"001203047064", REGISTER_MALE, "1903", REGISTER_PIN_YEAR},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct register_birth birth;
    assert_ok(register_birth_parse(slice_str(cases[i].birth), &birth));
    assert_code(register_pin_check(slice_str(cases[i].pin), cases[i].sex, birth), cases[i].code);
  }
  struct register_pin_parts parts;
  assert_ok(register_pin_parse(S("101085000001"), &parts));
  assert_int_equal(parts.country, 101);
  assert_int_equal(parts.province, 0);
  assert_ok(register_pin_parse(S("096399999999"), &parts));
  assert_int_equal(parts.province, 96);
  assert_int_equal(parts.birth_year, 2099);
}

/* Luhn's or any other check digit would refuse nine of these. */
static void asks_for_no_check_digit(void **state) {
  (void)state;
  for (int last = 0; last < 10; last++) {
    char pin[13];
    (void)snprintf(pin, sizeof pin, "00109312345%d", last);
    struct register_pin_parts parts;
    assert_ok(register_pin_parse(slice_str(pin), &parts));
  }
}

static void reads_births_of_which_day_or_month_is_unknown(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *latest; /* NULL: refused */
    const char *vi;
  } cases[] = {
      {"1950", "1950-12-31", "1950"},
      {"1950-02", "1950-02-28", "02/1950"},
      {"1952-02", "1952-02-29", "02/1952"},
      {"1985-07-21", "1985-07-21", "21/07/1985"},
      {"1985-12", "1985-12-31", "12/1985"},
      {"1985-00-00", NULL, NULL},
      {"1985-13", NULL, NULL},
      {"1985-02-30", NULL, NULL},
      {"1985-7-21", NULL, NULL},
      {"1985-07-21 ", NULL, NULL},
      {"1750-01-01", NULL, NULL},
      {"85", NULL, NULL},
      {"", NULL, NULL},
  };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct register_birth birth;
    result parsed = register_birth_parse(slice_str(cases[i].text), &birth);
    assert_int_equal(is_ok(parsed), cases[i].latest != NULL);
    if (cases[i].latest) {
      assert_int_equal(register_birth_date(birth), day(cases[i].latest));
      assert_true(slice_is(register_birth_write(&arena, birth), cases[i].text));
      assert_true(slice_is(register_birth_write_vi(&arena, birth), cases[i].vi));
    }
  }
}

static struct register_person sound_person(void) {
  return (struct register_person){
      .pin = S("001093047064"),
      .name = S("Nguyễn Văn An"),
      .sex = REGISTER_MALE,
      .birth = {1993, 1, 5},
      .birth_province = S("01"),
      .ethnic = 1,
      .nationality = S("VN"),
      .card_number = S("001093047064"),
      .card_issued = day("2021-05-01"),
      .card_expires = day("2033-01-05"),
      .mobile = S("0912345678"),
      .life = REGISTER_ALIVE,
  };
}

#define SET(field, value)    \
  do {                       \
    person = sound_person(); \
    person.field = (value);  \
  } while (0)

static void names_the_field_it_refuses(void **state) {
  (void)state;
  struct register_person person = sound_person();
  int32_t today = day("2026-11-21");
  assert_ok(register_person_check(&person, today, NULL));
#define REFUSED(member, value, expected_field, expected_code)                    \
  do {                                                                           \
    const char *field = NULL;                                                    \
    SET(member, value);                                                          \
    assert_code(register_person_check(&person, today, &field), (expected_code)); \
    assert_string_equal(field, (expected_field));                                \
  } while (0)
  REFUSED(name, (struct slice){0}, "name", REGISTER_NAME_SYNTAX);
  REFUSED(name, S("An\nB"), "name", REGISTER_NAME_SYNTAX);
  REFUSED(sex, 0, "sex", REGISTER_SEX_SYNTAX);
  REFUSED(sex, REGISTER_FEMALE, "pin", REGISTER_PIN_SEX);
  REFUSED(birth, ((struct register_birth){2027, 1, 1}), "birth_date", REGISTER_DATES_WRONG);
  REFUSED(birth, ((struct register_birth){1994, 1, 1}), "pin", REGISTER_PIN_YEAR);
  REFUSED(birth_province, S("03"), "birth_province", REGISTER_PROVINCE_UNKNOWN);
  REFUSED(ethnic, 0, "ethnic", REGISTER_ETHNIC_UNKNOWN);
  REFUSED(ethnic, 57, "ethnic", REGISTER_ETHNIC_UNKNOWN);
  REFUSED(nationality, S("vn"), "nationality", REGISTER_NATIONALITY_SYNTAX);
  REFUSED(card_number, S("12345"), "card_number", REGISTER_CARD_WRONG);
  REFUSED(card_number, (struct slice){0}, "card_number", REGISTER_CARD_WRONG);
  REFUSED(card_issued, today + 1, "card_number", REGISTER_CARD_WRONG);
  REFUSED(card_expires, day("2021-05-01"), "card_number", REGISTER_CARD_WRONG);
  REFUSED(mobile, S("84912345678"), "mobile", REGISTER_MOBILE_SYNTAX);
  REFUSED(mobile, S("9912345678"), "mobile", REGISTER_MOBILE_SYNTAX);
  REFUSED(died_on, day("2020-01-01"), "died_on", REGISTER_DATES_WRONG);
  REFUSED(life, REGISTER_DEAD, "died_on", REGISTER_DATES_WRONG);
  REFUSED(religion, S("a\x1b[2J"), "religion", REGISTER_TEXT_SYNTAX);
  REFUSED(birth_place, S("\xff"), "birth_place", REGISTER_TEXT_SYNTAX);
#undef REFUSED
}

/* ---- units ---- */

static void provinces_are_63_to_the_last_day_of_june_2025_and_34_after(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  static const struct {
    const char *on;
    size_t count;
  } counts[] = {{"1960-01-01", 63}, {"2024-06-14", 63}, {"2025-06-30", 63}, {"2025-07-01", 34}, {"2026-11-21", 34}};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    const struct register_province *const *list = NULL;
    size_t count = 0;
    assert_ok(register_provinces(&arena, day(counts[i].on), &list, &count));
    assert_int_equal(count, counts[i].count);
  }
}

static void a_province_code_means_something_only_at_a_date(void **state) {
  (void)state;
  static const struct {
    const char *code, *on, *full_name; /* NULL: none */
  } cases[] = {
      {"15", "2025-06-30", "Tỉnh Yên Bái"},
      {"15", "2025-07-01", "Tỉnh Lào Cai"},
      {"10", "2025-06-30", "Tỉnh Lào Cai"},
      {"10", "2025-07-01", NULL},
      {"46", "2024-12-31", "Tỉnh Thừa Thiên Huế"},
      {"46", "2025-01-01", "Thành phố Huế"},
      {"75", "2026-04-29", "Tỉnh Đồng Nai"},
      {"75", "2026-04-30", "Thành phố Đồng Nai"},
      {"03", "2024-01-01", NULL},
      {"1", "2024-01-01", NULL},
      {"", "2024-01-01", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct register_province *province = register_province_find(slice_str(cases[i].code), day(cases[i].on));
    assert_int_equal(province != NULL, cases[i].full_name != NULL);
    if (province) {
      assert_string_equal(province->full_name, cases[i].full_name);
    }
  }
  assert_string_equal(register_province_successor(S("10"), day("2026-01-01"))->code, "15");
  assert_string_equal(register_province_successor(S("77"), day("2026-01-01"))->name, "Hồ Chí Minh");
  assert_string_equal(register_province_successor(S("10"), day("2024-01-01"))->code, "10");
  assert_null(register_province_successor(S("03"), day("2026-01-01")));
}

static void communes_are_3321_and_each_has_its_province(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  int32_t today = day("2026-11-21");
  const struct register_province *const *list = NULL;
  size_t count = 0;
  size_t communes = 0;
  assert_ok(register_provinces(&arena, today, &list, &count));
  for (size_t i = 0; i < count; i++) {
    struct register_commune_list each = register_communes_of_province(slice_str(list[i]->code), today);
    for (size_t j = 0; j < each.count; j++) {
      assert_string_equal(each.items[j].province, list[i]->code);
      assert_ptr_equal(register_commune_find(slice_str(each.items[j].code), today), &each.items[j]);
    }
    communes += each.count;
  }
  assert_int_equal(communes, 3321);
  assert_null(register_commune_find(S("99999"), today));
  assert_null(register_commune_find(S(""), today));
}

static void an_old_commune_leads_to_the_new_ones_it_went_into(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct register_commune *const *list = NULL;
  size_t count = 0;
  int32_t before = day("2025-06-30");
  int32_t today = day("2026-11-21");
  const struct register_commune *old = register_commune_find(S("00001"), before);
  assert_non_null(old);
  assert_string_equal(old->name, "Phường Phúc Xá");
  assert_string_equal(old->district_name, "Quận Ba Đình");
  assert_ok(register_commune_successors(&arena, old, &list, &count));
  assert_int_equal(count, 1);
  assert_string_equal(list[0]->name, "Phường Hồng Hà");
  /* Split between two. */
  assert_ok(register_commune_successors(&arena, register_commune_find(S("00167"), before), &list, &count));
  assert_int_equal(count, 2);
  /* The same code is another commune today. */
  assert_string_equal(register_commune_find(S("00070"), today)->name, "Phường Hoàn Kiếm");
  assert_null(register_commune_find(S("00001"), today));
  /* Known by name only; the package's row carries the code of a commune in Cần Thơ. */
  const struct register_commune *named = register_commune_find_named(S("79"), S("Quận Bình Thạnh"), S("Phường 24"));
  assert_non_null(named);
  assert_string_equal(named->code, "");
  assert_ok(register_commune_successors(&arena, named, &list, &count));
  assert_int_equal(count, 1);
  assert_string_equal(list[0]->code, "26929");
  assert_string_equal(list[0]->province, "79");
  assert_null(register_commune_find_named(S("01"), S("Quận Bình Thạnh"), S("Phường 24")));
  const struct register_commune *new = register_commune_find(S("00004"), today);
  assert_ok(register_commune_successors(&arena, new, &list, &count));
  assert_ptr_equal(list[0], new);
}

static void every_category_role_and_error_has_its_word(void **state) {
  (void)state;
  for (int i = REGISTER_CATEGORY_CHILD; i <= REGISTER_CATEGORY_DIGITAL_CITIZEN; i++) {
    enum register_category category;
    assert_ok(register_category_parse(slice_str(register_category_name((enum register_category)i)), &category));
    assert_int_equal(category, i);
  }
  enum register_category category;
  assert_code(register_category_parse(S("rich"), &category), REGISTER_CATEGORY_UNKNOWN);
  assert_code(register_category_parse(S(""), &category), REGISTER_CATEGORY_UNKNOWN);
  for (int i = REGISTER_ONE_STOP_OFFICER; i <= REGISTER_APPROVER; i++) {
    enum register_role role;
    assert_ok(register_role_parse(slice_str(register_role_name((enum register_role)i)), &role));
    assert_int_equal(role, i);
  }
  for (int i = 1; i <= 56; i++) {
    assert_non_null(register_ethnic_name(i));
  }
  assert_null(register_ethnic_name(0));
  assert_null(register_ethnic_name(57));
  assert_string_equal(register_error_name(REGISTER_PIN_SEX), "register.pin_sex");
  assert_string_equal(register_error_name(DB_BROKEN), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(checks_a_pin_against_the_record),
      cmocka_unit_test(asks_for_no_check_digit),
      cmocka_unit_test(reads_births_of_which_day_or_month_is_unknown),
      cmocka_unit_test(names_the_field_it_refuses),
      cmocka_unit_test(provinces_are_63_to_the_last_day_of_june_2025_and_34_after),
      cmocka_unit_test(a_province_code_means_something_only_at_a_date),
      cmocka_unit_test(communes_are_3321_and_each_has_its_province),
      cmocka_unit_test(an_old_commune_leads_to_the_new_ones_it_went_into),
      cmocka_unit_test(every_category_role_and_error_has_its_word),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
