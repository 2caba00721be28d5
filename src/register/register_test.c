/* People, families and residence in a register with a few people. */
#include "register/acts_test.h"

static void keeps_a_person_in_nfc_and_finds_them_by_pin(void **state) {
  struct fixture *fixture = *state;
  struct register_person person = person_of("001093047064", "  Nguye\xCC\x82\xCC\x83n  Va\xCC\x86n An ", "1993-01-05");
  person.religion = S("Công giáo");
  assert_ok(add(fixture, &person, 0, NONE));
  struct db_tx *tx CLEANUP(db_read_end) = reading(fixture);
  int64_t found = 0;
  struct register_person loaded;
  assert_ok(register_person_find(tx, S("001093047064"), &found));
  assert_int_equal(found, person.person_id);
  assert_ok(register_person_load(tx, &fixture->arena, found, &loaded));
  assert_true(slice_is(loaded.name, "Nguyễn Văn An"));
  assert_true(slice_is(loaded.pin, "001093047064"));
  assert_true(slice_is(loaded.religion, "Công giáo"));
  assert_int_equal(loaded.birth.day, 5);
  assert_int_equal(register_person_age(&loaded, day("2011-01-04")), 17);
  assert_int_equal(register_person_age(&loaded, day("2011-01-05")), 18);
  assert_code(register_person_find(tx, S("001093047065"), &found), REGISTER_PERSON_UNKNOWN);
  assert_code(register_person_find(tx, S("00109304706"), &found), REGISTER_PIN_SYNTAX);
  assert_code(register_person_load(tx, &fixture->arena, 1, &loaded), REGISTER_PERSON_UNKNOWN);
  /* The act is in the ledger, about that person. */
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM ledger_person"), 1);
}

static void numbers_are_in_order_of_time(void **state) {
  struct fixture *fixture = *state;
  int64_t before = register_person_id_new(&fixture->env);
  assert_true(before > 0);
  assert_int_equal((before >> 22) + 1577836800000, clock_now_ms(&fixture->clock));
  clock_fixed_set(&fixture->clock, clock_now_ms(&fixture->clock) + 1);
  assert_true(register_person_id_new(&fixture->env) > before);
}

static void rejects_a_pin_given_twice(void **state) {
  struct fixture *fixture = *state;
  (void)added(fixture, "001093047064", "Nguyễn Văn An", "1993");
  struct register_person second = person_of("001093047064", "Trần Văn Bình", "1993");
  assert_code(add(fixture, &second, 0, NONE), REGISTER_PIN_TAKEN);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM person"), 1);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM ledger_entry"), 1);
}

static void a_cancelled_pin_is_refused_and_never_given_again(void **state) {
  struct fixture *fixture = *state;
  struct register_person person = person_of("001093047064", "Nguyễn Văn An", "1993");
  assert_ok(add(fixture, &person, 0, NONE));
  assert_code(replace(fixture, &person, 0, S("001193047064")), REGISTER_PIN_SEX);
  assert_code(replace(fixture, &person, 0, S("001093047064")), REGISTER_PIN_TAKEN);
  assert_ok(replace(fixture, &person, 0, S("001093000001")));
  struct db_tx *tx CLEANUP(db_read_end) = reading(fixture);
  int64_t found = 0;
  assert_code(register_person_find(tx, S("001093047064"), &found), REGISTER_PIN_CANCELLED);
  assert_ok(register_person_find(tx, S("001093000001"), &found));
  assert_int_equal(found, person.person_id); /* the same person under another PIN */
  struct register_person other = person_of("001093047064", "Lê Văn Cường", "1993");
  assert_code(add(fixture, &other, 0, NONE), REGISTER_PIN_TAKEN);
}

static void saves_what_may_change_and_not_the_pin(void **state) {
  struct fixture *fixture = *state;
  struct register_person person = person_of("001093047064", "Nguyễn Văn An", "1993");
  assert_ok(add(fixture, &person, 0, NONE));
  person.mobile = S("0912345678");
  person.name = S("Nguyễn Văn Ánh");
  assert_ok(save(fixture, &person, 0, NONE));
  struct db_tx *tx CLEANUP(db_read_end) = reading(fixture);
  struct register_person loaded;
  assert_ok(register_person_load(tx, &fixture->arena, person.person_id, &loaded));
  assert_true(slice_is(loaded.mobile, "0912345678"));
  struct register_query query = {.name = S("anh"), .today = day("2026-11-21")};
  struct register_person_list list;
  assert_ok(register_person_search(tx, &fixture->arena, &query, &list));
  assert_int_equal(list.count, 1);
  person.pin = S("001093000001");
  assert_code(save(fixture, &person, 0, NONE), REGISTER_PERSON_UNKNOWN);
  person.pin = S("001093047064");
  person.mobile = S("12");
  assert_code(save(fixture, &person, 0, NONE), REGISTER_MOBILE_SYNTAX);
}

