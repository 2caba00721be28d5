#include "receiver/receiver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/number.h"
#include "codec/base64.h"
#include "codec/hex.h"
#include "codec/jin.h"
#include "codec/jout.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "exchange/exchange.h"
#include "http/http.h"
#include "receiver/store.h"

enum { BODY_BYTES_MAX = 4 * 1024 * 1024, SIGNED_AGE_MAX_S = 300, FIELDS_MAX = 64 };

struct receiver {
  struct receiver_options options;
  struct db *db;
  struct key *key;
  struct http_server *server;
};

/* ---- its key ---- */

static result key_file_read(const char *path, struct key **ret_key) {
  struct secret pkcs8 CLEANUP(secret_clear) = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    FAIL(RECEIVER_KEY_FILE, "receiver.key: errno %d", errno);
  }
  ssize_t got = read(fd, pkcs8.bytes, sizeof pkcs8.bytes);
  (void)close(fd);
  if (got <= 0) {
    FAIL(RECEIVER_KEY_FILE, "receiver.key is empty");
  }
  pkcs8.len = (size_t)got;
  return key_load_private(secret_slice(&pkcs8), ret_key);
}

static result key_file_make(const char *path) {
  struct key *key CLEANUP(key_free) = NULL;
  struct secret pkcs8 CLEANUP(secret_clear) = {0};
  TRY(key_generate(&key));
  TRY(key_save_private(key, &pkcs8));
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    FAIL(RECEIVER_KEY_FILE, "receiver.key: errno %d", errno);
  }
  bool written = write(fd, pkcs8.bytes, pkcs8.len) == (ssize_t)pkcs8.len && fsync(fd) == 0;
  (void)close(fd);
  if (!written) {
    FAIL(RECEIVER_KEY_FILE, "receiver.key could not be written");
  }
  return OK;
}

static result key_open(const char *data_dir, struct arena *arena, struct key **ret_key) {
  const char *path = arena_cstr(arena, arena_printf(arena, "%s/receiver.key", data_dir));
  if (mkdir(data_dir, 0700) != 0 && errno != EEXIST) {
    FAIL(RECEIVER_KEY_FILE, "data folder: errno %d", errno);
  }
  if (access(path, F_OK) != 0) {
    TRY(key_file_make(path));
  }
  return key_file_read(path, ret_key);
}

result receiver_public_key(const char *data_dir, struct arena *arena, struct slice *ret_spki) {
  struct key *key CLEANUP(key_free) = NULL;
  TRY(key_open(data_dir, arena, &key));
  return key_public(key, arena, ret_spki);
}

/* ---- one delivery ---- */

/* The payload is a flat object of texts and numbers; it is kept member for member. */
static result write_payload(struct arena *arena, const struct jin *payload, struct slice *ret_json) {
  struct buf buf;
  buf_init(&buf, arena, 512);
  struct jout out;
  jout_init(&out, &buf);
  jout_object(&out);
  for (size_t i = 0; i < payload->count; i++) {
    const struct jin *member = &payload->items[i];
    jout_name_slice(&out, member->name);
    if (member->type == JIN_TEXT) {
      jout_text(&out, member->text);
    } else if (member->type == JIN_INT) {
      jout_int(&out, member->number);
    } else {
      FAIL(RECEIVER_BODY, "a payload member is neither text nor number");
    }
  }
  jout_object_end(&out);
  *ret_json = buf_slice(&buf);
  return OK;
}

static result read_delivery(struct arena *arena, struct slice body, struct delivery *ret_delivery) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  const struct jin *payload = NULL;
  struct slice document = S("");
  struct delivery d = {0};
  jin_doc_init(&doc, arena, (struct jin_limits){BODY_BYTES_MAX, 8, 1000});
  TRY(jin_parse(&doc, body, &root));
  TRY(jin_fields(root, (const char *const[]){"delivery_id", "kind", "reference", "payload", "document", NULL}));
  struct slice id;
  TRY(jin_text(root, "delivery_id", 20, &id));
  TRY(jin_text(root, "kind", 64, &d.kind));
  TRY(jin_text(root, "reference", 64, &d.reference));
  TRY(jin_object(root, "payload", &payload));
  TRY(jin_text_optional(root, "document", BODY_BYTES_MAX, &document));
  TRY(base64_parse(document, arena, &d.document));
  TRY(number_parse(id, &d.delivery_id));
  TRY(write_payload(arena, payload, &d.payload));
  digest_sha256(body, d.content);
  digest_sha256(d.document, d.document_sha256);
  *ret_delivery = d;
  return OK;
}

