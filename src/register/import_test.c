/* Imports: what goes in, and every way a row is refused, with line, field and reason. */
#include "crypto/digest.h"
#include "register/fixture_test.h"

struct text_source {
  struct slice left;
  size_t chunk; /* bytes a read */
  bool fails;
  struct {
    int64_t line;
    char field[40];
    char reason[40];
  } refused[64];
  size_t refused_count;
  int64_t progressed;
  struct slice whole; /* of a file: what seek goes to */
  int stop_at;        /* asked for the how manieth time it says stop; 0: never */
  int stops_asked;
  int64_t resumed_line;
  bool is_settled;
};

static result text_read(void *context, uint8_t *bytes, size_t len, size_t *ret_len) {
  struct text_source *source = context;
  if (source->fails && source->left.len == 0) {
    FAIL(REGISTER_SOURCE_FAILED, "the disk is gone");
  }
  size_t take = len < source->chunk ? len : source->chunk;
  struct slice part = slice_sub(source->left, 0, take);
  if (part.len > 0) {
    memcpy(bytes, part.ptr, part.len);
  }
  source->left = slice_from(source->left, part.len);
  *ret_len = part.len;
  return OK;
}

static void text_refused(void *context, const struct register_refused_row *row) {
  struct text_source *source = context;
  assert_true(source->refused_count < 64);
  source->refused[source->refused_count].line = row->line;
  (void)snprintf(source->refused[source->refused_count].field, 40, "%s", row->field);
  (void)snprintf(source->refused[source->refused_count].reason, 40, "%s", row->reason);
  source->refused_count++;
}

static void text_progress(void *context, int64_t bytes_read, int64_t rows_done) {
  (void)bytes_read;
  ((struct text_source *)context)->progressed = rows_done;
}

static void text_resumed(void *context, int64_t line, int64_t rows_done) {
  (void)rows_done;
  ((struct text_source *)context)->resumed_line = line;
}

static bool text_stops(void *context) {
  struct text_source *source = context;
  return ++source->stops_asked == source->stop_at;
}

static result text_seek(void *context, int64_t at_byte) {
  struct text_source *source = context;
  source->left = slice_from(source->whole, (size_t)at_byte);
  return OK;
}

static result text_settle(void *context) {
  ((struct text_source *)context)->is_settled = true;
  return OK;
}

static result import_text(struct fixture *fixture, struct text_source *source, enum register_import_format format,
                          struct register_import_counts *ret_counts) {
  source->chunk = source->chunk ? source->chunk : 7; /* no border of a read is a border of a row */
  struct register_import_options options = {.format = format,
                                            .read = text_read,
                                            .refused = text_refused,
                                            .progress = text_progress,
                                            .context = source,
                                            .act = &fixture->act};
  *ret_counts = (struct register_import_counts){0};
  return register_import(&fixture->env, &options, ret_counts);
}

/* The same from a file that can be gone on with. */
static result import_file(struct fixture *fixture, struct text_source *source, bool is_anew, struct register_import_counts *ret_counts) {
  source->left = source->whole;
  source->chunk = 1 << 16;
  struct register_import_file file = {.path = S("/srv/people.csv"), .is_anew = is_anew, .seek = text_seek};
  digest_sha256(source->whole, file.digest);
  struct register_import_options options = {.format = REGISTER_CSV,
                                            .file = &file,
                                            .read = text_read,
                                            .refused = text_refused,
                                            .progress = text_progress,
                                            .resumed = text_resumed,
                                            .stops = text_stops,
                                            .settle = text_settle,
                                            .context = source,
                                            .act = &fixture->act};
  return register_import(&fixture->env, &options, ret_counts);
}

#define SOUND "\"name\":\"Nguyễn Văn An\",\"sex\":\"male\",\"birth_date\":\"1993\""

