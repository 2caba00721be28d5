/* The end of a case: the person sets what they know anew, everything of before is gone, and some of it waits a little longer. */
#include "authenticator/authenticator.h"
#include "recovery/case.h"

struct finishing {
  struct env *env;
  const struct recovery_entry *entry;
  struct account_stored_secrets stored;
};

static result check_ripe(struct env *env, const struct recovery_case *of) {
  if (of->state != RECOVERY_COOLING) {
    FAIL(RECOVERY_MOVE, "not proved, or over");
  }
  if (clock_now_ms(env->clock) < of->cool_until_ms) {
    FAIL(RECOVERY_TOO_EARLY, "the holder is still waited for");
  }
  return OK;
}

/* The holder's own lock has done its work; grounds of the register, of an authority or of the terms stay. */
static result lift_own_locks(struct env *env, struct db_tx *tx, const struct recovery_case *of) {
  static const enum account_ground own[] = {ACCOUNT_GROUND_HOLDER, ACCOUNT_GROUND_WRONG_PASSWORD};
  struct account account = {0};
  TRY(account_refresh(env, tx, of->person_id));
  TRY(account_load(tx, of->person_id, &account));
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    struct account_lock lock = {.person_id = of->person_id, .ground = own[i], .actor = {of->person_id, S("")}, .reason = S("Đã lấy lại tài khoản")};
    if (account.grounds & (unsigned)own[i]) {
      TRY(account_unlock(env, tx, &lock));
    }
  }
  return OK;
}

static result lock_for_a_while(struct env *env, struct db_tx *tx, const struct recovery_case *of) {
  static const enum account_capability waiting[] = {ACCOUNT_CAPABILITY_SIGN, ACCOUNT_CAPABILITY_PAY};
  struct recovery_limits limits = {0};
  TRY(recovery_limits_load(tx, &limits));
  for (size_t i = 0; i < sizeof waiting / sizeof *waiting; i++) {
    struct account_capability_lock lock = {.person_id = of->person_id,
                                           .capability = waiting[i],
                                           .locker = ACCOUNT_LOCKER_RECOVERY,
                                           .reason = S("Tài khoản vừa được lấy lại: chức năng này tự mở sau thời gian chờ"),
                                           .until_ms = clock_now_ms(env->clock) + limits.locked_after_ms};
    TRY(account_capability_lock(env, tx, &lock));
  }
  return OK;
}

/* Whoever else tried at the same time has lost. */
static result end_others(struct env *env, struct db_tx *tx, const struct recovery_case *done) {
  enum { ROOM = 50 };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  int64_t *ids = ARENA_ARRAY(&arena, int64_t, ROOM);
  size_t count = 0;
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT case_id FROM recovery_case WHERE person_id = $1 AND case_id <> $2 AND state <= 3 LIMIT 50",
                 DB_ARGS(db_of_int(done->person_id), db_of_int(done->case_id)), &rows));
    while (count < ROOM && db_rows_next(&rows)) {
      ids[count++] = db_int(&rows, 0);
    }
    TRY(rows.status);
  }
  for (size_t i = 0; i < count; i++) {
    struct recovery_case other = {0};
    TRY(recovery_load(env, tx, &arena, (struct recovery_key){done->person_id, ids[i]}, &other));
    struct recovery_step step = {.of = &other, .to = RECOVERY_EXPIRED, .kind = "recovery.expired"};
    TRY(recovery_move(env, tx, &step));
  }
  return OK;
}

static result tell_old_and_new(struct env *env, struct db_tx *tx, const struct recovery_case *of) {
  struct account_notice notice = {
      .person_id = of->person_id,
      .purpose = S("recovery"),
      .subject = S("Tài khoản định danh của ông/bà đã được lấy lại"),
      .subject_en = S("Your e-ID account was recovered"),
      .text = S("Tài khoản định danh của ông/bà đã được lấy lại bằng mật khẩu mới. Ký số và thanh toán tạm khóa vài ngày. Nếu không phải ông/bà, hãy đến công an xã, phường bất kỳ ngay."),
      .text_en = S("Your e-ID account was recovered with a new password. Signing and paying stay locked for some days. If that was not you, go to any commune police desk now.")};
  TRY(account_notify(env, tx, &notice)); /* the old number first, while it still is the account's */
  if (slice_empty(of->new_phone)) {
    return OK;
  }
  TRY(account_phone_change(env, tx, of->person_id, of->new_phone));
  return account_notify(env, tx, &notice);
}

