/* GET and POST /oidc/authorize [OIDC Core 3.1.2.1 MUST]: no CORS here [FAPI2-SP 5.2.2 SHALL NOT] F6, and no form of ours: a POST comes from the client's page. */
#include "api/interact.h"
#include "api/resources.h"
#include "base/number.h"
#include "mandate/mandate.h"

enum { PIN_DIGITS = 12, BROWSER_LIFETIME_S = 24 * 3600, LANGUAGE_LIFETIME_S = 365 * 24 * 3600 };

static const char *browser_cookie(const struct api_call *call) { return call->api->is_https ? "__Host-danh_interaction" : "danh_interaction"; }

struct oidc_visitor api_visitor(const struct api_call *call) {
  return (struct oidc_visitor){.session = call->has_session ? &call->session : NULL,
                               .browser = http_cookie(&call->http->request, browser_cookie(call))};
}

/* B9: what stands in our address is nobody else's. */
static void redirect(struct api_call *call, struct slice location) {
  http_response_header(call->http, "Referrer-Policy", S("no-referrer"));
  http_redirect(call->http, location); /* 303: a browser must not send a password on [FAPI2-SP 5.3.2.2-10 SHALL NOT] F27 */
}

void api_form_may_lead_to(struct api_call *call, struct slice origin) {
  if (origin.len > 0) {
    http_response_header(call->http, "Content-Security-Policy",
                         arena_printf(call->arena,
                                      "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self' %.*s;"
                                      " frame-ancestors 'none'",
                                      SLICE_ARG(origin)));
  }
}

/* The interaction a path leads to, if it is this browser's. */
static bool find_interaction(const struct api_call *call, struct slice next, struct oidc_interaction *ret_interaction) {
  struct oidc_visitor visitor = api_visitor(call);
  const struct oidc_interaction_key key = {slice_from(next, sizeof "/interact/" - 1), &visitor};
  return slice_starts(next, S("/interact/")) && is_ok(oidc_interaction_load(call->env, call->arena, &key, ret_interaction));
}

static bool is_personal_number(struct slice text) {
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9') {
      return false;
    }
  }
  return text.len == PIN_DIGITS;
}

struct slice api_interact_allow_form(struct api_call *call, struct slice next) {
  struct oidc_interaction interaction;
  if (!find_interaction(call, next, &interaction)) {
    return (struct slice){0};
  }
  api_form_may_lead_to(call, interaction.client_origin);
  return is_personal_number(interaction.login_hint) ? interaction.login_hint : (struct slice){0};
}

/* ui_locales is the client's wish for somebody who has not chosen a language here [OIDC Core 3.1.2.1]. */
static void follow_locales(struct api_call *call, struct slice locales) {
  while (locales.len > 0 && http_cookie(&call->http->request, "danh_lang").len == 0) {
    struct slice tag = slice_cut(&locales, ' ');
    struct slice language = slice_sub(tag, 0, slice_find(tag, '-', 0));
    if (slice_is(language, "vi") || slice_is(language, "en")) {
      api_cookie_language(call, language, LANGUAGE_LIFETIME_S);
      return;
    }
  }
}

/* ---- the consent page ---- */

/* attr_phone, attr_email ...: one box each */
static struct slice box_name(const struct api_call *call, enum oidc_attribute attribute) {
  return arena_printf(call->arena, "attr_%s", oidc_attribute_name(attribute));
}

static void append_line(struct api_call *call, const struct oidc_consent_line *line, struct buf *required, struct buf *optional) {
  bool is_english = call->language == API_ENGLISH;
  struct slice value = line->value.len > 0 ? line->value : api_page_text_find(call, "consent.nothing");
  const struct page row = {.name = line->is_required ? "consent_line" : "consent_box",
                           PAGE_VALUES({"label", oidc_attribute_label(line->attribute, is_english)}, {"value", value},
                                       {"purpose", oidc_words_in(&line->purpose, is_english)}, {"name", box_name(call, line->attribute)})};
  buf_append(line->is_required ? required : optional, api_page_fill(call, &row));
}

void api_consent_lines(struct api_call *call, const struct oidc_consent_page *page, struct slice *ret_required, struct slice *ret_optional) {
  struct buf required;
  struct buf optional;
  buf_init(&required, call->arena, 1024);
  buf_init(&optional, call->arena, 1024);
  for (size_t i = 0; i < page->line_count; i++) {
    append_line(call, &page->lines[i], &required, &optional);
  }
  *ret_required = buf_slice(&required);
  *ret_optional = buf_slice(&optional);
}

