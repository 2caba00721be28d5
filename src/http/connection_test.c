/* A connection over time: bytes in pieces, requests behind each other, ends and closes. */
#include <time.h>

#include "base/clock.h"
#include "http/server_fixture.h"

/* Everything in pieces of `size`, each its own arrival as far as a client can bring that about. */
static void drip(int fd, struct slice text, size_t size) {
  for (size_t i = 0; i < text.len; i += size) {
    send_all(fd, slice_sub(text, i, size));
    usleep(300);
  }
}

static void headers_stay_right_when_a_long_body_follows(void **state) {
  (void)state;
  struct fixture fixture;
  struct http_limits limits = small_limits();
  limits.body_bytes_max = 100000;
  start(&fixture, limits, 2, NULL);
  uint8_t *body = arena_alloc(&fixture.arena, 50000);
  memset(body, 'z', 50000);
  struct slice head = S("POST /long?q HTTP/1.1\r\n" H "X-Echo:  kept \r\nContent-Length: 50000\r\nConnection: close\r\n\r\n");
  struct slice both = arena_printf(&fixture.arena, "%.*s%.*s", SLICE_ARG(head), 50000, (const char *)body);
  for (size_t size = 1; size < 50000; size *= 37) {
    int fd = dial(&fixture);
    drip(fd, slice_sub(both, 0, head.len + 20), size);
    send_all(fd, slice_from(both, head.len + 20));
    struct slice answer = read_to_end(&fixture, fd);
    close(fd);
    assert_int_equal(status_of(answer), 200);
    assert_true(has(answer, "X-Echo: kept\r\n") && has(answer, "POST /long?q uid=-1 body=zzz"));
  }
  stop(&fixture);
}

/* [RFC9112 9.6 MUST] */
static void nothing_is_answered_after_a_request_that_closes(void **state) {
  (void)state;
  static const struct slice rows[] = {
      S_INIT("GET /1 HTTP/1.1\r\n" H "Connection: close\r\n\r\nGET /2 HTTP/1.1\r\n" H "\r\n"),
      S_INIT("GET /1 HTTP/1.0\r\n\r\nGET /2 HTTP/1.1\r\n" H "\r\n"),
      S_INIT("GET /1 HTTP/1.0\r\n" H "Connection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n" H "\r\n"),
  };
  struct fixture fixture;
  start(&fixture, small_limits(), 2, NULL);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct slice answer = ask(&fixture, rows[i]);
    assert_int_equal(status_of(answer), 200);
    assert_true(has(answer, "GET /1?") && !has(answer, "/2") && has(answer, "Connection: close\r\n"));
  }
  stop(&fixture);
}

static void many_requests_in_one_piece_are_all_answered(void **state) {
  (void)state;
  enum { MANY = 300 };
  struct fixture fixture;
  start(&fixture, small_limits(), 2, NULL);
  struct slice text = {0};
  for (int i = 0; i < MANY; i++) {
    text = arena_printf(&fixture.arena, "%.*s%sGET /%d HTTP/1.1\r\n" H "%s\r\n", SLICE_ARG(text), i % 7 == 1 ? "\r\n" : "", i,
                        i == MANY - 1 ? "Connection: close\r\n" : "");
  }
  struct slice answer = ask(&fixture, text);
  assert_int_equal(count_of(answer, "HTTP/1.1 200 OK\r\n"), MANY);
  assert_true(has(answer, "GET /299? uid=-1 body=;"));
  stop(&fixture);
}

/* [RFC9110 6.6.1 MUST] */
static void every_answer_says_when(void **state) {
  (void)state;
  struct fixture fixture;
  start(&fixture, small_limits(), 2, NULL);
  const struct clock real = clock_shifted(0);
  static const struct slice rows[] = {S_INIT("GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), S_INIT("BREW / HTTP/1.1\r\n" H "\r\n")};
  for (size_t i = 0; i < 2; i++) {
    struct slice answer = ask(&fixture, rows[i]);
    const char *date = memmem(answer.ptr, answer.len, "\r\nDate: ", 8);
    assert_non_null(date);
    struct tm at = {0};
    const char *end = strptime(date + 8, "%a, %d %b %Y %H:%M:%S GMT", &at);
    assert_true(end != NULL && memcmp(end, "\r\n", 2) == 0);
    assert_true(llabs((long long)timegm(&at) - (long long)(clock_now_ms(&real) / 1000)) < 100);
  }
  stop(&fixture);
}

/* A client that ends in the middle of a request is let go at once, not at its deadline. */
static void an_end_in_the_middle_closes(void **state) {
  (void)state;
  static const struct slice rows[] = {S_INIT(""), S_INIT("GET / HT"), S_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 10\r\n\r\nabc")};
  struct fixture fixture;
  struct http_limits limits = small_limits();
  limits.request_ms = limits.idle_ms = 2 * READ_MS;
  start(&fixture, limits, 2, NULL);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    int fd = dial(&fixture);
    send_all(fd, rows[i]);
    shutdown(fd, SHUT_WR);
    assert_int_equal(read_to_end(&fixture, fd).len, 0); /* which fails before the deadline */
    close(fd);
  }
  assert_int_equal(http_server_figures(fixture.server).requests, 0);
  stop(&fixture);
}

/* The reply is far longer than the system's buffers, and nobody takes it. */
static void who_does_not_take_the_reply_is_cut(void **state) {
  (void)state;
  struct fixture fixture;
  struct http_limits limits = small_limits();
  limits.write_ms = 300;
  start(&fixture, limits, 2, NULL);
  int fd = dial(&fixture);
  send_all(fd, S("GET /big HTTP/1.1\r\n" H "\r\n"));
  for (int waited = 0; http_server_figures(fixture.server).requests == 0 || http_server_figures(fixture.server).connections > 0; waited++) {
    assert_true(waited < 2 * READ_MS);
    usleep(500);
  }
  assert_true(read_to_end(&fixture, fd).len < BIG_BYTES);
  close(fd);
  stop(&fixture);
}

static void one_who_waits_to_send_the_body_is_told_to_go_on(void **state) {
  (void)state;
  struct fixture fixture;
  start(&fixture, small_limits(), 2, NULL);
  int fd = dial(&fixture);
  send_all(fd, S("POST / HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"));
  char told[25];
  assert_int_equal(recv(fd, told, sizeof told, MSG_WAITALL), sizeof told);
  assert_memory_equal(told, "HTTP/1.1 100 Continue\r\n\r\n", sizeof told); /* [RFC9110 10.1.1 MUST] */
  send_all(fd, S("abcd"));
  assert_true(has(read_to_end(&fixture, fd), "body=abcd;"));
  close(fd);
  stop(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(headers_stay_right_when_a_long_body_follows), cmocka_unit_test(nothing_is_answered_after_a_request_that_closes),
      cmocka_unit_test(many_requests_in_one_piece_are_all_answered), cmocka_unit_test(every_answer_says_when),
      cmocka_unit_test(an_end_in_the_middle_closes),                 cmocka_unit_test(who_does_not_take_the_reply_is_cut),
      cmocka_unit_test(one_who_waits_to_send_the_body_is_told_to_go_on),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
