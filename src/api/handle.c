/* The way of a call: route, language, origin, session, handler, answer. */
#include <stdlib.h>
#include <strings.h>

#include "api/any_origin.h"
#include "api/door.h"
#include "api/sandbox.h"
#include "api/metrics.h"
#include "api/watch.h"
#include "api/published.h"
#include "base/log.h"
#include "sandbox/sandbox.h"

static void set_headers(struct api *api) {
  static const struct http_header always[] = {
      {S_INIT("Content-Security-Policy"),
       S_INIT("default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")},
      {S_INIT("X-Content-Type-Options"), S_INIT("nosniff")},
      {S_INIT("X-Frame-Options"), S_INIT("DENY")},
      {S_INIT("Referrer-Policy"), S_INIT("same-origin")}, /* no-referrer would make browsers send Origin: null from forms */
      {S_INIT("Cross-Origin-Opener-Policy"), S_INIT("same-origin")},
      {S_INIT("Cross-Origin-Resource-Policy"), S_INIT("same-origin")},
      {S_INIT("Permissions-Policy"), S_INIT("camera=(self), geolocation=(), microphone=(), payment=(), usb=()")},
      {S_INIT("Cache-Control"), S_INIT("no-store")}, /* personal data is never kept on the way; assets say otherwise themselves */
  };
  for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
    api->headers[api->header_count++] = always[i];
  }
  if (api->is_https) {
    api->headers[api->header_count++] =
        (struct http_header){S("Strict-Transport-Security"), S("max-age=31536000; includeSubDomains")};
  }
}

result api_open(const struct api_options *options, struct api **ret_api) {
  struct api *api = heap_alloc(sizeof *api);
  api->options = *options;
  api->metrics = api_metrics_open();
  api->events = options->is_sandbox ? sandbox_events_new() : NULL;
  api->published = options->is_sandbox ? NULL : api_published_open();
  api->is_https = slice_starts(options->env->origin, S("https://"));
  set_headers(api);
  api->door = api_door_open(api);
  result opened = options->web == NULL ? OK : api_assets_open(options->web, &api->assets);
  if (!is_ok(opened)) {
    api_close(&api);
    return opened;
  }
  *ret_api = api;
  return OK;
}

void api_close(struct api **slot) {
  if (*slot != NULL) {
    api_assets_close(&(*slot)->assets);
    api_published_close((*slot)->published);
    api_metrics_close((*slot)->metrics);
    sandbox_events_free(&(*slot)->events);
    api_door_close((*slot)->door);
    free(*slot);
    *slot = NULL;
  }
}

const struct http_header *api_headers(const struct api *api, size_t *ret_count) {
  *ret_count = api->header_count;
  return api->headers;
}

/* "en", "en-GB"; not "english". */
static bool is_tag(struct slice tag, const char *language) {
  return tag.len >= 2 && strncasecmp((const char *)tag.ptr, language, 2) == 0 && (tag.len == 2 || tag.ptr[2] == '-');
}

/* The heaviest of ours, of equal ones the first [RFC9110 12.5.4]. */
static enum api_language accepted_language(const struct http_request *request) {
  struct slice list = http_header(request, "Accept-Language");
  enum api_language best = API_VIETNAMESE;
  struct slice tag;
  int best_weight = 0;
  int weight = 0;
  while (http_preference_next(&list, &tag, &weight)) {
    if (weight > best_weight && (is_tag(tag, "vi") || is_tag(tag, "en"))) {
      best = is_tag(tag, "en") ? API_ENGLISH : API_VIETNAMESE;
      best_weight = weight;
    }
  }
  return best;
}

enum api_language api_language_of(const struct http_request *request) {
  struct slice cookie = http_cookie(request, "danh_lang");
  if (slice_is(cookie, "vi") || slice_is(cookie, "en")) {
    return slice_is(cookie, "en") ? API_ENGLISH : API_VIETNAMESE;
  }
  return accepted_language(request);
}

static bool has_word(struct slice text, const char *word) { return text.len > 0 && memmem(text.ptr, text.len, word, strlen(word)) != NULL; }

/* ?lang= on a page, then the cookie, then Accept-Language, then Vietnamese. */
static enum api_language choose_language(struct api_call *call) {
  struct url_form query;
  struct slice asked = {0};
  bool may_ask = has_word(call->http->request.query, "lang=");
  if (may_ask && is_ok(api_query(call, &query)) && url_form_find(&query, "lang", &asked) && (slice_is(asked, "vi") || slice_is(asked, "en"))) {
    api_cookie_language(call, asked, 365 * 24 * 3600);
    return slice_is(asked, "en") ? API_ENGLISH : API_VIETNAMESE;
  }
  return api_language_of(&call->http->request);
}

static bool is_write(enum http_method method) { return method != HTTP_GET && method != HTTP_HEAD && method != HTTP_OPTIONS && method != HTTP_TRACE; }

/* Deny by default: a handler that does not say that it knows for whom the session acts is never reached by one that acts for another. */
static result check_mandate(const struct api_call *call, unsigned requires) {
  bool needs_session = (requires & (API_SESSION | API_POST)) != 0;
  if (!needs_session || !account_session_is_for_another(&call->session)) {
    return OK;
  }
  if (call->has_mandate_ended && (requires & API_MANDATE_ENDED) == 0) {
    FAIL(MANDATE_ENDED, "the mandate of the session has ended");
  }
  if ((requires & (call->session.acting_organisation_id != 0 ? API_FOR_ORGANISATION : API_FOR_ANOTHER)) == 0) {
    FAIL(MANDATE_SELF_ONLY, "the session acts for another");
  }
  return OK;
}

