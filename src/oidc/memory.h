/* oidc/memory.h: what is kept between requests. (private to oidc/) */
#pragma once
#include "oidc/client.h"

enum { OIDC_SECRET_BYTES = 32 };

struct oidc_memory {
  struct oidc_client_cache *clients;
  uint8_t subject_secret[OIDC_SECRET_BYTES]; /* pairwise subjects are made under it */
};
/* The installation's secret of that name, made at the first call. Not inside a write. */
MUST_USE result oidc_secret_load(struct env *env, const char *name, uint8_t ret_secret[static OIDC_SECRET_BYTES]);
