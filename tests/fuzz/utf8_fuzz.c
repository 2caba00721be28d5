/* Any bytes as text: normal form is stable, the search form is stable and free of what search must not see. */
#include <stdlib.h>

#include "codec/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice input = slice_of(bytes, len);
  struct slice once = {0};
  struct slice twice = {0};
  (void)utf8_mask_middle(&arena, input, 2, 2);
  (void)utf8_is_line(input);
  result normal = utf8_nfc(input, &arena, &once);
  if (is_ok(normal) != utf8_is_valid(input)) {
    abort();
  }
  if (!is_ok(normal)) {
    return 0;
  }
  if (!is_ok(utf8_nfc(once, &arena, &twice)) || !slice_eq(once, twice)) {
    abort();
  }
  if (!is_ok(utf8_search_fold(input, &arena, &once)) || !utf8_is_valid(once)) {
    abort();
  }
  return 0;
}
