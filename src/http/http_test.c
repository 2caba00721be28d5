/* Router, headers, cookies: no sockets. */
#include "http/guard.h"

#include "base/unit_test.h"

struct row {
  struct http_route route;
  int number;
};
static const struct row table[] = {
    {{HTTP_GET, "/"}, 1},
    {{HTTP_GET, "/api/dossiers"}, 2},
    {{HTTP_POST, "/api/dossiers"}, 3},
    {{HTTP_GET, "/api/dossiers/{code}"}, 4},
    {{HTTP_POST, "/api/dossiers/{code}/withdraw"}, 5},
    {{HTTP_GET, "/api/dossiers/{code}/slips/{kind}"}, 6},
    {{HTTP_GET, "/app/*"}, 7},
};
static const struct http_routes routes = {table, sizeof *table, sizeof table / sizeof *table};

static void the_table_finds_its_rows(void **state) {
  (void)state;
  static const struct {
    enum http_method method;
    const char *path;
    int number;
    uint16_t code;
    const char *detail; /* the first parameter, or Allow */
  } rows[] = {
      {HTTP_GET, "/", 1, 0, NULL},
      {HTTP_HEAD, "/api/dossiers", 2, 0, NULL},
      {HTTP_POST, "/api/dossiers", 3, 0, NULL},
      {HTTP_GET, "/api/dossiers/H26.11-240614-0001", 4, 0, "H26.11-240614-0001"},
      {HTTP_GET, "/api/dossiers/%48%C4%91", 4, 0, "H\xC4\x91"},
      {HTTP_POST, "/api/dossiers/x/withdraw", 5, 0, "x"},
      {HTTP_GET, "/api/dossiers/x/slips/receipt", 6, 0, "x"},
      {HTTP_GET, "/app/", 7, 0, NULL},
      {HTTP_GET, "/app/a/b/../c", 7, 0, NULL},
      {HTTP_GET, "/app", 0, HTTP_NO_ROUTE, NULL},
      {HTTP_GET, "/api/dossiers/", 0, HTTP_NO_ROUTE, NULL},
      {HTTP_GET, "//api/dossiers", 0, HTTP_NO_ROUTE, NULL},
      {HTTP_GET, "/API/dossiers", 0, HTTP_NO_ROUTE, NULL},
      {HTTP_GET, "/api/dossiers/x/withdraw/", 0, HTTP_NO_ROUTE, NULL},
      {HTTP_DELETE, "/api/dossiers", 0, HTTP_METHOD_NOT_ALLOWED, "GET, HEAD, POST"}, /* [RFC9110 15.5.6 MUST] */
      {HTTP_GET, "/api/dossiers/x/withdraw", 0, HTTP_METHOD_NOT_ALLOWED, "POST"},
      {HTTP_GET, "/api/dossiers/%2", 0, HTTP_MALFORMED, NULL},
      {HTTP_GET, "/api/dossiers/%zz", 0, HTTP_MALFORMED, NULL},
      {HTTP_GET, "/api/dossiers/a%00b", 0, HTTP_MALFORMED, NULL},
      {HTTP_GET, "/api/dossiers/a%2Fwithdraw", 0, HTTP_MALFORMED, NULL},
      {HTTP_GET, "/api/dossiers/a%0d%0ab", 0, HTTP_MALFORMED, NULL},
  };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct http_call call = {.arena = &arena, .request = {.method = rows[i].method, .path = slice_str(rows[i].path)}};
    const void *found = NULL;
    result outcome = http_route_find(&routes, &call, &found);
    if (outcome.code != rows[i].code || (found ? ((const struct row *)found)->number : 0) != rows[i].number) {
      fail_msg("%s %s", http_method_name(rows[i].method), rows[i].path);
    }
    if (rows[i].detail != NULL && rows[i].code == 0) {
      assert_true(slice_is(call.params[0].value, rows[i].detail));
    } else if (rows[i].detail != NULL) {
      assert_true(slice_is(call.response.headers[0].value, rows[i].detail));
    }
  }
}

static void cookies_and_headers_are_found(void **state) {
  (void)state;
  static const struct http_header headers[] = {{S_INIT("cookie"), S_INIT("a=1; danh_session=abc=; b=; twice=1; twice=2; apart=1")}, {S_INIT("X-Y"), S_INIT("z")},
                                               {S_INIT("Cookie"), S_INIT("apart=2")}, {S_INIT("Origin"), S_INIT("a")}, {S_INIT("origin"), S_INIT("b")}};
  struct http_request request = {.headers = headers, .header_count = 5};
  assert_true(slice_is(http_cookie(&request, "danh_session"), "abc="));
  assert_true(slice_is(http_cookie(&request, "a"), "1"));
  assert_true(slice_empty(http_cookie(&request, "session")));
  assert_true(slice_empty(http_cookie(&request, "b")));
  assert_true(slice_empty(http_cookie(&request, "twice"))); /* a neighbour may have set one of them */
  assert_true(slice_empty(http_cookie(&request, "apart")));
  assert_true(slice_is(http_header(&request, "x-y"), "z"));
  assert_true(slice_empty(http_header(&request, "Origin"))); /* [RFC9110 5.3] */
}

