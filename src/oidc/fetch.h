/* oidc/fetch.h: clients' keys behind a jwks_uri, fetched off the request path. (private to oidc/)
 *
 * Who asks   oidc_fetch_due says which client is to be asked now; the edge that has a network does, and gives back what came.
 * When       a client without keys, one whose signature did not verify just now (at most once a minute), and every client once an hour.
 * Keeps      the set that came last, in a row: a client's server that is away takes nothing from it.
 */
#pragma once
#include "oidc/oidc.h"

enum { OIDC_FETCH_WANTED_MAX = 32 };

/* Its keys are wanted soon. Remembered while there is room: a client calls again. */
void oidc_fetch_want(struct env *env, struct slice client_id);