static void loads_a_person_with_family_and_homes(void **state) {
  struct fixture *fixture = *state;
  struct register_import_counts counts;
  struct text_source source = {
      .left = S(
          "{\"pin\":\"001065000001\",\"name\":\"Nguyễn Văn Cả\",\"sex\":\"male\",\"birth_date\":\"1965\"}\n"
          "\n"
          "{\"pin\":\"001193000002\",\"name\":\"  Tra\xCC\x82\xCC\x80n  Thi\xCC\xA3 "
          "Bi\xCC\x80nh\",\"sex\":\"female\",\"birth_date\":\"1993-04\"}\r\n"
          "{\"pin\":\"001093000003\"," SOUND ",\"ethnic\":1,\"religion\":\"Công giáo\",\"birth_province\":\"01\","
          "\"card_number\":\"001093000003\",\"card_issued\":\"2021-05-01\",\"card_expires\":\"2033-01-01\",\"mobile\":"
          "\"0912345678\","
          "\"permanent_commune\":\"00070\",\"permanent_address\":\"12 phố Hàng Bạc\",\"permanent_from\":\"2020-02-02\","
          "\"temporary_commune\":\"19753\",\"temporary_address\":\"Phòng 3\",\"father_pin\":\"001065000001\","
          "\"mother_name\":\"Lê Thị "
          "Đào\",\"parents_birth_years\":\",1966\",\"spouse_pin\":\"001193000002\",\"married_on\":\"2018-08-08\"}")};
  assert_ok(import_text(fixture, &source, REGISTER_NDJSON, &counts));
  assert_int_equal(source.refused_count, 0);
  assert_int_equal(counts.added, 3);
  assert_int_equal(source.progressed, 3);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  int64_t person = 0;
  int64_t wife = 0;
  int32_t today = day("2026-11-21");
  struct register_person loaded;
  struct register_relation_list family;
  struct register_residence home;
  assert_ok(register_person_find(tx, S("001093000003"), &person));
  assert_ok(register_person_find(tx, S("001193000002"), &wife));
  assert_ok(register_person_load(tx, &fixture->arena, wife, &loaded));
  assert_true(slice_is(loaded.name, "Trần Thị Bình"));
  assert_int_equal(loaded.ethnic, 56);
  assert_ok(register_relations_load(tx, &fixture->arena, person, today, &family));
  assert_int_equal(family.count, 3);
  assert_true(slice_is(family.items[0].name, "Nguyễn Văn Cả"));
  assert_true(slice_is(family.items[1].name, "Lê Thị Đào"));
  assert_int_equal(family.items[1].birth.year, 1966);
  assert_int_equal(family.items[2].related_person_id, wife);
  assert_ok(register_relations_load(tx, &fixture->arena, wife, today, &family));
  assert_int_equal(family.items[0].related_person_id, person);
  assert_ok(register_residence_find(tx, &fixture->arena,
                                    &(struct register_residence_key){person, REGISTER_PERMANENT, today}, &home));
  assert_true(slice_is(home.commune_name, "Phường Hoàn Kiếm"));
  assert_int_equal(home.from, day("2020-02-02"));
  assert_ok(register_residence_find(tx, &fixture->arena,
                                    &(struct register_residence_key){person, REGISTER_TEMPORARY, today}, &home));
  assert_true(slice_is(home.province, "46"));
}

