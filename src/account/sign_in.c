/* Sign-in: one write counts the attempt, the pool hashes, a second write says what it was. A login name nobody has takes exactly the same way:
 * same rows, same hash, same two writes. A write that must count cannot fail (it would be rolled back): it leaves its answer in `answer`. */
#include "account/attempt.h"
#include "account/authenticator.h"
#include "account/life.h"
#include "account/session.h"
#include "crypto/password.h"

struct signing_in {
  struct env *env;
  const struct account_credentials *credentials;
  struct arena *arena;
  struct account_limits limits;
  struct account_attempt login;
  struct account_attempt address;
  bool last_attempt;
  int64_t person_id;          /* 0: doomed: nobody, or nobody who could sign in */
  struct slice stored;        /* empty: doomed */
  struct account_granted granted;
  uint16_t answer;            /* 0: signed in */
};

static result find_person(struct db_tx *tx, struct signing_in *it) {
  int64_t person_id = 0;
  struct slice stored = S("");
  result found = register_person_find(tx, it->credentials->pin, &person_id);
  if (result_kind(found) == RESULT_INTERNAL || result_kind(found) == RESULT_UNAVAILABLE) {
    return found;
  }
  if (is_ok(found)) {
    TRY(account_authenticator_load(tx, person_id, ACCOUNT_PASSWORD_KIND, it->arena, &stored));
  }
  it->stored = stored;
  it->person_id = slice_empty(stored) ? 0 : person_id;
  return OK;
}

static result write_attempt(struct db_tx *tx, void *arg) {
  struct signing_in *it = arg;
  TRY(account_limits_load(tx, &it->limits));
  it->address = (struct account_attempt){ACCOUNT_ATTEMPT_NETWORK, it->credentials->client.network, it->limits.address_failures_max,
                                         it->limits.address_window_ms};
  it->login = (struct account_attempt){ACCOUNT_ATTEMPT_SIGN_IN, it->credentials->pin, it->limits.wrong_passwords_max,
                                       it->limits.wrong_password_lock_ms};
  bool allowed = false;
  bool last = false;
  TRY(account_attempt_take(it->env, tx, &it->address, &allowed, &last));
  if (!allowed) {
    it->answer = ACCOUNT_TOO_MANY;
    return OK;
  }
  TRY(account_attempt_take(it->env, tx, &it->login, &allowed, &it->last_attempt));
  if (!allowed) {
    it->answer = ACCOUNT_LOCKED_FOR_NOW;
    return account_attempt_give_back(tx, &it->address);
  }
  it->answer = 0;
  return find_person(tx, it);
}

static result write_give_back(struct db_tx *tx, void *arg) {
  struct signing_in *it = arg;
  TRY(account_attempt_give_back(tx, &it->address));
  return account_attempt_give_back(tx, &it->login);
}

/* The fifth wrong one adds the lock ground to a real, active account. */
static result write_wrong(struct db_tx *tx, void *arg) {
  struct signing_in *it = arg;
  TRY(account_attempt_wrong(it->env, tx, &it->login));
  if (it->person_id == 0) {
    return OK;
  }
  struct account_event event = {.person_id = it->person_id, .kind = S("sign_in_failed"),
                                .detail = slice_sub(it->credentials->client.address, 0, 64)};
  TRY(account_history_append(it->env, tx, &event));
  struct account account = {0};
  TRY(account_load(tx, it->person_id, &account));
  if (!it->last_attempt || (account.state != ACCOUNT_ACTIVE && account.state != ACCOUNT_STATE_LOCKED)) {
    return OK;
  }
  struct account_lock lock = {.person_id = it->person_id,
                              .ground = ACCOUNT_GROUND_WRONG_PASSWORD,
                              .reason = S("Nhập sai mật khẩu quá số lần cho phép"),
                              .until_ms = clock_now_ms(it->env->clock) + it->limits.wrong_password_lock_ms};
  return account_lock(it->env, tx, &lock);
}

static result write_right(struct db_tx *tx, void *arg) {
  struct signing_in *it = arg;
  TRY(account_attempt_give_back(tx, &it->address));
  TRY(account_attempt_clear(tx, &it->login));
  TRY(account_refresh(it->env, tx, it->person_id));
  struct account account = {0};
  TRY(account_load(tx, it->person_id, &account));
  if (account.state != ACCOUNT_ACTIVE) {
    it->answer = account.grounds & ACCOUNT_GROUND_WRONG_PASSWORD ? ACCOUNT_LOCKED_FOR_NOW : ACCOUNT_LOCKED;
    return OK;
  }
  it->answer = 0;
  struct account_proof proof = {.person_id = it->person_id, .means = ACCOUNT_MEANS_PASSWORD, .client = it->credentials->client,
                                .replaces = it->credentials->replaces};
  return account_session_grant(it->env, tx, &proof, account.level, &it->granted);
}

/* After `checked`, the one line that an attacker and an owner see alike. */
static result settle(struct signing_in *it, result checked) {
  struct db *db = it->env->db;
  if (is_ok(checked)) {
    return db_write(db, write_right, it);
  }
  if (!is_code(checked, CRYPTO_PASSWORD_WRONG)) {
    TRY(db_write(db, write_give_back, it)); /* not checked at all: the pool was full, or hashing failed */
    return checked;
  }
  TRY(db_write(db, write_wrong, it));
  it->answer = it->last_attempt ? ACCOUNT_LOCKED_FOR_NOW : ACCOUNT_CREDENTIALS;
  return OK;
}

result account_sign_in(struct env *env, struct pool *pool, const struct account_credentials *credentials, struct account_token *ret_token,
                       struct account_session *ret_session) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct signing_in it = {.env = env, .credentials = credentials, .arena = &arena};
  TRY(db_write(env->db, write_attempt, &it));
  if (it.answer == 0) {
    TRY(settle(&it, account_secret_verify(pool, credentials->password, it.stored)));
  }
  if (it.answer != 0) {
    FAIL(it.answer, "sign-in refused");
  }
  *ret_token = it.granted.token;
  *ret_session = it.granted.session;
  return OK;
}
