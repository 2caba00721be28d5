/* From a laid-out paper to the file: what pages share, the objects of fonts, structure and fields, catalog and trailer.
 */
#include "crypto/digest.h"
#include "pdf/paper.h"

/* Object numbers of one file. Arrays are reserved in one go: element i is first + i. */
struct numbers {
  int catalog, info, metadata, intent, profile, background, blank, pages, structure, parents;
  int fonts[PDF_FACE_COUNT];
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

/* [ISO 19005-2 6.2.11] embedded, Identity-H, with ToUnicode and CIDToGIDMap */
static void write_font(struct document *document, enum pdf_face face) {
  enum { STEM_REGULAR = 80, STEM_BOLD = 140, FLAG_SYMBOLIC = 4 };
  struct pdf_sheet *sheet = document->sheet;
  struct pdf_writer *writer = &document->writer;
  const struct pdf_font *font = &sheet->renderer->fonts[face];
  const struct pdf_embedding *embedding = &font->embeddings[sheet->wide ? PDF_WIDE : PDF_VIETNAMESE];
  int first = document->at.fonts[face];
  struct buf *out = pdf_writer_begin(writer, first);
  buf_append(out, S("<< /Type /Font /Subtype /Type0 /BaseFont /"));
  buf_append(out, embedding->name);
  put_reference(out, " /Encoding /Identity-H /DescendantFonts [", first + 1);
  put_reference(out, "] /ToUnicode ", first + 4);
  buf_append(out, S(" >>"));
  pdf_writer_end(writer);
  (void)pdf_writer_begin(writer, first + 1);
  buf_append(out, S("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /"));
  buf_append(out, embedding->name);
  put_reference(out, " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor ",
                first + 2);
  buf_append(out, S(" /CIDToGIDMap /Identity /W "));
  buf_append(out, embedding->widths);
  buf_append(out, S(" >>"));
  pdf_writer_end(writer);
  (void)pdf_writer_begin(writer, first + 2);
  buf_append(out, S("<< /Type /FontDescriptor /FontName /"));
  buf_append(out, embedding->name);
  buf_printf(out, " /Flags %d /FontBBox [%d %d %d %d] /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight %d /StemV %d",
             FLAG_SYMBOLIC, font->box[0], font->box[1], font->box[2], font->box[3], font->ascent, font->descent,
             font->cap_height, face == PDF_BOLD ? STEM_BOLD : STEM_REGULAR);
  put_reference(out, " /FontFile2 ", first + 3);
  buf_append(out, S(" >>"));
  pdf_writer_end(writer);
  struct slice entries = arena_printf(sheet->arena, "/Filter /FlateDecode /Length1 %zu", embedding->file_len);
  pdf_writer_stream(writer, first + 3, entries, embedding->file);
  pdf_writer_stream(writer, first + 4, S("/Filter /FlateDecode"), embedding->to_unicode);
}

static void write_page(struct document *document, size_t index) {
  struct pdf_sheet *sheet = document->sheet;
  struct pdf_writer *writer = &document->writer;
  const struct numbers *at = &document->at;
  struct buf *out = pdf_writer_begin(writer, at->first_page + (int)index);
  put_reference(out, "<< /Type /Page /Parent ", at->pages);
  buf_append(out, S(" /MediaBox [0 0 "));
  PDF_PUT(out, sheet->width, sheet->height);
  put_reference(out, "] /Resources << /Font << /F1 ", at->fonts[PDF_REGULAR]);
  put_reference(out, " /F2 ", at->fonts[PDF_BOLD]);
  put_reference(out, " >> /XObject << /Bg ", at->background);
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
  put_reference(out, " /AP << /N ", at->blank);
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
  put_reference(out, " /P ", element->parent < 0 ? at->structure : at->first_element + element->parent);
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
  buf_append(out, S(" /K ["));
  put_marks(document, out, element);
  for (int child = first_child[index]; child >= 0; child = next_sibling[child]) {
    put_reference(out, " ", at->first_element + child);
  }
  if (element->field > 0) {
    const struct pdf_field *field = &document->sheet->fields[element->field - 1];
    put_reference(out, " << /Type /OBJR /Obj ", at->first_field + element->field - 1);
    put_reference(out, " /Pg ", at->first_page + (int)field->page);
    buf_append(out, S(" >>"));
  }
  buf_append(out, S(" ] >>"));
  pdf_writer_end(&document->writer);
}

static void write_parent_tree(struct document *document) {
  struct pdf_sheet *sheet = document->sheet;
  struct buf *out = pdf_writer_begin(&document->writer, document->at.parents);
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
  struct buf *out = pdf_writer_begin(&document->writer, document->at.structure);
  put_reference(out, "<< /Type /StructTreeRoot /K ", document->at.first_element);
  put_reference(out, " /ParentTree ", document->at.parents);
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
  struct buf *out = pdf_writer_begin(&document->writer, at->catalog);
  put_reference(out, "<< /Type /Catalog /Pages ", at->pages);
  put_reference(out, " /Metadata ", at->metadata);
  put_reference(out, " /StructTreeRoot ", at->structure);
  put_reference(
      out,
      " /MarkInfo << /Marked true >> /Lang (vi-VN) /ViewerPreferences << /DisplayDocTitle true >> /OutputIntents [",
      at->intent);
  buf_append_byte(out, ']');
  for (size_t i = 0; i < sheet->field_count; i++) {
    put_reference(out, i == 0 ? " /AcroForm << /Fields [" : " ", at->first_field + (int)i);
  }
  buf_append(out, sheet->field_count > 0 ? S("] /SigFlags 3 >> >>") : S(" >>"));
  pdf_writer_end(&document->writer);
  (void)pdf_writer_begin(&document->writer, at->info);
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
  (void)pdf_writer_begin(&document->writer, at->pages);
  buf_append(out, S("<< /Type /Pages /Count "));
  pdf_put_integer(out, (int64_t)sheet->page_count);
  for (size_t i = 0; i < sheet->page_count; i++) {
    put_reference(out, i == 0 ? " /Kids [" : " ", at->first_page + (int)i);
  }
  buf_append(out, S("] >>"));
  pdf_writer_end(&document->writer);
}

static void write_shared(struct document *document, const struct pdf_paper_info *info) {
  struct pdf_sheet *sheet = document->sheet;
  struct pdf_writer *writer = &document->writer;
  const struct numbers *at = &document->at;
  pdf_writer_stream(writer, at->profile, S("/N 3 /Filter /FlateDecode"), sheet->renderer->profile);
  struct buf *out = pdf_writer_begin(writer, at->intent);
  put_reference(
      out, "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB) /DestOutputProfile ",
      at->profile);
  buf_append(out, S(" >>"));
  pdf_writer_end(writer);
  for (int face = 0; face < PDF_FACE_COUNT; face++) {
    write_font(document, (enum pdf_face)face);
  }
  pdf_writer_stream(writer, at->background,
                    S("/Type /XObject /Subtype /Form /BBox [0 0 1000 1000] /Filter /FlateDecode"),
                    sheet->renderer->background);
  pdf_writer_stream(writer, at->blank, S("/Type /XObject /Subtype /Form /BBox [0 0 1 1]"), S(""));
  /* [ISO 19005-2 6.6.2] the metadata stream is not compressed, so that it can be found without reading PDF */
  pdf_writer_stream(writer, at->metadata, S("/Type /Metadata /Subtype /XML"), pdf_xmp(sheet->arena, info));
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
  enum { OBJECTS_A_FONT = 5 };
  TRY(finish_pages(sheet, footer));
  struct document document = {.sheet = sheet};
  struct pdf_writer *writer = &document.writer;
  pdf_writer_init(writer, sheet->arena);
  struct numbers *at = &document.at;
  at->catalog = pdf_writer_reserve(writer);
  at->info = pdf_writer_reserve(writer);
  at->pages = pdf_writer_reserve(writer);
  at->metadata = pdf_writer_reserve(writer);
  at->intent = pdf_writer_reserve(writer);
  at->profile = pdf_writer_reserve(writer);
  at->background = pdf_writer_reserve(writer);
  at->blank = pdf_writer_reserve(writer);
  at->structure = pdf_writer_reserve(writer);
  at->parents = pdf_writer_reserve(writer);
  for (int face = 0; face < PDF_FACE_COUNT; face++) {
    at->fonts[face] = reserve_many(writer, OBJECTS_A_FONT);
  }
  at->first_page = reserve_many(writer, sheet->page_count);
  at->first_content = reserve_many(writer, sheet->page_count);
  at->first_field = reserve_many(writer, sheet->field_count);
  at->first_element = reserve_many(writer, (size_t)sheet->element_count);
  write_shared(&document, info);
  for (size_t i = 0; i < sheet->page_count; i++) {
    write_page(&document, i);
  }
  for (size_t i = 0; i < sheet->field_count; i++) {
    write_field(&document, i);
  }
  write_structure(&document);
  write_catalog(&document, info);
  uint8_t digest[32];
  digest_sha256(buf_slice(&writer->out), digest);
  *ret_bytes = pdf_writer_finish(writer, at->catalog, at->info, digest);
  return OK;
}
