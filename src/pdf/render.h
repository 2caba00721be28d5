/* pdf/render.h: the renderer: what is made once, and what each thread borrows. (private to pdf/) */
#pragma once
#include <zlib.h>

#include "pdf/font.h"
#include "pdf/writer.h"

/* Words that stand on every paper of a kind: shaped once, in pdf_renderer_open. The text is in phrases.c. */
enum pdf_phrase {
  PHRASE_STATE,
  PHRASE_MOTTO,
  PHRASE_TITLE_1,
  PHRASE_TITLE_2,
  PHRASE_CONFIRMS,
  PHRASE_NAME,
  PHRASE_OTHER_NAME,
  PHRASE_SEX,
  PHRASE_BIRTH_DATE,
  PHRASE_BIRTH_PLACE,
  PHRASE_NATIONALITY,
  PHRASE_RESIDENCE_PERMANENT,
  PHRASE_RESIDENCE_TEMPORARY,
  PHRASE_DOCUMENT,
  PHRASE_FATHER,
  PHRASE_MOTHER,
  PHRASE_SPOUSE,
  PHRASE_CONVICTIONS,
  PHRASE_BANS,
  PHRASE_NO_CONVICTION,
  PHRASE_HAS_CONVICTION,
  PHRASE_EXPUNGED,
  PHRASE_BANS_NONE,
  PHRASE_NOTHING,
  PHRASE_UNKNOWN,
  PHRASE_TABLE_ORDER,
  PHRASE_TABLE_JUDGMENT,
  PHRASE_TABLE_CRIME,
  PHRASE_TABLE_PENALTY,
  PHRASE_TABLE_STATE,
  PHRASE_TABLE_POSITION,
  PHRASE_TABLE_DECISION,
  PHRASE_TABLE_PERIOD,
  PHRASE_CHECK,
  PHRASE_ELECTRONIC,
  PHRASE_DOSSIER,
  PHRASE_SCAN,
  PHRASE_SIGNED_BY,
  PHRASE_SEALED_BY,
  PHRASE_SIGNED_AT,
  PHRASE_COUNT,
};

/* What a call needs for itself; borrowed from the renderer's pool. */
struct pdf_workspace {
  struct pdf_workspace *next;
  hb_buffer_t *buffer;
  z_stream deflate;
};

struct pdf_renderer {
  struct arena arena; /* written by whoever needs it first, then read-only */
  struct pdf_font fonts[PDF_FACE_COUNT];
  struct pdf_shaped phrases[PHRASE_COUNT];
  struct pdf_writer fronts[PDF_REPERTOIRE_COUNT]; /* only copied from */
  void *pool;                                     /* lock and free list */
};

/* With the renderer made ready. */
MUST_USE result pdf_workspace_take(struct pdf_renderer *renderer, struct pdf_workspace **ret_workspace);
MUST_USE result pdf_renderer_ready(struct pdf_renderer *renderer);
void pdf_workspace_give(struct pdf_renderer *renderer, struct pdf_workspace *workspace);
struct slice pdf_deflate(struct pdf_workspace *workspace, struct arena *arena, struct slice plain);

struct slice pdf_phrase_text(enum pdf_phrase phrase);
enum pdf_face pdf_phrase_face(enum pdf_phrase phrase);

/* Numbers of the objects that every paper has. Those from the intent to the blank picture, and the fonts, are the front:
 * the bytes all papers of a repertoire begin with. */
enum {
  PDF_OBJECT_CATALOG = 1,
  PDF_OBJECT_INFO,
  PDF_OBJECT_PAGES,
  PDF_OBJECT_METADATA,
  PDF_OBJECT_STRUCTURE,
  PDF_OBJECT_PARENTS,
  PDF_OBJECT_INTENT,
  PDF_OBJECT_PROFILE,
  PDF_OBJECT_BACKGROUND,
  PDF_OBJECT_BLANK,
  PDF_OBJECT_FONTS,
  PDF_OBJECTS_A_FONT = 5,
  PDF_OBJECTS_FIXED_END = PDF_OBJECT_FONTS + PDF_FACE_COUNT * PDF_OBJECTS_A_FONT,
};
static inline int pdf_object_font(enum pdf_face face) {
  return PDF_OBJECT_FONTS + (int)face * PDF_OBJECTS_A_FONT;
}
/* front.c: writes the front of a repertoire into the renderer's arena. */
MUST_USE result pdf_front_write(struct pdf_renderer *renderer, struct pdf_workspace *workspace,
                                enum pdf_repertoire repertoire);

/* metadata.c */
struct slice pdf_icc_profile(struct arena *arena);
struct pdf_paper_info {
  struct slice title;
  struct slice subject;
  struct slice author;
  int64_t created_at_ms;
};
struct slice pdf_xmp(struct arena *arena, const struct pdf_paper_info *info);
/* background.c: operators in a 1000 x 1000 box */
struct slice pdf_background(struct arena *arena);
