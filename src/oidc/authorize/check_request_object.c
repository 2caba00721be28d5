#include "oidc/authorize/pipeline.h"

result oidc_check_request_object(struct oidc_asking *asking) {
  if (asking->is_stored) {
    return OK;
  }
  if (oidc_asking_get(asking, "request").len > 0) {
    FAIL(OIDC_REQUEST_UNSUPPORTED, "no request objects yet");
  }
  if (asking->client->require_signed_request_object) {
    FAIL(OIDC_REQUEST_OBJECT, "the client's requests are signed");
  }
  return OK;
}
