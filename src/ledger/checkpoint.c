#include "ledger/checkpoint.h"

#include <inttypes.h>

#include "base/buf.h"
#include "codec/base64.h"

/* The log's name: a URL without its scheme, and without what a note's key name must not contain. */
static struct slice name_of(struct env *env, struct arena *arena) {
  struct slice origin = env->origin;
  static const struct slice schemes[] = {S_INIT("https://"), S_INIT("http://")};
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
    if (slice_starts(origin, schemes[i])) {
      origin = slice_from(origin, schemes[i].len);
    }
  }
  for (size_t i = 0; i < origin.len; i++) {
    if (origin.ptr[i] <= ' ' || origin.ptr[i] == '+' || origin.ptr[i] > '~') {
      origin.len = 0;
    }
  }
  return origin.len > 0 ? arena_printf(arena, "%.*s/ledger", SLICE_ARG(origin)) : S("danh/ledger");
}

/* The name the ledger began with: a checkpoint of another name is one of another log, whoever moved the installation to another address. */
result ledger_origin(struct env *env, struct db_tx *tx, struct arena *arena, struct slice *ret_origin) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT text FROM ledger_checkpoint ORDER BY size LIMIT 8", DB_NO_ARGS, &rows));
  while (db_rows_next(&rows)) { /* the first, or if that was altered, which ledger_verify finds, the next */
    struct note_checkpoint first = {0};
    if (is_ok(note_checkpoint_parse(db_text(&rows, 0), &first))) {
      *ret_origin = arena_copy(arena, first.origin);
      return OK;
    }
  }
  TRY(rows.status);
  *ret_origin = name_of(env, arena);
  return OK;
}

result ledger_key(struct env *env, struct db_tx *tx, struct arena *arena, struct note_key *ret_key) {
  struct slice origin = {0};
  struct slice spki = {0};
  uint8_t public_key[ED25519_PUBLIC_BYTES];
  TRY(ledger_origin(env, tx, arena, &origin));
  TRY(env->signer->key_public(env->signer, S(LEDGER_SIGNER_KEY), arena, &spki));
  TRY(ed25519_spki_parse(spki, public_key));
  return note_key_init(origin, NOTE_ED25519, public_key, ret_key);
}

struct slice ledger_checkpoint_text(struct slice origin, struct arena *arena, uint64_t size, const uint8_t root[static DIGEST_BYTES]) {
  struct note_checkpoint checkpoint = {.origin = origin, .size = (int64_t)size};
  memcpy(checkpoint.root, root, DIGEST_BYTES);
  return note_checkpoint_write(arena, &checkpoint);
}

result ledger_checkpoint_parse(struct slice text, struct ledger_checkpoint *ret_checkpoint) {
  struct note_checkpoint body = {0};
  if (!is_ok(note_checkpoint_parse(text, &body)) || body.has_extensions) {
    FAIL(LEDGER_SYNTAX, "a stored checkpoint is not three lines");
  }
  *ret_checkpoint = (struct ledger_checkpoint){.size = body.size, .text = text};
  memcpy(ret_checkpoint->root, body.root, DIGEST_BYTES);
  return OK;
}

result ledger_checkpoint_read(const struct db_rows *rows, int64_t size, struct arena *arena,
                              struct ledger_checkpoint *ret_checkpoint) {
  struct ledger_checkpoint checkpoint = {0};
  TRY(ledger_checkpoint_parse(db_text_copy(rows, 0, arena), &checkpoint));
  if (checkpoint.size != size) {
    FAIL(LEDGER_SYNTAX, "the checkpoint at %" PRId64 " says %" PRId64, size, checkpoint.size);
  }
  checkpoint.signature = db_bytes_copy(rows, 1, arena);
  *ret_checkpoint = checkpoint;
  return OK;
}

struct slice ledger_checkpoint_origin(const struct ledger_checkpoint *checkpoint) {
  struct slice rest = checkpoint->text;
  return slice_cut(&rest, '\n');
}

bool ledger_is_checkpoint_signed(const struct ledger_checkpoint *checkpoint, const struct note_key *key) {
  struct slice id = slice_of(key->id, sizeof key->id);
  return slice_starts(checkpoint->signature, id) && slice_eq(ledger_checkpoint_origin(checkpoint), key->name) &&
         is_ok(ed25519_verify(key->public_key, checkpoint->text, slice_from(checkpoint->signature, id.len)));
}

result ledger_checkpoint_latest(struct env *env, struct db_tx *tx, struct arena *arena,
                                struct ledger_checkpoint *ret_checkpoint) {
  (void)env;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found = db_row(
      tx, "SELECT text, signature, size FROM ledger_checkpoint WHERE signature IS NOT NULL ORDER BY size DESC LIMIT 1",
      DB_NO_ARGS, &rows);
  if (is_code(found, DB_NO_ROW)) {
    FAIL(LEDGER_NO_CHECKPOINT, "no checkpoint has been signed yet");
  }
  TRY(found);
  return ledger_checkpoint_read(&rows, db_int(&rows, 2), arena, ret_checkpoint);
}

/* What witnesses said of it, line by line. */
static result cosignatures_add(struct db_tx *tx, int64_t size, struct buf *note) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT line FROM ledger_cosignature WHERE size = $1 ORDER BY name", DB_ARGS(db_of_int(size)), &rows));
  while (db_rows_next(&rows)) {
    buf_append(note, db_text(&rows, 0));
  }
  return rows.status;
}

result ledger_checkpoint_note(struct db_tx *tx, const struct ledger_checkpoint *checkpoint, struct arena *arena, struct slice *ret_note) {
  struct buf note;
  struct slice origin = ledger_checkpoint_origin(checkpoint);
  buf_init(&note, arena, 1024);
  buf_append(&note, checkpoint->text);
  buf_printf(&note, "\n\xe2\x80\x94 %.*s %.*s\n", SLICE_ARG(origin), SLICE_ARG(base64_write(arena, checkpoint->signature)));
  TRY(cosignatures_add(tx, checkpoint->size, &note));
  *ret_note = buf_slice(&note);
  return OK;
}
