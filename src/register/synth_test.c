/* The synthetic country holds together, and repeats from its seed. */
#include "crypto/digest.h"
#include "register/fixture_test.h"

static struct register_synth_counts synth(struct fixture *fixture, uint64_t seed, const char *date, int64_t people) {
  struct register_synth_options options = {.people = people, .seed = seed, .date = day(date)};
  struct register_synth_counts counts = {0};
  fixture_today(fixture, date);
  assert_ok(register_synth(&fixture->env, &options, &counts));
  return counts;
}

/* What must be nought in a country that makes sense. */
static const struct {
  const char *defect;
  const char *sql;
} INVARIANTS[] = {
    {"a child as old as its parent",
     "SELECT COUNT(*) FROM person_relation r JOIN person c ON c.person_id = r.person_id JOIN person p ON p.person_id = "
     "r.related_person_id "
     "WHERE r.kind IN (1, 2) AND c.birth / 10000 - p.birth / 10000 < 17"},
    {"a mother of more than fifty",
     "SELECT COUNT(*) FROM person_relation r JOIN person c ON c.person_id = r.person_id JOIN person p ON p.person_id = "
     "r.related_person_id "
     "WHERE r.kind = 2 AND c.birth / 10000 - p.birth / 10000 > 50"},
    {"a father who is a woman or a mother who is a man",
     "SELECT COUNT(*) FROM person_relation r JOIN person p ON p.person_id = r.related_person_id WHERE r.kind IN (1, 2) "
     "AND r.kind <> p.sex"},
    {"a child with another surname than its father",
     "SELECT COUNT(*) FROM person_relation r JOIN person c ON c.person_id = r.person_id JOIN person p ON p.person_id = "
     "r.related_person_id "
     "WHERE r.kind = 1 AND substr(c.name, 1, instr(c.name, ' ')) <> substr(p.name, 1, instr(p.name, ' '))"},
    {"a marriage that only one side knows",
     "SELECT COUNT(*) FROM person_relation r LEFT JOIN person_relation b ON b.person_id = r.related_person_id AND "
     "b.kind = 3 AND "
     "b.related_person_id = r.person_id WHERE r.kind = 3 AND b.person_id IS NULL"},
    {"a marriage before 18",
     "SELECT COUNT(*) FROM person_relation r JOIN person p ON p.person_id = r.person_id WHERE r.kind = 3 AND "
     "CAST(strftime('%Y', r.from_date * 86400, 'unixepoch') AS INTEGER) - p.birth / 10000 < 18"},
    {"two spouses of one sex recorded as father and mother",
     "SELECT COUNT(*) FROM person_relation r JOIN person a ON a.person_id = r.person_id JOIN person b ON b.person_id = "
     "r.related_person_id "
     "WHERE r.kind = 3 AND a.sex = b.sex"},
    {"a child not living with its parents",
     "SELECT COUNT(*) FROM person_relation r JOIN person_residence c ON c.person_id = r.person_id AND c.kind = 1 JOIN "
     "person_residence p "
     "ON p.person_id = r.related_person_id AND p.kind = 1 WHERE r.kind IN (1, 2) AND (c.commune <> p.commune OR "
     "c.address <> p.address)"},
    {"somebody without a permanent residence",
     "SELECT COUNT(*) FROM person p WHERE (SELECT COUNT(*) FROM person_residence r WHERE r.person_id = p.person_id AND "
     "r.kind = 1) <> 1"},
    {"a PIN that does not tell sex and year",
     "SELECT COUNT(*) FROM person WHERE pin / 1000000 % 100 <> birth / 10000 % 100 OR pin / 100000000 % 10 <> (birth / "
     "1000000 - 19) * 2 + "
     "sex - 1"},
    {"a PIN that leads to another person",
     "SELECT COUNT(*) FROM person p LEFT JOIN person_pin n ON n.pin = p.pin WHERE n.person_id IS NULL OR n.person_id "
     "<> p.person_id"},
    {"an adult without a card, or a small child with one",
     "SELECT COUNT(*) FROM person WHERE life = 1 AND ((card_number IS NULL) <> (birth / 10000 > 2026 - 15)) AND birth "
     "/ 10000 NOT IN (2011, 2012) AND person_id NOT IN (SELECT person_id FROM demo_identity)"},
    {"a card that has run out, or will within the quarter",
     "SELECT COUNT(*) FROM person WHERE card_expires < (SELECT MAX(units_on) FROM person_residence) + 85 AND life = 1"},
    {"a mobile number of two people", "SELECT COUNT(*) - COUNT(DISTINCT mobile) FROM person WHERE mobile IS NOT NULL"},
    {"a conviction before 18 or after today",
     "SELECT COUNT(*) FROM person_conviction c JOIN person p ON p.person_id = c.person_id WHERE "
     "CAST(strftime('%Y', c.judgment_date * 86400, 'unixepoch') AS INTEGER) - p.birth / 10000 < 18 OR c.judgment_date "
     "> "
     "(SELECT MAX(units_on) FROM person_residence)"},
    {"a stored child or elderly category", "SELECT COUNT(*) FROM person_category WHERE category IN (1, 2)"},
    {"a pupil of forty",
     "SELECT COUNT(*) FROM person_category c JOIN person p ON p.person_id = c.person_id WHERE c.category IN (10, 11) "
     "AND 2026 - p.birth / "
     "10000 > 24"},
    {"a ward who is not a child or has no guardian of age",
     "SELECT COUNT(*) FROM person_relation r JOIN person w ON w.person_id = r.person_id JOIN person g ON g.person_id = "
     "r.related_person_id "
     "WHERE r.kind = 5 AND (2026 - w.birth / 10000 > 17 OR 2026 - g.birth / 10000 < 30)"},
};

