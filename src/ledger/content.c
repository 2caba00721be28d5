#include "ledger/content.h"

enum { VERSION = 1, FLAG_READ = 1, KIND_BYTES_MAX = 255, TEXT_BYTES_MAX = 65535 };

static void number_write(struct buf *buf, uint64_t number, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    buf_append_byte(buf, (uint8_t)(number >> shift));
  }
}

result ledger_content_write(const struct ledger_content *content, struct arena *arena, struct slice *ret_bytes) {
  size_t subject_count = content->subjects.len / LEDGER_PSEUDONYM_BYTES;
  if (content->kind.len == 0 || content->kind.len > KIND_BYTES_MAX || content->actor_role.len > TEXT_BYTES_MAX ||
      content->legal_basis.len > TEXT_BYTES_MAX || subject_count > TEXT_BYTES_MAX) {
    FAIL(LEDGER_TOO_LONG, "kind %zu, role %zu, basis %zu bytes, %zu subjects", content->kind.len, content->actor_role.len,
         content->legal_basis.len, subject_count);
  }
  struct buf buf;
  buf_init(&buf, arena, 81 + content->kind.len + content->actor_role.len + content->legal_basis.len + content->subjects.len);
  buf_append_byte(&buf, VERSION);
  buf_append_byte(&buf, content->is_read ? FLAG_READ : 0);
  number_write(&buf, (uint64_t)content->at_ms, 8);
  buf_append(&buf, slice_of(content->commitment, sizeof content->commitment));
  buf_append(&buf, slice_of(content->actor, sizeof content->actor));
  buf_append(&buf, slice_of(content->on_behalf_of, sizeof content->on_behalf_of));
  number_write(&buf, content->kind.len, 1);
  buf_append(&buf, content->kind);
  number_write(&buf, content->actor_role.len, 2);
  buf_append(&buf, content->actor_role);
  number_write(&buf, content->legal_basis.len, 2);
  buf_append(&buf, content->legal_basis);
  number_write(&buf, subject_count, 2);
  buf_append(&buf, content->subjects);
  if (buf.len > LEDGER_CONTENT_BYTES_MAX) {
    FAIL(LEDGER_TOO_LONG, "a content of %zu bytes", buf.len);
  }
  *ret_bytes = buf_slice(&buf);
  return OK;
}

static result take(struct slice *rest, size_t len, struct slice *ret_taken) {
  if (rest->len < len) {
    FAIL(LEDGER_SYNTAX, "a content ends %zu bytes too early", len - rest->len);
  }
  *ret_taken = slice_sub(*rest, 0, len);
  *rest = slice_from(*rest, len);
  return OK;
}

static result number_take(struct slice *rest, size_t len, uint64_t *ret_number) {
  struct slice bytes = {0};
  TRY(take(rest, len, &bytes));
  uint64_t number = 0;
  for (size_t i = 0; i < len; i++) {
    number = number << 8 | bytes.ptr[i];
  }
  *ret_number = number;
  return OK;
}

static result text_take(struct slice *rest, size_t length_bytes, struct slice *ret_text) {
  uint64_t len = 0;
  TRY(number_take(rest, length_bytes, &len));
  return take(rest, (size_t)len, ret_text);
}

static result bytes_take(struct slice *rest, uint8_t *ret_bytes, size_t len) {
  struct slice bytes = {0};
  TRY(take(rest, len, &bytes));
  memcpy(ret_bytes, bytes.ptr, len);
  return OK;
}

result ledger_content_parse(struct slice bytes, struct ledger_content *ret_content) {
  struct ledger_content content = {0};
  struct slice rest = bytes;
  uint64_t version = 0;
  uint64_t flags = 0;
  uint64_t at_ms = 0;
  uint64_t subject_count = 0;
  TRY(number_take(&rest, 1, &version));
  TRY(number_take(&rest, 1, &flags));
  TRY(number_take(&rest, 8, &at_ms));
  TRY(bytes_take(&rest, content.commitment, sizeof content.commitment));
  TRY(bytes_take(&rest, content.actor, sizeof content.actor));
  TRY(bytes_take(&rest, content.on_behalf_of, sizeof content.on_behalf_of));
  TRY(text_take(&rest, 1, &content.kind));
  TRY(text_take(&rest, 2, &content.actor_role));
  TRY(text_take(&rest, 2, &content.legal_basis));
  TRY(number_take(&rest, 2, &subject_count));
  TRY(take(&rest, (size_t)subject_count * LEDGER_PSEUDONYM_BYTES, &content.subjects));
  if (version != VERSION || (flags & ~(uint64_t)FLAG_READ) != 0 || content.kind.len == 0 || rest.len != 0 ||
      bytes.len > LEDGER_CONTENT_BYTES_MAX) {
    FAIL(LEDGER_SYNTAX, "a content of version %d with %zu bytes too many", (int)version, rest.len);
  }
  content.is_read = (flags & FLAG_READ) != 0;
  content.at_ms = (int64_t)at_ms;
  *ret_content = content;
  return OK;
}

void ledger_detail_commit(struct slice salt, struct slice detail, uint8_t ret_commitment[static DIGEST_BYTES]) {
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, salt);
  digest_add(&stream, detail);
  digest_end(&stream, ret_commitment);
}
