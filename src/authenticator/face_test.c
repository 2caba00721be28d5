#include "authenticator/authenticator_fixture.h"
#include "evidence/evidence.h"

/* An engine that always says what the test wants: the demonstration's knows no photograph and is never away. */
struct engine {
  struct evidence_matcher matcher; /* first */
  struct evidence_opinion opinion;
  uint16_t failure;
};
static result say(const struct evidence_matcher *matcher, struct arena *arena, const struct evidence_question *question, struct evidence_opinion *ret_opinion) {
  const struct engine *engine = (const struct engine *)(const void *)matcher;
  (void)arena;
  assert_true(question->is_live && question->kind == EVIDENCE_FACE);
  if (engine->failure != 0) {
    FAIL(engine->failure, "as the test wants");
  }
  *ret_opinion = engine->opinion;
  return OK;
}

static struct slice shot(struct place *place, const char *pin) { return evidence_demonstration_shot(&place->arena, &place->random, slice_str(pin)); }

static struct slice begin(struct place *place) {
  struct authenticator_beginning beginning = {.kind = AUTHENTICATOR_FACE, .session = &place->session};
  struct authenticator_ceremony ceremony = {0};
  assert_ok(authenticator_begin(&place->env, &beginning, &place->arena, &ceremony));
  return ceremony.id;
}

static struct authenticator_answer answer_of(struct place *place, struct slice picture) {
  return (struct authenticator_answer){.kind = AUTHENTICATOR_FACE, .session = &place->session, .ceremony = begin(place), .answer = picture,
                                       .client = client_of(), .replaces = slice_str(place->token.text)};
}

static result show(struct place *place, struct slice picture) {
  struct authenticator_answer answer = answer_of(place, picture);
  struct authenticator_granted granted = {0};
  TRY(authenticator_prove(&place->env, &answer, &granted));
  place->token = granted.token;
  place->session = granted.session;
  return OK;
}

static int64_t entries(struct place *place, const char *kind) {
  struct ledger_query query = {.person_id = place->citizen, .limit = 200};
  struct ledger_lines lines = {0};
  int64_t count = 0;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(place->db, &tx));
  assert_ok(ledger_entries_of_person(&place->env, tx, &query, &place->arena, &lines));
  for (size_t i = 0; i < lines.count; i++) {
    count += slice_is(lines.items[i].kind, kind);
  }
  return count;
}

static int set_up(void **state) {
  assert_int_equal(place_set_up(state), 0);
  ((struct place *)*state)->env.matcher = evidence_demonstration_matcher();
  return 0;
}

/* [Decree 69/2024 Art 20] two factors, one of them biometric: level 3 */
static void a_matched_face_beside_a_password_is_level_3(void **state) {
  struct place *place = *state;
  pass(place, 10 * MINUTE); /* the passcode counts no longer: the password is left */
  struct account_token before = place->token;
  assert_ok(show(place, shot(place, PIN)));
  assert_int_equal(account_session_authentication(&place->env, &place->session), ACCOUNT_BIOMETRIC_WITH_ANOTHER);
  struct account_session found = {0};
  assert_code(account_session_find(&place->env, slice_str(before.text), &found), ACCOUNT_SESSION); /* no fixation */
  assert_ok(account_session_find(&place->env, slice_str(place->token.text), &found));
  assert_int_equal(found.means & ACCOUNT_MEANS_FACE, ACCOUNT_MEANS_FACE);
  assert_int_equal(entries(place, "authenticator.face_matched"), 1);
  assert_int_equal(count_rows(place, "SELECT COUNT(*) FROM authenticator WHERE person_id = $1", DB_ARGS(db_of_int(place->citizen))), 0); /* nothing listed */
}

