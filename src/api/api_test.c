/* A call's way through the api, without sockets: routes, origin, language, sessions, problems and pages. */
#include "api/api.h"
#include "api/published.h"
#include "db/engine_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/unit_test.h"

struct fixture {
  char folder[64];
  char path[96];
  struct clock clock;
  struct random random;
  struct env env;
  struct api *api;
  struct arena arena;
};

static void start(struct fixture *f, const char *origin) {
  *f = (struct fixture){.folder = "/tmp/danh_api_XXXXXX", .clock = clock_fixed(1780000000000), .random = random_seeded(7)};
  assert_non_null(mkdtemp(f->folder));
  (void)snprintf(f->path, sizeof f->path, "%s/danh.db", f->folder);
  static struct db_migration migrations[32];
  size_t count = 0;
  const struct db_migration *const modules[] = {ledger_migrations, message_migrations, register_migrations, account_migrations};
  for (size_t i = 0; i < 4; i++) {
    for (const struct db_migration *at = modules[i]; at->module != NULL; at++) {
      migrations[count++] = *at;
    }
  }
  migrations[count] = (struct db_migration){0};
  f->env = (struct env){.clock = &f->clock, .random = &f->random, .origin = slice_str(origin)};
  assert_ok(db_engine_open(&(const struct db_options){.path = f->path, .mode = DB_CREATE, .migrations = migrations, .readers = 2}, &f->env.db));
  assert_ok(api_open(&(const struct api_options){.env = &f->env, .is_demo = true}, &f->api));
}

static void stop(struct fixture *f) {
  static const char *const files[] = {"danh.db", "danh.db-wal", "danh.db-shm", "danh.db.lock"};
  api_close(&f->api);
  db_close(&f->env.db);
  for (size_t i = 0; i < 4; i++) {
    (void)unlink((const char *)arena_printf(&f->arena, "%s/%s", f->folder, files[i]).ptr);
  }
  assert_int_equal(rmdir(f->folder), 0);
  arena_free(&f->arena);
}

struct question {
  enum http_method method;
  const char *path;
  const char *query;
  struct http_header headers[3];
  const char *body;
};

static struct http_call ask(struct fixture *f, const struct question *q) {
  struct http_call call = {.arena = &f->arena,
                           .request = {.method = q->method,
                                       .path = slice_str(q->path),
                                       .query = slice_str(q->query),
                                       .headers = q->headers,
                                       .header_count = 3,
                                       .body = slice_str(q->body),
                                       .peer_uid = -1}};
  api_handle(f->api, &call);
  return call;
}

static struct slice header_of(const struct http_call *call, const char *name) {
  for (size_t i = 0; i < call->response.header_count; i++) {
    if (slice_is(call->response.headers[i].name, name)) {
      return call->response.headers[i].value;
    }
  }
  return (struct slice){0};
}

static bool has(struct slice text, const char *part) {
  return *part == '\0' || (text.len > 0 && memmem(text.ptr, text.len, part, strlen(part)) != NULL);
}

#define HEADER(name, value) {S_INIT(name), S_INIT(value)}
#define OURS HEADER("Origin", "http://localhost:8080")
#define JSON HEADER("Content-Type", "application/json")

