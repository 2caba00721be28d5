/* What is begun and not answered yet: on disk, so that a challenge is used once, also over a restart [WebAuthn 13.4.3 MUST]. */
#include "authenticator/kinds.h"
#include "crypto/token.h"

struct id_hash {
  uint8_t bytes[DIGEST_BYTES];
};
static struct id_hash hash_of(struct slice id) {
  struct id_hash hash;
  token_stored_form("danh-authenticator-ceremony", id, hash.bytes);
  return hash;
}

result authenticator_ceremony_save(struct env *env, struct db_tx *tx, const struct authenticator_pending *pending, struct slice id) {
  struct id_hash hash = hash_of(id);
  struct authenticator_limits limits = {0};
  TRY(authenticator_limits_load(tx, &limits));
  return db_run(tx,
                "INSERT INTO authenticator_ceremony (ceremony_hash, kind, purpose, is_named, person_id, session_id, challenge, flags, expires_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                DB_ARGS(db_of_bytes(slice_of(hash.bytes, sizeof hash.bytes)), db_of_int(pending->kind), db_of_int(pending->purpose),
                        db_of_int(pending->is_named), db_of_int_or_null(pending->person_id), db_of_int_or_null(pending->session_id),
                        db_of_bytes(pending->challenge), db_of_int(pending->flags),
                        db_of_int(clock_now_ms(env->clock) + limits.ceremony_lifetime_ms)),
                NULL);
}

result authenticator_ceremony_load(struct env *env, struct db_tx *tx, struct slice id, struct arena *arena,
                                   struct authenticator_pending *ret_pending) {
  struct id_hash hash = hash_of(id);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT kind, purpose, is_named, person_id, session_id, challenge, flags FROM authenticator_ceremony"
               " WHERE ceremony_hash = $1 AND expires_at > $2",
               DB_ARGS(db_of_bytes(slice_of(hash.bytes, sizeof hash.bytes)), db_of_int(clock_now_ms(env->clock))), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(AUTHENTICATOR_CEREMONY, "no such ceremony, or it has run out");
  }
  *ret_pending = (struct authenticator_pending){.kind = (enum authenticator_kind)db_int(&rows, 0),
                                                .purpose = (enum authenticator_purpose)db_int(&rows, 1),
                                                .is_named = db_int(&rows, 2) != 0,
                                                .person_id = db_int(&rows, 3),
                                                .session_id = db_int(&rows, 4),
                                                .challenge = db_bytes_copy(&rows, 5, arena),
                                                .flags = (int)db_int(&rows, 6)};
  return OK;
}

result authenticator_ceremony_use(struct env *env, struct db_tx *tx, struct slice id, bool *ret_used) {
  struct id_hash hash = hash_of(id);
  int64_t used = 0;
  TRY(db_run(tx, "DELETE FROM authenticator_ceremony WHERE ceremony_hash = $1 AND expires_at > $2",
             DB_ARGS(db_of_bytes(slice_of(hash.bytes, sizeof hash.bytes)), db_of_int(clock_now_ms(env->clock))), &used));
  *ret_used = used == 1;
  return OK;
}

struct beginning {
  struct env *env;
  const struct authenticator_pending *pending;
  struct slice id;
};
static result write_pending(struct db_tx *tx, void *arg) {
  const struct beginning *it = arg;
  return authenticator_ceremony_save(it->env, tx, it->pending, it->id);
}

static result save(struct env *env, const struct authenticator_pending *pending, struct arena *arena, struct authenticator_ceremony *ceremony) {
  struct slice id = token_make(env->random, arena);
  memcpy(ceremony->id.text, id.ptr, id.len);
  return db_write(env->db, write_pending, &(struct beginning){env, pending, id});
}

/* The person's, or 0: whether there is one is nobody's business. */
static result person_of(struct env *env, const struct authenticator_beginning *beginning, int64_t *ret_person_id) {
  *ret_person_id = 0;
  if (beginning->session != NULL) {
    *ret_person_id = beginning->session->person_id;
    return OK;
  }
  if (slice_empty(beginning->pin)) {
    return OK;
  }
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  result found = register_person_find(tx, beginning->pin, ret_person_id);
  return result_kind(found) == RESULT_INTERNAL || result_kind(found) == RESULT_UNAVAILABLE ? found : OK;
}

result authenticator_begin(struct env *env, const struct authenticator_beginning *beginning, struct arena *arena,
                           struct authenticator_ceremony *ret_ceremony) {
  const struct authenticator_kind_row *row = authenticator_kind_row(beginning->kind);
  struct authenticator_ceremony ceremony = {0};
  struct authenticator_pending pending = {.kind = beginning->kind,
                                          .purpose = beginning->session != NULL ? AUTHENTICATOR_STEPPING_UP : AUTHENTICATOR_SIGN_IN,
                                          .is_named = beginning->session != NULL || !slice_empty(beginning->pin),
                                          .session_id = beginning->session != NULL ? beginning->session->session_id : 0};
  if (!row->has_ceremony || (beginning->session == NULL && !row->opens)) {
    FAIL(AUTHENTICATOR_KIND, "a %s answers no challenge here", row->name);
  }
  TRY(person_of(env, beginning, &pending.person_id));
  TRY(row->begin(env, beginning, &pending, arena, &ceremony));
  TRY(save(env, &pending, arena, &ceremony));
  *ret_ceremony = ceremony;
  return OK;
}

static result may_have_another(struct db_tx *tx, const struct authenticator_beginning *beginning) {
  const struct authenticator_kind_row *row = authenticator_kind_row(beginning->kind);
  struct authenticator_limits limits = {0};
  int64_t most = 0;
  TRY(authenticator_limits_load(tx, &limits));
  memcpy(&most, (const uint8_t *)&limits + row->limit_at, sizeof most);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT COUNT(*) FROM authenticator WHERE person_id = $1 AND kind = $2",
             DB_ARGS(db_of_int(beginning->session->person_id), db_of_int(beginning->kind)), &rows));
  if (db_int(&rows, 0) >= most) {
    FAIL(AUTHENTICATOR_TOO_MANY, "%lld of that kind already", (long long)db_int(&rows, 0));
  }
  return OK;
}

result authenticator_add_begin(struct env *env, const struct authenticator_beginning *beginning, struct arena *arena,
                               struct authenticator_ceremony *ret_ceremony) {
  const struct authenticator_kind_row *row = authenticator_kind_row(beginning->kind);
  struct authenticator_ceremony ceremony = {0};
  struct authenticator_pending pending = {.kind = beginning->kind, .purpose = AUTHENTICATOR_ADDING, .is_named = true,
                                          .person_id = beginning->session->person_id, .session_id = beginning->session->session_id};
  if (row->check_new == NULL) {
    FAIL(AUTHENTICATOR_KIND, "%s are not added so", row->name);
  }
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    TRY(authenticator_change_check(env, tx, beginning->session));
    TRY(may_have_another(tx, beginning));
  }
  TRY(row->begin(env, beginning, &pending, arena, &ceremony));
  TRY(save(env, &pending, arena, &ceremony));
  *ret_ceremony = ceremony;
  return OK;
}
