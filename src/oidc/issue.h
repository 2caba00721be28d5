/* oidc/issue.h: the tokens of a grant: bound, stored in the caller's write, signed after it. (private to oidc/)
 * Standard   RFC 6749 5.1, RFC 9068 2.2, RFC 9449 5, RFC 8705 3, OpenID Connect Core 2, 3.1.3.3, 3.1.3.6 (no at_hash).
 */
#pragma once
#include "oidc/oidc.h"

struct oidc_issue {
  const struct oidc_client *client;
  struct oidc_grant grant;     /* person_id 0: the client acts for itself */
  struct slice subject;        /* sub of the access token */
  struct slice actor;          /* act.sub: who acts for that subject; empty: themself */
  struct slice scope;          /* of this access token: the grant's, or less */
  struct slice audience;       /* resource; empty: this server */
  struct slice dpop_jkt;       /* binding of this access token */
  struct slice x5t;
  struct slice nonce;          /* of the ID token */
  bool gives_refresh_token;
  /* filled in by oidc_issue_store */
  struct slice refresh_token;
};
/* Inside a write: the row of the refresh token, if it gives one. An access token has none (access_id.h). */
MUST_USE result oidc_issue_store(struct env *env, struct db_tx *tx, struct arena *arena, struct oidc_issue *issue);
/* After it: the answer of the token endpoint [RFC6749 5.1]. */
MUST_USE result oidc_issue_write(struct env *env, struct arena *arena, const struct oidc_issue *issue, struct slice *ret_json);
/* Which key an access token of this client is bound to, of what came with the call. OIDC_DPOP_MISSING. */
MUST_USE result oidc_issue_bind(const struct oidc_caller *caller, struct slice dpop_thumbprint, struct oidc_issue *issue);
