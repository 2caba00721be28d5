/* Locks are a set of grounds; the state follows the set: LOCKED exactly while it is not empty. */
#include "account/attempt.h"
#include "account/life.h"

static const struct {
  enum account_ground ground;
  const char *name;
  bool by_hand; /* may be set and lifted by a person; the others follow the register or the clock */
  const char *notice;
} grounds[] = {
    {ACCOUNT_GROUND_WRONG_PASSWORD, "wrong_password", false, "nhập sai mật khẩu nhiều lần"},
    {ACCOUNT_GROUND_HOLDER, "holder", true, "theo yêu cầu của chủ tài khoản"},
    {ACCOUNT_GROUND_TERMS, "terms", true, "vi phạm thỏa thuận sử dụng"},
    {ACCOUNT_GROUND_AUTHORITY, "authority", true, "theo yêu cầu của cơ quan có thẩm quyền"},
    {ACCOUNT_GROUND_CARD, "card", false, "thẻ căn cước hết hạn hoặc bị thu hồi, tạm giữ"},
    {ACCOUNT_GROUND_DEATH, "death", false, "chủ tài khoản đã chết"},
    {ACCOUNT_GROUND_RESIDENCE, "residence", false, "hết thời hạn cư trú"},
};
enum { GROUNDS = sizeof grounds / sizeof *grounds, BASIS_REGISTER = ACCOUNT_GROUND_CARD | ACCOUNT_GROUND_DEATH | ACCOUNT_GROUND_RESIDENCE };
static const char legal_basis[] = "Nghị định 69/2024/NĐ-CP, Điều 15";

static int index_of(enum account_ground ground) {
  for (int i = 0; i < GROUNDS; i++) {
    if (grounds[i].ground == ground) {
      return i;
    }
  }
  return -1;
}

struct slice account_ground_name(enum account_ground ground) {
  int i = index_of(ground);
  return i < 0 ? S("") : slice_str(grounds[i].name);
}

unsigned account_ground_find(struct slice name) {
  for (int i = 0; i < GROUNDS; i++) {
    if (slice_is(name, grounds[i].name)) {
      return (unsigned)grounds[i].ground;
    }
  }
  return 0;
}

static result add_ground(struct env *env, struct db_tx *tx, const struct account_lock *lock, const struct account *account) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  TRY(db_run(tx,
             "INSERT INTO account_lock (person_id, ground, since, until, set_by, reason) VALUES ($1, $2, $3, $4, $5, $6)"
             " ON CONFLICT (person_id, ground) DO UPDATE SET until = excluded.until, set_by = excluded.set_by, reason = excluded.reason",
             DB_ARGS(db_of_int(lock->person_id), db_of_int(lock->ground), db_of_int(clock_now_ms(env->clock)),
                     db_of_int_or_null(lock->until_ms), db_of_int(lock->actor.person_id), db_of_text_or_null(lock->reason)),
             NULL));
  int i = index_of(lock->ground);
  struct slice until = lock->until_ms ? arena_printf(&arena, ",\"until_ms\":%lld", (long long)lock->until_ms) : S("");
  struct account_step step = {
      .person_id = lock->person_id,
      .kind = "account.locked",
      .legal_basis = legal_basis,
      .actor = lock->actor,
      .detail = arena_printf(&arena, "\"ground\":\"%s\"%.*s", grounds[i].name, SLICE_ARG(until)),
  };
  static const enum account_state locked[] = {ACCOUNT_STATE_LOCKED};
  if (account->state == ACCOUNT_ACTIVE) {
    step.path = locked;
    step.path_count = 1;
    TRY(account_sessions_end(tx, lock->person_id));
  }
  TRY(account_move(env, tx, &step));
  bool names_who_asks = lock->ground == ACCOUNT_GROUND_AUTHORITY; /* who is locked out cannot read it anywhere else */
  struct slice reason = names_who_asks ? arena_printf(&arena, " (%.*s)", SLICE_ARG(slice_trim(lock->reason))) : S("");
  struct slice notice = arena_printf(&arena, "Tài khoản định danh điện tử của ông/bà đã bị khóa: %s%.*s.", grounds[i].notice, SLICE_ARG(reason));
  return account_notify(env, tx, &(const struct account_notice){.person_id = lock->person_id, .purpose = S("locked"), .text = notice});
}

