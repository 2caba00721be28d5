#include "oidc/authorize/pipeline.h"

result oidc_check_grant_type(struct oidc_asking *asking) {
  static const unsigned needed[OIDC_ENDPOINT_COUNT] = {[OIDC_AT_PAR] = OIDC_GRANT_CODE,
                                                       [OIDC_AT_AUTHORIZE] = OIDC_GRANT_CODE,
                                                       [OIDC_AT_DEVICE] = OIDC_GRANT_DEVICE,
                                                       [OIDC_AT_CIBA] = OIDC_GRANT_CIBA};
  if ((asking->client->grant_types & needed[asking->endpoint]) == 0) {
    FAIL(OIDC_GRANT_TYPE_CLIENT, "the client is not registered for this");
  }
  return OK;
}
