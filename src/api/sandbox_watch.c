/* What a sandbox adds to a protocol request: switches that act before and after it, and a line for the inspector. */
#include <time.h>

#include "api/interact.h"
#include "api/sandbox.h"
#include "sandbox/sandbox.h"

enum { RETRY_S = 5 };

static bool is_watched(const struct api_call *call) {
  struct slice path = call->http->request.path;
  return call->api->events != NULL && (slice_starts(path, S("/oidc/")) || slice_starts(path, S("/interact/")) || slice_starts(path, S("/.well-known/")));
}

static unsigned faults_of(struct api_call *call, struct slice client_id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  unsigned faults = 0;
  bool is_read = client_id.len > 0 && is_ok(db_read_begin(call->env->db, &tx)) && is_ok(sandbox_faults_load(tx, client_id, &faults));
  return is_read ? faults : 0;
}

static bool is_path(const struct api_call *call, const char *path) { return slice_is(call->http->request.path, path); }

/* An OAuth error [RFC6749 5.2]; where a browser asks, a page. */
static void answer_error(struct api_call *call, int status, const char *error) {
  if (is_path(call, "/oidc/authorize") || slice_starts(call->http->request.path, S("/interact/"))) {
    api_error_page(call, status, slice_str(error));
    return;
  }
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_str(out, "error", error);
  jout_put_str(out, "error_description", "a fault switch of the sandbox");
  jout_object_end(out);
  api_send(call, status);
}

/* Codes, refresh and access tokens count as expired. false: not a place where one comes. */
static bool answer_expired(struct api_call *call, const struct api_sandbox_request *request) {
  bool is_waiting = slice_is(request->grant_type, "urn:ietf:params:oauth:grant-type:device_code") ||
                    slice_is(request->grant_type, "urn:openid:params:grant-type:ciba");
  if (is_path(call, "/oidc/token") && !slice_is(request->grant_type, "client_credentials")) {
    answer_error(call, 400, is_waiting ? "expired_token" : "invalid_grant");
    return true;
  }
  if (is_path(call, "/oidc/userinfo")) {
    http_response_header(call->http, "WWW-Authenticate", S("Bearer error=\"invalid_token\", error_description=\"expired\""));
    answer_error(call, 401, "invalid_token");
    return true;
  }
  return false;
}

/* The switch that answered in the handler's place; NULL: none did. */
static const char *act_before(struct api_call *call, const struct api_sandbox_watch *watch) {
  const struct api_sandbox_request *request = &watch->request;
  unsigned faults = watch->faults;
  if ((faults & SANDBOX_FAULT_SLOW) != 0) {
    const struct timespec wait = {SANDBOX_SLOW_MS / 1000, SANDBOX_SLOW_MS % 1000 * 1000000L};
    (void)nanosleep(&wait, NULL);
  }
  if ((faults & SANDBOX_FAULT_SERVER_ERROR) != 0) {
    answer_error(call, 500, "server_error");
    return "server_error";
  }
  if ((faults & SANDBOX_FAULT_UNAVAILABLE) != 0) {
    http_response_header(call->http, "Retry-After", arena_printf(call->arena, "%d", RETRY_S));
    answer_error(call, 503, "temporarily_unavailable");
    return "unavailable";
  }
  if ((faults & SANDBOX_FAULT_EXPIRED) != 0 && answer_expired(call, request)) {
    return "expired";
  }
  bool is_waiting = slice_starts(request->grant_type, S("urn:"));
  if ((faults & SANDBOX_FAULT_REFUSE) != 0 && is_path(call, "/oidc/token") && is_waiting) {
    answer_error(call, 400, "access_denied");
    return "refuse";
  }
  return NULL;
}

static struct slice location_of(const struct api_call *call) {
  const struct http_response *response = &call->http->response;
  for (size_t i = 0; i < response->header_count; i++) {
    if (slice_is(response->headers[i].name, "Location")) {
      return response->headers[i].value;
    }
  }
  return S("");
}

/* An answer that takes a code to the client becomes the one it gets when the person says no [OIDC Core 3.1.2.6]: the code is given to nobody. */
static const char *refuse_code(struct api_call *call) {
  struct slice query = location_of(call);
  struct slice address = slice_cut(&query, '?');
  struct url_form form;
  struct slice code = {0};
  if (call->http->response.status != 303 || !is_ok(url_form_parse(query, call->arena, &form)) || !url_form_find(&form, "code", &code)) {
    return NULL;
  }
  struct buf refused;
  buf_init(&refused, call->arena, 256);
  url_form_put(&refused, "error", S("access_denied"));
  for (size_t i = 0; i < form.count; i++) {
    if (!slice_is(form.fields[i].name, "code")) {
      url_form_put(&refused, arena_cstr(call->arena, form.fields[i].name), form.fields[i].value);
    }
  }
  http_redirect(call->http, arena_printf(call->arena, "%.*s?%.*s", SLICE_ARG(address), SLICE_ARG(buf_slice(&refused))));
  return "refuse";
}

static const char *act_after(struct api_call *call, unsigned faults) {
  if ((faults & SANDBOX_FAULT_REFUSE) != 0) {
    return refuse_code(call);
  }
  if (!is_path(call, "/oidc/token") || faults == 0) {
    return NULL;
  }
  struct slice before = call->http->response.body;
  result twisted = api_sandbox_twist(call, faults);
  return is_ok(twisted) && before.ptr != call->http->response.body.ptr ? "id_token" : NULL;
}

