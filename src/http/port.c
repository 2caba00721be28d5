/* Where a loop takes its connections from, and how a door is shut while more come than may be refused politely.
 *
 * A TCP socket of ours stops listening (shutdown, and listen once more): whoever connects is refused by the system at once. A Unix socket's queue is made
 * short and nobody takes from it: who finds it full is refused at once too. Either costs this process nothing. It stays short for a second after it was taken
 * from again, for who stands in it while it is shut waits for as long. A TCP socket that was passed is treated
 * like a Unix one, for whoever passed it looks after it: there, who finds the queue full is asked by their own system to try again in a second.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/loop.h"

enum { BACKLOG = 1024, BACKLOG_NEWCOMERS = 256 /* whoever would wait longer than their refusal may take */, BACKLOG_SHUT = 16, REST_MS = 100, CALM_MS = 1000 };

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

static int queue_length(const struct port *port) {
  return port->is_local && port == &port->loop->ports[DOOR_NEWCOMERS] ? BACKLOG_NEWCOMERS : BACKLOG;
}

static void rest(struct port *port, int64_t us) {
  const struct timeval in = {.tv_sec = us / 1000000, .tv_usec = us % 1000000};
  event_add(&port->rested, &in);
}

/* The process has no file left, and the system would tell of the waiting connection again and again. */
static void on_accept_error(struct evconnlistener *listener, void *arg) {
  evconnlistener_disable(listener);
  rest(arg, REST_MS * 1000);
}

static void shut(struct port *port, int64_t now_us) {
  if (port->listener == NULL || port->is_shut) {
    return;
  }
  int fd = evconnlistener_get_fd(port->listener);
  evconnlistener_disable(port->listener);
  if (port->is_ours) {
    (void)shutdown(fd, SHUT_RD); /* on Linux it listens no more, and keeps its address */
  } else {
    (void)listen(fd, BACKLOG_SHUT);
  }
  port->is_shut = true;
  port->shut_us = now_us;
  rest(port, allowance_wait_us(&port->allowance, now_us));
}

static bool open_again(struct port *port) {
  int64_t now_us = clock_monotonic_us();
  int64_t left_us = allowance_wait_us(&port->allowance, now_us);
  if (left_us == 0 && !port->is_local && listen(evconnlistener_get_fd(port->listener), queue_length(port)) != 0) {
    left_us = REST_MS * 1000;
  }
  if (left_us > 0) {
    rest(port, left_us);
    return false;
  }
  port->is_shut = false;
  atomic_fetch_add(&port->loop->server->shut_us, (uint64_t)(now_us - port->shut_us));
  return true;
}

static void on_rested(evutil_socket_t fd, short what, void *arg) {
  (void)fd;
  (void)what;
  struct port *port = arg;
  if (port->listener == NULL) {
    return;
  }
  if (!port->is_shut) { /* had no file, or nobody was refused for a while */
    (void)listen(evconnlistener_get_fd(port->listener), queue_length(port));
  } else if (!open_again(port)) {
    return;
  } else if (port->is_local) {
    rest(port, CALM_MS * 1000);
  }
  evconnlistener_enable(port->listener);
}

bool http_port_refused(struct port *port) {
  int64_t now_us = clock_monotonic_us();
  port->allowance.each_us = atomic_load_explicit(&port->loop->server->refusal_us, memory_order_relaxed);
  if (allowance_take(&port->allowance, now_us)) {
    return false;
  }
  shut(port, now_us);
  return true;
}

void http_port_init(struct loop *loop, struct port *port) {
  *port = (struct port){.loop = loop};
  event_assign(&port->rested, loop->base, -1, 0, on_rested, port);
}

