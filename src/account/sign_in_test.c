#include <pthread.h>
#include <semaphore.h>

#include "account/account_fixture.h"
#include "crypto/pin_proof.h"

static const char PIN[] = "001090000011";
enum { MINUTE = 60 * 1000 };

static void the_right_password_opens_a_session(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  struct account_session session = {0};
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  assert_int_equal(strlen(token.text), ACCOUNT_TOKEN_CHARACTERS);
  assert_ok(find(country, &token, &session));
  assert_int_equal(session.person_id, country->citizen);
  assert_int_equal(session.level, 2);
  assert_int_equal(session.post_id, 0);
  assert_ok(sign_in(country, PIN, "ca\xcc\x81 voi xanh ha\xcc\x81t \xc4\x91\xc3\xaam", &token)); /* typed decomposed: the same text in NFC */
}

static void refuses_alike_whatever_is_wrong(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_demo bare = {.person_id = country->stranger, .level = 2}; /* an account without a password */
  assert_ok(account_demo_create(&country->env, NULL, &bare));
  static const struct {
    const char *pin, *password;
  } wrong[] = {
      {"001090000011", "không phải mật khẩu"}, {"001090000011", ""},  {"001090000011", "\xff\xfe"}, {"001099000014", "cá voi xanh hát đêm"},
      {"001090999999", "cá voi xanh hát đêm"}, {"", "cá voi xanh"},    {"00109000001", "x"},          {"abcdefghijkl", "cá voi xanh"},
  };
  struct account_token token = {0};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_code(sign_in(country, wrong[i].pin, wrong[i].password, &token), ACCOUNT_CREDENTIALS);
  }
}

/* Whatever is wrong, one hash is made, and of a right password one too: who exists is not told by the work either. */
static void every_attempt_costs_one_hash(void **state) {
  struct country *country = *state;
  struct pool *pool CLEANUP(pool_close) = NULL;
  make_active(country, country->citizen);
  struct account_demo bare = {.person_id = country->stranger, .level = 2};
  assert_ok(account_demo_create(&country->env, NULL, &bare));
  assert_ok(pool_open(&(struct pool_options){.name = "hashing", .threads = 1, .waiting_max = 1}, &pool));
  static const struct {
    const char *pin, *password;
  } attempts[] = {{PIN, "cá voi xanh hát đêm"}, {PIN, "không đúng"},  {PIN, ""},           {"001099000014", "cá voi xanh hát đêm"},
                  {"001090999999", "không đúng"}, {"", "không đúng"}, {"no number", "x"}};
  for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
    struct account_token token = {0};
    struct account_session session = {0};
    struct account_credentials credentials = {.pin = slice_str(attempts[i].pin), .password = slice_str(attempts[i].password),
                                              .client = {.network = S("192.0.2.7")}};
    uint64_t before = pool_count(pool);
    assert_int_equal(is_ok(account_sign_in(&country->env, pool, &credentials, &token, &session)), i == 0);
    assert_int_equal(pool_count(pool) - before, 1);
  }
}

static void five_wrong_passwords_lock_even_the_right_one_out_until_the_lock_ends(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  for (int i = 0; i < 4; i++) {
    assert_code(sign_in(country, PIN, "không đúng", &token), ACCOUNT_CREDENTIALS);
  }
  assert_code(sign_in(country, PIN, "không đúng", &token), ACCOUNT_LOCKED_FOR_NOW);
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_STATE_LOCKED);
  assert_int_equal(account_of(country, country->citizen).grounds, ACCOUNT_GROUND_WRONG_PASSWORD);
  assert_code(sign_in(country, PIN, PASSWORD, &token), ACCOUNT_LOCKED_FOR_NOW);
  pass(country, 30 * MINUTE - 1);
  assert_code(sign_in(country, PIN, PASSWORD, &token), ACCOUNT_LOCKED_FOR_NOW);
  pass(country, 1);
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  assert_int_equal(account_of(country, country->citizen).state, ACCOUNT_ACTIVE);
}

static void an_operator_may_end_the_temporary_lock(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  for (int i = 0; i < 5; i++) {
    assert_false(is_ok(sign_in(country, PIN, "không đúng", &token)));
  }
  struct account_lock lock = {country->citizen, ACCOUNT_GROUND_WRONG_PASSWORD, {0, S("operator@cli")}, S("Đã xác minh tại quầy"), 0};
  assert_ok(unlock_written(country, &lock));
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
}

