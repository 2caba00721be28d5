#include "base/fiber.h"

#include <fenv.h>
#include <pthread.h>
#include <unistd.h>

#include "base/own.h"
#include "base/parking.h"

#include "base/unit_test.h"

enum { CALLS = 8 };

struct scene { /* of one host */
  struct fiber_host *host;
  struct parking *waits[CALLS];
  int order[2 * CALLS];
  int count;
  int rung;
};

struct call {
  struct scene *scene;
  int number;
};

static void ring(void *app) { __atomic_add_fetch(&((struct scene *)app)->rung, 1, __ATOMIC_SEQ_CST); }

static void await(void *app, int fd, int ms, struct parking *parking) {
  (void)fd;
  (void)ms;
  ((struct scene *)app)->waits[0] = parking;
}

static struct fiber_host *host_of(struct scene *scene, int fibers_max) {
  return fiber_host_open(&(struct fiber_host_options){.fibers_max = fibers_max, .app = scene, .ring = ring, .await = await});
}

static void wait_once(void *arg) {
  const struct call *call = arg;
  struct parking parking;
  parking_init(&parking);
  call->scene->waits[call->number] = &parking;
  call->scene->order[call->scene->count++] = call->number;
  parking_wait(&parking);
  call->scene->order[call->scene->count++] = 100 + call->number;
  parking_end(&parking);
}

static void the_thread_goes_on_where_a_call_waits(void **state) {
  (void)state;
  struct scene scene = {.count = 0};
  struct fiber_host *host CLEANUP(fiber_host_close) = host_of(&scene, 2);
  struct call calls[3] = {{&scene, 0}, {&scene, 1}, {&scene, 2}};
  assert_true(fiber_begin(host, wait_once, &calls[0]));
  assert_true(fiber_begin(host, wait_once, &calls[1]));
  assert_int_equal(fiber_count(host), 2);
  assert_false(fiber_begin(host, wait_once, &calls[2])); /* as many as may be */
  assert_false(fiber_run(host));                         /* nobody was posted */
  struct parking_bell bell = {.count = 0};
  parking_post(scene.waits[1], &bell);
  parking_post(scene.waits[0], &bell);
  parking_ring(&bell);
  assert_true(fiber_run(host));
  assert_true(fiber_run(host));
  assert_false(fiber_run(host));
  assert_int_equal(fiber_count(host), 0);
  const int expected[] = {0, 1, 101, 100}; /* in the order of the posts */
  assert_memory_equal(scene.order, expected, sizeof expected);
  assert_true(fiber_begin(host, wait_once, &calls[2])); /* on a stack that was used before */
  parking_post_here(scene.waits[2]);
  assert_true(fiber_run(host));
}

static void fail_and_wait(void *arg) {
  const struct call *call = arg;
  assert_int_equal(fault_last()->code, 0); /* not the one before on this stack */
  assert_false(trace_is_set(trace_current()));
  const struct trace trace = {.trace_id = {(uint8_t)(call->number + 1)}};
  trace_current_set(&trace);
  (void)!is_ok(fault_set("here", call->number, BASE_IO, "call %d", call->number));
  wait_once(arg);
  assert_int_equal(fault_last()->line, call->number);
  assert_int_equal(trace_current()->trace_id[0], call->number + 1);
}

static void a_fault_and_a_trace_are_their_own_calls(void **state) {
  (void)state;
  struct scene scene = {.count = 0};
  struct fiber_host *host CLEANUP(fiber_host_close) = host_of(&scene, CALLS);
  struct call calls[CALLS];
  fault_clear();
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < CALLS; i++) {
      calls[i] = (struct call){&scene, i};
      assert_true(fiber_begin(host, fail_and_wait, &calls[i]));
    }
    struct parking_bell bell = {.count = 0};
    for (int i = CALLS - 1; i >= 0; i--) {
      parking_post(scene.waits[i], &bell);
    }
    parking_ring(&bell);
    while (fiber_run(host)) {
    }
    assert_int_equal(fiber_count(host), 0);
    scene.count = 0;
  }
  assert_int_equal(fault_last()->code, 0); /* nor the thread's */
}

