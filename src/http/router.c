#include "codec/url.h"
#include "http/http.h"

static bool fits_segment(struct slice wanted, struct slice segment, struct http_call *call) {
  if (wanted.len < 3 || wanted.ptr[0] != '{') {
    return slice_eq(wanted, segment);
  }
  if (segment.len == 0 || call->param_count == HTTP_PARAMS_MAX) {
    return false;
  }
  call->params[call->param_count++] = (struct http_header){slice_sub(wanted, 1, wanted.len - 2), segment};
  return true;
}

/* Both without their first slash. Fills params as it goes. */
static bool fits(struct slice pattern, struct slice path, struct http_call *call) {
  call->param_count = 0;
  while (!slice_is(pattern, "*")) {
    size_t pattern_end = slice_find(pattern, '/', 0);
    size_t path_end = slice_find(path, '/', 0);
    if (!fits_segment(slice_sub(pattern, 0, pattern_end), slice_sub(path, 0, path_end), call)) {
      return false;
    }
    if (pattern_end == pattern.len || path_end == path.len) {
      return pattern_end == pattern.len && path_end == path.len;
    }
    pattern = slice_from(pattern, pattern_end + 1);
    path = slice_from(path, path_end + 1);
  }
  return true;
}

/* Up to the first segment that is a name, byte by byte: of a table's hundreds of rows nearly all end here at once. */
static bool begins_alike(const char *pattern, struct slice path) {
  size_t at = 0;
  while (at < path.len && pattern[at] == (char)path.ptr[at] && pattern[at] != '\0') {
    at++;
  }
  return pattern[at] == '{' || pattern[at] == '*' || (pattern[at] == '\0' && at == path.len);
}

static bool is_plain(struct slice segment) {
  for (size_t i = 0; i < segment.len; i++) {
    if (segment.ptr[i] < ' ' || segment.ptr[i] == 0x7f || segment.ptr[i] == '/') {
      return false;
    }
  }
  return true;
}

static result decode_params(struct http_call *call) {
  for (size_t i = 0; i < call->param_count; i++) {
    struct slice decoded;
    if (!is_ok(url_decode(call->params[i].value, call->arena, &decoded)) || !is_plain(decoded)) {
      FAIL(HTTP_MALFORMED, "a path segment cannot be decoded");
    }
    call->params[i].value = decoded;
  }
  return OK;
}

static void allow(struct http_call *call, const bool methods[static HTTP_TRACE + 1]) {
  struct slice list = {0};
  for (int method = HTTP_GET; method <= HTTP_TRACE; method++) {
    if (methods[method] || (method == HTTP_HEAD && methods[HTTP_GET])) {
      list = arena_printf(call->arena, "%.*s%s%s", SLICE_ARG(list), list.len ? ", " : "", http_method_name((enum http_method)method));
    }
  }
  http_response_header(call, "Allow", list); /* [RFC9110 15.5.6 MUST] */
}

result http_route_find(const struct http_routes *routes, struct http_call *call, const void **ret_row) {
  bool methods[HTTP_TRACE + 1] = {false};
  bool has_path = false;
  enum http_method asked = call->request.method == HTTP_HEAD ? HTTP_GET : call->request.method;
  for (size_t i = 0; i < routes->count; i++) {
    const struct http_route *route = (const void *)((const char *)routes->rows + i * routes->row_bytes);
    if (!begins_alike(route->pattern, call->request.path) || !fits(slice_from(slice_str(route->pattern), 1), slice_from(call->request.path, 1), call)) {
      continue;
    }
    if (route->method == asked) {
      TRY(decode_params(call));
      *ret_row = route;
      return OK;
    }
    methods[route->method] = true;
    has_path = true;
  }
  call->param_count = 0;
  if (has_path) {
    allow(call, methods);
    FAIL(HTTP_METHOD_NOT_ALLOWED, "%s", http_method_name(call->request.method));
  }
  FAIL(HTTP_NO_ROUTE, "no row of the table fits");
}
