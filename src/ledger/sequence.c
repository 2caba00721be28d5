#include <inttypes.h>

#include "ledger/audit.h"
#include "ledger/checkpoint.h"

enum {
  BATCH_MAX = 1024, /* entries in one write: some milliseconds of the writer's time */
};

struct round {
  struct env *env;
  bool is_more;
};

struct pending {
  int64_t entry_id;
  uint8_t hash[DIGEST_BYTES];
};

static result number_read(struct db_tx *tx, const char *sql, int64_t *ret_number) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, sql, DB_NO_ARGS, &rows));
  *ret_number = db_int(&rows, 0);
  return OK;
}

static result size_read(struct db_tx *tx, int64_t *ret_size) {
  return number_read(tx, "SELECT coalesce(max(position) + 1, 0) FROM ledger_order", ret_size);
}

static result checkpoint_size_read(struct db_tx *tx, int64_t *ret_size) {
  return number_read(tx, "SELECT coalesce(max(size), 0) FROM ledger_checkpoint", ret_size);
}

/* Read first, changed after: a table is not altered under a running query. */
static result pending_read(struct db_tx *tx, struct pending *items, size_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT p.entry_id, e.leaf FROM ledger_pending p JOIN ledger_entry e ON e.id = p.entry_id ORDER BY "
               "p.entry_id LIMIT $1",
               DB_ARGS(db_of_int(BATCH_MAX)), &rows));
  size_t count = 0;
  while (count < BATCH_MAX && db_rows_next(&rows)) {
    items[count].entry_id = db_int(&rows, 0);
    ledger_hash_leaf(db_bytes(&rows, 1), items[count].hash);
    count++;
  }
  TRY(rows.status);
  *ret_count = count;
  return OK;
}

static result require_all(int64_t changed, size_t count) {
  if (changed != (int64_t)count) {
    FAIL(LEDGER_ALTERED, "%" PRId64 " of %zu entries that wait", changed, count);
  }
  return OK;
}

/* Positions from the tree's size on, for the entries just read: they are all that wait up to the last of them, in this transaction's snapshot. */
static result order_store(struct db_tx *tx, struct ledger_tree *tree, const struct pending *items, size_t count) {
  if (count == 0) {
    return OK;
  }
  struct db_value last = db_of_int(items[count - 1].entry_id);
  int64_t changed = 0;
  TRY(db_run(tx,
             "INSERT INTO ledger_order (position, entry_id) SELECT $1 + ROW_NUMBER() OVER (ORDER BY p.entry_id) - 1, p.entry_id"
             " FROM ledger_pending p JOIN ledger_entry e ON e.id = p.entry_id WHERE p.entry_id <= $2",
             DB_ARGS(db_of_int((int64_t)tree->size), last), &changed));
  TRY(require_all(changed, count));
  TRY(db_run(tx, "DELETE FROM ledger_pending WHERE entry_id <= $1 AND EXISTS (SELECT 1 FROM ledger_entry e WHERE e.id = ledger_pending.entry_id)",
             DB_ARGS(last), &changed));
  TRY(require_all(changed, count));
  for (size_t i = 0; i < count; i++) {
    TRY(ledger_tree_append(tree, items[i].hash, ledger_tile_save, tx));
  }
  return OK;
}

/* Takes the place of one that was not signed yet. */
static result checkpoint_store(struct env *env, struct db_tx *tx, const struct ledger_tree *tree, struct arena *arena) {
  uint8_t root[DIGEST_BYTES];
  struct slice origin = {0};
  TRY(ledger_origin(env, tx, arena, &origin));
  ledger_tree_root(tree, root);
  TRY(db_run(
      tx, "DELETE FROM ledger_checkpoint WHERE size = (SELECT max(size) FROM ledger_checkpoint) AND signature IS NULL",
      DB_NO_ARGS, NULL));
  return db_run(
      tx, "INSERT INTO ledger_checkpoint (size, text) VALUES ($1, $2)",
      DB_ARGS(db_of_int((int64_t)tree->size), db_of_text(ledger_checkpoint_text(origin, arena, tree->size, root))), NULL);
}