static void a_login_name_nobody_has_is_locked_alike(void **state) {
  struct country *country = *state;
  struct account_token token = {0};
  for (int i = 0; i < 4; i++) {
    assert_code(sign_in(country, "001090999999", "không đúng", &token), ACCOUNT_CREDENTIALS);
  }
  assert_code(sign_in(country, "001090999999", "không đúng", &token), ACCOUNT_LOCKED_FOR_NOW);
  assert_code(sign_in(country, "001090999999", "không đúng", &token), ACCOUNT_LOCKED_FOR_NOW);
}

static void the_right_password_forgets_the_wrong_ones(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < 4; i++) {
      assert_code(sign_in(country, PIN, "không đúng", &token), ACCOUNT_CREDENTIALS);
    }
    assert_ok(sign_in(country, PIN, PASSWORD, &token));
  }
}

static void the_lock_survives_a_restart(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  for (int i = 0; i < 5; i++) {
    assert_false(is_ok(sign_in(country, PIN, "không đúng", &token)));
  }
  db_close(&country->db);
  country_open(country);
  assert_code(sign_in(country, PIN, PASSWORD, &token), ACCOUNT_LOCKED_FOR_NOW);
}

struct guess {
  struct country *country;
  result got;
};
static void *guess_wrong(void *arg) {
  struct guess *guess = arg;
  struct account_token token = {0};
  guess->got = sign_in(guess->country, PIN, "không đúng", &token);
  return NULL;
}

static void parallel_guesses_get_no_more_tries_than_a_row_of_them(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct guess guesses[12];
  pthread_t threads[12];
  int checked = 0;
  for (int i = 0; i < 12; i++) {
    guesses[i] = (struct guess){country, OK};
    assert_int_equal(pthread_create(&threads[i], NULL, guess_wrong, &guesses[i]), 0);
  }
  for (int i = 0; i < 12; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_false(is_ok(guesses[i].got));
  }
  checked = (int)count_rows(country, "SELECT COUNT(*) FROM account_event WHERE person_id = $1 AND kind = 'sign_in_failed'",
                            DB_ARGS(db_of_int(country->citizen)));
  assert_int_equal(checked, 5);
}

struct limiting {
  struct env *env;
  const char *name;
  int64_t value;
};
static result write_limit(struct db_tx *tx, void *arg) {
  struct limiting *it = arg;
  return account_limit_set(it->env, tx, slice_str(it->name), it->value);
}

static void limits_are_configuration(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  assert_ok(db_write(country->db, write_limit, &(struct limiting){&country->env, "wrong_passwords_max", 2}));
  assert_ok(db_write(country->db, write_limit, &(struct limiting){&country->env, "wrong_password_lock_ms", MINUTE}));
  assert_code(db_write(country->db, write_limit, &(struct limiting){&country->env, "no_such_limit", 1}), ACCOUNT_LIMIT);
  assert_code(db_write(country->db, write_limit, &(struct limiting){&country->env, "wrong_passwords_max", 0}), ACCOUNT_LIMIT);
  struct account_token token = {0};
  assert_code(sign_in(country, PIN, "không đúng", &token), ACCOUNT_CREDENTIALS);
  assert_code(sign_in(country, PIN, "không đúng", &token), ACCOUNT_LOCKED_FOR_NOW);
  pass(country, MINUTE);
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
}

static void one_address_cannot_try_a_list_of_names(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  assert_ok(db_write(country->db, write_limit, &(struct limiting){&country->env, "address_failures_max", 3}));
  struct account_token token = {0};
  assert_code(sign_in(country, "001090999991", "x", &token), ACCOUNT_CREDENTIALS);
  assert_ok(sign_in(country, PIN, PASSWORD, &token)); /* a right one does not count */
  assert_code(sign_in(country, "001090999992", "x", &token), ACCOUNT_CREDENTIALS);
  assert_code(sign_in(country, "001090999993", "x", &token), ACCOUNT_CREDENTIALS);
  int64_t wait_s = 0;
  assert_code(sign_in(country, PIN, PASSWORD, &token), ACCOUNT_TOO_MANY);
  assert_ok(account_guess_wait(&country->env, S("192.0.2.7"), &wait_s));
  assert_int_equal(wait_s, 600);
  pass(country, 9 * MINUTE);
  assert_code(sign_in(country, PIN, PASSWORD, &token), ACCOUNT_TOO_MANY); /* a refused one does not prolong it */
  assert_ok(account_guess_wait(&country->env, S("192.0.2.7"), &wait_s));
  assert_int_equal(wait_s, 60);
  pass(country, MINUTE);
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
}

