#include "oidc/authorize/pipeline.h"
#include "oidc/parameters.h"
#include "oidc/uri.h"

/* [RFC8707 2 MUST] absolute, without a fragment, one the client may ask for; B6: the token will be for it alone. */
static bool is_allowed(const struct oidc_asking *asking, struct slice resource) {
  const struct oidc_texts *allowed = &asking->client->resources;
  struct oidc_uri uri;
  for (size_t i = 0; i < allowed->count && oidc_uri_parse(resource, &uri); i++) {
    if (slice_eq(allowed->items[i], resource)) {
      return true;
    }
  }
  return slice_eq(resource, asking->env->origin);
}

result oidc_check_resource(struct oidc_asking *asking) {
  asking->resources = oidc_asking_get(asking, "resource");
  struct slice rest = asking->resources;
  while (rest.len > 0) {
    if (!is_allowed(asking, slice_cut(&rest, ' '))) {
      FAIL(OIDC_RESOURCE, "a resource that is not the client's");
    }
  }
  return OK;
}