/* The one question that the engines have no words for in common. */
static const char *odd_names_sql(void) {
  return db_engine_is_postgres() ? "SELECT COUNT(*) FROM person WHERE name_fold ~ '[^a-z ''-]'" : "SELECT COUNT(*) FROM person WHERE name_fold GLOB '*[^a-z ''-]*'";
}

static void families_make_sense(void **state) {
  struct fixture *fixture = *state;
  struct register_synth_counts counts = synth(fixture, 1, "2026-11-21", 5000);
  assert_true(counts.people >= 5000 && counts.people < 5020);
  assert_int_equal(counts.people, fixture_number(fixture, "SELECT COUNT(*) FROM person"));
  for (size_t i = 0; i < sizeof INVARIANTS / sizeof *INVARIANTS; i++) {
    int64_t found = fixture_number(fixture, INVARIANTS[i].sql);
    if (found != 0) {
      fail_msg("%s: %lld", INVARIANTS[i].defect, (long long)found);
    }
  }
  assert_int_equal(fixture_number(fixture, odd_names_sql()), 0);
  /* Nothing above would fail in an empty country. */
  assert_in_range(counts.marriages, 1000, 2000);
  assert_in_range(counts.convictions, 2, 60);
  assert_in_range(
      fixture_number(fixture, "SELECT COUNT(*) FROM person_relation WHERE kind IN (1, 2) AND related_person_id <> 0"),
      2000, 9000);
  assert_in_range(fixture_number(fixture, "SELECT COUNT(*) FROM person WHERE life = 2"), 5, 400);
  assert_in_range(fixture_number(fixture, "SELECT COUNT(DISTINCT province) FROM person_residence"), 34, 34);
  assert_in_range(fixture_number(fixture, "SELECT COUNT(*) FROM person_residence WHERE kind = 2"), 20, 500);
}

/* One digest of every row of every table the synthesis fills, in the order of their keys. */
static void rows_digest(struct fixture *fixture, uint8_t ret_digest[32]) {
  static const char *const statements[] = {
      "SELECT p.*, n.status FROM person p JOIN person_pin n ON n.pin = p.pin ORDER BY p.person_id",
      "SELECT * FROM person_relation ORDER BY person_id, kind, ordinal",
      "SELECT * FROM person_residence ORDER BY person_id, kind, from_date",
      "SELECT * FROM person_category ORDER BY person_id, category, from_date",
      "SELECT * FROM person_conviction ORDER BY person_id, number",
      "SELECT * FROM person_ban ORDER BY person_id, number",
      "SELECT * FROM agency ORDER BY agency_code, from_date",
      "SELECT * FROM post ORDER BY post_id",
      "SELECT * FROM post_holder ORDER BY person_id, post_id",
      "SELECT * FROM demo_identity ORDER BY person_id, name",
  };
  static const int columns[] = {25, 8, 11, 5, 10, 8, 9, 8, 4, 2};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct buf all;
  buf_init(&all, &fixture->arena, 4 << 20);
  assert_ok(db_read_begin(fixture->db, &tx));
  for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    assert_ok(db_query(tx, statements[i], DB_NO_ARGS, &rows));
    while (db_rows_next(&rows)) {
      for (int column = 0; column < columns[i]; column++) {
        buf_append(&all, db_text(&rows, column)); /* numbers as text */
        buf_append_byte(&all, 0);
      }
    }
    assert_ok(rows.status);
  }
  digest_sha256(buf_slice(&all), ret_digest);
}

