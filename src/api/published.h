/* api/published.h: documents that are the same for everybody (keys, metadata), kept as they were last answered, so that an event loop answers
 * the next who asks without a worker. (private to api/)
 * Life       a second: the documents change when keys rotate, and a key is published long before it signs.
 * Threads    any.
 */
#pragma once
#include "api/call.h"

struct published;
struct published *api_published_open(void);
void api_published_close(struct published *published); /* NULL is fine */

/* The call's answer, whole. */
void api_published_keep(struct published *published, const struct http_call *call);
/* False when nothing fresh is kept for that address, or the request is no plain GET of it. */
bool api_published_answer(struct published *published, struct http_call *call);
