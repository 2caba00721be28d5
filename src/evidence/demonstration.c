/* The demonstration has no faces: its identity database holds a drawn one for each number, and its matcher tells drawn ones apart byte by byte. Of a
 * photograph it says that it cannot tell, and an officer looks. It never takes a picture for somebody's because it was sent. Where nobody looks (a face as a proof)
 * it wants a shot, which its own page draws anew each time; a copy of the portrait is not alive. */
#include <zlib.h>

#include "base/buf.h"
#include "crypto/digest.h"
#include "evidence/evidence.h"

enum { WIDTH = 160, HEIGHT = 200, ROW = WIDTH + 1, COLOURS = 6, BACKGROUND = 0, SKIN, HAIR, EYE, MOUTH, CLOTHES };

/* Stands in the palette after the colours, where no dot of the picture points: nine colours that say what drew it. */
static const char mark[] = "danh-demonstration-portrait";
enum { MARK_BYTES = sizeof mark - 1, PALETTE_BYTES = 3 * COLOURS + MARK_BYTES, NONCE_BYTES = 15 };
_Static_assert(PALETTE_BYTES % 3 == 0 && NONCE_BYTES % 3 == 0, "whole colours");

/* What tells one drawn face from another. */
struct face {
  const uint8_t *draw; /* 32 random-looking bytes of the number */
};

static int between(const struct face *face, int at, int least, int most) { return least + face->draw[at] % (most - least + 1); }

static bool in_ellipse(int x, int y, int rx, int ry) { return x * x * ry * ry + y * y * rx * rx <= rx * rx * ry * ry; }

static uint8_t colour_at(const struct face *face, int x, int y) {
  int cx = x - WIDTH / 2;
  int cy = y - 95;
  int width = between(face, 0, 38, 48);
  int height = between(face, 1, 50, 60);
  int eyes = between(face, 2, 14, 22);
  int mouth = between(face, 3, 10, 20);
  int brow = between(face, 4, 12, 24);
  if (in_ellipse(cx - eyes, cy + 8, 5, 4) || in_ellipse(cx + eyes, cy + 8, 5, 4)) {
    return EYE;
  }
  if (in_ellipse(cx, cy - between(face, 5, 24, 32), mouth, 4)) {
    return MOUTH;
  }
  bool is_head = in_ellipse(cx, cy, width, height);
  bool is_long = face->draw[6] % 2 == 0;
  if ((is_head && cy < -brow) || (in_ellipse(cx, cy + 4, width + 8, height + 6) && !is_head && (cy < 0 || (is_long && cy < 45)))) {
    return HAIR;
  }
  if (is_head || (cx > -14 && cx < 14 && cy > 0 && cy < 70)) {
    return SKIN;
  }
  return in_ellipse(cx, y - HEIGHT, 70, 45) ? CLOTHES : BACKGROUND;
}

static void put_chunk(struct buf *out, const char *type, struct slice data) {
  uint8_t head[8] = {(uint8_t)(data.len >> 24), (uint8_t)(data.len >> 16), (uint8_t)(data.len >> 8), (uint8_t)data.len};
  memcpy(head + 4, type, 4);
  uint32_t crc = (uint32_t)crc32(crc32(0, head + 4, 4), data.len ? data.ptr : head, (uInt)data.len);
  const uint8_t tail[4] = {(uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8), (uint8_t)crc};
  buf_append(out, slice_of(head, sizeof head));
  buf_append(out, data);
  buf_append(out, slice_of(tail, sizeof tail));
}

static void palette_of(const struct face *face, uint8_t ret_palette[static PALETTE_BYTES]) {
  static const uint8_t skins[4][3] = {{241, 203, 168}, {224, 180, 140}, {198, 150, 112}, {166, 118, 84}};
  static const uint8_t hairs[4][3] = {{26, 22, 20}, {48, 34, 28}, {70, 52, 40}, {120, 118, 116}};
  const uint8_t rest[4][3] = {{(uint8_t)(190 + face->draw[7] % 50), (uint8_t)(205 + face->draw[8] % 45), (uint8_t)(215 + face->draw[9] % 40)},
                              {30, 30, 36}, {170, 70, 76}, {(uint8_t)(40 + face->draw[10] % 120), (uint8_t)(50 + face->draw[11] % 120), (uint8_t)(70 + face->draw[12] % 120)}};
  memcpy(ret_palette + 3 * BACKGROUND, rest[0], 3);
  memcpy(ret_palette + 3 * SKIN, skins[face->draw[13] % 4], 3);
  memcpy(ret_palette + 3 * HAIR, hairs[face->draw[14] % 4], 3);
  memcpy(ret_palette + 3 * EYE, rest[1], 3);
  memcpy(ret_palette + 3 * MOUTH, rest[2], 3);
  memcpy(ret_palette + 3 * CLOTHES, rest[3], 3);
  memcpy(ret_palette + (size_t)3 * COLOURS, mark, MARK_BYTES);
}