static void the_same_seed_makes_the_same_rows(void **state) {
  (void)state;
  uint8_t digests[4][32];
  static const struct {
    uint64_t seed;
    const char *date;
  } runs[] = {{7, "2024-06-05"}, {7, "2024-06-05"}, {8, "2024-06-05"}, {7, "2024-06-06"}};
  for (size_t i = 0; i < 4; i++) {
    void *world = NULL;
    assert_int_equal(fixture_open(&world), 0);
    (void)synth(world, runs[i].seed, runs[i].date, 2000);
    rows_digest(world, digests[i]);
    assert_int_equal(fixture_close(&world), 0);
  }
  assert_memory_equal(digests[0], digests[1], 32);
  assert_memory_not_equal(digests[0], digests[2], 32);
  assert_memory_not_equal(digests[0], digests[3], 32);
}

static void demonstration_people_are_what_their_names_say(void **state) {
  struct fixture *fixture = *state;
  int32_t today = day("2026-11-21");
  (void)synth(fixture, 3, "2026-11-21", 1000);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  struct arena *arena = &fixture->arena;
  int64_t citizen = 0;
  int64_t child = 0;
  int64_t other = 0;
  bool represents = false;
  struct register_category_list categories;
  assert_ok(register_demo_find(tx, S("citizen.hanoi"), &citizen));
  assert_ok(register_demo_find(tx, S("citizen.hanoi.child"), &child));
  assert_ok(register_categories_load(tx, arena, citizen, today, &categories));
  assert_int_equal(categories.count, 0);
  assert_ok(register_represents(tx, citizen, child, today, &represents));
  assert_true(represents);
  assert_ok(register_represents(tx, child, citizen, today, &represents));
  assert_false(represents);
  struct register_person with_card = {0};
  assert_ok(register_person_load(tx, arena, child, &with_card));
  assert_true(slice_eq(with_card.card_number, with_card.pin) && with_card.card_expires > today);
  struct slice province;
  assert_ok(register_residence_province(tx, arena, citizen, today, &province));
  assert_true(slice_is(province, "01"));
  static const struct {
    const char *name;
    enum register_category category;
  } standing[] = {{"student.hanoi", REGISTER_CATEGORY_STUDENT},
                  {"elderly.hanoi", REGISTER_CATEGORY_ELDERLY},
                  {"poor.hanoi", REGISTER_CATEGORY_POOR_HOUSEHOLD},
                  {"digital.hanoi", REGISTER_CATEGORY_DIGITAL_CITIZEN},
                  {"citizen.hanoi.child", REGISTER_CATEGORY_CHILD}};
  for (size_t i = 0; i < sizeof standing / sizeof *standing; i++) {
    assert_ok(register_demo_find(tx, slice_str(standing[i].name), &other));
    assert_ok(register_categories_load(tx, arena, other, today, &categories));
    assert_true(register_category_list_has(&categories, standing[i].category));
  }
  struct register_conviction_list convictions;
  assert_ok(register_demo_find(tx, S("convicted.hanoi"), &other));
  assert_ok(register_convictions_load(tx, arena, other, today, &convictions));
  assert_int_equal(convictions.count, 1);
  assert_int_equal(convictions.items[0].status, REGISTER_CONVICTION_ACTIVE);
  assert_ok(register_demo_find(tx, S("expunged.hanoi"), &other));
  assert_ok(register_convictions_load(tx, arena, other, today, &convictions));
  assert_int_equal(convictions.items[0].status, REGISTER_CONVICTION_EXPUNGED);
  struct register_ban_list bans;
  assert_ok(register_demo_find(tx, S("banned.hanoi"), &other));
  assert_ok(register_convictions_load(tx, arena, other, today, &convictions));
  assert_int_equal(convictions.count, 0);
  assert_ok(register_bans_load(tx, arena, other, &bans));
  assert_int_equal(bans.count, 1);
  assert_true(bans.items[0].from < today && today < bans.items[0].to);
  assert_ok(register_demo_find(tx, S("guardian.hanoi"), &citizen));
  assert_ok(register_demo_find(tx, S("ward.hanoi"), &child));
  assert_ok(register_represents(tx, citizen, child, today, &represents));
  assert_true(represents);
  assert_code(register_demo_find(tx, S("nobody"), &other), REGISTER_DEMO_UNKNOWN);
}

