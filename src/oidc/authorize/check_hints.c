#include "oidc/authorize/pipeline.h"

enum { HINT_BYTES_MAX = 256 };

result oidc_check_hints(struct oidc_asking *asking) {
  asking->login_hint = oidc_asking_get(asking, "login_hint");
  if (asking->login_hint.len > HINT_BYTES_MAX) {
    FAIL(OIDC_REQUEST, "login_hint is too long");
  }
  return OK;
}
