/* A proof somebody takes away: C2SP tlog-proof. */
#include "base/buf.h"
#include "codec/base64.h"
#include "note/note.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1"

enum { HASHES_MAX = 63 };

struct slice note_proof_write(struct arena *arena, const struct note_proof *proof) {
  struct buf out;
  buf_init(&out, arena, 1024);
  buf_append_str(&out, FIRST_LINE "\n");
  if (proof->extra.len > 0) {
    buf_printf(&out, "extra %.*s\n", SLICE_ARG(base64_write(arena, proof->extra)));
  }
  buf_printf(&out, "index %lld\n", (long long)proof->position);
  for (size_t at = 0; at < proof->hashes.len; at += DIGEST_BYTES) {
    buf_printf(&out, "%.*s\n", SLICE_ARG(base64_write(arena, slice_sub(proof->hashes, at, DIGEST_BYTES))));
  }
  buf_append_byte(&out, '\n');
  buf_append(&out, proof->checkpoint);
  return buf_slice(&out);
}

result note_hashes_parse(struct slice *rest, struct arena *arena, struct slice *ret_hashes) {
  struct buf hashes;
  buf_init(&hashes, arena, 32 * DIGEST_BYTES);
  while (rest->len > 0 && rest->ptr[0] != '\n') {
    struct slice hash = {0};
    if (!is_ok(base64_parse(slice_cut(rest, '\n'), arena, &hash)) || hash.len != DIGEST_BYTES ||
        hashes.len == (size_t)HASHES_MAX * DIGEST_BYTES) {
      FAIL(NOTE_SYNTAX, "not a list of at most %d hashes", HASHES_MAX);
    }
    buf_append(&hashes, hash);
  }
  *ret_hashes = buf_slice(&hashes);
  return OK;
}

result note_proof_parse(struct slice bytes, struct arena *arena, struct note_proof *ret_proof) {
  struct note_proof proof = {0};
  struct slice rest = bytes;
  if (!slice_is(slice_cut(&rest, '\n'), FIRST_LINE)) {
    FAIL(NOTE_SYNTAX, "not a proof: its first line is not %s", FIRST_LINE);
  }
  struct slice line = slice_cut(&rest, '\n');
  if (slice_starts(line, S("extra "))) {
    if (!is_ok(base64_parse(slice_from(line, 6), arena, &proof.extra)) || proof.extra.len == 0) { /* [tlog-proof Format] without data no line */
      FAIL(NOTE_SYNTAX, "a proof's extra line is not base64, or of nothing");
    }
    line = slice_cut(&rest, '\n');
  }
  if (!slice_starts(line, S("index "))) {
    FAIL(NOTE_SYNTAX, "a proof without its index");
  }
  TRY(note_number_parse(slice_from(line, 6), &proof.position));
  TRY(note_hashes_parse(&rest, arena, &proof.hashes));
  if (!slice_starts(rest, S("\n"))) {
    FAIL(NOTE_SYNTAX, "a proof without its checkpoint");
  }
  proof.checkpoint = slice_from(rest, 1);
  *ret_proof = proof;
  return OK;
}
