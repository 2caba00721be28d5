/* Readers see one whole value each time, whoever replaces it; the last to hold one frees it (the leak and thread sanitizers look). */
#include "base/snapshot.h"

#include "base/unit_test.h"

enum { READERS = 4, ROUNDS = 2000 };

struct pair {
  int64_t left;
  int64_t right; /* always twice the left */
};
struct race {
  struct snapshot_slot slot;
  _Atomic bool is_over;
  _Atomic int torn;
};

static struct snapshot *pair_new(int64_t number) {
  struct snapshot *snapshot = snapshot_new();
  struct pair *pair = arena_alloc(&snapshot->arena, sizeof *pair);
  *pair = (struct pair){number, 2 * number};
  snapshot->value = pair;
  return snapshot;
}

static void *read_pairs(void *arg) {
  struct race *race = arg;
  while (!atomic_load(&race->is_over)) {
    struct snapshot *held CLEANUP(snapshot_give) = snapshot_take(&race->slot);
    const struct pair *pair = held->value;
    if (pair->right != 2 * pair->left) {
      (void)atomic_fetch_add(&race->torn, 1);
    }
  }
  return NULL;
}

static void readers_never_see_half_of_a_replacement(void **state) {
  (void)state;
  struct race race = {.is_over = false};
  pthread_t readers[READERS];
  snapshot_slot_open(&race.slot);
  snapshot_put(&race.slot, pair_new(0));
  for (int i = 0; i < READERS; i++) {
    assert_int_equal(pthread_create(&readers[i], NULL, read_pairs, &race), 0);
  }
  for (int64_t i = 1; i <= ROUNDS; i++) {
    snapshot_put(&race.slot, pair_new(i));
  }
  atomic_store(&race.is_over, true);
  for (int i = 0; i < READERS; i++) {
    assert_int_equal(pthread_join(readers[i], NULL), 0);
  }
  assert_int_equal(atomic_load(&race.torn), 0);
  snapshot_slot_close(&race.slot);
}

static void what_was_taken_stays_after_it_was_replaced(void **state) {
  (void)state;
  struct snapshot_slot slot;
  snapshot_slot_open(&slot);
  assert_null(snapshot_take(&slot));
  snapshot_put(&slot, pair_new(1));
  struct snapshot *old = snapshot_take(&slot);
  snapshot_put(&slot, pair_new(2));
  struct snapshot *fresh = snapshot_take(&slot);
  assert_true(((const struct pair *)old->value)->left == 1 && ((const struct pair *)fresh->value)->left == 2);
  snapshot_give(&old);
  snapshot_slot_close(&slot);
  assert_true(((const struct pair *)fresh->value)->right == 4);
  snapshot_give(&fresh);
  assert_null(fresh);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(readers_never_see_half_of_a_replacement),
      cmocka_unit_test(what_was_taken_stays_after_it_was_replaced),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
