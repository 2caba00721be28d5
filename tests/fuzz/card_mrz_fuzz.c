/* Any text as the zone of a card: what is read is written again as the same ninety characters. */
#include <stdlib.h>

#include "card/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { TODAY = 20779 }; /* 2026-11-22 */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct card_mrz mrz;
  struct card_mrz twice;
  struct card_fault fault = {0};
  struct slice again;
  struct slice third;
  if (!is_ok(card_mrz_parse(&arena, slice_of(bytes, len), TODAY, &mrz, &fault))) {
    return fault.code == 0 || fault.field >= CARD_FIELD_COUNT ? (abort(), 0) : 0;
  }
  if (!is_ok(card_mrz_write(&arena, &mrz, &again)) || !is_ok(card_mrz_parse(&arena, again, TODAY, &twice, &fault)) ||
      !is_ok(card_mrz_write(&arena, &twice, &third)) || !slice_eq(again, third)) {
    abort();
  }
  return 0;
}
