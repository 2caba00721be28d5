/* What a demonstration shows instead of a telephone: GET /api/demo/messages. */
#include "api/resources.h"

enum { MESSAGES_MAX = 50 };

/* A message carries at most one code, and no other number of eight digits. */
static struct slice code_in(struct slice text) {
  size_t digits = 0;
  for (size_t i = 0; i < text.len; i++) {
    bool is_digit = text.ptr[i] >= '0' && text.ptr[i] <= '9';
    digits = is_digit ? digits + 1 : 0;
    bool is_end = i + 1 == text.len || text.ptr[i + 1] < '0' || text.ptr[i + 1] > '9';
    if (digits == ACCOUNT_CODE_DIGITS && is_end) {
      return slice_sub(text, i + 1 - ACCOUNT_CODE_DIGITS, ACCOUNT_CODE_DIGITS);
    }
  }
  return S("");
}

result api_demo_messages(struct api_call *call) {
  if (!call->api->options.is_demo) {
    FAIL(API_DEMO_ONLY, "not a demonstration");
  }
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct message_list messages;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(message_list(tx, 0, MESSAGES_MAX, call->arena, &messages));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < messages.count; i++) {
    const struct message_item *message = &messages.items[i];
    if (slice_empty(message->text)) {
      continue; /* its code was used */
    }
    jout_object(out);
    jout_put_instant(out, "at", message->created_at_ms);
    jout_put_text(out, "to", message->address);
    jout_put_text(out, "text", message->text);
    jout_put_text_or_null(out, "code", code_in(message->text));
    jout_object_end(out);
  }
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}
