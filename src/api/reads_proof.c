/* GET /api/me/reads/{id}/proof: the holder takes away what an entry about them says, and the proof that it stands in the ledger. */
#include "api/reads.h"

#include "api/resources.h"
#include "base/number.h"

result api_me_read_proof(struct api_call *call) {
  struct slice proof;
  struct ledger_line_key key = {.person_id = call->session.person_id};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  if (!is_ok(number_parse(http_param(call->http, "id"), &key.entry_id))) {
    FAIL(LEDGER_UNKNOWN, "not an entry's number");
  }
  TRY(db_read_begin(call->env->db, &tx));
  TRY(ledger_entry_show(call->env, tx, &key, call->arena, &proof));
  http_response_header(call->http, "Content-Disposition",
                       arena_printf(call->arena, "attachment; filename=\"danh-%lld.tlog-proof\"", (long long)key.entry_id));
  http_reply(call->http, 200, "text/plain; charset=utf-8", proof);
  return OK;
}
