/* The provider's signing keys: states, rotation, signing, the set that is shown. */
#include "oidc/keys.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/hex.h"
#include "ledger/ledger.h"
#include "oidc/memory.h"

enum { CHECK_EVERY_US = 500000, JWT_BYTES_MAX = 16 * 1024 };

/* ---- reading ---- */

static result version_read(struct db_tx *tx, int64_t *ret_version) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT version FROM oidc_version WHERE name = 'key'", DB_NO_ARGS, &rows));
  *ret_version = db_rows_next(&rows) ? db_int(&rows, 0) : 0;
  return rows.status;
}

static result take_key(const struct db_rows *rows, struct oidc_key *key) {
  struct slice kid = db_text(rows, 0);
  struct slice spki = db_bytes(rows, 2);
  if (kid.len > OIDC_KID_BYTES_MAX || spki.len != KEY_PUBLIC_BYTES) {
    FAIL(DB_BROKEN, "a signing key of another form");
  }
  *key = (struct oidc_key){.state = (enum oidc_key_state)db_int(rows, 1)};
  memcpy(key->kid, kid.ptr, kid.len);
  memcpy(key->spki, spki.ptr, spki.len);
  return OK;
}

static result keys_read(struct db_tx *tx, struct oidc_keys *ret_keys) {
  struct oidc_keys keys = {.count = 0};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(version_read(tx, &keys.version));
  TRY(db_query(tx, "SELECT kid, state, spki FROM oidc_key WHERE state < $1 ORDER BY made_at DESC, kid", DB_ARGS(db_of_int(OIDC_KEY_GONE)), &rows));
  while (keys.count < OIDC_KEYS_SHOWN_MAX && db_rows_next(&rows)) {
    TRY(take_key(&rows, &keys.items[keys.count++]));
  }
  TRY(rows.status);
  *ret_keys = keys;
  return OK;
}

/* ---- what is kept ---- */

struct oidc_key_cache {
  pthread_mutex_t mutex;
  int64_t checked_at_us;
  struct oidc_keys keys;
};

struct oidc_key_cache *oidc_key_cache_new(void) {
  struct oidc_key_cache *cache = heap_alloc(sizeof *cache);
  *cache = (struct oidc_key_cache){.keys = {.version = -1}};
  (void)pthread_mutex_init(&cache->mutex, NULL);
  return cache;
}

void oidc_key_cache_free(struct oidc_key_cache **slot) {
  if (*slot != NULL) {
    (void)pthread_mutex_destroy(&(*slot)->mutex);
    free(*slot);
    *slot = NULL;
  }
}

/* Whether what is kept may be used as it is; if not, this caller looks. */
static bool is_fresh(struct oidc_key_cache *cache, struct oidc_keys *ret_keys) {
  int64_t now_us = clock_monotonic_us();
  (void)pthread_mutex_lock(&cache->mutex);
  bool fresh = cache->keys.version >= 0 && cache->checked_at_us != 0 && now_us - cache->checked_at_us < CHECK_EVERY_US;
  if (fresh) {
    *ret_keys = cache->keys;
  } else if (cache->keys.version >= 0) {
    cache->checked_at_us = now_us; /* others go on with what is kept meanwhile */
  }
  (void)pthread_mutex_unlock(&cache->mutex);
  return fresh;
}

result oidc_keys_load(struct env *env, struct oidc_keys *ret_keys) {
  struct oidc_key_cache *cache = env->oidc == NULL ? NULL : env->oidc->keys;
  if (cache != NULL && is_fresh(cache, ret_keys)) {
    return OK;
  }
  struct oidc_keys keys = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  TRY(keys_read(tx, &keys));
  if (cache != NULL) {
    (void)pthread_mutex_lock(&cache->mutex);
    cache->keys = keys;
    cache->checked_at_us = clock_monotonic_us();
    (void)pthread_mutex_unlock(&cache->mutex);
  }
  *ret_keys = keys;
  return OK;
}

/* Nobody goes on with what is kept: of the very first keys that would be none at all, for as long as the database cannot be read. */
static void forget(struct env *env) {
  if (env->oidc != NULL) {
    (void)pthread_mutex_lock(&env->oidc->keys->mutex);
    env->oidc->keys->checked_at_us = 0;
    env->oidc->keys->keys.version = -1;
    (void)pthread_mutex_unlock(&env->oidc->keys->mutex);
  }
}

