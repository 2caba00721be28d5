#include "account/code.h"

#include "account/life.h"
#include "crypto/token.h"

enum { SALT_BYTES = 16 };

struct code_hash {
  uint8_t bytes[DIGEST_BYTES];
};

/* Eight digits do not withstand a guess against a stolen table; expiry, the attempts limit and single use are what protect them. */
static struct code_hash hash_code(struct slice salt, struct slice code) {
  struct code_hash hash;
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, S("danh-account-code"));
  digest_add(&stream, salt);
  digest_add(&stream, code);
  digest_end(&stream, hash.bytes);
  return hash;
}

static result drop_codes(struct env *env, struct db_tx *tx, int64_t person_id) {
  TRY(db_run(tx, "DELETE FROM account_code WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), NULL));
  return message_code_end(env, tx, person_id, S("activation"));
}

result account_code_send(struct env *env, struct db_tx *tx, int64_t person_id) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct account_limits limits = {0};
  TRY(account_limits_load(tx, &limits));
  uint8_t salt[SALT_BYTES];
  random_fill(env->random, salt, sizeof salt);
  struct slice code = token_code(env->random, ACCOUNT_CODE_DIGITS, &arena);
  struct code_hash hash = hash_code(slice_of(salt, sizeof salt), code);
  int64_t code_id = account_id_new(env);
  int64_t expires = clock_now_ms(env->clock) + limits.code_lifetime_ms;
  TRY(drop_codes(env, tx, person_id));
  TRY(db_run(tx, "INSERT INTO account_code (person_id, code_id, salt, hash, expires_at) VALUES ($1, $2, $3, $4, $5)",
             DB_ARGS(db_of_int(person_id), db_of_int(code_id), db_of_bytes(slice_of(salt, sizeof salt)),
                     db_of_bytes(slice_of(hash.bytes, sizeof hash.bytes)), db_of_int(expires)),
             NULL));
  struct slice text = arena_printf(&arena, "Mã kích hoạt tài khoản định danh điện tử: %.*s. Hiệu lực đến hết ngày %.*s. Không cung cấp mã cho bất kỳ ai.",
                                   SLICE_ARG(code), SLICE_ARG(clock_date_write_vi(&arena, clock_date_of(expires))));
  struct message message = {.person_id = person_id, .purpose = S("activation"), .code_id = code_id, .text = text, .expires_at_ms = expires};
  return account_code_message_send(env, tx, &message);
}

result account_code_use(struct env *env, struct db_tx *tx, int64_t person_id, struct slice code, bool *ret_right) {
  struct account_limits limits = {0};
  TRY(account_limits_load(tx, &limits));
  int64_t code_id = 0;
  bool right = false;
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT code_id, salt, hash FROM account_code WHERE person_id = $1 AND expires_at > $2 AND wrong < $3",
                 DB_ARGS(db_of_int(person_id), db_of_int(clock_now_ms(env->clock)), db_of_int(limits.wrong_codes_max)), &rows));
    if (db_rows_next(&rows)) {
      struct code_hash hash = hash_code(db_bytes(&rows, 1), code);
      code_id = db_int(&rows, 0);
      right = slice_eq_secret(slice_of(hash.bytes, sizeof hash.bytes), db_bytes(&rows, 2));
    }
    TRY(rows.status);
  }
  if (right) {
    TRY(drop_codes(env, tx, person_id));
  } else if (code_id != 0) {
    TRY(db_run(tx, "UPDATE account_code SET wrong = wrong + 1 WHERE person_id = $1 AND code_id = $2",
               DB_ARGS(db_of_int(person_id), db_of_int(code_id)), NULL));
  }
  *ret_right = right;
  return OK;
}

result account_code_issue(struct env *env, struct db_tx *tx, int64_t person_id, const struct account_actor *actor) {
  struct account account = {0};
  TRY(account_load(tx, person_id, &account));
  if (account.state != ACCOUNT_APPROVED) {
    FAIL(ACCOUNT_MOVE, "only an approved account waits for a code");
  }
  if (actor->person_id == person_id) {
    FAIL(ACCOUNT_OWN_CASE, "an officer asks for their own code");
  }
  TRY(account_code_send(env, tx, person_id));
  struct account_step step = {.person_id = person_id, .kind = "account.code_issued", .actor = *actor};
  return account_move(env, tx, &step);
}
