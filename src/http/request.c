#include <arpa/inet.h>
#include <strings.h>

#include "http/http.h"

static bool is_same_name(struct slice name, struct slice other) {
  return name.len == other.len && strncasecmp((const char *)name.ptr, (const char *)other.ptr, name.len) == 0;
}

struct slice http_header(const struct http_request *request, const char *name) {
  const struct http_header *found = NULL;
  for (size_t i = 0; i < request->header_count; i++) {
    if (!is_same_name(request->headers[i].name, slice_str(name))) {
      continue;
    }
    if (found != NULL) {
      return (struct slice){0}; /* [RFC9110 5.3] only lists may be sent in parts, and none that we read has to be */
    }
    found = &request->headers[i];
  }
  return found != NULL ? found->value : (struct slice){0};
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

/* 0, 1, 0.5, 1.000: at most three digits after the dot. */
static int parse_weight(struct slice text) {
  int weight = 0;
  struct slice whole = slice_cut(&text, '.');
  if (!slice_is(whole, "0") && !slice_is(whole, "1")) {
    return 0;
  }
  for (size_t i = 0; i < 3; i++) {
    bool is_digit = i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9';
    weight = weight * 10 + (is_digit ? text.ptr[i] - '0' : 0);
  }
  return slice_is(whole, "1") ? 1000 : weight;
}

bool http_preference_next(struct slice *list, struct slice *ret_name, int *ret_weight) {
  while (list->len > 0) {
    struct slice rest = slice_cut(list, ',');
    struct slice name = slice_trim(slice_cut(&rest, ';'));
    int weight = 1000;
    while (rest.len > 0) {
      struct slice value = slice_trim(slice_cut(&rest, ';'));
      struct slice key = slice_trim(slice_cut(&value, '='));
      weight = is_same_name(key, S("q")) ? parse_weight(slice_trim(value)) : weight;
    }
    if (name.len > 0) {
      *ret_name = name;
      *ret_weight = weight;
      return true;
    }
  }
  return false;
}

bool http_etag_is_known(const struct http_request *request, struct slice etag) {
  struct slice list = http_header(request, "If-None-Match");
  while (list.len > 0) {
    struct slice known = slice_trim(slice_cut(&list, ',')); /* ours have no comma */
    struct slice plain = slice_starts(known, S("W/")) ? slice_from(known, 2) : known;
    if (slice_is(known, "*") || slice_eq(plain, etag)) {
      return true;
    }
  }
  return false;
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
