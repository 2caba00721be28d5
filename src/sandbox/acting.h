/* sandbox/acting.h: what some of the fifty hold beside an account: an organisation, mandates, authenticator apps. (private to sandbox/) */
#pragma once
#include "sandbox/sandbox.h"

struct sandbox_totp {
  const char *person;
  const char *bytes; /* TOTP_SHA1_SECRET_BYTES letters; shown in base32 */
};
enum { SANDBOX_TOTPS = 2 };
extern const struct sandbox_totp sandbox_totps[SANDBOX_TOTPS];

struct sandbox_acting {
  struct env *env;
  struct db_tx *tx;
  struct arena *arena;
  const struct register_act *act;
  const int64_t *ids; /* as sandbox_people */
};
size_t sandbox_index_of(const char *name);
/* When every account is there. */
MUST_USE result sandbox_acting_write(const struct sandbox_acting *acting);