/* nonce: empty, or of one shot: more colours nobody sees. */
static struct slice draw(struct arena *arena, struct slice pin, struct slice nonce) {
  static const uint8_t header[] = {0, 0, 0, WIDTH, 0, 0, 0, HEIGHT, 8, 3, 0, 0, 0}; /* eight bits, palette */
  uint8_t chance[DIGEST_BYTES];
  uint8_t palette[PALETTE_BYTES + NONCE_BYTES];
  digest_sha256(arena_printf(arena, "danh-demonstration-portrait %.*s", SLICE_ARG(pin)), chance);
  const struct face face = {chance};
  uint8_t *rows = arena_alloc(arena, (size_t)ROW * HEIGHT);
  for (int y = 0; y < HEIGHT; y++) {
    for (int x = 0; x < WIDTH; x++) {
      rows[y * ROW + 1 + x] = colour_at(&face, x, y);
    }
    rows[y * ROW] = 0; /* no filter */
  }
  uLongf packed_bytes = compressBound((uLong)ROW * HEIGHT);
  uint8_t *packed = arena_alloc(arena, packed_bytes);
  (void)compress2(packed, &packed_bytes, rows, (uLong)ROW * HEIGHT, 9); /* into room for the worst case: it cannot fail */
  struct buf out;
  buf_init(&out, arena, packed_bytes + 256);
  buf_append(&out, slice_of("\x89PNG\r\n\x1a\n", 8));
  put_chunk(&out, "IHDR", slice_of(header, sizeof header));
  palette_of(&face, palette);
  memcpy(palette + PALETTE_BYTES, nonce.ptr, nonce.len);
  put_chunk(&out, "PLTE", slice_of(palette, PALETTE_BYTES + nonce.len));
  put_chunk(&out, "IDAT", slice_of(packed, packed_bytes));
  put_chunk(&out, "IEND", S(""));
  return buf_slice(&out);
}

struct slice evidence_demonstration_portrait(struct arena *arena, struct slice pin) { return draw(arena, pin, S("")); }

struct slice evidence_demonstration_shot(struct arena *arena, struct random *random, struct slice pin) {
  uint8_t nonce[NONCE_BYTES];
  random_fill(random, nonce, sizeof nonce);
  return draw(arena, pin, slice_of(nonce, sizeof nonce));
}

/* The palette of a picture that was drawn here; empty: it is none. */
static struct slice palette_in(struct slice sample) {
  enum { SIGNATURE = 8, HEADER_CHUNK = 25, CHUNK_HEAD = 8, AT = SIGNATURE + HEADER_CHUNK };
  bool is_shot = slice_starts(slice_from(sample, AT), slice_of((const uint8_t[]){0, 0, 0, PALETTE_BYTES + NONCE_BYTES}, 4));
  struct slice palette = slice_sub(sample, AT + CHUNK_HEAD, PALETTE_BYTES + (is_shot ? (size_t)NONCE_BYTES : 0));
  return slice_starts(slice_from(palette, (size_t)3 * COLOURS), slice_of(mark, MARK_BYTES)) ? palette : S("");
}

static result compare(const struct evidence_matcher *matcher, struct arena *arena, const struct evidence_question *question,
                      struct evidence_opinion *ret_opinion) {
  struct evidence_opinion opinion = {.verdict = EVIDENCE_UNSURE, .score = -1, .engine = slice_str(matcher->name), .reason = S("not_drawn")};
  struct slice palette = palette_in(question->sample);
  if (question->kind != EVIDENCE_FINGERPRINTS && palette.len > 0) {
    bool same = slice_eq(question->sample, draw(arena, question->pin, slice_from(palette, PALETTE_BYTES)));
    bool is_dead = question->is_live && palette.len == PALETTE_BYTES;
    opinion.verdict = is_dead ? EVIDENCE_UNUSABLE : same ? EVIDENCE_MATCH : EVIDENCE_NO_MATCH;
    opinion.score = is_dead ? -1 : same ? 1000 : 0;
    opinion.reason = is_dead ? S("not_alive") : S("");
  }
  *ret_opinion = opinion;
  return OK;
}

static result portrait(const struct evidence_matcher *matcher, struct arena *arena, struct slice pin, struct slice *ret_bytes) {
  (void)matcher;
  *ret_bytes = evidence_demonstration_portrait(arena, pin);
  return OK;
}

const struct evidence_matcher *evidence_demonstration_matcher(void) {
  static const struct evidence_matcher matcher = {.name = "danh-demonstration", .is_demonstration = true, .compare = compare, .portrait = portrait};
  return &matcher;
}
