/* POST /oidc/par [RFC9126 2]. */
#include "api/oidc_call.h"
#include "api/resources.h"

static result push(struct api_call *call, const struct oidc_caller *caller, const struct oidc_call *asked) {
  struct oidc_push order = {.caller = caller, .form = asked->form};
  struct oidc_push_made made;
  TRY(oidc_dpop_check(call->env, asked, S(""), call->arena, &order.proof_thumbprint));
  TRY(oidc_push(call->env, call->arena, &order, &made));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "request_uri", made.request_uri);
  jout_put_int(out, "expires_in", made.expires_in_s);
  jout_object_end(out);
  api_oidc_json(call, 201, buf_slice(&call->body)); /* [RFC9126 2.2 MUST] P5 */
  return OK;
}

result api_oidc_par(struct api_call *call) {
  struct oidc_call asked;
  struct oidc_caller caller CLEANUP(oidc_caller_release) = {0};
  result outcome = api_oidc_call(call, &asked);
  outcome = is_ok(outcome) ? oidc_caller_authenticate(call->env, &asked, call->arena, &caller) : outcome; /* P2, F19, F21 */
  outcome = is_ok(outcome) ? push(call, &caller, &asked) : outcome;
  return is_ok(outcome) ? OK : api_oidc_failure(call, outcome);
}
