#include "http/guard.h"

#include <strings.h>

struct http_limits http_guard_limits(const struct http_limits *given) {
  struct http_limits limits = *given;
#define DEFAULT(field, value) limits.field = limits.field ? limits.field : (value)
  DEFAULT(head_bytes_max, 16384);
  DEFAULT(target_bytes_max, 4096);
  DEFAULT(header_count_max, 64);
  DEFAULT(body_bytes_max, 131072);
  DEFAULT(large_body_bytes_max, (size_t)4 * 1024 * 1024);
  DEFAULT(large_bodies_max, 32);
  DEFAULT(connections_max, 8192);
  DEFAULT(refusals_per_s, 1000);
  DEFAULT(quiet_ms, 1000);
  DEFAULT(waiting_max, 1024);
  DEFAULT(idle_ms, 60000);
  DEFAULT(request_ms, 15000);
  DEFAULT(write_ms, 30000);
  DEFAULT(linger_ms, 1000);
  DEFAULT(drain_ms, 10000);
  DEFAULT(held_up_ms, 10);
#undef DEFAULT
  return limits;
}

static const struct {
  const char *name;
  enum http_method method;
  bool has_body;
} methods[] = {
    {"GET", HTTP_GET, false},     {"HEAD", HTTP_HEAD, false},     {"POST", HTTP_POST, true},      {"PUT", HTTP_PUT, true},
    {"PATCH", HTTP_PATCH, true},  {"DELETE", HTTP_DELETE, false}, {"OPTIONS", HTTP_OPTIONS, false},
    {"TRACE", HTTP_TRACE, false},
};
enum { METHOD_COUNT = sizeof methods / sizeof *methods };

const char *http_method_name(enum http_method method) {
  return method >= HTTP_GET && method <= HTTP_TRACE ? methods[method - HTTP_GET].name : "?";
}

/* [RFC9110 5.6.2] tchar, a bit for each of the first 128 bytes: !#$%&'*+-.^_`|~, digits and letters. */
static bool is_token(struct slice s) {
  static const uint64_t tchars[4] = {UINT64_C(0x03ff6cfa00000000), UINT64_C(0x57ffffffc7fffffe), 0, 0};
  for (size_t i = 0; i < s.len; i++) {
    uint8_t c = s.ptr[i];
    if ((tchars[c >> 6] >> (c & 63) & 1) == 0) {
      return false;
    }
  }
  return s.len > 0;
}

static bool is_name(struct slice name, const char *expected) {
  return name.len == strlen(expected) && strncasecmp((const char *)name.ptr, expected, name.len) == 0;
}

struct slice http_guard_authority(struct slice target) {
  size_t start = slice_starts(target, S("http://")) ? 7 : slice_starts(target, S("https://")) ? 8 : 0;
  size_t length = 0;
  while (start > 0 && start + length < target.len && target.ptr[start + length] != '/' && target.ptr[start + length] != '?') {
    length++;
  }
  return slice_sub(target, start, length);
}

/* [RFC9112 3] method SP request-target SP HTTP-version, one space each. */
static bool is_large_path(struct slice target, const struct http_limits *limits) {
  struct slice path = slice_cut(&target, '?');
  for (const char *const *at = limits->large_paths; at != NULL && *at != NULL; at++) {
    if (slice_is(path, *at)) {
      return true;
    }
  }
  return false;
}

static result check_request_line(struct slice line, const struct http_limits *limits, struct guard_head *ret_head, bool *ret_needs_host) {
  struct slice rest = line;
  struct slice method = slice_cut(&rest, ' ');
  struct slice target = slice_cut(&rest, ' ');
  if (!is_token(method) || target.len == 0) {
    FAIL(HTTP_MALFORMED, "the request line is not method, target, version");
  }
  if (target.len > limits->target_bytes_max) {
    FAIL(HTTP_TARGET_TOO_LONG, "%zu bytes", target.len);
  }
  for (size_t i = 0; i < target.len; i++) {
    if (target.ptr[i] <= ' ' || target.ptr[i] >= 0x7f || target.ptr[i] == '#') {
      FAIL(HTTP_MALFORMED, "a byte 0x%02x in the request target", target.ptr[i]);
    }
  }
  /* [RFC9112 3.2.2 MUST] absolute-form is accepted; its authority counts for nothing here, as Host does, but it is one: neither empty
   * [RFC9110 4.2.1 MUST] nor with a user before it [RFC9110 4.2.4 SHOULD] */
  struct slice authority = http_guard_authority(target);
  if (target.ptr[0] != '/' && (authority.len == 0 || slice_find(authority, '@', 0) < authority.len)) {
    FAIL(HTTP_MALFORMED, "the request target is neither a path nor an absolute address");
  }
  if (!slice_is(rest, "HTTP/1.1") && !slice_is(rest, "HTTP/1.0")) {
    FAIL(slice_starts(rest, S("HTTP/")) ? HTTP_VERSION_UNKNOWN : HTTP_MALFORMED, "the version is not HTTP/1.1 or 1.0");
  }
  *ret_needs_host = slice_is(rest, "HTTP/1.1");
  ret_head->is_last = !*ret_needs_host;
  ret_head->target = target;
  for (size_t i = 0; i < METHOD_COUNT; i++) {
    if (slice_is(method, methods[i].name)) {
      ret_head->method = methods[i].method;
      ret_head->may_be_large = methods[i].method == HTTP_POST && is_large_path(target, limits);
      return OK;
    }
  }
  FAIL(HTTP_METHOD_UNKNOWN, "the method is not one of ours");
}

