/* GET /pki/...: what certificates point to and what anybody needs to verify a paper: root and issuing certificate, and their CRLs, in DER.
 * The paths stand in certificates that live for years: they are never renamed. */
#include "api/resources.h"
#include "pki/pki.h"

#define TYPE_CERTIFICATE "application/pkix-cert" /* [RFC2585 4.1] */
#define TYPE_CRL "application/pkix-crl"          /* [RFC2585 4.2] */
#define AGE_S "3600"

static result load_issuing(struct api_call *call, struct slice *ret_bytes) {
  struct pki_chain chain;
  TRY(pki_chain_of(call->env, S(PKI_ISSUING_KEY), clock_now_ms(call->env->clock), call->arena, &chain));
  *ret_bytes = chain.leaf;
  return OK;
}

static result load(struct api_call *call, struct slice file, const char **ret_type, struct slice *ret_bytes) {
  bool is_certificate = slice_ends(file, S(".crt"));
  *ret_type = is_certificate ? TYPE_CERTIFICATE : TYPE_CRL;
  if (slice_is(file, "root.crt")) {
    return pki_root_der(call->env, call->arena, ret_bytes);
  }
  if (slice_is(file, "issuing.crt")) {
    return load_issuing(call, ret_bytes);
  }
  if (slice_is(file, "root.crl")) {
    return pki_crl(call->env, S(PKI_ROOT_KEY), call->arena, ret_bytes);
  }
  if (slice_is(file, "issuing.crl")) {
    return pki_crl(call->env, S(PKI_ISSUING_KEY), call->arena, ret_bytes);
  }
  FAIL(HTTP_NO_ROUTE, "no such file of the certification authority");
}

result api_pki(struct api_call *call) {
  const char *type = NULL;
  struct slice bytes = {0};
  TRY(load(call, http_param(call->http, "file"), &type, &bytes));
  http_response_header(call->http, "Cache-Control", S("public, max-age=" AGE_S));
  http_response_header(call->http, "Cross-Origin-Resource-Policy", S("cross-origin"));
  http_reply(call->http, 200, type, bytes);
  return OK;
}
