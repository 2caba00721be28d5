/* Requests that stay: handled on their loop's own thread, each in a fiber (base/fiber.h), so that from the first byte to the last of the reply nobody is
 * woken for them: where they wait for the disk, the signer or a pool, the loop reads, answers and begins others, and one word wakes it for a whole commit.
 *
 * What bounds it: the application says which requests may stay; the loop looks at its sockets after TURN_US, or as long as the sockets have taken it, so that
 * in a crowd it serves as long as it refuses; and where one has held it up after all, everything goes to the workers for a while. While another loop
 * sleeps, its core is the workers', and no queue is kept either. */
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/loop.h"

enum {
  FIBERS_MAX = 512,        /* in the middle of something, or about to be: then the workers are asked, who cost more */
  FIBERS_EAGER = 128,      /* with so many in the middle, others begin when none of these can go on */
  TURN_US = 2000,
  AWAY_US = 200 * 1000,    /* after a read of a file that is not in memory, or of much more than usual */
  QUEUE_MAX = 32,          /* while another loop's core is idle */
  TOGETHER = 8,            /* replies */
  TOGETHER_US = 250,
  FROM_BELOW = 16,         /* of so many one is taken from the other end, as the workers do */
};

static void ring(void *app) { eventfd_write(((struct loop *)app)->wake_fd, 1); }

static void on_awaited(evutil_socket_t fd, short what, void *arg) {
  (void)fd;
  (void)what;
  parking_post_here(arg);
}

static void await(void *app, int fd, int ms, struct parking *parking) {
  struct loop *loop = app;
  const struct timeval in = {.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};
  if (event_base_once(loop->base, fd, fd >= 0 ? EV_READ : EV_TIMEOUT, on_awaited, parking, &in) != 0) {
    on_awaited(fd, 0, parking); /* whoever waits looks, finds nothing and asks again, as long as it has time */
  }
}

void http_stay_open(struct loop *loop) {
  const struct fiber_host_options options = {.fibers_max = FIBERS_MAX, .app = loop, .ring = ring, .await = await};
  loop->fibers = loop->server->options.stays != NULL ? fiber_host_open(&options) : NULL;
}

/* ---- whether others run on: base/sleeping.h */

static bool has_others(void *arg) {
  const struct loop *loop = arg;
  return loop->stay_waiting > 0 || fiber_is_ready(loop->fibers) || atomic_load(&loop->server->loops_awake) > 1;
}

static void nobody_is_told(void *arg) { (void)arg; }

void http_stay_begin(struct loop *loop) {
  loop->stay_watch = (struct sleeping_watch){has_others, nobody_is_told, loop};
  if (loop->fibers != NULL) {
    sleeping_watch_set(&loop->stay_watch);
  }
}

/* ---- in */

bool http_stay_may(struct job *job) {
  struct loop *loop = job->loop;
  const struct http_server *server = loop->server;
  if (loop->fibers == NULL) {
    return false;
  }
  bool has_cores = atomic_load(&server->loops_awake) + loop->is_asleep < server->loop_count;
  bool is_crowded = loop->stay_waiting + fiber_count(loop->fibers) >= FIBERS_MAX || (has_cores && loop->stay_waiting >= QUEUE_MAX);
  bool may = !is_crowded && (loop->stay_again_us == 0 || clock_monotonic_us() >= loop->stay_again_us);
  return may && server->options.stays(server->options.app, &job->call);
}

bool http_stay_submit(struct job *job) {
  struct loop *loop = job->loop;
  if (!http_workers_let_in(loop->server, job)) {
    return false;
  }
  int class = job->call.class;
  job->next = NULL;
  *(loop->stay[class].first != NULL ? &loop->stay[class].last->next : &loop->stay[class].first) = job;
  loop->stay[class].last = job;
  loop->stay_waiting++;
  return true;
}

/* ---- the turn */

static void handle(void *arg) {
  struct job *job = arg;
  struct loop *loop = job->loop;
  http_workers_handle(loop->server, job);
  http_workers_let_out(loop->server, job);
  job->next = NULL;
  *(loop->stay_done != NULL ? &loop->stay_done_last->next : &loop->stay_done) = job;
  loop->stay_done_last = job;
  loop->stay_done_count++;
}

