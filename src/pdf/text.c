/* Lines of text: breaking and drawing. */
#include "pdf/paper.h"

result pdf_sheet_shape(struct pdf_sheet *sheet, enum pdf_face face, struct slice text, struct pdf_shaped *ret_shaped) {
  struct pdf_shaped shaped;
  TRY(pdf_font_shape(&sheet->renderer->fonts[face], sheet->workspace->buffer, sheet->arena, text, &shaped));
  sheet->wide = sheet->wide || shaped.wide;
  *ret_shaped = shaped;
  return OK;
}

static bool is_space(const struct pdf_shaped *span, size_t glyph) {
  return span->text.ptr[span->glyphs[glyph].at] == ' ';
}

struct breaker {
  struct pdf_lines *out;
  int32_t ems; /* of the line so far */
  struct pdf_line line;
  struct pdf_line chance; /* the line if it were broken at the last space; end_span SIZE_MAX: no space yet */
  int32_t chance_ems;     /* of the line up to and with that space */
};

static void line_start(struct breaker *state, size_t span, size_t glyph, int32_t ems) {
  state->line = (struct pdf_line){.span = span, .glyph = glyph};
  state->chance.end_span = SIZE_MAX;
  state->ems = ems;
}

static void line_close(struct breaker *state, struct pdf_line line) {
  state->out->lines[state->out->count++] = line;
}

static void place_glyph(struct breaker *state, const struct pdf_shaped *spans, size_t span, size_t glyph,
                        int32_t max_ems) {
  int32_t advance = spans[span].glyphs[glyph].advance;
  bool space = is_space(&spans[span], glyph);
  bool first = state->line.span == span && state->line.glyph == glyph;
  if (!space && !first && state->ems + advance > max_ems) {
    if (state->chance.end_span != SIZE_MAX) {
      struct pdf_line chance = state->chance;
      int32_t carried = state->ems - state->chance_ems;
      line_close(state, chance);
      line_start(state, chance.end_span, chance.end_glyph, carried);
    } else {
      state->line.end_span = span;
      state->line.end_glyph = glyph;
      state->line.ems = state->ems;
      line_close(state, state->line);
      line_start(state, span, glyph, 0);
    }
  }
  if (space) {
    state->chance = state->line;
    state->chance.end_span = span;
    state->chance.end_glyph = glyph + 1;
    state->chance.ems = state->ems;
    state->chance_ems = state->ems + advance;
  }
  state->ems += advance;
}

struct pdf_lines pdf_text_break(struct arena *arena, const struct pdf_shaped *spans, size_t count, int32_t max_ems) {
  size_t glyphs = 0;
  int64_t total = 0;
  for (size_t i = 0; i < count; i++) {
    glyphs += spans[i].count;
    for (size_t j = 0; j < spans[i].count; j++) {
      total += spans[i].glyphs[j].advance;
    }
  }
  /* no line but the last is less than half full, save one broken before an over-long word: 2 * (total / max) + words
   * would do; a glyph a line is the safe bound when the column is absurdly narrow */
  size_t bound = (size_t)(total / (max_ems > 2 ? max_ems / 2 : 1)) + 2;
  bound = bound * 2 < glyphs + 1 ? bound * 2 : glyphs + 1;
  struct pdf_lines out = {spans, count, ARENA_ARRAY(arena, struct pdf_line, bound), 0};
  struct breaker state = {.out = &out};
  line_start(&state, 0, 0, 0);
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < spans[i].count; j++) {
      place_glyph(&state, spans, i, j, max_ems);
    }
  }
  state.line.end_span = count;
  state.line.end_glyph = 0;
  state.line.ems = state.ems;
  if (glyphs > 0) {
    line_close(&state, state.line);
  }
  return out;
}

static void put_glyph(struct buf *out, uint16_t id) {
  static const char digits[] = "0123456789ABCDEF";
  uint8_t *room = buf_extend(out, 4);
  room[0] = (uint8_t)digits[id >> 12];
  room[1] = (uint8_t)digits[(id >> 8) & 15];
  room[2] = (uint8_t)digits[(id >> 4) & 15];
  room[3] = (uint8_t)digits[id & 15];
}

static void put_glyphs(struct buf *out, const struct pdf_font *font, const struct pdf_glyph *glyphs, size_t count) {
  buf_append(out, S("[<"));
  for (size_t i = 0; i < count; i++) {
    put_glyph(out, glyphs[i].id);
    int kern = font->advance[glyphs[i].id] - glyphs[i].advance;
    if (kern != 0 && i + 1 < count) {
      buf_append_byte(out, '>');
      pdf_put_integer(out, kern);
      buf_append_byte(out, '<');
    }
  }
  buf_append(out, S(">]TJ\n"));
}

