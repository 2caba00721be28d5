/* Attempts of other modules, counted with ours: one login name has one row of wrong ones, whatever was typed beside it. */
#include "account/attempt.h"
#include "account/authenticator.h"
#include "account/life.h"

static struct account_attempt network_of(const struct account_try *it, const struct account_limits *limits) {
  return (struct account_attempt){ACCOUNT_ATTEMPT_NETWORK, it->client.network, limits->address_failures_max, limits->address_window_ms};
}

static struct account_attempt attempt_of(const struct account_try *it, const struct account_limits *limits) {
  if (it->kind == ACCOUNT_TRY_NAME) {
    return (struct account_attempt){ACCOUNT_ATTEMPT_SIGN_IN, it->name, limits->wrong_passwords_max, limits->wrong_password_lock_ms};
  }
  return (struct account_attempt){ACCOUNT_ATTEMPT_STEP_UP, slice_of(&it->person_id, sizeof it->person_id), limits->wrong_passcodes_max,
                                  limits->wrong_password_lock_ms};
}

result account_try_begin(struct env *env, struct db_tx *tx, const struct account_try *it, struct account_try_answer *ret_answer) {
  struct account_limits limits = {0};
  struct account_try_answer answer = {0};
  bool allowed = false;
  bool last = false;
  TRY(account_limits_load(tx, &limits));
  struct account_attempt network = network_of(it, &limits);
  struct account_attempt attempt = attempt_of(it, &limits);
  TRY(account_attempt_take(env, tx, &network, &allowed, &last));
  if (!allowed) {
    answer.refused = ACCOUNT_TOO_MANY;
    *ret_answer = answer;
    return OK;
  }
  TRY(account_attempt_take(env, tx, &attempt, &allowed, &answer.is_last));
  if (!allowed) {
    answer.refused = ACCOUNT_LOCKED_FOR_NOW;
    TRY(account_attempt_give_back(tx, &network));
  }
  *ret_answer = answer;
  return OK;
}

result account_try_right(struct db_tx *tx, const struct account_try *it) {
  struct account_limits limits = {0};
  TRY(account_limits_load(tx, &limits));
  struct account_attempt network = network_of(it, &limits);
  struct account_attempt attempt = attempt_of(it, &limits);
  TRY(account_attempt_give_back(tx, &network));
  return account_attempt_clear(tx, &attempt);
}

result account_try_give_back(struct db_tx *tx, const struct account_try *it) {
  struct account_limits limits = {0};
  TRY(account_limits_load(tx, &limits));
  struct account_attempt network = network_of(it, &limits);
  struct account_attempt attempt = attempt_of(it, &limits);
  TRY(account_attempt_give_back(tx, &network));
  return account_attempt_give_back(tx, &attempt);
}

static result lock_for_now(struct env *env, struct db_tx *tx, int64_t person_id, int64_t lock_ms) {
  struct account account = {0};
  TRY(account_load(tx, person_id, &account));
  if (account.state != ACCOUNT_ACTIVE && account.state != ACCOUNT_STATE_LOCKED) {
    return OK;
  }
  struct account_lock lock = {.person_id = person_id,
                              .ground = ACCOUNT_GROUND_WRONG_PASSWORD,
                              .reason = S("Nhập sai mật khẩu quá số lần cho phép"),
                              .until_ms = clock_now_ms(env->clock) + lock_ms};
  return account_lock(env, tx, &lock);
}

result account_try_wrong(struct env *env, struct db_tx *tx, const struct account_try *it, bool was_last) {
  struct account_limits limits = {0};
  TRY(account_limits_load(tx, &limits));
  struct account_attempt attempt = attempt_of(it, &limits);
  TRY(account_attempt_wrong(env, tx, &attempt));
  if (it->person_id == 0) {
    return OK;
  }
  bool is_name = it->kind == ACCOUNT_TRY_NAME;
  struct account_event event = {.person_id = it->person_id, .kind = is_name ? S("sign_in_failed") : S("step_up_failed"),
                                .detail = slice_sub(it->client.address, 0, 64)};
  TRY(account_history_append(env, tx, &event));
  /* The fifth wrong one adds the lock ground to a real, active account; a step-up's ends only step-ups for a while. */
  return is_name && was_last ? lock_for_now(env, tx, it->person_id, limits.wrong_password_lock_ms) : OK;
}

enum { FAILURES_IN_A_ROW_MAX = 100 };

result account_authenticator_wrong(struct env *env, struct db_tx *tx, int64_t person_id, enum account_authenticator_kind kind) {
  int64_t failures = 0;
  TRY(db_run(tx, "UPDATE account_authenticator SET failures = failures + 1 WHERE person_id = $1 AND kind = $2 AND number = 1",
             DB_ARGS(db_of_int(person_id), db_of_int(kind)), NULL));
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT failures FROM account_authenticator WHERE person_id = $1 AND kind = $2 AND number = 1",
                 DB_ARGS(db_of_int(person_id), db_of_int(kind)), &rows));
    failures = db_rows_next(&rows) ? db_int(&rows, 0) : 0;
    TRY(rows.status);
  }
  /* [SP800-63B-4 3.2.2 SHALL] no more than 100 wrong ones in a row: then it opens nothing until it is set anew */
  if (failures != FAILURES_IN_A_ROW_MAX) {
    return OK;
  }
  TRY(db_run(tx, "UPDATE account_authenticator SET secret = NULL WHERE person_id = $1 AND kind = $2 AND number = 1",
             DB_ARGS(db_of_int(person_id), db_of_int(kind)), NULL));
  struct account_step step = {.person_id = person_id, .kind = "account.authenticator_disabled",
                              .detail = kind == ACCOUNT_PASSWORD_KIND ? S("\"kind\":\"password\"") : S("\"kind\":\"passcode\"")};
  TRY(account_move(env, tx, &step));
  return account_notice_send(env, tx, person_id,
                             kind == ACCOUNT_PASSWORD_KIND
                                 ? S("Mật khẩu của ông/bà đã bị vô hiệu sau 100 lần nhập sai liên tiếp. Hãy đăng nhập bằng cách khác hoặc khôi phục tài khoản.")
                                 : S("Mã bí mật của ông/bà đã bị vô hiệu sau 100 lần nhập sai liên tiếp. Hãy khôi phục tài khoản để đặt lại."));
}

result account_authenticator_right(struct db_tx *tx, int64_t person_id, enum account_authenticator_kind kind) {
  return db_run(tx, "UPDATE account_authenticator SET failures = 0 WHERE person_id = $1 AND kind = $2 AND number = 1 AND failures > 0",
                DB_ARGS(db_of_int(person_id), db_of_int(kind)), NULL);
}
