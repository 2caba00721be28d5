/* The pictures of signatures: the person's in blue, the agency's red stamp. [Decree 30/2020 Annex I II.7, II.8] */
#include <math.h>

#include "codec/utf8.h"
#include "pdf/paper.h"

/* Draws into a sheet of one page that becomes a form instead of a file. */
struct picture {
  struct pdf_sheet sheet;
  const struct pdf_appearance *appearance;
};

/* "2024-06-05T08:00:00+07:00" */
static struct slice time_words(struct arena *arena, int64_t instant_ms) {
  struct civil_date civil = clock_civil(clock_date_of(instant_ms));
  int32_t seconds = clock_ms_of_day(instant_ms) / 1000;
  return arena_printf(arena, "%04d-%02u-%02uT%02d:%02d:%02d+07:00", civil.year, civil.month, civil.day, seconds / 3600,
                      seconds / 60 % 60, seconds % 60);
}

/* Caption small, words below, wrapped; from the top of the column down. */
static result draw_item(struct picture *picture, enum pdf_phrase caption, enum pdf_face face, struct slice words,
                        int32_t width) {
  static const struct pdf_style small = {PT(6.5), PT(8.5), false};
  static const struct pdf_style style = {PT(8.5), PT(11), false};
  struct pdf_sheet *sheet = &picture->sheet;
  struct pdf_shaped shaped = pdf_sheet_phrase(sheet, caption);
  pdf_text_draw(sheet, &shaped, sheet->left, sheet->y - PT(7), &small);
  sheet->y -= small.leading;
  TRY(pdf_sheet_shape(sheet, face, words, &shaped));
  struct pdf_lines lines = pdf_text_break(sheet->arena, &shaped, 1, pdf_ems_in(width, style.size));
  for (size_t i = 0; i < lines.count && i < 3; i++) {
    pdf_line_draw(sheet, &lines, i, (struct pdf_point){sheet->left, sheet->y - PT(8.75)}, &style);
    sheet->y -= style.leading;
  }
  sheet->y -= PT(3);
  return OK;
}

/* Hundredths of a point, rounded; positions on a circle have no need of more. */
static int32_t round_length(double value) {
  return (int32_t)lround(value);
}

/* Text along a circle, each letter upright on it: upper rim clockwise, or lower rim anticlockwise. */
static void draw_on_circle(struct picture *picture, const struct pdf_shaped *text, int32_t radius, int32_t size,
                           bool lower) {
  struct buf *out = pdf_page_content(&picture->sheet);
  double total = pdf_text_width(text, size);
  double room = M_PI * radius * (lower ? 0.62 : 1.45); /* the part of the rim it may take */
  double shrink = total > room ? room / total : 1;
  double turn = lower ? 1 : -1;
  double angle = (lower ? -M_PI / 2 : M_PI / 2) - turn * total * shrink / radius / 2;
  buf_append(out, S("BT\n"));
  buf_append(out, text->face == PDF_BOLD ? S("/F2 ") : S("/F1 "));
  pdf_put_length(out, round_length(size * shrink));
  buf_append(out, S(" Tf\n"));
  for (size_t i = 0; i < text->count; i++) {
    double half = pdf_width_of(text->glyphs[i].advance, size) * shrink / radius / 2;
    double middle = angle + turn * half;
    double slant = lower ? middle + M_PI / 2 : middle - M_PI / 2;
    /* the letter's origin: half its width back along the tangent */
    double x = radius * cos(middle) - half * radius * cos(slant);
    double y = radius * sin(middle) - half * radius * sin(slant);
    buf_printf(out, "%.4f %.4f %.4f %.4f ", cos(slant), sin(slant), -sin(slant), cos(slant));
    PDF_PUT(out, round_length(x), round_length(y));
    buf_printf(out, "Tm <%04X> Tj\n", text->glyphs[i].id);
    angle += turn * 2 * half;
  }
  buf_append(out, S("ET\n"));
}

static void put_circle(struct buf *out, int32_t radius) {
  int32_t handle = (int32_t)((int64_t)radius * 5523 / 10000);
  PDF_PUT(out, radius, 0);
  buf_append(out, S("m "));
  PDF_PUT(out, radius, handle, handle, radius, 0, radius);
  buf_append(out, S("c "));
  PDF_PUT(out, -handle, radius, -radius, handle, -radius, 0);
  buf_append(out, S("c "));
  PDF_PUT(out, -radius, -handle, -handle, -radius, 0, -radius);
  buf_append(out, S("c "));
  PDF_PUT(out, handle, -radius, radius, -handle, radius, 0);
  buf_append(out, S("c S\n"));
}

static void put_star(struct buf *out, double radius) {
  for (int i = 0; i < 5; i++) {
    double angle = M_PI / 2 + i * 4 * M_PI / 5; /* every second corner: the pentagram, filled by the nonzero rule */
    PDF_PUT(out, round_length(radius * cos(angle)), round_length(radius * sin(angle)));
    buf_append(out, i == 0 ? S("m ") : S("l "));
  }
  buf_append(out, S("h f\n"));
}