static void searches_without_diacritics_by_any_word(void **state) {
  struct fixture *fixture = *state;
  static const struct {
    const char *pin, *name, *birth;
  } people[] = {
      {"001093000001", "Nguyễn Văn Đức", "1993-01-05"},   {"001193000002", "Đỗ Thị Thu Hà", "1993-03-01"},
      {"001093000003", "Nguyễn Đình Dũng", "1993-07-07"}, {"046170000004", "Tôn Nữ Thị Ngọc Hạnh Dung", "1970"},
      {"001093000005", "Nguyên Van Duc", "1993"},
  };
  for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
    (void)added(fixture, people[i].pin, people[i].name, people[i].birth);
  }
  static const struct {
    const char *query;
    bool exact;
    size_t count;
  } cases[] = {
      {"nguyen", false, 3},
      {"NGUYỄN VĂN ĐỨC", false, 2},
      {"nguyễn văn đức", true, 0}, /* exact: letter by letter */
      {"Nguyễn Văn Đức", true, 1},
      {"duc", false, 2},
      {"đức", false, 2},
      {"do", false, 1},
      {"đỗ", false, 1},
      {"thi", false, 2},
      {"thu ha", false, 1},
      {"ha thu", false, 1},
      {"dung nguyen", false, 1},
      {"dung", false, 2},
      {"dinh d", false, 1},
      {"ngoc", false, 1},
      {"ton nu", false, 1},
      {"hanh dung", false, 1},
      {"nguyen ha", false, 0},
      {"xuan", false, 0},
      {"%", false, 99},
      {"n", false, 99},
      {"", false, 99},
      {"1234", false, 99},
  };
  struct db_tx *tx CLEANUP(db_read_end) = reading(fixture);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct register_query query = {
        .name = slice_str(cases[i].query), .exact = cases[i].exact, .today = day("2026-11-21")};
    struct register_person_list list = {0};
    result searched = register_person_search(tx, &fixture->arena, &query, &list);
    if (cases[i].count == 99) {
      assert_code(searched, REGISTER_QUERY_SYNTAX);
      continue;
    }
    assert_ok(searched);
    if (list.count != cases[i].count) {
      fail_msg("\"%s\" finds %zu, not %zu", cases[i].query, list.count, cases[i].count);
    }
  }
  struct register_query query = {.name = S("nguyen"), .birth = {1993, 1, 0}, .today = day("2026-11-21")};
  struct register_person_list list = {0};
  assert_ok(register_person_search(tx, &fixture->arena, &query, &list));
  assert_int_equal(list.count, 1);
  query = (struct register_query){.name = S("nguyen"), .limit = 2, .today = day("2026-11-21")};
  assert_ok(register_person_search(tx, &fixture->arena, &query, &list));
  assert_int_equal(list.count, 2);
  assert_true(list.more);
}

/* ---- family ---- */

/* The numbers alone are those of the relations, in whatever order, without who is known by name only. */
static size_t kin_known(struct fixture *fixture, struct db_tx *tx, int64_t person_id, int32_t on) {
  struct register_relation_list list;
  struct register_person_ids ids;
  size_t found = 0;
  assert_ok(register_relations_load(tx, &fixture->arena, person_id, on, &list));
  assert_ok(register_kin_ids(tx, &fixture->arena, person_id, on, &ids));
  for (size_t i = 0; i < list.count; i++) {
    for (size_t j = 0; j < ids.count; j++) {
      found += list.items[i].related_person_id == ids.items[j];
    }
  }
  assert_int_equal(found, ids.count);
  return ids.count;
}

