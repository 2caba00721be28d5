/* oidc/oidc_registration.h: clients that register themselves. (a part of oidc/oidc.h, which includes it; include that) */
#pragma once
#include "oidc/oidc.h"

/* ---- Clients that register themselves [RFC7591], [RFC7592] ----------------------------------------------------------------------------- */

struct oidc_registration {
  struct slice client_id;
  struct slice secret; /* given once */
  struct slice token;  /* registration access token */
  const struct jin *metadata;
  int64_t issued_at_s;
};
struct oidc_registration_key { struct slice client_id, token; };
/* Members we do not know are left out; what contradicts itself is refused with its place. ret_json: the answer, with everything the client keeps. */
MUST_USE result oidc_registration_create(struct env *env, struct arena *arena, const struct jin *asked, struct slice *ret_json);
/* OIDC_REGISTRATION_TOKEN for each of these. */
MUST_USE result oidc_registration_read(struct env *env, struct arena *arena, const struct oidc_registration_key *key, struct slice *ret_json);
MUST_USE result oidc_registration_replace(struct env *env, struct arena *arena, const struct oidc_registration_key *key, const struct jin *asked,
                                          struct slice *ret_json);
MUST_USE result oidc_registration_end(struct env *env, struct arena *arena, const struct oidc_registration_key *key);
