#include "api/door.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "api/page.h"

enum { LANGUAGES = 2, FULL_EVERY_US = 20 * 1000, TARGET_MS = 150, ALWAYS_MAX = 256, INSIDE_MAX = 2048, PER_MILLE = 1000 };

/* What a page leaves open, and how its place is marked in the page that was made. */
enum hole { HOLE_PLACE, HOLE_WAIT, HOLE_AGAIN, HOLES };
static const char *const hole_marks[HOLES] = {"\x01", "\x02", "\x03"};
enum page_kind { PAGE_PLACE, PAGE_PLACE_FORM, PAGE_BUSY, PAGE_BUSY_FORM, PAGE_KINDS };

/* Programs are told one of these: a moment for who is in the middle of something, and each a little different, so that they do not come back together. */
static const int again_s[] = {1, 2, 3, 5, 8, 13, 21, 34, 60};
enum { AGAIN_COUNT = sizeof again_s / sizeof *again_s, AGAIN_SOON = 3 };

struct api_door {
  struct arena arena;
  bool has_key;
  struct admission_key key;
  struct admission_room *room; /* NULL: none, so nobody waits */
  struct slice pages[LANGUAGES][PAGE_KINDS];
  struct slice problems[LANGUAGES][AGAIN_COUNT]; /* whole replies */
  atomic_uint turn;
  _Atomic int64_t looked_us;
  atomic_int full;
};

const struct http_class *api_classes(int target_ms, struct http_class ret_classes[static API_CLASSES]) {
  static const char *const names[] = {"always", "session", "admitted", "machine", "arrival"};
  for (int i = 0; i < API_CLASSES; i++) {
    ret_classes[i] = (struct http_class){.name = names[i], .target_ms = target_ms > 0 ? target_ms : TARGET_MS, .inside_max = INSIDE_MAX};
  }
  ret_classes[API_CLASS_ARRIVAL].is_beginning = true;
  ret_classes[API_CLASS_ALWAYS].target_ms = 0;
  ret_classes[API_CLASS_ALWAYS].inside_max = ALWAYS_MAX;
  return ret_classes;
}

/* ---- what is made beforehand */

static struct slice make_page(struct api_call *call, enum page_kind kind) {
  bool has_place = kind == PAGE_PLACE || kind == PAGE_PLACE_FORM;
  bool is_form = kind == PAGE_PLACE_FORM || kind == PAGE_BUSY_FORM;
  const struct page page = {.name = "room",
                            PAGE_VALUES({"lang", slice_str(api_words(call, "vi", "en"))}, {"form", is_form ? S("1") : S("")},
                                        {"place", has_place ? slice_str(hole_marks[HOLE_PLACE]) : S("")},
                                        {"wait", slice_str(hole_marks[HOLE_WAIT])},
                                        {"again", is_form ? S("") : slice_str(hole_marks[HOLE_AGAIN])})};
  return api_page_fill(call, &page);
}

static struct slice make_problem(struct api_call *call, const struct api *api, int seconds) {
  const struct api_error_row *row = api_error_find(HTTP_OVERLOADED);
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "type", arena_printf(call->arena, "/problems/%s", row->name));
  jout_put_text(out, "title", api_error_sentence(row->code, call->language));
  jout_put_int(out, "status", row->status);
  jout_put_null(out, "detail");
  jout_put_str(out, "code", row->name);
  jout_object_end(out);
  struct slice body = buf_slice(&call->body);
  struct buf whole;
  buf_init(&whole, call->arena, 2048);
  buf_printf(&whole, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: %d\r\nContent-Type: application/problem+json; charset=utf-8\r\nContent-Length: %zu\r\n",
             seconds, body.len);
  for (size_t i = 0; i < api->header_count; i++) {
    buf_printf(&whole, "%.*s: %.*s\r\n", SLICE_ARG(api->headers[i].name), SLICE_ARG(api->headers[i].value));
  }
  buf_append(&whole, S("\r\n"));
  buf_append(&whole, body);
  return buf_slice(&whole);
}

struct api_door *api_door_open(const struct api *api) {
  struct api_door *door = heap_alloc(sizeof *door);
  const struct env *env = api->options.env;
  arena_init(&door->arena);
  door->room = api->options.surge.room;
  door->has_key = env->sealing != NULL;
  if (door->has_key) {
    door->key = admission_key_of(env->sealing);
  }
  for (int language = 0; language < LANGUAGES; language++) {
    struct api_call call = {.arena = &door->arena, .language = (enum api_language)language};
    for (int kind = 0; kind < PAGE_KINDS; kind++) {
      door->pages[language][kind] = make_page(&call, (enum page_kind)kind);
    }
    for (int i = 0; i < AGAIN_COUNT; i++) {
      door->problems[language][i] = make_problem(&call, api, again_s[i]);
    }
  }
  return door;
}

void api_door_close(struct api_door *door) {
  if (door != NULL) {
    arena_free(&door->arena);
    free(door);
  }
}

/* ---- which class */

