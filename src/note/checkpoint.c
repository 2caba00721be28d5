#include <inttypes.h>

#include "codec/base64.h"
#include "note/note.h"

enum { NUMBER_DIGITS_MAX = 18 };

result note_number_parse(struct slice digits, int64_t *ret_number) {
  int64_t number = 0;
  bool is_number = digits.len > 0 && digits.len <= NUMBER_DIGITS_MAX && (digits.len == 1 || digits.ptr[0] != '0');
  for (size_t i = 0; i < digits.len && is_number; i++) {
    is_number = digits.ptr[i] >= '0' && digits.ptr[i] <= '9';
    number = number * 10 + (digits.ptr[i] - '0');
  }
  if (!is_number) {
    FAIL(NOTE_SYNTAX, "not a whole number in its one form");
  }
  *ret_number = number;
  return OK;
}

result note_checkpoint_parse(struct slice text, struct note_checkpoint *ret_checkpoint) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct note_checkpoint checkpoint = {0};
  struct slice rest = text;
  struct slice root = {0};
  if (!slice_ends(text, S("\n"))) {
    FAIL(NOTE_SYNTAX, "a checkpoint ends without a newline");
  }
  checkpoint.origin = slice_cut(&rest, '\n');
  struct slice size = slice_cut(&rest, '\n');
  struct slice encoded = slice_cut(&rest, '\n');
  if (checkpoint.origin.len == 0 || !is_ok(base64_parse(encoded, &arena, &root)) || root.len != DIGEST_BYTES) {
    FAIL(NOTE_SYNTAX, "a checkpoint without origin or root");
  }
  TRY(note_number_parse(size, &checkpoint.size));
  memcpy(checkpoint.root, root.ptr, DIGEST_BYTES);
  checkpoint.has_extensions = rest.len > 0;
  while (rest.len > 0) {
    if (slice_cut(&rest, '\n').len == 0) { /* [tlog-checkpoint MUST] extension lines are not empty */
      FAIL(NOTE_SYNTAX, "an empty line in a checkpoint");
    }
  }
  *ret_checkpoint = checkpoint;
  return OK;
}

struct slice note_checkpoint_write(struct arena *arena, const struct note_checkpoint *checkpoint) {
  struct slice root = base64_write(arena, slice_of(checkpoint->root, DIGEST_BYTES));
  return arena_printf(arena, "%.*s\n%" PRId64 "\n%.*s\n", SLICE_ARG(checkpoint->origin), checkpoint->size, SLICE_ARG(root));
}
