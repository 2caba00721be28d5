#include "api/watch.h"

#include <strings.h>

#include "base/log.h"

enum { SLOW_US = 1000 * 1000 };

/* [Trace Context 3.3.1.1] the only header of ours that may come in parts; put together in their order. */
static struct slice whole_state(const struct api_call *call) {
  const struct http_request *request = &call->http->request;
  struct slice whole = {0};
  for (size_t i = 0; i < request->header_count; i++) {
    struct slice name = request->headers[i].name;
    struct slice value = request->headers[i].value;
    if (name.len == 10 && strncasecmp((const char *)name.ptr, "tracestate", 10) == 0) {
      whole = whole.len == 0 ? value : arena_printf(call->arena, "%.*s,%.*s", SLICE_ARG(whole), SLICE_ARG(value));
    }
  }
  return trace_state_check(whole);
}

static bool is_chosen(const struct api_call *call, const struct trace *trace) {
  unsigned drawn = (unsigned)trace->trace_id[0] << 16 | (unsigned)trace->trace_id[1] << 8 | trace->trace_id[2];
  return (int)(drawn % 1000) < call->settings->traced_per_mille;
}

void api_watch_begin(struct api_call *call, struct api_watch *ret_watch) {
  struct api_watch watch = {.trace = {.is_sampled = false}};
  struct trace_sink *spans = trace_sink_open(call->env->spans);
  struct slice parent = http_header(&call->http->request, "traceparent");
  /* [Trace Context 4.3 MUST] who sends none, or one that cannot be read, is not followed, nor is their state */
  bool is_followed = parent.len > 0 && trace_parse(parent, &watch.trace);
  bool begins = !is_followed && (spans != NULL || call->settings->log_requests == API_LOG_ALL);
  if (is_followed) {
    memcpy(watch.parent_id, watch.trace.span_id, TRACE_SPAN_ID_BYTES);
    watch.trace.state = whole_state(call);
  }
  if (is_followed || begins) {
    trace_step(call->env->random, &watch.trace);
    watch.trace.is_sampled = is_followed ? watch.trace.is_sampled : spans != NULL && is_chosen(call, &watch.trace);
    watch.trace.sink = spans;
  }
  trace_current_set(&watch.trace);
  *ret_watch = watch;
}

static void write_line(const struct api_call *call, const struct api_watch *watch, const struct api_route *route, int64_t took_us) {
  const struct http_response *response = &call->http->response;
  const char *trace = trace_is_set(&watch->trace) ? (const char *)trace_id_write(call->arena, &watch->trace).ptr : "";
  LOG(call->env->clock, response->status >= 500 ? LOG_WARNING : LOG_INFO, "request", LOG_WORD("method", http_method_name(call->http->request.method)),
      LOG_WORD("route", route != NULL ? route->route.pattern : ""), LOG_NUMBER("status", response->status), LOG_NUMBER("ms", took_us / 1000),
      LOG_NUMBER("bytes", response->body.len), LOG_WORD("trace", trace));
}

static void record_span(const struct api_watch *watch, struct trace_span *span) {
  const struct clock clock = clock_shifted(0);
  memcpy(span->trace_id, watch->trace.trace_id, TRACE_ID_BYTES);
  memcpy(span->span_id, watch->trace.span_id, TRACE_SPAN_ID_BYTES);
  memcpy(span->parent_id, watch->parent_id, TRACE_SPAN_ID_BYTES);
  span->began_ms = clock_now_ms(&clock) - span->took_us / 1000;
  watch->trace.sink->record(watch->trace.sink, span);
}

void api_watch_end(const struct api_call *call, const struct api_watch *watch, const struct api_route *route, int64_t took_us) {
  int status = call->http->response.status;
  enum api_logging logging = call->settings->log_requests;
  if (logging == API_LOG_ALL || (logging == API_LOG_FAILED && (status >= 500 || took_us > SLOW_US))) {
    write_line(call, watch, route, took_us);
  }
  if (watch->trace.is_sampled && watch->trace.sink != NULL) {
    struct trace_span span = {.method = http_method_name(call->http->request.method),
                              .route = route != NULL ? route->route.pattern : NULL,
                              .took_us = took_us,
                              .status = status};
    record_span(watch, &span);
  }
  trace_current_set(NULL);
}