static bool is_one_of(struct slice path, const char *const *places) {
  for (; *places != NULL; places++) {
    struct slice place = slice_str(*places);
    bool goes_on = place.ptr[place.len - 1] == '/';
    if (goes_on ? slice_starts(path, place) : slice_eq(path, place)) {
      return true;
    }
  }
  return false;
}

static bool is_always(struct slice path) {
  static const char *const places[] = {"/healthz", "/readyz", "/metrics", "/assets/", NULL};
  return is_one_of(path, places);
}

/* Who is no person, and proves it in the request itself. */
static bool is_machine(struct slice path) {
  static const char *const places[] = {"/oidc/token", "/oidc/introspect", "/oidc/revoke", "/oidc/userinfo", "/oidc/par", "/oidc/jwks", "/oidc/register",
                                       "/oidc/register/", "/oidc/device_authorization", "/oidc/backchannel-authentication", "/.well-known/", "/pki/", "/ledger/",
                                       "/api/payments/notifications", "/api/messages/receipts", "/api/sandbox/", NULL};
  return is_one_of(path, places);
}

/* Whether a person's browser shows the answer. */
static bool is_page(struct slice path) {
  static const char *const programs[] = {"/api/", "/sign-in/passkey/begin", NULL};
  static const char *const pages[] = {"/oidc/authorize", "/oidc/end-session", "/oidc/end-session/confirm", NULL};
  return is_one_of(path, pages) || !(is_one_of(path, programs) || slice_starts(path, S("/oidc/")) || is_machine(path));
}

static const char *ticket_cookie(const struct api *api) { return api->is_https ? "__Host-danh_place" : "danh_place"; }
static const char *admission_cookie(const struct api *api) { return api->is_https ? "__Host-danh_admission" : "danh_admission"; }
static const char *session_cookie(const struct api *api) { return api->is_https ? "__Host-danh_session" : "danh_session"; }

static bool has_session(const struct api *api, const struct http_request *request) {
  struct slice token = http_cookie(request, session_cookie(api));
  const struct api_door *door = api->door;
  return token.len > 0 && (!door->has_key || admission_mark_is(&door->key, token, clock_now_ms(api->options.env->clock)));
}

/* How full it is inside, looked at now and then: thousandths. */
static int fullness(struct api *api, int64_t now_us) {
  struct api_door *door = api->door;
  const struct api_surge *surge = &api->options.surge;
  if (surge->fullness != NULL && now_us - atomic_load_explicit(&door->looked_us, memory_order_relaxed) > FULL_EVERY_US) {
    atomic_store_explicit(&door->looked_us, now_us, memory_order_relaxed);
    atomic_store_explicit(&door->full, surge->fullness(surge->app), memory_order_relaxed);
  }
  return atomic_load_explicit(&door->full, memory_order_relaxed);
}

static struct admission_asker asker_of(struct api *api, const struct http_request *request) {
  int64_t now_us = clock_monotonic_us();
  return (struct admission_asker){.ticket = http_cookie(request, ticket_cookie(api)),
                                  .admission = http_cookie(request, admission_cookie(api)),
                                  .now_ms = clock_now_ms(api->options.env->clock),
                                  .now_us = now_us,
                                  .full = fullness(api, now_us)};
}

/* ---- answers from a loop */

static void set_places(struct api_call *call, const struct admission_place *place) {
  if (place->answer == ADMISSION_COMES) {
    api_cookie(call, admission_cookie(call->api), slice_str(place->text), ADMISSION_LASTS_S);
    if (http_cookie(&call->http->request, ticket_cookie(call->api)).len > 0) {
      api_cookie(call, ticket_cookie(call->api), S(""), 0);
    }
  } else if (place->answer == ADMISSION_WAITS && place->is_new) {
    api_cookie(call, ticket_cookie(call->api), slice_str(place->text), ADMISSION_TICKET_LASTS_S);
  }
}

static struct slice wait_words(struct api_call *call, int64_t wait_s) {
  long long minutes = (long long)(wait_s + 59) / 60;
  if (wait_s < 60) {
    return slice_str(api_words(call, "chưa đến một phút", "less than a minute"));
  }
  return minutes < 120 ? arena_printf(call->arena, api_words(call, "khoảng %lld phút", "about %lld minutes"), minutes)
                       : arena_printf(call->arena, api_words(call, "khoảng %lld giờ", "about %lld hours"), (minutes + 30) / 60);
}

static struct slice fill_holes(struct api_call *call, struct slice page, const struct slice values[static HOLES]) {
  struct buf out;
  buf_init(&out, call->arena, page.len + 64);
  size_t from = 0;
  for (size_t i = 0; i < page.len; i++) {
    if (page.ptr[i] >= 1 && page.ptr[i] <= HOLES) {
      buf_append(&out, slice_sub(page, from, i - from));
      buf_append(&out, values[page.ptr[i] - 1]);
      from = i + 1;
    }
  }
  buf_append(&out, slice_from(page, from));
  return buf_slice(&out);
}

