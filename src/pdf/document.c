/* From a laid-out paper to the file: behind the front (front.c) the pages, structure and fields, catalog and trailer. */
#include "crypto/digest.h"
#include "pdf/paper.h"

/* Object numbers of one file beyond the fixed ones of render.h. Arrays are reserved in one go: element i is first + i. */
struct numbers {
  int first_page, first_content, first_element, first_field;
};

struct document {
  struct pdf_sheet *sheet;
  struct pdf_writer writer;
  struct numbers at;
};

static int reserve_many(struct pdf_writer *writer, size_t count) {
  int first = writer->count;
  for (size_t i = 0; i < count; i++) {
    (void)pdf_writer_reserve(writer);
  }
  return first;
}

static void put_reference(struct buf *out, const char *before, int number) {
  buf_append_str(out, before);
  pdf_put_integer(out, number);
  buf_append(out, S(" 0 R"));
}

static void write_page(struct document *document, size_t index) {
  struct pdf_sheet *sheet = document->sheet;
  struct pdf_writer *writer = &document->writer;
  const struct numbers *at = &document->at;
  struct buf *out = pdf_writer_begin(writer, at->first_page + (int)index);
  put_reference(out, "<< /Type /Page /Parent ", PDF_OBJECT_PAGES);
  buf_append(out, S(" /MediaBox [0 0 "));
  PDF_PUT(out, sheet->width, sheet->height);
  put_reference(out, "] /Resources << /Font << /F1 ", pdf_object_font(PDF_REGULAR));
  put_reference(out, " /F2 ", pdf_object_font(PDF_BOLD));
  put_reference(out, " >> /XObject << /Bg ", PDF_OBJECT_BACKGROUND);
  put_reference(out, " >> >> /Contents ", at->first_content + (int)index);
  buf_append(out, S(" /StructParents "));
  pdf_put_integer(out, (int64_t)index);
  buf_append(out, S(" /Tabs /S"));
  bool has_field = false;
  for (size_t i = 0; i < sheet->field_count; i++) {
    if (sheet->fields[i].page == index) {
      put_reference(out, has_field ? " " : " /Annots [", at->first_field + (int)i);
      has_field = true;
    }
  }
  buf_append(out, has_field ? S("] >>") : S(" >>"));
  pdf_writer_end(writer);
  struct slice content = buf_slice(&sheet->pages[index].content);
  pdf_writer_stream(writer, at->first_content + (int)index, S("/Filter /FlateDecode"),
                    pdf_deflate(sheet->workspace, sheet->arena, content));
}

/* An empty signature field: sign/ adds /V and puts another appearance. [ISO 19005-2 6.3.3] even an empty one has an
 * appearance. */
