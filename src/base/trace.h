/* base/trace.h: which trace this thread works for: a request's identity across programs, and what is told of it to a collector.
 *
 * Standard   W3C Trace Context (Recommendation 2021-11-23): traceparent and tracestate.
 * A thread   works for at most one trace at a time, like its fault record: whoever takes up work sets it (a request, a delivery), db_write takes it along
 *            to the writer, http_client_send passes it on.
 * Does not   hold anything of a person: ids are random, a span's name is a route of ours or a method.
 */
#pragma once
#include <stdatomic.h>

#include "base/arena.h"
#include "base/random.h"

enum { TRACE_ID_BYTES = 16, TRACE_SPAN_ID_BYTES = 8, TRACE_PARENT_BYTES = 55, TRACE_STATE_BYTES_MAX = 512 };

/* One piece of work, over. Slices and names live until it is recorded. */
struct trace_span {
  uint8_t trace_id[TRACE_ID_BYTES];
  uint8_t span_id[TRACE_SPAN_ID_BYTES];
  uint8_t parent_id[TRACE_SPAN_ID_BYTES]; /* noughts: the first of its trace */
  bool is_client;                         /* we asked; else we were asked */
  const char *method;                     /* static */
  const char *route;                      /* static: a row of the table; NULL: none, or another's address */
  int64_t began_ms;                       /* Unix time, of the system's own clock */
  int64_t took_us;
  int status; /* of HTTP; 0: no answer */
};
/* Where spans go. record neither blocks nor fails: what does not fit is counted and dropped. */
struct trace_sink {
  void (*record)(struct trace_sink *sink, const struct trace_span *span);
  _Atomic bool is_closed; /* nobody collects at present */
};
/* NULL: nobody collects. */
static inline struct trace_sink *trace_sink_open(struct trace_sink *sink) { return sink != NULL && !atomic_load(&sink->is_closed) ? sink : NULL; }

struct trace {
  uint8_t trace_id[TRACE_ID_BYTES]; /* noughts: no trace */
  uint8_t span_id[TRACE_SPAN_ID_BYTES];
  bool is_sampled;
  struct slice state; /* tracestate, checked; lives as long as the work */
  struct trace_sink *sink; /* NULL: nobody collects */
};

static inline bool trace_is_set(const struct trace *trace) {
  static const uint8_t none[TRACE_ID_BYTES];
  return memcmp(trace->trace_id, none, TRACE_ID_BYTES) != 0;
}
/* A traceparent; false: it is not one, and whoever sent it is not followed. *ret_trace without state and sink. */
bool trace_parse(struct slice parent, struct trace *ret_trace);
/* A tracestate as it may be passed on; empty: there is none, or it is not one. */
struct slice trace_state_check(struct slice state);
/* "00-...-...-01", with the span's id. */
struct slice trace_write(struct arena *arena, const struct trace *trace);
struct slice trace_id_write(struct arena *arena, const struct trace *trace);
/* A new id: of the next piece of work in the trace, or of a new trace's first. */
void trace_step(struct random *random, struct trace *trace);

const struct trace *trace_current(void);
void trace_current_set(const struct trace *trace); /* NULL: none */
