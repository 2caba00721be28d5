#include "server/supervise.h"

#include <errno.h>

#include "base/log.h"
#include "base/supervisor.h"

enum { LOOK_US = 200 * 1000 };

static void list_signals(sigset_t *ret_set) {
  sigemptyset(ret_set);
  sigaddset(ret_set, SIGTERM);
  sigaddset(ret_set, SIGINT);
  sigaddset(ret_set, SIGHUP);
}

void server_supervise_begin(sigset_t *ret_before) {
  sigset_t set;
  list_signals(&set);
  pthread_sigmask(SIG_BLOCK, &set, ret_before);
}

/* The next signal; 0: the time is over. */
static int next_signal(int64_t wait_us) {
  sigset_t set;
  list_signals(&set);
  const struct timespec wait = {.tv_sec = wait_us / 1000000, .tv_nsec = wait_us % 1000000 * 1000};
  int caught = sigtimedwait(&set, NULL, &wait);
  return caught > 0 ? caught : 0;
}

/* Between two rounds of the watchdog; said once, when it begins. */
static bool tell_watchdog(const struct server_supervision *supervision, bool was_moving) {
  bool is_moving = http_server_is_moving(supervision->http);
  if (is_moving) {
    supervisor_notify("WATCHDOG=1");
  } else if (was_moving) {
    LOG(supervision->clock, LOG_ERROR, "server.hangs", LOG_NUMBER("waiting", http_server_figures(supervision->http).waiting));
  }
  return is_moving;
}

static void reload(const struct server_supervision *supervision) {
  supervisor_notify_reloading();
  supervision->reload(supervision->app);
  supervisor_notify("READY=1");
}

/* Until a signal asks to stop; 0: the time is over, or it has failed. */
static int serve_until(const struct server_supervision *supervision, int64_t end_us) {
  int64_t watchdog_us = supervisor_watchdog_us();
  int64_t told_us = 0;
  bool is_moving = true;
  while (clock_monotonic_us() < end_us && !supervision->has_failed(supervision->app)) {
    int caught = next_signal(LOOK_US);
    if (caught == SIGTERM || caught == SIGINT) {
      return caught;
    }
    if (caught == SIGHUP) {
      reload(supervision);
    }
    if (watchdog_us > 0 && clock_monotonic_us() - told_us > watchdog_us / 4) {
      is_moving = tell_watchdog(supervision, is_moving);
      told_us = clock_monotonic_us();
    }
  }
  return 0;
}

int server_supervise_wait(const struct server_supervision *supervision) {
  supervisor_notify("READY=1");
  int caught = serve_until(supervision, INT64_MAX);
  supervisor_notify("STOPPING=1");
  return caught;
}

void server_supervise_drain(const struct server_supervision *supervision, int seconds) {
  (void)serve_until(supervision, clock_monotonic_us() + (int64_t)seconds * 1000000);
}