static const struct {
  const char *name;
  struct question question;
  int status;
  const char *part; /* of the answer */
} answers[] = {
    {"healthy", {HTTP_GET, "/healthz", "", {{{0}, {0}}}, ""}, 200, "\"ok\""},
    {"an unknown address of the api", {HTTP_GET, "/api/nothing", "", {{{0}, {0}}}, ""}, 404, "\"code\":\"not_found\""},
    {"an unknown page", {HTTP_GET, "/nothing", "", {{{0}, {0}}}, ""}, 404, "<h1>"},
    {"another method", {HTTP_DELETE, "/api/session", "", {OURS}, ""}, 405, "method_not_allowed"},
    {"nobody signed in", {HTTP_GET, "/api/session", "", {{{0}, {0}}}, ""}, 401, "\"code\":\"signed_out\""},
    {"a token nobody has", {HTTP_GET, "/api/session", "", {HEADER("Cookie", "danh_session=abc")}, ""}, 401, "signed_out"},
    {"a page that needs a session", {HTTP_GET, "/sign-out", "", {{{0}, {0}}}, ""}, 303, ""},
    {"a write without Origin", {HTTP_POST, "/api/check", "", {JSON}, "{}"}, 403, "origin_refused"},
    {"a write from another site", {HTTP_POST, "/api/check", "", {JSON, HEADER("Origin", "http://evil.example")}, "{}"}, 403, "origin_refused"},
    {"a write from a prefix of our origin", {HTTP_POST, "/api/check", "", {JSON, HEADER("Origin", "http://localhost:808")}, "{}"}, 403, "origin_refused"},
    {"a write from Origin null", {HTTP_POST, "/api/check", "", {JSON, HEADER("Origin", "null")}, "{}"}, 403, "origin_refused"},
    {"a form from another site", {HTTP_POST, "/sign-in", "", {HEADER("Origin", "http://evil.example")}, "pin=1"}, 403, "<h1>"},
    {"a body of another type", {HTTP_POST, "/api/check", "", {OURS, HEADER("Content-Type", "text/plain")}, "{}"}, 415, "media_type"},
    {"a body in another charset", {HTTP_POST, "/api/check", "", {OURS, HEADER("Content-Type", "application/json; charset=utf-16")}, "{}"}, 415, "media_type"},
    {"a body that names its charset", {HTTP_POST, "/api/check", "", {OURS, HEADER("Content-Type", "Application/JSON;charset=UTF-8")}, "{"}, 400, "json_syntax"},
    {"a number out of range", {HTTP_POST, "/api/check", "", {OURS, JSON}, "{\"name\":1e400}"}, 400, "json_limit"},
    {"no JSON", {HTTP_POST, "/api/check", "", {OURS, JSON}, "{"}, 400, "json_syntax"},
    {"a name twice", {HTTP_POST, "/api/check", "", {OURS, JSON}, "{\"name\":\"a\",\"name\":\"b\"}"}, 400, "json_syntax"},
    {"an unknown field", {HTTP_POST, "/api/check", "", {OURS, JSON}, "{\"naem\":\"a\"}"}, 422, "\"path\":\"/naem\""},
    {"a missing field", {HTTP_POST, "/api/check", "", {OURS, JSON}, "{}"}, 422, "\"path\":\"/dossier_code\""},
    {"a bank without a secret", {HTTP_POST, "/api/payments/notifications", "", {JSON}, "{}"}, 401, "bank_not_authentic"},
    {"a gateway without a secret", {HTTP_POST, "/api/messages/receipts", "", {JSON, HEADER("Authorization", "Bearer ")}, "{}"}, 401, "gateway_not_authentic"},
    {"the sign-in page", {HTTP_GET, "/sign-in", "", {{{0}, {0}}}, ""}, 200, "name=\"pin\""},
    {"a next that leads away", {HTTP_GET, "/sign-in", "next=https%3A%2F%2Fevil.example", {{{0}, {0}}}, ""}, 200, "name=\"next\" value=\"/app/\""},
    {"a next below the app", {HTTP_GET, "/sign-in", "next=%2Fapp%2Fwallet", {{{0}, {0}}}, ""}, 200, "name=\"next\" value=\"/app/wallet\""},
    {"markup in a form field", {HTTP_GET, "/check", "code=%3Cscript%3E", {{{0}, {0}}}, ""}, 200, "value=\"&lt;script&gt;\""},
    {"a query parameter twice", {HTTP_GET, "/sign-in", "next=a&next=b", {{{0}, {0}}}, ""}, 400, "<h1>"},
    {"a path that reads as another host", {HTTP_GET, "//evil.example/x", "", {{{0}, {0}}}, ""}, 404, "href=\"?lang=en\""},
    {"a query that turns the writing around", {HTTP_GET, "/check", "code=%E2%80%AEa", {{{0}, {0}}}, ""}, 422, "<h1>"},
    {"a text that turns the writing around", {HTTP_POST, "/api/check", "", {OURS, JSON}, "{\"name\":\"a\xE2\x80\xAE" "b\"}"}, 422, "\"path\":\"/name\""},
    {"a control character in a text", {HTTP_POST, "/api/check", "", {OURS, JSON}, "{\"name\":\"a\\u0007b\"}"}, 422, "\"path\":\"/name\""},
    {"an app that is not built", {HTTP_GET, "/app/", "", {{{0}, {0}}}, ""}, 404, "<h1>"},
};