static void *post_all(void *arg) {
  struct scene *scene = arg;
  struct parking_bell bell = {.count = 0};
  for (int i = 0; i < CALLS; i++) {
    parking_post(scene->waits[i], &bell);
  }
  parking_ring(&bell);
  return NULL;
}

static void a_host_that_sleeps_is_rung_for_once(void **state) {
  (void)state;
  struct scene scene = {.count = 0};
  struct fiber_host *host CLEANUP(fiber_host_close) = host_of(&scene, CALLS);
  struct call calls[CALLS];
  for (int i = 0; i < CALLS; i++) {
    calls[i] = (struct call){&scene, i};
    assert_true(fiber_begin(host, wait_once, &calls[i]));
  }
  assert_true(fiber_sleep(host));
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, post_all, &scene), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(scene.rung, 1); /* eight posts */
  assert_false(fiber_sleep(host)); /* somebody can go on */
  while (fiber_run(host)) {
  }
  assert_int_equal(fiber_count(host), 0);
  assert_true(fiber_sleep(host));
  fiber_wake(host);
}

static void count_and_pass(void *arg) {
  const struct call *call = arg;
  call->scene->order[call->scene->count++] = call->number;
  parking_pass();
  call->scene->order[call->scene->count++] = 100 + call->number;
}

static void who_passes_comes_after_all_that_were_there(void **state) {
  (void)state;
  struct scene scene = {.count = 0};
  struct fiber_host *host CLEANUP(fiber_host_close) = host_of(&scene, CALLS);
  struct call calls[2] = {{&scene, 0}, {&scene, 1}};
  assert_true(fiber_begin(host, count_and_pass, &calls[0]));
  assert_true(fiber_begin(host, count_and_pass, &calls[1]));
  while (fiber_run(host)) {
  }
  const int expected[] = {0, 1, 100, 101};
  assert_memory_equal(scene.order, expected, sizeof expected);
  parking_pass(); /* a thread has nobody */
}

static void post_oneself(void *arg) {
  struct parking parking;
  struct parking_bell bell = {.count = 0};
  parking_init(&parking);
  parking_post(&parking, &bell);
  parking_post(&parking, &bell);
  parking_wait(&parking);
  parking_wait(&parking);
  parking_end(&parking);
  parking_rest(1);
  *(bool *)arg = true;
}

static void a_post_before_the_wait_is_not_lost(void **state) {
  (void)state;
  struct scene scene = {.count = 0};
  struct fiber_host *host CLEANUP(fiber_host_close) = host_of(&scene, 1);
  bool is_over = false;
  assert_true(fiber_begin(host, post_oneself, &is_over));
  assert_false(is_over); /* it rests: somebody else's turn */
  parking_post_here(scene.waits[0]);
  assert_true(fiber_run(host));
  assert_true(is_over);
  is_over = false;
  post_oneself(&is_over); /* a thread alike */
  assert_true(is_over);
}

struct ringer {
  struct scene *scene;
  atomic_bool has_posted;
  atomic_bool rings;
};

static void *post_and_ring_later(void *arg) {
  struct ringer *ringer = arg;
  struct parking_bell bell = {.count = 0};
  parking_post(ringer->scene->waits[0], &bell);
  atomic_store(&ringer->has_posted, true);
  usleep(50 * 1000); /* something else is first */
  atomic_store(&ringer->rings, true);
  parking_ring(&bell);
  return NULL;
}

