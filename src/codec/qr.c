#include "codec/qr.h"

#include <qrencode.h>

#include "base/buf.h"

enum { QUIET_MODULES = 4, QR_BYTES_MAX = 2953 };

result qr_make(struct slice bytes, enum qr_level level, struct arena *arena, struct qr *ret_qr) {
  static const QRecLevel levels[] = {QR_ECLEVEL_L, QR_ECLEVEL_M, QR_ECLEVEL_Q, QR_ECLEVEL_H};
  if (bytes.len == 0 || bytes.len > QR_BYTES_MAX) {
    FAIL(CODEC_QR_TOO_LONG, "%zu bytes do not fit a QR code", bytes.len);
  }
  QRcode *code = QRcode_encodeData((int)bytes.len, bytes.ptr, 0, levels[level]);
  if (code == NULL) {
    FAIL(CODEC_QR_TOO_LONG, "%zu bytes do not fit a QR code at this level", bytes.len);
  }
  size_t count = (size_t)code->width * (size_t)code->width;
  uint8_t *modules = arena_alloc(arena, count);
  for (size_t i = 0; i < count; i++) {
    modules[i] = code->data[i] & 1; /* the higher bits are libqrencode's own notes */
  }
  *ret_qr = (struct qr){code->width, modules};
  QRcode_free(code);
  return OK;
}

static void append_xml_text(struct buf *out, struct slice text) {
  for (size_t i = 0; i < text.len; i++) {
    switch (text.ptr[i]) {
      case '&':
        buf_append_str(out, "&amp;");
        break;
      case '<':
        buf_append_str(out, "&lt;");
        break;
      case '>':
        buf_append_str(out, "&gt;");
        break;
      default:
        buf_append_byte(out, text.ptr[i]);
    }
  }
}

/* Dark runs of a row as one rectangle each. */
static void append_row(struct buf *out, const struct qr *qr, int row) {
  for (int column = 0; column < qr->size; column++) {
    if (!qr_is_dark(qr, row, column)) {
      continue;
    }
    int run = 1;
    while (column + run < qr->size && qr_is_dark(qr, row, column + run)) {
      run++;
    }
    buf_printf(out, "M%d %dh%dv1h-%dz", column + QUIET_MODULES, row + QUIET_MODULES, run, run);
    column += run;
  }
}

struct slice qr_svg(struct arena *arena, const struct qr *qr, struct slice title) {
  struct buf out;
  buf_init(&out, arena, 8192);
  int side = qr->size + 2 * QUIET_MODULES;
  buf_printf(&out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
             "shape-rendering=\"crispEdges\"><title>",
             side, side);
  append_xml_text(&out, title);
  buf_printf(&out, "</title><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path fill=\"#000\" d=\"", side, side);
  for (int row = 0; row < qr->size; row++) {
    append_row(&out, qr, row);
  }
  buf_append_str(&out, "\"/></svg>");
  return buf_slice(&out);
}