static void every_refusal_has_its_status_and_shape(void **state) {
  (void)state;
  struct fixture f;
  start(&f, "http://localhost:8080");
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    struct http_call call = ask(&f, &answers[i].question);
    if (call.response.status != answers[i].status || !has(call.response.body, answers[i].part)) {
      fail_msg("%s: %d %.*s", answers[i].name, call.response.status, SLICE_ARG(call.response.body));
    }
  }
  stop(&f);
}

static void language_is_asked_then_remembered_then_accepted(void **state) {
  (void)state;
  static const struct {
    struct question question;
    const char *lang;
  } rows[] = {
      {{HTTP_GET, "/sign-in", "", {{{0}, {0}}}, ""}, "<html lang=\"vi\">"},
      {{HTTP_GET, "/sign-in", "lang=en", {{{0}, {0}}}, ""}, "<html lang=\"en\">"},
      {{HTTP_GET, "/sign-in", "lang=fr", {{{0}, {0}}}, ""}, "<html lang=\"vi\">"},
      {{HTTP_GET, "/sign-in", "", {HEADER("Cookie", "danh_lang=en")}, ""}, "<html lang=\"en\">"},
      {{HTTP_GET, "/sign-in", "lang=vi", {HEADER("Cookie", "danh_lang=en")}, ""}, "<html lang=\"vi\">"},
      {{HTTP_GET, "/sign-in", "", {HEADER("Accept-Language", "fr;q=0.9, en-GB, vi")}, ""}, "<html lang=\"en\">"},
      {{HTTP_GET, "/sign-in", "", {HEADER("Accept-Language", "vi-VN,en")}, ""}, "<html lang=\"vi\">"},
      {{HTTP_GET, "/sign-in", "", {HEADER("Accept-Language", "en;q=0.1, vi")}, ""}, "<html lang=\"vi\">"}, /* [RFC9110 12.5.4] */
      {{HTTP_GET, "/sign-in", "", {HEADER("Accept-Language", "vi;q=0, en;q=0.3")}, ""}, "<html lang=\"en\">"},
      {{HTTP_GET, "/sign-in", "", {HEADER("Accept-Language", "english")}, ""}, "<html lang=\"vi\">"},
      {{HTTP_GET, "/sign-in", "", {HEADER("Cookie", "danh_lang=fr"), HEADER("Accept-Language", "en")}, ""}, "<html lang=\"en\">"},
  };
  struct fixture f;
  start(&f, "https://danh.example");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct http_call call = ask(&f, &rows[i].question);
    if (!has(call.response.body, rows[i].lang)) {
      fail_msg("row %zu", i);
    }
  }
  struct http_call call = ask(&f, &rows[1].question);
  assert_true(slice_starts(header_of(&call, "Set-Cookie"), S("danh_lang=en; ")));
  assert_true(has(header_of(&call, "Set-Cookie"), "; Secure"));
  assert_false(has(header_of(&call, "Set-Cookie"), "HttpOnly")); /* else the app could neither read nor change it */
  stop(&f);
}

