/* server/figures.h: what the running server alone knows, for /metrics and /readyz. (private to server/) */
#pragma once
#include <stdatomic.h>

#include "api/api.h"
#include "server/spans.h"
#include "signer/signer.h"

struct server_figures {
  struct signer *signer;
  struct ledger_sequencer *sequencer;
  struct server_spans *spans; /* NULL: no collector */
  struct http_server *http; /* NULL until it listens */
  _Atomic bool is_draining;
};
void server_figures_write(void *figures, struct buf *out);
void server_figures_readiness(void *figures, struct api_readiness *ret_readiness);
