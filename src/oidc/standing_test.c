/* What a login rests on is read once, and never after it was changed. */
#include <stdlib.h>
#include <string.h>

#include "oidc/place_fixture.h"

enum { PERSON = 7 };
static const int64_t START_MS = INT64_C(1795320000000);

struct place {
  struct oidc_place at;
  struct oidc_client client;
  struct account_session session;
  struct oidc_agreement agreement;
};

static result write_agreed(struct db_tx *tx, void *arg) {
  struct place *place = arg;
  TRY(db_run(tx, "INSERT INTO account (person_id, state, level, registered_at) VALUES ($1, $2, 2, $3)",
             DB_ARGS(db_of_int(PERSON), db_of_int(ACCOUNT_ACTIVE), db_of_int(START_MS)), NULL));
  return oidc_agreement_save(&place->at.env, tx, &place->agreement);
}

static int begin(void **state) {
  struct place *place = heap_alloc(sizeof *place);
  oidc_place_open(&place->at, START_MS, NULL);
  place->client = (struct oidc_client){.client_id = S("shop"), .version = 1, .name = {S("A"), {0}}, .purpose = {S("C"), {0}}, .consent_days = 2};
  place->session = (struct account_session){.session_id = 11, .person_id = PERSON, .ends_at_ms = START_MS + 30 * INT64_C(60000)};
  place->agreement = (struct oidc_agreement){.person_id = PERSON, .client = &place->client, .asked = 3, .attributes = 1, .subject = S("s")};
  assert_ok(db_write(place->at.env.db, write_agreed, place));
  *state = place;
  return 0;
}

static int end(void **state) {
  struct place *place = *state;
  int removed = oidc_place_close(&place->at);
  free(place);
  return removed;
}

/* As the authorization endpoint does. false: nothing is kept on this engine. */
static bool read_and_keep(struct place *place) {
  uint64_t moment = 0;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  bool is_kept = db_moment(place->at.env.db, &moment);
  assert_ok(db_read_begin(place->at.env.db, &tx));
  assert_ok(oidc_agreement_find(&place->at.env, tx, &place->agreement));
  if (is_kept) {
    oidc_standing_keep(&place->at.env, moment, &place->session, &place->agreement);
  }
  return is_kept;
}

static bool finds(struct place *place) {
  struct oidc_agreement found = {.person_id = PERSON, .client = &place->client, .acting_for_id = place->agreement.acting_for_id};
  bool is_found = oidc_standing_find(&place->at.env, &place->session, &found);
  assert_true(!is_found || (found.asked == place->agreement.asked && found.attributes == 1));
  return is_found;
}

struct redeeming {
  struct place *place;
  bool is_marked_first; /* by another write that commits with this one */
  bool holds;
};

static result write_redeemed(struct db_tx *tx, void *arg) {
  struct redeeming *redeeming = arg;
  if (redeeming->is_marked_first) {
    db_mark(tx, PERSON);
  }
  redeeming->holds = oidc_standing_holds(&redeeming->place->at.env, tx, &redeeming->place->session, &redeeming->place->agreement);
  return OK;
}

static bool holds(struct place *place, bool is_marked_first) {
  struct redeeming redeeming = {.place = place, .is_marked_first = is_marked_first};
  assert_ok(db_write(place->at.env.db, write_redeemed, &redeeming));
  return redeeming.holds;
}

static void what_was_read_is_found_where_this_process_alone_writes(void **state) {
  struct place *place = *state;
  assert_false(finds(place));
  bool is_kept = read_and_keep(place);
  assert_int_equal(is_kept, strcmp(db_engine(place->at.env.db), "sqlite") == 0);
  assert_int_equal(finds(place), is_kept);
  assert_int_equal(holds(place, false), is_kept);
  assert_false(holds(place, true));
  assert_false(finds(place)); /* and is read anew */
}

static void nothing_is_found_of_another_session_registration_or_principal(void **state) {
  struct place *place = *state;
  struct place same = *place;
  (void)read_and_keep(place);
  place->session.session_id = 12;
  assert_false(finds(place));
  *place = same;
  place->client.version = 2; /* perhaps for another purpose */
  assert_false(finds(place));
  place->client.version = 1;
  place->client.client_id = S("shop2");
  assert_false(finds(place));
  place->client.client_id = S("shop");
  place->agreement.acting_for_id = 8;
  assert_false(finds(place));
  assert_false(holds(place, false));
}

static void it_covers_what_was_agreed_to_and_no_more(void **state) {
  struct place *place = *state;
  bool is_kept = read_and_keep(place);
  place->agreement.attributes = 1 | 4;
  assert_false(holds(place, false));
  place->agreement.attributes = 0;
  assert_int_equal(holds(place, false), is_kept);
}

static void rejects_at_once_what_was_taken_back(void **state) {
  struct place *place = *state;
  (void)read_and_keep(place);
  assert_ok(oidc_consent_revoke(&place->at.env, &(const struct oidc_consent_holder){.person_id = PERSON}, S("shop")));
  assert_false(finds(place));
  assert_false(holds(place, false));
}

static result write_locked(struct db_tx *tx, void *arg) {
  struct place *place = arg;
  const struct account_capability_lock lock = {.person_id = PERSON, .capability = ACCOUNT_CAPABILITY_SHARE, .locker = ACCOUNT_LOCKER_HOLDER,
                                               .actor = {.person_id = PERSON}};
  return account_capability_lock(&place->at.env, tx, &lock);
}

static void rejects_at_once_the_holder_whose_sharing_is_locked(void **state) {
  struct place *place = *state;
  (void)read_and_keep(place);
  assert_ok(db_write(place->at.env.db, write_locked, place));
  assert_false(finds(place));
  assert_false(holds(place, false));
}

static void it_ends_with_the_session_and_is_written_down_hourly(void **state) {
  struct place *place = *state;
  bool is_kept = read_and_keep(place);
  clock_fixed_set(&place->at.clock, place->session.ends_at_ms - 1);
  assert_int_equal(finds(place), is_kept);
  clock_fixed_set(&place->at.clock, place->session.ends_at_ms);
  assert_false(finds(place));
  place->session.ends_at_ms += CLOCK_DAY_MS;
  (void)read_and_keep(place);
  assert_int_equal(finds(place), is_kept);
  clock_fixed_set(&place->at.clock, START_MS + 60 * INT64_C(60000)); /* the use is due to be noted */
  assert_false(finds(place));
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
  const struct CMUnitTest tests[] = {
      TEST(what_was_read_is_found_where_this_process_alone_writes),
      TEST(nothing_is_found_of_another_session_registration_or_principal),
      TEST(it_covers_what_was_agreed_to_and_no_more),
      TEST(rejects_at_once_what_was_taken_back),
      TEST(rejects_at_once_the_holder_whose_sharing_is_locked),
      TEST(it_ends_with_the_session_and_is_written_down_hourly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
