/* base/secret.h: bytes that wipe themselves. No printing function exists on purpose. */
#pragma once
#include <string.h>

#include "base/result.h"
#include "base/slice.h"

enum { SECRET_BYTES_MAX = 256 };

struct secret {
  uint8_t bytes[SECRET_BYTES_MAX];
  size_t len;
};

/* Use as: struct secret key CLEANUP(secret_clear) = {0}; */
static inline void secret_clear(struct secret *secret) { explicit_bzero(secret, sizeof *secret); }
static inline struct slice secret_slice(const struct secret *secret) { return slice_of(secret->bytes, secret->len); }
/* Cut at SECRET_BYTES_MAX. */
static inline void secret_set(struct secret *secret, struct slice from) {
  secret_clear(secret);
  secret->len = from.len < sizeof secret->bytes ? from.len : sizeof secret->bytes;
  if (secret->len > 0) {
    memcpy(secret->bytes, from.ptr, secret->len);
  }
}