struct occupant {
  struct pool *pool;
  sem_t began, may_end;
};
static result occupy(void *arg) {
  struct occupant *occupant = arg;
  (void)sem_post(&occupant->began);
  (void)sem_wait(&occupant->may_end);
  return OK;
}
static void *run_occupant(void *arg) {
  struct occupant *occupant = arg;
  assert_ok(pool_run(occupant->pool, occupy, occupant));
  return NULL;
}

static void a_full_password_pool_answers_try_later_and_costs_no_attempt(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct occupant occupant = {0};
  struct pool_options options = {.name = "passwords", .threads = 1};
  assert_ok(pool_open(&options, &occupant.pool));
  assert_int_equal(sem_init(&occupant.began, 0, 0) | sem_init(&occupant.may_end, 0, 0), 0);
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, run_occupant, &occupant), 0);
  assert_int_equal(sem_wait(&occupant.began), 0);
  struct account_token token = {0};
  struct account_session session = {0};
  struct account_credentials credentials = {
      .pin = slice_str(PIN), .password = slice_str(PASSWORD), .client = {.address = S("192.0.2.7"), .network = S("192.0.2.7")}};
  for (int i = 0; i < 8; i++) {
    assert_code(account_sign_in(&country->env, occupant.pool, &credentials, &token, &session), BASE_POOL_FULL);
  }
  assert_int_equal(sem_post(&occupant.may_end), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_ok(account_sign_in(&country->env, occupant.pool, &credentials, &token, &session));
  pool_close(&occupant.pool);
}

static void token_is_not_stored_in_clear(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  FILE *files[2] = {0};
  char wal[112];
  (void)snprintf(wal, sizeof wal, "%s-wal", country->path);
  files[0] = fopen(country->path, "rb");
  files[1] = fopen(wal, "rb");
  for (int f = 0; f < 2; f++) {
    static char bytes[8 << 20];
    size_t length = files[f] ? fread(bytes, 1, sizeof bytes, files[f]) : 0;
    assert_null(memmem(bytes, length, token.text, ACCOUNT_TOKEN_CHARACTERS));
    assert_null(memmem(bytes, length, PASSWORD, sizeof PASSWORD - 1));
    if (files[f]) {
      assert_int_equal(fclose(files[f]), 0);
    }
  }
}

static void rejects_tokens_nobody_was_given(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  struct account_session session = {0};
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  token.text[0] = token.text[0] == 'A' ? 'B' : 'A';
  assert_code(find(country, &token, &session), ACCOUNT_SESSION);
  assert_code(account_session_find(&country->env, S(""), &session), ACCOUNT_SESSION);
  assert_code(account_session_find(&country->env, S("short"), &session), ACCOUNT_SESSION);
}

static void sessions_end_idle_and_absolute(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  struct account_session session = {0};
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  for (int i = 0; i < 24; i++) { /* used every 29 minutes: idle never strikes, the 12 hours do */
    pass(country, 29 * MINUTE);
    assert_ok(find(country, &token, &session));
  }
  pass(country, 29 * MINUTE);
  assert_code(find(country, &token, &session), ACCOUNT_SESSION);
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  pass(country, 30 * MINUTE);
  assert_code(find(country, &token, &session), ACCOUNT_SESSION);
}

static void signing_out_ends_that_session_alone_and_a_restart_revives_none(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token one = {0};
  struct account_token two = {0};
  struct account_session session = {0};
  assert_ok(sign_in(country, PIN, PASSWORD, &one));
  pass(country, 1000);
  assert_ok(sign_in(country, PIN, PASSWORD, &two));
  assert_ok(account_sign_out(&country->env, slice_str(one.text)));
  db_close(&country->db);
  country_open(country);
  assert_code(find(country, &one, &session), ACCOUNT_SESSION);
  assert_ok(find(country, &two, &session));
  assert_code(account_session_revoke(&country->env, country->stranger, session.session_id), ACCOUNT_SESSION); /* not theirs */
  assert_ok(account_session_revoke(&country->env, country->citizen, session.session_id));
  assert_code(find(country, &two, &session), ACCOUNT_SESSION);
}

