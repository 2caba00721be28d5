/* server/tender.h: a thread that looks after the OpenID Provider off the request path: signing keys on schedule, clients' keys behind their jwks_uri,
 * rows that are over; what a server that started without a primary writes as soon as there is one; and the log's line when that goes and comes. (private to server/)
 * Fetches    over https, no redirects, within 5 s and 64 KiB, never to addresses no public service has (http/); a demonstration on a loopback
 *            origin may fetch from loopback.
 */
#pragma once
#include "env/env.h"
#include "procedure/procedure.h"

struct server_tender;
/* The first keys are there when it returns, and the procedures' rules are kept; a signer or a primary that is away is no reason not to start. env and engine must outlive it. */
MUST_USE result server_tender_open(struct env *env, struct procedure_engine *engine, struct server_tender **ret_tender);
void server_tender_close(struct server_tender **tender); /* NULL is fine */
