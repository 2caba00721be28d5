/* What stays on its loop's own thread, in a fiber, and what never does. */
#include "base/fiber.h"
#include "base/parking.h"
#include "http/server_fixture.h"

enum { PARKED_MAX = 528, FIBERS = 512 /* of a loop, in stay.c */, NEVER_MS = 1000 * 1000 };

struct stage {
  struct fixture fixture; /* first: the app of the helpers */
  struct parking *_Atomic parked[PARKED_MAX];
  atomic_int parked_count;
};

/* /stay... may stay. park: waits until it is posted; slow: holds up its thread. Answers with the name of the thread. */
static void play(void *app, struct http_call *call) {
  struct stage *stage = app;
  char name[16] = "";
  pthread_getname_np(pthread_self(), name, sizeof name);
  if (has(call->request.path, "park")) {
    struct parking parking;
    parking_init(&parking);
    atomic_store(&stage->parked[atomic_fetch_add(&stage->parked_count, 1)], &parking);
    parking_wait(&parking);
    parking_end(&parking);
  }
  if (has(call->request.path, "slow")) {
    usleep(30 * 1000);
  }
  http_reply(call, 200, "text/plain", arena_printf(call->arena, "on a %s;", name));
}

static bool stays(void *app, struct http_call *call) {
  (void)app;
  return slice_starts(call->request.path, S("/stay"));
}

static void open_stage_until(struct stage *stage, int loops, int workers, struct http_limits limits) {
  *stage = (struct stage){.parked_count = 0};
  assert_ok(http_server_open(&(struct http_server_options){.listen = "127.0.0.1:0",
                                                           .loops = loops,
                                                           .workers = workers,
                                                           .limits = limits,
                                                           .app = stage,
                                                           .handle = play,
                                                           .stays = stays,
                                                           .refuse = refuse},
                             &stage->fixture.server));
}

static void open_stage(struct stage *stage, int loops, int workers, int held_up_ms) {
  open_stage_until(stage, loops, workers, (struct http_limits){.drain_ms = 2 * READ_MS, .held_up_ms = held_up_ms});
}

static void wait_for_parked(struct stage *stage, int count) {
  for (int i = 0; i < 2 * READ_MS && (atomic_load(&stage->parked_count) < count || atomic_load(&stage->parked[count - 1]) == NULL); i++) {
    usleep(500);
  }
  assert_int_equal(atomic_load(&stage->parked_count), count);
}

static void post(struct stage *stage, int from, int to) {
  struct parking_bell bell = {.count = 0};
  for (int i = from; i < to; i++) {
    parking_post(atomic_load(&stage->parked[i]), &bell);
  }
  parking_ring(&bell);
}

#define GET(path) S("GET " path " HTTP/1.1\r\n" H "Connection: close\r\n\r\n")

static void what_may_stay_is_handled_by_the_loop_and_nothing_else_is(void **state) {
  (void)state;
  struct stage stage;
  open_stage(&stage, 2, 2, NEVER_MS);
  for (int i = 0; i < 20; i++) {
    assert_true(has(ask(&stage.fixture, GET("/stay")), "on a loop;"));
    assert_true(has(ask(&stage.fixture, GET("/other")), "on a worker;"));
  }
  stop(&stage.fixture);
}

static void those_that_wait_take_no_thread(void **state) {
  (void)state;
  struct stage stage;
  open_stage(&stage, 1, 1, NEVER_MS);
  int fds[40];
  for (int i = 0; i < 40; i++) {
    fds[i] = dial(&stage.fixture);
    send_all(fds[i], GET("/stay/park"));
  }
  wait_for_parked(&stage, 40);
  assert_true(has(ask(&stage.fixture, GET("/other")), "on a worker;")); /* the one there is has nothing to do */
  assert_true(has(ask(&stage.fixture, GET("/stay")), "on a loop;"));    /* nor does the loop wait */
  post(&stage, 0, 40);
  for (int i = 0; i < 40; i++) {
    assert_true(has(read_to_end(&stage.fixture, fds[i]), "on a loop;"));
    close(fds[i]);
  }
  stop(&stage.fixture);
}

