#include "oidc/fetch.h"

#include "oidc/memory.h"

enum { SOON_MS = 60 * 1000, REFRESH_MS = 3600 * 1000 };

void oidc_fetch_want(struct env *env, struct slice client_id) {
  struct oidc_memory *memory = env->oidc;
  if (memory == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&memory->wanted_mutex);
  bool is_there = false;
  for (size_t i = 0; i < memory->wanted_count; i++) {
    is_there |= slice_is(client_id, memory->wanted[i]);
  }
  if (!is_there && memory->wanted_count < OIDC_FETCH_WANTED_MAX && client_id.len < sizeof memory->wanted[0]) {
    char *slot = memory->wanted[memory->wanted_count++];
    memset(slot, 0, sizeof memory->wanted[0]);
    memcpy(slot, client_id.ptr, client_id.len);
  }
  (void)pthread_mutex_unlock(&memory->wanted_mutex);
}

static struct slice take_wanted(struct env *env, struct arena *arena) {
  struct oidc_memory *memory = env->oidc;
  struct slice client_id = {0};
  if (memory == NULL) {
    return client_id;
  }
  (void)pthread_mutex_lock(&memory->wanted_mutex);
  if (memory->wanted_count > 0) {
    client_id = arena_copy(arena, slice_str(memory->wanted[--memory->wanted_count]));
  }
  (void)pthread_mutex_unlock(&memory->wanted_mutex);
  return client_id;
}

/* The client's jwks_uri, unless it was asked a moment ago. */
static result consider(struct env *env, struct slice client_id, int64_t asked_before, struct arena *arena, struct oidc_fetch *ret_fetch) {
  const struct oidc_client *client CLEANUP(oidc_client_release) = NULL;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result loaded = oidc_client_load(env, client_id, &client);
  if (!is_ok(loaded) || client->jwks_uri.len == 0) {
    return is_code(loaded, OIDC_CLIENT_UNKNOWN) ? OK : loaded;
  }
  TRY(db_read_begin(env->db, &tx));
  TRY(db_query(tx, "SELECT asked_at FROM oidc_jwks_fetch WHERE client_id = $1", DB_ARGS(db_of_text(client_id)), &rows));
  if (db_rows_next(&rows) && db_int(&rows, 0) > asked_before) {
    return OK;
  }
  TRY(rows.status);
  *ret_fetch = (struct oidc_fetch){arena_copy(arena, client_id), arena_copy(arena, client->jwks_uri), client->is_dynamic};
  return OK;
}

static result find_old(struct env *env, int64_t asked_before, struct arena *arena, struct slice *ret_client_id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(env->db, &tx));
  TRY(db_query(tx,
               "SELECT c.client_id FROM oidc_client c LEFT JOIN oidc_jwks_fetch f ON f.client_id = c.client_id"
               " WHERE c.status = $1 AND REPLACE(c.metadata, 'jwks_uri', '') <> c.metadata AND COALESCE(f.asked_at, 0) <= $2"
               " ORDER BY COALESCE(f.asked_at, 0), c.client_id LIMIT 1",
               DB_ARGS(db_of_int(OIDC_CLIENT_ACTIVE), db_of_int(asked_before)), &rows));
  *ret_client_id = db_rows_next(&rows) ? db_text_copy(&rows, 0, arena) : (struct slice){0};
  return rows.status;
}

result oidc_fetch_due(struct env *env, struct arena *arena, struct oidc_fetch *ret_fetch) {
  int64_t now = clock_now_ms(env->clock);
  struct oidc_fetch fetch = {.client_id = {0}};
  for (struct slice wanted = take_wanted(env, arena); wanted.len > 0 && fetch.client_id.len == 0; wanted = take_wanted(env, arena)) {
    TRY(consider(env, wanted, now - SOON_MS, arena, &fetch));
  }
  if (fetch.client_id.len == 0) {
    struct slice old = {0};
    TRY(find_old(env, now - REFRESH_MS, arena, &old));
    if (old.len > 0) {
      TRY(consider(env, old, now - REFRESH_MS, arena, &fetch));
    }
  }
  *ret_fetch = fetch;
  return OK;
}

struct asked {
  struct env *env;
  struct slice client_id;
  bool is_in_vain;
};

static result write_asked(struct db_tx *tx, void *arg) {
  const struct asked *asked = arg;
  int64_t now = clock_now_ms(asked->env->clock);
  int64_t changed = 0;
  TRY(db_run(tx, "UPDATE oidc_jwks_fetch SET asked_at = $2, failures = CASE WHEN CAST($3 AS BIGINT) = 1 THEN failures + 1 ELSE 0 END WHERE client_id = $1",
             DB_ARGS(db_of_text(asked->client_id), db_of_int(now), db_of_int(asked->is_in_vain)), &changed));
  return changed > 0 ? OK
                     : db_run(tx, "INSERT INTO oidc_jwks_fetch (client_id, asked_at, failures) VALUES ($1, $2, $3)",
                              DB_ARGS(db_of_text(asked->client_id), db_of_int(now), db_of_int(asked->is_in_vain)), NULL);
}

result oidc_fetch_done(struct env *env, const struct oidc_fetch *fetch, struct slice jwks) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct jose_jwks keys = {0};
  bool is_good = jwks.len > 0 && is_ok(jose_jwks_read(jwks, &arena, &keys)) && keys.count > 0;
  TRY(db_write(env->db, write_asked, &(struct asked){env, fetch->client_id, !is_good}));
  return is_good ? oidc_client_jwks_store(env, fetch->client_id, jwks) : OK;
}
