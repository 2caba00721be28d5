#include "db/engine_fixture.h"
#include "outbox/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/unit_test.h"

struct fixture {
  char folder[64];
  struct arena arena;
  struct clock clock;
  struct random random;
  struct env env;
  struct outbox_item item;
  int failures_left;
  int delivered;
  int acknowledged;
  int kept;
  int64_t unkeepable; /* outbox id */
  struct outbox_destination destination;
  struct outbox_options options;
};

static result deliver(struct env *env, void *context, const struct outbox_item *item, struct arena *arena,
                      struct slice *ret_acknowledgement) {
  struct fixture *f = context;
  (void)env;
  (void)item;
  (void)arena;
  if (f->failures_left > 0) {
    f->failures_left--;
    FAIL(OUTBOX_UNREACHABLE, "down");
  }
  f->delivered++;
  *ret_acknowledgement = S("signed");
  return OK;
}

static struct fixture *current; /* the callback has no context of its own */
static result count_acknowledged(struct env *env, struct db_tx *tx, struct arena *arena,
                                 const struct outbox_item *item) {
  (void)env;
  (void)tx;
  (void)arena;
  assert_int_equal(item->person_id, 7);
  current->acknowledged++;
  return OK;
}

static result add(struct db_tx *tx, void *arg) {
  struct fixture *f = arg;
  return outbox_add(&f->env, tx, &f->item);
}

static result keep(struct env *env, struct db_tx *tx, const struct outbox_item *item, struct arena *arena) {
  (void)env;
  (void)tx;
  (void)arena;
  if (item->outbox_id == current->unkeepable) {
    FAIL(OUTBOX_REFUSED, "not this one");
  }
  current->kept++;
  return OK;
}

static int set_up(void **state) {
  static struct db_migration migrations[8];
  size_t count = 0;
  for (const struct db_migration *m = ledger_migrations; m->module; m++) {
    migrations[count++] = *m;
  }
  for (const struct db_migration *m = outbox_migrations; m->module; m++) {
    migrations[count++] = *m;
  }
  struct fixture *f = heap_alloc(sizeof *f);
  (void)snprintf(f->folder, sizeof f->folder, "/tmp/danh-outbox-XXXXXX");
  assert_non_null(mkdtemp(f->folder));
  arena_init(&f->arena);
  f->clock = clock_fixed(1718352000000);
  f->random = random_seeded(1);
  f->env = (struct env){.clock = &f->clock, .random = &f->random};
  struct slice path = arena_printf(&f->arena, "%s/t.db", f->folder);
  struct db_options options = {
      .path = (const char *)path.ptr, .mode = DB_CREATE, .migrations = migrations, .readers = 2};
  assert_ok(db_engine_open(&options, &f->env.db));
  f->destination = (struct outbox_destination){.name = S("national_portal"), .deliver = deliver, .context = f};
  f->options = (struct outbox_options){&f->destination, 1, count_acknowledged};
  f->item = (struct outbox_item){.person_id = 7,
                                 .destination = S("national_portal"),
                                 .kind = S("lltp.result"),
                                 .reference = S("H26.11-240614-0001"),
                                 .payload = S("{}")};
  assert_ok(db_write(f->env.db, add, f));
  current = f;
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  char command[96];
  db_close(&f->env.db);
  (void)snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
  assert_int_equal(system(command), 0);
  arena_free(&f->arena);
  free(f);
  return 0;
}

static struct outbox_item load(struct fixture *f) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct outbox_item_list list;
  assert_ok(db_read_begin(f->env.db, &tx));
  assert_ok(outbox_of_reference(tx, &f->arena, 7, S("H26.11-240614-0001"), &list));
  assert_int_equal(list.count, 1);
  return list.items[0];
}

static int64_t round_at(struct fixture *f, int64_t later_ms) {
  int64_t left = 0;
  clock_fixed_set(&f->clock, clock_now_ms(&f->clock) + later_ms);
  assert_ok(outbox_deliver_due(&f->env, &f->options, &left));
  return left;
}

