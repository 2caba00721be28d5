/* The signer's process: one thread, one epoll loop. A round takes every request that has come, handles them all,
 * commits the log once, and only then answers: so one fdatasync serves all that gathered while the one before it ran.
 * */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/supervisor.h"
#include "crypto/key_many.h"
#include "signer/core.h"

/* A server uses two connections and sends what has gathered on one at once, at most 64 requests (client.c): frames of tokens are about
 * 110 bytes, so that all of them are read in one call. */
enum { CONNECTIONS_MAX = 256, INPUT_BYTES = 16 * SIGNER_WIRE_REQUEST_BYTES_MAX, EVENTS_MAX = 128, READY_AFTER_MS = 500 };

struct answer {
  uint32_t number;
  struct signer_core_reply reply; /* once the round is committed */
  struct answer *next;
};

struct connection {
  int fd; /* -1: free */
  size_t held;
  struct answer *answers; /* of this round, in the order of the requests; in its arena */
  struct answer *newest;
  uint8_t *input;     /* INPUT_BYTES, once it has been used */
};

struct process {
  struct signer_core *core;
  int epoll;
  int listener;
  int signals;
  bool ending;
  bool is_ready_for_many; /* crypto/key_many.h was asked */
  uid_t client; /* may ask, besides our own user */
  int64_t told_us; /* when the watchdog was told the last time */
  struct arena arena; /* of this round */
  struct connection *connections;
};

/* ---- what the process gives up ---- */

static result harden(int parent_pid) {
  struct rlimit none = {0, 0};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
      setrlimit(RLIMIT_CORE, &none) != 0) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot give up privileges: errno %d", errno);
  }
  if (parent_pid > 0) {
    /* No signer outlives the server that started it; the parent may have ended before this call. */
    if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) != 0 || getppid() != parent_pid) {
      FAIL(SIGNER_FOLDER_UNUSABLE, "the parent has ended");
    }
  }
  (void)umask(0077);
  return OK;
}

/* ---- sockets ---- */

static result watch(const struct process *process, int fd, int index) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = index};
  if (fd < 0 || epoll_ctl(process->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "epoll: errno %d", errno);
  }
  return OK;
}

enum { LISTENER = -1, SIGNALS = -2 };

static result listen_at(struct process *process, const char *data_dir) {
  if (supervisor_sockets() > 0) { /* systemd listens for us, and goes on when we end: who asks meanwhile waits */
    process->listener = SUPERVISOR_SOCKETS_FIRST;
    (void)fcntl(process->listener, F_SETFL, fcntl(process->listener, F_GETFL) | O_NONBLOCK);
    return watch(process, process->listener, LISTENER);
  }
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int length = snprintf(address.sun_path, sizeof address.sun_path, "%s/signer.sock", data_dir);
  if (length < 0 || (size_t)length >= sizeof address.sun_path) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "the socket's path is longer than %zu bytes", sizeof address.sun_path - 1);
  }
  (void)unlink(address.sun_path); /* the vault's lock says that no other signer listens */
  process->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (process->listener < 0 || bind(process->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
      chmod(address.sun_path, 0600) != 0 || listen(process->listener, CONNECTIONS_MAX) != 0) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot listen: errno %d", errno);
  }
  return watch(process, process->listener, LISTENER);
}

static bool is_client(const struct process *process, int fd) {
  struct ucred peer = {0};
  socklen_t len = sizeof peer;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && (peer.uid == geteuid() || peer.uid == process->client);
}

static result find_client(struct process *process, const char *user) {
  const struct passwd *found = user == NULL ? NULL : getpwnam(user); /* before any thread */
  if (user != NULL && found == NULL) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "there is no user of the name given for those who may ask");
  }
  process->client = found == NULL ? geteuid() : found->pw_uid;
  return OK;
}

static void drop(struct connection *connection) {
  (void)close(connection->fd); /* leaves the epoll set by itself */
  connection->fd = -1;
}

static struct connection *free_connection(struct process *process) {
  for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
    if (process->connections[i].fd < 0) {
      return &process->connections[i];
    }
  }
  return NULL;
}

static void accept_all(struct process *process) {
  for (;;) {
    int fd = accept4(process->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      return;
    }
    struct connection *connection = free_connection(process);
    if (connection == NULL || !is_client(process, fd) ||
        !is_ok(watch(process, fd, (int)(connection - process->connections)))) {
      (void)close(fd);
      continue;
    }
    connection->fd = fd;
    connection->held = 0;
    connection->input = connection->input != NULL ? connection->input : heap_alloc(INPUT_BYTES);
    connection->answers = NULL;
  }
}

/* ---- requests ---- */

static result answer_frame(struct process *process, struct connection *connection, struct slice frame) {
  struct signer_wire_request request;
  TRY(signer_wire_request_read(frame, &request));
  struct answer *answer = ARENA_NEW(&process->arena, struct answer);
  *(connection->answers == NULL ? &connection->answers : &connection->newest->next) = answer;
  connection->newest = answer;
  answer->number = request.number;
  signer_core_handle(process->core, &request, &process->arena, &answer->reply);
  return OK;
}

