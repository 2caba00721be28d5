#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "admission/ticket.h"

#include "base/unit_test.h"

enum { NODE = 7, OTHER_NODE = 9, SECOND_US = 1000000 };
static const int64_t began_ms = 1763800000000;

struct fixture {
  struct admission_key key;
  struct admission_room *room;
  char path[64];
  int64_t now_us;
};

static struct admission_room *open_room(const struct fixture *fixture, uint32_t node, const char *path) {
  const struct admission_room_options options = {.key = fixture->key, .path = path, .node = node};
  struct admission_room *room = NULL;
  assert_ok(admission_room_open(&options, &room));
  return room;
}

static int set_up(void **state) {
  struct fixture *fixture = heap_alloc(sizeof *fixture);
  struct secret sealing = {0};
  secret_set(&sealing, S("0123456789abcdef0123456789abcdef"));
  fixture->key = admission_key_of(&sealing);
  fixture->now_us = 1;
  (void)snprintf(fixture->path, sizeof fixture->path, "/tmp/danh_room_%d", (int)getpid());
  unlink(fixture->path);
  fixture->room = open_room(fixture, NODE, fixture->path);
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  admission_room_close(&fixture->room);
  unlink(fixture->path);
  free(fixture);
  return 0;
}

/* `full`: above 1000 the gate itself refuses. */
static struct admission_place ask_with(struct fixture *fixture, const struct admission_place *has, int full) {
  struct admission_place place;
  struct slice text = has == NULL ? S("") : slice_str(has->text);
  bool is_admission = has != NULL && has->answer == ADMISSION_COMES;
  const struct admission_asker asker = {.ticket = is_admission ? S("") : text,
                                        .admission = is_admission ? text : S(""),
                                        .now_ms = began_ms + fixture->now_us / 1000,
                                        .now_us = fixture->now_us,
                                        .full = full,
                                        .is_refused = full > 1000};
  admission_room_ask(fixture->room, &asker, &place);
  return place;
}

static struct admission_place come(struct fixture *fixture) { return ask_with(fixture, NULL, 0); }
static struct admission_place come_to_a_full_house(struct fixture *fixture) { return ask_with(fixture, NULL, 1001); }

static void who_comes_to_an_empty_room_enters_and_goes_on(void **state) {
  struct admission_place place = come(*state);
  assert_int_equal(place.answer, ADMISSION_COMES);
  struct admission_place again = ask_with(*state, &place, 0);
  assert_int_equal(again.answer, ADMISSION_HOLDS);
}

/* The gate let them in a moment ago, and others began to wait before their page was made. */
static void who_is_inside_already_gets_the_admission_alone(void **state) {
  struct fixture *fixture = *state;
  struct admission_place first = come_to_a_full_house(fixture);
  const struct admission_asker asker = {.now_ms = began_ms, .now_us = fixture->now_us, .is_inside = true};
  struct admission_place place;
  admission_room_ask(fixture->room, &asker, &place);
  assert_int_equal(place.answer, ADMISSION_COMES);
  assert_int_equal(ask_with(fixture, &place, 1001).answer, ADMISSION_HOLDS);
  assert_int_equal(ask_with(fixture, &first, 1001).answer, ADMISSION_WAITS); /* and calls nobody else */
}

static void who_comes_while_others_wait_waits_behind_them(void **state) {
  struct admission_place first = come_to_a_full_house(*state);
  struct admission_place second = come(*state); /* there is room now, and it is the first one's */
  assert_int_equal(first.answer, ADMISSION_WAITS);
  assert_int_equal(second.answer, ADMISSION_WAITS);
  assert_int_equal(second.ahead, first.ahead + 1);
}

/* The last who waited went away, and none but programs come, which get no place. */
static void a_room_that_everybody_left_empties_whoever_asks(void **state) {
  struct fixture *fixture = *state;
  (void)come_to_a_full_house(fixture);
  struct admission_asker program = {.now_ms = began_ms, .now_us = fixture->now_us};
  assert_false(admission_room_is_empty(fixture->room, &program));
  program.now_us += SECOND_US;
  assert_true(admission_room_is_empty(fixture->room, &program));
}

