#include "oidc/authorize/pipeline.h"

/* acr_values is a wish, in order of preference [OIDC Core 3.1.2.1]: any of them will do, so the lowest is what is needed. What the operator set for the
 * service is no wish. An essential acr has been read with the claims. */
result oidc_check_level(struct oidc_asking *asking) {
  struct slice rest = oidc_asking_get(asking, "acr_values");
  int wished = 0;
  while (rest.len > 0) {
    int level = account_acr_find(slice_cut(&rest, ' '));
    wished = level != 0 && (wished == 0 || level < wished) ? level : wished;
  }
  wished = wished == 0 && asking->level == 0 ? asking->client->acr_default : wished;
  asking->level = wished > asking->level ? wished : asking->level;
  asking->level = asking->client->acr_min > asking->level ? asking->client->acr_min : asking->level;
  return OK;
}
