#include <stdlib.h>
#include <zlib.h>

#include "base/buf.h"
#include "evidence/evidence.h"
/* keep behind the headers under test */
#include "base/unit_test.h"

static int open_arena(void **state) {
  struct arena *arena = heap_alloc(sizeof *arena);
  arena_init(arena);
  *state = arena;
  return 0;
}
static int close_arena(void **state) {
  arena_free(*state);
  free(*state);
  return 0;
}

#define B(text) slice_of(text, sizeof(text) - 1)

/* ---- JPEG ---- */

static const char start[] = "\xff\xd8";
static const char end[] = "\xff\xd9";
static const char frame[] = "\xff\xc0\0\x0b\x08\x01\x2c\0\xc8\x01\x01\x11\0"; /* 200 x 300 */
static const char scan[] = "\xff\xda\0\x08\x01\x01\0\0\x3f\0" "scanned\xff\0more\xff\xd0" "after a restart";
static const char jfif[] = "\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
static const char jfif_thumbnail[] = "\xff\xe0\0\x13JFIF\0\x01\x02\x01\0\x48\0\x48\x01\x01RGB";
static const char adobe[] = "\xff\xee\0\x0e" "Adobe\0\x64\0\0\0\0\x01";
static const char adobe_flags[] = "\xff\xee\0\x0e" "Adobe\0\x64" "ABCD\x01";
static const char restart[] = "\xff\xdd\0\x04\0\x08";
static const char turned[] = "\xff\xe1\0\x22" "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
/* little-endian: orientation 6, then where it was taken */
static const char exif[] = "Exif\0\0II\x2a\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0" "N 21.0285 E 105.8";

static struct slice join(struct arena *arena, const struct slice *parts) {
  struct buf buf;
  buf_init(&buf, arena, 512);
  for (; parts->ptr != NULL; parts++) {
    buf_append(&buf, *parts);
  }
  return buf_slice(&buf);
}
#define JOIN(...) join(arena, (const struct slice[]){__VA_ARGS__, {0}})

static struct slice segment(struct arena *arena, uint8_t marker, struct slice data) {
  const uint8_t head[] = {0xff, marker, (uint8_t)((data.len + 2) >> 8), (uint8_t)(data.len + 2)};
  return JOIN(slice_of(head, sizeof head), data);
}
#define SEGMENT(marker, text) segment(arena, marker, B(text))

static void expect(struct arena *arena, struct slice given, struct slice wanted) {
  struct slice clean = {0};
  struct slice again = {0};
  assert_ok(evidence_picture_clean(given, arena, &clean));
  assert_true(slice_eq(clean, wanted));
  assert_ok(evidence_picture_clean(clean, arena, &again));
  assert_true(slice_eq(again, clean));
}

static void a_photograph_keeps_neither_place_nor_time_nor_camera(void **state) {
  struct arena *arena = *state;
  struct slice given = JOIN(B(start), B(jfif_thumbnail), SEGMENT(0xe1, exif), SEGMENT(0xe1, "http://ns.adobe.com/xap/1.0/"),
                            SEGMENT(0xe2, "ICC_PROFILE"), SEGMENT(0xed, "Photoshop 3.0"), B("\xff"), SEGMENT(0xfe, "some telephone"), B(adobe_flags),
                            B(restart), B(frame), B(scan), SEGMENT(0xfe, "later"), B(end), B("\xff\xd8 a second picture, a film, a trailer"));
  expect(arena, given, JOIN(B(start), B(turned), B(jfif), B(adobe), B(restart), B(frame), B(scan), B(end)));
}

