/* A connection takes one request at a time: nothing is read while a worker has one, so a pipelined request waits for the reply to the one before.
 *
 *   idle -> receiving -> handling -> replying -> idle
 *     \________\___> refusing          \
 *                       \_______________\___> lingering -> closed
 *
 * One deadline at a time: idle_ms, request_ms from the first byte, none while a worker has it, write_ms, linger_ms. It is a number; the timer is set only
 * where it would come too late, so that a busy connection sets none.
 * The system tells of a socket's changes once (edges): nothing is registered anew for a request, and two calls, recv and send, are all it takes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/loop.h"

enum state { IDLE, RECEIVING, HANDLING, REPLYING, REFUSING, LINGERING, CLOSED };
enum { INPUT_BYTES = 4096 /* most requests fit */, READS_A_TURN = 64, REFUSAL_MS = 2000, TOGETHER_BYTES_MAX = 4096 /* a body so short costs less copied behind its head than sent from where it lies */, LAST_MS = 1000 /* while stopping, for the request of a connection that is there */, VICTIMS_LOOKED_AT = 64 };

struct connection {
  struct loop *loop;
  struct port *port;
  struct connection *older; /* whose last step lies further back: a request begun, or a reply that was taken whole */
  struct connection *newer;
  int64_t stepped_us;
  struct event events;
  struct event timer;
  int64_t deadline_us; /* 0: none */
  int64_t armed_us;    /* when the timer comes; 0: it is not set */
  enum state state;
  bool may_read;    /* bytes, or the end, may be there */
  bool has_ended;   /* the client sends no more */
  bool is_last;     /* closes after the reply */
  bool holds_large; /* one of limits.large_bodies_max */
  bool has_moved; /* the input, since the guard read the headers */
  size_t seen;    /* of the input, by the guard */
  struct guard_head head; /* once complete */
  struct job *job;        /* from a request's first byte to its reply's last */
  struct slice unsent[2]; /* head and body */
  int64_t peer_uid;
  char peer_address[INET6_ADDRSTRLEN];
};

int64_t http_connection_peer_uid(const struct connection *connection) { return connection->peer_uid; }
struct slice http_connection_peer_address(const struct connection *connection) { return slice_str(connection->peer_address); }

static const struct http_limits *limits_of(const struct connection *connection) { return &connection->loop->server->limits; }

static void arm(struct connection *connection, int64_t now_us) {
  int64_t in_us = connection->deadline_us > now_us ? connection->deadline_us - now_us : 0;
  const struct timeval in = {.tv_sec = in_us / 1000000, .tv_usec = in_us % 1000000};
  connection->armed_us = connection->deadline_us;
  event_add(&connection->timer, &in);
}

static void set_deadline(struct connection *connection, int ms) {
  int64_t now_us = clock_coarse_us();
  connection->deadline_us = now_us + (int64_t)ms * 1000;
  if (connection->armed_us == 0 || connection->armed_us > connection->deadline_us) {
    arm(connection, now_us);
  }
}

static void release_large(struct connection *connection) {
  if (connection->holds_large) {
    connection->holds_large = false;
    atomic_fetch_sub(&connection->loop->server->large_bodies, 1);
  }
}

/* ---- who has stood still for longest */

static void unlink_from(struct loop *loop, struct connection *connection) {
  *(connection->newer != NULL ? &connection->newer->older : &loop->connections) = connection->older;
  *(connection->older != NULL ? &connection->older->newer : &loop->oldest) = connection->newer;
}

static void link_newest(struct loop *loop, struct connection *connection) {
  connection->newer = NULL;
  connection->older = loop->connections;
  *(loop->connections != NULL ? &loop->connections->newer : &loop->oldest) = connection;
  loop->connections = connection;
  connection->stepped_us = clock_coarse_us();
}

static void step(struct connection *connection) {
  unlink_from(connection->loop, connection);
  link_newest(connection->loop, connection);
}

static void destroy(struct connection *connection) {
  struct loop *loop = connection->loop;
  int fd = event_get_fd(&connection->events);
  event_del(&connection->events);
  event_del(&connection->timer);
  close(fd);
  release_large(connection);
  unlink_from(loop, connection);
  if (connection->job != NULL) {
    http_job_release(connection->job);
  }
  atomic_fetch_sub(&loop->server->connections, 1);
  free(connection);
  http_loop_end_if_done(loop);
}

/* ---- sending */

/* No more is sent; what the client still sends is read away, so that it sees the reply and no reset. */
static void linger(struct connection *connection) {
  connection->state = LINGERING;
  shutdown(event_get_fd(&connection->events), SHUT_WR);
  set_deadline(connection, limits_of(connection)->linger_ms);
}

