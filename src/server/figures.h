/* server/figures.h: what the running server alone knows, for /metrics and /readyz. (private to server/) */
#pragma once
#include <stdatomic.h>

#include "api/api.h"
#include "server/spans.h"
#include "server/surge.h"
#include "signer/signer.h"

struct server_receiver_counts {
  struct slice name;
  struct histogram took; /* deliveries that were acknowledged */
  _Atomic uint64_t failures;
};
struct server_figures {
  const struct server_receiver_counts *receivers;
  size_t receiver_count;
  const struct clock *clock;
  struct signer *signer;
  struct ledger_sequencer *sequencer;
  struct server_spans *spans;
  struct http_server *http; /* NULL until it listens */
  const struct server_surge *surge;
  _Atomic bool is_draining;
};
void server_figures_write(void *figures, struct buf *out);
void server_figures_readiness(void *figures, struct api_readiness *ret_readiness);
