/* A connection is a socket with a filter above it. The filter hands evhttp one whole, valid request at a time, so evhttp never waits in the
 * middle of a request, never sees what the guard refuses, and its byte-by-byte timeout does not matter.
 *
 *   idle -> receiving -> delivered -> handling -> replying -> idle
 *     \________\___> refused (reply written past evhttp, rest of the input read away) -> closed
 *
 * One deadline at a time: idle_ms, request_ms from the first byte, none while a worker has it, write_ms, linger_ms.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "http/loop.h"

enum state { IDLE, RECEIVING, DELIVERED, HANDLING, REPLYING, REFUSED };

struct connection {
  struct loop *loop;
  struct connection *next;
  struct connection **link; /* what points here */
  struct bufferevent *filter;
  struct bufferevent *socket;
  struct event deadline;
  enum state state;
  bool is_local;
  int fd;
  size_t scanned;
  bool holds_large;       /* one of limits.large_bodies_max */
  struct guard_head head; /* once complete */
  struct job *job;        /* while handling or replying */
};

static void set_deadline(struct connection *connection, int ms) {
  if (ms == 0) {
    event_del(&connection->deadline);
    return;
  }
  const struct timeval in = {.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};
  event_add(&connection->deadline, &in);
}

int http_connection_fd(const struct connection *connection) { return bufferevent_getfd(connection->socket); }
bool http_connection_is_local(const struct connection *connection) { return connection->is_local; }
bool http_connection_is_last(const struct connection *connection) { return connection->head.is_last; }

/* The socket's events then tell evhttp, which frees everything. */
static void cut(struct connection *connection) { shutdown(http_connection_fd(connection), SHUT_RDWR); }

static void write_header(struct evbuffer *out, const struct http_header *header) {
  evbuffer_add_printf(out, "%.*s: %.*s\r\n", SLICE_ARG(header->name), SLICE_ARG(header->value));
}

/* Past evhttp, which has seen nothing of this request. */
static void write_refusal(struct connection *connection, const struct http_call *call) {
  const struct http_server_options *options = &connection->loop->server->options;
  const struct http_response *response = &call->response;
  int status = response->status ? response->status : 500;
  struct evbuffer *out = bufferevent_get_output(connection->socket);
  evbuffer_add_printf(out, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: %zu\r\n", status, http_exchange_reason(status),
                      response->body.len);
  for (size_t i = 0; i < response->header_count; i++) {
    write_header(out, &response->headers[i]);
  }
  for (size_t i = 0; i < options->header_count; i++) {
    if (!http_exchange_has_header(response, options->headers[i].name)) {
      write_header(out, &options->headers[i]);
    }
  }
  evbuffer_add(out, "\r\n", 2);
  if (call->request.method != HTTP_HEAD) {
    evbuffer_add(out, response->body.ptr, response->body.len);
  }
}

static void refuse(struct connection *connection, uint16_t code) {
  const struct http_limits *limits = &connection->loop->server->limits;
  struct evbuffer *in = bufferevent_get_input(connection->socket);
  size_t length = evbuffer_get_length(in);
  size_t visible = length < limits->head_bytes_max ? length : limits->head_bytes_max;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct http_call call = {.arena = &arena};
  connection->state = REFUSED;
  http_guard_salvage(slice_of(evbuffer_pullup(in, (ev_ssize_t)visible), visible), &arena, &call.request);
  http_exchange_refuse(connection->loop->server, &call, code);
  write_refusal(connection, &call);
  set_deadline(connection, limits->write_ms < 2000 ? limits->write_ms : 2000);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg) {
  (void)fd;
  (void)what;
  struct connection *connection = arg;
  if (connection->state == RECEIVING) {
    refuse(connection, HTTP_TOO_SLOW);
  } else {
    cut(connection);
  }
}

/* Everything written to the socket has been taken by the system. */
static void on_output_change(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg) {
  struct connection *connection = arg;
  if (info->n_deleted == 0 || evbuffer_get_length(output) > 0) {
    return;
  }
  if (connection->state == REPLYING) {
    /* evhttp believes a reply written once its own buffer is empty; the filter held that news back until now */
    bufferevent_trigger(connection->filter, EV_WRITE, BEV_TRIG_IGNORE_WATERMARKS | BEV_TRIG_DEFER_CALLBACKS);
  } else if (connection->state == REFUSED) {
    shutdown(http_connection_fd(connection), SHUT_WR);
    set_deadline(connection, connection->loop->server->limits.linger_ms);
  }
}

