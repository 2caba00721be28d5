#include "pdf/font.h"

#include <zlib.h>

#include "base/buf.h"
#include "pdf/font_data.h"
#include "pdf/writer.h"

/* Character ranges of the two repertoires; the second holds what only the wide one has. */
struct range {
  uint16_t first, last;
};
static const struct range vietnamese[] = {
    {0x20, 0x7E},     {0xA0, 0xA0},     {0xA7, 0xA7},     {0xAB, 0xAB},     {0xB0, 0xB0},     {0xB7, 0xB7},
    {0xBB, 0xBB},     {0xC0, 0xC3},     {0xC8, 0xCA},     {0xCC, 0xCD},     {0xD2, 0xD5},     {0xD9, 0xDA},
    {0xDD, 0xDD},     {0xE0, 0xE3},     {0xE8, 0xEA},     {0xEC, 0xED},     {0xF2, 0xF5},     {0xF9, 0xFA},
    {0xFD, 0xFD},     {0x102, 0x103},   {0x110, 0x111},   {0x128, 0x129},   {0x168, 0x169},   {0x1A0, 0x1A1},
    {0x1AF, 0x1B0},   {0x1EA0, 0x1EF9}, {0x2013, 0x2014}, {0x2018, 0x2019}, {0x201C, 0x201D}, {0x2026, 0x2026},
    {0x20AB, 0x20AB},
};
static const struct range wide[] = {{0xA1, 0x24F}, {0x1E00, 0x1E9F}, {0x2010, 0x2022}};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Only what changes no character: kerning and composition, no ligatures, so that each glyph stands for one character.
 */
static const hb_feature_t features[] = {
    {HB_TAG('l', 'i', 'g', 'a'), 0, 0, (unsigned)-1},
    {HB_TAG('c', 'l', 'i', 'g'), 0, 0, (unsigned)-1},
    {HB_TAG('c', 'a', 'l', 't'), 0, 0, (unsigned)-1},
};

static void shape_raw(const struct pdf_font *font, hb_buffer_t *buffer, struct slice text) {
  hb_buffer_clear_contents(buffer);
  hb_buffer_set_direction(buffer, HB_DIRECTION_LTR);
  hb_buffer_set_script(buffer, HB_SCRIPT_LATIN);
  hb_buffer_set_language(buffer, hb_language_from_string("vi", 2));
  hb_buffer_add_utf8(buffer, (const char *)text.ptr, (int)text.len, 0, (int)text.len);
  hb_shape(font->hb_font, buffer, features, COUNT(features));
}

result pdf_font_shape(const struct pdf_font *font, hb_buffer_t *buffer, struct arena *arena, struct slice text,
                      struct pdf_shaped *ret_shaped) {
  if (text.len > PDF_FIELD_BYTES_MAX) {
    FAIL(PDF_TOO_LONG, "%zu bytes in one field", text.len);
  }
  unsigned count = 0;
  shape_raw(font, buffer, text);
  const hb_glyph_info_t *infos = hb_buffer_get_glyph_infos(buffer, &count);
  const hb_glyph_position_t *positions = hb_buffer_get_glyph_positions(buffer, &count);
  struct pdf_glyph *glyphs = ARENA_ARRAY(arena, struct pdf_glyph, count);
  bool is_wide = false;
  for (unsigned i = 0; i < count; i++) {
    uint32_t id = infos[i].codepoint;
    if (id >= PDF_GLYPHS_MAX || font->character[id] == 0 || positions[i].x_offset != 0 || positions[i].y_offset != 0) {
      FAIL(PDF_CHARACTER, "no glyph for the character at byte %u of %zu", infos[i].cluster, text.len);
    }
    is_wide = is_wide || font->wide[id];
    glyphs[i] = (struct pdf_glyph){(uint16_t)id, (int16_t)positions[i].x_advance, infos[i].cluster};
  }
  *ret_shaped = (struct pdf_shaped){glyphs, count, text, font->face, is_wide};
  return OK;
}

/* Enters the glyph each character is shaped to; characters the font lacks stay out of the repertoire. */
static void enter_range(struct pdf_font *font, hb_buffer_t *buffer, struct range range, bool is_wide) {
  for (uint32_t character = range.first; character <= range.last; character++) {
    uint8_t utf8[4];
    unsigned count = 0;
    shape_raw(font, buffer, slice_of(utf8, pdf_utf8_put(utf8, character)));
    const hb_glyph_info_t *infos = hb_buffer_get_glyph_infos(buffer, &count);
    uint32_t id = count == 1 ? infos[0].codepoint : 0;
    if (id == 0 || id >= PDF_GLYPHS_MAX || font->character[id] != 0) {
      continue;
    }
    font->character[id] = (uint16_t)character;
    font->wide[id] = is_wide;
    font->advance[id] = (int16_t)hb_font_get_glyph_h_advance(font->hb_font, id);
  }
}

