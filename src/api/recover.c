/* Recovery as pages without script: GET and POST /recover, /recover/case, /recover/stop. Who has an account is told by none of them. */
#include "api/new_secrets.h"
#include "api/resources.h"
#include "recovery/recovery.h"

enum { CLAIM_COOKIE_S = 30 * 24 * 3600 };

/* The case's claim stays in this browser, out of reach of scripts; on another one it is typed. */
static const char *claim_cookie(const struct api_call *call) { return call->api->is_https ? "__Host-danh_recovery" : "danh_recovery"; }

/* ---- /recover ---- */

struct opening_page {
  const char *step;
  int status;
  struct slice pin;
  struct slice problem;
  struct slice claim_problem;
  struct slice number;
  struct slice claim;
};

static void send_opening(struct api_call *call, const struct opening_page *p) {
  api_page_send(call, &(const struct page){.name = "recover",
                                           .status = p->status,
                                           PAGE_VALUES({p->step, S("1")}, {"pin", p->pin}, {"problem", p->problem},
                                                       {"claim_problem", p->claim_problem}, {"number", p->number}, {"claim", p->claim})});
}

result api_recover_page(struct api_call *call) {
  send_opening(call, &(const struct opening_page){.step = "step_open", .status = 200});
  return OK;
}

static result open_case(struct api_call *call, const struct url_form *form) {
  const struct recovery_opening opening = {.pin = url_form_get(form, "pin"), .client = api_client(call)};
  struct recovery_opened opened;
  result outcome = recovery_open(call->env, &opening, &opened);
  if (is_code(outcome, ACCOUNT_TOO_MANY)) {
    api_retry_after(call, outcome);
    send_opening(call, &(const struct opening_page){
                           .step = "step_open", .status = 429, .pin = opening.pin, .problem = api_page_text_find(call, "sign_in.too_many")});
    return OK;
  }
  TRY(outcome);
  struct slice claim = slice_str(opened.claim);
  api_cookie(call, claim_cookie(call), claim, CLAIM_COOKIE_S);
  send_opening(call, &(const struct opening_page){.step = "step_opened", .status = 200, .number = slice_str(opened.number), .claim = claim});
  return OK;
}

static result load_case(struct api_call *call, struct slice claim, struct recovery_case *ret_case) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  return recovery_of_claim(call->env, tx, call->arena, claim, ret_case);
}

/* 120 random bits: nobody finds one by trying, but trying is counted all the same. */
static result enter_claim(struct api_call *call, const struct url_form *form) {
  struct slice claim = url_form_get(form, "claim");
  struct recovery_case of;
  TRY(account_guess_begin(call->env, api_client(call).network));
  result found = load_case(call, claim, &of);
  if (is_code(found, RECOVERY_UNKNOWN)) {
    send_opening(call, &(const struct opening_page){
                           .step = "step_open", .status = 422, .claim_problem = api_page_text_find(call, "recover.claim_wrong")});
    return OK;
  }
  TRY(found);
  TRY(account_guess_right(call->env, api_client(call).network));
  api_cookie(call, claim_cookie(call), claim, CLAIM_COOKIE_S);
  http_redirect(call->http, S("/recover/case"));
  return OK;
}

result api_recover(struct api_call *call) {
  struct url_form form;
  TRY(api_form(call, &form));
  struct slice step = url_form_get(&form, "step");
  if (slice_is(step, "open")) {
    return open_case(call, &form);
  }
  if (slice_is(step, "claim")) {
    return enter_claim(call, &form);
  }
  FAIL(API_INPUT, "no such step");
}

/* ---- /recover/case ---- */

struct case_page {
  int status;
  bool is_code_sent;
  struct slice problem;
  struct slice code_problem;
  struct api_secrets_problems secrets;
};

/* A sentence with one thing in it: "... {0} ...". */
static struct slice fill_in(struct api_call *call, const char *key, struct slice value) {
  struct slice text = api_page_text_find(call, key);
  const uint8_t *at = memmem(text.ptr, text.len, "{0}", 3);
  size_t before = at == NULL ? text.len : (size_t)(at - text.ptr);
  return arena_printf(call->arena, "%.*s%.*s%.*s", (int)before, (const char *)text.ptr, SLICE_ARG(value), SLICE_ARG(slice_from(text, before + 3)));
}

