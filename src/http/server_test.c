/* The server over real sockets: every smuggling shape refused, limits, slow clients, overload, stop. */
#include "http/server_fixture.h"


static const struct {
  const char *defect;
  struct slice request;
  int status;
} smuggling[] = {
    {"space before the colon of Content-Length", S_INIT("POST / HTTP/1.1\r\n" H "Content-Length : 4\r\n\r\nabcd"), 400},
    {"tab before a colon", S_INIT("GET / HTTP/1.1\r\n" H "X\t: 4\r\n\r\n"), 400}, /* [RFC9112 5.1 MUST] */
    {"two Content-Lengths", S_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"), 400},
    {"the same Content-Length twice", S_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"), 400},
    {"a list in Content-Length", S_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 4, 4\r\n\r\nabcd"), 400},
    {"a sign in Content-Length", S_INIT("POST / HTTP/1.1\r\n" H "Content-Length: +4\r\n\r\nabcd"), 400},
    {"a negative Content-Length", S_INIT("POST / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\n"), 400},
    {"hex in Content-Length", S_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 0x4\r\n\r\nabcd"), 400},
    {"an empty Content-Length", S_INIT("POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n"), 400},
    {"Content-Length beside Transfer-Encoding",
     S_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400},
    {"Transfer-Encoding before Content-Length",
     S_INIT("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"), 400},
    {"an unknown transfer coding", S_INIT("POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n"), 400},
    {"chunked twice", S_INIT("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked, chunked\r\n\r\n"), 400},
    {"a chunked body", S_INIT("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"), 411},
    {"a body of unknown length", S_INIT("POST / HTTP/1.1\r\n" H "\r\n"), 411},
    {"bare LF everywhere", S_INIT("GET / HTTP/1.1\nHost: a\n\n"), 400},
    {"bare LF after one header", S_INIT("GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"), 400},
    {"bare CR in a value", S_INIT("GET / HTTP/1.1\r\n" H "X: a\rY: b\r\n\r\n"), 400},
    {"NUL in a value", S_INIT("GET / HTTP/1.1\r\n" H "X: a\0b\r\n\r\n"), 400},
    {"a folded header", S_INIT("GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n"), 400}, /* [RFC9112 5.2 MUST] */
    {"a fold right after the request line", S_INIT("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), 400},
    {"no Host", S_INIT("GET / HTTP/1.1\r\n\r\n"), 400}, /* [RFC9112 3.2 MUST] */
    {"two Hosts", S_INIT("GET / HTTP/1.1\r\n" H H "\r\n"), 400},
    {"two different Hosts", S_INIT("GET / HTTP/1.1\r\n" H "Host: b\r\n\r\n"), 400},
    {"a path in Host", S_INIT("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400},
    {"a header without a name", S_INIT("GET / HTTP/1.1\r\n" H ": a\r\n\r\n"), 400},
    {"a header without a colon", S_INIT("GET / HTTP/1.1\r\n" H "Hello\r\n\r\n"), 400},
    {"a byte outside a token in a name", S_INIT("GET / HTTP/1.1\r\n" H "X(y): a\r\n\r\n"), 400},
    {"two spaces in the request line", S_INIT("GET  / HTTP/1.1\r\n" H "\r\n"), 400},
    {"something after the version", S_INIT("GET / HTTP/1.1 x\r\n" H "\r\n"), 505},
    {"HTTP/0.9", S_INIT("GET /\r\n\r\n"), 400},
    {"HTTP/2.0", S_INIT("GET / HTTP/2.0\r\n" H "\r\n"), 505},
    {"a lower-case version", S_INIT("GET / http/1.1\r\n" H "\r\n"), 400},
    {"a control character in the path", S_INIT("GET /\x01 HTTP/1.1\r\n" H "\r\n"), 400},
    {"an 8-bit byte in the path", S_INIT("GET /\xc4\x91 HTTP/1.1\r\n" H "\r\n"), 400},
    {"a fragment in the path", S_INIT("GET /#a HTTP/1.1\r\n" H "\r\n"), 400},
    {"a target that is no path", S_INIT("GET a HTTP/1.1\r\n" H "\r\n"), 400},
    {"an absolute target without a host", S_INIT("GET http:///x HTTP/1.1\r\n" H "\r\n"), 400}, /* [RFC9110 4.2.1 MUST] */
    {"an absolute target with a user", S_INIT("GET http://a:b@c/x HTTP/1.1\r\n" H "\r\n"), 400},
    {"a body on GET", S_INIT("GET / HTTP/1.1\r\n" H "Content-Length: 35\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"an unknown method", S_INIT("BREW / HTTP/1.1\r\n" H "\r\n"), 501},
    {"CONNECT", S_INIT("CONNECT a:1 HTTP/1.1\r\n" H "\r\n"), 400},
    {"QUERY", S_INIT("QUERY / HTTP/1.1\r\n" H "\r\n"), 501},
    {"a lower-case method", S_INIT("get / HTTP/1.1\r\n" H "\r\n"), 501},
    {"TLS on the plain port", S_INIT("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"), 400},
};

static void refuses_every_smuggling_shape_and_closes(void **state) {
  (void)state;
  struct fixture fixture;
  start(&fixture, small_limits(), 2, NULL);
  for (size_t i = 0; i < sizeof smuggling / sizeof *smuggling; i++) {
    /* a valid request behind it must never be answered */
    struct slice request = smuggling[i].request;
    uint8_t *both = arena_alloc(&fixture.arena, request.len + 64);
    memcpy(both, request.ptr, request.len);
    memcpy(both + request.len, "GET /second HTTP/1.1\r\nHost: a\r\n\r\n", 34);
    struct slice answer = ask(&fixture, slice_of(both, request.len + 34));
    if (status_of(answer) != smuggling[i].status || has(answer, "/second") || has(answer, "smuggled") || count_of(answer, "HTTP/1.1 ") != 1) {
      fail_msg("%s: %.*s", smuggling[i].defect, SLICE_ARG(answer));
    }
    assert_true(has(answer, "Connection: close"));
    assert_true(has(answer, "X-Frame-Options: DENY"));
  }
  assert_int_equal(http_server_figures(fixture.server).requests, 0);
  assert_int_equal(http_server_figures(fixture.server).refused, sizeof smuggling / sizeof *smuggling);
  stop(&fixture);
}

static void answers_what_is_well_formed(void **state) {
  (void)state;
  static const struct {
    struct slice request;
    const char *expected;
  } rows[] = {
      {S_INIT("GET /a?b=c HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), "GET /a?b=c uid=-1 body=;"},
      {S_INIT("POST /p HTTP/1.1\r\n" H "Connection: close\r\ncontent-length: 4\r\n\r\nabcd"), "POST /p? uid=-1 body=abcd;"},
      {S_INIT("PUT / HTTP/1.1\r\n" H "Content-Length: 0\r\nConnection: close\r\n\r\n"), "PUT /? uid=-1 body=;"},
      {S_INIT("DELETE /x HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), "DELETE /x? uid=-1 body=;"},
      {S_INIT("GET / HTTP/1.0\r\n\r\n"), "GET /? uid=-1 body=;"},
      {S_INIT("\r\nGET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), "GET /? uid=-1 body=;"},
      {S_INIT("GET http://a/b?c HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), "GET /b?c uid=-1 body=;"}, /* [RFC9112 3.2.2 MUST] */
      {S_INIT("GET http://a?b=/c HTTP/1.1\r\n" H "Connection: x, Close\r\n\r\n"), "GET /?b=/c uid=-1 body=;"},
      {S_INIT("GET /x HTTP/1.1\r\n" H "X: \t v\xc3\xa9 \t\r\nConnection: close\r\n\r\n"), "GET /x? uid=-1 body=;"},
      {S_INIT("GET /1 HTTP/1.1\r\n" H "\r\nGET /2 HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), "GET /2? uid=-1 body=;"},
  };
  struct fixture fixture;
  start(&fixture, small_limits(), 2, NULL);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct slice answer = ask(&fixture, rows[i].request);
    if (status_of(answer) != 200 || !has(answer, rows[i].expected)) {
      fail_msg("row %zu: %.*s", i, SLICE_ARG(answer));
    }
    assert_true(has(answer, "X-Frame-Options: DENY"));
    assert_false(has(answer, "X-Split"));
  }
  stop(&fixture);
}

static void pipelined_and_dripped_requests_are_answered_in_order(void **state) {
  (void)state;
  struct fixture fixture;
  start(&fixture, small_limits(), 4, NULL);
  int fd = dial(&fixture);
  struct slice text = S("POST /1 HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\none" "GET /2 HTTP/1.1\r\n" H "\r\n" "HEAD /3 HTTP/1.1\r\n" H
                        "\r\n" "POST /4 HTTP/1.1\r\n" H "Content-Length: 4\r\nConnection: close\r\n\r\nfour");
  for (size_t i = 0; i < text.len; i += 7) {
    send_all(fd, slice_sub(text, i, 7));
    usleep(300);
  }
  shutdown(fd, SHUT_WR); /* a client that has said everything still hears everything */
  struct slice answer = read_to_end(&fixture, fd);
  close(fd);
  const uint8_t *one = memmem(answer.ptr, answer.len, "POST /1? uid=-1 body=one;", 25);
  const uint8_t *two = memmem(answer.ptr, answer.len, "GET /2?", 7);
  const uint8_t *four = memmem(answer.ptr, answer.len, "body=four;", 10);
  assert_true(one != NULL && two != NULL && four != NULL && one < two && two < four);
  assert_false(has(answer, "HEAD /3")); /* its length, not its body */
  assert_int_equal(count_of(answer, "HTTP/1.1 200 "), 4);
  stop(&fixture);
}

static void large_replies_arrive_whole_and_closed(void **state) {
  (void)state;
  struct fixture fixture;
  start(&fixture, small_limits(), 2, NULL);
  for (int i = 0; i < 5; i++) {
    struct slice answer = ask(&fixture, S("GET /big HTTP/1.1\r\n" H "Connection: close\r\n\r\n"));
    assert_int_equal(status_of(answer), 200);
    size_t count = 0;
    for (size_t at = 0; at < answer.len; at++) {
      count += answer.ptr[at] == 'x';
    }
    assert_in_range(count, BIG_BYTES, BIG_BYTES + 10); /* and a few in the header */
  }
  stop(&fixture);
}

static void refuses_what_is_too_large(void **state) {
  (void)state;
  struct fixture fixture;
  start(&fixture, small_limits(), 2, NULL);
  char *pad = arena_alloc(&fixture.arena, 100001);
  memset(pad, 'a', 100000);
  struct arena *arena = &fixture.arena;
  const struct {
    struct slice request;
    int status;
  } rows[] = {
      {arena_printf(arena, "GET /%.513s HTTP/1.1\r\n" H "\r\n", pad), 414},
      {arena_printf(arena, "GET /%.100000s HTTP/1.1\r\n" H "\r\n", pad), 414},
      {arena_printf(arena, "GET / HTTP/1.1\r\n" H "X: %.3000s\r\n\r\n", pad), 431},
      {arena_printf(arena, "GET / HTTP/1.1\r\n" H "%s%s%s\r\n", "A:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\n",
                    "A:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\n", "A:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\n"), 431},
      {arena_printf(arena, "POST / HTTP/1.1\r\n" H "Content-Length: 1001\r\n\r\n%.1001s", pad), 413},
      {arena_printf(arena, "POST / HTTP/1.1\r\n" H "Content-Length: 100000\r\n\r\n%.100000s", pad), 413},
      {arena_printf(arena, "POST / HTTP/1.1\r\n" H "Content-Length: 99999999999999999999\r\n\r\n"), 400},
      {arena_printf(arena, "POST / HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n"), 413},
      {arena_printf(arena, "POST / HTTP/1.1\r\n" H "Connection: close\r\nContent-Length: 1000\r\n\r\n%.1000s", pad), 200},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct slice answer = ask(&fixture, rows[i].request);
    if (status_of(answer) != rows[i].status) {
      fail_msg("row %zu: %.*s", i, (int)(answer.len < 200 ? answer.len : 200), (const char *)answer.ptr);
    }
  }
  struct slice told = ask(&fixture, S("POST /form?x HTTP/1.1\r\n" H "Accept-Language: en\r\nContent-Length: 1001\r\n\r\nabc"));
  assert_true(has(told, "refused path=/form language=en")); /* so that it can be said in the client's language */
  told = ask(&fixture, S("HEAD /\x01 HTTP/1.1\r\n" H "\r\n"));
  assert_true(has(told, "Content-Length: 23\r\n") && !has(told, "refused")); /* [RFC9110 9.3.2 MUST] no body after HEAD */
  stop(&fixture);
}

static void cuts_slow_clients_by_one_deadline(void **state) {
  (void)state;
  struct http_limits limits = small_limits();
  limits.request_ms = 300;
  limits.idle_ms = 300;
  struct fixture fixture;
  start(&fixture, limits, 2, NULL);
  static const struct {
    struct slice request;
    int status;
  } rows[] = {{S_INIT("GET / HTTP/1.1\r\n"), 408}, {S_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 99\r\n\r\nabc"), 408}, {S_INIT(""), 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    int fd = dial(&fixture);
    send_all(fd, rows[i].request);
    /* a byte now and then must not win time */
    for (int drip = 0; drip < 8 && rows[i].status != 0; drip++) {
      usleep(60000);
      send_all(fd, S("a"));
    }
    struct slice answer = read_to_end(&fixture, fd);
    assert_int_equal(status_of(answer), rows[i].status);
    close(fd);
  }
  assert_int_equal(http_server_figures(fixture.server).requests, 0);
  stop(&fixture);
}

static void overload_is_answered_503_without_a_worker(void **state) {
  (void)state;
  struct http_limits limits = small_limits();
  limits.waiting_max = 1;
  struct fixture fixture;
  start(&fixture, limits, 1, NULL);
  int running = dial(&fixture);
  send_all(running, S("GET /wait HTTP/1.1\r\n" H "Connection: close\r\n\r\n"));
  while (atomic_load(&fixture.inside) == 0) {
    usleep(500);
  }
  int waiting = dial(&fixture);
  send_all(waiting, S("GET /queued HTTP/1.1\r\n" H "Connection: close\r\n\r\n"));
  while (http_server_figures(fixture.server).requests < 2) {
    usleep(500);
  }
  struct slice answer = ask(&fixture, S("GET /third HTTP/1.1\r\n" H "Connection: close\r\n\r\n"));
  assert_int_equal(status_of(answer), 503);
  assert_true(has(answer, "Retry-After: 1"));
  atomic_store(&fixture.is_gate_open, true);
  assert_int_equal(status_of(read_to_end(&fixture, running)), 200);
  assert_true(has(read_to_end(&fixture, waiting), "/queued"));
  close(running);
  close(waiting);
  stop(&fixture);
}

enum { SLEEPERS = 40 };

/* Fewer run than there are workers; those that sleep do not count. */
static void every_worker_may_sleep_at_the_same_time(void **state) {
  (void)state;
  struct fixture fixture;
  int fds[SLEEPERS];
  start(&fixture, small_limits(), SLEEPERS, NULL);
  for (int i = 0; i < SLEEPERS; i++) {
    fds[i] = dial(&fixture);
    send_all(fds[i], S("GET /sleep HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  }
  for (int waited = 0; atomic_load(&fixture.inside) < SLEEPERS; waited++) {
    assert_true(waited < 2 * READ_MS);
    usleep(500);
  }
  atomic_store(&fixture.is_gate_open, true);
  for (int i = 0; i < SLEEPERS; i++) {
    assert_true(slice_starts(read_to_end(&fixture, fds[i]), S("HTTP/1.1 200 ")));
    close(fds[i]);
  }
  stop(&fixture);
}

enum { SLOW_ONES = 24 };

/* Clients that hold a place with half a request each; whoever asks properly is answered nevertheless, and what is being handled stays. */
static void slow_clients_give_their_places_to_honest_ones(void **state) {
  (void)state;
  struct http_limits limits = small_limits();
  limits.connections_max = SLOW_ONES;
  limits.quiet_ms = 1;
  struct fixture fixture;
  start(&fixture, limits, 2, NULL);
  int handled = dial(&fixture);
  send_all(handled, S("GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  while (atomic_load(&fixture.inside) == 0) {
    usleep(500);
  }
  int slow[SLOW_ONES];
  for (int i = 0; i < SLOW_ONES; i++) {
    slow[i] = dial(&fixture);
    send_all(slow[i], S("GET / HTTP/1.1\r\nHo"));
  }
  while (http_server_figures(fixture.server).connections < SLOW_ONES) {
    usleep(500);
  }
  int answered = 0;
  for (int i = 0; i < 40; i++) {
    usleep(5000);
    answered += status_of(ask(&fixture, S("GET /honest HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))) == 200;
  }
  assert_in_range(answered, 20, 40); /* a loop that happens to hold no slow one refuses */
  assert_true(http_server_figures(fixture.server).evicted > 0);
  atomic_store(&fixture.is_gate_open, true);
  assert_int_equal(status_of(read_to_end(&fixture, handled)), 200);
  for (int i = 0; i < SLOW_ONES; i++) {
    close(slow[i]);
  }
  close(handled);
  stop(&fixture);
}

static void one_connection_too_many_is_told_so(void **state) {
  (void)state;
  struct http_limits limits = small_limits();
  limits.connections_max = 3;
  limits.quiet_ms = 600000;
  struct fixture fixture;
  start(&fixture, limits, 1, NULL);
  int held[3];
  for (int i = 0; i < 3; i++) {
    held[i] = dial(&fixture);
  }
  while (http_server_figures(fixture.server).connections < 3) {
    usleep(500);
  }
  int fd = dial(&fixture);
  struct slice answer = read_to_end(&fixture, fd);
  assert_int_equal(status_of(answer), 503);
  close(fd);
  while (http_server_figures(fixture.server).connections > 3) {
    usleep(500);
  }
  limits.connections_max = 4; /* while it runs */
  http_server_adjust(fixture.server, &limits, NULL);
  assert_int_equal(status_of(ask(&fixture, S("GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n"))), 200);
  for (int i = 0; i < 3; i++) {
    close(held[i]);
  }
  while (http_server_figures(fixture.server).connections > 0) {
    usleep(500);
  }
  assert_int_equal(status_of(ask(&fixture, S("GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n"))), 200);
  stop(&fixture);
}

static void *stop_server(void *arg) {
  struct fixture *fixture = arg;
  return is_ok(http_server_stop(fixture->server)) ? fixture : NULL;
}

static void stop_finishes_what_is_in_flight(void **state) {
  (void)state;
  struct fixture fixture;
  start(&fixture, small_limits(), 2, NULL);
  int idle = dial(&fixture);
  int running = dial(&fixture);
  send_all(running, S("GET /wait HTTP/1.1\r\n" H "\r\n"));
  while (atomic_load(&fixture.inside) == 0) {
    usleep(500);
  }
  pthread_t stopper;
  assert_int_equal(pthread_create(&stopper, NULL, stop_server, &fixture), 0);
  assert_int_equal(read_to_end(&fixture, idle).len, 0);
  atomic_store(&fixture.is_gate_open, true);
  struct slice answer = read_to_end(&fixture, running);
  assert_int_equal(status_of(answer), 200);
  assert_true(has(answer, "Connection: close"));
  void *stopped = NULL;
  pthread_join(stopper, &stopped);
  assert_non_null(stopped);
  close(idle);
  close(running);
  stop(&fixture);
}

static void stop_closes_a_connection_whose_reply_left_before(void **state) {
  (void)state;
  struct fixture fixture;
  struct http_limits limits = small_limits();
  limits.drain_ms = 2 * READ_MS; /* longer than read_to_end waits */
  start(&fixture, limits, 2, NULL);
  int idle = dial(&fixture);
  int slow = dial(&fixture);
  send_all(slow, S("GET /big HTTP/1.1\r\n" H "\r\n"));
  char first = 0;
  assert_int_equal(recv(slow, &first, 1, 0), 1); /* the reply is on its way, longer than the system's buffers, and says nothing of closing */
  pthread_t stopper;
  assert_int_equal(pthread_create(&stopper, NULL, stop_server, &fixture), 0);
  assert_int_equal(read_to_end(&fixture, idle).len, 0);
  assert_true(read_to_end(&fixture, slow).len + 1 > BIG_BYTES);
  void *stopped = NULL;
  pthread_join(stopper, &stopped);
  assert_non_null(stopped);
  close(idle);
  close(slow);
  stop(&fixture);
}

static void while_draining_everybody_is_served_and_nobody_keeps_a_connection(void **state) {
  (void)state;
  struct fixture fixture;
  start(&fixture, small_limits(), 2, NULL);
  int before = dial(&fixture);
  send_all(before, S("GET / HTTP/1.1\r\n" H "\r\n"));
  char first = 0;
  assert_int_equal(recv(before, &first, 1, MSG_PEEK), 1);
  http_server_drain(fixture.server);
  send_all(before, S("GET / HTTP/1.1\r\n" H "\r\n"));
  struct slice both = read_to_end(&fixture, before); /* ends although the client did not ask for it */
  assert_true(has(both, "Connection: close"));
  int after = dial(&fixture);
  send_all(after, S("GET / HTTP/1.1\r\n" H "\r\n"));
  struct slice answer = read_to_end(&fixture, after);
  assert_int_equal(status_of(answer), 200);
  assert_true(has(answer, "Connection: close"));
  close(before);
  close(after);
  stop(&fixture);
}

static void a_client_that_vanishes_costs_nothing(void **state) {
  (void)state;
  struct fixture fixture;
  start(&fixture, small_limits(), 2, NULL);
  int fds[20];
  for (int i = 0; i < 20; i++) {
    fds[i] = dial(&fixture);
    send_all(fds[i], i % 2 ? S("GET /wait HTTP/1.1\r\n" H "\r\n") : S("GET /big HTTP/1.1\r\n" H "\r\n"));
  }
  while (atomic_load(&fixture.inside) == 0) {
    usleep(500);
  }
  const struct linger reset = {1, 0};
  for (int i = 0; i < 20; i++) {
    setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fds[i]);
  }
  atomic_store(&fixture.is_gate_open, true);
  while (http_server_figures(fixture.server).connections > 0) {
    usleep(500);
  }
  assert_int_equal(status_of(ask(&fixture, S("GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n"))), 200);
  stop(&fixture);
}

static void a_second_server_on_the_port_is_refused(void **state) {
  (void)state;
  struct fixture fixture;
  start(&fixture, small_limits(), 1, NULL);
  struct http_server *second = NULL;
  const char *address = (const char *)arena_printf(&fixture.arena, "127.0.0.1:%d", http_server_port(fixture.server)).ptr;
  struct http_server_options options = {.listen = address, .handle = handle, .refuse = refuse, .workers = 1};
  assert_code(http_server_open(&options, &second), HTTP_ADDRESS_IN_USE);
  static const char *const wrong[] = {"localhost:80", "127.0.0.1", "127.0.0.1:", ":80", "1.2.3.4:99999", ""};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    options.listen = wrong[i];
    assert_code(http_server_open(&options, &second), HTTP_ADDRESS_SYNTAX);
  }
  stop(&fixture);
}

static void the_unix_socket_knows_its_caller(void **state) {
  (void)state;
  char path[] = "/tmp/danh_http_XXXXXX";
  assert_non_null(mkdtemp(path));
  char socket_path[64];
  (void)snprintf(socket_path, sizeof socket_path, "%s/s", path);
  struct fixture fixture;
  start(&fixture, small_limits(), 2, socket_path);
  struct http_client_response answer;
  struct http_client_request request = {
      .method = HTTP_POST, .url = S("http://danh/admin/x"), .body = S("hello"), .unix_socket = socket_path};
  assert_ok(http_client_send(&request, &fixture.arena, &answer));
  assert_int_equal(answer.status, 200);
  assert_true(slice_eq(answer.body, arena_printf(&fixture.arena, "POST /admin/x? uid=%d body=hello;", (int)getuid())));
  assert_true(slice_is(http_client_header(&answer, "x-frame-options"), "DENY"));
  struct http_server *second = NULL;
  struct http_server_options options = {.unix_socket = socket_path, .handle = handle, .refuse = refuse, .workers = 1};
  assert_code(http_server_open(&options, &second), HTTP_ADDRESS_IN_USE);
  stop(&fixture);
  assert_int_not_equal(access(socket_path, F_OK), 0);
  request.timeout_ms = 1000;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  assert_code(http_client_send(&request, &arena, &answer), HTTP_PEER_UNREACHABLE);
  rmdir(path);
}

static void the_client_refuses_addresses_it_must_not_call(void **state) {
  (void)state;
  struct fixture fixture;
  start(&fixture, small_limits(), 2, NULL);
  int port = http_server_port(fixture.server);
  struct arena *arena = &fixture.arena;
  struct http_client_response answer;
  const struct {
    struct slice url;
    bool is_loopback_allowed;
    uint16_t code;
  } rows[] = {
      {arena_printf(arena, "http://127.0.0.1:%d/x", port), true, 0},
      {arena_printf(arena, "http://127.0.0.1:%d/x", port), false, HTTP_URL_REFUSED},
      {arena_printf(arena, "https://127.0.0.1:%d/x", port), false, HTTP_URL_REFUSED},
      {arena_printf(arena, "https://localhost:%d/x", port), false, HTTP_URL_REFUSED},
      {arena_printf(arena, "https://[::1]:%d/x", port), false, HTTP_URL_REFUSED},
      {arena_printf(arena, "https://[::ffff:127.0.0.1]:%d/x", port), false, HTTP_URL_REFUSED},
      {arena_printf(arena, "https://2130706433:%d/x", port), false, HTTP_URL_REFUSED},
      {arena_printf(arena, "https://[64:ff9b::7f00:1]:%d/x", port), false, HTTP_URL_REFUSED},
      {arena_printf(arena, "https://[2002:7f00:1::]:%d/x", port), false, HTTP_URL_REFUSED},
      {arena_printf(arena, "https://[::ffff:0:7f00:1]:%d/x", port), false, HTTP_URL_REFUSED},
      {S("https://[64:ff9b::a9fe:a9fe]/latest"), true, HTTP_URL_REFUSED},
      {S("https://[fec0::1]/"), true, HTTP_URL_REFUSED},
      {S("https://169.254.169.254/latest"), true, HTTP_URL_REFUSED},
      {S("https://0.0.0.0/"), true, HTTP_URL_REFUSED},
      {S("http://example.org/"), true, HTTP_URL_REFUSED},
      {S("http://127.0.0.1.example.org/"), true, HTTP_URL_REFUSED},
      {S("https://user@127.0.0.1/"), true, HTTP_URL_REFUSED},
      {S("file:///etc/passwd"), true, HTTP_URL_REFUSED},
      {S("gopher://127.0.0.1/"), true, HTTP_URL_REFUSED},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct http_client_request request = {.method = HTTP_GET, .url = rows[i].url, .is_loopback_allowed = rows[i].is_loopback_allowed};
    result outcome = http_client_send(&request, arena, &answer);
    if (outcome.code != rows[i].code) {
      fail_msg("row %zu: code 0x%04x %s", i, outcome.code, fault_last()->detail);
    }
  }
  static const char *const private[] = {"10.0.0.1", "100.64.0.1", "172.31.255.255", "192.0.0.8", "192.168.1.1", "198.19.0.1", "[fd00::1]", "[64:ff9b::a00:1]"};
  for (size_t i = 0; i < sizeof private / sizeof *private; i++) { /* of a URL nobody has looked at; an operator's own may lead there */
    struct http_client_request request = {.method = HTTP_GET, .url = arena_printf(arena, "https://%s/", private[i]), .is_private_refused = true, .timeout_ms = 1000};
    assert_code(http_client_send(&request, arena, &answer), HTTP_URL_REFUSED);
  }
  struct http_client_request big = {.url = arena_printf(arena, "http://127.0.0.1:%d/big", port), .is_loopback_allowed = true};
  big.method = HTTP_GET;
  assert_code(http_client_send(&big, arena, &answer), HTTP_PEER_ANSWER);
  stop(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(refuses_every_smuggling_shape_and_closes),
      cmocka_unit_test(answers_what_is_well_formed),
      cmocka_unit_test(pipelined_and_dripped_requests_are_answered_in_order),
      cmocka_unit_test(large_replies_arrive_whole_and_closed),
      cmocka_unit_test(refuses_what_is_too_large),
      cmocka_unit_test(cuts_slow_clients_by_one_deadline),
      cmocka_unit_test(overload_is_answered_503_without_a_worker),
      cmocka_unit_test(every_worker_may_sleep_at_the_same_time),
      cmocka_unit_test(slow_clients_give_their_places_to_honest_ones),
      cmocka_unit_test(one_connection_too_many_is_told_so),
      cmocka_unit_test(stop_finishes_what_is_in_flight),
      cmocka_unit_test(stop_closes_a_connection_whose_reply_left_before),
      cmocka_unit_test(while_draining_everybody_is_served_and_nobody_keeps_a_connection),
      cmocka_unit_test(a_client_that_vanishes_costs_nothing),
      cmocka_unit_test(a_second_server_on_the_port_is_refused),
      cmocka_unit_test(the_unix_socket_knows_its_caller),
      cmocka_unit_test(the_client_refuses_addresses_it_must_not_call),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
