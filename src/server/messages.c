#include "server/messages.h"

#include "base/number.h"
#include "codec/jin.h"
#include "codec/jout.h"
#include "codec/url.h"
#include "http/http.h"

enum { ANSWER_BYTES_MAX = 16 * 1024, RETRY_AFTER_S_MAX = 24 * 3600 };

/* The screen of a demonstration; without one the configuration was taken away just now, and what is left waits. */
static result send_screen(struct env *env, const struct server_settings *settings, const struct message_item *item, struct arena *arena, struct message_outcome *outcome) {
  if (!settings->is_demo) {
    FAIL(MESSAGE_UNREACHABLE, "danh.ini names none any more");
  }
  return message_screen_send(env, NULL, item, arena, outcome);
}

/* ---- mail ---- */

static result send_mail(struct env *env, void *context, const struct message_item *item, struct arena *arena, struct message_outcome *outcome) {
  struct server_messages *messages = context;
  struct snapshot *held CLEANUP(snapshot_give) = snapshot_take(messages->settings);
  const struct server_settings *settings = server_settings_of(held);
  const struct server_mail *mail = &settings->config.mail;
  if (mail->url.len == 0) {
    return send_screen(env, settings, item, arena, outcome);
  }
  const struct message_mail head = {.from = mail->from, .from_name = mail->from_name, .at_ms = clock_now_ms(env->clock)};
  struct http_mail request = {.url = mail->url,
                              .is_plain = mail->is_plain,
                              .ca_path = mail->ca_path.len > 0 ? arena_cstr(arena, mail->ca_path) : NULL,
                              .user = mail->user,
                              .password = settings->mail_password,
                              .from = mail->from,
                              .to = item->address};
  TRY(message_mail_write(arena, &head, item, &request.bytes));
  result sent = http_mail_send(&request, arena);
  if (is_code(sent, HTTP_MAIL_REFUSED)) {
    FAIL(MESSAGE_REFUSED, "by the mail server");
  }
  server_away_note(&messages->mail, env->clock, sent);
  if (!is_ok(sent)) {
    FAIL(MESSAGE_UNREACHABLE, "mail server");
  }
  return OK;
}

/* ---- SMS gateway ---- */

/* As it stands inside a JSON string: quotes, backslashes and control characters escaped, without the quotes around. */
static struct slice json_inside(struct arena *arena, struct slice value) {
  struct buf buf;
  struct jout out;
  buf_init(&buf, arena, value.len + 16);
  jout_init(&out, &buf);
  jout_text(&out, value);
  struct slice quoted = buf_slice(&buf);
  return slice_sub(quoted, 1, quoted.len - 2);
}

struct filling {
  struct arena *arena;
  struct slice (*escape)(struct arena *arena, struct slice value);
  struct slice to;
  struct slice text;
  struct slice id;
};

/* {to}, {text} and {id}, each escaped for where it stands; any other brace stays. */
static struct slice fill(const struct filling *filling, struct slice template) {
  const struct {
    struct slice mark;
    struct slice value;
  } marks[] = {{S("{to}"), filling->to}, {S("{text}"), filling->text}, {S("{id}"), filling->id}};
  struct buf out;
  buf_init(&out, filling->arena, template.len + filling->text.len + 64);
  while (template.len > 0) {
    size_t taken = 0;
    for (size_t i = 0; i < sizeof marks / sizeof *marks && taken == 0; i++) {
      if (slice_starts(template, marks[i].mark)) {
        buf_append(&out, filling->escape(filling->arena, marks[i].value));
        taken = marks[i].mark.len;
      }
    }
    if (taken == 0) {
      buf_append_byte(&out, template.ptr[0]);
      taken = 1;
    }
    template = slice_from(template, taken);
  }
  return buf_slice(&out);
}

/* [RFC9110 10.2.3] in seconds; a date is not read: the usual doubling serves then. */
static int64_t retry_after_ms(const struct http_client_response *response) {
  int64_t seconds = 0;
  if (!is_ok(number_parse(http_client_header(response, "Retry-After"), &seconds)) || seconds < 0) {
    return 0;
  }
  return (seconds < RETRY_AFTER_S_MAX ? seconds : RETRY_AFTER_S_MAX) * 1000;
}

