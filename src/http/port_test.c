/* A door that is shut while more come than may be refused with an answer: over TCP, at a Unix socket, and beside a door of its own for newcomers. */
#include <errno.h>
#include <fcntl.h>
#include <sys/un.h>

#include "http/allowance.h"
#include "http/server_fixture.h"

#define GET "GET /x HTTP/1.1\r\n" H "\r\n"
#define GET_LAST "GET /in HTTP/1.1\r\n" H "Connection: close\r\n\r\n"
enum { TRIES = 10000 };

/* Everybody is turned away, but who asks for /in. */
static int classify(void *app, struct http_call *call) {
  if (slice_is(call->request.path, "/in")) {
    return 0;
  }
  refuse(app, call, HTTP_OVERLOADED);
  return HTTP_ANSWERED;
}

static void start_crowded(struct fixture *fixture, int refusals_per_s, const char *newcomers) {
  *fixture = (struct fixture){0};
  assert_ok(http_server_open(&(struct http_server_options){.listen = "127.0.0.1:0",
                                                           .newcomers = newcomers,
                                                           .loops = 1,
                                                           .workers = 2,
                                                           .limits = {.refusals_per_s = refusals_per_s},
                                                           .app = fixture,
                                                           .handle = handle,
                                                           .classify = classify,
                                                           .refuse = refuse},
                             &fixture->server));
}

/* The answer; empty when the system refused. */
static struct slice ask_at(struct fixture *fixture, int port, struct slice request) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct slice answer = {0};
  if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) {
    send_all(fd, request);
    answer = read_to_end(fixture, fd);
  } else {
    assert_int_equal(errno, ECONNREFUSED);
  }
  close(fd);
  return answer;
}

/* Asks until it is refused by the system, then until it is answered again. */
static void see_it_shut_and_open(struct fixture *fixture, int port) {
  bool was_shut = false;
  bool is_open_again = false;
  for (int i = 0; i < TRIES && !is_open_again; i++) {
    struct slice answer = ask_at(fixture, port, S(GET));
    was_shut = was_shut || answer.len == 0;
    is_open_again = was_shut && answer.len > 0;
    if (answer.len > 0) {
      assert_int_equal(status_of(answer), 503);
      assert_true(has(answer, "Connection: close")); /* read_to_end has seen the end: a crowd holds no connections */
    } else {
      usleep(1000);
    }
  }
  assert_true(was_shut);
  assert_true(is_open_again);
}

static void a_crowd_is_refused_by_the_system_and_the_door_opens_again(void **state) {
  (void)state;
  struct fixture fixture;
  start_crowded(&fixture, 1, NULL);
  see_it_shut_and_open(&fixture, http_server_port(fixture.server));
  assert_true(http_server_figures(fixture.server).shut_us > 0);
  stop(&fixture);
}

static void who_is_inside_is_served_while_the_door_is_shut(void **state) {
  (void)state;
  struct fixture fixture;
  start_crowded(&fixture, 1, NULL);
  int inside = dial(&fixture);
  send_all(inside, S("GET /in HTTP/1.1\r\n" H "\r\n"));
  bool is_shut = false;
  for (int i = 0; i < TRIES && !is_shut; i++) {
    is_shut = ask_at(&fixture, http_server_port(fixture.server), S(GET)).len == 0;
  }
  assert_true(is_shut);
  send_all(inside, S(GET_LAST));
  assert_int_equal(count_of(read_to_end(&fixture, inside), "HTTP/1.1 200"), 2);
  close(inside);
  stop(&fixture);
}

static void newcomers_have_a_door_of_their_own(void **state) {
  (void)state;
  struct fixture fixture;
  start_crowded(&fixture, 1, "127.0.0.1:0");
  int newcomers = http_server_newcomers_port(fixture.server);
  assert_int_not_equal(newcomers, http_server_port(fixture.server));
  for (int times = 0; times < 2; times++) {
    bool is_shut = false;
    for (int i = 0; i < TRIES && !is_shut; i++) {
      is_shut = ask_at(&fixture, newcomers, S(GET)).len == 0;
    }
    assert_true(is_shut);
    assert_int_equal(status_of(ask_at(&fixture, http_server_port(fixture.server), S(GET_LAST))), 200);
  }
  see_it_shut_and_open(&fixture, newcomers);
  stop(&fixture);
}

static int dial_local(const char *path) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  (void)snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
    assert_int_equal(errno, EAGAIN);
    close(fd);
    return -1;
  }
  (void)fcntl(fd, F_SETFL, 0);
  return fd;
}

static void a_proxy_finds_the_queue_of_a_shut_door_full(void **state) {
  (void)state;
  struct fixture fixture;
  int fds[TRIES];
  char path[64];
  int count = 0;
  (void)snprintf(path, sizeof path, "unix:/tmp/danh_new_%d.sock", (int)getpid());
  start_crowded(&fixture, 40, path);
  int first = dial_local(path + 5);
  send_all(first, S(GET));
  assert_int_equal(status_of(read_to_end(&fixture, first)), 503); /* and with it the door is shut */
  close(first);
  for (; count < TRIES && (fds[count] = dial_local(path + 5)) >= 0; count++) {
    send_all(fds[count], S(GET));
  }
  assert_true(count < TRIES);
  for (int i = 0; i < count; i++) { /* and who stood in it is answered once it opens */
    assert_int_equal(status_of(read_to_end(&fixture, fds[i])), 503);
    close(fds[i]);
  }
  stop(&fixture);
  assert_int_not_equal(access(path + 5, F_OK), 0);
}

static void an_allowance_is_an_average(void **state) {
  (void)state;
  struct allowance allowance = {.each_us = allowance_each_us(2000)};
  int given = 0;
  while (allowance_take(&allowance, 0)) {
    given++;
  }
  assert_int_equal(given, 40);
  int64_t wait_us = allowance_wait_us(&allowance, 0);
  assert_int_equal(wait_us, 20500);
  assert_int_equal(allowance_wait_us(&allowance, wait_us), 0);
  assert_true(allowance_take(&allowance, wait_us));
  for (int i = 0; i < 100000; i++) { /* over connections that were open already */
    (void)allowance_take(&allowance, wait_us);
  }
  assert_true(allowance_wait_us(&allowance, wait_us) <= ALLOWANCE_DEBT_MAX_US);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_crowd_is_refused_by_the_system_and_the_door_opens_again),
      cmocka_unit_test(who_is_inside_is_served_while_the_door_is_shut),
      cmocka_unit_test(newcomers_have_a_door_of_their_own),
      cmocka_unit_test(a_proxy_finds_the_queue_of_a_shut_door_full),
      cmocka_unit_test(an_allowance_is_an_average),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
