/* api/any_origin.h: answers that scripts of other origins may read (CORS [Fetch 3.2]): a client that lives in a browser has no server to ask with.
 * (private to api/)
 * Does not   serve where a cookie counts: what such a script reads it could have fetched without a browser. Nor the
 *            authorization endpoint (oidc_authorize.c).
 */
#pragma once
#include "api/call.h"

/* Of a route with API_ANY_ORIGIN, before its handler. */
void api_any_origin_allow(struct api_call *call);
/* The question a browser asks before such a request [Fetch 3.2.2]. true: it was one, and is answered. */
bool api_any_origin_preflight(struct api_call *call);
