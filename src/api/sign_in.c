/* Signing in and out, by pages that need no script. The picture is in sign_in.h. */
#include "api/sign_in.h"

#include "api/interact.h"
#include "api/resources.h"
#include "base/number.h"
#include "codec/multipart.h"
#include "crypto/token.h"
#include "evidence/evidence.h"

enum { NEXT_BYTES_MAX = 500, BROWSER_S = 400 * 24 * 3600 };

struct slice api_next(struct slice next) {
  /* what ends in a slash or question mark may go on; the rest is the whole address */
  static const char *const places[] = {"/app/", "/interact/", "/device", "/device/", "/device?", "/approvals", "/approvals/", "/approvals?", "/recover/case"};
  bool is_ours = false;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    struct slice place = slice_str(places[i]);
    bool goes_on = place.ptr[place.len - 1] == '/' || place.ptr[place.len - 1] == '?';
    is_ours |= goes_on ? slice_starts(next, place) : slice_eq(next, place);
  }
  for (size_t i = 0; i < next.len && is_ours; i++) {
    is_ours = next.ptr[i] > ' ' && next.ptr[i] < 0x7f && next.ptr[i] != '\\';
  }
  return is_ours && next.len <= NEXT_BYTES_MAX ? next : S("/app/");
}

struct sign_in_form api_sign_in_form_of(const struct url_form *fields) {
  int64_t level = 1;
  if (!is_ok(number_parse(url_form_get(fields, "level"), &level)) || level < 1 || level > 4) {
    level = 1;
  }
  return (struct sign_in_form){.next = api_next(url_form_get(fields, "next")),
                               .level = (int)level,
                               .is_fresh = slice_eq(url_form_get(fields, "fresh"), S("1")),
                               .is_passkey_asked = slice_is(url_form_get(fields, "passkey"), "1"),
                               .way = url_form_get(fields, "way"),
                               .pin = url_form_get(fields, "pin"),
                               .status = 200};
}

static const char *browser_cookie(const struct api_call *call) { return call->api->is_https ? "__Host-danh_browser" : "danh_browser"; }

struct account_client api_browser(struct api_call *call) {
  struct account_client client = api_client(call);
  struct slice known = http_cookie(&call->http->request, browser_cookie(call));
  client.browser = known.len == ACCOUNT_TOKEN_CHARACTERS ? known : token_make(call->env->random, call->arena);
  call->browser = client.browser;
  return client;
}

void api_session_give(struct api_call *call, const struct account_token *token, const struct account_session *session) {
  api_cookie(call, api_session_cookie(call), slice_of(token->text, ACCOUNT_TOKEN_CHARACTERS),
             session->ends_at_ms / 1000 - clock_now_ms(call->env->clock) / 1000);
  if (call->browser.len > 0) {
    api_cookie(call, browser_cookie(call), call->browser, BROWSER_S);
  }
}

static result own_pin(struct api_call *call, struct slice *ret_pin) {
  struct register_person person;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(register_person_load(tx, call->arena, call->session.person_id, &person));
  *ret_pin = person.pin;
  return OK;
}

result api_sign_in_page(struct api_call *call) {
  struct url_form query;
  TRY(api_query(call, &query));
  struct sign_in_form form = api_sign_in_form_of(&query);
  form.pin = (struct slice){0}; /* never out of an address */
  if (!call->has_session) {
    api_sign_in_send_number(call, &form, url_form_get(&query, "activated"));
    return OK;
  }
  if (form.is_fresh) {
    TRY(own_pin(call, &form.pin));
    api_sign_in_send_how(call, &form);
    return OK;
  }
  if (!form.is_passkey_asked && account_session_authentication(call->env, &call->session) >= form.level) {
    http_redirect(call->http, form.next);
    return OK;
  }
  return api_sign_in_send_step_up(call, &form);
}

/* ---- the forms ---- */

/* The error table's own sentence says what to do about the picture. */
static bool is_about_face(result refused) {
  static const uint16_t codes[] = {AUTHENTICATOR_FACE_OTHER, AUTHENTICATOR_FACE_UNSURE, AUTHENTICATOR_FACE_USED, AUTHENTICATOR_FACE_CLOSED,
                                   EVIDENCE_MATCHER_AWAY,    EVIDENCE_NO_REFERENCE,     EVIDENCE_RETAKE,         EVIDENCE_PICTURE,
                                   EVIDENCE_TOO_LARGE,       EVIDENCE_TOO_SMALL};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    if (is_code(refused, codes[i])) {
      return true;
    }
  }
  return false;
}

