#include "server/admin.h"

#include <unistd.h>

#include "codec/prometheus.h"

enum { WRITE_TIMEOUT_MS = 6 * 3600 * 1000, ANSWER_BYTES_MAX = 64 * 1024 * 1024, SOCKET_TRIES = 30, SOCKET_PAUSE_US = 100 * 1000 };

const struct server_write *server_admin_find(const struct server_writes *writes, struct slice name) {
  for (const struct server_write *row = writes->rows; row != NULL && row->name != NULL; row++) {
    if (slice_is(name, row->name)) {
      return row;
    }
  }
  return NULL;
}

static result run_write(struct server_installation *installation, const struct server_write *write, struct slice args, struct buf *answer) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, answer->arena, (struct jin_limits){ANSWER_BYTES_MAX, 32, 1000000});
  TRY(jin_parse(&doc, args, &root));
  struct jout out;
  jout_init(&out, answer);
  result outcome = write->run(installation, root, &out);
  if (!is_ok(outcome) && doc.fault.code == outcome.code) {
    return fault_set(fault_last()->file, fault_last()->line, outcome.code, "%.*s %s", SLICE_ARG(doc.fault.path), doc.fault.reason);
  }
  return outcome;
}

static void refuse_call(struct http_call *call, int status, result why) {
  struct buf body;
  struct jout out;
  buf_init(&body, call->arena, 256);
  jout_init(&out, &body);
  jout_object(&out);
  jout_put_int(&out, "code", why.code);
  jout_put_str(&out, "detail", fault_last()->detail);
  jout_object_end(&out);
  http_reply(call, status, "application/json", buf_slice(&body));
}

static result answer_write(struct admin *admin, struct http_call *call) {
  const struct server_write *write = server_admin_find(&admin->writes, http_param(call, "name"));
  if (write == NULL) {
    FAIL(SERVER_WRITE_UNKNOWN, "no such write");
  }
  struct buf answer;
  buf_init(&answer, call->arena, 1024);
  TRY(run_write(admin->installation, write, call->request.body, &answer));
  http_reply(call, 200, "application/json", answer.len > 0 ? buf_slice(&answer) : S("{}"));
  return OK;
}

static result answer_metrics(struct admin *admin, struct http_call *call) {
  struct buf out;
  buf_init(&out, call->arena, 32 * 1024);
  api_metrics_write(admin->api, &out);
  http_reply(call, 200, PROMETHEUS_CONTENT_TYPE, buf_slice(&out));
  return OK;
}

static result answer_reload(struct admin *admin, struct http_call *call) {
  struct buf out;
  buf_init(&out, call->arena, 1024);
  TRY(server_reload_run(admin->reload, &out));
  http_reply(call, 200, "application/json", buf_slice(&out));
  return OK;
}

struct row {
  struct http_route route;
  result (*answer)(struct admin *admin, struct http_call *call);
};

static void handle(void *app, struct http_call *call) {
  struct admin *admin = app;
  static const struct row rows[] = {{{HTTP_POST, "/writes/{name}"}, answer_write}, {{HTTP_POST, "/reload"}, answer_reload}, {{HTTP_GET, "/metrics"}, answer_metrics}};
  static const struct http_routes routes = {rows, sizeof *rows, sizeof rows / sizeof *rows};
  if (call->request.peer_uid != (int64_t)geteuid() && call->request.peer_uid != 0) {
    refuse_call(call, 403, fault_set(__FILE__, __LINE__, SERVER_FOREIGN_USER, "another user"));
    return;
  }
  const void *found = NULL;
  result outcome = http_route_find(&routes, call, &found);
  outcome = is_ok(outcome) ? ((const struct row *)found)->answer(admin, call) : outcome;
  if (!is_ok(outcome)) {
    refuse_call(call, 422, outcome);
  }
}

static void refuse(void *app, struct http_call *call, uint16_t code) {
  (void)app;
  http_reply(call, result_kind((result){code}) == RESULT_UNAVAILABLE ? 503 : 400, "application/json", S("{}"));
}

result server_admin_open(struct admin *admin) {
  struct server_installation *installation = admin->installation;
  const struct http_server_options options = {
      .unix_socket = (const char *)arena_printf(&installation->arena, "%s/danh.sock", installation->data).ptr,
      .loops = 1,
      .workers = 4, /* a long import leaves room for a short lock */
      .limits = {.body_bytes_max = 1024 * 1024, .idle_ms = 5000},
      .app = admin,
      .handle = handle,
      .refuse = refuse,
  };
  return http_server_open(&options, &admin->http);
}

void server_admin_close(struct admin *admin) { http_server_close(&admin->http); }

/* path: "writes/account.lock", "reload". */
static result call_server(const struct server_write_order *order, const char *path, struct arena *arena, struct slice *ret_answer) {
  const struct http_client_request request = {
      .method = HTTP_POST,
      .url = arena_printf(arena, "http://danh/%s", path),
      .body = order->args,
      .unix_socket = (const char *)arena_printf(arena, "%s/danh.sock", order->data).ptr,
      .timeout_ms = WRITE_TIMEOUT_MS,
      .response_bytes_max = ANSWER_BYTES_MAX,
  };
  struct http_client_response response;
  TRY(http_client_send(&request, arena, &response));
  if (response.status == 200) {
    *ret_answer = response.body;
    return OK;
  }
  struct jin_doc doc;
  const struct jin *root = NULL;
  int64_t code = 0;
  struct slice detail = {0};
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  if (is_ok(jin_parse(&doc, response.body, &root)) && is_ok(jin_int(root, "code", 1, UINT16_MAX, &code)) &&
      is_ok(jin_text_optional(root, "detail", 1000, &detail))) {
    FAIL((uint16_t)code, "%.*s", SLICE_ARG(detail));
  }
  FAIL(SERVER_ANSWER, "status %d", response.status);
}

static result run_here(const struct server_write *write, const struct server_write_order *order, struct arena *arena,
                       struct slice *ret_answer) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  TRY(server_installation_open(order->data, order->mode, &installation));
  TRY(server_clock_check(installation));
  struct buf answer;
  buf_init(&answer, arena, 1024);
  TRY(run_write(installation, write, order->args, &answer));
  *ret_answer = answer.len > 0 ? buf_slice(&answer) : S("{}");
  return OK;
}

result server_write_call(const struct server_writes *writes, const struct server_write_order *order, struct arena *arena,
                         struct slice *ret_answer) {
  const struct server_write *write = server_admin_find(writes, slice_str(order->name));
  if (write == NULL) {
    FAIL(SERVER_WRITE_UNKNOWN, "%s", order->name);
  }
  /* A server that is just starting or stopping holds the lock without answering: ask again for a while. */
  for (int tries = 0; tries < SOCKET_TRIES; tries++) {
    result here = run_here(write, order, arena, ret_answer);
    if (!is_code(here, SERVER_LOCKED)) {
      return here;
    }
    if (order->elsewhere != NULL && tries == 0) {
      order->elsewhere();
    }
    result there = call_server(order, (const char *)arena_printf(arena, "writes/%s", order->name).ptr, arena, ret_answer);
    if (!is_code(there, HTTP_PEER_UNREACHABLE)) {
      return there;
    }
    usleep(SOCKET_PAUSE_US);
  }
  FAIL(SERVER_LOCKED, "and no server answers on danh.sock");
}

result server_reload_call(const char *data, struct arena *arena, struct slice *ret_answer) {
  struct server_config config;
  TRY(server_config_load(data, arena, &config)); /* told also where no server runs */
  return call_server(&(const struct server_write_order){.data = data, .args = S("{}")}, "reload", arena, ret_answer);
}