static void reads_a_family_from_every_side(void **state) {
  struct fixture *fixture = *state;
  int64_t father = added(fixture, "001080000001", "Nguyễn Văn An", "1980-01-01");
  int64_t mother = added(fixture, "001182000002", "Trần Thị Bình", "1982-01-01");
  int64_t child = added(fixture, "001210000003", "Nguyễn Gia Khang", "2010-06-01");
  int32_t born = day("2010-06-01");
  struct register_relation marriage = {.person_id = father,
                                       .kind = REGISTER_SPOUSE,
                                       .related_person_id = mother,
                                       .from = day("2008-01-01"),
                                       .to = REGISTER_OPEN};
  struct register_relation of_father = {
      .person_id = child, .kind = REGISTER_FATHER, .related_person_id = father, .from = born, .to = REGISTER_OPEN};
  struct register_relation of_mother = {
      .person_id = child, .kind = REGISTER_MOTHER, .related_person_id = mother, .from = born, .to = REGISTER_OPEN};
  struct register_relation grandfather = {.person_id = father,
                                          .kind = REGISTER_FATHER,
                                          .name = S("Nguyễn Văn Cả"),
                                          .birth = {1950, 0, 0},
                                          .from = day("1980-01-01"),
                                          .to = REGISTER_OPEN};
  assert_ok(relate(fixture, &marriage, 0, NONE));
  assert_ok(relate(fixture, &of_father, 0, NONE));
  assert_ok(relate(fixture, &of_mother, 0, NONE));
  assert_ok(relate(fixture, &grandfather, 0, NONE));
  struct db_tx *tx = reading(fixture);
  struct register_relation_list list;
  int32_t today = day("2026-11-21");
  assert_ok(register_relations_load(tx, &fixture->arena, father, today, &list));
  assert_int_equal(list.count, 3);
  assert_int_equal(list.items[0].kind, REGISTER_FATHER);
  assert_true(slice_is(list.items[0].name, "Nguyễn Văn Cả"));
  assert_int_equal(list.items[0].birth.year, 1950);
  assert_int_equal(list.items[1].kind, REGISTER_SPOUSE);
  assert_int_equal(list.items[1].related_person_id, mother);
  assert_int_equal(list.items[2].kind, REGISTER_CHILD);
  assert_true(slice_is(list.items[2].name, "Nguyễn Gia Khang"));
  assert_int_equal(kin_known(fixture, tx, father, today), 2); /* wife and child; his father has no number */
  assert_int_equal(kin_known(fixture, tx, child, today), 2);
  bool represents = false;
  assert_ok(register_represents(tx, mother, child, today, &represents));
  assert_true(represents);
  assert_ok(register_represents(tx, mother, child, day("2028-06-01"), &represents)); /* eighteen */
  assert_false(represents);
  assert_ok(register_represents(tx, mother, father, today, &represents));
  assert_false(represents);
  db_read_end(&tx);
  assert_ok(part(fixture, &marriage, day("2020-05-05"), NONE));
  tx = reading(fixture);
  assert_ok(register_relations_load(tx, &fixture->arena, mother, day("2020-05-05"), &list));
  assert_int_equal(list.count, 2);
  assert_ok(register_relations_load(tx, &fixture->arena, mother, day("2020-05-06"), &list));
  assert_int_equal(list.count, 1);
  assert_int_equal(kin_known(fixture, tx, mother, day("2020-05-05")), 2);
  assert_int_equal(kin_known(fixture, tx, mother, day("2020-05-06")), 1);
  db_read_end(&tx);
  assert_code(part(fixture, &marriage, day("2021-01-01"), NONE), REGISTER_RELATION_WRONG);
  assert_code(part(fixture, &of_father, day("2021-01-01"), NONE), REGISTER_RELATION_WRONG);
}

