/* Answers: JSON, problems, cookies; and the bodies of requests. */
#include <strings.h>

#include "api/call.h"
#include "authenticator/authenticator.h"
#include "codec/utf8.h"

enum { AGENT_BYTES_MAX = 200, BUSY_S = 2 };

struct jout *api_begin(struct api_call *call) {
  buf_init(&call->body, call->arena, 2048);
  jout_init(&call->out, &call->body);
  return &call->out;
}

void api_send(struct api_call *call, int status) {
  http_reply(call->http, status, "application/json; charset=utf-8", buf_slice(&call->body));
}

const char *api_words(const struct api_call *call, const char *vi, const char *en) { return call->language == API_ENGLISH ? en : vi; }

void api_put_text(struct jout *out, const char *name, struct slice vi, struct slice en) {
  jout_put_object(out, name);
  jout_put_text(out, "vi", vi);
  jout_put_text(out, "en", en.len > 0 ? en : vi);
  jout_object_end(out);
}

struct slice api_proxy_header(const struct api_call *call, const char *name) {
  return call->http->request.peer_uid >= 0 ? http_header(&call->http->request, name) : (struct slice){0};
}

struct account_client api_client(const struct api_call *call) {
  struct slice forwarded = api_proxy_header(call, "X-Real-IP");
  struct slice address = http_network(call->arena, forwarded).len > 0 ? forwarded : call->http->request.peer_address;
  return (struct account_client){.address = address,
                                 .network = http_network(call->arena, address),
                                 .agent = slice_sub(http_header(&call->http->request, "User-Agent"), 0, AGENT_BYTES_MAX)};
}

static bool is_word(struct slice text, const char *expected) {
  return text.len == strlen(expected) && strncasecmp((const char *)text.ptr, expected, text.len) == 0;
}

/* Bodies are UTF-8: another charset would make other text of the same bytes. */
static bool is_type(const struct api_call *call, const char *expected) {
  struct slice rest = http_header(&call->http->request, "Content-Type");
  bool is_expected = is_word(slice_trim(slice_cut(&rest, ';')), expected);
  while (rest.len > 0) {
    struct slice value = slice_trim(slice_cut(&rest, ';'));
    struct slice name = slice_trim(slice_cut(&value, '='));
    is_expected &= !is_word(name, "charset") || is_word(slice_trim(value), "utf-8") || is_word(slice_trim(value), "\"utf-8\"");
  }
  return is_expected;
}

/* What is stored here is read by somebody else later: nothing in it may hide, or turn around what stands beside it. Depth is bounded by the reader. */
static result check_texts(const struct jin *value) {
  if (value->type == JIN_TEXT && !utf8_is_text(value->text)) {
    return jin_refuse(value, "holds control characters or turns the direction of writing");
  }
  for (size_t i = 0; i < value->count; i++) {
    TRY(check_texts(&value->items[i]));
  }
  return OK;
}

result api_body(struct api_call *call, const struct jin **ret_root) {
  if (!is_type(call, "application/json")) {
    FAIL(API_MEDIA_TYPE, "application/json is wanted");
  }
  const struct jin *root = NULL;
  jin_doc_init(&call->doc, call->arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&call->doc, call->http->request.body, &root));
  TRY(check_texts(root));
  *ret_root = root;
  return OK;
}

result api_form_text(struct api_call *call, struct slice *ret_text) {
  if (!is_type(call, "application/x-www-form-urlencoded")) {
    FAIL(API_MEDIA_TYPE, "a form is wanted");
  }
  *ret_text = call->http->request.body;
  return OK;
}

result api_form(struct api_call *call, struct url_form *ret_form) {
  struct slice text = {0};
  TRY(api_form_text(call, &text));
  return url_form_parse(text, call->arena, ret_form);
}

result api_query(struct api_call *call, struct url_form *ret_query) {
  struct url_form query;
  if (call->has_query) {
    *ret_query = call->query;
    return OK;
  }
  TRY(url_form_parse(call->http->request.query, call->arena, &query));
  for (size_t i = 0; i < query.count; i++) {
    if (!utf8_is_line(query.fields[i].value)) {
      FAIL(API_INPUT, "a query parameter that is not one line of text");
    }
  }
  *ret_query = call->query = query;
  call->has_query = true;
  return OK;
}

