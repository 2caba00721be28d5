/* What is begun and not answered yet goes to the browser, sealed, and comes back with the answer: nothing is stored until then, and the write that acts
 * on the answer is what makes it the only one, also over a restart [WebAuthn 13.4.3 MUST]. The challenge is ours: it opens under our key alone. */
#include "authenticator/kinds.h"
#include "codec/base64url.h"
#include "crypto/digest.h"
#include "crypto/seal.h"

enum { NUMBERS = 7, NUMBER_BYTES = 8 }; /* numbers of one length: whether somebody is meant does not show */
static const char about[] = "danh-authenticator-ceremony";

static void put_number(uint8_t *out, int64_t number) {
  for (int i = 0; i < NUMBER_BYTES; i++) {
    out[i] = (uint8_t)((uint64_t)number >> (8 * i));
  }
}

static int64_t number_at(struct slice bytes, size_t index) {
  uint64_t number = 0;
  for (int i = NUMBER_BYTES - 1; i >= 0; i--) {
    number = number << 8 | bytes.ptr[index * NUMBER_BYTES + (size_t)i];
  }
  return (int64_t)number;
}

static result write_id(struct env *env, const struct authenticator_pending *pending, int64_t expires_at_ms, struct arena *arena, struct slice *ret_id) {
  const int64_t numbers[NUMBERS] = {pending->kind,       pending->purpose, pending->is_named, pending->person_id,
                                    pending->session_id, pending->flags,   expires_at_ms};
  struct slice sealed = {0};
  if (env->sealing == NULL) {
    FAIL(AUTHENTICATOR_NO_SEALING, "no sealing key");
  }
  uint8_t *plain = arena_alloc(arena, NUMBERS * NUMBER_BYTES + pending->challenge.len);
  for (size_t i = 0; i < NUMBERS; i++) {
    put_number(plain + i * NUMBER_BYTES, numbers[i]);
  }
  if (pending->challenge.len > 0) {
    memcpy(plain + NUMBERS * NUMBER_BYTES, pending->challenge.ptr, pending->challenge.len);
  }
  TRY(seal_write_bytes(env->sealing, slice_str(about), slice_of(plain, NUMBERS * NUMBER_BYTES + pending->challenge.len), arena, &sealed));
  *ret_id = base64url_write(arena, sealed);
  return OK;
}

struct opened {
  struct authenticator_pending pending;
  int64_t expires_at_ms;
  uint8_t hash[DIGEST_BYTES]; /* of the sealed bytes: a text has several spellings */
};

static result open_id(struct env *env, struct slice id, struct arena *arena, struct opened *ret_opened) {
  struct slice sealed = {0};
  struct slice plain = {0};
  if (env->sealing == NULL) {
    FAIL(AUTHENTICATOR_NO_SEALING, "no sealing key");
  }
  if (id.len > AUTHENTICATOR_CEREMONY_BYTES_MAX || !is_ok(base64url_parse(id, arena, &sealed)) ||
      !is_ok(seal_read_bytes(env->sealing, slice_str(about), sealed, arena, &plain)) || plain.len < NUMBERS * NUMBER_BYTES) {
    FAIL(AUTHENTICATOR_CEREMONY, "not a ceremony of ours");
  }
  ret_opened->expires_at_ms = number_at(plain, 6);
  if (ret_opened->expires_at_ms <= clock_now_ms(env->clock)) {
    FAIL(AUTHENTICATOR_CEREMONY, "it has run out");
  }
  digest_sha256(sealed, ret_opened->hash);
  ret_opened->pending = (struct authenticator_pending){.kind = (enum authenticator_kind)number_at(plain, 0),
                                                       .purpose = (enum authenticator_purpose)number_at(plain, 1),
                                                       .is_named = number_at(plain, 2) != 0,
                                                       .person_id = number_at(plain, 3),
                                                       .session_id = number_at(plain, 4),
                                                       .flags = (int)number_at(plain, 5),
                                                       .challenge = slice_from(plain, NUMBERS * NUMBER_BYTES)};
  return OK;
}

result authenticator_ceremony_load(struct env *env, struct slice id, struct arena *arena, struct authenticator_pending *ret_pending) {
  struct opened opened;
  TRY(open_id(env, id, arena, &opened));
  *ret_pending = opened.pending;
  return OK;
}

result authenticator_ceremony_use(struct env *env, struct db_tx *tx, struct slice id, bool *ret_used) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct opened opened;
  int64_t used = 0;
  result found = open_id(env, id, &arena, &opened);
  if (is_code(found, AUTHENTICATOR_CEREMONY)) {
    *ret_used = false;
    return OK;
  }
  TRY(found);
  TRY(db_run(tx, "INSERT INTO authenticator_ceremony_used (expires_at, ceremony_hash) VALUES ($1, $2) ON CONFLICT (expires_at, ceremony_hash) DO NOTHING",
             DB_ARGS(db_of_int(opened.expires_at_ms), db_of_bytes(slice_of(opened.hash, sizeof opened.hash))), &used));
  *ret_used = used == 1;
  return OK;
}

static result give_id(struct env *env, const struct authenticator_pending *pending, struct arena *arena, struct authenticator_ceremony *ceremony) {
  struct authenticator_limits limits = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_look_begin(env->db, &tx));
  TRY(authenticator_limits_load(tx, &limits));
  return write_id(env, pending, clock_now_ms(env->clock) + limits.ceremony_lifetime_ms, arena, &ceremony->id);
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
  TRY(give_id(env, &pending, arena, &ceremony));
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
  TRY(give_id(env, &pending, arena, &ceremony));
  *ret_ceremony = ceremony;
  return OK;
}