struct refusal {
  const char *row; /* after the pin, without braces; or the whole line when it does not begin with a comma */
  const char *field, *reason;
};
static const struct refusal REFUSALS[] = {
    {"{", "", "register.json_syntax"},
    {"[]", "", "register.json_syntax"},
    {"{\"pin\":\"1\",\"pin\":\"2\"}", "", "register.json_syntax"},
    {"\xff{}", "", "register.not_utf8"},
    {"{\"name\":\"A B\",\"sex\":\"male\",\"birth_date\":\"1993\"}", "pin", "register.field_missing"},
    {",\"sex\":\"male\",\"birth_date\":\"1993\"", "name", "register.field_missing"},
    {",\"name\":\"An\",\"birth_date\":\"1993\"", "sex", "register.field_missing"},
    {",\"name\":\"An\",\"sex\":\"male\",\"birth_date\":null", "birth_date", "register.field_missing"},
    {"," SOUND ",\"height\":\"170\"", "height", "register.unknown_field"},
    {"," SOUND ",\"religion\":[\"a\"]", "religion", "register.field_type"},
    {"," SOUND ",\"religion\":true", "religion", "register.field_type"},
    {",\"name\":\"N0\",\"sex\":\"male\",\"birth_date\":\"1993\"", "name", "register.name_syntax"},
    {",\"name\":\"An\\u0000\",\"sex\":\"male\",\"birth_date\":\"1993\"", "", "register.json_syntax"},
    {",\"name\":\"An\",\"sex\":\"m\",\"birth_date\":\"1993\"", "sex", "register.sex_syntax"},
    {",\"name\":\"An\",\"sex\":\"female\",\"birth_date\":\"1993\"", "pin", "register.pin_sex"},
    {",\"name\":\"An\",\"sex\":\"male\",\"birth_date\":\"1994\"", "pin", "register.pin_year"},
    {",\"name\":\"An\",\"sex\":\"male\",\"birth_date\":\"1993-02-29\"", "birth_date", "register.birth_syntax"},
    {"{\"pin\":\"00109300000\"," SOUND "}", "pin", "register.pin_syntax"},
    {"{\"pin\":\"003093000000\"," SOUND "}", "pin", "register.pin_province"},
    {"," SOUND ",\"birth_province\":\"99\"", "birth_province", "register.province_unknown"},
    {"," SOUND ",\"ethnic\":57", "ethnic", "register.ethnic_unknown"},
    {"," SOUND ",\"ethnic\":\"Kinh\"", "ethnic", "register.ethnic_unknown"},
    {"," SOUND ",\"nationality\":\"Vietnam\"", "nationality", "register.nationality_syntax"},
    {"," SOUND ",\"card_number\":\"001093000003\"", "card_number", "register.card_wrong"},
    {"," SOUND ",\"card_issued\":\"yesterday\"", "card_issued", "register.dates_wrong"},
    {"," SOUND ",\"mobile\":\"0912\"", "mobile", "register.mobile_syntax"},
    {"," SOUND ",\"died_on\":\"2030-01-01\"", "died_on", "register.dates_wrong"},
    {"," SOUND ",\"birth_place\":\"a\\u001bb\"", "birth_place", "register.text_syntax"},
    {"," SOUND ",\"permanent_commune\":\"00001\"", "permanent_commune", "register.commune_unknown"},
    {"," SOUND ",\"permanent_commune_name\":\"Phường 99\",\"permanent_province\":\"79\"", "permanent_commune_name",
     "register.commune_unknown"},
    {"," SOUND ",\"permanent_commune\":\"00070\",\"permanent_from\":\"2027-01-01\"", "permanent_from",
     "register.dates_wrong"},
    {"," SOUND ",\"temporary_commune\":\"x\"", "temporary_commune", "register.commune_unknown"},
    {"," SOUND ",\"father_pin\":\"12\"", "father_pin", "register.pin_syntax"},
    {"," SOUND ",\"father_pin\":\"001065999999\"", "father_pin", "register.person_unknown"},
    {"," SOUND ",\"mother_pin\":\"001065000001\"", "mother_pin", "register.relation_wrong"}, /* a man */
    {"," SOUND ",\"father_pin\":\"001003000009\"", "father_pin", "register.person_unknown"},
    {"," SOUND ",\"parents_birth_years\":\"1999\"", "parents_birth_years", "register.relation_wrong"},
    {"," SOUND ",\"married_on\":\"1990-01-01\"", "married_on", "register.dates_wrong"},
};