/* The first write of a round: positions, hashes, and once nothing waits any more the checkpoint, not yet signed. */
static result order_write(struct db_tx *tx, void *arg) {
  struct round *round = arg;
  struct arena arena CLEANUP(arena_free) = {0};
  struct ledger_tree *tree = ARENA_NEW(&arena, struct ledger_tree);
  struct pending *items = ARENA_ARRAY(&arena, struct pending, BATCH_MAX);
  int64_t size = 0;
  int64_t checkpoint_size = 0;
  size_t count = 0;
  TRY(size_read(tx, &size));
  TRY(checkpoint_size_read(tx, &checkpoint_size));
  TRY(ledger_tree_load(tx, (uint64_t)size, tree));
  TRY(pending_read(tx, items, &count));
  TRY(order_store(tx, tree, items, count));
  TRY(ledger_tree_tails(tree, (uint64_t)size, ledger_tile_save, tx));
  round->is_more = count == BATCH_MAX;
  if (!round->is_more && (int64_t)tree->size > checkpoint_size) {
    TRY(checkpoint_store(round->env, tx, tree, &arena));
  }
  return OK;
}

static result is_work_waiting(struct env *env, bool *ret_is_waiting) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  int64_t size = 0;
  int64_t checkpoint_size = 0;
  int64_t pending = 0;
  TRY(size_read(tx, &size));
  TRY(checkpoint_size_read(tx, &checkpoint_size));
  TRY(number_read(tx, "SELECT count(*) FROM (SELECT entry_id FROM ledger_pending LIMIT 1) AS one", &pending));
  *ret_is_waiting = pending > 0 || size > checkpoint_size;
  return OK;
}

/* The newest checkpoint and the one before it; size -1 where there is none. */
static result newest_read(struct db_tx *tx, struct arena *arena, struct ledger_checkpoint ret_newest[static 2]) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  ret_newest[0] = ret_newest[1] = (struct ledger_checkpoint){.size = -1};
  TRY(db_query(tx, "SELECT text, signature, size FROM ledger_checkpoint ORDER BY size DESC LIMIT 2", DB_NO_ARGS,
               &rows));
  for (int i = 0; i < 2 && db_rows_next(&rows); i++) {
    TRY(ledger_checkpoint_read(&rows, db_int(&rows, 2), arena, &ret_newest[i]));
  }
  return rows.status;
}

static void audit_end(struct ledger_audit **audit) {
  ledger_audit_end(*audit);
}

/* Reads back and hashes again what is to be signed, from the last signed root on. */
static result re_read(struct db_tx *tx, const struct ledger_checkpoint *signed_before,
                      const struct ledger_checkpoint *next, struct arena *arena) {
  struct ledger_audit *audit CLEANUP(audit_end) = ARENA_NEW(arena, struct ledger_audit);
  uint8_t root[DIGEST_BYTES];
  TRY(ledger_audit_begin(audit, tx, signed_before->size < 0 ? 0 : signed_before->size));
  ledger_tree_root(&audit->tree, root);
  if (signed_before->size >= 0 && memcmp(root, signed_before->root, DIGEST_BYTES) != 0) {
    FAIL(LEDGER_ALTERED, "the stored hashes do not lead to the checkpoint signed at %" PRId64, signed_before->size);
  }
  TRY(ledger_audit_advance(audit, next->size));
  ledger_tree_root(&audit->tree, root);
  if (audit->part != LEDGER_PART_NONE || memcmp(root, next->root, DIGEST_BYTES) != 0) {
    FAIL(LEDGER_ALTERED, "what is stored is not what was hashed, at position %" PRId64 " of %" PRId64, audit->position,
         next->size);
  }
  return OK;
}

