#include "server/delivery.h"

#include "codec/base64.h"
#include "codec/hex.h"
#include "codec/jin.h"
#include "codec/jout.h"
#include "exchange/exchange.h"
#include "http/http.h"
#include "wallet/wallet.h"

enum { ANSWER_BYTES_MAX = 64 * 1024, SIGNED_AGE_MAX_S = 300, FIELDS_MAX = 64 };

struct sending {
  struct env *env;
  const struct server_peer *peer;
  const struct outbox_item *item;
  struct arena *arena;
  struct slice id; /* the outbox id: idempotency key on the wire */
};

static result write_body(const struct sending *s, struct slice *ret_body) {
  struct slice document = S("");
  if (!slice_empty(s->item->document_sha256)) {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(s->env->db, &tx));
    TRY(wallet_bytes_get(tx, s->arena, s->item->document_sha256.ptr, &document));
  }
  struct buf buf;
  buf_init(&buf, s->arena, document.len * 2 + 1024);
  struct jout out;
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_text(&out, "delivery_id", s->id);
  jout_put_text(&out, "kind", s->item->kind);
  jout_put_text(&out, "reference", s->item->reference);
  jout_put_raw(&out, "payload", s->item->payload);
  jout_put_text(&out, "document", base64_write(s->arena, document));
  jout_object_end(&out);
  *ret_body = buf_slice(&buf);
  return OK;
}

static result sign(const struct sending *s, struct exchange_message *message, struct exchange_field *fields) {
  struct exchange_signature order = {.components = exchange_delivery_components,
                                     .component_count = exchange_delivery_component_count,
                                     .created_s = clock_now_ms(s->env->clock) / 1000,
                                     .keyid = S("message/danh"),
                                     .nonce = s->id,
                                     .tag = S("danh-delivery")};
  struct exchange_prepared prepared;
  struct slice der;
  TRY(exchange_prepare(s->arena, message, &order, &prepared));
  struct signer_request request = {.key = S("message/danh"), .profile = SIGNER_MESSAGE, .reference = s->item->reference};
  memcpy(request.digest, prepared.digest, sizeof request.digest);
  TRY(s->env->signer->sign(s->env->signer, &request, s->arena, &der));
  fields[message->field_count++] = (struct exchange_field){S("signature-input"), prepared.input};
  fields[message->field_count] = (struct exchange_field){S("signature"), S("")};
  return exchange_signature_value(s->arena, der, &fields[message->field_count++].value);
}

/* The acknowledgement must be this receiver's, for this delivery, of these bytes. */
static result check_acknowledgement(const struct sending *s, const struct exchange_message *request,
                                    const struct http_client_response *response) {
  struct exchange_field fields[FIELDS_MAX];
  struct exchange_message answer = {.status = response->status, .fields = fields, .body = response->body, .request = request};
  for (size_t i = 0; i < response->header_count && i < FIELDS_MAX; i++) {
    fields[answer.field_count++] = (struct exchange_field){response->headers[i].name, response->headers[i].value};
  }
  struct exchange_policy policy = {.components = exchange_acknowledgement_components,
                                   .component_count = exchange_acknowledgement_component_count,
                                   .tag = S("danh-acknowledgement"),
                                   .keyid = s->peer->name,
                                   .public_key = s->peer->public_key,
                                   .now_s = clock_now_ms(s->env->clock) / 1000,
                                   .age_max_s = SIGNED_AGE_MAX_S};
  struct jin_doc doc;
  const struct jin *root = NULL;
  struct slice id;
  struct slice sha256;
  jin_doc_init(&doc, s->arena, JIN_LIMITS_DEFAULT);
  if (!is_ok(exchange_verify(s->arena, &answer, &policy)) || !is_ok(jin_parse(&doc, response->body, &root)) ||
      !is_ok(jin_text(root, "delivery_id", 20, &id)) || !is_ok(jin_text(root, "document_sha256", 64, &sha256)) || !slice_eq(id, s->id) ||
      (!slice_empty(s->item->document_sha256) && !slice_eq(sha256, hex_write(s->arena, s->item->document_sha256)))) {
    FAIL(OUTBOX_ACK_INVALID, "acknowledgement not signed by the receiver for this delivery");
  }
  return OK;
}

static result post(const struct sending *s, const struct exchange_message *message, struct http_client_response *ret_response) {
  struct http_header headers[FIELDS_MAX];
  for (size_t i = 0; i < message->field_count; i++) {
    headers[i] = (struct http_header){message->fields[i].name, message->fields[i].value};
  }
  struct http_client_request request = {.method = HTTP_POST,
                                        .url = s->peer->url,
                                        .headers = headers,
                                        .header_count = message->field_count,
                                        .body = message->body,
                                        .ca_path = s->peer->ca_path,
                                        .is_loopback_allowed = s->peer->is_loopback_allowed,
                                        .response_bytes_max = ANSWER_BYTES_MAX};
  if (!is_ok(http_client_send(&request, s->arena, ret_response))) {
    struct slice why = arena_copy(s->arena, slice_str(fault_last()->detail));
    FAIL(OUTBOX_UNREACHABLE, "%.*s does not answer: %.*s", SLICE_ARG(s->peer->name), SLICE_ARG(why));
  }
  if (ret_response->status >= 500) {
    FAIL(OUTBOX_UNREACHABLE, "%.*s answers %d", SLICE_ARG(s->peer->name), ret_response->status);
  }
  if (ret_response->status != 200) {
    FAIL(OUTBOX_REFUSED, "receiver answers %d", ret_response->status);
  }
  return OK;
}

result server_delivery_send(struct env *env, void *context, const struct outbox_item *item, struct arena *arena,
                            struct slice *ret_acknowledgement) {
  struct sending s = {env, context, item, arena, arena_printf(arena, "%lld", (long long)item->outbox_id)};
  struct slice body;
  TRY(write_body(&s, &body));
  struct exchange_field fields[5] = {{S("content-type"), S("application/json")},
                                     {S("content-digest"), exchange_content_digest(arena, body)},
                                     {S("idempotency-key"), s.id}};
  struct exchange_message message = {
      .method = S("POST"), .target_uri = s.peer->url, .fields = fields, .field_count = 3, .body = body};
  struct http_client_response response;
  TRY(sign(&s, &message, fields));
  TRY(post(&s, &message, &response));
  TRY(check_acknowledgement(&s, &message, &response));
  *ret_acknowledgement = response.body;
  return OK;
}
