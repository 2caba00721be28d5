/* One thing an account can do is locked, the rest works: by the holder, an authority, or for a while after a recovery. */
#include "account/life.h"

static const char legal_basis[] = "Nghị định 69/2024/NĐ-CP, Điều 15";

static const struct {
  enum account_capability capability;
  const char *name;
  const char *vi;
  const char *en;
} capabilities[ACCOUNT_CAPABILITY_COUNT] = {
    {ACCOUNT_CAPABILITY_SIGN, "sign", "ký số", "signing"},
    {ACCOUNT_CAPABILITY_SHARE, "share", "chia sẻ dữ liệu và đăng nhập dịch vụ khác", "sharing data and signing in elsewhere"},
    {ACCOUNT_CAPABILITY_SUBMIT, "submit", "nộp hồ sơ", "filing dossiers"},
    {ACCOUNT_CAPABILITY_PAY, "pay", "thanh toán", "paying"},
};

static int index_of(enum account_capability capability) {
  for (int i = 0; i < ACCOUNT_CAPABILITY_COUNT; i++) {
    if (capabilities[i].capability == capability) {
      return i;
    }
  }
  return -1;
}

struct slice account_capability_name(enum account_capability capability) {
  int i = index_of(capability);
  return i < 0 ? S("") : slice_str(capabilities[i].name);
}

unsigned account_capability_find(struct slice name) {
  for (int i = 0; i < ACCOUNT_CAPABILITY_COUNT; i++) {
    if (slice_is(name, capabilities[i].name)) {
      return (unsigned)capabilities[i].capability;
    }
  }
  return 0;
}

struct slice account_locker_name(enum account_locker locker) {
  switch (locker) {
    case ACCOUNT_LOCKER_HOLDER: return S("holder");
    case ACCOUNT_LOCKER_AUTHORITY: return S("authority");
    case ACCOUNT_LOCKER_RECOVERY: return S("recovery");
    default: return S("");
  }
}

static result write_line(struct env *env, struct db_tx *tx, const struct account_capability_lock *lock, bool is_locked) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  int i = index_of(lock->capability);
  struct slice until = lock->until_ms ? arena_printf(&arena, ",\"until_ms\":%lld", (long long)lock->until_ms) : S("");
  struct account_step step = {.person_id = lock->person_id,
                              .kind = is_locked ? "account.capability_locked" : "account.capability_unlocked",
                              .legal_basis = legal_basis,
                              .actor = lock->actor,
                              .detail = arena_printf(&arena, "\"capability\":\"%s\",\"by\":\"%.*s\"%.*s", capabilities[i].name,
                                                     SLICE_ARG(account_locker_name(lock->locker)), SLICE_ARG(until))};
  TRY(account_move(env, tx, &step));
  struct account_event event = {.person_id = lock->person_id,
                                .kind = is_locked ? S("capability_locked") : S("capability_unlocked"),
                                .detail = slice_str(capabilities[i].name)};
  TRY(account_history_append(env, tx, &event));
  const char *done_vi = is_locked ? "Đã khóa" : "Đã mở lại";
  const char *done_en = is_locked ? "Locked" : "Works again";
  struct account_notice notice = {
      .person_id = lock->person_id,
      .purpose = S("capability"),
      .text = arena_printf(&arena, "%s chức năng %s của tài khoản định danh điện tử. Nếu không phải ông/bà, hãy khóa tài khoản ngay.", done_vi, capabilities[i].vi),
      .text_en = arena_printf(&arena, "%s: %s, of your e-ID account. If that was not you, lock the account now.", done_en, capabilities[i].en)};
  return account_notify(env, tx, &notice);
}

result account_capability_lock(struct env *env, struct db_tx *tx, const struct account_capability_lock *lock) {
  struct account account = {0};
  if (index_of(lock->capability) < 0 || slice_empty(account_locker_name(lock->locker))) {
    FAIL(ACCOUNT_GROUND, "no such capability or locker");
  }
  bool is_own = lock->locker == ACCOUNT_LOCKER_HOLDER && lock->actor.person_id == lock->person_id;
  if (!is_own && slice_empty(slice_trim(lock->reason))) {
    FAIL(ACCOUNT_REASON, "a lock without a reason");
  }
  TRY(account_load(tx, lock->person_id, &account));
  if (account.state != ACCOUNT_ACTIVE && account.state != ACCOUNT_STATE_LOCKED) {
    FAIL(ACCOUNT_UNKNOWN, "no account in use");
  }
  db_mark(tx, lock->person_id);
  TRY(db_run(tx,
             "INSERT INTO account_capability_lock (person_id, capability, locker, since, until, set_by, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)"
             " ON CONFLICT (person_id, capability, locker) DO UPDATE SET set_by = excluded.set_by, reason = excluded.reason,"
             " until = CASE WHEN excluded.locker = 3 AND excluded.until < account_capability_lock.until THEN account_capability_lock.until"
             " ELSE excluded.until END",
             DB_ARGS(db_of_int(lock->person_id), db_of_int(lock->capability), db_of_int(lock->locker), db_of_int(clock_now_ms(env->clock)),
                     db_of_int_or_null(lock->until_ms), db_of_int(lock->actor.person_id), db_of_text_or_null(lock->reason)),
             NULL));
  return write_line(env, tx, lock, true);
}

