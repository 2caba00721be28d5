/* Any bytes as a file encrypted with age; and any bytes encrypted, which come back as they were, and not at all once a byte of the file is another. */
#include "base/random.h"
#include "crypto/age.h"
#include "fuzz.h"

enum { PLAIN_BYTES_MAX = 2 * AGE_CHUNK_BYTES };

/* OK: to its end, and all of it is in ret_plain. */
static result open_and_read(const struct secret *identity, struct slice bytes, struct buf *ret_plain) {
  struct fuzz_file file = {.bytes = bytes};
  struct age_reader *reader CLEANUP(age_reader_close) = NULL;
  TRY(age_reader_open(&(const struct age_reader_options){identity, 1, &file, fuzz_file_read}, &reader));
  uint8_t part[4096];
  size_t got = 1;
  while (got > 0) {
    TRY(age_read(reader, part, sizeof part, &got));
    buf_append(ret_plain, slice_of(part, got));
  }
  return OK;
}

static void write_all(const struct secret *identity, struct random *random, struct slice plain, struct buf *file) {
  struct age_recipient recipient;
  struct age_writer *writer CLEANUP(age_writer_close) = NULL;
  fuzz_check(is_ok(age_identity_recipient(identity, &recipient)));
  fuzz_check(is_ok(age_writer_open(&(const struct age_writer_options){random, &recipient, 1, file, fuzz_file_write}, &writer)));
  fuzz_check(is_ok(age_write(writer, plain)) && is_ok(age_writer_end(writer)));
}

static void there_and_back(const struct secret *identity, struct random *random, struct slice input, struct arena *arena) {
  struct buf file;
  struct buf plain;
  struct buf altered_plain;
  buf_init(&file, arena, PLAIN_BYTES_MAX);
  buf_init(&plain, arena, PLAIN_BYTES_MAX);
  buf_init(&altered_plain, arena, PLAIN_BYTES_MAX);
  struct slice text = slice_from(input, 4);
  write_all(identity, random, text, &file);
  struct slice whole = buf_slice(&file);
  fuzz_check(is_ok(open_and_read(identity, whole, &plain)) && slice_eq(buf_slice(&plain), text));
  struct slice altered = arena_copy(arena, whole);
  size_t at = ((size_t)input.ptr[1] << 16 | (size_t)input.ptr[2] << 8 | input.ptr[3]) % whole.len;
  ((uint8_t *)(uintptr_t)altered.ptr)[at] ^= (uint8_t)(input.ptr[0] | 1);
  fuzz_check(!is_ok(open_and_read(identity, altered, &altered_plain)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct random random = random_seeded(1);
  struct secret identity CLEANUP(secret_clear) = {0};
  age_identity_make(&random, &identity);
  if (len > 4 && bytes[0] % 2 == 1) {
    there_and_back(&identity, &random, slice_of(bytes, len), &arena);
    return 0;
  }
  struct buf plain;
  buf_init(&plain, &arena, PLAIN_BYTES_MAX);
  (void)is_ok(open_and_read(&identity, slice_of(bytes, len), &plain));
  struct secret parsed CLEANUP(secret_clear) = {0};
  struct age_recipient recipient;
  (void)is_ok(age_identity_parse(slice_of(bytes, len), &parsed));
  if (is_ok(age_recipient_parse(slice_of(bytes, len), &recipient))) {
    fuzz_check(slice_eq(age_recipient_write(&arena, &recipient), slice_of(bytes, len)));
  }
  return 0;
}
