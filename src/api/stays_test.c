/* Which routes may run on a loop's own thread (API_STAYS): each was looked at for what it reads, computes and waits for. */
#include "api/resources.h"
#include "db/engine_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/unit_test.h"

struct known {
  enum http_method method;
  const char *pattern;
};

/* A few rows read by key, at most a signature, a durable write or a password, waited for by base/parking.h. */
static const struct known known[] = {
    {HTTP_GET, "/healthz"},
    {HTTP_GET, "/"},
    {HTTP_GET, "/sign-in"},
    {HTTP_POST, "/sign-in"},
    {HTTP_POST, "/sign-in/passkey/begin"},
    {HTTP_GET, "/app/*"},
    {HTTP_POST, "/oidc/par"},
    {HTTP_GET, "/oidc/authorize"},
    {HTTP_POST, "/oidc/authorize"},
    {HTTP_POST, "/oidc/token"},
    {HTTP_POST, "/oidc/introspect"},
    {HTTP_POST, "/oidc/revoke"},
    {HTTP_GET, "/oidc/userinfo"},
    {HTTP_POST, "/oidc/userinfo"},
    {HTTP_GET, "/oidc/jwks"},
    {HTTP_GET, "/.well-known/openid-configuration"},
    {HTTP_GET, "/.well-known/oauth-authorization-server"},
    {HTTP_GET, "/interact/{id}"},
    {HTTP_POST, "/interact/{id}"},
    {HTTP_GET, "/api/session"},
    {HTTP_POST, "/api/sign-in/{kind}"},
    {HTTP_POST, "/api/sign-in/{kind}/answer"},
    {HTTP_GET, "/api/me"},
    {HTTP_GET, "/api/dossiers"},
    {HTTP_GET, "/api/wallet"},
};

static bool is_known(const struct api_route *route) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (known[i].method == route->route.method && strcmp(known[i].pattern, route->route.pattern) == 0) {
      return true;
    }
  }
  return false;
}

static void no_route_stays_that_was_not_looked_at(void **state) {
  (void)state;
  size_t found = 0;
  for (size_t i = 0; i < api_routes.count; i++) {
    const struct api_route *route = (const struct api_route *)api_routes.rows + i;
    bool stays = (route->requires & API_STAYS) != 0;
    if (stays && !is_known(route)) {
      fail_msg("%s %s would run on a loop: what does it wait for, and for how long does it read?", http_method_name(route->route.method), route->route.pattern);
    }
    found += stays;
  }
  assert_in_range(found, sizeof known / sizeof *known, api_routes.count); /* and none was forgotten */
}

/* Procedures run Lua, papers are laid out, desks search, the sandbox may hold an answer back on purpose. */
static void what_computes_searches_or_holds_back_never_stays(void **state) {
  (void)state;
  static const char *const never[] = {"/api/procedures", "/api/desk", "/api/reports", "/api/sandbox", "/sandbox", "/sign-up", "/check", "/recover", "/metrics"};
  for (size_t i = 0; i < api_routes.count; i++) {
    const struct api_route *route = (const struct api_route *)api_routes.rows + i;
    bool is_paper = memmem(route->route.pattern, strlen(route->route.pattern), "pdf", 3) != NULL;
    for (size_t j = 0; j < sizeof never / sizeof *never; j++) {
      bool may_not = is_paper || strncmp(route->route.pattern, never[j], strlen(never[j])) == 0;
      assert_false(may_not && (route->requires & API_STAYS) != 0);
    }
  }
}

static bool asked(struct api *api, enum http_method method, const char *path) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct http_call call = {.arena = &arena, .request = {.method = method, .path = slice_str(path)}};
  return api_stays(api, &call);
}

static void only_on_a_file_and_outside_a_sandbox(void **state) {
  (void)state;
  static const struct db_migration none[] = {{0}};
  char folder[] = "/tmp/danh_stays_XXXXXX";
  char path[64];
  assert_non_null(mkdtemp(folder));
  (void)snprintf(path, sizeof path, "%s/danh.db", folder);
  struct clock clock = clock_fixed(1780000000000);
  struct random random = random_seeded(7);
  struct env env = {.clock = &clock, .random = &random, .origin = S("http://localhost")};
  assert_ok(db_engine_open(&(const struct db_options){.path = path, .mode = DB_CREATE, .migrations = none, .readers = 2}, &env.db));
  for (int is_sandbox = 0; is_sandbox < 2; is_sandbox++) {
    struct api *api = NULL;
    assert_ok(api_open(&(const struct api_options){.env = &env, .is_sandbox = is_sandbox}, &api));
    bool may = db_is_file(env.db) && !is_sandbox; /* a server of databases is waited for by the thread */
    assert_int_equal(asked(api, HTTP_POST, "/oidc/token"), may);
    assert_int_equal(asked(api, HTTP_HEAD, "/sign-in"), may);
    assert_false(asked(api, HTTP_GET, "/oidc/token"));
    assert_false(asked(api, HTTP_GET, "/nowhere"));
    assert_false(asked(api, HTTP_GET, "/api/wallet/7/pdf"));
    assert_false(asked(api, HTTP_POST, "/api/dossiers"));
    api_close(&api);
  }
  db_close(&env.db);
  static const char *const files[] = {"danh.db", "danh.db-wal", "danh.db-shm", "danh.db.lock"};
  for (size_t i = 0; i < 4; i++) {
    (void)snprintf(path, sizeof path, "%s/%s", folder, files[i]);
    (void)unlink(path);
  }
  (void)rmdir(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_route_stays_that_was_not_looked_at),
      cmocka_unit_test(what_computes_searches_or_holds_back_never_stays),
      cmocka_unit_test(only_on_a_file_and_outside_a_sandbox),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
