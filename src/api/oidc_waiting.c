/* Device authorization and CIBA: where clients begin, and where people answer: /device and /approvals, without script. */
#include "api/interact.h"
#include "api/oidc_call.h"
#include "api/resources.h"

/* ---- clients ---- */

result api_oidc_device_authorization(struct api_call *call) {
  struct oidc_call oidc;
  struct slice json = {0};
  result outcome = api_oidc_call(call, &oidc);
  outcome = is_ok(outcome) ? oidc_device_authorize(call->env, &oidc, call->arena, &json) : outcome;
  if (!is_ok(outcome)) {
    return api_oidc_failure(call, outcome);
  }
  api_oidc_json(call, 200, json);
  return OK;
}

result api_oidc_backchannel(struct api_call *call) {
  struct oidc_call oidc;
  struct slice json = {0};
  result outcome = api_oidc_call(call, &oidc);
  outcome = is_ok(outcome) ? oidc_backchannel_authenticate(call->env, &oidc, call->arena, &json) : outcome;
  if (!is_ok(outcome)) {
    return api_oidc_failure(call, outcome);
  }
  api_oidc_json(call, 200, json);
  return OK;
}

/* ---- people: both kinds ---- */

static void send_to_sign_in(struct api_call *call, struct slice next, const struct oidc_waiting_page *page) {
  struct slice wanted = page != NULL && page->level > 1 ? arena_printf(call->arena, "&level=%d", page->level) : S("");
  const char *passkey = page != NULL && page->is_passkey_asked ? "&passkey=1" : "";
  http_redirect(call->http, arena_printf(call->arena, "/sign-in?next=%.*s%.*s%s", SLICE_ARG(url_encode(call->arena, next)), SLICE_ARG(wanted), passkey));
}

static void send_page(struct api_call *call, const struct oidc_waiting_page *page, struct slice action, struct slice user_code) {
  const struct oidc_consent_page *consent = &page->consent;
  bool is_english = call->language == API_ENGLISH;
  struct slice required;
  struct slice optional;
  api_consent_lines(call, consent, &required, &optional);
  api_page_send(call, &(const struct page){
                      .name = "waiting",
                      .status = 200,
                      PAGE_VALUES({"action", action}, {"user_code", user_code}, {"message", page->message},
                                  {"client", oidc_words_in(&consent->name, is_english)}, {"owner", oidc_words_in(&consent->owner, is_english)},
                                  {"purpose", oidc_words_in(&consent->purpose, is_english)}, {"person", consent->person},
                                  {"acting_for", consent->acting_for},
                                  {"role", oidc_words_in(&consent->role, is_english)}, {"required", required}, {"optional", optional},
                                  {"days", arena_printf(call->arena, "%d", consent->days)}, {"token", consent->form_token})});
}

static void send_done(struct api_call *call, bool agrees, bool is_device) {
  api_page_send(call, &(const struct page){.name = "waiting_done",
                                       .status = 200,
                                       PAGE_VALUES({"agreed", agrees ? S("1") : S("")}, {"refused", agrees ? S("") : S("1")},
                                                   {"device", is_device ? S("1") : S("")}, {"counter", is_device ? S("") : S("1")})});
}

/* ---- /device ---- */

static void send_code_form(struct api_call *call, int status, struct slice user_code, const char *problem) {
  struct slice sentence = problem == NULL ? S("") : api_page_text_find(call, problem);
  api_page_send(call, &(const struct page){.name = "device", .status = status, PAGE_VALUES({"user_code", user_code}, {"problem", sentence})});
}

result api_device_page(struct api_call *call) {
  struct url_form query;
  TRY(api_query(call, &query));
  send_code_form(call, 200, url_form_get(&query, "user_code"), NULL);
  return OK;
}

/* A code is a guess until it is right: a network's tries are counted before they are answered [RFC8628 5.1]. */
static result show_device(struct api_call *call, const struct oidc_waiting_key *key) {
  struct slice network = api_client(call).network;
  struct oidc_waiting_page page;
  result allowed = account_guess_begin(call->env, network);
  if (is_code(allowed, ACCOUNT_TOO_MANY)) {
    api_retry_after(call, allowed);
    send_code_form(call, 429, key->user_code, "sign_in.too_many");
    return OK;
  }
  TRY(allowed);
  result found = oidc_waiting_show(call->env, call->arena, key, &page);
  if (is_code(found, OIDC_WAITING_UNKNOWN)) {
    send_code_form(call, 422, key->user_code, "device.unknown");
    return OK;
  }
  TRY(found);
  TRY(account_guess_right(call->env, network));
  if (!page.is_level_reached) {
    send_to_sign_in(call, arena_printf(call->arena, "/device?user_code=%.*s", SLICE_ARG(url_encode(call->arena, key->user_code))), &page);
    return OK;
  }
  send_page(call, &page, S("/device"), key->user_code);
  return OK;
}

