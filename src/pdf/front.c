/* What all papers with the same fonts begin with: header, fonts, colour profile, background. Written once a repertoire;
 * a paper begins as a copy of it, and whoever stores papers need store it once. */
#include "pdf/paper.h"

static void put_reference(struct buf *out, const char *before, int number) {
  buf_append_str(out, before);
  pdf_put_integer(out, number);
  buf_append(out, S(" 0 R"));
}

static void write_descriptor(struct pdf_writer *writer, const struct pdf_font *font, struct slice name) {
  enum { STEM_REGULAR = 80, STEM_BOLD = 140, FLAG_SYMBOLIC = 4 };
  int first = pdf_object_font(font->face);
  struct buf *out = pdf_writer_begin(writer, first + 2);
  buf_append(out, S("<< /Type /FontDescriptor /FontName /"));
  buf_append(out, name);
  buf_printf(out, " /Flags %d /FontBBox [%d %d %d %d] /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight %d /StemV %d",
             FLAG_SYMBOLIC, font->box[0], font->box[1], font->box[2], font->box[3], font->ascent, font->descent,
             font->cap_height, font->face == PDF_BOLD ? STEM_BOLD : STEM_REGULAR);
  put_reference(out, " /FontFile2 ", first + 3);
  buf_append(out, S(" >>"));
  pdf_writer_end(writer);
}

/* [ISO 19005-2 6.2.11] embedded, Identity-H, with ToUnicode and CIDToGIDMap */
static void write_font(struct pdf_writer *writer, struct arena *arena, const struct pdf_font *font,
                       const struct pdf_embedding *embedding) {
  int first = pdf_object_font(font->face);
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
  write_descriptor(writer, font, embedding->name);
  struct slice entries = arena_printf(arena, "/Filter /FlateDecode /Length1 %zu", embedding->file_len);
  pdf_writer_stream(writer, first + 3, entries, embedding->file);
  pdf_writer_stream(writer, first + 4, S("/Filter /FlateDecode"), embedding->to_unicode);
}

static void write_pictures(struct pdf_writer *writer, struct pdf_workspace *workspace, struct arena *arena) {
  pdf_writer_stream(writer, PDF_OBJECT_PROFILE, S("/N 3 /Filter /FlateDecode"),
                    pdf_deflate(workspace, arena, pdf_icc_profile(arena)));
  struct buf *out = pdf_writer_begin(writer, PDF_OBJECT_INTENT);
  put_reference(
      out, "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB) /DestOutputProfile ",
      PDF_OBJECT_PROFILE);
  buf_append(out, S(" >>"));
  pdf_writer_end(writer);
  pdf_writer_stream(writer, PDF_OBJECT_BACKGROUND,
                    S("/Type /XObject /Subtype /Form /BBox [0 0 1000 1000] /Filter /FlateDecode"),
                    pdf_deflate(workspace, arena, pdf_background(arena)));
  pdf_writer_stream(writer, PDF_OBJECT_BLANK, S("/Type /XObject /Subtype /Form /BBox [0 0 1 1]"), S(""));
}

result pdf_front_write(struct pdf_renderer *renderer, struct pdf_workspace *workspace,
                       enum pdf_repertoire repertoire) {
  struct arena scratch CLEANUP(arena_free);
  struct pdf_writer writer;
  arena_init(&scratch);
  pdf_writer_init(&writer, &scratch);
  while (writer.count < PDF_OBJECTS_FIXED_END) {
    (void)pdf_writer_reserve(&writer);
  }
  write_pictures(&writer, workspace, &scratch);
  for (int face = 0; face < PDF_FACE_COUNT; face++) {
    struct pdf_embedding embedding;
    TRY(pdf_font_embed(&scratch, &renderer->fonts[face], repertoire, &embedding));
    write_font(&writer, &scratch, &renderer->fonts[face], &embedding);
  }
  pdf_writer_continue(&renderer->fronts[repertoire], &renderer->arena, &writer, 0);
  return OK;
}

size_t pdf_front_length(struct pdf_renderer *renderer, struct slice bytes) {
  bool is_ready = is_ok(pdf_renderer_ready(renderer));
  for (int repertoire = 0; is_ready && repertoire < PDF_REPERTOIRE_COUNT; repertoire++) {
    struct slice front = buf_slice(&renderer->fronts[repertoire].out);
    if (slice_starts(bytes, front)) {
      return front.len;
    }
  }
  return 0;
}