static void rejects_relations_that_cannot_be(void **state) {
  struct fixture *fixture = *state;
  int64_t old = added(fixture, "001080000001", "Nguyễn Văn An", "1980");
  int64_t young = added(fixture, "001210000003", "Nguyễn Gia Khang", "2010");
  int32_t on = day("2012-01-01");
  struct register_relation cases[] = {
      {.person_id = old, .kind = REGISTER_FATHER, .related_person_id = young, .from = on, .to = REGISTER_OPEN},
      {.person_id = old, .kind = REGISTER_SPOUSE, .related_person_id = old, .from = on, .to = REGISTER_OPEN},
      {.person_id = old, .kind = REGISTER_CHILD, .related_person_id = young, .from = on, .to = REGISTER_OPEN},
      {.person_id = old, .kind = REGISTER_WARD, .related_person_id = young, .from = on, .to = REGISTER_OPEN},
      {.person_id = young, .kind = REGISTER_FATHER, .from = on, .to = REGISTER_OPEN},
      {.person_id = young,
       .kind = REGISTER_MOTHER,
       .name = S("X Y"),
       .birth = {2015, 0, 0},
       .from = on,
       .to = REGISTER_OPEN},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_code(relate(fixture, &cases[i], 0, NONE), REGISTER_RELATION_WRONG);
  }
  struct register_relation backwards = {
      .person_id = young, .kind = REGISTER_GUARDIAN, .related_person_id = old, .from = on, .to = on - 1};
  assert_code(relate(fixture, &backwards, 0, NONE), REGISTER_DATES_WRONG);
  struct register_relation nobody = {
      .person_id = 77, .kind = REGISTER_GUARDIAN, .related_person_id = old, .from = on, .to = on};
  assert_code(relate(fixture, &nobody, 0, NONE), REGISTER_PERSON_UNKNOWN);
  struct register_relation father = {
      .person_id = young, .kind = REGISTER_FATHER, .related_person_id = old, .from = on, .to = REGISTER_OPEN};
  assert_ok(relate(fixture, &father, 0, NONE));
  assert_code(relate(fixture, &father, 0, NONE), REGISTER_RELATION_WRONG); /* a second father */
}

static void a_guardian_represents_a_ward_while_it_lasts(void **state) {
  struct fixture *fixture = *state;
  int64_t guardian = added(fixture, "001160000001", "Trần Thị Lan", "1960");
  int64_t ward = added(fixture, "001090000003", "Trần Văn Nam", "1990"); /* of age, without capacity */
  struct register_relation relation = {.person_id = ward,
                                       .kind = REGISTER_GUARDIAN,
                                       .related_person_id = guardian,
                                       .from = day("2015-01-01"),
                                       .to = REGISTER_OPEN};
  assert_ok(relate(fixture, &relation, 0, NONE));
  assert_ok(part(fixture, &relation, day("2026-01-31"), NONE));
  struct db_tx *tx CLEANUP(db_read_end) = reading(fixture);
  static const struct {
    const char *on;
    bool represents;
  } cases[] = {{"2014-12-31", false}, {"2015-01-01", true}, {"2026-01-31", true}, {"2026-02-01", false}};
  for (size_t i = 0; i < 4; i++) {
    bool represents = false;
    assert_ok(register_represents(tx, guardian, ward, day(cases[i].on), &represents));
    assert_int_equal(represents, cases[i].represents);
    assert_ok(register_represents(tx, ward, guardian, day(cases[i].on), &represents));
    assert_false(represents);
  }
}

/* ---- residence ---- */

static void residence_is_dated_and_old_codes_lead_to_new_provinces(void **state) {
  struct fixture *fixture = *state;
  int64_t person = added(fixture, "001093047064", "Nguyễn Văn An", "1993");
  struct register_residence first = {.person_id = person,
                                     .kind = REGISTER_PERMANENT,
                                     .province = S("15"),
                                     .commune = S("04252"),
                                     .address = S("Tổ 3"),
                                     .from = day("2010-01-01"),
                                     .to = REGISTER_OPEN};
  int32_t before = day("2025-06-30");
  struct register_commune_list yen_bai = register_communes_of_province(S("15"), before);
  first.commune = slice_str(yen_bai.items[0].code);
  assert_ok(move(fixture, &first, 0, NONE));
  struct register_residence second = {.person_id = person,
                                      .kind = REGISTER_PERMANENT,
                                      .province = S("01"),
                                      .commune = S("00070"),
                                      .address = S("12 phố Hàng Bạc"),
                                      .from = day("2026-01-15"),
                                      .to = REGISTER_OPEN};
  struct db_tx *tx = reading(fixture);
  struct slice province;
  assert_ok(register_residence_province(tx, &fixture->arena, person, before, &province));
  assert_true(slice_is(province, "15"));
  db_read_end(&tx);
  assert_ok(move(fixture, &second, 0, NONE));
  tx = reading(fixture);
  struct register_residence found;
  assert_ok(register_residence_find(
      tx, &fixture->arena, &(struct register_residence_key){person, REGISTER_PERMANENT, day("2026-01-14")}, &found));
  assert_int_equal(found.to, day("2026-01-14"));
  assert_true(slice_is(found.commune_name, yen_bai.items[0].name));
  assert_true(slice_ends(register_residence_write(&fixture->arena, &found, before), S("Tỉnh Yên Bái")));
  assert_ok(register_residence_province(tx, &fixture->arena, person, day("2026-01-14"), &province));
  assert_true(slice_is(province, "15")); /* now Lào Cai's */
  assert_ok(register_residence_find(
      tx, &fixture->arena, &(struct register_residence_key){person, REGISTER_PERMANENT, day("2026-01-15")}, &found));
  assert_true(slice_is(register_residence_write(&fixture->arena, &found, day("2026-01-15")),
                       "12 phố Hàng Bạc, Phường Hoàn Kiếm, Thành phố Hà Nội"));
  assert_code(
      register_residence_find(tx, &fixture->arena,
                              &(struct register_residence_key){person, REGISTER_PERMANENT, day("2009-12-31")}, &found),
      REGISTER_RESIDENCE_UNKNOWN);
  assert_code(
      register_residence_find(tx, &fixture->arena,
                              &(struct register_residence_key){person, REGISTER_TEMPORARY, day("2026-01-15")}, &found),
      REGISTER_RESIDENCE_UNKNOWN);
  struct register_residence_list list;
  assert_ok(register_residences_load(tx, &fixture->arena, person, &list));
  assert_int_equal(list.count, 2);
  db_read_end(&tx);
}

