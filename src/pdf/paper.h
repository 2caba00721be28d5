/* pdf/paper.h: a paper while it is laid out: pages, the structure tree, text and lines. (private to pdf/)
 *
 * Standard   ISO 32000-1 9.4 (text), 14.6 (marked content), 14.7 and 14.8 (structure).
 * Shapes     lengths are hundredths of a point, y upwards from the bottom edge. Whatever is drawn stands between a
 *            mark of a structure element or an artifact and its end.
 */
#pragma once
#include "pdf/render.h"
#include "pdf/writer.h"

#define PT(points) ((int32_t)((points)*100))

struct pdf_page {
  struct buf content;
  struct buf marked; /* int32_t each: the element of each marked content id */
};

/* A node of the structure tree; 0 is the Document. A leaf has marks, a group has children. */
struct pdf_element {
  const char *type;
  int parent;
  struct slice alternative; /* /Alt; empty: none */
  const char *attributes;   /* /A; NULL: none */
  struct buf marks;         /* struct pdf_mark each */
  int field;                /* 1 + index of the signature field it stands for; 0: none */
};
struct pdf_mark {
  int32_t page;
  int32_t id;
};

struct pdf_field {
  const char *name;
  const char *label;
  int32_t x, y, width, height;
  size_t page;
  int element;
};

struct pdf_line {
  size_t span, glyph;         /* first */
  size_t end_span, end_glyph; /* behind the last */
  int32_t ems;                /* width in thousandths of an em, without the space at the end */
};
struct pdf_lines {
  const struct pdf_shaped *spans;
  size_t span_count;
  struct pdf_line *lines;
  size_t count;
};

enum { PDF_FIELDS_MAX = 2 };

struct pdf_sheet {
  struct pdf_renderer *renderer;
  struct pdf_workspace *workspace;
  struct arena *arena;
  int32_t width, height;
  int32_t left, right, top, bottom; /* edges of the text, not margins */
  struct pdf_page *pages;
  size_t page_count;
  struct buf elements; /* struct pdf_element each */
  int element_count;
  struct pdf_field fields[PDF_FIELDS_MAX];
  size_t field_count;
  int32_t y; /* upper edge of what is still free */
  bool wide;
};

void pdf_sheet_init(struct pdf_sheet *sheet, struct pdf_renderer *renderer, struct pdf_workspace *workspace,
                    struct arena *arena);
MUST_USE result pdf_page_add(struct pdf_sheet *sheet);
/* Room for `height` below y, on a new page if need be. */
MUST_USE result pdf_page_room(struct pdf_sheet *sheet, int32_t height);
struct buf *pdf_page_content(struct pdf_sheet *sheet);

static inline struct pdf_element *pdf_element_at(const struct pdf_sheet *sheet, int element) {
  return &((struct pdf_element *)(void *)sheet->elements.ptr)[element];
}

int pdf_element_add(struct pdf_sheet *sheet, const char *type, int parent);
void pdf_mark_begin(struct pdf_sheet *sheet, int element);
void pdf_artifact_begin(struct pdf_sheet *sheet);
void pdf_mark_end(struct pdf_sheet *sheet);

/* Shapes; and remembers when the wide repertoire is needed. */
MUST_USE result pdf_sheet_shape(struct pdf_sheet *sheet, enum pdf_face face, struct slice text,
                                struct pdf_shaped *ret_shaped);
static inline struct pdf_shaped pdf_sheet_phrase(const struct pdf_sheet *sheet, enum pdf_phrase phrase) {
  return sheet->renderer->phrases[phrase];
}

/* Breaks spans that follow each other into lines at spaces; a word wider than a line is broken anywhere. */
struct pdf_lines pdf_text_break(struct arena *arena, const struct pdf_shaped *spans, size_t count, int32_t max_ems);
/* The same in the narrowest column that needs no more lines: lines of like length instead of a last word alone. */
struct pdf_lines pdf_text_balance(struct arena *arena, const struct pdf_shaped *spans, size_t count, int32_t max_ems);
static inline int32_t pdf_ems_in(int32_t width, int32_t size) {
  return (int32_t)((int64_t)width * 1000 / size);
}
static inline int32_t pdf_width_of(int32_t ems, int32_t size) {
  return (int32_t)((int64_t)ems * size / 1000);
}

/* How a text is set. */
struct pdf_style {
  int32_t size;
  int32_t leading;
  bool oblique; /* slanted regular: a third font file would cost 10 KB in each certificate */
};
enum pdf_align { PDF_LEFT, PDF_CENTRE };

struct pdf_point {
  int32_t x, y;
};
/* Texts that follow each other on a line. */
struct pdf_spans {
  const struct pdf_shaped *items;
  size_t count;
};

/* One line; its baseline begins at the point. */
void pdf_line_draw(struct pdf_sheet *sheet, const struct pdf_lines *lines, size_t index, struct pdf_point at,
                   const struct pdf_style *style);
/* One shaped text on one line. */
void pdf_text_draw(struct pdf_sheet *sheet, const struct pdf_shaped *text, int32_t x, int32_t y,
                   const struct pdf_style *style);
int32_t pdf_text_width(const struct pdf_shaped *text, int32_t size);

/* A paragraph from x to x + width below y, over pages if need be, marked as `element`. */
struct pdf_column {
  int32_t x, width;
  enum pdf_align align;
  int32_t hang; /* indent of all lines but the first */
};
MUST_USE result pdf_paragraph_draw(struct pdf_sheet *sheet, int element, struct pdf_spans spans,
                                   const struct pdf_column *column, const struct pdf_style *style);
/* A stroked line, 0.01 pt units; inside an artifact. */
void pdf_rule_draw(struct pdf_sheet *sheet, int32_t x1, int32_t y1, int32_t x2, int32_t y2);

/* The file: what every page has in common is added (background, footer), streams compressed, objects written. */
struct pdf_footer {
  struct slice text;
  bool background;
};
MUST_USE result pdf_sheet_finish(struct pdf_sheet *sheet, const struct pdf_paper_info *info,
                                 const struct pdf_footer *footer, struct slice *ret_bytes);

/* ---- parts of papers ---- */

struct pdf_letterhead {
  struct slice agency_above, agency, number, place;
  int32_t issued_on;
  bool small; /* A5 */
};
MUST_USE result pdf_letterhead_draw(struct pdf_sheet *sheet, const struct pdf_letterhead *letterhead);
/* "ngày 05 tháng 6 năm 2024" [Decree 30/2020 Annex I II.4: a nought before days under 10 and months 1 and 2] */
struct slice pdf_date_words(struct arena *arena, int32_t date);
/* A square of `side` with its lower left corner at x, y; marked as a figure with `alternative`. */
MUST_USE result pdf_qr_draw(struct pdf_sheet *sheet, struct slice text, int32_t x, int32_t y, int32_t side);

struct pdf_table {
  size_t columns;
  const int32_t *widths;           /* sum: the text's width */
  const enum pdf_phrase *headings; /* one a column */
  size_t rows;
  const struct slice *cells; /* row by row */
};
MUST_USE result pdf_table_draw(struct pdf_sheet *sheet, const struct pdf_table *table);
