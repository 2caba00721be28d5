#include "account/account_fixture.h"

struct locking {
  struct country *country;
  struct account_capability_lock lock;
};
static result write_lock(struct db_tx *tx, void *arg) {
  struct locking *it = arg;
  return account_capability_lock(&it->country->env, tx, &it->lock);
}
static result write_unlock(struct db_tx *tx, void *arg) {
  struct locking *it = arg;
  return account_capability_unlock(&it->country->env, tx, &it->lock);
}
static struct locking locking_of(struct country *country, enum account_capability capability, enum account_locker locker) {
  return (struct locking){country, {.person_id = country->citizen, .capability = capability, .locker = locker, .reason = S("Nghi bị lừa đảo")}};
}
static result check(struct country *country, enum account_capability capability) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(country->db, &tx));
  return account_capability_check(&country->env, tx, country->citizen, capability);
}

static void locks_one_thing_and_leaves_the_rest(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct locking it = locking_of(country, ACCOUNT_CAPABILITY_SIGN, ACCOUNT_LOCKER_HOLDER);
  assert_ok(db_write(country->db, write_lock, &it));
  assert_code(check(country, ACCOUNT_CAPABILITY_SIGN), ACCOUNT_CAPABILITY_LOCKED);
  assert_ok(check(country, ACCOUNT_CAPABILITY_SUBMIT));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_ACTIVE);
  assert_ok(db_write(country->db, write_unlock, &it));
  assert_ok(check(country, ACCOUNT_CAPABILITY_SIGN));
  assert_code(db_write(country->db, write_unlock, &it), ACCOUNT_GROUND);
}

static void works_again_only_when_nobody_locks_it_any_more(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct locking own = locking_of(country, ACCOUNT_CAPABILITY_SHARE, ACCOUNT_LOCKER_HOLDER);
  struct locking authority = locking_of(country, ACCOUNT_CAPABILITY_SHARE, ACCOUNT_LOCKER_AUTHORITY);
  assert_ok(db_write(country->db, write_lock, &own));
  assert_ok(db_write(country->db, write_lock, &authority));
  assert_ok(db_write(country->db, write_unlock, &own));
  assert_code(check(country, ACCOUNT_CAPABILITY_SHARE), ACCOUNT_CAPABILITY_LOCKED);
  assert_ok(db_write(country->db, write_unlock, &authority));
  assert_ok(check(country, ACCOUNT_CAPABILITY_SHARE));
}

static void what_a_recovery_locked_ends_by_its_time_alone(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct locking it = locking_of(country, ACCOUNT_CAPABILITY_SIGN, ACCOUNT_LOCKER_RECOVERY);
  it.lock.until_ms = clock_now_ms(&country->clock) + 1000;
  assert_ok(db_write(country->db, write_lock, &it));
  it.lock.until_ms = clock_now_ms(&country->clock) + 1; /* a second recovery does not shorten it */
  assert_ok(db_write(country->db, write_lock, &it));
  assert_code(db_write(country->db, write_unlock, &it), ACCOUNT_GROUND);
  clock_fixed_set(&country->clock, clock_now_ms(&country->clock) + 999);
  assert_code(check(country, ACCOUNT_CAPABILITY_SIGN), ACCOUNT_CAPABILITY_LOCKED);
  clock_fixed_set(&country->clock, clock_now_ms(&country->clock) + 1);
  assert_ok(check(country, ACCOUNT_CAPABILITY_SIGN));
}

static void refuses_everything_of_an_account_that_is_locked_or_unknown(void **state) {
  struct country *country = *state;
  assert_code(check(country, ACCOUNT_CAPABILITY_SHARE), ACCOUNT_LOCKED);
  make_active(country, country->citizen);
  assert_ok(check(country, ACCOUNT_CAPABILITY_SHARE));
  struct account_lock lock = {country->citizen, ACCOUNT_GROUND_HOLDER, {country->citizen, S("")}, S(""), 0};
  assert_ok(lock_written(country, &lock));
  assert_code(check(country, ACCOUNT_CAPABILITY_SHARE), ACCOUNT_LOCKED);
  struct locking it = locking_of(country, ACCOUNT_CAPABILITY_SIGN, ACCOUNT_LOCKER_AUTHORITY);
  it.lock.reason = S("");
  assert_code(db_write(country->db, write_lock, &it), ACCOUNT_REASON);
  it.lock.person_id = country->stranger;
  it.lock.reason = S("Theo yêu cầu");
  assert_code(db_write(country->db, write_lock, &it), ACCOUNT_UNKNOWN);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(locks_one_thing_and_leaves_the_rest),
      TEST(works_again_only_when_nobody_locks_it_any_more),
      TEST(what_a_recovery_locked_ends_by_its_time_alone),
      TEST(refuses_everything_of_an_account_that_is_locked_or_unknown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