result account_capability_unlock(struct env *env, struct db_tx *tx, const struct account_capability_lock *lock) {
  int64_t changed = 0;
  if (lock->locker == ACCOUNT_LOCKER_RECOVERY) {
    FAIL(ACCOUNT_GROUND, "what a recovery locked ends by its time alone");
  }
  db_mark(tx, lock->person_id);
  TRY(db_run(tx, "DELETE FROM account_capability_lock WHERE person_id = $1 AND capability = $2 AND locker = $3",
             DB_ARGS(db_of_int(lock->person_id), db_of_int(lock->capability), db_of_int(lock->locker)), &changed));
  if (changed == 0) {
    FAIL(ACCOUNT_GROUND, "not locked by that one");
  }
  return write_line(env, tx, lock, false);
}

static result judge(const struct db_rows *rows, enum account_capability capability) {
  if (db_int(rows, 0) != ACCOUNT_ACTIVE) {
    FAIL(ACCOUNT_LOCKED, "the account is not active");
  }
  if (db_int(rows, 1) != 0) {
    FAIL(ACCOUNT_CAPABILITY_LOCKED, "%s", capabilities[index_of(capability)].name);
  }
  return OK;
}

#define HOW_IT_STANDS                                                                                                                   \
  "SELECT a.state, CASE WHEN EXISTS (SELECT 1 FROM account_capability_lock l WHERE l.person_id = $1 AND l.capability = $2"               \
  " AND (l.until IS NULL OR l.until > $3)) THEN 1 ELSE 0 END"

result account_capability_check(struct env *env, struct db_tx *tx, int64_t person_id, enum account_capability capability) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, HOW_IT_STANDS " FROM account a WHERE a.person_id = $1",
               DB_ARGS(db_of_int(person_id), db_of_int(capability), db_of_int(clock_now_ms(env->clock))), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(ACCOUNT_LOCKED, "no account");
  }
  return judge(&rows, capability);
}

result account_session_check(struct env *env, struct db_tx *tx, const struct account_session *session, enum account_capability capability) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               HOW_IT_STANDS " FROM account_session s JOIN account a ON a.person_id = s.person_id WHERE s.person_id = $1 AND s.session_id = $4",
               DB_ARGS(db_of_int(session->person_id), db_of_int(capability), db_of_int(clock_now_ms(env->clock)), db_of_int(session->session_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(ACCOUNT_SESSION, "the session has ended");
  }
  return judge(&rows, capability);
}

result account_capability_list(struct env *env, struct db_tx *tx, int64_t person_id, struct arena *arena, struct account_capability_list *ret_list) {
  enum { ROOM = ACCOUNT_CAPABILITY_COUNT * ACCOUNT_LOCKER_RECOVERY };
  struct account_capability_lock *items = ARENA_ARRAY(arena, struct account_capability_lock, ROOM);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT capability, locker, since, until, set_by, reason FROM account_capability_lock WHERE person_id = $1"
               " AND (until IS NULL OR until > $2) ORDER BY capability, locker",
               DB_ARGS(db_of_int(person_id), db_of_int(clock_now_ms(env->clock))), &rows));
  while (count < ROOM && db_rows_next(&rows)) {
    items[count++] = (struct account_capability_lock){.person_id = person_id,
                                                      .capability = (enum account_capability)db_int(&rows, 0),
                                                      .locker = (enum account_locker)db_int(&rows, 1),
                                                      .since_ms = db_int(&rows, 2),
                                                      .until_ms = db_int(&rows, 3),
                                                      .actor = {.person_id = db_int(&rows, 4)},
                                                      .reason = db_text_copy(&rows, 5, arena)};
  }
  TRY(rows.status);
  *ret_list = (struct account_capability_list){items, count};
  return OK;
}

result account_ground_list(struct db_tx *tx, int64_t person_id, struct arena *arena, struct account_ground_list *ret_list) {
  enum { ROOM = 16 };
  struct account_lock *items = ARENA_ARRAY(arena, struct account_lock, ROOM);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT ground, until, set_by, reason FROM account_lock WHERE person_id = $1 ORDER BY ground", DB_ARGS(db_of_int(person_id)), &rows));
  while (count < ROOM && db_rows_next(&rows)) {
    items[count++] = (struct account_lock){.person_id = person_id,
                                           .ground = (enum account_ground)db_int(&rows, 0),
                                           .until_ms = db_int(&rows, 1),
                                           .actor = {.person_id = db_int(&rows, 2)},
                                           .reason = db_text_copy(&rows, 3, arena)};
  }
  TRY(rows.status);
  *ret_list = (struct account_ground_list){items, count};
  return OK;
}
