#include <arpa/inet.h>
#include <errno.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/loop.h"

enum { LOOPS_MAX = 16, BACKLOG = 1024, WORKERS_GRACE_MS = 1000, REST_MS = 100 };

struct address {
  struct sockaddr_storage storage;
  socklen_t length;
};

static void set_port(struct address *address, int port) {
  if (address->storage.ss_family == AF_INET6) {
    ((struct sockaddr_in6 *)&address->storage)->sin6_port = htons((in_port_t)port);
  } else {
    ((struct sockaddr_in *)&address->storage)->sin_port = htons((in_port_t)port);
  }
}

/* 1.2.3.4:80 or [::1]:80; names are not looked up. */
static result parse_address(const char *text, struct address *ret_address) {
  struct address address = {0};
  const char *colon = strrchr(text, ':');
  size_t host_length = colon == NULL ? 0 : (size_t)(colon - text);
  char host[INET6_ADDRSTRLEN] = "";
  bool is_v6 = host_length > 2 && text[0] == '[' && text[host_length - 1] == ']';
  if (host_length > 0 && host_length < sizeof host) {
    memcpy(host, text + is_v6, host_length - (is_v6 ? 2 : 0));
  }
  struct sockaddr_in *v4 = (struct sockaddr_in *)&address.storage;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address.storage;
  bool is_known = is_v6 ? inet_pton(AF_INET6, host, &v6->sin6_addr) == 1 : inet_pton(AF_INET, host, &v4->sin_addr) == 1;
  char *end = NULL;
  unsigned long port = colon == NULL ? 0 : strtoul(colon + 1, &end, 10);
  if (!is_known || colon[1] < '0' || colon[1] > '9' || *end != '\0' || port > 65535) {
    FAIL(HTTP_ADDRESS_SYNTAX, "not ADDRESS:PORT");
  }
  address.storage.ss_family = is_v6 ? AF_INET6 : AF_INET;
  address.length = is_v6 ? sizeof *v6 : sizeof *v4;
  set_port(&address, (int)port);
  *ret_address = address;
  return OK;
}

static int port_of(const struct address *address) {
  return ntohs(address->storage.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&address->storage)->sin6_port
                                                      : ((const struct sockaddr_in *)&address->storage)->sin_port);
}

static result bind_socket(const struct address *address, bool is_shared, int *ret_fd) {
  int fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (fd < 0) {
    FAIL(BASE_IO, "socket: errno %d", errno);
  }
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (is_shared) {
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  }
  if (address->storage.ss_family != AF_UNIX) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* inherited by what is accepted */
  }
  if (bind(fd, (const struct sockaddr *)&address->storage, address->length) != 0) {
    int why = errno;
    close(fd);
    bool is_refused = why == EADDRNOTAVAIL || why == EACCES;
    FAIL(why == EADDRINUSE ? HTTP_ADDRESS_IN_USE : is_refused ? HTTP_ADDRESS_REFUSED : BASE_IO, "bind: errno %d", why);
  }
  *ret_fd = fd;
  return OK;
}

/* SO_REUSEPORT would let a second server of the same user share our port without a word: a socket without it finds out first. */
static result probe(const struct address *address) {
  int fd = -1;
  TRY(bind_socket(address, false, &fd));
  close(fd);
  return OK;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int length, void *arg) {
  (void)listener;
  (void)length;
  http_connection_accept(arg, (int)fd, peer);
}

/* The process has no file left, and the system would tell of the waiting connection again and again. */
static void on_accept_error(struct evconnlistener *listener, void *arg) {
  struct port *port = arg;
  const struct timeval in = {.tv_usec = REST_MS * 1000};
  evconnlistener_disable(listener);
  event_add(&port->rested, &in);
}

static void on_rested(evutil_socket_t fd, short what, void *arg) {
  (void)fd;
  (void)what;
  struct port *port = arg;
  if (port->listener != NULL) {
    evconnlistener_enable(port->listener);
  }
}

