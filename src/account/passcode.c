/* The six digits that open wallet documents, asked again in a session that is signed in already. */
#include "account/attempt.h"
#include "account/authenticator.h"
#include "account/life.h"
#include "account/session.h"
#include "crypto/password.h"

struct passing {
  struct env *env;
  struct account_session *session;
  struct arena *arena;
  struct account_limits limits;
  struct account_attempt attempt;
  bool last_attempt;
  struct slice stored;
  int64_t until_ms;
  const struct account_proof *raises; /* NULL: the session keeps its token, and the passcode counts for a while */
  struct account_granted granted;
  uint16_t answer;
};

static result write_attempt(struct db_tx *tx, void *arg) {
  struct passing *it = arg;
  TRY(account_limits_load(tx, &it->limits));
  it->attempt = (struct account_attempt){ACCOUNT_ATTEMPT_PASSCODE,
                                         slice_of(&it->session->person_id, sizeof it->session->person_id),
                                         it->limits.wrong_passcodes_max, it->limits.wrong_password_lock_ms};
  bool allowed = false;
  TRY(account_attempt_take(it->env, tx, &it->attempt, &allowed, &it->last_attempt));
  if (!allowed) {
    it->answer = ACCOUNT_LOCKED_FOR_NOW;
    return OK;
  }
  it->answer = 0;
  return account_authenticator_load(tx, it->session->person_id, ACCOUNT_PASSCODE_KIND, it->arena, &it->stored);
}

static result write_wrong(struct db_tx *tx, void *arg) {
  struct passing *it = arg;
  TRY(account_attempt_wrong(it->env, tx, &it->attempt));
  TRY(account_authenticator_wrong(it->env, tx, it->session->person_id, ACCOUNT_PASSCODE_KIND));
  struct account_event event = {.person_id = it->session->person_id, .session_id = it->session->session_id, .kind = S("passcode_failed")};
  return account_history_append(it->env, tx, &event);
}

static result write_give_back(struct db_tx *tx, void *arg) {
  struct passing *it = arg;
  return account_attempt_give_back(tx, &it->attempt);
}

static result open_documents(struct db_tx *tx, struct passing *it) {
  int64_t changed = 0;
  it->until_ms = clock_now_ms(it->env->clock) + it->limits.passcode_lifetime_ms;
  db_mark(tx, it->session->person_id);
  TRY(db_run(tx, "UPDATE account_session SET passcode_until = $3 WHERE person_id = $1 AND session_id = $2",
             DB_ARGS(db_of_int(it->session->person_id), db_of_int(it->session->session_id), db_of_int(it->until_ms)), &changed));
  if (changed == 0) {
    FAIL(ACCOUNT_SESSION, "the session has ended");
  }
  struct account_event event = {.person_id = it->session->person_id, .session_id = it->session->session_id, .kind = S("passcode_given")};
  return account_history_append(it->env, tx, &event);
}

static result write_right(struct db_tx *tx, void *arg) {
  struct passing *it = arg;
  TRY(account_attempt_clear(tx, &it->attempt));
  TRY(account_authenticator_right(tx, it->session->person_id, ACCOUNT_PASSCODE_KIND));
  return it->raises == NULL ? open_documents(tx, it)
                            : account_session_raise(it->env, tx, it->raises, &it->granted.token, &it->granted.session);
}

static result pass(struct passing *it, struct pool *pool, struct slice passcode) {
  struct db *db = it->env->db;
  TRY(db_write(db, write_attempt, it));
  if (it->answer != 0) {
    FAIL(it->answer, "too many wrong passcodes");
  }
  result checked = account_secret_verify(pool, passcode, it->stored);
  if (is_code(checked, CRYPTO_PASSWORD_WRONG)) {
    TRY(db_write(db, write_wrong, it));
    FAIL(it->last_attempt ? ACCOUNT_LOCKED_FOR_NOW : ACCOUNT_PASSCODE, "wrong passcode");
  }
  if (!is_ok(checked)) {
    TRY(db_write(db, write_give_back, it));
    return checked;
  }
  return db_write(db, write_right, it);
}

result account_passcode_check(struct env *env, struct pool *pool, struct account_session *session, struct slice passcode) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct passing it = {.env = env, .session = session, .arena = &arena};
  TRY(pass(&it, pool, passcode));
  session->passcode_ok_until_ms = it.until_ms;
  return OK;
}

result account_passcode_raise(struct env *env, struct pool *pool, const struct account_passcode_entry *entry, struct account_token *ret_token,
                              struct account_session *ret_session) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct account_session session = *entry->session;
  struct account_proof proof = {.person_id = session.person_id, .means = ACCOUNT_MEANS_PASSCODE, .client = entry->client, .replaces = entry->replaces};
  struct passing it = {.env = env, .session = &session, .arena = &arena, .raises = &proof};
  TRY(pass(&it, pool, entry->passcode));
  *ret_token = it.granted.token;
  *ret_session = it.granted.session;
  return OK;
}
