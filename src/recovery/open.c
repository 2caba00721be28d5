/* What the person does alone: a case begins, a code comes to the number, a recovery code or another passkey counts. */
#include "authenticator/authenticator.h"
#include "recovery/case.h"

enum { CODE_DIGITS = 8, CODES_MAX = 3, WRONG_MAX = 5, SALT_BYTES = 16 };
static const int64_t code_lifetime_ms = 15LL * 60 * 1000;
static const int64_t session_fresh_ms = 15LL * 60 * 1000;

/* ---- a case begins ---- */

struct opening {
  struct env *env;
  const struct recovery_opening *asked;
  struct recovery_opened *opened;
};

/* Whose account it is; 0: nobody's in use. Both lead to a case. */
static result find_holder(struct db_tx *tx, struct slice pin, int64_t *ret_person_id) {
  struct account account = {0};
  int64_t person_id = 0;
  result found = register_person_find(tx, pin, &person_id);
  if (is_ok(found)) {
    TRY(account_load(tx, person_id, &account));
  }
  bool in_use = account.state == ACCOUNT_ACTIVE || account.state == ACCOUNT_STATE_LOCKED;
  *ret_person_id = in_use ? person_id : 0;
  return is_ok(found) || is_code(found, REGISTER_PERSON_UNKNOWN) ? OK : found;
}

static result was_vetoed(struct env *env, struct db_tx *tx, int64_t person_id, bool *ret_vetoed) {
  struct recovery_limits limits = {0};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(recovery_limits_load(tx, &limits));
  TRY(db_query(tx, "SELECT 1 FROM recovery_case WHERE person_id = $1 AND state = 5 AND ended_at > $2",
               DB_ARGS(db_of_int(person_id), db_of_int(clock_now_ms(env->clock) - limits.contested_ms)), &rows));
  *ret_vetoed = person_id != 0 && db_rows_next(&rows);
  return rows.status;
}

static result write_opening(struct db_tx *tx, void *arg) {
  struct opening *o = arg;
  struct recovery_limits limits = {0};
  struct recovery_case fresh = {.case_id = env_id_new(o->env), .opened_at_ms = clock_now_ms(o->env->clock)};
  uint8_t hash[DIGEST_BYTES];
  TRY(recovery_limits_load(tx, &limits));
  TRY(find_holder(tx, o->asked->pin, &fresh.person_id));
  TRY(was_vetoed(o->env, tx, fresh.person_id, &fresh.is_contested));
  recovery_code_make(o->env, RECOVERY_NUMBER_GROUPS, o->opened->number);
  recovery_code_make(o->env, RECOVERY_CLAIM_GROUPS, o->opened->claim);
  fresh.number = slice_str(o->opened->number);
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  token_stored_form(RECOVERY_LABEL_CLAIM, recovery_code_read(&arena, slice_str(o->opened->claim)), hash);
  struct db_value person = db_of_int(fresh.person_id);
  struct db_value id = db_of_int(fresh.case_id);
  TRY(db_run(tx, "INSERT INTO recovery_case (person_id, case_id, number, state, contested, opened_at, expires_at) VALUES ($1, $2, $3, 1, $4, $5, $6)",
             DB_ARGS(person, id, db_of_text(fresh.number), db_of_int(fresh.is_contested), db_of_int(fresh.opened_at_ms),
                     db_of_int(fresh.opened_at_ms + limits.case_lifetime_ms)),
             NULL));
  TRY(db_run(tx, "INSERT INTO recovery_number (number, person_id, case_id) VALUES ($1, $2, $3)", DB_ARGS(db_of_text(fresh.number), person, id), NULL));
  return db_run(tx, "INSERT INTO recovery_claim (claim_hash, person_id, case_id) VALUES ($1, $2, $3)",
                DB_ARGS(db_of_bytes(slice_of(hash, sizeof hash)), person, id), NULL);
}

result recovery_open(struct env *env, const struct recovery_opening *opening, struct recovery_opened *ret_opened) {
  struct recovery_opened opened = {0};
  struct opening o = {env, opening, &opened};
  TRY(account_guess_begin(env, opening->client.network));
  TRY(db_write(env->db, write_opening, &o));
  *ret_opened = opened;
  return OK;
}

/* ---- the number ---- */

static void hash_code(struct slice salt, struct slice code, uint8_t ret_hash[static DIGEST_BYTES]) {
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, S("danh-recovery-code"));
  digest_add(&stream, salt);
  digest_add(&stream, code);
  digest_end(&stream, ret_hash);
}

