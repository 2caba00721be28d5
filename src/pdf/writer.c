#include "pdf/writer.h"

#include "codec/utf8.h"

void pdf_writer_init(struct pdf_writer *writer, struct arena *arena) {
  *writer = (struct pdf_writer){0};
  buf_init(&writer->out, arena, 32 * 1024);
  buf_init(&writer->offsets, arena, 64 * sizeof(size_t));
  /* [ISO 32000-1 7.5.2] four bytes above 127 tell transfer programs that the file is binary */
  buf_append_str(&writer->out, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
  memset(buf_extend(&writer->offsets, sizeof(size_t)), 0, sizeof(size_t));
  writer->count = 1;
}

void pdf_writer_continue(struct pdf_writer *writer, struct arena *arena, const struct pdf_writer *front, size_t room) {
  *writer = (struct pdf_writer){.count = front->count};
  buf_init(&writer->out, arena, front->out.len + room);
  buf_init(&writer->offsets, arena, front->offsets.len + 64 * sizeof(size_t));
  buf_append(&writer->out, buf_slice(&front->out));
  buf_append(&writer->offsets, buf_slice(&front->offsets));
}

int pdf_writer_reserve(struct pdf_writer *writer) {
  memset(buf_extend(&writer->offsets, sizeof(size_t)), 0, sizeof(size_t));
  return writer->count++;
}

struct buf *pdf_writer_begin(struct pdf_writer *writer, int number) {
  size_t offset = writer->out.len;
  memcpy(writer->offsets.ptr + (size_t)number * sizeof offset, &offset, sizeof offset);
  pdf_put_integer(&writer->out, number);
  buf_append(&writer->out, S(" 0 obj\n"));
  return &writer->out;
}

void pdf_writer_end(struct pdf_writer *writer) {
  buf_append(&writer->out, S("\nendobj\n"));
}

void pdf_writer_stream(struct pdf_writer *writer, int number, struct slice entries, struct slice bytes) {
  struct buf *out = pdf_writer_begin(writer, number);
  buf_append(out, S("<< "));
  buf_append(out, entries);
  buf_append(out, S(" /Length "));
  pdf_put_integer(out, (int64_t)bytes.len);
  buf_append(out, S(" >>\nstream\n"));
  buf_append(out, bytes);
  buf_append(out, S("\nendstream"));
  pdf_writer_end(writer);
}

struct slice pdf_writer_finish(struct pdf_writer *writer, int root, int info, const uint8_t id[16]) {
  struct buf *out = &writer->out;
  size_t xref = out->len;
  buf_append(out, S("xref\n0 "));
  pdf_put_integer(out, writer->count);
  buf_append(out, S("\n0000000000 65535 f \n"));
  for (int number = 1; number < writer->count; number++) {
    size_t offset = 0;
    memcpy(&offset, writer->offsets.ptr + (size_t)number * sizeof offset, sizeof offset);
    uint8_t *entry = buf_extend(out, 20);
    memcpy(entry, "0000000000 00000 n \n", 20);
    for (int digit = 9; digit >= 0; digit--, offset /= 10) {
      entry[digit] = (uint8_t)('0' + offset % 10);
    }
  }
  buf_append(out, S("trailer\n<< /Size "));
  pdf_put_integer(out, writer->count);
  buf_append(out, S(" /Root "));
  pdf_put_integer(out, root);
  buf_append(out, S(" 0 R /Info "));
  pdf_put_integer(out, info);
  buf_append(out, S(" 0 R /ID [<"));
  pdf_put_hex(out, slice_of(id, 16));
  buf_append(out, S("> <"));
  pdf_put_hex(out, slice_of(id, 16));
  buf_append(out, S(">] >>\nstartxref\n"));
  pdf_put_integer(out, (int64_t)xref);
  buf_append(out, S("\n%%EOF\n"));
  return buf_slice(out);
}

void pdf_put_integer(struct buf *out, int64_t value) {
  char digits[24];
  size_t at = sizeof digits;
  uint64_t rest = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
  do {
    digits[--at] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (value < 0) {
    digits[--at] = '-';
  }
  buf_append(out, slice_of(digits + at, sizeof digits - at));
}

void pdf_put_length(struct buf *out, int32_t hundredths) {
  int32_t size = hundredths < 0 ? -hundredths : hundredths;
  if (hundredths < 0) {
    buf_append_byte(out, '-');
  }
  pdf_put_integer(out, size / 100);
  int32_t fraction = size % 100;
  if (fraction == 0) {
    return;
  }
  buf_append_byte(out, '.');
  buf_append_byte(out, (uint8_t)('0' + fraction / 10));
  if (fraction % 10 != 0) {
    buf_append_byte(out, (uint8_t)('0' + fraction % 10));
  }
}

void pdf_put_lengths(struct buf *out, const int32_t *lengths, size_t count) {
  for (size_t i = 0; i < count; i++) {
    pdf_put_length(out, lengths[i]);
    buf_append_byte(out, ' ');
  }
}

static void put_unit(struct buf *out, uint32_t unit) {
  uint8_t bytes[2] = {(uint8_t)(unit >> 8), (uint8_t)unit};
  pdf_put_hex(out, slice_of(bytes, 2));
}

void pdf_put_text(struct buf *out, struct slice utf8) {
  buf_append(out, S("<feff"));
  while (utf8.len > 0) {
    size_t len = 1;
    uint32_t character = 0xFFFD; /* stays for a broken byte: the shaper has refused those before */
    (void)utf8_step(utf8, &len, &character);
    utf8 = slice_from(utf8, len);
    if (character >= 0x10000) {
      put_unit(out, 0xD800 + ((character - 0x10000) >> 10));
      put_unit(out, 0xDC00 + ((character - 0x10000) & 0x3FF));
    } else {
      put_unit(out, character);
    }
  }
  buf_append_byte(out, '>');
}

void pdf_put_hex(struct buf *out, struct slice bytes) {
  static const char digits[] = "0123456789abcdef";
  uint8_t *room = buf_extend(out, 2 * bytes.len);
  for (size_t i = 0; i < bytes.len; i++) {
    room[2 * i] = (uint8_t)digits[bytes.ptr[i] >> 4];
    room[2 * i + 1] = (uint8_t)digits[bytes.ptr[i] & 15];
  }
}

void pdf_put_date(struct buf *out, int64_t instant_ms) {
  struct civil_date civil = clock_civil(clock_date_of(instant_ms));
  int32_t seconds = clock_ms_of_day(instant_ms) / 1000;
  buf_printf(out, "(D:%04d%02u%02u%02d%02d%02d+07'00')", civil.year, civil.month, civil.day, seconds / 3600,
             seconds / 60 % 60, seconds % 60);
}

size_t pdf_utf8_put(uint8_t out[static 4], uint32_t character) {
  if (character < 0x80) {
    out[0] = (uint8_t)character;
    return 1;
  }
  size_t len = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
  for (size_t i = len - 1; i > 0; i--, character >>= 6) {
    out[i] = (uint8_t)(0x80 | (character & 0x3F));
  }
  static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  out[0] = (uint8_t)(lead[len] | character);
  return len;
}
