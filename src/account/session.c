#include "account/session.h"

#include "account/life.h"
#include "account/memory.h"
#include "admission/admission.h"

enum {
  SEEN_EVERY_MS = 60 * 1000, /* the idle limit moves at most once a minute: a page of ten requests is one write */
  BIOMETRIC_IDLE_MS = 15 * 60 * 1000,
  AGENT_BYTES_MAX = 200,
};

static const unsigned biometric = ACCOUNT_MEANS_FACE | ACCOUNT_MEANS_FINGERPRINT | ACCOUNT_MEANS_IRIS;

/* Rows of tokens that were made one after the other lie beside each other: a commit changes a page of them, and not one for each. */
struct account_token_hash account_token_hash(struct slice token) {
  struct account_token_hash hash;
  token_stored_form("danh-account-token", token, hash.bytes);
  (void)admission_mark_time(token, hash.bytes);
  return hash;
}

struct account_token_hash account_token_new(struct env *env, struct account_token *ret_token) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  /* where there is a key, one that can be told at the door from what never was one */
  struct slice text = {0};
  if (env->sealing != NULL) {
    const struct admission_key key = admission_key_of(env->sealing);
    text = admission_mark_make(&key, env->random, clock_now_ms(env->clock), &arena);
  } else {
    text = token_make(env->random, &arena);
  }
  *ret_token = (struct account_token){0};
  memcpy(ret_token->text, text.ptr, text.len < ACCOUNT_TOKEN_CHARACTERS ? text.len : ACCOUNT_TOKEN_CHARACTERS);
  return account_token_hash(text);
}

static struct slice hash_slice(const struct account_token_hash *hash) { return slice_of(hash->bytes, sizeof hash->bytes); }

/* Sessions end by their token first: of two who end the same one, PostgreSQL lets the second wait at that row and run again, where a key of
 * account_session_ended would only say that it is taken. */

result account_sessions_end_but(struct db_tx *tx, int64_t person_id, int64_t session_id) {
  db_mark(tx, person_id);
  TRY(db_run(tx,
             "DELETE FROM account_token WHERE token_hash IN"
             " (SELECT token_hash FROM account_session WHERE person_id = $1 AND session_id <> $2)",
             DB_ARGS(db_of_int(person_id), db_of_int(session_id)), NULL));
  TRY(db_run(tx,
             "INSERT INTO account_session_ended (person_id, session_id)"
             " SELECT person_id, session_id FROM account_session WHERE person_id = $1 AND session_id <> $2",
             DB_ARGS(db_of_int(person_id), db_of_int(session_id)), NULL));
  return db_run(tx, "DELETE FROM account_session WHERE person_id = $1 AND session_id <> $2", DB_ARGS(db_of_int(person_id), db_of_int(session_id)),
                NULL);
}

result account_sessions_end(struct db_tx *tx, int64_t person_id) { return account_sessions_end_but(tx, person_id, 0); }

static result end_one(struct db_tx *tx, int64_t person_id, int64_t session_id, int64_t *ret_ended) {
  db_mark(tx, person_id);
  TRY(db_run(tx,
             "DELETE FROM account_token WHERE token_hash IN"
             " (SELECT token_hash FROM account_session WHERE person_id = $1 AND session_id = $2)",
             DB_ARGS(db_of_int(person_id), db_of_int(session_id)), NULL));
  TRY(db_run(tx,
             "INSERT INTO account_session_ended (person_id, session_id)"
             " SELECT person_id, session_id FROM account_session WHERE person_id = $1 AND session_id = $2",
             DB_ARGS(db_of_int(person_id), db_of_int(session_id)), NULL));
  return db_run(tx, "DELETE FROM account_session WHERE person_id = $1 AND session_id = $2",
                DB_ARGS(db_of_int(person_id), db_of_int(session_id)), ret_ended);
}

enum { LEAVING_AT_ONCE = 8 };
struct leaving {
  int64_t session_id;
  struct account_token_hash hash;
};

