/* The log's side of C2SP tlog-witness: what a witness is asked, and what its answer is worth. */
#include <inttypes.h>

#include "base/buf.h"
#include "codec/base64.h"
#include "ledger/ledger.h"
#include "ledger/tree.h"

static result known_size(struct db_tx *tx, struct slice name, int64_t *ret_size) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT size FROM ledger_witness WHERE name = $1", DB_ARGS(db_of_text(name)), &rows));
  *ret_size = db_rows_next(&rows) ? db_int(&rows, 0) : 0;
  return rows.status;
}

static result is_cosigned(struct db_tx *tx, const struct ledger_witness_ask *ask, struct slice name, bool *ret_is) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT size FROM ledger_cosignature WHERE size = $1 AND name = $2",
               DB_ARGS(db_of_int(ask->checkpoint.size), db_of_text(name)), &rows));
  *ret_is = db_rows_next(&rows);
  return rows.status;
}

result ledger_witness_ask(struct env *env, const struct note_key *witness, struct arena *arena, struct ledger_witness_ask *ret_ask) {
  struct ledger_witness_ask ask = {0};
  struct ledger_proof growth = {0};
  struct slice note = {0};
  struct buf body;
  int64_t old_size = 0;
  bool is_done = false;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  TRY(ledger_checkpoint_latest(env, tx, arena, &ask.checkpoint));
  TRY(is_cosigned(tx, &ask, witness->name, &is_done));
  if (is_done) {
    *ret_ask = ask;
    return OK;
  }
  TRY(known_size(tx, witness->name, &old_size));
  if (old_size > ask.checkpoint.size) {
    FAIL(LEDGER_FORKED, "%.*s has seen %" PRId64 " entries, there are %" PRId64, SLICE_ARG(witness->name), old_size, ask.checkpoint.size);
  }
  if (old_size > 0) { /* [tlog-witness MUST]: no proof from an empty tree */
    TRY(ledger_prove_growth(tx, old_size, ask.checkpoint.size, arena, &growth));
  }
  TRY(ledger_checkpoint_note(tx, &ask.checkpoint, arena, &note));
  buf_init(&body, arena, 2048);
  buf_printf(&body, "old %" PRId64 "\n", old_size);
  for (size_t at = 0; at < growth.hashes.len; at += DIGEST_BYTES) {
    buf_printf(&body, "%.*s\n", SLICE_ARG(base64_write(arena, slice_sub(growth.hashes, at, DIGEST_BYTES))));
  }
  buf_append_byte(&body, '\n');
  buf_append(&body, note);
  ask.body = buf_slice(&body);
  *ret_ask = ask;
  return OK;
}

struct taking {
  const struct note_key *witness;
  int64_t size;
  struct slice line; /* empty: only how far it has come */
};

static result taking_write(struct db_tx *tx, void *arg) {
  const struct taking *taking = arg;
  TRY(db_run(tx, "INSERT INTO ledger_witness (name, size) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET size = excluded.size",
             DB_ARGS(db_of_text(taking->witness->name), db_of_int(taking->size)), NULL));
  if (taking->line.len == 0) {
    return OK;
  }
  TRY(db_run(tx, "DELETE FROM ledger_cosignature WHERE name = $1", DB_ARGS(db_of_text(taking->witness->name)), NULL)); /* of smaller trees */
  return db_run(tx, "INSERT INTO ledger_cosignature (size, name, line) VALUES ($1, $2, $3)",
                DB_ARGS(db_of_int(taking->size), db_of_text(taking->witness->name), db_of_text(taking->line)), NULL);
}

/* The witness's own line out of its answer; lines of others are not kept. */
static result line_find(const struct note_key *witness, const struct ledger_witness_ask *ask, struct slice body, struct arena *arena,
                        struct slice *ret_line) {
  struct note note = {.text = ask->checkpoint.text};
  int64_t time_s = 0;
  TRY(note_lines_parse(body, arena, &note));
  TRY(note_check(&note, witness, &time_s));
  for (size_t i = 0; i < note.count; i++) {
    struct slice bytes = note.signatures[i].bytes;
    if (slice_eq(note.signatures[i].name, witness->name) && slice_starts(bytes, slice_of(witness->id, sizeof witness->id))) {
      *ret_line = note_line_write(arena, witness, time_s, slice_from(bytes, sizeof witness->id + 8));
    }
  }
  return OK;
}

result ledger_witness_take(struct env *env, const struct note_key *witness, const struct ledger_witness_ask *ask,
                           const struct ledger_witness_answer *answer) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct taking taking = {.witness = witness, .size = ask->checkpoint.size};
  if (answer->status == 409 && slice_ends(answer->body, S("\n"))) { /* it has come elsewhere than we remember: asked again from there */
    TRY(note_number_parse(slice_sub(answer->body, 0, answer->body.len - 1), &taking.size));
    return db_write(env->db, taking_write, &taking);
  }
  if (answer->status != 200) {
    FAIL(LEDGER_NOT_WITNESSED, "%.*s answered %d at %" PRId64 " entries", SLICE_ARG(witness->name), answer->status, ask->checkpoint.size);
  }
  TRY(line_find(witness, ask, answer->body, &arena, &taking.line));
  return db_write(env->db, taking_write, &taking);
}