static struct slice deflate_once(struct arena *arena, struct slice plain) {
  uLongf len = compressBound(plain.len);
  uint8_t *out = arena_alloc(arena, len);
  (void)compress2(out, &len, plain.ptr, plain.len, Z_BEST_COMPRESSION);
  return slice_of(out, len);
}

static bool is_in(const struct pdf_font *font, unsigned id, enum pdf_repertoire repertoire) {
  return font->character[id] != 0 && (repertoire == PDF_WIDE || !font->wide[id]);
}

/* How many glyphs from `id` on are in the repertoire and as wide as it: the letters with diacritics follow their base. */
static unsigned width_run(const struct pdf_font *font, unsigned id, enum pdf_repertoire repertoire) {
  unsigned end = id;
  while (end < PDF_GLYPHS_MAX && is_in(font, end, repertoire) && font->advance[end] == font->advance[id]) {
    end++;
  }
  return end - id;
}

/* [ISO 32000-1 9.7.4.3] "first last width" for a run, "first [width ...]" for glyphs each of their own width. */
static struct slice write_widths(struct arena *arena, const struct pdf_font *font, enum pdf_repertoire repertoire) {
  enum { RUN_MIN = 3 }; /* shorter ones are shorter in brackets */
  struct buf out;
  bool in_brackets = false;
  buf_init(&out, arena, 4096);
  buf_append_byte(&out, '[');
  for (unsigned id = 0; id < PDF_GLYPHS_MAX; id++) {
    unsigned run = width_run(font, id, repertoire);
    if (in_brackets && (run == 0 || run >= RUN_MIN)) {
      buf_append_byte(&out, ']');
      in_brackets = false;
    }
    if (run >= RUN_MIN) {
      buf_printf(&out, " %u %u %d", id, id + run - 1, font->advance[id]);
      id += run - 1;
    } else if (run > 0) {
      struct slice first = in_brackets ? S("") : arena_printf(arena, "%u [", id);
      buf_printf(&out, " %.*s%d", SLICE_ARG(first), font->advance[id]);
      in_brackets = true;
    }
  }
  buf_append_str(&out, in_brackets ? "]]" : "]");
  return buf_slice(&out);
}

static struct slice write_to_unicode(struct arena *arena, const struct pdf_font *font, enum pdf_repertoire repertoire) {
  enum { BLOCK = 100 }; /* [ISO 32000-1 9.10.3] at most 100 a block */
  struct buf out;
  struct buf block;
  buf_init(&out, arena, 8192);
  buf_init(&block, arena, 2048);
  buf_append_str(
      &out,
      "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering "
      "(UCS) "
      "/Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\n"
      "endcodespacerange\n");
  unsigned in_block = 0;
  for (unsigned id = 0; id <= PDF_GLYPHS_MAX; id++) {
    if (in_block == BLOCK || (id == PDF_GLYPHS_MAX && in_block > 0)) {
      buf_printf(&out, "%u beginbfchar\n", in_block);
      buf_append(&out, buf_slice(&block));
      buf_append_str(&out, "endbfchar\n");
      block.len = 0;
      in_block = 0;
    }
    if (id < PDF_GLYPHS_MAX && is_in(font, id, repertoire)) {
      buf_printf(&block, "<%04X> <%04X>\n", id, font->character[id]);
      in_block++;
    }
  }
  buf_append_str(&out, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
  return deflate_once(arena, buf_slice(&out));
}

result pdf_font_embed(struct arena *arena, const struct pdf_font *font, enum pdf_repertoire repertoire,
                      struct pdf_embedding *ret_embedding) {
  static const char *const dropped[] = {"GSUB", "GPOS", "GDEF", "OS/2", "name", "post",
                                        "cmap", "gasp", "DSIG", "STAT", "meta"};
  static const char *const names[PDF_REPERTOIRE_COUNT][PDF_FACE_COUNT] = {
      {"DANHVN+BeVietnamPro-Regular", "DANHVN+BeVietnamPro-Bold"},
      {PDF_WIDE_TAG "BeVietnamPro-Regular", PDF_WIDE_TAG "BeVietnamPro-Bold"}};
  hb_subset_input_t *input = hb_subset_input_create_or_fail();
  if (input == NULL) {
    FAIL(PDF_FONT, "no subset input");
  }
  hb_set_t *glyphs = hb_subset_input_glyph_set(input);
  for (unsigned id = 0; id < PDF_GLYPHS_MAX; id++) {
    if (is_in(font, id, repertoire)) {
      hb_set_add(glyphs, id);
    }
  }
  hb_set_t *drop = hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG);
  for (size_t i = 0; i < COUNT(dropped); i++) {
    hb_set_add(drop, hb_tag_from_string(dropped[i], -1));
  }
  hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_NO_HINTING | HB_SUBSET_FLAGS_RETAIN_GIDS);
  hb_face_t *subset = hb_subset_or_fail(font->hb_face, input);
  hb_subset_input_destroy(input);
  if (subset == NULL) {
    FAIL(PDF_FONT, "the font cannot be subset");
  }
  hb_blob_t *blob = hb_face_reference_blob(subset);
  unsigned len = 0;
  const char *bytes = hb_blob_get_data(blob, &len);
  *ret_embedding = (struct pdf_embedding){
      .name = slice_str(names[repertoire][font->face]),
      .file = deflate_once(arena, slice_of(bytes, len)),
      .file_len = len,
      .widths = write_widths(arena, font, repertoire),
      .to_unicode = write_to_unicode(arena, font, repertoire),
  };
  hb_blob_destroy(blob);
  hb_face_destroy(subset);
  return OK;
}