/* In whose name to go on: themself if the service takes people, and each organisation; the one of now is not offered again. */
static struct slice choices_of(struct api_call *call, const struct oidc_consent_page *page, struct slice id) {
  bool is_english = call->language == API_ENGLISH;
  int64_t acting = call->session.acting_organisation_id;
  struct buf rows;
  buf_init(&rows, call->arena, 512);
  if (acting != 0 && page->takes_people) {
    const struct page row = {.name = "consent_choice", PAGE_VALUES({"id", id}, {"organisation", S("")}, {"name", page->person}, {"role", api_page_text_find(call, "consent.choose_self")})};
    buf_append(&rows, api_page_fill(call, &row));
  }
  for (size_t i = 0; i < page->choice_count; i++) {
    const struct oidc_choice *choice = &page->choices[i];
    const struct page row = {.name = "consent_choice",
                             PAGE_VALUES({"id", id}, {"organisation", arena_printf(call->arena, "%lld", (long long)choice->organisation_id)},
                                         {"name", choice->name}, {"role", oidc_words_in(&choice->role, is_english)})};
    if (choice->organisation_id != acting) {
      buf_append(&rows, api_page_fill(call, &row));
    }
  }
  return buf_slice(&rows);
}

static void send_consent(struct api_call *call, const struct oidc_next *next) {
  const struct oidc_consent_page *page = &next->page;
  bool is_english = call->language == API_ENGLISH;
  struct slice required;
  struct slice optional;
  bool may_agree = page->is_for_organisation ? page->takes_organisations : page->takes_people;
  bool must_return = page->is_for_organisation && !may_agree;
  struct slice choices = choices_of(call, page, next->interaction);
  api_consent_lines(call, page, &required, &optional);
  api_form_may_lead_to(call, next->client_origin);
  api_page_send(call, &(const struct page){.name = "consent",
                                       .status = 200,
                                       PAGE_VALUES({"client", oidc_words_in(&page->name, is_english)},
                                                   {"owner", oidc_words_in(&page->owner, is_english)},
                                                   {"purpose", oidc_words_in(&page->purpose, is_english)}, {"person", page->person},
                                                   {"acting_for", page->acting_for}, {"required", required},
                                                   {"optional", optional},
                                                   {"days", arena_printf(call->arena, "%d", page->days)},
                                                   {"verified", page->is_verified ? S("1") : S("")},
                                                   {"offline", page->is_offline ? S("1") : S("")}, {"id", next->interaction},
                                                   {"role", oidc_words_in(&page->role, is_english)}, {"choices", choices},
                                                   {"may_agree", may_agree ? S("1") : S("")}, {"must_choose", may_agree || must_return || choices.len == 0 ? S("") : S("1")},
                                                   {"must_return", must_return ? S("1") : S("")},
                                                   {"nobody", may_agree || choices.len > 0 ? S("") : S("1")}, {"token", page->form_token})});
}

/* form_post: the answer as a form that the person sends on, since nothing here runs script. */
static void send_form(struct api_call *call, const struct oidc_next *next) {
  struct buf fields;
  buf_init(&fields, call->arena, 512);
  for (size_t i = 0; i < next->fields.count; i++) {
    const struct page row = {.name = "response_field", PAGE_VALUES({"name", next->fields.fields[i].name}, {"value", next->fields.fields[i].value})};
    buf_append(&fields, api_page_fill(call, &row));
  }
  api_form_may_lead_to(call, next->client_origin);
  http_response_header(call->http, "Referrer-Policy", S("no-referrer"));
  api_page_send(call, &(const struct page){.name = "response", .status = 200,
                                       PAGE_VALUES({"location", next->location}, {"fields", buf_slice(&fields)}, {"origin", next->client_origin})});
}

/* Of an interaction that has just begun. */
static void remember_browser(struct api_call *call, const struct oidc_next *next) {
  if (next->browser.len > 0) {
    api_cookie(call, browser_cookie(call), next->browser, BROWSER_LIFETIME_S);
  }
  follow_locales(call, next->ui_locales);
}

result api_step_send(struct api_call *call, const struct oidc_next *next) {
  switch (next->step) {
    case OIDC_STEP_REDIRECT: redirect(call, next->location); break;
    case OIDC_STEP_FORM: send_form(call, next); break;
    case OIDC_STEP_CONSENT: send_consent(call, next); break;
    case OIDC_STEP_SIGN_IN:
      remember_browser(call, next);
      redirect(call, arena_printf(call->arena, "/sign-in?next=/interact/%.*s&level=%d%s%s", SLICE_ARG(next->interaction), next->level,
                                  next->is_fresh ? "&fresh=1" : "", next->is_passkey_asked ? "&passkey=1" : ""));
      break;
    case OIDC_STEP_INTERACT:
      remember_browser(call, next);
      redirect(call, arena_printf(call->arena, "/interact/%.*s", SLICE_ARG(next->interaction)));
      break;
  }
  return OK;
}

