/* GET /ledger/checkpoint, /ledger/tile/...: the ledger as a public transparency log (C2SP tlog-tiles). Anybody may read it: it says when, and nothing
 * of whom. */
#include "api/resources.h"
#include "ledger/ledger.h"

/* [tlog-tiles SHOULD]: what cannot change is kept for long, the checkpoint for no more than a few seconds. */
#define FOR_GOOD "public, max-age=31536000, immutable"
#define FOR_A_MOMENT "public, max-age=1"

result api_ledger_resource(struct api_call *call) {
  struct ledger_resource resource;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(ledger_resource_read(call->env, tx, slice_from(call->http->request.path, strlen("/ledger/")), call->arena, &resource));
  http_response_header(call->http, "Cache-Control", slice_str(resource.is_immutable ? FOR_GOOD : FOR_A_MOMENT));
  http_response_header(call->http, "Access-Control-Allow-Origin", S("*"));
  http_response_header(call->http, "Cross-Origin-Resource-Policy", S("cross-origin"));
  http_reply(call->http, 200, resource.content_type, resource.bytes);
  return OK;
}