static void officers_hold_the_posts_of_the_agency_that_is_competent_then(void **state) {
  (void)state;
  static const struct {
    const char *date;
    const char *decider_agency;
    const char *agency_name;
  } runs[] = {{"2024-06-05", "H26.11", "Sở Tư pháp thành phố Hà Nội"},
              {"2026-11-21", "G01.26", "Công an thành phố Hà Nội"}};
  for (size_t i = 0; i < 2; i++) {
    void *world = NULL;
    assert_int_equal(fixture_open(&world), 0);
    struct fixture *fixture = world;
    (void)synth(fixture, 3, runs[i].date, 1000);
    struct db_tx *tx = NULL;
    assert_ok(db_read_begin(fixture->db, &tx));
    int64_t decider = 0;
    int64_t sealer = 0;
    struct register_post_list posts;
    assert_ok(register_demo_find(tx, S("01.decider"), &decider));
    assert_ok(register_demo_find(tx, S("01.sealer"), &sealer));
    assert_true(decider != sealer);
    assert_ok(register_posts_of_person(tx, &fixture->arena, decider, day(runs[i].date), &posts));
    assert_int_equal(posts.count, 1);
    assert_int_equal(posts.items[0].role, REGISTER_DECIDER);
    assert_true(slice_is(posts.items[0].agency_code, runs[i].decider_agency));
    assert_true(slice_is(posts.items[0].agency_name_vi, runs[i].agency_name));
    bool has = false;
    assert_ok(register_post_has_power(tx, posts.items[0].post_id, REGISTER_SIGN_CERTIFICATE, day(runs[i].date), &has));
    assert_true(has);
    assert_ok(register_post_has_power(tx, posts.items[0].post_id, REGISTER_SEAL, day(runs[i].date), &has));
    assert_false(has);
    db_read_end(&tx);
    assert_int_equal(fixture_close(&world), 0);
  }
}

static void a_country_of_some_provinces_has_officers_everywhere(void **state) {
  struct fixture *fixture = *state;
  static const struct slice provinces[] = {S_INIT("01"), S_INIT("46")};
  struct register_synth_options options = {
      .people = 3000, .seed = 4, .date = day("2024-04-22"), .provinces = provinces, .province_count = 2};
  struct register_synth_counts counts = {0};
  fixture_today(fixture, "2024-04-22");
  assert_ok(register_synth(&fixture->env, &options, &counts));
  assert_int_equal(fixture_number(fixture,
                                  "SELECT COUNT(*) FROM person_residence WHERE kind = 1 AND province NOT IN "
                                  "('01', '46') AND person_id NOT IN (SELECT person_id FROM demo_identity)"),
                   0);
  assert_int_equal(fixture_number(fixture, "SELECT COUNT(DISTINCT province) FROM person_residence WHERE kind = 1"), 63);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct register_person_ids ids;
  struct register_residents asked = {S("46"), options.date, 16, 80};
  assert_ok(db_read_begin(fixture->db, &tx));
  assert_ok(register_residents_list(tx, &fixture->arena, &asked, &ids));
  assert_in_range(ids.count, 50, 1500);
}

static void rejects_a_second_country_and_one_too_small(void **state) {
  struct fixture *fixture = *state;
  struct register_synth_options options = {
      .people = REGISTER_SYNTH_PEOPLE_MIN - 1, .seed = 1, .date = day("2026-11-21")};
  struct register_synth_counts counts = {0};
  assert_code(register_synth(&fixture->env, &options, &counts), REGISTER_DATES_WRONG);
  (void)synth(fixture, 1, "2026-11-21", 1000);
  options.people = 1000;
  assert_code(register_synth(&fixture->env, &options, &counts), REGISTER_NOT_EMPTY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(families_make_sense, fixture_open, fixture_close),
      cmocka_unit_test(the_same_seed_makes_the_same_rows),
      cmocka_unit_test_setup_teardown(demonstration_people_are_what_their_names_say, fixture_open, fixture_close),
      cmocka_unit_test(officers_hold_the_posts_of_the_agency_that_is_competent_then),
      cmocka_unit_test_setup_teardown(a_country_of_some_provinces_has_officers_everywhere, fixture_open, fixture_close),
      cmocka_unit_test_setup_teardown(rejects_a_second_country_and_one_too_small, fixture_open, fixture_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
