#include "account/authenticator.h"

#include "codec/utf8.h"
#include "crypto/password.h"

struct hashing {
  struct slice text; /* NFC */
  struct slice stored;
  struct arena *arena;
};

static result run_hash(void *arg) {
  struct hashing *hashing = arg;
  return password_hash(hashing->text, hashing->arena, &hashing->stored);
}

static result run_verify(void *arg) {
  struct hashing *hashing = arg;
  return slice_empty(hashing->stored) ? password_verify_nobody(hashing->text) : password_verify(hashing->text, hashing->stored);
}

result account_secret_hash(struct pool *pool, struct slice text, struct arena *arena, struct slice *ret_stored) {
  struct hashing hashing = {.arena = arena};
  TRY(utf8_nfc(text, arena, &hashing.text));
  TRY(pool_run(pool, run_hash, &hashing));
  *ret_stored = hashing.stored;
  return OK;
}

result account_secret_verify(struct pool *pool, struct slice text, struct slice stored) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct hashing hashing = {.text = text, .stored = stored, .arena = &arena};
  /* What is no text cannot be anybody's password: the same work on the bytes as they are. Past the hash's own limit it is cut, not
   * refused, so that its length reveals nothing either. */
  struct slice normal = {0};
  if (is_ok(utf8_nfc(text, &arena, &normal))) {
    hashing.text = normal;
  }
  if (slice_empty(hashing.text) || hashing.text.len > PASSWORD_BYTES_MAX) {
    hashing.text = slice_empty(text) ? S("-") : slice_sub(text, 0, PASSWORD_BYTES_MAX);
    hashing.stored = S("");
  }
  return pool_run(pool, run_verify, &hashing);
}

result account_authenticator_save(struct env *env, struct db_tx *tx, int64_t person_id, enum account_authenticator_kind kind,
                                  struct slice stored) {
  return db_run(tx,
                "INSERT INTO account_authenticator (person_id, kind, number, secret, made_at) VALUES ($1, $2, 1, $3, $4)"
                " ON CONFLICT (person_id, kind, number) DO UPDATE SET secret = excluded.secret, made_at = excluded.made_at, failures = 0",
                DB_ARGS(db_of_int(person_id), db_of_int(kind), db_of_text_or_null(stored), db_of_int(clock_now_ms(env->clock))), NULL);
}

result account_authenticator_load(struct db_tx *tx, int64_t person_id, enum account_authenticator_kind kind, struct arena *arena,
                                  struct slice *ret_stored) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT secret FROM account_authenticator WHERE person_id = $1 AND kind = $2 AND number = 1",
               DB_ARGS(db_of_int(person_id), db_of_int(kind)), &rows));
  struct slice stored = db_rows_next(&rows) ? db_text_copy(&rows, 0, arena) : S("");
  TRY(rows.status);
  *ret_stored = stored;
  return OK;
}