/* Whose face it is not, a copy of the register's own portrait, a photograph an engine cannot judge: no level, and each is on record. */
static void refuses_everything_but_a_plain_yes(void **state) {
  struct place *place = *state;
  static const uint8_t photograph[] = {0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0x02, 0x00, 0x02, 0x00, 1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 7, 0xff, 0xd9};
  assert_code(show(place, shot(place, "001090000013")), AUTHENTICATOR_FACE_OTHER);
  assert_code(show(place, evidence_demonstration_portrait(&place->arena, slice_str(PIN))), AUTHENTICATOR_FACE_UNSURE); /* not alive */
  assert_code(show(place, slice_of(photograph, sizeof photograph)), AUTHENTICATOR_FACE_UNSURE);
  assert_code(show(place, S("no picture")), EVIDENCE_PICTURE);
  assert_code(show(place, S("")), EVIDENCE_PICTURE);
  assert_int_equal(entries(place, "authenticator.face_refused"), 3);
  assert_int_equal(account_session_authentication(&place->env, &place->session), ACCOUNT_TWO_FACTORS);
}

static struct slice joined(struct place *place, struct slice a, struct slice b) {
  struct buf buf;
  buf_init(&buf, &place->arena, a.len + b.len);
  buf_append(&buf, a);
  buf_append(&buf, b);
  return buf_slice(&buf);
}

/* The same picture once for all: also in another session, also after a restart. */
static void rejects_a_picture_that_was_taken_before(void **state) {
  struct place *place = *state;
  struct slice picture = shot(place, PIN);
  assert_ok(show(place, picture));
  assert_code(show(place, picture), AUTHENTICATOR_FACE_USED);
  assert_code(show(place, joined(place, picture, S("in another coat"))), AUTHENTICATOR_FACE_USED);
  restart(place);
  place->env.matcher = evidence_demonstration_matcher();
  sign_in(place, PIN);
  assert_code(show(place, picture), AUTHENTICATOR_FACE_USED);
  assert_ok(show(place, shot(place, PIN)));
}

static void of_fifty_at_once_with_one_picture_one_is_granted(void **state) {
  struct place *place = *state;
  struct authenticator_answer answer = answer_of(place, shot(place, PIN));
  assert_int_equal(proven_in_parallel(place, &answer), 1);
}

static void rejects_a_ceremony_of_another_session_and_one_used_twice(void **state) {
  struct place *place = *state;
  struct authenticator_answer answer = answer_of(place, shot(place, PIN));
  struct authenticator_granted granted = {0};
  sign_in(place, "001090000013");
  answer.replaces = slice_str(place->token.text);
  assert_code(authenticator_prove(&place->env, &answer, &granted), AUTHENTICATOR_CEREMONY);
  sign_in(place, PIN);
  answer = answer_of(place, shot(place, PIN));
  assert_ok(authenticator_prove(&place->env, &answer, &granted));
  place->token = granted.token;
  answer.answer = shot(place, PIN);
  answer.replaces = slice_str(place->token.text);
  assert_code(authenticator_prove(&place->env, &answer, &granted), AUTHENTICATOR_CEREMONY);
}

/* A face adds to what somebody else has checked: it opens nothing, and replaces nothing. */
static void a_face_never_stands_alone(void **state) {
  struct place *place = *state;
  struct authenticator_beginning alone = {.kind = AUTHENTICATOR_FACE, .pin = slice_str(PIN)};
  struct authenticator_beginning own = {.kind = AUTHENTICATOR_FACE, .session = &place->session};
  struct authenticator_ceremony ceremony = {0};
  struct authenticator_granted granted = {0};
  assert_code(authenticator_begin(&place->env, &alone, &place->arena, &ceremony), AUTHENTICATOR_KIND);
  assert_code(authenticator_add_begin(&place->env, &own, &place->arena, &ceremony), AUTHENTICATOR_KIND);
  struct authenticator_answer answer = answer_of(place, shot(place, PIN));
  answer.is_whole = true;
  assert_code(authenticator_prove(&place->env, &answer, &granted), AUTHENTICATOR_KIND);
  answer.is_whole = false;
  answer.session = NULL;
  answer.pin = slice_str(PIN);
  assert_code(authenticator_prove(&place->env, &answer, &granted), AUTHENTICATOR_KIND);
}

