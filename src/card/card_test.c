#include "card/card.h"

#include "base/clock.h"
#include "base/unit_test.h"

static struct arena arena;
static int set_up(void **state) {
  (void)state;
  arena_init(&arena);
  return 0;
}
static int tear_down(void **state) {
  (void)state;
  arena_free(&arena);
  return 0;
}

/* 2026-11-22 */
static int32_t today(void) { return clock_date_from((struct civil_date){2026, 11, 22}); }

#define OUR_1 "IDVNM0930470641001093047064<<2"
#define OUR_2 "9301054M3301052VNM<<<<<<<<<<<8"
#define OUR_3 "UNG<<HOANG<HIEP<<<<<<<<<<<<<<<"
#define OUR OUR_1 "\n" OUR_2 "\n" OUR_3

/* [ICAO 9303-5 4.2] the published specimen: UTO, ANNA MARIA ERIKSSON */
#define UTOPIA "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
/* [ICAO 9303-11 D.2] a document number of twelve places, as part 5 writes it */
#define LONG "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"

static void reads_the_vietnamese_card(void **state) {
  (void)state;
  struct card_mrz mrz;
  struct card_fault fault;
  assert_ok(card_mrz_parse(&arena, S(OUR), today(), &mrz, &fault));
  assert_true(slice_is(mrz.pin, "001093047064") && slice_is(mrz.number, "093047064"));
  assert_true(mrz.birth.year == 1993 && mrz.birth.month == 1 && mrz.birth.day == 5 && mrz.sex == CARD_MALE);
  assert_int_equal(mrz.expires, clock_date_from((struct civil_date){2033, 1, 5}));
  assert_true(slice_is(mrz.surname, "UNG") && slice_is(mrz.given, "HOANG HIEP") && !mrz.name_may_be_cut);
  assert_int_equal(card_mrz_name_compare(&arena, &mrz, S("Ung Hoàng Hiệp")), CARD_SAME);
  assert_int_equal(card_mrz_name_compare(&arena, &mrz, S("Ung Hoàng Hiếu")), CARD_DIFFERENT);
}

static void what_is_read_is_written_again(void **state) {
  (void)state;
  static const char *const zones[] = {OUR, UTOPIA, LONG,
                                      /* a woman of 1950, whose card has no limit */
                                      "IDVNM1500012340001150001234<<1\n5002032F9912315VNM<<<<<<<<<<<0\nNGUYEN<<THI<DAO<<<<<<<<<<<<<<<"};
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
    struct card_mrz mrz;
    struct card_fault fault = {0};
    struct slice again;
    result read = card_mrz_parse(&arena, slice_str(zones[i]), today(), &mrz, &fault);
    if (!is_ok(read)) {
      fail_msg("zone %zu: %s", i, fault_last()->detail);
    }
    assert_ok(card_mrz_write(&arena, &mrz, &again));
    assert_true(slice_is(again, zones[i]));
  }
}