static struct exchange_message message_of(struct receiver *r, struct http_call *call, struct exchange_field *fields) {
  struct exchange_message message = {
      .method = S("POST"),
      .target_uri = arena_printf(call->arena, "%.*s/deliveries", SLICE_ARG(r->options.origin)),
      .fields = fields,
      .body = call->request.body};
  for (size_t i = 0; i < call->request.header_count && i < FIELDS_MAX; i++) {
    fields[message.field_count++] = (struct exchange_field){call->request.headers[i].name, call->request.headers[i].value};
  }
  return message;
}

static struct slice acknowledgement_body(struct receiver *r, struct arena *arena, const struct delivery *d) {
  struct buf buf;
  buf_init(&buf, arena, 512);
  struct jout out;
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_text(&out, "receiver", r->options.name);
  jout_put_text(&out, "delivery_id", arena_printf(arena, "%lld", (long long)d->delivery_id));
  jout_put_text(&out, "reference", d->reference);
  jout_put_text(&out, "document_sha256", hex_write(arena, slice_of(d->document_sha256, 32)));
  jout_put_instant(&out, "received_at", d->received_at_ms);
  jout_object_end(&out);
  return buf_slice(&buf);
}

/* [RFC9421 2.4] signs the answer, bound to the request. */
static result acknowledge(struct receiver *r, struct http_call *call, const struct exchange_message *request,
                          const struct delivery *d) {
  struct arena *arena = call->arena;
  struct slice body = acknowledgement_body(r, arena, d);
  struct slice digest = exchange_content_digest(arena, body);
  struct exchange_field fields[] = {{S("content-type"), S("application/json")}, {S("content-digest"), digest}};
  struct exchange_message message = {
      .status = 200, .fields = fields, .field_count = 2, .body = body, .request = request};
  struct exchange_signature order = {.components = exchange_acknowledgement_components,
                                     .component_count = exchange_acknowledgement_component_count,
                                     .created_s = clock_now_ms(r->options.clock) / 1000,
                                     .keyid = r->options.name,
                                     .tag = S("danh-acknowledgement")};
  struct exchange_prepared prepared;
  struct slice der;
  struct slice value;
  TRY(exchange_prepare(arena, &message, &order, &prepared));
  TRY(key_sign(r->key, prepared.digest, arena, &der));
  TRY(exchange_signature_value(arena, der, &value));
  http_reply(call, 200, "application/json", body);
  http_response_header(call, "Content-Digest", digest);
  http_response_header(call, "Signature-Input", prepared.input);
  http_response_header(call, "Signature", value);
  return OK;
}

static result take_delivery(struct receiver *r, struct http_call *call) {
  struct exchange_field fields[FIELDS_MAX];
  struct exchange_message message = message_of(r, call, fields);
  struct exchange_policy policy = {.components = exchange_delivery_components,
                                   .component_count = exchange_delivery_component_count,
                                   .tag = S("danh-delivery"),
                                   .keyid = S("message/danh"),
                                   .public_key = r->options.peer_key,
                                   .now_s = clock_now_ms(r->options.clock) / 1000,
                                   .age_max_s = SIGNED_AGE_MAX_S};
  struct delivery delivery;
  TRY(exchange_verify(call->arena, &message, &policy));
  TRY(read_delivery(call->arena, call->request.body, &delivery));
  struct slice key = http_header(&call->request, "idempotency-key");
  if (!slice_eq(key, arena_printf(call->arena, "%lld", (long long)delivery.delivery_id))) {
    FAIL(RECEIVER_BODY, "idempotency key and delivery_id differ");
  }
  delivery.received_at_ms = clock_now_ms(r->options.clock);
  TRY(receiver_store_put(r->db, &delivery));
  return acknowledge(r, call, &message, &delivery);
}