static result find_leaving(struct db_tx *tx, const struct account_session_start *start, struct leaving *leaving, size_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  size_t count = 0;
  TRY(db_query(tx, "SELECT session_id, token_hash FROM account_session WHERE person_id = $1 ORDER BY session_id DESC LIMIT 8 OFFSET $2",
               DB_ARGS(db_of_int(start->person_id), db_of_int(start->limits->sessions_max - 1)), &rows));
  while (count < LEAVING_AT_ONCE && db_rows_next(&rows)) {
    struct slice hash = db_bytes(&rows, 1);
    if (hash.len != sizeof leaving->hash.bytes) {
      FAIL(DB_BROKEN, "a session's hash of %zu bytes", hash.len);
    }
    leaving[count].session_id = db_int(&rows, 0);
    memcpy(leaving[count++].hash.bytes, hash.ptr, hash.len);
  }
  *ret_count = count;
  return rows.status;
}

static result leave(struct db_tx *tx, int64_t person_id, const struct leaving *leaving) {
  db_mark(tx, person_id);
  TRY(db_run(tx, "DELETE FROM account_token WHERE token_hash = $1", DB_ARGS(db_of_bytes(hash_slice(&leaving->hash))), NULL));
  TRY(db_run(tx, "INSERT INTO account_session_ended (person_id, session_id) VALUES ($1, $2)", DB_ARGS(db_of_int(person_id), db_of_int(leaving->session_id)),
             NULL));
  return db_run(tx, "DELETE FROM account_session WHERE person_id = $1 AND session_id = $2", DB_ARGS(db_of_int(person_id), db_of_int(leaving->session_id)),
                NULL);
}

/* The sessions_max - 1 newest stay: one more is about to begin. Nearly always one leaves; more where an operator has lowered the limit. */
static result make_room(struct db_tx *tx, const struct account_session_start *start) {
  struct leaving leaving[LEAVING_AT_ONCE];
  for (size_t count = LEAVING_AT_ONCE; count == LEAVING_AT_ONCE;) {
    TRY(find_leaving(tx, start, leaving, &count));
    for (size_t i = 0; i < count; i++) {
      TRY(leave(tx, start->person_id, &leaving[i]));
    }
  }
  return OK;
}

result account_session_start(struct env *env, struct db_tx *tx, const struct account_session_start *start,
                             struct account_session *ret_session) {
  int64_t now = clock_now_ms(env->clock);
  struct account_session session = {.session_id = account_id_new(env),
                                    .person_id = start->person_id,
                                    .level = start->level,
                                    .created_at_ms = now,
                                    .seen_at_ms = now,
                                    .ends_at_ms = now + start->limits->session_lifetime_ms,
                                    .means = start->means,
                                    .passkey_id = start->passkey_id,
                                    .auth_at_ms = now,
                                    .idle_ms = start->limits->session_idle_ms};
  TRY(make_room(tx, start));
  TRY(db_run(tx,
             "INSERT INTO account_session (person_id, session_id, token_hash, created_at, seen_at, idle_ms, ends_at, agent, means, auth_at, passkey_id)"
             " VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $4, $9)",
             DB_ARGS(db_of_int(session.person_id), db_of_int(session.session_id), db_of_bytes(hash_slice(start->hash)), db_of_int(now),
                     db_of_int(start->limits->session_idle_ms), db_of_int(session.ends_at_ms),
                     db_of_text_or_null(slice_sub(start->agent, 0, AGENT_BYTES_MAX)), db_of_int(start->means), db_of_int_or_null(start->passkey_id)),
             NULL));
  TRY(db_run(tx, "INSERT INTO account_token (token_hash, person_id, session_id) VALUES ($1, $2, $3)",
             DB_ARGS(db_of_bytes(hash_slice(start->hash)), db_of_int(session.person_id), db_of_int(session.session_id)), NULL));
  *ret_session = session;
  return OK;
}

/* Face, fingerprint and iris vouch for who sits there, and not for whoever comes back later: a level above 2 ends after 15 minutes without a
 * request, and the session goes on with the rest [SP800-63B-4 2.3.3 SHALL]. */
static unsigned means_left(const struct account_session *session, int64_t now) {
  return now >= session->seen_at_ms + BIOMETRIC_IDLE_MS ? session->means & ~biometric : session->means;
}