result account_lock(struct env *env, struct db_tx *tx, const struct account_lock *lock) {
  int i = index_of(lock->ground);
  bool clocked = lock->ground == ACCOUNT_GROUND_WRONG_PASSWORD && lock->actor.person_id == 0 && lock->until_ms != 0;
  if (i < 0 || !(grounds[i].by_hand || clocked)) {
    FAIL(ACCOUNT_GROUND, "ground %d is not set by hand", (int)lock->ground);
  }
  if (lock->ground == ACCOUNT_GROUND_HOLDER && lock->actor.person_id == lock->person_id) {
    /* form TK03 in the holder's own session: needs no further reason */
  } else if (slice_empty(slice_trim(lock->reason))) {
    FAIL(ACCOUNT_REASON, "a lock without a reason");
  }
  struct account account = {0};
  TRY(account_load(tx, lock->person_id, &account));
  if (account.state == ACCOUNT_NONE) {
    FAIL(ACCOUNT_UNKNOWN, "no account");
  }
  if (account.state != ACCOUNT_ACTIVE && account.state != ACCOUNT_STATE_LOCKED) {
    FAIL(ACCOUNT_MOVE, "only an active account is locked");
  }
  bool is_rewritten = clocked || lock->ground == ACCOUNT_GROUND_AUTHORITY;
  if (account.grounds & (unsigned)lock->ground && !is_rewritten) {
    return OK;
  }
  return add_ground(env, tx, lock, &account);
}

/* Takes grounds out of the set; the last one moves the account back. */
static result lift(struct env *env, struct db_tx *tx, const struct account_lock *lock, unsigned lifted) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct account account = {0};
  TRY(account_load(tx, lock->person_id, &account));
  struct buf detail;
  buf_init(&detail, &arena, 64);
  buf_append_str(&detail, "\"grounds_lifted\":[");
  const char *comma = "";
  for (int i = 0; i < GROUNDS; i++) {
    if (lifted & (unsigned)grounds[i].ground) {
      TRY(db_run(tx, "DELETE FROM account_lock WHERE person_id = $1 AND ground = $2",
                 DB_ARGS(db_of_int(lock->person_id), db_of_int(grounds[i].ground)), NULL));
      buf_printf(&detail, "%s\"%s\"", comma, grounds[i].name);
      comma = ",";
    }
  }
  buf_append_str(&detail, "]");
  struct account_step step = {.person_id = lock->person_id, .kind = "account.unlocked", .legal_basis = legal_basis, .actor = lock->actor,
                              .detail = buf_slice(&detail)};
  static const enum account_state active[] = {ACCOUNT_ACTIVE};
  if ((account.grounds & ~lifted) == 0 && account.state == ACCOUNT_STATE_LOCKED) {
    step.path = active;
    step.path_count = 1;
  }
  return account_move(env, tx, &step);
}

/* Lifted by hand, the wrong passwords are forgotten too: else the login name would stay refused until the pause is over. */
static result forget_attempts(struct db_tx *tx, int64_t person_id) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct register_person person = {0};
  TRY(register_person_load(tx, &arena, person_id, &person));
  struct account_attempt login = {.kind = ACCOUNT_ATTEMPT_SIGN_IN, .tried = person.pin};
  return account_attempt_clear(tx, &login);
}

result account_unlock(struct env *env, struct db_tx *tx, const struct account_lock *lock) {
  struct account account = {0};
  TRY(account_load(tx, lock->person_id, &account));
  if (account.state == ACCOUNT_NONE) {
    FAIL(ACCOUNT_UNKNOWN, "no account");
  }
  if (index_of(lock->ground) < 0 || lock->ground & BASIS_REGISTER || !(account.grounds & (unsigned)lock->ground)) {
    FAIL(ACCOUNT_GROUND, "ground %d is not in the set, or follows the register", (int)lock->ground);
  }
  if (lock->ground == ACCOUNT_GROUND_WRONG_PASSWORD) {
    TRY(forget_attempts(tx, lock->person_id));
  }
  return lift(env, tx, lock, (unsigned)lock->ground);
}

