/* The register's writes: each raises the version row, so that every memory of clients is read anew, and is an entry of the ledger. */
#include "crypto/token.h"
#include "ledger/ledger.h"
#include "oidc/memory.h"

enum { METADATA_BYTES_MAX = 64 * 1024, LIST_MAX = 200 };

static result raise_version(struct db_tx *tx) {
  int64_t changed = 0;
  TRY(db_run(tx, "UPDATE oidc_version SET version = version + 1 WHERE name = 'client'", DB_NO_ARGS, &changed));
  return changed > 0 ? OK : db_run(tx, "INSERT INTO oidc_version (name, version) VALUES ('client', 1)", DB_NO_ARGS, NULL);
}

static void drop_memory(struct env *env) {
  if (env->oidc != NULL) {
    oidc_client_cache_drop(env->oidc->clients);
  }
}

struct change {
  struct env *env;
  const struct account_actor *actor;
  struct slice client_id;
  const char *kind; /* of the ledger entry */
};

static result record(struct db_tx *tx, const struct change *change) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf detail;
  struct jout out;
  buf_init(&detail, &arena, 128);
  jout_init(&out, &detail);
  jout_object(&out);
  jout_put_text(&out, "client_id", change->client_id);
  jout_object_end(&out);
  const struct ledger_entry entry = {.kind = change->kind,
                                     .actor_person_id = change->actor->person_id,
                                     .actor_role = change->actor->role,
                                     .detail = buf_slice(&detail)};
  TRY(ledger_append(change->env, tx, &entry));
  return raise_version(tx);
}

/* ---- register ---- */

struct saving {
  struct change change;
  const struct oidc_client_order *order;
  struct slice secret_hash;
};

/* Nothing was replaced: there is none, or it is another by now [RFC9110 13.1.1 MUST]. */
static result explain_unchanged(struct db_tx *tx, struct slice client_id) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct oidc_client_row row;
  TRY(oidc_client_row_load(tx, &arena, client_id, &row));
  FAIL(OIDC_CLIENT_CHANGED, "changed since it was read");
}

static result write_client(struct db_tx *tx, void *arg) {
  const struct saving *saving = arg;
  const struct oidc_client_order *order = saving->order;
  struct slice client_id = saving->change.client_id;
  int64_t now = clock_now_ms(saving->change.env->clock);
  int64_t changed = 0;
  if (order->replaces) {
    TRY(db_run(tx, "UPDATE oidc_client SET metadata = $2, version = version + 1, changed_at = $3, changed_by = $4 WHERE client_id = $1"
               " AND (version = $5 OR $5 = 0)",
               DB_ARGS(db_of_text(client_id), db_of_text(order->metadata_text), db_of_int(now), db_of_int(order->actor.person_id),
                       db_of_int(order->version)),
               &changed));
    if (changed == 0) {
      return explain_unchanged(tx, client_id);
    }
    return record(tx, &saving->change);
  }
  result added = db_run(tx,
                        "INSERT INTO oidc_client (client_id, version, status, metadata, secret_hash, is_dynamic, created_at, changed_at, changed_by)"
                        " VALUES ($1, 1, $2, $3, $4, $5, $6, $6, $7)",
                        DB_ARGS(db_of_text(client_id), db_of_int(OIDC_CLIENT_ACTIVE), db_of_text(order->metadata_text),
                                saving->secret_hash.len > 0 ? db_of_bytes(saving->secret_hash) : db_of_null(), db_of_int(order->is_dynamic),
                                db_of_int(now), db_of_int(order->actor.person_id)),
                        NULL);
  if (is_code(added, DB_DUPLICATE)) {
    FAIL(OIDC_CLIENT_TAKEN, "the client_id is registered");
  }
  TRY(added);
  return record(tx, &saving->change);
}

static struct slice secret_make(struct env *env, struct arena *arena, struct slice *ret_hash) {
  struct slice secret = token_make(env->random, arena);
  uint8_t *hash = arena_alloc(arena, DIGEST_BYTES);
  digest_sha256(secret, hash); /* 256 random bits: no salt and no slow hash is needed */
  *ret_hash = slice_of(hash, DIGEST_BYTES);
  return secret;
}

