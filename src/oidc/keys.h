/* oidc/keys.h: the provider's signing keys. (private to oidc/)
 *
 *   NEXT ---------------> ACTIVE ----------> RETIRED ---------> GONE
 *   shown, signs nothing   shown, signs       shown, verifies    not shown; its kid is never used again
 *
 * There is one NEXT and one ACTIVE. A rotation moves both one step and makes a new NEXT, so a client that read the set within the last period knows
 * the active key already. A RETIRED key goes when the longest-lived thing it signed is over.
 * Private halves lie in the signer under "oidc/<kid>" (SIGNER_TOKEN); here are public halves and states.
 */
#pragma once
#include "jose/jose.h"
#include "oidc/oidc.h"

enum oidc_key_state { OIDC_KEY_NEXT = 1, OIDC_KEY_ACTIVE, OIDC_KEY_RETIRED, OIDC_KEY_GONE };
enum {
  OIDC_KEYS_SHOWN_MAX = 16,
  OIDC_KID_BYTES_MAX = 32,
  OIDC_KEY_ACTIVE_DAYS = 30,
  OIDC_KEY_RETIRED_S = 24 * 3600, /* nothing signed lasts longer than an hour; a day is for clocks and caches */
};

/* The keys that are shown, read at once. */
struct oidc_keys {
  int64_t version; /* of the row 'key'; -1: not read yet */
  struct oidc_key {
    char kid[OIDC_KID_BYTES_MAX + 1];
    enum oidc_key_state state;
    uint8_t spki[KEY_PUBLIC_BYTES];
  } items[OIDC_KEYS_SHOWN_MAX];
  size_t count;
};

/* In memory, read again when the version row says so, at most half a second late. */
struct oidc_key_cache;
struct oidc_key_cache *oidc_key_cache_new(void);
void oidc_key_cache_free(struct oidc_key_cache **cache);

MUST_USE result oidc_keys_load(struct env *env, struct oidc_keys *ret_keys);
/* A JWT that says we signed it. JOSE_... */
MUST_USE result oidc_jwt_verify(struct env *env, struct slice jwt, const struct jose_rules *rules, struct arena *arena, struct jose_jws *ret_jws);
