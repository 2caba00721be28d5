/* A proof becomes a session, or adds to one. Whoever checked it calls from inside the write that makes it single-use. */
#include <assert.h>

#include "account/life.h"
#include "account/session.h"

static struct slice means_detail(struct arena *arena, unsigned means) {
  struct buf detail;
  buf_init(&detail, arena, 96);
  buf_append_str(&detail, "\"means\":[");
  const char *comma = "";
  for (size_t i = 0; account_means_name(i) != NULL; i++) {
    if (means & 1u << i) {
      buf_printf(&detail, "%s\"%s\"", comma, account_means_name(i));
      comma = ",";
    }
  }
  buf_append_str(&detail, "]");
  return buf_slice(&detail);
}

/* What it was is in the ledger, from where in the holder's own history. */
static result put_on_record(struct env *env, struct db_tx *tx, const struct account_proof *proof, const struct account_session *session,
                            bool is_new) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct account_event event = {.person_id = proof->person_id, .session_id = session->session_id,
                                .kind = is_new ? S("signed_in") : S("session_raised"),
                                .detail = slice_sub(proof->client.address, 0, 64)};
  TRY(account_history_append(env, tx, &event));
  struct account_step step = {.person_id = proof->person_id, .kind = is_new ? "account.signed_in" : "account.session_raised",
                              .actor = {proof->person_id, S("")}, .detail = means_detail(&arena, proof->means)};
  return account_move(env, tx, &step);
}

result account_session_grant(struct env *env, struct db_tx *tx, const struct account_proof *proof, int level, struct account_granted *ret_granted) {
  struct account_limits limits = {0};
  struct account_granted granted = {0};
  assert(proof->means != 0);
  TRY(account_limits_load(tx, &limits));
  if (!slice_empty(proof->replaces)) {
    TRY(account_session_replace(env, tx, proof->replaces));
  }
  struct account_token_hash hash = account_token_new(env, &granted.token);
  struct account_session_start start = {proof->person_id, level, proof->means, proof->passkey_id, proof->client.agent, &hash, &limits};
  TRY(account_session_start(env, tx, &start, &granted.session));
  TRY(account_browser_note(env, tx, proof->person_id, &proof->client));
  TRY(put_on_record(env, tx, proof, &granted.session, true));
  *ret_granted = granted;
  return OK;
}

result account_session_open(struct env *env, struct db_tx *tx, const struct account_proof *proof, struct account_token *ret_token,
                            struct account_session *ret_session) {
  struct account account = {0};
  struct account_granted granted = {0};
  TRY(account_refresh_load(env, tx, proof->person_id, &account));
  if (account.state != ACCOUNT_ACTIVE) {
    FAIL(account.grounds & ACCOUNT_GROUND_WRONG_PASSWORD ? ACCOUNT_LOCKED_FOR_NOW : ACCOUNT_LOCKED, "the account may not be used now");
  }
  TRY(account_session_grant(env, tx, proof, account.level, &granted));
  *ret_token = granted.token;
  *ret_session = granted.session;
  return OK;
}

static result change_token(struct db_tx *tx, const struct account_session *session, struct slice old_token,
                           const struct account_token_hash *hash) {
  db_mark(tx, session->person_id);
  struct account_token_hash old_hash = account_token_hash(old_token);
  TRY(db_run(tx, "DELETE FROM account_token WHERE token_hash = $1", DB_ARGS(db_of_bytes(slice_of(old_hash.bytes, sizeof old_hash.bytes))), NULL));
  return db_run(tx, "INSERT INTO account_token (token_hash, person_id, session_id) VALUES ($1, $2, $3)",
                DB_ARGS(db_of_bytes(slice_of(hash->bytes, sizeof hash->bytes)), db_of_int(session->person_id), db_of_int(session->session_id)),
                NULL);
}

/* Of two passkeys in one session the newer counts, unless it was only touched where the older verified its user. */
static void add_means(struct account_session *session, const struct account_proof *proof) {
  const unsigned of_passkeys = ACCOUNT_MEANS_PASSKEY | ACCOUNT_MEANS_PASSKEY_VERIFIED | ACCOUNT_MEANS_KEY_STAYS;
  bool is_other = proof->passkey_id != 0 && session->passkey_id != 0 && proof->passkey_id != session->passkey_id;
  bool proves_less = (session->means & ~proof->means & ACCOUNT_MEANS_PASSKEY_VERIFIED) != 0;
  if (is_other && proves_less) {
    session->means |= proof->means & ~of_passkeys;
    return;
  }
  session->means = (is_other ? session->means & ~of_passkeys : session->means) | proof->means;
  session->passkey_id = proof->passkey_id != 0 ? proof->passkey_id : session->passkey_id;
}

result account_session_raise(struct env *env, struct db_tx *tx, const struct account_proof *proof, struct account_token *ret_token,
                             struct account_session *ret_session) {
  struct account_session session = {0};
  struct account_token token = {0};
  int64_t now = clock_now_ms(env->clock);
  assert(proof->means != 0);
  TRY(account_session_read(env, tx, proof->replaces, &session));
  if (session.person_id != proof->person_id) {
    FAIL(ACCOUNT_SESSION, "the session is somebody else's");
  }
  struct account_token_hash hash = account_token_new(env, &token);
  if (proof->is_whole) {
    session.means = 0;
    session.passkey_id = 0;
  }
  add_means(&session, proof);
  session.auth_at_ms = proof->is_whole ? now : session.auth_at_ms;
  session.seen_at_ms = now;
  TRY(change_token(tx, &session, proof->replaces, &hash));
  TRY(db_run(tx,
             "UPDATE account_session SET token_hash = $3, means = $4, auth_at = $5, seen_at = $6, passkey_id = $8,"
             " passcode_until = CASE WHEN CAST($7 AS BIGINT) = 1 THEN NULL ELSE passcode_until END WHERE person_id = $1 AND session_id = $2",
             DB_ARGS(db_of_int(session.person_id), db_of_int(session.session_id), db_of_bytes(slice_of(hash.bytes, sizeof hash.bytes)),
                     db_of_int(session.means), db_of_int(session.auth_at_ms), db_of_int(now), db_of_int(proof->is_whole),
                     db_of_int_or_null(session.passkey_id)),
             NULL));
  TRY(put_on_record(env, tx, proof, &session, false));
  if (proof->is_whole) {
    session.passcode_ok_until_ms = 0;
  }
  *ret_token = token;
  *ret_session = session;
  return OK;
}
