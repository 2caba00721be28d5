#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/trace.h"
#include "http/curl.h"
#include "http/http.h"

enum { TIMEOUT_MS = 10000, CONNECT_MS = 3000, RESPONSE_BYTES_MAX = 1024 * 1024, HEADERS_MAX = 64, HEADER_BYTES_MAX = 16384 };

struct transfer {
  const struct http_client_request *request;
  struct arena *arena;
  struct buf body;
  size_t body_bytes_max;
  struct http_header *headers;
  size_t header_count;
  size_t header_bytes;
  bool is_too_large;
  bool is_address_refused;
  char why[CURL_ERROR_SIZE]; /* libcurl's sentence */
  struct trace trace; /* of this call; none: of no trace */
  uint8_t parent_id[TRACE_SPAN_ID_BYTES];
};

/* No public service has such an address; calling one would reach this machine or its neighbours [SSRF]. */
struct allowed {
  bool is_loopback;
  bool is_private;
};

static bool is_forbidden_v4(uint32_t address, struct allowed allowed) {
  static const struct {
    uint32_t from;
    int bits;
  } private[] = {{0x0a000000, 8}, {0x64400000, 10}, {0xac100000, 12}, {0xc0000000, 24}, {0xc0a80000, 16}, {0xc6120000, 15}}; /* [RFC6890 2.2.2] */
  uint8_t first = (uint8_t)(address >> 24);
  bool is_link_local = (address >> 16) == 0xa9fe;
  for (size_t i = 0; i < sizeof private / sizeof *private; i++) {
    if (!allowed.is_private && ((address ^ private[i].from) >> (32 - private[i].bits)) == 0) {
      return true;
    }
  }
  return first == 0 || first >= 224 || is_link_local || (first == 127 && !allowed.is_loopback);
}

/* Where the four bytes of an IPv4 address lie that a gateway or this machine would call instead; -1: it carries none. */
static int embedded_v4_at(const struct in6_addr *v6) {
  static const struct {
    uint8_t prefix[12];
    size_t bytes;
    int at;
  } forms[] = {
      {{0x00, 0x64, 0xff, 0x9b}, 12, 12},                                  /* NAT64 [RFC6052 2.1] */
      {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}, 12, 12},                /* translated [RFC2765 2.1] */
      {{0x20, 0x02}, 2, 2},                                                /* 6to4 [RFC3056 2] */
  };
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    if (memcmp(v6->s6_addr, forms[i].prefix, forms[i].bytes) == 0) {
      return forms[i].at;
    }
  }
  bool is_mapped = IN6_IS_ADDR_V4MAPPED(v6) || (IN6_IS_ADDR_V4COMPAT(v6) && !IN6_IS_ADDR_LOOPBACK(v6));
  return is_mapped ? 12 : -1;
}

static bool is_forbidden(const struct sockaddr *address, struct allowed allowed) {
  if (address->sa_family == AF_INET) {
    struct sockaddr_in v4;
    memcpy(&v4, address, sizeof v4);
    return is_forbidden_v4(ntohl(v4.sin_addr.s_addr), allowed);
  }
  if (address->sa_family != AF_INET6) {
    return true;
  }
  struct sockaddr_in6 v6;
  memcpy(&v6, address, sizeof v6);
  int at = embedded_v4_at(&v6.sin6_addr);
  if (at >= 0) {
    uint32_t inside = 0;
    memcpy(&inside, v6.sin6_addr.s6_addr + at, sizeof inside);
    return is_forbidden_v4(ntohl(inside), allowed);
  }
  bool is_private = (v6.sin6_addr.s6_addr[0] & 0xfe) == 0xfc; /* unique local [RFC4193 3.1] */
  return IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr) || IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr) || IN6_IS_ADDR_SITELOCAL(&v6.sin6_addr) ||
         IN6_IS_ADDR_MULTICAST(&v6.sin6_addr) || (is_private && !allowed.is_private) || (IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) && !allowed.is_loopback);
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)purpose;
  struct transfer *transfer = arg;
  const struct http_client_request *request = transfer->request;
  const struct allowed allowed = {request->is_loopback_allowed, request->is_loopback_allowed || !request->is_private_refused};
  if (address->family != AF_UNIX && is_forbidden(&address->addr, allowed)) {
    transfer->is_address_refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg) {
  struct transfer *transfer = arg;
  if (size * count > transfer->body_bytes_max - transfer->body.len) {
    transfer->is_too_large = true;
    return 0;
  }
  buf_append(&transfer->body, slice_of(bytes, size * count));
  return size * count;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *arg) {
  struct transfer *transfer = arg;
  struct slice line = slice_of(bytes, size * count);
  transfer->header_bytes += line.len;
  if (transfer->header_bytes > HEADER_BYTES_MAX || transfer->header_count == HEADERS_MAX) {
    transfer->is_too_large = true;
    return 0;
  }
  if (slice_starts(line, S("HTTP/"))) { /* a new head, after 100 Continue */
    transfer->header_count = 0;
    return line.len;
  }
  struct slice value = slice_trim(line);
  struct slice name = slice_cut(&value, ':');
  if (name.len > 0) {
    transfer->headers[transfer->header_count++] =
        (struct http_header){arena_copy(transfer->arena, name), arena_copy(transfer->arena, slice_trim(value))};
  }
  return line.len;
}

