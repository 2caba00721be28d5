#include "oidc/memory.h"

#include <stdlib.h>

enum {
  VERIFIED_MAX = 8192, /* tokens that are not verified again: some seconds of issue, and whichever are asked about; 256 KiB, twice */
  KEYS_MAX = 4096, /* clients and the devices of a busy hour; a decoded key takes some 2 KiB */
  PROOF_WINDOW_S = JOSE_DPOP_AGE_MAX_S + JOSE_AHEAD_MAX_S + 1,
};

struct secret_row {
  const char *name;
  uint8_t bytes[OIDC_SECRET_BYTES];
};

static result secret_read(struct db_tx *tx, struct secret_row *row) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT secret FROM oidc_secret WHERE name = $1", DB_ARGS(db_of_text(slice_str(row->name))), &rows));
  struct slice secret = db_bytes(&rows, 0);
  if (secret.len != sizeof row->bytes) {
    FAIL(DB_BROKEN, "a secret of another length");
  }
  memcpy(row->bytes, secret.ptr, sizeof row->bytes);
  return OK;
}

static result secret_write(struct db_tx *tx, void *arg) {
  struct secret_row *row = arg;
  result there = secret_read(tx, row);
  if (!is_code(there, DB_NO_ROW)) {
    return there;
  }
  return db_run(tx, "INSERT INTO oidc_secret (name, secret) VALUES ($1, $2)",
                DB_ARGS(db_of_text(slice_str(row->name)), db_of_bytes(slice_of(row->bytes, sizeof row->bytes))), NULL);
}

static result secret_find(struct env *env, struct secret_row *row) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  return secret_read(tx, row);
}

result oidc_secret_load(struct env *env, const char *name, uint8_t ret_secret[static OIDC_SECRET_BYTES]) {
  struct secret_row row = {.name = name};
  result found = secret_find(env, &row);
  if (is_code(found, DB_NO_ROW)) {
    random_fill(env->random, row.bytes, sizeof row.bytes);
    found = db_write(env->db, secret_write, &row);
  }
  TRY(found);
  memcpy(ret_secret, row.bytes, sizeof row.bytes);
  explicit_bzero(&row, sizeof row);
  return OK;
}

result oidc_memory_open(struct env *env, struct oidc_memory **ret_memory) {
  struct oidc_memory *memory = heap_alloc(sizeof *memory);
  result opened = oidc_secret_load(env, "subject", memory->subject_secret);
  if (!is_ok(opened)) {
    free(memory);
    return opened;
  }
  memory->clients = oidc_client_cache_new();
  memory->keys = oidc_key_cache_new();
  memory->keyring = jose_keyring_new(KEYS_MAX);
  memory->proofs = oidc_seen_new(PROOF_WINDOW_S, 0);
  memory->presented = oidc_seen_new(OIDC_PRESENTED_NOTED_S, 0);
  memory->requests = oidc_requests_new();
  memory->verified = oidc_seen_new(OIDC_ACCESS_LIFETIME_S, VERIFIED_MAX);
  memory->readings = oidc_readings_new();
  memory->standings = oidc_standings_new();
  (void)pthread_mutex_init(&memory->wanted_mutex, NULL);
  memory->wanted_count = 0;
  random_fill(env->random, memory->nonce_epoch, sizeof memory->nonce_epoch);
  *ret_memory = memory;
  return OK;
}

void oidc_memory_close(struct oidc_memory **slot) {
  if (*slot != NULL) {
    oidc_client_cache_free(&(*slot)->clients);
    oidc_key_cache_free(&(*slot)->keys);
    jose_keyring_free(&(*slot)->keyring);
    oidc_seen_free(&(*slot)->proofs);
    oidc_seen_free(&(*slot)->presented);
    oidc_requests_free(&(*slot)->requests);
    oidc_seen_free(&(*slot)->verified);
    oidc_readings_free(&(*slot)->readings);
    oidc_standings_free(&(*slot)->standings);
    (void)pthread_mutex_destroy(&(*slot)->wanted_mutex);
    explicit_bzero(*slot, sizeof **slot);
    free(*slot);
    *slot = NULL;
  }
}
