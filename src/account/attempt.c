#include "account/attempt.h"

#include "crypto/token.h"

static const char *const labels[] = {
    [ACCOUNT_ATTEMPT_SIGN_IN] = "danh-attempt-sign-in",
    [ACCOUNT_ATTEMPT_CODE] = "danh-attempt-code",
    [ACCOUNT_ATTEMPT_PASSCODE] = "danh-attempt-passcode",
    [ACCOUNT_ATTEMPT_STEP_UP] = "danh-attempt-step-up",
    [ACCOUNT_ATTEMPT_NETWORK] = "danh-attempt-address",
};

struct attempt_key {
  uint8_t bytes[DIGEST_BYTES];
};

static struct attempt_key key_of(const struct account_attempt *attempt) {
  struct attempt_key key;
  token_stored_form(labels[attempt->kind], attempt->tried, key.bytes);
  return key;
}

result account_attempt_take(struct env *env, struct db_tx *tx, const struct account_attempt *attempt, bool *ret_allowed, bool *ret_last) {
  struct attempt_key key = key_of(attempt);
  struct slice tried = slice_of(key.bytes, sizeof key.bytes);
  int64_t now = clock_now_ms(env->clock);
  int64_t failures = 0;
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT failures, last_at FROM account_attempt WHERE tried = $1", DB_ARGS(db_of_bytes(tried)), &rows));
    if (db_rows_next(&rows) && now < db_int(&rows, 1) + attempt->pause_ms) {
      failures = db_int(&rows, 0);
    }
    TRY(rows.status);
  }
  if (failures >= attempt->max) {
    *ret_allowed = false;
    *ret_last = false;
    return OK;
  }
  TRY(db_run(tx,
             "INSERT INTO account_attempt (tried, failures, last_at) VALUES ($1, $2, $3)"
             " ON CONFLICT (tried) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at",
             DB_ARGS(db_of_bytes(tried), db_of_int(failures + 1), db_of_int(now)), NULL));
  *ret_allowed = true;
  *ret_last = failures + 1 >= attempt->max;
  return OK;
}

result account_attempt_wrong(struct env *env, struct db_tx *tx, const struct account_attempt *attempt) {
  struct attempt_key key = key_of(attempt);
  return db_run(tx, "UPDATE account_attempt SET last_at = $2 WHERE tried = $1",
                DB_ARGS(db_of_bytes(slice_of(key.bytes, sizeof key.bytes)), db_of_int(clock_now_ms(env->clock))), NULL);
}

result account_attempt_wait_ms(struct env *env, struct db_tx *tx, const struct account_attempt *attempt, int64_t *ret_wait_ms) {
  struct attempt_key key = key_of(attempt);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT last_at FROM account_attempt WHERE tried = $1", DB_ARGS(db_of_bytes(slice_of(key.bytes, sizeof key.bytes))), &rows));
  *ret_wait_ms = db_rows_next(&rows) ? db_int(&rows, 0) + attempt->pause_ms - clock_now_ms(env->clock) : 0;
  return rows.status;
}

result account_attempt_give_back(struct db_tx *tx, const struct account_attempt *attempt) {
  struct attempt_key key = key_of(attempt);
  return db_run(tx, "UPDATE account_attempt SET failures = failures - 1 WHERE tried = $1 AND failures > 0",
                DB_ARGS(db_of_bytes(slice_of(key.bytes, sizeof key.bytes))), NULL);
}

result account_attempt_clear(struct db_tx *tx, const struct account_attempt *attempt) {
  struct attempt_key key = key_of(attempt);
  return db_run(tx, "DELETE FROM account_attempt WHERE tried = $1", DB_ARGS(db_of_bytes(slice_of(key.bytes, sizeof key.bytes))), NULL);
}