static struct slice problem_of(const struct api_call *call, result refused) {
  static const struct {
    uint16_t code;
    const char *key;
  } keys[] = {{ACCOUNT_CREDENTIALS, "sign_in.wrong"},          {ACCOUNT_LOCKED_FOR_NOW, "sign_in.locked"},
              {ACCOUNT_LOCKED, "sign_in.locked_holder"},       {ACCOUNT_TOO_MANY, "sign_in.too_many"},
              {BASE_POOL_FULL, "sign_in.busy"},                {ACCOUNT_PASSCODE, "sign_in.passcode_wrong"},
              {AUTHENTICATOR_WRONG, "sign_in.answer_wrong"},   {AUTHENTICATOR_USED, "sign_in.code_used"},
              {AUTHENTICATOR_CEREMONY, "sign_in.stale"},       {AUTHENTICATOR_SUSPENDED, "sign_in.suspended"}};
  if (is_about_face(refused)) {
    return api_error_sentence(refused.code, call->language);
  }
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if (is_code(refused, keys[i].code)) {
      return api_page_text_find(call, keys[i].key);
    }
  }
  return result_module(refused) == MODULE_WEBAUTHN ? api_page_text_find(call, "sign_in.passkey_refused") : (struct slice){0};
}

struct signing_in {
  struct sign_in_form form;
  const struct url_form *fields;
  struct slice picture;
  struct account_client client;
  struct slice token; /* this browser's session, if any */
  struct authenticator_granted granted;
  struct oidc_ending *ending; /* what it ends beside; NULL: nothing */
};

static result by_password(struct api_call *call, struct signing_in *it) {
  const struct account_credentials credentials = {.pin = it->form.pin,
                                                  .password = url_form_get(it->fields, "password"),
                                                  .client = it->client,
                                                  .replaces = it->token,
                                                  .is_again = it->form.is_fresh};
  return account_sign_in(call->env, call->env->hashing, &credentials, &it->granted.token, &it->granted.session);
}

static result by_passcode(struct api_call *call, struct signing_in *it) {
  if (!call->has_session) {
    FAIL(ACCOUNT_SESSION, "a passcode opens no session");
  }
  const struct account_passcode_entry entry = {
      .session = &call->session, .passcode = url_form_get(it->fields, "code"), .client = it->client, .replaces = it->token};
  return account_passcode_raise(call->env, call->env->hashing, &entry, &it->granted.token, &it->granted.session);
}

static struct slice answer_of(const struct signing_in *it, enum authenticator_kind kind) {
  return kind == AUTHENTICATOR_FACE ? it->picture : url_form_get(it->fields, kind == AUTHENTICATOR_PASSKEY ? "answer" : "code");
}

static result by_authenticator(struct api_call *call, struct signing_in *it, enum authenticator_kind kind) {
  bool raises = url_form_get(it->fields, "raise").len > 0;
  if (raises && !call->has_session) {
    FAIL(ACCOUNT_SESSION, "the session has ended meanwhile");
  }
  const struct authenticator_follow follow = {oidc_ending_write, it->ending};
  const struct authenticator_answer answer = {
      .kind = kind,
      .session = raises ? &call->session : NULL,
      .ceremony = url_form_get(it->fields, "ceremony"),
      .answer = answer_of(it, kind),
      .pin = it->form.pin,
      .is_whole = it->form.is_fresh,
      .client = it->client,
      .replaces = it->token,
      .follow = it->ending != NULL ? &follow : NULL,
  };
  return authenticator_prove(call->env, &answer, &it->granted);
}
static result by_passkey(struct api_call *call, struct signing_in *it) {
  it->ending = api_interact_prepare(call, it->form.next);
  return by_authenticator(call, it, AUTHENTICATOR_PASSKEY);
}
static result by_totp(struct api_call *call, struct signing_in *it) { return by_authenticator(call, it, AUTHENTICATOR_TOTP); }
static result by_face(struct api_call *call, struct signing_in *it) { return by_authenticator(call, it, AUTHENTICATOR_FACE); }
static result by_recovery_code(struct api_call *call, struct signing_in *it) { return by_authenticator(call, it, AUTHENTICATOR_RECOVERY_CODES); }

/* POST /sign-in/passkey/begin, by the pages' script: the form as it will be sent, before the passkey is asked. */
result api_sign_in_passkey_begin(struct api_call *call) {
  struct url_form fields;
  struct authenticator_ceremony ceremony;
  TRY(api_form(call, &fields));
  struct sign_in_form form = api_sign_in_form_of(&fields);
  bool raises = url_form_get(&fields, "raise").len > 0;
  if (raises && !call->has_session) {
    FAIL(API_SIGNED_OUT, "the session has ended meanwhile");
  }
  /* a passkey alone is enough for level 2 when it verifies its user; beside what was proven already a touch is enough */
  const struct authenticator_beginning beginning = {.kind = AUTHENTICATOR_PASSKEY,
                                                    .session = raises ? &call->session : NULL,
                                                    .pin = form.pin,
                                                    .is_verified = form.level >= ACCOUNT_TWO_FACTORS && (!raises || form.is_fresh || form.is_passkey_asked)};
  TRY(authenticator_begin(call->env, &beginning, call->arena, &ceremony));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "ceremony", ceremony.id);
  jout_put_raw(out, "options", ceremony.json);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

