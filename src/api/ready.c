#include "api/resources.h"

static bool database_answers(const struct env *env) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  return is_ok(db_read_begin(env->db, &tx)) && is_ok(db_row(tx, "SELECT 1", DB_NO_ARGS, &rows));
}

/* Whether this server should be sent people now: with all it needs, and not on its way out. What is missing is named. */
result api_ready(struct api_call *call) {
  struct api_readiness edge = {.has_signer = true, .has_ledger = true};
  const struct api_edge *from = &call->api->options.edge;
  if (from->readiness != NULL) {
    from->readiness(from->app, &edge);
  }
  bool has_database = database_answers(call->env);
  bool is_read_only = has_database && db_is_away(call->env->db); /* the ledger goes on with the primary: what can be read is, by whoever a balancer sends here */
  bool is_ready = has_database && edge.has_signer && (edge.has_ledger || is_read_only) && !edge.is_draining;
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_str(out, "status", is_ready ? (is_read_only ? "read_only" : "ready") : edge.is_draining ? "draining" : "not_ready");
  jout_put_bool(out, "database", has_database);
  jout_put_bool(out, "signer", edge.has_signer);
  jout_put_bool(out, "ledger", edge.has_ledger);
  jout_object_end(out);
  api_send(call, is_ready ? 200 : 503);
  return OK;
}
