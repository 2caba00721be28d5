#include "api/resources.h"

/* Ready: the database answers. */
result api_health(struct api_call *call) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(call->env->db, &tx));
  TRY(db_row(tx, "SELECT 1", DB_NO_ARGS, &rows));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_str(out, "status", "ok");
  jout_put_str(out, "database", db_engine(call->env->db));
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}