/* The agency's name in the middle, in up to three lines under the star. */
static result draw_stamp_name(struct picture *picture, struct slice name, int32_t radius) {
  struct pdf_sheet *sheet = &picture->sheet;
  struct pdf_shaped shaped;
  TRY(pdf_sheet_shape(sheet, PDF_BOLD, name, &shaped));
  struct pdf_style style = {PT(6.5), PT(8), false};
  struct pdf_lines lines = pdf_text_balance(sheet->arena, &shaped, 1, pdf_ems_in(radius * 5 / 4, style.size));
  if (lines.count > 3) {
    style = (struct pdf_style){PT(4.5), PT(5.5), false};
    lines = pdf_text_balance(sheet->arena, &shaped, 1, pdf_ems_in(radius * 5 / 4, style.size));
  }
  int32_t y = PT(1) - style.leading;
  for (size_t i = 0; i < lines.count && i < 4; i++, y -= style.leading) {
    pdf_line_draw(sheet, &lines, i, (struct pdf_point){-pdf_width_of(lines.lines[i].ems, style.size) / 2, y}, &style);
  }
  return OK;
}

static result draw_stamp(struct picture *picture) {
  const struct pdf_appearance *appearance = picture->appearance;
  struct pdf_sheet *sheet = &picture->sheet;
  struct buf *out = pdf_page_content(sheet);
  int32_t radius = appearance->height / 2 - PT(1);
  int32_t inner = radius - PT(10);
  struct pdf_shaped rim;
  struct slice above = appearance->above.len > 0 ? appearance->above : pdf_phrase_text(PHRASE_STATE);
  struct slice name;
  TRY(utf8_upper(above, sheet->arena, &above));
  TRY(utf8_upper(appearance->name, sheet->arena, &name));
  TRY(pdf_sheet_shape(sheet, PDF_BOLD, above, &rim));
  buf_append(out, S("q 1 0 0 1 "));
  PDF_PUT(out, appearance->width - radius - PT(1), appearance->height / 2);
  buf_append(out, S("cm 0.80 0.07 0.10 rg 0.80 0.07 0.10 RG 1.6 w\n"));
  put_circle(out, radius - PT(1));
  buf_append(out, S("0.6 w\n"));
  put_circle(out, inner);
  draw_on_circle(picture, &rim, inner + PT(2.2), PT(6), false);
  buf_append(out, S("q 1 0 0 1 0 12 cm "));
  put_star(out, PT(8));
  buf_append(out, S("Q q 1 0 0 1 0 "));
  PDF_PUT(out, -(inner + radius) / 2 + PT(0.5));
  buf_append(out, S("cm "));
  put_star(out, PT(3));
  buf_append(out, S("Q\n"));
  TRY(draw_stamp_name(picture, name, inner));
  buf_append(pdf_page_content(sheet), S("Q\n"));
  return OK;
}

static result draw_person(struct picture *picture) {
  const struct pdf_appearance *appearance = picture->appearance;
  struct pdf_sheet *sheet = &picture->sheet;
  struct buf *out = pdf_page_content(sheet);
  /* the left part is the stamp's */
  enum { STAMP_PART = 3400 };
  buf_append(out, S("0.05 0.20 0.55 rg 0.05 0.20 0.55 RG 0.8 w\n"));
  pdf_rule_draw(sheet, STAMP_PART, PT(16), STAMP_PART, appearance->height - PT(12));
  sheet->left = STAMP_PART + PT(6);
  sheet->y = appearance->height - PT(13);
  int32_t width = appearance->width - sheet->left;
  TRY(draw_item(picture, PHRASE_SIGNED_BY, PDF_BOLD, appearance->name, width));
  return draw_item(picture, PHRASE_SIGNED_AT, PDF_REGULAR, time_words(sheet->arena, appearance->signed_at_ms), width);
}

static result draw_seal(struct picture *picture) {
  const struct pdf_appearance *appearance = picture->appearance;
  struct pdf_sheet *sheet = &picture->sheet;
  buf_append(pdf_page_content(sheet), S("0.80 0.07 0.10 rg\n"));
  sheet->left = 0;
  sheet->y = appearance->height - PT(13);
  int32_t width = appearance->width - appearance->height - PT(6);
  TRY(draw_item(picture, PHRASE_SEALED_BY, PDF_BOLD, appearance->name, width));
  TRY(draw_item(picture, PHRASE_SIGNED_AT, PDF_REGULAR, time_words(sheet->arena, appearance->signed_at_ms), width));
  return draw_stamp(picture);
}

result pdf_appearance_write(struct pdf_renderer *renderer, struct arena *arena, const struct pdf_appearance *appearance,
                            struct slice *ret_operators) {
  struct pdf_workspace *workspace = NULL;
  TRY(pdf_workspace_take(renderer, &workspace));
  struct picture picture = {.appearance = appearance};
  pdf_sheet_init(&picture.sheet, renderer, workspace, arena);
  result drawn = pdf_page_add(&picture.sheet);
  if (is_ok(drawn)) {
    drawn = appearance->kind == PDF_APPEARANCE_SEAL ? draw_seal(&picture) : draw_person(&picture);
  }
  if (is_ok(drawn)) {
    *ret_operators = pdf_deflate(workspace, arena, buf_slice(pdf_page_content(&picture.sheet)));
  }
  pdf_workspace_give(renderer, workspace);
  TRY(drawn);
  if (picture.sheet.wide && !appearance->wide) {
    FAIL(PDF_CHARACTER, "the document's fonts lack a letter of the signature's picture");
  }
  return OK;
}
