#include "server/tender.h"

#include <stdlib.h>
#include <unistd.h>

#include "account/account.h"
#include "base/log.h"
#include "base/rounds.h"
#include "http/http.h"
#include "oidc/oidc.h"

enum { ROUND_MS = 1000, MINUTE_ROUNDS = 60, FETCHES_A_ROUND = 4, FETCH_MS = 5000, FETCH_BYTES_MAX = 64 * 1024 };

struct server_tender {
  struct env *env;
  struct procedure_engine *unkept; /* its rules are still to be kept; NULL: they are */
  bool was_away;
  struct rounds *rounds;
  int round;
};

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
                                              .is_private_refused = fetch.is_self_registered,
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

/* A form is filed by rules that are kept: whoever starts without a primary keeps them with the first write. */
static result rules_keep(struct server_tender *tender) {
  TRY(procedure_store(tender->env, tender->unkept));
  tender->unkept = NULL;
  return OK;
}

static void look_for_primary(struct server_tender *tender) {
  bool is_away = db_is_away(tender->env->db);
  if (is_away != tender->was_away) {
    LOG(tender->env->clock, is_away ? LOG_WARNING : LOG_INFO, is_away ? "database.primary_away" : "database.primary_back", LOG_NUMBER("pid", getpid()));
  }
  tender->was_away = is_away;
  if (is_away) {
    return;
  }
  if (tender->unkept != NULL && !is_ok(rules_keep(tender))) {
    log_fault(tender->env->clock, "procedures.not_kept");
  }
  if (!is_ok(account_history_flush(tender->env))) {
    log_fault(tender->env->clock, "history.waits");
  }
}

static void tend(void *arg) {
  struct server_tender *tender = arg;
  bool leads = false;
  look_for_primary(tender);
  if (!is_ok(db_lead(tender->env->db, "oidc", &leads)) || !leads) {
    return; /* another node does, or the database is away: the requests say so */
  }
  fetch_some(tender->env);
  if (tender->round++ % MINUTE_ROUNDS != 0) {
    return;
  }
  tend_keys(tender->env);
  if (!is_ok(oidc_sweep(tender->env))) {
    log_fault(tender->env->clock, "oidc.sweep_failed");
  }
}

/* Before the first request. Without a primary what is there has to do. */
static result begin(struct server_tender *tender) {
  if (db_is_away(tender->env->db)) {
    return OK; /* which the first round says */
  }
  tend_keys(tender->env);
  return rules_keep(tender);
}

result server_tender_open(struct env *env, struct procedure_engine *engine, struct server_tender **ret_tender) {
  struct server_tender *tender = heap_alloc(sizeof *tender);
  *tender = (struct server_tender){.env = env, .unkept = engine, .rounds = rounds_open(), .round = 1};
  result outcome = begin(tender);
  if (is_ok(outcome)) {
    outcome = rounds_add(tender->rounds, "tender", ROUND_MS, tend, tender);
  }
  if (!is_ok(outcome)) {
    server_tender_close(&tender);
    return outcome;
  }
  *ret_tender = tender;
  return OK;
}

void server_tender_close(struct server_tender **slot) {
  struct server_tender *tender = *slot;
  if (tender == NULL) {
    return;
  }
  rounds_close(&tender->rounds);
  free(tender);
  *slot = NULL;
}