/* What the clock leaves of it. */
static result as_of_now(struct env *env, struct account_session *session, struct account_session *ret_session) {
  int64_t now = clock_now_ms(env->clock);
  if (now >= session->ends_at_ms || now >= session->seen_at_ms + session->idle_ms) {
    FAIL(ACCOUNT_SESSION, "the session has run out");
  }
  session->means = means_left(session, now);
  *ret_session = *session;
  return OK;
}

result account_session_read(struct env *env, struct db_tx *tx, struct slice token, struct account_session *ret_session) {
  struct account_token_hash hash = account_token_hash(token);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT s.session_id, s.person_id, a.level, s.post_id, s.created_at, s.seen_at, s.ends_at, s.passcode_until, s.idle_ms,"
               " a.state, s.means, s.auth_at, s.mandate_id, s.acting_for_id, s.acting_organisation_id, s.passkey_id FROM account_token t"
               " JOIN account_session s ON s.person_id = t.person_id AND s.session_id = t.session_id"
               " JOIN account a ON a.person_id = t.person_id WHERE t.token_hash = $1",
               DB_ARGS(db_of_bytes(hash_slice(&hash))), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(ACCOUNT_SESSION, "no such session");
  }
  struct account_session session = {.session_id = db_int(&rows, 0),
                                    .person_id = db_int(&rows, 1),
                                    .level = (int)db_int(&rows, 2),
                                    .post_id = db_int(&rows, 3),
                                    .created_at_ms = db_int(&rows, 4),
                                    .seen_at_ms = db_int(&rows, 5),
                                    .ends_at_ms = db_int(&rows, 6),
                                    .passcode_ok_until_ms = db_int(&rows, 7),
                                    .means = (unsigned)db_int(&rows, 10),
                                    .auth_at_ms = db_int(&rows, 11),
                                    .mandate_id = db_int(&rows, 12),
                                    .acting_for_id = db_int(&rows, 13),
                                    .acting_organisation_id = db_int(&rows, 14),
                                    .idle_ms = db_int(&rows, 8),
                                    .passkey_id = db_int(&rows, 15)};
  if (db_int(&rows, 9) != ACCOUNT_ACTIVE) {
    FAIL(ACCOUNT_SESSION, "the account is not active");
  }
  return as_of_now(env, &session, ret_session);
}

struct touch {
  struct env *env;
  const struct account_session *session;
};

/* Re-reads nothing but its own row: a session ended meanwhile is no row, and stays ended. */
static result write_seen(struct db_tx *tx, void *arg) {
  const struct touch *touch = arg;
  /* and of the means only what has lapsed goes: what a step-up adds meanwhile stays */
  return db_run(tx,
                "UPDATE account_session SET seen_at = $3, means = CASE WHEN $3 >= seen_at + $4 THEN means & $5 ELSE means END"
                " WHERE person_id = $1 AND session_id = $2 AND seen_at < $3",
                DB_ARGS(db_of_int(touch->session->person_id), db_of_int(touch->session->session_id),
                        db_of_int(clock_now_ms(touch->env->clock)), db_of_int(BIOMETRIC_IDLE_MS), db_of_int(~(int64_t)biometric)),
                NULL);
}

static result look_up(struct env *env, struct slice token, const struct account_token_hash *hash, struct account_memory_found *ret_found) {
  struct account_memory_found found = {.moment = 0};
  bool may_keep = db_moment(env->db, &found.moment); /* before the snapshot begins */
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_look_begin(env->db, &tx));
  TRY(account_session_read(env, tx, token, &found.session));
  if (may_keep) {
    account_memory_keep(env, hash, &found);
  }
  *ret_found = found;
  return OK;
}

result account_session_find(struct env *env, struct slice token, struct account_session *ret_session) {
  if (token.len != ACCOUNT_TOKEN_CHARACTERS) {
    FAIL(ACCOUNT_SESSION, "not a token");
  }
  struct account_token_hash hash = account_token_hash(token);
  struct account_memory_found found;
  if (account_memory_find(env, &hash, &found)) {
    TRY(as_of_now(env, &found.session, &found.session));
  } else {
    TRY(look_up(env, token, &hash, &found));
  }
  /* where nothing can be written now, what may be read is shown nevertheless; the idle limit goes on from where it was */
  if (clock_now_ms(env->clock) - found.session.seen_at_ms >= SEEN_EVERY_MS && !db_is_away(env->db)) {
    result touched = db_write(env->db, write_seen, &(struct touch){env, &found.session});
    if (!is_ok(touched) && result_kind(touched) != RESULT_UNAVAILABLE) {
      return touched;
    }
    found.session.seen_at_ms = is_ok(touched) ? clock_now_ms(env->clock) : found.session.seen_at_ms;
    account_memory_keep(env, &hash, &found);
  }
  *ret_session = found.session;
  return OK;
}