struct slice oidc_client_id_make(struct random *random, struct arena *arena) {
  struct slice token = token_make(random, arena);
  while (token.len > OIDC_CLIENT_ID_CHARACTERS && (token.ptr[0] == '-' || token.ptr[0] == '_')) {
    token = slice_from(token, 1);
  }
  return slice_sub(token, 0, OIDC_CLIENT_ID_CHARACTERS);
}

static result choose_id(struct env *env, struct arena *arena, const struct oidc_client_order *order, struct slice registered, struct slice *ret_id) {
  struct slice id = order->client_id.len > 0 ? order->client_id : registered;
  if (registered.len > 0 && !slice_eq(registered, id)) {
    FAIL(OIDC_CLIENT_METADATA, "the metadata name another client_id");
  }
  if (id.len == 0) {
    id = oidc_client_id_make(env->random, arena);
  }
  if (!oidc_client_id_is_good(id)) {
    FAIL(OIDC_CLIENT_METADATA, "not a client_id");
  }
  *ret_id = id;
  return OK;
}

result oidc_client_save(struct env *env, struct arena *arena, const struct oidc_client_order *order, struct oidc_client_made *ret_made) {
  struct oidc_client client;
  struct slice secret = {0};
  struct saving saving = {.order = order,
                          .change = {.env = env, .actor = &order->actor, .kind = order->replaces ? "oidc.client_changed" : "oidc.client_registered"}};
  if (order->metadata_text.len > METADATA_BYTES_MAX) {
    FAIL(OIDC_CLIENT_METADATA, "too long");
  }
  TRY(oidc_client_read(order->metadata, arena, &client));
  if (order->is_dynamic && jin_has(order->metadata, "danh_sector")) { /* whoever chooses a sector chooses whose subjects they see */
    FAIL(OIDC_CLIENT_METADATA, "a sector is an operator's to give");
  }
  TRY(choose_id(env, arena, order, client.client_id, &saving.change.client_id));
  bool has_secret = client.auth_method == OIDC_AUTH_SECRET_BASIC || client.auth_method == OIDC_AUTH_SECRET_POST;
  if (has_secret && !order->replaces) {
    secret = secret_make(env, arena, &saving.secret_hash);
  }
  TRY(db_write(env->db, write_client, &saving));
  drop_memory(env);
  *ret_made = (struct oidc_client_made){saving.change.client_id, secret};
  return OK;
}

/* ---- switching off and on, secrets, fetched keys ---- */

struct switching {
  struct change change;
  enum oidc_client_status status;
};

static result write_status(struct db_tx *tx, void *arg) {
  const struct switching *switching = arg;
  int64_t changed = 0;
  TRY(db_run(tx, "UPDATE oidc_client SET status = $2, version = version + 1, changed_at = $3, changed_by = $4 WHERE client_id = $1",
             DB_ARGS(db_of_text(switching->change.client_id), db_of_int(switching->status), db_of_int(clock_now_ms(switching->change.env->clock)),
                     db_of_int(switching->change.actor->person_id)),
             &changed));
  if (changed == 0) {
    FAIL(OIDC_CLIENT_UNREGISTERED, "no such client");
  }
  return record(tx, &switching->change);
}

static result switch_to(struct env *env, const struct oidc_client_change *change, enum oidc_client_status status) {
  const char *kind = status == OIDC_CLIENT_ACTIVE ? "oidc.client_enabled" : "oidc.client_disabled";
  struct switching switching = {{env, &change->actor, change->client_id, kind}, status};
  TRY(db_write(env->db, write_status, &switching));
  drop_memory(env);
  return OK;
}

result oidc_client_disable(struct env *env, const struct oidc_client_change *change) { return switch_to(env, change, OIDC_CLIENT_DISABLED); }
result oidc_client_enable(struct env *env, const struct oidc_client_change *change) { return switch_to(env, change, OIDC_CLIENT_ACTIVE); }

struct rekeying {
  struct change change;
  struct slice hash;
};

static result check_has_secret(struct db_tx *tx, struct slice client_id) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct oidc_client_row row;
  struct oidc_client client;
  struct jin_doc doc;
  const struct jin *metadata = NULL;
  TRY(oidc_client_row_load(tx, &arena, client_id, &row));
  jin_doc_init(&doc, &arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, row.metadata, &metadata));
  TRY(oidc_client_read(metadata, &arena, &client));
  if (client.auth_method != OIDC_AUTH_SECRET_BASIC && client.auth_method != OIDC_AUTH_SECRET_POST) {
    FAIL(OIDC_CLIENT_NO_SECRET, "proves itself otherwise");
  }
  return OK;
}

