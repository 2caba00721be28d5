/* signer/wire.h: frames between the signer and its clients. Integers big-endian. (private to signer/)
 *
 *   OFFSET  SIZE  REQUEST
 *        0     4  bytes that follow, 44..1020
 *        4     4  number, returned in the reply
 *        8     1  operation: enum signer_operation
 *        9     1  profile: enum signer_profile; nought where there is none
 *       10     1  k, bytes of the key's name, 0..64
 *       11     1  r, bytes of the reference, 0..64
 *       12     1  p, bytes of the PIN proof or PIN key, 0..32
 *       13     1  nought
 *       14     2  m, bytes of the message, 0..512
 *       16    32  digest; noughts where there is none
 *       48     k  key's name, then r bytes of reference, p bytes of proof or PIN key, m bytes of message; nothing after
 *
 *   OFFSET  SIZE  REPLY
 *        0     4  bytes that follow, 8..508
 *        4     4  number of the request
 *        8     2  result code, nought for good
 *       10     2  nought
 *       12     n  answer: a signature (DER, or 64 bytes of Ed25519), a public key (DER), or for COUNT 8 bytes of count and 32 of the log's head
 */
#pragma once
#include "base/buf.h"
#include "signer/signer.h"

enum signer_operation {
  SIGNER_OPERATION_SIGN = 1,
  SIGNER_OPERATION_KEY_CREATE,
  SIGNER_OPERATION_KEY_PUBLIC,
  SIGNER_OPERATION_HEALTH,
  SIGNER_OPERATION_COUNT,
};

enum { SIGNER_WIRE_REQUEST_BYTES_MAX = 1024, SIGNER_WIRE_REPLY_BYTES_MAX = 512, SIGNER_WIRE_FIGURES_BYTES = 48 };

struct signer_wire_request {
  uint32_t number;
  enum signer_operation operation;
  struct signer_request request; /* for KEY_CREATE pin_proof holds the PIN key */
};
struct signer_wire_reply {
  uint32_t number;
  uint16_t code;
  struct slice answer;
};

/* Bytes of the frame at the front; 0 while its length has not come wholly. SIGNER_FRAME_REFUSED when the length is
 * not allowed. */
MUST_USE result signer_wire_length(struct slice bytes, size_t bytes_max, size_t *ret_length);

/* SIGNER_FRAME_REFUSED also when a part is too long to be sent. */
MUST_USE result signer_wire_request_write(const struct signer_wire_request *request, struct buf *out);
MUST_USE result signer_wire_request_read(struct slice frame, struct signer_wire_request *ret_request);
void signer_wire_reply_write(const struct signer_wire_reply *reply, struct buf *out);
MUST_USE result signer_wire_reply_read(struct slice frame, struct signer_wire_reply *ret_reply);

struct slice signer_wire_figures_write(const struct signer_figures *figures, struct arena *arena);
MUST_USE result signer_wire_figures_read(struct slice answer, struct signer_figures *ret_figures);