/* Output filter: NEED_MORE although everything was moved, so that evhttp is not told yet. See on_output_change. */
static enum bufferevent_filter_result pass_output(struct evbuffer *from, struct evbuffer *to, ev_ssize_t limit,
                                                  enum bufferevent_flush_mode mode, void *arg) {
  (void)limit;
  (void)mode;
  (void)arg;
  evbuffer_add_buffer(to, from);
  return BEV_NEED_MORE;
}

static void remember_fd(struct connection *connection) {
  struct loop *loop = connection->loop;
  connection->fd = http_connection_fd(connection);
  if (connection->fd >= 0 && (size_t)connection->fd < loop->by_fd_count) {
    loop->by_fd[connection->fd] = connection;
  }
}

/* One request and a bit: the rest waits in the system's buffer. */
static void set_room(struct connection *connection, size_t body_bytes) {
  bufferevent_setwatermark(connection->socket, EV_READ, 0, connection->loop->server->limits.head_bytes_max + body_bytes + 4096);
}

/* More than anybody may send, once its head says so, and only while few others do. */
static result admit_large(struct connection *connection) {
  struct http_server *server = connection->loop->server;
  if (connection->head.body_bytes <= server->limits.body_bytes_max) {
    return OK;
  }
  if (atomic_fetch_add(&server->large_bodies, 1) >= server->limits.large_bodies_max) {
    atomic_fetch_sub(&server->large_bodies, 1);
    FAIL(HTTP_OVERLOADED, "enough pictures are on their way");
  }
  enum { SLOW_LINES = 6 };
  connection->holds_large = true;
  set_room(connection, connection->head.body_bytes);
  set_deadline(connection, SLOW_LINES * server->limits.request_ms);
  return OK;
}

static void release_large(struct connection *connection) {
  if (connection->holds_large) {
    connection->holds_large = false;
    atomic_fetch_sub(&connection->loop->server->large_bodies, 1);
  }
}

static result receive(struct connection *connection, struct evbuffer *from) {
  const struct http_limits *limits = &connection->loop->server->limits;
  size_t length = evbuffer_get_length(from);
  if (connection->state == IDLE) {
    struct slice start = slice_of(evbuffer_pullup(from, length < 2 ? (ev_ssize_t)length : 2), length < 2 ? length : 2);
    if (slice_eq(start, S("\r\n"))) {
      evbuffer_drain(from, 2); /* [RFC9112 2.2 SHOULD] one empty line before a request is ignored */
      length -= 2;
    }
    if (length == 0) {
      return OK;
    }
    connection->state = RECEIVING;
    connection->scanned = 0;
    connection->head = (struct guard_head){0};
    set_deadline(connection, limits->request_ms);
  }
  if (connection->head.head_bytes > 0) {
    return OK;
  }
  size_t visible = length < limits->head_bytes_max ? length : limits->head_bytes_max;
  struct slice bytes = slice_of(evbuffer_pullup(from, (ev_ssize_t)visible), visible);
  TRY(http_guard_check(bytes, connection->scanned, limits, &connection->head));
  connection->scanned = visible;
  TRY(admit_large(connection));
  bool waits = connection->head.expects_continue && length < connection->head.head_bytes + connection->head.body_bytes;
  if (connection->head.head_bytes > 0 && waits) {
    bufferevent_write(connection->socket, "HTTP/1.1 100 Continue\r\n\r\n", 25);
  }
  return OK;
}

/* Input filter. */
static enum bufferevent_filter_result pass_input(struct evbuffer *from, struct evbuffer *to, ev_ssize_t limit,
                                                 enum bufferevent_flush_mode mode, void *arg) {
  (void)limit;
  (void)mode;
  struct connection *connection = arg;
  if (connection->fd < 0) {
    remember_fd(connection);
  }
  if (connection->state == REFUSED) {
    evbuffer_drain(from, evbuffer_get_length(from));
    return BEV_NEED_MORE;
  }
  if (connection->state != IDLE && connection->state != RECEIVING) {
    return BEV_NEED_MORE; /* a pipelined request waits for the reply to the one before */
  }
  result received = receive(connection, from);
  if (!is_ok(received)) {
    refuse(connection, received.code);
    evbuffer_drain(from, evbuffer_get_length(from));
    return BEV_NEED_MORE;
  }
  size_t whole = connection->head.head_bytes + connection->head.body_bytes;
  if (connection->state != RECEIVING || connection->head.head_bytes == 0 || evbuffer_get_length(from) < whole) {
    return BEV_NEED_MORE;
  }
  evbuffer_remove_buffer(from, to, whole);
  connection->state = DELIVERED;
  return BEV_OK;
}

