/* A person shows what an entry about them says, and that it stands in the ledger: C2SP tlog-proof whose extra line holds salt, content and detail.
 *
 *   OFFSET  SIZE  EXTRA
 *   0       1     version, 1
 *   1       16    salt
 *   17      4     N, bytes of the content
 *   21      N     content
 *   21+N    ...   detail
 */
#include <inttypes.h>

#include "ledger/checkpoint.h"
#include "ledger/content.h"

enum { EXTRA_VERSION = 1, EXTRA_HEAD_BYTES = 21 };

static struct slice extra_write(const struct db_rows *rows, struct arena *arena) {
  struct buf extra;
  struct slice content = db_bytes(rows, 1);
  buf_init(&extra, arena, EXTRA_HEAD_BYTES + content.len + 256);
  buf_append_byte(&extra, EXTRA_VERSION);
  buf_append(&extra, db_bytes(rows, 0));
  for (int shift = 24; shift >= 0; shift -= 8) {
    buf_append_byte(&extra, (uint8_t)(content.len >> shift));
  }
  buf_append(&extra, content);
  buf_append(&extra, db_text(rows, 2));
  return buf_slice(&extra);
}

result ledger_entry_show(struct env *env, struct db_tx *tx, const struct ledger_line_key *key, struct arena *arena, struct slice *ret_proof) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct ledger_checkpoint checkpoint = {0};
  struct ledger_proof inclusion = {0};
  struct note_proof proof = {0};
  result found = db_row(tx,
                        "SELECT d.salt, coalesce(d.content, e.leaf), d.detail FROM ledger_person p JOIN ledger_entry e ON e.id = p.entry_id"
                        " JOIN ledger_detail d ON d.entry_id = p.entry_id WHERE p.person_id = $1 AND p.entry_id = $2",
                        DB_ARGS(db_of_int(key->person_id), db_of_int(key->entry_id)), &rows);
  if (is_code(found, DB_NO_ROW)) {
    FAIL(LEDGER_UNKNOWN, "no such entry about that person");
  }
  TRY(found);
  proof.extra = extra_write(&rows, arena);
  db_rows_close(&rows);
  TRY(ledger_checkpoint_latest(env, tx, arena, &checkpoint));
  TRY(ledger_checkpoint_note(tx, &checkpoint, arena, &proof.checkpoint));
  TRY(ledger_prove_entry(tx, key->entry_id, checkpoint.size, arena, &inclusion));
  proof.position = inclusion.position;
  proof.hashes = inclusion.hashes;
  *ret_proof = note_proof_write(arena, &proof);
  return OK;
}

struct shown {
  struct slice salt;
  struct slice content;
  struct slice detail;
  struct ledger_content parsed;
};

static result extra_parse(struct slice extra, struct shown *shown) {
  size_t content_len = 0;
  for (size_t i = 17; i < EXTRA_HEAD_BYTES && i < extra.len; i++) {
    content_len = content_len << 8 | extra.ptr[i];
  }
  if (extra.len < EXTRA_HEAD_BYTES || extra.ptr[0] != EXTRA_VERSION || content_len > extra.len - EXTRA_HEAD_BYTES) {
    FAIL(LEDGER_SYNTAX, "the proof's extra line does not show an entry");
  }
  shown->salt = slice_sub(extra, 1, LEDGER_SALT_BYTES);
  shown->content = slice_sub(extra, EXTRA_HEAD_BYTES, content_len);
  shown->detail = slice_from(extra, EXTRA_HEAD_BYTES + content_len);
  return ledger_content_parse(shown->content, &shown->parsed);
}

/* The leaf that what is shown has to have; before version 2 of the tables the content itself. */
static bool is_included(const struct shown *shown, const struct note_proof *proof, const struct note_checkpoint *checkpoint) {
  uint8_t leaf[LEDGER_LEAF_BYTES];
  uint8_t commitment[DIGEST_BYTES];
  struct ledger_proof inclusion = {proof->position, proof->hashes};
  ledger_leaf_write(shown->parsed.at_ms, shown->salt, shown->content, leaf);
  ledger_detail_commit(shown->salt, shown->detail, commitment);
  return memcmp(commitment, shown->parsed.commitment, DIGEST_BYTES) == 0 &&
         (ledger_is_entry_proved(&inclusion, slice_of(leaf, sizeof leaf), checkpoint->size, checkpoint->root) ||
          ledger_is_entry_proved(&inclusion, shown->content, checkpoint->size, checkpoint->root));
}

result ledger_entry_check(struct slice bytes, const struct ledger_trust *trust, struct arena *arena, struct ledger_entry_shown *ret_shown) {
  struct note_proof proof = {0};
  struct note note = {0};
  struct note_checkpoint checkpoint = {0};
  struct shown shown = {0};
  TRY(note_proof_parse(bytes, arena, &proof));
  TRY(note_parse(proof.checkpoint, arena, &note));
  TRY(note_checkpoint_parse(note.text, &checkpoint));
  if (!slice_eq(checkpoint.origin, trust->log.name)) {
    FAIL(NOTE_UNSIGNED, "the checkpoint is of %.*s", SLICE_ARG(checkpoint.origin));
  }
  TRY(note_check(&note, &trust->log, NULL));
  int64_t seen_s = 0;
  if (trust->witness.name.len > 0) {
    TRY(note_check(&note, &trust->witness, &seen_s));
  }
  TRY(extra_parse(proof.extra, &shown));
  if (!is_included(&shown, &proof, &checkpoint)) {
    FAIL(LEDGER_NOT_PROVED, "what is shown is not at position %" PRId64 " of that checkpoint", proof.position);
  }
  *ret_shown = (struct ledger_entry_shown){
      .line = {.at_ms = shown.parsed.at_ms,
               .kind = shown.parsed.kind,
               .actor_role = shown.parsed.actor_role,
               .legal_basis = shown.parsed.legal_basis,
               .is_read = shown.parsed.is_read,
               .position = proof.position,
               .detail = shown.detail},
      .size = checkpoint.size,
      .seen_s = seen_s,
  };
  return OK;
}