/* The member of the answer that danh.ini names; a gateway that sends none, or a number, is believed without. */
static struct slice reference_in(struct arena *arena, struct slice body, struct slice member) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  struct slice reference = {0};
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  if (member.len == 0 || !is_ok(jin_parse(&doc, body, &root)) || !is_ok(jin_text(root, arena_cstr(arena, member), 200, &reference))) {
    return (struct slice){0};
  }
  return reference;
}

static result judge(const struct http_client_response *response, struct message_outcome *outcome) {
  int status = response->status;
  if (status >= 200 && status < 300) {
    return OK;
  }
  outcome->retry_after_ms = retry_after_ms(response);
  /* these speak of the message; 401, 403, 404 and the rest of us or of the gateway, which an operator mends */
  if (status == 400 || status == 410 || status == 413 || status == 422) {
    FAIL(MESSAGE_REFUSED, "the gateway answers %d", status);
  }
  FAIL(MESSAGE_UNREACHABLE, "the gateway answers %d", status);
}

static result send_sms(struct env *env, void *context, const struct message_item *item, struct arena *arena, struct message_outcome *outcome) {
  struct server_messages *messages = context;
  struct snapshot *held CLEANUP(snapshot_give) = snapshot_take(messages->settings);
  const struct server_settings *settings = server_settings_of(held);
  const struct server_sms *sms = &settings->config.sms;
  if (sms->url.len == 0) {
    return send_screen(env, settings, item, arena, outcome);
  }
  struct slice content_type = sms->content_type.len > 0 ? sms->content_type : S("application/json");
  bool is_form = slice_is(content_type, "application/x-www-form-urlencoded");
  bool is_national = slice_starts(item->address, S("0")) && !sms->is_national;
  struct filling filling = {.arena = arena,
                            .escape = url_encode,
                            .to = is_national ? arena_printf(arena, "+84%.*s", SLICE_ARG(slice_from(item->address, 1))) : item->address,
                            .text = item->text,
                            .id = arena_printf(arena, "%lld", (long long)item->message_id)};
  struct http_header headers[3] = {{S("Content-Type"), content_type}, {S("Idempotency-Key"), filling.id}};
  struct http_client_request request = {.method = HTTP_POST,
                                        .url = fill(&filling, sms->url),
                                        .headers = headers,
                                        .header_count = 2,
                                        .ca_path = sms->ca_path.len > 0 ? arena_cstr(arena, sms->ca_path) : NULL,
                                        .is_loopback_allowed = settings->is_demo,
                                        .response_bytes_max = ANSWER_BYTES_MAX};
  if (settings->sms_authorization.len > 0) {
    headers[request.header_count++] = (struct http_header){S("Authorization"), settings->sms_authorization};
  }
  filling.escape = is_form ? url_encode : json_inside;
  request.body = fill(&filling, sms->body);
  struct http_client_response response;
  result answered = http_client_send(&request, arena, &response);
  server_away_note(&messages->sms, env->clock, answered);
  if (!is_ok(answered)) {
    FAIL(MESSAGE_UNREACHABLE, "the gateway does not answer");
  }
  TRY(judge(&response, outcome));
  outcome->reference = reference_in(arena, response.body, sms->reference);
  return OK;
}

/* ---- which of them ---- */

static bool has_mail(void *context) {
  struct snapshot *held CLEANUP(snapshot_give) = snapshot_take(((struct server_messages *)context)->settings);
  return server_settings_of(held)->config.mail.url.len > 0 || server_settings_of(held)->is_demo;
}

static bool has_sms(void *context) {
  struct snapshot *held CLEANUP(snapshot_give) = snapshot_take(((struct server_messages *)context)->settings);
  return server_settings_of(held)->config.sms.url.len > 0 || server_settings_of(held)->is_demo;
}

struct message_senders server_messages_senders(struct server_messages *messages) {
  return (struct message_senders){.sms = {.send = send_sms, .is_there = has_sms, .context = messages},
                                  .email = {.send = send_mail, .is_there = has_mail, .context = messages}};
}
