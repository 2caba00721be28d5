/* The one-stop shop's slips: one design for all of them, filled by the caller. Circular 01/2018/TT-VPCP, forms 01 to
 * 04. */
#include "pdf/paper.h"

struct layout {
  struct pdf_sheet sheet;
  const struct pdf_slip *slip;
  struct pdf_style text, small, title;
};

static result check(const struct pdf_slip *slip) {
  if (slip->row_count > PDF_ROWS_MAX || slip->opening_count > PDF_ROWS_MAX || slip->closing_count > PDF_ROWS_MAX) {
    FAIL(PDF_TOO_LONG, "%zu rows, %zu and %zu paragraphs", slip->row_count, slip->opening_count, slip->closing_count);
  }
  if (slice_empty(slip->agency) || slice_empty(slip->title) || slice_empty(slip->place) ||
      slip->issued_on == PDF_NO_DATE) {
    FAIL(PDF_CONTENT, "a slip needs agency, title, place and date");
  }
  return OK;
}

static void set_paper(struct layout *layout) {
  struct pdf_sheet *sheet = &layout->sheet;
  if (layout->slip->paper == PDF_A5) {
    sheet->width = PT(419.53);
    sheet->height = PT(595.28);
    sheet->left = PT(40);
    sheet->right = sheet->width - PT(32);
    layout->text = (struct pdf_style){PT(9), PT(13.5), false};
    layout->small = (struct pdf_style){PT(7.5), PT(11), false};
    layout->title = (struct pdf_style){PT(12), PT(17), false};
  } else {
    sheet->width = PT(595.28);
    sheet->height = PT(841.89);
    sheet->left = PT(80);
    sheet->right = sheet->width - PT(48);
    layout->text = (struct pdf_style){PT(10.5), PT(16.5), false};
    layout->small = (struct pdf_style){PT(8.5), PT(12.5), false};
    layout->title = (struct pdf_style){PT(14.5), PT(21), false};
  }
  sheet->top = sheet->height - layout->text.leading * 5 / 2;
  sheet->bottom = PT(50);
}

static result draw_paragraph(struct layout *layout, const char *type, enum pdf_face face, struct slice text,
                             enum pdf_align align) {
  if (slice_empty(text)) {
    return OK;
  }
  struct pdf_sheet *sheet = &layout->sheet;
  struct pdf_shaped shaped;
  TRY(pdf_sheet_shape(sheet, face, text, &shaped));
  struct pdf_column column = {sheet->left, sheet->right - sheet->left, align, 0};
  const struct pdf_style *style = slice_is(S("H1"), type) ? &layout->title : &layout->text;
  return pdf_paragraph_draw(sheet, pdf_element_add(sheet, type, 0), (struct pdf_spans){&shaped, 1}, &column, style);
}

static result draw_row(struct layout *layout, const struct pdf_row *row) {
  struct pdf_sheet *sheet = &layout->sheet;
  struct pdf_shaped spans[2];
  TRY(pdf_sheet_shape(sheet, PDF_REGULAR, arena_printf(sheet->arena, "%.*s: ", SLICE_ARG(row->label)), &spans[0]));
  TRY(pdf_sheet_shape(sheet, PDF_BOLD, row->value, &spans[1]));
  struct pdf_column column = {sheet->left, sheet->right - sheet->left, PDF_LEFT, layout->text.size};
  return pdf_paragraph_draw(sheet, pdf_element_add(sheet, "P", 0), (struct pdf_spans){spans, 2}, &column,
                            &layout->text);
}

/* QR to the left, post and name to the right, side by side. */
static result draw_foot(struct layout *layout) {
  const struct pdf_slip *slip = layout->slip;
  struct pdf_sheet *sheet = &layout->sheet;
  int32_t side = layout->text.leading * 5;
  TRY(pdf_page_room(sheet, side + layout->text.leading * 2));
  sheet->y -= layout->text.leading;
  int32_t top = sheet->y;
  if (slip->qr_text.len > 0) {
    TRY(pdf_qr_draw(sheet, slip->qr_text, sheet->left + PT(4), top - side, side));
  }
  int32_t width = (sheet->right - sheet->left) * 11 / 20;
  struct pdf_column column = {sheet->right - width, width, PDF_CENTRE, 0};
  const struct slice lines[] = {slip->signer_post, slip->signer_name};
  for (size_t i = 0; i < 2; i++) {
    if (lines[i].len > 0) {
      struct pdf_shaped shaped;
      TRY(pdf_sheet_shape(sheet, PDF_BOLD, lines[i], &shaped));
      TRY(pdf_paragraph_draw(sheet, pdf_element_add(sheet, "P", 0), (struct pdf_spans){&shaped, 1}, &column,
                             &layout->text));
    }
    sheet->y -= i == 0 ? layout->text.leading * 5 / 2 : 0;
  }
  sheet->y = sheet->y < top - side ? sheet->y : top - side;
  return OK;
}

static result write_paper(struct layout *layout, struct slice *ret_bytes) {
  const struct pdf_slip *slip = layout->slip;
  struct pdf_sheet *sheet = &layout->sheet;
  set_paper(layout);
  TRY(pdf_page_add(sheet));
  const struct pdf_letterhead letterhead = {slip->agency_above, slip->agency,    slip->number,
                                            slip->place,        slip->issued_on, slip->paper == PDF_A5};
  TRY(pdf_letterhead_draw(sheet, &letterhead));
  sheet->y -= layout->text.leading;
  TRY(draw_paragraph(layout, "H1", PDF_BOLD, slip->title, PDF_CENTRE));
  TRY(draw_paragraph(layout, "P", PDF_REGULAR, slip->subtitle, PDF_CENTRE));
  sheet->y -= layout->text.leading / 2;
  for (size_t i = 0; i < slip->opening_count; i++) {
    TRY(draw_paragraph(layout, "P", PDF_REGULAR, slip->opening[i], PDF_LEFT));
  }
  for (size_t i = 0; i < slip->row_count; i++) {
    TRY(draw_row(layout, &slip->rows[i]));
  }
  sheet->y -= slip->closing_count > 0 ? layout->text.leading / 3 : 0;
  for (size_t i = 0; i < slip->closing_count; i++) {
    TRY(draw_paragraph(layout, "P", PDF_REGULAR, slip->closing[i], PDF_LEFT));
  }
  TRY(draw_foot(layout));
  const struct pdf_paper_info info = {slip->title, slip->subtitle, slip->agency, slip->created_at_ms};
  struct slice footer = slip->subtitle.len > 0 ? slip->subtitle : slip->agency;
  return pdf_sheet_finish(sheet, &info, &(const struct pdf_footer){footer, false}, ret_bytes);
}

result pdf_slip_write(struct pdf_renderer *renderer, struct arena *arena, const struct pdf_slip *slip,
                      struct slice *ret_bytes) {
  TRY(check(slip));
  struct pdf_workspace *workspace = NULL;
  TRY(pdf_workspace_take(renderer, &workspace));
  struct layout layout = {.slip = slip};
  pdf_sheet_init(&layout.sheet, renderer, workspace, arena);
  result written = write_paper(&layout, ret_bytes);
  pdf_workspace_give(renderer, workspace);
  return written;
}