/* SIM swap: a number that changed a moment ago may be the thief's: it proves nothing yet. */
static result settled_number(struct env *env, struct db_tx *tx, int64_t person_id, bool *ret_settled) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_limits limits = {0};
  struct account_address address = {0};
  TRY(recovery_limits_load(tx, &limits));
  TRY(account_address_load(tx, person_id, &arena, &address));
  *ret_settled = message_is_address(MESSAGE_SMS, address.phone) &&
                 clock_now_ms(env->clock) - address.phone_since_ms >= limits.number_settled_ms;
  return OK;
}

static result send_code(struct env *env, struct db_tx *tx, const struct recovery_case *of, struct slice code) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct account_address address = {0};
  TRY(account_address_load(tx, of->person_id, &arena, &address));
  struct message message = {
      .person_id = of->person_id,
      .kind = MESSAGE_CODE,
      .channel = MESSAGE_SMS,
      .address = address.phone,
      .purpose = S("recovery"),
      .code_id = of->case_id,
      .text = arena_printf(&arena, "Mã xác nhận số điện thoại khi lấy lại tài khoản định danh: %.*s. Không đọc mã cho bất kỳ ai, kể cả cán bộ.",
                           SLICE_ARG(code)),
      .text_en = arena_printf(&arena, "Your code to confirm the number for e-ID recovery: %.*s. Never read it to anyone.", SLICE_ARG(code)),
      .expires_at_ms = clock_now_ms(env->clock) + code_lifetime_ms};
  TRY(message_code_end(env, tx, of->person_id, S("recovery")));
  result sent = message_send(env, tx, &message);
  /* said aloud it would tell that there is a number; nothing was written yet */
  return is_code(sent, MESSAGE_TOO_MANY) ? OK : sent;
}

struct asking {
  struct env *env;
  const struct recovery_entry *entry;
  const struct account_session *session;
  bool is_right;
};

static result load_claimed(const struct asking *a, struct db_tx *tx, struct arena *arena, struct recovery_case *ret_case) {
  TRY(recovery_of_claim(a->env, tx, arena, a->entry->claim, ret_case));
  if (ret_case->state != RECOVERY_OPENED) {
    FAIL(RECOVERY_MOVE, "proofs of one's own come before the desk");
  }
  return OK;
}

static result write_ask(struct db_tx *tx, void *arg) {
  struct asking *a = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_case of = {0};
  int64_t counted = 0;
  bool settled = false;
  TRY(load_claimed(a, tx, &arena, &of));
  TRY(db_run(tx, "UPDATE recovery_case SET code_asked = code_asked + 1 WHERE person_id = $1 AND case_id = $2 AND code_asked < $3",
             DB_ARGS(db_of_int(of.person_id), db_of_int(of.case_id), db_of_int(CODES_MAX)), &counted));
  if (counted == 0) {
    FAIL(RECOVERY_MOVE, "as many codes as one case may ask for");
  }
  uint8_t salt[SALT_BYTES];
  uint8_t hash[DIGEST_BYTES];
  random_fill(a->env->random, salt, sizeof salt);
  struct slice code = token_code(a->env->random, CODE_DIGITS, &arena);
  hash_code(slice_of(salt, sizeof salt), code, hash);
  if (of.person_id != 0) {
    TRY(settled_number(a->env, tx, of.person_id, &settled));
  }
  /* a code nobody was sent is stored like any other, and nobody can know it */
  TRY(db_run(tx, "UPDATE recovery_case SET code_salt = $3, code_hash = $4, code_expires_at = $5, code_wrong = 0 WHERE person_id = $1 AND case_id = $2",
             DB_ARGS(db_of_int(of.person_id), db_of_int(of.case_id), db_of_bytes(slice_of(salt, sizeof salt)),
                     db_of_bytes(slice_of(hash, sizeof hash)), db_of_int(clock_now_ms(a->env->clock) + code_lifetime_ms)),
             NULL));
  return settled ? send_code(a->env, tx, &of, code) : OK;
}

result recovery_number_ask(struct env *env, const struct recovery_entry *entry) {
  return db_write(env->db, write_ask, &(struct asking){.env = env, .entry = entry});
}

static result is_code_right(const struct asking *a, struct db_tx *tx, const struct recovery_case *of, bool *ret_right) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  uint8_t hash[DIGEST_BYTES];
  TRY(db_query(tx, "SELECT code_salt, code_hash FROM recovery_case WHERE person_id = $1 AND case_id = $2 AND code_expires_at > $3 AND code_wrong < $4",
               DB_ARGS(db_of_int(of->person_id), db_of_int(of->case_id), db_of_int(clock_now_ms(a->env->clock)), db_of_int(WRONG_MAX)), &rows));
  bool right = false;
  if (db_rows_next(&rows)) {
    hash_code(db_bytes(&rows, 0), slice_trim(a->entry->code), hash);
    right = slice_eq_secret(slice_of(hash, sizeof hash), db_bytes(&rows, 1));
  }
  TRY(rows.status);
  *ret_right = right;
  return OK;
}

