/* fuzz.h: what fuzz targets share: a check that ends the run, and bytes as a file that is read in parts or written. */
#pragma once
#include <stdlib.h>

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static inline void fuzz_check(bool holds) {
  if (!holds) {
    abort();
  }
}

struct fuzz_file {
  struct slice bytes;
  size_t at;
};

/* context: a struct fuzz_file. */
static inline result fuzz_file_read(void *context, uint8_t *bytes, size_t len, size_t *ret_len) {
  struct fuzz_file *file = context;
  struct slice part = slice_sub(slice_from(file->bytes, file->at), 0, len);
  memcpy(bytes, part.ptr, part.len);
  file->at += part.len;
  *ret_len = part.len;
  return OK;
}

/* context: a struct buf. */
static inline result fuzz_file_write(void *context, struct slice bytes) {
  buf_append(context, bytes);
  return OK;
}
