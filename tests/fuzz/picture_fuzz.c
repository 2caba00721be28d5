/* Any bytes as a picture: what is let in keeps its size, carries nothing beside what is seen (a second cleaning finds nothing to drop), and
 * is not longer than what came but for the segment that says how it was held. */
#include <stdlib.h>

#include "evidence/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(struct arena *arena, struct slice given, struct slice clean) {
  enum { HELD_BYTES = 36 };
  struct evidence_picture before;
  struct evidence_picture after;
  struct slice again;
  if (!is_ok(evidence_picture_read(given, &before)) || !is_ok(evidence_picture_read(clean, &after)) || before.width != after.width ||
      before.height != after.height || !is_ok(evidence_picture_clean(clean, arena, &again)) || !slice_eq(again, clean) || clean.len > given.len + HELD_BYTES) {
    abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice clean;
  if (is_ok(evidence_picture_clean(slice_of(bytes, len), &arena, &clean))) {
    check(&arena, slice_of(bytes, len), clean);
  }
  return 0;
}