static void write_field(struct document *document, size_t index) {
  enum { PRINT_AND_LOCKED = 4 + 128 };
  const struct pdf_field *field = &document->sheet->fields[index];
  const struct numbers *at = &document->at;
  struct buf *out = pdf_writer_begin(&document->writer, at->first_field + (int)index);
  buf_printf(out, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (%s) /TU ", field->name);
  pdf_put_text(out, slice_str(field->label));
  buf_append(out, S(" /Rect ["));
  PDF_PUT(out, field->x, field->y, field->x + field->width, field->y + field->height);
  put_reference(out, "] /P ", at->first_page + (int)field->page);
  buf_printf(out, " /F %d /StructParent %zu", PRINT_AND_LOCKED, document->sheet->page_count + index);
  put_reference(out, " /AP << /N ", PDF_OBJECT_BLANK);
  buf_append(out, S(" >> >>"));
  pdf_writer_end(&document->writer);
}

static void put_marks(struct document *document, struct buf *out, const struct pdf_element *element) {
  const struct pdf_mark *marks = (const struct pdf_mark *)(const void *)element->marks.ptr;
  size_t count = element->marks.len / sizeof *marks;
  for (size_t i = 0; i < count; i++) {
    if (marks[i].page == marks[0].page) {
      buf_append_byte(out, ' ');
      pdf_put_integer(out, marks[i].id);
    } else {
      put_reference(out, " << /Type /MCR /Pg ", document->at.first_page + marks[i].page);
      buf_append(out, S(" /MCID "));
      pdf_put_integer(out, marks[i].id);
      buf_append(out, S(" >>"));
    }
  }
}

static void write_element(struct document *document, int index, const int *first_child, const int *next_sibling) {
  const struct numbers *at = &document->at;
  const struct pdf_element *element = pdf_element_at(document->sheet, index);
  struct buf *out = pdf_writer_begin(&document->writer, at->first_element + index);
  buf_append(out, S("<< /Type /StructElem /S /"));
  buf_append_str(out, element->type);
  put_reference(out, " /P ", element->parent < 0 ? PDF_OBJECT_STRUCTURE : at->first_element + element->parent);
  if (element->attributes != NULL) {
    buf_append(out, S(" /A "));
    buf_append_str(out, element->attributes);
  }
  if (element->alternative.len > 0) {
    buf_append(out, S(" /Alt "));
    pdf_put_text(out, element->alternative);
  }
  if (element->marks.len > 0) {
    const struct pdf_mark *first = (const struct pdf_mark *)(const void *)element->marks.ptr;
    put_reference(out, " /Pg ", at->first_page + first->page);
  }
  if (element->field > 0) {
    /* alone and not in an array: where pyHanko looks for a field that a later signature may fill in */
    const struct pdf_field *field = &document->sheet->fields[element->field - 1];
    put_reference(out, " /K << /Type /OBJR /Obj ", at->first_field + element->field - 1);
    put_reference(out, " /Pg ", at->first_page + (int)field->page);
    buf_append(out, S(" >> >>"));
  } else {
    buf_append(out, S(" /K ["));
    put_marks(document, out, element);
    for (int child = first_child[index]; child >= 0; child = next_sibling[child]) {
      put_reference(out, " ", at->first_element + child);
    }
    buf_append(out, S(" ] >>"));
  }
  pdf_writer_end(&document->writer);
}

static void write_parent_tree(struct document *document) {
  struct pdf_sheet *sheet = document->sheet;
  struct buf *out = pdf_writer_begin(&document->writer, PDF_OBJECT_PARENTS);
  buf_append(out, S("<< /Nums ["));
  for (size_t page = 0; page < sheet->page_count; page++) {
    const int32_t *marked = (const int32_t *)(const void *)sheet->pages[page].marked.ptr;
    buf_append_byte(out, ' ');
    pdf_put_integer(out, (int64_t)page);
    buf_append(out, S(" ["));
    for (size_t i = 0; i < sheet->pages[page].marked.len / sizeof *marked; i++) {
      put_reference(out, i == 0 ? "" : " ", document->at.first_element + marked[i]);
    }
    buf_append_byte(out, ']');
  }
  for (size_t field = 0; field < sheet->field_count; field++) {
    buf_append_byte(out, ' ');
    pdf_put_integer(out, (int64_t)(sheet->page_count + field));
    put_reference(out, " ", document->at.first_element + sheet->fields[field].element);
  }
  buf_append(out, S(" ] >>"));
  pdf_writer_end(&document->writer);
}

static void write_structure(struct document *document) {
  struct pdf_sheet *sheet = document->sheet;
  size_t count = (size_t)sheet->element_count;
  int *first_child = ARENA_ARRAY(sheet->arena, int, count);
  int *next_sibling = ARENA_ARRAY(sheet->arena, int, count);
  memset(first_child, -1, count * sizeof *first_child);
  memset(next_sibling, -1, count * sizeof *next_sibling);
  for (int element = sheet->element_count - 1; element > 0; element--) { /* backwards: lists come out in order */
    int parent = pdf_element_at(sheet, element)->parent;
    next_sibling[element] = first_child[parent];
    first_child[parent] = element;
  }
  struct buf *out = pdf_writer_begin(&document->writer, PDF_OBJECT_STRUCTURE);
  put_reference(out, "<< /Type /StructTreeRoot /K ", document->at.first_element);
  put_reference(out, " /ParentTree ", PDF_OBJECT_PARENTS);
  buf_append(out, S(" /ParentTreeNextKey "));
  pdf_put_integer(out, (int64_t)(sheet->page_count + sheet->field_count));
  buf_append(out, S(" >>"));
  pdf_writer_end(&document->writer);
  write_parent_tree(document);
  for (int element = 0; element < sheet->element_count; element++) {
    write_element(document, element, first_child, next_sibling);
  }
}

static void write_catalog(struct document *document, const struct pdf_paper_info *info) {
  struct pdf_sheet *sheet = document->sheet;
  const struct numbers *at = &document->at;
  struct buf *out = pdf_writer_begin(&document->writer, PDF_OBJECT_CATALOG);
  put_reference(out, "<< /Type /Catalog /Pages ", PDF_OBJECT_PAGES);
  put_reference(out, " /Metadata ", PDF_OBJECT_METADATA);
  put_reference(out, " /StructTreeRoot ", PDF_OBJECT_STRUCTURE);
  put_reference(
      out,
      " /MarkInfo << /Marked true >> /Lang (vi-VN) /ViewerPreferences << /DisplayDocTitle true >> /OutputIntents [",
      PDF_OBJECT_INTENT);
  buf_append_byte(out, ']');
  for (size_t i = 0; i < sheet->field_count; i++) {
    put_reference(out, i == 0 ? " /AcroForm << /Fields [" : " ", at->first_field + (int)i);
  }
  buf_append(out, sheet->field_count > 0 ? S("] /SigFlags 3 >> >>") : S(" >>"));
  pdf_writer_end(&document->writer);
  (void)pdf_writer_begin(&document->writer, PDF_OBJECT_INFO);
  buf_append(out, S("<< /Title "));
  pdf_put_text(out, info->title);
  buf_append(out, S(" /Subject "));
  pdf_put_text(out, info->subject);
  buf_append(out, S(" /Author "));
  pdf_put_text(out, info->author);
  buf_append(out, S(" /Creator (Danh) /Producer (Danh) /CreationDate "));
  pdf_put_date(out, info->created_at_ms);
  buf_append(out, S(" /ModDate "));
  pdf_put_date(out, info->created_at_ms);
  buf_append(out, S(" >>"));
  pdf_writer_end(&document->writer);
  (void)pdf_writer_begin(&document->writer, PDF_OBJECT_PAGES);
  buf_append(out, S("<< /Type /Pages /Count "));
  pdf_put_integer(out, (int64_t)sheet->page_count);
  for (size_t i = 0; i < sheet->page_count; i++) {
    put_reference(out, i == 0 ? " /Kids [" : " ", at->first_page + (int)i);
  }
  buf_append(out, S("] >>"));
  pdf_writer_end(&document->writer);
}

static result finish_pages(struct pdf_sheet *sheet, const struct pdf_footer *footer) {
  enum { DRUM = 36000 };
  static const struct pdf_style small = {PT(7.5), PT(10), false};
  for (size_t i = 0; i < sheet->page_count; i++) {
    struct pdf_sheet page = *sheet;
    page.page_count = i + 1; /* so that drawing goes to this page */
    struct pdf_shaped text;
    struct pdf_shaped number;
    TRY(pdf_sheet_shape(sheet, PDF_REGULAR, footer->text, &text));
    TRY(pdf_sheet_shape(sheet, PDF_REGULAR, arena_printf(sheet->arena, "Trang %zu/%zu", i + 1, sheet->page_count),
                        &number));
    struct buf body = sheet->pages[i].content;
    buf_init(&sheet->pages[i].content, sheet->arena, body.len + 1024);
    struct buf *out = pdf_page_content(&page);
    if (footer->background) { /* first, so that it lies behind */
      buf_append(out, S("/Artifact BMC q "));
      int32_t side = sheet->width < DRUM + DRUM / 4 ? sheet->width * 4 / 5 : DRUM;
      pdf_put_length(out, side / 1000);
      buf_append(out, S(" 0 0 "));
      PDF_PUT(out, side / 1000, (sheet->width - side) / 2, (sheet->height - side) / 2);
      buf_append(out, S("cm /Bg Do Q EMC\n"));
    }
    buf_append(out, buf_slice(&body));
    pdf_artifact_begin(&page);
    buf_append(out, S("0.5 w 0.6 G "));
    pdf_rule_draw(&page, sheet->left, PT(39), sheet->right, PT(39));
    buf_append(out, S("0.35 g\n"));
    pdf_text_draw(&page, &text, sheet->left, PT(29), &small);
    pdf_text_draw(&page, &number, sheet->right - pdf_text_width(&number, small.size), PT(29), &small);
    pdf_mark_end(&page);
  }
  return OK;
}

result pdf_sheet_finish(struct pdf_sheet *sheet, const struct pdf_paper_info *info, const struct pdf_footer *footer,
                        struct slice *ret_bytes) {
  enum { ROOM = 20 * 1024 }; /* most certificates fit without growing */
  TRY(finish_pages(sheet, footer));
  const struct pdf_writer *front = &sheet->renderer->fronts[sheet->wide ? PDF_WIDE : PDF_VIETNAMESE];
  struct document document = {.sheet = sheet};
  struct pdf_writer *writer = &document.writer;
  pdf_writer_continue(writer, sheet->arena, front, ROOM);
  struct numbers *at = &document.at;
  at->first_page = reserve_many(writer, sheet->page_count);
  at->first_content = reserve_many(writer, sheet->page_count);
  at->first_field = reserve_many(writer, sheet->field_count);
  at->first_element = reserve_many(writer, (size_t)sheet->element_count);
  /* [ISO 19005-2 6.6.2] the metadata stream is not compressed, so that it can be found without reading PDF */
  pdf_writer_stream(writer, PDF_OBJECT_METADATA, S("/Type /Metadata /Subtype /XML"), pdf_xmp(sheet->arena, info));
  for (size_t i = 0; i < sheet->page_count; i++) {
    write_page(&document, i);
  }
  for (size_t i = 0; i < sheet->field_count; i++) {
    write_field(&document, i);
  }
  write_structure(&document);
  write_catalog(&document, info);
  uint8_t digest[32];
  digest_sha256(slice_from(buf_slice(&writer->out), front->out.len), digest); /* the front makes no difference */
  *ret_bytes = pdf_writer_finish(writer, PDF_OBJECT_CATALOG, PDF_OBJECT_INFO, digest);
  return OK;
}
