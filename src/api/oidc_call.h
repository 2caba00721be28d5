/* api/oidc_call.h: endpoints that clients call, not browsers: what they are given, and how failures are told. (private to api/)
 * Standard   RFC 6749 5.2 (error, WWW-Authenticate), RFC 9449 8 (DPoP-Nonce), RFC 6750 3 at resources.
 */
#pragma once
#include "api/call.h"
#include "oidc/oidc.h"

/* A POST with a form: the call as oidc/ wants it. OIDC_REQUEST: no form, badly encoded, a parameter twice (P7). */
MUST_USE result api_oidc_call(struct api_call *call, struct oidc_call *ret_oidc);
/* The headers alone: userinfo. */
void api_oidc_headers(struct api_call *call, struct oidc_call *ret_oidc);
/* {"error": ..., "error_description": ...} and the headers that belong to it. Always OK: it has answered. */
result api_oidc_failure(struct api_call *call, result failure);
/* The same at a resource: the error stands in WWW-Authenticate, under the scheme the token came with [RFC6750 3], [RFC9449 7.1]. */
result api_oidc_failure_at_resource(struct api_call *call, result failure);
/* After a call with a proof: the nonce the next one needs [RFC9449 8.2]. */
void api_oidc_nonce(struct api_call *call);
/* A JSON answer; no-store is on every answer of ours [RFC6749 5.1 MUST]. */
void api_oidc_json(struct api_call *call, int status, struct slice json);
