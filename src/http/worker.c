/* Workers: more of them than cores, because they sleep on the disk and the signer. */
#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "http/loop.h"

enum { OWED_MAX = 8 };

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

/* Under the lock: another worker that shall be told of the queue, or NULL. It counts as awake from here on, so that no second one is told for it. */
static struct worker *take_idle(struct http_server *server) {
  struct worker *worker = server->idle;
  if (worker == NULL || server->first == NULL || server->awake >= server->awake_max || server->is_closing) {
    return NULL;
  }
  server->idle = worker->next;
  server->awake++;
  return worker;
}

static struct job *next_job(struct worker *worker) {
  struct http_server *server = worker->server;
  while (server->first == NULL && !server->is_closing) {
    settle(worker);
    server->awake--;
    worker->next = server->idle;
    server->idle = worker;
    pthread_mutex_unlock(&server->lock);
    while (sem_wait(&worker->told) != 0 && errno == EINTR) {
    }
    pthread_mutex_lock(&server->lock);
  }
  struct job *job = server->first;
  if (job != NULL) {
    server->first = job->next;
    if (server->first == NULL) {
      server->last = NULL;
    }
    server->waiting--;
    server->taken++;
  }
  return job;
}

/* A handler waits for somebody else: its core is free. */
static void fall_asleep(void *arg) {
  struct worker *worker = arg;
  struct http_server *server = worker->server;
  settle(worker);
  pthread_mutex_lock(&server->lock);
  server->awake--;
  struct worker *other = take_idle(server);
  pthread_mutex_unlock(&server->lock);
  if (other != NULL) {
    sem_post(&other->told);
  }
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
  server->awake++;
  for (struct job *job = next_job(worker); job != NULL; job = next_job(worker)) {
    pthread_mutex_unlock(&server->lock);
    fault_clear();
    server->options.handle(server->options.app, &job->call);
    give_back(worker, job);
    pthread_mutex_lock(&server->lock);
  }
  pthread_mutex_unlock(&server->lock);
  settle(worker);
  return NULL;
}

bool http_workers_submit(struct http_server *server, struct job *job) {
  pthread_mutex_lock(&server->lock);
  bool is_accepted = server->waiting < server->limits.waiting_max && !server->is_closing;
  if (is_accepted) {
    job->next = NULL;
    if (server->last != NULL) {
      server->last->next = job;
    } else {
      server->first = job;
    }
    server->last = job;
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

int http_workers_cores(void) {
  cpu_set_t cores;
  return sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
}

result http_workers_open(struct http_server *server) {
  int count = server->options.workers ? server->options.workers : 64;
  server->awake_max = 2 * http_workers_cores() + 2; /* some of them wait for a page of the database, and cannot say so */
  server->workers = heap_alloc((size_t)count * sizeof *server->workers);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1024 * 1024); /* handlers keep their data in arenas */
  int failed = 0;
  while (server->worker_count < count && failed == 0) {
    struct worker *worker = &server->workers[server->worker_count];
    worker->server = server;
    sem_init(&worker->told, 0, 0);
    failed = pthread_create(&worker->thread, &attributes, work, worker);
    if (failed == 0) {
      pthread_setname_np(worker->thread, "worker");
      server->worker_count++;
    }
  }
  pthread_attr_destroy(&attributes);
  if (failed != 0) {
    FAIL(BASE_IO, "worker %d cannot start: error %d", server->worker_count, failed);
  }
  return OK;
}

result http_workers_close(struct http_server *server, int deadline_ms) {
  pthread_mutex_lock(&server->lock);
  server->is_closing = true;
  for (struct worker *worker = server->idle; worker != NULL; worker = worker->next) {
    sem_post(&worker->told);
  }
  pthread_mutex_unlock(&server->lock);
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += deadline_ms / 1000;
  until.tv_nsec += (long)(deadline_ms % 1000) * 1000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000;
  }
  while (server->worker_count > 0) {
    if (pthread_timedjoin_np(server->workers[server->worker_count - 1].thread, NULL, &until) != 0) {
      FAIL(HTTP_STILL_BUSY, "%d workers still run", server->worker_count);
    }
    server->worker_count--;
    sem_destroy(&server->workers[server->worker_count].told);
  }
  server->idle = NULL;
  free(server->workers);
  server->workers = NULL;
  return OK;
}