/* Every whole frame that has come; a wrong one ends the connection. */
static result answer_frames(struct process *process, struct connection *connection) {
  size_t used = 0;
  for (;;) {
    size_t length = 0;
    struct slice rest = slice_of(connection->input + used, connection->held - used);
    TRY(signer_wire_length(rest, SIGNER_WIRE_REQUEST_BYTES_MAX, &length));
    if (length == 0 || rest.len < length) {
      break;
    }
    TRY(answer_frame(process, connection, slice_sub(rest, 0, length)));
    used += length;
  }
  explicit_bzero(connection->input, used); /* proofs and PIN keys */
  memmove(connection->input, connection->input + used, connection->held - used);
  connection->held -= used;
  return OK;
}

static void take_input(struct process *process, struct connection *connection) {
  ssize_t got = read(connection->fd, connection->input + connection->held, INPUT_BYTES - connection->held);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (got <= 0) {
    drop(connection);
    return;
  }
  connection->held += (size_t)got;
  if (!is_ok(answer_frames(process, connection))) {
    drop(connection);
  }
}

static struct slice write_replies(struct process *process, const struct connection *connection) {
  struct buf replies;
  buf_init(&replies, &process->arena, SIGNER_WIRE_REPLY_BYTES_MAX);
  for (const struct answer *answer = connection->answers; answer != NULL; answer = answer->next) {
    const bool is_good = is_ok(answer->reply.outcome);
    const struct signer_wire_reply reply = {answer->number, answer->reply.outcome.code, is_good ? answer->reply.answer : (struct slice){0}};
    signer_wire_reply_write(&reply, &replies);
  }
  return buf_slice(&replies);
}

/* Replies are smaller than a socket's buffer; a client that does not read them is dropped. */
static void send_replies(struct process *process) {
  for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
    struct connection *connection = &process->connections[i];
    if (connection->fd < 0 || connection->answers == NULL) {
      continue;
    }
    struct slice replies = write_replies(process, connection);
    if (send(connection->fd, replies.ptr, replies.len, MSG_NOSIGNAL) != (ssize_t)replies.len) {
      drop(connection);
    }
    connection->answers = NULL;
  }
}

/* A round is over, and another begins: no more often than the watchdog wants it. */
static void tell_watchdog(struct process *process, int64_t watchdog_us) {
  int64_t now_us = clock_monotonic_us();
  if (watchdog_us > 0 && now_us - process->told_us >= watchdog_us / 4) {
    supervisor_notify("WATCHDOG=1");
    process->told_us = now_us;
  }
}

/* What lanes need is computed once, neither before the first who ask nor while they wait: when nobody has asked for a moment. */
static void make_ready(struct process *process, int count) {
  if (count == 0 && !process->is_ready_for_many) {
    (void)key_many_is_here();
    process->is_ready_for_many = true;
  }
}

static result run_round(struct process *process) {
  struct epoll_event events[EVENTS_MAX];
  int64_t watchdog_us = supervisor_watchdog_us();
  int idle_ms = watchdog_us > 0 ? (int)(watchdog_us / 3000) + 1 : -1;
  int count = epoll_wait(process->epoll, events, EVENTS_MAX, process->is_ready_for_many ? idle_ms : READY_AFTER_MS);
  make_ready(process, count);
  tell_watchdog(process, watchdog_us);
  for (int i = 0; i < count; i++) {
    int index = events[i].data.fd;
    if (index == LISTENER) {
      accept_all(process);
    } else if (index == SIGNALS) {
      process->ending = true;
    } else if (process->connections[index].fd >= 0) {
      take_input(process, &process->connections[index]);
    }
  }
  TRY(signer_core_commit(process->core, &process->arena)); /* on failure nobody gets an answer: the process ends, and clients send again to the next */
  send_replies(process);
  arena_reset(&process->arena);
  return OK;
}

/* ---- life ---- */

static result open_signals(struct process *process) {
  sigset_t set;
  (void)sigemptyset(&set);
  (void)sigaddset(&set, SIGTERM);
  (void)sigaddset(&set, SIGINT);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "signal mask: errno %d", errno);
  }
  process->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  return watch(process, process->signals, SIGNALS);
}

static void close_process(struct process *process) {
  for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
    if (process->connections[i].fd >= 0) {
      drop(&process->connections[i]);
    }
    free(process->connections[i].input);
  }
  const int descriptors[] = {process->listener, process->signals, process->epoll};
  for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++) {
    if (descriptors[i] >= 0) {
      (void)close(descriptors[i]);
    }
  }
  free(process->connections);
  arena_free(&process->arena);
  signer_core_close(&process->core);
}

result signer_run(const struct signer_options *options) {
  struct process process CLEANUP(close_process) = {.epoll = -1, .listener = -1, .signals = -1};
  arena_init(&process.arena);
  process.connections = heap_alloc(CONNECTIONS_MAX * sizeof *process.connections);
  for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
    process.connections[i].fd = -1;
  }
  TRY(harden(options->parent_pid));
  process.epoll = epoll_create1(EPOLL_CLOEXEC);
  TRY(open_signals(&process));
  struct signer_local_options core = {.data_dir = options->data_dir, .clock = options->clock, .one_by_one = options->one_by_one};
  TRY(signer_core_open(&core, &process.core));
  TRY(find_client(&process, options->client_user));
  TRY(listen_at(&process, options->data_dir));
  supervisor_notify("READY=1");
  while (!process.ending) {
    TRY(run_round(&process));
  }
  supervisor_notify("STOPPING=1");
  return OK;
}