static result check_requirements(struct api_call *call, const struct api_route *route) {
  bool needs_origin = is_write(call->http->request.method) && (route->requires & API_MACHINE) == 0;
  if (needs_origin && !slice_eq(http_header(&call->http->request, "Origin"), call->env->origin)) {
    FAIL(API_ORIGIN, "the Origin of a write is not ours");
  }
  if ((route->requires & API_MACHINE) == 0) {
    TRY(api_session_load(call));
  }
  if ((route->requires & (API_SESSION | API_POST)) != 0 && !call->has_session) {
    FAIL(API_SIGNED_OUT, "no session");
  }
  TRY(check_mandate(call, route->requires));
  if ((route->requires & API_POST) != 0 && call->post.post_id == 0) {
    FAIL(API_NO_POST, "the session acts as a citizen");
  }
  return OK;
}

/* What did not answer as it should have: one line, without personal data. */
static void log_failure(const struct api_call *call, const struct api_route *route, result failure) {
  if (result_kind(failure) == RESULT_INTERNAL) {
    log_fault(call->env->clock, route == NULL ? "request.failed" : route->route.pattern);
  }
}

/* Of an address that no row of the table answers. */
static bool is_for_programs(struct slice path) {
  return slice_starts(path, S("/api/")) || slice_starts(path, S("/oidc/")) || slice_starts(path, S("/.well-known/"));
}

/* What was read from a standby may be older than what was acknowledged: whoever shows it says so. */
static void tell_as_of(const struct api_call *call) {
  int64_t as_of_ms = db_as_of_ms();
  if (as_of_ms != 0) {
    http_response_header(call->http, "Danh-As-Of", clock_instant_write(call->arena, as_of_ms));
  }
}

/* NULL: nothing was set. */
static struct snapshot *take_settings(const struct api *api) {
  return api->options.settings != NULL ? snapshot_take(api->options.settings) : NULL;
}

static const struct api_settings *settings_in(const struct snapshot *settings) {
  static const struct api_settings none = {.log_requests = API_LOG_FAILED, .traced_per_mille = 1000};
  return settings != NULL ? settings->value : &none;
}

static result pass(struct api_call *call, const struct api_route *route) {
  TRY(check_requirements(call, route));
  api_door_let_in(call);
  return route->handler(call);
}

void api_handle(void *app, struct http_call *http) {
  struct api *api = app;
  int64_t began_us = clock_monotonic_us();
  struct snapshot *settings CLEANUP(snapshot_give) = take_settings(api);
  struct api_call call = {.api = api, .env = api->options.env, .http = http, .arena = http->arena, .settings = settings_in(settings)};
  struct api_watch seen;
  api_watch_begin(&call, &seen);
  db_as_of_begin();
  call.language = choose_language(&call);
  result outcome = http->route != NULL ? OK : http_route_find(&api_routes, http, &http->route);
  const struct api_route *route = http->route;
  if (route != NULL && (route->requires & API_ANY_ORIGIN) != 0) {
    api_any_origin_allow(&call);
  }
  struct api_sandbox_watch watch;
  if (api_sandbox_before(&call, &watch) || api_any_origin_preflight(&call)) {
    outcome = OK;
  } else if (is_ok(outcome)) {
    outcome = pass(&call, route);
  }
  if (!is_ok(outcome)) {
    log_failure(&call, route, outcome);
    bool is_page = route != NULL ? (route->requires & API_PAGE) != 0 : !is_for_programs(http->request.path);
    api_problem(&call, outcome, is_page);
  }
  tell_as_of(&call);
  api_sandbox_after(&call, &watch);
  int64_t took_us = clock_monotonic_us() - began_us;
  api_metrics_count(api->metrics, route, http->response.status, took_us);
  api_watch_end(&call, &seen, route, took_us);
}

bool api_answer_at_once(void *app, struct http_call *http) {
  struct published *published = ((struct api *)app)->published;
  return published != NULL && api_published_answer(published, http);
}

/* In a sandbox an answer may be held back on purpose, and a server of databases is waited for by the thread. */
bool api_stays(void *app, struct http_call *http) {
  const struct api *api = app;
  if (api->options.is_sandbox || !db_is_file(api->options.env->db) || !is_ok(http_route_find(&api_routes, http, &http->route))) {
    return false;
  }
  return (((const struct api_route *)http->route)->requires & API_STAYS) != 0;
}

int api_classify(void *app, struct http_call *http) { return api_door_classify(app, http); }

/* What is too much has its own words. Else always a problem, also for pages: of a request that was not read whole nobody knows what it was to show. */
void api_refuse(void *app, struct http_call *http, uint16_t code) {
  struct api *api = app;
  if (code == HTTP_OVERLOADED && http->class != HTTP_NO_CLASS) {
    api_door_refuse(api, http);
    return;
  }
  struct snapshot *settings CLEANUP(snapshot_give) = take_settings(api);
  struct api_call call = {.api = api, .env = api->options.env, .http = http, .arena = http->arena, .settings = settings_in(settings)};
  call.language = choose_language(&call);
  api_problem(&call, (result){code}, false);
}
