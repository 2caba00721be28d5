/* Guesses that name nobody: a public question is counted against the network it comes from, together with wrong passwords and codes. */
#include "account/attempt.h"
#include "account/life.h"

struct guess {
  struct env *env;
  struct slice network;
  uint16_t answer; /* 0: may ask */
};

static result attempt_of(struct db_tx *tx, const struct guess *guess, struct account_attempt *ret_attempt) {
  struct account_limits limits = {0};
  TRY(account_limits_load(tx, &limits));
  *ret_attempt = (struct account_attempt){ACCOUNT_ATTEMPT_NETWORK, guess->network, limits.address_failures_max, limits.address_window_ms};
  return OK;
}

static result write_begin(struct db_tx *tx, void *arg) {
  struct guess *guess = arg;
  struct account_attempt attempt;
  bool allowed = false;
  bool last = false;
  TRY(attempt_of(tx, guess, &attempt));
  TRY(account_attempt_take(guess->env, tx, &attempt, &allowed, &last));
  guess->answer = allowed ? 0 : ACCOUNT_TOO_MANY;
  return OK;
}

static result write_right(struct db_tx *tx, void *arg) {
  struct guess *guess = arg;
  struct account_attempt attempt;
  TRY(attempt_of(tx, guess, &attempt));
  return account_attempt_give_back(tx, &attempt);
}

result account_guess_begin(struct env *env, struct slice network) {
  struct guess guess = {.env = env, .network = network};
  TRY(db_write(env->db, write_begin, &guess));
  if (guess.answer != 0) {
    FAIL(guess.answer, "too many wrong guesses from this network");
  }
  return OK;
}

result account_guess_right(struct env *env, struct slice network) {
  struct guess guess = {.env = env, .network = network};
  return db_write(env->db, write_right, &guess);
}

result account_guess_wait(struct env *env, struct slice network, int64_t *ret_wait_s) {
  struct guess guess = {.env = env, .network = network};
  struct account_attempt attempt;
  int64_t wait_ms = 0;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  TRY(attempt_of(tx, &guess, &attempt));
  TRY(account_attempt_wait_ms(env, tx, &attempt, &wait_ms));
  *ret_wait_s = wait_ms <= 1000 ? 1 : (wait_ms + 999) / 1000;
  return OK;
}
