/* http/loop.h: the parts of the server: loops, their connections, and the jobs that travel between loop and worker. (private to http/)
 *
 *      bytes -> connection (guard, deadlines) -> job -> queue -> worker -> loop -> connection -> bytes
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

#include "base/sleeping.h"
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
  uint8_t *input; /* what was received: the head, the body, and perhaps the beginning of what follows */
  size_t input_len;
  size_t input_capacity;
  struct http_header *headers; /* limits.header_count_max of them, in input */
};

/* A port of a loop: TCP or the Unix socket. */
struct port {
  struct loop *loop;
  struct evconnlistener *listener;
  struct event rested; /* accepts again after a while without files */
  bool is_local;
};

enum { HTTP_DATE_BYTES = 30 };

struct loop {
  struct http_server *server;
  struct event_base *base;
  struct port tcp;
  struct port local;
  int wake_fd;
  struct event *wake;
  struct event drain; /* the time to stop is over */
  struct connection *connections;
  struct job *free_jobs;
  int free_job_count;
  struct worker *to_tell; /* to wake at the end of this turn */
  int64_t date_s; /* the second that `date` tells */
  char date[HTTP_DATE_BYTES];
  pthread_mutex_t done_lock;
  struct job *done; /* newest first */
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
  atomic_int connections;
  atomic_int large_bodies; /* being received or handled */
  atomic_bool is_draining;
  atomic_bool is_stopping;
  bool has_name; /* the Unix socket's is ours, and there */
  _Atomic uint64_t requests;
  _Atomic uint64_t refused;
  _Atomic uint64_t overloaded;
  /* the queue to the workers */
  pthread_mutex_t lock;
  struct job *first;
  struct job *last;
  int waiting;
  uint64_t taken;      /* by workers */
  uint64_t taken_then; /* when http_server_is_moving asked */
  bool was_waiting;    /* then */
  bool is_closing;
  struct worker *idle; /* wait for a request and were not told of one; who fell idle last is first */
  int awake;           /* run, or were told: not those that are idle, or sleep on the disk, the signer or a pool */
  int awake_max;       /* beyond it one more would take its core from another */
  struct worker *workers;
  int worker_count;
};

/* server.c: while stopping, once the doors are closed and the last connection is gone. */
void http_loop_end_if_done(struct loop *loop);

/* worker.c */
int http_workers_cores(void); /* that this process may run on */
result http_workers_open(struct http_server *server);
/* Waits until `deadline_ms` from now for running handlers. HTTP_STILL_BUSY. */
result http_workers_close(struct http_server *server, int deadline_ms);
/* false: the queue is full; the job stays the caller's. */
bool http_workers_submit(struct http_server *server, struct job *job);
/* Wakes the workers for what the loop has submitted in this turn: woken at once, they would take its core before it has read what else arrived. */
void http_workers_tell(struct loop *loop);

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
/* The reply's head, in the job's arena. */
struct slice http_exchange_head(struct job *job, bool is_last);

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