static void close_curl(CURL **curl) { curl_easy_cleanup(*curl); }
static void free_list(struct curl_slist **list) { curl_slist_free_all(*list); }

/* [Trace Context 3.2, 3.3] who is called learns for which trace, and that this call is its parent. */
static struct curl_slist *add_trace(struct curl_slist *list, struct arena *arena, const struct trace *trace) {
  if (list == NULL || !trace_is_set(trace)) {
    return list;
  }
  struct curl_slist *grown = curl_slist_append(list, (const char *)arena_printf(arena, "traceparent: %.*s", SLICE_ARG(trace_write(arena, trace))).ptr);
  if (grown != NULL && trace->state.len > 0) {
    grown = curl_slist_append(grown, (const char *)arena_printf(arena, "tracestate: %.*s", SLICE_ARG(trace->state)).ptr);
  }
  return grown;
}

static void begin_span(struct transfer *transfer) {
  struct random random = random_system();
  transfer->trace = *trace_current();
  if (trace_is_set(&transfer->trace)) {
    memcpy(transfer->parent_id, transfer->trace.span_id, TRACE_SPAN_ID_BYTES);
    trace_step(&random, &transfer->trace);
  }
}

static void end_span(const struct transfer *transfer, int64_t took_us, int status) {
  const struct trace *trace = &transfer->trace;
  if (!trace->is_sampled || trace->sink == NULL) {
    return;
  }
  const struct clock clock = clock_shifted(0);
  struct trace_span span = {.is_client = true,
                            .method = http_method_name(transfer->request->method),
                            .began_ms = clock_now_ms(&clock) - took_us / 1000,
                            .took_us = took_us,
                            .status = status};
  memcpy(span.trace_id, trace->trace_id, TRACE_ID_BYTES);
  memcpy(span.span_id, trace->span_id, TRACE_SPAN_ID_BYTES);
  memcpy(span.parent_id, transfer->parent_id, TRACE_SPAN_ID_BYTES);
  trace->sink->record(trace->sink, &span);
}

static result set_headers(CURL *curl, const struct transfer *transfer, struct curl_slist **list) {
  const struct http_client_request *request = transfer->request;
  struct arena *arena = transfer->arena;
  struct curl_slist *grown = add_trace(curl_slist_append(NULL, "Expect:"), arena, &transfer->trace);
  for (size_t i = 0; i < request->header_count && grown != NULL; i++) {
    struct slice line = arena_printf(arena, "%.*s: %.*s", SLICE_ARG(request->headers[i].name), SLICE_ARG(request->headers[i].value));
    for (size_t at = 0; at < line.len; at++) {
      if (line.ptr[at] < ' ' || line.ptr[at] == 0x7f) {
        curl_slist_free_all(grown);
        FAIL(HTTP_URL_REFUSED, "a control character in a header we would send");
      }
    }
    *list = grown;
    grown = curl_slist_append(grown, (const char *)line.ptr);
  }
  if (grown == NULL) {
    FAIL(BASE_IO, "no memory for headers");
  }
  *list = grown;
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, grown);
  return OK;
}

static void set_method(CURL *curl, const struct http_client_request *request) {
  if (request->method == HTTP_HEAD) {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (request->method != HTTP_GET) {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.len ? (const char *)request->body.ptr : "");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, http_method_name(request->method));
  }
}

