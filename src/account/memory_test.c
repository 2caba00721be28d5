/* What is kept of a session in memory never outlives what it is of. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "account/life.h"
/* last: cmocka wants its headers before it */
#include "account/account_fixture.h"

static const char PIN[] = "001090000011";

static bool keeps(struct country *country) {
  uint64_t moment = 0;
  return db_moment(country->db, &moment);
}

static result drop_rows(struct db_tx *tx, void *arg) {
  const struct account_session *session = arg;
  return db_run(tx, "DELETE FROM account_session WHERE person_id = $1", DB_ARGS(db_of_int(session->person_id)), NULL);
}

/* A row that goes behind everybody's back tells the two apart: nothing of ours does that. */
static void a_session_is_looked_up_once_where_only_this_process_writes(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  struct account_session session = {0};
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  assert_ok(find(country, &token, &session));
  assert_int_equal(keeps(country), strcmp(db_engine(country->db), "sqlite") == 0);
  assert_ok(db_write(country->db, drop_rows, &session));
  assert_int_equal(is_ok(find(country, &token, &session)), keeps(country));
  pass(country, session.idle_ms);
  assert_code(find(country, &token, &session), ACCOUNT_SESSION); /* what is kept runs out like a row */
}

struct asking {
  struct country *country;
  const struct account_token *token;
  atomic_bool is_over;
};

static void *ask(void *arg) {
  struct asking *asking = arg;
  struct account_session session = {0};
  while (!atomic_load(&asking->is_over)) {
    (void)!is_ok(account_session_find(&asking->country->env, slice_str(asking->token->text), &session));
  }
  return NULL;
}

/* Others ask all the while, so that it is read and kept again up to the last moment. */
static void a_revoked_session_is_refused_at_once_while_it_is_in_use(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  for (int round = 0; round < 20; round++) {
    struct account_token token = {0};
    struct account_session session = {0};
    assert_ok(sign_in(country, PIN, PASSWORD, &token));
    assert_ok(find(country, &token, &session));
    struct asking asking = {.country = country, .token = &token};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
      assert_int_equal(pthread_create(&threads[i], NULL, ask, &asking), 0);
    }
    assert_ok(account_session_revoke(&country->env, session.person_id, session.session_id));
    assert_code(find(country, &token, &session), ACCOUNT_SESSION);
    atomic_store(&asking.is_over, true);
    for (int i = 0; i < 2; i++) {
      (void)pthread_join(threads[i], NULL);
    }
    assert_code(find(country, &token, &session), ACCOUNT_SESSION);
  }
}

/* Opened, and revoked before whoever opened it came to keep it. */
static void a_session_that_is_kept_too_late_is_not_found(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  struct account_session session = {0};
  uint64_t moment = 0;
  (void)db_moment(country->db, &moment);
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  assert_ok(find(country, &token, &session));
  assert_ok(account_session_revoke(&country->env, session.person_id, session.session_id));
  if (keeps(country)) {
    account_session_keep(&country->env, &token, &session, moment);
  }
  assert_code(find(country, &token, &session), ACCOUNT_SESSION);
}

static result raise_level(struct db_tx *tx, void *arg) {
  const struct account_session *session = arg;
  return account_level_raise(tx, session->person_id, 2, 1);
}

static void a_level_that_rises_is_seen_by_the_next_request(void **state) {
  struct country *country = *state;
  struct account_demo demo = {.person_id = country->citizen, .level = 1, .password = slice_str(PASSWORD)};
  struct account_token token = {0};
  struct account_session session = {0};
  assert_ok(account_demo_create(&country->env, NULL, &demo));
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  assert_ok(find(country, &token, &session));
  assert_int_equal(session.level, 1);
  assert_ok(db_write(country->db, raise_level, &session));
  assert_ok(find(country, &token, &session));
  assert_int_equal(session.level, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_session_is_looked_up_once_where_only_this_process_writes),
      TEST(a_revoked_session_is_refused_at_once_while_it_is_in_use),
      TEST(a_session_that_is_kept_too_late_is_not_found),
      TEST(a_level_that_rises_is_seen_by_the_next_request),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