static void replied(struct connection *connection) {
  struct job *job = connection->job;
  size_t whole = connection->head.head_bytes + connection->head.body_bytes;
  size_t more = job->input_len - whole;
  release_large(connection);
  /* Nothing is left to read: the client said it was its last; or it is one of a crowd, whose pieces nobody waits for. */
  if ((connection->head.is_last || (connection->is_last && job->is_turned_away)) && more == 0 && !connection->may_read) {
    connection->state = CLOSED;
    return;
  }
  if (connection->is_last) {
    linger(connection);
    return;
  }
  connection->head = (struct guard_head){0};
  connection->seen = 0;
  if (connection->loop->is_stopping) {
    connection->state = CLOSED; /* the reply left before the stop began, without its "Connection: close" */
    return;
  }
  connection->state = IDLE;
  step(connection);
  if (more > 0) {
    http_job_again(job, whole);
  } else {
    http_job_release(job);
    connection->job = NULL;
  }
  set_deadline(connection, limits_of(connection)->idle_ms);
}

static void take_sent(struct connection *connection, size_t sent) {
  for (size_t i = 0; i < 2; i++) {
    struct slice *part = &connection->unsent[i];
    size_t taken = sent < part->len ? sent : part->len;
    *part = slice_from(*part, taken);
    sent -= taken;
  }
}

static void send_more(struct connection *connection) {
  struct slice *unsent = connection->unsent;
  while (unsent[0].len + unsent[1].len > 0) {
    const struct iovec parts[2] = {{(void *)(uintptr_t)unsent[0].ptr, unsent[0].len}, {(void *)(uintptr_t)unsent[1].ptr, unsent[1].len}};
    bool is_one = unsent[1].len == 0;
    int fd = event_get_fd(&connection->events);
    ssize_t sent = is_one ? send(fd, unsent[0].ptr, unsent[0].len, MSG_NOSIGNAL) : writev(fd, parts, 2);
    if (sent < 0 && errno == EAGAIN) {
      return;
    }
    if (sent < 0 && errno != EINTR) {
      connection->state = CLOSED; /* the client is gone */
      return;
    }
    take_sent(connection, sent < 0 ? 0 : (size_t)sent);
  }
  if (connection->state == REFUSING) {
    linger(connection);
  } else {
    replied(connection);
  }
}

static void send_reply(struct connection *connection, enum state state, int ms) {
  struct job *job = connection->job;
  const struct http_response *response = &job->call.response;
  bool has_body = job->call.request.method != HTTP_HEAD && response->status != 204 && response->status != 304 && response->whole.len == 0;
  struct slice body = has_body ? response->body : (struct slice){0};
  bool is_brief = body.len <= TOGETHER_BYTES_MAX;
  connection->state = state;
  connection->unsent[0] = http_exchange_head(job, connection->is_last, is_brief ? body : (struct slice){0});
  connection->unsent[1] = is_brief ? (struct slice){0} : body;
  send_more(connection);
  if (connection->state == state) {
    set_deadline(connection, ms);
  }
}

void http_connection_reply(struct connection *connection) {
  bool is_crowd = connection->job->is_turned_away && http_port_refused(connection->port);
  connection->is_last = is_crowd || connection->head.is_last || connection->loop->is_stopping || atomic_load_explicit(&connection->loop->server->is_draining, memory_order_relaxed);
  send_reply(connection, REPLYING, limits_of(connection)->write_ms);
}

static void refuse(struct connection *connection, uint16_t code) {
  const struct http_limits *limits = limits_of(connection);
  if (connection->job == NULL) {
    connection->job = http_job_new(connection->loop);
  }
  struct job *job = connection->job;
  http_guard_salvage(slice_sub(slice_of(job->input, job->input_len), 0, limits->head_bytes_max), &job->arena, &job->call.request);
  http_exchange_refuse(connection->loop->server, &job->call, code);
  connection->is_last = true;
  send_reply(connection, REFUSING, limits->write_ms < REFUSAL_MS ? limits->write_ms : REFUSAL_MS);
}

/* ---- receiving */

/* More than anybody may send, once its head says so, and only while few others do. */
static result admit_large(struct connection *connection) {
  enum { SLOW_LINES = 6 };
  struct http_server *server = connection->loop->server;
  if (connection->head.body_bytes <= server->limits.body_bytes_max) {
    return OK;
  }
  if (atomic_fetch_add(&server->large_bodies, 1) >= server->limits.large_bodies_max) {
    atomic_fetch_sub(&server->large_bodies, 1);
    FAIL(HTTP_OVERLOADED, "enough pictures are on their way");
  }
  connection->holds_large = true;
  set_deadline(connection, SLOW_LINES * server->limits.request_ms);
  return OK;
}

static struct slice visible_input(const struct connection *connection) {
  const struct job *job = connection->job;
  return slice_sub(slice_of(job->input, job->input_len), 0, limits_of(connection)->head_bytes_max);
}