static void a_sign_in_ends_the_session_its_browser_had(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token mine = {0};
  struct account_token elsewhere = {0};
  struct account_token next = {0};
  struct account_session session = {0};
  assert_ok(sign_in(country, PIN, PASSWORD, &mine));
  assert_ok(sign_in(country, PIN, PASSWORD, &elsewhere));
  struct account_credentials again = {.pin = slice_str(PIN), .password = S("khong phai mat khau"), .client = {.address = S("192.0.2.7"), .network = S("192.0.2.7"), .agent = S("Firefox")}, .replaces = slice_str(mine.text)};
  assert_code(account_sign_in(&country->env, NULL, &again, &next, &session), ACCOUNT_CREDENTIALS);
  assert_ok(find(country, &mine, &session)); /* a sign-in that fails ends nothing */
  again.password = slice_str(PASSWORD);
  assert_ok(account_sign_in(&country->env, NULL, &again, &next, &session));
  assert_code(find(country, &mine, &session), ACCOUNT_SESSION);
  assert_ok(find(country, &elsewhere, &session)); /* another browser's stays */
  assert_ok(find(country, &next, &session));
  assert_string_not_equal(next.text, mine.text);
  again.replaces = slice_str(mine.text); /* ended already: nothing more to end */
  assert_ok(account_sign_in(&country->env, NULL, &again, &mine, &session));
}

static void a_sixth_session_ends_the_oldest(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token tokens[6] = {0};
  struct account_session session = {0};
  for (int i = 0; i < 6; i++) {
    pass(country, 1000);
    assert_ok(sign_in(country, PIN, PASSWORD, &tokens[i]));
  }
  assert_code(find(country, &tokens[0], &session), ACCOUNT_SESSION);
  for (int i = 1; i < 6; i++) {
    assert_ok(find(country, &tokens[i], &session));
  }
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct account_session_list list = {0};
  assert_ok(db_read_begin(country->db, &tx));
  assert_ok(account_session_list(&country->env, tx, country->citizen, &country->arena, &list));
  assert_int_equal(list.count, 5);
  assert_true(slice_is(list.items[0].agent, "Firefox"));
  assert_true(list.items[0].created_at_ms > list.items[4].created_at_ms);
}

/* More at once than are looked up at once. */
static void a_lowered_limit_ends_all_that_are_too_many(void **state) {
  enum { MANY = 12 };
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token tokens[MANY] = {0};
  struct account_session session = {0};
  assert_ok(db_write(country->db, write_limit, &(struct limiting){&country->env, "sessions_max", MANY}));
  for (int i = 0; i < MANY; i++) {
    if (i == MANY - 1) {
      assert_ok(db_write(country->db, write_limit, &(struct limiting){&country->env, "sessions_max", 2}));
    }
    pass(country, 1000);
    assert_ok(sign_in(country, PIN, PASSWORD, &tokens[i]));
  }
  for (int i = 0; i < MANY; i++) {
    assert_code(find(country, &tokens[i], &session), i < MANY - 2 ? ACCOUNT_SESSION : 0);
  }
}

static void a_locked_account_has_no_session_and_unlocking_revives_none(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  struct account_session session = {0};
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  struct account_lock lock = {country->citizen, ACCOUNT_GROUND_HOLDER, {country->citizen, S("")}, S(""), 0};
  assert_ok(lock_written(country, &lock));
  assert_code(find(country, &token, &session), ACCOUNT_SESSION);
  struct account_token second = {0};
  assert_code(sign_in(country, PIN, PASSWORD, &second), ACCOUNT_LOCKED); /* told only to who knows the password */
  assert_code(sign_in(country, PIN, "không đúng", &second), ACCOUNT_CREDENTIALS);
  assert_ok(unlock_written(country, &lock));
  assert_code(find(country, &token, &session), ACCOUNT_SESSION);
  assert_ok(sign_in(country, PIN, PASSWORD, &second));
}

struct posting {
  struct country *country;
  int64_t post_id;
};
static result write_posts(struct db_tx *tx, void *arg) {
  struct posting *it = arg;
  struct env *env = &it->country->env;
  struct register_act act = {.legal_basis = S("test")};
  int32_t today = clock_date_of(clock_now_ms(env->clock));
  struct register_post_list posts = {0};
  TRY(register_agencies_found(env, tx, &act));
  TRY(register_posts_of_agency(tx, &it->country->arena, S("H26.11"), today, &posts));
  it->post_id = posts.count ? posts.items[0].post_id : 0;
  struct register_holding holding = {it->country->citizen, it->post_id, today, today + 10};
  return register_post_assign(env, tx, &act, &holding);
}

