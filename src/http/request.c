#include <arpa/inet.h>
#include <strings.h>

#include "http/http.h"

static bool is_same_name(struct slice name, struct slice other) {
  return name.len == other.len && strncasecmp((const char *)name.ptr, (const char *)other.ptr, name.len) == 0;
}

struct slice http_header(const struct http_request *request, const char *name) {
  for (size_t i = 0; i < request->header_count; i++) {
    if (is_same_name(request->headers[i].name, slice_str(name))) {
      return request->headers[i].value;
    }
  }
  return (struct slice){0};
}

struct slice http_cookie(const struct http_request *request, const char *name) {
  struct slice found = {0};
  bool has_one = false;
  for (size_t i = 0; i < request->header_count; i++) {
    if (!is_same_name(request->headers[i].name, S("Cookie"))) {
      continue;
    }
    struct slice rest = request->headers[i].value;
    while (rest.len > 0) {
      struct slice value = slice_trim(slice_cut(&rest, ';'));
      struct slice key = slice_cut(&value, '=');
      if (!slice_is(key, name)) {
        continue;
      }
      if (has_one) {
        return (struct slice){0};
      }
      has_one = true;
      found = value;
    }
  }
  return found;
}

struct slice http_param(const struct http_call *call, const char *name) {
  for (size_t i = 0; i < call->param_count; i++) {
    if (slice_is(call->params[i].name, name)) {
      return call->params[i].value;
    }
  }
  return (struct slice){0};
}

struct slice http_network(struct arena *arena, struct slice address) {
  char text[INET6_ADDRSTRLEN] = "";
  struct in_addr v4;
  struct in6_addr v6;
  struct slice plain = slice_cut(&address, '%'); /* fe80::1%eth0: the link says nothing about who */
  if (plain.len == 0 || plain.len >= sizeof text) {
    return (struct slice){0};
  }
  memcpy(text, plain.ptr, plain.len);
  if (inet_pton(AF_INET, text, &v4) == 1) {
    return arena_copy(arena, plain);
  }
  if (inet_pton(AF_INET6, text, &v6) != 1) {
    return (struct slice){0};
  }
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    inet_ntop(AF_INET, v6.s6_addr + 12, text, sizeof text);
    return arena_copy(arena, slice_str(text));
  }
  memset(v6.s6_addr + 8, 0, 8);
  inet_ntop(AF_INET6, &v6, text, sizeof text);
  return arena_printf(arena, "%s/64", text);
}

static void put_header(struct http_response *response, struct slice name, struct slice value) {
  for (size_t i = 0; i < response->header_count; i++) {
    if (is_same_name(response->headers[i].name, name) && !is_same_name(name, S("Set-Cookie"))) {
      response->headers[i].value = value;
      return;
    }
  }
  if (response->header_count < HTTP_RESPONSE_HEADERS_MAX) {
    response->headers[response->header_count++] = (struct http_header){name, value};
  }
}

void http_response_header(struct http_call *call, const char *name, struct slice value) {
  for (size_t i = 0; i < value.len; i++) {
    if (value.ptr[i] < ' ' || value.ptr[i] == 0x7f) {
      return;
    }
  }
  put_header(&call->response, slice_str(name), value);
}

void http_reply(struct http_call *call, int status, const char *content_type, struct slice body) {
  call->response.status = status;
  call->response.body = body;
  http_response_header(call, "Content-Type", slice_str(content_type));
}

void http_redirect(struct http_call *call, struct slice location) {
  call->response.status = 303;
  call->response.body = (struct slice){0};
  http_response_header(call, "Location", location);
}