static void https_asks_browsers_to_stay_there(void **state) {
  (void)state;
  for (int is_https = 0; is_https < 2; is_https++) {
    struct fixture f;
    start(&f, is_https ? "https://danh.example" : "http://localhost:8080");
    size_t count = 0;
    bool has_hsts = false;
    bool has_csp = false;
    const struct http_header *headers = api_headers(f.api, &count);
    for (size_t i = 0; i < count; i++) {
      has_hsts |= slice_is(headers[i].name, "Strict-Transport-Security");
      has_csp |= slice_is(headers[i].name, "Content-Security-Policy") && !has(headers[i].value, "unsafe");
    }
    assert_true(has_csp);
    assert_int_equal(has_hsts, is_https);
    stop(&f);
  }
}

static result set_limit(struct db_tx *tx, void *arg) { return account_limit_set(arg, tx, S("address_failures_max"), 3); }

/* Asks the public check from one connection as often as the rows say, each time under another X-Real-IP. */
static int last_status(struct fixture *f, int times, int64_t peer_uid) {
  int status = 0;
  for (int i = 0; i < times; i++) {
    const struct http_header headers[] = {{S("Origin"), f->env.origin}, JSON, {S("X-Real-IP"), arena_printf(&f->arena, "10.0.0.%d", i)}};
    struct http_call call = {.arena = &f->arena,
                             .request = {.method = HTTP_POST,
                                         .path = S("/api/check"),
                                         .headers = headers,
                                         .header_count = 3,
                                         .body = S("{\"dossier_code\":\"none\",\"name\":\"a\",\"birth_date\":\"2000-01-01\","
                                                   "\"sex\":\"male\",\"id_number\":\"1\"}"),
                                         .peer_uid = peer_uid,
                                         .peer_address = peer_uid < 0 ? S("192.0.2.1") : S("")}};
    api_handle(f->api, &call);
    status = call.response.status;
  }
  return status;
}

/* [B12 accepts] [B12 refuses] */
static void misses_are_counted_by_who_connects_and_not_by_what_they_say(void **state) {
  (void)state;
  static const struct {
    const char *origin;
    int64_t peer_uid;
    int times, status;
  } rows[] = {
      {"http://localhost:8080", -1, 3, 404},
      {"http://localhost:8080", -1, 4, 429}, /* no proxy here: the header is the client's own word */
      {"https://danh.example", -1, 4, 429},  /* nor here, whatever does TLS */
      {"https://danh.example", 33, 4, 404},  /* the proxy on the Unix socket says who connected to it */
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct fixture f;
    start(&f, rows[i].origin);
    assert_ok(db_write(f.env.db, set_limit, &f.env));
    assert_int_equal(last_status(&f, rows[i].times, rows[i].peer_uid), rows[i].status);
    stop(&f);
  }
}

/* What the server refuses before anybody routes it speaks as every other error does. */
static void a_request_that_was_never_read_is_refused_in_words(void **state) {
  (void)state;
  static const struct {
    uint16_t code;
    int status;
  } rows[] = {{HTTP_MALFORMED, 400},     {HTTP_TOO_SLOW, 408},       {HTTP_LENGTH_MISSING, 411},
              {HTTP_BODY_TOO_LARGE, 413}, {HTTP_TARGET_TOO_LONG, 414}, {HTTP_HEAD_TOO_LARGE, 431},
              {HTTP_METHOD_UNKNOWN, 501}, {HTTP_OVERLOADED, 503},      {HTTP_VERSION_UNKNOWN, 505}};
  static const struct http_header english[] = {{S_INIT("Accept-Language"), S_INIT("en")}};
  static const struct http_header vietnamese[] = {{S_INIT("Accept-Language"), S_INIT("en")}, {S_INIT("Cookie"), S_INIT("danh_lang=vi")}};
  struct fixture f;
  start(&f, "http://localhost:8080");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct http_request requests[] = {{0}, {.headers = english, .header_count = 1}, {.headers = vietnamese, .header_count = 2}};
    for (size_t j = 0; j < 3; j++) {
      struct http_call call = {.arena = &f.arena, .class = HTTP_NO_CLASS, .request = requests[j]};
      api_refuse(f.api, &call, rows[i].code);
      enum api_language language = j == 1 ? API_ENGLISH : API_VIETNAMESE;
      struct slice sentence = api_error_sentence(rows[i].code, language);
      assert_int_equal(call.response.status, rows[i].status);
      assert_true(slice_starts(header_of(&call, "Content-Type"), S("application/problem+json")));
      assert_true(sentence.len > 0);
      assert_non_null(memmem(call.response.body.ptr, call.response.body.len, sentence.ptr, sentence.len));
      assert_int_equal(header_of(&call, "Retry-After").len > 0, rows[i].status == 503);
    }
  }
  stop(&f);
}

