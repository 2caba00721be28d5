#include "server/logout.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/rounds.h"
#include "http/http.h"

enum { ROUND_MS = 500, ANSWER_BYTES_MAX = 16 * 1024, TIMEOUT_MS = 5000 };

struct server_logout {
  struct env *env;
  struct outbox_runner *outbox;
  struct rounds *rounds;
  bool is_ill;
};

/* By the node that delivers: it is the one whose outbox is worth waking. */
static result tend_if_leading(struct env *env, int64_t *ret_count) {
  bool leads = false;
  *ret_count = 0;
  TRY(db_lead(env->db, "outbox", &leads));
  return leads ? oidc_logout_tend(env, ret_count) : OK;
}

static void tend(void *arg) {
  struct server_logout *logout = arg;
  int64_t count = 0;
  bool is_ill = !is_ok(tend_if_leading(logout->env, &count));
  if (is_ill && !logout->is_ill) {
    log_fault(logout->env->clock, "logout.failed"); /* once a change */
  }
  logout->is_ill = is_ill;
  if (count > 0) {
    outbox_runner_wake(logout->outbox);
  }
}

result server_logout_open(struct env *env, struct outbox_runner *outbox, struct server_logout **ret_logout) {
  struct server_logout *logout = heap_alloc(sizeof *logout);
  *logout = (struct server_logout){.env = env, .outbox = outbox, .rounds = rounds_open()};
  result outcome = rounds_add(logout->rounds, "logout", ROUND_MS, tend, logout);
  if (!is_ok(outcome)) {
    server_logout_close(&logout);
    return outcome;
  }
  *ret_logout = logout;
  return OK;
}

void server_logout_close(struct server_logout **slot) {
  struct server_logout *logout = *slot;
  if (logout == NULL) {
    return;
  }
  rounds_close(&logout->rounds);
  free(logout);
  *slot = NULL;
}

/* [OIDC Back-Channel 2.5, 2.8] 200 is done, 204 is read as 200 by many; 400 is the client's own failure, tried again like an absent one. */
result server_logout_send(struct env *env, void *context, const struct outbox_item *item, struct arena *arena,
                          struct slice *ret_acknowledgement) {
  struct oidc_logout_call call;
  struct http_client_response response;
  (void)context;
  TRY(oidc_logout_write(env, arena, item->payload, &call));
  if (call.location.len == 0) {
    *ret_acknowledgement = S("not wanted any more");
    return OK;
  }
  const struct http_header headers[] = {{S("content-type"), S("application/x-www-form-urlencoded")}};
  const struct http_client_request request = {
      .method = HTTP_POST,
      .url = call.location,
      .headers = headers,
      .header_count = 1,
      .body = call.body,
      .is_loopback_allowed = slice_starts(env->origin, S("http://")), /* on one machine */
      .is_private_refused = call.is_self_registered,
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