static void names_line_field_and_reason_of_each_bad_row(void **state) {
  struct fixture *fixture = *state;
  struct buf file;
  buf_init(&file, &fixture->arena, 16384);
  buf_append_str(&file,
                 "{\"pin\":\"001065000001\",\"name\":\"Nguyễn Văn Cả\",\"sex\":\"male\",\"birth_date\":\"1965\"}\n");
  size_t count = sizeof REFUSALS / sizeof *REFUSALS;
  for (size_t i = 0; i < count; i++) {
    if (REFUSALS[i].row[0] == ',') {
      buf_printf(&file, "{\"pin\":\"001093%06zu\"%s}\n", i, REFUSALS[i].row);
    } else {
      buf_printf(&file, "%s\n", REFUSALS[i].row);
    }
  }
  buf_append_str(&file, "{\"pin\":\"001093555555\"," SOUND "}\n{\"pin\":\"001093555555\"," SOUND "}\n");
  struct text_source source = {.left = buf_slice(&file)};
  struct register_import_counts counts;
  assert_ok(import_text(fixture, &source, REGISTER_NDJSON, &counts));
  for (size_t i = 0; i < count; i++) {
    if (source.refused[i].line != (int64_t)i + 2 || strcmp(source.refused[i].field, REFUSALS[i].field) != 0 ||
        strcmp(source.refused[i].reason, REFUSALS[i].reason) != 0) {
      fail_msg("row %zu (%s): line %lld field %s reason %s", i, REFUSALS[i].row, (long long)source.refused[i].line,
               source.refused[i].field, source.refused[i].reason);
    }
  }
  assert_int_equal(source.refused_count, count + 1); /* and the last, whose PIN stands in the row above */
  assert_string_equal(source.refused[count].reason, "register.pin_taken");
  assert_int_equal(counts.added, 2);
  assert_int_equal(counts.refused, (int64_t)count + 1);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM person"), 2);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM person_pin"), 2);
}

static void a_second_import_of_the_same_file_adds_nobody(void **state) {
  struct fixture *fixture = *state;
  struct buf file;
  buf_init(&file, &fixture->arena, 1 << 20);
  enum { PEOPLE = 17000 }; /* more than two batches */
  for (int i = 0; i < PEOPLE; i++) {
    buf_printf(&file, "{\"pin\":\"001093%06d\"," SOUND ",\"permanent_commune\":\"00070\"}\n", i);
  }
  struct register_import_counts counts;
  struct text_source source = {.left = buf_slice(&file), .chunk = 1 << 16};
  assert_ok(import_text(fixture, &source, REGISTER_NDJSON, &counts));
  assert_int_equal(counts.added, PEOPLE);
  assert_int_equal(counts.batches, 3);
  /* One ledger entry a batch. */
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM ledger_entry"), 3);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM person_residence"), PEOPLE);
  source =
      (struct text_source){.left = S("{\"pin\":\"001093000000\"," SOUND "}\n{\"pin\":\"001093016999\"," SOUND "}\n")};
  assert_ok(import_text(fixture, &source, REGISTER_NDJSON, &counts));
  assert_int_equal(counts.added, 0);
  assert_int_equal(source.refused_count, 2);
  assert_string_equal(source.refused[0].field, "pin");
  assert_string_equal(source.refused[1].reason, "register.pin_taken");
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM person"), PEOPLE);
}

static void reads_csv_as_rfc_4180_writes_it(void **state) {
  struct fixture *fixture = *state;
  struct register_import_counts counts;
  struct text_source source = {
      .left = S("\xEF\xBB\xBFpin,name,sex,\"birth_date\",permanent_commune,permanent_address\r\n"
                "001093000001,Nguyễn Văn An,male,1993,00070,\"Số 3, ngõ \"\"Hàng Bạc\"\"\"\r\n"
                "001093000002, Trần Văn Bình ,male,1993,,\n"
                "\n"
                "001093000003,Lê \"Tí\" Văn,male,1993,,\n"            /* line 5: a quote inside a bare field */
                "001093000004,\"Lê Văn\"x,male,1993,,\n"              /* 6: text behind the closing quote */
                "001093000005,Lê Văn Dũng,male,1993\n"                /* 7: too few */
                "001093000006,Lê Văn Dũng,male,1993,,,\n"             /* 8: too many */
                "001093000007,Lê Văn Dũng,male,1993,00070,\"a\nb\"\n" /* 9, 10: a line end within quotes */
                "001093000008,Lê Văn Dũng,male,1993,,Số 1\n"          /* 11: an address of no commune */
                "001093000009,Lê Văn Dũng,male,1993,,\n"              /* 12: sound */
                "001093000010,\"Lê Văn")};                            /* 13: never closed */
  assert_ok(import_text(fixture, &source, REGISTER_CSV, &counts));
  static const struct {
    int64_t line;
    const char *field, *reason;
  } expected[] = {{5, "name", "register.csv_quote"},
                  {6, "name", "register.csv_quote"},
                  {7, "", "register.field_count"},
                  {8, "", "register.field_count"},
                  {9, "permanent_address", "register.text_syntax"},
                  {11, "permanent_commune", "register.field_missing"},
                  {13, "name", "register.csv_quote"}};
  assert_int_equal(counts.added, 3);
  assert_int_equal(source.refused_count, sizeof expected / sizeof *expected);
  for (size_t i = 0; i < source.refused_count; i++) {
    assert_int_equal(source.refused[i].line, expected[i].line);
    assert_string_equal(source.refused[i].field, expected[i].field);
    assert_string_equal(source.refused[i].reason, expected[i].reason);
  }
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  int64_t person = 0;
  struct register_residence home;
  assert_ok(register_person_find(tx, S("001093000001"), &person));
  assert_ok(register_residence_find(
      tx, &fixture->arena, &(struct register_residence_key){person, REGISTER_PERMANENT, day("2026-11-21")}, &home));
  assert_true(slice_is(home.address, "Số 3, ngõ \"Hàng Bạc\""));
}

