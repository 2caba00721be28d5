/* oidc/access.h: access tokens that come back to us, and the states of refresh tokens. (private to oidc/)
 */
#pragma once
#include "oidc/access_id.h"

/* LIVE -> REPLACED, public clients alone: each use gives a new one [RFC9700 4.14.2 MUST], [FAPI 5.3.2.1 SHALL NOT] for all others. */
enum oidc_refresh_state { OIDC_REFRESH_LIVE = 1, OIDC_REFRESH_REPLACED };

/* A good access token. */
struct oidc_access {
  struct oidc_access_id id; /* person_id 0: the client's own */
  struct oidc_grant grant;  /* of a person's */
  bool was_read;            /* its userinfo was read before, and the ledger says so */
  struct slice client_id;
  struct slice subject;
  struct slice scope;
  struct slice audience;
  struct slice dpop_jkt; /* empty: not bound so */
  struct slice x5t;
  struct slice actor;    /* sub of who acts for the subject; empty: themself */
  const struct jin *claims;
};
/* Signature (remembered), time, marks, grant, client: all of them now. OIDC_TOKEN_INVALID. */
MUST_USE result oidc_access_load(struct env *env, struct slice token, struct arena *arena, struct oidc_access *ret_access);
/* The token in the Authorization header of a call at a resource of ours, with the proof it is bound to [RFC9449 7.1 MUST]: whatever can be said of it
 * outside a snapshot; oidc_access_stands says the rest. OIDC_TOKEN_MISSING, OIDC_TOKEN_INVALID, OIDC_DPOP_... */
MUST_USE result oidc_access_check(struct env *env, const struct oidc_call *call, struct arena *arena, struct oidc_access *ret_access);
/* Its grant, which is filled in, and what is marked of it. OIDC_TOKEN_INVALID. */
MUST_USE result oidc_access_stands(struct env *env, struct db_tx *tx, struct arena *arena, struct oidc_access *access);

/* Inside a write. */
MUST_USE result oidc_access_revoke(struct env *env, struct db_tx *tx, const struct oidc_access_id *id);
/* That its userinfo was read; *ret_is_first: not before. */
MUST_USE result oidc_access_mark_read(struct env *env, struct db_tx *tx, const struct oidc_access_id *id, bool *ret_is_first);
/* act, if somebody acts for the subject. */
void oidc_actor_put(struct jout *out, struct slice actor);
/* cnf, if it is bound to anything. */
void oidc_confirmation_put(struct jout *out, struct slice dpop_jkt, struct slice x5t);