static void freed(void *arg) {
  struct connection *connection = arg;
  struct loop *loop = connection->loop;
  event_del(&connection->deadline);
  release_large(connection);
  if (connection->fd >= 0 && (size_t)connection->fd < loop->by_fd_count && loop->by_fd[connection->fd] == connection) {
    loop->by_fd[connection->fd] = NULL;
  }
  *connection->link = connection->next;
  if (connection->next != NULL) {
    connection->next->link = connection->link;
  }
  if (connection->job != NULL) {
    connection->job->connection = NULL;
    if (connection->state == REPLYING) {
      http_exchange_release(connection->job);
    }
  }
  atomic_fetch_sub(&loop->server->connections, 1);
  free(connection);
  if (loop->is_stopping && loop->connections == NULL) {
    event_base_loopbreak(loop->base);
  }
}

struct bufferevent *http_connection_new(struct event_base *base, void *arg) {
  struct port *port = arg;
  struct loop *loop = port->loop;
  struct connection *connection = heap_alloc(sizeof *connection);
  *connection = (struct connection){.loop = loop, .is_local = port->is_local, .fd = -1, .next = loop->connections, .link = &loop->connections};
  connection->socket = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
  connection->filter = connection->socket == NULL
                           ? NULL
                           : bufferevent_filter_new(connection->socket, pass_input, pass_output, BEV_OPT_CLOSE_ON_FREE, freed, connection);
  if (connection->filter == NULL) {
    free(connection);
    return NULL; /* only without memory: evhttp then makes a plain one, and fails as well */
  }
  if (loop->connections != NULL) {
    loop->connections->link = &connection->next;
  }
  loop->connections = connection;
  event_assign(&connection->deadline, base, -1, 0, on_deadline, connection);
  evbuffer_add_cb(bufferevent_get_output(connection->socket), on_output_change, connection);
  const struct http_limits *limits = &loop->server->limits;
  set_room(connection, limits->body_bytes_max);
  set_deadline(connection, limits->idle_ms);
  if (atomic_fetch_add(&loop->server->connections, 1) >= limits->connections_max) {
    refuse(connection, HTTP_OVERLOADED);
  }
  return connection->filter;
}

struct connection *http_connection_of(struct loop *loop, struct evhttp_request *request) {
  struct evhttp_connection *owner = evhttp_request_get_connection(request);
  int fd = owner == NULL ? -1 : bufferevent_getfd(evhttp_connection_get_bufferevent(owner));
  return fd >= 0 && (size_t)fd < loop->by_fd_count ? loop->by_fd[fd] : NULL;
}

void http_connection_handling(struct connection *connection, struct job *job) {
  connection->state = HANDLING;
  connection->job = job;
  set_deadline(connection, 0);
}

void http_connection_replying(struct connection *connection) {
  connection->state = REPLYING;
  set_deadline(connection, connection->loop->server->limits.write_ms);
  /* a client that has closed its sending side still gets its reply */
  bufferevent_disable(connection->filter, EV_READ);
  bufferevent_flush(connection->filter, EV_WRITE, BEV_FLUSH);
}

void http_connection_replied(struct connection *connection) {
  connection->state = IDLE;
  connection->job = NULL;
  connection->head = (struct guard_head){0};
  if (connection->holds_large) {
    release_large(connection);
    set_room(connection, connection->loop->server->limits.body_bytes_max);
  }
  if (connection->loop->is_stopping) {
    cut(connection); /* the reply may have left before the stop began, without its "Connection: close" */
    return;
  }
  set_deadline(connection, connection->loop->server->limits.idle_ms);
  if (evbuffer_get_length(bufferevent_get_input(connection->socket)) > 0) {
    bufferevent_trigger(connection->socket, EV_READ, BEV_TRIG_IGNORE_WATERMARKS | BEV_TRIG_DEFER_CALLBACKS);
  }
}

void http_connection_stop_all(struct loop *loop) {
  for (struct connection *connection = loop->connections; connection != NULL; connection = connection->next) {
    if (connection->state == IDLE) {
      cut(connection);
    }
  }
}