/* The last request of a server that stops is answered before whoever posted it has rung: the host is awake, and asks nobody. */
static void no_host_is_closed_that_is_still_to_be_rung_for(void **state) {
  (void)state;
  struct scene scene = {.count = 0};
  struct fiber_host *host = host_of(&scene, 1);
  struct call call = {&scene, 0};
  struct ringer ringer = {.scene = &scene};
  assert_true(fiber_begin(host, wait_once, &call));
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, post_and_ring_later, &ringer), 0);
  while (!atomic_load(&ringer.has_posted)) {
    usleep(100);
  }
  assert_true(fiber_run(host));
  fiber_host_close(&host);
  assert_true(atomic_load(&ringer.rings));
  assert_int_equal(pthread_join(thread, NULL), 0);
}

struct ball {
  struct fiber_host *host;
  struct parking *_Atomic waits;
  int left;
};

static void catch_many(void *arg) {
  struct ball *ball = arg;
  while (ball->left-- > 0) {
    struct parking parking;
    parking_init(&parking);
    atomic_store(&ball->waits, &parking);
    parking_wait(&parking);
    parking_end(&parking);
  }
}

static void *throw_many(void *arg) {
  struct ball *ball = arg;
  for (int i = 0; i < 2000; i++) {
    struct parking *parking = NULL;
    while ((parking = atomic_exchange(&ball->waits, NULL)) == NULL) {
      usleep(1);
    }
    struct parking_bell bell = {.count = 0};
    parking_post(parking, &bell); /* often before the fiber has left */
    parking_ring(&bell);
  }
  return NULL;
}

static void no_post_is_lost_between_looking_and_leaving(void **state) {
  (void)state;
  struct scene scene = {.count = 0};
  struct fiber_host *host CLEANUP(fiber_host_close) = host_of(&scene, 1);
  struct ball ball = {.host = host, .left = 2000};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, throw_many, &ball), 0);
  assert_true(fiber_begin(host, catch_many, &ball));
  while (fiber_count(host) > 0) {
    if (!fiber_run(host)) {
      usleep(1);
    }
  }
  assert_int_equal(pthread_join(thread, NULL), 0);
}

struct rounding {
  struct call call;
  int before, after;
  uintptr_t beyond; /* a multiple of 16: what vector instructions on the stack rely on */
};

static void round_up_and_wait(void *arg) {
  struct rounding *rounding = arg;
  rounding->beyond = (uintptr_t)__builtin_frame_address(0) % 16;
  rounding->before = fegetround();
  (void)fesetround(FE_UPWARD);
  wait_once(&rounding->call);
  rounding->after = fegetround();
  (void)fesetround(FE_TONEAREST);
}

static void how_numbers_are_rounded_is_each_stack_s_own(void **state) {
  (void)state;
  struct scene scene = {.count = 0};
  struct fiber_host *host CLEANUP(fiber_host_close) = host_of(&scene, 2);
  struct rounding roundings[2] = {{.call = {&scene, 0}, .beyond = 1}, {.call = {&scene, 1}, .beyond = 1}};
  for (int i = 0; i < 2; i++) {
    assert_true(fiber_begin(host, round_up_and_wait, &roundings[i]));
    assert_int_equal(fegetround(), FE_TONEAREST); /* of the thread, as it was */
  }
  for (int i = 0; i < 2; i++) {
    parking_post_here(scene.waits[i]);
    assert_true(fiber_run(host));
    assert_int_equal(fegetround(), FE_TONEAREST);
    assert_int_equal(roundings[i].before, FE_TONEAREST);
    assert_int_equal(roundings[i].after, FE_UPWARD);
    assert_int_equal(roundings[i].beyond, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_thread_goes_on_where_a_call_waits), cmocka_unit_test(a_fault_and_a_trace_are_their_own_calls),
      cmocka_unit_test(a_host_that_sleeps_is_rung_for_once),   cmocka_unit_test(who_passes_comes_after_all_that_were_there),
      cmocka_unit_test(a_post_before_the_wait_is_not_lost),    cmocka_unit_test(no_post_is_lost_between_looking_and_leaving),
      cmocka_unit_test(no_host_is_closed_that_is_still_to_be_rung_for), cmocka_unit_test(how_numbers_are_rounded_is_each_stack_s_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