/* The head is complete for the first time. */
static result begin_body(struct connection *connection) {
  struct job *job = connection->job;
  size_t whole = connection->head.head_bytes + connection->head.body_bytes;
  TRY(admit_large(connection));
  connection->has_moved = http_job_reserve(job, whole);
  if (connection->head.expects_continue && job->input_len < whole) {
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    (void)!write(event_get_fd(&connection->events), go_on, sizeof go_on - 1); /* nothing was sent since the last reply was taken: there is room */
  }
  return OK;
}

static result look(struct connection *connection) {
  const struct http_limits *limits = limits_of(connection);
  struct job *job = connection->job;
  if (connection->state == IDLE && slice_starts(slice_of(job->input, job->input_len), S("\r\n"))) {
    http_job_again(job, 2); /* [RFC9112 2.2 SHOULD] one empty line before a request is ignored */
  }
  if (job->input_len == 0) {
    return OK;
  }
  if (connection->state == IDLE) {
    connection->state = RECEIVING;
    step(connection);
    connection->deadline_us = 0;
  }
  if (connection->head.head_bytes == 0) {
    struct slice bytes = visible_input(connection);
    TRY(http_guard_check(bytes, connection->seen, limits, job->headers, &connection->head));
    connection->seen = bytes.len;
    if (connection->head.head_bytes > 0) {
      TRY(begin_body(connection));
    } else if (job->input_len == job->input_capacity) {
      http_job_reserve(job, job->input_capacity * 2); /* the guard lets no head grow for ever */
    }
  }
  return OK;
}

/* With the whole request: gives it away. */
static result give(struct connection *connection) {
  struct job *job = connection->job;
  if (connection->has_moved) {
    connection->has_moved = false;
    TRY(http_guard_check(visible_input(connection), 0, limits_of(connection), job->headers, &connection->head));
  }
  connection->state = HANDLING;
  connection->deadline_us = 0;
  job->connection = connection;
  http_exchange_begin(job, &connection->head);
  return OK;
}

/* What has arrived and was not looked at: false if more must be read first. */
static bool look_and_give(struct connection *connection) {
  struct job *job = connection->job;
  bool has_new = job != NULL && job->input_len > connection->seen && connection->head.head_bytes == 0;
  result outcome = has_new ? look(connection) : OK;
  size_t whole = connection->head.head_bytes + connection->head.body_bytes;
  bool is_whole = connection->head.head_bytes > 0 && job->input_len >= whole;
  if (is_ok(outcome) && is_whole) {
    outcome = give(connection);
  }
  if (!is_ok(outcome)) {
    refuse(connection, outcome.code);
  }
  return is_whole || !is_ok(outcome);
}

/* false: nothing was there. The end closes. */
static bool read_more(struct connection *connection) {
  if (!connection->may_read) {
    return false;
  }
  if (connection->job == NULL) {
    connection->job = http_job_new(connection->loop);
    http_job_reserve(connection->job, INPUT_BYTES);
  }
  struct job *job = connection->job;
  size_t room = job->input_capacity - job->input_len;
  ssize_t got = recv(event_get_fd(&connection->events), job->input + job->input_len, room, 0);
  if (got < 0 && errno == EINTR) {
    return true;
  }
  if (got < 0 && errno == EAGAIN) {
    connection->may_read = false;
    return false;
  }
  if (got <= 0) {
    connection->state = CLOSED;
    return false;
  }
  job->input_len += (size_t)got;
  connection->may_read = (size_t)got == room || connection->has_ended; /* less than asked for: that was all, and the next is told of */
  return true;
}

static void read_away(struct connection *connection) {
  struct job *job = connection->job;
  http_job_reserve(job, INPUT_BYTES);
  for (int i = 0; i < READS_A_TURN && connection->state == LINGERING && connection->may_read; i++) {
    job->input_len = 0;
    (void)read_more(connection);
  }
  if (connection->state == LINGERING && connection->may_read) {
    event_active(&connection->events, EV_READ, 0); /* others first */
  }
}

static void wait_for_more(struct connection *connection) {
  if (connection->state == IDLE && connection->job != NULL && connection->job->input_len == 0) {
    http_job_release(connection->job);
    connection->job = NULL;
  }
  if (connection->state == RECEIVING && connection->deadline_us == 0) {
    set_deadline(connection, limits_of(connection)->request_ms);
  }
}

/* As far as it goes now: false if it could go further, and others are first. */
static bool advance(struct connection *connection) {
  int left = READS_A_TURN;
  while ((connection->state == IDLE || connection->state == RECEIVING) && left > 0) {
    if (!look_and_give(connection) && !read_more(connection)) {
      break;
    }
    left--;
  }
  if (connection->state == LINGERING) {
    read_away(connection);
  }
  return left > 0;
}