/* ---- signing and verifying ---- */

static const struct oidc_key *find_state(const struct oidc_keys *keys, enum oidc_key_state state) {
  for (size_t i = 0; i < keys->count; i++) {
    if (keys->items[i].state == state) {
      return &keys->items[i];
    }
  }
  return NULL;
}

result oidc_jwt_write_all(struct env *env, struct oidc_jwt *jwts, size_t count, struct arena *arena) {
  struct oidc_keys keys;
  struct jose_draft drafts[ENV_SIGN_MAX];
  struct signer_request requests[ENV_SIGN_MAX];
  struct slice signatures[ENV_SIGN_MAX];
  TRY(oidc_keys_load(env, &keys));
  const struct oidc_key *active = find_state(&keys, OIDC_KEY_ACTIVE);
  if (active == NULL || env->signer == NULL) {
    FAIL(OIDC_KEYS_MISSING, "no active signing key, or no signer");
  }
  assert(count <= ENV_SIGN_MAX);
  struct slice name = arena_printf(arena, "oidc/%s", active->kid);
  for (size_t i = 0; i < count; i++) {
    jose_jwt_begin(slice_str(active->kid), jwts[i].type, jwts[i].claims, arena, &drafts[i]);
    requests[i] = (struct signer_request){.key = name, .profile = SIGNER_TOKEN};
    memcpy(requests[i].digest, drafts[i].digest, sizeof requests[i].digest);
  }
  TRY(env_sign_all(env->signer, requests, count, arena, signatures));
  for (size_t i = 0; i < count; i++) {
    TRY(jose_jwt_end(&drafts[i], signatures[i], &jwts[i].compact));
  }
  return OK;
}

result oidc_jwt_write(struct env *env, const char *type, struct slice claims, struct arena *arena, struct slice *ret_jwt) {
  struct oidc_jwt jwt = {.type = type, .claims = claims};
  TRY(oidc_jwt_write_all(env, &jwt, 1, arena));
  *ret_jwt = jwt.compact;
  return OK;
}

static result jwks_of(const struct oidc_keys *keys, struct arena *arena, struct jose_jwks *ret_jwks) {
  struct jose_jwks jwks = {ARENA_ARRAY(arena, struct jose_jwk, keys->count + 1), 0};
  for (size_t i = 0; i < keys->count; i++) {
    struct slice spki = arena_copy(arena, slice_of(keys->items[i].spki, KEY_PUBLIC_BYTES));
    TRY(jose_jwk_of(spki, arena_copy(arena, slice_str(keys->items[i].kid)), &jwks.keys[jwks.count++]));
  }
  *ret_jwks = jwks;
  return OK;
}

result oidc_jwt_verify(struct env *env, struct slice jwt, const struct jose_rules *rules, struct arena *arena, struct jose_jws *ret_jws) {
  struct oidc_keys keys;
  struct jose_jwks jwks;
  struct jose_jws jws = {0};
  TRY(jose_jws_parse(jwt, rules, arena, &jws));
  if (jws.kid.len == 0) {
    FAIL(JOSE_KEY_UNKNOWN, "ours always name their key");
  }
  TRY(oidc_keys_load(env, &keys));
  TRY(jwks_of(&keys, arena, &jwks));
  TRY(jose_jws_verify_set(env->oidc == NULL ? NULL : env->oidc->keyring, &jws, &jwks, NULL));
  TRY(jose_claims_issuer(jws.claims, env->origin));
  *ret_jws = jws;
  return OK;
}

result oidc_id_token_read(struct env *env, struct slice id_token, struct arena *arena, const struct jin **ret_claims) {
  static const char *const types[] = {"JWT", NULL};
  const struct jose_rules rules = {JOSE_ES256, types, true, false, JWT_BYTES_MAX};
  struct jose_jws jws = {0};
  if (!is_ok(oidc_jwt_verify(env, id_token, &rules, arena, &jws))) {
    FAIL(OIDC_TOKEN_INVALID, "not an ID token of ours");
  }
  *ret_claims = jws.claims;
  return OK;
}

