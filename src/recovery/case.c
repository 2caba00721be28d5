/* The life of a case: the table of moves, the one function that moves it, and its row. */
#include "recovery/case.h"

static const struct {
  const char *name;
  unsigned next; /* set of 1 << state */
} states[RECOVERY_STATE_COUNT] = {
    [RECOVERY_OPENED] = {"opened", 1U << RECOVERY_COLLECTED | 1U << RECOVERY_COOLING | 1U << RECOVERY_REJECTED | 1U << RECOVERY_EXPIRED},
    [RECOVERY_COLLECTED] = {"collected", 1U << RECOVERY_COOLING | 1U << RECOVERY_VETOED | 1U << RECOVERY_REJECTED | 1U << RECOVERY_EXPIRED},
    [RECOVERY_COOLING] = {"cooling", 1U << RECOVERY_DONE | 1U << RECOVERY_VETOED | 1U << RECOVERY_REJECTED | 1U << RECOVERY_EXPIRED},
    [RECOVERY_DONE] = {"done", 0},
    [RECOVERY_VETOED] = {"vetoed", 0},
    [RECOVERY_REJECTED] = {"rejected", 0},
    [RECOVERY_EXPIRED] = {"expired", 0},
};

static bool is_state(enum recovery_state state) { return state >= RECOVERY_OPENED && state < RECOVERY_STATE_COUNT; }
struct slice recovery_state_name(enum recovery_state state) { return is_state(state) ? slice_str(states[state].name) : S(""); }
bool recovery_move_is_allowed(enum recovery_state from, enum recovery_state to) {
  return is_state(from) && is_state(to) && (states[from].next & 1U << to) != 0;
}

result recovery_move(struct env *env, struct db_tx *tx, const struct recovery_step *step) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct recovery_case *of = step->of;
  bool is_line_only = step->to == of->state && states[of->state].next != 0;
  if (!is_line_only && !recovery_move_is_allowed(of->state, step->to)) {
    FAIL(RECOVERY_MOVE, "from %.*s to %.*s", SLICE_ARG(recovery_state_name(of->state)), SLICE_ARG(recovery_state_name(step->to)));
  }
  bool is_end = states[step->to].next == 0;
  TRY(db_run(tx, "UPDATE recovery_case SET state = $3, ended_at = $4 WHERE person_id = $1 AND case_id = $2",
             DB_ARGS(db_of_int(of->person_id), db_of_int(of->case_id), db_of_int(step->to), db_of_int(is_end ? clock_now_ms(env->clock) : 0)), NULL));
  if (of->person_id == 0) {
    return OK; /* of nobody: nothing happened to anybody */
  }
  struct ledger_entry entry = {
      .kind = step->kind,
      .actor_person_id = step->actor.person_id,
      .actor_role = step->actor.role,
      .subjects = &of->person_id,
      .subject_count = 1,
      .legal_basis = S("Nghị định 69/2024/NĐ-CP, Điều 15"),
      .detail = arena_printf(&arena, "{\"case\":\"%.*s\",\"state\":\"%s\"%s%.*s}", SLICE_ARG(of->number), states[step->to].name,
                             step->detail.len > 0 ? "," : "", SLICE_ARG(step->detail))};
  TRY(ledger_append(env, tx, &entry));
  struct account_event event = {
      .person_id = of->person_id, .kind = arena_printf(&arena, "recovery_%s", states[step->to].name), .detail = of->number};
  return account_history_append(env, tx, &event);
}

#define CASE_COLUMNS                                                                                                                     \
  "person_id, case_id, number, state, path, proofs, contested, opened_at, expires_at, collected_by, collected_at, approved_by, helper_id," \
  " cool_until, new_phone, reason, passkey_id"

static void read_case(struct env *env, const struct db_rows *rows, struct arena *arena, struct recovery_case *ret_case) {
  *ret_case = (struct recovery_case){
      .person_id = db_int(rows, 0),
      .case_id = db_int(rows, 1),
      .number = db_text_copy(rows, 2, arena),
      .state = (enum recovery_state)db_int(rows, 3),
      .path = (enum recovery_path)db_int(rows, 4),
      .proofs = (unsigned)db_int(rows, 5),
      .is_contested = db_int(rows, 6) != 0,
      .opened_at_ms = db_int(rows, 7),
      .expires_at_ms = db_int(rows, 8),
      .collected_by = db_int(rows, 9),
      .collected_at_ms = db_int(rows, 10),
      .approved_by = db_int(rows, 11),
      .helper_id = db_int(rows, 12),
      .cool_until_ms = db_int(rows, 13),
      .new_phone = db_text_copy(rows, 14, arena),
      .reason = db_text_copy(rows, 15, arena),
      .passkey_id = db_int(rows, 16),
  };
  if (states[ret_case->state].next != 0 && clock_now_ms(env->clock) >= ret_case->expires_at_ms) {
    ret_case->state = RECOVERY_EXPIRED;
  }
}

result recovery_load(struct env *env, struct db_tx *tx, struct arena *arena, struct recovery_key key, struct recovery_case *ret_case) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT " CASE_COLUMNS " FROM recovery_case WHERE person_id = $1 AND case_id = $2",
               DB_ARGS(db_of_int(key.person_id), db_of_int(key.case_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(RECOVERY_UNKNOWN, "no such case");
  }
  read_case(env, &rows, arena, ret_case);
  return OK;
}