static void no_neighbour_sets_the_session_cookie_of_https(void **state) {
  (void)state;
  static const struct {
    struct question question;
    const char *origin, *cookie;
  } rows[] = {
      {{HTTP_POST, "/sign-out", "", {OURS}, ""}, "http://localhost:8080", "danh_session=; Path=/; SameSite=Lax; HttpOnly; Max-Age=0"},
      {{HTTP_POST, "/sign-out", "", {HEADER("Origin", "https://danh.example")}, ""}, "https://danh.example",
       "__Host-danh_session=; Path=/; SameSite=Lax; HttpOnly; Secure; Max-Age=0"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct fixture f;
    start(&f, rows[i].origin);
    struct http_call call = ask(&f, &rows[i].question);
    assert_true(slice_is(header_of(&call, "Set-Cookie"), rows[i].cookie));
    stop(&f);
  }
}

static void a_published_document_is_answered_as_it_was_and_only_to_a_plain_get(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct published *published = api_published_open();
  struct http_call first = {.arena = &arena, .request = {.method = HTTP_GET, .path = S("/oidc/jwks")}};
  http_response_header(&first, "Cache-Control", S("public"));
  http_reply(&first, 200, "application/jwk-set+json", S("{\"keys\":[]}"));
  assert_false(api_published_answer(published, &first)); /* nothing is kept yet */
  api_published_keep(published, &first);
  static const struct {
    struct http_request request;
    bool is_answered;
  } rows[] = {{{.method = HTTP_GET, .path = S_INIT("/oidc/jwks")}, true},
              {{.method = HTTP_HEAD, .path = S_INIT("/oidc/jwks")}, false},
              {{.method = HTTP_POST, .path = S_INIT("/oidc/jwks")}, false},
              {{.method = HTTP_GET, .path = S_INIT("/oidc/jwks"), .query = S_INIT("lang=en")}, false},
              {{.method = HTTP_GET, .path = S_INIT("/oidc/jwks/")}, false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct http_call call = {.arena = &arena, .request = rows[i].request};
    assert_int_equal(api_published_answer(published, &call), rows[i].is_answered);
    assert_int_equal(call.response.status, rows[i].is_answered ? 200 : 0);
    assert_true(!rows[i].is_answered || (slice_eq(call.response.body, first.response.body) && slice_is(header_of(&call, "Cache-Control"), "public")));
  }
  api_published_close(published);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_refusal_has_its_status_and_shape),
      cmocka_unit_test(language_is_asked_then_remembered_then_accepted),
      cmocka_unit_test(https_asks_browsers_to_stay_there),
      cmocka_unit_test(misses_are_counted_by_who_connects_and_not_by_what_they_say),
      cmocka_unit_test(a_request_that_was_never_read_is_refused_in_words),
      cmocka_unit_test(no_neighbour_sets_the_session_cookie_of_https),
      cmocka_unit_test(a_published_document_is_answered_as_it_was_and_only_to_a_plain_get),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
