/* What a picture carries beside what is seen goes at the door: where it was taken, when, with which telephone, a smaller picture of before it was cut,
 * whatever follows its end. By structure: what may stay is listed, with the length it must have, and everything else is dropped; nothing is decoded. */
#include <zlib.h>

#include "evidence/evidence.h"

static uint32_t big_endian(const uint8_t *bytes, size_t count) {
  uint32_t number = 0;
  for (size_t i = 0; i < count; i++) {
    number = number << 8 | bytes[i];
  }
  return number;
}

struct cleaning {
  struct slice in;
  size_t at;
  uint8_t *out;
  size_t len;
  int orientation;  /* 1 to 8; 0: none is said */
  bool has_frame;   /* JPEG: the size is known */
  bool has_picture; /* a scan, or IDAT */
};

static size_t left(const struct cleaning *c) { return c->in.len - c->at; }
static const uint8_t *here(const struct cleaning *c) { return c->in.ptr + c->at; }

static void take(struct cleaning *c, const void *bytes, size_t len) {
  memcpy(c->out + c->len, bytes, len);
  c->len += len;
}

/* ---- PNG ---- */

enum { PNG_SIGNATURE = 8, PNG_AROUND = 12, PNG_PALETTE_BYTES_MAX = 768 }; /* length, type and CRC */

/* [PNG 11.2, 11.3] with the lengths they have; what else is ancillary says nothing of the picture's looks that a comparison needs. */
static bool may_stay(const uint8_t *type, uint32_t length) {
  static const struct {
    char type[5];
    uint32_t least, most;
  } kept[] = {{"IHDR", 13, 13}, {"PLTE", 3, PNG_PALETTE_BYTES_MAX}, {"IDAT", 0, UINT32_MAX}, {"IEND", 0, 0},
              {"tRNS", 1, 256}, {"gAMA", 4, 4},                     {"cHRM", 32, 32},        {"sRGB", 1, 1}};
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    if (memcmp(type, kept[i].type, 4) == 0) {
      return length >= kept[i].least && length <= kept[i].most;
    }
  }
  return false;
}

static bool is_critical(const uint8_t *type) { return (type[0] & 0x20) == 0; } /* [PNG 5.4] */

/* One chunk. false: it breaks the rules, or nobody can show the picture without it. */
static bool chunk(struct cleaning *c, bool *ret_is_end) {
  if (left(c) < PNG_AROUND) {
    return false;
  }
  uint32_t length = big_endian(here(c), 4);
  const uint8_t *type = here(c) + 4;
  if (length > left(c) - PNG_AROUND || big_endian(type + 4 + length, 4) != crc32(0, type, 4 + length)) {
    return false; /* [PNG 5.3] */
  }
  bool is_first = c->at == PNG_SIGNATURE;
  if (is_first != (memcmp(type, "IHDR", 4) == 0)) {
    return false; /* [PNG 5.6] first, and once */
  }
  if (may_stay(type, length)) {
    take(c, here(c), PNG_AROUND + length);
  } else if (is_critical(type)) {
    return false;
  }
  c->has_picture = c->has_picture || memcmp(type, "IDAT", 4) == 0;
  *ret_is_end = memcmp(type, "IEND", 4) == 0;
  c->at += PNG_AROUND + length;
  return true;
}

static bool clean_png(struct cleaning *c) {
  bool is_end = false;
  c->at = PNG_SIGNATURE;
  take(c, c->in.ptr, PNG_SIGNATURE);
  while (!is_end) {
    if (!chunk(c, &is_end)) {
      return false;
    }
  }
  return c->has_picture;
}

/* ---- JPEG ---- */

enum { SOF0 = 0xc0, DHT = 0xc4, JPG = 0xc8, DAC = 0xcc, SOF15 = 0xcf, RST0 = 0xd0, RST7 = 0xd7, SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DQT = 0xdb, DNL = 0xdc,
       DRI = 0xdd, APP0 = 0xe0, APP1 = 0xe1, APP14 = 0xee };

