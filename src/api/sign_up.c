/* Signing up for level 1: GET and POST /sign-up, POST /sign-up/portrait. Three forms that need no script; until card, number and portrait have been seen
 * together nothing here depends on what the register holds. */
#include "api/new_secrets.h"
#include "api/people.h"
#include "api/resources.h"
#include "card/card.h"
#include "codec/multipart.h"
#include "codec/utf8.h"
#include "evidence/evidence.h"
#include "message/message.h"

const char *const api_large_paths[] = {"/sign-up/portrait", "/sign-in/face", "/api/session/proofs/face/answer", "/api/enrolments", "/api/desk/evidence",
                                       "/api/desk/recovery-evidence", NULL};

/* What stands in the boxes, and what is wrong with it. */
struct sign_up_page {
  const char *step; /* which of the template's blocks */
  int status;
  struct slice pin, name, birth_date, card_issued, card_text, phone, email;
  struct slice ticket, phone_masked, dossier_code, due_date;
  struct slice problem, pin_problem, name_problem, birth_problem, issued_problem, card_problem, phone_problem, email_problem, code_problem,
      portrait_problem;
};

static void send_page(struct api_call *call, const struct sign_up_page *p) {
  api_page_send(call, &(const struct page){
                          .name = "sign_up",
                          .status = p->status,
                          PAGE_VALUES({p->step, S("1")}, {"pin", p->pin}, {"name", p->name}, {"birth_date", p->birth_date},
                                      {"card_issued", p->card_issued}, {"card_text", p->card_text}, {"phone", p->phone}, {"email", p->email},
                                      {"ticket", p->ticket}, {"phone_masked", p->phone_masked}, {"dossier_code", p->dossier_code},
                                      {"due_date", p->due_date}, {"problem", p->problem}, {"pin_problem", p->pin_problem},
                                      {"name_problem", p->name_problem}, {"birth_problem", p->birth_problem}, {"issued_problem", p->issued_problem},
                                      {"card_problem", p->card_problem}, {"phone_problem", p->phone_problem}, {"email_problem", p->email_problem},
                                      {"code_problem", p->code_problem}, {"portrait_problem", p->portrait_problem},
                                      {"demo", call->api->options.is_demo ? S("1") : S("")})});
}

result api_sign_up_page(struct api_call *call) {
  send_page(call, &(const struct sign_up_page){.step = "step_card", .status = 200});
  return OK;
}

/* ---- the first form ---- */

/* "05/01/1993", "1993" or "01/1993" for a birth date; unknown parts 0. */
static bool parse_vietnamese_date(struct slice text, struct register_birth *ret_date) {
  struct slice parts[3];
  size_t count = 0;
  struct slice rest = slice_trim(text);
  while (!slice_empty(rest) && count < 3) {
    parts[count++] = slice_cut(&rest, '/');
  }
  if (count == 0 || !slice_empty(rest) || parts[count - 1].len != 4) {
    return false;
  }
  uint8_t iso[11];
  size_t used = 0;
  for (size_t i = count; i-- > 0;) {
    if (parts[i].len == 0 || parts[i].len > 4 || (i + 1 < count && parts[i].len > 2)) {
      return false;
    }
    if (parts[i].len == 1) {
      iso[used++] = '0';
    }
    memcpy(iso + used, parts[i].ptr, parts[i].len);
    used += parts[i].len;
    if (i > 0) {
      iso[used++] = '-';
    }
  }
  return is_ok(register_birth_parse(slice_of(iso, used), ret_date));
}

static void read_typed(struct api_call *call, struct sign_up_page *p, struct dossier_sign_up *s) {
  struct register_birth issued = {0};
  struct register_pin_parts parts;
  s->source = S("typed");
  s->pin = slice_trim(p->pin);
  s->name = slice_trim(p->name);
  bool has_birth = parse_vietnamese_date(p->birth_date, &s->birth);
  bool has_issued = parse_vietnamese_date(p->card_issued, &issued) && issued.day != 0;
  if (!is_ok(register_pin_parse(s->pin, &parts))) {
    p->pin_problem = api_page_text_find(call, "sign_up.pin_form");
  } else if (has_birth && parts.birth_year != s->birth.year) {
    p->pin_problem = api_page_text_find(call, "sign_up.pin_differs");
  }
  if (!has_birth) {
    p->birth_problem = api_page_text_find(call, "sign_up.birth_form");
  }
  if (slice_empty(s->name) || s->name.len > REGISTER_NAME_BYTES_MAX || !utf8_is_line(s->name)) {
    p->name_problem = api_page_text_find(call, "sign_up.name_form");
  }
  if (!has_issued) {
    p->issued_problem = api_page_text_find(call, "sign_up.issued_form");
  } else {
    s->card_issued = clock_date_from((struct civil_date){issued.year, issued.month, issued.day});
  }
}

static struct register_birth birth_of(struct card_date date) { return (struct register_birth){date.year, date.month, date.day}; }

