/* Workers: more of them than cores, because they sleep on the disk and the signer. A thread begins when there is work for it and nobody is idle. */
#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/cores.h"
#include "http/loop.h"

enum { OWED_MAX = 8, FROM_BELOW = 16, STACK_BYTES = 1024 * 1024 /* handlers keep their data in arenas */ };

/* A worker, and the loop it has finished jobs for without saying so yet: on a busy core each word to the loop costs two changes of thread, so one word
 * serves several jobs. It is said before the worker sleeps for whatever reason.
 * Who fell idle last is told first: its stack is warm, and those below it on the pile cost no memory. */
struct worker {
  struct http_server *server;
  pthread_t thread;
  struct loop *owed;
  int owed_jobs;
  struct worker *next; /* below it on the pile of idle ones; or told after it */
  sem_t told; /* and nothing else wakes it, so that it is on one pile at a time */
};

static void settle(struct worker *worker) {
  if (worker->owed != NULL) {
    eventfd_write(worker->owed->wake_fd, 1);
    worker->owed = NULL;
    worker->owed_jobs = 0;
  }
}

static void give_back(struct worker *worker, struct job *job) {
  struct loop *loop = job->loop;
  pthread_mutex_lock(&loop->done_lock);
  bool was_empty = loop->done == NULL;
  job->next = loop->done;
  loop->done = job;
  pthread_mutex_unlock(&loop->done_lock);
  if (was_empty) {
    if (worker->owed != loop) {
      settle(worker);
    }
    worker->owed = loop;
  }
  if (worker->owed != NULL && ++worker->owed_jobs >= OWED_MAX) {
    settle(worker);
  }
}

static void *work(void *arg);

/* Under the lock. It counts as awake from here on. The signals are the main thread's: every thread that may come here has them blocked. */
static int begin(struct http_server *server) {
  struct worker *worker = &server->workers[server->worker_count];
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  worker->server = server;
  sem_init(&worker->told, 0, 0);
  int failed = pthread_create(&worker->thread, &attributes, work, worker);
  pthread_attr_destroy(&attributes);
  if (failed == 0) {
    pthread_setname_np(worker->thread, "worker");
    server->worker_count++;
    server->awake++;
  } else {
    sem_destroy(&worker->told);
  }
  return failed;
}

/* Under the lock: another worker that shall be told of the queue, or NULL. It counts as awake from here on, so that no second one is told for it.
 * Where nobody is idle one more begins; if the system has no thread to give, those that are there take the work one after the other. */
static struct worker *take_idle(struct http_server *server) {
  if (server->waiting == 0 || server->awake >= server->awake_max || server->is_closing) {
    return NULL;
  }
  struct worker *worker = server->idle;
  if (worker != NULL) {
    server->idle = worker->next;
    server->awake++;
  } else if (server->worker_count < server->workers_max) {
    (void)begin(server);
  }
  return worker;
}

/* Under the lock: the most urgent that waits; every now and then the least urgent. */
static struct job *take_job(struct http_server *server) {
  bool from_below = server->taken % FROM_BELOW == 0;
  for (int i = 0; i < server->gate_count; i++) {
    struct gate *gate = &server->gates[from_below ? server->gate_count - 1 - i : i];
    struct job *job = gate->first;
    if (job != NULL) {
      gate->first = job->next;
      gate->last = gate->first == NULL ? NULL : gate->last;
      gate->waiting--;
      server->waiting--;
      server->taken++;
      return job;
    }
  }
  return NULL;
}

static struct job *next_job(struct worker *worker) {
  struct http_server *server = worker->server;
  while (server->waiting == 0 && !server->is_closing) {
    settle(worker);
    server->awake--;
    worker->next = server->idle;
    server->idle = worker;
    pthread_mutex_unlock(&server->lock);
    while (sem_wait(&worker->told) != 0 && errno == EINTR) {
    }
    pthread_mutex_lock(&server->lock);
  }
  return take_job(server);
}

/* What nobody waits for any more is refused: done late it would hold up those who still do. */
void http_workers_handle(struct http_server *server, struct job *job) {
  struct gate *gate = &server->gates[job->call.class];
  int64_t now_us = clock_monotonic_us();
  histogram_add(&gate->waited, now_us - job->entered_us);
  if (now_us <= job->stale_us) {
    server->options.handle(server->options.app, &job->call);
    return;
  }
  pthread_mutex_lock(&server->lock);
  gate->shed++;
  pthread_mutex_unlock(&server->lock);
  http_exchange_refuse(server, &job->call, HTTP_OVERLOADED);
}

/* A handler waits for somebody else: its core is free. true: others run. */
static bool fall_asleep(void *arg) {
  struct worker *worker = arg;
  struct http_server *server = worker->server;
  settle(worker);
  pthread_mutex_lock(&server->lock);
  server->awake--;
  struct worker *other = take_idle(server);
  bool others_run = server->awake > 0;
  pthread_mutex_unlock(&server->lock);
  if (other != NULL) {
    sem_post(&other->told);
  }
  return others_run;
}

