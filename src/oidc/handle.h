/* oidc/handle.h: refresh tokens and kept requests: a secret that names its row. (private to oidc/)
 *
 * base64url of an 8-byte id and 32 random bytes: 54 characters, 256 secret bits [FAPI 5.4.1]. The id is the row's key, so rows arrive in order (a
 * random key costs seven times an appending one); the row keeps the SHA-256 of the whole, compared in constant time.
 */
#pragma once
#include "crypto/digest.h"
#include "env/env.h"

enum { OIDC_HANDLE_BYTES = 40, OIDC_HANDLE_TEXT_BYTES = 54 };
/* What it is for: the SHA-256 is made under that label. */
#define OIDC_HANDLE_REFRESH "danh-oidc-refresh"
#define OIDC_HANDLE_REQUEST "danh-oidc-request"

struct oidc_handle {
  int64_t id;
  uint8_t stored[DIGEST_BYTES]; /* what the row keeps */
  struct slice text;            /* what the client keeps */
};
struct oidc_handle oidc_handle_new(struct env *env, const char *label, struct arena *arena);
/* false: not of that form. */
bool oidc_handle_read(struct slice text, const char *label, struct arena *arena, struct oidc_handle *ret_handle);