static int read_i16(const char *bytes) {
  return (int16_t)(((unsigned)(uint8_t)bytes[0] << 8) | (uint8_t)bytes[1]);
}

static result read_metrics(struct pdf_font *font) {
  enum { HEAD_BOX = 36, HEAD_BYTES = 54 };
  hb_blob_t *head = hb_face_reference_table(font->hb_face, HB_TAG('h', 'e', 'a', 'd'));
  unsigned len = 0;
  const char *bytes = hb_blob_get_data(head, &len);
  for (int i = 0; len >= HEAD_BYTES && i < 4; i++) {
    font->box[i] = read_i16(bytes + HEAD_BOX + 2 * i);
  }
  hb_blob_destroy(head);
  hb_position_t cap_height = 0;
  hb_font_extents_t extents = {0};
  if (len < HEAD_BYTES || !hb_font_get_h_extents(font->hb_font, &extents) ||
      !hb_ot_metrics_get_position(font->hb_font, HB_OT_METRICS_TAG_CAP_HEIGHT, &cap_height)) {
    FAIL(PDF_FONT, "the font has no metrics");
  }
  font->ascent = extents.ascender;
  font->descent = extents.descender;
  font->cap_height = cap_height;
  return OK;
}

result pdf_font_open(enum pdf_face face, struct pdf_font *ret_font) {
  const uint8_t *begin = face == PDF_BOLD ? pdf_font_data_bold : pdf_font_data_regular;
  const uint8_t *end = face == PDF_BOLD ? pdf_font_data_bold_end : pdf_font_data_regular_end;
  struct pdf_font *font = ret_font;
  font->face = face;
  hb_blob_t *blob = hb_blob_create((const char *)begin, (unsigned)(end - begin), HB_MEMORY_MODE_READONLY, NULL, NULL);
  font->hb_face = hb_face_create(blob, 0);
  font->hb_font = hb_font_create(font->hb_face);
  hb_blob_destroy(blob);
  if (hb_face_get_upem(font->hb_face) != 1000 || hb_face_get_glyph_count(font->hb_face) > PDF_GLYPHS_MAX) {
    FAIL(PDF_FONT, "not the font we know: %u units, %u glyphs", hb_face_get_upem(font->hb_face),
         hb_face_get_glyph_count(font->hb_face));
  }
  hb_buffer_t *buffer = hb_buffer_create();
  for (size_t i = 0; i < COUNT(vietnamese); i++) {
    enter_range(font, buffer, vietnamese[i], false);
  }
  for (size_t i = 0; i < COUNT(wide); i++) {
    enter_range(font, buffer, wide[i], true);
  }
  hb_buffer_destroy(buffer);
  hb_font_make_immutable(font->hb_font);
  return read_metrics(font);
}

void pdf_font_close(struct pdf_font *font) {
  if (font->hb_face == NULL) {
    return; /* never opened: HarfBuzz may not even be there */
  }
  hb_font_destroy(font->hb_font);
  hb_face_destroy(font->hb_face);
}
