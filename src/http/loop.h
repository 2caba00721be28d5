/* http/loop.h: the parts of the server: loops, their connections, and the jobs that travel between loop and worker. (private to http/)
 *
 *      bytes -> connection (guard, deadlines) -> evhttp -> job -> queue -> worker -> loop -> evhttp -> bytes
 *
 * Threads    A loop, its connections and its free jobs belong to the loop's thread. A job belongs to whoever holds it. Only the queue, the
 *            done list and the counters are shared.
 */
#pragma once
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/http.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/sleeping.h"
#include "http/guard.h"

struct connection;
struct loop;

struct job {
  struct http_call call;
  struct arena arena;
  struct evhttp_request *request;
  struct connection *connection; /* NULL once it is gone; touched by the loop only */
  struct loop *loop;
  struct job *next;
  int holds; /* the reply on its way and the body the socket still reads: the arena lives until both are done */
};

/* A port of a loop: TCP or the Unix socket. */
struct port {
  struct loop *loop;
  struct evhttp *http;
  struct evhttp_bound_socket *bound;
  bool is_local;
};

struct loop {
  struct http_server *server;
  struct event_base *base;
  struct port tcp;
  struct port local;
  int wake_fd;
  struct event *wake;
  struct event drain; /* the time to stop is over */
  struct connection *connections;
  struct connection **by_fd;
  size_t by_fd_count;
  struct job *free_jobs;
  int to_tell; /* workers to wake at the end of this turn */
  pthread_mutex_t done_lock;
  struct job *done; /* newest first */
  bool is_stopping;
  bool is_started;
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
  atomic_bool is_stopping;
  _Atomic uint64_t requests;
  _Atomic uint64_t refused;
  _Atomic uint64_t overloaded;
  /* the queue to the workers */
  pthread_mutex_t lock;
  pthread_cond_t arrived;
  struct job *first;
  struct job *last;
  int waiting;
  bool is_closing;
  int idle;      /* workers that wait for a request and were not told of one */
  int told;      /* were told, and have not woken yet */
  int awake;     /* run, or were told: not those that are idle, or sleep on the disk, the signer or a pool */
  int awake_max; /* beyond it one more would take its core from another */
  pthread_t *workers;
  int worker_count;
};

/* worker.c */
result http_workers_open(struct http_server *server);
/* Waits until `deadline_ms` from now for running handlers. HTTP_STILL_BUSY. */
result http_workers_close(struct http_server *server, int deadline_ms);
/* false: the queue is full; the job stays the caller's. */
bool http_workers_submit(struct http_server *server, struct job *job);
/* Wakes the workers for what the loop has submitted in this turn: woken at once, they would take its core before it has read what else arrived. */
void http_workers_tell(struct loop *loop);

/* exchange.c: a request becomes a job, a finished job becomes a reply. */
void http_exchange_begin(struct evhttp_request *request, void *port); /* evhttp's callback */
void http_exchange_finish(struct job *job);
void http_exchange_release(struct job *job); /* gives one hold back */
/* Has the application answer a call that no handler will see, and counts it. */
void http_exchange_refuse(struct http_server *server, struct http_call *call, uint16_t code);
bool http_exchange_has_header(const struct http_response *response, struct slice name);
const char *http_exchange_reason(int status);

/* connection.c */
struct bufferevent *http_connection_new(struct event_base *base, void *port); /* evhttp's bufferevent callback */
struct connection *http_connection_of(struct loop *loop, struct evhttp_request *request);
/* The request has been given to a handler: no deadline until the reply. */
void http_connection_handling(struct connection *connection, struct job *job);
/* The reply lies in the buffers: sends it off. */
void http_connection_replying(struct connection *connection);
/* The client has taken the reply. */
void http_connection_replied(struct connection *connection);
/* Closes what is idle; the rest closes after its reply. */
void http_connection_stop_all(struct loop *loop);
/* The client closes after this reply, and so do we. */
bool http_connection_is_last(const struct connection *connection);
bool http_connection_is_local(const struct connection *connection);
int http_connection_fd(const struct connection *connection);