/* ---- the inspector's line ---- */

static struct slice cut_query(struct api_call *call, struct slice location) {
  struct url_form form;
  struct slice query = location;
  struct slice address = slice_cut(&query, '?');
  struct buf text;
  buf_init(&text, call->arena, 256);
  buf_append(&text, address);
  if (query.len > 0 && is_ok(url_form_parse(query, call->arena, &form))) {
    for (size_t i = 0; i < form.count; i++) {
      struct slice value = form.fields[i].value;
      value = sandbox_is_secret(form.fields[i].name) ? sandbox_cut(call->arena, value) : value;
      buf_printf(&text, "\n  %.*s = %.*s", SLICE_ARG(form.fields[i].name), SLICE_ARG(value));
    }
  }
  return buf_slice(&text);
}

static void read_answer(struct api_call *call, struct sandbox_event *event) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  struct slice location = location_of(call);
  jin_doc_init(&doc, call->arena, JIN_LIMITS_DEFAULT);
  if (location.len > 0) {
    struct slice query = location;
    struct url_form form;
    (void)slice_cut(&query, '?');
    event->answer = cut_query(call, location);
    event->error = is_ok(url_form_parse(query, call->arena, &form)) ? url_form_get(&form, "error") : S("");
  } else if (call->http->response.status >= 400 && is_ok(jin_parse(&doc, call->http->response.body, &root))) {
    const struct jin *error = jin_find(root, jin_has(root, "error") ? "error" : "code");
    const struct jin *description = jin_find(root, jin_has(root, "error_description") ? "error_description" : "title");
    event->error = error != NULL && error->type == JIN_TEXT ? error->text : S("");
    event->answer = description != NULL && description->type == JIN_TEXT ? description->text : S("");
  }
}

/* Whether the failure began in that check's file. */
static bool is_file_of(const struct fault *fault, const char *check) {
  const char *name = strrchr(fault->file, '/');
  size_t length = strlen(check);
  static const char prefix[] = "/check_";
  return name != NULL && strncmp(name, prefix, sizeof prefix - 1) == 0 && strncmp(name + sizeof prefix - 1, check, length) == 0 &&
         strcmp(name + sizeof prefix - 1 + length, ".c") == 0;
}

/* The checks of the endpoint in order, up to the one that refused; then what refused, in the words for operators: a fault record holds no personal data. */
static struct slice checks(struct api_call *call, const struct sandbox_event *event, const struct fault *fault) {
  bool is_refused = fault->code != 0 && (event->status >= 400 || event->error.len > 0);
  const char *name = NULL;
  const char *rule = NULL;
  struct buf text;
  buf_init(&text, call->arena, 1024);
  bool is_found = false;
  for (size_t i = 0; !is_found && oidc_check_of_path(call->http->request.path, i, &name, &rule); i++) {
    is_found = is_refused && is_file_of(fault, name);
    buf_printf(&text, "%s %s [%s]\n", is_found ? "REFUSED" : "ok", name, rule);
  }
  if (is_refused && !is_found) {
    text.len = 0; /* refused before the first of them, or after the last */
  }
  if (is_refused) {
    const char *file = strstr(fault->file, "src/");
    buf_printf(&text, "%s: %s (%s:%d)\n", api_error_find(fault->code)->name, fault->detail, file == NULL ? fault->file : file + 4, fault->line);
  }
  return buf_slice(&text);
}

static void note(struct api_call *call, const struct api_sandbox_watch *watch, const struct fault *why) {
  struct sandbox_event event = {
      .at_ms = clock_now_ms(call->env->clock),
      .client_id = watch->request.client_id,
      .is_everybodys = is_path(call, "/oidc/jwks"), /* nobody says who they are there */
      .request = arena_printf(call->arena, "%s %.*s", http_method_name(call->http->request.method), SLICE_ARG(call->http->request.path)),
      .parameters = watch->request.parameters,
      .status = call->http->response.status,
      .fault = slice_str(watch->acted),
  };
  read_answer(call, &event);
  event.checks = checks(call, &event, why);
  sandbox_event_add(call->api->events, &event);
}

/* Whose request this browser is answering; empty: nobody's. */
static struct slice client_of_interaction(struct api_call *call) {
  struct oidc_visitor visitor = api_visitor(call);
  struct oidc_interaction interaction;
  const struct oidc_interaction_key key = {slice_from(call->http->request.path, sizeof "/interact/" - 1), &visitor};
  return is_ok(oidc_interaction_load(call->env, call->arena, &key, &interaction)) ? interaction.client_id : S("");
}

bool api_sandbox_before(struct api_call *call, struct api_sandbox_watch *watch) {
  *watch = (struct api_sandbox_watch){.is_watched = is_watched(call)};
  if (!watch->is_watched) {
    return false;
  }
  watch->request = api_sandbox_read(call);
  if (slice_starts(call->http->request.path, S("/interact/"))) {
    watch->request.client_id = client_of_interaction(call);
  }
  watch->faults = faults_of(call, watch->request.client_id);
  watch->acted = act_before(call, watch);
  fault_clear();
  return watch->acted != NULL;
}

void api_sandbox_after(struct api_call *call, struct api_sandbox_watch *watch) {
  if (!watch->is_watched) {
    return;
  }
  const struct fault why = *fault_last();
  if (watch->acted == NULL) {
    watch->acted = act_after(call, watch->faults);
  }
  note(call, watch, &why);
}
