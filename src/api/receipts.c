/* The SMS gateway tells that a message has arrived: POST /api/messages/receipts, with the bearer token danh.ini names. */
#include "api/call.h"
#include "api/resources.h"
#include "message/message.h"

enum { REFERENCE_BYTES_MAX = 200 };

static result check_gateway(const struct api_call *call) {
  struct slice secret = call->settings->receipt_secret;
  struct slice wanted = arena_printf(call->arena, "Bearer %.*s", SLICE_ARG(secret));
  if (secret.len == 0 || !slice_eq_secret(http_header(&call->http->request, "Authorization"), wanted)) {
    FAIL(API_GATEWAY, secret.len == 0 ? "no receipt secret is configured" : "another token");
  }
  return OK;
}

struct receiving {
  struct env *env;
  struct slice reference;
};
static result write_receipt(struct db_tx *tx, void *arg) {
  const struct receiving *receiving = arg;
  return message_receipt(receiving->env, tx, receiving->reference);
}

/* The same answer whether the reference is known or not: a gateway repeats what it is refused, and has nothing to learn here. */
result api_message_receipt(struct api_call *call) {
  const struct jin *root = NULL;
  struct receiving receiving = {.env = call->env};
  TRY(check_gateway(call));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"reference", NULL}));
  TRY(jin_text(root, "reference", REFERENCE_BYTES_MAX, &receiving.reference));
  TRY(db_write(call->env->db, write_receipt, &receiving));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}