/* What says how the picture is held, written anew, so that nobody is shown lying on their side: an Exif of that one number, big-endian. */
static const uint8_t orientation_head[] = {0xff, APP1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0};
static const uint8_t orientation_tail[] = {0, 0, 0, 0, 0, 0};
enum { ORIENTATION_BYTES = sizeof orientation_head + 1 + sizeof orientation_tail };

static uint32_t tiff_number(const uint8_t *bytes, size_t count, bool is_big) {
  if (is_big) {
    return big_endian(bytes, count);
  }
  uint32_t number = 0;
  for (size_t i = count; i > 0; i--) {
    number = number << 8 | bytes[i - 1];
  }
  return number;
}

/* [TIFF 6.0 section 2] tag 274 in the first directory, a SHORT; 0: none. */
static int orientation_of(struct slice exif) {
  enum { HEAD = 6, TIFF_HEAD = 8, ENTRY = 12, ORIENTATION = 274, SHORT = 3, MOST = 8 };
  struct slice tiff = slice_from(exif, HEAD);
  if (!slice_starts(exif, S("Exif\0\0")) || tiff.len < TIFF_HEAD) {
    return 0;
  }
  bool is_big = tiff.ptr[0] == 'M';
  struct slice directory = slice_from(tiff, tiff_number(tiff.ptr + 4, 4, is_big));
  size_t count = directory.len < 2 ? 0 : tiff_number(directory.ptr, 2, is_big);
  for (size_t at = 2; count > 0 && at + ENTRY <= directory.len; count--, at += ENTRY) {
    const uint8_t *entry = directory.ptr + at;
    if (tiff_number(entry, 2, is_big) == ORIENTATION && tiff_number(entry + 2, 2, is_big) == SHORT) {
      uint32_t said = tiff_number(entry + 8, 2, is_big);
      return said <= MOST ? (int)said : 0;
    }
  }
  return 0;
}

/* [T.81 B.2.4.1, B.2.4.2] whole tables and nothing after them. */
static bool is_tables(uint8_t marker, struct slice tables) {
  while (tables.len > 0) {
    size_t size = 1 + (tables.ptr[0] >> 4 == 0 ? 64U : 128U);
    if (marker == DHT) {
      size = 17;
      for (size_t i = 1; i <= 16 && i < tables.len; i++) {
        size += tables.ptr[i];
      }
    }
    if (tables.len < size) {
      return false;
    }
    tables = slice_from(tables, size);
  }
  return true;
}

static bool is_frame(uint8_t marker) { return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC; }

/* [T.81 B.2.2 to B.2.5] what a segment that stays must be; no room is left in it for anything else. */
static bool fits(uint8_t marker, struct slice data) {
  switch (marker) {
    case DQT:
    case DHT: return is_tables(marker, data);
    case DAC: return data.len % 2 == 0 && data.len <= 32;
    case DRI:
    case DNL: return data.len == 2;
    case SOS: return data.len >= 6 && data.len == 4 + 2 * (size_t)data.ptr[0];
    default: return data.len >= 9 && data.len == 6 + 3 * (size_t)data.ptr[5]; /* a frame */
  }
}

/* Application data: which is which is kept of two, the rest of them is constants. */
static void application(struct cleaning *c, uint8_t marker, struct slice data) {
  static const uint8_t jfif[] = {0xff, APP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0}; /* no density, no thumbnail */
  static const uint8_t adobe[] = {0xff, APP14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0};
  enum { ADOBE_BYTES = 12, ADOBE_COLOURS_MOST = 2 };
  if (marker == APP0 && data.len >= sizeof jfif - 4 && slice_starts(data, S("JFIF\0"))) {
    take(c, jfif, sizeof jfif);
  } else if (marker == APP14 && data.len == ADOBE_BYTES && slice_starts(data, S("Adobe")) && data.ptr[ADOBE_BYTES - 1] <= ADOBE_COLOURS_MOST) {
    take(c, adobe, sizeof adobe);
    take(c, &data.ptr[ADOBE_BYTES - 1], 1); /* how colours are written: without it they are wrong */
  } else if (marker == APP1 && c->orientation == 0) {
    c->orientation = orientation_of(data);
  }
}

