/* http/loop.h: the parts of the server: loops, their connections, and the jobs that travel between loop and worker. (private to http/)
 *
 *      bytes -> connection (guard, deadlines) -> job -> gate, queue of its class -> worker -> loop -> connection -> bytes
 *                                                        \-> gate, fiber of its own loop -----/
 *
 * Threads    A loop, its connections and its free jobs belong to the loop's thread. A job belongs to whoever holds it. Only the queue, the
 *            done list and the counters are shared.
 */
#pragma once
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/fiber.h"
#include "base/parking.h"
#include "base/sleeping.h"
#include "http/allowance.h"
#include "http/gate.h"
#include "http/guard.h"

struct connection;
struct loop;
struct worker;

/* One request from its first byte to the last of its reply, with the memory of both. */
struct job {
  struct http_call call;
  struct arena arena;
  struct loop *loop;
  struct connection *connection; /* touched by the loop only, and there until the reply */
  struct job *next;
  int64_t entered_us; /* the gate of its class */
  int64_t stale_us;   /* not worth beginning any more */
  bool is_turned_away; /* at the door */
  uint8_t *input; /* what was received: the head, the body, and perhaps the beginning of what follows */
  size_t input_len;
  size_t input_capacity;
  struct http_header *headers; /* limits.header_count_max of them, in input */
};

/* Where people come in: over TCP, by the proxy's Unix socket, and, of either kind, who has been here before in no way. */
enum door { DOOR_TCP, DOOR_LOCAL, DOOR_NEWCOMERS, DOORS };

/* A door of a loop. */
struct port {
  struct loop *loop;
  struct evconnlistener *listener;
  struct event rested; /* accepts again: after a while without files, or when as many refusals were given as may be */
  bool is_local; /* a Unix socket */
  bool is_ours;
  bool is_shut;
  int64_t shut_us; /* since when */
  struct allowance allowance; /* of refusals that are answered */
};

enum { HTTP_DATE_BYTES = 30, HTTP_WORKERS = 64 };

struct loop {
  struct http_server *server;
  struct event_base *base;
  struct port ports[DOORS];
  int wake_fd;
  struct event *wake;
  struct event drain; /* the time to stop is over */
  struct connection *connections; /* the one that took a step last; then older ones */
  struct connection *oldest;
  struct job *free_jobs;
  int free_job_count;
  struct worker *to_tell; /* to wake at the end of this turn */
  int64_t date_s; /* the second that `date` tells */
  char date[HTTP_DATE_BYTES];
  pthread_mutex_t done_lock;
  struct job *done; /* newest first */
  /* what stays (stay.c) */
  struct fiber_host *fibers; /* NULL: nothing does */
  struct sleeping_watch stay_watch;
  struct {
    struct job *first;
    struct job *last;
  } stay[HTTP_CLASSES_MAX]; /* not yet begun, the most urgent class first */
  int stay_waiting;         /* of all classes */
  uint64_t stay_taken;
  struct job *stay_done; /* in order; to be replied to */
  struct job *stay_done_last;
  int stay_done_count;
  int64_t stay_left_us;  /* when it turned to its sockets with work left; 0: it slept */
  int64_t stay_again_us; /* when something may stay again: one has held up the loop */
  bool is_held;          /* at its end a handler still waited */
  bool is_asleep;        /* among those that are not awake; still so while it reads from its sockets */
  bool is_stopping;
  bool is_started;
  atomic_bool has_turned; /* since http_server_is_moving asked */
  pthread_t thread;
};