static void rejects_a_csv_header_that_cannot_be_meant(void **state) {
  struct fixture *fixture = *state;
  static const char *const headers[] = {
      "",
      "pin,name,sex\n",
      "pin,name,sex,birth_date,height\n",
      "pin,name,sex,birth_date,pin\n",
      "pin;name;sex;birth_date\n",
      "pin,\"name,sex,birth_date\n",
  };
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
    struct register_import_counts counts;
    struct text_source source = {.left = slice_str(headers[i])};
    assert_code(import_text(fixture, &source, REGISTER_CSV, &counts), REGISTER_IMPORT_FORMAT);
    assert_int_equal(counts.rows, 0);
  }
}

static void passes_over_a_line_without_end(void **state) {
  struct fixture *fixture = *state;
  struct buf file;
  buf_init(&file, &fixture->arena, 4 << 20);
  buf_append_str(&file, "{\"pin\":\"001093000001\"," SOUND "}\n{\"name\":\"");
  memset(buf_extend(&file, 3 << 20), 'a', 3 << 20);
  buf_append_str(&file, "\"}\n{\"pin\":\"001093000002\"," SOUND "}\n");
  struct register_import_counts counts;
  struct text_source source = {.left = buf_slice(&file), .chunk = 1 << 16};
  assert_ok(import_text(fixture, &source, REGISTER_NDJSON, &counts));
  assert_int_equal(counts.added, 2);
  assert_int_equal(source.refused_count, 1);
  assert_int_equal(source.refused[0].line, 2);
  assert_string_equal(source.refused[0].reason, "register.line_too_long");
}

static void a_file_that_fails_midway_keeps_what_was_added(void **state) {
  struct fixture *fixture = *state;
  struct buf file;
  buf_init(&file, &fixture->arena, 1 << 20);
  for (int i = 0; i < 20000; i++) {
    buf_printf(&file, "{\"pin\":\"001093%06d\"," SOUND "}\n", i);
  }
  struct register_import_counts counts;
  struct text_source source = {.left = buf_slice(&file), .chunk = 1 << 16, .fails = true};
  assert_code(import_text(fixture, &source, REGISTER_NDJSON, &counts), REGISTER_SOURCE_FAILED);
  assert_true(counts.added > 0);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM person"), counts.added);
}

/* 16,100 rows behind a header, two batches and a little, with a bad one in each thousand. */
static struct slice many_people(struct fixture *fixture) {
  struct buf file;
  buf_init(&file, &fixture->arena, 2 << 20);
  buf_append_str(&file, "\xEF\xBB\xBFpin,name,sex,birth_date,permanent_address,permanent_commune\n");
  for (int i = 0; i < 16100; i++) {
    buf_printf(&file, i % 1000 == 7 ? "001093%06d,Nguyễn Văn An,female,1993,,\n" : "001093%06d,Nguyễn Văn An,male,1993,\"Số 1, ngõ 2\",00070\n", i);
  }
  return buf_slice(&file);
}

