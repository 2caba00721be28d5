/* pdf/writer.h: objects, cross-reference table and trailer of a PDF file. (private to pdf/)
 * Standard   ISO 32000-1 7.3, 7.5.
 * Shapes     object numbers are given out by pdf_writer_reserve, in order; an object may be written in any order,
 *            once.
 */
#pragma once
#include "base/buf.h"
#include "pdf/pdf.h"

struct pdf_writer {
  struct buf out;
  struct buf offsets; /* size_t each, by object number */
  int count;          /* object numbers given out, 0 included */
};

void pdf_writer_init(struct pdf_writer *writer, struct arena *arena);
/* A file that begins as another one does, with room for so many bytes more before it must grow. `front` stays as it is. */
void pdf_writer_continue(struct pdf_writer *writer, struct arena *arena, const struct pdf_writer *front, size_t room);
int pdf_writer_reserve(struct pdf_writer *writer);
/* Everything until pdf_writer_end is the object's value. */
struct buf *pdf_writer_begin(struct pdf_writer *writer, int number);
void pdf_writer_end(struct pdf_writer *writer);
/* A stream whose dictionary has /Length and `entries`. */
void pdf_writer_stream(struct pdf_writer *writer, int number, struct slice entries, struct slice bytes);
/* Cross-reference table, trailer with /Size, /Root and /ID, end. */
struct slice pdf_writer_finish(struct pdf_writer *writer, int root, int info, const uint8_t id[16]);

/* A decimal whole number; printf is too slow for content streams. */
void pdf_put_integer(struct buf *out, int64_t value);
/* Hundredths as a decimal fraction: 1250 is "12.5". */
void pdf_put_length(struct buf *out, int32_t hundredths);
/* " x y" for each of `count` lengths, each with a space behind. */
void pdf_put_lengths(struct buf *out, const int32_t *lengths, size_t count);
#define PDF_PUT(out, ...) \
  pdf_put_lengths((out), (const int32_t[]){__VA_ARGS__}, sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t))
/* A text string: UTF-16BE with mark, in hex. */
void pdf_put_text(struct buf *out, struct slice utf8);
/* A byte string in lower-case hex. */
void pdf_put_hex(struct buf *out, struct slice bytes);
/* A date as PDF has it: (D:20240605080000+07'00'). */
void pdf_put_date(struct buf *out, int64_t instant_ms);
/* One character as UTF-8; how many bytes. */
size_t pdf_utf8_put(uint8_t out[static 4], uint32_t character);

/* The subset tag of a font with the wide repertoire. */
#define PDF_WIDE_TAG "DANHLA+"