static struct slice date_of(struct api_call *call, int64_t at_ms) {
  int minutes = clock_ms_of_day(at_ms) / 60000;
  struct slice date = call->language == API_ENGLISH ? clock_date_write(call->arena, clock_date_of(at_ms)) : clock_date_write_vi(call->arena, clock_date_of(at_ms));
  return arena_printf(call->arena, "%02d:%02d %.*s", minutes / 60, minutes % 60, SLICE_ARG(date));
}

static bool is_ripe(const struct api_call *call, const struct recovery_case *of) {
  return of->state == RECOVERY_COOLING && clock_now_ms(call->env->clock) >= of->cool_until_ms;
}

static struct slice state_of(struct api_call *call, const struct recovery_case *of) {
  if (is_ripe(call, of)) {
    return api_page_text_find(call, "recover.state_ripe");
  }
  if (of->state == RECOVERY_COOLING) {
    return fill_in(call, "recover.state_cooling", date_of(call, of->cool_until_ms));
  }
  if (of->state == RECOVERY_REJECTED) {
    return fill_in(call, "recover.state_rejected", of->reason);
  }
  return api_page_text_find(call, (const char *)arena_printf(call->arena, "recover.state_%.*s", SLICE_ARG(recovery_state_name(of->state))).ptr);
}

static struct slice flag(bool is_set) { return is_set ? S("1") : S(""); }

static void send_case(struct api_call *call, const struct recovery_case *of, const struct case_page *p) {
  bool has_sheet = call->has_session && (call->session.means & ACCOUNT_MEANS_RECOVERY_CODE) != 0;
  bool is_number = (of->proofs & RECOVERY_PROOF_NUMBER) != 0;
  bool is_sheet = (of->proofs & RECOVERY_PROOF_CODE) != 0;
  bool is_passkey = (of->proofs & RECOVERY_PROOF_PASSKEY) != 0;
  bool has_passkey = call->has_session && (call->session.means & ACCOUNT_MEANS_PASSKEY_VERIFIED) != 0;
  bool is_over = of->state == RECOVERY_VETOED || of->state == RECOVERY_REJECTED || of->state == RECOVERY_EXPIRED;
  api_page_send(
      call, &(const struct page){
                .name = "recover_case",
                .status = p->status,
                PAGE_VALUES({"number", of->number}, {"state", state_of(call, of)}, {"opened", flag(of->state == RECOVERY_OPENED)},
                            {"ripe", flag(is_ripe(call, of))}, {"done", flag(of->state == RECOVERY_DONE)}, {"ended", flag(is_over)},
                            {"number_proved", flag(is_number)}, {"number_open", flag(!is_number)}, {"code_sent", flag(p->is_code_sent)},
                            {"code_proved", flag(is_sheet)}, {"sheet_session", flag(has_sheet && !is_sheet)},
                            {"sheet_open", flag(!has_sheet && !is_sheet)},
                            {"passkey_proved", flag(is_passkey)}, {"passkey_session", flag(has_passkey && !is_passkey)},
                            {"passkey_open", flag(!has_passkey && !is_passkey)}, {"problem", p->problem}, {"code_problem", p->code_problem},
                            {"secrets", api_secrets_fields(call, &p->secrets)})});
}

/* With the claim of this browser; without one it is asked for. */
static result show_case(struct api_call *call, const struct case_page *p) {
  struct recovery_case of;
  result found = load_case(call, http_cookie(&call->http->request, claim_cookie(call)), &of);
  if (is_code(found, RECOVERY_UNKNOWN)) {
    http_redirect(call->http, S("/recover"));
    return OK;
  }
  TRY(found);
  send_case(call, &of, p);
  return OK;
}

result api_recover_case_page(struct api_call *call) { return show_case(call, &(const struct case_page){.status = 200}); }

static result ask_code(struct api_call *call, const struct recovery_entry *entry) {
  result asked = recovery_number_ask(call->env, entry);
  if (is_code(asked, RECOVERY_MOVE)) {
    return show_case(call, &(const struct case_page){.status = 409, .problem = api_page_text_find(call, "recover.codes_used")});
  }
  TRY(asked);
  return show_case(call, &(const struct case_page){.status = 200, .is_code_sent = true});
}

static result enter_code(struct api_call *call, const struct recovery_entry *entry) {
  result proved = recovery_number_prove(call->env, entry);
  if (is_code(proved, RECOVERY_CODE)) {
    return show_case(call, &(const struct case_page){.status = 422, .code_problem = api_page_text_find(call, "recover.code_wrong")});
  }
  TRY(proved);
  http_redirect(call->http, S("/recover/case"));
  return OK;
}