static void who_finds_no_fiber_goes_to_the_workers(void **state) {
  (void)state;
  struct stage stage;
  open_stage(&stage, 1, 8, NEVER_MS);
  int fds[FIBERS + 1];
  for (int i = 0; i < FIBERS + 1; i++) {
    fds[i] = dial(&stage.fixture);
    send_all(fds[i], GET("/stay/park"));
    wait_for_parked(&stage, i + 1);
  }
  post(&stage, 0, FIBERS + 1);
  for (int i = 0; i < FIBERS + 1; i++) {
    assert_true(has(read_to_end(&stage.fixture, fds[i]), i < FIBERS ? "on a loop;" : "on a worker;"));
    close(fds[i]);
  }
  stop(&stage.fixture);
}

static void one_that_holds_up_the_loop_sends_the_next_to_the_workers_for_a_while(void **state) {
  (void)state;
  struct stage stage;
  open_stage(&stage, 1, 2, 20);
  assert_true(has(ask(&stage.fixture, GET("/stay/slow")), "on a loop;"));
  bool has_left = has(ask(&stage.fixture, GET("/stay/slow")), "on a worker;"); /* unless the machine has been slow for longer than that while */
  bool is_back = false;
  for (int i = 0; i < 200 && !(has_left && is_back); i++) {
    usleep(20 * 1000);
    is_back = is_back || has(ask(&stage.fixture, GET("/stay")), "on a loop;");
    has_left = has_left || (has(ask(&stage.fixture, GET("/stay/slow")), "on a loop;") && has(ask(&stage.fixture, GET("/stay")), "on a worker;"));
  }
  assert_true(has_left);
  assert_true(is_back);
  stop(&stage.fixture);
}

static void *post_soon(void *arg) {
  usleep(100 * 1000);
  post(arg, 0, 1);
  return NULL;
}

static void stop_waits_for_what_stays(void **state) {
  (void)state;
  struct stage stage;
  open_stage(&stage, 1, 1, NEVER_MS);
  int fd = dial(&stage.fixture);
  send_all(fd, S("GET /stay/park HTTP/1.1\r\n" H "\r\n"));
  wait_for_parked(&stage, 1);
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, post_soon, &stage), 0);
  assert_ok(http_server_stop(stage.fixture.server));
  assert_int_equal(pthread_join(thread, NULL), 0);
  struct slice answer = read_to_end(&stage.fixture, fd);
  assert_true(has(answer, "on a loop;"));
  assert_true(has(answer, "Connection: close"));
  close(fd);
  stop(&stage.fixture);
}

/* As of a worker's: whoever stopped it exits without closing what the handler uses. */
static void a_handler_that_never_ends_is_told(void **state) {
  (void)state;
  static struct stage stage; /* never closed */
  open_stage_until(&stage, 1, 1, (struct http_limits){.drain_ms = 300, .held_up_ms = NEVER_MS});
  int fd = dial(&stage.fixture);
  send_all(fd, GET("/stay/park"));
  wait_for_parked(&stage, 1);
  assert_code(http_server_stop(stage.fixture.server), HTTP_STILL_BUSY);
  close(fd);
  arena_free(&stage.fixture.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_may_stay_is_handled_by_the_loop_and_nothing_else_is),
      cmocka_unit_test(those_that_wait_take_no_thread),
      cmocka_unit_test(who_finds_no_fiber_goes_to_the_workers),
      cmocka_unit_test(one_that_holds_up_the_loop_sends_the_next_to_the_workers_for_a_while),
      cmocka_unit_test(stop_waits_for_what_stays),
      cmocka_unit_test(a_handler_that_never_ends_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