static void people_are_called_in_the_order_of_coming(void **state) {
  struct fixture *fixture = *state;
  struct admission_place places[100];
  for (int i = 0; i < 100; i++) {
    places[i] = come_to_a_full_house(fixture);
  }
  fixture->now_us += SECOND_US; /* twenty a second to begin with */
  int called = 0;
  for (int i = 0; i < 100; i++) {
    enum admission_answer answer = ask_with(fixture, &places[i], 500).answer;
    assert_true(answer == ADMISSION_COMES || answer == ADMISSION_WAITS);
    assert_true(answer == ADMISSION_WAITS || called == i); /* nobody before them is left */
    called += answer == ADMISSION_COMES;
  }
  assert_int_equal(called, 20);
}

static void who_was_called_waits_another_moment_while_the_house_is_full(void **state) {
  struct fixture *fixture = *state;
  struct admission_place mine = come_to_a_full_house(fixture);
  fixture->now_us += SECOND_US;
  struct admission_place again = ask_with(fixture, &mine, 700);
  assert_int_equal(again.answer, ADMISSION_WAITS);
  assert_int_equal(again.ahead, 0);
  assert_false(again.is_new);
  assert_int_equal(ask_with(fixture, &mine, 500).answer, ADMISSION_COMES);
}

static void a_reload_keeps_the_place_and_wins_nothing(void **state) {
  struct fixture *fixture = *state;
  (void)come_to_a_full_house(fixture);
  struct admission_place mine = come_to_a_full_house(fixture);
  for (int i = 0; i < 50; i++) {
    struct admission_place again = ask_with(fixture, &mine, 0);
    assert_int_equal(again.answer, ADMISSION_WAITS);
    assert_int_equal(again.ahead, mine.ahead);
    assert_false(again.is_new);
    assert_string_equal(again.text, mine.text);
  }
  assert_int_equal(admission_room_figures(fixture->room).given, 2);
}

/* Many tabs, or a ticket that is passed on: one number, one admission. */
static void a_ticket_is_admitted_once(void **state) {
  struct fixture *fixture = *state;
  struct admission_place mine = come_to_a_full_house(fixture);
  struct admission_place other = come_to_a_full_house(fixture);
  fixture->now_us += SECOND_US;
  assert_int_equal(ask_with(fixture, &mine, 500).answer, ADMISSION_COMES);
  for (int i = 0; i < 30; i++) {
    (void)come_to_a_full_house(fixture);
  }
  struct admission_place replayed = ask_with(fixture, &mine, 500);
  assert_int_equal(replayed.answer, ADMISSION_WAITS);
  assert_true(replayed.is_new); /* the end of the queue */
  assert_true(replayed.ahead > 10);
  assert_int_equal(ask_with(fixture, &other, 500).answer, ADMISSION_COMES);
}

static void forged_tickets_and_admissions_are_those_of_a_newcomer(void **state) {
  struct fixture *fixture = *state;
  struct admission_place mine = come_to_a_full_house(fixture);
  struct admission_place inside = {0};
  fixture->now_us += SECOND_US;
  inside = ask_with(fixture, &mine, 500);
  assert_int_equal(inside.answer, ADMISSION_COMES);
  (void)come_to_a_full_house(fixture);
  for (size_t i = 0; i < ADMISSION_TEXT_BYTES; i++) {
    struct admission_place forged = inside;
    forged.text[i] = forged.text[i] == 'A' ? 'B' : 'A';
    struct admission_place answer = ask_with(fixture, &forged, 1001);
    assert_int_equal(answer.answer, ADMISSION_WAITS);
    assert_true(answer.is_new);
  }
  struct admission_place swapped = inside; /* an admission shown as a ticket, and the other way round */
  swapped.answer = ADMISSION_WAITS;
  assert_true(ask_with(fixture, &swapped, 1001).is_new);
  struct admission_place ticket = come_to_a_full_house(fixture);
  ticket.answer = ADMISSION_COMES;
  assert_int_equal(ask_with(fixture, &ticket, 1001).answer, ADMISSION_WAITS);
}