/* place: NULL for who keeps what they have, and only has to ask again in a moment. */
static void send_page(struct api_call *call, const struct admission_place *place) {
  const struct api_door *door = call->api->door;
  bool is_form = call->http->request.method != HTTP_GET && call->http->request.method != HTTP_HEAD;
  bool has_place = place != NULL && place->answer == ADMISSION_WAITS;
  unsigned turn = atomic_fetch_add_explicit(&call->api->door->turn, 1, memory_order_relaxed);
  int seconds = place != NULL ? place->again_s : again_s[turn % AGAIN_SOON];
  seconds += seconds > 10 ? (int)(turn % (unsigned)(seconds / 5)) : 0;
  enum page_kind kind = has_place ? (is_form ? PAGE_PLACE_FORM : PAGE_PLACE) : (is_form ? PAGE_BUSY_FORM : PAGE_BUSY);
  struct slice again = arena_printf(call->arena, "%d", seconds);
  const struct slice values[HOLES] = {[HOLE_PLACE] = has_place ? arena_printf(call->arena, "%lld", (long long)place->ahead) : S(""),
                                      [HOLE_WAIT] = has_place ? wait_words(call, place->wait_s) : S(""),
                                      [HOLE_AGAIN] = again};
  if (place != NULL) {
    set_places(call, place);
  }
  http_response_header(call->http, "Retry-After", again); /* [RFC9110 10.2.3] */
  http_reply(call->http, 503, "text/html; charset=utf-8", fill_holes(call, door->pages[call->language][kind], values));
}

/* A place for a newcomer's program means nothing; it learns when to come again. */
static void send_problem(struct api *api, struct http_call *http, int seconds_least) {
  struct api_door *door = api->door;
  unsigned turn = atomic_fetch_add_explicit(&door->turn, 1, memory_order_relaxed);
  unsigned at = 0;
  while (at < AGAIN_COUNT - AGAIN_SOON && again_s[at] < seconds_least) {
    at++;
  }
  http->response.whole = door->problems[api_language_of(&http->request)][at + turn % AGAIN_SOON];
}

static struct api_call call_of(struct api *api, struct http_call *http) {
  return (struct api_call){.api = api, .env = api->options.env, .http = http, .arena = http->arena, .language = api_language_of(&http->request)};
}

/* Nobody who comes passes those who wait. */
static int classify_arrival(struct api *api, struct http_call *http, const struct admission_asker *asker) {
  struct admission_room *room = api->door->room;
  if (!is_page(http->request.path)) {
    if (admission_room_is_empty(room, asker)) {
      return API_CLASS_ARRIVAL;
    }
    send_problem(api, http, admission_room_again_s(room));
    return HTTP_ANSWERED;
  }
  if (asker->ticket.len == 0 && admission_room_is_empty(room, asker)) {
    return API_CLASS_ARRIVAL;
  }
  struct admission_place place;
  struct api_call call = call_of(api, http);
  admission_room_ask(room, asker, &place);
  if (place.answer == ADMISSION_COMES || place.answer == ADMISSION_HOLDS) {
    set_places(&call, &place);
    return API_CLASS_ADMITTED;
  }
  send_page(&call, &place);
  return HTTP_ANSWERED;
}

int api_door_classify(struct api *api, struct http_call *http) {
  const struct http_request *request = &http->request;
  if (is_always(request->path)) {
    return API_CLASS_ALWAYS;
  }
  if (has_session(api, request)) {
    return API_CLASS_SESSION;
  }
  if (is_machine(request->path)) {
    return API_CLASS_MACHINE;
  }
  if (api->door->room == NULL) {
    return API_CLASS_ARRIVAL;
  }
  const struct admission_asker asker = asker_of(api, request);
  if (asker.admission.len > 0 && admission_room_holds(api->door->room, &asker)) {
    return API_CLASS_ADMITTED;
  }
  return classify_arrival(api, http, &asker);
}

void api_door_refuse(struct api *api, struct http_call *http) {
  struct admission_room *room = api->door->room;
  if (!is_page(http->request.path)) {
    send_problem(api, http, http->class == API_CLASS_ARRIVAL && room != NULL ? admission_room_again_s(room) : 0);
    return;
  }
  struct api_call call = call_of(api, http);
  if (http->class != API_CLASS_ARRIVAL || room == NULL) {
    send_page(&call, NULL);
    return;
  }
  struct admission_place place;
  struct admission_asker asker = asker_of(api, &http->request);
  asker.is_refused = true;
  admission_room_ask(room, &asker, &place);
  send_page(&call, &place);
}

void api_door_let_in(struct api_call *call) {
  struct admission_room *room = call->api->door->room;
  if (room == NULL || call->http->class != API_CLASS_ARRIVAL || call->http->request.method != HTTP_GET || !is_page(call->http->request.path)) {
    return;
  }
  struct admission_place place;
  struct admission_asker asker = asker_of(call->api, &call->http->request);
  asker.is_inside = true;
  admission_room_ask(room, &asker, &place);
  if (place.answer == ADMISSION_COMES) {
    set_places(call, &place);
  }
}
