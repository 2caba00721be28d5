/* The pages: landing and activation. The public check is in check.c, sign-in in sign_in.c. */
#include "api/new_secrets.h"
#include "api/resources.h"

result api_landing_page(struct api_call *call) {
  struct url_form query;
  struct slice signed_out = {0};
  if (call->has_session) {
    http_redirect(call->http, S("/app/"));
    return OK;
  }
  if (is_ok(api_query(call, &query))) {
    signed_out = url_form_get(&query, "signed_out");
  }
  api_page_send(call, &(const struct page){.name = "landing", .status = 200, PAGE_VALUES({"signed_out", signed_out})});
  return OK;
}

/* ---- activation ---- */

struct activation {
  const char *step; /* which of the template's blocks */
  int status;
  struct slice pin;
  struct slice ticket;
  struct slice problem;
  struct api_secrets_problems secrets;
};

static void send_activation(struct api_call *call, const struct activation *a) {
  api_page_send(call, &(const struct page){
                      .name = "activate",
                      .status = a->status,
                      PAGE_VALUES({a->step, S("1")}, {"pin", a->pin}, {"ticket", a->ticket}, {"problem", a->problem},
                                  {"secrets", api_secrets_fields(call, &a->secrets)})});
}

result api_activate_page(struct api_call *call) {
  send_activation(call, &(const struct activation){.step = "step_code", .status = 200});
  return OK;
}

static result activate_code(struct api_call *call, const struct url_form *form) {
  const struct account_code_entry entry = {
      .pin = url_form_get(form, "pin"), .code = url_form_get(form, "code"), .client = api_client(call)};
  struct account_token ticket;
  result outcome = account_activate_begin(call->env, &entry, &ticket);
  if (is_code(outcome, ACCOUNT_CODE) || is_code(outcome, ACCOUNT_TOO_MANY)) {
    bool is_wrong = is_code(outcome, ACCOUNT_CODE);
    const char *key = is_wrong ? "activate.code_wrong" : "sign_in.too_many";
    api_retry_after(call, outcome);
    send_activation(call, &(const struct activation){
                              .step = "step_code", .status = is_wrong ? 422 : 429, .pin = entry.pin, .problem = api_page_text_find(call, key)});
    return OK;
  }
  TRY(outcome);
  send_activation(call, &(const struct activation){
                            .step = "step_secrets", .status = 200, .ticket = slice_of(ticket.text, ACCOUNT_TOKEN_CHARACTERS)});
  return OK;
}

static result activate_secrets(struct api_call *call, const struct url_form *form) {
  struct account_secrets secrets;
  struct activation again = {.step = "step_secrets", .status = 422, .ticket = url_form_get(form, "ticket")};
  if (api_secrets_read(call, form, &secrets, &again.secrets)) {
    result outcome = account_activate_finish(call->env, call->env->hashing, again.ticket, &secrets);
    if (is_ok(outcome)) {
      send_activation(call, &(const struct activation){.step = "step_done", .status = 200});
      return OK;
    }
    if (is_code(outcome, ACCOUNT_CODE)) {
      again.problem = api_page_text_find(call, "activate.ticket_expired");
    } else if (!api_secrets_refused(call, outcome, &again.secrets)) {
      return outcome;
    }
  }
  send_activation(call, &again);
  return OK;
}

result api_activate(struct api_call *call) {
  struct url_form form;
  TRY(api_form(call, &form));
  struct slice step = url_form_get(&form, "step");
  if (slice_is(step, "code")) {
    return activate_code(call, &form);
  }
  if (slice_is(step, "secrets")) {
    return activate_secrets(call, &form);
  }
  FAIL(API_INPUT, "no such step");
}
