#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cores.h"
#include "http/loop.h"

enum { LOOPS_MAX = 16, WORKERS_GRACE_MS = 1000 };

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
  bool is_shut = true;
  for (int door = 0; door < DOORS; door++) {
    is_shut = is_shut && loop->ports[door].listener == NULL;
  }
  if (loop->is_stopping && loop->connections == NULL && is_shut) {
    event_base_loopbreak(loop->base);
  }
}

static void begin_stop(struct loop *loop) {
  loop->is_stopping = true;
  http_connection_stop_all(loop);
  for (int door = 0; door < DOORS; door++) {
    http_port_empty(&loop->ports[door]);
  }
  for (int door = 0; door < DOORS; door++) {
    http_port_close(&loop->ports[door]);
  }
  int ms = loop->server->limits.drain_ms;
  const struct timeval in = {.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};
  event_assign(&loop->drain, loop->base, -1, 0, drain_over, loop);
  event_add(&loop->drain, &in);
  http_loop_end_if_done(loop);
}

static void on_wake(evutil_socket_t fd, short what, void *arg) {
  (void)fd;
  (void)what;
  struct loop *loop = arg; /* told of each write by its edge, so nothing is read */
  atomic_store(&loop->has_turned, true);
  if (atomic_load(&loop->server->is_stopping) && !loop->is_stopping) {
    begin_stop(loop); /* first, so that a reply of this very turn says that the connection closes */
  }
  finish_jobs(loop);
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
  loop->wake = event_new(loop->base, loop->wake_fd, EV_READ | EV_ET | EV_PERSIST, on_wake, loop);
  event_add(loop->wake, NULL);
  http_stay_open(loop);
  for (int door = 0; door < DOORS; door++) {
    http_port_init(loop, &loop->ports[door]);
  }
  return OK;
}

/* A loop that gets no turn refuses nobody in time. Where the system does not allow it (LimitNICE) it is as every other thread. */
static void take_precedence(void) {
  enum { LOOP_NICE = -10 };
  (void)setpriority(PRIO_PROCESS, (id_t)gettid(), LOOP_NICE); /* on Linux of a thread */
}

static void *run_loop(void *arg) {
  struct loop *loop = arg;
  take_precedence();
  http_stay_begin(loop);
  atomic_fetch_add(&loop->server->loops_awake, 1);
  for (bool goes_on = true; goes_on;) {
    loop->is_asleep = http_stay_sleep(loop);
    atomic_fetch_sub(&loop->server->loops_awake, loop->is_asleep);
    goes_on = event_base_loop(loop->base, EVLOOP_ONCE | (loop->is_asleep ? 0 : EVLOOP_NONBLOCK)) == 0;
    atomic_fetch_add(&loop->server->loops_awake, loop->is_asleep);
    loop->is_asleep = false;
    http_stay_turn(loop);
    goes_on = goes_on && !event_base_got_break(loop->base); /* the turn may have ended it */
    http_workers_tell(loop);
  }
  atomic_fetch_sub(&loop->server->loops_awake, 1);
  http_stay_end(loop, WORKERS_GRACE_MS);
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
  TRY(http_ports_open(server));
  if (server->options.bound != NULL) {
    server->options.bound(server->options.app, server->port);
  }
  return start_threads(server);
}

static void open_gates(struct http_server *server) {
  const struct http_server_options *options = &server->options;
  int workers = options->workers > 0 ? options->workers : HTTP_WORKERS;
  const struct http_class only = {.name = "all", .inside_max = server->limits.waiting_max + workers};
  size_t count = options->classes == NULL ? 1 : options->class_count;
  for (size_t i = 0; i < count && i < HTTP_CLASSES_MAX; i++) {
    struct http_class class = options->classes == NULL ? only : options->classes[i];
    class.inside_max = class.inside_max > 0 ? class.inside_max : server->limits.waiting_max;
    http_gate_init(&server->gates[server->gate_count++], &class, workers);
  }
}

