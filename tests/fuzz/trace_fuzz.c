/* Any text as the traceparent and tracestate of a request, a newline between: what is followed is written back as the same trace. */
#include <stdlib.h>

#include "base/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice state = slice_of(bytes, len);
  struct slice parent = slice_cut(&state, '\n');
  struct slice kept = trace_state_check(state);
  struct trace trace;
  struct trace again;
  if (kept.len > TRACE_STATE_BYTES_MAX || (kept.len > 0 && !slice_eq(kept, state))) {
    abort();
  }
  if (trace_parse(parent, &trace) &&
      (!trace_is_set(&trace) || !trace_parse(trace_write(&arena, &trace), &again) || again.is_sampled != trace.is_sampled ||
       memcmp(again.trace_id, trace.trace_id, TRACE_ID_BYTES) != 0 || memcmp(again.span_id, trace.span_id, TRACE_SPAN_ID_BYTES) != 0)) {
    abort();
  }
  return 0;
}
