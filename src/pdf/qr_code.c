#include "codec/qr.h"
#include "pdf/paper.h"

/* Runs of dark modules as rectangles in a box of `size` units, so that most numbers are short. */
static void put_modules(struct buf *out, const struct qr *qr) {
  for (int row = 0; row < qr->size; row++) {
    for (int column = 0; column < qr->size; column++) {
      int from = column;
      while (column < qr->size && qr_is_dark(qr, row, column)) {
        column++;
      }
      if (column == from) {
        continue;
      }
      pdf_put_integer(out, from);
      buf_append_byte(out, ' ');
      pdf_put_integer(out, qr->size - 1 - row);
      buf_append_byte(out, ' ');
      pdf_put_integer(out, column - from);
      buf_append(out, S(" 1 re\n"));
    }
  }
}

result pdf_qr_draw(struct pdf_sheet *sheet, struct slice text, int32_t x, int32_t y, int32_t side) {
  struct qr qr;
  TRY(qr_make(text, QR_MEDIUM, sheet->arena, &qr));
  int element = pdf_element_add(sheet, "Figure", 0);
  pdf_element_at(sheet, element)->alternative = arena_printf(sheet->arena, "Mã QR: %.*s", SLICE_ARG(text));
  pdf_mark_begin(sheet, element);
  struct buf *out = pdf_page_content(sheet);
  /* white ground for the reader, over the drum */
  buf_append(out, S("q 1 g "));
  PDF_PUT(out, x - PT(4), y - PT(4), side + PT(8), side + PT(8));
  buf_append(out, S("re f 0 g "));
  /* the scale needs more digits than hundredths have: side / size in ten-thousandths */
  int32_t scale = (int32_t)((int64_t)side * 100 / qr.size);
  for (int i = 0; i < 2; i++) {
    buf_printf(out, i == 0 ? "%d.%04d 0 0 " : "%d.%04d ", scale / 10000, scale % 10000);
  }
  PDF_PUT(out, x, y);
  buf_append(out, S("cm\n"));
  put_modules(out, &qr);
  buf_append(out, S("f Q\n"));
  pdf_mark_end(sheet);
  return OK;
}
