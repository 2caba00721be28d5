#include "base/unit_test.h"
#include "oidc/requests.h"

static struct arena arena;

static int setup(void **state) {
  (void)state;
  arena_init(&arena);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  arena_free(&arena);
  return 0;
}

static struct oidc_request_row request(int64_t id, struct slice parameters) {
  return (struct oidc_request_row){
      .request_id = id, .secret_hash = {(uint8_t)id}, .client_id = S("bank"), .parameters = parameters, .dpop_jkt = S("thumbprint"), .is_pushed = true};
}

static void what_is_held_is_found_as_it_was_and_not_after_its_use(void **state) {
  (void)state;
  struct oidc_requests *requests CLEANUP(oidc_requests_free) = oidc_requests_new();
  const struct oidc_request_row held = request(7, S("scope=openid"));
  struct oidc_request_row found = {.request_id = 0};
  assert_false(oidc_requests_find(requests, 7, &arena, &found));
  oidc_requests_hold(requests, &held);
  assert_true(oidc_requests_find(requests, 7, &arena, &found));
  assert_int_equal(found.request_id, 7);
  assert_memory_equal(found.secret_hash, held.secret_hash, sizeof held.secret_hash);
  assert_true(slice_is(found.client_id, "bank") && slice_is(found.parameters, "scope=openid") && slice_is(found.dpop_jkt, "thumbprint"));
  assert_true(found.is_pushed && !found.was_signed);
  oidc_requests_let_go(requests, 8);
  assert_true(oidc_requests_find(requests, 7, &arena, &found));
  oidc_requests_let_go(requests, 7);
  assert_false(oidc_requests_find(requests, 7, &arena, &found));
  assert_true(slice_is(found.parameters, "scope=openid")); /* what was found before stays the finder's */
}

/* More than there are places: nobody is ever found as another. */
static void who_took_another_s_place_is_not_taken_for_them(void **state) {
  (void)state;
  struct oidc_requests *requests CLEANUP(oidc_requests_free) = oidc_requests_new();
  int found_count = 0;
  for (int64_t id = 1; id <= 5000; id++) {
    const struct oidc_request_row row = request(id, arena_printf(&arena, "state=%d", (int)id));
    oidc_requests_hold(requests, &row);
  }
  for (int64_t id = 1; id <= 5000; id++) {
    struct oidc_request_row found = {.request_id = 0};
    if (oidc_requests_find(requests, id, &arena, &found)) {
      found_count++;
      assert_true(slice_eq(found.parameters, arena_printf(&arena, "state=%d", (int)id)));
    }
  }
  assert_in_range(found_count, 1, 1024);
}

static void a_long_request_is_left_to_its_row(void **state) {
  (void)state;
  struct oidc_requests *requests CLEANUP(oidc_requests_free) = oidc_requests_new();
  const struct oidc_request_row row = request(9, slice_of(arena_alloc(&arena, 3000), 3000));
  struct oidc_request_row found = {.request_id = 0};
  oidc_requests_hold(requests, &row);
  assert_false(oidc_requests_find(requests, 9, &arena, &found));
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_held_is_found_as_it_was_and_not_after_its_use),
      cmocka_unit_test(who_took_another_s_place_is_not_taken_for_them),
      cmocka_unit_test(a_long_request_is_left_to_its_row),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
