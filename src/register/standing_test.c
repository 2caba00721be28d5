/* Convictions, bans, categories, agencies, posts, and the classes of columns. */
#include "register/acts_test.h"

static void a_conviction_is_active_until_the_day_it_is_expunged(void **state) {
  struct fixture *fixture = *state;
  int64_t person = added(fixture, "001080000001", "Nguyễn Văn An", "1980");
  struct register_conviction conviction = {.person_id = person,
                                           .court = S("Tòa án nhân dân thành phố Hà Nội"),
                                           .judgment_number = S("12/2015/HS-ST"),
                                           .judgment_date = day("2015-03-02"),
                                           .crime = S("Trộm cắp tài sản"),
                                           .sentence = S("12 tháng tù"),
                                           .status = REGISTER_CONVICTION_ACTIVE};
  assert_ok(convict(fixture, &conviction, 0, NONE));
  assert_int_equal(conviction.number, 1);
  struct register_conviction second = conviction;
  second.judgment_date = day("2018-01-01");
  assert_ok(convict(fixture, &second, 0, NONE));
  assert_int_equal(second.number, 2);
  assert_code(expunge(fixture, &conviction, day("2015-01-01"), NONE), REGISTER_DATES_WRONG);
  assert_ok(expunge(fixture, &conviction, day("2019-06-01"), NONE));
  assert_code(expunge(fixture, &conviction, day("2019-06-01"), NONE), REGISTER_ALREADY_EXPUNGED);
  struct db_tx *tx CLEANUP(db_read_end) = reading(fixture);
  struct register_conviction_list list;
  static const struct {
    const char *on;
    size_t count;
    enum register_conviction_status first;
  } cases[] = {{"2015-03-01", 0, 0},
               {"2015-03-02", 1, REGISTER_CONVICTION_ACTIVE},
               {"2019-05-31", 2, REGISTER_CONVICTION_ACTIVE},
               {"2019-06-01", 2, REGISTER_CONVICTION_EXPUNGED}};
  for (size_t i = 0; i < 4; i++) {
    assert_ok(register_convictions_load(tx, &fixture->arena, person, day(cases[i].on), &list));
    assert_int_equal(list.count, cases[i].count);
    assert_true(list.count == 0 || list.items[0].status == cases[i].first);
  }
  struct register_conviction wrong = conviction;
  wrong.status = REGISTER_CONVICTION_EXPUNGED; /* without a day */
  assert_code(convict(fixture, &wrong, 0, NONE), REGISTER_DATES_WRONG);
  wrong = second;
  wrong.person_id = 77;
  assert_code(convict(fixture, &wrong, 0, NONE), REGISTER_PERSON_UNKNOWN);
  wrong = second;
  wrong.crime = NONE;
  assert_code(convict(fixture, &wrong, 0, NONE), REGISTER_TEXT_SYNTAX);
  wrong = second;
  wrong.judgment_date = day("2026-11-22");
  assert_code(convict(fixture, &wrong, 0, NONE), REGISTER_DATES_WRONG);
}

static void bans_run_from_their_decision_to_their_end(void **state) {
  struct fixture *fixture = *state;
  int64_t person = added(fixture, "001080000001", "Nguyễn Văn An", "1980");
  struct register_ban sound = {.person_id = person,
                               .court = S("Tòa án nhân dân thành phố Hà Nội"),
                               .decision_number = S("3/2024/QĐPS"),
                               .decision_date = day("2024-01-05"),
                               .position = S("Thành lập, quản lý doanh nghiệp"),
                               .from = day("2024-01-05"),
                               .to = day("2027-01-04")};
  assert_ok(ban(fixture, &sound, 0, NONE));
  struct register_ban wrong = sound;
  wrong.to = wrong.from - 1;
  assert_code(ban(fixture, &wrong, 0, NONE), REGISTER_DATES_WRONG);
  wrong = sound;
  wrong.position = NONE;
  assert_code(ban(fixture, &wrong, 0, NONE), REGISTER_TEXT_SYNTAX);
  struct db_tx *tx CLEANUP(db_read_end) = reading(fixture);
  struct register_ban_list list;
  assert_ok(register_bans_load(tx, &fixture->arena, person, &list));
  assert_int_equal(list.count, 1);
  assert_true(slice_is(list.items[0].position, "Thành lập, quản lý doanh nghiệp"));
}

