/* api/watch.h: what is told of one request to whoever operates: a line of the log, a span of its trace. (private to api/)
 * Standard   W3C Trace Context; what is told is the route's name in the table, never an address, a query, or an id of somebody.
 */
#pragma once
#include "api/call.h"

struct api_watch {
  struct trace trace; /* of this request; none: of no trace */
  uint8_t parent_id[TRACE_SPAN_ID_BYTES];
};
/* Follows the caller's trace, or begins one; from here on it is the thread's. */
void api_watch_begin(struct api_call *call, struct api_watch *ret_watch);
/* route: NULL for an address without one. */
void api_watch_end(const struct api_call *call, const struct api_watch *watch, const struct api_route *route, int64_t took_us);
