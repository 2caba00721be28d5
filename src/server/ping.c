#include "server/ping.h"

#include "codec/jin.h"
#include "codec/jout.h"
#include "http/http.h"

enum { TIMEOUT_MS = 3000, ANSWER_BYTES_MAX = 4096, TEXT_BYTES_MAX = 8192 };

struct ping {
  struct slice url;
  struct slice token;
  struct slice auth_req_id;
  int64_t until_ms;
  bool is_self_registered;
};

static result read_payload(struct arena *arena, struct slice payload, struct ping *ret_ping) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, payload, &root));
  TRY(jin_text(root, "url", TEXT_BYTES_MAX, &ret_ping->url));
  TRY(jin_text(root, "token", TEXT_BYTES_MAX, &ret_ping->token));
  TRY(jin_text(root, "auth_req_id", TEXT_BYTES_MAX, &ret_ping->auth_req_id));
  ret_ping->is_self_registered = true; /* a row of before does not say: as if it were */
  TRY(jin_bool_optional(root, "is_self_registered", &ret_ping->is_self_registered));
  return jin_int(root, "until_ms", 0, INT64_MAX, &ret_ping->until_ms);
}

result server_ping_send(struct env *env, void *context, const struct outbox_item *item, struct arena *arena, struct slice *ret_acknowledgement) {
  struct ping ping;
  struct buf body;
  struct jout out;
  struct http_client_response response;
  TRY(read_payload(arena, item->payload, &ping));
  if (clock_now_ms(env->clock) >= ping.until_ms) {
    *ret_acknowledgement = S("the request has run out");
    return OK;
  }
  buf_init(&body, arena, 128);
  jout_init(&out, &body);
  jout_object(&out);
  jout_put_text(&out, "auth_req_id", ping.auth_req_id);
  jout_object_end(&out);
  const struct http_header headers[] = {{S("content-type"), S("application/json")},
                                        {S("authorization"), arena_printf(arena, "Bearer %.*s", SLICE_ARG(ping.token))}};
  const struct http_client_request request = {.method = HTTP_POST,
                                              .url = ping.url,
                                              .headers = headers,
                                              .header_count = sizeof headers / sizeof *headers,
                                              .body = buf_slice(&body),
                                              .is_loopback_allowed = *(const bool *)context,
                                              .is_private_refused = ping.is_self_registered,
                                              .timeout_ms = TIMEOUT_MS,
                                              .response_bytes_max = ANSWER_BYTES_MAX};
  if (!is_ok(http_client_send(&request, arena, &response)) || response.status >= 500) {
    FAIL(OUTBOX_UNREACHABLE, "the client does not answer");
  }
  /* [CIBA 10.2] 204 is the answer; a redirect is not followed, and a refusal is the client's own affair: it may still poll */
  *ret_acknowledgement = arena_printf(arena, "status %d", response.status);
  return OK;
}