static result write_prove(struct db_tx *tx, void *arg) {
  struct asking *a = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_case of = {0};
  TRY(load_claimed(a, tx, &arena, &of));
  TRY(is_code_right(a, tx, &of, &a->is_right));
  if (!a->is_right) { /* counted, and so not a failure of the write */
    return db_run(tx, "UPDATE recovery_case SET code_wrong = code_wrong + 1 WHERE person_id = $1 AND case_id = $2",
                  DB_ARGS(db_of_int(of.person_id), db_of_int(of.case_id)), NULL);
  }
  TRY(db_run(tx, "UPDATE recovery_case SET code_expires_at = 0 WHERE person_id = $1 AND case_id = $2",
             DB_ARGS(db_of_int(of.person_id), db_of_int(of.case_id)), NULL));
  TRY(message_code_end(a->env, tx, of.person_id, S("recovery")));
  of.proofs |= RECOVERY_PROOF_NUMBER;
  return recovery_advance(a->env, tx, &of, &(const struct account_actor){0});
}

result recovery_number_prove(struct env *env, const struct recovery_entry *entry) {
  struct asking a = {.env = env, .entry = entry};
  TRY(account_guess_begin(env, entry->client.network));
  TRY(db_write(env->db, write_prove, &a));
  if (!a.is_right) {
    FAIL(RECOVERY_CODE, "wrong, used or expired");
  }
  return account_guess_right(env, entry->client.network);
}

/* ---- a recovery code ---- */

static result write_code(struct db_tx *tx, void *arg) {
  struct asking *a = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_case of = {0};
  TRY(load_claimed(a, tx, &arena, &of));
  bool is_fresh = clock_now_ms(a->env->clock) - a->session->auth_at_ms < session_fresh_ms;
  if (of.person_id != a->session->person_id || (a->session->means & ACCOUNT_MEANS_RECOVERY_CODE) == 0 || !is_fresh) {
    FAIL(RECOVERY_CODE, "no recovery code was used in this session just now, or it is somebody else's");
  }
  of.proofs |= RECOVERY_PROOF_CODE;
  return recovery_advance(a->env, tx, &of, &(const struct account_actor){of.person_id, S("")});
}

result recovery_code_prove(struct env *env, struct slice claim, const struct account_session *session) {
  const struct recovery_entry entry = {.claim = claim};
  return db_write(env->db, write_code, &(struct asking){.env = env, .entry = &entry, .session = session});
}

/* ---- another passkey ---- */

/* The person's own, in use, and for long enough: one that a thief of the old phone added a moment ago is none. */
result recovery_passkey_find(struct env *env, struct db_tx *tx, const struct recovery_case *of, bool *ret_counts) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_limits limits = {0};
  struct authenticator_list list = {0};
  bool counts = false;
  TRY(recovery_limits_load(tx, &limits));
  TRY(authenticator_list(tx, of->person_id, &arena, &list));
  for (size_t i = 0; i < list.count; i++) {
    const struct authenticator *item = &list.items[i];
    counts |= item->id == of->passkey_id && item->kind == AUTHENTICATOR_PASSKEY && item->state == AUTHENTICATOR_ACTIVE &&
              clock_now_ms(env->clock) - item->made_at_ms >= limits.passkey_settled_ms;
  }
  *ret_counts = counts;
  return OK;
}

static result write_passkey(struct db_tx *tx, void *arg) {
  struct asking *a = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_case of = {0};
  bool counts = false;
  TRY(load_claimed(a, tx, &arena, &of));
  bool is_fresh = clock_now_ms(a->env->clock) - a->session->auth_at_ms < session_fresh_ms;
  if (of.person_id != a->session->person_id || (a->session->means & ACCOUNT_MEANS_PASSKEY_VERIFIED) == 0 || !is_fresh) {
    FAIL(RECOVERY_CODE, "no passkey verified its user in this session just now, or it is somebody else's");
  }
  of.passkey_id = a->session->passkey_id;
  TRY(recovery_passkey_find(a->env, tx, &of, &counts));
  if (!counts) {
    FAIL(RECOVERY_CODE, "not the person's passkey for long enough");
  }
  of.proofs |= RECOVERY_PROOF_PASSKEY;
  return recovery_advance(a->env, tx, &of, &(const struct account_actor){of.person_id, S("")});
}

result recovery_passkey_prove(struct env *env, struct slice claim, const struct account_session *session) {
  const struct recovery_entry entry = {.claim = claim};
  return db_write(env->db, write_passkey, &(struct asking){.env = env, .entry = &entry, .session = session});
}