static result read_qr(struct api_call *call, struct slice text, struct dossier_sign_up *s, struct card_fault *fault) {
  struct card_qr qr;
  TRY(card_qr_parse(call->arena, text, &qr, fault));
  s->source = S("qr");
  s->pin = qr.pin;
  s->name = qr.name;
  s->birth = birth_of(qr.birth);
  s->card_issued = qr.issued;
  return OK;
}

static result read_mrz(struct api_call *call, struct slice text, struct dossier_sign_up *s, struct card_fault *fault) {
  struct card_mrz mrz;
  TRY(card_mrz_parse(call->arena, text, api_today(call), &mrz, fault));
  s->source = S("mrz");
  s->pin = mrz.pin;
  s->name = slice_empty(mrz.given) ? mrz.surname : arena_printf(call->arena, "%.*s %.*s", SLICE_ARG(mrz.surname), SLICE_ARG(mrz.given));
  s->birth = birth_of(mrz.birth);
  s->card_expires = mrz.expires;
  s->name_may_be_cut = mrz.name_may_be_cut;
  if (slice_empty(mrz.pin)) { /* a residence card, or another state's: the number is typed beside it */
    *fault = (struct card_fault){CARD_PIN, CARD_VALUE};
    FAIL(CARD_VALUE, "a zone without a PIN");
  }
  return OK;
}

/* A pasted text says all; a refusal names the field of the card. */
static void read_card_text(struct api_call *call, struct sign_up_page *p, struct dossier_sign_up *s) {
  struct card_fault fault = {0};
  bool is_qr = slice_find(p->card_text, '|', 0) < p->card_text.len;
  result read = is_qr ? read_qr(call, p->card_text, s, &fault) : read_mrz(call, p->card_text, s, &fault);
  if (!is_ok(read)) {
    p->card_problem = arena_printf(call->arena, "%.*s: %.*s", SLICE_ARG(api_card_field_text(call, fault.field)),
                                   SLICE_ARG(api_error_sentence(fault.code, call->language)));
  }
}

static bool has_problem(const struct sign_up_page *p) {
  return p->pin_problem.len + p->name_problem.len + p->birth_problem.len + p->issued_problem.len + p->card_problem.len + p->phone_problem.len +
             p->email_problem.len >
         0;
}

static void read_card_form(struct api_call *call, const struct url_form *form, struct sign_up_page *p, struct dossier_sign_up *s) {
  struct slice normal;
  *p = (struct sign_up_page){.step = "step_card",
                             .status = 422,
                             .pin = url_form_get(form, "pin"),
                             .name = url_form_get(form, "name"),
                             .birth_date = url_form_get(form, "birth_date"),
                             .card_issued = url_form_get(form, "card_issued"),
                             .card_text = slice_trim(url_form_get(form, "card_text")),
                             .phone = slice_trim(url_form_get(form, "phone")),
                             .email = slice_trim(url_form_get(form, "email"))};
  *s = (struct dossier_sign_up){.phone = p->phone, .email = p->email, .network = api_client(call).network, .english = call->language == API_ENGLISH};
  if (slice_empty(p->card_text)) {
    read_typed(call, p, s);
  } else {
    read_card_text(call, p, s);
  }
  if (!is_ok(account_phone_normal(call->arena, p->phone, &normal))) {
    p->phone_problem = api_page_text_find(call, "sign_up.phone_form");
  }
  if (!slice_empty(p->email) && !message_is_address(MESSAGE_EMAIL, p->email)) {
    p->email_problem = api_page_text_find(call, "sign_up.email_form");
  }
}

static result take_card(struct api_call *call, const struct url_form *form) {
  struct sign_up_page p;
  struct dossier_sign_up s;
  struct account_token ticket;
  read_card_form(call, form, &p, &s);
  if (has_problem(&p)) {
    send_page(call, &p);
    return OK;
  }
  result begun = dossier_sign_up_begin(call->env, &s, &ticket);
  if (is_code(begun, MESSAGE_TOO_MANY)) {
    p.status = 429;
    p.problem = api_page_text_find(call, "sign_up.too_many");
    send_page(call, &p);
    return OK;
  }
  TRY(begun);
  send_page(call, &(const struct sign_up_page){.step = "step_code",
                                               .status = 200,
                                               .ticket = slice_of(ticket.text, ACCOUNT_TOKEN_CHARACTERS),
                                               .phone_masked = utf8_mask_middle(call->arena, p.phone, 3, 3)});
  return OK;
}

/* ---- the second form ---- */

static result take_code(struct api_call *call, const struct url_form *form) {
  struct slice ticket = url_form_get(form, "ticket");
  result confirmed = dossier_sign_up_confirm(call->env, ticket, url_form_get(form, "code"));
  if (is_code(confirmed, ACCOUNT_CODE)) {
    send_page(call, &(const struct sign_up_page){.step = "step_code",
                                                 .status = 422,
                                                 .ticket = ticket,
                                                 .phone_masked = url_form_get(form, "phone_masked"),
                                                 .code_problem = api_page_text_find(call, "sign_up.code_wrong")});
    return OK;
  }
  TRY(confirmed);
  send_page(call, &(const struct sign_up_page){.step = "step_portrait", .status = 200, .ticket = ticket});
  return OK;
}