static struct job *take(struct loop *loop) {
  bool from_below = loop->stay_taken++ % FROM_BELOW == 0;
  int count = loop->server->gate_count;
  for (int i = 0; i < count; i++) {
    int class = from_below ? count - 1 - i : i;
    struct job *job = loop->stay[class].first;
    if (job != NULL) {
      loop->stay[class].first = job->next;
      loop->stay_waiting--;
      return job;
    }
  }
  return NULL;
}

static bool step(struct loop *loop) {
  bool may_begin = loop->stay_waiting > 0 && (fiber_count(loop->fibers) < FIBERS_EAGER || !fiber_is_ready(loop->fibers));
  return may_begin ? fiber_begin(loop->fibers, handle, take(loop)) : fiber_run(loop->fibers);
}

static void reply(struct loop *loop) {
  while (loop->stay_done != NULL) {
    struct job *job = loop->stay_done;
    struct connection *connection = job->connection;
    loop->stay_done = job->next;
    loop->stay_done_count--;
    http_exchange_finish(job);
    http_connection_go_on(connection);
  }
}

/* Whoever waits for replies on another core mostly sleeps, and waking that core costs more than writing: some are written together, with one wake for all
 * of them. The first waits for the others no longer than TOGETHER_US, and for the handler that runs then. */
static bool is_time_to_reply(const struct loop *loop, int64_t waiting_us) { return loop->stay_done_count >= TOGETHER || waiting_us >= TOGETHER_US; }

static int64_t us_of(struct timeval time) { return (int64_t)time.tv_sec * 1000000 + time.tv_usec; }

/* Whether this thread has waited or computed that long, or only the system had others run. */
static bool has_been_held(const struct rusage *before, int64_t limit_us) {
  struct rusage now = {0};
  (void)getrusage(RUSAGE_THREAD, &now);
  int64_t computed_us = us_of(now.ru_utime) + us_of(now.ru_stime) - us_of(before->ru_utime) - us_of(before->ru_stime);
  return now.ru_nvcsw != before->ru_nvcsw || computed_us > limit_us;
}

void http_stay_turn(struct loop *loop) {
  if (loop->fibers == NULL) {
    return;
  }
  fiber_wake(loop->fibers);
  const int64_t held_up_us = (int64_t)loop->server->limits.held_up_ms * 1000;
  int64_t began_us = clock_monotonic_us();
  int64_t sockets_us = loop->stay_left_us == 0 ? 0 : began_us - loop->stay_left_us;
  int64_t until_us = began_us + (sockets_us > TURN_US ? sockets_us : TURN_US);
  int64_t before_us = began_us;
  int64_t none_us = began_us; /* no reply waited yet */
  struct rusage used = {0};
  (void)getrusage(RUSAGE_THREAD, &used);
  while (before_us < until_us && step(loop)) {
    int64_t now_us = clock_monotonic_us();
    if (now_us - before_us > held_up_us) {
      loop->stay_again_us = has_been_held(&used, held_up_us) ? now_us + AWAY_US : loop->stay_again_us;
      (void)getrusage(RUSAGE_THREAD, &used);
    }
    if (is_time_to_reply(loop, now_us - none_us)) {
      reply(loop);
    }
    none_us = loop->stay_done == NULL ? now_us : none_us;
    before_us = now_us;
  }
  reply(loop);
  loop->stay_left_us = before_us;
}

bool http_stay_sleep(struct loop *loop) {
  bool may_sleep = loop->fibers == NULL || (loop->stay_waiting == 0 && fiber_sleep(loop->fibers));
  loop->stay_left_us = may_sleep ? 0 : loop->stay_left_us;
  return may_sleep;
}

/* The loop is over; handlers that still wait for somebody have this long. */
void http_stay_end(struct loop *loop, int ms) {
  int64_t until_us = clock_monotonic_us() + (int64_t)ms * 1000;
  while (loop->fibers != NULL && fiber_count(loop->fibers) > 0 && clock_monotonic_us() < until_us) {
    (void)event_base_loop(loop->base, EVLOOP_NONBLOCK);
    http_stay_turn(loop);
    (void)usleep(500);
  }
  loop->is_held = loop->fibers != NULL && fiber_count(loop->fibers) > 0;
  sleeping_watch_set(NULL);
}
