/* codec/der.h: a small DER writer and a strict reader: what certificates, signatures and CMS need.
 *
 * Standard   X.690 DER. The reader refuses indefinite and non-minimal lengths [X690 10.1], tag numbers above 30,
 *            non-minimal integers [X690 8.3.2] and times that are not in the form of [RFC5280 4.1.2.5].
 * Does not   know any schema; does not read REAL or character sets.
 * Shapes     magnitudes and bytes are big-endian; times Unix ms UTC, whole seconds.
 * Errors     CODEC_DER_SYNTAX. The writer has none: wrong use is a defect (assertion).
 *
 *   size_t sequence = der_open(&buf, DER_SEQUENCE);
 *   der_put_oid(&buf, "1.2.840.10045.4.3.2");
 *   der_close(&buf, sequence);
 */
#pragma once
#include "base/buf.h"
#include "codec/codec_error.h"

enum der_tag {
  DER_BOOLEAN = 0x01,
  DER_INTEGER = 0x02,
  DER_BIT_STRING = 0x03,
  DER_OCTET_STRING = 0x04,
  DER_NULL = 0x05,
  DER_OID = 0x06,
  DER_ENUMERATED = 0x0A,
  DER_UTF8_STRING = 0x0C,
  DER_PRINTABLE_STRING = 0x13,
  DER_IA5_STRING = 0x16,
  DER_UTC_TIME = 0x17,
  DER_GENERALIZED_TIME = 0x18,
  DER_SEQUENCE = 0x30,
  DER_SET = 0x31,
};
#define DER_CONTEXT(number) ((uint8_t)(0x80 | (number)))             /* primitive [n] IMPLICIT */
#define DER_CONTEXT_CONSTRUCTED(number) ((uint8_t)(0xA0 | (number))) /* constructed [n] */

/* ---- writing ---- */
/* Opens a nested value; pass what it returns to the close. */
size_t der_open(struct buf *out, uint8_t tag);
void der_close(struct buf *out, size_t mark);
/* Closes a SET OF: sorts its members by their encodings [X690 11.6]. */
void der_close_set_of(struct buf *out, size_t mark);

void der_put(struct buf *out, uint8_t tag, struct slice content);
void der_put_oid(struct buf *out, const char *dotted);
void der_put_int(struct buf *out, int64_t number);
void der_put_unsigned(struct buf *out, struct slice magnitude); /* leading noughts dropped, sign byte added */
void der_put_bool(struct buf *out, bool boolean);
void der_put_null(struct buf *out);
void der_put_bits(struct buf *out, struct slice bytes, uint8_t unused_bits);
/* UTCTime through 2049, GeneralizedTime from 2050 [RFC5280 4.1.2.5 MUST]. */
void der_put_time(struct buf *out, int64_t instant_ms);
void der_put_generalized_time(struct buf *out, int64_t instant_ms);

/* ---- reading: *rest moves on only on success ---- */
struct der_item {
  uint8_t tag;
  struct slice content;
  struct slice whole; /* with tag and length, as it was */
};
/* Cuts the next item off *rest. */
MUST_USE result der_next(struct slice *rest, struct der_item *ret_item);
/* The next item, which must have this tag; its content. */
MUST_USE result der_expect(struct slice *rest, uint8_t tag, struct slice *ret_content);
/* Whether the next item has this tag (false at the end): OPTIONAL fields. */
bool der_is_next(struct slice rest, uint8_t tag);
/* Fails unless nothing is left. */
MUST_USE result der_end(struct slice rest);

/* These cut and decode. */
MUST_USE result der_read_int(struct slice *rest, int64_t *ret_number);
MUST_USE result der_read_unsigned(struct slice *rest,
                                  struct slice *ret_magnitude); /* without sign byte; not negative */
MUST_USE result der_read_bool(struct slice *rest, bool *ret_boolean);
MUST_USE result der_read_bits(struct slice *rest, struct slice *ret_bytes); /* whole bytes only */
MUST_USE result der_read_oid(struct slice *rest, struct arena *arena, struct slice *ret_dotted);
MUST_USE result der_read_time(struct slice *rest, int64_t *ret_instant_ms); /* either kind */
