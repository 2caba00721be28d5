/* Any bytes as DER: the reader must stay inside them, and an integer that it accepts must be the one encoding the
 * writer gives. Certificates, CRLs and signatures are read on the same road. */
#include <stdlib.h>

#include "codec/der.h"
#include "crypto/crl.h"
#include "crypto/key.h"

static void walk(struct slice rest, int depth) {
  struct der_item item;
  while (depth < 64 && is_ok(der_next(&rest, &item))) {
    if (item.tag & 0x20) {
      walk(item.content, depth + 1);
    }
  }
}

static void check_integer(struct slice bytes, struct arena *arena) {
  struct slice rest = bytes;
  int64_t number = 0;
  if (is_ok(der_read_int(&rest, &number))) {
    struct buf again;
    buf_init(&again, arena, 16);
    der_put_int(&again, number);
    if (!slice_eq(buf_slice(&again), slice_sub(bytes, 0, bytes.len - rest.len))) {
      abort();
    }
  }
}

static void check_identifier(struct slice bytes, struct arena *arena) {
  struct slice rest = bytes;
  struct slice dotted = {0};
  if (is_ok(der_read_oid(&rest, arena, &dotted))) {
    struct buf again;
    buf_init(&again, arena, 16);
    der_put_oid(&again, arena_cstr(arena, dotted));
    if (!slice_eq(buf_slice(&again), slice_sub(bytes, 0, bytes.len - rest.len))) {
      abort();
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice input = slice_of(bytes, len);
  struct slice rest = input;
  int64_t instant_ms = 0;
  struct x509 x509;
  struct crl crl;
  uint8_t raw[KEY_RAW_BYTES];
  walk(input, 0);
  check_integer(input, &arena);
  check_identifier(input, &arena);
  (void)!is_ok(der_read_time(&rest, &instant_ms));
  (void)!is_ok(x509_parse(input, &x509));
  if (is_ok(crl_parse(input, &crl))) {
    (void)crl_find(&crl, S("\x42"), &instant_ms);
  }
  (void)!is_ok(key_signature_to_raw(input, raw));
  return 0;
}