static result accept_on(struct port *port, int fd) {
  struct loop *loop = port->loop;
  if (listen(fd, BACKLOG) != 0) {
    close(fd);
    FAIL(BASE_IO, "listen: errno %d", errno);
  }
  port->listener = evconnlistener_new(loop->base, on_accept, port, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
  if (port->listener == NULL) {
    close(fd);
    FAIL(BASE_IO, "loop %td cannot accept", loop - loop->server->loops);
  }
  evconnlistener_set_error_cb(port->listener, on_accept_error);
  return OK;
}

static void close_port(struct port *port) {
  if (port->listener != NULL) {
    evconnlistener_free(port->listener);
    port->listener = NULL;
  }
}

static result open_tcp(struct http_server *server) {
  struct address address;
  TRY(parse_address(server->options.listen, &address));
  server->port = port_of(&address);
  if (server->port != 0) {
    TRY(probe(&address));
  }
  for (int i = 0; i < server->loop_count; i++) {
    int fd = -1;
    TRY(bind_socket(&address, true, &fd));
    if (server->port == 0) {
      getsockname(fd, (struct sockaddr *)&address.storage, &address.length);
      server->port = port_of(&address);
      set_port(&address, server->port);
    }
    TRY(accept_on(&server->loops[i].tcp, fd));
  }
  return OK;
}

static result open_unix(struct http_server *server) {
  const char *path = server->options.unix_socket;
  struct address address = {.length = sizeof(struct sockaddr_un)};
  struct sockaddr_un *local = (struct sockaddr_un *)&address.storage;
  local->sun_family = AF_UNIX;
  size_t length = strlen(path);
  if (length >= sizeof local->sun_path) {
    FAIL(HTTP_ADDRESS_SYNTAX, "a socket path of %zu bytes; the system takes %zu", length, sizeof local->sun_path - 1);
  }
  memcpy(local->sun_path, path, length + 1);
  int other = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool is_alive = other >= 0 && connect(other, (struct sockaddr *)&address.storage, address.length) == 0;
  if (other >= 0) {
    close(other);
  }
  if (is_alive) {
    FAIL(HTTP_ADDRESS_IN_USE, "a server answers on the Unix socket");
  }
  unlink(path);
  int fd = -1;
  TRY(bind_socket(&address, false, &fd));
  server->has_name = true;
  chmod(path, S_IRUSR | S_IWUSR | (server->options.is_socket_shared ? S_IRGRP | S_IWGRP : 0)); /* nobody can connect before listen() */
  for (int i = server->loop_count - 1; i > 0; i--) { /* a Unix socket has one queue, which all loops take from */
    int again = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (again < 0) {
      close(fd);
      FAIL(BASE_IO, "fcntl: errno %d", errno);
    }
    TRY(accept_on(&server->loops[i].local, again));
  }
  return accept_on(&server->loops[0].local, fd);
}

static result check_inherited(const struct http_server_options *options) {
  int counts[2] = {0, 0};
  for (size_t i = 0; i < options->inherited_count; i++) {
    struct address address = {.length = sizeof address.storage};
    int type = 0;
    socklen_t type_length = sizeof type;
    bool is_stream = getsockopt(options->inherited[i], SOL_SOCKET, SO_TYPE, &type, &type_length) == 0 && type == SOCK_STREAM;
    if (!is_stream || getsockname(options->inherited[i], (struct sockaddr *)&address.storage, &address.length) != 0 ||
        ++counts[address.storage.ss_family == AF_UNIX] > 1) {
      FAIL(HTTP_ADDRESS_SYNTAX, "of the sockets passed at most one is TCP and one is a Unix socket");
    }
  }
  return OK;
}

static result open_inherited(struct http_server *server) {
  TRY(check_inherited(&server->options));
  for (size_t i = 0; i < server->options.inherited_count; i++) {
    int passed = server->options.inherited[i];
    struct address address = {.length = sizeof address.storage};
    getsockname(passed, (struct sockaddr *)&address.storage, &address.length);
    bool is_local = address.storage.ss_family == AF_UNIX;
    const int on = 1;
    if (!is_local) {
      server->port = port_of(&address);
      setsockopt(passed, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    fcntl(passed, F_SETFL, fcntl(passed, F_GETFL) | O_NONBLOCK);
    for (int j = 0; j < server->loop_count; j++) { /* one queue, which all loops take from */
      int again = fcntl(passed, F_DUPFD_CLOEXEC, 0);
      if (again < 0) {
        FAIL(BASE_IO, "fcntl: errno %d", errno);
      }
      TRY(accept_on(is_local ? &server->loops[j].local : &server->loops[j].tcp, again));
    }
  }
  return OK;
}

static void finish_jobs(struct loop *loop) {
  pthread_mutex_lock(&loop->done_lock);
  struct job *job = loop->done;
  loop->done = NULL;
  pthread_mutex_unlock(&loop->done_lock);
  while (job != NULL) {
    struct job *next = job->next; /* its connection may be gone with the reply */
    struct connection *connection = job->connection;
    http_exchange_finish(job);
    http_connection_go_on(connection);
    job = next;
  }
}

static void drain_over(evutil_socket_t fd, short what, void *arg) {
  (void)fd;
  (void)what;
  struct loop *loop = arg;
  event_base_loopbreak(loop->base);
}

void http_loop_end_if_done(struct loop *loop) {
  if (loop->is_stopping && loop->connections == NULL && loop->tcp.listener == NULL && loop->local.listener == NULL) {
    event_base_loopbreak(loop->base);
  }
}

/* Who stands in the queue was told by the system that they are connected, and has perhaps sent a request: they are let in before the door closes. Nobody
 * joins a Unix socket's queue any more, for its name is gone. */
static void empty_queue(struct port *port) {
  for (int i = 0; i < BACKLOG && port->listener != NULL; i++) {
    struct sockaddr_storage peer = {0};
    socklen_t length = sizeof peer;
    int fd = accept4(evconnlistener_get_fd(port->listener), (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      return;
    }
    http_connection_accept(port, fd, (struct sockaddr *)&peer);
  }
}

static void begin_stop(struct loop *loop) {
  loop->is_stopping = true;
  http_connection_stop_all(loop);
  empty_queue(&loop->tcp);
  empty_queue(&loop->local);
  close_port(&loop->tcp);
  close_port(&loop->local);
  int ms = loop->server->limits.drain_ms;
  const struct timeval in = {.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};
  event_assign(&loop->drain, loop->base, -1, 0, drain_over, loop);
  event_add(&loop->drain, &in);
  http_loop_end_if_done(loop);
}

static void on_wake(evutil_socket_t fd, short what, void *arg) {
  (void)what;
  struct loop *loop = arg;
  eventfd_t count = 0;
  eventfd_read((int)fd, &count);
  atomic_store(&loop->has_turned, true);
  if (atomic_load(&loop->server->is_stopping) && !loop->is_stopping) {
    begin_stop(loop); /* first, so that a reply of this very turn says that the connection closes */
  }
  finish_jobs(loop);
}

static void set_port_of(struct loop *loop, struct port *port, bool is_local) {
  *port = (struct port){.loop = loop, .is_local = is_local};
  event_assign(&port->rested, loop->base, -1, 0, on_rested, port);
}

static result open_loop(struct http_server *server, struct loop *loop) {
  *loop = (struct loop){.server = server};
  atomic_init(&loop->has_turned, true);
  pthread_mutex_init(&loop->done_lock, NULL);
  struct event_config *config = event_config_new();
  if (config != NULL) {
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK); /* other threads reach a loop through its eventfd only */
    loop->base = event_base_new_with_config(config);
    event_config_free(config);
  }
  loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (loop->base == NULL || loop->wake_fd < 0) {
    FAIL(BASE_IO, "an event loop cannot be made: errno %d", errno);
  }
  loop->wake = event_new(loop->base, loop->wake_fd, EV_READ | EV_PERSIST, on_wake, loop);
  event_add(loop->wake, NULL);
  set_port_of(loop, &loop->tcp, false);
  set_port_of(loop, &loop->local, true);
  return OK;
}

static void *run_loop(void *arg) {
  struct loop *loop = arg;
  while (event_base_loop(loop->base, EVLOOP_ONCE) == 0 && !event_base_got_break(loop->base)) {
    http_workers_tell(loop);
  }
  http_workers_tell(loop);
  return NULL;
}

static result start_threads(struct http_server *server) {
  /* signals belong to the main thread */
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  result outcome = http_workers_open(server);
  for (int i = 0; i < server->loop_count && is_ok(outcome); i++) {
    struct loop *loop = &server->loops[i];
    loop->is_started = pthread_create(&loop->thread, NULL, run_loop, loop) == 0;
    if (!loop->is_started) {
      outcome = fault_set(__FILE__, __LINE__, BASE_IO, "loop %d cannot start", i);
    } else {
      pthread_setname_np(loop->thread, "loop");
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return outcome;
}

static result open_all(struct http_server *server) {
  for (int i = 0; i < server->loop_count; i++) {
    TRY(open_loop(server, &server->loops[i]));
  }
  if (server->options.listen != NULL) {
    TRY(open_tcp(server));
  }
  if (server->options.unix_socket != NULL) {
    TRY(open_unix(server));
  }
  TRY(open_inherited(server));
  if (server->options.bound != NULL) {
    server->options.bound(server->options.app, server->port);
  }
  return start_threads(server);
}

result http_server_open(const struct http_server_options *options, struct http_server **ret_server) {
  signal(SIGPIPE, SIG_IGN);
  int loops = options->loops > 0 ? options->loops : http_workers_cores();
  struct http_server *server = heap_alloc(sizeof *server);
  server->options = *options;
  server->limits = http_guard_limits(&options->limits);
  server->loop_count = loops > LOOPS_MAX ? LOOPS_MAX : loops;
  server->loops = heap_alloc((size_t)server->loop_count * sizeof *server->loops);
  pthread_mutex_init(&server->lock, NULL);
  result outcome = open_all(server);
  if (!is_ok(outcome)) {
    const struct fault why = *fault_last();
    http_server_close(&server);
    return fault_set(why.file, why.line, outcome.code, "%s", why.detail);
  }
  *ret_server = server;
  return OK;
}

int http_server_port(const struct http_server *server) { return server->port; }

void http_server_drain(struct http_server *server) { atomic_store(&server->is_draining, true); }

/* Whoever connects from here on finds nobody, and asks another node: a proxy then has sent nothing yet. */
static void remove_name(struct http_server *server) {
  if (server->has_name) {
    unlink(server->options.unix_socket);
    server->has_name = false;
  }
}

result http_server_stop(struct http_server *server) {
  remove_name(server);
  atomic_store(&server->is_stopping, true);
  for (int i = 0; i < server->loop_count; i++) {
    if (server->loops[i].is_started) {
      eventfd_write(server->loops[i].wake_fd, 1);
    }
  }
  for (int i = 0; i < server->loop_count; i++) {
    if (server->loops[i].is_started) {
      pthread_join(server->loops[i].thread, NULL);
      server->loops[i].is_started = false;
    }
  }
  return http_workers_close(server, WORKERS_GRACE_MS);
}

static void close_loop(struct loop *loop) {
  if (loop->base == NULL) {
    return;
  }
  close_port(&loop->tcp);
  close_port(&loop->local);
  http_connection_free_all(loop);
  http_jobs_free(loop);
  if (loop->wake != NULL) {
    event_free(loop->wake);
  }
  event_base_free(loop->base);
  close(loop->wake_fd);
  pthread_mutex_destroy(&loop->done_lock);
}

void http_server_close(struct http_server **server_slot) {
  struct http_server *server = *server_slot;
  if (server == NULL) {
    return;
  }
  *server_slot = NULL;
  if (!is_ok(http_server_stop(server))) {
    return; /* handlers still use what would be freed */
  }
  for (int i = 0; i < server->loop_count; i++) {
    close_loop(&server->loops[i]);
  }
  pthread_mutex_destroy(&server->lock);
  free(server->loops);
  free(server);
}

struct http_figures http_server_figures(struct http_server *server) {
  pthread_mutex_lock(&server->lock);
  int waiting = server->waiting;
  pthread_mutex_unlock(&server->lock);
  return (struct http_figures){atomic_load(&server->requests), atomic_load(&server->refused), atomic_load(&server->overloaded),
                               atomic_load(&server->connections), waiting};
}

bool http_server_is_moving(struct http_server *server) {
  bool is_moving = true;
  for (int i = 0; i < server->loop_count; i++) {
    is_moving = is_moving && atomic_exchange(&server->loops[i].has_turned, false);
    eventfd_write(server->loops[i].wake_fd, 1);
  }
  pthread_mutex_lock(&server->lock);
  is_moving = is_moving && !(server->was_waiting && server->waiting > 0 && server->taken == server->taken_then);
  server->was_waiting = server->waiting > 0;
  server->taken_then = server->taken;
  pthread_mutex_unlock(&server->lock);
  return is_moving;
}