static void a_session_acts_in_a_post_of_ones_own_only(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  make_active(country, country->stranger);
  struct posting posting = {country, 0};
  assert_ok(db_write(country->db, write_posts, &posting));
  struct account_token token = {0};
  struct account_session session = {0};
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  assert_ok(find(country, &token, &session));
  assert_code(account_session_choose_post(&country->env, &session, 999999), ACCOUNT_POST);
  assert_ok(account_session_choose_post(&country->env, &session, posting.post_id));
  assert_ok(find(country, &token, &session));
  assert_int_equal(session.post_id, posting.post_id);
  assert_ok(account_session_choose_post(&country->env, &session, 0));
  assert_ok(sign_in(country, "001099000014", PASSWORD, &token));
  assert_ok(find(country, &token, &session));
  assert_code(account_session_choose_post(&country->env, &session, posting.post_id), ACCOUNT_POST);
  pass(country, 11LL * CLOCK_DAY_MS);
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  assert_ok(find(country, &token, &session));
  assert_code(account_session_choose_post(&country->env, &session, posting.post_id), ACCOUNT_POST); /* held no longer */
}

static void the_passcode_opens_for_five_minutes_and_locks_after_five_wrong_ones(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  struct account_session session = {0};
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  assert_ok(find(country, &token, &session));
  assert_false(account_passcode_is_ok(&country->env, &session));
  assert_code(account_passcode_check(&country->env, NULL, &session, S("")), ACCOUNT_PASSCODE);
  assert_ok(account_passcode_check(&country->env, NULL, &session, slice_str(PASSCODE)));
  assert_ok(find(country, &token, &session));
  assert_true(account_passcode_is_ok(&country->env, &session));
  assert_int_equal(account_session_authentication(&country->env, &session), ACCOUNT_TWO_FACTORS);
  pass(country, 5 * MINUTE);
  assert_int_equal(account_session_authentication(&country->env, &session), ACCOUNT_ONE_FACTOR);
  assert_false(account_passcode_is_ok(&country->env, &session));
  for (int i = 0; i < 4; i++) {
    assert_code(account_passcode_check(&country->env, NULL, &session, S("000001")), ACCOUNT_PASSCODE);
  }
  assert_code(account_passcode_check(&country->env, NULL, &session, S("000001")), ACCOUNT_LOCKED_FOR_NOW);
  assert_code(account_passcode_check(&country->env, NULL, &session, slice_str(PASSCODE)), ACCOUNT_LOCKED_FOR_NOW);
  assert_ok(find(country, &token, &session)); /* signed in all the same */
}

static void history_shows_the_holder_what_happened(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  struct account_session session = {0};
  assert_code(sign_in(country, PIN, "không đúng", &token), ACCOUNT_CREDENTIALS);
  pass(country, 1000);
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  assert_ok(find(country, &token, &session));
  pass(country, 1000);
  struct account_event own = {.person_id = country->citizen, .session_id = session.session_id, .kind = S("document_opened"),
                              .detail = S("H26.11-240614-0001")};
  assert_ok(account_history_record(&country->env, &own));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(country->db, &tx));
  struct account_event *events = NULL;
  size_t count = 0;
  struct account_history_query query = {country->citizen, 0, 2};
  assert_ok(account_history_list(tx, &query, &country->arena, &events, &count));
  assert_int_equal(count, 2);
  assert_true(slice_is(events[0].kind, "document_opened"));
  assert_true(slice_is(events[1].kind, "signed_in"));
  query.before_id = events[1].event_id;
  assert_ok(account_history_list(tx, &query, &country->arena, &events, &count));
  assert_int_equal(count, 1);
  assert_true(slice_is(events[0].kind, "sign_in_failed"));
  query = (struct account_history_query){country->stranger, 0, 10};
  assert_ok(account_history_list(tx, &query, &country->arena, &events, &count));
  assert_int_equal(count, 0);
}

static void the_sweep_takes_what_has_run_out_and_nothing_else(void **state) {
  struct country *country = *state;
  make_active(country, country->citizen);
  struct account_token token = {0};
  struct account_session session = {0};
  assert_ok(sign_in(country, PIN, PASSWORD, &token));
  assert_ok(account_sweep(&country->env));
  assert_ok(find(country, &token, &session));
  pass(country, 5LL * 366 * CLOCK_DAY_MS);
  assert_ok(account_sweep(&country->env));
  assert_int_equal(count_rows(country, "SELECT COUNT(*) FROM account_session", DB_NO_ARGS), 0);
  assert_int_equal(count_rows(country, "SELECT COUNT(*) FROM account_token", DB_NO_ARGS), 0);
  assert_int_equal(count_rows(country, "SELECT COUNT(*) FROM account_event", DB_NO_ARGS), 0);
  assert_int_equal(count_rows(country, "SELECT COUNT(*) FROM account", DB_NO_ARGS), 1); /* kept for good */
}

