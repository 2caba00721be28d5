#include "oidc/authorize/pipeline.h"

/* Where a client proves itself the parameter may not name another one [RFC9126 2.1]; at the authorization endpoint it is all there is. */
result oidc_check_client(struct oidc_asking *asking) {
  struct slice client_id = oidc_asking_get(asking, "client_id");
  if (asking->endpoint == OIDC_AT_AUTHORIZE && asking->client == NULL) {
    return oidc_client_load(asking->env, client_id, &asking->client);
  }
  if (client_id.len > 0 && !slice_eq(client_id, asking->client->client_id)) {
    FAIL(OIDC_REQUEST, "client_id is not the authenticated client's");
  }
  return OK;
}
