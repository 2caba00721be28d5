/* Workers: more of them than cores, because they sleep on the disk and the signer. */
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "http/loop.h"

static void give_back(struct job *job) {
  struct loop *loop = job->loop;
  pthread_mutex_lock(&loop->done_lock);
  bool was_empty = loop->done == NULL;
  job->next = loop->done;
  loop->done = job;
  pthread_mutex_unlock(&loop->done_lock);
  if (was_empty) {
    eventfd_write(loop->wake_fd, 1);
  }
}

static struct job *next_job(struct http_server *server) {
  while (server->first == NULL && !server->is_closing) {
    pthread_cond_wait(&server->arrived, &server->lock);
  }
  struct job *job = server->first;
  if (job != NULL) {
    server->first = job->next;
    if (server->first == NULL) {
      server->last = NULL;
    }
    server->waiting--;
  }
  return job;
}

static void *work(void *arg) {
  struct http_server *server = arg;
  pthread_mutex_lock(&server->lock);
  for (struct job *job = next_job(server); job != NULL; job = next_job(server)) {
    pthread_mutex_unlock(&server->lock);
    fault_clear();
    server->options.handle(server->options.app, &job->call);
    give_back(job);
    pthread_mutex_lock(&server->lock);
  }
  pthread_mutex_unlock(&server->lock);
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
  pthread_mutex_unlock(&server->lock);
  if (is_accepted) {
    pthread_cond_signal(&server->arrived); /* not under the lock: the woken would run into it */
  }
  return is_accepted;
}

result http_workers_open(struct http_server *server) {
  int count = server->options.workers ? server->options.workers : 64;
  server->workers = heap_alloc((size_t)count * sizeof *server->workers);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1024 * 1024); /* handlers keep their data in arenas */
  int failed = 0;
  while (server->worker_count < count && failed == 0) {
    failed = pthread_create(&server->workers[server->worker_count], &attributes, work, server);
    if (failed == 0) {
      pthread_setname_np(server->workers[server->worker_count++], "worker");
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
  pthread_cond_broadcast(&server->arrived);
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
    if (pthread_timedjoin_np(server->workers[server->worker_count - 1], NULL, &until) != 0) {
      FAIL(HTTP_STILL_BUSY, "%d workers still run", server->worker_count);
    }
    server->worker_count--;
  }
  free(server->workers);
  server->workers = NULL;
  return OK;
}