static void wake_up(void *arg) {
  struct http_server *server = ((struct worker *)arg)->server;
  pthread_mutex_lock(&server->lock);
  server->awake++;
  pthread_mutex_unlock(&server->lock);
}

static void *work(void *arg) {
  struct worker *worker = arg;
  struct http_server *server = worker->server;
  const struct sleeping_watch watch = {fall_asleep, wake_up, worker};
  sleeping_watch_set(&watch);
  pthread_mutex_lock(&server->lock);
  for (struct job *job = next_job(worker); job != NULL; job = next_job(worker)) {
    pthread_mutex_unlock(&server->lock);
    fault_clear();
    http_workers_handle(server, job);
    struct gate *gate = &server->gates[job->call.class];
    int64_t entered_us = job->entered_us;
    give_back(worker, job); /* from here on it is the loop's */
    int64_t now_us = clock_monotonic_us();
    pthread_mutex_lock(&server->lock);
    http_gate_leave(gate, entered_us, now_us);
  }
  settle(worker);
  server->workers_ended++;
  pthread_cond_signal(&server->has_ended);
  pthread_mutex_unlock(&server->lock);
  return NULL;
}

/* Under the lock. */
static bool enter(struct http_server *server, int class, int64_t now_us) {
  struct gate *gate = &server->gates[class];
  for (int i = 0; i < class && gate->class.is_beginning; i++) {
    if (!http_gate_leaves_room(&server->gates[i], gate)) {
      gate->shed++;
      return false;
    }
  }
  return http_gate_enter(gate, now_us);
}

/* Under the lock. */
static bool let_in(struct http_server *server, struct job *job) {
  job->entered_us = clock_monotonic_us();
  bool is_accepted = !server->is_closing && enter(server, job->call.class, job->entered_us);
  job->stale_us = http_gate_stale_us(&server->gates[job->call.class], job->entered_us);
  return is_accepted;
}

bool http_workers_let_in(struct http_server *server, struct job *job) {
  pthread_mutex_lock(&server->lock);
  bool is_accepted = let_in(server, job);
  pthread_mutex_unlock(&server->lock);
  return is_accepted;
}

void http_workers_let_out(struct http_server *server, struct job *job) {
  int64_t now_us = clock_monotonic_us();
  pthread_mutex_lock(&server->lock);
  http_gate_leave(&server->gates[job->call.class], job->entered_us, now_us);
  pthread_mutex_unlock(&server->lock);
}

bool http_workers_submit(struct http_server *server, struct job *job) {
  struct gate *gate = &server->gates[job->call.class];
  pthread_mutex_lock(&server->lock);
  bool is_accepted = let_in(server, job);
  if (is_accepted) {
    job->next = NULL;
    *(gate->last != NULL ? &gate->last->next : &gate->first) = job;
    gate->last = job;
    gate->waiting++;
    server->waiting++;
  }
  struct worker *other = take_idle(server);
  pthread_mutex_unlock(&server->lock);
  if (other != NULL) {
    other->next = job->loop->to_tell;
    job->loop->to_tell = other;
  }
  return is_accepted;
}

void http_workers_tell(struct loop *loop) {
  while (loop->to_tell != NULL) {
    struct worker *worker = loop->to_tell;
    loop->to_tell = worker->next; /* once it is told it may fall idle again */
    sem_post(&worker->told);
  }
}

void http_workers_init(struct http_server *server) {
  condition_init(&server->has_ended);
}

result http_workers_open(struct http_server *server) {
  server->workers_max = server->options.workers ? server->options.workers : HTTP_WORKERS;
  server->awake_max = 2 * cores_count() + 2; /* some of them wait for a page of the database, and cannot say so */
  server->workers = heap_alloc((size_t)server->workers_max * sizeof *server->workers);
  pthread_mutex_lock(&server->lock);
  int failed = begin(server);
  pthread_mutex_unlock(&server->lock);
  if (failed != 0) {
    FAIL(BASE_IO, "no worker can start: error %d", failed);
  }
  return OK;
}

result http_workers_close(struct http_server *server, int deadline_ms) {
  struct timespec until = condition_in(deadline_ms * INT64_C(1000));
  pthread_mutex_lock(&server->lock);
  server->is_closing = true;
  for (struct worker *worker = server->idle; worker != NULL; worker = worker->next) {
    sem_post(&worker->told);
  }
  server->idle = NULL;
  while (server->workers_ended < server->worker_count && pthread_cond_timedwait(&server->has_ended, &server->lock, &until) == 0) {
  }
  int running = server->worker_count - server->workers_ended;
  pthread_mutex_unlock(&server->lock);
  if (running > 0) {
    FAIL(HTTP_STILL_BUSY, "%d workers still run", running);
  }
  for (int i = 0; i < server->worker_count; i++) {
    pthread_join(server->workers[i].thread, NULL);
    sem_destroy(&server->workers[i].told);
  }
  server->worker_count = server->workers_ended = 0;
  free(server->workers);
  server->workers = NULL;
  return OK;
}
