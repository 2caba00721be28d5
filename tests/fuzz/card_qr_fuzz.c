/* Any text as a card's QR code: what is read is written, and reads the same. */
#include <stdlib.h>

#include "card/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct card_qr qr;
  struct card_qr twice;
  struct card_fault fault = {0};
  struct slice again;
  struct slice third;
  if (!is_ok(card_qr_parse(&arena, slice_of(bytes, len), &qr, &fault))) {
    return fault.code == 0 || fault.field >= CARD_FIELD_COUNT ? (abort(), 0) : 0;
  }
  if (!is_ok(card_qr_write(&arena, &qr, &again)) || !is_ok(card_qr_parse(&arena, again, &twice, &fault)) ||
      !is_ok(card_qr_write(&arena, &twice, &third)) || !slice_eq(again, third)) {
    abort();
  }
  return 0;
}