static result use_sheet(struct api_call *call, struct slice claim) {
  result proved = call->has_session ? recovery_code_prove(call->env, claim, &call->session) : (result){RECOVERY_CODE};
  if (is_code(proved, RECOVERY_CODE)) {
    return show_case(call, &(const struct case_page){.status = 403, .problem = api_page_text_find(call, "recover.sheet_wrong")});
  }
  TRY(proved);
  http_redirect(call->http, S("/recover/case"));
  return OK;
}

static result use_passkey(struct api_call *call, struct slice claim) {
  result proved = call->has_session ? recovery_passkey_prove(call->env, claim, &call->session) : (result){RECOVERY_CODE};
  if (is_code(proved, RECOVERY_CODE)) {
    return show_case(call, &(const struct case_page){.status = 403, .problem = api_page_text_find(call, "recover.passkey_wrong")});
  }
  TRY(proved);
  http_redirect(call->http, S("/recover/case"));
  return OK;
}

static result set_secrets(struct api_call *call, const struct recovery_entry *entry, const struct url_form *form) {
  struct account_secrets secrets;
  struct case_page again = {.status = 422};
  if (api_secrets_read(call, form, &secrets, &again.secrets)) {
    result outcome = recovery_finish(call->env, call->env->hashing, entry, &secrets);
    if (is_ok(outcome)) {
      http_redirect(call->http, S("/recover/case"));
      return OK;
    }
    if (is_code(outcome, RECOVERY_TOO_EARLY) || is_code(outcome, RECOVERY_MOVE)) {
      again.problem = api_error_sentence(outcome.code, call->language);
      again.status = 409;
    } else if (!api_secrets_refused(call, outcome, &again.secrets)) {
      return outcome;
    }
  }
  return show_case(call, &again);
}

result api_recover_case(struct api_call *call) {
  struct url_form form;
  TRY(api_form(call, &form));
  struct slice step = url_form_get(&form, "step");
  const struct recovery_entry entry = {
      .claim = http_cookie(&call->http->request, claim_cookie(call)), .code = url_form_get(&form, "code"), .client = api_client(call)};
  if (slice_is(step, "number")) {
    return ask_code(call, &entry);
  }
  if (slice_is(step, "code")) {
    return enter_code(call, &entry);
  }
  if (slice_is(step, "sheet")) {
    return use_sheet(call, entry.claim);
  }
  if (slice_is(step, "passkey")) {
    return use_passkey(call, entry.claim);
  }
  if (slice_is(step, "secrets")) {
    return set_secrets(call, &entry, &form);
  }
  FAIL(API_INPUT, "no such step");
}

/* ---- /recover/stop ---- */

static void send_stop(struct api_call *call, int status, const struct page_value *value, struct slice number) {
  api_page_send(call, &(const struct page){.name = "recover_stop", .status = status, PAGE_VALUES(*value, {"number", number})});
}

static void send_stop_problem(struct api_call *call, result refused) {
  bool is_contested = is_code(refused, RECOVERY_CONTESTED);
  send_stop(call, is_contested ? 403 : 404,
            &(const struct page_value){"problem", api_page_text_find(call, is_contested ? "recover_stop.contested" : "recover_stop.over")}, S(""));
}

/* A link alone does nothing: scanners of mail open links too. */
result api_recover_stop_page(struct api_call *call) {
  struct url_form query;
  struct recovery_case of = {0};
  TRY(api_query(call, &query));
  struct slice veto = url_form_get(&query, "v");
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(call->env->db, &tx));
    result found = recovery_of_veto(call->env, tx, call->arena, veto, &of);
    if (is_code(found, RECOVERY_UNKNOWN) || !recovery_move_is_allowed(of.state, RECOVERY_VETOED)) {
      send_stop_problem(call, (result){RECOVERY_UNKNOWN});
      return OK;
    }
    TRY(found);
  }
  if (of.is_contested) {
    send_stop_problem(call, (result){RECOVERY_CONTESTED});
    return OK;
  }
  send_stop(call, 200, &(const struct page_value){"veto", veto}, of.number);
  return OK;
}

result api_recover_stop(struct api_call *call) {
  struct url_form form;
  TRY(api_form(call, &form));
  result stopped = recovery_veto(call->env, url_form_get(&form, "v"));
  if (is_code(stopped, RECOVERY_UNKNOWN) || is_code(stopped, RECOVERY_MOVE) || is_code(stopped, RECOVERY_CONTESTED)) {
    send_stop_problem(call, stopped);
    return OK;
  }
  TRY(stopped);
  send_stop(call, 200, &(const struct page_value){"stopped", S("1")}, S(""));
  return OK;
}
