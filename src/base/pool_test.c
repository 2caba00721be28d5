#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/unit_test.h"

struct gate {
  pthread_mutex_t lock;
  pthread_cond_t opened;
  bool is_open;
  atomic_int entered;
  atomic_int refused;
  struct pool *pool;
};

static result wait_for_gate(void *arg) {
  struct gate *gate = arg;
  atomic_fetch_add(&gate->entered, 1);
  pthread_mutex_lock(&gate->lock);
  while (!gate->is_open) {
    pthread_cond_wait(&gate->opened, &gate->lock);
  }
  pthread_mutex_unlock(&gate->lock);
  return OK;
}

static void *call_pool(void *arg) {
  struct gate *gate = arg;
  if (is_code(pool_run(gate->pool, wait_for_gate, gate), BASE_POOL_FULL)) {
    atomic_fetch_add(&gate->refused, 1);
  }
  return NULL;
}

static result add_one(void *arg) {
  (*(int *)arg)++;
  return OK;
}

static result fails(void *arg) {
  (void)arg;
  FAIL(BASE_TIME_SYNTAX, "the detail");
}

static void a_job_runs_before_its_caller_goes_on(void **state) {
  (void)state;
  struct pool *pool CLEANUP(pool_close) = NULL;
  assert_ok(pool_open(&(struct pool_options){.name = "t", .threads = 2, .waiting_max = 4}, &pool));
  int count = 0;
  for (int i = 0; i < 1000; i++) {
    assert_ok(pool_run(pool, add_one, &count));
  }
  assert_int_equal(count, 1000);
  assert_ok(pool_run(NULL, add_one, &count));
  assert_int_equal(count, 1001);
}

static void a_failure_brings_its_fault_record(void **state) {
  (void)state;
  struct pool *pool CLEANUP(pool_close) = NULL;
  assert_ok(pool_open(&(struct pool_options){.name = "t", .threads = 1}, &pool));
  fault_clear();
  assert_code(pool_run(pool, fails, NULL), BASE_TIME_SYNTAX);
  assert_string_equal(fault_last()->detail, "the detail");
}

static result read_nice(void *arg) {
  *(int *)arg = getpriority(PRIO_PROCESS, 0); /* of the calling thread */
  return OK;
}

static void gives_way_only_where_told(void **state) {
  (void)state;
  struct pool *pool CLEANUP(pool_close) = NULL;
  struct pool *modest CLEANUP(pool_close) = NULL;
  int own = getpriority(PRIO_PROCESS, 0);
  int nice = 0;
  assert_ok(pool_open(&(struct pool_options){.name = "t", .threads = 1}, &pool));
  assert_ok(pool_open(&(struct pool_options){.name = "m", .threads = 1, .gives_way = true}, &modest));
  assert_ok(pool_run(pool, read_nice, &nice));
  assert_int_equal(nice, own);
  assert_ok(pool_run(modest, read_nice, &nice));
  assert_true(nice >= 10);
  assert_int_equal(getpriority(PRIO_PROCESS, 0), own);
}

static atomic_int rests;
static void count_rest(void) { atomic_fetch_add(&rests, 1); }

static void rests_once_after_a_while_without_work(void **state) {
  (void)state;
  enum { REST_MS = 30 };
  struct pool *pool CLEANUP(pool_close) = NULL;
  atomic_store(&rests, 0);
  assert_ok(pool_open(&(struct pool_options){.name = "t", .threads = 1, .rest = count_rest, .rest_ms = REST_MS}, &pool));
  for (int round = 1; round <= 2; round++) {
    int count = 0;
    assert_ok(pool_run(pool, add_one, &count));
    for (int waited = 0; atomic_load(&rests) < round; waited++) {
      assert_true(waited < 10000);
      usleep(1000);
    }
    usleep(4 * REST_MS * 1000);
    assert_int_equal(atomic_load(&rests), round);
  }
}

static void refuses_at_once_when_the_queue_is_full(void **state) {
  (void)state;
  struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .opened = PTHREAD_COND_INITIALIZER};
  assert_ok(pool_open(&(struct pool_options){.name = "t", .threads = 1, .waiting_max = 1}, &gate.pool));
  pthread_t callers[3];
  assert_int_equal(pthread_create(&callers[0], NULL, call_pool, &gate), 0);
  while (atomic_load(&gate.entered) == 0) {
    usleep(1000);
  }
  /* one runs; of two more, one may wait */
  assert_int_equal(pthread_create(&callers[1], NULL, call_pool, &gate), 0);
  assert_int_equal(pthread_create(&callers[2], NULL, call_pool, &gate), 0);
  while (atomic_load(&gate.refused) == 0) {
    usleep(1000);
  }
  pthread_mutex_lock(&gate.lock);
  gate.is_open = true;
  pthread_cond_broadcast(&gate.opened);
  pthread_mutex_unlock(&gate.lock);
  for (int i = 0; i < 3; i++) {
    pthread_join(callers[i], NULL);
  }
  assert_int_equal(atomic_load(&gate.refused), 1);
  assert_int_equal(atomic_load(&gate.entered), 2);
  pool_close(&gate.pool);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_job_runs_before_its_caller_goes_on),
      cmocka_unit_test(a_failure_brings_its_fault_record),
      cmocka_unit_test(gives_way_only_where_told),
      cmocka_unit_test(rests_once_after_a_while_without_work),
      cmocka_unit_test(refuses_at_once_when_the_queue_is_full),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