void account_session_keep(struct env *env, const struct account_token *token, const struct account_session *session, uint64_t moment) {
  struct account_token_hash hash = account_token_hash(slice_str(token->text));
  account_memory_keep(env, &hash, &(const struct account_memory_found){*session, moment});
}

struct ending {
  struct env *env;
  int64_t person_id;
  int64_t session_id;
  const char *kind;
};

/* One session ends: its rows, the holder's history, the ledger. */
static result end_session(struct db_tx *tx, const struct ending *ending) {
  int64_t ended = 0;
  TRY(end_one(tx, ending->person_id, ending->session_id, &ended));
  if (ended == 0) {
    FAIL(ACCOUNT_SESSION, "no such session of this person");
  }
  struct account_event event = {.person_id = ending->person_id, .session_id = ending->session_id, .kind = slice_str(ending->kind)};
  TRY(account_history_append(ending->env, tx, &event));
  struct account_step step = {.person_id = ending->person_id, .kind = "account.signed_out", .actor = {ending->person_id, S("")}};
  return account_move(ending->env, tx, &step);
}

static result write_end(struct db_tx *tx, void *arg) { return end_session(tx, arg); }

result account_session_replace(struct env *env, struct db_tx *tx, struct slice token) {
  struct account_token_hash hash = account_token_hash(token);
  struct ending ending = {.env = env, .kind = "session_replaced"};
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT person_id, session_id FROM account_token WHERE token_hash = $1", DB_ARGS(db_of_bytes(hash_slice(&hash))), &rows));
    if (!db_rows_next(&rows)) {
      return rows.status;
    }
    ending.person_id = db_int(&rows, 0);
    ending.session_id = db_int(&rows, 1);
  }
  return end_session(tx, &ending);
}

result account_session_revoke(struct env *env, int64_t person_id, int64_t session_id) {
  return db_write(env->db, write_end, &(struct ending){env, person_id, session_id, "session_revoked"});
}

result account_sign_out(struct env *env, struct slice token) {
  struct account_session session = {0};
  TRY(account_session_find(env, token, &session));
  return db_write(env->db, write_end, &(struct ending){env, session.person_id, session.session_id, "signed_out"});
}

struct choosing {
  struct env *env;
  const struct account_session *session;
  int64_t post_id;
};

static result write_post(struct db_tx *tx, void *arg) {
  const struct choosing *choosing = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice detail = S("");
  if (choosing->post_id != 0) {
    struct register_holding holding = {.person_id = choosing->session->person_id, .post_id = choosing->post_id};
    struct access_post post = {0};
    result held = access_post_load(choosing->env, tx, &holding, &arena, &post);
    if (is_code(held, ACCESS_POST_EXPIRED)) {
      FAIL(ACCOUNT_POST, "post %lld is not held today", (long long)choosing->post_id);
    }
    TRY(held);
    detail = arena_printf(&arena, "%.*s@%.*s", SLICE_ARG(access_role_name(post.role)), SLICE_ARG(post.agency));
  }
  int64_t changed = 0;
  db_mark(tx, choosing->session->person_id);
  TRY(db_run(tx,
             "UPDATE account_session SET post_id = $3, mandate_id = NULL, acting_for_id = NULL, acting_organisation_id = NULL"
             " WHERE person_id = $1 AND session_id = $2",
             DB_ARGS(db_of_int(choosing->session->person_id), db_of_int(choosing->session->session_id),
                     db_of_int_or_null(choosing->post_id)),
             &changed));
  if (changed == 0) {
    FAIL(ACCOUNT_SESSION, "the session has ended");
  }
  struct account_event event = {.person_id = choosing->session->person_id, .session_id = choosing->session->session_id,
                                .kind = S("post_chosen"), .detail = detail};
  return account_history_append(choosing->env, tx, &event);
}

