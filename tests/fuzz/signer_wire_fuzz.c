/* Any bytes as frames between the signer and its clients: an accepted request is the one the writer gives. */
#include <stdlib.h>

#include "signer/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice input = slice_of(bytes, len);
  struct signer_wire_request request;
  struct signer_wire_reply reply;
  struct buf again;
  size_t length = 0;
  (void)!is_ok(signer_wire_length(input, SIGNER_WIRE_REQUEST_BYTES_MAX, &length));
  if (is_ok(signer_wire_request_read(input, &request))) {
    buf_init(&again, &arena, 256);
    if (!is_ok(signer_wire_request_write(&request, &again)) || !slice_eq(buf_slice(&again), input)) {
      abort();
    }
  }
  (void)!is_ok(signer_wire_reply_read(input, &reply));
  return 0;
}