static void a_ticket_of_another_installation_is_no_ticket(void **state) {
  struct fixture *fixture = *state;
  struct admission_key other = fixture->key;
  struct admission_place place = {.answer = ADMISSION_WAITS};
  other.bytes[0] ^= 1;
  admission_ticket_write(&other, TICKET_PLACE, &(const struct ticket){.number = 1, .at_s = began_ms / 1000, .node = NODE}, place.text);
  assert_true(ask_with(fixture, &place, 1001).is_new);
}

static void an_admission_ends_after_its_time_and_its_requests(void **state) {
  struct fixture *fixture = *state;
  struct admission_place mine = come(fixture);
  for (int i = 0; i < ADMISSION_REQUESTS; i++) {
    assert_int_equal(ask_with(fixture, &mine, 0).answer, ADMISSION_HOLDS);
  }
  assert_int_equal(ask_with(fixture, &mine, 1001).answer, ADMISSION_WAITS);
  struct fixture *other = fixture;
  struct admission_place waits = come_to_a_full_house(other);
  fixture->now_us += 3 * SECOND_US;
  struct admission_place late = ask_with(fixture, &waits, 500);
  assert_int_equal(late.answer, ADMISSION_COMES);
  fixture->now_us += (int64_t)ADMISSION_LASTS_S * SECOND_US;
  assert_int_equal(ask_with(fixture, &late, 1001).answer, ADMISSION_WAITS);
}

static void the_place_survives_a_restart_of_the_program(void **state) {
  struct fixture *fixture = *state;
  struct admission_place places[50];
  for (int i = 0; i < 50; i++) {
    places[i] = come_to_a_full_house(fixture);
  }
  fixture->now_us += SECOND_US;
  assert_int_equal(ask_with(fixture, &places[0], 500).answer, ADMISSION_COMES);
  int64_t ahead = ask_with(fixture, &places[49], 500).ahead;
  /* not closed: a process that is killed closes nothing, and another maps the same file */
  struct admission_room *killed = fixture->room;
  fixture->room = open_room(fixture, OTHER_NODE, fixture->path);
  struct admission_place after = ask_with(fixture, &places[49], 500);
  assert_int_equal(after.answer, ADMISSION_WAITS);
  assert_int_equal(after.ahead, ahead);
  assert_false(after.is_new);
  assert_true(ask_with(fixture, &places[0], 1001).is_new); /* used before, and not once more */
  assert_int_equal(ask_with(fixture, &places[1], 500).answer, ADMISSION_COMES);
  assert_int_equal(come_to_a_full_house(fixture).ahead, ahead + 2);
  admission_room_close(&killed);
}

/* Who was called and does not come leaves room inside, so more are called. */
static void those_who_do_not_come_hold_nobody_up_for_long(void **state) {
  struct fixture *fixture = *state;
  for (int i = 0; i < 20000; i++) {
    (void)come_to_a_full_house(fixture);
  }
  struct admission_place last = come_to_a_full_house(fixture);
  int seconds = 0;
  while (ask_with(fixture, &last, 100).answer == ADMISSION_WAITS && seconds < 100) {
    fixture->now_us += SECOND_US;
    seconds++;
  }
  assert_in_range(seconds, 5, 30);
}

static void fewer_are_called_while_the_house_is_full(void **state) {
  struct fixture *fixture = *state;
  struct admission_place mine = come_to_a_full_house(fixture);
  for (int i = 0; i < 5000; i++) {
    (void)come_to_a_full_house(fixture);
  }
  for (int i = 0; i < 40; i++) {
    fixture->now_us += SECOND_US;
    (void)ask_with(fixture, &mine, 1000);
  }
  assert_true(admission_room_figures(fixture->room).called_per_s < 1.5); /* but somebody always is */
  assert_true(admission_room_figures(fixture->room).waiting > 4000);
}