result api_device(struct api_call *call) {
  struct url_form form;
  TRY(api_form(call, &form));
  struct slice user_code = slice_trim(url_form_get(&form, "user_code"));
  if (!call->has_session) {
    send_to_sign_in(call, arena_printf(call->arena, "/device?user_code=%.*s", SLICE_ARG(url_encode(call->arena, user_code))), NULL);
    return OK;
  }
  const struct oidc_waiting_key key = {.user_code = user_code.len > 0 ? user_code : S("-"), .session = &call->session};
  struct oidc_decision decision = api_consent_decision(call, &form);
  if (decision.form_token.len == 0) {
    return show_device(call, &key);
  }
  result decided = oidc_waiting_decide(call->env, call->arena, &key, &decision);
  if (is_code(decided, OIDC_WAITING_UNKNOWN)) {
    send_code_form(call, 422, user_code, "device.unknown");
    return OK;
  }
  TRY(decided);
  send_done(call, decision.agrees, true);
  return OK;
}

/* ---- /approvals ---- */

static result client_names(struct api_call *call, struct db_tx *tx, struct slice client_id, struct oidc_words *ret_name) {
  struct oidc_client_row row;
  struct jin_doc doc;
  const struct jin *root = NULL;
  TRY(oidc_client_row_load(tx, call->arena, client_id, &row));
  jin_doc_init(&doc, call->arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, row.metadata, &root));
  *ret_name = (struct oidc_words){.vi = client_id};
  TRY(jin_text_optional(root, "client_name", row.metadata.len, &ret_name->vi));
  return jin_text_optional(root, "client_name#en", row.metadata.len, &ret_name->en);
}

struct approval {
  struct oidc_waiting_row row;
  struct oidc_words name;
};

static result load_approvals(struct api_call *call, struct approval **ret_items, size_t *ret_count) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct oidc_waiting_list list;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(oidc_waiting_list(call->env, tx, call->arena, call->session.person_id, &list));
  struct approval *items = ARENA_ARRAY(call->arena, struct approval, list.count + 1);
  for (size_t i = 0; i < list.count; i++) {
    items[i].row = list.items[i];
    TRY(client_names(call, tx, list.items[i].client_id, &items[i].name));
  }
  *ret_items = items;
  *ret_count = list.count;
  return OK;
}

result api_approvals_page(struct api_call *call) {
  struct approval *items;
  size_t count = 0;
  struct buf rows;
  if (!call->has_session) {
    send_to_sign_in(call, S("/approvals"), NULL);
    return OK;
  }
  TRY(load_approvals(call, &items, &count));
  buf_init(&rows, call->arena, 1024);
  for (size_t i = 0; i < count; i++) {
    const struct page row = {.name = "approval_row",
                             PAGE_VALUES({"id", arena_printf(call->arena, "%lld", (long long)items[i].row.waiting_id)},
                                         {"client", oidc_words_in(&items[i].name, call->language == API_ENGLISH)}, {"message", items[i].row.message},
                                         {"until", slice_sub(clock_instant_write(call->arena, items[i].row.expires_at_ms), 11, 5)})};
    buf_append(&rows, api_page_fill(call, &row));
  }
  api_page_send(call, &(const struct page){.name = "approvals", .status = 200,
                                       PAGE_VALUES({"rows", buf_slice(&rows)}, {"none", count == 0 ? S("1") : S("")})});
  return OK;
}

result api_approval_key(struct api_call *call, struct oidc_waiting_key *ret_key) {
  struct slice id = http_param(call->http, "id");
  int64_t number = 0;
  for (size_t i = 0; i < id.len; i++) {
    if (id.ptr[i] < '0' || id.ptr[i] > '9' || id.len > 18) {
      FAIL(OIDC_WAITING_UNKNOWN, "not an id");
    }
    number = number * 10 + (id.ptr[i] - '0');
  }
  *ret_key = (struct oidc_waiting_key){.waiting_id = number, .session = &call->session};
  return OK;
}

result api_approval_page(struct api_call *call) {
  struct slice own = arena_printf(call->arena, "/approvals/%.*s", SLICE_ARG(http_param(call->http, "id")));
  struct oidc_waiting_key key;
  struct oidc_waiting_page page;
  if (!call->has_session) {
    send_to_sign_in(call, own, NULL);
    return OK;
  }
  TRY(api_approval_key(call, &key));
  TRY(oidc_waiting_show(call->env, call->arena, &key, &page));
  if (!page.is_level_reached) {
    send_to_sign_in(call, own, &page);
    return OK;
  }
  send_page(call, &page, own, S(""));
  return OK;
}

result api_approval(struct api_call *call) {
  struct url_form form;
  struct oidc_waiting_key key;
  TRY(api_form(call, &form));
  TRY(api_approval_key(call, &key));
  struct oidc_decision decision = api_consent_decision(call, &form);
  TRY(oidc_waiting_decide(call->env, call->arena, &key, &decision));
  outbox_runner_wake(call->api->options.works.outbox); /* a ping goes out now */
  send_done(call, decision.agrees, false);
  return OK;
}
