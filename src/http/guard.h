/* http/guard.h: reads the head of a request, and refuses what is not one. (private to http/)
 * Standard   RFC 9112 §2.2, §3, §5, §6; RFC 9110 §5.5, §5.6.2.
 * Does not   copy anything: what it gives lies in the bytes it was given. Pure, so it is fuzzed by itself.
 */
#pragma once
#include "http/http.h"

struct guard_head {
  size_t head_bytes; /* with the empty line; 0: not complete yet */
  size_t body_bytes;
  enum http_method method;
  struct slice target;
  size_t header_count;
  bool expects_continue; /* Expect: 100-continue */
  bool is_last;          /* Connection: close, alone or in a list; or HTTP/1.0 */
  bool may_be_large;     /* POST to one of limits->large_paths */
};

/* bytes: everything received of this request so far. scanned: how much of it earlier calls have seen. ret_headers: room for limits->header_count_max,
 * written once the head is complete; values are trimmed.
 * HTTP_MALFORMED, _HEAD_TOO_LARGE, _TARGET_TOO_LONG, _BODY_TOO_LARGE, _LENGTH_MISSING, _METHOD_UNKNOWN, _VERSION_UNKNOWN. */
MUST_USE result http_guard_check(struct slice bytes, size_t scanned, const struct http_limits *limits, struct http_header *ret_headers,
                                 struct guard_head *ret_head);
/* "host:port" of an absolute-form target; empty for a path. */
struct slice http_guard_authority(struct slice target);
/* Of a head that is refused, incomplete or cut off, what still can be read: method, path, query and the header lines that are whole and well
 * formed. Whoever refuses uses it to choose words, never to decide. ret_request is written in any case; its slices lie in bytes. */
void http_guard_salvage(struct slice bytes, struct arena *arena, struct http_request *ret_request);
/* The limits with every zero replaced by its default. */
struct http_limits http_guard_limits(const struct http_limits *given);
