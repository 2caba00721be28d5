#include "signer/wire.h"

#include <assert.h>

enum { REQUEST_HEAD_BYTES = 48, REPLY_HEAD_BYTES = 12, PROOF_BYTES_MAX = 32 };

static void put(struct buf *out, uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; i--) {
    buf_append_byte(out, (uint8_t)(value >> (8 * i)));
  }
}

static uint64_t get(const uint8_t *at, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; i++) {
    value = value << 8 | at[i];
  }
  return value;
}

result signer_wire_length(struct slice bytes, size_t bytes_max, size_t *ret_length) {
  if (bytes.len < 4) {
    *ret_length = 0;
    return OK;
  }
  size_t length = (size_t)get(bytes.ptr, 4) + 4;
  if (length > bytes_max || length < REPLY_HEAD_BYTES) {
    FAIL(SIGNER_FRAME_REFUSED, "frame of %zu bytes", length);
  }
  *ret_length = length;
  return OK;
}

result signer_wire_request_write(const struct signer_wire_request *request, struct buf *out) {
  const struct signer_request *r = &request->request;
  if (r->key.len > SIGNER_NAME_BYTES_MAX || r->reference.len > SIGNER_REFERENCE_BYTES_MAX ||
      r->pin_proof.len > PROOF_BYTES_MAX || r->message.len > SIGNER_MESSAGE_BYTES_MAX) {
    FAIL(SIGNER_FRAME_REFUSED, "name, reference, proof or message too long");
  }
  put(out, REQUEST_HEAD_BYTES - 4 + r->key.len + r->reference.len + r->pin_proof.len + r->message.len, 4);
  put(out, request->number, 4);
  put(out, request->operation, 1);
  put(out, r->profile, 1);
  put(out, r->key.len, 1);
  put(out, r->reference.len, 1);
  put(out, r->pin_proof.len, 1);
  put(out, 0, 1);
  put(out, r->message.len, 2);
  buf_append(out, slice_of(r->digest, sizeof r->digest));
  buf_append(out, r->key);
  buf_append(out, r->reference);
  buf_append(out, r->pin_proof);
  buf_append(out, r->message);
  return OK;
}

result signer_wire_request_read(struct slice frame, struct signer_wire_request *ret_request) {
  if (frame.len < REQUEST_HEAD_BYTES) {
    FAIL(SIGNER_FRAME_REFUSED, "frame of %zu bytes", frame.len);
  }
  size_t key = frame.ptr[10];
  size_t reference = frame.ptr[11];
  size_t proof = frame.ptr[12];
  size_t message = (size_t)get(frame.ptr + 14, 2);
  uint8_t operation = frame.ptr[8];
  if (operation < SIGNER_OPERATION_SIGN || operation > SIGNER_OPERATION_COUNT || frame.ptr[9] > SIGNER_TOKEN ||
      key > SIGNER_NAME_BYTES_MAX || reference > SIGNER_REFERENCE_BYTES_MAX || proof > PROOF_BYTES_MAX ||
      frame.ptr[13] != 0 || message > SIGNER_MESSAGE_BYTES_MAX ||
      frame.len != REQUEST_HEAD_BYTES + key + reference + proof + message ||
      get(frame.ptr, 4) + 4 != frame.len) {
    FAIL(SIGNER_FRAME_REFUSED, "not a request");
  }
  struct signer_wire_request request = {.number = (uint32_t)get(frame.ptr + 4, 4), .operation = operation};
  request.request.profile = frame.ptr[9];
  memcpy(request.request.digest, frame.ptr + 16, sizeof request.request.digest);
  request.request.key = slice_sub(frame, REQUEST_HEAD_BYTES, key);
  request.request.reference = slice_sub(frame, REQUEST_HEAD_BYTES + key, reference);
  request.request.pin_proof = slice_sub(frame, REQUEST_HEAD_BYTES + key + reference, proof);
  request.request.message = slice_sub(frame, REQUEST_HEAD_BYTES + key + reference + proof, message);
  *ret_request = request;
  return OK;
}

void signer_wire_reply_write(const struct signer_wire_reply *reply, struct buf *out) {
  assert(reply->answer.len <= SIGNER_WIRE_REPLY_BYTES_MAX - REPLY_HEAD_BYTES);
  put(out, REPLY_HEAD_BYTES - 4 + reply->answer.len, 4);
  put(out, reply->number, 4);
  put(out, reply->code, 2);
  put(out, 0, 2);
  buf_append(out, reply->answer);
}

result signer_wire_reply_read(struct slice frame, struct signer_wire_reply *ret_reply) {
  if (frame.len < REPLY_HEAD_BYTES || get(frame.ptr, 4) + 4 != frame.len) {
    FAIL(SIGNER_FRAME_REFUSED, "not a reply");
  }
  *ret_reply = (struct signer_wire_reply){(uint32_t)get(frame.ptr + 4, 4), (uint16_t)get(frame.ptr + 8, 2),
                                          slice_from(frame, REPLY_HEAD_BYTES)};
  return OK;
}

struct slice signer_wire_figures_write(const struct signer_figures *figures, struct arena *arena) {
  struct buf out;
  buf_init(&out, arena, SIGNER_WIRE_FIGURES_BYTES);
  put(&out, figures->signatures, 8);
  put(&out, figures->in_lanes, 8);
  buf_append(&out, slice_of(figures->log_head, sizeof figures->log_head));
  return buf_slice(&out);
}

result signer_wire_figures_read(struct slice answer, struct signer_figures *ret_figures) {
  if (answer.len != SIGNER_WIRE_FIGURES_BYTES) {
    FAIL(SIGNER_FRAME_REFUSED, "figures of %zu bytes", answer.len);
  }
  ret_figures->signatures = get(answer.ptr, 8);
  ret_figures->in_lanes = get(answer.ptr + 8, 8);
  memcpy(ret_figures->log_head, answer.ptr + 16, sizeof ret_figures->log_head);
  return OK;
}