static void a_ticket_of_another_node_has_the_place_of_its_time(void **state) {
  struct fixture *fixture = *state;
  struct fixture other = *fixture;
  other.room = open_room(fixture, OTHER_NODE, NULL);
  struct admission_place early = come_to_a_full_house(fixture);
  fixture->now_us = other.now_us += 2 * SECOND_US;
  for (int i = 0; i < 40; i++) {
    (void)come_to_a_full_house(fixture);
  }
  fixture->now_us = other.now_us += 2 * SECOND_US;
  struct admission_place foreign = come_to_a_full_house(&other);
  fixture->now_us += 2 * SECOND_US;
  for (int i = 0; i < 200; i++) {
    (void)come_to_a_full_house(fixture);
  }
  struct admission_place here = ask_with(fixture, &foreign, 1001);
  assert_int_equal(here.answer, ADMISSION_WAITS);
  assert_false(here.is_new);
  assert_true(here.ahead < come_to_a_full_house(fixture).ahead - 190);
  assert_int_equal(ask_with(fixture, &early, 500).answer, ADMISSION_COMES);
  fixture->now_us += 10 * SECOND_US;
  assert_int_equal(ask_with(fixture, &foreign, 500).answer, ADMISSION_COMES);
  assert_true(ask_with(fixture, &foreign, 1001).is_new); /* once here too */
  admission_room_close(&other.room);
}

static void a_session_is_known_by_its_mark_and_nothing_else_is(void **state) {
  struct fixture *fixture = *state;
  struct arena arena CLEANUP(arena_free);
  struct random random = random_seeded(1);
  arena_init(&arena);
  struct slice token = admission_mark_make(&fixture->key, &random, began_ms, &arena);
  assert_int_equal(token.len, ADMISSION_TEXT_BYTES);
  assert_true(admission_mark_is(&fixture->key, token, began_ms + 3600 * 1000));
  assert_false(admission_mark_is(&fixture->key, token, began_ms + 26LL * 3600 * 1000));
  assert_false(admission_mark_is(&fixture->key, token, began_ms - 3600 * 1000));
  assert_false(admission_mark_is(&fixture->key, slice_sub(token, 0, 42), began_ms));
  assert_false(admission_mark_is(&fixture->key, S(""), began_ms));
  for (size_t i = 0; i < token.len; i++) {
    char forged[ADMISSION_TEXT_BYTES];
    memcpy(forged, token.ptr, sizeof forged);
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    assert_false(admission_mark_is(&fixture->key, slice_of(forged, sizeof forged), began_ms));
  }
}

static void tokens_are_ordered_by_when_they_were_made(void **state) {
  struct fixture *fixture = *state;
  struct arena arena CLEANUP(arena_free);
  struct random random = random_seeded(1);
  uint8_t before[ADMISSION_TIME_BYTES] = {0};
  arena_init(&arena);
  static const int64_t steps_ms[] = {4, 100, 1000, 60 * 1000, 30LL * 24 * 3600 * 1000, 40LL * 365 * 24 * 3600 * 1000};
  int64_t at_ms = began_ms;
  for (size_t i = 0; i < sizeof steps_ms / sizeof *steps_ms; i++) {
    uint8_t time[ADMISSION_TIME_BYTES];
    at_ms += steps_ms[i];
    assert_true(admission_mark_time(admission_mark_make(&fixture->key, &random, at_ms, &arena), time));
    assert_true(memcmp(time, before, sizeof time) > 0);
    memcpy(before, time, sizeof time);
  }
  assert_false(admission_mark_time(S("abc"), before));
  assert_false(admission_mark_time(S("!bcdefghijklmnopqrstuvwxyzabcdefghijklmnopq"), before));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(who_comes_to_an_empty_room_enters_and_goes_on),
      TEST(who_is_inside_already_gets_the_admission_alone),
      TEST(who_comes_while_others_wait_waits_behind_them),
      TEST(a_room_that_everybody_left_empties_whoever_asks),
      TEST(people_are_called_in_the_order_of_coming),
      TEST(who_was_called_waits_another_moment_while_the_house_is_full),
      TEST(a_reload_keeps_the_place_and_wins_nothing),
      TEST(a_ticket_is_admitted_once),
      TEST(forged_tickets_and_admissions_are_those_of_a_newcomer),
      TEST(a_ticket_of_another_installation_is_no_ticket),
      TEST(an_admission_ends_after_its_time_and_its_requests),
      TEST(the_place_survives_a_restart_of_the_program),
      TEST(those_who_do_not_come_hold_nobody_up_for_long),
      TEST(fewer_are_called_while_the_house_is_full),
      TEST(a_ticket_of_another_node_has_the_place_of_its_time),
      TEST(a_session_is_known_by_its_mark_and_nothing_else_is),
      TEST(tokens_are_ordered_by_when_they_were_made),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