/* What the register says today [Decree 69/2024 Art 15]. */
static result register_grounds(struct env *env, struct db_tx *tx, int64_t person_id, unsigned *ret_grounds) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct register_person person = {0};
  TRY(register_person_load(tx, &arena, person_id, &person));
  int32_t today = clock_date_of(clock_now_ms(env->clock));
  bool card_ended = slice_empty(person.card_number) || today > person.card_expires;
  bool foreign = !slice_is(person.nationality, "VN");
  struct register_foreigner stay = {.passport_expires = INT32_MAX, .residence_expires = INT32_MAX};
  result known = foreign ? register_foreigner_load(tx, &arena, person_id, &stay) : OK;
  if (!is_ok(known) && !is_code(known, REGISTER_PERSON_UNKNOWN)) {
    return known;
  }
  card_ended |= today > stay.passport_expires || today > stay.residence_expires;
  unsigned set = 0;
  set |= card_ended ? (unsigned)(foreign ? ACCOUNT_GROUND_RESIDENCE : ACCOUNT_GROUND_CARD) : 0;
  set |= person.life == REGISTER_DEAD ? (unsigned)ACCOUNT_GROUND_DEATH : 0;
  *ret_grounds = set;
  return OK;
}

static result ended_grounds(struct env *env, struct db_tx *tx, int64_t person_id, unsigned *ret_grounds) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT ground FROM account_lock WHERE person_id = $1 AND until <= $2",
               DB_ARGS(db_of_int(person_id), db_of_int(clock_now_ms(env->clock))), &rows));
  unsigned ended = 0;
  while (db_rows_next(&rows)) {
    ended |= (unsigned)db_int(&rows, 0);
  }
  TRY(rows.status);
  *ret_grounds = ended;
  return OK;
}

result account_refresh_load(struct env *env, struct db_tx *tx, int64_t person_id, struct account *ret_account) {
  struct account account = {0};
  unsigned wanted = 0;
  unsigned ended = 0;
  TRY(account_load(tx, person_id, &account));
  if (account.state != ACCOUNT_ACTIVE && account.state != ACCOUNT_STATE_LOCKED) {
    *ret_account = account;
    return OK;
  }
  TRY(register_grounds(env, tx, person_id, &wanted));
  TRY(account.grounds != 0 ? ended_grounds(env, tx, person_id, &ended) : OK);
  for (int i = 0; i < GROUNDS; i++) {
    if (wanted & ~account.grounds & (unsigned)grounds[i].ground) {
      struct account_lock lock = {.person_id = person_id, .ground = grounds[i].ground, .reason = slice_str(grounds[i].notice)};
      TRY(add_ground(env, tx, &lock, &account));
      TRY(account_load(tx, person_id, &account));
    }
  }
  unsigned lifted = account.grounds & (ended | (BASIS_REGISTER & ~wanted));
  struct account_lock system = {.person_id = person_id};
  if (lifted != 0) {
    TRY(lift(env, tx, &system, lifted));
    TRY(account_load(tx, person_id, &account));
  }
  *ret_account = account;
  return OK;
}

result account_refresh(struct env *env, struct db_tx *tx, int64_t person_id) {
  struct account account = {0};
  return account_refresh_load(env, tx, person_id, &account);
}

result account_close(struct env *env, struct db_tx *tx, int64_t person_id, const struct account_actor *actor) {
  struct account_step step = {.person_id = person_id, ACCOUNT_PATH(ACCOUNT_CLOSED), .kind = "account.closed", .actor = *actor};
  TRY(account_move(env, tx, &step));
  TRY(account_sessions_end(tx, person_id));
  TRY(db_run(tx, "DELETE FROM account_authenticator WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), NULL));
  return db_run(tx, "DELETE FROM account_phone WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), NULL);
}