static void an_import_that_was_broken_off_goes_on_behind_the_last_batch_of_the_same_file(void **state) {
  struct fixture *fixture = *state;
  struct register_import_counts counts;
  struct text_source source = {.whole = many_people(fixture), .stop_at = 2};
  assert_code(import_file(fixture, &source, false, &counts), REGISTER_IMPORT_STOPPED);
  assert_int_equal(counts.rows, 8000);
  assert_int_equal(source.refused_count, 8);
  assert_false(source.is_settled);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM person"), 7992);
  struct text_source other = {.whole = slice_sub(source.whole, 0, source.whole.len - 1)};
  assert_code(import_file(fixture, &other, false, &counts), REGISTER_IMPORT_CHANGED);
  assert_int_equal(counts.rows, 0);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM person"), 7992);
  struct text_source last = {.whole = source.whole};
  assert_ok(import_file(fixture, &last, false, &counts));
  assert_int_equal(counts.rows, 16100);
  assert_int_equal(counts.added, 16083);
  assert_int_equal(counts.refused, 17);
  assert_int_equal(counts.batches, 3);
  assert_int_equal(counts.resumed_rows, 8000);
  assert_int_equal(last.resumed_line, 2 + 8000);
  assert_true(last.is_settled);
  assert_int_equal(last.refused_count, 17); /* those of before as well, in the order of the file */
  assert_int_equal(last.refused[0].line, 2 + 7);
  assert_string_equal(last.refused[16].reason, "register.pin_sex");
  assert_int_equal(last.refused[16].line, 2 + 16007);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM person"), 16083);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM ledger_entry"), 3);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM import_run"), 0);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM import_refusal"), 0);
}

/* Of two processes the one that comes late must not add what the first one has added. */
static bool stops_because_another_went_on(void *context) {
  struct text_source *source = context;
  if (++source->stops_asked == 2) {
    struct fixture *fixture = (struct fixture *)(uintptr_t)source->progressed;
    struct register_import_counts counts;
    struct text_source other = {.whole = source->whole, .stop_at = 2};
    assert_code(import_file(fixture, &other, false, &counts), REGISTER_IMPORT_STOPPED);
    assert_int_equal(counts.rows, 16000);
  }
  return false;
}

static void rejects_a_second_import_of_a_file_beside_the_first(void **state) {
  struct fixture *fixture = *state;
  struct register_import_counts counts;
  struct text_source source = {.whole = many_people(fixture), .chunk = 1 << 16, .progressed = (int64_t)(uintptr_t)fixture};
  source.left = source.whole;
  struct register_import_file file = {.path = S("/srv/people.csv"), .seek = text_seek};
  digest_sha256(source.whole, file.digest);
  struct register_import_options options = {.format = REGISTER_CSV, .file = &file, .read = text_read, .stops = stops_because_another_went_on, .context = &source, .act = &fixture->act};
  assert_code(register_import(&fixture->env, &options, &counts), REGISTER_IMPORT_ELSEWHERE);
  assert_int_equal(counts.rows, 8000);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM person"), 16000 - 16);
  struct text_source anew = {.whole = source.whole, .stop_at = 1};
  assert_code(import_file(fixture, &anew, true, &counts), REGISTER_IMPORT_STOPPED);
  assert_int_equal(counts.rows, 0);
  assert_int_equal(fixture_number(fixture, "SELECT at_byte FROM import_run"), 0);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM import_refusal"), 0);
}

static void an_empty_file_is_no_import(void **state) {
  struct fixture *fixture = *state;
  struct register_import_counts counts;
  struct text_source source = {.left = S("\n\r\n  \n")};
  assert_ok(import_text(fixture, &source, REGISTER_NDJSON, &counts));
  assert_int_equal(counts.rows, 0);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(*) FROM ledger_entry"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(loads_a_person_with_family_and_homes),          TEST(names_line_field_and_reason_of_each_bad_row),
      TEST(a_second_import_of_the_same_file_adds_nobody),  TEST(reads_csv_as_rfc_4180_writes_it),
      TEST(rejects_a_csv_header_that_cannot_be_meant),     TEST(passes_over_a_line_without_end),
      TEST(a_file_that_fails_midway_keeps_what_was_added), TEST(an_empty_file_is_no_import),
      TEST(an_import_that_was_broken_off_goes_on_behind_the_last_batch_of_the_same_file),
      TEST(rejects_a_second_import_of_a_file_beside_the_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
