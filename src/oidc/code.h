/* oidc/code.h: authorization codes: what was granted, sealed; its grant begins when the code is redeemed. (private to oidc/)
 *
 * Standard   RFC 6749 4.1.2, 4.1.3, 10.5; FAPI 2.0 5.3.2.1 (lifetime), 5.3.2.2 (one use).
 * Stored     nothing when a code is given: it says itself who, what and until when, sealed under a key that lies outside the database (env->sealing),
 *            bound to its client. Redeeming it writes the grant's row, whose key stands in the code: of any number at once one finds no such row, also
 *            after a restart. A person who leaves before that has told the client nothing, and the ledger says nothing.
 * Does not   compare redirect_uri, verifier or key (token_code.c).
 * Shapes     base64url, some 350 characters.
 */
#pragma once
#include "crypto/digest.h"
#include "oidc/oidc.h"

enum { OIDC_CODE_LIFETIME_S = 60 }; /* [FAPI2-SP 5.3.2.1 SHALL] F15 */

struct oidc_code {
  struct oidc_grant grant;          /* its client_id is the one the code is bound to */
  struct slice redirect_uri_digest; /* SHA-256 of what must come again at the token endpoint */
  struct slice code_challenge;      /* S256; empty: none */
  struct slice nonce;               /* for the ID token; may be empty */
  struct slice dpop_jkt;            /* the key the code is bound to; empty: none */
  int64_t issued_at_ms;
};
/* grant.grant_id is set: oidc_code_grant_id. */
MUST_USE result oidc_code_write(struct env *env, struct arena *arena, const struct oidc_code *code, struct slice *ret_text);
/* OIDC_CODE_UNKNOWN: not a code of ours, or another client's. Its age is not looked at: one that comes again late still ends its grant. */
MUST_USE result oidc_code_read(struct env *env, struct arena *arena, struct slice client_id, struct slice text, struct oidc_code *ret_code);
bool oidc_code_is_too_old(struct env *env, const struct oidc_code *code);
