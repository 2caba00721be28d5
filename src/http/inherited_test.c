/* A server on sockets that were made for it, and whether it moves. */
#include <fcntl.h>
#include <sys/un.h>

#include "http/server_fixture.h"

#define GET "GET /x HTTP/1.1\r\n" H "Connection: close\r\n\r\n"

static result open_on(struct fixture *fixture, const int *sockets, size_t count, int workers) {
  *fixture = (struct fixture){0};
  return http_server_open(&(struct http_server_options){.inherited = sockets,
                                                        .inherited_count = count,
                                                        .loops = 2,
                                                        .workers = workers,
                                                        .app = fixture,
                                                        .handle = handle,
                                                        .refuse = refuse},
                          &fixture->server);
}

static int listen_here(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof here), 0);
  assert_int_equal(listen(fd, 16), 0);
  return fd;
}

static int listen_local(const char *path) {
  struct sockaddr_un here = {.sun_family = AF_UNIX};
  (void)snprintf(here.sun_path, sizeof here.sun_path, "%s", path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof here), 0);
  assert_int_equal(listen(fd, 16), 0);
  return fd;
}

static void who_connects_between_two_servers_is_answered_by_the_next(void **state) {
  (void)state;
  struct fixture fixture;
  int fd = listen_here();
  assert_ok(open_on(&fixture, &fd, 1, 2));
  assert_int_equal(status_of(ask(&fixture, S(GET))), 200);
  int port = http_server_port(fixture.server);
  stop(&fixture);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int early = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(connect(early, (struct sockaddr *)&to, sizeof to), 0);
  send_all(early, S(GET));
  assert_ok(open_on(&fixture, &fd, 1, 2));
  assert_int_equal(http_server_port(fixture.server), port);
  assert_int_equal(status_of(read_to_end(&fixture, early)), 200);
  close(early);
  stop(&fixture);
  close(fd);
}

static void a_client_of_a_passed_unix_socket_is_known_by_its_user(void **state) {
  (void)state;
  struct fixture fixture;
  char path[64];
  (void)snprintf(path, sizeof path, "/tmp/danh_passed_%d.sock", (int)getpid());
  int fd = listen_local(path);
  assert_ok(open_on(&fixture, &fd, 1, 2));
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  (void)snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
  int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof to), 0);
  send_all(client, S(GET));
  const char *expected = (const char *)arena_printf(&fixture.arena, "uid=%d", (int)geteuid()).ptr;
  assert_true(has(read_to_end(&fixture, client), expected));
  close(client);
  stop(&fixture);
  assert_int_equal(access(path, F_OK), 0); /* whoever made it takes it away */
  unlink(path);
  close(fd);
}

static void refuses_what_is_no_listening_stream_and_two_of_a_kind(void **state) {
  (void)state;
  struct fixture fixture;
  int datagram = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int twice[] = {listen_here(), listen_here()};
  int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  assert_code(open_on(&fixture, &datagram, 1, 1), HTTP_ADDRESS_SYNTAX);
  assert_code(open_on(&fixture, &file, 1, 1), HTTP_ADDRESS_SYNTAX);
  assert_code(open_on(&fixture, twice, 2, 1), HTTP_ADDRESS_SYNTAX);
  close(datagram);
  close(file);
  close(twice[0]);
  close(twice[1]);
}

static int dial_local(const char *path) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  memcpy(to.sun_path, path, strlen(path));
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
  return fd;
}

static void a_second_unix_socket_is_the_newcomers_and_a_third_is_none(void **state) {
  (void)state;
  struct fixture fixture;
  char paths[3][64];
  int fds[4];
  for (int i = 0; i < 3; i++) {
    (void)snprintf(paths[i], sizeof paths[i], "/tmp/danh_door_%d_%d.sock", i, (int)getpid());
    fds[i] = listen_local(paths[i]);
  }
  fds[3] = listen_here();
  assert_code(open_on(&fixture, fds, 3, 1), HTTP_ADDRESS_SYNTAX);
  assert_code(open_on(&fixture, fds, 4, 1), HTTP_ADDRESS_SYNTAX);
  const int doors[] = {fds[0], fds[1], fds[3]};
  assert_ok(open_on(&fixture, doors, 3, 2));
  assert_int_equal(status_of(ask(&fixture, S(GET))), 200);
  for (int i = 0; i < 2; i++) {
    int client = dial_local(paths[i]);
    send_all(client, S(GET));
    assert_int_equal(status_of(read_to_end(&fixture, client)), 200);
    close(client);
  }
  stop(&fixture);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(unlink(paths[i]), 0); /* they are whose who made them */
    close(fds[i]);
  }
  close(fds[3]);
}

static bool is_moving_soon(struct fixture *fixture) {
  bool is_moving = false;
  for (int i = 0; i < READ_MS / 10 && !is_moving; i++) { /* a bound for a loop that hangs, not a measure */
    usleep(10000);
    is_moving = http_server_is_moving(fixture->server);
  }
  return is_moving;
}

static void a_queue_that_no_worker_takes_from_does_not_move(void **state) {
  (void)state;
  struct fixture fixture;
  int fd = listen_here();
  assert_ok(open_on(&fixture, &fd, 1, 1));
  assert_true(is_moving_soon(&fixture));
  int first = dial(&fixture);
  send_all(first, S("GET /wait HTTP/1.1\r\n" H "Connection: close\r\n\r\n"));
  for (int i = 0; i < READ_MS / 10 && atomic_load(&fixture.inside) == 0; i++) {
    usleep(10000);
  }
  assert_true(is_moving_soon(&fixture)); /* one that takes long is no queue */
  int second = dial(&fixture);
  send_all(second, S(GET));
  for (int i = 0; i < READ_MS / 10 && http_server_figures(fixture.server).waiting == 0; i++) {
    usleep(10000);
  }
  (void)http_server_is_moving(fixture.server);
  usleep(100000);
  assert_false(http_server_is_moving(fixture.server));
  atomic_store(&fixture.is_gate_open, true);
  assert_int_equal(status_of(read_to_end(&fixture, second)), 200);
  assert_true(is_moving_soon(&fixture));
  close(first);
  close(second);
  stop(&fixture);
  close(fd);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(who_connects_between_two_servers_is_answered_by_the_next),
      cmocka_unit_test(a_client_of_a_passed_unix_socket_is_known_by_its_user),
      cmocka_unit_test(refuses_what_is_no_listening_stream_and_two_of_a_kind),
      cmocka_unit_test(a_second_unix_socket_is_the_newcomers_and_a_third_is_none),
      cmocka_unit_test(a_queue_that_no_worker_takes_from_does_not_move),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
