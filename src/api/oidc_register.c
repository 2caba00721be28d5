/* POST /oidc/register [RFC7591 3] and the registration's own address [RFC7592 2]. Off unless the installation has an initial access token. */
#include <strings.h>

#include "api/oidc_call.h"
#include "api/resources.h"

static struct slice bearer(const struct api_call *call) {
  struct slice rest = http_header(&call->http->request, "Authorization");
  struct slice scheme = slice_cut(&rest, ' ');
  return scheme.len == 6 && strncasecmp((const char *)scheme.ptr, "Bearer", 6) == 0 ? slice_trim(rest) : S("");
}

static result check_open(const struct api_call *call) {
  if (call->settings->registration_token.len == 0) {
    FAIL(OIDC_REGISTRATION_OFF, "no initial access token is set");
  }
  return OK;
}

/* Which member is wrong, where its reader knows it: "/danh_owner: json value is required". */
static struct slice described(const struct api_call *call) {
  const struct jin_fault *fault = &call->doc.fault;
  struct slice detail = slice_str(fault_last()->detail);
  return fault->code == 0 || fault->path.len == 0 ? detail : arena_printf(call->arena, "%.*s: %.*s", SLICE_ARG(fault->path), SLICE_ARG(detail));
}

/* What is wrong with metadata is invalid_client_metadata, with its place; redirects have a word of their own [RFC7591 3.2.2]. */
static result fail(struct api_call *call, result failure) {
  bool is_metadata = result_module(failure) == MODULE_CODEC || is_code(failure, OIDC_CLIENT_METADATA) || is_code(failure, OIDC_REDIRECT_URI) ||
                     is_code(failure, API_MEDIA_TYPE);
  if (!is_metadata) {
    if (is_code(failure, OIDC_REGISTRATION_TOKEN)) {
      http_response_header(call->http, "WWW-Authenticate", S("Bearer error=\"invalid_token\""));
    }
    return api_oidc_failure(call, failure);
  }
  bool is_redirect = is_code(failure, OIDC_REDIRECT_URI);
  struct slice description = described(call);
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_str(out, "error", is_redirect ? "invalid_redirect_uri" : "invalid_client_metadata");
  jout_put_text(out, "error_description", description);
  jout_object_end(out);
  api_oidc_json(call, 400, buf_slice(&call->body));
  return OK;
}

static result create(struct api_call *call, struct slice *ret_json) {
  const struct jin *root = NULL;
  TRY(check_open(call));
  if (!slice_eq_secret(bearer(call), call->settings->registration_token)) {
    FAIL(OIDC_REGISTRATION_TOKEN, "not the initial access token");
  }
  TRY(api_body(call, &root));
  return oidc_registration_create(call->env, call->arena, root, ret_json);
}

result api_oidc_register(struct api_call *call) {
  struct slice json = {0};
  result outcome = create(call, &json);
  if (!is_ok(outcome)) {
    return fail(call, outcome);
  }
  api_oidc_json(call, 201, json);
  return OK;
}

static result manage(struct api_call *call, struct slice *ret_json) {
  const struct oidc_registration_key key = {http_param(call->http, "client_id"), bearer(call)};
  const struct jin *root = NULL;
  TRY(check_open(call));
  switch (call->http->request.method) {
    case HTTP_PUT: TRY(api_body(call, &root)); return oidc_registration_replace(call->env, call->arena, &key, root, ret_json);
    case HTTP_DELETE: return oidc_registration_end(call->env, call->arena, &key);
    default: return oidc_registration_read(call->env, call->arena, &key, ret_json);
  }
}

result api_oidc_registration(struct api_call *call) {
  struct slice json = {0};
  result outcome = manage(call, &json);
  if (!is_ok(outcome)) {
    return fail(call, outcome);
  }
  if (call->http->request.method == HTTP_DELETE) {
    http_reply(call->http, 204, "application/json", S(""));
  } else {
    api_oidc_json(call, 200, json);
  }
  return OK;
}
