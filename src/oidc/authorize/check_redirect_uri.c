#include "oidc/authorize/pipeline.h"
#include "oidc/uri.h"

/* [RFC9700 2.1 MUST] B1: letter by letter, but for the port of a native client's loopback. F23: it must be there. From here on failures may be sent
 * to the client; before, nowhere [FAPI2-SP 5.3.2.1-7 SHALL NOT] F12. */
result oidc_check_redirect_uri(struct oidc_asking *asking) {
  struct slice asked = oidc_asking_get(asking, "redirect_uri");
  const struct oidc_texts *registered = &asking->client->redirect_uris;
  for (size_t i = 0; i < registered->count && asked.len > 0; i++) {
    if (oidc_uri_is_same(registered->items[i], asked, asking->client->is_native)) {
      asking->redirect_uri = asked;
      asking->may_redirect = true;
      return OK;
    }
  }
  FAIL(OIDC_REDIRECT_URI, "redirect_uri is missing or not registered");
}
