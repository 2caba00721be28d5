/* The head of a picture: enough to know what it is and how large, nothing is decoded here. */
#include "evidence/evidence.h"

enum { PIXELS_LEAST = 120, PIXELS_MOST = 16000 };

static uint32_t big_endian(const uint8_t *bytes, size_t count) {
  uint32_t number = 0;
  for (size_t i = 0; i < count; i++) {
    number = number << 8 | bytes[i];
  }
  return number;
}

/* [PNG 5.2, 11.2.2] signature, then IHDR. */
static bool read_png(struct slice bytes, struct evidence_picture *picture) {
  static const uint8_t head[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
  if (bytes.len < 33 || memcmp(bytes.ptr, head, sizeof head) != 0) {
    return false;
  }
  uint32_t width = big_endian(bytes.ptr + 16, 4);
  uint32_t height = big_endian(bytes.ptr + 20, 4);
  *picture = (struct evidence_picture){"image/png", width > INT32_MAX ? INT32_MAX : (int32_t)width, height > INT32_MAX ? INT32_MAX : (int32_t)height};
  return true;
}

/* Start of frame: C0 to CF but for DHT, JPG and DAC. */
static bool is_frame(uint8_t marker) { return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc; }

/* Segments one after the other, until the frame. */
static bool read_jpeg(struct slice bytes, struct evidence_picture *picture) {
  size_t at = 2;
  if (bytes.len < 4 || bytes.ptr[0] != 0xff || bytes.ptr[1] != 0xd8) {
    return false;
  }
  while (at + 9 < bytes.len && bytes.ptr[at] == 0xff) {
    uint8_t marker = bytes.ptr[at + 1];
    size_t length = big_endian(bytes.ptr + at + 2, 2);
    if (marker == 0xff) {
      at++; /* a fill byte */
    } else if (is_frame(marker)) {
      *picture = (struct evidence_picture){"image/jpeg", (int32_t)big_endian(bytes.ptr + at + 7, 2), (int32_t)big_endian(bytes.ptr + at + 5, 2)};
      return true;
    } else if (marker == 0xda || marker == 0xd9 || length < 2) {
      return false; /* the scan or the end before any frame */
    } else {
      at += 2 + length;
    }
  }
  return false;
}

result evidence_picture_read(struct slice bytes, struct evidence_picture *ret_picture) {
  struct evidence_picture picture;
  if (bytes.len > EVIDENCE_BYTES_MAX) {
    FAIL(EVIDENCE_TOO_LARGE, "%zu bytes", bytes.len);
  }
  if (!read_png(bytes, &picture) && !read_jpeg(bytes, &picture)) {
    FAIL(EVIDENCE_PICTURE, "neither JPEG nor PNG");
  }
  if (picture.width > PIXELS_MOST || picture.height > PIXELS_MOST) {
    FAIL(EVIDENCE_TOO_LARGE, "%d x %d pixels", picture.width, picture.height);
  }
  if (picture.width < PIXELS_LEAST || picture.height < PIXELS_LEAST) {
    FAIL(EVIDENCE_TOO_SMALL, "%d x %d pixels", picture.width, picture.height);
  }
  *ret_picture = picture;
  return OK;
}
