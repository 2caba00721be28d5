/* Clients loaded, and kept: an entry is immutable and counted, so a change takes the old one out while requests still hold it. */
#include "oidc/client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "oidc/memory.h"

enum {
  BUCKETS = 1024,
  ENTRIES_MAX = 4096,      /* some 3 KiB each; beyond it the memory begins anew */
  CHECK_EVERY_US = 500000, /* the version row is read at most twice a second: a change counts everywhere within a second */
  METADATA_BYTES_MAX = 64 * 1024,
};

struct entry {
  struct oidc_client client; /* first: what is handed out */
  struct arena arena;
  atomic_int holders;
  struct entry *next;
};

struct oidc_client_cache {
  pthread_mutex_t mutex; /* guards what follows */
  struct entry *buckets[BUCKETS];
  size_t count;
  int64_t version;
  int64_t checked_at_us;
};

bool oidc_client_id_is_good(struct slice id) {
  bool is_good = id.len >= 3 && id.len <= 64;
  for (size_t i = 0; i < id.len && is_good; i++) {
    uint8_t c = id.ptr[i];
    is_good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  }
  return is_good;
}

void oidc_client_release(const struct oidc_client **slot) {
  struct entry *entry = (struct entry *)*slot;
  *slot = NULL;
  if (entry != NULL && atomic_fetch_sub(&entry->holders, 1) == 1) {
    arena_free(&entry->arena);
    free(entry);
  }
}

static void hold(struct entry *entry) { atomic_fetch_add(&entry->holders, 1); }

/* ---- reading ---- */

static result entry_read(const struct db_rows *rows, struct entry *entry) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, &entry->arena, (struct jin_limits){METADATA_BYTES_MAX, 16, 10000});
  TRY(jin_parse(&doc, db_text(rows, 1), &root));
  TRY(oidc_client_read(root, &entry->arena, &entry->client));
  struct oidc_client *client = &entry->client;
  client->client_id = db_text_copy(rows, 0, &entry->arena);
  client->version = db_int(rows, 2);
  client->status = (enum oidc_client_status)db_int(rows, 3);
  client->secret_hash = db_bytes_copy(rows, 4, &entry->arena);
  client->is_dynamic = db_int(rows, 5) != 0;
  client->created_at_ms = db_int(rows, 6);
  if (client->jwks_uri.len > 0) {
    client->jwks = db_text_copy(rows, 7, &entry->arena);
  }
  if (client->jwks.len > 0 && !is_ok(jose_jwks_read(client->jwks, &entry->arena, &client->keys))) {
    client->keys = (struct jose_jwks){0}; /* fetched ones may be anything: then the client has none */
  }
  /* who registered itself and needs no redirect has shown of no host that it is its own: that host's people keep their subjects to themselves */
  bool is_host_shown = !client->is_dynamic || (client->grant_types & (OIDC_GRANT_DEVICE | OIDC_GRANT_CIBA)) == 0;
  if (client->sector.len == 0 || !is_host_shown) {
    client->sector = client->client_id;
  }
  return OK;
}

static result entry_query(struct env *env, struct slice client_id, struct entry *entry) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found = db_row(tx,
                        "SELECT c.client_id, c.metadata, c.version, c.status, c.secret_hash, c.is_dynamic, c.created_at, k.jwks FROM oidc_client c"
                        " LEFT JOIN oidc_client_jwks k ON k.client_id = c.client_id WHERE c.client_id = $1",
                        DB_ARGS(db_of_text(client_id)), &rows);
  if (is_code(found, DB_NO_ROW)) {
    FAIL(OIDC_CLIENT_UNKNOWN, "no such client");
  }
  TRY(found);
  if (db_int(&rows, 3) != OIDC_CLIENT_ACTIVE) {
    FAIL(OIDC_CLIENT_UNKNOWN, "the client is disabled");
  }
  return entry_read(&rows, entry);
}

static result entry_new(struct env *env, struct slice client_id, struct entry **ret_entry) {
  struct entry *entry = heap_alloc(sizeof *entry);
  *entry = (struct entry){.next = NULL};
  arena_init(&entry->arena);
  atomic_init(&entry->holders, 1);
  result read = entry_query(env, client_id, entry);
  if (!is_ok(read)) {
    const struct oidc_client *client = &entry->client;
    oidc_client_release(&client);
    return read;
  }
  *ret_entry = entry;
  return OK;
}

/* ---- what is kept ---- */

