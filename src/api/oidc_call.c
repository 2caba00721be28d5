#include "api/oidc_call.h"

#include <strings.h>

static int header_count(const struct http_request *request, const char *name) {
  int count = 0;
  for (size_t i = 0; i < request->header_count; i++) {
    struct slice header = request->headers[i].name;
    count += header.len == strlen(name) && strncasecmp((const char *)header.ptr, name, header.len) == 0;
  }
  return count;
}

/* The proxy sends the certificate URL-encoded, in one line ($ssl_client_escaped_cert). */
static struct slice certificate_of(struct api_call *call) {
  struct slice certificate = {0};
  result decoded = url_decode(api_proxy_header(call, "X-Client-Certificate"), call->arena, &certificate);
  return is_ok(decoded) ? certificate : (struct slice){0};
}

void api_oidc_headers(struct api_call *call, struct oidc_call *ret_oidc) {
  const struct http_request *request = &call->http->request;
  *ret_oidc = (struct oidc_call){.method = http_method_name(request->method),
                                 .path = arena_cstr(call->arena, request->path),
                                 .authorization = http_header(request, "Authorization"),
                                 .dpop = http_header(request, "DPoP"),
                                 .is_dpop_twice = header_count(request, "DPoP") > 1,
                                 .certificate = certificate_of(call),
                                 .is_certificate_trusted = slice_is(api_proxy_header(call, "X-Client-Verify"), "SUCCESS"),
                                 .accept = http_header(request, "Accept")};
}

result api_oidc_call(struct api_call *call, struct oidc_call *ret_oidc) {
  struct url_form *form = ARENA_NEW(call->arena, struct url_form);
  struct slice text = {0};
  if (!is_ok(api_form_text(call, &text)) || !is_ok(oidc_parameters_parse(text, call->arena, form))) {
    FAIL(OIDC_REQUEST, "not a form, badly encoded, or a parameter twice");
  }
  api_oidc_headers(call, ret_oidc);
  ret_oidc->form = form;
  return OK;
}

void api_oidc_json(struct api_call *call, int status, struct slice json) { http_reply(call->http, status, "application/json", json); }

/* [RFC6749 5.2 MUST] 401 names the scheme the client tried. */
static int status_of(struct api_call *call, const struct oidc_error_row *row) {
  bool is_client = strcmp(row->name, "invalid_client") == 0;
  if (is_client && http_header(&call->http->request, "Authorization").len > 0) {
    http_response_header(call->http, "WWW-Authenticate", S("Basic realm=\"danh\""));
  }
  return is_client ? 401 : row->status;
}

void api_oidc_nonce(struct api_call *call) {
  if (header_count(&call->http->request, "DPoP") > 0) {
    http_response_header(call->http, "DPoP-Nonce", oidc_dpop_nonce(call->env, call->arena));
  }
}

static void send_error(struct api_call *call, int status, const struct oidc_error_row *row) {
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_str(out, "error", row->name);
  jout_put_str(out, "error_description", row->description);
  jout_object_end(out);
  api_oidc_json(call, status, buf_slice(&call->body));
}

result api_oidc_failure(struct api_call *call, result failure) {
  const struct oidc_error_row *row = oidc_error_find(failure.code);
  if (result_kind(failure) == RESULT_INTERNAL) {
    return failure; /* logged and answered like any other defect */
  }
  api_retry_after(call, failure);
  api_oidc_nonce(call); /* [RFC9449 8 MUST] */
  send_error(call, status_of(call, row), row);
  return OK;
}

result api_oidc_failure_at_resource(struct api_call *call, result failure) {
  const struct oidc_error_row *row = oidc_error_find(is_code(failure, OIDC_CLIENT_UNKNOWN) ? OIDC_TOKEN_INVALID : failure.code);
  struct slice authorization = http_header(&call->http->request, "Authorization");
  bool is_dpop = authorization.len > 4 && strncasecmp((const char *)authorization.ptr, "DPoP", 4) == 0;
  /* [RFC9449 7.1 MUST], [RFC9449 9]: at a resource a proof that is not good, or not fresh, is a 401 */
  int status = is_code(failure, OIDC_DPOP_NONCE) || is_code(failure, OIDC_DPOP_PROOF) ? 401 : row->status;
  if (result_kind(failure) == RESULT_INTERNAL) {
    return failure;
  }
  api_retry_after(call, failure);
  api_oidc_nonce(call);
  const char *scheme = is_dpop ? "DPoP algs=\"ES256 PS256 EdDSA\"," : "Bearer";
  if (row->name == NULL) { /* [RFC6750 3.1 SHOULD NOT] no error for a call without a token */
    http_response_header(call->http, "WWW-Authenticate", S("Bearer realm=\"danh\""));
    api_oidc_json(call, status, S("{}"));
    return OK;
  }
  if (status == 401 || status == 403) {
    http_response_header(call->http, "WWW-Authenticate",
                         arena_printf(call->arena, "%s error=\"%s\", error_description=\"%s\"", scheme, row->name, row->description));
  }
  send_error(call, status, row);
  return OK;
}
