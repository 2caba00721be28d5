#include "codec/utf8.h"
#include "oidc/authorize/pipeline.h"

enum { MESSAGE_BYTES_MAX = 100 };

/* The same short line on both screens, so that the person approves what they asked for [CIBA 7.1]. Without an authorization context of another kind the
 * strong profiles must have one [FAPI-CIBA 5.2.2 SHALL]. */
result oidc_check_binding_message(struct oidc_asking *asking) {
  struct slice message = oidc_asking_get(asking, "binding_message");
  bool is_line = message.len <= MESSAGE_BYTES_MAX && utf8_is_line(message);
  if (message.len > 0 ? !is_line : asking->client->profile != OIDC_BASELINE) {
    FAIL(OIDC_BINDING_MESSAGE, "missing, too long, or not one line of plain text");
  }
  asking->message = message;
  return OK;
}
