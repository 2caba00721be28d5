/* pdf/font.h: the font: shaping, and the objects that embed it. (private to pdf/)
 *
 * Standard   ISO 32000-1 9.7 (Type0, CIDFontType2, Identity-H, ToUnicode); ISO 19005-2 6.2.11.
 * Shapes     glyph ids are those of the font file: subsetting keeps them. One em is 1000 units. Two repertoires: the
 *            Vietnamese one (10 KB a face in each document) and, for the rare foreign name, all the font's Latin
 *            letters (16 KB).
 * Errors     PDF_CHARACTER, PDF_FONT.
 */
#pragma once
#include "pdf/harfbuzz.h"
#include "pdf/pdf.h"

enum pdf_face { PDF_REGULAR, PDF_BOLD, PDF_FACE_COUNT };
enum pdf_repertoire { PDF_VIETNAMESE, PDF_WIDE, PDF_REPERTOIRE_COUNT };
enum { PDF_GLYPHS_MAX = 4096 };

struct pdf_glyph {
  uint16_t id;
  int16_t advance; /* kerned */
  uint32_t at;     /* offset in the text of the character it shows */
};

struct pdf_shaped {
  const struct pdf_glyph *glyphs;
  size_t count;
  struct slice text;
  enum pdf_face face;
  bool wide; /* holds a letter outside the Vietnamese repertoire */
};

struct pdf_embedding {
  struct slice name;       /* with the six-letter subset tag */
  struct slice file;       /* the subset font, compressed */
  size_t file_len;         /* before compression */
  struct slice widths;     /* the /W array */
  struct slice to_unicode; /* compressed CMap */
};

struct pdf_font {
  enum pdf_face face;
  hb_face_t *hb_face;
  hb_font_t *hb_font;
  int16_t advance[PDF_GLYPHS_MAX];    /* before kerning */
  uint16_t character[PDF_GLYPHS_MAX]; /* what a glyph stands for; 0: not in any repertoire */
  uint8_t wide[PDF_GLYPHS_MAX];
  int ascent, descent, cap_height, box[4];
};

/* After pdf_harfbuzz_load. */
MUST_USE result pdf_font_open(enum pdf_face face, struct pdf_font *ret_font);
void pdf_font_close(struct pdf_font *font); /* one that was never opened is fine */
/* Subsets and compresses: milliseconds. */
MUST_USE result pdf_font_embed(struct arena *arena, const struct pdf_font *font, enum pdf_repertoire repertoire,
                               struct pdf_embedding *ret_embedding);
/* buffer belongs to the calling thread meanwhile. */
MUST_USE result pdf_font_shape(const struct pdf_font *font, hb_buffer_t *buffer, struct arena *arena, struct slice text,
                               struct pdf_shaped *ret_shaped);