result oidc_jwks(struct env *env, struct arena *arena, struct slice *ret_json) {
  struct oidc_keys keys;
  struct jose_jwks jwks;
  struct buf text;
  struct jout out;
  TRY(oidc_keys_load(env, &keys));
  TRY(jwks_of(&keys, arena, &jwks));
  buf_init(&text, arena, 1024);
  jout_init(&out, &text);
  jose_jwks_write(&out, &jwks);
  *ret_json = buf_slice(&text);
  return OK;
}

result oidc_key_list(struct env *env, struct arena *arena, struct oidc_key_list *ret_list) {
  static const char *const states[] = {[OIDC_KEY_NEXT] = "next", [OIDC_KEY_ACTIVE] = "active", [OIDC_KEY_RETIRED] = "retired"};
  struct oidc_key_list list = {ARENA_ARRAY(arena, struct oidc_key_row, OIDC_KEYS_SHOWN_MAX), 0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(env->db, &tx));
  TRY(db_query(tx,
               "SELECT kid, state, moved_at FROM oidc_key WHERE state < $1"
               " ORDER BY CASE state WHEN $2 THEN 0 ELSE state END, moved_at DESC, made_at DESC, kid",
               DB_ARGS(db_of_int(OIDC_KEY_GONE), db_of_int(OIDC_KEY_ACTIVE)), &rows));
  while (list.count < OIDC_KEYS_SHOWN_MAX && db_rows_next(&rows)) {
    list.items[list.count++] = (struct oidc_key_row){db_text_copy(&rows, 0, arena), states[db_int(&rows, 1)], db_int(&rows, 2)};
  }
  TRY(rows.status);
  *ret_list = list;
  return OK;
}

/* ---- rotation ---- */

struct rotation {
  struct env *env;
  int64_t actor_person_id;
  struct oidc_keys seen; /* what was decided on */
  struct oidc_key fresh[2];
  size_t fresh_count;
};

static result make_key(struct env *env, struct arena *arena, struct oidc_key *ret_key) {
  uint8_t random[8];
  struct slice spki = {0};
  random_fill(env->random, random, sizeof random);
  struct slice tail = hex_write(arena, slice_of(random, sizeof random));
  struct civil_date today = clock_civil(clock_date_of(clock_now_ms(env->clock)));
  struct oidc_key key = {.state = OIDC_KEY_NEXT};
  (void)snprintf(key.kid, sizeof key.kid, "%04d%02d%02d-%.*s", today.year, today.month, today.day, SLICE_ARG(tail));
  struct signer_new_key order = {.name = arena_printf(arena, "oidc/%s", key.kid), .profile = SIGNER_TOKEN};
  TRY(env->signer->key_create(env->signer, &order, arena, &spki));
  if (spki.len != sizeof key.spki) {
    FAIL(OIDC_KEYS_MISSING, "the signer made another kind of key");
  }
  memcpy(key.spki, spki.ptr, spki.len);
  *ret_key = key;
  return OK;
}

static result insert_key(struct db_tx *tx, const struct oidc_key *key, int64_t now) {
  return db_run(tx, "INSERT INTO oidc_key (kid, state, spki, made_at, moved_at) VALUES ($1, $2, $3, $4, $4)",
                DB_ARGS(db_of_text(slice_str(key->kid)), db_of_int(key->state), db_of_bytes(slice_of(key->spki, sizeof key->spki)),
                        db_of_int(now)),
                NULL);
}

static result move_key(struct db_tx *tx, enum oidc_key_state from, enum oidc_key_state to, int64_t now) {
  return db_run(tx, "UPDATE oidc_key SET state = $2, moved_at = $3 WHERE state = $1", DB_ARGS(db_of_int(from), db_of_int(to), db_of_int(now)), NULL);
}

static result raise_version(struct db_tx *tx) {
  int64_t changed = 0;
  TRY(db_run(tx, "UPDATE oidc_version SET version = version + 1 WHERE name = 'key'", DB_NO_ARGS, &changed));
  return changed > 0 ? OK : db_run(tx, "INSERT INTO oidc_version (name, version) VALUES ('key', 1)", DB_NO_ARGS, NULL);
}

static result record(struct env *env, struct db_tx *tx, const struct rotation *rotation) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct oidc_key *next = &rotation->fresh[rotation->fresh_count - 1];
  const struct ledger_entry entry = {.kind = "oidc.keys_rotated",
                                     .actor_person_id = rotation->actor_person_id,
                                     .detail = arena_printf(&arena, "{\"next\":\"%s\"}", next->kid)};
  return ledger_append(env, tx, &entry);
}

