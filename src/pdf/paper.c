/* Pages and the structure tree while a paper is laid out. */
#include "pdf/paper.h"

void pdf_sheet_init(struct pdf_sheet *sheet, struct pdf_renderer *renderer, struct pdf_workspace *workspace,
                    struct arena *arena) {
  *sheet = (struct pdf_sheet){.renderer = renderer, .workspace = workspace, .arena = arena};
  sheet->pages = ARENA_ARRAY(arena, struct pdf_page, PDF_PAGES_MAX);
  buf_init(&sheet->elements, arena, 64 * sizeof(struct pdf_element));
  (void)pdf_element_add(sheet, "Document", -1);
}

result pdf_page_add(struct pdf_sheet *sheet) {
  if (sheet->page_count == PDF_PAGES_MAX) {
    FAIL(PDF_TOO_LONG, "more than %d pages", PDF_PAGES_MAX);
  }
  struct pdf_page *page = &sheet->pages[sheet->page_count++];
  buf_init(&page->content, sheet->arena, 16 * 1024);
  buf_init(&page->marked, sheet->arena, 256);
  sheet->y = sheet->top;
  return OK;
}

result pdf_page_room(struct pdf_sheet *sheet, int32_t height) {
  if (sheet->y - height < sheet->bottom) {
    TRY(pdf_page_add(sheet));
  }
  return OK;
}

struct buf *pdf_page_content(struct pdf_sheet *sheet) {
  return &sheet->pages[sheet->page_count - 1].content;
}

int pdf_element_add(struct pdf_sheet *sheet, const char *type, int parent) {
  struct pdf_element element = {.type = type, .parent = parent};
  buf_init(&element.marks, sheet->arena, 0);
  buf_append(&sheet->elements, slice_of(&element, sizeof element));
  return sheet->element_count++;
}

void pdf_mark_begin(struct pdf_sheet *sheet, int element) {
  struct pdf_page *page = &sheet->pages[sheet->page_count - 1];
  int32_t number = element;
  struct pdf_mark mark = {(int32_t)sheet->page_count - 1, (int32_t)(page->marked.len / sizeof number)};
  buf_append(&page->marked, slice_of(&number, sizeof number));
  buf_append(&pdf_element_at(sheet, element)->marks, slice_of(&mark, sizeof mark));
  buf_append_byte(&page->content, '/');
  buf_append_str(&page->content, pdf_element_at(sheet, element)->type);
  buf_append(&page->content, S("<</MCID "));
  pdf_put_integer(&page->content, mark.id);
  buf_append(&page->content, S(">>BDC\n"));
}

void pdf_artifact_begin(struct pdf_sheet *sheet) {
  buf_append(pdf_page_content(sheet), S("/Artifact BMC\n"));
}

void pdf_mark_end(struct pdf_sheet *sheet) {
  buf_append(pdf_page_content(sheet), S("EMC\n"));
}

void pdf_rule_draw(struct pdf_sheet *sheet, int32_t x1, int32_t y1, int32_t x2, int32_t y2) {
  struct buf *out = pdf_page_content(sheet);
  PDF_PUT(out, x1, y1);
  buf_append(out, S("m "));
  PDF_PUT(out, x2, y2);
  buf_append(out, S("l S\n"));
}
