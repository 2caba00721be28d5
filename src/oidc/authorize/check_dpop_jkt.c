#include "oidc/authorize/pipeline.h"

enum { THUMBPRINT_CHARACTERS = 43 };

/* [RFC9449 10 MUST], 10.1: a code bound to a key from the start; a proof sent with the pushed request says the same as dpop_jkt, or both are refused D16, F16. */
result oidc_check_dpop_jkt(struct oidc_asking *asking) {
  struct slice asked = oidc_asking_get(asking, "dpop_jkt");
  if (asked.len > 0 && asked.len != THUMBPRINT_CHARACTERS) {
    FAIL(OIDC_REQUEST, "dpop_jkt is no thumbprint");
  }
  if (asked.len > 0 && asking->proof_thumbprint.len > 0 && !slice_eq(asked, asking->proof_thumbprint)) {
    FAIL(OIDC_DPOP_JKT, "dpop_jkt is not the proof's key");
  }
  asking->dpop_jkt = asked.len > 0 ? asked : asking->proof_thumbprint;
  return OK;
}
