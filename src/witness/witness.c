#include "witness/witness.h"

#include <stdlib.h>

#include "codec/hex.h"
#include "witness/state.h"

const struct db_migration witness_migrations[] = {
    {"witness", 1,
     "CREATE TABLE witness_log (origin_hash text/public PRIMARY KEY, size id/public NOT NULL, root bytes/public NOT NULL, note text/public NOT NULL)"},
    {0},
};

static struct slice hash_of(struct slice origin, struct arena *arena) {
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(origin, digest);
  return hex_write(arena, slice_of(digest, sizeof digest));
}

static result logs_take(struct witness *witness, const struct witness_options *options) {
  if (options->log_count > WITNESS_LOGS_MAX) {
    FAIL(NOTE_KEY_SYNTAX, "more than %d logs", WITNESS_LOGS_MAX);
  }
  for (size_t i = 0; i < options->log_count; i++) {
    for (size_t k = 0; k < i; k++) {
      if (slice_eq(options->logs[i].name, options->logs[k].name)) {
        FAIL(NOTE_KEY_SYNTAX, "two keys for %.*s", SLICE_ARG(options->logs[i].name));
      }
    }
    witness->logs[witness->log_count] = options->logs[i];
    witness->logs[witness->log_count++].name = arena_copy(&witness->arena, options->logs[i].name);
  }
  return OK;
}

static result open_with(struct witness *witness, const struct witness_options *options) {
  struct slice spki = {0};
  uint8_t public_key[ED25519_PUBLIC_BYTES];
  struct signer_new_key key = {.name = S(WITNESS_SIGNER_KEY), .profile = SIGNER_CHECKPOINT};
  TRY(logs_take(witness, options));
  TRY(witness->signer->key_create(witness->signer, &key, &witness->arena, &spki));
  TRY(ed25519_spki_parse(spki, public_key));
  return note_key_init(arena_copy(&witness->arena, options->name), NOTE_COSIGNATURE, public_key, &witness->key);
}

result witness_open(const struct witness_options *options, struct witness **ret_witness) {
  struct witness *witness = heap_alloc(sizeof *witness);
  *witness = (struct witness){.db = options->db, .signer = options->signer, .clock = options->clock};
  result outcome = open_with(witness, options);
  if (!is_ok(outcome)) {
    witness_close(&witness);
    return outcome;
  }
  *ret_witness = witness;
  return OK;
}

void witness_close(struct witness **witness) {
  if (*witness != NULL) {
    arena_free(&(*witness)->arena);
    free(*witness);
    *witness = NULL;
  }
}

const struct note_key *witness_key(const struct witness *witness) {
  return &witness->key;
}

static result state_read(struct db_tx *tx, struct slice hash, struct witness_state *ret_state) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  *ret_state = (struct witness_state){0};
  TRY(db_query(tx, "SELECT size, root FROM witness_log WHERE origin_hash = $1", DB_ARGS(db_of_text(hash)), &rows));
  if (db_rows_next(&rows) && db_bytes(&rows, 1).len == DIGEST_BYTES) {
    ret_state->size = db_int(&rows, 0);
    memcpy(ret_state->root, db_bytes(&rows, 1).ptr, DIGEST_BYTES);
  }
  return rows.status;
}

result witness_state_load(struct witness *witness, struct slice origin, struct witness_state *ret_state) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(witness->db, &tx));
  return state_read(tx, hash_of(origin, &arena), ret_state);
}

static result move_write(struct db_tx *tx, void *arg) {
  struct witness_move *move = arg;
  struct arena arena CLEANUP(arena_free) = {0};
  struct slice hash = hash_of(move->origin, &arena);
  struct witness_state now = {0};
  TRY(state_read(tx, hash, &now));
  move->is_kept = now.size == move->from.size && memcmp(now.root, move->from.root, DIGEST_BYTES) == 0;
  if (!move->is_kept) {
    return OK;
  }
  return db_run(tx,
                "INSERT INTO witness_log (origin_hash, size, root, note) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (origin_hash) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note",
                DB_ARGS(db_of_text(hash), db_of_int(move->size), db_of_bytes(slice_of(move->root, DIGEST_BYTES)), db_of_text(move->note)), NULL);
}

result witness_state_move(struct witness *witness, struct witness_move *move, bool *ret_is_kept) {
  TRY(db_write(witness->db, move_write, move));
  *ret_is_kept = move->is_kept;
  return OK;
}

static result note_read(struct witness *witness, struct slice origin_hash, struct arena *arena, struct slice *ret_note) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(witness->db, &tx));
  TRY(db_row(tx, "SELECT note FROM witness_log WHERE origin_hash = $1", DB_ARGS(db_of_text(origin_hash)), &rows));
  *ret_note = db_text_copy(&rows, 0, arena);
  return OK;
}

void witness_checkpoint(struct witness *witness, struct slice origin_hash, struct arena *arena, struct witness_answer *ret_answer) {
  *ret_answer = (struct witness_answer){200, "text/plain; charset=utf-8", S("")};
  result found = note_read(witness, origin_hash, arena, &ret_answer->body);
  if (!is_ok(found)) {
    ret_answer->status = is_code(found, DB_NO_ROW) ? 404 : 500;
  }
}