struct seen {
  size_t hosts;
  size_t lengths;
  bool has_transfer_encoding;
  bool is_chunked;
};

/* [RFC9110 8.6] digits only: no sign, no list, no space inside. */
static result parse_length(struct slice value, size_t *ret_length) {
  size_t length = 0;
  if (value.len == 0 || value.len > 15) {
    FAIL(HTTP_MALFORMED, "Content-Length is not a number");
  }
  for (size_t i = 0; i < value.len; i++) {
    if (value.ptr[i] < '0' || value.ptr[i] > '9') {
      FAIL(HTTP_MALFORMED, "Content-Length is not a number");
    }
    length = length * 10 + (size_t)(value.ptr[i] - '0');
  }
  *ret_length = length;
  return OK;
}

/* [RFC9110 7.2] uri-host [ ":" port ]; may be empty. */
static bool is_host(struct slice value) {
  for (size_t i = 0; i < value.len; i++) {
    uint8_t c = value.ptr[i];
    bool is_alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!is_alnum && (c == 0 || strchr("-._~%!$&'()*+;=:[]", c) == NULL)) {
      return false;
    }
  }
  return true;
}

static bool has_control(struct slice value) {
  for (size_t i = 0; i < value.len; i++) {
    if ((value.ptr[i] < ' ' && value.ptr[i] != '\t') || value.ptr[i] == 0x7f) {
      return true;
    }
  }
  return false;
}

static result check_header(struct slice line, struct guard_head *head, struct seen *seen, struct http_header *ret_header) {
  if (line.ptr[0] == ' ' || line.ptr[0] == '\t') {
    FAIL(HTTP_MALFORMED, "a folded header line"); /* [RFC9112 5.2 MUST] */
  }
  size_t colon = slice_find(line, ':', 0);
  struct slice name = slice_sub(line, 0, colon);
  if (colon == line.len || !is_token(name)) {
    FAIL(HTTP_MALFORMED, "a header line without a name, or with space before its colon"); /* [RFC9112 5.1 MUST] */
  }
  struct slice value = slice_trim(slice_from(line, colon + 1));
  if (has_control(value)) {
    FAIL(HTTP_MALFORMED, "a control character in a header"); /* [RFC9110 5.5] */
  }
  *ret_header = (struct http_header){name, value};
  if (is_name(name, "Host")) {
    seen->hosts++;
    if (!is_host(value)) {
      FAIL(HTTP_MALFORMED, "Host is not a host");
    }
  } else if (is_name(name, "Content-Length")) {
    seen->lengths++;
    TRY(parse_length(value, &head->body_bytes));
  } else if (is_name(name, "Transfer-Encoding")) {
    seen->has_transfer_encoding = true;
    seen->is_chunked = is_name(value, "chunked");
  } else if (is_name(name, "Expect")) {
    if (!is_name(value, "100-continue")) {
      FAIL(HTTP_MALFORMED, "an expectation we do not know");
    }
    head->expects_continue = true;
  } else if (is_name(name, "Connection")) {
    while (value.len > 0) {
      head->is_last |= is_name(slice_trim(slice_cut(&value, ',')), "close"); /* [RFC9110 7.6.1] */
    }
  }
  return OK;
}