/* A signer that holds one personal key, as the real one does: sealed pin_key, proof checked. */
struct fake_signer {
  struct signer port;
  struct secret pin_key;
  char key[64];
};
static result fake_key_create(struct signer *signer, const struct signer_new_key *key, struct arena *arena,
                              struct slice *ret_public_key) {
  struct fake_signer *fake = (struct fake_signer *)signer;
  assert_int_equal(key->profile, SIGNER_PERSONAL);
  secret_set(&fake->pin_key, key->pin_key);
  (void)snprintf(fake->key, sizeof fake->key, "%.*s", SLICE_ARG(key->name));
  *ret_public_key = arena_copy(arena, S("key"));
  return OK;
}

static void a_signing_pin_proves_one_document_and_is_set_once(void **state) {
  struct country *country = *state;
  struct fake_signer fake = {.port = {.key_create = fake_key_create}};
  country->env.signer = &fake.port;
  assert_code(account_signing_pin_set(&country->env, NULL, country->citizen, S("739164")), ACCOUNT_UNKNOWN);
  make_active(country, country->citizen);
  static const char *const weak[] = {"", "12345", "123456", "000000", "73916a", "7391640285719"};
  for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
    assert_code(account_signing_pin_set(&country->env, NULL, country->citizen, slice_str(weak[i])), ACCOUNT_SIGNING_PIN_FORM);
  }
  assert_ok(account_signing_pin_set(&country->env, NULL, country->citizen, S("739164")));
  assert_true(account_of(country, country->citizen).has_signing_pin);
  assert_code(account_signing_pin_set(&country->env, NULL, country->citizen, S("739165")), ACCOUNT_SIGNING_PIN_SET);
  struct account_signing signing = {.person_id = country->citizen, .signing_pin = S("739164"), .digest = {1, 2, 3}};
  uint8_t proof[32];
  assert_ok(account_pin_proof(&country->env, NULL, &signing, proof));
  struct pin_proof_claim claim = {slice_str(fake.key), SIGNER_PERSONAL, signing.digest};
  assert_ok(pin_proof_check(&fake.pin_key, &claim, slice_of(proof, 32)));
  uint8_t other[32] = {9};
  claim.digest = other;
  assert_false(is_ok(pin_proof_check(&fake.pin_key, &claim, slice_of(proof, 32))));
  claim.digest = signing.digest;
  signing.signing_pin = S("739165");
  assert_ok(account_pin_proof(&country->env, NULL, &signing, proof));
  assert_false(is_ok(pin_proof_check(&fake.pin_key, &claim, slice_of(proof, 32))));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(the_right_password_opens_a_session),
      TEST(refuses_alike_whatever_is_wrong),
      TEST(every_attempt_costs_one_hash),
      TEST(five_wrong_passwords_lock_even_the_right_one_out_until_the_lock_ends),
      TEST(an_operator_may_end_the_temporary_lock),
      TEST(a_login_name_nobody_has_is_locked_alike),
      TEST(the_right_password_forgets_the_wrong_ones),
      TEST(the_lock_survives_a_restart),
      TEST(parallel_guesses_get_no_more_tries_than_a_row_of_them),
      TEST(limits_are_configuration),
      TEST(one_address_cannot_try_a_list_of_names),
      TEST(a_full_password_pool_answers_try_later_and_costs_no_attempt),
      TEST(token_is_not_stored_in_clear),
      TEST(rejects_tokens_nobody_was_given),
      TEST(sessions_end_idle_and_absolute),
      TEST(signing_out_ends_that_session_alone_and_a_restart_revives_none),
      TEST(a_sign_in_ends_the_session_its_browser_had),
      TEST(a_sixth_session_ends_the_oldest),
      TEST(a_lowered_limit_ends_all_that_are_too_many),
      TEST(a_locked_account_has_no_session_and_unlocking_revives_none),
      TEST(a_session_acts_in_a_post_of_ones_own_only),
      TEST(the_passcode_opens_for_five_minutes_and_locks_after_five_wrong_ones),
      TEST(history_shows_the_holder_what_happened),
      TEST(the_sweep_takes_what_has_run_out_and_nothing_else),
      TEST(a_signing_pin_proves_one_document_and_is_set_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
