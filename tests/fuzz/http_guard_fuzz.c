/* Any bytes as the head of a request: the guard says the same whether they come at once or in two pieces, lets through only heads that are whole,
 * and what is salvaged of a refused one lies inside it. */
#include <stdlib.h>

#include "http/guard.h"

static bool is_inside(struct slice part, struct slice whole) {
  return part.len == 0 || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

static void check_salvaged(struct slice bytes, struct arena *arena) {
  struct http_request request;
  http_guard_salvage(bytes, arena, &request);
  bool holds = is_inside(request.path, bytes) && is_inside(request.query, bytes);
  for (size_t i = 0; i < request.header_count; i++) {
    holds &= request.headers[i].name.len > 0 && is_inside(request.headers[i].name, bytes) && is_inside(request.headers[i].value, bytes);
  }
  if (!holds) {
    abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct http_limits limits = http_guard_limits(&(const struct http_limits){.head_bytes_max = 2048, .body_bytes_max = 1000});
  struct slice input = slice_sub(slice_of(bytes, len), 0, limits.head_bytes_max); /* no more is ever shown to it */
  struct http_header *headers = ARENA_ARRAY(&arena, struct http_header, limits.header_count_max);
  struct guard_head at_once = {0};
  struct guard_head begun = {0};
  struct guard_head done = {0};
  result whole = http_guard_check(input, 0, &limits, headers, &at_once);
  size_t cut = input.len > 0 ? input.ptr[0] % input.len : 0;
  result first = http_guard_check(slice_sub(input, 0, cut), 0, &limits, headers, &begun);
  if (is_ok(first) && begun.head_bytes == 0) {
    result second = http_guard_check(input, cut, &limits, headers, &done);
    if (second.code != whole.code || done.head_bytes != at_once.head_bytes || done.body_bytes != at_once.body_bytes) {
      abort();
    }
  }
  if (is_ok(whole) && (at_once.head_bytes > input.len || at_once.body_bytes > limits.body_bytes_max)) {
    abort();
  }
  if (is_ok(whole) && at_once.head_bytes > 0 && (at_once.method < HTTP_GET || !slice_ends(slice_sub(input, 0, at_once.head_bytes), S("\r\n\r\n")))) {
    abort();
  }
  for (size_t i = 0; is_ok(whole) && i < at_once.header_count; i++) {
    if (headers[i].name.len == 0 || !is_inside(headers[i].name, input) || !is_inside(headers[i].value, input)) {
      abort();
    }
  }
  check_salvaged(input, &arena);
  return 0;
}