static result check_framing(const struct seen *seen, bool needs_host, const struct http_limits *limits, const struct guard_head *head) {
  if (seen->hosts > 1 || (needs_host && seen->hosts == 0)) {
    FAIL(HTTP_MALFORMED, "%zu Host headers", seen->hosts); /* [RFC9112 3.2 MUST] */
  }
  if (seen->lengths > 1 || (seen->lengths > 0 && seen->has_transfer_encoding)) {
    FAIL(HTTP_MALFORMED, "the length of the body is given twice"); /* [RFC9112 6.3] */
  }
  if (seen->has_transfer_encoding && !seen->is_chunked) {
    FAIL(HTTP_MALFORMED, "a transfer coding we do not know");
  }
  bool has_body = methods[head->method - HTTP_GET].has_body;
  if (seen->has_transfer_encoding || (has_body && seen->lengths == 0)) {
    FAIL(HTTP_LENGTH_MISSING, "no Content-Length");
  }
  if (!has_body && head->body_bytes > 0) {
    FAIL(HTTP_MALFORMED, "a body where the method has none");
  }
  if (head->body_bytes > (head->may_be_large ? limits->large_body_bytes_max : limits->body_bytes_max)) {
    FAIL(HTTP_BODY_TOO_LARGE, "%zu bytes", head->body_bytes);
  }
  return OK;
}

/* head: from the request line to the empty line, both included. */
static result check_head(struct slice head_bytes, const struct http_limits *limits, struct http_header *ret_headers, struct guard_head *ret_head) {
  struct guard_head head = {.head_bytes = head_bytes.len};
  struct seen seen = {0};
  bool needs_host = false;
  struct slice rest = slice_sub(head_bytes, 0, head_bytes.len - 2); /* without the empty line */
  for (bool is_first = true; rest.len > 0; is_first = false) {
    struct slice line = slice_cut(&rest, '\n');
    line.len--; /* the CR, known to be there */
    if (is_first) {
      TRY(check_request_line(line, limits, &head, &needs_host));
      continue;
    }
    if (head.header_count == limits->header_count_max) {
      FAIL(HTTP_HEAD_TOO_LARGE, "more than %zu headers", limits->header_count_max);
    }
    TRY(check_header(line, &head, &seen, &ret_headers[head.header_count++]));
  }
  TRY(check_framing(&seen, needs_host, limits, &head));
  *ret_head = head;
  return OK;
}

result http_guard_check(struct slice bytes, size_t scanned, const struct http_limits *limits, struct http_header *ret_headers,
                        struct guard_head *ret_head) {
  size_t line_start = 0;
  for (size_t at = scanned; (at = slice_find(bytes, '\n', at)) < bytes.len; at++) {
    if (at == 0 || bytes.ptr[at - 1] != '\r') {
      FAIL(HTTP_MALFORMED, "a bare LF"); /* [RFC9112 2.2]: we take the strict reading */
    }
    if (at + 1 > limits->head_bytes_max) {
      break;
    }
    if (at >= 3 && bytes.ptr[at - 2] == '\n') {
      return check_head(slice_sub(bytes, 0, at + 1), limits, ret_headers, ret_head);
    }
    line_start = at + 1;
  }
  if (bytes.len >= limits->head_bytes_max) {
    FAIL(line_start == 0 && slice_find(bytes, '\n', 0) == bytes.len ? HTTP_TARGET_TOO_LONG : HTTP_HEAD_TOO_LARGE, "%zu bytes", bytes.len);
  }
  *ret_head = (struct guard_head){0};
  return OK;
}

static void salvage_request_line(struct slice line, struct http_request *request) {
  struct slice method = slice_cut(&line, ' ');
  struct slice target = slice_cut(&line, ' ');
  for (size_t i = 0; i < METHOD_COUNT; i++) {
    request->method = slice_is(method, methods[i].name) ? methods[i].method : request->method;
  }
  if (target.len > 0 && target.ptr[0] == '/' && !has_control(target)) {
    request->path = slice_cut(&target, '?');
    request->query = target;
  }
}

void http_guard_salvage(struct slice bytes, struct arena *arena, struct http_request *ret_request) {
  enum { SALVAGED_MAX = 64 };
  struct http_header *headers = ARENA_ARRAY(arena, struct http_header, SALVAGED_MAX);
  *ret_request = (struct http_request){.headers = headers, .peer_uid = -1};
  for (bool is_first = true; slice_find(bytes, '\n', 0) < bytes.len && ret_request->header_count < SALVAGED_MAX; is_first = false) {
    struct slice line = slice_trim(slice_cut(&bytes, '\n'));
    if (is_first) {
      salvage_request_line(line, ret_request);
      continue;
    }
    if (line.len == 0) {
      return; /* what follows is the body */
    }
    size_t colon = slice_find(line, ':', 0);
    struct slice name = slice_sub(line, 0, colon);
    if (colon < line.len && is_token(name) && !has_control(line)) {
      headers[ret_request->header_count++] = (struct http_header){name, slice_trim(slice_from(line, colon + 1))};
    }
  }
}
