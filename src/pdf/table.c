/* Tables with a ruled grid. A row too tall for what is left of the page moves to the next; one taller than a page is
 * cut between lines; the heading row is repeated. */
#include "pdf/paper.h"

enum { COLUMNS_MAX = 8 };
static const struct pdf_style body = {PT(8.5), PT(12.25), false};
static const int32_t padding = PT(4);

struct row {
  struct pdf_lines cells[COLUMNS_MAX];
  int elements[COLUMNS_MAX];
  size_t height; /* lines of the tallest cell */
};

static void row_measure(const struct pdf_table *table, struct row *row) {
  row->height = 1;
  for (size_t i = 0; i < table->columns; i++) {
    row->height = row->cells[i].count > row->height ? row->cells[i].count : row->height;
  }
}

static struct pdf_lines break_cell(struct pdf_sheet *sheet, const struct pdf_table *table, size_t column,
                                   struct pdf_shaped shaped) {
  struct pdf_shaped *kept = ARENA_NEW(sheet->arena, struct pdf_shaped);
  *kept = shaped;
  return pdf_text_break(sheet->arena, kept, 1, pdf_ems_in(table->widths[column] - 2 * padding, body.size));
}

static void draw_grid(struct pdf_sheet *sheet, const struct pdf_table *table, int32_t upper, int32_t lower) {
  pdf_artifact_begin(sheet);
  buf_append(pdf_page_content(sheet), S("0.6 w 0.25 G "));
  pdf_rule_draw(sheet, sheet->left, upper, sheet->right, upper);
  pdf_rule_draw(sheet, sheet->left, lower, sheet->right, lower);
  int32_t x = sheet->left;
  for (size_t i = 0; i <= table->columns; i++) {
    pdf_rule_draw(sheet, x, upper, x, lower);
    x += i < table->columns ? table->widths[i] : 0;
  }
  pdf_mark_end(sheet);
}

static int32_t part_height(size_t lines) {
  return (int32_t)lines * body.leading + 2 * padding;
}

/* Lines [from, to) of every cell. elements[i] < 0: an artifact. */
static void draw_part(struct pdf_sheet *sheet, const struct pdf_table *table, const struct row *row, size_t from,
                      size_t to) {
  int32_t lower = sheet->y - part_height(to - from);
  int32_t x = sheet->left;
  for (size_t i = 0; i < table->columns; x += table->widths[i], i++) {
    if (from >= row->cells[i].count) {
      continue;
    }
    if (row->elements[i] >= 0) {
      pdf_mark_begin(sheet, row->elements[i]);
    } else {
      pdf_artifact_begin(sheet);
    }
    int32_t y = sheet->y - padding - body.leading * 4 / 5;
    for (size_t line = from; line < to && line < row->cells[i].count; line++, y -= body.leading) {
      pdf_line_draw(sheet, &row->cells[i], line, (struct pdf_point){x + padding, y}, &body);
    }
    pdf_mark_end(sheet);
  }
  draw_grid(sheet, table, sheet->y, lower);
  sheet->y = lower;
}

static size_t lines_left(const struct pdf_sheet *sheet) {
  int32_t room = sheet->y - sheet->bottom - 2 * padding;
  return room < body.leading ? 0 : (size_t)(room / body.leading);
}

static result page_with_heading(struct pdf_sheet *sheet, const struct pdf_table *table, struct row *heading) {
  TRY(pdf_page_add(sheet));
  for (size_t i = 0; i < table->columns; i++) {
    heading->elements[i] = -1; /* repeated headings are for the eye alone */
  }
  draw_part(sheet, table, heading, 0, heading->height);
  return OK;
}

static result draw_row(struct pdf_sheet *sheet, const struct pdf_table *table, struct row *heading,
                       const struct row *row) {
  size_t fresh = (size_t)((sheet->top - sheet->bottom - part_height(heading->height) - 2 * padding) / body.leading);
  if (row->height > lines_left(sheet) && (row->height <= fresh || lines_left(sheet) < 4)) {
    TRY(page_with_heading(sheet, table, heading));
  }
  size_t from = 0;
  for (;;) {
    size_t count = row->height - from < lines_left(sheet) ? row->height - from : lines_left(sheet);
    draw_part(sheet, table, row, from, from + count);
    from += count;
    if (from == row->height) {
      return OK;
    }
    TRY(page_with_heading(sheet, table, heading));
  }
}

static int add_row(struct pdf_sheet *sheet, const struct pdf_table *table, int parent, const char *cell,
                   struct row *row) {
  int element = pdf_element_add(sheet, "TR", parent);
  for (size_t i = 0; i < table->columns; i++) {
    row->elements[i] = pdf_element_add(sheet, cell, element);
    if (slice_is(S("TH"), cell)) {
      pdf_element_at(sheet, row->elements[i])->attributes = "<< /O /Table /Scope /Column >>";
    }
  }
  return element;
}

result pdf_table_draw(struct pdf_sheet *sheet, const struct pdf_table *table) {
  int element = pdf_element_add(sheet, "Table", 0);
  struct row heading = {0};
  (void)add_row(sheet, table, element, "TH", &heading);
  for (size_t i = 0; i < table->columns; i++) {
    heading.cells[i] = break_cell(sheet, table, i, pdf_sheet_phrase(sheet, table->headings[i]));
  }
  row_measure(table, &heading);
  TRY(pdf_page_room(sheet, part_height(heading.height) + part_height(2)));
  draw_part(sheet, table, &heading, 0, heading.height);
  for (size_t r = 0; r < table->rows; r++) {
    struct row row = {0};
    (void)add_row(sheet, table, element, "TD", &row);
    for (size_t i = 0; i < table->columns; i++) {
      struct pdf_shaped shaped;
      TRY(pdf_sheet_shape(sheet, PDF_REGULAR, table->cells[r * table->columns + i], &shaped));
      row.cells[i] = break_cell(sheet, table, i, shaped);
    }
    row_measure(table, &row);
    TRY(draw_row(sheet, table, &heading, &row));
  }
  return OK;
}