/* One step of the picture in keys.h, for all. */
static result write_rotation(struct db_tx *tx, void *arg) {
  const struct rotation *rotation = arg;
  int64_t now = clock_now_ms(rotation->env->clock);
  int64_t version = 0;
  TRY(version_read(tx, &version));
  if (version != rotation->seen.version) {
    FAIL(OIDC_KEY_ROTATING, "the keys have moved meanwhile");
  }
  TRY(move_key(tx, OIDC_KEY_ACTIVE, OIDC_KEY_RETIRED, now));
  TRY(move_key(tx, OIDC_KEY_NEXT, OIDC_KEY_ACTIVE, now));
  for (size_t i = 0; i < rotation->fresh_count; i++) {
    TRY(insert_key(tx, &rotation->fresh[i], now));
  }
  TRY(raise_version(tx));
  return record(rotation->env, tx, rotation);
}

result oidc_keys_rotate(struct env *env, int64_t actor_person_id) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct rotation rotation = {.env = env, .actor_person_id = actor_person_id};
  if (env->signer == NULL) {
    FAIL(OIDC_KEYS_MISSING, "no signer");
  }
  forget(env);
  TRY(oidc_keys_load(env, &rotation.seen));
  if (find_state(&rotation.seen, OIDC_KEY_NEXT) == NULL) { /* the very first: nobody knows any, so one is active at once */
    TRY(make_key(env, &arena, &rotation.fresh[rotation.fresh_count]));
    rotation.fresh[rotation.fresh_count++].state = OIDC_KEY_ACTIVE;
  }
  TRY(make_key(env, &arena, &rotation.fresh[rotation.fresh_count++]));
  TRY(db_write(env->db, write_rotation, &rotation));
  forget(env);
  return OK;
}

static result write_gone(struct db_tx *tx, void *arg) {
  struct env *env = arg;
  int64_t now = clock_now_ms(env->clock);
  int64_t changed = 0;
  TRY(db_run(tx, "UPDATE oidc_key SET state = $2, moved_at = $3 WHERE state = $1 AND moved_at < $4",
             DB_ARGS(db_of_int(OIDC_KEY_RETIRED), db_of_int(OIDC_KEY_GONE), db_of_int(now), db_of_int(now - OIDC_KEY_RETIRED_S * INT64_C(1000))),
             &changed));
  return changed > 0 ? raise_version(tx) : OK;
}

/* What the clock asks for now. */
static result look(struct env *env, bool *ret_is_rotation_due, bool *ret_is_one_over) {
  int64_t now = clock_now_ms(env->clock);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  bool has_active = false;
  bool is_old = false;
  bool is_over = false;
  TRY(db_read_begin(env->db, &tx));
  TRY(db_query(tx, "SELECT state, moved_at FROM oidc_key WHERE state < $1", DB_ARGS(db_of_int(OIDC_KEY_GONE)), &rows));
  while (db_rows_next(&rows)) {
    int64_t age_ms = now - db_int(&rows, 1);
    bool is_active = db_int(&rows, 0) == OIDC_KEY_ACTIVE;
    has_active |= is_active;
    is_old |= is_active && age_ms >= OIDC_KEY_ACTIVE_DAYS * (int64_t)CLOCK_DAY_MS;
    is_over |= db_int(&rows, 0) == OIDC_KEY_RETIRED && age_ms > OIDC_KEY_RETIRED_S * INT64_C(1000);
  }
  TRY(rows.status);
  *ret_is_rotation_due = !has_active || is_old;
  *ret_is_one_over = is_over;
  return OK;
}

result oidc_keys_tend(struct env *env) {
  bool is_rotation_due = false;
  bool is_one_over = false;
  TRY(look(env, &is_rotation_due, &is_one_over));
  if (is_one_over) {
    TRY(db_write(env->db, write_gone, env));
    forget(env);
  }
  if (is_rotation_due) {
    result rotated = oidc_keys_rotate(env, 0);
    return is_code(rotated, OIDC_KEY_ROTATING) ? OK : rotated;
  }
  return OK;
}