static void refuses_at_the_field(void **state) {
  (void)state;
  static const struct {
    const char *zone;
    enum card_field field;
    uint16_t code;
  } cases[] = {
      {OUR_1 "\n" OUR_2, CARD_WHOLE, CARD_LENGTH},
      {OUR_1 "<\n" OUR_2 "\n" OUR_3, CARD_WHOLE, CARD_LENGTH},
      {"idVNM0930470641001093047064<<2\n" OUR_2 "\n" OUR_3, CARD_WHOLE, CARD_CHARACTER},
      {"PDVNM0930470641001093047064<<2\n" OUR_2 "\n" OUR_3, CARD_DOCUMENT, CARD_VALUE},
      {"ID<NM0930470641001093047064<<2\n" OUR_2 "\n" OUR_3, CARD_STATE, CARD_VALUE},
      {"IDVNM0930470642001093047064<<2\n" OUR_2 "\n" OUR_3, CARD_NUMBER, CARD_CHECK},
      {"IDVNM0930470641001093047064<<3\n" OUR_2 "\n" OUR_3, CARD_PIN, CARD_CHECK},
      {"IDVNM0930470641001093047074<<5\n" OUR_2 "\n" OUR_3, CARD_NUMBER, CARD_DIFFERS},
      {OUR_1 "\n9301055M3301052VNM<<<<<<<<<<<8\n" OUR_3, CARD_BIRTH, CARD_CHECK},
      {OUR_1 "\n9313053M3301052VNM<<<<<<<<<<<8\n" OUR_3, CARD_BIRTH, CARD_CHECK},
      {OUR_1 "\n9302304M3301052VNM<<<<<<<<<<<8\n" OUR_3, CARD_BIRTH, CARD_CHECK},
      {OUR_1 "\n9401055M3301052VNM<<<<<<<<<<<8\n" OUR_3, CARD_BIRTH, CARD_CHECK},
      {OUR_1 "\n9301054F3301052VNM<<<<<<<<<<<8\n" OUR_3, CARD_SEX, CARD_DIFFERS},
      {OUR_1 "\n9301054X3301052VNM<<<<<<<<<<<8\n" OUR_3, CARD_SEX, CARD_VALUE},
      {OUR_1 "\n9301054M3301053VNM<<<<<<<<<<<8\n" OUR_3, CARD_EXPIRY, CARD_CHECK},
      {OUR_1 "\n9301054M3301052VNM<<<<<<<<<<<7\n" OUR_3, CARD_COMPOSITE, CARD_CHECK},
      {OUR "\n" OUR_3, CARD_WHOLE, CARD_LENGTH},
      {OUR_1 "\n" OUR_2 "\nUNG<<HOANG<HIEP5<<<<<<<<<<<<<<", CARD_NAME, CARD_CHARACTER},
      {OUR_1 "\n" OUR_2 "\n<UNG<<HOANG<HIEP<<<<<<<<<<<<<<", CARD_NAME, CARD_VALUE},
      {OUR_1 "\n" OUR_2 "\nUNG<<HOANG<<HIEP<<<<<<<<<<<<<<", CARD_NAME, CARD_VALUE},
      {OUR_1 "\n" OUR_2 "\nUNG<<<HOANG<HIEP<<<<<<<<<<<<<<", CARD_NAME, CARD_VALUE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct card_mrz mrz;
    struct card_fault fault = {0};
    result read = card_mrz_parse(&arena, slice_str(cases[i].zone), today(), &mrz, &fault);
    if (!is_code(read, cases[i].code) || fault.field != cases[i].field || fault.code != cases[i].code) {
      fail_msg("zone %zu: code %u at %s", i, read.code, card_field_name(fault.field));
    }
  }
}

/* Every one of the ninety characters matters: changed in any way, the zone is another card's or none. */
static void no_single_change_reads_as_the_same_card(void **state) {
  (void)state;
  struct card_mrz whole;
  struct card_fault fault;
  assert_ok(card_mrz_parse(&arena, S(OUR), today(), &whole, &fault));
  for (size_t at = 0; at < sizeof OUR - 1; at++) {
    char zone[] = OUR;
    struct card_mrz other;
    for (const char *c = "0123456789<AMZ"; *c && zone[at] != '\n'; c++) {
      zone[at] = *c;
      result read = *c == OUR[at] ? (result){1} : card_mrz_parse(&arena, slice_str(zone), today(), &other, &fault);
      bool same = is_ok(read) && slice_eq(other.pin, whole.pin) && other.expires == whole.expires && slice_eq(other.surname, whole.surname) &&
                  slice_eq(other.given, whole.given) && slice_eq(other.document, whole.document);
      assert_false(same);
    }
  }
}

/* [ICAO 9303-3 4.8] what nobody knows of a birth date is filled */
static void unknown_parts_of_a_birth_date(void **state) {
  (void)state;
  static const struct card_date births[] = {{1950, 0, 0}, {1950, 2, 0}, {0, 0, 0}, {1950, 2, 3}};
  for (size_t i = 0; i < sizeof births / sizeof *births; i++) {
    struct card_mrz mrz = {.document = S("ID"), .state = S("VNM"), .nationality = S("VNM"), .number = S("150001234"), .pin = S("001150001234"),
                           .birth = births[i], .sex = CARD_FEMALE, .expires = CARD_NO_LIMIT, .surname = S("Nguyễn"), .given = S("Thị Đào")};
    struct slice zone;
    struct card_fault fault = {0};
    struct card_mrz again;
    assert_ok(card_mrz_write(&arena, &mrz, &zone));
    assert_ok(card_mrz_parse(&arena, zone, today(), &again, &fault));
    assert_memory_equal(&again.birth, &births[i], sizeof births[i]);
    assert_int_equal(again.expires, CARD_NO_LIMIT);
    assert_int_equal(card_mrz_name_compare(&arena, &again, S("nguyễn thị ĐÀO")), CARD_SAME);
  }
}

/* [ICAO 9303-5 4.2.4] a name that does not fit ends in a letter, and something of the given names stays */
static void long_names_are_cut(void **state) {
  (void)state;
  static const struct {
    const char *surname, *given, *line;
  } cases[] = {
      {"Nguyễn", "Hoàng Khánh Phương Thảo Vy", "NGUYEN<<HOANG<KHANH<PHUONG<THA"},
      {"Nguyễn", "Hoàng Khánh Phương An Vi Vy", "NGUYEN<<HOANG<KHANH<PHUON<AN<V"},
      {"Papandropoulous-Konstantinopoulos", "Jonathon", "PAPANDROPOULO<KONSTANTINOPO<<J"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct card_mrz mrz = {.document = S("ID"), .state = S("VNM"), .nationality = S("VNM"), .number = S("150001234"), .pin = S("001150001234"),
                           .birth = {1950, 2, 3}, .sex = CARD_FEMALE, .expires = CARD_NO_LIMIT, .surname = slice_str(cases[i].surname),
                           .given = slice_str(cases[i].given)};
    struct slice zone;
    struct card_fault fault = {0};
    struct card_mrz again;
    assert_ok(card_mrz_write(&arena, &mrz, &zone));
    if (!slice_is(slice_from(zone, 62), cases[i].line)) {
      fail_msg("%.*s", SLICE_ARG(slice_from(zone, 62)));
    }
    assert_ok(card_mrz_parse(&arena, zone, today(), &again, &fault));
    assert_true(again.name_may_be_cut);
    struct slice whole = arena_printf(&arena, "%s %s", cases[i].surname, cases[i].given);
    assert_int_equal(card_mrz_name_compare(&arena, &again, whole), CARD_SAME_AS_FAR);
    assert_int_equal(card_mrz_name_compare(&arena, &again, S("Nguyễn Hoàng Khánh")), CARD_DIFFERENT);
  }
}

static void names_are_transliterated(void **state) {
  (void)state;
  static const struct {
    const char *name, *zone;
  } cases[] = {{"Đặng Thị Ngọc Ánh", "DANG THI NGOC ANH"}, {"Ưng Ơn Ăm Âu Êm Ôn", "UNG ON AM AU EM ON"}, {"  Trần   Đức ", "TRAN DUC"},
               {"Müller-Lüdenscheidt", "MUELLER LUEDENSCHEIDT"}, {"O'Connor", "OCONNOR"}, {"Strauß", "STRAUSS"}, {"Y Krông", "Y KRONG"},
               {"H’Hen Niê", "HHEN NIE"}};
  struct slice zone;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_ok(card_name_transliterate(&arena, slice_str(cases[i].name), &zone));
    if (!slice_is(zone, cases[i].zone)) {
      fail_msg("%s: %.*s", cases[i].name, SLICE_ARG(zone));
    }
  }
  assert_code(card_name_transliterate(&arena, S("阮文安"), &zone), CARD_CHARACTER);
  assert_code(card_name_transliterate(&arena, S("An 2"), &zone), CARD_CHARACTER);
}

static void names_are_compared(void **state) {
  (void)state;
  assert_int_equal(card_name_compare(&arena, S("NGUYỄN VĂN ĐỨC"), S("Nguyễn  Văn Đức")), CARD_SAME);
  assert_int_equal(card_name_compare(&arena, S("Nguye\xcc\x82\xcc\x83n Van"), S("Nguyễn Van")), CARD_SAME);
  assert_int_equal(card_name_compare(&arena, S("NGUYEN VAN DUC"), S("Nguyễn Văn Đức")), CARD_SAME_LETTERS);
  assert_int_equal(card_name_compare(&arena, S("Hòa"), S("Hoà")), CARD_SAME_LETTERS); /* where the tone sits */
  assert_int_equal(card_name_compare(&arena, S("Nguyễn Văn Đức"), S("Nguyễn Văn Đực Anh")), CARD_DIFFERENT);
}

#define QR "001093047064|012345678|Ung Hoàng Hiệp|05011993|Nam|Số 5 phố Huế, Hà Nội|10052021"

static void reads_and_writes_the_qr(void **state) {
  (void)state;
  static const char *const texts[] = {QR, "001093047064||Ung Hoàng Hiệp|05011993|Nam|Số 5 phố Huế, Hà Nội|10052021",
                                      QR "|con của||mới", "001150001234||Nguyễn Thị Đào|00001950|Nữ|Huế|10052021"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct card_qr qr;
    struct card_fault fault = {0};
    struct slice again;
    assert_ok(card_qr_parse(&arena, slice_str(texts[i]), &qr, &fault));
    assert_ok(card_qr_write(&arena, &qr, &again));
    assert_true(slice_is(again, texts[i]));
  }
}

static void refuses_a_qr_at_the_field(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum card_field field;
    uint16_t code;
  } cases[] = {
      {"001093047064|012345678|Ung Hoàng Hiệp|05011993|Nam|Hà Nội", CARD_WHOLE, CARD_FIELDS},
      {"https://example.invalid/", CARD_WHOLE, CARD_FIELDS},
      {QR "||||||||||", CARD_WHOLE, CARD_FIELDS},
      {"00109304706||Ung Hoàng Hiệp|05011993|Nam|Hà Nội|10052021", CARD_PIN, CARD_CHARACTER},
      {"001093047064|1234|Ung Hoàng Hiệp|05011993|Nam|Hà Nội|10052021", CARD_OLD_NUMBER, CARD_VALUE},
      {"001093047064||  |05011993|Nam|Hà Nội|10052021", CARD_NAME, CARD_VALUE},
      {"001093047064||Ung\tHoàng|05011993|Nam|Hà Nội|10052021", CARD_NAME, CARD_VALUE},
      {"001093047064||Ung Hoàng Hiệp|31021993|Nam|Hà Nội|10052021", CARD_BIRTH, CARD_VALUE},
      {"001093047064||Ung Hoàng Hiệp|05011994|Nam|Hà Nội|10052021", CARD_BIRTH, CARD_DIFFERS},
      {"001093047064||Ung Hoàng Hiệp|05011993|Nữ|Hà Nội|10052021", CARD_SEX, CARD_DIFFERS},
      {"001093047064||Ung Hoàng Hiệp|05011993|M|Hà Nội|10052021", CARD_SEX, CARD_VALUE},
      {"001093047064||Ung Hoàng Hiệp|05011993|Nam||10052021", CARD_ADDRESS, CARD_VALUE},
      {"001093047064||Ung Hoàng Hiệp|05011993|Nam|Hà Nội|10051992", CARD_ISSUED, CARD_VALUE},
      {"001093047064||Ung Hoàng Hiệp|05011993|Nam|Hà Nội|1005202", CARD_ISSUED, CARD_VALUE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct card_qr qr;
    struct card_fault fault = {0};
    result read = card_qr_parse(&arena, slice_str(cases[i].text), &qr, &fault);
    if (!is_code(read, cases[i].code) || fault.field != cases[i].field) {
      fail_msg("text %zu: code %u at %s", i, read.code, card_field_name(fault.field));
    }
  }
}

/* [Decree 137/2015 Art 13] */
static void the_number_agrees_with_sex_and_year(void **state) {
  (void)state;
  struct card_fault fault = {0};
  assert_ok(card_pin_check(S("001093047064"), CARD_MALE, 1993, &fault));
  assert_ok(card_pin_check(S("001304047064"), CARD_FEMALE, 2004, &fault));
  assert_code(card_pin_check(S("001093047064"), CARD_FEMALE, 1993, &fault), CARD_DIFFERS);
  assert_int_equal(fault.field, CARD_SEX);
  assert_code(card_pin_check(S("001093047064"), CARD_MALE, 2093, &fault), CARD_DIFFERS);
  assert_int_equal(fault.field, CARD_BIRTH);
  assert_code(card_pin_check(S("00109304706x"), CARD_MALE, 1993, &fault), CARD_CHARACTER);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      CASE(reads_the_vietnamese_card),
      CASE(what_is_read_is_written_again),
      CASE(refuses_at_the_field),
      CASE(no_single_change_reads_as_the_same_card),
      CASE(unknown_parts_of_a_birth_date),
      CASE(long_names_are_cut),
      CASE(names_are_transliterated),
      CASE(names_are_compared),
      CASE(reads_and_writes_the_qr),
      CASE(refuses_a_qr_at_the_field),
      CASE(the_number_agrees_with_sex_and_year),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