/* What a refusal may know of a request that was refused: whole, well-formed lines of the head, and nothing of a body. */
static void a_refused_head_gives_what_can_be_read(void **state) {
  (void)state;
  static const struct {
    struct slice bytes;
    enum http_method method;
    const char *path;
    size_t headers;
    const char *language;
  } rows[] = {
      {S_INIT("POST /a?b HTTP/1.1\r\nHost: x\r\nAccept-Language: en\r\nContent-Length: 9\r\n\r\nX: y\r\n"), HTTP_POST, "/a", 3, "en"},
      {S_INIT("GET /a HTTP/1.1\r\nAccept-Language: e"), HTTP_GET, "/a", 0, ""},
      {S_INIT("GET /a HTTP/1.1\nX Y: z\nBad\x01: z\nAccept-Language: en\nnocolon\n"), HTTP_GET, "/a", 1, "en"},
      {S_INIT("GET /a\x01 HTTP/1.1\r\nAccept-Language: e\x02n\r\n"), HTTP_GET, "", 0, ""},
      {S_INIT("BREW http://a/b HTTP/1.1\r\nAccept-Language: en\r\n"), 0, "", 1, "en"},
      {S_INIT("GET /without/an/end"), 0, "", 0, ""},
      {S_INIT("\x16\x03\x01\x02\n\n\n"), 0, "", 0, ""},
      {S_INIT(""), 0, "", 0, ""},
  };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct http_request request;
    http_guard_salvage(rows[i].bytes, &arena, &request);
    if (request.method != rows[i].method || !slice_is(request.path, rows[i].path) || request.header_count != rows[i].headers ||
        !slice_is(http_header(&request, "accept-language"), rows[i].language)) {
      fail_msg("row %zu: %.*s, %zu headers", i, SLICE_ARG(request.path), request.header_count);
    }
  }
}

static void addresses_of_one_client_are_one_network(void **state) {
  (void)state;
  static const struct {
    const char *address, *network;
  } rows[] = {
      {"192.0.2.7", "192.0.2.7"},
      {"2001:db8:0:7::1", "2001:db8:0:7::/64"},
      {"2001:DB8:0:7:ffff:ffff:ffff:ffff", "2001:db8:0:7::/64"},
      {"2001:db8:0:8::1", "2001:db8:0:8::/64"},
      {"::ffff:192.0.2.7", "192.0.2.7"}, /* a socket for both families says it so */
      {"::1", "::/64"},
      {"fe80::1%eth0", "fe80::/64"},
      {"", ""},
      {"192.0.2", ""},
      {"192.0.2.7, 198.51.100.1", ""},
      {"unix:", ""},
      {"2001:db8:0:7:0000:0000:0000:0001:0000:0000:0000:0000", ""},
  };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_true(slice_is(http_network(&arena, slice_str(rows[i].address)), rows[i].network));
  }
}

static void preferences_carry_their_weight(void **state) {
  (void)state;
  static const struct {
    const char *list, *expected; /* name=weight, a blank between */
  } rows[] = {
      {"en", "en=1000 "},
      {"en-GB,vi;q=0.5", "en-GB=1000 vi=500 "},
      {" vi ; q=1.000 ,en;Q=0.001", "vi=1000 en=1 "},
      {"gzip;q=0, br;level=3;q=0.2", "gzip=0 br=200 "},
      {"a;q=2, b;q=x, c;q=, d;q=0.5555", "a=0 b=0 c=0 d=555 "}, /* not a weight: not wanted */
      {",, ,", ""},
      {"", ""},
  };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct slice list = slice_str(rows[i].list);
    struct slice seen = {0};
    struct slice name;
    int weight = 0;
    while (http_preference_next(&list, &name, &weight)) {
      seen = arena_printf(&arena, "%.*s%.*s=%d ", SLICE_ARG(seen), SLICE_ARG(name), weight);
    }
    if (!slice_is(seen, rows[i].expected)) {
      fail_msg("%s: %.*s", rows[i].list, SLICE_ARG(seen));
    }
  }
}

static void a_tag_is_known_weak_or_in_a_list(void **state) {
  (void)state;
  static const struct {
    const char *header;
    bool is_known;
  } rows[] = {{"\"a\"", true},    {"W/\"a\"", true}, {"\"b\", W/\"a\"", true}, {"*", true}, /* [RFC9110 13.1.2 MUST] weak comparison */
              {"\"b\"", false}, {"a", false},       {"\"a", false},            {"", false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct http_header header = {S("if-none-match"), slice_str(rows[i].header)};
    const struct http_request request = {.headers = &header, .header_count = 1};
    assert_int_equal(http_etag_is_known(&request, S("\"a\"")), rows[i].is_known);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_table_finds_its_rows),
      cmocka_unit_test(cookies_and_headers_are_found),
      cmocka_unit_test(a_refused_head_gives_what_can_be_read),
      cmocka_unit_test(preferences_carry_their_weight),
      cmocka_unit_test(a_tag_is_known_weak_or_in_a_list),
      cmocka_unit_test(addresses_of_one_client_are_one_network),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