result account_session_choose_post(struct env *env, struct account_session *session, int64_t post_id) {
  TRY(db_write(env->db, write_post, &(struct choosing){env, session, post_id}));
  session->post_id = post_id;
  session->mandate_id = session->acting_for_id = session->acting_organisation_id = 0;
  return OK;
}

result account_session_act_for(struct db_tx *tx, const struct account_session *session) {
  int64_t changed = 0;
  db_mark(tx, session->person_id);
  TRY(db_run(tx,
             "UPDATE account_session SET post_id = NULL, mandate_id = $3, acting_for_id = $4, acting_organisation_id = $5"
             " WHERE person_id = $1 AND session_id = $2",
             DB_ARGS(db_of_int(session->person_id), db_of_int(session->session_id), db_of_int_or_null(session->mandate_id),
                     db_of_int_or_null(session->acting_for_id), db_of_int_or_null(session->acting_organisation_id)),
             &changed));
  if (changed == 0) {
    FAIL(ACCOUNT_SESSION, "the session has ended");
  }
  return OK;
}

result account_session_list(struct env *env, struct db_tx *tx, int64_t person_id, struct arena *arena,
                            struct account_session_list *ret_list) {
  enum { ROOM = 64 }; /* far beyond sessions_max */
  struct account_session *sessions = ARENA_ARRAY(arena, struct account_session, ROOM);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT s.session_id, a.level, s.post_id, s.created_at, s.seen_at, s.ends_at, s.passcode_until, s.agent, s.means, s.auth_at"
               " FROM account_session s JOIN account a ON a.person_id = s.person_id"
               " WHERE s.person_id = $1 AND a.state = $3 AND s.ends_at > $2 AND s.seen_at + s.idle_ms > $2"
               " ORDER BY s.session_id DESC LIMIT 64",
               DB_ARGS(db_of_int(person_id), db_of_int(clock_now_ms(env->clock)), db_of_int(ACCOUNT_ACTIVE)), &rows));
  while (count < ROOM && db_rows_next(&rows)) {
    sessions[count++] = (struct account_session){.session_id = db_int(&rows, 0),
                                                 .person_id = person_id,
                                                 .level = (int)db_int(&rows, 1),
                                                 .post_id = db_int(&rows, 2),
                                                 .created_at_ms = db_int(&rows, 3),
                                                 .seen_at_ms = db_int(&rows, 4),
                                                 .ends_at_ms = db_int(&rows, 5),
                                                 .passcode_ok_until_ms = db_int(&rows, 6),
                                                 .means = (unsigned)db_int(&rows, 8),
                                                 .auth_at_ms = db_int(&rows, 9),
                                                 .agent = db_text_copy(&rows, 7, arena)};
  }
  TRY(rows.status);
  *ret_list = (struct account_session_list){sessions, count};
  return OK;
}

/* ---- who follows a session ---- */

result account_session_is_live(struct db_tx *tx, const struct account_session *session, bool *ret_is_live) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT 1 FROM account_session WHERE person_id = $1 AND session_id = $2",
               DB_ARGS(db_of_int(session->person_id), db_of_int(session->session_id)), &rows));
  *ret_is_live = db_rows_next(&rows);
  return rows.status;
}

result account_ended_list(struct db_tx *tx, struct arena *arena, struct account_ended_list *ret_list) {
  enum { AT_ONCE = 100 };
  struct account_ended *items = ARENA_ARRAY(arena, struct account_ended, AT_ONCE);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT person_id, session_id FROM account_session_ended LIMIT 100", DB_NO_ARGS, &rows));
  while (count < AT_ONCE && db_rows_next(&rows)) {
    items[count++] = (struct account_ended){db_int(&rows, 0), db_int(&rows, 1)};
  }
  TRY(rows.status);
  *ret_list = (struct account_ended_list){items, count};
  return OK;
}

result account_ended_forget(struct db_tx *tx, const struct account_ended *ended) {
  return db_run(tx, "DELETE FROM account_session_ended WHERE person_id = $1 AND session_id = $2",
                DB_ARGS(db_of_int(ended->person_id), db_of_int(ended->session_id)), NULL);
}
