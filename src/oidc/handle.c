#include "oidc/handle.h"

#include "codec/base64url.h"
#include "crypto/token.h"

enum { ID_BYTES = 8, SECRET_PART_BYTES = OIDC_HANDLE_BYTES - ID_BYTES };

struct oidc_handle oidc_handle_new(struct env *env, const char *label, struct arena *arena) {
  uint8_t bytes[OIDC_HANDLE_BYTES];
  struct oidc_handle handle = {.id = env_id_new(env)};
  for (int i = 0; i < ID_BYTES; i++) {
    bytes[i] = (uint8_t)((uint64_t)handle.id >> (8 * (ID_BYTES - 1 - i)));
  }
  random_fill(env->random, bytes + ID_BYTES, SECRET_PART_BYTES);
  handle.text = base64url_write(arena, slice_of(bytes, sizeof bytes));
  explicit_bzero(bytes, sizeof bytes);
  token_stored_form(label, handle.text, handle.stored);
  return handle;
}

bool oidc_handle_read(struct slice text, const char *label, struct arena *arena, struct oidc_handle *ret_handle) {
  struct slice bytes = {0};
  if (text.len != OIDC_HANDLE_TEXT_BYTES || !is_ok(base64url_parse(text, arena, &bytes)) || bytes.len != OIDC_HANDLE_BYTES) {
    return false;
  }
  uint64_t id = 0;
  for (int i = 0; i < ID_BYTES; i++) {
    id = id << 8 | bytes.ptr[i];
  }
  *ret_handle = (struct oidc_handle){.id = (int64_t)(id & INT64_MAX), .text = text};
  token_stored_form(label, text, ret_handle->stored);
  return true;
}
