#include "server/logout.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "http/http.h"

enum { ROUND_MS = 500, ANSWER_BYTES_MAX = 16 * 1024, TIMEOUT_MS = 5000 };

struct server_logout {
  struct env *env;
  struct outbox_runner *outbox;
  pthread_t thread;
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t stopping;
  bool is_stopping;
};

static bool wait_round(struct server_logout *logout) {
  struct timespec until;
  int waited = 0;
  (void)clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += ROUND_MS * 1000000L;
  until.tv_sec += until.tv_nsec / 1000000000L;
  until.tv_nsec %= 1000000000L;
  (void)pthread_mutex_lock(&logout->mutex);
  while (!logout->is_stopping && waited == 0) {
    waited = pthread_cond_timedwait(&logout->stopping, &logout->mutex, &until);
  }
  bool goes_on = !logout->is_stopping;
  (void)pthread_mutex_unlock(&logout->mutex);
  return goes_on;
}

static void *tend(void *context) {
  struct server_logout *logout = context;
  bool was_ok = true;
  do {
    int64_t count = 0;
    bool is_fine = is_ok(oidc_logout_tend(logout->env, &count));
    if (!is_fine && was_ok) {
      log_fault(logout->env->clock, "logout.failed"); /* once a change */
    }
    was_ok = is_fine;
    if (count > 0) {
      outbox_runner_wake(logout->outbox);
    }
  } while (wait_round(logout));
  return NULL;
}

result server_logout_open(struct env *env, struct outbox_runner *outbox, struct server_logout **ret_logout) {
  struct server_logout *logout = heap_alloc(sizeof *logout);
  logout->env = env;
  logout->outbox = outbox;
  logout->is_stopping = false;
  pthread_condattr_t monotonic;
  (void)pthread_condattr_init(&monotonic);
  (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void)pthread_cond_init(&logout->stopping, &monotonic);
  (void)pthread_condattr_destroy(&monotonic);
  (void)pthread_mutex_init(&logout->mutex, NULL);
  if (pthread_create(&logout->thread, NULL, tend, logout) != 0) {
    free(logout);
    FAIL(DB_UNAVAILABLE, "no thread for ended sessions");
  }
  *ret_logout = logout;
  return OK;
}

void server_logout_close(struct server_logout **slot) {
  struct server_logout *logout = *slot;
  if (logout == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&logout->mutex);
  logout->is_stopping = true;
  (void)pthread_cond_signal(&logout->stopping);
  (void)pthread_mutex_unlock(&logout->mutex);
  (void)pthread_join(logout->thread, NULL);
  (void)pthread_cond_destroy(&logout->stopping);
  (void)pthread_mutex_destroy(&logout->mutex);
  free(logout);
  *slot = NULL;
}

/* [OIDC Back-Channel 2.5, 2.8] 200 is done, 204 is read as 200 by many; 400 is the client's own failure, tried again like an absent one. */
result server_logout_send(struct env *env, void *context, const struct outbox_item *item, struct arena *arena, struct slice *ret_acknowledgement) {
  struct oidc_logout_call call;
  struct http_client_response response;
  (void)context;
  TRY(oidc_logout_write(env, arena, item->payload, &call));
  if (call.location.len == 0) {
    *ret_acknowledgement = S("not wanted any more");
    return OK;
  }
  const struct http_header headers[] = {{S("content-type"), S("application/x-www-form-urlencoded")}};
  const struct http_client_request request = {.method = HTTP_POST,
                                              .url = call.location,
                                              .headers = headers,
                                              .header_count = 1,
                                              .body = call.body,
                                              .is_loopback_allowed = slice_starts(env->origin, S("http://")), /* on one machine */
                                              .timeout_ms = TIMEOUT_MS,
                                              .response_bytes_max = ANSWER_BYTES_MAX};
  if (!is_ok(http_client_send(&request, arena, &response)) || response.status >= 500) {
    FAIL(OUTBOX_UNREACHABLE, "the relying party does not answer");
  }
  if (response.status != 200 && response.status != 204) {
    FAIL(OUTBOX_REFUSED, "the relying party answers %d", response.status);
  }
  *ret_acknowledgement = arena_printf(arena, "status %d", response.status);
  return OK;
}