struct http_server {
  struct http_server_options options;
  struct http_limits limits;
  struct loop *loops;
  int loop_count;
  int port;
  int newcomers_port;
  _Atomic int64_t refusal_us; /* between two that are answered, a door of a loop */
  _Atomic uint64_t shut_us;   /* of all doors of all loops */
  atomic_int connections_max;
  atomic_int connections;
  atomic_int large_bodies; /* being received or handled */
  atomic_bool is_draining;
  atomic_bool is_stopping;
  const char *names[DOORS]; /* of Unix sockets that are ours, and there */
  _Atomic uint64_t requests;
  _Atomic uint64_t refused;
  _Atomic uint64_t overloaded;
  _Atomic uint64_t evicted;
  atomic_int loops_awake; /* not waiting for their sockets */
  /* the queues to the workers */
  pthread_mutex_t lock;
  struct gate gates[HTTP_CLASSES_MAX]; /* the most urgent first */
  int gate_count;
  int waiting; /* in all of them */
  uint64_t taken;      /* by workers */
  uint64_t taken_then; /* when http_server_is_moving asked */
  bool was_waiting;    /* then */
  bool is_closing;
  struct worker *idle; /* wait for a request and were not told of one; who fell idle last is first */
  int awake;           /* run, or were told: not those that are idle, or sleep on the disk, the signer or a pool */
  int awake_max;       /* beyond it one more would take its core from another */
  struct worker *workers; /* room for workers_max */
  int worker_count;       /* that have begun */
  int workers_ended;
  pthread_cond_t has_ended; /* one of them; by the monotonic clock */
  int workers_max;
};

/* port.c */
void http_port_init(struct loop *loop, struct port *port);
void http_port_close(struct port *port);
result http_ports_open(struct http_server *server);
void http_ports_remove_names(struct http_server *server);
/* Lets in whoever stands in the queue. */
void http_port_empty(struct port *port);
/* Somebody who came by it is refused with an answer. true: more than may be, so it is shut for a moment, and they come in by it if they come again. */
bool http_port_refused(struct port *port);

/* server.c: while stopping, once the doors are closed and the last connection is gone. */
void http_loop_end_if_done(struct loop *loop);

/* worker.c */
void http_workers_init(struct http_server *server);
result http_workers_open(struct http_server *server);
/* Waits until `deadline_ms` from now for running handlers. HTTP_STILL_BUSY. */
result http_workers_close(struct http_server *server, int deadline_ms);
/* Into the queue of call.class. false: enough of its class are inside; the job stays the caller's. */
bool http_workers_submit(struct http_server *server, struct job *job);
/* Wakes the workers for what the loop has submitted in this turn: woken at once, they would take its core before it has read what else arrived. */
void http_workers_tell(struct loop *loop);

/* Enters the gate of call.class, or not. */
bool http_workers_let_in(struct http_server *server, struct job *job);
void http_workers_let_out(struct http_server *server, struct job *job);
/* Has the application answer, or refuses what nobody waits for any more. */
void http_workers_handle(struct http_server *server, struct job *job);

/* stay.c */
void http_stay_open(struct loop *loop);
/* On the loop's thread, before its first turn. */
void http_stay_begin(struct loop *loop);
bool http_stay_may(struct job *job);
/* As http_workers_submit. */
bool http_stay_submit(struct job *job);
/* After the events of a turn. */
void http_stay_turn(struct loop *loop);
/* Before the next: whether it may sleep. */
bool http_stay_sleep(struct loop *loop);
void http_stay_end(struct loop *loop, int ms);

/* exchange.c: a request becomes a job, a finished job becomes a reply. */
struct job *http_job_new(struct loop *loop);
/* Room for `capacity` bytes of input; true: it has moved, with what was in it. */
bool http_job_reserve(struct job *job, size_t capacity);
/* Keeps what was received beyond the first `taken` bytes, and forgets the rest. */
void http_job_again(struct job *job, size_t taken);
void http_job_release(struct job *job);
void http_jobs_free(struct loop *loop);
/* A whole, valid request: answers it, or gives it to the workers. */
void http_exchange_begin(struct job *job, const struct guard_head *head);
void http_exchange_finish(struct job *job);
/* Has the application answer a call that no handler will see, and counts it. */
void http_exchange_refuse(struct http_server *server, struct http_call *call, uint16_t code);
/* The reply's head and that body behind it, in the job's arena; or all of it, if it was made before. */
struct slice http_exchange_head(struct job *job, bool is_last, struct slice body);

/* connection.c */
void http_connection_accept(struct port *port, int fd, const struct sockaddr *peer);
int64_t http_connection_peer_uid(const struct connection *connection);
struct slice http_connection_peer_address(const struct connection *connection);
/* The job has its answer: sends it off. */
void http_connection_reply(struct connection *connection);
/* After a reply that did not come from within the connection's own turn: what else has arrived. */
void http_connection_go_on(struct connection *connection);
/* Closes what is idle; the rest closes after its reply. */
void http_connection_stop_all(struct loop *loop);
void http_connection_free_all(struct loop *loop);
