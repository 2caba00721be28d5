/* The pale drum behind the text: the star and rings of a Đông Sơn bronze drum. One of its fourteen sectors is drawn and
 * turned: the same operators fourteen times, which compress to a few hundred bytes. */
#include "pdf/paper.h"

enum { RAYS = 14 };

/* sin and cos of i * pi / 112, times 10000: sixteenths of a sector */
static const int32_t sine[] = {0, 280, 561, 841, 1120, 1399, 1675, 1951, 2225};
static const int32_t cosine[] = {10000, 9996, 9984, 9965, 9937, 9902, 9859, 9808, 9749};

/* Four Bezier arcs; 0.5523 is the usual handle. */
static void put_circle(struct buf *out, int32_t cx, int32_t cy, int32_t radius) {
  int32_t handle = radius * 5523 / 10000;
  PDF_PUT(out, cx + radius, cy);
  buf_append(out, S("m "));
  PDF_PUT(out, cx + radius, cy + handle, cx + handle, cy + radius, cx, cy + radius);
  buf_append(out, S("c "));
  PDF_PUT(out, cx - handle, cy + radius, cx - radius, cy + handle, cx - radius, cy);
  buf_append(out, S("c "));
  PDF_PUT(out, cx - radius, cy - handle, cx - handle, cy - radius, cx, cy - radius);
  buf_append(out, S("c "));
  PDF_PUT(out, cx + handle, cy - radius, cx + radius, cy - handle, cx + radius, cy);
  buf_append(out, S("c S\n"));
}

/* A point at `sixteenths` of a sector from its middle, -8 to 8. One sector is 2 pi / 14. */
static void put_point(struct buf *out, int sixteenths, int32_t radius, const char *operator) {
  int size = sixteenths < 0 ? -sixteenths : sixteenths;
  PDF_PUT(out, cosine[size] * radius / 100, (sixteenths < 0 ? -sine[size] : sine[size]) * radius / 100);
  buf_append_str(out, operator);
}

/* Four small triangles a sector, pointing from the inner radius to the outer. */
static void put_teeth(struct buf *out, int32_t base, int32_t tip) {
  for (int from = -8; from < 8; from += 4) {
    put_point(out, from, base, "m ");
    put_point(out, from + 4, base, "l ");
    put_point(out, from + 2, tip, "l h f\n");
  }
}

/* Rings strung on a circle, two or four a sector. */
static void put_rings(struct buf *out, int32_t radius, int32_t size, int step) {
  for (int at = -8 + step / 2; at < 8; at += step) {
    int i = at < 0 ? -at : at;
    put_circle(out, cosine[i] * radius / 100, (at < 0 ? -sine[i] : sine[i]) * radius / 100, PT(size));
  }
}

static struct slice sector(struct arena *arena) {
  struct buf out;
  buf_init(&out, arena, 8 * 1024);
  put_point(&out, -8, 52, "m ");
  put_point(&out, 0, 150, "l ");
  put_point(&out, 8, 52, "l ");
  buf_append(&out, S("0 0 l h f\n"));
  put_rings(&out, 193, 8, 4);
  put_teeth(&out, 230, 282);
  put_rings(&out, 325, 13, 4);
  put_teeth(&out, 432, 368);
  put_rings(&out, 470, 16, 4);
  return buf_slice(&out);
}

struct slice pdf_background(struct arena *arena) {
  static const int32_t circles[] = {165, 172, 215, 222, 290, 297, 352, 359, 440, 447, 492, 498};
  struct slice part = sector(arena);
  struct buf out;
  buf_init(&out, arena, 32 * 1024);
  buf_append(&out, S("0.968 0.949 0.909 rg 0.968 0.949 0.909 RG 2 w 1 0 0 1 500 500 cm\n"));
  for (size_t i = 0; i < sizeof circles / sizeof *circles; i++) {
    put_circle(&out, 0, 0, PT(circles[i]));
  }
  for (int ray = 0; ray < RAYS; ray++) {
    buf_append(&out, part);
    buf_append(&out, S("0.9009689 0.4338837 -0.4338837 0.9009689 0 0 cm\n")); /* a fourteenth of a turn */
  }
  return buf_slice(&out);
}