/* Also the first one, of a client that was registered with another way of proving itself. */
static result write_secret(struct db_tx *tx, void *arg) {
  const struct rekeying *rekeying = arg;
  TRY(check_has_secret(tx, rekeying->change.client_id));
  TRY(db_run(tx, "UPDATE oidc_client SET secret_hash = $2, version = version + 1, changed_at = $3, changed_by = $4 WHERE client_id = $1",
             DB_ARGS(db_of_text(rekeying->change.client_id), db_of_bytes(rekeying->hash), db_of_int(clock_now_ms(rekeying->change.env->clock)),
                     db_of_int(rekeying->change.actor->person_id)),
             NULL));
  return record(tx, &rekeying->change);
}

result oidc_client_secret_new(struct env *env, struct arena *arena, const struct oidc_client_change *change, struct slice *ret_secret) {
  struct rekeying rekeying = {.change = {env, &change->actor, change->client_id, "oidc.client_secret_changed"}};
  struct slice secret = secret_make(env, arena, &rekeying.hash);
  TRY(db_write(env->db, write_secret, &rekeying));
  drop_memory(env);
  *ret_secret = secret;
  return OK;
}

struct fetched {
  struct env *env;
  struct slice client_id;
  struct slice jwks;
};

static result write_keys(struct db_tx *tx, void *arg) {
  const struct fetched *fetched = arg;
  TRY(db_run(tx, "DELETE FROM oidc_client_jwks WHERE client_id = $1", DB_ARGS(db_of_text(fetched->client_id)), NULL));
  TRY(db_run(tx, "INSERT INTO oidc_client_jwks (client_id, jwks, fetched_at) VALUES ($1, $2, $3)",
             DB_ARGS(db_of_text(fetched->client_id), db_of_text(fetched->jwks), db_of_int(clock_now_ms(fetched->env->clock))), NULL));
  return raise_version(tx);
}

result oidc_client_jwks_store(struct env *env, struct slice client_id, struct slice jwks) {
  TRY(db_write(env->db, write_keys, &(struct fetched){env, client_id, jwks}));
  drop_memory(env);
  return OK;
}

/* ---- reading for operators ---- */

static struct oidc_client_row row_of(const struct db_rows *rows, struct arena *arena) {
  return (struct oidc_client_row){.client_id = db_text_copy(rows, 0, arena),
                                  .status = (enum oidc_client_status)db_int(rows, 1),
                                  .metadata = db_text_copy(rows, 2, arena),
                                  .is_dynamic = db_int(rows, 3) != 0,
                                  .created_at_ms = db_int(rows, 4),
                                  .changed_at_ms = db_int(rows, 5),
                                  .version = db_int(rows, 6)};
}

result oidc_client_list(struct db_tx *tx, struct arena *arena, struct slice after, int limit, struct oidc_client_list *ret_list) {
  int most = limit > 0 && limit < LIST_MAX ? limit : LIST_MAX;
  struct oidc_client_row *items = ARENA_ARRAY(arena, struct oidc_client_row, (size_t)most);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT client_id, status, metadata, is_dynamic, created_at, changed_at, version FROM oidc_client WHERE client_id > $1"
               " ORDER BY client_id LIMIT $2",
               DB_ARGS(db_of_text(after), db_of_int(most)), &rows));
  while (db_rows_next(&rows)) {
    items[count++] = row_of(&rows, arena);
  }
  TRY(rows.status);
  *ret_list = (struct oidc_client_list){items, count};
  return OK;
}

result oidc_client_row_load(struct db_tx *tx, struct arena *arena, struct slice client_id, struct oidc_client_row *ret_row) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found = db_row(tx, "SELECT client_id, status, metadata, is_dynamic, created_at, changed_at, version FROM oidc_client WHERE client_id = $1",
                        DB_ARGS(db_of_text(client_id)), &rows);
  if (is_code(found, DB_NO_ROW)) {
    FAIL(OIDC_CLIENT_UNREGISTERED, "no such client");
  }
  TRY(found);
  *ret_row = row_of(&rows, arena);
  return OK;
}