static result authorize(struct api_call *call, struct slice text) {
  struct oidc_visitor visitor = api_visitor(call);
  struct oidc_next next;
  http_response_header(call->http, "Referrer-Policy", S("no-referrer"));
  TRY(oidc_authorize(call->env, call->arena, text, &visitor, &next));
  return api_step_send(call, &next);
}

result api_oidc_authorize(struct api_call *call) { return authorize(call, call->http->request.query); }

/* From the client's page, so without our Origin: nothing happens here that a GET could not do. */
result api_oidc_authorize_form(struct api_call *call) {
  struct slice text = {0};
  TRY(api_form_text(call, &text));
  TRY(api_session_load(call));
  return authorize(call, text);
}

/* ---- /interact/{id} ---- */

result api_interact_page(struct api_call *call) {
  struct oidc_visitor visitor = api_visitor(call);
  const struct oidc_interaction_key key = {http_param(call->http, "id"), &visitor};
  struct oidc_next next;
  TRY(oidc_interaction_go_on(call->env, call->arena, &key, &next));
  return api_step_send(call, &next);
}

/* In a sandbox each step keeps an address of its own, which the inspector shows and the fault switches act on. */
static bool is_interaction_to_end(const struct api_call *call, struct slice path) {
  return slice_starts(path, S("/interact/")) && !call->api->options.is_sandbox;
}

struct oidc_ending *api_interact_prepare(struct api_call *call, struct slice path) {
  struct oidc_visitor visitor = api_visitor(call);
  const struct oidc_interaction_key key = {slice_from(path, sizeof "/interact/" - 1), &visitor};
  struct oidc_ending *ending = NULL;
  bool is_one = is_interaction_to_end(call, path) && is_ok(oidc_ending_prepare(call->env, call->arena, &key, &ending));
  return is_one ? ending : NULL;
}

result api_interact_end(struct api_call *call, struct slice path, const struct account_session *session) {
  struct oidc_visitor visitor = api_visitor(call);
  visitor.session = session;
  const struct oidc_interaction_key key = {slice_from(path, sizeof "/interact/" - 1), &visitor};
  struct oidc_next next;
  bool is_ended = is_interaction_to_end(call, path) && is_ok(oidc_interaction_go_on(call->env, call->arena, &key, &next)) &&
                  (next.step == OIDC_STEP_REDIRECT || next.step == OIDC_STEP_FORM);
  if (is_ended) {
    return api_step_send(call, &next);
  }
  http_redirect(call->http, path); /* a page to be shown, or what went wrong, belongs to an address of its own */
  return OK;
}

struct oidc_decision api_consent_decision(const struct api_call *call, const struct url_form *form) {
  struct oidc_decision decision = {.agrees = slice_is(url_form_get(form, "decision"), "agree"), .form_token = url_form_get(form, "token")};
  for (int at = 0; at < OIDC_ATTRIBUTE_COUNT; at++) {
    struct slice name = box_name(call, (enum oidc_attribute)at);
    decision.attributes |= url_form_get(form, (const char *)name.ptr).len > 0 ? OIDC_ATTRIBUTE_BIT(at) : 0;
  }
  return decision;
}

result api_interact(struct api_call *call) {
  struct oidc_visitor visitor = api_visitor(call);
  const struct oidc_interaction_key key = {http_param(call->http, "id"), &visitor};
  struct url_form form;
  struct oidc_next next;
  TRY(api_form(call, &form));
  const struct oidc_decision decision = api_consent_decision(call, &form);
  TRY(oidc_interaction_decide(call->env, call->arena, &key, &decision, &next));
  return api_step_send(call, &next);
}

/* Chosen on the page: for whom the session acts from now on; then the page as it is for them. */
result api_interact_acting(struct api_call *call) {
  struct oidc_visitor visitor = api_visitor(call);
  struct slice id = http_param(call->http, "id");
  const struct oidc_interaction_key key = {id, &visitor};
  struct oidc_interaction interaction;
  struct mandate_principal principal = {0};
  struct url_form form;
  TRY(api_form(call, &form));
  TRY(oidc_interaction_load(call->env, call->arena, &key, &interaction));
  struct slice organisation = url_form_get(&form, "organisation");
  if (organisation.len > 0 && !is_ok(number_parse(organisation, &principal.organisation_id))) {
    FAIL(MANDATE_NONE, "not an organisation");
  }
  if (call->has_session) {
    TRY(mandate_choose(call->env, &call->session, &principal));
  }
  redirect(call, arena_printf(call->arena, "/interact/%.*s", SLICE_ARG(id)));
  return OK;
}
