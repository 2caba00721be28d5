/* http/server_fixture.h: a server on a port of its own, and a client that sends bytes as they are. (tests only) */
#pragma once
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sleeping.h"
#include "http/http.h"

#include "base/unit_test.h"

enum { BIG_BYTES = 12000000, READ_MS = 60000 /* a bound for a server that hangs, not a measure */ };

struct fixture {
  struct http_server *server;
  struct arena arena;
  atomic_int inside;
  atomic_bool is_gate_open;
  char socket_path[64];
};

/* Says what it could read of the request, so that tests see it. */
static inline void refuse(void *app, struct http_call *call, uint16_t code) {
  (void)app;
  static const struct {
    uint16_t code;
    int status;
  } rows[] = {{HTTP_MALFORMED, 400},      {HTTP_HEAD_TOO_LARGE, 431}, {HTTP_TARGET_TOO_LONG, 414}, {HTTP_BODY_TOO_LARGE, 413},
              {HTTP_LENGTH_MISSING, 411}, {HTTP_METHOD_UNKNOWN, 501}, {HTTP_VERSION_UNKNOWN, 505}, {HTTP_TOO_SLOW, 408},
              {HTTP_OVERLOADED, 503}};
  int status = 500;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    status = rows[i].code == code ? rows[i].status : status;
  }
  struct slice path = call->request.path;
  struct slice language = http_header(&call->request, "Accept-Language");
  http_reply(call, status, "text/plain", arena_printf(call->arena, "refused path=%.*s language=%.*s", SLICE_ARG(path), SLICE_ARG(language)));
}

/* Echoes method, path, query and body; /big answers more than the system buffers; /wait holds its worker until the gate opens,
 * /sleep does so and says it. */
static inline void handle(void *app, struct http_call *call) {
  struct fixture *fixture = app;
  const struct http_request *request = &call->request;
  if (slice_is(request->path, "/wait") || slice_is(request->path, "/sleep")) {
    bool says_so = slice_is(request->path, "/sleep");
    atomic_fetch_add(&fixture->inside, 1);
    if (says_so) {
      (void)sleeping_begin();
    }
    while (!atomic_load(&fixture->is_gate_open)) {
      usleep(500);
    }
    if (says_so) {
      sleeping_end();
    }
  }
  if (slice_is(request->path, "/big")) {
    uint8_t *big = arena_alloc(call->arena, BIG_BYTES);
    memset(big, 'x', BIG_BYTES);
    http_reply(call, 200, "text/plain", slice_of(big, BIG_BYTES));
    return;
  }
  http_response_header(call, "X-Split", S("a\r\nSet-Cookie: b"));
  http_response_header(call, "X-Echo", http_header(request, "X-Echo"));
  http_reply(call, 200, "text/plain",
             arena_printf(call->arena, "%s %.*s?%.*s uid=%d body=%.*s;", http_method_name(request->method), SLICE_ARG(request->path),
                          SLICE_ARG(request->query), (int)request->peer_uid, SLICE_ARG(request->body)));
}

static inline struct http_limits small_limits(void) {
  return (struct http_limits){.head_bytes_max = 2048, .target_bytes_max = 512, .header_count_max = 20, .body_bytes_max = 1000, .linger_ms = 200};
}

static inline void start(struct fixture *fixture, struct http_limits limits, int workers, const char *unix_socket) {
  static const struct http_header always[] = {{S_INIT("X-Frame-Options"), S_INIT("DENY")}};
  *fixture = (struct fixture){0};
  assert_ok(http_server_open(&(struct http_server_options){.listen = "127.0.0.1:0",
                                                           .unix_socket = unix_socket,
                                                           .loops = 2,
                                                           .workers = workers,
                                                           .limits = limits,
                                                           .headers = always,
                                                           .header_count = 1,
                                                           .app = fixture,
                                                           .handle = handle,
                                                           .refuse = refuse},
                             &fixture->server));
}

static inline void stop(struct fixture *fixture) {
  atomic_store(&fixture->is_gate_open, true);
  http_server_close(&fixture->server);
  assert_null(fixture->server);
  arena_free(&fixture->arena);
}

static inline int dial(const struct fixture *fixture) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((in_port_t)http_server_port(fixture->server))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
  return fd;
}

static inline void send_all(int fd, struct slice bytes) {
  while (bytes.len > 0) {
    ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
    if (sent <= 0) {
      return; /* a refused client may be cut while it still sends */
    }
    bytes = slice_from(bytes, (size_t)sent);
  }
}

/* Until the server closes; fails after READ_MS. */
static inline struct slice read_to_end(struct fixture *fixture, int fd) {
  size_t capacity = BIG_BYTES + 1000000;
  char *bytes = arena_alloc(&fixture->arena, capacity);
  size_t length = 0;
  for (;;) {
    struct pollfd wait = {fd, POLLIN, 0};
    if (poll(&wait, 1, READ_MS) != 1) {
      fail_msg("the server neither answered nor closed; so far: %.*s", (int)length, bytes);
    }
    ssize_t got = recv(fd, bytes + length, capacity - length, 0);
    if (got <= 0) {
      return slice_of(bytes, length);
    }
    length += (size_t)got;
  }
}

static inline struct slice ask(struct fixture *fixture, struct slice request) {
  int fd = dial(fixture);
  send_all(fd, request);
  struct slice answer = read_to_end(fixture, fd);
  close(fd);
  return answer;
}

static inline bool has(struct slice text, const char *part) { return memmem(text.ptr, text.len, part, strlen(part)) != NULL; }

static inline size_t count_of(struct slice text, const char *part) {
  size_t count = 0;
  for (const uint8_t *at; (at = memmem(text.ptr, text.len, part, strlen(part))) != NULL; count++) {
    text = slice_from(text, (size_t)(at - text.ptr) + strlen(part));
  }
  return count;
}

static inline int status_of(struct slice answer) { return answer.len > 12 ? (int)strtol((const char *)answer.ptr + 9, NULL, 10) : 0; }

#define H "Host: a\r\n"