/* The newest, and the one signed before it. */
static result unsigned_find(struct env *env, struct arena *arena, struct ledger_checkpoint ret_newest[static 2]) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  TRY(newest_read(tx, arena, ret_newest));
  if (ret_newest[0].size >= 0 && ret_newest[0].signature.len == 0) {
    TRY(re_read(tx, &ret_newest[1], &ret_newest[0], arena));
  }
  return OK;
}

/* The second write. Nothing if a later round has made a newer one meanwhile. */
static result signature_write(struct db_tx *tx, void *arg) {
  const struct ledger_checkpoint *checkpoint = arg;
  return db_run(tx, "UPDATE ledger_checkpoint SET signature = $3 WHERE size = $1 AND text = $2 AND signature IS NULL",
                DB_ARGS(db_of_int(checkpoint->size), db_of_text(checkpoint->text), db_of_bytes(checkpoint->signature)),
                NULL);
}

/* A ledger has one key. Another one, made when the signer's folder was lost or put back from elsewhere, must not go on in its place: whoever holds
 * the old key could then no longer tell our checkpoints from a forger's. */
static result require_same_key(const struct ledger_checkpoint *signed_before, const struct note_key *key) {
  if (signed_before->size >= 0 && !ledger_is_checkpoint_signed(signed_before, key)) {
    FAIL(LEDGER_ALTERED, "the signer's ledger key is not the one that signed the checkpoint at %" PRId64, signed_before->size);
  }
  return OK;
}

static result signer_key(struct env *env, const struct ledger_checkpoint *checkpoint, struct arena *arena, struct note_key *ret_key) {
  struct slice spki = {0};
  uint8_t public_key[ED25519_PUBLIC_BYTES];
  TRY(env->signer->key_create(env->signer, &(struct signer_new_key){.name = S(LEDGER_SIGNER_KEY), .profile = SIGNER_CHECKPOINT},
                              arena, &spki));
  TRY(ed25519_spki_parse(spki, public_key));
  return note_key_init(ledger_checkpoint_origin(checkpoint), NOTE_ED25519, public_key, ret_key);
}

static result checkpoint_sign(struct env *env, const struct ledger_checkpoint *signed_before,
                              struct ledger_checkpoint *checkpoint, struct arena *arena) {
  struct note_key key = {0};
  TRY(signer_key(env, checkpoint, arena, &key));
  TRY(require_same_key(signed_before, &key));
  struct signer_request request = {
      .key = S(LEDGER_SIGNER_KEY),
      .profile = SIGNER_CHECKPOINT,
      .message = checkpoint->text,
      /* The signer's own log then remembers each size, out of reach of whoever rewrites this database. */
      .reference = arena_printf(arena, "ledger-%" PRId64, checkpoint->size),
  };
  struct slice signature = {0};
  struct buf with_id;
  TRY(env->signer->sign(env->signer, &request, arena, &signature));
  buf_init(&with_id, arena, sizeof key.id + signature.len);
  buf_append(&with_id, slice_of(key.id, sizeof key.id));
  buf_append(&with_id, signature);
  checkpoint->signature = buf_slice(&with_id);
  if (!ledger_is_checkpoint_signed(checkpoint, &key)) {
    FAIL(LEDGER_ALTERED, "the signer's signature at %" PRId64 " does not verify", checkpoint->size);
  }
  return db_write_led(env->db, LEDGER_LEAD, signature_write, checkpoint);
}

result ledger_sequence(struct env *env) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct round round = {.env = env};
  TRY(is_work_waiting(env, &round.is_more));
  while (round.is_more) {
    TRY(db_write_led(env->db, LEDGER_LEAD, order_write, &round));
  }
  if (env->signer == NULL) {
    return OK;
  }
  struct ledger_checkpoint newest[2];
  TRY(unsigned_find(env, &arena, newest));
  if (newest[0].size < 0 || newest[0].signature.len > 0) {
    return OK;
  }
  return checkpoint_sign(env, &newest[1], &newest[0], &arena);
}
