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
  size_t count;
  struct {
    struct slice url;
    struct note_key key;
    bool is_failing;
  } items[SERVER_WITNESSES_MAX];
};

static result ask(struct server_witnesses *witnesses, size_t at, struct arena *arena) {
  struct ledger_witness_ask asked = {0};
  struct http_client_response response = {0};
  const struct note_key *key = &witnesses->items[at].key;
  TRY(ledger_witness_ask(witnesses->env, key, arena, &asked));
  if (asked.body.len == 0) {
    return OK; /* it has cosigned the newest */
  }
  struct http_client_request request = {.method = HTTP_POST,
                                        .url = arena_printf(arena, "%.*s/add-checkpoint", SLICE_ARG(witnesses->items[at].url)),
                                        .body = asked.body,
                                        .is_loopback_allowed = witnesses->is_loopback_allowed,
                                        .timeout_ms = TIMEOUT_MS,
                                        .response_bytes_max = ANSWER_BYTES_MAX};
  TRY(http_client_send(&request, arena, &response));
  return ledger_witness_take(witnesses->env, key, &asked, &(const struct ledger_witness_answer){response.status, response.body});
}

static void round_run(void *arg) {
  struct server_witnesses *witnesses = arg;
  bool leads = false;
  if (!is_ok(db_lead(witnesses->env->db, "witness", &leads)) || !leads) {
    return;
  }
  for (size_t i = 0; i < witnesses->count; i++) {
    struct arena arena CLEANUP(arena_free) = {0};
    result outcome = ask(witnesses, i, &arena);
    bool is_failing = !is_ok(outcome) && !is_code(outcome, LEDGER_NO_CHECKPOINT);
    if (is_failing && !witnesses->items[i].is_failing) {
      log_fault(witnesses->env->clock, "witness.failed");
    }
    witnesses->items[i].is_failing = is_failing;
  }
}

static result witnesses_take(struct server_witnesses *witnesses, const struct server_config *config) {
  for (size_t i = 0; i < config->witness_count; i++) {
    if (!is_ok(note_key_parse(config->witnesses[i].key, &witnesses->arena, &witnesses->items[i].key)) ||
        witnesses->items[i].key.type != NOTE_COSIGNATURE || config->witnesses[i].url.len == 0) {
      FAIL(SERVER_CONFIG, "[witness %.*s] wants url and the verifier key of a witness", SLICE_ARG(config->witnesses[i].name));
    }
    witnesses->items[i].key.name = arena_copy(&witnesses->arena, witnesses->items[i].key.name);
    witnesses->items[i].url = config->witnesses[i].url;
    witnesses->count++;
  }
  return OK;
}

result server_witnesses_open(struct env *env, const struct server_config *config, struct server_witnesses **ret_witnesses) {
  if (config->witness_count == 0) {
    return OK;
  }
  struct server_witnesses *witnesses = heap_alloc(sizeof *witnesses);
  *witnesses = (struct server_witnesses){.env = env, .is_loopback_allowed = slice_starts(env->origin, S("http://127.0.0.1"))};
  result outcome = witnesses_take(witnesses, config);
  if (is_ok(outcome)) {
    witnesses->rounds = rounds_open();
    outcome = rounds_add(witnesses->rounds, "witnesses", ROUND_MS, round_run, witnesses);
  }
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
  if (witnesses->rounds != NULL) {
    rounds_close(&witnesses->rounds);
  }
  arena_free(&witnesses->arena);
  free(witnesses);
  *slot = NULL;
}