/* is_ours: nobody else has that socket, so it may stop listening. */
static result accept_on(struct port *port, int fd, bool is_ours) {
  struct loop *loop = port->loop;
  if (listen(fd, queue_length(port)) != 0) {
    close(fd);
    FAIL(BASE_IO, "listen: errno %d", errno);
  }
  port->is_ours = is_ours;
  port->listener = evconnlistener_new(loop->base, on_accept, port, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
  if (port->listener == NULL) {
    close(fd);
    FAIL(BASE_IO, "loop %td cannot accept", loop - loop->server->loops);
  }
  evconnlistener_set_error_cb(port->listener, on_accept_error);
  return OK;
}

void http_port_close(struct port *port) {
  event_del(&port->rested);
  if (port->listener != NULL) {
    evconnlistener_free(port->listener);
    port->listener = NULL;
  }
}

/* Any free port: a socket holds it until ours have it by number, for one that was given by the system is lost with the first shutdown. */
static result choose_port(struct address *address, int *ret_holder) {
  TRY(bind_socket(address, true, ret_holder));
  getsockname(*ret_holder, (struct sockaddr *)&address->storage, &address->length);
  return OK;
}

static result open_tcp(struct http_server *server, enum door door, const char *listen) {
  struct address address;
  int holder = -1;
  TRY(parse_address(listen, &address));
  TRY(port_of(&address) == 0 ? choose_port(&address, &holder) : probe(&address));
  result outcome = OK;
  for (int i = 0; i < server->loop_count && is_ok(outcome); i++) {
    int fd = -1;
    outcome = bind_socket(&address, true, &fd);
    outcome = is_ok(outcome) ? accept_on(&server->loops[i].ports[door], fd, true) : outcome;
  }
  if (holder >= 0) {
    close(holder);
  }
  *(door == DOOR_NEWCOMERS ? &server->newcomers_port : &server->port) = port_of(&address);
  return outcome;
}

/* One queue, which all loops take from; fd becomes the first loop's. */
static result accept_on_all(struct http_server *server, enum door door, int fd, bool is_local) {
  for (int i = server->loop_count - 1; i >= 0; i--) {
    int one = i == 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (one < 0) {
      int why = errno;
      close(fd);
      FAIL(BASE_IO, "fcntl: errno %d", why);
    }
    server->loops[i].ports[door].is_local = is_local;
    TRY(accept_on(&server->loops[i].ports[door], one, false));
  }
  return OK;
}

static result open_unix(struct http_server *server, enum door door, const char *path) {
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
  server->names[door] = path;
  chmod(path, S_IRUSR | S_IWUSR | (server->options.is_socket_shared ? S_IRGRP | S_IWGRP : 0)); /* nobody can connect before listen() */
  return accept_on_all(server, door, fd, true);
}

/* The door of each socket passed: TCP, a Unix socket, and a second one for newcomers. */
static result check_inherited(const struct http_server_options *options, enum door *ret_doors) {
  int counts[2] = {0, 0};
  for (size_t i = 0; i < options->inherited_count; i++) {
    struct address address = {.length = sizeof address.storage};
    int type = 0;
    socklen_t type_length = sizeof type;
    bool is_stream = getsockopt(options->inherited[i], SOL_SOCKET, SO_TYPE, &type, &type_length) == 0 && type == SOCK_STREAM;
    bool is_known = is_stream && getsockname(options->inherited[i], (struct sockaddr *)&address.storage, &address.length) == 0;
    bool is_local = is_known && address.storage.ss_family == AF_UNIX;
    int before = counts[is_local]++;
    if (!is_known || before >= (is_local ? 2 : 1)) {
      FAIL(HTTP_ADDRESS_SYNTAX, "of the sockets passed at most one is TCP, one is a Unix socket, and a second Unix socket is for newcomers");
    }
    ret_doors[i] = !is_local ? DOOR_TCP : before == 0 ? DOOR_LOCAL : DOOR_NEWCOMERS;
  }
  return OK;
}

static result open_inherited(struct http_server *server) {
  enum { PASSED_MAX = 3 };
  enum door doors[PASSED_MAX];
  if (server->options.inherited_count > PASSED_MAX) {
    FAIL(HTTP_ADDRESS_SYNTAX, "%zu sockets are passed", server->options.inherited_count);
  }
  TRY(check_inherited(&server->options, doors));
  for (size_t i = 0; i < server->options.inherited_count; i++) {
    int passed = server->options.inherited[i];
    struct address address = {.length = sizeof address.storage};
    getsockname(passed, (struct sockaddr *)&address.storage, &address.length);
    const int on = 1;
    if (doors[i] == DOOR_TCP) {
      server->port = port_of(&address);
      setsockopt(passed, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    fcntl(passed, F_SETFL, fcntl(passed, F_GETFL) | O_NONBLOCK);
    int again = fcntl(passed, F_DUPFD_CLOEXEC, 0);
    if (again < 0) {
      FAIL(BASE_IO, "fcntl: errno %d", errno);
    }
    TRY(accept_on_all(server, doors[i], again, doors[i] != DOOR_TCP));
  }
  return OK;
}

result http_ports_open(struct http_server *server) {
  const struct http_server_options *options = &server->options;
  static const char unix_prefix[] = "unix:";
  bool is_path = options->newcomers != NULL && strncmp(options->newcomers, unix_prefix, sizeof unix_prefix - 1) == 0;
  if (options->listen != NULL) {
    TRY(open_tcp(server, DOOR_TCP, options->listen));
  }
  if (options->unix_socket != NULL) {
    TRY(open_unix(server, DOOR_LOCAL, options->unix_socket));
  }
  if (is_path) {
    TRY(open_unix(server, DOOR_NEWCOMERS, options->newcomers + sizeof unix_prefix - 1));
  } else if (options->newcomers != NULL) {
    TRY(open_tcp(server, DOOR_NEWCOMERS, options->newcomers));
  }
  return open_inherited(server);
}

/* Who stands in the queue was told by the system that they are connected, and has perhaps sent a request: they are let in before the door closes. Nobody
 * joins a Unix socket's queue any more, for its name is gone. */
void http_port_empty(struct port *port) {
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

/* Whoever connects from here on finds nobody, and asks another node: a proxy then has sent nothing yet. */
void http_ports_remove_names(struct http_server *server) {
  for (int door = 0; door < DOORS; door++) {
    if (server->names[door] != NULL) {
      unlink(server->names[door]);
      server->names[door] = NULL;
    }
  }
}
