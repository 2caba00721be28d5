/* Any bytes as a signed note, a checkpoint, a proof of inclusion, a verifier key and a witness's answer: what has one form is written back as it was read. */
#include "fuzz.h"
#include "note/note.h"

/* The text of a note has no control characters: with them it is no checkpoint's to write. */
static void read_checkpoint(struct slice text, bool is_text, struct arena *arena) {
  struct note_checkpoint checkpoint;
  if (!is_ok(note_checkpoint_parse(text, &checkpoint)) || !is_text) {
    return;
  }
  struct slice again = note_checkpoint_write(arena, &checkpoint);
  fuzz_check(checkpoint.has_extensions ? slice_starts(text, again) : slice_eq(again, text));
}

static void read_note(struct slice input, struct arena *arena) {
  static const char text[] = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  struct note note = {0};
  struct note_key key;
  fuzz_check(is_ok(note_key_parse(slice_str(text), arena, &key)));
  if (is_ok(note_parse(input, arena, &note))) {
    fuzz_check(note.count > 0 && note.count <= NOTE_SIGNATURES_MAX && note.text.len < input.len && note.text.ptr[note.text.len - 1] == '\n');
    (void)is_ok(note_check(&note, &key, NULL));
    read_checkpoint(note.text, true, arena);
  }
  note = (struct note){0};
  if (is_ok(note_lines_parse(input, arena, &note))) {
    fuzz_check(note.count > 0 && note.count <= NOTE_SIGNATURES_MAX && note.text.len == 0);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice input = slice_of(bytes, len);
  struct note_proof proof;
  struct note_key key;
  read_note(input, &arena);
  read_checkpoint(input, false, &arena);
  if (is_ok(note_proof_parse(input, &arena, &proof))) {
    fuzz_check(proof.hashes.len % DIGEST_BYTES == 0 && slice_eq(note_proof_write(&arena, &proof), input));
  }
  if (is_ok(note_key_parse(input, &arena, &key))) {
    fuzz_check(slice_eq(note_key_write(&arena, &key), input));
  }
  return 0;
}
