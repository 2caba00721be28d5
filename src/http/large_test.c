/* Bodies longer than others', at their paths alone and a few at once. */
#include "http/server_fixture.h"

static struct slice post_of(struct fixture *fixture, const char *path, size_t length) {
  uint8_t *body = arena_alloc(&fixture->arena, length);
  memset(body, 'x', length);
  return arena_printf(&fixture->arena, "POST %s HTTP/1.1\r\n" H "Connection: close\r\nContent-Length: %zu\r\n\r\n%.*s", path, length, (int)length, body);
}

static void takes_long_bodies_at_their_paths_alone(void **state) {
  (void)state;
  static const char *const paths[] = {"/picture", NULL};
  struct fixture fixture;
  struct http_limits limits = small_limits();
  limits.large_paths = paths;
  limits.large_body_bytes_max = 200000;
  limits.large_bodies_max = 1;
  start(&fixture, limits, 2, NULL);
  for (int i = 0; i < 3; i++) { /* each gives its place back */
    assert_int_equal(status_of(ask(&fixture, post_of(&fixture, "/picture?x", 200000))), 200);
  }
  assert_int_equal(status_of(ask(&fixture, post_of(&fixture, "/picture", 200001))), 413);
  assert_int_equal(status_of(ask(&fixture, post_of(&fixture, "/pictures", 1001))), 413);
  int first = dial(&fixture); /* half of one is on its way: nobody else gets in */
  send_all(first, S("POST /picture HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 200000\r\n\r\n"));
  char told[25];
  assert_int_equal(recv(first, told, sizeof told, MSG_WAITALL), sizeof told); /* it has its place */
  send_all(first, S("half a picture"));
  assert_int_equal(status_of(ask(&fixture, post_of(&fixture, "/picture", 2000))), 503);
  assert_int_equal(status_of(ask(&fixture, post_of(&fixture, "/picture", 1000))), 200);
  close(first);
  stop(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(takes_long_bodies_at_their_paths_alone)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
