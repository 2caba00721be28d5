/* pdf/harfbuzz.h: HarfBuzz, loaded when the first paper is laid out: it brings nine libraries, which no start waits for and no sign-in needs. (private to
 * pdf/)
 *
 * Whoever makes a workspace or opens a font begins with pdf_harfbuzz_load (render.c); the names below are then HarfBuzz's own functions.
 */
#pragma once
#include <hb-ot.h>
#include <hb-subset.h>
#include <hb.h>

#include "base/result.h"

#define PDF_HARFBUZZ_FUNCTIONS(EACH)  \
  EACH(hb_blob_create)                \
  EACH(hb_blob_destroy)               \
  EACH(hb_blob_get_data)              \
  EACH(hb_buffer_add_utf8)            \
  EACH(hb_buffer_clear_contents)      \
  EACH(hb_buffer_create)              \
  EACH(hb_buffer_destroy)             \
  EACH(hb_buffer_get_glyph_infos)     \
  EACH(hb_buffer_get_glyph_positions) \
  EACH(hb_buffer_set_cluster_level)   \
  EACH(hb_buffer_set_direction)       \
  EACH(hb_buffer_set_language)        \
  EACH(hb_buffer_set_script)          \
  EACH(hb_face_create)                \
  EACH(hb_face_destroy)               \
  EACH(hb_face_get_glyph_count)       \
  EACH(hb_face_get_upem)              \
  EACH(hb_face_reference_blob)        \
  EACH(hb_face_reference_table)       \
  EACH(hb_font_create)                \
  EACH(hb_font_destroy)               \
  EACH(hb_font_get_glyph_h_advance)   \
  EACH(hb_font_get_h_extents)         \
  EACH(hb_font_make_immutable)        \
  EACH(hb_language_from_string)       \
  EACH(hb_ot_metrics_get_position)    \
  EACH(hb_set_add)                    \
  EACH(hb_shape)                      \
  EACH(hb_tag_from_string)

/* Of a library of its own. */
#define PDF_HARFBUZZ_SUBSET_FUNCTIONS(EACH) \
  EACH(hb_subset_input_create_or_fail)      \
  EACH(hb_subset_input_destroy)             \
  EACH(hb_subset_input_glyph_set)           \
  EACH(hb_subset_input_set)                 \
  EACH(hb_subset_input_set_flags)           \
  EACH(hb_subset_or_fail)

#define PDF_HARFBUZZ_MEMBER(name) __typeof__(name) *name;
struct pdf_harfbuzz {
  PDF_HARFBUZZ_FUNCTIONS(PDF_HARFBUZZ_MEMBER)
};
struct pdf_harfbuzz_subset {
  PDF_HARFBUZZ_SUBSET_FUNCTIONS(PDF_HARFBUZZ_MEMBER)
};

/* BASE_LIBRARY: it is not installed. */
MUST_USE result pdf_harfbuzz_load(void);
const struct pdf_harfbuzz *pdf_harfbuzz(void);
const struct pdf_harfbuzz_subset *pdf_harfbuzz_subset(void);

#define hb_blob_create pdf_harfbuzz()->hb_blob_create
#define hb_blob_destroy pdf_harfbuzz()->hb_blob_destroy
#define hb_blob_get_data pdf_harfbuzz()->hb_blob_get_data
#define hb_buffer_add_utf8 pdf_harfbuzz()->hb_buffer_add_utf8
#define hb_buffer_clear_contents pdf_harfbuzz()->hb_buffer_clear_contents
#define hb_buffer_create pdf_harfbuzz()->hb_buffer_create
#define hb_buffer_destroy pdf_harfbuzz()->hb_buffer_destroy
#define hb_buffer_get_glyph_infos pdf_harfbuzz()->hb_buffer_get_glyph_infos
#define hb_buffer_get_glyph_positions pdf_harfbuzz()->hb_buffer_get_glyph_positions
#define hb_buffer_set_cluster_level pdf_harfbuzz()->hb_buffer_set_cluster_level
#define hb_buffer_set_direction pdf_harfbuzz()->hb_buffer_set_direction
#define hb_buffer_set_language pdf_harfbuzz()->hb_buffer_set_language
#define hb_buffer_set_script pdf_harfbuzz()->hb_buffer_set_script
#define hb_face_create pdf_harfbuzz()->hb_face_create
#define hb_face_destroy pdf_harfbuzz()->hb_face_destroy
#define hb_face_get_glyph_count pdf_harfbuzz()->hb_face_get_glyph_count
#define hb_face_get_upem pdf_harfbuzz()->hb_face_get_upem
#define hb_face_reference_blob pdf_harfbuzz()->hb_face_reference_blob
#define hb_face_reference_table pdf_harfbuzz()->hb_face_reference_table
#define hb_font_create pdf_harfbuzz()->hb_font_create
#define hb_font_destroy pdf_harfbuzz()->hb_font_destroy
#define hb_font_get_glyph_h_advance pdf_harfbuzz()->hb_font_get_glyph_h_advance
#define hb_font_get_h_extents pdf_harfbuzz()->hb_font_get_h_extents
#define hb_font_make_immutable pdf_harfbuzz()->hb_font_make_immutable
#define hb_language_from_string pdf_harfbuzz()->hb_language_from_string
#define hb_ot_metrics_get_position pdf_harfbuzz()->hb_ot_metrics_get_position
#define hb_set_add pdf_harfbuzz()->hb_set_add
#define hb_shape pdf_harfbuzz()->hb_shape
#define hb_tag_from_string pdf_harfbuzz()->hb_tag_from_string
#define hb_subset_input_create_or_fail pdf_harfbuzz_subset()->hb_subset_input_create_or_fail
#define hb_subset_input_destroy pdf_harfbuzz_subset()->hb_subset_input_destroy
#define hb_subset_input_glyph_set pdf_harfbuzz_subset()->hb_subset_input_glyph_set
#define hb_subset_input_set pdf_harfbuzz_subset()->hb_subset_input_set
#define hb_subset_input_set_flags pdf_harfbuzz_subset()->hb_subset_input_set_flags
#define hb_subset_or_fail pdf_harfbuzz_subset()->hb_subset_or_fail
