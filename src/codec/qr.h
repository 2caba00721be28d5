/* codec/qr.h: QR codes: a module matrix in the arena, and a drawing as SVG.
 * Standard   ISO/IEC 18004, byte mode, smallest version that holds the bytes (libqrencode).
 * Shapes     modules row by row, 1 dark, 0 light, without the quiet zone; lengths count bytes.
 * Errors     CODEC_QR_TOO_LONG (2,953 bytes at level L; 2,331 at M). */
#pragma once
#include "base/arena.h"
#include "codec/codec_error.h"

enum qr_level { QR_LOW, QR_MEDIUM, QR_QUARTILE, QR_HIGH };

struct qr {
  int size; /* modules a side, 21..177 */
  const uint8_t *modules;
};
static inline bool qr_is_dark(const struct qr *qr, int row, int column) {
  return qr->modules[row * qr->size + column] != 0;
}

MUST_USE result qr_make(struct slice bytes, enum qr_level level, struct arena *arena, struct qr *ret_qr);
/* A whole <svg> element, one path, four light modules around it [ISO18004 quiet zone]; scales to its box. `title` is
 * read by screen readers. */
struct slice qr_svg(struct arena *arena, const struct qr *qr, struct slice title);
