/* Sign-in: one write counts the attempt, the pool hashes, a second write says what it was. A login name nobody has takes exactly the same way:
 * same rows, same hash, same two writes. A write that must count cannot fail (it would be rolled back): it leaves its answer in `answer`. */
#include "account/authenticator.h"
#include "account/life.h"
#include "account/session.h"
#include "crypto/password.h"

struct signing_in {
  struct env *env;
  const struct account_credentials *credentials;
  struct arena *arena;
  struct account_try attempt;
  struct account_try_answer counted;
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
  it->attempt = (struct account_try){.kind = ACCOUNT_TRY_NAME, .name = it->credentials->pin, .client = it->credentials->client};
  TRY(account_try_begin(it->env, tx, &it->attempt, &it->counted));
  it->answer = it->counted.refused;
  return it->answer != 0 ? OK : find_person(tx, it);
}

static result write_give_back(struct db_tx *tx, void *arg) {
  struct signing_in *it = arg;
  return account_try_give_back(tx, &it->attempt);
}

static result write_wrong(struct db_tx *tx, void *arg) {
  struct signing_in *it = arg;
  it->attempt.person_id = it->person_id;
  TRY(account_try_wrong(it->env, tx, &it->attempt, it->counted.is_last));
  return it->person_id == 0 ? OK : account_authenticator_wrong(it->env, tx, it->person_id, ACCOUNT_PASSWORD_KIND);
}

static result write_right(struct db_tx *tx, void *arg) {
  struct signing_in *it = arg;
  TRY(account_try_right(tx, &it->attempt));
  TRY(account_authenticator_right(tx, it->person_id, ACCOUNT_PASSWORD_KIND));
  struct account account = {0};
  TRY(account_refresh_load(it->env, tx, it->person_id, &account));
  if (account.state != ACCOUNT_ACTIVE) {
    it->answer = account.grounds & ACCOUNT_GROUND_WRONG_PASSWORD ? ACCOUNT_LOCKED_FOR_NOW : ACCOUNT_LOCKED;
    return OK;
  }
  it->answer = 0;
  struct account_proof proof = {.person_id = it->person_id, .means = ACCOUNT_MEANS_PASSWORD, .client = it->credentials->client,
                                .replaces = it->credentials->replaces, .is_whole = true};
  struct account_session before = {0};
  result had = it->credentials->is_again ? account_session_read(it->env, tx, it->credentials->replaces, &before) : OK;
  if (!is_ok(had) && !is_code(had, ACCOUNT_SESSION)) {
    return had;
  }
  if (before.person_id == it->person_id) {
    return account_session_raise(it->env, tx, &proof, &it->granted.token, &it->granted.session);
  }
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
  it->answer = it->counted.is_last ? ACCOUNT_LOCKED_FOR_NOW : ACCOUNT_CREDENTIALS;
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
