#include "codec/utf8.h"
#include "oidc/authorize/pipeline.h"

enum { NONCE_CHARACTERS_MAX = 64 };

/* [FAPI2-SP 5.3.2.2-14 SHALL] F29: 64 characters are taken, more are not. */
result oidc_check_nonce(struct oidc_asking *asking) {
  struct slice nonce = oidc_asking_get(asking, "nonce");
  if (utf8_count(nonce) > NONCE_CHARACTERS_MAX) {
    FAIL(OIDC_REQUEST, "the nonce is longer than 64 characters");
  }
  asking->nonce = nonce;
  return OK;
}
