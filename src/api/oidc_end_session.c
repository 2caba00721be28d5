/* /oidc/end-session [RP-Initiated 2 MUST: GET and POST]: a client asks, the person is asked, and only their own form signs them out. */
#include "api/interact.h"
#include "api/resources.h"

static const char *const fields[] = {"id_token_hint", "client_id", "post_logout_redirect_uri", "state", NULL};

/* What was asked, as hidden fields of the page's form: it is checked again when it comes back. */
static struct slice hidden_fields(const struct api_call *call, const struct url_form *form) {
  struct buf hidden;
  buf_init(&hidden, call->arena, 512);
  for (size_t i = 0; fields[i] != NULL; i++) {
    struct slice value = url_form_get(form, fields[i]);
    if (value.len > 0) {
      buf_append(&hidden, api_page_fill(call, &(const struct page){.name = "response_field",
                                                                   PAGE_VALUES({"name", slice_str(fields[i])}, {"value", value})}));
    }
  }
  return buf_slice(&hidden);
}

static void go(struct api_call *call, struct slice location) {
  http_response_header(call->http, "Referrer-Policy", S("no-referrer"));
  http_redirect(call->http, location.len > 0 ? location : S("/?signed_out=1"));
}

static result ask(struct api_call *call, struct slice text) {
  struct url_form form;
  struct oidc_end_session end;
  if (!is_ok(oidc_parameters_parse(text, call->arena, &form))) {
    FAIL(OIDC_LOGOUT_REQUEST, "badly encoded, or a parameter twice");
  }
  TRY(oidc_end_session(call->env, call->arena, &form, &end));
  if (!call->has_session) {
    go(call, end.location);
    return OK;
  }
  api_form_may_lead_to(call, end.client_origin);
  api_page_send(call, &(const struct page){.name = "end_session",
                                       .status = 200,
                                       PAGE_VALUES({"client", oidc_words_in(&end.client_name, call->language == API_ENGLISH)},
                                                   {"fields", hidden_fields(call, &form)})});
  return OK;
}

result api_oidc_end_session_page(struct api_call *call) { return ask(call, call->http->request.query); }

/* From the client's page, so without our Origin, and without our cookie where browsers hold it back: it only asks. */
result api_oidc_end_session_form(struct api_call *call) {
  struct slice text = {0};
  TRY(api_form_text(call, &text));
  TRY(api_session_load(call));
  return ask(call, text);
}

result api_oidc_end_session(struct api_call *call) {
  struct url_form form;
  struct oidc_end_session end;
  TRY(api_form(call, &form));
  TRY(oidc_end_session(call->env, call->arena, &form, &end));
  TRY(api_session_end(call));
  go(call, end.location);
  return OK;
}