/* What of before is gone: everything, but for the passkey that proved the case by itself. One the holder has removed meanwhile proves nothing more. */
static result clear_authenticators(struct env *env, struct db_tx *tx, const struct recovery_case *of) {
  struct authenticator_clearing clearing = {.person_id = of->person_id, .actor = {of->person_id, S("")}};
  bool counts = false;
  if (of->path == RECOVERY_BY_PASSKEY) {
    TRY(recovery_passkey_find(env, tx, of, &counts));
    if (!counts) {
      FAIL(RECOVERY_MOVE, "its passkey was removed while the holder was waited for");
    }
    clearing.keep_id = of->passkey_id;
  }
  return authenticator_remove_all(env, tx, &clearing);
}

static result write_finish(struct db_tx *tx, void *arg) {
  struct finishing *f = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_case of = {0};
  TRY(recovery_of_claim(f->env, tx, &arena, f->entry->claim, &of));
  TRY(check_ripe(f->env, &of));
  struct recovery_step step = {.of = &of, .to = RECOVERY_DONE, .kind = "recovery.done", .actor = {of.person_id, S("")}};
  TRY(recovery_move(f->env, tx, &step));
  TRY(clear_authenticators(f->env, tx, &of));
  f->stored.person_id = of.person_id;
  f->stored.actor = step.actor;
  f->stored.keep_session_id = 0;
  TRY(account_secrets_save(f->env, tx, &f->stored));
  TRY(lift_own_locks(f->env, tx, &of));
  TRY(lock_for_a_while(f->env, tx, &of));
  TRY(end_others(f->env, tx, &of));
  return tell_old_and_new(f->env, tx, &of);
}

result recovery_finish(struct env *env, struct pool *pool, const struct recovery_entry *entry, const struct account_secrets *secrets) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_case of = {0};
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    TRY(recovery_of_claim(env, tx, &arena, entry->claim, &of));
  }
  TRY(check_ripe(env, &of));
  if (slice_empty(secrets->password)) {
    FAIL(ACCOUNT_PASSWORD_LENGTH, "a recovery ends with a new password");
  }
  if (slice_empty(secrets->passcode)) {
    FAIL(ACCOUNT_PASSCODE_FORM, "a recovery ends with a new passcode");
  }
  struct finishing f = {.env = env, .entry = entry};
  const struct account_new_secrets fresh = {.person_id = of.person_id, .secrets = *secrets};
  TRY(account_secrets_prepare(env, pool, &fresh, &arena, &f.stored));
  return db_write(env->db, write_finish, &f);
}

/* ---- housekeeping ---- */

static const int64_t evidence_ms = 5LL * 366 * CLOCK_DAY_MS; /* as long as the history [Decree 69/2024 Art 28] */

static result write_sweep(struct db_tx *tx, void *arg) {
  struct env *env = arg;
  struct db_value now = db_of_int(clock_now_ms(env->clock));
  /* reading a case says EXPIRED by itself; this is for the figures and for its secrets */
  TRY(db_run(tx, "UPDATE recovery_case SET state = 7, ended_at = $1, code_salt = NULL, code_hash = NULL WHERE state <= 3 AND expires_at <= $1", DB_ARGS(now), NULL));
  TRY(db_run(tx, "DELETE FROM recovery_capture WHERE expires_at <= $1", DB_ARGS(now), NULL));
  return db_run(tx, "DELETE FROM recovery_evidence WHERE content IN (SELECT content FROM recovery_evidence WHERE brought_at <= $1 LIMIT 1000)",
                DB_ARGS(db_of_int(clock_now_ms(env->clock) - evidence_ms)), NULL);
}

result recovery_sweep(struct env *env) { return db_write(env->db, write_sweep, env); }