/* Entropy-coded data [T.81 B.1.1.5]: until a marker that is none of a restart. */
static void scan(struct cleaning *c) {
  size_t from = c->at;
  while (left(c) >= 2 && (here(c)[0] != 0xff || here(c)[1] == 0 || here(c)[1] == 0xff || (here(c)[1] >= RST0 && here(c)[1] <= RST7))) {
    c->at++;
  }
  take(c, c->in.ptr + from, c->at - from);
  c->has_picture = true;
}

/* One segment; false: it breaks the rules. */
static bool segment(struct cleaning *c, uint8_t marker) {
  enum { MARKER = 2 };
  size_t length = left(c) < 4 ? 0 : big_endian(here(c) + MARKER, 2);
  if (length < 2 || left(c) < MARKER + length) {
    return false;
  }
  struct slice data = slice_of(here(c) + 4, length - 2);
  bool stays = marker == DQT || marker == DHT || marker == DAC || marker == DRI || marker == DNL || marker == SOS || is_frame(marker);
  bool is_misplaced = (marker == SOS && !c->has_frame) || (is_frame(marker) && c->has_frame);
  if (stays ? is_misplaced || !fits(marker, data) : marker < APP0) {
    return false; /* below the application's there is no other that a picture of one frame has */
  }
  if (stays) {
    take(c, here(c), MARKER + length);
  } else {
    application(c, marker, data);
  }
  c->has_frame = c->has_frame || is_frame(marker);
  c->at += MARKER + length;
  if (marker == SOS) {
    scan(c);
  }
  return true;
}

/* out begins with room for the orientation, which stands before everything [Exif 4.5.4] and is known last. No segment grows. */
static bool clean_jpeg(struct cleaning *c) {
  static const uint8_t start[] = {0xff, SOI};
  static const uint8_t end[] = {0xff, EOI};
  c->at = sizeof start;
  c->len = sizeof start + ORIENTATION_BYTES;
  while (left(c) >= 2 && here(c)[0] == 0xff && here(c)[1] != EOI) {
    if (here(c)[1] == 0xff) {
      c->at++; /* a fill byte */
    } else if (!segment(c, here(c)[1])) {
      return false;
    }
  }
  if (left(c) < 2 || here(c)[0] != 0xff || !c->has_picture) {
    return false;
  }
  take(c, end, sizeof end);
  bool is_turned = c->orientation > 1;
  uint8_t *head = c->out + (is_turned ? 0 : ORIENTATION_BYTES);
  memcpy(head, start, sizeof start);
  if (is_turned) {
    memcpy(head + 2, orientation_head, sizeof orientation_head);
    head[2 + sizeof orientation_head] = (uint8_t)c->orientation;
    memcpy(head + 3 + sizeof orientation_head, orientation_tail, sizeof orientation_tail);
  }
  c->len -= (size_t)(head - c->out);
  c->out = head;
  return true;
}

result evidence_picture_clean(struct slice bytes, struct arena *arena, struct slice *ret_bytes) {
  struct evidence_picture picture;
  TRY(evidence_picture_read(bytes, &picture));
  bool is_png = bytes.ptr[0] == 0x89;
  struct cleaning c = {.in = bytes, .out = arena_alloc(arena, bytes.len + ORIENTATION_BYTES + 32)};
  if (!(is_png ? clean_png(&c) : clean_jpeg(&c))) {
    FAIL(EVIDENCE_PICTURE, "broken off, or not built like a picture");
  }
  *ret_bytes = slice_of(c.out, c.len);
  return OK;
}
