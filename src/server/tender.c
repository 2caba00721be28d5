#include "server/tender.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "http/http.h"
#include "oidc/oidc.h"

enum { ROUND_S = 1, MINUTE_ROUNDS = 60, FETCHES_A_ROUND = 4, FETCH_MS = 5000, FETCH_BYTES_MAX = 64 * 1024 };

struct server_tender {
  struct env *env;
  pthread_t thread;
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t stopping;
  bool is_stopping;
};

static bool wait_round(struct server_tender *tender) {
  struct timespec until;
  int waited = 0;
  (void)clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += ROUND_S;
  (void)pthread_mutex_lock(&tender->mutex);
  while (!tender->is_stopping && waited == 0) {
    waited = pthread_cond_timedwait(&tender->stopping, &tender->mutex, &until);
  }
  bool goes_on = !tender->is_stopping;
  (void)pthread_mutex_unlock(&tender->mutex);
  return goes_on;
}

/* One client's set; *ret_more false: nobody is due. */
static result fetch_one(struct env *env, bool *ret_more) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct oidc_fetch fetch = {.client_id = {0}};
  struct http_client_response response = {0};
  TRY(oidc_fetch_due(env, &arena, &fetch));
  *ret_more = fetch.client_id.len > 0;
  if (!*ret_more) {
    return OK;
  }
  const struct http_client_request request = {.method = HTTP_GET,
                                              .url = fetch.jwks_uri,
                                              .is_loopback_allowed = slice_starts(env->origin, S("http://")),
                                              .timeout_ms = FETCH_MS,
                                              .response_bytes_max = FETCH_BYTES_MAX};
  result sent = http_client_send(&request, &arena, &response);
  bool is_good = is_ok(sent) && response.status == 200;
  return oidc_fetch_done(env, &fetch, is_good ? response.body : (struct slice){0});
}

static void fetch_some(struct env *env) {
  bool more = true;
  for (int i = 0; i < FETCHES_A_ROUND && more; i++) {
    if (!is_ok(fetch_one(env, &more))) {
      log_fault(env->clock, "oidc.fetch_failed");
      more = false;
    }
  }
}

static void tend_keys(struct env *env) {
  if (!is_ok(oidc_keys_tend(env))) {
    log_fault(env->clock, "oidc.keys_failed");
  }
}

static void *tend(void *context) {
  struct server_tender *tender = context;
  for (int round = 1; wait_round(tender); round++) {
    fetch_some(tender->env);
    if (round % MINUTE_ROUNDS == 0) {
      tend_keys(tender->env);
    }
    if (round % MINUTE_ROUNDS == 0 && !is_ok(oidc_sweep(tender->env))) {
      log_fault(tender->env->clock, "oidc.sweep_failed");
    }
  }
  return NULL;
}

result server_tender_open(struct env *env, struct server_tender **ret_tender) {
  struct server_tender *tender = heap_alloc(sizeof *tender);
  *tender = (struct server_tender){.env = env};
  pthread_condattr_t monotonic;
  (void)pthread_condattr_init(&monotonic);
  (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void)pthread_cond_init(&tender->stopping, &monotonic);
  (void)pthread_condattr_destroy(&monotonic);
  (void)pthread_mutex_init(&tender->mutex, NULL);
  tend_keys(env);
  if (pthread_create(&tender->thread, NULL, tend, tender) != 0) {
    free(tender);
    FAIL(DB_UNAVAILABLE, "no thread for the tender");
  }
  *ret_tender = tender;
  return OK;
}

void server_tender_close(struct server_tender **slot) {
  struct server_tender *tender = *slot;
  if (tender == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&tender->mutex);
  tender->is_stopping = true;
  (void)pthread_cond_signal(&tender->stopping);
  (void)pthread_mutex_unlock(&tender->mutex);
  (void)pthread_join(tender->thread, NULL);
  (void)pthread_cond_destroy(&tender->stopping);
  (void)pthread_mutex_destroy(&tender->mutex);
  free(tender);
  *slot = NULL;
}