static void set_options(CURL *curl, struct transfer *transfer) {
  const struct http_client_request *request = transfer->request;
  bool is_plain_allowed = request->is_loopback_allowed || request->unix_socket != NULL;
  curl_easy_setopt(curl, CURLOPT_URL, arena_cstr(transfer->arena, request->url));
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, is_plain_allowed ? "http,https" : "https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(request->timeout_ms ? request->timeout_ms : TIMEOUT_MS));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->why);
  if (request->ca_path != NULL) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, request->ca_path);
  }
  if (request->unix_socket != NULL) {
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, request->unix_socket);
  }
  set_method(curl, request);
}

/* http:// only to this machine, told by its literal address or name; where it leads is checked again when the socket opens. */
static bool is_url_allowed(const struct http_client_request *request) {
  if (request->unix_socket != NULL || slice_starts(request->url, S("https://"))) {
    return true;
  }
  static const char *const loopback[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
  for (size_t i = 0; i < 3 && request->is_loopback_allowed; i++) {
    if (slice_starts(request->url, slice_str(loopback[i]))) {
      struct slice rest = slice_from(request->url, strlen(loopback[i]));
      return rest.len == 0 || rest.ptr[0] == ':' || rest.ptr[0] == '/';
    }
  }
  return false;
}

result http_client_send(const struct http_client_request *request, struct arena *arena, struct http_client_response *ret_response) {
  if (!is_url_allowed(request) || slice_find(request->url, '@', 0) < request->url.len) {
    FAIL(HTTP_URL_REFUSED, "only https, or http to this machine where allowed");
  }
  TRY(http_curl_load());
  struct transfer transfer = {.request = request,
                              .arena = arena,
                              .body_bytes_max = request->response_bytes_max ? request->response_bytes_max : RESPONSE_BYTES_MAX,
                              .headers = ARENA_ARRAY(arena, struct http_header, HEADERS_MAX)};
  buf_init(&transfer.body, arena, 1024);
  struct curl_slist *list CLEANUP(free_list) = NULL;
  CURL *curl CLEANUP(close_curl) = curl_easy_init();
  if (curl == NULL) {
    FAIL(BASE_IO, "curl_easy_init");
  }
  begin_span(&transfer);
  set_options(curl, &transfer);
  TRY(set_headers(curl, &transfer, &list));
  int64_t began_us = clock_monotonic_us();
  CURLcode outcome = curl_easy_perform(curl);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  end_span(&transfer, clock_monotonic_us() - began_us, outcome == CURLE_OK ? (int)status : 0);
  if (transfer.is_address_refused) {
    FAIL(HTTP_URL_REFUSED, "the name leads to an address of this machine or its link");
  }
  if (transfer.is_too_large) {
    FAIL(HTTP_PEER_ANSWER, "the answer is larger than %zu bytes", transfer.body_bytes_max);
  }
  if (outcome == CURLE_WEIRD_SERVER_REPLY || outcome == CURLE_PARTIAL_FILE || outcome == CURLE_UNSUPPORTED_PROTOCOL) {
    FAIL(HTTP_PEER_ANSWER, "%s", curl_easy_strerror(outcome));
  }
  if (outcome == CURLE_PEER_FAILED_VERIFICATION) {
    FAIL(HTTP_PEER_CERTIFICATE, "%s", transfer.why);
  }
  if (outcome != CURLE_OK) {
    curl_off_t connect_us = 0; /* stays nought when no connection was made */
    curl_easy_getinfo(curl, CURLINFO_CONNECT_TIME_T, &connect_us);
    FAIL(connect_us == 0 ? HTTP_PEER_UNREACHABLE : HTTP_PEER_LOST, "%s", curl_easy_strerror(outcome));
  }
  *ret_response = (struct http_client_response){(int)status, transfer.headers, transfer.header_count, buf_slice(&transfer.body)};
  return OK;
}

struct slice http_client_header(const struct http_client_response *response, const char *name) {
  for (size_t i = 0; i < response->header_count; i++) {
    struct slice known = response->headers[i].name;
    if (known.len == strlen(name) && strncasecmp((const char *)known.ptr, name, known.len) == 0) {
      return response->headers[i].value;
    }
  }
  return (struct slice){0};
}