static void put_cookie(struct api_call *call, const char *name, struct slice value, const char *kept, int64_t lifetime_s) {
  struct slice cookie = arena_printf(call->arena, "%s=%.*s; Path=/; SameSite=Lax%s%s; Max-Age=%lld", name, SLICE_ARG(value), kept,
                                     call->api->is_https ? "; Secure" : "", value.len > 0 ? (long long)lifetime_s : 0);
  http_response_header(call->http, "Set-Cookie", cookie);
}

void api_cookie(struct api_call *call, const char *name, struct slice value, int64_t lifetime_s) {
  put_cookie(call, name, value, "; HttpOnly", lifetime_s);
}

void api_cookie_language(struct api_call *call, struct slice language, int64_t lifetime_s) { put_cookie(call, "danh_lang", language, "", lifetime_s); }

/* The one place of the request that was wrong, if its reader knows it. */
static void put_errors(struct api_call *call, struct jout *out) {
  const struct jin_fault *fault = &call->doc.fault;
  if (fault->code == 0) {
    return;
  }
  jout_put_list(out, "errors");
  jout_object(out);
  jout_put_text(out, "path", fault->path);
  jout_put_str(out, "code", api_error_find(fault->code)->name);
  jout_put_text(out, "detail", api_error_sentence(fault->code, call->language));
  jout_object_end(out);
  jout_list_end(out);
}

/* What a program needs to know to come back with enough [RFC9470 3 MUST]. */
static void put_step_up(struct api_call *call, const struct api_error_row *row, struct jout *out) {
  if (row->code != AUTHENTICATOR_STEP_UP) {
    return;
  }
  struct slice acr = account_acr_name(call->level_needed > 0 ? call->level_needed : ACCOUNT_TWO_FACTORS);
  struct slice age = call->age_max_s > 0 ? arena_printf(call->arena, ", max_age=\"%lld\"", (long long)call->age_max_s) : S("");
  jout_put_text(out, "acr_values", acr);
  if (call->age_max_s > 0) {
    jout_put_int(out, "max_age", call->age_max_s);
  }
  http_response_header(call->http, "WWW-Authenticate",
                       arena_printf(call->arena, "Bearer error=\"insufficient_user_authentication\", acr_values=\"%.*s\"%.*s", SLICE_ARG(acr), SLICE_ARG(age)));
}

static void send_problem(struct api_call *call, const struct api_error_row *row) {
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "type", arena_printf(call->arena, "/problems/%s", row->name));
  jout_put_text(out, "title", api_error_sentence(row->code, call->language));
  jout_put_int(out, "status", row->status);
  jout_put_text_or_null(out, "detail", call->detail);
  jout_put_str(out, "code", row->name);
  put_errors(call, out);
  put_step_up(call, row, out);
  jout_object_end(out);
  http_reply(call->http, row->status, "application/problem+json; charset=utf-8", buf_slice(&call->body));
}

void api_retry_after(struct api_call *call, result failure) {
  int64_t wait_s = BUSY_S;
  if (is_code(failure, ACCOUNT_TOO_MANY)) {
    result known = account_guess_wait(call->env, api_client(call).network, &wait_s);
    wait_s = is_ok(known) ? wait_s : BUSY_S;
  } else if (api_error_find(failure.code)->status != 503) {
    return;
  }
  http_response_header(call->http, "Retry-After", arena_printf(call->arena, "%lld", (long long)wait_s));
}

/* People get the page that asks for what is missing, and come back where they were. */
static struct slice sign_in_address(struct api_call *call, uint16_t code) {
  bool is_step_up = code == AUTHENTICATOR_STEP_UP;
  bool comes_back = call->http->request.method == HTTP_GET;
  struct slice next = comes_back ? url_encode(call->arena, call->http->request.path) : S("");
  return arena_printf(call->arena, "/sign-in?level=%d%s%s%.*s", is_step_up && call->level_needed > 0 ? call->level_needed : 1,
                      is_step_up && call->age_max_s > 0 ? "&fresh=1" : "", comes_back ? "&next=" : "", SLICE_ARG(next));
}

void api_problem(struct api_call *call, result failure, bool is_page) {
  const struct api_error_row *row = api_error_find(failure.code);
  api_retry_after(call, failure);
  if (is_page && row->status == 401) {
    http_redirect(call->http, sign_in_address(call, row->code));
  } else if (is_page) {
    api_error_page(call, row->status, api_error_sentence(row->code, call->language));
  } else {
    send_problem(call, row);
  }
}
