/* A sheet of ten codes, each good for once. 120 bits each, so a plain hash keeps them [SP800-63B-4 3.1.2.2]. A code is what one has, like the
 * telephone it stands in for: it opens level 1, and with the password level 2, never more. */
#include "authenticator/kinds.h"
#include "crypto/token.h"

enum { CODE_LETTERS = 24, GROUP = 4 };
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* none that is taken for another */

struct code_hash {
  uint8_t bytes[DIGEST_BYTES];
};

/* Of the bare capital letters. */
static struct code_hash hash_code(int64_t person_id, const char letters[static CODE_LETTERS]) {
  struct code_hash hash;
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, S("danh-recovery-code"));
  digest_add(&stream, slice_of(&person_id, sizeof person_id));
  digest_add(&stream, slice_of(letters, CODE_LETTERS));
  digest_end(&stream, hash.bytes);
  return hash;
}

/* As people type: small letters, blanks, hyphens, O for 0, I and L for 1. False: no code. */
static bool letters_of(struct slice typed, char ret_letters[static CODE_LETTERS]) {
  size_t used = 0;
  for (size_t i = 0; i < typed.len; i++) {
    char c = (char)typed.ptr[i];
    if (c == ' ' || c == '-') {
      continue;
    }
    c = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
    if (used == CODE_LETTERS || c == '\0' || strchr(alphabet, c) == NULL) {
      return false;
    }
    ret_letters[used++] = c;
  }
  return used == CODE_LETTERS;
}

static result spend(struct db_tx *tx, struct authenticator_proving *proving, const struct code_hash *hash) {
  int64_t spent = 0;
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT authenticator_id FROM authenticator_code WHERE person_id = $1 AND code_hash = $2",
                 DB_ARGS(db_of_int(proving->person_id), db_of_bytes(slice_of(hash->bytes, sizeof hash->bytes))), &rows));
    proving->authenticator_id = db_rows_next(&rows) ? db_int(&rows, 0) : 0;
    TRY(rows.status);
  }
  TRY(db_run(tx, "DELETE FROM authenticator_code WHERE person_id = $1 AND code_hash = $2",
             DB_ARGS(db_of_int(proving->person_id), db_of_bytes(slice_of(hash->bytes, sizeof hash->bytes))), &spent));
  if (spent == 0) {
    return OK;
  }
  proving->outcome = 0;
  proving->means = ACCOUNT_MEANS_RECOVERY_CODE;
  TRY(authenticator_row_used(proving->env, tx, proving, 0));
  return account_notice_send(proving->env, tx, proving->person_id,
                             S("Một mã dự phòng của ông/bà vừa được dùng để đăng nhập. Nếu không phải ông/bà, hãy khóa tài khoản ngay."));
}

result authenticator_code_use(struct db_tx *tx, struct authenticator_proving *proving) {
  char letters[CODE_LETTERS] = {0};
  bool is_code = letters_of(proving->answer->answer, letters);
  proving->outcome = AUTHENTICATOR_WRONG;
  /* nobody's number and no code at all: the same hash and the same look-up */
  struct code_hash hash = hash_code(proving->person_id, letters);
  return is_code ? spend(tx, proving, &hash) : OK;
}

struct making {
  struct env *env;
  const struct account_session *session;
  struct code_hash hashes[AUTHENTICATOR_CODES];
};

static result save_codes(struct db_tx *tx, const struct making *it, int64_t id) {
  for (int i = 0; i < AUTHENTICATOR_CODES; i++) {
    TRY(db_run(tx, "INSERT INTO authenticator_code (person_id, code_hash, authenticator_id) VALUES ($1, $2, $3)",
               DB_ARGS(db_of_int(it->session->person_id), db_of_bytes(slice_of(it->hashes[i].bytes, sizeof it->hashes[i].bytes)), db_of_int(id)),
               NULL));
  }
  return OK;
}

static result write_codes(struct db_tx *tx, void *arg) {
  const struct making *it = arg;
  int64_t person_id = it->session->person_id;
  int64_t id = env_id_new(it->env);
  TRY(authenticator_change_check(it->env, tx, it->session));
  TRY(db_run(tx, "DELETE FROM authenticator_code WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), NULL));
  TRY(db_run(tx, "DELETE FROM authenticator WHERE person_id = $1 AND kind = $2",
             DB_ARGS(db_of_int(person_id), db_of_int(AUTHENTICATOR_RECOVERY_CODES)), NULL));
  TRY(db_run(tx, "INSERT INTO authenticator (person_id, authenticator_id, kind, state, name, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
             DB_ARGS(db_of_int(person_id), db_of_int(id), db_of_int(AUTHENTICATOR_RECOVERY_CODES), db_of_int(AUTHENTICATOR_ACTIVE),
                     db_of_text(slice_str(authenticator_kind_row(AUTHENTICATOR_RECOVERY_CODES)->label_vi)), db_of_int(clock_now_ms(it->env->clock))),
             NULL));
  TRY(save_codes(tx, it, id));
  struct authenticator_record record = {.person_id = person_id, .session_id = it->session->session_id, .kind = AUTHENTICATOR_RECOVERY_CODES,
                                        .event = AUTHENTICATOR_ADDED, .actor = {person_id, S("")}};
  return authenticator_record(it->env, tx, &record);
}

result authenticator_codes_make(struct env *env, const struct account_session *session, struct authenticator_codes *ret_codes) {
  struct making it = {.env = env, .session = session};
  struct authenticator_codes codes = {0};
  for (int i = 0; i < AUTHENTICATOR_CODES; i++) {
    char letters[CODE_LETTERS];
    size_t used = 0;
    for (int k = 0; k < CODE_LETTERS; k++) {
      letters[k] = alphabet[random_below(env->random, 32)];
      if (k > 0 && k % GROUP == 0) {
        codes.text[i][used++] = '-';
      }
      codes.text[i][used++] = letters[k];
    }
    it.hashes[i] = hash_code(session->person_id, letters);
  }
  TRY(db_write(env->db, write_codes, &it));
  *ret_codes = codes;
  return OK;
}
