/* A new password or passcode for an account that is in use: by its holder, or at the end of a recovery. */
#include "account/authenticator.h"
#include "account/life.h"

result account_secrets_prepare(struct env *env, struct pool *pool, const struct account_new_secrets *secrets, struct arena *arena,
                               struct account_stored_secrets *ret_stored) {
  struct account_stored_secrets stored = {0};
  bool has_password = !slice_empty(secrets->secrets.password);
  bool has_passcode = !slice_empty(secrets->secrets.passcode);
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    TRY(has_password ? account_password_check_rules(tx, secrets->person_id, secrets->secrets.password) : OK);
    TRY(has_passcode ? account_passcode_check_rules(tx, secrets->person_id, secrets->secrets.passcode) : OK);
  }
  TRY(has_password ? account_secret_hash(pool, secrets->secrets.password, arena, &stored.password) : OK);
  TRY(has_passcode ? account_secret_hash(pool, secrets->secrets.passcode, arena, &stored.passcode) : OK);
  *ret_stored = stored;
  return OK;
}

static result save_one(struct env *env, struct db_tx *tx, const struct account_stored_secrets *stored, bool is_password) {
  struct slice secret = is_password ? stored->password : stored->passcode;
  if (slice_empty(secret)) {
    return OK;
  }
  TRY(account_authenticator_save(env, tx, stored->person_id, is_password ? ACCOUNT_PASSWORD_KIND : ACCOUNT_PASSCODE_KIND, secret));
  struct account_event event = {.person_id = stored->person_id, .kind = is_password ? S("password_changed") : S("passcode_changed")};
  TRY(account_history_append(env, tx, &event));
  struct account_step step = {.person_id = stored->person_id, .kind = is_password ? "account.password_changed" : "account.passcode_changed",
                              .actor = stored->actor};
  TRY(account_move(env, tx, &step));
  return account_notice_send(env, tx, stored->person_id,
                             is_password ? S("Mật khẩu tài khoản định danh điện tử của ông/bà vừa được đổi. Nếu không phải ông/bà, hãy khóa tài khoản ngay.")
                                         : S("Mã bí mật 6 số của ông/bà vừa được đổi. Nếu không phải ông/bà, hãy khóa tài khoản ngay."));
}

result account_secrets_save(struct env *env, struct db_tx *tx, const struct account_stored_secrets *stored) {
  TRY(save_one(env, tx, stored, true));
  TRY(save_one(env, tx, stored, false));
  return account_sessions_end_but(tx, stored->person_id, stored->keep_session_id);
}
