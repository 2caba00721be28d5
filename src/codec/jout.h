/* codec/jout.h: JSON out, written straight into a buf.
 *
 * Standard   RFC 8259; UTF-8 text is written as it is, only quotes, backslashes and control characters are escaped.
 * Does not   write fractions. Does not check that names are unique.
 * Shapes     text that is not UTF-8 becomes U+FFFD at each broken place, so the output always parses.
 * Errors     none: wrong nesting is a defect and ends the process by assertion.
 *
 *   struct jout out;
 *   jout_init(&out, &buf);
 *   jout_object(&out);
 *   jout_put_text(&out, "code", code);
 *   jout_put_list(&out, "slips"); for (...) jout_text(&out, kind); jout_list_end(&out);
 *   jout_object_end(&out);
 */
#pragma once
#include "base/buf.h"

enum { JOUT_DEPTH_MAX = 32 };

struct jout {
  struct buf *buf;
  int depth;
  bool comma; /* a value stands before the next one */
  bool named; /* a name was written, its value is due */
  uint8_t closers[JOUT_DEPTH_MAX];
};

void jout_init(struct jout *out, struct buf *buf);

void jout_object(struct jout *out);
void jout_object_end(struct jout *out);
void jout_list(struct jout *out);
void jout_list_end(struct jout *out);
void jout_name(struct jout *out, const char *name);
void jout_name_slice(struct jout *out, struct slice name);

void jout_text(struct jout *out, struct slice text);
void jout_int(struct jout *out, int64_t number);
void jout_bool(struct jout *out, bool boolean);
void jout_null(struct jout *out);
void jout_raw(struct jout *out, struct slice json); /* one whole value, believed */

/* Name and value. */
void jout_put_object(struct jout *out, const char *name);
void jout_put_list(struct jout *out, const char *name);
void jout_put_text(struct jout *out, const char *name, struct slice text);
void jout_put_str(struct jout *out, const char *name, const char *text);           /* NULL: null */
void jout_put_text_or_null(struct jout *out, const char *name, struct slice text); /* empty: null */
void jout_put_int(struct jout *out, const char *name, int64_t number);
void jout_put_bool(struct jout *out, const char *name, bool boolean);
void jout_put_null(struct jout *out, const char *name);
void jout_put_raw(struct jout *out, const char *name, struct slice json);
void jout_put_date(struct jout *out, const char *name, int32_t date);          /* "2024-06-05" */
void jout_put_instant(struct jout *out, const char *name, int64_t instant_ms); /* "2024-06-05T08:00:00.000+07:00" */
