/* Proofs in JSON: the challenge a page's script or an app answers, and an app's answer. POST /api/sign-in/{kind}, POST /api/sign-in/{kind}/answer; in
 * a session POST /api/session/proofs/{kind}, POST /api/session/proofs/{kind}/answer. And what a resource says that needs more (RFC 9470). */
#include "api/resources.h"
#include "authenticator/authenticator.h"
#include "codec/multipart.h"

enum { PIN_BYTES_MAX = 64, ANSWER_BYTES_MAX = 16 * 1024 };

static result kind_of(struct api_call *call, enum authenticator_kind *ret_kind) {
  int kind = authenticator_kind_find(http_param(call->http, "kind"));
  if (kind == 0) {
    FAIL(AUTHENTICATOR_KIND, "no such kind");
  }
  *ret_kind = (enum authenticator_kind)kind;
  return OK;
}

/* {"ceremony":...,"options":{...}}: what navigator.credentials.get takes, or what a device signs. */
static result begin(struct api_call *call, bool raises) {
  const struct jin *root = NULL;
  struct authenticator_beginning beginning = {.session = raises ? &call->session : NULL};
  struct authenticator_ceremony ceremony;
  TRY(kind_of(call, &beginning.kind));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"pin", NULL}));
  TRY(jin_text_optional(root, "pin", PIN_BYTES_MAX, &beginning.pin));
  TRY(authenticator_begin(call->env, &beginning, call->arena, &ceremony));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "ceremony", ceremony.id);
  jout_put_raw(out, "options", ceremony.json);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}
result api_sign_in_begin(struct api_call *call) { return begin(call, false); }
result api_session_proof_begin(struct api_call *call) { return begin(call, true); }

static result read_json(struct api_call *call, struct authenticator_answer *given) {
  const struct jin *root = NULL;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"pin", "ceremony", "answer", NULL}));
  TRY(jin_text_optional(root, "pin", PIN_BYTES_MAX, &given->pin));
  TRY(jin_text_optional(root, "ceremony", AUTHENTICATOR_CEREMONY_BYTES_MAX, &given->ceremony));
  return jin_text(root, "answer", ANSWER_BYTES_MAX, &given->answer);
}

/* A picture is no text: a form with a file in it. */
static result read_picture(struct api_call *call, struct authenticator_answer *given) {
  struct multipart_form form;
  TRY(multipart_parse(http_header(&call->http->request, "Content-Type"), call->http->request.body, &form));
  given->ceremony = multipart_text(&form, "ceremony");
  given->answer = multipart_file(&form, "picture");
  return OK;
}

static result answer(struct api_call *call, bool raises) {
  struct authenticator_granted granted;
  struct authenticator_answer given = {.session = raises ? &call->session : NULL, .client = api_browser(call),
                                       .replaces = http_cookie(&call->http->request, api_session_cookie(call))};
  TRY(kind_of(call, &given.kind));
  TRY(given.kind == AUTHENTICATOR_FACE ? read_picture(call, &given) : read_json(call, &given));
  TRY(authenticator_prove(call->env, &given, &granted));
  api_session_give(call, &granted.token, &granted.session);
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "acr", account_acr_name(account_session_authentication(call->env, &granted.session)));
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}
result api_sign_in_answer(struct api_call *call) { return answer(call, false); }
result api_session_proof_answer(struct api_call *call) { return answer(call, true); }

result api_require_level(struct api_call *call, int level, int64_t age_max_s) {
  int64_t age_ms = clock_now_ms(call->env->clock) - call->session.auth_at_ms;
  if (account_session_authentication(call->env, &call->session) >= level && (age_max_s == 0 || age_ms <= age_max_s * 1000)) {
    return OK;
  }
  call->level_needed = level;
  call->age_max_s = age_max_s;
  FAIL(AUTHENTICATOR_STEP_UP, "level %d, no older than %lld s", level, (long long)age_max_s);
}
