#include "base/unit_test.h"
#include "oidc/readings.h"

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

static const struct jin *claims_of(struct slice json, struct arena *into) {
  struct jin_doc *doc = ARENA_NEW(&arena, struct jin_doc);
  const struct jin *root = NULL;
  jin_doc_init(doc, into, JIN_LIMITS_DEFAULT);
  assert_ok(jin_parse(doc, json, &root));
  return root;
}

static struct oidc_mark mark_of(int number) { return oidc_mark_of(arena_printf(&arena, "token %d", number), S("")); }

static void what_is_kept_is_found_whole_and_by_its_own_token_alone(void **state) {
  (void)state;
  struct oidc_readings *readings CLEANUP(oidc_readings_free) = oidc_readings_new();
  const struct oidc_mark own = mark_of(1);
  const struct oidc_mark other = mark_of(2);
  struct arena brief = {0}; /* gone before it is asked for */
  assert_null(oidc_readings_find(readings, &own, &arena));
  oidc_readings_keep(readings, &own, claims_of(S("{\"sub\":\"d\303\240nh\",\"exp\":7,\"half\":0.5,\"cnf\":{\"jkt\":\"k\"},\"aud\":[\"a\",true,null]}"), &brief));
  arena_free(&brief);
  const struct jin *found = oidc_readings_find(readings, &own, &arena);
  assert_non_null(found);
  assert_null(oidc_readings_find(readings, &other, &arena));
  assert_int_equal(found->count, 5);
  assert_true(slice_is(jin_find(found, "sub")->text, "d\303\240nh"));
  assert_int_equal(jin_find(found, "exp")->number, 7);
  assert_true(jin_find(found, "half")->type == JIN_REAL && jin_find(found, "half")->real > 0.4);
  const struct jin *jkt = jin_find(jin_find(found, "cnf"), "jkt");
  assert_true(slice_is(jkt->text, "k"));
  assert_true(slice_is(jin_path(jkt, &arena), "/cnf/jkt"));
  const struct jin *aud = jin_find(found, "aud");
  assert_int_equal(aud->count, 3);
  assert_true(slice_is(aud->items[0].text, "a") && aud->items[1].boolean && aud->items[2].type == JIN_NULL);
  oidc_readings_free(&readings);
  assert_true(slice_is(jkt->text, "k")); /* the finder's own */
}

/* More than there are places: nobody's claims are ever found for another's token. */
static void who_took_another_s_place_is_not_taken_for_them(void **state) {
  (void)state;
  struct oidc_readings *readings CLEANUP(oidc_readings_free) = oidc_readings_new();
  enum { TOKENS = 4 * OIDC_READINGS_MAX };
  int found_count = 0;
  for (int i = 1; i <= TOKENS; i++) {
    const struct oidc_mark mark = mark_of(i);
    const struct jin *claims = claims_of(arena_printf(&arena, "{\"exp\":%d}", i), &arena);
    oidc_readings_keep(readings, &mark, claims);
    oidc_readings_keep(readings, &mark, claims); /* twice takes one place */
    assert_int_equal(jin_find(oidc_readings_find(readings, &mark, &arena), "exp")->number, i);
  }
  for (int i = 1; i <= TOKENS; i++) {
    const struct oidc_mark mark = mark_of(i);
    const struct jin *found = oidc_readings_find(readings, &mark, &arena);
    if (found != NULL) {
      found_count++;
      assert_int_equal(jin_find(found, "exp")->number, i);
    }
  }
  assert_in_range(found_count, OIDC_READINGS_MAX / 2, OIDC_READINGS_MAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_is_kept_is_found_whole_and_by_its_own_token_alone, setup, teardown),
      cmocka_unit_test_setup_teardown(who_took_another_s_place_is_not_taken_for_them, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
