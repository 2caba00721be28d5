#include "account/life.h"

#include "account/authenticator.h"
#include "ledger/ledger.h"

static const char *const names[ACCOUNT_STATE_COUNT] = {
    [ACCOUNT_NONE] = "none",         [ACCOUNT_REGISTERED] = "registered", [ACCOUNT_VERIFYING] = "verifying",
    [ACCOUNT_REJECTED] = "rejected", [ACCOUNT_APPROVED] = "approved",     [ACCOUNT_ACTIVE] = "active",
    [ACCOUNT_STATE_LOCKED] = "locked", [ACCOUNT_CLOSED] = "closed",
};

/* The picture stands above enum account_state. */
static const bool moves[ACCOUNT_STATE_COUNT][ACCOUNT_STATE_COUNT] = {
    [ACCOUNT_NONE] = {[ACCOUNT_REGISTERED] = true},
    [ACCOUNT_REGISTERED] = {[ACCOUNT_VERIFYING] = true},
    [ACCOUNT_VERIFYING] = {[ACCOUNT_REJECTED] = true, [ACCOUNT_APPROVED] = true},
    [ACCOUNT_REJECTED] = {[ACCOUNT_REGISTERED] = true},
    [ACCOUNT_APPROVED] = {[ACCOUNT_ACTIVE] = true},
    [ACCOUNT_ACTIVE] = {[ACCOUNT_STATE_LOCKED] = true},
    [ACCOUNT_STATE_LOCKED] = {[ACCOUNT_ACTIVE] = true, [ACCOUNT_CLOSED] = true},
};

struct slice account_state_name(enum account_state state) { return slice_str(names[state]); }

bool account_move_is_allowed(enum account_state from, enum account_state to) {
  return from >= 0 && from < ACCOUNT_STATE_COUNT && to >= 0 && to < ACCOUNT_STATE_COUNT && moves[from][to];
}

int64_t account_id_new(struct env *env) {
  static const int64_t epoch_ms = 1577836800000; /* 2020-01-01 */
  int64_t since = clock_now_ms(env->clock) - epoch_ms;
  return (since > 0 ? since << 22 : 0) | (int64_t)(random_u64(env->random) & 0x3fffff);
}

static result state_load(struct db_tx *tx, int64_t person_id, enum account_state *ret_state) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT state FROM account WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), &rows));
  enum account_state state = db_rows_next(&rows) ? (enum account_state)db_int(&rows, 0) : ACCOUNT_NONE;
  TRY(rows.status);
  *ret_state = state;
  return OK;
}

static result state_save(struct db_tx *tx, const struct account_step *step, enum account_state from, int64_t at_ms) {
  enum account_state to = step->path[step->path_count - 1];
  if (from == ACCOUNT_NONE) {
    return db_run(tx, "INSERT INTO account (person_id, state, registered_at) VALUES ($1, $2, $3)",
                  DB_ARGS(db_of_int(step->person_id), db_of_int(to), db_of_int(at_ms)), NULL);
  }
  db_mark(tx, step->person_id);
  return db_run(tx, "UPDATE account SET state = $2 WHERE person_id = $1", DB_ARGS(db_of_int(step->person_id), db_of_int(to)), NULL);
}

static struct slice detail_of(struct arena *arena, const struct account_step *step, enum account_state from) {
  struct buf detail;
  buf_init(&detail, arena, 192);
  buf_append_str(&detail, "{");
  if (step->path_count > 0) {
    buf_printf(&detail, "\"from\":\"%s\",\"path\":[", names[from]);
    for (size_t i = 0; i < step->path_count; i++) {
      buf_printf(&detail, "%s\"%s\"", i ? "," : "", names[step->path[i]]);
    }
    buf_append_str(&detail, slice_empty(step->detail) ? "]" : "],");
  }
  buf_append(&detail, step->detail);
  buf_append_str(&detail, "}");
  return buf_slice(&detail);
}

result account_move(struct env *env, struct db_tx *tx, const struct account_step *step) {
  enum account_state from = ACCOUNT_NONE;
  if (step->path_count > 0) {
    TRY(state_load(tx, step->person_id, &from));
    enum account_state at = from;
    for (size_t i = 0; i < step->path_count; i++) {
      if (!account_move_is_allowed(at, step->path[i])) {
        FAIL(ACCOUNT_MOVE, "an account does not go from %s to %s", names[at], names[step->path[i]]);
      }
      at = step->path[i];
    }
    TRY(state_save(tx, step, from, step->at_ms ? step->at_ms : clock_now_ms(env->clock)));
  }
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct ledger_entry entry = {
      .kind = step->kind,
      .actor_person_id = step->actor.person_id,
      .actor_role = step->actor.role,
      .subjects = &step->person_id,
      .subject_count = step->person_id ? 1 : 0,
      .legal_basis = slice_str(step->legal_basis),
      .detail = detail_of(&arena, step, from),
  };
  return ledger_append(env, tx, &entry);
}

/* Grounds are bits, one a row: their sum is the set. */
static const char account_sql[] =
    "SELECT a.state, a.level, a.registered_at, a.approved_at, a.activated_at,"
    " (SELECT CAST(SUM(l.ground) AS BIGINT) FROM account_lock l WHERE l.person_id = a.person_id),"
    " (SELECT MAX(CASE WHEN n.kind = $2 AND n.secret IS NOT NULL THEN 1 ELSE 0 END) + 2 * MAX(CASE WHEN n.kind = $3 AND n.secret IS NOT NULL THEN 1 ELSE 0 END)"
    " + 4 * MAX(CASE WHEN n.kind = $4 THEN 1 ELSE 0 END) FROM account_authenticator n WHERE n.person_id = a.person_id)"
    " FROM account a WHERE a.person_id = $1";

result account_load(struct db_tx *tx, int64_t person_id, struct account *ret_account) {
  struct account account = {.person_id = person_id};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, account_sql,
               DB_ARGS(db_of_int(person_id), db_of_int(ACCOUNT_PASSWORD_KIND), db_of_int(ACCOUNT_PASSCODE_KIND), db_of_int(ACCOUNT_SIGNING_PIN_KIND)), &rows));
  if (db_rows_next(&rows)) {
    int64_t has = db_int(&rows, 6);
    account.state = (enum account_state)db_int(&rows, 0);
    account.level = (int)db_int(&rows, 1);
    account.registered_at_ms = db_int(&rows, 2);
    account.approved_at_ms = db_int(&rows, 3);
    account.activated_at_ms = db_int(&rows, 4);
    account.grounds = (unsigned)db_int(&rows, 5);
    account.has_password = (has & 1) != 0;
    account.has_passcode = (has & 2) != 0;
    account.has_signing_pin = (has & 4) != 0;
  }
  TRY(rows.status);
  *ret_account = account;
  return OK;
}

result account_count(struct db_tx *tx, struct account_counters *ret_counters) {
  struct account_counters counters = {0};
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_row(tx, "SELECT COUNT(*), COUNT(approved_at), COUNT(activated_at) FROM account", DB_NO_ARGS, &rows));
    counters.collected = db_int(&rows, 0);
    counters.issued = db_int(&rows, 1);
    counters.activated = db_int(&rows, 2);
  }
  TRY(register_card_count(tx, &counters.cards));
  *ret_counters = counters;
  return OK;
}
