/* oidc/place_fixture.h: an environment in a folder of its own, with the tables oidc/ needs and what it keeps in memory. (tests of oidc/ only) */
#pragma once
#include <stdio.h>
#include <stdlib.h>

#include "account/account.h"
#include "crypto/seal.h"
#include "db/engine_fixture.h"
#include "ledger/ledger.h"
#include "message/message.h"
#include "oidc/memory.h"
#include "register/register.h"
/* keep last */
#include "base/unit_test.h"

struct oidc_place {
  char dir[64];
  struct clock clock;
  struct random random;
  struct secret sealing;
  struct env env;
  struct arena arena;
};

/* signer: NULL, or one that outlives it. */
static inline void oidc_place_open(struct oidc_place *place, int64_t now_ms, struct signer *signer) {
  static struct db_migration migrations[64];
  size_t count = 0;
  const struct db_migration *const modules[] = {ledger_migrations, message_migrations, register_migrations, account_migrations, oidc_migrations};
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    for (const struct db_migration *m = modules[i]; m->module != NULL; m++) {
      migrations[count++] = *m;
    }
  }
  *place = (struct oidc_place){.dir = "/tmp/danh_oidc_test_XXXXXX", .clock = clock_fixed(now_ms), .random = random_seeded(3), .sealing = {.len = SEAL_KEY_BYTES}};
  assert_non_null(mkdtemp(place->dir));
  arena_init(&place->arena);
  place->env =
      (struct env){.sealing = &place->sealing, .clock = &place->clock, .random = &place->random, .signer = signer, .origin = S("https://danh.example")};
  struct slice path = arena_printf(&place->arena, "%s/danh.db", place->dir);
  struct db_options options = {.path = (const char *)path.ptr, .mode = DB_CREATE, .migrations = migrations, .readers = 4};
  assert_ok(db_engine_open(&options, &place->env.db));
  assert_ok(oidc_memory_open(&place->env, &place->env.oidc));
}

static inline int oidc_place_close(struct oidc_place *place) {
  oidc_memory_close(&place->env.oidc);
  db_close(&place->env.db);
  struct slice command = arena_printf(&place->arena, "rm -r %s", place->dir);
  int removed = system((const char *)command.ptr);
  arena_free(&place->arena);
  return removed;
}
