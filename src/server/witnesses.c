#include "server/witnesses.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/rounds.h"
#include "http/http.h"
#include "ledger/ledger.h"

enum { ROUND_MS = 2000, ANSWER_BYTES_MAX = 64 * 1024, TIMEOUT_MS = 5000 };

struct server_witnesses {
  struct env *env;
  struct rounds *rounds;
  struct arena arena;
  bool is_loopback_allowed;
  struct snapshot_slot *settings;
  struct slice failing[SERVER_WITNESSES_MAX]; /* keys of those that failed last, in the arena */
};

static result ask(const struct server_witnesses *witnesses, struct slice url, const struct note_key *key, struct arena *arena) {
  struct ledger_witness_ask asked = {0};
  struct http_client_response response = {0};
  TRY(ledger_witness_ask(witnesses->env, key, arena, &asked));
  if (asked.body.len == 0) {
    return OK; /* it has cosigned the newest */
  }
  struct http_client_request request = {.method = HTTP_POST,
                                        .url = arena_printf(arena, "%.*s/add-checkpoint", SLICE_ARG(url)),
                                        .body = asked.body,
                                        .is_loopback_allowed = witnesses->is_loopback_allowed,
                                        .timeout_ms = TIMEOUT_MS,
                                        .response_bytes_max = ANSWER_BYTES_MAX};
  TRY(http_client_send(&request, arena, &response));
  return ledger_witness_take(witnesses->env, key, &asked, &(const struct ledger_witness_answer){response.status, response.body});
}

static bool was_failing(const struct server_witnesses *witnesses, struct slice key) {
  for (size_t i = 0; i < SERVER_WITNESSES_MAX; i++) {
    if (key.len > 0 && slice_eq(witnesses->failing[i], key)) {
      return true;
    }
  }
  return false;
}

/* One that fails is in the log once, until it answers again. */
static void ask_all(struct server_witnesses *witnesses, const struct server_settings *settings) {
  struct arena fresh CLEANUP(arena_free) = {0};
  struct slice failing[SERVER_WITNESSES_MAX] = {0};
  for (size_t i = 0; i < settings->config.witness_count; i++) {
    struct arena arena CLEANUP(arena_free) = {0};
    const struct server_witness *witness = &settings->config.witnesses[i];
    result outcome = ask(witnesses, witness->url, &settings->witness_keys[i], &arena);
    if (!is_ok(outcome) && !is_code(outcome, LEDGER_NO_CHECKPOINT)) {
      failing[i] = arena_copy(&fresh, witness->key);
      if (!was_failing(witnesses, witness->key)) {
        log_fault(witnesses->env->clock, "witness.failed");
      }
    }
  }
  struct arena before = witnesses->arena;
  witnesses->arena = fresh;
  fresh = before;
  memcpy(witnesses->failing, failing, sizeof failing);
}

static void round_run(void *arg) {
  struct server_witnesses *witnesses = arg;
  struct snapshot *held CLEANUP(snapshot_give) = snapshot_take(witnesses->settings);
  const struct server_settings *settings = server_settings_of(held);
  bool leads = false;
  if (settings->config.witness_count > 0 && is_ok(db_lead(witnesses->env->db, "witness", &leads)) && leads) {
    ask_all(witnesses, settings);
  }
}

result server_witnesses_open(struct env *env, struct snapshot_slot *settings, struct server_witnesses **ret_witnesses) {
  struct server_witnesses *witnesses = heap_alloc(sizeof *witnesses);
  *witnesses = (struct server_witnesses){
      .env = env, .rounds = rounds_open(), .is_loopback_allowed = slice_starts(env->origin, S("http://127.0.0.1")), .settings = settings};
  result outcome = rounds_add(witnesses->rounds, "witnesses", ROUND_MS, round_run, witnesses);
  if (!is_ok(outcome)) {
    server_witnesses_close(&witnesses);
    return outcome;
  }
  *ret_witnesses = witnesses;
  return OK;
}

void server_witnesses_close(struct server_witnesses **slot) {
  struct server_witnesses *witnesses = *slot;
  if (witnesses == NULL) {
    return;
  }
  rounds_close(&witnesses->rounds);
  arena_free(&witnesses->arena);
  free(witnesses);
  *slot = NULL;
}