static void put_start(struct buf *out, int32_t x, int32_t y, bool oblique) {
  buf_append(out, oblique ? S("BT\n1 0 .2126 1 ") : S("BT\n1 0 0 1 "));
  PDF_PUT(out, x, y);
  buf_append(out, S("Tm\n"));
}

static void put_font(struct buf *out, enum pdf_face face, int32_t size) {
  buf_append(out, face == PDF_BOLD ? S("/F2 ") : S("/F1 "));
  pdf_put_length(out, size);
  buf_append(out, S(" Tf "));
}

void pdf_line_draw(struct pdf_sheet *sheet, const struct pdf_lines *lines, size_t index, struct pdf_point at,
                   const struct pdf_style *style) {
  const struct pdf_line *line = &lines->lines[index];
  struct buf *out = pdf_page_content(sheet);
  put_start(out, at.x, at.y, style->oblique);
  for (size_t span = line->span; span <= line->end_span && span < lines->span_count; span++) {
    const struct pdf_shaped *shaped = &lines->spans[span];
    size_t from = span == line->span ? line->glyph : 0;
    size_t to = span == line->end_span ? line->end_glyph : shaped->count;
    if (from < to) {
      put_font(out, shaped->face, style->size);
      put_glyphs(out, &sheet->renderer->fonts[shaped->face], shaped->glyphs + from, to - from);
    }
  }
  buf_append(out, S("ET\n"));
}

void pdf_text_draw(struct pdf_sheet *sheet, const struct pdf_shaped *text, int32_t x, int32_t y,
                   const struct pdf_style *style) {
  struct buf *out = pdf_page_content(sheet);
  put_start(out, x, y, style->oblique);
  put_font(out, text->face, style->size);
  put_glyphs(out, &sheet->renderer->fonts[text->face], text->glyphs, text->count);
  buf_append(out, S("ET\n"));
}

int32_t pdf_text_width(const struct pdf_shaped *text, int32_t size) {
  int32_t ems = 0;
  for (size_t i = 0; i < text->count; i++) {
    ems += text->glyphs[i].advance;
  }
  return pdf_width_of(ems, size);
}

struct pdf_lines pdf_text_balance(struct arena *arena, const struct pdf_shaped *spans, size_t count, int32_t max_ems) {
  struct pdf_lines lines = pdf_text_break(arena, spans, count, max_ems);
  int32_t low = max_ems / 2;
  int32_t high = max_ems;
  while (lines.count > 1 && high - low > 500) { /* to half an em */
    int32_t middle = low + (high - low) / 2;
    struct pdf_lines narrower = pdf_text_break(arena, spans, count, middle);
    if (narrower.count == lines.count) {
      lines = narrower;
      high = middle;
    } else {
      low = middle;
    }
  }
  return lines;
}

result pdf_paragraph_draw(struct pdf_sheet *sheet, int element, struct pdf_spans spans, const struct pdf_column *column,
                          const struct pdf_style *style) {
  int32_t max_ems = pdf_ems_in(column->width - column->hang, style->size);
  struct pdf_lines lines = column->align == PDF_CENTRE
                               ? pdf_text_balance(sheet->arena, spans.items, spans.count, max_ems)
                               : pdf_text_break(sheet->arena, spans.items, spans.count, max_ems);
  bool marked = false;
  for (size_t i = 0; i < lines.count; i++) {
    size_t page = sheet->page_count;
    if (marked && sheet->y - style->leading < sheet->bottom) {
      pdf_mark_end(sheet);
      marked = false;
    }
    TRY(pdf_page_room(sheet, style->leading));
    if (!marked || page != sheet->page_count) {
      pdf_mark_begin(sheet, element);
      marked = true;
    }
    int32_t x = column->x + (i > 0 ? column->hang : 0);
    if (column->align == PDF_CENTRE) {
      x = column->x + (column->width - pdf_width_of(lines.lines[i].ems, style->size)) / 2;
    }
    /* the baseline lies four fifths down the line's height */
    pdf_line_draw(sheet, &lines, i, (struct pdf_point){x, sheet->y - style->leading * 4 / 5}, style);
    sheet->y -= style->leading;
  }
  if (marked) {
    pdf_mark_end(sheet);
  }
  return OK;
}
