/* oidc/authorize/pushed.h: requests pushed by clients, until they are used. (private to oidc/)
 * Standard   RFC 9126 2.2; FAPI 2.0 5.3.2.2-12 and its note: one use at authorization, not at page load.
 * Shapes     request_uri: urn:ietf:params:oauth:request_uri: and 43 characters.
 */
#pragma once
#include "oidc/grant.h"
#include "oidc/parameters.h"

enum { OIDC_PUSHED_LIFETIME_S = 300 }; /* [FAPI2-SP 5.3.2.2-12 SHALL] under 600 */

struct oidc_pushed {
  struct slice uri_hash;
  struct slice client_id;
  struct slice parameters;
  struct slice dpop_jkt;
  bool was_signed;
};
/* OIDC_REQUEST_URI: unknown, expired, used; OIDC_REQUEST_URI_UNSUPPORTED: no address of ours. */
MUST_USE result oidc_pushed_find(struct env *env, struct arena *arena, struct slice request_uri, struct oidc_pushed *ret_pushed);
/* Inside the write that gives the code: of any number at once one succeeds. OIDC_REQUEST_URI. */
MUST_USE result oidc_pushed_use(struct env *env, struct db_tx *tx, struct slice uri_hash);