result api_sign_up(struct api_call *call) {
  struct url_form form;
  TRY(api_form(call, &form));
  struct slice step = url_form_get(&form, "step");
  if (slice_is(step, "card")) {
    return take_card(call, &form);
  }
  if (slice_is(step, "code")) {
    return take_code(call, &form);
  }
  FAIL(API_INPUT, "no such step");
}

/* ---- the third form ---- */

static void send_approved(struct api_call *call, const struct dossier_sign_up_answer *answer) {
  static const struct api_secrets_problems no_problems;
  api_page_send(call, &(const struct page){.name = "activate",
                                           .status = 200,
                                           PAGE_VALUES({"step_secrets", S("1")}, {"approved", S("1")},
                                                       {"ticket", slice_of(answer->enrolment.ticket.text, ACCOUNT_TOKEN_CHARACTERS)},
                                                       {"secrets", api_secrets_fields(call, &no_problems)})});
}

static void send_answer(struct api_call *call, const struct dossier_sign_up_answer *answer) {
  static const char *const steps[] = {[DOSSIER_SIGN_UP_REVIEW] = "step_review",           [DOSSIER_SIGN_UP_DESK] = "step_desk",
                                      [DOSSIER_SIGN_UP_HAS_ACCOUNT] = "step_has_account", [DOSSIER_SIGN_UP_GUARDIAN] = "step_guardian",
                                      [DOSSIER_SIGN_UP_PHONE_TAKEN] = "step_card"};
  const struct dossier *d = &answer->enrolment.dossier;
  if (answer->outcome == DOSSIER_SIGN_UP_APPROVED) {
    send_approved(call, answer);
    return;
  }
  struct sign_up_page p = {.step = steps[answer->outcome], .status = 200, .dossier_code = d->code};
  p.due_date = d->due_date != 0 ? clock_date_write_vi(call->arena, d->due_date) : S("");
  if (answer->outcome == DOSSIER_SIGN_UP_PHONE_TAKEN) {
    p.status = 409;
    p.phone_problem = api_page_text_find(call, "sign_up.phone_taken");
  }
  send_page(call, &p);
}

static bool is_about_picture(result failed) { return result_module(failed) == MODULE_EVIDENCE && result_kind(failed) == RESULT_INVALID; }

result api_sign_up_portrait(struct api_call *call) {
  struct multipart_form form;
  struct dossier_sign_up_answer answer;
  TRY(multipart_parse(http_header(&call->http->request, "Content-Type"), call->http->request.body, &form));
  const struct dossier_sign_up_portrait portrait = {multipart_text(&form, "ticket"), multipart_file(&form, "portrait")};
  struct sign_up_page again = {.step = "step_portrait", .status = 422, .ticket = portrait.ticket};
  if (slice_empty(portrait.picture)) {
    again.portrait_problem = api_page_text_find(call, "sign_up.portrait_missing");
    send_page(call, &again);
    return OK;
  }
  result finished = dossier_sign_up_finish(call->env, &call->api->options.works, call->arena, &portrait, &answer);
  if (is_about_picture(finished)) {
    again.portrait_problem = api_error_sentence(finished.code, call->language);
    send_page(call, &again);
    return OK;
  }
  if (is_code(finished, ACCOUNT_CODE)) {
    send_page(call, &(const struct sign_up_page){.step = "step_card", .status = 422, .problem = api_page_text_find(call, "sign_up.ticket")});
    return OK;
  }
  TRY(finished);
  send_answer(call, &answer);
  return OK;
}

/* ---- the demonstration's drawn faces ---- */

result api_drawn_portraits(struct api_call *call) {
  struct url_form query;
  struct register_pin_parts parts;
  TRY(api_query(call, &query));
  struct slice pin = url_form_get(&query, "pin");
  if (call->env->matcher == NULL || !call->env->matcher->is_demonstration) {
    FAIL(HTTP_NO_ROUTE, "no demonstration");
  }
  if (!slice_empty(pin) && is_ok(register_pin_parse(pin, &parts))) {
    http_response_header(call->http, "Content-Disposition", S("attachment; filename=\"portrait.png\""));
    http_reply(call->http, 200, "image/png", evidence_demonstration_shot(call->arena, call->env->random, pin));
    return OK;
  }
  struct slice problem = slice_empty(pin) ? S("") : api_page_text_find(call, "sign_up.pin_form");
  api_page_send(call, &(const struct page){.name = "drawn_portraits", .status = slice_empty(pin) ? 200 : 422, PAGE_VALUES({"pin_problem", problem})});
  return OK;
}