static void how_it_was_held_is_all_that_stays_of_exif(void **state) {
  struct arena *arena = *state;
  static const struct {
    struct slice exif;
    bool is_turned;
  } rows[] = {
      {S_INIT("\xff\xe1\0\x22" "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"), true},
      {S_INIT("\xff\xe1\0\x22" "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x01\0\0\0\0\0\0"), false}, /* upright */
      {S_INIT("\xff\xe1\0\x22" "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0\0\0\0\0"), false}, /* no such way */
      {S_INIT("\xff\xe1\0\x22" "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x02\0\0\0\x01\0\x06\0\0\0\0\0\0"), false}, /* a text */
      {S_INIT("\xff\xe1\0\x22" "Exif\0\0MM\0\x2a\xff\xff\xff\xff\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"), false}, /* a directory nowhere */
      {S_INIT("\xff\xe1\0\x12" "Exif\0\0MM\0\x2a\0\0\0\x08\xff\xff"), false},                                             /* entries that are not there */
      {S_INIT("\xff\xe1\0\x0a" "Exif\0\0MM"), false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct slice given = JOIN(B(start), rows[i].exif, B(frame), B(scan), B(end));
    expect(arena, given, JOIN(B(start), rows[i].is_turned ? B(turned) : S(""), B(frame), B(scan), B(end)));
  }
}

static void refuses_a_photograph_with_room_for_more(void **state) {
  struct arena *arena = *state;
  static const char table[] = "\xff\xdb\0\x43\0" "1234567812345678123456781234567812345678123456781234567812345678";
  static const char codes[] = "\xff\xc4\0\x14\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05";
  struct slice clean;
  expect(arena, JOIN(B(start), B(table), B(codes), B(frame), B(scan), B(end)), JOIN(B(start), B(table), B(codes), B(frame), B(scan), B(end)));
  const struct slice rows[] = {
      JOIN(B(start), B(frame), B(scan)),                                                                    /* no end */
      JOIN(B(start), B(frame), B(end)),                                                                     /* no scan */
      JOIN(B(start), B(frame), B(frame), B(scan), B(end)),                                                  /* two frames */
      JOIN(B(start), B(frame), B(scan), B("\xff\xdb\0\x46"), slice_of(table + 4, 65), B("abc"), B(end)),    /* text behind a table */
      JOIN(B(start), B("\xff\xc4\0\x15"), slice_of(codes + 4, 18), B("!"), B(frame), B(scan), B(end)),      /* and behind codes */
      JOIN(B(start), B("\xff\xdd\0\x08\0\x08text"), B(frame), B(scan), B(end)),                             /* and behind an interval */
      JOIN(B(start), B(frame), B("\xff\xda\0\x0c\x01\x01\0\0\x3f\0text"), B("s"), B(end)),                  /* and in a scan's head */
      JOIN(B(start), B(frame), B("\xff\xde\0\x04" "ab"), B(scan), B(end)),                                     /* a marker of other pictures */
      JOIN(B(start), B(frame), B(scan), B("\xff\xfe\x7f\xff" "beyond the end"), B(end)),                    /* a comment longer than all */
      JOIN(B(start), B(frame), B(scan), B("\xff\xfe\0\x01")),
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_code(evidence_picture_clean(rows[i], arena, &clean), EVIDENCE_PICTURE);
  }
}

/* ---- PNG ---- */

static struct slice chunk(struct arena *arena, const char *type, struct slice data) {
  struct buf buf;
  buf_init(&buf, arena, data.len + 12);
  const uint8_t length[4] = {0, 0, (uint8_t)(data.len >> 8), (uint8_t)data.len};
  buf_append(&buf, slice_of(length, 4));
  buf_append_str(&buf, type);
  buf_append(&buf, data);
  uint32_t crc = (uint32_t)crc32(0, buf.ptr + 4, (uInt)(4 + data.len));
  const uint8_t tail[4] = {(uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8), (uint8_t)crc};
  buf_append(&buf, slice_of(tail, 4));
  return buf_slice(&buf);
}
#define CHUNK(type, text) chunk(arena, type, B(text))

static const char signature[] = "\x89PNG\r\n\x1a\n";
static const char header[] = "\0\0\0\xa0\0\0\0\xc8\x08\x03\0\0\0";

static void a_png_keeps_neither_texts_nor_exif_nor_what_follows_its_end(void **state) {
  struct arena *arena = *state;
  struct slice head = CHUNK("IHDR", header);
  struct slice palette = CHUNK("PLTE", "abcdef");
  struct slice clear = CHUNK("tRNS", "\xff\0");
  struct slice picture = CHUNK("IDAT", "dots");
  struct slice last = CHUNK("IEND", "");
  struct slice given = JOIN(B(signature), head, CHUNK("tIME", "\x07\xea\x0b\x16\0\0\0"), CHUNK("iCCP", "name\0\0profile"), palette, clear,
                            CHUNK("tEXt", "Author\0Nguyen Van A"), CHUNK("eXIf", "MM\0*"), picture, CHUNK("iTXt", "XML:com.adobe.xmp\0\0\0\0\0<x/>"), picture,
                            CHUNK("zTXt", "Comment\0\0x"), CHUNK("prVt", "of some telephone"), last, B("a trailer"));
  expect(arena, given, JOIN(B(signature), head, palette, clear, picture, picture, last));
  struct slice drawn = evidence_demonstration_portrait(arena, S("001093047064"));
  expect(arena, drawn, drawn);
}

static void refuses_a_png_that_is_broken(void **state) {
  struct arena *arena = *state;
  struct slice head = CHUNK("IHDR", header);
  struct slice picture = CHUNK("IDAT", "dots");
  struct slice last = CHUNK("IEND", "");
  struct slice wrong = CHUNK("IDAT", "dots");
  ((uint8_t *)(uintptr_t)wrong.ptr)[wrong.len - 1] ^= 1;
  struct slice clean;
  const struct slice rows[] = {
      JOIN(B(signature), head, picture),                            /* no end */
      JOIN(B(signature), head, last),                               /* no picture */
      JOIN(B(signature), head, wrong, last),                        /* [PNG 5.3] CRC */
      JOIN(B(signature), head, head, picture, last),                /* [PNG 5.6] two headers */
      JOIN(B(signature), head, CHUNK("NEED", "x"), picture, last),  /* [PNG 5.4] critical, and not ours */
      JOIN(B(signature), head, picture, CHUNK("IEND", "text")),
      JOIN(B(signature), head, B("\x7f\xff\xff\xffIDAT"), last),
      JOIN(B(signature), head, CHUNK("PLTE", ""), picture, last),
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_code(evidence_picture_clean(rows[i], arena, &clean), EVIDENCE_PICTURE);
  }
  assert_code(evidence_picture_clean(S("<svg></svg>"), arena, &clean), EVIDENCE_PICTURE);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
  const struct CMUnitTest tests[] = {
      CASE(a_photograph_keeps_neither_place_nor_time_nor_camera), CASE(how_it_was_held_is_all_that_stays_of_exif),
      CASE(refuses_a_photograph_with_room_for_more),              CASE(a_png_keeps_neither_texts_nor_exif_nor_what_follows_its_end),
      CASE(refuses_a_png_that_is_broken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