/* [SP800-63B-4 3.2.3 SHALL] no more than five in a row, then a delay; fifty in a row close this way and no other */
static void tries_run_out_and_fifty_close_the_way(void **state) {
  struct place *place = *state;
  struct authenticator_reach reach = {0};
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < 4; i++) {
      assert_code(show(place, shot(place, "001090000013")), AUTHENTICATOR_FACE_OTHER);
    }
    assert_code(show(place, shot(place, "001090000013")), ACCOUNT_LOCKED_FOR_NOW);
    assert_code(show(place, shot(place, PIN)), round < 9 ? ACCOUNT_LOCKED_FOR_NOW : AUTHENTICATOR_FACE_CLOSED); /* the right one neither */
    pass(place, 31 * MINUTE);
    sign_in(place, PIN);
  }
  assert_code(show(place, shot(place, PIN)), AUTHENTICATOR_FACE_CLOSED);
  assert_true(contains(newest_message(place, place->citizen), "khuôn mặt"));
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    assert_ok(db_read_begin(place->db, &tx));
    assert_ok(authenticator_reach(&place->env, tx, place->citizen, &reach));
    assert_true(!reach.has_face && reach.level == ACCOUNT_TWO_FACTORS);
    assert_ok(authenticator_reach(&place->env, tx, place->other, &reach));
    assert_true(reach.has_face && reach.level == ACCOUNT_BIOMETRIC_WITH_ANOTHER);
  }
}

/* What the engine cannot help with costs no try; what it says of quality asks for another picture. */
static void an_engine_that_is_away_costs_no_try(void **state) {
  struct place *place = *state;
  struct engine engine = {.matcher = {.name = "engine", .compare = say}, .failure = EVIDENCE_MATCHER_AWAY};
  place->env.matcher = &engine.matcher;
  for (int i = 0; i < 12; i++) {
    assert_code(show(place, shot(place, PIN)), EVIDENCE_MATCHER_AWAY);
  }
  engine.failure = EVIDENCE_NO_REFERENCE;
  assert_code(show(place, shot(place, PIN)), EVIDENCE_NO_REFERENCE);
  engine.failure = 0;
  engine.opinion = (struct evidence_opinion){.verdict = EVIDENCE_UNUSABLE, .score = -1, .engine = S("e\"1"), .reason = S("blurred")};
  assert_code(show(place, shot(place, PIN)), EVIDENCE_RETAKE);
  engine.opinion.reason = S("not_alive");
  assert_code(show(place, shot(place, PIN)), AUTHENTICATOR_FACE_UNSURE);
  engine.opinion.verdict = EVIDENCE_UNSURE;
  assert_code(show(place, shot(place, PIN)), AUTHENTICATOR_FACE_UNSURE);
  engine.opinion.verdict = EVIDENCE_MATCH;
  assert_ok(show(place, shot(place, PIN)));
  struct authenticator_beginning beginning = {.kind = AUTHENTICATOR_FACE, .session = &place->session};
  struct authenticator_ceremony ceremony = {0};
  place->env.matcher = NULL;
  assert_code(authenticator_begin(&place->env, &beginning, &place->arena, &ceremony), EVIDENCE_MATCHER_AWAY);
}

#define FACE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, place_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      FACE_TEST(a_matched_face_beside_a_password_is_level_3),
      FACE_TEST(refuses_everything_but_a_plain_yes),
      FACE_TEST(rejects_a_picture_that_was_taken_before),
      FACE_TEST(of_fifty_at_once_with_one_picture_one_is_granted),
      FACE_TEST(rejects_a_ceremony_of_another_session_and_one_used_twice),
      FACE_TEST(a_face_never_stands_alone),
      FACE_TEST(tries_run_out_and_fifty_close_the_way),
      FACE_TEST(an_engine_that_is_away_costs_no_try),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