static void rejects_residence_where_there_is_no_such_commune(void **state) {
  struct fixture *fixture = *state;
  int64_t person = added(fixture, "001093047064", "Nguyễn Văn An", "1993");
  struct register_residence sound = {.person_id = person,
                                     .kind = REGISTER_PERMANENT,
                                     .province = S("01"),
                                     .commune = S("00070"),
                                     .from = day("2026-01-15"),
                                     .to = REGISTER_OPEN};
  struct register_residence each = sound;
  each.commune = S("00001"); /* gone since 2025-07-01 */
  assert_code(move(fixture, &each, 0, NONE), REGISTER_COMMUNE_UNKNOWN);
  each = sound;
  each.province = S("46"); /* another province's commune */
  assert_code(move(fixture, &each, 0, NONE), REGISTER_COMMUNE_UNKNOWN);
  each = sound;
  each.province = S("10"); /* no province any more */
  assert_code(move(fixture, &each, 0, NONE), REGISTER_PROVINCE_UNKNOWN);
  each = sound;
  each.person_id = 77;
  assert_code(move(fixture, &each, 0, NONE), REGISTER_PERSON_UNKNOWN);
  assert_ok(move(fixture, &sound, 0, NONE));
  each = sound;
  each.from = day("2025-12-01"); /* before what is recorded */
  assert_code(move(fixture, &each, 0, NONE), REGISTER_DATES_WRONG);
  /* A commune that had no code keeps its name. */
  each = (struct register_residence){.person_id = person,
                                     .kind = REGISTER_TEMPORARY,
                                     .province = S("79"),
                                     .commune_name = S("Phường 24"),
                                     .district_name = S("Quận Bình Thạnh"),
                                     .from = day("2022-01-01"),
                                     .to = day("2023-01-01")};
  assert_ok(move(fixture, &each, 0, NONE));
  struct db_tx *tx CLEANUP(db_read_end) = reading(fixture);
  struct register_residence found;
  assert_ok(register_residence_find(
      tx, &fixture->arena, &(struct register_residence_key){person, REGISTER_TEMPORARY, day("2022-06-01")}, &found));
  assert_true(slice_is(found.commune_name, "Phường 24"));
  assert_int_equal(found.commune.len, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(keeps_a_person_in_nfc_and_finds_them_by_pin),
      TEST(numbers_are_in_order_of_time),
      TEST(rejects_a_pin_given_twice),
      TEST(a_cancelled_pin_is_refused_and_never_given_again),
      TEST(saves_what_may_change_and_not_the_pin),
      TEST(searches_without_diacritics_by_any_word),
      TEST(reads_a_family_from_every_side),
      TEST(rejects_relations_that_cannot_be),
      TEST(a_guardian_represents_a_ward_while_it_lasts),
      TEST(residence_is_dated_and_old_codes_lead_to_new_provinces),
      TEST(rejects_residence_where_there_is_no_such_commune),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