/* Every way into a connection ends here, and here alone it is freed. */
static void settle(struct connection *connection, bool is_over) {
  if (connection->state == CLOSED) {
    destroy(connection);
    return;
  }
  wait_for_more(connection);
  if (!is_over) {
    event_active(&connection->events, EV_READ, 0); /* others first */
  }
}

static void go_on(struct connection *connection) { settle(connection, advance(connection)); }

void http_connection_go_on(struct connection *connection) { go_on(connection); }

/* ---- what happens to it */

static void on_change(evutil_socket_t fd, short what, void *arg) {
  (void)fd;
  struct connection *connection = arg;
  connection->may_read |= (what & (EV_READ | EV_CLOSED)) != 0;
  connection->has_ended |= (what & EV_CLOSED) != 0;
  if ((what & EV_WRITE) != 0 && (connection->state == REPLYING || connection->state == REFUSING)) {
    send_more(connection);
  }
  go_on(connection);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg) {
  (void)fd;
  (void)what;
  struct connection *connection = arg;
  int64_t now_us = clock_monotonic_us();
  connection->armed_us = 0;
  if (connection->deadline_us == 0) {
    return; /* a worker has it */
  }
  if (connection->deadline_us > now_us) {
    arm(connection, now_us);
    return;
  }
  if (connection->state == RECEIVING) {
    refuse(connection, HTTP_TOO_SLOW);
  } else {
    connection->state = CLOSED;
  }
  go_on(connection);
}

static void write_peer(struct connection *connection, int fd, const struct sockaddr *peer) {
  struct ucred caller = {0};
  socklen_t length = sizeof caller;
  connection->peer_uid = -1;
  if (connection->port->is_local) {
    bool is_known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &caller, &length) == 0;
    connection->peer_uid = is_known ? (int64_t)caller.uid : -1;
  } else if (peer->sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr, connection->peer_address, sizeof connection->peer_address);
  } else if (peer->sa_family == AF_INET) {
    inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)peer)->sin_addr, connection->peer_address, sizeof connection->peer_address);
  }
}

/* Every place is taken: whoever has stood still for longest gives theirs up, be it a client that sends or reads a byte now and then, or one that might ask
 * again. A request that is being handled never does, nor does one that came just now. */
static void make_room(struct loop *loop) {
  int64_t before_us = clock_monotonic_us() - (int64_t)loop->server->limits.quiet_ms * 1000;
  int left = VICTIMS_LOOKED_AT;
  for (struct connection *connection = loop->oldest; connection != NULL && left > 0 && connection->stepped_us < before_us; left--) {
    if (connection->state != HANDLING) {
      atomic_fetch_add(&loop->server->evicted, 1);
      destroy(connection);
      return;
    }
    connection = connection->newer;
  }
}

void http_connection_accept(struct port *port, int fd, const struct sockaddr *peer) {
  struct loop *loop = port->loop;
  struct connection *connection = heap_alloc(sizeof *connection);
  int most = atomic_load_explicit(&loop->server->connections_max, memory_order_relaxed);
  *connection = (struct connection){.loop = loop, .port = port, .may_read = true};
  if (atomic_load_explicit(&loop->server->connections, memory_order_relaxed) >= most) {
    make_room(loop);
  }
  link_newest(loop, connection);
  write_peer(connection, fd, peer);
  event_assign(&connection->events, loop->base, fd, EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST, on_change, connection);
  event_assign(&connection->timer, loop->base, -1, 0, on_deadline, connection);
  set_deadline(connection, loop->is_stopping ? LAST_MS : limits_of(connection)->idle_ms);
  if (atomic_fetch_add(&loop->server->connections, 1) >= most) {
    refuse(connection, HTTP_OVERLOADED);
  }
  bool is_over = advance(connection); /* who is turned away at once is never watched */
  if (connection->state != CLOSED && event_add(&connection->events, NULL) != 0) {
    connection->state = connection->state == HANDLING ? connection->state : CLOSED;
  }
  settle(connection, is_over);
}

/* A request has arrived that nobody was told of yet: it is answered, and then the connection closes. */
static bool is_request_there(const struct connection *connection) {
  char byte;
  return recv(event_get_fd(&connection->events), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void http_connection_stop_all(struct loop *loop) {
  struct connection *next = NULL;
  for (struct connection *connection = loop->connections; connection != NULL; connection = next) {
    next = connection->older;
    if (connection->state == IDLE && is_request_there(connection)) {
      connection->may_read = true;
      set_deadline(connection, LAST_MS);
      go_on(connection);
    } else if (connection->state == IDLE) {
      destroy(connection);
    }
  }
}

void http_connection_free_all(struct loop *loop) {
  while (loop->connections != NULL) {
    destroy(loop->connections);
  }
}