result http_server_open(const struct http_server_options *options, struct http_server **ret_server) {
  signal(SIGPIPE, SIG_IGN);
  int loops = options->loops > 0 ? options->loops : cores_count();
  struct http_server *server = heap_alloc(sizeof *server);
  server->options = *options;
  server->limits = http_guard_limits(&options->limits);
  server->loop_count = loops > LOOPS_MAX ? LOOPS_MAX : loops;
  server->loops = heap_alloc((size_t)server->loop_count * sizeof *server->loops);
  pthread_mutex_init(&server->lock, NULL);
  atomic_init(&server->connections_max, server->limits.connections_max);
  atomic_init(&server->refusal_us, allowance_each_us(server->limits.refusals_per_s));
  http_workers_init(server);
  open_gates(server);
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
int http_server_newcomers_port(const struct http_server *server) { return server->newcomers_port; }

void http_server_adjust(struct http_server *server, const struct http_limits *given, const struct http_class *classes) {
  const struct http_limits limits = http_guard_limits(given);
  atomic_store(&server->connections_max, limits.connections_max);
  atomic_store(&server->refusal_us, allowance_each_us(limits.refusals_per_s));
  pthread_mutex_lock(&server->lock);
  for (int i = 0; i < server->gate_count && classes != NULL; i++) {
    server->gates[i].class.target_ms = classes[i].target_ms;
  }
  pthread_mutex_unlock(&server->lock);
}

void http_server_drain(struct http_server *server) { atomic_store(&server->is_draining, true); }

result http_server_stop(struct http_server *server) {
  http_ports_remove_names(server);
  atomic_store(&server->is_stopping, true);
  for (int i = 0; i < server->loop_count; i++) {
    if (server->loops[i].is_started) {
      eventfd_write(server->loops[i].wake_fd, 1);
    }
  }
  bool is_held = false;
  for (int i = 0; i < server->loop_count; i++) {
    if (server->loops[i].is_started) {
      pthread_join(server->loops[i].thread, NULL);
      server->loops[i].is_started = false;
    }
    is_held = is_held || server->loops[i].is_held;
  }
  TRY(http_workers_close(server, WORKERS_GRACE_MS));
  if (is_held) {
    FAIL(HTTP_STILL_BUSY, "a handler on a loop still waits");
  }
  return OK;
}

static void close_loop(struct loop *loop) {
  if (loop->base == NULL) {
    return;
  }
  for (int door = 0; door < DOORS; door++) {
    http_port_close(&loop->ports[door]);
  }
  http_connection_free_all(loop);
  http_jobs_free(loop);
  if (loop->wake != NULL) {
    event_free(loop->wake);
  }
  event_base_free(loop->base);
  fiber_host_close(&loop->fibers);
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
  pthread_cond_destroy(&server->has_ended);
  pthread_mutex_destroy(&server->lock);
  free(server->loops);
  free(server);
}

struct http_figures http_server_figures(struct http_server *server) {
  pthread_mutex_lock(&server->lock);
  int waiting = server->waiting;
  pthread_mutex_unlock(&server->lock);
  return (struct http_figures){atomic_load(&server->requests), atomic_load(&server->refused), atomic_load(&server->overloaded), atomic_load(&server->evicted),
                               atomic_load(&server->shut_us), atomic_load(&server->connections), waiting};
}

bool http_server_class_figures(struct http_server *server, size_t number, struct http_class_figures *ret_figures) {
  if (number >= (size_t)server->gate_count) {
    return false;
  }
  const struct gate *gate = &server->gates[number];
  pthread_mutex_lock(&server->lock);
  *ret_figures = (struct http_class_figures){.name = gate->class.name,
                                             .admitted = gate->admitted,
                                             .shed = gate->shed,
                                             .inside = gate->inside,
                                             .waiting = gate->waiting,
                                             .limit = gate->class.target_ms > 0 ? gate->limit : gate->class.inside_max,
                                             .waited = &gate->waited};
  pthread_mutex_unlock(&server->lock);
  return true;
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