static size_t bucket_of(struct slice client_id) {
  uint32_t hash = 2166136261U; /* FNV-1a: the ids are ours or an operator's */
  for (size_t i = 0; i < client_id.len; i++) {
    hash = (hash ^ client_id.ptr[i]) * 16777619U;
  }
  return hash % BUCKETS;
}

static void forget_all(struct oidc_client_cache *cache) {
  for (size_t i = 0; i < BUCKETS; i++) {
    while (cache->buckets[i] != NULL) {
      struct entry *entry = cache->buckets[i];
      cache->buckets[i] = entry->next;
      const struct oidc_client *client = &entry->client;
      oidc_client_release(&client);
    }
  }
  cache->count = 0;
}

struct oidc_client_cache *oidc_client_cache_new(void) {
  struct oidc_client_cache *cache = heap_alloc(sizeof *cache);
  *cache = (struct oidc_client_cache){.version = -1};
  (void)pthread_mutex_init(&cache->mutex, NULL);
  return cache;
}

void oidc_client_cache_free(struct oidc_client_cache **slot) {
  if (*slot != NULL) {
    forget_all(*slot);
    (void)pthread_mutex_destroy(&(*slot)->mutex);
    free(*slot);
    *slot = NULL;
  }
}

void oidc_client_cache_drop(struct oidc_client_cache *cache) {
  (void)pthread_mutex_lock(&cache->mutex);
  cache->checked_at_us = 0;
  forget_all(cache);
  (void)pthread_mutex_unlock(&cache->mutex);
}

static result version_read(struct env *env, int64_t *ret_version) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT version FROM oidc_version WHERE name = 'client'", DB_NO_ARGS, &rows));
  *ret_version = db_rows_next(&rows) ? db_int(&rows, 0) : 0;
  return rows.status;
}

/* Looks at the version row when it is time, and forgets everything if another stands there. */
static result check_version(struct env *env, struct oidc_client_cache *cache) {
  int64_t now_us = clock_monotonic_us();
  (void)pthread_mutex_lock(&cache->mutex);
  bool is_due = cache->checked_at_us == 0 || now_us - cache->checked_at_us >= CHECK_EVERY_US;
  cache->checked_at_us = is_due ? now_us : cache->checked_at_us;
  (void)pthread_mutex_unlock(&cache->mutex);
  if (!is_due) {
    return OK;
  }
  int64_t version = 0;
  TRY(version_read(env, &version));
  (void)pthread_mutex_lock(&cache->mutex);
  if (cache->version != version) {
    forget_all(cache);
    cache->version = version;
  }
  (void)pthread_mutex_unlock(&cache->mutex);
  return OK;
}

static struct entry *find_held(struct oidc_client_cache *cache, struct slice client_id) {
  struct entry *entry = cache->buckets[bucket_of(client_id)];
  while (entry != NULL && !slice_eq(entry->client.client_id, client_id)) {
    entry = entry->next;
  }
  if (entry != NULL) {
    hold(entry);
  }
  return entry;
}

/* Under the version it was read in: one that a change has overtaken is not kept. */
static void keep(struct oidc_client_cache *cache, struct entry *entry, int64_t version) {
  (void)pthread_mutex_lock(&cache->mutex);
  if (cache->version == version && cache->checked_at_us != 0) {
    if (cache->count >= ENTRIES_MAX) {
      forget_all(cache);
    }
    size_t bucket = bucket_of(entry->client.client_id);
    hold(entry);
    entry->next = cache->buckets[bucket];
    cache->buckets[bucket] = entry;
    cache->count++;
  }
  (void)pthread_mutex_unlock(&cache->mutex);
}

result oidc_client_load(struct env *env, struct slice client_id, const struct oidc_client **ret_client) {
  struct oidc_client_cache *cache = env->oidc == NULL ? NULL : env->oidc->clients;
  struct entry *entry = NULL;
  int64_t version = 0;
  if (!oidc_client_id_is_good(client_id)) {
    FAIL(OIDC_CLIENT_UNKNOWN, "not a client_id");
  }
  if (cache != NULL) {
    TRY(check_version(env, cache));
    (void)pthread_mutex_lock(&cache->mutex);
    version = cache->version;
    entry = find_held(cache, client_id);
    (void)pthread_mutex_unlock(&cache->mutex);
  }
  if (entry == NULL) {
    TRY(entry_new(env, client_id, &entry));
    if (cache != NULL) {
      keep(cache, entry, version);
    }
  }
  *ret_client = &entry->client;
  return OK;
}