/* ---- routes ---- */

static result get_health(struct receiver *r, struct http_call *call) {
  (void)r;
  http_reply(call, 200, "application/json", S("{\"status\":\"ok\"}"));
  return OK;
}

/* What has arrived is shown on the receiver's own machine alone: nobody authenticates a reader here. */
static bool is_own_machine(struct slice address) {
  return slice_is(address, "::1") || slice_starts(address, S("127.")) || slice_starts(address, S("::ffff:127."));
}

static result get_deliveries(struct receiver *r, struct http_call *call) {
  if (!is_own_machine(call->request.peer_address)) {
    FAIL(RECEIVER_FOREIGN_READER, "a reader on another machine");
  }
  struct slice json;
  TRY(receiver_store_list(r->db, call->arena, http_param(call, "reference"), &json));
  http_reply(call, 200, "application/json", json);
  return OK;
}

struct row {
  struct http_route route;
  result (*handle)(struct receiver *receiver, struct http_call *call);
};
static const struct row rows[] = {
    {{HTTP_POST, "/deliveries"}, take_delivery},
    {{HTTP_GET, "/deliveries"}, get_deliveries},
    {{HTTP_GET, "/deliveries/{reference}"}, get_deliveries},
    {{HTTP_GET, "/healthz"}, get_health},
};

static int status_of(result failed) {
  switch (result_kind(failed)) {
    case RESULT_INVALID:
      return 400;
    case RESULT_REFUSED:
      return 403;
    case RESULT_NOT_FOUND:
      return 404;
    case RESULT_CONFLICT:
      return 409;
    case RESULT_UNAVAILABLE:
      return 503;
    default:
      return 500;
  }
}

static void handle(void *app, struct http_call *call) {
  struct receiver *r = app;
  const void *found = NULL;
  struct http_routes routes = {rows, sizeof *rows, sizeof rows / sizeof *rows};
  result done = http_route_find(&routes, call, &found);
  if (is_ok(done)) {
    done = ((const struct row *)found)->handle(r, call);
  }
  if (!is_ok(done)) {
    log_fault(r->options.clock, "receiver.refused");
    http_reply(
        call, status_of(done), "application/problem+json",
        arena_printf(call->arena, "{\"type\":\"about:blank\",\"status\":%d,\"code\":%u}", status_of(done), done.code));
  }
}

static void refuse(void *app, struct http_call *call, uint16_t code) {
  (void)app;
  http_reply(call, code == HTTP_OVERLOADED ? 503 : 400, "application/problem+json", S("{\"type\":\"about:blank\"}"));
}

result receiver_open(const struct receiver_options *options, struct receiver **ret_receiver) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct receiver *r = heap_alloc(sizeof *r);
  r->options = *options;
  struct http_server_options server = {.listen = options->listen,
                                       .loops = 1,
                                       .workers = 8,
                                       .limits = {.body_bytes_max = BODY_BYTES_MAX},
                                       .app = r,
                                       .handle = handle,
                                       .refuse = refuse};
  result opened = key_open(options->data_dir, &arena, &r->key);
  if (is_ok(opened)) {
    opened = receiver_store_open(options->data_dir, &r->db);
  }
  if (is_ok(opened)) {
    opened = http_server_open(&server, &r->server);
  }
  if (!is_ok(opened)) {
    receiver_close(&r);
    return opened;
  }
  *ret_receiver = r;
  return OK;
}

int receiver_port(const struct receiver *receiver) {
  return http_server_port(receiver->server);
}

void receiver_close(struct receiver **receiver) {
  struct receiver *r = *receiver;
  if (r == NULL) {
    return;
  }
  http_server_close(&r->server);
  db_close(&r->db);
  key_free(&r->key);
  free(r);
  *receiver = NULL;
}
