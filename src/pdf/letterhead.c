/* The head of every official paper, and the words of a date. Layout after Decree 30/2020/ND-CP, annex I. */
#include "pdf/paper.h"

struct slice pdf_date_words(struct arena *arena, int32_t date) {
  struct civil_date civil = clock_civil(date);
  return arena_printf(arena, civil.month < 3 ? "ngày %02u tháng %02u năm %d" : "ngày %02u tháng %u năm %d", civil.day,
                      civil.month, civil.year);
}

static result draw_block(struct pdf_sheet *sheet, const struct pdf_shaped *text, const struct pdf_column *column,
                         const struct pdf_style *style) {
  if (text->count == 0) {
    return OK;
  }
  return pdf_paragraph_draw(sheet, pdf_element_add(sheet, "P", 0), (struct pdf_spans){text, 1}, column, style);
}

/* A line under a centred text, `width` long. */
static void draw_under(struct pdf_sheet *sheet, const struct pdf_column *column, int32_t width) {
  int32_t from = column->x + (column->width - width) / 2;
  pdf_artifact_begin(sheet);
  buf_append(pdf_page_content(sheet), S("0.7 w 0 G "));
  pdf_rule_draw(sheet, from, sheet->y - PT(3), from + width, sheet->y - PT(3));
  pdf_mark_end(sheet);
}

result pdf_letterhead_draw(struct pdf_sheet *sheet, const struct pdf_letterhead *letterhead) {
  const struct pdf_style *style = letterhead->small ? &(const struct pdf_style){PT(7.5), PT(11), false}
                                                    : &(const struct pdf_style){PT(10), PT(15), false};
  const struct pdf_style slanted = {style->size, style->leading, true};
  int32_t all = sheet->right - sheet->left;
  struct pdf_column left = {sheet->left, all * 41 / 100, PDF_CENTRE, 0};
  struct pdf_column right = {sheet->left + all * 44 / 100, all * 56 / 100, PDF_CENTRE, 0};
  struct pdf_shaped above;
  struct pdf_shaped agency;
  struct pdf_shaped number;
  struct pdf_shaped date;
  TRY(pdf_sheet_shape(sheet, PDF_REGULAR, letterhead->agency_above, &above));
  TRY(pdf_sheet_shape(sheet, PDF_BOLD, letterhead->agency, &agency));
  struct slice number_text =
      letterhead->number.len > 0 ? arena_printf(sheet->arena, "Số: %.*s", SLICE_ARG(letterhead->number)) : S("");
  TRY(pdf_sheet_shape(sheet, PDF_REGULAR, number_text, &number));
  struct slice day = pdf_date_words(sheet->arena, letterhead->issued_on);
  TRY(pdf_sheet_shape(sheet, PDF_REGULAR,
                      arena_printf(sheet->arena, "%.*s, %.*s", SLICE_ARG(letterhead->place), SLICE_ARG(day)), &date));
  struct pdf_shaped state = pdf_sheet_phrase(sheet, PHRASE_STATE);
  struct pdf_shaped motto = pdf_sheet_phrase(sheet, PHRASE_MOTTO);
  int32_t top = sheet->y;
  TRY(draw_block(sheet, &above, &left, style));
  TRY(draw_block(sheet, &agency, &left, style));
  draw_under(sheet, &left, left.width * 2 / 5);
  sheet->y -= style->leading * 2 / 3;
  TRY(draw_block(sheet, &number, &left, style));
  int32_t left_end = sheet->y;
  sheet->y = top;
  TRY(draw_block(sheet, &state, &right, style));
  TRY(draw_block(sheet, &motto, &right, style));
  draw_under(sheet, &right, pdf_text_width(&motto, style->size));
  sheet->y -= style->leading * 2 / 3;
  TRY(draw_block(sheet, &date, &right, &slanted));
  sheet->y = sheet->y < left_end ? sheet->y : left_end;
  return OK;
}
