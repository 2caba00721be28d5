/* server/spans.h: finished spans on their way to a collector. (private to server/)
 * Standard   OTLP 1.x over HTTP, protobuf: POST to the collector's /v1/traces.
 * Bounded    SPANS_WAITING_MAX wait at most; what does not fit, and what a collector has not taken after some tries, is dropped and counted.
 * Threads    record from any; a thread of its own sends.
 */
#pragma once
#include "base/trace.h"
#include "server/settings.h"

enum { SERVER_SPANS_WAITING_MAX = 4096 };

struct server_spans;
/* settings: which collector, each time anew; with none the sink is closed (server_spans_turn). */
MUST_USE result server_spans_open(struct snapshot_slot *settings, const struct clock *clock, struct server_spans **ret_spans);
void server_spans_close(struct server_spans **spans); /* sends what waits, once; NULL inside is fine */
struct trace_sink *server_spans_sink(struct server_spans *spans);
void server_spans_turn(struct server_spans *spans, bool is_open);

struct server_spans_figures {
  uint64_t sent;
  uint64_t dropped;
  size_t waiting;
};
struct server_spans_figures server_spans_figures(struct server_spans *spans);

/* An ExportTraceServiceRequest. */
struct slice server_spans_write(struct arena *arena, const struct trace_span *spans, size_t count);