result recovery_proofs_save(struct db_tx *tx, const struct recovery_case *of) {
  return db_run(tx,
                "UPDATE recovery_case SET proofs = $3, path = $4, contested = $5, collected_by = $6, collected_at = $7, approved_by = $8,"
                " helper_id = $9, cool_until = $10, expires_at = $11, new_phone = $12, reason = $13, passkey_id = $14 WHERE person_id = $1 AND case_id = $2",
                DB_ARGS(db_of_int(of->person_id), db_of_int(of->case_id), db_of_int(of->proofs), db_of_int(of->path), db_of_int(of->is_contested),
                        db_of_int(of->collected_by), db_of_int(of->collected_at_ms), db_of_int(of->approved_by), db_of_int(of->helper_id),
                        db_of_int(of->cool_until_ms), db_of_int(of->expires_at_ms), db_of_text_or_null(of->new_phone),
                        db_of_text_or_null(of->reason), db_of_int(of->passkey_id)),
                NULL);
}

/* ---- by one of its names ---- */

static result find_key(struct db_tx *tx, const char *sql, struct db_value name, struct recovery_key *ret_key) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, sql, DB_ARGS(name), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(RECOVERY_UNKNOWN, "no such name of a case");
  }
  *ret_key = (struct recovery_key){db_int(&rows, 0), db_int(&rows, 1)};
  return OK;
}

result recovery_of_claim(struct env *env, struct db_tx *tx, struct arena *arena, struct slice claim, struct recovery_case *ret_case) {
  uint8_t hash[DIGEST_BYTES];
  struct recovery_key key = {0};
  token_stored_form(RECOVERY_LABEL_CLAIM, recovery_code_read(arena, claim), hash);
  TRY(find_key(tx, "SELECT person_id, case_id FROM recovery_claim WHERE claim_hash = $1", db_of_bytes(slice_of(hash, sizeof hash)), &key));
  return recovery_load(env, tx, arena, key, ret_case);
}

result recovery_of_veto(struct env *env, struct db_tx *tx, struct arena *arena, struct slice veto, struct recovery_case *ret_case) {
  uint8_t hash[DIGEST_BYTES];
  struct recovery_key key = {0};
  token_stored_form(RECOVERY_LABEL_VETO, veto, hash);
  TRY(find_key(tx, "SELECT person_id, case_id FROM recovery_veto WHERE veto_hash = $1", db_of_bytes(slice_of(hash, sizeof hash)), &key));
  return recovery_load(env, tx, arena, key, ret_case);
}

result recovery_of_number(struct env *env, struct db_tx *tx, struct arena *arena, struct slice number, struct recovery_case *ret_case) {
  struct recovery_key key = {0};
  struct slice plain = recovery_code_read(arena, number);
  struct slice written = plain.len == 8 ? arena_printf(arena, "%.4s-%.4s", (const char *)plain.ptr, (const char *)plain.ptr + 4) : S("");
  TRY(find_key(tx, "SELECT person_id, case_id FROM recovery_number WHERE number = $1", db_of_text(written), &key));
  if (key.person_id == 0) {
    FAIL(RECOVERY_UNKNOWN, "a case of nobody");
  }
  return recovery_load(env, tx, arena, key, ret_case);
}

result recovery_list(struct env *env, struct db_tx *tx, int64_t person_id, struct arena *arena, struct recovery_list *ret_list) {
  enum { ROOM = 20 };
  static const int64_t shown_ms = 30LL * CLOCK_DAY_MS;
  struct recovery_case *items = ARENA_ARRAY(arena, struct recovery_case, ROOM);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  /* what was only opened concerns nobody: anybody can type a number */
  TRY(db_query(tx,
               "SELECT " CASE_COLUMNS " FROM recovery_case WHERE person_id = $1 AND opened_at > $2 AND (state IN (2, 3, 4, 5) OR proofs <> 0)"
               " ORDER BY case_id DESC LIMIT 20",
               DB_ARGS(db_of_int(person_id), db_of_int(clock_now_ms(env->clock) - shown_ms)), &rows));
  while (count < ROOM && db_rows_next(&rows)) {
    read_case(env, &rows, arena, &items[count++]);
  }
  TRY(rows.status);
  *ret_list = (struct recovery_list){items, count};
  return OK;
}

result recovery_officer_check(const struct recovery_case *of, int64_t officer_id) {
  if (officer_id == of->person_id || officer_id == of->helper_id) {
    FAIL(RECOVERY_OWN_CASE, "an officer's own case, or one they helped in");
  }
  return OK;
}

/* ---- codes as people write them ---- */

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { GROUP = 4, TYPED_MAX = 40 };

void recovery_code_make(struct env *env, size_t groups, char *ret_text) {
  size_t at = 0;
  for (size_t i = 0; i < groups * GROUP; i++) {
    if (i > 0 && i % GROUP == 0) {
      ret_text[at++] = '-';
    }
    ret_text[at++] = alphabet[random_below(env->random, sizeof alphabet - 1)];
  }
  ret_text[at] = '\0';
}

struct slice recovery_code_read(struct arena *arena, struct slice typed) {
  uint8_t *text = arena_alloc(arena, TYPED_MAX + 1);
  size_t len = 0;
  for (size_t i = 0; i < typed.len && len < TYPED_MAX; i++) {
    uint8_t c = typed.ptr[i];
    c = (uint8_t)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    if (c == ' ' || c == '-') {
      continue;
    }
    text[len++] = (uint8_t)(c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c);
  }
  return slice_of(text, len);
}
