#include "oidc/authorize/pipeline.h"

enum { CHALLENGE_CHARACTERS = 43 }; /* base64url of a SHA-256 [RFC7636 4.2] */

static bool is_challenge(struct slice text) {
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.ptr[i];
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) {
      return false;
    }
  }
  return text.len == CHALLENGE_CHARACTERS;
}

/* [FAPI2-SP 5.3.2.2-5 SHALL] F22, and of everybody else too: a request without a challenge cannot be talked into a weaker flow [RFC9700 2.1.1] B3. */
result oidc_check_pkce(struct oidc_asking *asking) {
  struct slice challenge = oidc_asking_get(asking, "code_challenge");
  if (!is_challenge(challenge) || !slice_is(oidc_asking_get(asking, "code_challenge_method"), "S256")) {
    FAIL(OIDC_PKCE_MISSING, "no S256 code_challenge");
  }
  asking->code_challenge = challenge;
  return OK;
}
