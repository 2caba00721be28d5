#include "ledger/checkpoint.h"

#include <inttypes.h>

#include "base/buf.h"
#include "codec/base64.h"

enum { SIZE_DIGITS_MAX = 15 };

/* The log's name: a URL without its scheme, and without what a note's key name must not contain. */
static struct slice origin_of(struct env *env, struct arena *arena) {
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

struct slice ledger_checkpoint_text(struct env *env, struct arena *arena, uint64_t size,
                                    const uint8_t root[static DIGEST_BYTES]) {
  struct slice origin = origin_of(env, arena);
  struct slice encoded = base64_write(arena, slice_of(root, DIGEST_BYTES));
  return arena_printf(arena, "%.*s\n%" PRIu64 "\n%.*s\n", SLICE_ARG(origin), size, SLICE_ARG(encoded));
}

static result size_parse(struct slice line, int64_t *ret_size) {
  int64_t size = 0;
  bool is_number = line.len > 0 && line.len <= SIZE_DIGITS_MAX && (line.len == 1 || line.ptr[0] != '0');
  for (size_t i = 0; i < line.len && is_number; i++) {
    is_number = line.ptr[i] >= '0' && line.ptr[i] <= '9';
    size = size * 10 + (line.ptr[i] - '0');
  }
  if (!is_number) {
    FAIL(LEDGER_SYNTAX, "a checkpoint's second line is not a size");
  }
  *ret_size = size;
  return OK;
}

result ledger_checkpoint_parse(struct slice text, struct arena *arena, struct ledger_checkpoint *ret_checkpoint) {
  struct slice rest = text;
  struct slice origin = slice_cut(&rest, '\n');
  struct slice size = slice_cut(&rest, '\n');
  struct slice encoded = slice_cut(&rest, '\n');
  struct slice root = {0};
  if (origin.len == 0 || rest.len != 0 || text.len != origin.len + size.len + encoded.len + 3) {
    FAIL(LEDGER_SYNTAX, "a checkpoint is not three lines");
  }
  struct ledger_checkpoint checkpoint = {.text = text};
  TRY(size_parse(size, &checkpoint.size));
  if (!is_ok(base64_parse(encoded, arena, &root)) || root.len != DIGEST_BYTES) {
    FAIL(LEDGER_SYNTAX, "a checkpoint's third line is not a root");
  }
  memcpy(checkpoint.root, root.ptr, DIGEST_BYTES);
  *ret_checkpoint = checkpoint;
  return OK;
}

result ledger_checkpoint_read(const struct db_rows *rows, int64_t size, struct arena *arena,
                              struct ledger_checkpoint *ret_checkpoint) {
  struct ledger_checkpoint checkpoint = {0};
  TRY(ledger_checkpoint_parse(db_text_copy(rows, 0, arena), arena, &checkpoint));
  if (checkpoint.size != size) {
    FAIL(LEDGER_SYNTAX, "the checkpoint at %" PRId64 " says %" PRId64, size, checkpoint.size);
  }
  checkpoint.signature = db_bytes_copy(rows, 1, arena);
  *ret_checkpoint = checkpoint;
  return OK;
}

bool ledger_is_checkpoint_signed(const struct ledger_checkpoint *checkpoint, const struct key *key) {
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(checkpoint->text, digest);
  return checkpoint->signature.len > 0 && is_ok(key_verify(key, digest, checkpoint->signature));
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

struct slice ledger_checkpoint_write(struct arena *arena, const struct ledger_checkpoint *checkpoint,
                                     struct slice public_key) {
  uint8_t key_digest[DIGEST_BYTES];
  digest_sha256(public_key,
                key_digest); /* signed-note: of an ECDSA key, the id is the SHA-256 of its SPKI, cut to four bytes */
  struct buf signature;
  buf_init(&signature, arena, 4 + checkpoint->signature.len);
  buf_append(&signature, slice_of(key_digest, 4));
  buf_append(&signature, checkpoint->signature);
  struct slice encoded = base64_write(arena, buf_slice(&signature));
  struct slice rest = checkpoint->text;
  struct slice origin = slice_cut(&rest, '\n');
  return arena_printf(arena, "%.*s\n\xe2\x80\x94 %.*s %.*s\n", SLICE_ARG(checkpoint->text), SLICE_ARG(origin),
                      SLICE_ARG(encoded));
}