static void failure_waits_longer_each_time_and_is_visible(void **state) {
  struct fixture *f = *state;
  f->failures_left = 2;
  assert_int_equal(round_at(f, 0), 1);
  struct outbox_item item = load(f);
  int64_t first = item.next_attempt_at_ms - clock_now_ms(&f->clock);
  assert_int_equal(item.attempts, 1);
  assert_true(slice_is(item.last_error, "unreachable"));
  assert_in_range(first, 1000, 1200);
  assert_int_equal(round_at(f, 10), 1); /* not due yet: not tried */
  assert_int_equal(load(f).attempts, 1);
  assert_int_equal(round_at(f, first), 1);
  item = load(f);
  assert_int_equal(item.attempts, 2);
  assert_in_range(item.next_attempt_at_ms - clock_now_ms(&f->clock), 2000, 2400);
}

static void acknowledgement_ends_it_once(void **state) {
  struct fixture *f = *state;
  f->failures_left = 1;
  assert_int_equal(round_at(f, 0), 1);
  assert_int_equal(round_at(f, 2000), 0);
  assert_int_equal(round_at(f, 600000), 0);
  assert_int_equal(f->delivered, 1);
  assert_int_equal(f->acknowledged, 1);
  struct outbox_item item = load(f);
  assert_int_equal(item.state, OUTBOX_ACKNOWLEDGED);
  assert_true(slice_empty(item.last_error));
}

static void other_destinations_wait_for_their_configuration(void **state) {
  struct fixture *f = *state;
  f->destination.name = S("provincial_system");
  assert_int_equal(round_at(f, 0), 1);
  assert_int_equal(f->delivered, 0);
  f->destination.name = S("national_portal");
  assert_int_equal(round_at(f, 0), 0);
}

static void one_that_cannot_be_kept_does_not_hold_up_the_others(void **state) {
  struct fixture *f = *state;
  f->destination = (struct outbox_destination){.name = S("national_portal"), .keep = keep};
  assert_ok(db_write(f->env.db, add, f));
  f->unkeepable = f->item.outbox_id;
  assert_ok(db_write(f->env.db, add, f));
  assert_int_equal(round_at(f, 0), 1);
  f->kept = 0; /* counted outside the transaction: also what was undone */
  assert_int_equal(round_at(f, 10), 1);
  assert_int_equal(f->kept, 0);
  f->unkeepable = 0;
  assert_int_equal(round_at(f, 2000), 0);
  assert_int_equal(f->kept, 1);
  f->kept = 0;
  assert_int_equal(round_at(f, 600000), 0);
  assert_int_equal(f->kept, 0);
}

static void many_are_delivered_once_each(void **state) {
  struct fixture *f = *state;
  for (int i = 0; i < 199; i++) {
    assert_ok(db_write(f->env.db, add, f));
  }
  assert_int_equal(round_at(f, 0), 0);
  assert_int_equal(f->delivered, 200);
  assert_int_equal(f->acknowledged, 200);
}

enum { PATIENCE = 6000 /* hundredths of a second: a bound for a runner that hangs, not a measure */ };

static void runner_delivers_when_woken(void **state) {
  struct fixture *f = *state;
  struct outbox_runner *runner = NULL;
  assert_ok(outbox_runner_open(&f->env, &f->options, &runner));
  for (int i = 0; i < PATIENCE && load(f).state != OUTBOX_ACKNOWLEDGED; i++) {
    outbox_runner_wake(runner);
    (void)usleep(10000);
  }
  outbox_runner_close(&runner);
  assert_null(runner);
  assert_int_equal(load(f).state, OUTBOX_ACKNOWLEDGED);
}

/* ---- families ---- */

static result deliver_to_living(struct env *env, void *context, const struct outbox_item *item, struct arena *arena,
                                struct slice *ret_acknowledgement) {
  struct fixture *f = context;
  (void)env;
  (void)arena;
  if (slice_is(item->destination, "parties/dead")) {
    f->failures_left++;
    FAIL(OUTBOX_UNREACHABLE, "down");
  }
  f->delivered++;
  *ret_acknowledgement = S("200");
  return OK;
}

