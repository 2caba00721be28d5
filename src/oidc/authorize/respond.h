/* oidc/authorize/respond.h: the answer that goes to the client through the browser. (private to oidc/)
 * Standard   RFC 6749 4.1.2, RFC 9207 2 (iss), OAuth 2.0 Form Post Response Mode, JARM 2 (the answer as a JWT).
 */
#pragma once
#include "oidc/authorize/pipeline.h"

/* With a code, or (code empty) the failure. asking->may_redirect holds. */
struct oidc_outcome {
  struct slice code;
  result failure;
};
MUST_USE result oidc_respond(const struct oidc_asking *asking, const struct oidc_outcome *outcome, struct oidc_next *ret_next);