/* A form is told by its step; without one it is number and password together. */
static const struct {
  const char *step;
  const char *way; /* shown again when it was wrong */
  result (*prove)(struct api_call *call, struct signing_in *it);
} steps[] = {{"", "password", by_password},       {"password", "password", by_password}, {"passkey", "passkey", by_passkey},
             {"totp", "totp", by_totp},           {"passcode", "passcode", by_passcode}, {"recovery", "recovery", by_recovery_code},
             {"face", "face", by_face}};

/* The same page again, with what was wrong. */
static result show_again(struct api_call *call, struct signing_in *it, result refused) {
  struct sign_in_form *form = &it->form;
  form->status = api_error_find(refused.code)->status;
  form->problem = problem_of(call, refused);
  api_retry_after(call, refused);
  if (url_form_get(it->fields, "raise").len > 0 && call->has_session && !form->is_fresh) {
    return api_sign_in_send_step_up(call, form);
  }
  if (form->pin.len == 0) {
    api_sign_in_send_number(call, form, (struct slice){0});
  } else {
    api_sign_in_send_how(call, form);
  }
  return OK;
}

/* Where the form goes on: to its end when the level is reached, else to the step-up. 303, so that no credential travels on [RFC9700 4.12]. */
static result go_on(struct api_call *call, const struct signing_in *it) {
  const struct sign_in_form *form = &it->form;
  const struct account_session *session = &it->granted.session;
  if (oidc_ending_is_ended(it->ending)) {
    struct oidc_next next;
    TRY(oidc_ending_respond(it->ending, &next));
    return api_step_send(call, &next);
  }
  if (account_session_authentication(call->env, session) >= form->level) {
    return api_interact_end(call, form->next, session);
  }
  http_redirect(call->http, arena_printf(call->arena, "/sign-in?level=%d&next=%.*s", form->level, SLICE_ARG(url_encode(call->arena, form->next))));
  return OK;
}

static result prove(struct api_call *call, struct signing_in *it, size_t step) {
  it->form.way = slice_str(steps[step].way);
  result outcome = steps[step].prove(call, it);
  if (is_code(outcome, ACCOUNT_SESSION)) {
    http_redirect(call->http, arena_printf(call->arena, "/sign-in?next=%.*s", SLICE_ARG(url_encode(call->arena, it->form.next))));
    return OK;
  }
  if (!is_ok(outcome) && problem_of(call, outcome).len > 0) {
    return show_again(call, it, outcome);
  }
  TRY(outcome);
  api_session_give(call, &it->granted.token, &it->granted.session);
  return go_on(call, it);
}

static struct signing_in signing_in_of(struct api_call *call, const struct url_form *fields) {
  return (struct signing_in){.form = api_sign_in_form_of(fields), .fields = fields, .client = api_browser(call),
                             .token = http_cookie(&call->http->request, api_session_cookie(call))};
}

static result take_step(struct api_call *call, struct signing_in *it, struct slice step) {
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    if (slice_is(step, steps[i].step)) {
      result outcome = prove(call, it, i);
      oidc_ending_free(&it->ending);
      return outcome;
    }
  }
  FAIL(API_INPUT, "no such step");
}

result api_sign_in(struct api_call *call) {
  struct url_form fields;
  TRY(api_form(call, &fields));
  struct signing_in it = signing_in_of(call, &fields);
  struct slice step = url_form_get(&fields, "step");
  if (slice_is(step, "number")) {
    api_sign_in_send_how(call, &it.form);
    return OK;
  }
  return take_step(call, &it, step);
}

/* POST /sign-in/face: the one form with a picture in it. */
result api_sign_in_face(struct api_call *call) {
  struct multipart_form form;
  TRY(multipart_parse(http_header(&call->http->request, "Content-Type"), call->http->request.body, &form));
  struct url_field *texts = ARENA_ARRAY(call->arena, struct url_field, MULTIPART_PARTS_MAX);
  struct url_form fields = {.fields = texts};
  for (size_t i = 0; i < form.count; i++) {
    if (!form.parts[i].is_file) {
      texts[fields.count++] = (struct url_field){form.parts[i].name, form.parts[i].value};
    }
  }
  struct signing_in it = signing_in_of(call, &fields);
  it.picture = multipart_file(&form, "picture");
  return take_step(call, &it, S("face"));
}

result api_sign_out_page(struct api_call *call) {
  api_page_send(call, &(const struct page){.name = "sign_out", .status = 200});
  return OK;
}

result api_session_end(struct api_call *call) {
  struct slice token = http_cookie(&call->http->request, api_session_cookie(call));
  result outcome = token.len == 0 ? OK : account_sign_out(call->env, token);
  if (!is_ok(outcome) && !is_code(outcome, ACCOUNT_SESSION)) {
    return outcome;
  }
  api_cookie(call, api_session_cookie(call), (struct slice){0}, 0);
  return OK;
}

result api_sign_out(struct api_call *call) {
  TRY(api_session_end(call));
  http_response_header(call->http, "Clear-Site-Data", S("\"storage\"")); /* documents kept on the device too, whatever page this came from */
  http_redirect(call->http, S("/?signed_out=1"));
  return OK;
}
