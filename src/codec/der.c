#include "codec/der.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"

/* ---- writing ---- */

size_t der_open(struct buf *out, uint8_t tag) {
  buf_append_byte(out, tag);
  return out->len;
}

/* The bytes a length takes; written to length[]. */
static size_t write_length(uint8_t length[static 9], size_t value) {
  if (value < 0x80) {
    length[0] = (uint8_t)value;
    return 1;
  }
  size_t count = 0;
  for (size_t rest = value; rest > 0; rest >>= 8) {
    count++;
  }
  length[0] = (uint8_t)(0x80 | count);
  for (size_t i = 0; i < count; i++) {
    length[1 + i] = (uint8_t)(value >> (8 * (count - 1 - i)));
  }
  return 1 + count;
}

void der_close(struct buf *out, size_t mark) {
  assert(mark > 0 && mark <= out->len);
  size_t content = out->len - mark;
  uint8_t length[9];
  size_t length_bytes = write_length(length, content);
  (void)buf_extend(out, length_bytes);
  memmove(out->ptr + mark + length_bytes, out->ptr + mark, content);
  memcpy(out->ptr + mark, length, length_bytes);
}

static int compare_members(const void *a, const void *b) {
  return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

void der_close_set_of(struct buf *out, size_t mark) {
  enum { MEMBERS_MAX = 64 };
  struct slice members[MEMBERS_MAX];
  size_t count = 0;
  struct slice content = arena_copy(out->arena, slice_of(out->ptr + mark, out->len - mark));
  struct slice rest = content;
  while (rest.len > 0) {
    struct der_item item;
    result read = der_next(&rest, &item);
    assert(is_ok(read) && count < MEMBERS_MAX);
    members[count++] = item.whole;
  }
  qsort(members, count, sizeof *members, compare_members);
  out->len = mark;
  for (size_t i = 0; i < count; i++) {
    buf_append(out, members[i]);
  }
  der_close(out, mark);
}

void der_put(struct buf *out, uint8_t tag, struct slice content) {
  uint8_t length[9];
  size_t length_bytes = write_length(length, content.len);
  buf_append_byte(out, tag);
  buf_append(out, slice_of(length, length_bytes));
  buf_append(out, content);
}

static void append_arc(struct buf *out, uint64_t arc) {
  int shift = 0;
  while (shift < 63 && arc >> (shift + 7) != 0) {
    shift += 7;
  }
  for (; shift > 0; shift -= 7) {
    buf_append_byte(out, (uint8_t)(0x80 | ((arc >> shift) & 0x7F)));
  }
  buf_append_byte(out, (uint8_t)(arc & 0x7F));
}

void der_put_oid(struct buf *out, const char *dotted) {
  size_t mark = der_open(out, DER_OID);
  uint64_t first = 0;
  size_t index = 0;
  for (const char *at = dotted; *at != '\0'; index++) {
    uint64_t arc = 0;
    assert(*at >= '0' && *at <= '9');
    while (*at >= '0' && *at <= '9') {
      arc = arc * 10 + (uint64_t)(*at++ - '0');
    }
    at += *at == '.';
    if (index == 0) {
      first = arc;
    } else {
      append_arc(out, index == 1 ? first * 40 + arc : arc);
    }
  }
  assert(index >= 2);
  der_close(out, mark);
}

void der_put_int(struct buf *out, int64_t number) {
  uint8_t bytes[8];
  for (int i = 0; i < 8; i++) {
    bytes[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
  }
  size_t skip = 0; /* [X690 8.3.2] the first nine bits are not all alike */
  while (skip < 7 &&
         ((bytes[skip] == 0 && bytes[skip + 1] < 0x80) || (bytes[skip] == 0xFF && bytes[skip + 1] >= 0x80))) {
    skip++;
  }
  der_put(out, DER_INTEGER, slice_of(bytes + skip, 8 - skip));
}

void der_put_unsigned(struct buf *out, struct slice magnitude) {
  while (magnitude.len > 0 && magnitude.ptr[0] == 0) {
    magnitude = slice_from(magnitude, 1);
  }
  size_t mark = der_open(out, DER_INTEGER);
  if (magnitude.len == 0 || magnitude.ptr[0] >= 0x80) {
    buf_append_byte(out, 0);
  }
  buf_append(out, magnitude);
  der_close(out, mark);
}

void der_put_bool(struct buf *out, bool boolean) {
  uint8_t byte = boolean ? 0xFF : 0; /* [X690 11.1] */
  der_put(out, DER_BOOLEAN, slice_of(&byte, 1));
}

void der_put_null(struct buf *out) {
  der_put(out, DER_NULL, slice_of(NULL, 0));
}

void der_put_bits(struct buf *out, struct slice bytes, uint8_t unused_bits) {
  size_t mark = der_open(out, DER_BIT_STRING);
  buf_append_byte(out, unused_bits);
  buf_append(out, bytes);
  der_close(out, mark);
}

/* YYYYMMDDHHMMSSZ */
static struct slice write_time(struct arena *arena, int64_t instant_ms) {
  int64_t utc_ms = instant_ms - CLOCK_UTC_OFFSET_MS; /* clock.h splits in UTC+7 */
  struct civil_date civil = clock_civil(clock_date_of(utc_ms));
  int32_t second = clock_ms_of_day(utc_ms) / 1000;
  return arena_printf(arena, "%04d%02u%02u%02d%02d%02dZ", civil.year, civil.month, civil.day, second / 3600,
                      second / 60 % 60, second % 60);
}

void der_put_time(struct buf *out, int64_t instant_ms) {
  struct slice text = write_time(out->arena, instant_ms);
  bool utc_time = slice_cmp(slice_sub(text, 0, 4), S("1950")) >= 0 && slice_cmp(slice_sub(text, 0, 4), S("2050")) < 0;
  der_put(out, utc_time ? DER_UTC_TIME : DER_GENERALIZED_TIME, utc_time ? slice_from(text, 2) : text);
}

void der_put_generalized_time(struct buf *out, int64_t instant_ms) {
  der_put(out, DER_GENERALIZED_TIME, write_time(out->arena, instant_ms));
}

/* ---- reading ---- */

static result read_length(struct slice s, size_t *ret_length, size_t *ret_header) {
  if (s.len < 2) {
    FAIL(CODEC_DER_SYNTAX, "cut short");
  }
  if (s.ptr[1] < 0x80) {
    *ret_length = s.ptr[1];
    *ret_header = 2;
    return OK;
  }
  size_t count = s.ptr[1] & 0x7F;
  if (count == 0 || count > 4 || s.len < 2 + count) { /* 4 GiB are enough; 0x80 is the indefinite form */
    FAIL(CODEC_DER_SYNTAX, "length form not allowed");
  }
  size_t length = 0;
  for (size_t i = 0; i < count; i++) {
    length = length << 8 | s.ptr[2 + i];
  }
  if (length < 0x80 || s.ptr[2] == 0) {
    FAIL(CODEC_DER_SYNTAX, "length not minimal");
  }
  *ret_length = length;
  *ret_header = 2 + count;
  return OK;
}

result der_next(struct slice *rest, struct der_item *ret_item) {
  size_t length = 0;
  size_t header = 0;
  TRY(read_length(*rest, &length, &header));
  if ((rest->ptr[0] & 0x1F) == 0x1F) {
    FAIL(CODEC_DER_SYNTAX, "tag number above 30");
  }
  if (rest->len - header < length) {
    FAIL(CODEC_DER_SYNTAX, "content cut short");
  }
  *ret_item = (struct der_item){rest->ptr[0], slice_sub(*rest, header, length), slice_sub(*rest, 0, header + length)};
  *rest = slice_from(*rest, header + length);
  return OK;
}

result der_expect(struct slice *rest, uint8_t tag, struct slice *ret_content) {
  struct slice after = *rest;
  struct der_item item;
  TRY(der_next(&after, &item));
  if (item.tag != tag) {
    FAIL(CODEC_DER_SYNTAX, "tag 0x%02x where 0x%02x is due", item.tag, tag);
  }
  *rest = after;
  *ret_content = item.content;
  return OK;
}

bool der_is_next(struct slice rest, uint8_t tag) {
  return rest.len > 0 && rest.ptr[0] == tag;
}

result der_end(struct slice rest) {
  if (rest.len > 0) {
    FAIL(CODEC_DER_SYNTAX, "%zu bytes too many", rest.len);
  }
  return OK;
}

/* What the readers below share: `after` becomes *rest only once the content has been found good. */
static result read_integer(struct slice *after, struct slice *ret_content) {
  struct slice content = {0};
  TRY(der_expect(after, DER_INTEGER, &content));
  bool padded = content.len > 1 &&
                ((content.ptr[0] == 0 && content.ptr[1] < 0x80) || (content.ptr[0] == 0xFF && content.ptr[1] >= 0x80));
  if (content.len == 0 || padded) {
    FAIL(CODEC_DER_SYNTAX, "integer not minimal");
  }
  *ret_content = content;
  return OK;
}

result der_read_int(struct slice *rest, int64_t *ret_number) {
  struct slice after = *rest;
  struct slice content = {0};
  TRY(read_integer(&after, &content));
  if (content.len > 8) {
    FAIL(CODEC_DER_SYNTAX, "integer of more than 64 bits");
  }
  uint64_t number = content.ptr[0] >= 0x80 ? UINT64_MAX : 0;
  for (size_t i = 0; i < content.len; i++) {
    number = number << 8 | content.ptr[i];
  }
  *rest = after;
  *ret_number = (int64_t)number;
  return OK;
}

result der_read_unsigned(struct slice *rest, struct slice *ret_magnitude) {
  struct slice after = *rest;
  struct slice content = {0};
  TRY(read_integer(&after, &content));
  if (content.ptr[0] >= 0x80) {
    FAIL(CODEC_DER_SYNTAX, "negative integer");
  }
  *rest = after;
  *ret_magnitude = content.len > 1 && content.ptr[0] == 0 ? slice_from(content, 1) : content;
  return OK;
}

result der_read_bool(struct slice *rest, bool *ret_boolean) {
  struct slice after = *rest;
  struct slice content = {0};
  TRY(der_expect(&after, DER_BOOLEAN, &content));
  if (content.len != 1 || (content.ptr[0] != 0 && content.ptr[0] != 0xFF)) {
    FAIL(CODEC_DER_SYNTAX, "boolean is neither 00 nor FF"); /* [X690 11.1] */
  }
  *rest = after;
  *ret_boolean = content.ptr[0] != 0;
  return OK;
}

result der_read_bits(struct slice *rest, struct slice *ret_bytes) {
  struct slice after = *rest;
  struct slice content = {0};
  TRY(der_expect(&after, DER_BIT_STRING, &content));
  if (content.len == 0 || content.ptr[0] != 0) {
    FAIL(CODEC_DER_SYNTAX, "bit string is not whole bytes");
  }
  *rest = after;
  *ret_bytes = slice_from(content, 1);
  return OK;
}

static result append_dotted(struct buf *out, struct slice content) {
  uint64_t arc = 0;
  bool first = true;
  bool begun = false;
  for (size_t i = 0; i < content.len; i++) {
    uint8_t byte = content.ptr[i];
    if ((!begun && byte == 0x80) || arc >> 57 != 0) {
      FAIL(CODEC_DER_SYNTAX, "object identifier arc not minimal or too large");
    }
    arc = arc << 7 | (byte & 0x7F);
    begun = byte >= 0x80;
    if (begun) {
      continue;
    }
    if (first) {
      uint64_t root = arc < 80 ? arc / 40 : 2;
      buf_printf(out, "%d.%llu", (int)root, (unsigned long long)(arc - root * 40));
    } else {
      buf_printf(out, ".%llu", (unsigned long long)arc);
    }
    first = false;
    arc = 0;
  }
  if (begun || first) {
    FAIL(CODEC_DER_SYNTAX, "object identifier cut short");
  }
  return OK;
}

result der_read_oid(struct slice *rest, struct arena *arena, struct slice *ret_dotted) {
  struct slice after = *rest;
  struct slice content = {0};
  TRY(der_expect(&after, DER_OID, &content));
  struct buf out;
  buf_init(&out, arena, 64);
  TRY(append_dotted(&out, content));
  *rest = after;
  *ret_dotted = buf_slice(&out);
  return OK;
}

result der_read_time(struct slice *rest, int64_t *ret_instant_ms) {
  struct slice after = *rest;
  struct der_item item;
  TRY(der_next(&after, &item));
  size_t digits = item.tag == DER_UTC_TIME ? 12 : 14;
  bool is_time = item.tag == DER_UTC_TIME || item.tag == DER_GENERALIZED_TIME;
  if (!is_time || item.content.len != digits + 1 || item.content.ptr[digits] != 'Z') {
    FAIL(CODEC_DER_SYNTAX, "not a time in the form of RFC 5280");
  }
  char t[15] = {0};
  size_t century = 14 - digits;
  memcpy(t + century, item.content.ptr, digits);
  if (century > 0) {
    memcpy(t, item.content.ptr[0] >= '5' ? "19" : "20", 2); /* [RFC5280 4.1.2.5.1] */
  }
  char text[24] = {t[0], t[1], t[2], t[3], '-',   t[4],  t[5], '-',   t[6],  t[7],
                   'T',  t[8], t[9], ':',  t[10], t[11], ':',  t[12], t[13], 'Z'};
  int64_t instant_ms = 0;
  if (!is_ok(clock_instant_parse(slice_of(text, 20), &instant_ms))) {
    FAIL(CODEC_DER_SYNTAX, "no such time");
  }
  *rest = after;
  *ret_instant_ms = instant_ms;
  return OK;
}