static void child_and_elderly_come_from_the_birth_date(void **state) {
  struct fixture *fixture = *state;
  int64_t person = added(fixture, "001060000001", "Nguyễn Văn An", "1960-05-10");
  struct register_category_row disabled = {person, REGISTER_CATEGORY_DISABLED, day("2022-01-01"), REGISTER_OPEN,
                                           S("Giấy xác nhận")};
  struct register_category_row digital = {person, REGISTER_CATEGORY_DIGITAL_CITIZEN, day("2026-08-15"), REGISTER_OPEN,
                                          NONE};
  struct register_category_row elderly = {person, REGISTER_CATEGORY_ELDERLY, day("2022-01-01"), REGISTER_OPEN, NONE};
  assert_ok(grant(fixture, &disabled, 0, NONE));
  assert_ok(grant(fixture, &digital, 0, NONE));
  assert_code(grant(fixture, &elderly, 0, NONE), REGISTER_CATEGORY_UNKNOWN);
  assert_code(grant(fixture, &disabled, 0, NONE), REGISTER_DATES_WRONG); /* for that time already */
  assert_ok(withdraw(fixture, &disabled, day("2024-12-31"), NONE));
  assert_code(withdraw(fixture, &disabled, day("2025-12-31"), NONE), REGISTER_CATEGORY_UNKNOWN);
  struct db_tx *tx CLEANUP(db_read_end) = reading(fixture);
  static const struct {
    const char *on;
    bool child, elderly, disabled, digital;
  } cases[] = {
      {"1976-05-09", true, false, false, false},  {"1976-05-10", false, false, false, false},
      {"2020-05-09", false, false, false, false}, {"2020-05-10", false, true, false, false},
      {"2022-01-01", false, true, true, false},   {"2024-12-31", false, true, true, false},
      {"2025-01-01", false, true, false, false},  {"2026-08-14", false, true, false, false},
      {"2026-08-15", false, true, false, true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct register_category_list list;
    assert_ok(register_categories_load(tx, &fixture->arena, person, day(cases[i].on), &list));
    assert_int_equal(register_category_list_has(&list, REGISTER_CATEGORY_CHILD), cases[i].child);
    assert_int_equal(register_category_list_has(&list, REGISTER_CATEGORY_ELDERLY), cases[i].elderly);
    assert_int_equal(register_category_list_has(&list, REGISTER_CATEGORY_DISABLED), cases[i].disabled);
    assert_int_equal(register_category_list_has(&list, REGISTER_CATEGORY_DIGITAL_CITIZEN), cases[i].digital);
    struct register_bearer bearer;
    assert_ok(register_bearer_load(tx, &fixture->arena, person, day(cases[i].on), &bearer));
    assert_int_equal(bearer.is_digital_citizen, cases[i].digital);
  }
  struct register_category_list list;
  assert_code(register_categories_load(tx, &fixture->arena, 77, day("2024-01-01"), &list), REGISTER_PERSON_UNKNOWN);
}

/* ---- agencies ---- */

static void criminal_records_go_from_justice_to_police_on_1_march_2025(void **state) {
  struct fixture *fixture = *state;
  assert_ok(found(fixture, fixture, 0, NONE));
  assert_ok(found(fixture, fixture, 0, NONE)); /* harmless twice */
  struct db_tx *tx CLEANUP(db_read_end) = reading(fixture);
  static const struct {
    const char *province, *on, *code, *name; /* code NULL: refused */
  } cases[] = {
      {"01", "2024-06-05", "H26.11", "Sở Tư pháp thành phố Hà Nội"},
      {"01", "2025-02-28", "H26.11", "Sở Tư pháp thành phố Hà Nội"},
      {"01", "2025-03-01", "G01.26", "Công an thành phố Hà Nội"},
      {"01", "2026-11-21", "G01.26", "Công an thành phố Hà Nội"},
      {"46", "2024-06-05", "H57.11", "Sở Tư pháp tỉnh Thừa Thiên Huế"},
      {"46", "2025-01-01", "H57.11", "Sở Tư pháp thành phố Huế"},
      {"15", "2025-06-30", "G01.63", "Công an tỉnh Yên Bái"},
      {"15", "2025-07-01", "G01.38", "Công an tỉnh Lào Cai"},
      {"10", "2025-06-30", "G01.38", "Công an tỉnh Lào Cai"},
      {"10", "2025-07-01", "G01.38", "Công an tỉnh Lào Cai"}, /* a former code leads to its successor's */
      {"03", "2024-06-05", NULL, NULL},
      {"01", "2009-12-31", NULL, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct register_competence asked = {"lltp", slice_str(cases[i].province), day(cases[i].on)};
    struct register_agency agency;
    result found_agency = register_agency_competent(tx, &fixture->arena, &asked, &agency);
    assert_code(found_agency, cases[i].code ? 0 : REGISTER_AGENCY_UNKNOWN);
    if (cases[i].code) {
      assert_true(slice_is(agency.code, cases[i].code));
      assert_true(slice_is(agency.name_vi, cases[i].name));
    }
  }
  struct register_competence asked = {"land", S("01"), day("2024-06-05")};
  struct register_agency agency;
  assert_code(register_agency_competent(tx, &fixture->arena, &asked, &agency), REGISTER_AGENCY_UNKNOWN);
}

static void every_province_has_its_agencies_at_every_time(void **state) {
  struct fixture *fixture = *state;
  assert_ok(found(fixture, fixture, 0, NONE));
  struct db_tx *tx CLEANUP(db_read_end) = reading(fixture);
  static const char *const dates[] = {"2024-06-05", "2025-02-28", "2025-03-01",
                                      "2025-06-30", "2025-07-01", "2026-11-21"};
  for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
    const struct register_province *const *provinces = NULL;
    size_t count = 0;
    assert_ok(register_provinces(&fixture->arena, day(dates[i]), &provinces, &count));
    for (size_t j = 0; j < count; j++) {
      struct register_agency agency;
      struct slice code = slice_str(provinces[j]->code);
      assert_ok(register_agency_find(tx, &fixture->arena,
                                     &(struct register_agency_key){REGISTER_JUSTICE, code, day(dates[i])}, &agency));
      assert_true(slice_is(agency.province, provinces[j]->code));
      assert_ok(register_agency_find(tx, &fixture->arena,
                                     &(struct register_agency_key){REGISTER_POLICE, code, day(dates[i])}, &agency));
      struct register_competence asked = {"lltp", code, day(dates[i])};
      assert_ok(register_agency_competent(tx, &fixture->arena, &asked, &agency));
      struct register_post_list posts;
      assert_ok(register_posts_of_agency(tx, &fixture->arena, agency.code, day(dates[i]), &posts));
      assert_true(posts.count >= 5);
      struct register_agency parent;
      assert_ok(register_agency_load(tx, &fixture->arena, agency.parent, day(dates[i]), &parent));
    }
  }
  /* A department that was merged away names who came after. */
  struct register_agency gone;
  assert_ok(register_agency_load(tx, &fixture->arena, S("H63.11"), day("2025-06-30"), &gone));
  assert_true(slice_is(gone.successor, "H38.11"));
  assert_code(register_agency_load(tx, &fixture->arena, S("H63.11"), day("2025-07-01"), &gone),
              REGISTER_AGENCY_UNKNOWN);
}

static void a_post_is_held_between_its_dates(void **state) {
  struct fixture *fixture = *state;
  assert_ok(found(fixture, fixture, 0, NONE));
  int64_t officer = added(fixture, "001080000001", "Nguyễn Văn An", "1980");
  struct db_tx *tx = reading(fixture);
  struct register_post_list posts;
  assert_ok(register_posts_of_agency(tx, &fixture->arena, S("H26.11"), day("2024-06-05"), &posts));
  int64_t post = posts.items[0].post_id;
  assert_int_equal(posts.items[0].role, REGISTER_ONE_STOP_OFFICER);
  struct register_unit unit;
  assert_ok(register_unit_load(tx, &fixture->arena, posts.items[0].unit_code, day("2024-06-05"), &unit));
  assert_int_equal(unit.kind, REGISTER_UNIT_ONE_STOP);
  db_read_end(&tx);
  struct register_holding holding = {officer, post, day("2024-01-01"), REGISTER_OPEN};
  assert_ok(assign(fixture, &holding, 0, NONE));
  assert_code(assign(fixture, &holding, 0, NONE), REGISTER_DATES_WRONG);
  struct register_holding late = {officer, post, day("2025-04-01"), REGISTER_OPEN};
  assert_code(assign(fixture, &late, 0, NONE),
              REGISTER_POST_UNKNOWN); /* the department keeps no criminal records any more */
  struct register_holding nobody = {77, post, day("2024-01-01"), REGISTER_OPEN};
  assert_code(assign(fixture, &nobody, 0, NONE), REGISTER_PERSON_UNKNOWN);
  assert_ok(leave(fixture, &holding, day("2024-08-31"), NONE));
  assert_code(leave(fixture, &holding, day("2024-09-30"), NONE), REGISTER_POST_UNKNOWN);
  tx = reading(fixture);
  static const struct {
    const char *on;
    size_t count;
  } cases[] = {{"2023-12-31", 0}, {"2024-01-01", 1}, {"2024-08-31", 1}, {"2024-09-01", 0}};
  for (size_t i = 0; i < 4; i++) {
    int64_t holder = 0;
    assert_ok(register_posts_of_person(tx, &fixture->arena, officer, day(cases[i].on), &posts));
    assert_int_equal(posts.count, cases[i].count);
    struct register_bearer bearer;
    assert_ok(register_bearer_load(tx, &fixture->arena, officer, day(cases[i].on), &bearer));
    assert_true(bearer.pin.len == 12 && bearer.name.len > 0);
    assert_int_equal(bearer.posts.count, cases[i].count);
    assert_true(bearer.posts.count == 0 || (bearer.posts.items[0].post_id == post && slice_eq(bearer.posts.items[0].agency_name_vi, posts.items[0].agency_name_vi) &&
                                            bearer.posts.items[0].from == posts.items[0].from));
    assert_code(register_bearer_load(tx, &fixture->arena, 77, day(cases[i].on), &bearer), REGISTER_PERSON_UNKNOWN);
    assert_code(register_post_holder(tx, post, day(cases[i].on), &holder), cases[i].count ? 0 : REGISTER_POST_UNKNOWN);
  }
  db_read_end(&tx);
}

/* ---- classes ---- */

static void convictions_ethnicity_and_religion_are_sensitive(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(
      fixture_number(fixture,
                     "SELECT COUNT(*) FROM column_class WHERE module = 'register' AND class = 'sensitive' AND "
                     "((table_name = 'person' AND column_name IN ('ethnic', 'religion')) OR (table_name = "
                     "'person_conviction' AND column_name = 'crime') OR (table_name = 'person_category' AND "
                     "column_name = 'category'))"),
      4);
  assert_int_equal(
      fixture_number(fixture,
                     "SELECT COUNT(*) FROM column_class WHERE module = 'register' AND class = 'public' AND "
                     "table_name LIKE 'person%' AND column_name NOT IN ('person_id', 'ordinal', 'number', "
                     "'units_on')"),
      0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_conviction_is_active_until_the_day_it_is_expunged),
      TEST(bans_run_from_their_decision_to_their_end),
      TEST(child_and_elderly_come_from_the_birth_date),
      TEST(criminal_records_go_from_justice_to_police_on_1_march_2025),
      TEST(every_province_has_its_agencies_at_every_time),
      TEST(a_post_is_held_between_its_dates),
      TEST(convictions_ethnicity_and_religion_are_sensitive),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
