/* oidc/access_id.h: what an access token of ours is found by, sealed into its jti. (private to oidc/)
 *
 * Stored     nothing: the token says itself which grant it is of. What is looked up is the grant, and whether a row says of this token that it was revoked or
 *            read. Sealed because the grant's numbers would tell two services that they speak of the same person, and signed with the rest of the token.
 * Shapes     base64url, 86 characters: three numbers of 8 bytes, briefly sealed (crypto/seal.h).
 */
#pragma once
#include "oidc/oidc.h"

struct oidc_access_id {
  int64_t token_id;  /* time-ordered: rows of tokens that are over leave by it */
  int64_t person_id; /* 0: the client's own */
  int64_t grant_id;  /* of a client's own token: drawn, so that no two tokens have both numbers in common */
};
struct oidc_access_id oidc_access_id_new(struct env *env, int64_t person_id, int64_t grant_id);
/* OIDC_KEYS_MISSING: no sealing key. */
MUST_USE result oidc_access_id_write(struct env *env, struct arena *arena, const struct oidc_access_id *id, struct slice *ret_jti);
/* OIDC_TOKEN_INVALID: not one of ours. */
MUST_USE result oidc_access_id_read(struct env *env, struct arena *arena, struct slice jti, struct oidc_access_id *ret_id);