static void add_to(struct fixture *f, struct slice destination, int count) {
  f->item.destination = destination;
  for (int i = 0; i < count; i++) {
    assert_ok(db_write(f->env.db, add, f));
  }
}

static void a_member_that_is_away_is_tried_by_one_row_and_holds_up_no_other(void **state) {
  struct fixture *f = *state;
  f->destination = (struct outbox_destination){.name = S("parties"), .family_lanes = 2, .deliver = deliver_to_living, .context = f};
  add_to(f, S("parties/dead"), 3);
  add_to(f, S("parties/living"), 2);
  add_to(f, S("parties"), 1);
  add_to(f, S("parties_of_others"), 1);
  assert_int_equal(round_at(f, 0), 5); /* the dead one's three, one of another family, and that of the fixture */
  assert_int_equal(f->delivered, 3);
  assert_int_equal(f->failures_left, 1);
  assert_int_equal(round_at(f, 10), 5);
  assert_int_equal(f->failures_left, 1);
  (void)round_at(f, 2000);
  assert_int_equal(f->failures_left, 2);
}

static bool is_done(struct fixture *f, struct slice destination) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct arena arena CLEANUP(arena_free); /* its own: two threads ask */
  struct outbox_item_list list;
  bool has = false;
  arena_init(&arena);
  assert_ok(db_read_begin(f->env.db, &tx));
  assert_ok(outbox_of_reference(tx, &arena, 7, S("H26.11-240614-0001"), &list));
  for (size_t i = 0; i < list.count; i++) {
    has |= slice_eq(list.items[i].destination, destination) && list.items[i].state == OUTBOX_ACKNOWLEDGED;
  }
  return has;
}

/* Hangs until the other member has its delivery: with one thread for both it never would. */
static result hang_at_the_dead(struct env *env, void *context, const struct outbox_item *item, struct arena *arena,
                               struct slice *ret_acknowledgement) {
  (void)env;
  (void)arena;
  for (int i = 0; i < 2 * PATIENCE && slice_is(item->destination, "parties/a_dead") && !is_done(context, S("parties/b_living")); i++) {
    (void)usleep(10000);
  }
  *ret_acknowledgement = S("200");
  return OK;
}

static void one_member_gets_its_own_while_another_hangs(void **state) {
  struct fixture *f = *state;
  struct outbox_runner *runner = NULL;
  f->destination = (struct outbox_destination){.name = S("parties"), .family_lanes = 2, .deliver = hang_at_the_dead, .context = f};
  add_to(f, S("parties/a_dead"), 1);
  add_to(f, S("parties/b_living"), 1);
  assert_ok(outbox_runner_open(&f->env, &f->options, &runner));
  for (int i = 0; i < PATIENCE && !is_done(f, S("parties/b_living")); i++) {
    (void)usleep(10000);
  }
  bool is_living_done = is_done(f, S("parties/b_living"));
  outbox_runner_close(&runner);
  assert_true(is_living_done);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(failure_waits_longer_each_time_and_is_visible, set_up, tear_down),
      cmocka_unit_test_setup_teardown(acknowledgement_ends_it_once, set_up, tear_down),
      cmocka_unit_test_setup_teardown(other_destinations_wait_for_their_configuration, set_up, tear_down),
      cmocka_unit_test_setup_teardown(one_that_cannot_be_kept_does_not_hold_up_the_others, set_up, tear_down),
      cmocka_unit_test_setup_teardown(many_are_delivered_once_each, set_up, tear_down),
      cmocka_unit_test_setup_teardown(runner_delivers_when_woken, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_member_that_is_away_is_tried_by_one_row_and_holds_up_no_other, set_up, tear_down),
      cmocka_unit_test_setup_teardown(one_member_gets_its_own_while_another_hangs, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
